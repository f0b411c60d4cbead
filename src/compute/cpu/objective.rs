//! The objective L = (1/2γ) E‖x − x̂‖² + (d/2) log(2πγ) + β·KL and its seed gradients.

use crate::compute::inputs::{StepInputs, StepMetrics};

use super::real::Real;
use super::vector::{over_rows, vectorized};

/// sse ← ‖x̂ − x‖² of every row; dx̂ ← (x̂ − x)/(γB) where a backward pass follows.
pub(super) fn elbo<T: Real>(
    x: &[T],
    xhat: &[T],
    log_gamma: T,
    dxhat: Option<&mut [T]>,
    sse: &mut [T],
    dim: usize,
) {
    let rows = sse.len();
    match dxhat {
        Some(dxhat) => {
            let scale = (-log_gamma).exp_() / T::of(rows as f64);
            over_rows(
                dxhat,
                dim,
                sse,
                1,
                #[inline(always)]
                |first, dxhat, sse| {
                    for (row, (dxhat, sse)) in dxhat.chunks_exact_mut(dim).zip(sse).enumerate() {
                        let at = (first + row) * dim..(first + row + 1) * dim;
                        *sse = residual(&x[at.clone()], &xhat[at], dxhat, scale);
                    }
                },
            );
        }
        None => {
            for (row, sse) in sse.iter_mut().enumerate() {
                let at = row * dim..(row + 1) * dim;
                *sse = squared_distance(&x[at.clone()], &xhat[at]);
            }
        }
    }
}

/// Writes scaled residuals of one row and returns its squared norm.
///
/// Sixteen running sums keep the loop in vectors and the summation error near that of a tree.
#[inline(always)]
fn residual<T: Real>(x: &[T], xhat: &[T], dxhat: &mut [T], scale: T) -> T {
    const LANES: usize = 16;
    if x.len() < LANES {
        let mut sum = T::ZERO;
        for ((d, &x), &xhat) in dxhat.iter_mut().zip(x).zip(xhat) {
            let r = xhat - x;
            *d = r * scale;
            sum += r * r;
        }
        return sum;
    }
    let mut sums = [T::ZERO; LANES];
    let blocks = x.len() / LANES * LANES;
    for start in (0..blocks).step_by(LANES) {
        let (x, xhat) = (&x[start..start + LANES], &xhat[start..start + LANES]);
        let dxhat = &mut dxhat[start..start + LANES];
        for lane in 0..LANES {
            let r = xhat[lane] - x[lane];
            dxhat[lane] = r * scale;
            sums[lane] += r * r;
        }
    }
    for i in blocks..x.len() {
        let r = xhat[i] - x[i];
        dxhat[i] = r * scale;
        sums[i - blocks] += r * r;
    }
    sums.into_iter().sum()
}

#[inline(always)]
fn squared_distance<T: Real>(x: &[T], xhat: &[T]) -> T {
    const LANES: usize = 16;
    let mut sums = [T::ZERO; LANES];
    let blocks = x.len() / LANES * LANES;
    for start in (0..blocks).step_by(LANES) {
        for lane in 0..LANES {
            let r = xhat[start + lane] - x[start + lane];
            sums[lane] += r * r;
        }
    }
    for i in blocks..x.len() {
        let r = xhat[i] - x[i];
        sums[i - blocks] += r * r;
    }
    sums.into_iter().sum()
}

/// The sum of an array, by blocks so that its error does not grow with the array.
#[inline(always)]
fn sum<T: Real>(values: &[T]) -> T {
    const LANES: usize = 16;
    let mut total = T::ZERO;
    for block in values.chunks(256 * LANES) {
        let (vectors, rest) = block.as_chunks::<LANES>();
        let mut sums = [T::ZERO; LANES];
        for vector in vectors {
            for lane in 0..LANES {
                sums[lane] += vector[lane];
            }
        }
        total += sums.into_iter().sum::<T>() + rest.iter().copied().sum::<T>();
    }
    total
}

/// Batch means of the objective; returns d log γ = d/2 − E sse/(2γ).
pub(super) fn finalize<T: Real>(
    sse: &[T],
    kl: &[T],
    log_gamma: T,
    inputs: &StepInputs,
    dim: usize,
    row: &mut [T],
) -> T {
    let rows = T::of(sse.len() as f64);
    let (sse, kl) = vectorized(
        #[inline(always)]
        || (sum(sse) / rows, sum(kl) / rows),
    );
    let half = T::of(0.5);
    let half_dim = T::of(0.5 * dim as f64);
    let beta = T::of_f32(inputs.beta);
    let data_term = half * sse * (-log_gamma).exp_();
    let log_two_pi = T::of((2.0 * std::f64::consts::PI).ln());
    let loss = data_term + half_dim * (log_two_pi + log_gamma) + beta * kl;
    row[..StepMetrics::ROW].fill(T::ZERO);
    row[..5].copy_from_slice(&[loss, sse, kl, log_gamma.exp_(), beta]);
    half_dim - data_term
}
