//! How the variance is shared out over the modes.

use serde::Serialize;

use super::LinearProblem;

/// One mode's part of E‖y‖².
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct VarianceShare {
    /// The mode's share of the variance, ζᵢ²/E‖y‖².
    pub share: f64,
    /// Σ_{j≤i} ζⱼ²/E‖y‖², this mode included; below 1 at the end if the input does not explain all
    /// of the target.
    pub cumulative: f64,
}

/// Each mode's share of the variance and the running total, in the spectrum's order; zeros if the
/// data do not vary.
pub fn variance_shares(problem: &LinearProblem) -> Vec<VarianceShare> {
    let total = problem.total_variance();
    let of_total = |value: f64| if total > 0.0 { value / total } else { 0.0 };
    problem
        .eigenvalues()
        .iter()
        .enumerate()
        .map(|(i, &zeta2)| VarianceShare {
            share: of_total(zeta2),
            cumulative: of_total(total - problem.residual(i + 1)),
        })
        .collect()
}

/// The least number of modes whose shares add up to `share` (0 to 1); `None` if all of them do not.
pub fn modes_for_share(problem: &LinearProblem, share: f64) -> Option<usize> {
    if share <= 0.0 {
        return Some(0);
    }
    variance_shares(problem)
        .iter()
        .position(|s| s.cumulative >= share)
        .map(|i| i + 1)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn shares_add_up_to_what_is_explained() {
        let problem = LinearProblem::new(vec![4.0, 3.0, 1.0, 0.0], 10.0, 6, 2, 1.0).unwrap();
        let shares = variance_shares(&problem);
        let cumulative: Vec<f64> = shares.iter().map(|s| s.cumulative).collect();
        for (found, expected) in cumulative.iter().zip([0.4, 0.7, 0.8, 0.8]) {
            assert!((found - expected).abs() < 1e-15);
        }
        assert!((shares[2].share - 0.1).abs() < 1e-15);
        let modes = [0.0, 0.3, 0.65, 0.75, 0.9].map(|s| modes_for_share(&problem, s));
        assert_eq!(modes, [Some(0), Some(1), Some(2), Some(3), None]);
        let vae = LinearProblem::vae(vec![2.0, 1.0], 3, 1).unwrap();
        assert_eq!(modes_for_share(&vae, 1.0), Some(2));
        let flat = LinearProblem::vae(vec![0.0; 2], 3, 1).unwrap();
        assert!(
            variance_shares(&flat)
                .iter()
                .all(|s| s.share == 0.0 && s.cumulative == 0.0)
        );
    }
}
