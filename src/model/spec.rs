//! The layers of a VAE with all shapes resolved.

use crate::config::{Activation, ConfigError, NetConfig, PosteriorVariance};

/// Why a network cannot be described.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ModelError {
    /// A setting is out of range.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The network has more parameters than offsets can address.
    #[error(
        "the network would have {parameters:.1e} parameters; the largest supported is {max:.1e}, so use narrower layers"
    )]
    TooManyParameters {
        /// How many it would have.
        parameters: f64,
        /// How many are supported.
        max: f64,
    },
}

/// One dense layer, y = f(x W + b).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DenseSpec {
    /// `encoder.0`, `encoder.head`, `decoder.1`, `decoder.out`.
    pub name: String,
    /// Width of x.
    pub inputs: usize,
    /// Width of y.
    pub outputs: usize,
    /// f.
    pub activation: Activation,
}

/// A VAE with every shape known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetSpec {
    /// d, the width of x and of the reconstruction.
    pub dim: usize,
    /// κ, the number of latents.
    pub latents: usize,
    /// Encoder layers; the last is the head, `μ | log σ²` side by side (`2κ` wide) if the variance is
    /// per sample, else μ alone.
    pub encoder: Vec<DenseSpec>,
    /// Decoder layers; the last has identity activation and width d.
    pub decoder: Vec<DenseSpec>,
    /// Per-sample or global posterior variance.
    pub variance: PosteriorVariance,
}

impl NetSpec {
    /// Largest number of parameters: offsets and kernel indices are 32-bit.
    pub const MAX_PARAMETERS: f64 = 1.0e9;

    /// Resolves `config` for data of dimension `dim`.
    ///
    /// # Errors
    /// [`ModelError`] if a width is out of range or the network is beyond 32-bit indices.
    pub fn new(config: &NetConfig, dim: usize) -> Result<Self, ModelError> {
        config.validate()?;
        crate::config::in_range("data dimension", dim, 1, 16_777_216)?;
        let head = match config.variance {
            PosteriorVariance::PerSample => 2 * config.latents,
            PosteriorVariance::Global => config.latents,
        };
        let chain = |side: &str, input: usize, hidden: &[usize], output: usize, last: &str| {
            let mut layers = Vec::with_capacity(hidden.len() + 1);
            let mut width = input;
            for (index, &outputs) in hidden.iter().enumerate() {
                layers.push(DenseSpec {
                    name: format!("{side}.{index}"),
                    inputs: width,
                    outputs,
                    activation: config.activation,
                });
                width = outputs;
            }
            layers.push(DenseSpec {
                name: format!("{side}.{last}"),
                inputs: width,
                outputs: output,
                activation: Activation::Identity,
            });
            layers
        };
        let spec = Self {
            dim,
            latents: config.latents,
            encoder: chain("encoder", dim, &config.encoder, head, "head"),
            decoder: chain("decoder", config.latents, &config.decoder, dim, "out"),
            variance: config.variance,
        };
        let parameters: f64 = spec
            .layers()
            .map(|l| (l.inputs as f64 + 1.0) * l.outputs as f64)
            .sum();
        if parameters > Self::MAX_PARAMETERS {
            return Err(ModelError::TooManyParameters {
                parameters,
                max: Self::MAX_PARAMETERS,
            });
        }
        Ok(spec)
    }

    /// All dense layers, encoder first.
    pub fn layers(&self) -> impl Iterator<Item = &DenseSpec> {
        self.encoder.iter().chain(&self.decoder)
    }

    /// Number of trainable numbers, log γ included.
    pub fn parameter_count(&self) -> usize {
        let global = match self.variance {
            PosteriorVariance::PerSample => 0,
            PosteriorVariance::Global => self.latents,
        };
        self.layers()
            .map(|l| (l.inputs + 1) * l.outputs)
            .sum::<usize>()
            + global
            + 1
    }

    /// Multiply-adds of one sample through the decoder.
    pub fn decoder_macs(&self) -> usize {
        self.decoder.iter().map(|l| l.inputs * l.outputs).sum()
    }

    /// Floating-point operations of one training step on `batch` samples: forward, both gradients,
    /// no gradient with respect to the data.
    pub fn step_flops(&self, batch: usize) -> f64 {
        let all: usize = self.layers().map(|l| l.inputs * l.outputs).sum();
        let first = &self.encoder[0];
        2.0 * batch as f64 * (3 * all - first.inputs * first.outputs) as f64
    }

    /// `784 – 256 – 64 – 16 – 64 – 256 – 784`.
    pub fn shape_text(&self) -> String {
        let mut widths: Vec<String> = vec![self.dim.to_string()];
        let hidden = &self.encoder[..self.encoder.len() - 1];
        widths.extend(hidden.iter().map(|l| l.outputs.to_string()));
        widths.push(self.latents.to_string());
        widths.extend(self.decoder.iter().map(|l| l.outputs.to_string()));
        widths.join(" – ")
    }

    /// Whether encoder mean and decoder mean are affine, so that the linear theory is exact.
    pub fn is_linear(&self) -> bool {
        self.layers().all(|l| l.activation == Activation::Identity)
    }
}
