//! A network and the estimator of its objective.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::layer::{Activation, Stack};
use super::{ConfigError, in_range};

/// Whether the posterior standard deviation depends on the sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum PosteriorVariance {
    /// log σ²(x) is an output of the encoder.
    #[default]
    PerSample,
    /// One free log σ² per latent, shared by all samples (the linear theory's σ).
    Global,
}

/// The decoder's distribution.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, clap::ValueEnum,
)]
#[serde(rename_all = "snake_case")]
pub enum Likelihood {
    /// N(x̂, γI) with one γ.
    #[default]
    Gaussian,
    /// N(x̂, diag γ(z)): the decoder also gives log γ of every dimension (Dai et al.'s category iii).
    GaussianPerPixel,
    /// Bernoulli with the decoder's output as logits; x must lie in 0..=1.
    Bernoulli,
}

impl Likelihood {
    /// The d of the loss's constant (d/2) log 2πγ where the target has `dim` dimensions; 0 without one γ.
    pub fn constant_dim(self, dim: usize) -> usize {
        match self {
            Self::Gaussian => dim,
            Self::GaussianPerPixel | Self::Bernoulli => 0,
        }
    }
}

/// How the expectation over q is taken while training.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Estimator {
    /// One reparameterised sample per item, the KL in closed form.
    #[default]
    Sampled,
    /// No sampling: E‖x − Wz − b‖² = ‖x − Wμ − b‖² + Σ `σ_j²‖W_j‖²`, for a decoder of one dense layer
    /// (Lucas et al. 2019, section 3).
    Analytic,
    /// The importance-weighted bound −log (1/k) Σ p(x, `z_i)/q(z_i|x`) with this many samples.
    ImportanceWeighted(usize),
}

impl Estimator {
    /// Samples per item.
    pub fn samples(self) -> usize {
        match self {
            Self::ImportanceWeighted(samples) => samples,
            Self::Sampled | Self::Analytic => 1,
        }
    }
}

impl fmt::Display for Estimator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sampled => f.write_str("sampled"),
            Self::Analytic => f.write_str("analytic"),
            Self::ImportanceWeighted(samples) => write!(f, "iw:{samples}"),
        }
    }
}

impl std::str::FromStr for Estimator {
    type Err = ConfigError;

    /// Reads `sampled`, `analytic` or `iw:K`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.trim() {
            "sampled" => Ok(Self::Sampled),
            "analytic" => Ok(Self::Analytic),
            text => text
                .strip_prefix("iw:")
                .and_then(|k| k.parse().ok())
                .map(Self::ImportanceWeighted)
                .ok_or_else(|| ConfigError::Unreadable {
                    name: "estimator",
                    reason: format!("'{text}' is not sampled, analytic or iw:K"),
                }),
        }
    }
}

/// What the decoder is trained to give.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// The input itself.
    #[default]
    Input,
    /// The one-hot label.
    Labels,
    /// y = Mx with this many rows, M drawn once from N(0, 1/d) (Wang & Ziyin's regression).
    LinearMap(usize),
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Input => f.write_str("input"),
            Self::Labels => f.write_str("labels"),
            Self::LinearMap(rows) => write!(f, "map:{rows}"),
        }
    }
}

impl std::str::FromStr for Target {
    type Err = ConfigError;

    /// Reads `input`, `labels` or `map:K`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let rows = |rows: &str| rows.parse().ok().filter(|&r| r > 0);
        match text.trim() {
            "input" => Ok(Self::Input),
            "labels" => Ok(Self::Labels),
            text => text
                .strip_prefix("map:")
                .and_then(rows)
                .map(Self::LinearMap)
                .ok_or_else(|| ConfigError::Unreadable {
                    name: "target",
                    reason: format!("'{text}' is not input, labels or map:K"),
                }),
        }
    }
}

