//! Single modes, thresholds and the estimators' linear case.

use super::minimise::bfgs;
use collapse_explorer::theory::estimators::{
    effective_threshold_from_gain, effective_threshold_from_variance, effective_threshold_ratio,
    gamma_prime, gamma_star, logmean,
};
use collapse_explorer::theory::{
    Gamma, LinearProblem, ModeSurface, THRESHOLD_TOLERANCE, active_count, next_to_die,
    next_to_revive, optimum, thresholds_beta,
};
use proptest::prelude::*;

/// One mode's loss written out: squared error and KL in (u, v, log σ).
fn error(zeta2: f64, u: f64, v: f64, sigma: f64) -> f64 {
    zeta2 - 2.0 * zeta2.sqrt() * u * v + u * u * (v * v + sigma * sigma)
}

fn mode_loss(zeta2: f64, beta: f64, gamma: f64, eta: f64, x: &[f64]) -> f64 {
    let sigma = x[2].exp();
    let kl = 0.5 * ((x[1] * x[1] + sigma * sigma) / (eta * eta) - 2.0 * (x[2] - eta.ln()) - 1.0);
    error(zeta2, x[0], x[1], sigma) / (2.0 * gamma) + beta * kl
}

fn spectrum() -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec(-3.0_f64..2.0, 1..6).prop_map(|logs| {
        let mut values: Vec<f64> = logs.into_iter().map(f64::exp).collect();
        values.sort_by(|a, b| b.total_cmp(a));
        values
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn each_mode_is_where_the_minimiser_ends(
        spectrum in spectrum(), beta in 0.1_f64..3.0, gamma in 0.1_f64..2.0, eta in 0.5_f64..2.0, latents in 1_usize..7,
    ) {
        let (total, d) = (spectrum.iter().sum::<f64>() + 0.3, spectrum.len() + 2);
        let problem = LinearProblem::new(spectrum.clone(), total, d, latents, eta).unwrap();
        let closed = optimum(&problem, beta, Gamma::Fixed(gamma)).unwrap();
        let mut least = 0.5 * d as f64 * (std::f64::consts::TAU * gamma).ln();
        let mut squared_error = 0.3;
        for (i, mode) in closed.modes.iter().enumerate() {
            if i >= latents {
                prop_assert!(!mode.active);
                least += mode.zeta2 / (2.0 * gamma);
                squared_error += mode.zeta2;
                continue;
            }
            let f = |x: &[f64]| mode_loss(mode.zeta2, beta, gamma, eta, x);
            let (value, at) = [[0.5, 0.5, 0.0], [2.0, 0.3, -1.0], [0.1, 2.0, 0.5]]
                .iter()
                .map(|start| bfgs(&f, start))
                .min_by(|a, b| a.0.total_cmp(&b.0))
                .unwrap();
            least += value;
            // Far from the threshold the position is sharp; near it the valley is flat.
            if (mode.zeta2 / (beta * gamma) - 1.0).abs() > 0.05 {
                prop_assert!((at[0].abs() - mode.lambda).abs() < 1e-3, "{at:?} {mode:?}");
                prop_assert!((at[1].abs() - mode.theta).abs() < 1e-3, "{at:?} {mode:?}");
                prop_assert!((at[2].exp() - mode.sigma).abs() < 1e-3, "{at:?} {mode:?}");
            }
            squared_error += error(mode.zeta2, mode.lambda, mode.theta, mode.sigma);
            let closed_mode = f(&[mode.lambda, mode.theta, mode.sigma.ln()]);
            prop_assert!((closed_mode - value).abs() < 1e-8);
            let surface = ModeSurface::new(mode.zeta2, beta, gamma, eta).unwrap();
            let (u, v) = surface.minimum();
            prop_assert!((u - mode.lambda).abs() < 1e-12 && (v - mode.theta).abs() < 1e-12);
            prop_assert!((surface.profiled_loss(u, v) - value).abs() < 1e-8);
            prop_assert!((surface.loss(at[0], at[1], at[2].exp()) - value).abs() < 1e-10);
        }
        least += 0.3 / (2.0 * gamma);
        prop_assert!((closed.loss - least).abs() < 1e-7, "{} {least}", closed.loss);
        prop_assert!((closed.squared_error - squared_error).abs() < 1e-10);
        let parts = closed.reconstruction + closed.log_normalizer + beta * closed.kl;
        prop_assert!((closed.loss - parts).abs() < 1e-12 * (1.0 + parts.abs()));
        let kl: f64 = closed.modes.iter().map(|m| m.kl).sum();
        prop_assert!((closed.kl - kl).abs() < 1e-12);
    }

    #[test]
    fn the_law_and_the_estimators_hold_at_the_optimum(
        spectrum in spectrum(), beta in 0.1_f64..3.0, gamma in 0.1_f64..2.0,
    ) {
        let problem = LinearProblem::vae(spectrum.clone(), spectrum.len() + 1, spectrum.len()).unwrap();
        let closed = optimum(&problem, beta, Gamma::Fixed(gamma)).unwrap();
        for mode in &closed.modes {
            prop_assert!((mode.sigma * mode.sigma + mode.var_mu - 1.0).abs() < 1e-14);
            // Gain measured by replacing the latent with its prior mean; KL from its definition.
            let sigma2 = mode.sigma * mode.sigma;
            let gain = mode.zeta2 - error(mode.zeta2, mode.lambda, mode.theta, mode.sigma);
            let kl = 0.5 * (mode.theta * mode.theta + sigma2 - sigma2.ln() - 1.0);
            if mode.active && mode.zeta2 > beta * gamma * 1.001 {
                let exact = mode.zeta2 / gamma;
                let ratio = effective_threshold_ratio(gain, gamma, kl).unwrap();
                prop_assert!((ratio / logmean(beta, exact).unwrap() - 1.0).abs() < 1e-9);
                let b = effective_threshold_from_gain(beta, gain, gamma, kl).unwrap();
                prop_assert!((b / exact - 1.0).abs() < 1e-8, "{b} {exact}");
                let b = effective_threshold_from_variance(beta, sigma2).unwrap();
                prop_assert!((b / exact - 1.0).abs() < 1e-12);
            } else if !mode.active {
                prop_assert_eq!(effective_threshold_from_gain(beta, gain, gamma, kl), None);
                prop_assert_eq!(effective_threshold_from_variance(beta, sigma2), None);
            }
        }
        // γ′ by its meaning: at γ′ the collapsed solution costs as much, moments held.
        if closed.active > 0 {
            let (v, f) = (problem.total_variance(), closed.squared_error);
            if let Some(g) = gamma_prime(v, f, beta, closed.kl) {
                prop_assert!((v / (2.0 * g) - f / (2.0 * g) - beta * closed.kl).abs() < 1e-9);
            }
            prop_assert_eq!(gamma_star(f, problem.dim()), Some(f / problem.dim() as f64));
        }
    }

    #[test]
    fn a_mode_dies_exactly_at_its_threshold(spectrum in spectrum(), gamma in 0.05_f64..20.0) {
        let k = spectrum.len();
        let problem = LinearProblem::vae(spectrum.clone(), k, k).unwrap();
        for (i, threshold) in thresholds_beta(&spectrum, gamma).unwrap().into_iter().enumerate() {
            // Twice the tolerance is beyond it, a tenth of it within.
            let (beyond, within) = (2.0 * THRESHOLD_TOLERANCE, 0.1 * THRESHOLD_TOLERANCE);
            let above = spectrum.iter().filter(|z| **z > spectrum[i] * (1.0 + 2.0 * beyond)).count();
            let from = spectrum.iter().filter(|z| **z >= spectrum[i] * (1.0 - 2.0 * beyond)).count();
            let active = |beta| optimum(&problem, beta, Gamma::Fixed(gamma)).unwrap().active;
            let below = active(threshold * (1.0 - beyond));
            prop_assert!(below > i && below <= from, "{below} {i} {from}");
            for at in [threshold * (1.0 - within), threshold, threshold * (1.0 + beyond)] {
                prop_assert!(active(at) <= i && active(at) >= above.min(i));
            }
            prop_assert_eq!(active_count(&spectrum, k, threshold, gamma), active(threshold));
            // The loss has no jump and no kink there: slope dL/dβ = KL is continuous.
            let at = |beta| optimum(&problem, beta, Gamma::Fixed(gamma)).unwrap();
            let (below, over) = (at(threshold * (1.0 - 1e-7)), at(threshold * (1.0 + 1e-7)));
            let change = over.loss - below.loss;
            prop_assert!((change - below.kl * 2e-7 * threshold).abs() < 1e-10 * (1.0 + below.loss.abs() + threshold), "{change}");
        }
    }

    #[test]
    fn next_to_die_and_revive_name_the_neighbours(spectrum in spectrum(), beta in 0.1_f64..3.0, gamma in 0.1_f64..2.0) {
        let problem = LinearProblem::vae(spectrum.clone(), spectrum.len() + 3, 3).unwrap();
        for gamma in [Gamma::Fixed(gamma), Gamma::Learned] {
            let Ok(now) = optimum(&problem, beta, gamma) else { continue };
            if let Some(die) = next_to_die(&problem, beta, gamma) {
                prop_assert!(die.beta_threshold > beta && die.factor > 1.0 && die.mode == now.active - 1);
                let active = |b| optimum(&problem, b, gamma).unwrap().active;
                let before = die.beta_threshold * (1.0 - 2.0 * THRESHOLD_TOLERANCE);
                prop_assert_eq!(active(beta.max(before)), now.active);
                prop_assert!(active(die.beta_threshold) < now.active);
            } else {
                prop_assert_eq!(now.active, 0);
            }
            if let Some(revive) = next_to_revive(&problem, beta, gamma) {
                prop_assert!(revive.beta_threshold <= beta && revive.mode == now.active);
                let beyond = revive.beta_threshold * (1.0 - 2.0 * THRESHOLD_TOLERANCE);
                let down = optimum(&problem, beyond, gamma);
                prop_assert!(down.map_or(true, |o| o.active > now.active));
            } else {
                prop_assert_eq!(now.active, spectrum.len().min(3));
            }
        }
    }
}

#[test]
fn ties_zeros_and_surplus_latents() {
    let problem = LinearProblem::vae(vec![2.0, 2.0, 1.0, 0.0, 0.0], 6, 40).unwrap();
    let active = |beta| optimum(&problem, beta, Gamma::Fixed(0.5)).unwrap().active;
    assert_eq!(
        [
            active(1e-9),
            active(1.99),
            active(2.0),
            active(3.99),
            active(4.0)
        ],
        [3, 3, 2, 2, 0]
    );
    let closed = optimum(&problem, 2.0, Gamma::Fixed(0.5)).unwrap();
    let sigma2 = closed.sigma2_per_latent(&problem);
    assert_eq!(sigma2.len(), 40);
    assert!(sigma2[..2].iter().all(|s| (s - 0.5).abs() < 1e-15));
    assert!(sigma2[2..].iter().all(|s| *s == 1.0));
    assert!(next_to_revive(&problem, 1e-3, Gamma::Fixed(0.5)).is_none());
    assert!(next_to_die(&problem, 4.0, Gamma::Fixed(0.5)).is_none());
    // A tie at the edge of κ: one of the two equal modes gets the only latent.
    let problem = LinearProblem::vae(vec![2.0, 2.0], 2, 1).unwrap();
    assert_eq!(optimum(&problem, 1.0, Gamma::Fixed(0.5)).unwrap().active, 1);
}
