//! The GPU backend: the WGSL kernels of `shaders/` on a device of their own.
//!
//! The device is never the window's, so a long submission stalls no frame, and one thread owns it.
//! `shader` puts the kernels' text together, `calls` says for every op which kernel runs on which
//! buffers in how many workgroups, `device` opens an adapter and keeps its pipelines, `memory`
//! allocates, `readback` brings metrics home without stalling, and `backend` drives them all.

mod backend;
mod calls;
mod device;
mod memory;
mod readback;
mod shader;

pub use backend::GpuBackend;
pub use calls::{CallInputs, Status};
pub use device::{Adapter, AdapterInfo, GpuDevice, enumerate};
pub use shader::{ShaderError, Tile, Variant, kernel_names, resolve};
