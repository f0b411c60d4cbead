//! The plan and its backends.
//!
//! [`Plan`] turns a network into lists of [`Op`]s over named buffers; it needs no device. A
//! [`Backend`] executes it: [`cpu`] natively, generic over f32 and f64, and [`gpu`] through the WGSL
//! kernels in `shaders/`. Every op has one shader and one CPU twin of the same name.

mod backend;
mod basin;
pub mod cpu;
mod fit;
pub mod gpu;
mod inputs;
mod op;
mod plan;
mod select;

pub use backend::{Backend, DeviceInfo, DeviceKind, Error};
pub use basin::{BasinComputer, BasinPicture};
pub use inputs::{StepInputs, StepMetrics};
pub use op::{
    BatchOrder, BufferId, BufferSpec, DenseOp, Epilogue, EstimatorOp, Finish, Gather, GatherSource,
    ImageOp, LatentOp, NormOp, ObjectiveOp, Op, Slice, StatisticsLayout,
};
pub use plan::{Plan, Program};
pub use select::{adapters, create_backend, has_real_gpu};
