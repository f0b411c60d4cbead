//! What a device could do at best: large products, and streams through memory.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use faer::linalg::matmul::matmul;
use faer::{Accum, Mat, Par};
use rayon::prelude::*;

use crate::compute::DeviceKind;
use crate::config::{DeviceChoice, LiveConfig, NetConfig, RunConfig, SamplingConfig};
use crate::data::Preprocessor;
use crate::train::{RunSetup, Trainer};

use super::error::Error;
use super::timing::{step_times, synthetic};

/// Bytes Adam moves per parameter: parameter, gradient and two moments read, three of them written.
const ADAM_BYTES: f64 = 28.0;

/// Two peak rates.
#[derive(Debug, Clone, Copy)]
pub(super) struct Roofline {
    /// Of single-precision products, GFLOP/s.
    pub gflops: f64,
    /// Of memory, GB/s.
    pub gbytes: f64,
}

impl Roofline {
    /// The least time of a step: its products at the peak rate, then one pass of Adam through memory.
    pub(super) fn milliseconds(self, flops: f64, parameters: usize) -> f64 {
        (flops / self.gflops + ADAM_BYTES * parameters as f64 / self.gbytes) * 1e-6
    }

    /// The better of two measurements.
    pub(super) fn best(self, other: Self) -> Self {
        Self {
            gflops: self.gflops.max(other.gflops),
            gbytes: self.gbytes.max(other.gbytes),
        }
    }
}

/// Of this machine's processor: a 1024³ product, and a + s·b over arrays that no cache holds.
pub(super) fn of_processor() -> Roofline {
    const LEN: usize = 16 << 20;
    const PART: usize = 1 << 18;
    let n = 1024;
    let a = Mat::<f32>::from_fn(n, n, |i, j| ((i * 7 + j) % 13) as f32 - 6.0);
    let b = Mat::<f32>::from_fn(n, n, |i, j| ((i + j * 5) % 11) as f32 - 5.0);
    let mut c = Mat::<f32>::zeros(n, n);
    let flops = 2.0 * (n as f64).powi(3);
    let gflops = (0..12)
        .map(|_| {
            let begin = Instant::now();
            matmul(&mut c, Accum::Replace, &a, &b, 1.0, Par::rayon(0));
            flops / begin.elapsed().as_secs_f64() / 1e9
        })
        .fold(0.0, f64::max);

    let (x, y) = (vec![1.0_f32; LEN], vec![2.0_f32; LEN]);
    let mut z = vec![0.0_f32; LEN];
    let gbytes = (0..6)
        .map(|_| {
            let begin = Instant::now();
            z.par_chunks_mut(PART)
                .zip(x.par_chunks(PART))
                .zip(y.par_chunks(PART))
                .for_each(|((z, x), y)| {
                    for ((z, &x), &y) in z.iter_mut().zip(x).zip(y) {
                        *z = x + 3.0 * y;
                    }
                });
            12.0 * LEN as f64 / begin.elapsed().as_secs_f64() / 1e9
        })
        .fold(0.0, f64::max);
    black_box((&c, &z));
    Roofline { gflops, gbytes }
}

/// Of an adapter, through the same kernels: a network of large products, and one that is all parameters.
pub(super) fn of_adapter(choice: &DeviceChoice, kind: DeviceKind) -> Result<Roofline, Error> {
    let (width, batch) = if kind == DeviceKind::Software {
        (256, 256)
    } else {
        (2048, 2048)
    };
    let mut products = trainer(choice, width, batch)?;
    let flops = products.plan().net.step_flops(batch);
    let fastest = step_times(&mut products, 2.0)?[0];
    drop(products);
    let mut stream = trainer(choice, width, 1)?;
    let parameters = stream.plan().net.parameter_count() as f64;
    let slowest = step_times(&mut stream, 2.0)?[0];
    Ok(Roofline {
        gflops: flops / fastest / 1e6,
        // The products of one row read every weight twice more and write its gradient.
        gbytes: (ADAM_BYTES + 12.0) * parameters / slowest / 1e6,
    })
}

fn trainer(choice: &DeviceChoice, width: usize, batch: usize) -> Result<Trainer, Error> {
    let config = RunConfig {
        net: NetConfig::dense(&[width], width),
        live: LiveConfig {
            learning_rate: 1e-6,
            ..LiveConfig::default()
        },
        sampling: SamplingConfig { batch, seed: 0 },
        device: choice.clone(),
        ..RunConfig::default()
    };
    let data = synthetic(batch, [1, 1, width]);
    let preprocessor = Preprocessor::new(config.data.preprocess, &data)?;
    Ok(Trainer::new(Arc::new(RunSetup {
        config,
        data: Arc::new(data),
        preprocessor: Arc::new(preprocessor),
    }))?)
}
