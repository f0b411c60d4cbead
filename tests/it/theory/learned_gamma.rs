//! γ learned, against brute force over γ.

use collapse_explorer::theory::{
    Error, Gamma, LinearProblem, THRESHOLD_TOLERANCE, collapse_free_beta, is_alive, least_loss,
    optimum, ppca_fit, thresholds_beta_learned,
};
use proptest::prelude::*;

/// The least loss at a held γ, mode by mode from the published formula; no running sums, and no
/// ζ²/(2γ) added only to be taken away again, which would drown a small γ in rounding.
fn profile(e: &[f64], extra: f64, d: usize, k: usize, beta: f64, gamma: f64) -> f64 {
    let mut loss = extra / (2.0 * gamma);
    for (i, &z) in e.iter().enumerate() {
        loss += if i < k && z > beta * gamma {
            beta / 2.0 + beta / 2.0 * (z / (beta * gamma)).ln()
        } else {
            z / (2.0 * gamma)
        };
    }
    loss + d as f64 / 2.0 * (std::f64::consts::TAU * gamma).ln()
}

/// The global minimum over log γ of a dense scan, refined by ternary search.
fn brute(f: impl Fn(f64) -> f64) -> (f64, f64) {
    let (from, to, n) = (-16.0, 8.0, 24_000);
    let at = |i: usize| from + (to - from) * i as f64 / f64::from(n);
    let best = (0..=n as usize)
        .min_by(|&a, &b| f(at(a).exp()).total_cmp(&f(at(b).exp())))
        .unwrap();
    let (mut lo, mut hi) = (at(best.saturating_sub(1)), at(best + 1));
    for _ in 0..200 {
        let third = (hi - lo) / 3.0;
        if f((lo + third).exp()) < f((hi - third).exp()) {
            hi -= third;
        } else {
            lo += third;
        }
    }
    (lo.exp(), f(lo.exp()))
}

