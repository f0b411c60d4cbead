//! The validated input of the linear theory, with the running sums that make every later
//! question O(d): a slider asks many of them per frame.

use super::{Error, eigenvalue, positive};

/// Negative eigenvalues down to minus this share of the largest are an eigensolver's rounding.
const NEGATIVE_ROUNDING: f64 = 1e-9;
/// Relative difference between E‖y‖² and Σ ζ² that counts as rounding of the trace.
const TRACE_ROUNDING: f64 = 1e-9;
/// The share of the variance that samples stored in 32 bits cannot tell from none, ε² of such a number. Rounding leaves
/// some 10⁻¹⁵ of it in the directions in which Gaussian data do not vary.
const SAMPLE_ROUNDING: f64 = (f32::EPSILON as f64) * (f32::EPSILON as f64);

/// A linear latent variable model's data, reduced to what its global minimum depends on.
///
/// Only [`LinearProblem::new`] and [`LinearProblem::vae`] make one, so the fields can be trusted.
#[derive(Debug, Clone, PartialEq)]
pub struct LinearProblem {
    eigenvalues: Vec<f64>,
    total_variance: f64,
    dim: usize,
    latents: usize,
    eta_enc: f64,
    /// `residuals[m] = Rₘ = E‖y‖² − Σ_{i<m} ζᵢ²`, summed from the small end.
    residuals: Vec<f64>,
    /// `log_sums[m] = Σ_{i<m} log ζᵢ²`, for m up to the rank.
    log_sums: Vec<f64>,
}

impl LinearProblem {
    /// A problem from its spectrum.
    ///
    /// - `eigenvalues`: ζᵢ² in descending order, at most `dim` of them; those left out are zero.
    ///   For a VAE, the eigenvalues of the centred data covariance. Negative ones no further from
    ///   zero than 1e-9 of the largest are rounding and become zero.
    /// - `total_variance`: E‖y‖² of the centred target; for a VAE the trace of the covariance. A
    ///   relative difference to Σ ζ² below 1e-9 is rounding and is ignored.
    /// - `dim`: d, the dimension of the target; `latents`: κ, which may exceed the rank and `dim`.
    /// - `eta_enc`: the prior's standard deviation, usually 1.
    ///
    /// # Errors
    /// One of [`Error::BadEigenvalue`], [`Error::NotDescending`], [`Error::TotalTooSmall`],
    /// [`Error::OutOfRange`] (no latents, no dimensions, more eigenvalues than dimensions),
    /// [`Error::NotPositive`] (`η_enc`), [`Error::NotFinite`] (the total variance) and
    /// [`Error::NotRepresentable`] (a sum or square out of range).
    pub fn new(
        mut eigenvalues: Vec<f64>,
        total_variance: f64,
        dim: usize,
        latents: usize,
        eta_enc: f64,
    ) -> Result<Self, Error> {
        at_least_one("data dimension", dim)?;
        at_least_one("latents", latents)?;
        positive("η_enc", eta_enc)?;
        if !(eta_enc * eta_enc).is_normal() {
            return Err(Error::NotRepresentable { what: "η_enc²" });
        }
        check_spectrum(&mut eigenvalues, dim)?;
        if !total_variance.is_finite() {
            return Err(Error::NotFinite {
                name: "total variance",
                value: total_variance,
            });
        }
        let sum: f64 = eigenvalues.iter().rev().sum();
        if !sum.is_finite() {
            return Err(Error::NotRepresentable {
                what: "the sum of the eigenvalues",
            });
        }
        let mut unexplained = total_variance - sum;
        if unexplained.abs() <= TRACE_ROUNDING * sum {
            unexplained = 0.0;
        }
        if unexplained < 0.0 {
            return Err(Error::TotalTooSmall {
                total: total_variance,
                sum,
            });
        }
        let residuals = tail_sums(&eigenvalues, unexplained, dim);
        let mut log_sums = vec![0.0];
        let mut running = 0.0;
        for (value, rest) in eigenvalues.iter().zip(&residuals) {
            if *value == 0.0 || *rest == 0.0 {
                break;
            }
            running += value.ln();
            log_sums.push(running);
        }
        Ok(Self {
            total_variance: residuals[0],
            eigenvalues,
            dim,
            latents,
            eta_enc,
            residuals,
            log_sums,
        })
    }

    /// The problem of a VAE with a unit prior: the total variance is the sum of the eigenvalues.
    ///
    /// # Errors
    /// As [`LinearProblem::new`].
    pub fn vae(eigenvalues: Vec<f64>, dim: usize, latents: usize) -> Result<Self, Error> {
        let total = eigenvalues.iter().rev().sum();
        Self::new(eigenvalues, total, dim, latents, 1.0)
    }

    /// The eigenvalues ζᵢ², descending.
    pub fn eigenvalues(&self) -> &[f64] {
        &self.eigenvalues
    }

    /// The total variance E‖y‖².
    pub fn total_variance(&self) -> f64 {
        self.total_variance
    }

    /// d, the dimension of the target.
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// κ, the number of latents.
    pub fn latents(&self) -> usize {
        self.latents
    }

    /// `η_enc`, the prior's standard deviation.
    pub fn eta_enc(&self) -> f64 {
        self.eta_enc
    }

