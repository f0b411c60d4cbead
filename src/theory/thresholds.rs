//! The β at which each mode dies, how many are alive, and which one is next: what the sliders'
//! marks and the "next to die" line are made of.

use serde::Serialize;

use super::{Error, Gamma, LinearProblem, positive};

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
/// This is g(ζᵢ²/β) > 0 for the g of [`optimum`](super::optimum). The first threshold, dζ₁²/E‖y‖², is the β of
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

pub(super) fn count_fixed(problem: &LinearProblem, beta: f64, gamma: f64) -> usize {
    active_count(
        &problem.eigenvalues()[..problem.rank()],
        problem.latents(),
        beta,
        gamma,
    )
}

pub(super) fn count_learned(problem: &LinearProblem, beta: f64) -> usize {
    // The thresholds descend up to rounding; the first that fails decides.
    (0..problem.reachable())
        .take_while(|&i| learned_threshold(problem, i) > beta)
        .count()
}

/// The threshold of mode `i`, counted from 0, with γ learned.
pub(super) fn learned_threshold(problem: &LinearProblem, i: usize) -> f64 {
    let zeta2 = problem.eigenvalues()[i];
    if zeta2 == 0.0 {
        return 0.0;
    }
    problem.dim() as f64 / ((i + 1) as f64 + problem.residual(i + 1) / zeta2)
}