fn cases() -> impl Strategy<Value = (Vec<f64>, f64, usize, usize, f64)> {
    let spectrum = prop::collection::vec(-3.0_f64..2.0, 1..8);
    (
        spectrum,
        0_usize..4,
        1_usize..9,
        0.05_f64..4.0,
        prop::bool::ANY,
    )
        .prop_map(|(logs, silent, latents, beta, noisy)| {
            let mut e: Vec<f64> = logs.into_iter().map(f64::exp).collect();
            e.sort_by(|a, b| b.total_cmp(a));
            let d = e.len() + silent;
            (e, if noisy { 0.2 } else { 0.0 }, d, latents, beta)
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn learned_gamma_is_the_brute_force_minimum((e, extra, d, k, beta) in cases()) {
        let problem = LinearProblem::new(e.clone(), e.iter().sum::<f64>() + extra, d, k, 1.0).unwrap();
        let f = |gamma| profile(&e, extra, d, k, beta, gamma);
        let r = e.len();
        match optimum(&problem, beta, Gamma::Learned) {
            Ok(closed) => {
                let (gamma, loss) = brute(f);
                prop_assert!((closed.loss - loss).abs() < 1e-9 * (1.0 + loss.abs()), "{} {loss}", closed.loss);
                prop_assert!((closed.gamma / gamma - 1.0).abs() < 1e-5, "{} {gamma}", closed.gamma);
                // γ* = E‖x − D‖²/d at the minimum.
                prop_assert!((closed.squared_error / (d as f64 * closed.gamma) - 1.0).abs() < 1e-12);
                let valid: Vec<_> = closed.stationary.iter().filter(|s| s.valid).collect();
                prop_assert_eq!(valid.len(), 1);
                prop_assert_eq!((valid[0].m, valid[0].gamma), (closed.active, closed.gamma));
                for s in &closed.stationary {
                    let m = e.iter().take(k).filter(|z| is_alive(**z, beta, s.gamma)).count();
                    prop_assert_eq!(s.valid, m == s.m, "{:?}", s);
                    prop_assert!((s.loss - f(s.gamma)).abs() < 1e-9 * (1.0 + s.loss.abs()));
                    prop_assert!(s.loss >= closed.loss - 1e-12 * (1.0 + s.loss.abs()));
                }
                prop_assert!((least_loss(&problem, beta, 0.37).unwrap() - f(0.37)).abs() < 1e-9);
            }
            Err(Error::GammaVanishes { modes, .. }) => {
                prop_assert!(k >= r && extra == 0.0 && modes == r && beta < d as f64 / r as f64);
                // Falling without bound, by the formula itself: by (d − rβ)/2 for every factor e.
                let fall = 0.5 * (d as f64 - r as f64 * beta) * 48.0 * 10.0_f64.ln();
                prop_assert!(f(1e-12) < f(1e-9) && f(1e-60) < f(1e-12) - 0.9 * fall);
            }
            Err(other) => prop_assert!(false, "{other}"),
        }
    }

    #[test]
    fn thresholds_with_gamma_learned_from_both_sides((e, extra, d, k, _) in cases()) {
        let problem = LinearProblem::new(e.clone(), e.iter().sum::<f64>() + extra, d, k, 1.0).unwrap();
        for (i, threshold) in thresholds_beta_learned(&problem).into_iter().enumerate().take(k) {
            let over = optimum(&problem, threshold, Gamma::Learned).unwrap();
            prop_assert!(over.active <= i);
            // Below it the mode lives, or γ runs away with all of them alive.
            match optimum(&problem, threshold * (1.0 - 2.0 * THRESHOLD_TOLERANCE), Gamma::Learned) {
                Ok(below) => {
                    prop_assert!(below.active > i);
                    prop_assert!((below.loss - over.loss).abs() < 1e-4 * (1.0 + over.loss.abs()));
                }
                Err(error) => prop_assert!(matches!(error, Error::GammaVanishes { .. }), "{error}"),
            }
        }
    }

    #[test]
    fn beta_one_is_probabilistic_pca((e, _, d, k, _) in cases()) {
        prop_assume!(e.len() > 1);
        let k = k.min(e.len() - 1);
        let problem = LinearProblem::vae(e.clone(), d, k).unwrap();
        let closed = optimum(&problem, 1.0, Gamma::Learned).unwrap();
        let fit = ppca_fit(&e, d, k).unwrap();
        let mle = e[k..].iter().sum::<f64>() / (d - k) as f64;
        prop_assert!((fit.sigma2 / mle - 1.0).abs() < 1e-12);
        prop_assert!((closed.gamma / mle - 1.0).abs() < 1e-12);
        // The bound is tight: the negative ELBO is the negative log likelihood.
        prop_assert!((closed.loss + fit.log_likelihood).abs() < 1e-10 * (1.0 + closed.loss.abs()));
        for (mode, norm) in closed.modes.iter().zip(&fit.column_norms) {
            prop_assert!((mode.lambda - norm).abs() < 1e-7, "{mode:?} {norm}");
        }
    }
}

#[test]
fn exact_reproduction_needs_a_large_beta() {
    let problem = LinearProblem::vae(vec![4.0, 2.0], 6, 3).unwrap();
    // d/r = 3: below it γ vanishes; at it every γ up to ζ₂²/β is as good; above it a root exists.
    let error = optimum(&problem, 2.999, Gamma::Learned).unwrap_err();
    assert_eq!(
        error,
        Error::GammaVanishes {
            modes: 2,
            dim: 6,
            beta: 2.999
        }
    );
    assert!(error.to_string().contains("minus infinity"));
    // κ = 3, but the data have rank 2.
    assert!(
        error.to_string().contains("rank 2, so 2 latents"),
        "{error}"
    );
    let flat = optimum(&problem, 3.0, Gamma::Learned).unwrap();
    assert!((flat.gamma - 2.0 / 3.0).abs() < 1e-12 && flat.active == 1);
    let e = [4.0, 2.0];
    for gamma in [0.6, 0.1, 1e-3] {
        assert!((profile(&e, 0.0, 6, 3, 3.0, gamma) - flat.loss).abs() < 1e-9);
    }
    let root = optimum(&problem, 3.1, Gamma::Learned).unwrap();
    assert!((root.gamma - 2.0 / (6.0 - 3.1)).abs() < 1e-12 && root.active == 1);
    let all = LinearProblem::vae(vec![0.0; 3], 6, 3).unwrap();
    assert_eq!(optimum(&all, 1.0, Gamma::Learned), Err(Error::NoVariance));
}

#[test]
fn equal_eigenvalues_collapse_at_the_tight_bound() {
    let bound = collapse_free_beta(4, 10).unwrap();
    assert_eq!(bound, 2.5);
    let problem = LinearProblem::vae(vec![0.5; 4], 10, 2).unwrap();
    assert_eq!(
        optimum(&problem, bound * (1.0 - 1e-4), Gamma::Learned)
            .unwrap()
            .active,
        2
    );
    for at in [bound * (1.0 - 1e-9), bound] {
        assert_eq!(optimum(&problem, at, Gamma::Learned).unwrap().active, 0);
    }
    assert_eq!(collapse_free_beta(0, 3), None);
}
