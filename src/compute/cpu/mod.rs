//! The native backend: each kernel's Rust twin, generic over f32 and f64.
//!
//! In f32 it is a full-speed device (faer's matrix products, loops compiled for the widest vectors
//! the machine has, rayon over large batches); in f64 it is the oracle the tests trust. A file here
//! holds the forward and the backward of one part of the objective, side by side.

mod adam;
#[cfg(test)]
mod adjoint;
mod analytic;
mod awake;
mod backend;
mod conv;
mod dense;
mod epilogue;
mod execute;
mod execute_objective;
mod gather;
mod importance;
mod latent;
mod modes;
mod norm;
mod objective;
mod product;
mod real;
mod resample;
mod statistics;
mod vector;

pub use backend::CpuBackend;
pub use real::Real;
