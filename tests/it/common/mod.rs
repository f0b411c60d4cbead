//! Small data sets, nets and comparisons shared by the tests.

pub mod recipes;
pub mod runs;

use std::sync::Arc;

use collapse_explorer::compute::{Plan, StepInputs};
use collapse_explorer::config::{Activation, NetConfig, PosteriorVariance, Preprocess, Stack};
use collapse_explorer::data::{Dataset, ImageShape, Pixels, Preprocessor};
use collapse_explorer::model::{NetSpec, Shape};
use collapse_explorer::rng::{Stream, normal, uniform};

/// `n` real-valued items of dimension `d`, standard normal with a slope over dimensions.
pub fn float_data(n: usize, d: usize) -> Arc<Dataset> {
    let values = (0..n * d)
        .map(|i| normal(99, Stream::Data, i as u32, 0) * (1.0 + (i % d) as f32) / d as f32)
        .collect();
    Arc::new(Dataset {
        name: "test floats".into(),
        shape: ImageShape {
            height: 1,
            width: d,
            channels: 1,
        },
        pixels: Pixels::Floats(values),
        labels: None,
        ..Dataset::default()
    })
}

/// `n` byte images of dimension `d`.
pub fn byte_data(n: usize, d: usize) -> Arc<Dataset> {
    let values = (0..n * d)
        .map(|i| (uniform(98, Stream::Data, i as u32, 0) * 256.0) as u8)
        .collect();
    Arc::new(Dataset {
        name: "test bytes".into(),
        shape: ImageShape {
            height: 1,
            width: d,
            channels: 1,
        },
        pixels: Pixels::Bytes(values),
        labels: None,
        ..Dataset::default()
    })
}

/// Binds a kind of preprocessing.
pub fn preprocessor(kind: Preprocess, data: &Dataset) -> Arc<Preprocessor> {
    Arc::new(Preprocessor::new(kind, data).expect("it can be prepared"))
}

/// A small net's plan.
pub fn plan(
    d: usize,
    encoder: &[usize],
    decoder: &[usize],
    latents: usize,
    activation: Activation,
    variance: PosteriorVariance,
    batch: usize,
    samples: usize,
) -> Plan {
    let config = NetConfig {
        encoder: Stack::dense(encoder),
        decoder: Stack::dense(decoder),
        latents,
        activation,
        variance,
        ..NetConfig::default()
    };
    Plan::new(
        NetSpec::new(&config, Shape::vector(d), Shape::vector(d)).expect("a valid net"),
        batch,
        samples,
        false,
    )
}

/// Inputs of step `step` (from 0) with Adam's clock at `step` + 1.
pub fn step_inputs(plan: &Plan, step: u32, beta: f32, learning_rate: f32) -> StepInputs {
    let per_epoch = plan.batches_per_epoch() as u32;
    let mut inputs = StepInputs {
        seed: 5,
        step,
        epoch: step / per_epoch,
        first: (step % per_epoch) * plan.batch as u32,
        samples: plan.samples as u32,
        rows: plan.batch as u32,
        trained: StepInputs::TRAIN_ENCODER | StepInputs::TRAIN_DECODER | StepInputs::LEARN_GAMMA,
        beta,
        learning_rate,
        ..StepInputs::default()
    };
    inputs.set_adam_time(u64::from(step) + 1);
    inputs
}
