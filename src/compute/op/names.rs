//! An op's name and what it writes.

use super::{DenseOp, EstimatorOp, Gather, ImageOp, LatentOp, NormOp, ObjectiveOp, Op, Slice};

impl Op {
    /// The name shared by the op, its shader file and its CPU twin.
    pub fn kernel(&self) -> &'static str {
        match self {
            Self::Gather(_) => "gather",
            Self::Dense(DenseOp::Forward { .. }) => "dense_forward",
            Self::Dense(DenseOp::BackwardInput { .. }) => "dense_backward_input",
            Self::Dense(DenseOp::BackwardWeight { .. }) => "dense_backward_weight",
            Self::Image(ImageOp::Convolve { .. }) => "convolve",
            Self::Image(ImageOp::ConvolveTransposed { .. }) => "convolve_transposed",
            Self::Image(ImageOp::ConvolveWeight { .. }) => "convolve_weight",
            Self::Image(ImageOp::Pointwise { .. }) => "pointwise",
            Self::Image(ImageOp::MaxPool { .. }) => "max_pool",
            Self::Image(ImageOp::MaxPoolBackward { .. }) => "max_pool_backward",
            Self::Image(ImageOp::Upsample { .. }) => "upsample",
            Self::Image(ImageOp::UpsampleBackward { .. }) => "upsample_backward",
            Self::Norm(NormOp::NormMoments { .. }) => "norm_moments",
            Self::Norm(NormOp::NormForward { .. }) => "norm_forward",
            Self::Norm(NormOp::NormBackwardAffine { .. }) => "norm_backward_affine",
            Self::Norm(NormOp::NormBackwardInput { .. }) => "norm_backward_input",
            Self::Norm(NormOp::NormUpdate { .. }) => "norm_update",
            Self::Latent(LatentOp::ReparameterizeForward { .. }) => "reparameterize_forward",
            Self::Latent(LatentOp::LatentMeans { .. }) => "latent_means",
            Self::Latent(LatentOp::ReparameterizeBackward { .. }) => "reparameterize_backward",
            Self::Estimator(EstimatorOp::LogRatio { .. }) => "log_ratio",
            Self::Estimator(EstimatorOp::ImportanceWeights { .. }) => "importance_weights",
            Self::Estimator(EstimatorOp::ImportanceBackward { .. }) => "importance_backward",
            Self::Estimator(EstimatorOp::AnalyticNorms { .. }) => "analytic_norms",
            Self::Estimator(EstimatorOp::AnalyticSpread { .. }) => "analytic_spread",
            Self::Estimator(EstimatorOp::AnalyticWeight { .. }) => "analytic_weight",
            Self::Norm(NormOp::SumRows { .. }) => "sum_rows",
            Self::Latent(LatentOp::MaskLatents { .. }) => "mask_latents",
            Self::Objective(ObjectiveOp::Elbo { .. }) => "elbo",
            Self::Objective(ObjectiveOp::Finalize { .. }) => "finalize",
            Self::Objective(ObjectiveOp::Adam { .. }) => "adam",
            Self::Latent(LatentOp::LatentStatistics { .. }) => "latent_statistics",
        }
    }

    /// Whether it changes what outlives the step: such ops come last and are left out of a bad step.
    pub fn commits(&self) -> bool {
        matches!(
            self,
            Self::Objective(ObjectiveOp::Adam { .. }) | Self::Norm(NormOp::NormUpdate { .. })
        )
    }

    /// The slices the op writes, in the order in which a bad value is looked for.
    pub fn outputs(&self) -> Vec<Slice> {
        let two = |a: Slice, b: Option<Slice>| std::iter::once(a).chain(b).collect();
        match *self {
            Self::Gather(Gather { x, .. }) => vec![x],
            Self::Dense(DenseOp::Forward { y, .. })
            | Self::Image(
                ImageOp::Pointwise { y, .. }
                | ImageOp::MaxPool { y, .. }
                | ImageOp::Upsample { y, .. },
            )
            | Self::Norm(NormOp::NormForward { y, .. }) => vec![y],
            Self::Dense(DenseOp::BackwardInput { dx, .. })
            | Self::Image(
                ImageOp::MaxPoolBackward { dx, .. } | ImageOp::UpsampleBackward { dx, .. },
            )
            | Self::Norm(NormOp::NormBackwardInput { dx, .. }) => vec![dx],
            Self::Dense(DenseOp::BackwardWeight { dweight, dbias, .. }) => two(dweight, dbias),
            Self::Image(ImageOp::Convolve { small, .. }) => vec![small],
            Self::Image(ImageOp::ConvolveTransposed { large, .. }) => vec![large],
            Self::Image(ImageOp::ConvolveWeight { dweight, .. })
            | Self::Estimator(EstimatorOp::AnalyticWeight { dweight, .. }) => {
                vec![dweight]
            }
            Self::Norm(NormOp::NormMoments { moments, .. }) => vec![moments],
            Self::Norm(NormOp::NormBackwardAffine { daffine, .. }) => vec![daffine],
            Self::Norm(NormOp::NormUpdate { running, .. }) => vec![running],
            Self::Latent(LatentOp::ReparameterizeForward { z, seen, kl, .. }) => vec![z, seen, kl],
            Self::Latent(LatentOp::LatentMeans { means, .. }) => vec![means],
            Self::Latent(LatentOp::ReparameterizeBackward {
                dhead,
                dlog_sigma2_rows,
                ..
            })
            | Self::Estimator(EstimatorOp::ImportanceBackward {
                dhead,
                dlog_sigma2_rows,
                ..
            }) => two(dhead, dlog_sigma2_rows),
            Self::Estimator(EstimatorOp::LogRatio { ratio, .. }) => vec![ratio],
            Self::Estimator(EstimatorOp::ImportanceWeights { bound, weights, .. }) => {
                vec![bound, weights]
            }
            Self::Estimator(EstimatorOp::AnalyticNorms { norms, .. }) => vec![norms],
            Self::Estimator(EstimatorOp::AnalyticSpread { spread, .. }) => vec![spread],
            Self::Norm(NormOp::SumRows { output, .. })
            | Self::Latent(LatentOp::MaskLatents { output, .. }) => vec![output],
            Self::Objective(ObjectiveOp::Elbo { dout, sse, nll, .. }) => {
                [sse, nll].into_iter().chain(dout).collect()
            }
            Self::Objective(ObjectiveOp::Finalize {
                dlog_gamma,
                metrics,
                ..
            }) => vec![metrics, dlog_gamma],
            Self::Objective(ObjectiveOp::Adam {
                parameters,
                moment1,
                moment2,
                ..
            }) => vec![parameters, moment1, moment2],
            Self::Latent(LatentOp::LatentStatistics { statistics, .. }) => vec![statistics],
        }
    }
}
