//! A β at a threshold counts the modes above it, however the samples were rounded.

use collapse_explorer::config::Preprocess;
use collapse_explorer::config::Split;
use collapse_explorer::data::{self, Preprocessor, Spectrum, gaussian};
use collapse_explorer::lab::TheoryMap;
use collapse_explorer::metrics::predict;
use collapse_explorer::theory::{
    Error, Gamma, ModeSurface, Verdict, is_alive, optimum, ppca_fit, staircase,
};

fn spectrum(eigenvalues: &[f64], count: usize, seed: u32) -> Spectrum {
    let data = gaussian::generate(eigenvalues, Some(count), Split::Train, seed, &|_| true)
        .expect("Gaussian data");
    let plain = Preprocessor::new(Preprocess::None, &data).expect("a preprocessing");
    data::spectrum(&data, &plain, 0, &|_| true).expect("a spectrum")
}

/// Right by hand: as many modes live as eigenvalues lie above βγ, and those equal to it do not.
#[test]
fn modes_at_their_threshold_are_dead_whatever_the_rounding() {
    let mut flat = vec![9.0, 5.0];
    flat.extend([0.25; 30]);
    let spectra = [
        vec![9.0, 5.0, 2.0, 2.0, 2.0, 1.0, 0.3],
        vec![1.0; 12],
        vec![100.0, 10.0, 10.0, 1.0, 0.1, 0.1],
        flat,
    ];
    for known in &spectra {
        let d = known.len();
        for (seed, count) in [(0, d + 1), (1, 3 * d), (2, 4096)] {
            let found = spectrum(known, count, seed);
            for gamma in [1.0, 0.25, 0.7] {
                for (i, &zeta2) in known.iter().enumerate() {
                    let beta = zeta2 / gamma;
                    let above = known.iter().filter(|z| **z > zeta2).count();
                    let what = format!("d = {d}, n = {count}, β = {beta}, γ = {gamma}");
                    let held = Gamma::Fixed(gamma);
                    let prediction = predict(&found, d, 1.0, beta, held).expect("a problem");
                    assert_eq!(prediction.active(), above, "{what}");
                    let stairs = prediction.staircase().expect("a staircase");
                    assert_eq!(stairs.active_at(beta), above, "{what}");
                    let surface =
                        ModeSurface::new(found.eigenvalues[i], beta, gamma, 1.0).expect("numbers");
                    assert!(!surface.is_active(), "{what}");
                    assert_eq!(
                        Verdict::of(found.eigenvalues[i], beta, gamma),
                        Ok(Verdict::Degenerate),
                        "{what}"
                    );
                    // One part in 10,000 below it they live.
                    let below =
                        predict(&found, d, 1.0, beta * (1.0 - 1e-4), held).expect("numbers");
                    let equal = known.iter().filter(|z| **z >= zeta2).count();
                    assert_eq!(below.active(), equal, "{what}");
                }
            }
        }
    }
    // The phase diagram counts alike: one cell whose centre is at β = 2, γ = 1.
    let found = spectrum(&spectra[0], 4096, 5);
    let problem = predict(&found, 7, 1.0, 2.0, Gamma::Fixed(1.0))
        .expect("a problem")
        .problem;
    let map = TheoryMap::new(&problem, (1.0, 4.0), (0.5, 2.0), 1, 1);
    assert_eq!(map.active, [2]);
    assert!(is_alive(2.0, 1.9, 1.0) && !is_alive(2.0, 2.0 * (1.0 - 1e-7), 1.0));
}

