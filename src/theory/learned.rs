//! Why a learned γ is what it is: the function whose root it is, for a plot that shows which
//! assumed numbers of active modes are consistent with themselves.

use serde::Serialize;

use super::linear::gamma_candidate;
use super::thresholds::count_fixed;
use super::{Error, Gamma, GammaSolution, LinearProblem, optimum, positive, representable};

/// `g(γ) = dγ − R₀ + Σ_{i≤κ} (ζᵢ² − βγ)₊`, 2γ times the slope of the least loss with respect to
/// log γ (Wang and Ziyin §5).
///
/// Convex and piecewise linear, with a kink at each ζᵢ²/β; between kinks, with m modes active, it is
/// `(d − mβ)γ − Rₘ`, whose root is `γ = Rₘ/(d − mβ)`. Where g < 0 a larger γ is better.
///
/// # Errors
/// [`Error::NotPositive`] for a bad β or γ, [`Error::NotRepresentable`] on overflow.
pub fn slope_in_log_gamma(problem: &LinearProblem, beta: f64, gamma: f64) -> Result<f64, Error> {
    positive("β", beta)?;
    positive("γ", gamma)?;
    let m = count_fixed(problem, beta, gamma);
    let free = problem.dim() as f64 - m as f64 * beta;
    representable("g(γ)", free * gamma - problem.residual(m))
}

/// [`slope_in_log_gamma`] over a range of γ, with what a reader needs beside it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SelfConsistency {
    /// Points (γ, g(γ)) in ascending γ, equally spaced in log γ, kinks included: the straight lines
    /// between them are exact.
    pub curve: Vec<[f64; 2]>,
    /// ζᵢ²/β of the modes in reach, descending: left of kink i the modes up to i are active.
    pub kinks: Vec<f64>,
    /// Every m that gives a positive γ = Rₘ/(d − mβ), ascending in m; at most one is valid.
    pub solutions: Vec<GammaSolution>,
    /// The γ of the global minimum; `None` if γ vanishes.
    pub gamma: Option<f64>,
}

/// The curve with `points` values over `range`, by default from well below the smallest of the
/// kinks and solutions to well above the largest.
///
/// # Errors
/// [`Error::NotPositive`] for β or an end or the width of the range, [`Error::OutOfRange`] for fewer than two
/// points, [`Error::NoVariance`] if no range can be made up, [`Error::NotRepresentable`] on overflow.
pub fn self_consistency(
    problem: &LinearProblem,
    beta: f64,
    range: Option<(f64, f64)>,
    points: usize,
) -> Result<SelfConsistency, Error> {
    positive("β", beta)?;
    if points < 2 {
        return Err(Error::OutOfRange {
            name: "number of points",
            min: 2,
            max: usize::MAX,
            value: points,
        });
    }
    let (solutions, gamma) = match optimum(problem, beta, Gamma::Learned) {
        Ok(found) => (found.stationary, Some(found.gamma)),
        Err(Error::GammaVanishes { .. } | Error::NoVariance) => {
            let candidates = 0..=problem.reachable();
            let positive = candidates.filter_map(|m| gamma_candidate(problem, beta, m));
            (positive.collect(), None)
        }
        Err(other) => return Err(other),
    };
    let kinks: Vec<f64> = problem.eigenvalues()[..problem.reachable()]
        .iter()
        .map(|zeta2| zeta2 / beta)
        .collect();
    let (from, to) = match range {
        Some(range) => range,
        None => around(&kinks, &solutions).ok_or(Error::NoVariance)?,
    };
    positive("least γ of the range", from)?;
    positive("greatest γ of the range", to)?;
    positive("width of the range of γ", to - from)?;
    let ratio = (to / from).ln() / (points - 1) as f64;
    let mut at: Vec<f64> = (0..points)
        .map(|i| from * (ratio * i as f64).exp())
        .collect();
    at[points - 1] = to;
    at.extend(kinks.iter().filter(|k| from < **k && **k < to));
    at.sort_by(f64::total_cmp);
    at.dedup();
    let curve = at
        .into_iter()
        .map(|gamma| Ok([gamma, slope_in_log_gamma(problem, beta, gamma)?]))
        .collect::<Result<_, Error>>()?;
    Ok(SelfConsistency {
        curve,
        kinks,
        solutions,
        gamma,
    })
}

/// From a third of the smallest to three times the largest of what is to be seen.
fn around(kinks: &[f64], solutions: &[GammaSolution]) -> Option<(f64, f64)> {
    let values = kinks
        .iter()
        .copied()
        .chain(solutions.iter().map(|s| s.gamma));
    let (low, high) = values
        .filter(|v| v.is_normal())
        .fold((f64::INFINITY, 0.0_f64), |(low, high), v| {
            (low.min(v), high.max(v))
        });
    (high > 0.0).then_some((low / 3.0, high * 3.0))
}
