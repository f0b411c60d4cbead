//! β translated between this program's loss and the ones other code minimises.
//!
//! A loss `s·SSE + w·KL`, with SSE the squared error summed over dimensions, is `2γs` times
//! `(1/2γ) SSE + β·KL` when `w = 2γs·β`: the same minimiser, another scale. With γ learned the scale
//! itself would matter, so the translation holds at one fixed γ.

use serde::Serialize;

use super::{Error, positive};

/// How a loss writes its reconstruction term; the KL is summed over latents in each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Convention {
    /// Squared error averaged over the d dimensions, plus w·KL: w = 2βγ/d.
    MeanSquaredError,
    /// Squared error summed over dimensions, plus w·KL: w = 2βγ.
    SumSquaredError,
    /// Half the squared error summed over dimensions, plus w·KL: w = βγ.
    HalfSumSquaredError,
}

impl Convention {
    /// Every convention, in the order to list them.
    pub const ALL: [Self; 3] = [
        Self::MeanSquaredError,
        Self::SumSquaredError,
        Self::HalfSumSquaredError,
    ];

    /// The loss in words, with w for the weight.
    pub fn formula(self) -> &'static str {
        match self {
            Self::MeanSquaredError => "mean squared error + w·KL",
            Self::SumSquaredError => "summed squared error + w·KL",
            Self::HalfSumSquaredError => "½ summed squared error + w·KL",
        }
    }

    /// The factor between the losses, 2γs: that loss = factor · (L − (d/2) log 2πγ).
    ///
    /// # Errors
    /// [`Error::NotPositive`] for γ, [`Error::OutOfRange`] for d = 0.
    pub fn scale(self, gamma: f64, dim: usize) -> Result<f64, Error> {
        positive("γ", gamma)?;
        if dim == 0 {
            return Err(Error::OutOfRange {
                name: "data dimension",
                min: 1,
                max: usize::MAX,
                value: dim,
            });
        }
        Ok(match self {
            Self::MeanSquaredError => 2.0 * gamma / dim as f64,
            Self::SumSquaredError => 2.0 * gamma,
            Self::HalfSumSquaredError => gamma,
        })
    }
}

/// The weight w that makes another loss equivalent to ours at this β and γ.
///
/// # Errors
/// [`Error::NotPositive`] for β or γ, [`Error::OutOfRange`] for d = 0.
pub fn weight_for(beta: f64, gamma: f64, dim: usize, convention: Convention) -> Result<f64, Error> {
    Ok(positive("β", beta)? * convention.scale(gamma, dim)?)
}

/// The effective β of another loss with weight w, at this γ; the inverse of [`weight_for`].
///
/// # Errors
/// [`Error::NotPositive`] for w or γ, [`Error::OutOfRange`] for d = 0.
pub fn beta_for(weight: f64, gamma: f64, dim: usize, convention: Convention) -> Result<f64, Error> {
    Ok(positive("weight", weight)? / convention.scale(gamma, dim)?)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn the_documented_examples() {
        let beta = beta_for(0.00025, 1.0, 3 * 64 * 64, Convention::MeanSquaredError).unwrap();
        assert!((beta - 1.536).abs() < 1e-12);
        assert_eq!(
            beta_for(3.0, 1.0, 784, Convention::SumSquaredError),
            Ok(1.5)
        );
        assert_eq!(
            beta_for(3.0, 1.0, 784, Convention::HalfSumSquaredError),
            Ok(3.0)
        );
        assert!(beta_for(3.0, 1.0, 0, Convention::MeanSquaredError).is_err());
        assert!(weight_for(f64::NAN, 1.0, 1, Convention::MeanSquaredError).is_err());
    }

    /// The two losses are proportional, evaluated term by term from their own definitions.
    #[test]
    fn the_losses_are_proportional() {
        let (sse, kl, beta, gamma, d) = (37.0, 4.2, 0.8, 0.3, 50_usize);
        let ours = sse / (2.0 * gamma) + beta * kl;
        for convention in Convention::ALL {
            let w = weight_for(beta, gamma, d, convention).unwrap();
            let theirs = w * kl
                + match convention {
                    Convention::MeanSquaredError => sse / 50.0,
                    Convention::SumSquaredError => sse,
                    Convention::HalfSumSquaredError => sse / 2.0,
                };
            assert!((theirs - convention.scale(gamma, d).unwrap() * ours).abs() < 1e-12 * theirs);
            assert!((beta_for(w, gamma, d, convention).unwrap() - beta).abs() < 1e-15);
        }
    }
}
