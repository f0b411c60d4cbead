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
        let flat = LinearProblem::vae(vec![0.0; 2], 3, 1).unwrap();
        assert!(
            variance_shares(&flat)
                .iter()
                .all(|s| s.share == 0.0 && s.cumulative == 0.0)
        );
    }
}
