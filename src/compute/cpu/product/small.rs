//! Products with a right factor so small that it fits in a few vectors.
//!
//! For these a general kernel spends its time on packing and dispatch. Rows are computed `WIDTH`
//! columns at a time whether there are so many or not: what lies beyond a row's end is overwritten by
//! the next row.

use crate::compute::cpu::real::Real;
use crate::compute::cpu::vector::vectorized;

use super::Factor;

/// Most contracted elements.
const DEPTH: usize = 16;
/// Most columns.
const COLUMNS: usize = 16;

/// Whether [`small`] is made for the shape (rows, contracted, columns); the left factor must be
/// stored row by row.
pub(super) fn is_small([_, depth, columns]: [usize; 3]) -> bool {
    depth <= DEPTH && columns <= COLUMNS
}

/// out ← left · right.
pub(super) fn small<T: Real>(
    out: &mut [T],
    left: Factor<'_, T>,
    right: Factor<'_, T>,
    depth: usize,
    columns: usize,
    finish: &impl Fn(usize, usize, &mut [T]),
) {
    vectorized(
        #[inline(always)]
        || {
            if columns <= COLUMNS / 2 {
                rows::<T, { COLUMNS / 2 }>(out, left, right, depth, columns);
            } else {
                rows::<T, COLUMNS>(out, left, right, depth, columns);
            }
            finish(0, 0, out);
        },
    );
}

#[inline(always)]
fn rows<T: Real, const WIDTH: usize>(
    out: &mut [T],
    left: Factor<'_, T>,
    right: Factor<'_, T>,
    depth: usize,
    columns: usize,
) {
    let mut packed = [[T::ZERO; WIDTH]; DEPTH];
    for (k, packed) in packed.iter_mut().enumerate().take(depth) {
        for (j, packed) in packed.iter_mut().enumerate().take(columns) {
            *packed = right.at(k, j);
        }
    }
    let packed = &packed[..depth];
    let len = out.len();
    for (row, left) in left.values.chunks_exact(left.stride).enumerate() {
        let mut sums = [T::ZERO; WIDTH];
        for (&value, right) in left.iter().zip(packed) {
            for j in 0..WIDTH {
                sums[j] += value * right[j];
            }
        }
        let first = row * columns;
        if let Some(whole) = out[first..].first_chunk_mut::<WIDTH>() {
            *whole = sums;
        } else {
            let end = (first + columns).min(len);
            out[first..end].copy_from_slice(&sums[..end - first]);
        }
    }
}
