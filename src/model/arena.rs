//! All parameters in one flat array of named tensors.
//!
//! One arena makes Adam, checkpoints and finiteness checks a single loop, and gives gradients and
//! moments the same offsets as the parameters they belong to.

use crate::config::PosteriorVariance;

use super::node::{Node, NodeKind};
use super::spec::NetSpec;

/// The initial values of a tensor.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Initial {
    /// Uniform in ±bound.
    Uniform(f32),
    /// All elements alike.
    Constant(f32),
    /// The first row 1, the second 0: a normalisation's gain and bias.
    OneZero,
    /// The first row 0, the second 1: a normalisation's running mean and variance.
    ZeroOne,
    /// ln γ.
    LogGamma,
}

/// A named tensor inside the arena.
#[derive(Debug, Clone, PartialEq)]
pub struct Tensor {
    /// `encoder.0.weight`, `decoder.out.bias`, `encoder.0.norm.affine`, `log_sigma2`, `log_gamma`.
    pub name: String,
    /// The initial values.
    pub initial: Initial,
    /// Offset of its first element.
    pub offset: usize,
    /// Rows and columns; a vector has one row. Weights are `inputs × outputs`, row-major.
    pub shape: [usize; 2],
}

impl Tensor {
    /// Number of elements.
    pub fn len(&self) -> usize {
        self.shape[0] * self.shape[1]
    }

    /// Whether it has no element (never true in an [`Arena`]).
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The tensor's place in the arena.
    pub fn range(&self) -> std::ops::Range<usize> {
        self.offset..self.offset + self.len()
    }
}

/// The layout of the parameter arena of a net.
#[derive(Debug, Clone, PartialEq)]
pub struct Arena {
    tensors: Vec<Tensor>,
    len: usize,
    decoder: usize,
}

impl Arena {
    /// Tensors start on multiples of this many floats: 256 bytes, the storage-binding alignment.
    pub const ALIGN: usize = 64;

    /// Lays out the parameters of `net`: the encoder's nodes in order (per node weight then bias, or a
    /// normalisation's gain and bias, then its running moments), then `log_sigma2` if the posterior
    /// variance is global, then the decoder's, last of all `log_gamma`.
    ///
    /// Running moments are no parameters, but live here so that a checkpoint is one array: their
    /// gradient is always zero, and Adam leaves them alone.
    pub fn new(net: &NetSpec) -> Self {
        let mut arena = Self {
            tensors: Vec::new(),
            len: 0,
            decoder: 0,
        };
        net.encoder.iter().for_each(|node| arena.node(node));
        if net.variance == PosteriorVariance::Global {
            let start = Initial::Constant(0.0);
            arena.push("log_sigma2".into(), [1, net.latents], start);
        }
        arena.decoder = arena.len;
        net.decoder.iter().for_each(|node| arena.node(node));
        arena.push("log_gamma".into(), [1, 1], Initial::LogGamma);
        arena
    }

    fn node(&mut self, node: &Node) {
        // PyTorch's default for linear and convolutional layers: ±1/√fan-in, for the bias too.
        let bound = node
            .weight()
            .map(|[rows, _]| Initial::Uniform(1.0 / (rows as f32).sqrt()));
        if let (Some(shape), Some(bound)) = (node.weight(), bound) {
            self.push(format!("{}.weight", node.name), shape, bound);
        }
        if node.bias() > 0 {
            let start = bound.unwrap_or(Initial::Constant(0.0));
            self.push(format!("{}.bias", node.name), [1, node.bias()], start);
        }
        if node.kind == NodeKind::Norm {
            let shape = [2, node.output.channels];
            self.push(format!("{}.affine", node.name), shape, Initial::OneZero);
            self.push(format!("{}.running", node.name), shape, Initial::ZeroOne);
        }
    }

    fn push(&mut self, name: String, shape: [usize; 2], initial: Initial) {
        let tensor = Tensor {
            name,
            initial,
            offset: self.len,
            shape,
        };
        self.len = (self.len + tensor.len()).next_multiple_of(Self::ALIGN);
        self.tensors.push(tensor);
    }

    /// Where the decoder's tensors begin; log γ, the last tensor, counts as the decoder's.
    pub fn decoder_start(&self) -> usize {
        self.decoder
    }

    /// Number of floats, padding included.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no tensor (never true of a net's arena).
    pub fn is_empty(&self) -> bool {
        self.tensors.is_empty()
    }

    /// All tensors in order of offset.
    pub fn tensors(&self) -> &[Tensor] {
        &self.tensors
    }

    /// The tensor called `name`.
    pub fn get(&self, name: &str) -> Option<&Tensor> {
        self.tensors.iter().find(|t| t.name == name)
    }

    /// The tensor that owns the element at `offset`, for messages.
    pub fn name_at(&self, offset: usize) -> &str {
        self.tensors
            .iter()
            .rev()
            .find(|t| t.offset <= offset)
            .map_or("parameters", |t| t.name.as_str())
    }
}
