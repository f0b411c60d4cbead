//! Ops: the objective and the step.

use crate::config::Likelihood;

use super::parts::Slice;

/// The objective and the step of its optimiser.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ObjectiveOp {
    /// sse ← ‖mean − y‖² + spread and nll ← −log p(y|z) of every row; dout ← w ∂nll/∂out where asked for, with w the
    /// row's weight over B, or 1/B.
    ///
    /// Gaussian: nll = sse/2γ + (d/2) log 2πγ. Per pixel: out is mean | log γ in every pixel's
    /// channels. Bernoulli: out are logits, nll = Σ softplus(out) − y·out.
    Elbo {
        /// The target, `rows/repeats × dim`.
        y: Slice,
        /// The decoder's output, `rows × dim`, or twice that per pixel.
        out: Slice,
        /// The parameter log γ.
        log_gamma: Slice,
        /// `rows`: added to the squared error, for the analytic objective.
        spread: Option<Slice>,
        /// `rows`: importance weights.
        weights: Option<Slice>,
        /// Output like `out`, if a backward pass follows.
        dout: Option<Slice>,
        /// Output, `rows`.
        sse: Slice,
        /// Output, `rows`.
        nll: Slice,
        /// Rows of `out`.
        rows: usize,
        /// d.
        dim: usize,
        /// Channels of a pixel.
        channels: usize,
        /// Rows of `out` per row of y.
        repeats: usize,
        /// The decoder's distribution.
        likelihood: Likelihood,
    },
    /// The batch means: loss, sse, KL, γ, β, raw nll into row `slot` of the metrics; d log γ, or log of the
    /// optimal γ if γ is set.
    Finalize {
        /// `rows·repeats`.
        sse: Slice,
        /// `rows·repeats`, or `rows` of an importance-weighted bound.
        nll: Slice,
        /// κ: mean KL of every latent.
        means: Slice,
        /// The parameter log γ.
        log_gamma: Slice,
        /// Output, one number: d/2 − mean sse/(2γ) for the Gaussian, 0 for the others.
        dlog_gamma: Slice,
        /// Output, rows of [`crate::compute::StepMetrics::ROW`] floats.
        metrics: Slice,
        /// Length of `sse`.
        sse_rows: usize,
        /// Length of `nll`.
        nll_rows: usize,
        /// κ.
        latents: usize,
        /// d.
        dim: usize,
        /// The decoder's distribution.
        likelihood: Likelihood,
        /// Whether `nll` is a bound that already holds the KL.
        bound: bool,
    },
    /// Adam over the whole arena, in PyTorch's order of operations; does nothing once a step of the
    /// run has produced a non-finite loss or gradient, and nothing to a part that is not trained.
    Adam {
        /// Parameters, updated.
        parameters: Slice,
        /// Gradients.
        gradients: Slice,
        /// First moments, updated.
        moment1: Slice,
        /// Second moments, updated.
        moment2: Slice,
        /// Offset of the decoder's first tensor.
        decoder: usize,
        /// Offset of log γ, which is held, trained, or set to its gradient's slot.
        log_gamma: usize,
    },
}