/// The network's architecture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct NetConfig {
    /// Hidden layers of the encoder, input side first; empty for a linear encoder. A dense layer to
    /// the posterior's parameters follows.
    pub encoder: Stack,
    /// Hidden layers of the decoder, latent side first; empty for a linear decoder. A dense layer to
    /// the reconstruction follows, unless the last one is `convout…` or `deconvout…`.
    pub decoder: Stack,
    /// κ, the number of latent dimensions.
    pub latents: usize,
    /// Non-linearity of the hidden layers that name no other.
    pub activation: Activation,
    /// Per-sample or global posterior variance.
    pub variance: PosteriorVariance,
    /// The decoder's distribution.
    pub likelihood: Likelihood,
    /// How the expectation over q is taken.
    pub estimator: Estimator,
    /// What the decoder is trained to give.
    pub target: Target,
}

impl Default for NetConfig {
    fn default() -> Self {
        Self {
            encoder: Stack::dense(&[256, 64]),
            decoder: Stack::dense(&[64, 256]),
            latents: 16,
            activation: Activation::Relu,
            variance: PosteriorVariance::PerSample,
            likelihood: Likelihood::Gaussian,
            estimator: Estimator::Sampled,
            target: Target::Input,
        }
    }
}

impl NetConfig {
    /// Largest width of a layer, and the largest number of latents.
    pub const MAX_WIDTH: usize = 65_536;
    /// Most samples of an importance-weighted bound.
    pub const MAX_SAMPLES: usize = 512;

    /// A linear VAE with κ = `latents`: no hidden layers and a global σ.
    pub fn linear(latents: usize) -> Self {
        Self {
            encoder: Stack::default(),
            decoder: Stack::default(),
            latents,
            activation: Activation::Identity,
            variance: PosteriorVariance::Global,
            ..Self::default()
        }
    }

    /// Dense layers of these widths on the encoder's side and their mirror on the decoder's.
    pub fn dense(widths: &[usize], latents: usize) -> Self {
        let mirrored: Vec<usize> = widths.iter().rev().copied().collect();
        Self {
            encoder: Stack::dense(widths),
            decoder: Stack::dense(&mirrored),
            latents,
            ..Self::default()
        }
    }

    /// An MLP of `depth` hidden layers on each side whose widths fall geometrically from
    /// `width` to a quarter of it; depth 0 is linear.
    #[must_use]
    pub fn with_depth(&self, depth: usize, width: usize) -> Self {
        let encoder: Vec<usize> = (0..depth)
            .map(|layer| {
                let share = if depth > 1 {
                    layer as f64 / (depth - 1) as f64
                } else {
                    0.0
                };
                ((width as f64 * 0.25_f64.powf(share)).round() as usize).max(1)
            })
            .collect();
        let Self {
            encoder, decoder, ..
        } = Self::dense(&encoder, self.latents);
        Self {
            encoder,
            decoder,
            ..self.clone()
        }
    }

    /// Checks every width and count.
    ///
    /// # Errors
    /// [`ConfigError::OutOfRange`] naming the setting.
    pub fn validate(&self) -> Result<(), ConfigError> {
        in_range("latents", self.latents, 1, Self::MAX_WIDTH)?;
        self.encoder.validate("number of encoder layers")?;
        self.decoder.validate("number of decoder layers")?;
        in_range(
            "samples of the bound",
            self.estimator.samples(),
            1,
            Self::MAX_SAMPLES,
        )?;
        if let Target::LinearMap(rows) = self.target {
            in_range("rows of the target's map", rows, 1, Self::MAX_WIDTH)?;
        }
        if self.estimator == Estimator::Analytic {
            let linear = self.decoder.is_empty();
            if !linear || self.likelihood != Likelihood::Gaussian {
                return Err(ConfigError::Unreadable {
                    name: "estimator",
                    reason: "the analytic objective needs a decoder without hidden layers and the Gaussian likelihood".into(),
                });
            }
        }
        Ok(())
    }
}
