//! The kernel calls a plan is made of, and what they read and write.
//!
//! An op is data: the backends give it meaning. Its doc comment is the contract both its shader and
//! its twin keep.

mod names;
mod parts;

use crate::config::Likelihood;
use crate::model::{Geometry, Shape};
use crate::rng::Stream;

pub use parts::{
    BatchOrder, BufferId, BufferSpec, Epilogue, Finish, GatherSource, Slice, StatisticsLayout,
};

/// One kernel call. `rows` is the batch; all matrices are row-major, images have their channels innermost.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Op {
    /// x ← preprocessed samples, or their targets. x is `rows × dim`.
    Gather {
        /// Output.
        x: Slice,
        /// B.
        rows: usize,
        /// d.
        dim: usize,
        /// Which samples.
        order: BatchOrder,
        /// Inputs or targets.
        source: GatherSource,
    },
    /// y ← epilogue(x W). x `rows × inputs`, W `inputs × outputs`, y `rows × outputs`.
    DenseForward {
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
    DenseBackwardInput {
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
    DenseBackwardWeight {
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
    /// large ← epilogue(transpose of [`Op::Convolve`] applied to small): a transposed convolution forward, or a
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
    /// dx ← epilogue(transpose of [`Op::Upsample`] applied to dy).
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
        /// `2 × channels`, as [`Op::NormBackwardAffine`] left it.
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
    /// z ← μ + s σ ε with s the step's noise scale (1, or 0 for the autoencoder), what the decoder sees of it,
    /// seen ← keep z + n ξ with keep and n of the latent's mode, and the KL of every row and latent,
    /// ½(μ²/η² + σ²/η² − log(σ²/η²) − 1).
    ReparameterizeForward {
        /// `rows × 2κ` (μ | log σ²), or `rows × κ` (μ) with a global variance.
        head: Slice,
        /// log σ² of every latent if it is global.
        log_sigma2: Option<Slice>,
        /// Output, `rows·repeats × κ`: the samples of a row follow one another.
        z: Slice,
        /// `3 × κ`: what training left there, then keep and n of every latent.
        table: Slice,
        /// Output, like `z`; the same numbers where keep is 1 and n is 0.
        seen: Slice,
        /// Output, `rows × κ`, nats.
        kl: Slice,
        /// B.
        rows: usize,
        /// κ.
        latents: usize,
        /// Samples per row.
        repeats: usize,
        /// Which stream ε comes from; ξ comes from [`Stream::beside`] it.
        noise: Stream,
    },
    /// means ← mean over rows of the KL of every latent.
    LatentMeans {
        /// `rows × κ`.
        kl: Slice,
        /// Output, κ.
        means: Slice,
        /// B.
        rows: usize,
        /// κ.
        latents: usize,
    },
    /// dμ ← dz + β g μ/(η²B), d log σ² ← dz (z − μ)/2 + β g (σ²/η² − 1)/2B + σ² n/B, where dz is keep times
    /// the gradient of what the decoder saw, g is 1 unless free bits hold the latent (its mean KL is below λ),
    /// then 0, and n is the analytic objective's ‖`W_j‖²/2γ`, else 0.
    ReparameterizeBackward {
        /// As in the forward.
        head: Slice,
        /// log σ² if global.
        log_sigma2: Option<Slice>,
        /// As in the forward.
        z: Slice,
        /// Gradient with respect to what the decoder saw, `rows × κ`.
        dz: Slice,
        /// `3 × κ`: mean KL, keep and n of every latent.
        table: Slice,
        /// κ: ‖`W_j‖²/2γ`, for the analytic objective.
        norms: Option<Slice>,
        /// Output, laid out like `head`.
        dhead: Slice,
        /// Output `rows × κ`: every row's share of d log σ², if the variance is global.
        dlog_sigma2_rows: Option<Slice>,
        /// B.
        rows: usize,
        /// κ.
        latents: usize,
    },
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
    /// the importance-weighted counterpart of [`Op::ReparameterizeBackward`].
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
    /// out ← z with every latent multiplied by its mask (1 keeps it, 0 replaces it by the prior mean).
    MaskLatents {
        /// `rows × κ`.
        z: Slice,
        /// `κ`.
        mask: Slice,
        /// Output, `rows × κ`.
        output: Slice,
        /// B.
        rows: usize,
        /// κ.
        latents: usize,
    },
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
        /// Output, rows of [`super::StepMetrics::ROW`] floats.
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
    /// Per-latent statistics over the counted rows; see [`StatisticsLayout`].
    LatentStatistics {
        /// As in the reparameterisation.
        head: Slice,
        /// log σ² if global.
        log_sigma2: Option<Slice>,
        /// `rows × κ`.
        kl: Slice,
        /// Output, [`StatisticsLayout::FIELDS`] × κ.
        statistics: Slice,
        /// B.
        rows: usize,
        /// κ.
        latents: usize,
    },
}
