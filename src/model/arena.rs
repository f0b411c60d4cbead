//! All parameters in one flat array of named tensors.
//!
//! One arena makes Adam, checkpoints and finiteness checks a single loop, and gives gradients and
//! moments the same offsets as the parameters they belong to.

use crate::config::PosteriorVariance;

use super::spec::NetSpec;

/// A named tensor inside the arena.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tensor {
    /// `encoder.0.weight`, `decoder.out.bias`, `log_sigma2`, `log_gamma`.
    pub name: String,
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

    /// Its place in the arena.
    pub fn range(&self) -> std::ops::Range<usize> {
        self.offset..self.offset + self.len()
    }
}

/// The layout of the parameter arena of a net.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arena {
    tensors: Vec<Tensor>,
    len: usize,
}

impl Arena {
    /// Tensors start on multiples of this many floats: 256 bytes, the storage-binding alignment.
    pub const ALIGN: usize = 64;

    /// Lays out the parameters of `net`: per layer weight then bias, then `log_sigma2` if the
    /// posterior variance is global, last of all `log_gamma`.
    pub fn new(net: &NetSpec) -> Self {
        let mut arena = Self {
            tensors: Vec::new(),
            len: 0,
        };
        for layer in net.layers() {
            arena.push(
                format!("{}.weight", layer.name),
                [layer.inputs, layer.outputs],
            );
            arena.push(format!("{}.bias", layer.name), [1, layer.outputs]);
        }
        if net.variance == PosteriorVariance::Global {
            arena.push("log_sigma2".into(), [1, net.latents]);
        }
        arena.push("log_gamma".into(), [1, 1]);
        arena
    }

    fn push(&mut self, name: String, shape: [usize; 2]) {
        let tensor = Tensor {
            name,
            offset: self.len,
            shape,
        };
        self.len = (self.len + tensor.len()).next_multiple_of(Self::ALIGN);
        self.tensors.push(tensor);
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
