//! The staircase over β and the self-consistency of a learned γ, against the optimum they are about.

use collapse_explorer::theory::{
    Error, Gamma, LinearProblem, THRESHOLD_TOLERANCE, least_loss, optimum, self_consistency,
    slope_in_log_gamma, staircase,
};
use proptest::prelude::*;

fn problems() -> impl Strategy<Value = LinearProblem> {
    (
        prop::collection::vec(-3.0_f64..2.0, 1..7),
        0_usize..4,
        1_usize..8,
        prop::bool::ANY,
    )
        .prop_map(|(logs, silent, latents, noisy)| {
            let mut e: Vec<f64> = logs.into_iter().map(f64::exp).collect();
            e.sort_by(|a, b| b.total_cmp(a));
            let total = e.iter().sum::<f64>() + if noisy { 0.3 } else { 0.0 };
            let d = e.len() + silent;
            LinearProblem::new(e, total, d, latents, 1.0).unwrap()
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_staircase_is_the_optimum_at_every_beta(problem in problems(), gamma in 0.05_f64..5.0, betas in prop::collection::vec(-4.0_f64..4.0, 12)) {
        for gamma in [Gamma::Fixed(gamma), Gamma::Learned] {
            let found = staircase(&problem, gamma).unwrap();
            // No gaps, falling, from everything in reach to nothing.
            prop_assert_eq!(found.stairs[0].from, 0.0);
            prop_assert_eq!(found.stairs.last().map(|s| (s.to, s.active)), Some((f64::INFINITY, 0)));
            prop_assert!(found.stairs.windows(2).all(|s| s[0].to == s[1].from && s[0].active > s[1].active));
            prop_assert_eq!(found.stairs[0].active, problem.reachable());
            let mut all: Vec<f64> = betas.iter().map(|b| b.exp()).collect();
            // At each threshold, and just beside it.
            for stair in &found.stairs[1..] {
                for off in [-1e-4, -1e-9, 0.0, 1e-9, 1e-4] {
                    all.push(stair.from * (1.0 + off));
                }
            }
            for beta in all {
                match optimum(&problem, beta, gamma) {
                    Ok(closed) => {
                        prop_assert_eq!(found.active_at(beta), closed.active, "β = {}", beta);
                        if let Some(least) = found.vanishing_below {
                            prop_assert!(beta > least * (1.0 - 2.0 * THRESHOLD_TOLERANCE), "{beta} {least}");
                        }
                    }
                    Err(Error::GammaVanishes { .. }) => {
                        prop_assert_eq!(found.active_at(beta), problem.reachable());
                        prop_assert!(found.vanishing_below.is_some_and(|least| beta < least * (1.0 + 1e-12)));
                    }
                    Err(other) => prop_assert!(false, "{other}"),
                }
            }
        }
    }

    #[test]
    fn the_slope_is_that_of_the_least_loss(problem in problems(), beta in 0.05_f64..4.0, gamma in 0.02_f64..5.0) {
        let found = slope_in_log_gamma(&problem, beta, gamma).unwrap();
        // g from its definition ...
        let above: f64 = problem.eigenvalues().iter().take(problem.latents())
            .map(|z| (z - beta * gamma).max(0.0)).sum();
        let defined = problem.dim() as f64 * gamma - problem.total_variance() + above;
        prop_assert!((found - defined).abs() < 1e-11 * (1.0 + problem.total_variance()), "{found} {defined}");
        // ... and as 2γ dL/d log γ by differences, which are right to first order across a kink too.
        let h = 1e-6;
        let at = |step: f64| least_loss(&problem, beta, gamma * f64::exp(step)).unwrap();
        let measured = 2.0 * gamma * (at(h) - at(-h)) / (2.0 * h);
        prop_assert!((found - measured).abs() < 1e-5 * (1.0 + found.abs() + gamma * at(0.0).abs()), "{found} {measured}");
    }

    #[test]
    fn the_curve_crosses_zero_once_at_the_learned_gamma(problem in problems(), beta in 0.05_f64..4.0) {
        let found = self_consistency(&problem, beta, None, 200).unwrap();
        prop_assert!(found.curve.len() >= 200 && found.curve.windows(2).all(|p| p[0][0] < p[1][0]));
        for kink in &found.kinks {
            prop_assert!(found.curve.iter().any(|p| p[0] == *kink));
        }
        // Convex: no chord's slope falls, within what rounding does to a difference: ε of the terms that are summed, over
        // the chord's width, which is tiny where a kink lies beside a point of the grid.
        let terms = problem.dim() as f64 * found.curve.last().map_or(0.0, |p| p[0]) + problem.total_variance();
        let slopes: Vec<(f64, f64)> = found.curve.windows(2)
            .map(|p| (p[1][1] - p[0][1], p[1][0] - p[0][0]))
            .map(|(rise, run)| (rise / run, 8.0 * f64::EPSILON * terms / run)).collect();
        for pair in slopes.windows(2) {
            let [(before, off), (after, other)] = [pair[0], pair[1]];
            prop_assert!(after > before - 1e-6 * (1.0 + before.abs()) - off - other, "{pair:?}");
        }
        let rising: Vec<_> = found.curve.windows(2).filter(|p| p[0][1] < 0.0 && p[1][1] >= 0.0).collect();
        let Ok(closed) = optimum(&problem, beta, Gamma::Learned) else {
            prop_assert_eq!(found.gamma, None);
            prop_assert!(rising.is_empty() && found.solutions.iter().all(|s| !s.valid));
            return Ok(());
        };
        prop_assert_eq!(found.gamma, Some(closed.gamma));
        prop_assert_eq!(&found.solutions, &closed.stationary);
        // Straight between its points, so the interpolated root is the root.
        prop_assert_eq!(rising.len(), 1);
        let [[x0, y0], [x1, y1]] = [rising[0][0], rising[0][1]];
        let root = x0 - y0 * (x1 - x0) / (y1 - y0);
        prop_assert!((root / closed.gamma - 1.0).abs() < 1e-8, "{root} {}", closed.gamma);
    }
}

#[test]
fn bad_ranges_are_refused() {
    let problem = LinearProblem::vae(vec![2.0, 1.0], 4, 2).unwrap();
    for (beta, range, points) in [
        (0.0, None, 9),
        (1.0, None, 1),
        (1.0, Some((0.0, 1.0)), 9),
        (1.0, Some((2.0, 1.0)), 9),
        (1.0, Some((1.0, f64::NAN)), 9),
    ] {
        assert!(
            self_consistency(&problem, beta, range, points).is_err(),
            "{range:?}"
        );
    }
    let still = LinearProblem::vae(vec![0.0], 4, 2).unwrap();
    assert_eq!(
        self_consistency(&still, 1.0, None, 9),
        Err(Error::NoVariance)
    );
    let of = self_consistency(&problem, 1.0, Some((0.1, 10.0)), 3).unwrap();
    assert_eq!(of.curve.last(), Some(&[10.0, 10.0 * 4.0 - 3.0]));
}
