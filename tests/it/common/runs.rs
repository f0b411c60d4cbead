//! Runs to train in tests: a data set, a network, live settings, on the native device.

use std::sync::Arc;

use collapse_explorer::compute::StepMetrics;
use collapse_explorer::config::{
    DataConfig, DataSource, DeviceChoice, LiveConfig, NetConfig, RunConfig, SamplingConfig,
};
use collapse_explorer::data::{self, Dataset, Preprocessor};
use collapse_explorer::train::{RunSetup, Trainer};

/// The spectrum whose thresholds at γ = 1 are 9, 5, 2, 1 and 0.3.
pub const SPECTRUM: [f64; 5] = [9.0, 5.0, 2.0, 1.0, 0.3];

/// `count` items of Gaussian data with exactly [`SPECTRUM`].
pub fn gaussian(count: usize) -> Arc<Dataset> {
    load(DataSource::Gaussian(SPECTRUM.to_vec()), count)
}

/// The first `count` built-in digits.
pub fn digits(count: usize) -> Arc<Dataset> {
    load(DataSource::Digits, count)
}

fn load(source: DataSource, count: usize) -> Arc<Dataset> {
    let config = DataConfig {
        source,
        limit: Some(count),
        ..DataConfig::default()
    };
    Arc::new(data::load(&config, 0, &|_| true).expect("data"))
}

/// A run on the native device.
pub fn setup(
    data: &Arc<Dataset>,
    net: NetConfig,
    live: LiveConfig,
    batch: usize,
    seed: u32,
) -> Arc<RunSetup> {
    let config = RunConfig {
        net,
        live,
        sampling: SamplingConfig { batch, seed },
        device: DeviceChoice::Cpu,
        ..RunConfig::default()
    };
    let preprocessor = Preprocessor::new(config.data.preprocess, data).expect("it can be prepared");
    Arc::new(RunSetup {
        config,
        data: Arc::clone(data),
        preprocessor: Arc::new(preprocessor),
    })
}

/// Default live settings with these β, γ and learning rate.
pub fn live(beta: f64, gamma: f64, learning_rate: f64) -> LiveConfig {
    LiveConfig {
        beta,
        gamma,
        learning_rate,
        ..LiveConfig::default()
    }
}

/// Makes `steps` steps in bursts of `burst`.
pub fn advance(trainer: &mut Trainer, steps: usize, burst: usize) -> Vec<StepMetrics> {
    let mut metrics = Vec::with_capacity(steps);
    while metrics.len() < steps {
        let count = burst.min(steps - metrics.len());
        trainer.train(count, true, &mut metrics).expect("steps");
    }
    metrics
}
