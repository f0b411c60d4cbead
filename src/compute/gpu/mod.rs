//! The GPU backend: the WGSL kernels of `shaders/` on a device of their own.
//!
//! The device is never the window's, so a long submission stalls no frame, and one thread owns it.
//! `shader` puts the kernels' text together, `calls` says for every op which kernels run on which
//! buffers in how many workgroups, `layout` decides what goes where and `memory` allocates it, `program` binds calls and
//! cuts them into submissions, `stream` sends samples that do not fit, `device` opens an adapter and keeps its
//! pipelines, `basin` runs the one kernel that is no part of a plan, `readback` brings metrics home without stalling, and `backend` drives them all as `options` say.

mod backend;
mod basin;
mod calls;
mod device;
mod layout;
mod memory;
mod options;
mod program;
mod readback;
mod shader;
mod stream;

pub use backend::GpuBackend;
pub use basin::{BasinInputs, BasinState, GpuBasins};
pub use calls::{CallInputs, Status, StepSlot};
pub use device::{Adapter, AdapterInfo, GpuDevice, enumerate};
pub use options::Options;
pub use shader::{BESIDE_PLANS, PARTS_OF_OPS, ShaderError, Tile, Variant, kernel_names, resolve};
