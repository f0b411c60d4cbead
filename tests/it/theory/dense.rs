//! The whole linear VAE, dense and in a random basis, minimised numerically: the reduction to one
//! problem per mode is itself under test.

use super::minimise::global;
use collapse_explorer::rng::{self, Stream};
use collapse_explorer::theory::{Gamma, LinearProblem, fixed_sigma_optimum, optimum};

/// A random orthonormal basis, row by row.
pub(super) fn basis(d: usize, seed: u32) -> Vec<Vec<f64>> {
    let mut rows: Vec<Vec<f64>> = Vec::new();
    while rows.len() < d {
        let r = rows.len() as u32;
        let mut row: Vec<f64> = (0..d as u32)
            .map(|i| f64::from(rng::normal(seed, Stream::Data, i, r)))
            .collect();
        for _ in 0..2 {
            for other in &rows {
                let along: f64 = row.iter().zip(other).map(|(a, b)| a * b).sum();
                row.iter_mut().zip(other).for_each(|(a, b)| *a -= along * b);
            }
        }
        let norm = row.iter().map(|a| a * a).sum::<f64>().sqrt();
        for a in &mut row {
            *a /= norm;
        }
        rows.push(row);
    }
    rows
}

/// The sum of `e q qᵀ` over eigenvalues e and rows q of the basis.
pub(super) fn covariance(eigenvalues: &[f64], basis: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let d = basis.len();
    (0..d)
        .map(|i| {
            (0..d)
                .map(|j| {
                    eigenvalues
                        .iter()
                        .zip(basis)
                        .map(|(e, q)| e * q[i] * q[j])
                        .sum()
                })
                .collect()
        })
        .collect()
}

#[derive(Clone, Copy)]
struct Case<'a> {
    covariance: &'a [Vec<f64>],
    latents: usize,
    beta: f64,
    eta: f64,
}

/// L of a linear VAE: `w` is encoder (d × κ), then decoder (d × κ), both row-major.
fn loss(case: Case<'_>, w: &[f64], sigma: &[f64], gamma: f64) -> f64 {
    let (d, k) = (case.covariance.len(), case.latents);
    let (encoder, decoder) = w.split_at(d * k);
    let a = case.covariance;
    // M = I − U Wᵀ; the error is tr(M A Mᵀ) + tr(U diag(σ²) Uᵀ).
    let m: Vec<Vec<f64>> = (0..d)
        .map(|i| {
            (0..d)
                .map(|j| {
                    let uw: f64 = (0..k)
                        .map(|l| decoder[i * k + l] * encoder[j * k + l])
                        .sum();
                    f64::from(u8::from(i == j)) - uw
                })
                .collect()
        })
        .collect();
    let mut error = 0.0;
    for row in &m {
        for i in 0..d {
            for j in 0..d {
                error += row[i] * a[i][j] * row[j];
            }
        }
    }
    let mut kl = 0.0;
    for l in 0..k {
        let mut mean_square = 0.0;
        for i in 0..d {
            error += (decoder[i * k + l] * sigma[l]).powi(2);
            for j in 0..d {
                mean_square += encoder[i * k + l] * a[i][j] * encoder[j * k + l];
            }
        }
        let ratio = (sigma[l] / case.eta).powi(2);
        kl += 0.5 * (mean_square / case.eta.powi(2) + ratio - ratio.ln() - 1.0);
    }
    error / (2.0 * gamma) + 0.5 * d as f64 * (std::f64::consts::TAU * gamma).ln() + case.beta * kl
}

const SPECTRUM: [f64; 3] = [3.0, 1.1, 0.4];

fn problem(latents: usize, eta: f64) -> LinearProblem {
    LinearProblem::new(SPECTRUM.to_vec(), SPECTRUM.iter().sum(), 3, latents, eta).expect("valid")
}

