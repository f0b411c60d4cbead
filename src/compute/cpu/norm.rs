//! Batch normalisation over rows, channel by channel.

use rayon::prelude::*;

use crate::model::Node;

use super::epilogue::Tail;
use super::real::Real;
use super::vector::{over_rows_of, vectorized};

/// Rows whose sums are taken together; sums depend on this and the shape alone.
const CHUNK: usize = 1024;

/// Sums `work(row, sums)` over all rows: chunks in parallel, then in order.
fn column_sums<T: Real>(
    rows: usize,
    width: usize,
    work: impl Fn(std::ops::Range<usize>, &mut [T]) + Sync,
) -> Vec<T> {
    let partial = |chunk: usize| {
        let mut sums = vec![T::ZERO; width];
        let range = chunk * CHUNK..((chunk + 1) * CHUNK).min(rows);
        vectorized(
            #[inline(always)]
            || work(range, &mut sums),
        );
        sums
    };
    let chunks = rows.div_ceil(CHUNK);
    let partials: Vec<Vec<T>> = (0..chunks).into_par_iter().map(partial).collect();
    let mut total = vec![T::ZERO; width];
    for sums in partials {
        for (total, sum) in total.iter_mut().zip(sums) {
            *total += sum;
        }
    }
    total
}

/// moments ← mean and biased variance of every channel; deviations are taken from the mean in a second
/// pass, since E[x²] − E[x]² cancels.
pub(super) fn norm_moments<T: Real>(x: &[T], moments: &mut [T], channels: usize) {
    let rows = x.len() / channels;
    let n = T::of(rows as f64);
    let (mean, variance) = moments.split_at_mut(channels);
    let sums = column_sums(
        rows,
        channels,
        #[inline(always)]
        |range, sums: &mut [T]| {
            for row in x[range.start * channels..range.end * channels].chunks_exact(channels) {
                for (sum, &v) in sums.iter_mut().zip(row) {
                    *sum += v;
                }
            }
        },
    );
    for (mean, sum) in mean.iter_mut().zip(sums) {
        *mean = sum / n;
    }
    let mean = &*mean;
    let sums = column_sums(
        rows,
        channels,
        #[inline(always)]
        |range, sums: &mut [T]| {
            for row in x[range.start * channels..range.end * channels].chunks_exact(channels) {
                for ((sum, &v), &m) in sums.iter_mut().zip(row).zip(mean) {
                    *sum += (v - m) * (v - m);
                }
            }
        },
    );
    for (variance, sum) in variance.iter_mut().zip(sums) {
        *variance = sum / n;
    }
}

/// 1/√(variance + ε) of every channel.
fn inverse_deviations<T: Real>(variance: &[T]) -> Vec<T> {
    let epsilon = T::of_f32(Node::NORM_EPSILON);
    let inverse = |&v: &T| T::ONE / (v + epsilon).sqrt_();
    variance.iter().map(inverse).collect()
}

/// y ← epilogue(gain (x − mean)/√(variance + ε) + bias).
pub(super) fn norm_forward<T: Real>(
    x: &[T],
    moments: &[T],
    affine: &[T],
    y: &mut [T],
    channels: usize,
    tail: Tail<'_, T>,
) {
    let (mean, variance) = moments.split_at(channels);
    let (gain, bias) = affine.split_at(channels);
    let inverse = inverse_deviations(variance);
    let scale: Vec<T> = gain.iter().zip(&inverse).map(|(&g, &i)| g * i).collect();
    over_rows_of(
        y,
        channels,
        #[inline(always)]
        |row, y| {
            let first = row * channels;
            let rows = x[first..first + y.len()].chunks_exact(channels);
            for (y, x) in y.chunks_exact_mut(channels).zip(rows) {
                for (c, (y, &x)) in y.iter_mut().zip(x).enumerate() {
                    *y = (x - mean[c]) * scale[c] + bias[c];
                }
            }
            tail.apply(row, 0, y, channels);
        },
    );
}

/// daffine ← Σ dy x̂ and Σ dy.
pub(super) fn norm_backward_affine<T: Real>(
    dy: &[T],
    x: &[T],
    moments: &[T],
    daffine: &mut [T],
    channels: usize,
) {
    let (mean, variance) = moments.split_at(channels);
    let inverse = inverse_deviations(variance);
    let sums = column_sums(
        x.len() / channels,
        2 * channels,
        #[inline(always)]
        |range, sums: &mut [T]| {
            let (dgain, dbias) = sums.split_at_mut(channels);
            let at = range.start * channels..range.end * channels;
            let rows = dy[at.clone()]
                .chunks_exact(channels)
                .zip(x[at].chunks_exact(channels));
            for (dy, x) in rows {
                for c in 0..channels {
                    dgain[c] += dy[c] * (x[c] - mean[c]) * inverse[c];
                    dbias[c] += dy[c];
                }
            }
        },
    );
    daffine.copy_from_slice(&sums);
}

/// dx ← epilogue(gain/√(variance + ε) · (dy − Σdy/n − x̂ Σ(dy x̂)/n)).
pub(super) fn norm_backward_input<T: Real>(
    [dy, x]: [&[T]; 2],
    moments: &[T],
    affine: &[T],
    daffine: &[T],
    dx: &mut [T],
    channels: usize,
    tail: Tail<'_, T>,
) {
    let n = T::of((x.len() / channels) as f64);
    let (mean, variance) = moments.split_at(channels);
    let (dgain, dbias) = daffine.split_at(channels);
    let inverse = inverse_deviations(variance);
    over_rows_of(
        dx,
        channels,
        #[inline(always)]
        |row, dx| {
            let first = row * channels;
            let at = first..first + dx.len();
            let rows = dy[at.clone()]
                .chunks_exact(channels)
                .zip(x[at].chunks_exact(channels));
            for (dx, (dy, x)) in dx.chunks_exact_mut(channels).zip(rows) {
                for c in 0..channels {
                    let normal = (x[c] - mean[c]) * inverse[c];
                    let centred = dy[c] - dbias[c] / n - normal * dgain[c] / n;
                    dx[c] = affine[c] * inverse[c] * centred;
                }
            }
            tail.apply(row, 0, dx, channels);
        },
    );
}

/// running ← (1 − m) running + m (mean, unbiased variance).
pub(super) fn norm_update<T: Real>(moments: &[T], running: &mut [T], rows: usize) {
    let momentum = T::of_f32(Node::NORM_MOMENTUM);
    let channels = moments.len() / 2;
    let unbiased = T::of(rows as f64 / (rows.max(2) - 1) as f64);
    for (at, (running, &value)) in running.iter_mut().zip(moments).enumerate() {
        let value = if at < channels {
            value
        } else {
            value * unbiased
        };
        *running += momentum * (value - *running);
    }
}
