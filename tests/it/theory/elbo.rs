//! The analytic ELBO against sums over samples, finite differences, the dense Gaussian density and
//! numerical maximisation.

use super::dense::basis;
use super::matrices::{Rows, product, random, to_mat, transposed};
use super::minimise::bfgs;
use super::ppca::gaussian;
use collapse_explorer::config::NotPositive;
use collapse_explorer::theory::{
    Covariance, Error, LinearVae, log_marginal_likelihood, ppca_fit, ppca_log_likelihood,
    ppca_sweep, ppca_weights, stationary_gap,
};
use faer::Mat;
use proptest::prelude::*;

fn covariance(rows: &Rows) -> Covariance {
    Covariance::from_matrix(to_mat(rows).as_ref()).unwrap()
}

/// `S = GGᵀ` for random G (n × rank).
fn random_covariance(n: usize, rank: usize, seed: u32) -> Rows {
    let g = random(n, rank, seed);
    product(&g, &transposed(&g))
}

fn random_vae(n: usize, k: usize, seed: u32) -> LinearVae {
    LinearVae {
        decoder: to_mat(&random(n, k, seed)),
        encoder: to_mat(&random(k, n, seed + 1)),
        variances: random(1, k, seed + 2)[0].iter().map(|v| v.exp()).collect(),
        sigma2: random(1, 1, seed + 3)[0][0].exp(),
    }
}

/// `WWᵀ + σ²I`.
fn model(w: &Mat<f64>, sigma2: f64) -> Rows {
    (0..w.nrows())
        .map(|i| {
            (0..w.nrows())
                .map(|j| {
                    let ww: f64 = (0..w.ncols()).map(|l| w[(i, l)] * w[(j, l)]).sum();
                    ww + if i == j { sigma2 } else { 0.0 }
                })
                .collect()
        })
        .collect()
}

