//! Times of training steps, on data whose values do not matter.

use std::time::{Duration, Instant};

use crate::data::{Dataset, ImageShape, Pixels};
use crate::rng::{Stream, normal};
use crate::train::Trainer;

use super::error::Error;

/// Timed rounds; the median is reported.
pub(super) const ROUNDS: usize = 7;

/// Milliseconds per step of every round, sorted.
pub(super) fn step_times(trainer: &mut Trainer, seconds: f64) -> Result<Vec<f64>, Error> {
    let mut metrics = Vec::new();
    let mut steps = 1;
    // Warm up, and find how many steps a round takes.
    let round = Duration::from_secs_f64(seconds / (ROUNDS + 1) as f64);
    let begin = Instant::now();
    while begin.elapsed() < round {
        let before = Instant::now();
        trainer.train(steps, true, &mut metrics)?;
        if before.elapsed() < Duration::from_millis(50) {
            steps = (steps * 2).min(crate::compute::Plan::MAX_STEPS);
        }
    }
    let mut times: Vec<f64> = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        let begin = Instant::now();
        let mut done = 0;
        while begin.elapsed() < round || done == 0 {
            trainer.train(steps, true, &mut metrics)?;
            done += steps;
        }
        times.push(begin.elapsed().as_secs_f64() * 1e3 / done as f64);
        metrics.clear();
    }
    times.sort_by(f64::total_cmp);
    Ok(times)
}

/// Data of the right shape whose values do not matter: bytes for images, floats for small vectors.
pub(super) fn synthetic(n: usize, [height, width, channels]: [usize; 3]) -> Dataset {
    let dim = height * width * channels;
    let pixels = if dim >= 64 {
        Pixels::Bytes(
            (0..n * dim)
                .map(|i| ((i * 2_654_435_761) >> 24) as u8)
                .collect(),
        )
    } else {
        Pixels::Floats(
            (0..n * dim)
                .map(|i| normal(0, Stream::Data, i as u32, 0))
                .collect(),
        )
    };
    Dataset {
        name: "benchmark data".into(),
        shape: ImageShape {
            height,
            width,
            channels,
        },
        pixels,
        labels: None,
        ..Dataset::default()
    }
}
