//! Ops: convolutions, pooling and what is done element by element.

use crate::model::{Geometry, Shape};

use super::parts::{Epilogue, Slice};

/// Convolutions, pooling, upsampling, and what is done element by element.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ImageOp {
    /// small ← epilogue(cross-correlation of large): a convolution forward, or a transposed one backward.
    Convolve {
        /// `rows` large images.
        large: Slice,
        /// `patch × small channels`.
        weight: Slice,
        /// Output, `rows` small images.
        small: Slice,
        /// B.
        rows: usize,
        /// The pixels it connects.
        geometry: Geometry,
        /// Bias, skip, activation or slope.
        epilogue: Epilogue,
    },
    /// large ← epilogue(transpose of [`ImageOp::Convolve`] applied to small): a transposed convolution forward, or a
    /// convolution backward.
    ConvolveTransposed {
        /// `rows` small images.
        small: Slice,
        /// `patch × small channels`.
        weight: Slice,
        /// Output, `rows` large images.
        large: Slice,
        /// B.
        rows: usize,
        /// The pixels it connects.
        geometry: Geometry,
        /// Bias, skip, activation or slope.
        epilogue: Epilogue,
    },
    /// dW ← Σ over samples and small pixels of (patch of large)ᵀ (pixel of small): both kinds of convolution.
    ConvolveWeight {
        /// `rows` large images.
        large: Slice,
        /// `rows` small images.
        small: Slice,
        /// Output, `patch × small channels`.
        dweight: Slice,
        /// B.
        rows: usize,
        /// The pixels it connects.
        geometry: Geometry,
    },
    /// y ← epilogue(x), element by element.
    Pointwise {
        /// Input, `rows × channels`.
        x: Slice,
        /// Output, `rows × channels`.
        y: Slice,
        /// B times the pixels.
        rows: usize,
        /// Channels.
        channels: usize,
        /// Bias, skip, activation or slope.
        epilogue: Epilogue,
    },
    /// y ← the largest of every 2 × 2 block; an odd last row or column is dropped.
    MaxPool {
        /// `rows` images.
        x: Slice,
        /// Output, `rows` images of half the sides.
        y: Slice,
        /// B.
        rows: usize,
        /// Shape of x.
        shape: Shape,
    },
    /// dx ← epilogue(dy at the first largest pixel of every block, 0 elsewhere).
    MaxPoolBackward {
        /// `rows` images of half the sides.
        dy: Slice,
        /// The pooled images; also what a slope is taken from.
        x: Slice,
        /// Output, `rows` images.
        dx: Slice,
        /// B.
        rows: usize,
        /// Shape of x.
        shape: Shape,
        /// The other gradients of x, the slope.
        epilogue: Epilogue,
    },
    /// y ← x with twice the sides, by repetition or bilinear interpolation between pixel centres.
    Upsample {
        /// `rows` images.
        x: Slice,
        /// Output, `rows` images of twice the sides.
        y: Slice,
        /// B.
        rows: usize,
        /// Shape of x.
        shape: Shape,
        /// Interpolation rather than repetition.
        bilinear: bool,
    },
    /// dx ← epilogue(transpose of [`ImageOp::Upsample`] applied to dy).
    UpsampleBackward {
        /// `rows` images of twice the sides.
        dy: Slice,
        /// Output, `rows` images.
        dx: Slice,
        /// B.
        rows: usize,
        /// Shape of dx.
        shape: Shape,
        /// Interpolation rather than repetition.
        bilinear: bool,
        /// The other gradients of x, the slope.
        epilogue: Epilogue,
    },
}
