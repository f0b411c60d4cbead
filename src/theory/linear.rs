//! The global minimum of the linear latent variable model in closed form (Wang and Ziyin 2022):
//! which modes live, what they look like, and at which β each of them dies.
//!
//! Everywhere a mode is *active* iff ζ²/γ > β, strictly: at equality it is dead. The comparison is
//! made on that quotient, so that setting β to a threshold returned from here kills that mode.

use std::f64::consts::PI;

use serde::Serialize;

use super::{Error, LinearProblem, positive, representable};

/// Whether the decoder variance γ = η_dec² is given or is part of the minimisation.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Gamma {
    /// γ is held at this value.
    Fixed(f64),
    /// γ minimises the loss together with the weights.
    Learned,
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
    /// Variance over the data of the posterior mean, θ². With η = 1, σ² + Var μ = 1.
    pub var_mu: f64,
}

/// A self-consistent value of a learned γ for an assumed number of active modes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct GammaSolution {
    /// Assumed number of active modes.
    pub m: usize,
    /// γ = R_m / (d − mβ).
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
    /// E‖y − D(z)‖² = R_m + mβγ, summed over dimensions.
    pub squared_error: f64,
    /// (1/2γ) E‖y − D(z)‖², without the constant.
    pub reconstruction: f64,
    /// (d/2) log(2πγ).
    pub log_normalizer: f64,
    /// KL summed over latents, in nats, not multiplied by β.
    pub kl: f64,
    /// With γ learned, every m that gives a positive γ, in ascending order; exactly one is valid.
    /// Empty with γ fixed.
    pub stationary: Vec<GammaSolution>,
}

impl Optimum {
    /// Whether no mode is active.
    pub fn is_complete_collapse(&self) -> bool {
        self.active == 0
    }

    /// σ_j² of each of the problem's κ latents: the leading modes first, the collapsed after them.
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
/// With γ fixed, mode i ≤ κ is active iff ζ_i² > βγ. With γ learned, m active modes need
/// γ = R_m/(d − mβ), and this must leave exactly m modes active. There is one such m, and it is the
/// global minimum: with respect to log γ, twice the slope of the least loss, times γ, is
/// `g(γ) = dγ − R_0 + Σ_{i≤κ} (ζ_i² − βγ)₊`, which is convex, is −R_κ ≤ 0 at 0 and grows to +∞.
/// If R_κ > 0 it has one root. If R_κ = 0, the r modes with ζ² > 0 reproduce the data, and either
/// β < d/r and the loss falls to −∞ as γ → 0 (an error here, [`Error::GammaVanishes`]), or β > d/r
/// and the one positive root is the minimum, or β = d/r and every γ up to ζ_r²/β is as good: the
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

/// Thresholds ζ_i²/γ: with γ fixed, mode i dies when β reaches its threshold.
///
/// # Errors
/// [`Error::NotPositive`] for a bad γ.
pub fn thresholds_beta(eigenvalues: &[f64], gamma: f64) -> Result<Vec<f64>, Error> {
    positive("γ", gamma)?;
    Ok(eigenvalues.iter().map(|zeta2| zeta2 / gamma).collect())
}

/// Thresholds in β with γ learned: mode i (from 1) is active iff `β < d / (i + R_i/ζ_i²)`.
///
/// This is g(ζ_i²/β) > 0 for the g of [`optimum`]. The first threshold, dζ₁²/E‖y‖², is the β of
/// complete collapse. One entry per eigenvalue, descending; modes beyond κ are not active anyway.
pub fn thresholds_beta_learned(problem: &LinearProblem) -> Vec<f64> {
    (0..problem.eigenvalues().len())
        .map(|i| learned_threshold(problem, i))
        .collect()
}

/// Number of active modes at fixed γ among the `latents` leading eigenvalues (descending).
///
/// Numbers that are not positive and finite activate nothing.
pub fn active_count(eigenvalues: &[f64], latents: usize, beta: f64, gamma: f64) -> usize {
    if positive("β", beta).is_err() || positive("γ", gamma).is_err() {
        return 0;
    }
    let reach = latents.min(eigenvalues.len());
    eigenvalues[..reach].partition_point(|zeta2| zeta2 / gamma > beta)
}

/// With γ learned, no data set collapses completely while β is below this: d/d*, with
/// d* = min(dim x, dim y). Tight: equal eigenvalues collapse there. `None` if a dimension is zero.
pub fn collapse_free_beta(dim_x: usize, dim_y: usize) -> Option<f64> {
    let least = dim_x.min(dim_y);
    (least > 0).then(|| dim_y as f64 / least as f64)
}

/// The threshold nearest to the present β on one side.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct NextThreshold {
    /// The mode's position in the spectrum, from 0.
    pub mode: usize,
    /// The β at which the mode dies (from below) or revives (from above).
    pub beta_threshold: f64,
    /// `beta_threshold` ÷ β: what to multiply β by to get there.
    pub factor: f64,
}

