//! Nothing a slider or a file can hold makes the theory panic or return a silent NaN.

use collapse_explorer::convention::{LossForm, Sizes};
use collapse_explorer::theory::estimators::{
    effective_threshold_from_gain, effective_threshold_from_variance, effective_threshold_ratio,
    gamma_prime, gamma_star, invert_logmean, logmean,
};
use collapse_explorer::theory::{
    Gamma, LinearProblem, ModeSurface, PpcaSurface, active_count, fixed_sigma_optimum,
    least_eigenvalue_curve, least_loss, next_to_die, next_to_revive, optimum, origin_eigenvalues,
    ppca_fit, ppca_log_likelihood, ppca_sweep, self_consistency, staircase, thresholds_beta,
    thresholds_beta_learned, variance_shares,
};
use proptest::prelude::*;

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => (-300.0_f64..300.0).prop_map(|e| 10.0_f64.powf(e)),
        2 => 0.01_f64..10.0,
        1 => prop::sample::select(vec![
            0.0, -0.0, -1.0, 1e-300, 1e300, f64::MIN_POSITIVE, 5e-324, f64::MAX, f64::NAN, f64::INFINITY, f64::NEG_INFINITY,
        ]),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_panic_and_no_silent_nan(
        mut e in prop::collection::vec(number(), 0..5),
        sort in prop::bool::weighted(0.9),
        extra in number(), beta in number(), gamma in number(), eta in number(),
        silent in 0_usize..3, k in 0_usize..7,
    ) {
        if sort {
            e.sort_by(|a, b| b.total_cmp(a));
        }
        let d = e.len() + silent;
        let total = e.iter().sum::<f64>() + if silent == 0 { 0.0 } else { extra };
        if e.iter().any(|v| v.is_nan()) {
            prop_assert!(LinearProblem::new(e.clone(), total, d, k, eta).is_err());
        }
        for problem in [LinearProblem::new(e.clone(), total, d, k, eta), LinearProblem::vae(e.clone(), d, k)] {
            let Ok(problem) = problem else { continue };
            for gamma in [Gamma::Fixed(gamma), Gamma::Learned] {
                if let Ok(o) = optimum(&problem, beta, gamma) {
                    prop_assert!(o.loss.is_finite() && o.gamma > 0.0 && o.kl >= 0.0, "{o:?}");
                    prop_assert!(o.active <= problem.reachable());
                    for m in &o.modes {
                        let all = [m.sigma, m.lambda, m.theta, m.kl, m.var_mu];
                        prop_assert!(all.iter().all(|v| v.is_finite() && *v >= 0.0), "{m:?}");
                    }
                    prop_assert_eq!(o.sigma2_per_latent(&problem).len(), k);
                }
                if let Ok(found) = staircase(&problem, gamma) {
                    prop_assert!(found.stairs.iter().all(|s| s.from >= 0.0 && s.to > s.from), "{found:?}");
                    let _ = (found.active_at(beta), found.line(beta, extra));
                }
                let _ = next_to_die(&problem, beta, gamma);
                let _ = next_to_revive(&problem, beta, gamma);
            }
            prop_assert!(thresholds_beta_learned(&problem).iter().all(|t| *t >= 0.0));
            if let Ok(found) = self_consistency(&problem, beta, None, 5) {
                prop_assert!(found.curve.iter().flatten().all(|v| v.is_finite()), "{found:?}");
            }
            for s in variance_shares(&problem) {
                prop_assert!((0.0..=1.0 + 1e-9).contains(&s.cumulative), "{s:?}");
            }
            if let Ok(loss) = least_loss(&problem, beta, gamma) {
                prop_assert!(loss.is_finite());
            }
            if let Ok(o) = fixed_sigma_optimum(&problem, beta, gamma, &vec![eta; k]) {
                prop_assert!(o.loss.is_finite());
            }
        }
        let _ = active_count(&e, k, beta, gamma);
        let _ = thresholds_beta(&e, gamma);
        if let Ok(fit) = ppca_fit(&e, d, k) {
            prop_assert!(!fit.log_likelihood.is_nan() && fit.sigma2 >= 0.0, "{fit:?}");
        }
        if let Ok(sweep) = ppca_sweep(&e, d, &[0, k], k) {
            prop_assert!(sweep.iter().all(|p| p.held.is_finite() && !p.log_likelihood.is_nan()), "{sweep:?}");
        }
        if let Ok(l) = ppca_log_likelihood(&e, d, &[0], gamma) {
            prop_assert!(l.is_finite());
        }
        if let Ok(s) = PpcaSurface::new(&e, d, &[], (0, 1), gamma) {
            let _ = (s.stability(), s.maximum(), s.log_likelihood(beta, extra));
        }
    }

    #[test]
    fn scalars_are_finite_or_refused(a in number(), b in number(), c in number(), e in number()) {
        for value in [
            logmean(a, b), invert_logmean(a, b), effective_threshold_ratio(a, b, c),
            effective_threshold_from_gain(a, b, c, e), effective_threshold_from_variance(a, b),
            gamma_star(a, 3), gamma_prime(a, b, c, e),
        ].into_iter().flatten() {
            prop_assert!(value.is_finite(), "{a} {b} {c} {e}");
        }
        if let Ok(values) = origin_eigenvalues(a, b, c, e) {
            prop_assert!(values.iter().all(|v| v.is_finite()));
            prop_assert_eq!(least_eigenvalue_curve(a, &[b], c, e).unwrap()[0], values[0]);
        }
        if let Ok(s) = ModeSurface::new(a, b, c, e) {
            let _ = (s.minimum(), s.profiled_loss(a, b), s.loss(a, b, c));
        }
        let sizes = Sizes {
            dim: 3,
            latents: 2,
            batch: 4,
            gamma: b,
        };
        let form = LossForm {
            error_variance: a,
            ..LossForm::default()
        };
        let _ = (form.weight(a, &sizes), form.beta(b, &sizes));
    }
}
