//! Samples become x: permutation, preprocessing.

use crate::compute::inputs::StepInputs;
use crate::compute::op::BatchOrder;
use crate::data::{Dataset, Pixels, Preprocessor};
use crate::rng::{Stream, permute, uniform};

use super::real::Real;
use super::vector::over_rows_of;

/// Index of the sample at row `row` of the batch.
#[inline]
pub(super) fn sample_index(order: BatchOrder, inputs: &StepInputs, row: usize) -> usize {
    let position = inputs.first.wrapping_add(row as u32) % inputs.samples;
    match order {
        BatchOrder::Shuffled => {
            permute(inputs.seed, inputs.epoch, inputs.samples, position) as usize
        }
        BatchOrder::Sequential => position as usize,
    }
}

/// x ← preprocessed samples.
pub(super) fn gather<T: Real>(
    x: &mut [T],
    dim: usize,
    order: BatchOrder,
    inputs: &StepInputs,
    data: &Dataset,
    preprocessor: &Preprocessor,
) {
    let noise_step = match order {
        BatchOrder::Shuffled => inputs.step,
        // Evaluations see one fixed draw of the dequantisation noise.
        BatchOrder::Sequential => u32::MAX,
    };
    let transform = preprocessor.transform;
    let plain = transform.dequantize == 0.0 && transform.logit_lambda == 0.0;
    over_rows_of(
        x,
        dim,
        #[inline(always)]
        |first, x| {
            for (row, x) in x.chunks_exact_mut(dim).enumerate() {
                let sample = sample_index(order, inputs, first + row);
                let values = sample * dim..(sample + 1) * dim;
                match &data.pixels {
                    Pixels::Bytes(bytes) if plain => {
                        for (x, &v) in x.iter_mut().zip(&bytes[values]) {
                            *x = T::of_f32(f32::from(v) * transform.scale);
                        }
                    }
                    Pixels::Bytes(bytes) => {
                        for (p, (x, &v)) in x.iter_mut().zip(&bytes[values]).enumerate() {
                            let element = (sample * dim + p) as u32;
                            let u = uniform(inputs.seed, Stream::Dequantize, element, noise_step);
                            *x = T::of_f32(transform.apply(f32::from(v), u));
                        }
                    }
                    Pixels::Floats(floats) => {
                        for (x, &v) in x.iter_mut().zip(&floats[values]) {
                            *x = T::of_f32(v);
                        }
                    }
                }
                for (x, &m) in x.iter_mut().zip(&preprocessor.mean) {
                    *x -= T::of_f32(m);
                }
            }
        },
    );
}

/// y ← the samples' targets, untouched if there are none.
pub(super) fn gather_targets<T: Real>(
    y: &mut [T],
    dim: usize,
    order: BatchOrder,
    inputs: &StepInputs,
    preprocessor: &Preprocessor,
) {
    let Some(targets) = &preprocessor.targets else {
        return;
    };
    for (row, y) in y.chunks_exact_mut(dim).enumerate() {
        let sample = sample_index(order, inputs, row);
        for (y, &v) in y.iter_mut().zip(&targets.values[sample * dim..]) {
            *y = T::of_f32(v);
        }
    }
}
