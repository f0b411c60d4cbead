//! The kernel calls a plan is made of, and what they read and write.
//!
//! An op is data: the backends give it meaning. Its doc comment is the contract both its shader and
//! its twin keep.

use crate::config::Activation;
use crate::rng::Stream;

/// Index of a buffer in [`super::Plan::buffers`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct BufferId(pub usize);

/// A named array of floats.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BufferSpec {
    /// `parameters`, `train.encoder.0`, `evaluate.z`, …
    pub name: String,
    /// Number of floats.
    pub len: usize,
}

/// A contiguous part of a buffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slice {
    /// The buffer.
    pub buffer: BufferId,
    /// First element; a multiple of [`crate::model::Arena::ALIGN`].
    pub offset: usize,
    /// Number of elements.
    pub len: usize,
}

impl Slice {
    /// Its elements.
    pub fn range(self) -> std::ops::Range<usize> {
        self.offset..self.offset + self.len
    }
}

/// Which samples a gather takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BatchOrder {
    /// Position p of the epoch's keyed permutation.
    Shuffled,
    /// Position p of the file; positions past the end wrap and do not count.
    Sequential,
}

/// One kernel call. `rows` is the batch; all matrices are row-major.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Op {
    /// x ← preprocessed samples. x is `rows × dim`.
    Gather {
        /// Output.
        x: Slice,
        /// B.
        rows: usize,
        /// d.
        dim: usize,
        /// Which samples.
        order: BatchOrder,
    },
    /// y ← f(x W + b). x `rows × inputs`, W `inputs × outputs`, b `outputs`, y `rows × outputs`.
    DenseForward {
        /// Input.
        x: Slice,
        /// W.
        weight: Slice,
        /// b.
        bias: Slice,
        /// Output.
        y: Slice,
        /// B.
        rows: usize,
        /// Width of x.
        inputs: usize,
        /// Width of y.
        outputs: usize,
        /// f.
        activation: Activation,
    },
    /// dx ← (dy Wᵀ) ⊙ f′, with f′ taken from the activation's *output* x.
    DenseBackwardInput {
        /// Gradient with respect to the pre-activation of this layer, `rows × outputs`.
        dy: Slice,
        /// W.
        weight: Slice,
        /// The layer's input, i.e. the output of the activation to differentiate.
        x: Slice,
        /// Gradient with respect to the pre-activation that produced x, `rows × inputs`.
        dx: Slice,
        /// B.
        rows: usize,
        /// Width of x.
        inputs: usize,
        /// Width of dy.
        outputs: usize,
        /// The activation that produced x.
        activation: Activation,
    },
    /// dW ← xᵀ dy, db ← column sums of dy.
    DenseBackwardWeight {
        /// The layer's input, `rows × inputs`.
        x: Slice,
        /// Gradient with respect to its pre-activation, `rows × outputs`.
        dy: Slice,
        /// Output, `inputs × outputs`.
        dweight: Slice,
        /// Output, `outputs`.
        dbias: Slice,
        /// B.
        rows: usize,
        /// Width of x.
        inputs: usize,
        /// Width of dy.
        outputs: usize,
    },
    /// z ← μ + σ ε and the KL of every row and latent, ½(μ² + σ² − log σ² − 1).
    ReparameterizeForward {
        /// `rows × 2κ` (μ | log σ²), or `rows × κ` (μ) with a global variance.
        head: Slice,
        /// log σ² of every latent if it is global.
        log_sigma2: Option<Slice>,
        /// Output, `rows × κ`.
        z: Slice,
        /// Output, `rows × κ`, nats.
        kl: Slice,
        /// B.
        rows: usize,
        /// κ.
        latents: usize,
        /// Which stream ε comes from.
        noise: Stream,
    },
    /// dμ ← dz + βμ/B, d log σ² ← dz (z − μ)/2 + β(σ² − 1)/2B.
    ReparameterizeBackward {
        /// As in the forward.
        head: Slice,
        /// log σ² if global.
        log_sigma2: Option<Slice>,
        /// As in the forward.
        z: Slice,
        /// Gradient with respect to z, `rows × κ`.
        dz: Slice,
        /// Output, laid out like `head`.
        dhead: Slice,
        /// Output `rows × κ`: every row's share of d log σ², if the variance is global.
        dlog_sigma2_rows: Option<Slice>,
        /// B.
        rows: usize,
        /// κ.
        latents: usize,
    },
    /// out ← column sums of the `rows × columns` input.
    SumRows {
        /// Input.
        input: Slice,
        /// Output, `columns`.
        output: Slice,
        /// Rows.
        rows: usize,
        /// Columns.
        columns: usize,
    },
    /// out ← z with every latent multiplied by its mask (1 keeps it, 0 replaces it by the prior mean).
    MaskLatents {
        /// `rows × κ`.
        z: Slice,
        /// `κ`.
        mask: Slice,
        /// Output, `rows × κ`.
        output: Slice,
        /// B.
        rows: usize,
        /// κ.
        latents: usize,
    },
    /// sse ← ‖x̂ − x‖² of every row; dx̂ ← (x̂ − x)/(γB) where asked for.
    Elbo {
        /// `rows × dim`.
        x: Slice,
        /// `rows × dim`.
        xhat: Slice,
        /// The parameter log γ.
        log_gamma: Slice,
        /// Output `rows × dim`, if a backward pass follows.
        dxhat: Option<Slice>,
        /// Output, `rows`.
        sse: Slice,
        /// B.
        rows: usize,
        /// d.
        dim: usize,
    },
    /// The batch means: loss, sse, KL, γ, β into row `slot` of the metrics; d log γ.
    Finalize {
        /// `rows`.
        sse: Slice,
        /// `rows × κ`.
        kl: Slice,
        /// The parameter log γ.
        log_gamma: Slice,
        /// Output, one number: d/2 − mean sse/(2γ).
        dlog_gamma: Slice,
        /// Output, rows of [`super::StepMetrics::ROW`] floats.
        metrics: Slice,
        /// B.
        rows: usize,
        /// κ.
        latents: usize,
        /// d.
        dim: usize,
    },
    /// Adam over the whole arena, in PyTorch's order of operations; does nothing once a step of the
    /// run has produced a non-finite loss or gradient.
    Adam {
        /// Parameters, updated.
        parameters: Slice,
        /// Gradients.
        gradients: Slice,
        /// First moments, updated.
        moment1: Slice,
        /// Second moments, updated.
        moment2: Slice,
        /// Offset of log γ, held unless `learn_gamma`.
        log_gamma: usize,
    },
    /// Per-latent statistics over the counted rows; see [`StatisticsLayout`].
    LatentStatistics {
        /// As in the reparameterisation.
        head: Slice,
        /// log σ² if global.
        log_sigma2: Option<Slice>,
        /// `rows × κ`.
        kl: Slice,
        /// Output, [`StatisticsLayout::FIELDS`] × κ.
        statistics: Slice,
        /// B.
        rows: usize,
        /// κ.
        latents: usize,
    },
}

