//! The one integration test binary: linking egui and wgpu is slow, so it happens once.

mod architecture;
mod data;
