//! β translated between this program's loss and the ones other code minimises.
//!
//! A loss `s·SSE + t·w·KL`, with SSE the squared error summed over dimensions and KL summed over latents, is `2γs` times
//! `(1/2γ) SSE + β·KL` when `t·w = 2γs·β`: the same minimiser, another scale. With γ learned the scale
//! itself would matter, so the translation holds at one fixed γ.

use serde::Serialize;

use crate::config::positive;

use super::error::Error;

/// How numbers become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reduction {
    /// Their sum.
    Sum,
    /// Their mean.
    Mean,
}

impl Reduction {
    /// What a sum over `count` is multiplied by.
    fn factor(self, count: usize) -> f64 {
        match self {
            Self::Sum => 1.0,
            Self::Mean => 1.0 / count as f64,
        }
    }

    /// In a word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Sum => "sum",
            Self::Mean => "mean",
        }
    }
}

/// What a loss measures a reconstruction by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorTerm {
    /// (x − x̂)², a Gaussian decoder's.
    #[default]
    Squared,
    /// The binary cross-entropy in nats, a Bernoulli decoder's: it has no γ.
    Bernoulli,
    /// |x − x̂|, a Laplace decoder's; no γ makes it a Gaussian's.
    Absolute,
}

impl ErrorTerm {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Squared, Self::Bernoulli, Self::Absolute];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Squared => "squared error",
            Self::Bernoulli => "cross-entropy",
            Self::Absolute => "absolute error",
        }
    }
}

/// The numbers that means are taken over, and γ.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sizes {
    /// d, the numbers of one sample.
    pub dim: usize,
    /// κ.
    pub latents: usize,
    /// Samples of a batch.
    pub batch: usize,
    /// γ here.
    pub gamma: f64,
}

/// How a loss `error + w·KL` is written.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct LossForm {
    /// What the error is.
    pub error: ErrorTerm,
    /// The error over the d dimensions.
    pub error_dims: Reduction,
    /// The error over the batch.
    pub error_batch: Reduction,
    /// Whether the error is halved.
    pub error_half: bool,
    /// What the error is divided by besides: the code's own decoder variance, 1 for none.
    pub error_variance: f64,
    /// The KL over the κ latents.
    pub kl_latents: Reduction,
    /// The KL over the batch.
    pub kl_batch: Reduction,
    /// Whether the KL has its ½.
    pub kl_half: bool,
}

impl Default for LossForm {
    /// Mean squared error + w·KL, the KL summed over latents, both averaged over the batch.
    fn default() -> Self {
        Self {
            error: ErrorTerm::Squared,
            error_dims: Reduction::Mean,
            error_batch: Reduction::Mean,
            error_half: false,
            error_variance: 1.0,
            kl_latents: Reduction::Sum,
            kl_batch: Reduction::Mean,
            kl_half: true,
        }
    }
}

impl LossForm {
    /// β per w: the KL's factor over 2γ times the error's, or over a cross-entropy's own.
    ///
    /// # Errors
    /// [`Error::NotPositive`] for γ or the loss' own variance, [`Error::Empty`] for a size of zero,
    /// [`Error::NotGaussian`] for an absolute error.
    pub fn beta_per_weight(&self, sizes: &Sizes) -> Result<f64, Error> {
        let Sizes {
            dim,
            latents,
            batch,
            gamma,
        } = *sizes;
        positive("γ", gamma)?;
        let variance = positive("variance of the loss", self.error_variance)?;
        for (name, value) in [
            ("data dimension", dim),
            ("number of latents", latents),
            ("batch", batch),
        ] {
            if value == 0 {
                return Err(Error::Empty { name });
            }
        }
        let half = if self.error_half { 0.5 } else { 1.0 };
        let error = half * self.error_dims.factor(dim) * self.error_batch.factor(batch) / variance;
        let missing_half = if self.kl_half { 1.0 } else { 2.0 };
        let kl = missing_half * self.kl_latents.factor(latents) * self.kl_batch.factor(batch);
        match self.error {
            ErrorTerm::Squared => Ok(kl / (2.0 * gamma * error)),
            ErrorTerm::Bernoulli => Ok(kl / error),
            ErrorTerm::Absolute => Err(Error::NotGaussian),
        }
    }

    /// The effective β of this loss with the KL weighted by w.
    ///
    /// # Errors
    /// [`Error::NotPositive`] for w, and as [`Self::beta_per_weight`].
    pub fn beta(&self, weight: f64, sizes: &Sizes) -> Result<f64, Error> {
        Ok(positive("weight", weight)? * self.beta_per_weight(sizes)?)
    }

