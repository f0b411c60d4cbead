//! Adam, fused over the whole arena.

use std::sync::atomic::{AtomicBool, Ordering};

use rayon::prelude::*;

use crate::compute::inputs::StepInputs;

use super::real::Real;
use super::vector::{PARALLEL_ELEMENTS, vectorized};

/// Elements checked, then updated, while they are in the first-level cache.
const BLOCK: usize = 1024;

/// Where the parts of the arena lie.
#[derive(Clone, Copy)]
pub(super) struct Parts {
    /// The decoder's first element.
    pub decoder: usize,
    /// log γ, behind the decoder's last.
    pub log_gamma: usize,
}

/// One update of every trained parameter; returns whether all their gradients were finite.
///
/// A block with a non-finite gradient is left as it was.
pub(super) fn adam<T: Real>(
    parameters: &mut [T],
    gradients: &[T],
    moment1: &mut [T],
    moment2: &mut [T],
    parts: Parts,
    inputs: &StepInputs,
) -> bool {
    let trains = |bit: u32| inputs.trained & bit != 0;
    let ranges = [
        (0..parts.decoder, trains(StepInputs::TRAIN_ENCODER)),
        (
            parts.decoder..parts.log_gamma,
            trains(StepInputs::TRAIN_DECODER),
        ),
        (
            parts.log_gamma..parts.log_gamma + 1,
            trains(StepInputs::LEARN_GAMMA),
        ),
    ];
    let all = ranges.iter().all(|(_, on)| *on);
    let mut finite = true;
    if all || (ranges[0].1 && ranges[1].1) {
        let whole = if all {
            parameters.len()
        } else {
            parts.log_gamma
        };
        finite &= update_range(parameters, gradients, moment1, moment2, 0..whole, inputs);
    } else {
        for (range, _) in ranges.into_iter().filter(|(_, on)| *on) {
            finite &= update_range(parameters, gradients, moment1, moment2, range, inputs);
        }
    }
    if trains(StepInputs::SET_GAMMA) {
        let target = gradients[parts.log_gamma];
        if target.finite() {
            parameters[parts.log_gamma] = target;
        } else {
            finite = false;
        }
    }
    finite
}

/// Updates a part of the arena.
fn update_range<T: Real>(
    parameters: &mut [T],
    gradients: &[T],
    moment1: &mut [T],
    moment2: &mut [T],
    range: std::ops::Range<usize>,
    inputs: &StepInputs,
) -> bool {
    let (parameters, gradients) = (&mut parameters[range.clone()], &gradients[range.clone()]);
    let (moment1, moment2) = (&mut moment1[range.clone()], &mut moment2[range]);
    let finite = AtomicBool::new(true);
    let update = |p: &mut [T], g: &[T], m: &mut [T], v: &mut [T]| {
        let good = vectorized(
            #[inline(always)]
            || update_blocks(p, g, m, v, inputs),
        );
        if !good {
            finite.store(false, Ordering::Relaxed);
        }
    };
    if parameters.len() < PARALLEL_ELEMENTS {
        update(parameters, gradients, moment1, moment2);
    } else {
        let part = parameters
            .len()
            .div_ceil(4 * rayon::current_num_threads())
            .next_multiple_of(BLOCK);
        parameters
            .par_chunks_mut(part)
            .zip(gradients.par_chunks(part))
            .zip(moment1.par_chunks_mut(part))
            .zip(moment2.par_chunks_mut(part))
            .for_each(|(((p, g), m), v)| update(p, g, m, v));
    }
    finite.into_inner()
}

#[inline(always)]
fn update_blocks<T: Real>(
    p: &mut [T],
    g: &[T],
    m: &mut [T],
    v: &mut [T],
    inputs: &StepInputs,
) -> bool {
    let (beta1, beta2) = (T::of(StepInputs::BETA1), T::of(StepInputs::BETA2));
    // Rounded once: 1 − 0.999 taken in f32 would be 5·10⁻⁵ off.
    let (rest1, rest2) = (
        T::of(1.0 - StepInputs::BETA1),
        T::of(1.0 - StepInputs::BETA2),
    );
    let epsilon = T::of_f32(StepInputs::EPSILON);
    let rate = T::of_f32(inputs.learning_rate) / T::of_f32(inputs.correction1);
    let scale = T::ONE / T::of_f32(inputs.correction2_sqrt);
    let mut all_finite = true;
    for (((p, g), m), v) in p
        .chunks_mut(BLOCK)
        .zip(g.chunks(BLOCK))
        .zip(m.chunks_mut(BLOCK))
        .zip(v.chunks_mut(BLOCK))
    {
        let mut finite = true;
        for &g in g {
            finite &= g.finite();
        }
        if !finite {
            all_finite = false;
            continue;
        }
        for (((p, &g), m), v) in p.iter_mut().zip(g).zip(m).zip(v) {
            *m = beta1 * *m + rest1 * g;
            *v = beta2 * *v + rest2 * g * g;
            *p -= rate * *m / (v.sqrt_() * scale + epsilon);
        }
    }
    all_finite
}
