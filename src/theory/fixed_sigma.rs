//! The global minimum when the posterior's σ is held: collapse does not depend on learning it.

use serde::Serialize;

use super::linear::log_normalizer;
use super::{Error, LinearProblem, is_alive, positive, representable};

/// One mode at the global minimum with the posterior's σ held.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct FixedSigmaMode {
    /// ζ², the eigenvalue.
    pub zeta2: f64,
    /// The latent that carries the mode, as a position in the σ given.
    pub latent: usize,
    /// σ of that latent.
    pub sigma: f64,
    /// Whether ζ² > σ²βγ/η², by the comparison of [`is_alive`].
    pub active: bool,
    /// λ: λ² = p·c/σ with p = (ζ − σc)₊ and c = √(βγ)/η.
    pub lambda: f64,
    /// The encoder's singular value θ: θ² = p·σ/c.
    pub theta: f64,
}

/// The global minimum with σ held.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FixedSigmaOptimum {
    /// One entry per mode within reach of the latents: min(κ, number of eigenvalues).
    pub modes: Vec<FixedSigmaMode>,
    /// Number of active modes.
    pub active: usize,
    /// L per sample in nats, with (d/2) log(2πγ) and the held σ's share of the KL.
    pub loss: f64,
}

/// The global minimum over encoder and decoder with each latent's σ held (Wang and Ziyin §4.1).
///
/// `sigmas` has one positive σ per latent, in any order. Per mode the least loss is
/// `(1/2γ)[ζ² − (ζ − σc)₊²]`, c = √(βγ)/η, so the largest ζ goes with the smallest σ.
///
/// # Errors
/// [`Error::NotPositive`] for a bad β, γ or σ, [`Error::OutOfRange`] unless there are κ of the σ,
/// [`Error::NotRepresentable`] on overflow.
pub fn fixed_sigma_optimum(
    problem: &LinearProblem,
    beta: f64,
    gamma: f64,
    sigmas: &[f64],
) -> Result<FixedSigmaOptimum, Error> {
    positive("β", beta)?;
    positive("γ", gamma)?;
    let latents = problem.latents();
    if sigmas.len() != latents {
        return Err(Error::OutOfRange {
            name: "number of σ",
            min: latents,
            max: latents,
            value: sigmas.len(),
        });
    }
    for &sigma in sigmas {
        positive("σ", sigma)?;
    }
    let c = beta.sqrt() * gamma.sqrt() / problem.eta_enc();
    if !c.is_normal() {
        return Err(Error::NotRepresentable {
            what: "√(βγ)/η_enc",
        });
    }
    let mut order: Vec<usize> = (0..latents).collect();
    order.sort_by(|&a, &b| sigmas[a].total_cmp(&sigmas[b]));
    let modes: Vec<FixedSigmaMode> = problem
        .eigenvalues()
        .iter()
        .zip(&order)
        .map(|(&zeta2, &latent)| fixed_mode(zeta2, latent, sigmas[latent], c))
        .collect();
    let saved: f64 = modes
        .iter()
        .filter(|m| m.active)
        .map(|m| (m.zeta2.sqrt() - m.sigma * c).powi(2))
        .sum();
    let held: f64 = sigmas
        .iter()
        .map(|sigma| {
            let ratio = (sigma / problem.eta_enc()).powi(2);
            0.5 * (ratio - ratio.ln() - 1.0)
        })
        .sum();
    let loss = (problem.total_variance() - saved) / (2.0 * gamma)
        + beta * held
        + log_normalizer(problem.dim(), gamma);
    Ok(FixedSigmaOptimum {
        active: modes.iter().filter(|m| m.active).count(),
        modes,
        loss: representable("the loss", loss)?,
    })
}

fn fixed_mode(zeta2: f64, latent: usize, sigma: f64, c: f64) -> FixedSigmaMode {
    let active = is_alive(zeta2, (sigma * c).powi(2), 1.0);
    let product = if active {
        (zeta2.sqrt() - sigma * c).max(0.0)
    } else {
        0.0
    };
    FixedSigmaMode {
        zeta2,
        latent,
        sigma,
        active,
        lambda: (product * (c / sigma)).sqrt(),
        theta: (product * (sigma / c)).sqrt(),
    }
}
