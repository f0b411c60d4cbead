//! What kernels are given beside their buffers, byte for byte as `shaders/shared/step.wgsl` declares it.

use bytemuck::{Pod, Zeroable};

use crate::compute::inputs::StepInputs;
use crate::config::{Activation, Likelihood};

/// The numbers of a step; `StepSlot` of the shaders.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Pod, Zeroable)]
pub struct StepSlot {
    /// What every backend needs.
    pub inputs: StepInputs,
    /// First row of the step in the buffer of streamed samples.
    pub streamed: u32,
}

/// The numbers that are fixed for a call; `CallInputs` of the shaders.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Pod, Zeroable)]
pub struct CallInputs {
    /// Index of the op in its program, or [`Status::NONE`] to let any number pass.
    pub op: u32,
    /// B, or B times the pixels.
    pub rows: u32,
    /// Width of what comes in: d, κ, channels, or a layer's inputs.
    pub width: u32,
    /// Width of what goes out.
    pub outputs: u32,
    /// Elements of an elementwise kernel or of a product.
    pub count: u32,
    /// The activation, as the shaders count them.
    pub activation: u32,
    /// A random stream.
    pub stream: u32,
    /// Bits of the `FLAG` constants.
    pub flags: u32,
    /// Of the pixel transform.
    pub offset: f32,
    /// Of the pixel transform.
    pub scale: f32,
    /// Of the pixel transform.
    pub dequantize: f32,
    /// Of the pixel transform.
    pub logit_lambda: f32,
    /// Number of the first workgroup: a long call is several dispatches.
    pub first_group: u32,
    /// Parts of a product's contraction.
    pub splits: u32,
    /// Their length.
    pub split_depth: u32,
    /// Elements of a product that go to its first output; the rest go to the second.
    pub edge: u32,
    /// Samples of z per row.
    pub repeats: u32,
    /// Channels of a pixel.
    pub channels: u32,
    /// The likelihood, as the shaders count them.
    pub likelihood: u32,
    /// Of the geometry.
    pub kernel: u32,
    /// Of the geometry.
    pub stride: u32,
    /// Of the geometry.
    pub padding: u32,
    /// Of the geometry.
    pub large_height: u32,
    /// Of the geometry.
    pub large_width: u32,
    /// Of the geometry.
    pub large_channels: u32,
    /// Of the geometry.
    pub small_height: u32,
    /// Of the geometry.
    pub small_width: u32,
    /// Of the geometry.
    pub small_channels: u32,
    /// First of the samples that are in the data buffer.
    pub first_sample: u32,
    /// How many they are.
    pub sample_count: u32,
    /// Offset of the decoder's parameters.
    pub decoder: u32,
    /// Offset of log γ.
    pub log_gamma: u32,
    /// Rows that a workgroup sums; workgroups of a class of a transposed convolution.
    pub chunk: u32,
    /// Columns that it sums side by side, a power of two.
    pub block: u32,
}

impl CallInputs {
    pub(super) const GLOBAL_VARIANCE: u32 = 1;
    pub(super) const GRADIENT: u32 = 2;
    pub(super) const SHUFFLED: u32 = 4;
    pub(super) const BYTES: u32 = 8;
    pub(super) const CENTERED: u32 = 16;
    pub(super) const BIAS: u32 = 32;
    pub(super) const ADD: u32 = 64;
    pub(super) const SLOPE: u32 = 128;
    pub(super) const SPREAD: u32 = 256;
    pub(super) const WEIGHTS: u32 = 512;
    pub(super) const BOUND: u32 = 1024;
    pub(super) const STREAMED: u32 = 2048;
    pub(super) const BILINEAR: u32 = 4096;
    pub(super) const STANDARDIZED: u32 = 8192;
}

/// `bit` if `on`.
pub(super) fn flag(on: bool, bit: u32) -> u32 {
    if on { bit } else { 0 }
}

/// An activation as the shaders count them.
pub(super) fn activation_number(activation: Activation) -> u32 {
    match activation {
        Activation::Identity => 0,
        Activation::Relu => 1,
        Activation::Tanh => 2,
        Activation::LeakyRelu => 3,
        Activation::Sigmoid => 4,
        Activation::Elu => 5,
        Activation::SoftThreshold => 6,
    }
}

/// A likelihood as the shaders count them.
pub(super) fn likelihood_number(likelihood: Likelihood) -> u32 {
    match likelihood {
        Likelihood::Gaussian => 0,
        Likelihood::Bernoulli => 1,
        Likelihood::GaussianPerPixel => 2,
    }
}

/// Whether the run is sound; `Status` of the shaders.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Pod, Zeroable)]
pub struct Status {
    /// slot · [`Self::OPS`] + op of the earliest bad call of the submission, or [`Self::NONE`].
    pub first: u32,
    /// 1 once nothing may be committed any more.
    pub latched: u32,
}

impl Status {
    /// Nothing was bad.
    pub const NONE: u32 = u32::MAX;
    /// More than a program has ops.
    pub const OPS: u32 = 16_384;
    /// A sound run.
    pub const SOUND: Self = Self {
        first: Self::NONE,
        latched: 0,
    };

    /// The slot and the op of the first bad call.
    pub fn bad(self) -> Option<(u32, usize)> {
        (self.first != Self::NONE)
            .then_some((self.first / Self::OPS, (self.first % Self::OPS) as usize))
    }
}
