//! The WGSL kernels on a device against their native twins.
//!
//! Lavapipe will do; a machine without any adapter fails these tests rather than skipping them.
//! `COLLAPSE_TEST_ADAPTER` picks an adapter by a part of its name.

mod basins;
mod cases;
mod data_path;
mod failures;
mod parity;
mod poison;
mod presets;
mod random;
mod ways;

use std::sync::{Arc, OnceLock};

use collapse_explorer::compute::gpu::{Adapter, GpuDevice, enumerate};
use collapse_explorer::compute::{Backend, DeviceKind, StepInputs, StepMetrics};

/// The adapter the tests run on: a software one if there is one, since every machine can have it.
fn adapter() -> Adapter {
    let all = enumerate();
    let wanted = std::env::var("COLLAPSE_TEST_ADAPTER").ok();
    let chosen = match &wanted {
        Some(name) => all.iter().find(|a| a.info().name.contains(name.as_str())),
        None => all
            .iter()
            .find(|a| a.info().kind == DeviceKind::Software)
            .or(all.first()),
    };
    chosen.cloned().unwrap_or_else(|| {
        panic!(
            "no adapter to test the WGSL kernels on ({} found, wanted {wanted:?}): install Mesa's \
             lavapipe, or point VK_DRIVER_FILES at its lvp_icd file",
            all.len()
        )
    })
}

/// One device for all tests, so that every kernel is compiled once.
fn device() -> Arc<GpuDevice> {
    static DEVICE: OnceLock<Arc<GpuDevice>> = OnceLock::new();
    Arc::clone(DEVICE.get_or_init(|| GpuDevice::open(&adapter()).expect("a working device")))
}

fn train(backend: &mut dyn Backend, steps: &[StepInputs]) -> Vec<StepMetrics> {
    let mut metrics = Vec::new();
    backend.train(steps).expect("steps");
    backend.take_metrics(&mut metrics, true).expect("metrics");
    metrics
}