#[test]
fn dense_minimum_with_sigma_learned() {
    let a = covariance(&SPECTRUM, &basis(3, 5));
    for (latents, beta, gamma, eta) in [
        (1, 0.5, 0.7, 1.0),
        (2, 0.5, 0.7, 1.0),
        (2, 2.0, 0.7, 1.4),
        (2, 5.0, 0.7, 1.0),
        (3, 0.3, 0.2, 0.6),
    ] {
        let case = Case {
            covariance: &a,
            latents,
            beta,
            eta,
        };
        let f = |x: &[f64]| {
            let (w, log_sigma) = x.split_at(6 * latents);
            let sigma: Vec<f64> = log_sigma.iter().map(|s| s.exp()).collect();
            loss(case, w, &sigma, gamma)
        };
        let (least, at) = global(&f, 7 * latents, 6);
        let closed =
            optimum(&problem(latents, eta), beta, Gamma::Fixed(gamma)).expect("an optimum");
        assert!(
            (least - closed.loss).abs() < 1e-8,
            "{latents} {beta}: {least} {}",
            closed.loss
        );
        let mut found: Vec<f64> = at[6 * latents..].iter().map(|s| (2.0 * s).exp()).collect();
        found.sort_by(f64::total_cmp);
        for (found, exact) in found
            .iter()
            .zip(closed.sigma2_per_latent(&problem(latents, eta)))
        {
            assert!((found - exact).abs() < 2e-3 * exact, "{found} {exact}");
        }
    }
}

#[test]
fn dense_minimum_with_sigma_held() {
    let a = covariance(&SPECTRUM, &basis(3, 6));
    for (sigma, beta, gamma, eta) in [
        (vec![1.0, 1.0], 0.5, 0.7, 1.0),
        (vec![1.3, 0.4], 0.5, 0.7, 1.0),
        (vec![0.3, 2.0], 0.9, 0.3, 1.5),
        (vec![5.0, 6.0], 2.0, 1.0, 1.0),
    ] {
        let case = Case {
            covariance: &a,
            latents: 2,
            beta,
            eta,
        };
        let (least, _) = global(&|w| loss(case, w, &sigma, gamma), 12, 6);
        let closed =
            fixed_sigma_optimum(&problem(2, eta), beta, gamma, &sigma).expect("an optimum");
        assert!(
            (least - closed.loss).abs() < 1e-8,
            "{sigma:?}: {least} {}",
            closed.loss
        );
        // The modes' own weights give the same loss, evaluated in the eigenbasis.
        let diagonal = covariance(&SPECTRUM, &covariance(&[1.0; 3], &basis(3, 1)));
        let mut w = vec![0.0; 12];
        for (i, mode) in closed.modes.iter().enumerate() {
            w[i * 2 + mode.latent] = mode.theta / mode.zeta2.sqrt();
            w[6 + i * 2 + mode.latent] = mode.lambda;
        }
        let case = Case {
            covariance: &diagonal,
            ..case
        };
        assert!((loss(case, &w, &sigma, gamma) - closed.loss).abs() < 1e-10);
    }
}

#[test]
fn dense_minimum_with_gamma_learned() {
    let a = covariance(&SPECTRUM, &basis(3, 7));
    for (latents, beta) in [(1, 1.0), (2, 1.0), (2, 1.3), (2, 1.9), (1, 2.5), (3, 1.2)] {
        let case = Case {
            covariance: &a,
            latents,
            beta,
            eta: 1.0,
        };
        let f = |x: &[f64]| {
            let (w, rest) = x.split_at(6 * latents);
            let sigma: Vec<f64> = rest[..latents].iter().map(|s| s.exp()).collect();
            loss(case, w, &sigma, rest[latents].exp())
        };
        let (least, at) = global(&f, 7 * latents + 1, 6);
        let closed = optimum(&problem(latents, 1.0), beta, Gamma::Learned).expect("an optimum");
        assert!(
            (least - closed.loss).abs() < 1e-8,
            "{latents} {beta}: {least} {}",
            closed.loss
        );
        let gamma = at[7 * latents].exp();
        assert!(
            (gamma - closed.gamma).abs() < 1e-4 * gamma,
            "{gamma} {}",
            closed.gamma
        );
    }
}