/// The next mode to die as β grows: the active one of least threshold. `None` if none is active or
/// an argument is not positive and finite.
pub fn next_to_die(problem: &LinearProblem, beta: f64, gamma: Gamma) -> Option<NextThreshold> {
    let last = count(problem, beta, gamma)?.checked_sub(1)?;
    Some(next(problem, beta, gamma, last))
}

/// The next mode to revive as β falls: the dead one of largest threshold within the κ leading.
/// `None` if there is none or an argument is not positive and finite.
pub fn next_to_revive(problem: &LinearProblem, beta: f64, gamma: Gamma) -> Option<NextThreshold> {
    let first = count(problem, beta, gamma)?;
    (first < problem.reachable()).then(|| next(problem, beta, gamma, first))
}

fn next(problem: &LinearProblem, beta: f64, gamma: Gamma, mode: usize) -> NextThreshold {
    let beta_threshold = match gamma {
        Gamma::Fixed(gamma) => problem.eigenvalues()[mode] / gamma,
        Gamma::Learned => learned_threshold(problem, mode),
    };
    NextThreshold {
        mode,
        beta_threshold,
        factor: beta_threshold / beta,
    }
}

fn count(problem: &LinearProblem, beta: f64, gamma: Gamma) -> Option<usize> {
    positive("β", beta).ok()?;
    match gamma {
        Gamma::Fixed(gamma) => {
            positive("γ", gamma).ok()?;
            Some(count_fixed(problem, beta, gamma))
        }
        Gamma::Learned => Some(count_learned(problem, beta)),
    }
}

fn count_fixed(problem: &LinearProblem, beta: f64, gamma: f64) -> usize {
    active_count(
        &problem.eigenvalues()[..problem.rank()],
        problem.latents(),
        beta,
        gamma,
    )
}

fn count_learned(problem: &LinearProblem, beta: f64) -> usize {
    // The thresholds descend up to rounding; the first that fails decides.
    (0..problem.reachable())
        .take_while(|&i| learned_threshold(problem, i) > beta)
        .count()
}

/// The threshold of mode `i`, counted from 0, with γ learned.
fn learned_threshold(problem: &LinearProblem, i: usize) -> f64 {
    let zeta2 = problem.eigenvalues()[i];
    if zeta2 == 0.0 {
        return 0.0;
    }
    problem.dim() as f64 / ((i + 1) as f64 + problem.residual(i + 1) / zeta2)
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
    // Exact arithmetic keeps γ between the neighbouring thresholds; rounding must not undo it.
    let next = if m < problem.reachable() {
        problem.eigenvalues()[m] / beta
    } else {
        0.0
    };
    let last = if m > 0 {
        problem.eigenvalues()[m - 1] / beta
    } else {
        f64::INFINITY
    };
    let raw = if free > 0.0 { residual / free } else { last };
    let gamma = raw.max(next).min(last);
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
            let free = problem.dim() as f64 - candidate as f64 * beta;
            let gamma = problem.residual(candidate) / free;
            // d ≤ mβ or R_m = 0: no positive γ goes with this many modes.
            let loss = least_loss(problem, beta, gamma).ok()?;
            Some(GammaSolution {
                m: candidate,
                gamma,
                loss,
                valid: false,
            })
        })
        .collect()
}

/// (d/2) log(2πγ).
fn log_normalizer(dim: usize, gamma: f64) -> f64 {
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
    let modes = problem
        .eigenvalues()
        .iter()
        .enumerate()
        .map(|(i, &zeta2)| mode(zeta2, noise, gamma, problem.eta_enc(), i < active))
        .collect();
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

/// One mode at the global minimum with the posterior's σ held.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct FixedSigmaMode {
    /// ζ², the eigenvalue.
    pub zeta2: f64,
    /// Which latent carries the mode: a position in the σ given.
    pub latent: usize,
    /// That latent's σ.
    pub sigma: f64,
    /// Whether ζ > σ√(βγ)/η, strictly.
    pub active: bool,
    /// λ: λ² = p·c/σ with p = (ζ − σc)₊ and c = √(βγ)/η.
    pub lambda: f64,
    /// θ: θ² = p·σ/c.
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
        .map(|m| (m.zeta2.sqrt() - m.sigma * c).max(0.0).powi(2))
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
    let product = (zeta2.sqrt() - sigma * c).max(0.0);
    FixedSigmaMode {
        zeta2,
        latent,
        sigma,
        active: product > 0.0,
        lambda: (product * (c / sigma)).sqrt(),
        theta: (product * (sigma / c)).sqrt(),
    }
}