/// Sample by sample and latent by latent from eqs. 16 and 20, no matrix of second moments.
#[test]
fn the_elbo_is_the_mean_over_samples() {
    let (n, k, count) = (4, 2, 30);
    let vae = random_vae(n, k, 5);
    let mut x = random(count, n, 40);
    for i in 0..n {
        let mean = x.iter().map(|row| row[i]).sum::<f64>() / count as f64;
        for row in &mut x {
            row[i] -= mean;
        }
    }
    let factor = Mat::from_fn(n, count, |i, s| x[s][i] / (count as f64).sqrt());
    let s = Covariance::from_factor(factor).unwrap();
    let (mut kl, mut log_likelihood) = (0.0, 0.0);
    for row in &x {
        let mu: Vec<f64> = (0..k)
            .map(|j| (0..n).map(|i| vae.encoder[(j, i)] * row[i]).sum())
            .collect();
        for (mu, d) in mu.iter().zip(&vae.variances) {
            kl += 0.5 * (mu * mu + d - d.ln() - 1.0) / count as f64;
        }
        for (i, x) in row.iter().enumerate() {
            let mean: f64 = (0..k).map(|j| vae.decoder[(i, j)] * mu[j]).sum();
            let spread: f64 = (0..k)
                .map(|j| vae.decoder[(i, j)].powi(2) * vae.variances[j])
                .sum();
            let error = (x - mean).powi(2) + spread;
            let log_norm = (std::f64::consts::TAU * vae.sigma2).ln();
            log_likelihood -= 0.5 * (error / vae.sigma2 + log_norm) / count as f64;
        }
    }
    for beta in [1.0, 0.3] {
        let found = vae.elbo(&s, beta).unwrap();
        assert!((found.kl - kl).abs() < 1e-12 * kl, "{found:?} {kl}");
        assert!((found.log_likelihood - log_likelihood).abs() < 1e-12 * log_likelihood.abs());
        assert!((found.value - (log_likelihood - beta * kl)).abs() < 1e-11 * kl);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn gradients_are_the_central_differences(n in 1_usize..6, k in 1_usize..5, rank in 1_usize..6, seed in 0_u32..1000, beta in 0.2_f64..3.0) {
        let s = covariance(&random_covariance(n, rank, seed));
        let vae = random_vae(n, k, seed);
        let gradient = vae.gradient(&s, beta).unwrap();
        let scale = 1.0 + vae.elbo(&s, beta).unwrap().value.abs();
        let difference = |change: &dyn Fn(&mut LinearVae, f64), at: f64| {
            let h = 1e-6 * at.abs().max(0.1);
            let moved = |step: f64| {
                let mut other = vae.clone();
                change(&mut other, at + step);
                other.elbo(&s, beta).unwrap().value
            };
            (moved(h) - moved(-h)) / (2.0 * h)
        };
        let close = |found: f64, measured: f64| (found - measured).abs() < 1e-6 * (scale + found.abs());
        for j in 0..k {
            for i in 0..n {
                let w = difference(&|v, x| v.decoder[(i, j)] = x, vae.decoder[(i, j)]);
                prop_assert!(close(gradient.decoder[(i, j)], w), "W {} {w}", gradient.decoder[(i, j)]);
                let v = difference(&|v, x| v.encoder[(j, i)] = x, vae.encoder[(j, i)]);
                prop_assert!(close(gradient.encoder[(j, i)], v), "V {} {v}", gradient.encoder[(j, i)]);
            }
            let d = difference(&|v, x| v.variances[j] = x, vae.variances[j]);
            prop_assert!(close(gradient.variances[j], d), "D {} {d}", gradient.variances[j]);
        }
        let noise = difference(&|v, x| v.sigma2 = x, vae.sigma2);
        prop_assert!(close(gradient.sigma2, noise), "σ² {} {noise}", gradient.sigma2);
    }

    #[test]
    fn elbo_and_gap_add_up_to_the_dense_likelihood(n in 1_usize..7, k in 1_usize..7, rank in 1_usize..7, seed in 0_u32..1000) {
        let dense = random_covariance(n, rank, seed);
        let s = covariance(&dense);
        let vae = random_vae(n, k, seed);
        let exact = gaussian(&model(&vae.decoder, vae.sigma2), &dense);
        let tolerance = 1e-9 * (1.0 + exact.abs());
        let marginal = log_marginal_likelihood(vae.decoder.as_ref(), vae.sigma2, &s).unwrap();
        prop_assert!((marginal - exact).abs() < tolerance, "{marginal} {exact}");
        // Whatever encoder there is ...
        let gap = vae.gap(&s).unwrap();
        prop_assert!(gap.mean >= 0.0 && gap.variances >= 0.0 && gap.diagonal >= 0.0, "{gap:?}");
        let elbo = vae.elbo(&s, 1.0).unwrap();
        let scale = 1e-9 * (1.0 + elbo.value.abs());
        prop_assert!((elbo.value + gap.total() - exact).abs() < scale, "{elbo:?} {gap:?} {exact}");
        // ... and with the best one, where only the diagonal is missing.
        let best = LinearVae::stationary(vae.decoder.clone(), vae.sigma2, 1.0).unwrap();
        let gap = best.gap(&s).unwrap();
        prop_assert!(gap.mean < 1e-18 * (1.0 + exact.abs()) && gap.variances < 1e-18, "{gap:?}");
        let left = stationary_gap(vae.decoder.as_ref(), vae.sigma2).unwrap();
        prop_assert!((best.elbo(&s, 1.0).unwrap().value + left - exact).abs() < tolerance);
    }

    #[test]
    fn the_stationary_encoder_is_the_maximum_over_encoders(n in 1_usize..5, k in 1_usize..4, seed in 0_u32..1000, beta in 0.2_f64..3.0) {
        let s = covariance(&random_covariance(n, n, seed));
        let start = random_vae(n, k, seed);
        let best = LinearVae::stationary(start.decoder.clone(), start.sigma2, beta).unwrap();
        let value = best.elbo(&s, beta).unwrap().value;
        let gradient = best.gradient(&s, beta).unwrap();
        let scale = 1.0 + value.abs();
        prop_assert!(gradient.encoder.norm_max() < 1e-9 * scale, "{}", gradient.encoder.norm_max());
        // ∂/∂D is β/D small: relative to its two terms.
        for (g, d) in gradient.variances.iter().zip(&best.variances) {
            prop_assert!(g.abs() * d < 1e-12, "{g} {d}");
        }
        for j in 0..k {
            for factor in [0.9, 1.1] {
                let mut other = best.clone();
                other.variances[j] *= factor;
                prop_assert!(other.elbo(&s, beta).unwrap().value < value);
                let mut other = best.clone();
                other.encoder[(j, 0)] += 0.1 * (factor - 1.0);
                prop_assert!(other.elbo(&s, beta).unwrap().value < value);
            }
        }
    }
}

const SPECTRUM: [f64; 5] = [4.0, 2.5, 1.0, 0.6, 0.3];

fn principal_components() -> Mat<f64> {
    let q = basis(5, 31);
    Mat::from_fn(5, 5, |i, j| q[j][i])
}

#[test]
fn the_gap_at_the_mle_is_zero_iff_the_columns_are_orthogonal() {
    let u = principal_components();
    let s = Covariance::from_spectrum(&SPECTRUM, u.as_ref()).unwrap();
    let fit = ppca_fit(&SPECTRUM, 5, 2).unwrap();
    let w = ppca_weights(&SPECTRUM, u.as_ref(), 2, fit.sigma2).unwrap();
    for (j, norm) in fit.column_norms.iter().enumerate() {
        assert!((w.col(j).norm_l2() - norm).abs() < 1e-12);
    }
    let elbo = |w: &Mat<f64>| {
        let vae = LinearVae::stationary(w.clone(), fit.sigma2, 1.0).unwrap();
        vae.elbo(&s, 1.0).unwrap().value
    };
    assert!((elbo(&w) - fit.log_likelihood).abs() < 1e-12);
    assert!(stationary_gap(w.as_ref(), fit.sigma2).unwrap() < 1e-15);
    for angle in [1e-4_f64, 0.3, 0.8, std::f64::consts::FRAC_PI_2] {
        let (sin, cos) = angle.sin_cos();
        let rotation = to_mat(&vec![vec![cos, -sin], vec![sin, cos]]);
        let turned = &w * &rotation;
        let marginal = log_marginal_likelihood(turned.as_ref(), fit.sigma2, &s).unwrap();
        assert!((marginal - fit.log_likelihood).abs() < 1e-12);
        let gap = stationary_gap(turned.as_ref(), fit.sigma2).unwrap();
        // ½ log(M₁₁M₂₂/(M₁₁M₂₂ − M₁₂²)) with WᵀW = diag(l − σ²) turned, by hand.
        let (a, b) = (SPECTRUM[0], SPECTRUM[1]);
        let (m11, m22) = (a * cos * cos + b * sin * sin, a * sin * sin + b * cos * cos);
        let expected = 0.5 * (m11 * m22 / (a * b)).ln();
        assert!(
            (gap - expected).abs() < 1e-14 + 1e-7 * expected,
            "{angle}: {gap} {expected}"
        );
        assert!((elbo(&turned) + gap - fit.log_likelihood).abs() < 1e-12);
        assert_eq!(gap > 1e-12, angle < 1.0, "{angle}: {gap}");
    }
}

/// All of W, V, D and σ² at once, from several starts: no maximum but pPCA's (Lucas et al., Theorem 1).
#[test]
fn the_numerical_maximum_is_ppca() {
    let u = principal_components();
    let s = Covariance::from_spectrum(&SPECTRUM, u.as_ref()).unwrap();
    let fit = ppca_fit(&SPECTRUM, 5, 2).unwrap();
    let vae = |x: &[f64]| LinearVae {
        decoder: Mat::from_fn(5, 2, |i, j| x[2 * i + j]),
        encoder: Mat::from_fn(2, 5, |i, j| x[10 + 5 * i + j]),
        variances: x[20..22].iter().map(|v| v.exp()).collect(),
        sigma2: x[22].exp(),
    };
    let f = |x: &[f64]| vae(x).elbo(&s, 1.0).map_or(f64::INFINITY, |e| -e.value);
    for seed in [1, 2, 3] {
        let start: Vec<f64> = random(1, 23, 90 + seed)[0]
            .iter()
            .map(|v| 0.5 * v)
            .collect();
        let (least, at) = bfgs(&f, &start);
        assert!(
            (least + fit.log_likelihood).abs() < 1e-8,
            "{least} {}",
            fit.log_likelihood
        );
        // The columns are the principal components themselves, up to order and sign.
        let w = vae(&at).decoder;
        let mut norms = [w.col(0).norm_l2(), w.col(1).norm_l2()];
        norms.sort_by(|a, b| b.total_cmp(a));
        for (norm, exact) in norms.iter().zip(&fit.column_norms) {
            assert!(
                (norm - exact).abs() < 1e-3,
                "{norms:?} {:?}",
                fit.column_norms
            );
        }
    }
}

#[test]
fn a_nearly_perfect_reconstruction_keeps_its_digits() {
    // σ² twelve orders below the variances: differences of traces would leave nothing.
    let u = principal_components();
    let spectrum = [4.0, 2.5, 1e-12, 1e-12, 1e-12];
    let s = Covariance::from_spectrum(&spectrum, u.as_ref()).unwrap();
    let fit = ppca_fit(&spectrum, 5, 2).unwrap();
    let w = ppca_weights(&spectrum, u.as_ref(), 2, fit.sigma2).unwrap();
    let vae = LinearVae::stationary(w, fit.sigma2, 1.0).unwrap();
    let elbo = vae.elbo(&s, 1.0).unwrap().value;
    assert!(
        (elbo - fit.log_likelihood).abs() < 1e-6 * fit.log_likelihood,
        "{elbo} {}",
        fit.log_likelihood
    );
}

#[test]
fn the_sweep_holds_the_weights_and_not_their_lengths() {
    let spectrum = [6.0, 3.0, 2.0, 1.2, 0.7, 0.4, 0.2, 0.1];
    let q = basis(9, 12);
    let u = Mat::from_fn(9, 8, |i, j| q[j][i]);
    let s = Covariance::from_spectrum(&spectrum, u.as_ref()).unwrap();
    let ks: Vec<usize> = (0..=7).collect();
    let held = ppca_fit(&spectrum, 9, 3).unwrap().sigma2;
    let sweep = ppca_sweep(&spectrum, 9, &ks, 3).unwrap();
    for point in &sweep {
        let fit = ppca_fit(&spectrum, 9, point.k).unwrap();
        let w = ppca_weights(&spectrum, u.as_ref(), point.k, fit.sigma2).unwrap();
        let dense = log_marginal_likelihood(w.as_ref(), held, &s).unwrap();
        assert!((point.held - dense).abs() < 1e-11, "{point:?} {dense}");
        let own = log_marginal_likelihood(w.as_ref(), fit.sigma2, &s).unwrap();
        assert!(
            (point.log_likelihood - own).abs() < 1e-11,
            "{point:?} {own}"
        );
        assert_eq!((point.sigma2, point.k), (fit.sigma2, fit.kept.len()));
        // The right length is never worse than the one kept.
        let kept: Vec<usize> = (0..point.k).collect();
        let best = ppca_log_likelihood(&spectrum, 9, &kept, held).unwrap();
        assert!(best >= point.held - 1e-12);
    }
    assert!((sweep[3].held - sweep[3].log_likelihood).abs() < 1e-12);
    // Figure 2: the maximum rises with k, the held one turns and falls.
    assert!(
        sweep
            .windows(2)
            .all(|w| w[1].log_likelihood > w[0].log_likelihood)
    );
    let best = (0..8)
        .max_by(|&a, &b| sweep[a].held.total_cmp(&sweep[b].held))
        .unwrap();
    assert!(best < 7 && sweep[7].held < sweep[best].held, "{best}");
    assert!(matches!(
        ppca_sweep(&[2.0, 1.0], 4, &[1], 2),
        Err(Error::NotPositive(_))
    ));
}

#[test]
fn what_does_not_fit_is_named() {
    let s = covariance(&random_covariance(3, 3, 1));
    let good = random_vae(3, 2, 1);
    let bad = LinearVae {
        encoder: Mat::zeros(2, 4),
        ..good.clone()
    };
    assert!(matches!(
        bad.elbo(&s, 1.0),
        Err(Error::Shape {
            what: "encoder",
            ..
        })
    ));
    let bad = LinearVae {
        decoder: Mat::zeros(4, 2),
        ..good.clone()
    };
    assert!(matches!(
        bad.gap(&s),
        Err(Error::Shape {
            what: "decoder",
            ..
        })
    ));
    let bad = LinearVae {
        variances: vec![1.0],
        ..good.clone()
    };
    assert!(matches!(
        bad.gradient(&s, 1.0),
        Err(Error::OutOfRange { .. })
    ));
    let bad = LinearVae {
        variances: vec![1.0, 0.0],
        ..good.clone()
    };
    assert!(matches!(bad.elbo(&s, 1.0), Err(Error::NotPositive(_))));
    let bad = LinearVae {
        sigma2: -1.0,
        ..good.clone()
    };
    assert!(matches!(
        bad.elbo(&s, 1.0),
        Err(Error::NotPositive(NotPositive { name: "σ²", .. }))
    ));
    assert!(matches!(
        good.elbo(&s, f64::NAN),
        Err(Error::NotPositive(NotPositive { name: "β", .. }))
    ));
    let wild = Mat::from_fn(3, 2, |_, _| f64::NAN);
    assert!(LinearVae::stationary(wild.clone(), 1.0, 1.0).is_err());
    assert!(stationary_gap(wild.as_ref(), 1.0).is_err());
    let huge = Mat::from_fn(3, 2, |_, _| 1e200);
    assert!(log_marginal_likelihood(huge.as_ref(), 1.0, &s).is_err());
}

/// Numbers of the same formulas from another program (numpy, traces and dense inverses).
#[test]
fn an_independent_program_gives_the_same_numbers() {
    let vae = LinearVae {
        decoder: Mat::from_fn(4, 2, |i, j| (i + 1) as f64 * 0.3 - j as f64 * 0.5),
        encoder: Mat::from_fn(2, 4, |i, j| 0.2 * (i as f64 - 1.0) + 0.1 * j as f64),
        variances: vec![0.5, 1.3],
        sigma2: 0.7,
    };
    let factor = Mat::from_fn(4, 3, |i, j| (1.0 + 3.0 * i as f64 + j as f64).sin());
    let s = Covariance::from_factor(factor).unwrap();
    let elbo = vae.elbo(&s, 0.8).unwrap();
    let gradient = vae.gradient(&s, 0.8).unwrap();
    let marginal = log_marginal_likelihood(vae.decoder.as_ref(), 0.7, &s).unwrap();
    for (found, expected) in [
        (elbo.value, -8.945_551_683_712_65),
        (elbo.kl, 0.175_997_292_372_571_22),
        (gradient.decoder[(0, 0)], -0.652_111_322_440_141_5),
        (gradient.decoder[(3, 1)], -1.014_124_640_089_483_2),
        (gradient.encoder[(0, 0)], 0.696_768_324_028_160_6),
        (gradient.encoder[(1, 3)], 0.247_300_308_811_374_77),
        (gradient.variances[0], -1.528_571_428_571_428_6),
        (gradient.variances[1], -0.592_307_692_307_692_3),
        (marginal, -8.122_220_305_455_132),
    ] {
        assert!(
            (found - expected).abs() < 1e-13 * 10.0,
            "{found} {expected}"
        );
    }
}
