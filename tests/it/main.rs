//! The one integration test binary: linking egui and wgpu is slow, so it happens once.

#![allow(
    clippy::too_many_arguments,
    reason = "test helpers spell out a whole net"
)]

mod architecture;
mod cli;
mod common;
mod convention;
mod data;
mod engine;
mod figure;
mod gpu;
mod gradients;
mod lab;
mod landscape;
mod latent;
mod papers;
mod papers_wang;
mod plot_view;
mod shaders;
#[cfg(target_os = "linux")]
mod smoke;
mod theory;
mod training;
mod window;
mod worker;
