//! What ops are made of: buffers, slices, the epilogue of a linear op.

use crate::config::Activation;

/// Index of a buffer in [`crate::compute::Plan::buffers`].
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

/// What a product or another linear op does to its result before storing it.
///
/// Forward: y = f(result + bias + add). Backward: dx = (result + add) ⊙ f′, f′ taken from the activation's
/// *output* `of`. So a residual connection and the sum of its two gradients cost no kernel of their own.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Epilogue {
    /// One number per channel.
    pub bias: Option<Slice>,
    /// An array like the result.
    pub add: Option<Slice>,
    /// What is applied last.
    pub finish: Finish,
}

/// The last step of an [`Epilogue`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Finish {
    /// f.
    Activate(Activation),
    /// ⊙ f′.
    Slope {
        /// The output of the activation to differentiate, shaped like the result.
        of: Slice,
        /// f.
        activation: Activation,
    },
}

impl Epilogue {
    /// Stores the result as it is.
    pub const PLAIN: Self = Self {
        bias: None,
        add: None,
        finish: Finish::Activate(Activation::Identity),
    };
}

/// What a gather takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GatherSource {
    /// Samples, preprocessed.
    Input,
    /// Their targets, as they are.
    Target,
}

/// Which samples a gather takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BatchOrder {
    /// Position p of the epoch's keyed permutation.
    Shuffled,
    /// Position p of the file; positions past the end wrap and do not count.
    Sequential,
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
