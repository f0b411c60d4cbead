//! The nets the device is tried on, and the state they start from.

use std::sync::Arc;

use collapse_explorer::compute::cpu::CpuBackend;
use collapse_explorer::compute::gpu::{GpuBackend, Tile};
use collapse_explorer::compute::{Backend, Plan, StepInputs};
use collapse_explorer::config::{Activation, PosteriorVariance, Preprocess};
use collapse_explorer::data::{Dataset, ImageShape};
use collapse_explorer::model::initial_parameters;
use collapse_explorer::rng::{Stream, uniform};

use super::device;
use crate::common::{byte_data, float_data, plan, preprocessor, step_inputs};

/// A net on a data set.
pub struct Case {
    pub d: usize,
    pub encoder: &'static [usize],
    pub decoder: &'static [usize],
    pub latents: usize,
    pub activation: Activation,
    pub variance: PosteriorVariance,
    pub batch: usize,
    pub samples: usize,
    pub bytes: bool,
    pub channels: usize,
    pub kind: Preprocess,
}

impl Case {
    pub fn data(&self) -> Arc<Dataset> {
        let data = if self.bytes {
            byte_data(self.samples, self.d)
        } else {
            float_data(self.samples, self.d)
        };
        let shape = ImageShape {
            width: self.d / self.channels,
            channels: self.channels,
            ..data.shape
        };
        Arc::new(Dataset {
            shape,
            ..Arc::unwrap_or_clone(data)
        })
    }

    pub fn plan(&self) -> Plan {
        plan(
            self.d,
            self.encoder,
            self.decoder,
            self.latents,
            self.activation,
            self.variance,
            self.batch,
            self.samples,
        )
    }

    pub fn title(&self) -> String {
        format!(
            "{} B={} n={} {:?} {:?} {:?}",
            self.plan().net.shape_text(),
            self.batch,
            self.samples,
            self.activation,
            self.variance,
            self.kind
        )
    }

    pub fn pair(&self, tile: Option<Tile>) -> (CpuBackend<f32>, GpuBackend) {
        let data = self.data();
        let pre = preprocessor(self.kind, &data);
        let cpu = CpuBackend::new(self.plan(), Arc::clone(&data), Arc::clone(&pre))
            .expect("enough memory");
        let gpu = match tile {
            Some(tile) => GpuBackend::with_tile(device(), self.plan(), &data, &pre, tile),
            None => GpuBackend::on(device(), self.plan(), &data, &pre),
        };
        (cpu, gpu.expect("a backend"))
    }
}

/// Odd and even widths around every tile's edges, every activation, both variances, both kinds of
/// data, every kind of preprocessing, batches of one and of the whole data set.
pub const CASES: &[Case] = &[
    Case {
        d: 7,
        encoder: &[],
        decoder: &[],
        latents: 3,
        activation: Activation::Identity,
        variance: PosteriorVariance::Global,
        batch: 9,
        samples: 31,
        bytes: false,
        channels: 1,
        kind: Preprocess::None,
    },
    Case {
        d: 65,
        encoder: &[33, 9],
        decoder: &[8, 63],
        latents: 5,
        activation: Activation::Relu,
        variance: PosteriorVariance::PerSample,
        batch: 127,
        samples: 300,
        bytes: true,
        channels: 1,
        kind: Preprocess::None,
    },
    Case {
        d: 129,
        encoder: &[65],
        decoder: &[31],
        latents: 7,
        activation: Activation::Tanh,
        variance: PosteriorVariance::PerSample,
        batch: 33,
        samples: 129,
        bytes: true,
        channels: 1,
        kind: Preprocess::Center,
    },
    Case {
        d: 1,
        encoder: &[1],
        decoder: &[1],
        latents: 1,
        activation: Activation::Tanh,
        variance: PosteriorVariance::Global,
        batch: 1,
        samples: 3,
        bytes: false,
        channels: 1,
        kind: Preprocess::Center,
    },
    Case {
        d: 63,
        encoder: &[127],
        decoder: &[129],
        latents: 65,
        activation: Activation::Relu,
        variance: PosteriorVariance::Global,
        batch: 65,
        samples: 130,
        bytes: true,
        channels: 1,
        kind: Preprocess::Dequantize,
    },
    Case {
        d: 31,
        encoder: &[8],
        decoder: &[7, 9],
        latents: 33,
        activation: Activation::Tanh,
        variance: PosteriorVariance::PerSample,
        batch: 3,
        samples: 8,
        bytes: true,
        channels: 1,
        kind: Preprocess::Logit,
    },
    Case {
        d: 96,
        encoder: &[64],
        decoder: &[32],
        latents: 16,
        activation: Activation::Relu,
        variance: PosteriorVariance::PerSample,
        batch: 64,
        samples: 64,
        bytes: true,
        channels: 3,
        kind: Preprocess::Logit,
    },
];

/// Writes the same generic state to a backend: initial parameters and log σ², log γ off zero;
/// moments as after a while, so that Adam divides by nothing tiny; a mask with a hole.
pub fn prepare(backend: &mut dyn Backend) {
    let plan = backend.plan().clone();
    let mut parameters = initial_parameters(&plan.arena, 3, 0.6);
    if let Some(tensor) = plan.arena.get("log_sigma2") {
        for (j, value) in parameters[tensor.range()].iter_mut().enumerate() {
            *value = 0.3 - 0.05 * j as f32;
        }
    }
    let wave = |i: usize| uniform(17, Stream::Data, i as u32, 1);
    let moments: [Vec<f32>; 2] = [
        (0..parameters.len())
            .map(|i| 0.02 * wave(i) - 0.01)
            .collect(),
        (0..parameters.len())
            .map(|i| 0.01 + 0.01 * wave(i))
            .collect(),
    ];
    let mut mask = vec![1.0; plan.net.latents];
    mask[plan.net.latents / 2] = 0.0;
    backend
        .write(plan.parameters(), &parameters)
        .expect("a write");
    for (slice, values) in plan.moments().into_iter().zip(&moments) {
        backend.write(slice, values).expect("a write");
    }
    backend.write(plan.mask(), &mask).expect("a write");
}

/// The inputs of an evaluation that starts at `first` and counts `rows`.
pub fn evaluation(plan: &Plan, first: usize, rows: usize) -> StepInputs {
    StepInputs {
        step: 2,
        first: first as u32,
        rows: rows as u32,
        ..step_inputs(plan, 0, 1.0, 0.0)
    }
}
