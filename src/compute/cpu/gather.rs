//! Samples become x: permutation, preprocessing.

use crate::compute::inputs::StepInputs;
use crate::compute::op::BatchOrder;
use crate::data::{Dataset, Pixels, Preprocessor};
use crate::rng::{Permutation, Stream, uniform};

use super::real::Real;
use super::vector::over_rows_of;

/// Rows whose samples are looked up together.
const ROWS: usize = 16;

/// Which sample is at which row of the batch.
struct Samples {
    order: Option<Permutation>,
    /// Position of row 0.
    first: u32,
    /// n.
    count: u32,
}

impl Samples {
    fn new(order: BatchOrder, inputs: &StepInputs) -> Self {
        let (count, first) = (inputs.samples, inputs.first % inputs.samples);
        let order = match order {
            BatchOrder::Shuffled => Some(Permutation::new(inputs.seed, inputs.epoch, count)),
            BatchOrder::Sequential => None,
        };
        Self {
            order,
            first,
            count,
        }
    }

    /// The samples of the rows from `row` on. A batch has at most n rows, so its positions wrap at
    /// most once; those of rows past the batch, which are never used, are made to wrap as well.
    #[inline(always)]
    fn at(&self, row: usize) -> [u32; ROWS] {
        let mut positions = [0; ROWS];
        for (i, position) in positions.iter_mut().enumerate() {
            let past = self.first + (row + i) as u32;
            let wrapped = if past < self.count {
                past
            } else {
                past - self.count
            };
            *position = if wrapped < self.count { wrapped } else { 0 };
        }
        match &self.order {
            Some(order) => order.at(positions),
            None => positions,
        }
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
    let plain = transform.is_linear();
    let (offset, scale) = (transform.offset as f32, transform.scale as f32);
    let samples = Samples::new(order, inputs);
    over_rows_of(
        x,
        dim,
        #[inline(always)]
        |first, x| {
            let mut scratch = Vec::new();
            for (block, x) in x.chunks_mut(ROWS * dim).enumerate() {
                let samples = samples.at(first + block * ROWS);
                for (x, sample) in x.chunks_exact_mut(dim).zip(samples) {
                    let sample = sample as usize;
                    let values = sample * dim..(sample + 1) * dim;
                    let noisy = |p: usize, v: f32| {
                        let element = (sample * dim + p) as u32;
                        let u = uniform(inputs.seed, Stream::Dequantize, element, noise_step);
                        T::of_f32(transform.apply(v, u))
                    };
                    if let Pixels::Floats(floats) = &data.pixels {
                        if plain {
                            for (x, &v) in x.iter_mut().zip(&floats[values]) {
                                *x = T::of_f32((v - offset) * scale);
                            }
                        } else {
                            for (p, (x, &v)) in x.iter_mut().zip(&floats[values]).enumerate() {
                                *x = noisy(p, v);
                            }
                        }
                    } else if let Some(bytes) = data.pixels.bytes(values, &mut scratch) {
                        if plain {
                            for (x, &v) in x.iter_mut().zip(bytes) {
                                *x = T::of_f32((f32::from(v) - offset) * scale);
                            }
                        } else {
                            for (p, (x, &v)) in x.iter_mut().zip(bytes).enumerate() {
                                *x = noisy(p, f32::from(v));
                            }
                        }
                    } else {
                        // The step will not be committed, and its caller told why.
                        x.fill(T::of(f64::NAN));
                    }
                    for (x, &m) in x.iter_mut().zip(&preprocessor.mean) {
                        *x -= T::of_f32(m);
                    }
                    for (x, &s) in x.iter_mut().zip(&preprocessor.inverse_std) {
                        *x *= T::of_f32(s);
                    }
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
    let samples = Samples::new(order, inputs);
    for (block, y) in y.chunks_mut(ROWS * dim).enumerate() {
        let samples = samples.at(block * ROWS);
        for (y, sample) in y.chunks_exact_mut(dim).zip(samples) {
            for (y, &v) in y.iter_mut().zip(&targets.values[sample as usize * dim..]) {
                *y = T::of_f32(v);
            }
        }
    }
}
