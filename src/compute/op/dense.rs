//! Ops: dense layers.

use super::parts::{Epilogue, Slice};

/// The products of dense layers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum DenseOp {
    /// y ← epilogue(x W). x `rows × inputs`, W `inputs × outputs`, y `rows × outputs`.
    Forward {
        /// Input.
        x: Slice,
        /// W.
        weight: Slice,
        /// Output.
        y: Slice,
        /// B.
        rows: usize,
        /// Width of x.
        inputs: usize,
        /// Width of y.
        outputs: usize,
        /// Bias, skip, activation.
        epilogue: Epilogue,
    },
    /// dx ← epilogue(dy Wᵀ).
    BackwardInput {
        /// Gradient with respect to the pre-activation of this layer, `rows × outputs`.
        dy: Slice,
        /// W.
        weight: Slice,
        /// Gradient with respect to the pre-activation that produced x, `rows × inputs`.
        dx: Slice,
        /// B.
        rows: usize,
        /// Width of x.
        inputs: usize,
        /// Width of dy.
        outputs: usize,
        /// The other gradients of x, the slope.
        epilogue: Epilogue,
    },
    /// dW ← xᵀ dy, db ← column sums of dy.
    BackwardWeight {
        /// The layer's input, `rows × inputs`.
        x: Slice,
        /// Gradient with respect to its pre-activation, `rows × outputs`.
        dy: Slice,
        /// Output, `inputs × outputs`.
        dweight: Slice,
        /// Output, `outputs`, if the layer has a bias.
        dbias: Option<Slice>,
        /// B.
        rows: usize,
        /// Width of x.
        inputs: usize,
        /// Width of dy.
        outputs: usize,
    },
}
