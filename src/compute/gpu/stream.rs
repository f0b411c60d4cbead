//! Samples that do not fit on the device: the rows of a submission, gathered on the host.
//!
//! The kernel finds them in order, but still works out which samples they are, since noise belongs to the sample.

use std::sync::Arc;

use crate::compute::inputs::StepInputs;
use crate::compute::op::BatchOrder;
use crate::data::{Dataset, Pixels, Preprocessor};
use crate::rng::permute;

/// Bytes of samples sent with a submission, unless one step needs more.
pub(super) const MOST_BYTES: usize = 64 << 20;

/// The data set on the host.
pub(super) struct Stream {
    data: Arc<Dataset>,
    preprocessor: Arc<Preprocessor>,
}

impl Stream {
    pub(super) fn new(data: &Arc<Dataset>, preprocessor: &Arc<Preprocessor>) -> Self {
        Self {
            data: Arc::clone(data),
            preprocessor: Arc::clone(preprocessor),
        }
    }

    /// Why samples could not be read, if that has happened.
    pub(super) fn failure(&self) -> Option<&str> {
        self.data.pixels.failure()
    }

    /// The stored samples of `rows` rows of every step, and their targets if there are any, as bytes in fours.
    pub(super) fn rows(
        &self,
        steps: &[StepInputs],
        order: BatchOrder,
        rows: usize,
    ) -> (Vec<u8>, Vec<u8>) {
        let (mut samples, mut targets) = (Vec::new(), Vec::new());
        for step in steps {
            for row in 0..rows {
                let sample = sample_at(step, order, row);
                append(&self.data, sample, &mut samples);
                if let Some(of) = &self.preprocessor.targets {
                    let row = &of.values[sample * of.dim..(sample + 1) * of.dim];
                    targets.extend_from_slice(bytemuck::cast_slice(row));
                }
            }
        }
        samples.resize(samples.len().next_multiple_of(4), 0);
        (samples, targets)
    }
}

/// The sample of a row: what the gather kernel works out too.
fn sample_at(step: &StepInputs, order: BatchOrder, row: usize) -> usize {
    let position = step.first.wrapping_add(row as u32) % step.samples;
    let sample = match order {
        BatchOrder::Shuffled => permute(step.seed, step.epoch, step.samples, position),
        BatchOrder::Sequential => position,
    };
    sample as usize
}

fn append(data: &Dataset, sample: usize, out: &mut Vec<u8>) {
    let range = sample * data.dim()..(sample + 1) * data.dim();
    match &data.pixels {
        Pixels::Bytes(bytes) => out.extend_from_slice(&bytes[range]),
        Pixels::Floats(floats) => out.extend_from_slice(bytemuck::cast_slice(&floats[range])),
        Pixels::Stored(stored) => {
            let end = out.len();
            out.resize(end + range.len(), 0);
            // A failure is kept in `stored`, and asked for before anything is submitted.
            stored.read(range.start, &mut out[end..]);
        }
    }
}

/// Bytes of a stored sample.
pub(super) fn sample_bytes(data: &Dataset) -> usize {
    match data.pixels {
        Pixels::Bytes(_) | Pixels::Stored(_) => data.dim(),
        Pixels::Floats(_) => 4 * data.dim(),
    }
}

/// Bytes of a target.
pub(super) fn target_bytes(preprocessor: &Preprocessor) -> usize {
    preprocessor.targets.as_ref().map_or(0, |t| 4 * t.dim)
}

/// Steps whose samples, of `step_bytes` a step, go together in `bytes`; at least one, at most `most`.
pub(super) fn steps(bytes: usize, step_bytes: usize, most: usize) -> usize {
    (bytes / step_bytes.max(1)).clamp(1, most)
}
