//! Dense layers: y = f(x W + b) and its two gradients.

use rayon::prelude::*;

use super::epilogue::Tail;
use super::product::{Factor, SHARED_MACS, product};
use super::real::Real;
use super::vector::{over_rows_of, vectorized};

/// y ← epilogue(x W): x `rows × inputs`, W `inputs × outputs`.
pub(super) fn dense_forward<T: Real>(
    x: &[T],
    weight: &[T],
    y: &mut [T],
    [rows, inputs, outputs]: [usize; 3],
    tail: Tail<'_, T>,
) {
    product(
        y,
        Factor::plain(x, inputs),
        Factor::plain(weight, outputs),
        [rows, inputs, outputs],
        #[inline(always)]
        |row, column, y| tail.apply(row, column, y, outputs),
    );
}

/// dx ← epilogue(dy Wᵀ).
pub(super) fn dense_backward_input<T: Real>(
    dy: &[T],
    weight: &[T],
    dx: &mut [T],
    [rows, inputs, outputs]: [usize; 3],
    tail: Tail<'_, T>,
) {
    product(
        dx,
        Factor::plain(dy, outputs),
        Factor::transposed(weight, outputs),
        [rows, outputs, inputs],
        #[inline(always)]
        |row, column, dx| tail.apply(row, column, dx, inputs),
    );
}

/// dW ← xᵀ dy, db ← column sums of dy.
pub(super) fn dense_backward_weight<T: Real>(
    x: &[T],
    dy: &[T],
    dweight: &mut [T],
    dbias: Option<&mut [T]>,
    [rows, inputs, outputs]: [usize; 3],
) {
    let mut weights = || {
        product(
            dweight,
            Factor::transposed(x, inputs),
            Factor::plain(dy, outputs),
            [inputs, rows, outputs],
            #[inline(always)]
            |_, _, _| {},
        );
    };
    match dbias {
        None => weights(),
        Some(dbias) if rows * inputs * outputs < SHARED_MACS => {
            weights();
            sum_rows(dy, dbias);
        }
        Some(dbias) => {
            rayon::join(weights, || sum_rows(dy, dbias));
        }
    }
}

/// out ← column sums of a row-major array whose width is `out.len()`.
///
/// Long arrays are summed in parts of a fixed number of rows, the parts in order, so that the sum does not
/// depend on the number of threads.
pub(super) fn sum_rows<T: Real>(input: &[T], out: &mut [T]) {
    const PART: usize = 4096;
    let width = out.len();
    let sum = |input: &[T], out: &mut [T]| {
        vectorized(
            #[inline(always)]
            || {
                out.fill(T::ZERO);
                if width <= NARROW / 4 {
                    add_narrow(input, out);
                    return;
                }
                for row in input.chunks_exact(width) {
                    for (sum, &value) in out.iter_mut().zip(row) {
                        *sum += value;
                    }
                }
            },
        );
    };
    if input.len() <= PART * width {
        sum(input, out);
        return;
    }
    let part = |rows: &[T]| {
        let mut part = vec![T::ZERO; width];
        sum(rows, &mut part);
        part
    };
    let parts: Vec<Vec<T>> = input.par_chunks(PART * width).map(part).collect();
    out.fill(T::ZERO);
    for part in parts {
        for (sum, value) in out.iter_mut().zip(part) {
            *sum += value;
        }
    }
}

/// Elements of narrow rows that are added side by side.
const NARROW: usize = 128;

/// Adds the rows of a narrow array to `out`: as many at a time as make a few vectors.
#[inline(always)]
fn add_narrow<T: Real>(input: &[T], out: &mut [T]) {
    let together = NARROW / out.len() * out.len();
    let mut sums = [T::ZERO; NARROW];
    for rows in input.chunks(together) {
        for (sum, &value) in sums.iter_mut().zip(rows) {
            *sum += value;
        }
    }
    for row in sums[..together].chunks_exact(out.len()) {
        for (sum, &value) in out.iter_mut().zip(row) {
            *sum += value;
        }
    }
}

/// out ← z with each column multiplied by its mask.
pub(super) fn mask_latents<T: Real>(z: &[T], mask: &[T], out: &mut [T]) {
    let latents = mask.len();
    over_rows_of(
        out,
        latents,
        #[inline(always)]
        |first, out| {
            let z = &z[first * latents..][..out.len()];
            for (out, z) in out.chunks_exact_mut(latents).zip(z.chunks_exact(latents)) {
                for ((o, &z), &m) in out.iter_mut().zip(z).zip(mask) {
                    *o = z * m;
                }
            }
        },
    );
}