/// With γ learned equal modes die together at β = d/(i + Rᵢ/ζ²): for 6, 2, 2, 2 the three at 4/(1 + 6/2) = 1 and the
/// first at 4·6/12 = 2.
#[test]
fn equal_modes_die_together_with_gamma_learned_too() {
    for (seed, count) in [(0, 5), (1, 20), (2, 4096)] {
        let found = spectrum(&[6.0, 2.0, 2.0, 2.0], count, seed);
        let at = |beta| predict(&found, 3, 1.0, beta, Gamma::Learned).expect("a problem");
        for (beta, active) in [(0.999, 3), (1.0, 1), (1.5, 1), (2.0, 0), (2.1, 0)] {
            let prediction = at(beta);
            assert_eq!(prediction.active(), active, "n = {count}, β = {beta}");
            assert_eq!(
                prediction.staircase().expect("stairs").active_at(beta),
                active
            );
            let optimum = prediction.optimum.expect("an optimum");
            // m is valid at the γ it gives, by the same comparison.
            let above = found.eigenvalues.iter().take(3);
            let alive = above.filter(|z| is_alive(**z, beta, optimum.gamma)).count();
            assert_eq!(alive, active, "n = {count}, β = {beta}");
        }
        // At β = 1 that is pPCA, whose σ² is the mean of what is left out: (2 + 2 + 2)/3 with one component or more.
        let optimum = at(1.0).optimum.expect("an optimum");
        let fit = ppca_fit(&found.eigenvalues, 4, 3).expect("a fit");
        assert!((optimum.gamma - 2.0).abs() < 1e-5 && (fit.sigma2 - 2.0).abs() < 1e-5);
        assert!((optimum.loss + fit.log_likelihood).abs() < 1e-8);
    }
}

/// What rounding leaves in the directions without variance is no rank: two latents reproduce these data, and more
/// latents change nothing.
#[test]
fn data_of_low_rank_are_reproduced_by_as_many_latents() {
    for (zeros, count) in [(2, 5), (2, 4096), (60, 63), (60, 500)] {
        let mut known = vec![9.0, 5.0];
        known.resize(2 + zeros, 0.0);
        let d = known.len();
        let found = spectrum(&known, count, 3);
        let ask =
            |latents, beta| predict(&found, latents, 1.0, beta, Gamma::Learned).expect("a problem");
        for latents in [2, 3, d, d + 5] {
            let prediction = ask(latents, 1.0);
            assert_eq!(
                prediction.optimum,
                Err(Error::GammaVanishes {
                    modes: 2,
                    dim: d,
                    beta: 1.0
                }),
                "κ = {latents}"
            );
            assert_eq!(prediction.active(), 2);
            let said = prediction.optimum.expect_err("none").to_string();
            assert!(said.contains("rank 2, so 2 latents"), "{said}");
            // Beyond d/r the loss has a minimum: with β ≥ d/2 the second mode is dead, γ = 5/(d − β).
            let beta = 0.52 * d as f64;
            let beyond = ask(latents, beta).optimum.expect("an optimum");
            let gamma = 5.0 / (d as f64 - beta);
            assert_eq!(beyond.active, 1, "κ = {latents}");
            assert!(
                (beyond.gamma / gamma - 1.0).abs() < 1e-5,
                "{}",
                beyond.gamma
            );
        }
        // One latent leaves the second mode: γ = 5/(d − 1), by Tipping and Bishop.
        let one = ask(1, 1.0).optimum.expect("an optimum");
        assert!((one.gamma * (d as f64 - 1.0) / 5.0 - 1.0).abs() < 1e-5);
        let fit = ppca_fit(&found.eigenvalues, d, 1).expect("a fit");
        assert!((one.gamma / fit.sigma2 - 1.0).abs() < 1e-12);
        let whole = ppca_fit(&found.eigenvalues, d, 2).expect("a fit");
        assert_eq!(whole.sigma2, 0.0);
        let problem = ask(d, 1.0).problem;
        assert_eq!(problem.rank(), 2);
        assert!(
            optimum(&problem, 1.0, Gamma::Fixed(1e-3))
                .expect("an optimum")
                .active
                == 2
        );
        assert!(
            staircase(&problem, Gamma::Learned)
                .expect("stairs")
                .vanishing_below
                .is_some()
        );
    }
}
