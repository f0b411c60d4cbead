//! Ops: the posterior, its samples and its statistics.

use crate::rng::Stream;

use super::parts::Slice;

/// The posterior, its samples and its statistics.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum LatentOp {
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
    /// Per-latent statistics over the counted rows; see [`super::StatisticsLayout`].
    LatentStatistics {
        /// As in the reparameterisation.
        head: Slice,
        /// log σ² if global.
        log_sigma2: Option<Slice>,
        /// `rows × κ`.
        kl: Slice,
        /// Output, [`super::StatisticsLayout::FIELDS`] × κ.
        statistics: Slice,
        /// B.
        rows: usize,
        /// κ.
        latents: usize,
    },
}