    /// The weight w that makes this loss equivalent to ours at a β; the inverse of [`Self::beta`].
    ///
    /// # Errors
    /// [`Error::NotPositive`] for β, and as [`Self::beta_per_weight`].
    pub fn weight(&self, beta: f64, sizes: &Sizes) -> Result<f64, Error> {
        Ok(positive("β", beta)? / self.beta_per_weight(sizes)?)
    }

    /// The loss as a formula, with its weight.
    pub fn formula(&self, weight: &str) -> String {
        let half = if self.error_half { "½ " } else { "" };
        let over = if self.error_variance == 1.0 {
            String::new()
        } else {
            format!("/{}", self.error_variance)
        };
        let twice = if self.kl_half { "" } else { "2 " };
        // The batch is worth a word only where the two terms treat it differently.
        let batch = |own: Reduction, other: Reduction| match own {
            Reduction::Sum if other == Reduction::Mean => ", batch",
            _ => "",
        };
        format!(
            "{half}{}(pixels{}) {}{over} + {weight}·{twice}{}(latents{}) KL",
            self.error_dims.word(),
            batch(self.error_batch, self.kl_batch),
            match self.error {
                ErrorTerm::Squared => "|x − D(z)|²",
                ErrorTerm::Bernoulli => "BCE",
                ErrorTerm::Absolute => "|x − D(z)|",
            },
            self.kl_latents.word(),
            batch(self.kl_batch, self.error_batch),
        )
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn the_documented_examples() {
        let sizes = |dim| Sizes {
            dim,
            latents: 10,
            batch: 64,
            gamma: 1.0,
        };
        let mean = LossForm::default();
        let beta = mean.beta(0.00025, &sizes(3 * 64 * 64)).unwrap();
        assert!((beta - 1.536).abs() < 1e-12);
        let sum = LossForm {
            error_dims: Reduction::Sum,
            ..mean
        };
        assert_eq!(sum.beta(3.0, &sizes(784)), Ok(1.5));
        let half = LossForm {
            error_half: true,
            ..sum
        };
        assert_eq!(half.beta(3.0, &sizes(784)), Ok(3.0));
        assert_eq!(
            half.formula("3"),
            "½ sum(pixels) |x − D(z)|² + 3·sum(latents) KL"
        );
        assert!(half.beta(3.0, &sizes(0)).is_err());
        assert!(half.weight(f64::NAN, &sizes(1)).is_err());
    }

    /// Each factor on its own, then all at once, against terms evaluated one by one.
    #[test]
    fn a_free_form_is_its_factors() {
        let sizes = Sizes {
            dim: 50,
            latents: 4,
            batch: 8,
            gamma: 0.3,
        };
        let (sse, kl, beta) = (37.0, 4.2, 0.8);
        let ours = sse / (2.0 * 0.3) + beta * kl;
        for bits in 0..64_u32 {
            let bit = |at: u32| bits & (1 << at) != 0;
            let either = |at| {
                if bit(at) {
                    Reduction::Mean
                } else {
                    Reduction::Sum
                }
            };
            let form = LossForm {
                error: ErrorTerm::Squared,
                error_dims: either(0),
                error_batch: either(1),
                error_half: bit(2),
                error_variance: 0.7,
                kl_latents: either(3),
                kl_batch: either(4),
                kl_half: bit(5),
            };
            let weight = form.weight(beta, &sizes).unwrap();
            let mut error = sse * 8.0 / 0.7;
            let mut rate = kl * 8.0 * weight;
            error *= if bit(0) { 1.0 / 50.0 } else { 1.0 };
            error *= if bit(1) { 1.0 / 8.0 } else { 1.0 };
            error *= if bit(2) { 0.5 } else { 1.0 };
            rate *= if bit(3) { 1.0 / 4.0 } else { 1.0 };
            rate *= if bit(4) { 1.0 / 8.0 } else { 1.0 };
            rate *= if bit(5) { 1.0 } else { 2.0 };
            let scale = error / (sse / (2.0 * 0.3));
            assert!(
                ((error + rate) / (scale * ours) - 1.0).abs() < 1e-12,
                "{form:?}"
            );
            assert!((form.beta(weight, &sizes).unwrap() - beta).abs() < 1e-12);
        }
        let empty = Sizes {
            latents: 0,
            ..sizes
        };
        assert!(LossForm::default().beta(1.0, &empty).is_err());
        assert!(LossForm::default().beta(-1.0, &sizes).is_err());
    }
}
