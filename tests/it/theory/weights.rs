//! The general linear model, y ≠ x and x of low rank: closed-form weights put into the full loss, and
//! the full loss minimised by something that knows nothing of modes.

use super::matrices::{At, Moments, Rows, from_mat, product, to_mat, trace, transposed};
use super::minimise::bfgs;
use collapse_explorer::data::{CrossModes, cross_modes};
use collapse_explorer::rng::{self, Stream};
use collapse_explorer::theory::estimators::{
    effective_threshold_from_gain, effective_threshold_from_variance,
};
use collapse_explorer::theory::{
    Basis, Covariance, Error, Gamma, LinearProblem, LinearWeights, fixed_sigma_optimum, optimum,
    origin_hessian, ppca_fit, ppca_weights, variance_shares,
};
use proptest::prelude::*;

fn modes(moments: &Moments) -> CrossModes {
    let (a, c) = (to_mat(&moments.a), to_mat(&moments.c));
    cross_modes(&a, c.as_ref()).expect("finite moments")
}

fn problem(moments: &Moments, found: &CrossModes, latents: usize, eta: f64) -> LinearProblem {
    let d = moments.c.len();
    LinearProblem::new(found.eigenvalues.clone(), moments.total, d, latents, eta).expect("valid")
}

fn basis(found: &CrossModes) -> Basis {
    Basis::new(found.inputs.clone(), found.outputs.clone()).expect("a basis")
}

/// U, W, log σ of closed-form weights as one vector.
fn flat(weights: &LinearWeights) -> Vec<f64> {
    let mut x: Vec<f64> = from_mat(&weights.decoder).concat();
    x.extend(from_mat(&weights.encoder).concat());
    x.extend(weights.sigma.iter().map(|s| s.ln()));
    x
}

/// The largest central difference of `f` at `x`.
fn slope(f: &dyn Fn(&[f64]) -> f64, x: &[f64]) -> f64 {
    let mut probe = x.to_vec();
    let h = 1e-5;
    (0..x.len())
        .map(|i| {
            probe[i] = x[i] + h;
            let above = f(&probe);
            probe[i] = x[i] - h;
            let below = f(&probe);
            probe[i] = x[i];
            ((above - below) / (2.0 * h)).abs()
        })
        .fold(0.0, f64::max)
}

#[derive(Debug, Clone)]
struct Case {
    moments: Moments,
    latents: usize,
    rank: usize,
    at: At,
}