    /// Number of positive eigenvalues that are more than rounding: those before the residual is zero.
    pub fn rank(&self) -> usize {
        self.log_sums.len() - 1
    }

    /// Number of modes that can be active at all: the smaller of κ and the rank.
    pub fn reachable(&self) -> usize {
        self.latents.min(self.rank())
    }

    /// Rₘ = E‖y‖² − Σ_{i≤m} ζᵢ², the variance the `m` leading modes leave; `m` beyond the
    /// spectrum counts as its end. What is no more than
    /// rounding, of the spectrum or of samples in 32 bits, is zero.
    pub fn residual(&self, m: usize) -> f64 {
        self.residuals[m.min(self.residuals.len() - 1)]
    }

    /// Σ_{i≤m} log ζᵢ² for m up to the rank.
    pub(super) fn log_sum(&self, m: usize) -> f64 {
        self.log_sums[m.min(self.rank())]
    }
}

/// Checks finiteness, sign, order and length; sets an eigensolver's tiny negatives to zero.
pub(super) fn check_spectrum(eigenvalues: &mut [f64], dim: usize) -> Result<(), Error> {
    if eigenvalues.len() > dim {
        return Err(Error::OutOfRange {
            name: "number of eigenvalues",
            min: 0,
            max: dim,
            value: eigenvalues.len(),
        });
    }
    let slack = eigenvalues
        .first()
        .map_or(0.0, |first| first * NEGATIVE_ROUNDING);
    let mut previous = f64::INFINITY;
    for (index, value) in eigenvalues.iter_mut().enumerate() {
        if *value < 0.0 && *value >= -slack {
            *value = 0.0;
        }
        eigenvalue(index, *value)?;
        if *value > previous {
            return Err(Error::NotDescending { index });
        }
        previous = *value;
    }
    Ok(())
}

/// `out[m] = extra + Σ_{i≥m} values[i]`, small ones first; sums below d·ε·ζ₁², which an eigensolver cannot tell from
/// zero, or below what samples in 32 bits can tell become zero: a learned γ would be made of that rounding.
pub(super) fn tail_sums(values: &[f64], extra: f64, dim: usize) -> Vec<f64> {
    let largest = values.first().copied().unwrap_or(0.0);
    let total = extra + values.iter().rev().sum::<f64>();
    let floor = dim as f64 * f64::EPSILON * largest + SAMPLE_ROUNDING * total;
    let mut sums = vec![0.0; values.len() + 1];
    let mut running = extra;
    for m in (0..=values.len()).rev() {
        if let Some(value) = values.get(m) {
            running += value;
        }
        sums[m] = if running > floor { running } else { 0.0 };
    }
    sums
}

fn at_least_one(name: &'static str, value: usize) -> Result<(), Error> {
    if value == 0 {
        return Err(Error::OutOfRange {
            name,
            min: 1,
            max: usize::MAX,
            value,
        });
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::config::NotPositive;

    #[test]
    fn bad_inputs_are_named() {
        let new = |e: &[f64], total, dim, latents| {
            LinearProblem::new(e.to_vec(), total, dim, latents, 1.0)
        };
        assert!(matches!(
            new(&[1.0], 1.0, 1, 0),
            Err(Error::OutOfRange {
                name: "latents",
                ..
            })
        ));
        assert!(matches!(new(&[], 0.0, 0, 1), Err(Error::OutOfRange { .. })));
        assert!(matches!(
            new(&[1.0, 1.0], 2.0, 1, 1),
            Err(Error::OutOfRange { .. })
        ));
        assert!(matches!(
            new(&[1.0, 2.0], 3.0, 2, 1),
            Err(Error::NotDescending { index: 1 })
        ));
        assert!(matches!(
            new(&[1.0, -0.1], 0.9, 2, 1),
            Err(Error::BadEigenvalue { index: 1, .. })
        ));
        assert!(matches!(
            new(&[f64::NAN], 1.0, 2, 1),
            Err(Error::BadEigenvalue { index: 0, .. })
        ));
        assert!(matches!(
            new(&[1.0], f64::NAN, 2, 1),
            Err(Error::NotFinite { .. })
        ));
        assert!(matches!(
            new(&[2.0], 1.0, 2, 1),
            Err(Error::TotalTooSmall { .. })
        ));
        assert!(matches!(
            new(&[1e308, 1e308], 1e308, 2, 1),
            Err(Error::NotRepresentable { .. })
        ));
        for eta in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(matches!(
                LinearProblem::new(vec![1.0], 1.0, 1, 1, eta),
                Err(Error::NotPositive(NotPositive { name: "η_enc", .. }))
            ));
        }
    }

    #[test]
    fn rounding_is_not_an_error() {
        let p = LinearProblem::vae(vec![4.0, 1.0, -1e-12], 5, 9).unwrap();
        assert_eq!(p.eigenvalues(), [4.0, 1.0, 0.0]);
        assert_eq!((p.rank(), p.reachable()), (2, 2));
        assert_eq!(
            (p.residual(0), p.residual(1), p.residual(2), p.residual(99)),
            (5.0, 1.0, 0.0, 0.0)
        );
        // The rest of the variance, not in reach of any mode, is kept.
        let p = LinearProblem::new(vec![4.0, 1.0], 7.0, 5, 1, 1.0).unwrap();
        assert_eq!((p.residual(0), p.residual(2)), (7.0, 2.0));
    }
}
