//! The global minimum of the linear latent variable model in closed form (Wang and Ziyin 2022):
//! which modes live, what they look like, and at which β each of them dies.
//!
//! Everywhere a mode is *active* iff ζ² > βγ, strictly: at equality it is dead. One comparison decides
//! ([`is_alive`](super::is_alive)), with a tolerance, so that a β at a threshold is not counted by rounding.

use std::f64::consts::PI;

use serde::Serialize;

use crate::config::LiveConfig;

use super::thresholds::{count_fixed, count_learned};
use super::{Error, LinearProblem, positive, representable};

/// Whether the decoder variance `γ = η_dec²` is given or is part of the minimisation.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Gamma {
    /// γ is held at this value.
    Fixed(f64),
    /// γ minimises the loss together with the weights.
    Learned,
}

impl Gamma {
    /// How the settings of a run treat γ: one that is learned and one that is set to its optimum end at the same place.
    pub fn of(live: &LiveConfig) -> Self {
        if live.gamma_moves() {
            Self::Learned
        } else {
            Self::Fixed(live.gamma)
        }
    }
}

/// One mode of the data at the global minimum, with the latent that may carry it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Mode {
    /// ζ², the eigenvalue.
    pub zeta2: f64,
    /// ζ²/γ: at the optimum's γ, the mode is active for β below this.
    pub beta_threshold: f64,
    /// Whether a latent carries this mode.
    pub active: bool,
    /// σ, the standard deviation of the posterior: η√(βγ)/ζ if active, else η.
    pub sigma: f64,
    /// λ, the decoder's singular value: √(ζ² − βγ)/η if active, else 0.
    pub lambda: f64,
    /// θ, the encoder's singular value on whitened data: (η/ζ)√(ζ² − βγ) if active, else 0.
    pub theta: f64,
    /// KL of this latent in nats: ½ log(ζ²/(βγ)) if active (for every η), else 0.
    pub kl: f64,
    /// Variance over the data of the posterior mean, θ²; σ² + Var μ = η², active or not.
    pub var_mu: f64,
}

/// A self-consistent value of a learned γ for an assumed number of active modes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct GammaSolution {
    /// Assumed number of active modes.
    pub m: usize,
    /// The candidate γ = Rₘ/(d − mβ).
    pub gamma: f64,
    /// The least loss with γ held at this value.
    pub loss: f64,
    /// Whether exactly m modes are active at this γ.
    pub valid: bool,
}

/// The global minimum of the loss.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Optimum {
    /// γ: the given one, or the learned one.
    pub gamma: f64,
    /// Number of active modes; they are the first ones of `modes`.
    pub active: usize,
    /// One entry per eigenvalue of the problem, in its order. Those beyond κ are never active;
    /// latents beyond the number of eigenvalues are collapsed and have no entry.
    pub modes: Vec<Mode>,
    /// L per sample in nats, with the constant (d/2) log(2πγ).
    pub loss: f64,
    /// E‖y − D(z)‖² = Rₘ + mβγ, summed over dimensions.
    pub squared_error: f64,
    /// (1/2γ) E‖y − D(z)‖², without the constant.
    pub reconstruction: f64,
    /// The constant (d/2) log(2πγ).
    pub log_normalizer: f64,
    /// KL summed over latents, in nats, not multiplied by β.
    pub kl: f64,
    /// With γ learned, every m that gives a positive γ, in ascending order; exactly one is valid.
    /// Empty with γ fixed.
    pub stationary: Vec<GammaSolution>,
}

impl Optimum {
    /// `σ_j²` of each of the problem's κ latents: the leading modes first, the collapsed after them.
    pub fn sigma2_per_latent(&self, problem: &LinearProblem) -> Vec<f64> {
        let prior = problem.eta_enc() * problem.eta_enc();
        (0..problem.latents())
            .map(|j| {
                self.modes
                    .get(j)
                    .map_or(prior, |mode| mode.sigma * mode.sigma)
            })
            .collect()
    }
}

/// The global minimum at `beta`, with γ fixed or learned (Wang and Ziyin, Theorem 1 and §5).
///
/// With γ fixed, mode i ≤ κ is active iff ζᵢ² > βγ. With γ learned, m active modes need
/// γ = Rₘ/(d − mβ), and this must leave exactly m modes active. There is one such m, and it is the
/// global minimum: with respect to log γ, twice the slope of the least loss, times γ, is
/// `g(γ) = dγ − R₀ + Σ_{i≤κ} (ζᵢ² − βγ)₊`, which is convex, is `−R_κ` ≤ 0 at 0 and grows to +∞.
/// If `R_κ` > 0 it has one root. If `R_κ` = 0, the r modes with ζ² > 0 reproduce the data, and either
/// β < d/r and the loss falls to −∞ as γ → 0 (an error here, [`Error::GammaVanishes`]), or β > d/r
/// and the one positive root is the minimum, or β = d/r and every γ up to ζᵣ²/β is as good: the
/// largest is returned. β = 1 gives the maximum-likelihood σ² of probabilistic PCA.
///
/// Costs O(d).
///
/// # Errors
/// [`Error::NotPositive`] for a bad β or γ, [`Error::GammaVanishes`] and [`Error::NoVariance`] if
/// the learned γ is zero, [`Error::NotRepresentable`] if a result over- or underflows.
pub fn optimum(problem: &LinearProblem, beta: f64, gamma: Gamma) -> Result<Optimum, Error> {
    positive("β", beta)?;
    match gamma {
        Gamma::Fixed(gamma) => at(problem, beta, positive("γ", gamma)?, None),
        Gamma::Learned => {
            let m = count_learned(problem, beta);
            let gamma = learned_gamma(problem, beta, m)?;
            let mut found = at(problem, beta, gamma, Some(m))?;
            found.stationary = stationary(problem, beta, m, &found);
            Ok(found)
        }
    }
}

