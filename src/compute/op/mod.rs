//! The kernel calls a plan is made of, and what they read and write.
//!
//! An op is data: the backends give it meaning. Its doc comment is the contract both its shader and
//! its twin keep. Ops are grouped by family, and each backend has one table a family, with a line for every op: one that
//! is forgotten does not compile.

mod dense;
mod estimator;
mod image;
mod latent;
mod names;
mod norm;
mod objective;
mod parts;

pub use dense::DenseOp;
pub use estimator::EstimatorOp;
pub use image::ImageOp;
pub use latent::LatentOp;
pub use norm::NormOp;
pub use objective::ObjectiveOp;
pub use parts::{
    BatchOrder, BufferId, BufferSpec, Epilogue, Finish, GatherSource, Slice, StatisticsLayout,
};

/// x ← preprocessed samples, or their targets. x is `rows × dim`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gather {
    /// Output.
    pub x: Slice,
    /// B.
    pub rows: usize,
    /// d.
    pub dim: usize,
    /// Which samples.
    pub order: BatchOrder,
    /// Inputs or targets.
    pub source: GatherSource,
}

/// One kernel call. `rows` is the batch; all matrices are row-major, images have their channels innermost.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Op {
    /// The batch.
    Gather(Gather),
    /// The products of dense layers.
    Dense(DenseOp),
    /// Convolutions, pooling, upsampling, and what is done element by element.
    Image(ImageOp),
    /// Sums over rows, and normalisation by them.
    Norm(NormOp),
    /// The posterior, its samples and its statistics.
    Latent(LatentOp),
    /// The importance-weighted and the analytic estimator.
    Estimator(EstimatorOp),
    /// The objective and the step of its optimiser.
    Objective(ObjectiveOp),
}
