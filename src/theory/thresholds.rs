//! The β at which each mode dies, how many are alive, and which one is next: what the sliders'
//! marks and the "next to die" line are made of.

use serde::Serialize;

use super::{Error, Gamma, LinearProblem, positive};

/// By how much of itself a threshold must exceed β for the mode to count as alive.
///
/// A β that stands exactly at a threshold must not be counted by rounding. Samples are stored in 32 bits, which moves
/// ζᵢ² by a random share of at most 2⁻²⁴·√(E‖x‖²/ζᵢ²), and by less the more samples there are: over Gaussian spectra of 4
/// to 300 dimensions and 5 to 4,096 samples the largest share was 5·10⁻⁸·√(E‖x‖²/ζᵢ²). The tolerance covers every
/// mode with at least 1/28,000 of the variance, and with thousands of samples modes a thousand times smaller. A mode
/// this near to death holds at most τ/2 = 5·10⁻⁶ nats and a Var μ of τη², a thousandth of what a measured latent needs
/// to count as active, and the least loss with and without it differs by βτ²/4.
pub const THRESHOLD_TOLERANCE: f64 = 1e-5;

/// Whether a mode lives at the optimum: ζ² > βγ, by more than [`THRESHOLD_TOLERANCE`].
///
/// Every count of modes is made with this comparison. At its threshold a mode is dead, and so it is within the
/// tolerance of it. Numbers that are not positive and finite make no mode live.
pub fn is_alive(zeta2: f64, beta: f64, gamma: f64) -> bool {
    zeta2 / gamma > beta * (1.0 + THRESHOLD_TOLERANCE)
}

/// The β from which on a mode that dies at `threshold` counts as dead with γ held.
pub(super) fn counted_threshold(threshold: f64) -> f64 {
    threshold / (1.0 + THRESHOLD_TOLERANCE)
}

/// Thresholds ζᵢ²/γ: with γ fixed, mode i dies when β reaches its threshold.
///
/// # Errors
/// [`Error::NotPositive`] for a bad γ.
pub fn thresholds_beta(eigenvalues: &[f64], gamma: f64) -> Result<Vec<f64>, Error> {
    positive("γ", gamma)?;
    Ok(eigenvalues.iter().map(|zeta2| zeta2 / gamma).collect())
}

/// Thresholds in β with γ learned: mode i (from 1) is active iff `β < d / (i + Rᵢ/ζᵢ²)`.
///
/// This is g(ζᵢ²/β) > 0 for the g of [`optimum`](super::optimum). A mode beyond the rank has 0. The first threshold, dζ₁²/E‖y‖², is the β of
/// complete collapse. One entry per eigenvalue, descending; modes beyond κ are not active anyway.
pub fn thresholds_beta_learned(problem: &LinearProblem) -> Vec<f64> {
    (0..problem.eigenvalues().len())
        .map(|i| learned_threshold(problem, i))
        .collect()
}

/// Number of active modes ([`is_alive`]) at fixed γ among the `latents` leading eigenvalues (descending).
///
/// Numbers that are not positive and finite activate nothing.
pub fn active_count(eigenvalues: &[f64], latents: usize, beta: f64, gamma: f64) -> usize {
    if positive("β", beta).is_err() || positive("γ", gamma).is_err() {
        return 0;
    }
    let reach = latents.min(eigenvalues.len());
    eigenvalues[..reach].partition_point(|&zeta2| is_alive(zeta2, beta, gamma))
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

pub(super) fn count_fixed(problem: &LinearProblem, beta: f64, gamma: f64) -> usize {
    active_count(
        &problem.eigenvalues()[..problem.rank()],
        problem.latents(),
        beta,
        gamma,
    )
}

/// The number of modes m that live at the γ = Rₘ/(d − mβ) they leave.
pub(super) fn count_learned(problem: &LinearProblem, beta: f64) -> usize {
    // The thresholds descend up to rounding; the first that fails decides.
    (0..problem.reachable())
        .take_while(|&i| beta < counted_threshold_learned(problem, i))
        .count()
}

/// The threshold of mode `i`, counted from 0, with γ learned; 0 for a mode beyond the rank.
pub(super) fn learned_threshold(problem: &LinearProblem, i: usize) -> f64 {
    learned(problem, i, 0.0)
}

/// The β from which on mode `i` counts as dead with γ learned: there [`is_alive`] turns at the γ that the i modes
/// before it leave. The m that this counts has exactly m modes alive at its own γ, by the same comparison.
pub(super) fn counted_threshold_learned(problem: &LinearProblem, i: usize) -> f64 {
    learned(problem, i, THRESHOLD_TOLERANCE)
}

/// The β at which ζᵢ²/γ = β(1 + τ) for γ = R/(d − iβ), R being what the i modes before it leave.
fn learned(problem: &LinearProblem, i: usize, tolerance: f64) -> f64 {
    if i >= problem.rank() {
        return 0.0;
    }
    let share = problem.residual(i) / problem.eigenvalues()[i];
    problem.dim() as f64 / (i as f64 + (1.0 + tolerance) * share)
}