/// The least loss at `beta` with γ held at `gamma`, constant included; the curve whose minimum
/// over γ [`optimum`] finds. O(log κ).
///
/// # Errors
/// [`Error::NotPositive`] for a bad β or γ, [`Error::NotRepresentable`] on overflow.
pub fn least_loss(problem: &LinearProblem, beta: f64, gamma: f64) -> Result<f64, Error> {
    positive("β", beta)?;
    positive("γ", gamma)?;
    let m = count_fixed(problem, beta, gamma);
    let (reconstruction, kl) = terms(problem, beta, gamma, m);
    representable(
        "the loss",
        reconstruction + log_normalizer(problem.dim(), gamma) + beta * kl,
    )
}

fn learned_gamma(problem: &LinearProblem, beta: f64, m: usize) -> Result<f64, Error> {
    let (residual, free) = (problem.residual(m), problem.dim() as f64 - m as f64 * beta);
    if residual == 0.0 {
        return Err(if m == 0 {
            Error::NoVariance
        } else {
            Error::GammaVanishes {
                modes: m,
                dim: problem.dim(),
                beta,
            }
        });
    }
    // A mode that lives leaves d > mβ.
    let gamma = residual / free;
    if gamma.is_normal() && gamma > 0.0 {
        Ok(gamma)
    } else {
        Err(Error::NotRepresentable {
            what: "the learned γ",
        })
    }
}

fn stationary(problem: &LinearProblem, beta: f64, m: usize, found: &Optimum) -> Vec<GammaSolution> {
    (0..=problem.reachable())
        .filter_map(|candidate| {
            if candidate == m {
                let Optimum { gamma, loss, .. } = *found;
                return Some(GammaSolution {
                    m,
                    gamma,
                    loss,
                    valid: true,
                });
            }
            gamma_candidate(problem, beta, candidate)
        })
        .collect()
}

/// γ = Rₘ/(d − mβ) for an assumed `m`, not valid; `None` if d ≤ mβ or Rₘ = 0, where no positive γ
/// goes with this many modes.
pub(super) fn gamma_candidate(
    problem: &LinearProblem,
    beta: f64,
    m: usize,
) -> Option<GammaSolution> {
    let free = problem.dim() as f64 - m as f64 * beta;
    let gamma = problem.residual(m) / free;
    let loss = least_loss(problem, beta, gamma).ok()?;
    Some(GammaSolution {
        m,
        gamma,
        loss,
        valid: false,
    })
}

/// (d/2) log(2πγ).
pub(super) fn log_normalizer(dim: usize, gamma: f64) -> f64 {
    0.5 * dim as f64 * ((2.0 * PI).ln() + gamma.ln())
}

/// (1/2γ)·E‖y − D(z)‖² and the KL with the `m` leading modes active.
fn terms(problem: &LinearProblem, beta: f64, gamma: f64, m: usize) -> (f64, f64) {
    let count = m as f64;
    let reconstruction = problem.residual(m) / (2.0 * gamma) + 0.5 * count * beta;
    let kl = 0.5 * (problem.log_sum(m) - count * (beta.ln() + gamma.ln()));
    (reconstruction, kl.max(0.0))
}

/// The minimum at a given γ; `m` overrides the count where γ was derived from it.
fn at(problem: &LinearProblem, beta: f64, gamma: f64, m: Option<usize>) -> Result<Optimum, Error> {
    let noise = beta * gamma;
    if !noise.is_normal() {
        return Err(Error::NotRepresentable { what: "βγ" });
    }
    let active = m.unwrap_or_else(|| count_fixed(problem, beta, gamma));
    let (reconstruction, kl) = terms(problem, beta, gamma, active);
    let constant = log_normalizer(problem.dim(), gamma);
    let modes: Vec<Mode> = problem
        .eigenvalues()
        .iter()
        .enumerate()
        .map(|(i, &zeta2)| mode(zeta2, noise, gamma, problem.eta_enc(), i < active))
        .collect();
    // λ is the largest of the first mode's numbers; an extreme η takes it out of range.
    representable("λ", modes.first().map_or(0.0, |m| m.lambda))?;
    Ok(Optimum {
        gamma,
        active,
        modes,
        loss: representable("the loss", reconstruction + constant + beta * kl)?,
        squared_error: problem.residual(active) + active as f64 * noise,
        reconstruction,
        log_normalizer: constant,
        kl,
        stationary: Vec::new(),
    })
}

fn mode(zeta2: f64, noise: f64, gamma: f64, eta: f64, active: bool) -> Mode {
    let mut mode = Mode {
        zeta2,
        beta_threshold: zeta2 / gamma,
        active,
        sigma: eta,
        lambda: 0.0,
        theta: 0.0,
        kl: 0.0,
        var_mu: 0.0,
    };
    if active {
        let share = (noise / zeta2).min(1.0);
        mode.sigma = eta * share.sqrt();
        mode.lambda = (zeta2 - noise).max(0.0).sqrt() / eta;
        mode.theta = eta * (1.0 - share).sqrt();
        mode.kl = 0.5 * (zeta2.ln() - noise.ln()).max(0.0);
        mode.var_mu = mode.theta * mode.theta;
    }
    mode
}
