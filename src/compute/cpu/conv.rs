//! Convolutions as products over patches.
//!
//! A block of small pixels becomes a matrix of patches (one row per pixel, `patch` wide) in a scratch array
//! that stays in the cache; the product does the rest. Images are dealt out in blocks whose size depends on
//! the shape alone, so that sums do not depend on the number of threads. The products here are sequential ones:
//! one that shared itself would wait, with its thread's scratch array locked, for whatever the thread picks up next.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};
use rayon::prelude::*;

use crate::model::Geometry;

use super::epilogue::Tail;
use super::real::Real;
use super::vector::vectorized;

/// Numbers of a block of patches: 256 KiB in f32.
const BLOCK: usize = 1 << 16;
/// Parts into which the batch is divided for the weight's gradient.
const PARTS: usize = 16;

/// Arrays for patches, one per thread that works at a time, and the flag that asks them to stop.
pub(super) struct Scratch<T> {
    arrays: Vec<Mutex<Vec<T>>>,
    /// Once set, images are skipped: whoever set it throws the result away.
    interrupt: Arc<AtomicBool>,
}

impl<T: Real> Scratch<T> {
    pub(super) fn new() -> Self {
        let threads = rayon::current_num_threads() + 1;
        Self {
            arrays: (0..threads).map(|_| Mutex::default()).collect(),
            interrupt: Arc::default(),
        }
    }

    pub(super) fn set_interrupt(&mut self, interrupt: Arc<AtomicBool>) {
        self.interrupt = interrupt;
    }

    /// Whether the work under way is to be left unfinished.
    pub(super) fn interrupted(&self) -> bool {
        self.interrupt.load(Ordering::Relaxed)
    }

    /// Lends `len` numbers of any content.
    fn with<R>(&self, len: usize, work: impl FnOnce(&mut [T]) -> R) -> R {
        let thread = rayon::current_thread_index().map_or(0, |i| i + 1);
        let slot = &self.arrays[thread % self.arrays.len()];
        let mut array = slot.lock().unwrap_or_else(PoisonError::into_inner);
        if array.len() < len {
            array.resize(len, T::ZERO);
        }
        work(&mut array[..len])
    }
}

/// Small pixels per block.
fn block_pixels(g: &Geometry) -> usize {
    (BLOCK / g.patch()).clamp(1, g.small.pixels())
}

/// Copies the patches of `pixels` into the rows of `patches`, zeros where the large image ends.
#[inline(always)]
fn gather_patches<T: Real>(
    g: &Geometry,
    large: &[T],
    pixels: std::ops::Range<usize>,
    patches: &mut [T],
) {
    let channels = g.large.channels;
    let run = g.kernel * channels;
    for (pixel, patch) in pixels.zip(patches.chunks_exact_mut(g.patch())) {
        let (row, column) = (pixel / g.small.width, pixel % g.small.width);
        let left = (column * g.stride) as isize - g.padding as isize;
        for (i, out) in patch.chunks_exact_mut(run).enumerate() {
            let at = (row * g.stride + i) as isize - g.padding as isize;
            if at < 0 || at >= g.large.height as isize {
                out.fill(T::ZERO);
                continue;
            }
            let line = &large[at as usize * g.large.width * channels..][..g.large.width * channels];
            let (from, to) = clip(left, g.kernel, g.large.width);
            out[..from * channels].fill(T::ZERO);
            out[to * channels..].fill(T::ZERO);
            if from < to {
                let start = (left + from as isize) as usize * channels;
                let inside = &mut out[from * channels..to * channels];
                inside.copy_from_slice(&line[start..start + inside.len()]);
            }
        }
    }
}

/// Adds the rows of `patches` to the large image.
#[inline(always)]
fn scatter_patches<T: Real>(
    g: &Geometry,
    patches: &[T],
    pixels: std::ops::Range<usize>,
    large: &mut [T],
) {
    let channels = g.large.channels;
    let run = g.kernel * channels;
    for (pixel, patch) in pixels.zip(patches.chunks_exact(g.patch())) {
        let (row, column) = (pixel / g.small.width, pixel % g.small.width);
        let left = (column * g.stride) as isize - g.padding as isize;
        let (from, to) = clip(left, g.kernel, g.large.width);
        if from >= to {
            continue;
        }
        for (i, values) in patch.chunks_exact(run).enumerate() {
            let at = (row * g.stride + i) as isize - g.padding as isize;
            if at < 0 || at >= g.large.height as isize {
                continue;
            }
            let start = (at as usize * g.large.width + (left + from as isize) as usize) * channels;
            let inside = &values[from * channels..to * channels];
            for (to, &v) in large[start..start + inside.len()].iter_mut().zip(inside) {
                *to += v;
            }
        }
    }
}

/// The kernel columns that lie inside the image.
#[inline(always)]
fn clip(left: isize, kernel: usize, width: usize) -> (usize, usize) {
    let from = (-left).clamp(0, kernel as isize) as usize;
    let to = (width as isize - left).clamp(0, kernel as isize) as usize;
    (from.min(to), to)
}

