//! One step of a network with its shapes known.

use crate::config::Activation;

use super::shape::{Geometry, Shape};

/// Where a node's input comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Source {
    /// What enters the stack: x for the encoder, z for the decoder.
    Input,
    /// The output of an earlier node of the same stack.
    Node(usize),
}

/// What a node computes before its skip and activation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NodeKind {
    /// x W + b over the flattened input.
    Dense {
        /// Whether the layer adds a bias.
        bias: bool,
    },
    /// A convolution, from the large image to the small one.
    Conv {
        /// Which pixels of the two images are connected.
        geometry: Geometry,
        /// Whether the layer adds a bias.
        bias: bool,
    },
    /// A transposed convolution, from the small image to the large one.
    ConvTranspose {
        /// Which pixels of the two images are connected.
        geometry: Geometry,
        /// Whether the layer adds a bias.
        bias: bool,
    },
    /// gain · (x − mean)/√(variance + ε) + bias per channel, with the batch's moments while training
    /// and running ones while evaluating.
    Norm,
    /// Largest of every 2 × 2 block.
    MaxPool,
    /// Twice the rows and columns by repetition.
    Nearest,
    /// Twice the rows and columns by bilinear interpolation.
    Bilinear,
    /// x, plus one number per channel if it has a bias.
    Pointwise {
        /// Whether the node adds a bias.
        bias: bool,
    },
}

/// A step of a stack: f(kind(input) + skip).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// `encoder.0`, `encoder.2.1`, `encoder.0.norm`, `encoder.head`, `decoder.out`.
    pub name: String,
    /// What the node computes.
    pub kind: NodeKind,
    /// Where the input comes from.
    pub input: Source,
    /// What is added before the activation; it has the output's shape.
    pub skip: Option<Source>,
    /// Shape of the input.
    pub input_shape: Shape,
    /// Shape of the output.
    pub output: Shape,
    /// The activation f.
    pub activation: Activation,
}

impl Node {
    /// ε of the batch normalisation.
    pub const NORM_EPSILON: f32 = 1e-5;
    /// Share of the newest batch in the running moments.
    pub const NORM_MOMENTUM: f32 = 0.1;

    /// Rows and columns of the weight, if the node has one.
    pub fn weight(&self) -> Option<[usize; 2]> {
        match &self.kind {
            NodeKind::Dense { .. } => Some([self.input_shape.len(), self.output.len()]),
            NodeKind::Conv { geometry, .. } | NodeKind::ConvTranspose { geometry, .. } => {
                Some([geometry.patch(), geometry.small.channels])
            }
            _ => None,
        }
    }

    /// Length of the bias, 0 if the node has none.
    pub fn bias(&self) -> usize {
        match self.kind {
            NodeKind::Dense { bias: true } => self.output.len(),
            NodeKind::Conv { bias: true, .. }
            | NodeKind::ConvTranspose { bias: true, .. }
            | NodeKind::Pointwise { bias: true } => self.output.channels,
            _ => 0,
        }
    }

    /// The number of trainable parameters.
    pub fn parameters(&self) -> usize {
        let norm = match self.kind {
            NodeKind::Norm => 2 * self.output.channels,
            _ => 0,
        };
        self.weight().map_or(0, |[rows, columns]| rows * columns) + self.bias() + norm
    }

    /// Multiply-adds of one sample.
    pub fn macs(&self) -> usize {
        match &self.kind {
            NodeKind::Dense { .. } => self.input_shape.len() * self.output.len(),
            NodeKind::Conv { geometry, .. } | NodeKind::ConvTranspose { geometry, .. } => {
                geometry.macs()
            }
            _ => 0,
        }
    }
}