impl Op {
    /// The name shared by the op, its shader file and its CPU twin.
    pub fn kernel(&self) -> &'static str {
        match self {
            Self::Gather { .. } => "gather",
            Self::DenseForward { .. } => "dense_forward",
            Self::DenseBackwardInput { .. } => "dense_backward_input",
            Self::DenseBackwardWeight { .. } => "dense_backward_weight",
            Self::ReparameterizeForward { .. } => "reparameterize_forward",
            Self::ReparameterizeBackward { .. } => "reparameterize_backward",
            Self::SumRows { .. } => "sum_rows",
            Self::MaskLatents { .. } => "mask_latents",
            Self::Elbo { .. } => "elbo",
            Self::Finalize { .. } => "finalize",
            Self::Adam { .. } => "adam",
            Self::LatentStatistics { .. } => "latent_statistics",
        }
    }

    /// The slices the op writes, in the order in which a bad value is looked for.
    pub fn outputs(&self) -> Vec<Slice> {
        match *self {
            Self::Gather { x, .. } => vec![x],
            Self::DenseForward { y, .. } => vec![y],
            Self::DenseBackwardInput { dx, .. } => vec![dx],
            Self::DenseBackwardWeight { dweight, dbias, .. } => vec![dweight, dbias],
            Self::ReparameterizeForward { z, kl, .. } => vec![z, kl],
            Self::ReparameterizeBackward {
                dhead,
                dlog_sigma2_rows,
                ..
            } => std::iter::once(dhead).chain(dlog_sigma2_rows).collect(),
            Self::SumRows { output, .. } | Self::MaskLatents { output, .. } => vec![output],
            Self::Elbo { dxhat, sse, .. } => std::iter::once(sse).chain(dxhat).collect(),
            Self::Finalize {
                dlog_gamma,
                metrics,
                ..
            } => vec![metrics, dlog_gamma],
            Self::Adam {
                parameters,
                moment1,
                moment2,
                ..
            } => vec![parameters, moment1, moment2],
            Self::LatentStatistics { statistics, .. } => vec![statistics],
        }
    }
}

/// The rows of the statistics buffer, each κ long.
pub struct StatisticsLayout;

impl StatisticsLayout {
    /// Mean of μ over the counted rows.
    pub const MEAN_MU: usize = 0;
    /// Sum of squared deviations of μ from that mean.
    pub const M2_MU: usize = 1;
    /// Sum of σ².
    pub const SUM_SIGMA2: usize = 2;
    /// Sum of the KL in nats.
    pub const SUM_KL: usize = 3;
    /// How many rows have a KL below [`Self::EPSILON`].
    pub const COLLAPSED: usize = 4;
    /// Number of fields.
    pub const FIELDS: usize = 5;
    /// ε of the headline (ε, δ)-collapse, in nats.
    pub const EPSILON: f32 = 0.01;
}
