//! Ops: sums over rows, and normalisation by them.

use super::parts::{Epilogue, Slice};

/// Sums over rows, and normalisation by them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum NormOp {
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
    /// moments ← mean and (biased) variance of every channel over all rows.
    NormMoments {
        /// `rows × channels`.
        x: Slice,
        /// Output, `2 × channels`.
        moments: Slice,
        /// B times the pixels.
        rows: usize,
        /// Channels.
        channels: usize,
    },
    /// y ← epilogue(gain (x − mean)/√(variance + ε) + bias).
    NormForward {
        /// `rows × channels`.
        x: Slice,
        /// `2 × channels`: mean, variance; of the batch, or running.
        moments: Slice,
        /// `2 × channels`: gain, bias.
        affine: Slice,
        /// Output, `rows × channels`.
        y: Slice,
        /// B times the pixels.
        rows: usize,
        /// Channels.
        channels: usize,
        /// Skip, activation.
        epilogue: Epilogue,
    },
    /// daffine ← Σ dy x̂ and Σ dy over rows, x̂ the normalised x: the gradients of gain and bias.
    NormBackwardAffine {
        /// `rows × channels`.
        dy: Slice,
        /// `rows × channels`.
        x: Slice,
        /// `2 × channels`.
        moments: Slice,
        /// Output, `2 × channels`.
        daffine: Slice,
        /// B times the pixels.
        rows: usize,
        /// Channels.
        channels: usize,
    },
    /// dx ← epilogue(gain/√(variance + ε) · (dy − Σdy/n − x̂ Σ(dy x̂)/n)), n = rows.
    NormBackwardInput {
        /// `rows × channels`.
        dy: Slice,
        /// `rows × channels`; also what a slope is taken from.
        x: Slice,
        /// `2 × channels`.
        moments: Slice,
        /// `2 × channels`.
        affine: Slice,
        /// `2 × channels`, as [`NormOp::NormBackwardAffine`] left it.
        daffine: Slice,
        /// Output, `rows × channels`.
        dx: Slice,
        /// B times the pixels.
        rows: usize,
        /// Channels.
        channels: usize,
        /// The other gradients of x, the slope.
        epilogue: Epilogue,
    },
    /// running ← (1 − m) running + m (mean, unbiased variance), m = [`crate::model::Node::NORM_MOMENTUM`];
    /// nothing once the run has gone bad.
    NormUpdate {
        /// `2 × channels`.
        moments: Slice,
        /// `2 × channels`, updated.
        running: Slice,
        /// B times the pixels.
        rows: usize,
        /// Channels.
        channels: usize,
    },
}
