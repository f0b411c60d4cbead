//! How many modes live at every β: a staircase that falls by one (or by a group of equal modes) at
//! each threshold.

use serde::Serialize;

use super::thresholds::{counted_threshold, counted_threshold_learned, learned_threshold};
use super::{Error, Gamma, LinearProblem, positive, representable};

/// The β over which the number of active modes stays the same, `from ≤ β < to`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Stair {
    /// First β; 0 for the first stair, which itself is not allowed as a β.
    pub from: f64,
    /// The threshold at which the last active mode dies, not included; +∞ for the last stair
    /// (JSON, which has no infinity, then says `null`).
    pub to: f64,
    /// Number of active modes.
    pub active: usize,
}

/// The predicted number of active modes as a function of β.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Staircase {
    /// In ascending β, without gaps, from all modes in reach down to none.
    pub stairs: Vec<Stair>,
    /// With γ learned and the data reproduced exactly by the modes in reach, γ vanishes and the
    /// loss has no minimum for β below this, d/r.
    pub vanishing_below: Option<f64>,
    /// The β from which on each mode in reach counts as dead, a tolerance below its threshold; descending.
    #[serde(skip)]
    counted: Vec<f64>,
}

/// The staircase of a problem, γ held or learned (Wang and Ziyin, Theorem 1 and §5): with γ held
/// mode i dies at β = ζᵢ²/γ, with γ learned at β = d/(i + Rᵢ/ζᵢ²).
///
/// # Errors
/// [`Error::NotPositive`] for a bad γ, [`Error::NotRepresentable`] for a threshold beyond all numbers.
pub fn staircase(problem: &LinearProblem, gamma: Gamma) -> Result<Staircase, Error> {
    let reachable = problem.reachable();
    if let Gamma::Fixed(gamma) = gamma {
        positive("γ", gamma)?;
    }
    // Thresholds descend up to rounding, and the first that fails decides: hence the running least.
    let mut dies_at = Vec::with_capacity(reachable);
    let mut counted = Vec::with_capacity(reachable);
    let mut least = [f64::INFINITY; 2];
    for (i, zeta2) in problem.eigenvalues()[..reachable].iter().enumerate() {
        let (threshold, until) = match gamma {
            Gamma::Fixed(gamma) => (zeta2 / gamma, counted_threshold(zeta2 / gamma)),
            Gamma::Learned => (
                learned_threshold(problem, i),
                counted_threshold_learned(problem, i),
            ),
        };
        least = [
            least[0].min(representable("a threshold", threshold)?),
            least[1].min(until),
        ];
        dies_at.push(least[0]);
        counted.push(least[1]);
    }
    let mut stairs = Vec::with_capacity(reachable + 1);
    let (mut from, mut active) = (0.0, reachable);
    while active > 0 {
        let to = dies_at[active - 1];
        if to > from {
            stairs.push(Stair { from, to, active });
        }
        from = to;
        active -= 1;
    }
    stairs.push(Stair {
        from,
        to: f64::INFINITY,
        active: 0,
    });
    let vanishing = gamma == Gamma::Learned && reachable > 0 && problem.residual(reachable) == 0.0;
    Ok(Staircase {
        stairs,
        vanishing_below: vanishing.then(|| problem.dim() as f64 / reachable as f64),
        counted,
    })
}

impl Staircase {
    /// The number of active modes at `beta`, counted as [`optimum`](super::optimum) does; 0 for a NaN.
    pub fn active_at(&self, beta: f64) -> usize {
        self.counted.partition_point(|dies| beta < *dies)
    }

    /// The line to draw over `min ≤ β ≤ max`: corner points (β, active), each drop as two points.
    pub fn line(&self, min: f64, max: f64) -> Vec<[f64; 2]> {
        self.stairs
            .iter()
            .filter(|s| s.to > min && s.from < max)
            .flat_map(|s| {
                let active = s.active as f64;
                [[s.from.max(min), active], [s.to.min(max), active]]
            })
            .collect()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn equal_modes_fall_together_and_the_line_has_their_corners() {
        let problem = LinearProblem::vae(vec![4.0, 1.0, 1.0, 0.5], 6, 3).unwrap();
        let found = staircase(&problem, Gamma::Fixed(0.5)).unwrap();
        let of = |from, to, active| Stair { from, to, active };
        assert_eq!(
            found.stairs,
            [of(0.0, 2.0, 3), of(2.0, 8.0, 1), of(8.0, f64::INFINITY, 0)]
        );
        assert_eq!(found.vanishing_below, None);
        assert_eq!(
            found.line(1.0, 5.0),
            [[1.0, 3.0], [2.0, 3.0], [2.0, 1.0], [5.0, 1.0]]
        );
        assert_eq!(
            [1.9, 2.0, 7.9, 8.0, f64::NAN].map(|b| found.active_at(b)),
            [3, 1, 1, 0, 0]
        );
        assert!(staircase(&problem, Gamma::Fixed(0.0)).is_err());
    }

    #[test]
    fn a_learned_gamma_vanishes_below_d_over_r() {
        let problem = LinearProblem::vae(vec![4.0, 2.0], 6, 3).unwrap();
        let found = staircase(&problem, Gamma::Learned).unwrap();
        assert_eq!(found.vanishing_below, Some(3.0));
        assert_eq!(found.active_at(2.9), 2);
        // β₁ = dζ₁²/E‖y‖² = 6·4/6.
        assert_eq!([3.9, 4.0].map(|b| found.active_at(b)), [1, 0]);
        let none = LinearProblem::vae(vec![0.0], 2, 1).unwrap();
        assert_eq!(staircase(&none, Gamma::Learned).unwrap().stairs.len(), 1);
    }
}
