//! A VAE with all shapes resolved.

use crate::config::{
    Activation, ConfigError, Estimator, Layer, LayerKind, Likelihood, NetConfig, PosteriorVariance,
};

use super::lower::Lowering;
use super::node::{Node, NodeKind};
use super::shape::Shape;

/// Why a network cannot be described.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ModelError {
    /// A setting is out of range.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A layer does not fit what comes before it.
    #[error("{name} ({layer}) does not fit: {reason}")]
    Layer {
        /// The layer's name: `encoder.3`.
        name: String,
        /// The layer as text.
        layer: String,
        /// What does not fit.
        reason: String,
    },
    /// What was given as the decoder's last layer cannot be its output.
    #[error(
        "the decoder's last layer ({layer}) is not its output as it stands: {reason}; the output is the mean (for a \
         Bernoulli decoder the logit) and has no activation"
    )]
    OutputLayer {
        /// The layer as text.
        layer: String,
        /// Why, and what to write instead.
        reason: String,
    },
    /// The decoder's last convolution does not give the target's shape.
    #[error("the decoder gives {got}, and the data need {wanted}")]
    Output {
        /// The shape that comes out.
        got: Shape,
        /// The shape that is needed.
        wanted: Shape,
    },
    /// The network has more parameters than offsets can address.
    #[error(
        "the network would have {parameters:.1e} parameters; the largest supported is {max:.1e}, so use narrower layers"
    )]
    TooManyParameters {
        /// The number of parameters the network would have.
        parameters: f64,
        /// The largest number of parameters supported.
        max: f64,
    },
}

/// Refuses an activation or a normalisation on what would be the decoder's output. It would be dropped on a convolution
/// to the data's channels; and a dense layer as wide as the target that names one was meant as the output, and would
/// become one more hidden layer before it.
fn check_output_layer(last: Option<&Layer>, target: Shape) -> Result<(), ModelError> {
    let Some(last) = last else {
        return Ok(());
    };
    let named = last
        .activation
        .filter(|a| *a != Activation::Identity)
        .map(|a| format!(":{}", a.word()))
        .or_else(|| last.norm.then(|| ":bn".to_owned()));
    let Some(named) = named else {
        return Ok(());
    };
    let reason = match last.kind {
        LayerKind::Conv {
            channels: Layer::OUT,
            ..
        }
        | LayerKind::ConvTranspose {
            channels: Layer::OUT,
            ..
        }
        | LayerKind::Bias => format!("leave out {named}"),
        LayerKind::Dense { outputs } if outputs == target.len() => format!(
            "a dense layer to the {outputs} outputs follows by itself; leave this one out, or give a hidden layer another \
             width"
        ),
        _ => return Ok(()),
    };
    Err(ModelError::OutputLayer {
        layer: last.to_string(),
        reason,
    })
}

/// A VAE with every shape known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetSpec {
    /// Shape of x.
    pub input: Shape,
    /// Shape of what the decoder is trained to give; x's own unless the run has another target.
    pub target: Shape,
    /// d, the width of x.
    pub dim: usize,
    /// κ, the number of latents.
    pub latents: usize,
    /// Encoder; the last node is the head, `μ | log σ²` side by side (`2κ` wide) if the variance is
    /// per sample, else μ alone.
    pub encoder: Vec<Node>,
    /// Decoder; the last node has identity activation and width [`Self::out_dim`].
    pub decoder: Vec<Node>,
    /// Per-sample or global posterior variance.
    pub variance: PosteriorVariance,
    /// The decoder's distribution.
    pub likelihood: Likelihood,
    /// How the expectation over q is taken.
    pub estimator: Estimator,
}

impl NetSpec {
    /// Largest number of parameters: offsets and kernel indices are 32-bit.
    pub const MAX_PARAMETERS: f64 = 1.0e9;
    /// Largest activation of one sample.
    pub const MAX_ACTIVATIONS: usize = 1 << 24;

    /// Resolves `config` for inputs and targets of these shapes.
    ///
    /// # Errors
    /// [`ModelError`] if a setting is out of range, a layer does not fit the one before it, or the network
    /// is beyond 32-bit indices.
    pub fn new(config: &NetConfig, input: Shape, target: Shape) -> Result<Self, ModelError> {
        config.validate()?;
        for shape in [input, target] {
            crate::config::in_range("data dimension", shape.len(), 1, Self::MAX_ACTIVATIONS)?;
        }
        let head = match config.variance {
            PosteriorVariance::PerSample => 2 * config.latents,
            PosteriorVariance::Global => config.latents,
        };
        let output = Shape {
            channels: match config.likelihood {
                Likelihood::GaussianPerPixel => 2 * target.channels,
                Likelihood::Gaussian | Likelihood::Bernoulli => target.channels,
            },
            ..target
        };
        check_output_layer(config.decoder.layers().last(), target)?;
        let mut encoder = Lowering::new("encoder", input, config.activation, None);
        encoder.stack(config.encoder.layers())?;
        let mut decoder = Lowering::new(
            "decoder",
            Shape::vector(config.latents),
            config.activation,
            Some(output.channels),
        );
        decoder.stack(config.decoder.layers())?;
        let ends_in_convolution = matches!(
            config.decoder.layers().last().map(|l| &l.kind),
            Some(
                LayerKind::Conv {
                    channels: Layer::OUT,
                    ..
                } | LayerKind::ConvTranspose {
                    channels: Layer::OUT,
                    ..
                }
            )
        );
        // A soft threshold or a bias that the user put last is the output as it stands.
        let ends_in_bias = matches!(
            config.decoder.layers().last().map(|l| &l.kind),
            Some(LayerKind::Bias)
        );
        let decoder = if ends_in_convolution || ends_in_bias {
            decoder.end_as(output)?
        } else {
            decoder.end("out", output.len())
        };
        let spec = Self {
            input,
            target,
            dim: input.len(),
            latents: config.latents,
            encoder: encoder.end("head", head),
            decoder,
            variance: config.variance,
            likelihood: config.likelihood,
            estimator: config.estimator,
        };
        let parameters: f64 = spec
            .nodes()
            .map(|n| {
                let weight = n.weight().map_or(0.0, |[r, c]| r as f64 * c as f64);
                weight + n.bias() as f64
            })
            .sum();
        if parameters > Self::MAX_PARAMETERS {
            return Err(ModelError::TooManyParameters {
                parameters,
                max: Self::MAX_PARAMETERS,
            });
        }
        Ok(spec)
    }