fn cases() -> impl Strategy<Value = Case> {
    (
        (1_usize..5, 1_usize..5, 1_usize..5, 1_usize..6),
        (prop::bool::ANY, 0.1_f64..3.0, 0.1_f64..2.0, 0.4_f64..2.5),
        0_u32..1000,
    )
        .prop_map(|((n, d, rank, latents), (noisy, beta, gamma, eta), seed)| {
            let extra = if noisy { 0.4 } else { 0.0 };
            let rank = rank.min(n);
            Case {
                moments: Moments::random(n, d, rank, extra, seed),
                latents,
                rank,
                at: At { beta, gamma, eta },
            }
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn closed_form_weights_have_the_least_loss_and_no_slope(case in cases()) {
        let Case { moments, latents, rank, at } = case;
        let found = modes(&moments);
        prop_assert_eq!(found.rank, rank);
        prop_assert_eq!(found.eigenvalues.len(), rank.min(moments.c.len()));
        let problem = problem(&moments, &found, latents, at.eta);
        for gamma in [Gamma::Fixed(at.gamma), Gamma::Learned] {
            let Ok(closed) = optimum(&problem, at.beta, gamma) else { continue };
            // Finite differences of a loss scaled by 1/γ say nothing at a tiny γ.
            if closed.gamma < 1e-2 {
                continue;
            }
            let weights = LinearWeights::optimal(&basis(&found), &problem, &closed).expect("weights");
            let at = At { gamma: closed.gamma, ..at };
            let f = |x: &[f64]| moments.loss_of(latents, x, at);
            let x = flat(&weights);
            prop_assert!((f(&x) - closed.loss).abs() < 1e-9 * (1.0 + closed.loss.abs()), "{} {}", f(&x), closed.loss);
            prop_assert!(slope(&f, &x) < 1e-6 * (1.0 + closed.loss.abs()), "{}", slope(&f, &x));
            if gamma == Gamma::Learned {
                let over = |factor: f64| moments.loss_of(latents, &x, At { gamma: at.gamma * factor, ..at });
                prop_assert!((over(1.0 + 1e-5) - over(1.0 - 1e-5)).abs() < 1e-8);
            }
            // gain, KL and E σ² give ζ²/γ back, whatever η is.
            for mode in closed.modes.iter().filter(|m| m.active && m.zeta2 > 1.01 * at.beta * at.gamma) {
                let gain = mode.zeta2 - at.beta * at.gamma;
                for b in [
                    effective_threshold_from_gain(at.beta, gain, at.gamma, mode.kl),
                    effective_threshold_from_variance(at.beta, mode.sigma * mode.sigma / (at.eta * at.eta)),
                ] {
                    prop_assert!((b.expect("alive") * at.gamma / mode.zeta2 - 1.0).abs() < 1e-7);
                }
                let law = (mode.sigma * mode.sigma + mode.var_mu) / (at.eta * at.eta);
                prop_assert!((law - 1.0).abs() < 1e-13);
            }
        }
    }

    #[test]
    fn weights_with_sigma_held_too(case in cases(), seed in 0_u32..100) {
        let Case { moments, latents, at, .. } = case;
        let found = modes(&moments);
        let problem = problem(&moments, &found, latents, at.eta);
        let sigma: Vec<f64> = (0..latents as u32)
            .map(|j| f64::from(rng::normal(seed, Stream::Init, j, 9)).exp())
            .collect();
        let closed = fixed_sigma_optimum(&problem, at.beta, at.gamma, &sigma).expect("an optimum");
        let weights = LinearWeights::with_sigma_held(&basis(&found), &problem, &closed, &sigma).expect("weights");
        let x = flat(&weights);
        let f = |w: &[f64]| moments.loss_of(latents, &[w, &x[w.len()..]].concat(), at);
        let w = &x[..x.len() - latents];
        prop_assert!((f(w) - closed.loss).abs() < 1e-9 * (1.0 + closed.loss.abs()));
        prop_assert!(slope(&f, w) < 1e-6 * (1.0 + closed.loss.abs()));
    }

    #[test]
    fn the_origin_of_the_full_loss_has_the_hessian_per_mode(case in cases()) {
        let Case { moments, latents, at, .. } = case;
        let found = modes(&moments);
        let zeros = |rows: usize| vec![vec![0.0; latents]; rows];
        let (d, n) = (moments.c.len(), moments.a.len());
        // Along mode i the decoder's column is a·fᵢ, the encoder's b·eᵢ, all in latent 0; σ moves in s.
        let point = |i: usize, a: f64, k: usize, b: f64, s: f64| {
            let (mut u, mut w): (Rows, Rows) = (zeros(d), zeros(n));
            for (row, u) in u.iter_mut().enumerate() {
                u[0] = a * found.outputs[(row, i)];
            }
            for (row, w) in w.iter_mut().enumerate() {
                w[0] = b * found.inputs[(row, k)];
            }
            let mut sigma = vec![at.eta; latents];
            sigma[0] += s;
            moments.loss(&u, &w, &sigma, at)
        };
        let h = 1e-3;
        let flat = point(0, 0.0, 0, 0.0, 0.0);
        for i in 0..found.eigenvalues.len() {
            let exact = origin_hessian(found.eigenvalues[i], at.beta, at.gamma, at.eta).expect("valid");
            let uu = (point(i, h, 0, 0.0, 0.0) + point(i, -h, 0, 0.0, 0.0) - 2.0 * flat) / (h * h);
            let vv = (point(0, 0.0, i, h, 0.0) + point(0, 0.0, i, -h, 0.0) - 2.0 * flat) / (h * h);
            let mixed = |i, k| {
                let f = |a, b| point(i, a, k, b, 0.0);
                (f(h, h) - f(h, -h) - f(-h, h) + f(-h, -h)) / (4.0 * h * h)
            };
            let scale = 1.0 + flat.abs() + exact[0][0] + exact[1][1];
            prop_assert!((uu - exact[0][0]).abs() < 1e-5 * scale, "{uu} {exact:?}");
            prop_assert!((vv - exact[1][1]).abs() < 1e-5 * scale, "{vv} {exact:?}");
            for k in 0..found.eigenvalues.len() {
                let wanted = if k == i { exact[0][1] } else { 0.0 };
                prop_assert!((mixed(i, k) - wanted).abs() < 1e-5 * scale, "{i} {k} {} {wanted}", mixed(i, k));
            }
            // To second order σ moves alone.
            let with_sigma = (point(i, h, i, h, h) - point(i, h, i, h, -h) - point(i, -h, i, -h, h)
                + point(i, -h, i, -h, -h)) / (4.0 * h * h);
            prop_assert!(with_sigma.abs() < 1e-5 * scale);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_minimiser_ends_at_the_closed_form(case in cases()) {
        let Case { moments, latents, at, .. } = case;
        let latents = latents.min(3);
        let found = modes(&moments);
        let problem = problem(&moments, &found, latents, at.eta);
        let closed = optimum(&problem, at.beta, Gamma::Fixed(at.gamma)).expect("an optimum");
        let f = |x: &[f64]| moments.loss_of(latents, x, at);
        let size = (moments.a.len() + moments.c.len() + 1) * latents;
        let least = (0..3)
            .map(|start| {
                let entry = |i| 0.6 * f64::from(rng::normal(11, Stream::Init, i, start));
                bfgs(&f, &(0..size as u32).map(entry).collect::<Vec<f64>>()).0
            })
            .fold(f64::INFINITY, f64::min);
        prop_assert!(least > closed.loss - 1e-9 * (1.0 + closed.loss.abs()), "{least} {}", closed.loss);
        prop_assert!(least < closed.loss + 1e-6 * (1.0 + closed.loss.abs()), "{least} {}", closed.loss);
    }
}

#[test]
fn a_vae_is_the_case_of_the_input_as_target() {
    let mut moments = Moments::random(4, 4, 3, 0.0, 8);
    moments.c.clone_from(&moments.a);
    moments.total = (0..4).map(|i| moments.a[i][i]).sum();
    let found = modes(&moments);
    let s = to_mat(&moments.a);
    let eigen = s.self_adjoint_eigen(faer::Side::Lower).expect("symmetric");
    let reversed = faer::Mat::from_fn(4, 3, |i, j| eigen.U()[(i, 3 - j)]);
    let values: Vec<f64> = (0..3).map(|j| eigen.S()[3 - j]).collect();
    for (a, b) in found.eigenvalues.iter().zip(&values) {
        assert!((a / b - 1.0).abs() < 1e-9, "{a} {b}");
    }
    let problem = LinearProblem::vae(values.clone(), 4, 5).expect("valid");
    assert_eq!(
        variance_shares(&problem)
            .last()
            .map(|s| (s.cumulative * 1e9).round()),
        Some(1e9)
    );
    let closed = optimum(&problem, 0.4, Gamma::Fixed(0.5)).expect("an optimum");
    let own = Basis::vae(&values, reversed.as_ref()).expect("a basis");
    let weights = LinearWeights::optimal(&own, &problem, &closed).expect("weights");
    let at = At {
        beta: 0.4,
        gamma: 0.5,
        eta: 1.0,
    };
    let loss = moments.loss_of(5, &flat(&weights), at);
    assert!((loss - closed.loss).abs() < 1e-10, "{loss} {}", closed.loss);
    // The same loss as the analytic ELBO says, on an equal footing at β = 0.4.
    let covariance = Covariance::from_matrix(s.as_ref()).expect("a covariance");
    let elbo = weights.to_vae(0.5).elbo(&covariance, 0.4).expect("an ELBO");
    assert!((elbo.value + closed.loss).abs() < 1e-10);
    assert!((elbo.kl - closed.kl).abs() < 1e-10);
    assert!((elbo.squared_error - closed.squared_error).abs() < 1e-10);
    // At β = 1 and γ learned its decoder is pPCA's.
    let two = LinearProblem::vae(values.clone(), 4, 2).expect("valid");
    let closed = optimum(&two, 1.0, Gamma::Learned).expect("an optimum");
    let weights = LinearWeights::optimal(&own, &two, &closed).expect("weights");
    let fit = ppca_fit(&values, 4, 2).expect("a fit");
    let w = ppca_weights(&values, reversed.as_ref(), 2, fit.sigma2).expect("weights");
    assert!((&weights.decoder - &w).norm_max() < 1e-9);
}

#[test]
fn too_few_directions_are_an_error() {
    let found = modes(&Moments::random(3, 3, 3, 0.0, 2));
    let one = Basis::new(
        found.inputs.subcols(0, 1).to_owned(),
        found.outputs.subcols(0, 1).to_owned(),
    )
    .expect("a basis");
    let problem = LinearProblem::vae(vec![3.0, 2.0, 1.0], 3, 3).expect("valid");
    let closed = optimum(&problem, 1.0, Gamma::Fixed(0.1)).expect("an optimum");
    assert!(matches!(
        LinearWeights::optimal(&one, &problem, &closed),
        Err(Error::OutOfRange {
            max: 1,
            value: 3,
            ..
        })
    ));
    let uneven = Basis::new(found.inputs.subcols(0, 1).to_owned(), found.outputs);
    assert!(matches!(uneven, Err(Error::Shape { .. })));
    let vectors = faer::Mat::<f64>::identity(3, 1);
    assert!(ppca_weights(&[3.0, 2.0], vectors.as_ref(), 2, 1.0).is_err());
    assert!(ppca_weights(&[3.0, 0.5], vectors.as_ref(), 2, 1.0).is_ok());
    assert!(ppca_weights(&[3.0], vectors.as_ref(), 1, -1.0).is_err());
}

/// ζ² and the least loss of one problem from another program (numpy: eigenvalues and singular values
/// for the first, sixty thousand steps of Adam from five starts for the second).
#[test]
fn an_independent_program_gives_the_same_numbers() {
    let g: Rows = (0..4)
        .map(|i| (0..2).map(|j| f64::from(1 + 3 * i + j).sin()).collect())
        .collect();
    let b: Rows = (0..3)
        .map(|i| (0..4).map(|j| f64::from(i - 2 * j).cos()).collect())
        .collect();
    let a = product(&g, &transposed(&g));
    let c = product(&b, &a);
    let total = trace(&product(&c, &transposed(&b))) + 0.4;
    let moments = Moments { a, c, total };
    let found = modes(&moments);
    assert_eq!(found.rank, 2);
    assert!((moments.total - 5.021_047_409_472_745).abs() < 1e-12);
    for (zeta2, expected) in found.eigenvalues.iter().zip([4.449_772_02, 0.171_275_39]) {
        assert!((zeta2 - expected).abs() < 1e-8, "{zeta2} {expected}");
    }
    let problem = problem(&moments, &found, 3, 1.4);
    let closed = optimum(&problem, 0.6, Gamma::Fixed(0.5)).expect("an optimum");
    assert!(
        (closed.loss - 3.397_417_917_685_508).abs() < 1e-12,
        "{}",
        closed.loss
    );
    assert_eq!(closed.active, 1);
    assert!((closed.modes[0].sigma.powi(2) - 0.132_141_6).abs() < 1e-7);
    // Adam found mode 2 alive at 0.98 of its threshold with Var μ/η² = 0.02, and dead at 1.02 of it.
    let beside = |factor: f64| {
        let beta = found.eigenvalues[1] / 0.5 * factor;
        let closed = optimum(&problem, beta, Gamma::Fixed(0.5)).expect("an optimum");
        closed.modes[1].var_mu / (1.4 * 1.4)
    };
    assert!((beside(0.98) - 0.02).abs() < 1e-9 && beside(1.02) == 0.0);
}
