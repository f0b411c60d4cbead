//! An op's name and what it writes.

use super::{Op, Slice};

impl Op {
    /// The name shared by the op, its shader file and its CPU twin.
    pub fn kernel(&self) -> &'static str {
        match self {
            Self::Gather { .. } => "gather",
            Self::DenseForward { .. } => "dense_forward",
            Self::DenseBackwardInput { .. } => "dense_backward_input",
            Self::DenseBackwardWeight { .. } => "dense_backward_weight",
            Self::Convolve { .. } => "convolve",
            Self::ConvolveTransposed { .. } => "convolve_transposed",
            Self::ConvolveWeight { .. } => "convolve_weight",
            Self::Pointwise { .. } => "pointwise",
            Self::MaxPool { .. } => "max_pool",
            Self::MaxPoolBackward { .. } => "max_pool_backward",
            Self::Upsample { .. } => "upsample",
            Self::UpsampleBackward { .. } => "upsample_backward",
            Self::NormMoments { .. } => "norm_moments",
            Self::NormForward { .. } => "norm_forward",
            Self::NormBackwardAffine { .. } => "norm_backward_affine",
            Self::NormBackwardInput { .. } => "norm_backward_input",
            Self::NormUpdate { .. } => "norm_update",
            Self::ReparameterizeForward { .. } => "reparameterize_forward",
            Self::LatentMeans { .. } => "latent_means",
            Self::ReparameterizeBackward { .. } => "reparameterize_backward",
            Self::LogRatio { .. } => "log_ratio",
            Self::ImportanceWeights { .. } => "importance_weights",
            Self::ImportanceBackward { .. } => "importance_backward",
            Self::AnalyticNorms { .. } => "analytic_norms",
            Self::AnalyticSpread { .. } => "analytic_spread",
            Self::AnalyticWeight { .. } => "analytic_weight",
            Self::SumRows { .. } => "sum_rows",
            Self::MaskLatents { .. } => "mask_latents",
            Self::Elbo { .. } => "elbo",
            Self::Finalize { .. } => "finalize",
            Self::Adam { .. } => "adam",
            Self::LatentStatistics { .. } => "latent_statistics",
        }
    }

    /// Whether it changes what outlives the step: such ops come last and are left out of a bad step.
    pub fn commits(&self) -> bool {
        matches!(self, Self::Adam { .. } | Self::NormUpdate { .. })
    }

    /// The slices the op writes, in the order in which a bad value is looked for.
    pub fn outputs(&self) -> Vec<Slice> {
        let two = |a: Slice, b: Option<Slice>| std::iter::once(a).chain(b).collect();
        match *self {
            Self::Gather { x, .. } => vec![x],
            Self::DenseForward { y, .. }
            | Self::Pointwise { y, .. }
            | Self::MaxPool { y, .. }
            | Self::Upsample { y, .. }
            | Self::NormForward { y, .. } => vec![y],
            Self::DenseBackwardInput { dx, .. }
            | Self::MaxPoolBackward { dx, .. }
            | Self::UpsampleBackward { dx, .. }
            | Self::NormBackwardInput { dx, .. } => vec![dx],
            Self::DenseBackwardWeight { dweight, dbias, .. } => two(dweight, dbias),
            Self::Convolve { small, .. } => vec![small],
            Self::ConvolveTransposed { large, .. } => vec![large],
            Self::ConvolveWeight { dweight, .. } | Self::AnalyticWeight { dweight, .. } => {
                vec![dweight]
            }
            Self::NormMoments { moments, .. } => vec![moments],
            Self::NormBackwardAffine { daffine, .. } => vec![daffine],
            Self::NormUpdate { running, .. } => vec![running],
            Self::ReparameterizeForward { z, seen, kl, .. } => vec![z, seen, kl],
            Self::LatentMeans { means, .. } => vec![means],
            Self::ReparameterizeBackward {
                dhead,
                dlog_sigma2_rows,
                ..
            }
            | Self::ImportanceBackward {
                dhead,
                dlog_sigma2_rows,
                ..
            } => two(dhead, dlog_sigma2_rows),
            Self::LogRatio { ratio, .. } => vec![ratio],
            Self::ImportanceWeights { bound, weights, .. } => vec![bound, weights],
            Self::AnalyticNorms { norms, .. } => vec![norms],
            Self::AnalyticSpread { spread, .. } => vec![spread],
            Self::SumRows { output, .. } | Self::MaskLatents { output, .. } => vec![output],
            Self::Elbo { dout, sse, nll, .. } => [sse, nll].into_iter().chain(dout).collect(),
            Self::Finalize {
                dlog_gamma,
                metrics,
                ..
            } => vec![metrics, dlog_gamma],
            Self::Adam {
                parameters,
                moment1,
                moment2,
                ..
            } => vec![parameters, moment1, moment2],
            Self::LatentStatistics { statistics, .. } => vec![statistics],
        }
    }
}