    /// All nodes, encoder first.
    pub fn nodes(&self) -> impl Iterator<Item = &Node> {
        self.encoder.iter().chain(&self.decoder)
    }

    /// Numbers of one target.
    pub fn target_dim(&self) -> usize {
        self.target.len()
    }

    /// Numbers the decoder gives per sample: twice the target's if it gives variances too.
    pub fn out_dim(&self) -> usize {
        match self.likelihood {
            Likelihood::GaussianPerPixel => 2 * self.target.len(),
            Likelihood::Gaussian | Likelihood::Bernoulli => self.target.len(),
        }
    }

    /// Width of a row of the encoder's head.
    pub fn head_dim(&self) -> usize {
        match self.variance {
            PosteriorVariance::PerSample => 2 * self.latents,
            PosteriorVariance::Global => self.latents,
        }
    }

    /// The width of the decoder's last hidden layer if that is a dense one as wide as the target: whoever wrote it may
    /// have meant the output, which follows it by itself.
    pub fn hidden_like_output(&self) -> Option<usize> {
        let [.., hidden, out] = &self.decoder[..] else {
            return None;
        };
        let dense = |node: &Node| matches!(node.kind, NodeKind::Dense { .. });
        let width = self.target.len();
        (dense(hidden) && dense(out) && out.name == "decoder.out" && hidden.output.len() == width)
            .then_some(width)
    }

    /// Number of trainable numbers, log γ included.
    pub fn parameter_count(&self) -> usize {
        let global = match self.variance {
            PosteriorVariance::PerSample => 0,
            PosteriorVariance::Global => self.latents,
        };
        self.nodes().map(Node::parameters).sum::<usize>() + global + 1
    }

    /// Multiply-adds of one sample through the decoder.
    pub fn decoder_macs(&self) -> usize {
        self.decoder.iter().map(Node::macs).sum()
    }

    /// Multiply-adds of one sample through encoder and decoder.
    pub fn forward_macs(&self) -> usize {
        self.nodes().map(Node::macs).sum()
    }

    /// Floating-point operations of one training step on `batch` samples: forward, both gradients,
    /// no gradient with respect to the data.
    pub fn step_flops(&self, batch: usize) -> f64 {
        let encoder: usize = self.encoder.iter().map(Node::macs).sum();
        let first: usize = self
            .encoder
            .iter()
            .filter(|n| n.input == super::Source::Input)
            .map(Node::macs)
            .sum();
        let decoder = self.decoder_macs() * self.estimator.samples();
        2.0 * batch as f64 * (3 * (encoder + decoder) - first) as f64
    }

    /// `784 – 256 – 64 – 16 – 64 – 256 – 784`; images as `64×64×3`.
    pub fn shape_text(&self) -> String {
        let dense = self
            .nodes()
            .all(|n| n.output.is_vector() || n.name == "decoder.out");
        let text = |shape: Shape| {
            if dense {
                shape.len().to_string()
            } else {
                shape.to_string()
            }
        };
        let outputs = |nodes: &[Node]| -> Vec<String> {
            let steps = nodes.iter().filter(|n| n.weight().is_some());
            steps.map(|n| text(n.output)).collect()
        };
        let mut shapes = vec![text(self.input)];
        let encoder = outputs(&self.encoder);
        shapes.extend_from_slice(&encoder[..encoder.len() - 1]);
        shapes.push(self.latents.to_string());
        let mut decoder = outputs(&self.decoder);
        decoder.pop();
        shapes.extend(decoder);
        shapes.push(text(self.target));
        shapes.join(" – ")
    }

    /// Whether encoder mean and decoder mean are affine, so that the linear theory is exact.
    pub fn is_linear(&self) -> bool {
        self.nodes().all(|n| {
            n.activation == Activation::Identity
                && !matches!(n.kind, NodeKind::MaxPool | NodeKind::Norm)
        }) && self.likelihood == Likelihood::Gaussian
    }
}
