//! Pooling and upsampling of images, channels innermost.

use rayon::prelude::*;

use crate::model::Shape;

use super::epilogue::Tail;
use super::real::Real;
use super::vector::vectorized;

/// Calls `work(sample, image)` for every image of `images`.
fn per_image<T: Real>(images: &mut [T], len: usize, work: impl Fn(usize, &mut [T]) + Sync) {
    images
        .par_chunks_mut(len)
        .with_min_len(4)
        .enumerate()
        .for_each(|(sample, image)| {
            vectorized(
                #[inline(always)]
                || work(sample, image),
            );
        });
}

/// y ← the largest of every 2 × 2 block.
pub(super) fn max_pool<T: Real>(x: &[T], y: &mut [T], shape: Shape) {
    let (c, width) = (shape.channels, shape.width);
    let (rows, columns) = (shape.height / 2, width / 2);
    per_image(
        y,
        rows * columns * c,
        #[inline(always)]
        |sample, y| {
            let x = &x[sample * shape.len()..][..shape.len()];
            for (pixel, out) in y.chunks_exact_mut(c).enumerate() {
                let corner = (2 * (pixel / columns) * width + 2 * (pixel % columns)) * c;
                let below = corner + width * c;
                for (channel, out) in out.iter_mut().enumerate() {
                    let block = [corner, corner + c, below, below + c].map(|at| x[at + channel]);
                    *out = largest(block).1;
                }
            }
        },
    );
}

/// The first largest of four and its place; a NaN counts as larger than any number.
#[inline(always)]
fn largest<T: Real>(block: [T; 4]) -> (usize, T) {
    let mut best = (0, block[0]);
    for (at, &v) in block.iter().enumerate().skip(1) {
        if v > best.1 || v.partial_cmp(&v).is_none() {
            best = (at, v);
        }
    }
    best
}

/// dx ← epilogue(dy at the first largest pixel of every block, 0 elsewhere).
pub(super) fn max_pool_backward<T: Real>(
    dy: &[T],
    x: &[T],
    dx: &mut [T],
    shape: Shape,
    tail: Tail<'_, T>,
) {
    let (c, width) = (shape.channels, shape.width);
    let (rows, columns) = (shape.height / 2, width / 2);
    per_image(
        dx,
        shape.len(),
        #[inline(always)]
        |sample, dx| {
            let first = sample * shape.len();
            let x = &x[first..first + shape.len()];
            let dy = &dy[sample * rows * columns * c..][..rows * columns * c];
            dx.fill(T::ZERO);
            for (pixel, dy) in dy.chunks_exact(c).enumerate() {
                let corner = (2 * (pixel / columns) * width + 2 * (pixel % columns)) * c;
                let below = corner + width * c;
                let places = [corner, corner + c, below, below + c];
                for (channel, &dy) in dy.iter().enumerate() {
                    let (at, _) = largest(places.map(|at| x[at + channel]));
                    dx[places[at] + channel] = dy;
                }
            }
            tail.apply(sample * shape.pixels(), 0, dx, c);
        },
    );
}

/// The two source lines that an upsampled line at `at` lies between, and the share of the second.
///
/// Pixel centres: line r of the large image is at (r + ½)/2 − ½ of the small one, clamped to its edges.
#[inline(always)]
pub(super) fn between(at: usize, len: usize) -> (usize, usize, f64) {
    let near = at / 2;
    if at.is_multiple_of(2) {
        (
            near.saturating_sub(1),
            near,
            if near == 0 { 1.0 } else { 0.75 },
        )
    } else {
        (near, (near + 1).min(len - 1), 0.25)
    }
}

/// y ← x with twice the sides.
pub(super) fn upsample<T: Real>(x: &[T], y: &mut [T], shape: Shape, bilinear: bool) {
    let (c, width, height) = (shape.channels, shape.width, shape.height);
    per_image(
        y,
        4 * shape.len(),
        #[inline(always)]
        |sample, y| {
            let x = &x[sample * shape.len()..][..shape.len()];
            for (pixel, out) in y.chunks_exact_mut(c).enumerate() {
                let (row, column) = (pixel / (2 * width), pixel % (2 * width));
                if !bilinear {
                    let from = ((row / 2) * width + column / 2) * c;
                    out.copy_from_slice(&x[from..from + c]);
                    continue;
                }
                let (top, bottom, down) = between(row, height);
                let (left, right, across) = between(column, width);
                let (down, across) = (T::of(down), T::of(across));
                for (channel, out) in out.iter_mut().enumerate() {
                    let at = |row: usize, column: usize| x[(row * width + column) * c + channel];
                    let upper = (T::ONE - across) * at(top, left) + across * at(top, right);
                    let lower = (T::ONE - across) * at(bottom, left) + across * at(bottom, right);
                    *out = (T::ONE - down) * upper + down * lower;
                }
            }
        },
    );
}

/// dx ← epilogue(transpose of [`upsample`] applied to dy).
pub(super) fn upsample_backward<T: Real>(
    dy: &[T],
    dx: &mut [T],
    shape: Shape,
    bilinear: bool,
    tail: Tail<'_, T>,
) {
    let (c, width, height) = (shape.channels, shape.width, shape.height);
    per_image(
        dx,
        shape.len(),
        #[inline(always)]
        |sample, dx| {
            let dy = &dy[4 * sample * shape.len()..][..4 * shape.len()];
            dx.fill(T::ZERO);
            for (pixel, dy) in dy.chunks_exact(c).enumerate() {
                let (row, column) = (pixel / (2 * width), pixel % (2 * width));
                if !bilinear {
                    let to = ((row / 2) * width + column / 2) * c;
                    for (dx, &dy) in dx[to..to + c].iter_mut().zip(dy) {
                        *dx += dy;
                    }
                    continue;
                }
                let (top, bottom, down) = between(row, height);
                let (left, right, across) = between(column, width);
                let corners = [
                    (top, left, (1.0 - down) * (1.0 - across)),
                    (top, right, (1.0 - down) * across),
                    (bottom, left, down * (1.0 - across)),
                    (bottom, right, down * across),
                ];
                for (row, column, share) in corners {
                    let (to, share) = ((row * width + column) * c, T::of(share));
                    for (dx, &dy) in dx[to..to + c].iter_mut().zip(dy) {
                        *dx += share * dy;
                    }
                }
            }
            tail.apply(sample * shape.pixels(), 0, dx, c);
        },
    );
}
