//! Ops: estimators other than one sample.

use super::parts::Slice;

/// The importance-weighted and the analytic estimator.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum EstimatorOp {
    /// ratio ← `Σ_j` log `p(z_j)` − log `q(z_j|x)` of every sample.
    LogRatio {
        /// As in the reparameterisation.
        head: Slice,
        /// log σ² if global.
        log_sigma2: Option<Slice>,
        /// `rows·repeats × κ`.
        z: Slice,
        /// Output, `rows·repeats`.
        ratio: Slice,
        /// B.
        rows: usize,
        /// κ.
        latents: usize,
        /// Samples per row.
        repeats: usize,
    },
    /// With log w = −nll + β ratio: bound ← −log mean w over a row's samples, weights ← w/Σw.
    ImportanceWeights {
        /// `rows·repeats`.
        nll: Slice,
        /// `rows·repeats`.
        ratio: Slice,
        /// Output, `rows`.
        bound: Slice,
        /// Output, `rows·repeats`.
        weights: Slice,
        /// B.
        rows: usize,
        /// Samples per row.
        repeats: usize,
    },
    /// dμ ← `Σ_i` `g_i`, d log σ² ← `Σ_i` [`g_i` (`z_i` − μ)/2 − β `w_i/2B`], `g_i` = keep `dz_i` + β `w_i` `z_i/(η²B)`:
    /// the importance-weighted counterpart of [`super::LatentOp::ReparameterizeBackward`].
    ImportanceBackward {
        /// As in the forward.
        head: Slice,
        /// log σ² if global.
        log_sigma2: Option<Slice>,
        /// `rows·repeats × κ`.
        z: Slice,
        /// Gradient with respect to what the decoder saw, the weights already in it.
        dz: Slice,
        /// `rows·repeats`.
        weights: Slice,
        /// `3 × κ`: mean KL, keep and n of every latent.
        table: Slice,
        /// Output, laid out like `head`.
        dhead: Slice,
        /// Output `rows × κ`, if the variance is global.
        dlog_sigma2_rows: Option<Slice>,
        /// B.
        rows: usize,
        /// κ.
        latents: usize,
        /// Samples per row.
        repeats: usize,
    },
    /// norms ← ‖`W_j‖²/2γ` of every row j of the decoder's W.
    AnalyticNorms {
        /// `κ × d`.
        weight: Slice,
        /// The parameter log γ.
        log_gamma: Slice,
        /// Output, κ.
        norms: Slice,
        /// κ.
        latents: usize,
        /// d.
        dim: usize,
    },
    /// spread ← 2γ `Σ_j` `σ_j²` `norms_j` of every row: what sampling would add to its squared error on average.
    AnalyticSpread {
        /// As in the reparameterisation.
        head: Slice,
        /// log σ² if global.
        log_sigma2: Option<Slice>,
        /// κ.
        norms: Slice,
        /// The parameter log γ.
        log_gamma: Slice,
        /// Output, `rows`.
        spread: Slice,
        /// B.
        rows: usize,
        /// κ.
        latents: usize,
    },
    /// `dW_j` ← `dW_j` + (mean over rows of `σ_j²/γ`) `W_j`.
    AnalyticWeight {
        /// As in the reparameterisation.
        head: Slice,
        /// log σ² if global.
        log_sigma2: Option<Slice>,
        /// `κ × d`.
        weight: Slice,
        /// The parameter log γ.
        log_gamma: Slice,
        /// `κ × d`, updated.
        dweight: Slice,
        /// B.
        rows: usize,
        /// κ.
        latents: usize,
        /// d.
        dim: usize,
    },
}