/// small ← epilogue(large correlated with the weight).
pub(super) fn convolve<T: Real>(
    large: &[T],
    weight: &[T],
    small: &mut [T],
    g: &Geometry,
    tail: Tail<'_, T>,
    scratch: &Scratch<T>,
) {
    let (patch, channels) = (g.patch(), g.small.channels);
    let pixels = block_pixels(g);
    let weight = MatRef::from_row_major_slice(weight, patch, channels);
    let image = g.small.len();
    small
        .par_chunks_mut(image)
        .enumerate()
        .for_each(|(sample, small)| {
            if scratch.interrupted() {
                return;
            }
            let large = &large[sample * g.large.len()..][..g.large.len()];
            for (block, out) in small.chunks_mut(pixels * channels).enumerate() {
                let first = block * pixels;
                let count = out.len() / channels;
                scratch.with(count * patch, |patches| {
                    vectorized(
                        #[inline(always)]
                        || gather_patches(g, large, first..first + count, patches),
                    );
                    matmul(
                        MatMut::from_row_major_slice_mut(out, count, channels),
                        Accum::Replace,
                        MatRef::from_row_major_slice(patches, count, patch),
                        weight,
                        T::ONE,
                        Par::Seq,
                    );
                });
                let row = sample * g.small.pixels() + first;
                vectorized(
                    #[inline(always)]
                    || tail.apply(row, 0, out, channels),
                );
            }
        });
}

/// large ← epilogue(the transpose of [`convolve`] applied to small).
pub(super) fn convolve_transposed<T: Real>(
    small: &[T],
    weight: &[T],
    large: &mut [T],
    g: &Geometry,
    tail: Tail<'_, T>,
    scratch: &Scratch<T>,
) {
    let (patch, channels) = (g.patch(), g.small.channels);
    let pixels = block_pixels(g);
    let weight = MatRef::from_row_major_slice(weight, patch, channels);
    let image = g.large.len();
    large
        .par_chunks_mut(image)
        .enumerate()
        .for_each(|(sample, large)| {
            if scratch.interrupted() {
                return;
            }
            let small = &small[sample * g.small.len()..][..g.small.len()];
            large.fill(T::ZERO);
            for (block, values) in small.chunks(pixels * channels).enumerate() {
                let first = block * pixels;
                let count = values.len() / channels;
                scratch.with(count * patch, |patches| {
                    matmul(
                        MatMut::from_row_major_slice_mut(patches, count, patch),
                        Accum::Replace,
                        MatRef::from_row_major_slice(values, count, channels),
                        weight.transpose(),
                        T::ONE,
                        Par::Seq,
                    );
                    vectorized(
                        #[inline(always)]
                        || scatter_patches(g, patches, first..first + count, large),
                    );
                });
            }
            vectorized(
                #[inline(always)]
                || tail.apply(sample * g.large.pixels(), 0, large, g.large.channels),
            );
        });
}

/// dW ← Σ patchesᵀ · small.
pub(super) fn convolve_weight<T: Real>(
    large: &[T],
    small: &[T],
    dweight: &mut [T],
    g: &Geometry,
    scratch: &Scratch<T>,
    partials: &mut Vec<T>,
) {
    let (patch, channels) = (g.patch(), g.small.channels);
    let pixels = block_pixels(g);
    let samples = small.len() / g.small.len();
    let parts = samples.min(PARTS);
    let share = samples.div_ceil(parts);
    if partials.len() < parts * g.weights() {
        partials.resize(parts * g.weights(), T::ZERO);
    }
    let partials = &mut partials[..parts * g.weights()];
    partials
        .par_chunks_mut(g.weights())
        .enumerate()
        .for_each(|(part, sum)| {
            sum.fill(T::ZERO);
            for sample in (part * share).min(samples)..((part + 1) * share).min(samples) {
                if scratch.interrupted() {
                    return;
                }
                let large = &large[sample * g.large.len()..][..g.large.len()];
                let small = &small[sample * g.small.len()..][..g.small.len()];
                for (block, values) in small.chunks(pixels * channels).enumerate() {
                    let first = block * pixels;
                    let count = values.len() / channels;
                    scratch.with(count * patch, |patches| {
                        vectorized(
                            #[inline(always)]
                            || gather_patches(g, large, first..first + count, patches),
                        );
                        matmul(
                            MatMut::from_row_major_slice_mut(sum, patch, channels),
                            Accum::Add,
                            MatRef::from_row_major_slice(patches, count, patch).transpose(),
                            MatRef::from_row_major_slice(values, count, channels),
                            T::ONE,
                            Par::Seq,
                        );
                    });
                }
            }
        });
    vectorized(
        #[inline(always)]
        || {
            let (first, rest) = partials.split_at(g.weights());
            dweight.copy_from_slice(first);
            for part in rest.chunks_exact(g.weights()) {
                for (sum, &v) in dweight.iter_mut().zip(part) {
                    *sum += v;
                }
            }
        },
    );
}
