//! Matrix products: out ← A·B, either factor stored row by row or column by column.
//!
//! A large product is cut along its rows or columns, never along the contracted dimension, into
//! pieces that depend on its shape alone; threads take pieces as they become free. A number therefore
//! does not depend on how many threads there are, and a thread that is late costs one piece.

use faer::linalg::matmul::matmul;
use faer::prelude::ReborrowMut;
use faer::{Accum, MatMut, MatRef, Par};

use super::real::Real;
use super::vector::vectorized;

mod small;

use small::{is_small, small};

/// Multiply-adds below which a product is not cut.
pub(super) const SHARED_MACS: usize = 1 << 20;
/// Multiply-adds of a piece of a large product.
const PIECE_MACS: usize = 1 << 23;
/// Most pieces of a product.
const MAX_PIECES: usize = 32;
/// Cuts fall on multiples of this, so that few rows or columns fall out of the kernels' tiles.
const CUT: usize = 16;

/// A factor of a product.
#[derive(Clone, Copy)]
pub(super) struct Factor<'a, T> {
    values: &'a [T],
    /// Elements from one stored row to the next.
    stride: usize,
    /// Whether the factor is the transpose of what is stored.
    transposed: bool,
}

impl<'a, T: Real> Factor<'a, T> {
    /// A row-major matrix of `columns` columns.
    pub(super) fn plain(values: &'a [T], columns: usize) -> Self {
        Self {
            values,
            stride: columns,
            transposed: false,
        }
    }

    /// The transpose of a row-major matrix of `columns` columns.
    pub(super) fn transposed(values: &'a [T], columns: usize) -> Self {
        Self {
            values,
            stride: columns,
            transposed: true,
        }
    }

    /// Without its first `row` rows and `column` columns.
    fn skip(self, row: usize, column: usize) -> Self {
        let first = if self.transposed {
            column * self.stride + row
        } else {
            row * self.stride + column
        };
        Self {
            values: &self.values[first..],
            ..self
        }
    }

    /// One element.
    #[inline(always)]
    fn at(self, row: usize, column: usize) -> T {
        if self.transposed {
            self.values[column * self.stride + row]
        } else {
            self.values[row * self.stride + column]
        }
    }

    /// Its upper left corner.
    fn view(self, rows: usize, columns: usize) -> MatRef<'a, T> {
        let (values, stride) = (self.values, self.stride);
        if self.transposed {
            MatRef::from_row_major_slice_with_stride(values, columns, rows, stride).transpose()
        } else {
            MatRef::from_row_major_slice_with_stride(values, rows, columns, stride)
        }
    }
}

/// out ← left · right, `shape` being rows, contracted, columns; out is row-major and its old contents do not
/// matter.
///
/// `finish(row, column, values)` is then called once on every part of `out`, with vector
/// instructions, on the thread that computed the part. A part is a contiguous run that begins at
/// (row, column): a part of one row, or several whole rows.
pub(super) fn product<T: Real>(
    out: &mut [T],
    left: Factor<'_, T>,
    right: Factor<'_, T>,
    [rows, depth, columns]: [usize; 3],
    finish: impl Fn(usize, usize, &mut [T]) + Sync,
) {
    let shape = [rows, depth, columns];
    if !left.transposed && is_small(shape) {
        small(out, left, right, depth, columns, &finish);
        return;
    }
    let piece = Piece {
        out: MatMut::from_row_major_slice_mut(out, rows, columns),
        left,
        right,
        depth,
        first: [0, 0],
    };
    piece.share(pieces(rows * depth * columns), &finish);
}

/// Into how many pieces a product is cut, a power of two.
fn pieces(macs: usize) -> usize {
    if macs < SHARED_MACS {
        return 1;
    }
    let wanted = (macs / PIECE_MACS).clamp(2, MAX_PIECES);
    1 << wanted.ilog2()
}

/// A rectangle of a product's target and what it takes to compute it.
struct Piece<'a, T> {
    out: MatMut<'a, T>,
    /// The rows of the left factor that belong to it.
    left: Factor<'a, T>,
    /// The columns of the right factor that belong to it.
    right: Factor<'a, T>,
    depth: usize,
    /// Where its upper left corner is in the whole.
    first: [usize; 2],
}

impl<T: Real> Piece<'_, T> {
    /// Computes it in `pieces` pieces, on as many threads as there are.
    fn share(self, pieces: usize, finish: &(impl Fn(usize, usize, &mut [T]) + Sync)) {
        let longer = self.out.nrows().max(self.out.ncols());
        if pieces < 2 || longer <= CUT {
            self.compute(finish);
            return;
        }
        let (a, b) = self.cut((longer / 2).next_multiple_of(CUT));
        rayon::join(
            || a.share(pieces / 2, finish),
            || b.share(pieces / 2, finish),
        );
    }

    /// Cuts it in two, `at` a row or column, whichever it has more of.
    fn cut(self, at: usize) -> (Self, Self) {
        let [row, column] = self.first;
        let (left, right) = (self.left, self.right);
        let whole = (self.out.nrows(), self.out.ncols());
        let (a, b, left_b, right_b, first_b);
        if whole.1 >= whole.0 {
            (a, b) = self.out.split_at_col_mut(at);
            (left_b, right_b, first_b) = (left, right.skip(0, at), [row, column + at]);
        } else {
            (a, b) = self.out.split_at_row_mut(at);
            (left_b, right_b, first_b) = (left.skip(at, 0), right, [row + at, column]);
        }
        let depth = self.depth;
        let piece = |out, left, right, first| Self {
            out,
            left,
            right,
            depth,
            first,
        };
        (
            piece(a, left, right, self.first),
            piece(b, left_b, right_b, first_b),
        )
    }

    /// Computes it on this thread.
    fn compute(mut self, finish: &impl Fn(usize, usize, &mut [T])) {
        let (rows, columns) = (self.out.nrows(), self.out.ncols());
        matmul(
            self.out.rb_mut(),
            Accum::Replace,
            self.left.view(rows, self.depth),
            self.right.view(self.depth, columns),
            T::ONE,
            Par::Seq,
        );
        let [first_row, first_column] = self.first;
        vectorized(
            #[inline(always)]
            || {
                for row in 0..rows {
                    let line = self.out.rb_mut().row_mut(row).try_as_row_major_mut();
                    if let Some(line) = line {
                        finish(first_row + row, first_column, line.as_slice_mut());
                    }
                }
            },
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::{Stream, normal};

    /// A matrix both as it is and as its transpose.
    struct Given<T> {
        columns: usize,
        plain: Vec<T>,
        transposed: Vec<T>,
    }

    impl<T: Real> Given<T> {
        fn new(rows: usize, columns: usize, seed: u32) -> Self {
            let plain: Vec<T> = (0..rows * columns)
                .map(|i| T::of_f32(normal(seed, Stream::Data, i as u32, 0)))
                .collect();
            let transposed = (0..rows * columns)
                .map(|i| plain[i % rows * columns + i / rows])
                .collect();
            Self {
                columns,
                plain,
                transposed,
            }
        }

        fn factor(&self, transposed: bool) -> Factor<'_, T> {
            if transposed {
                Factor::transposed(&self.transposed, self.plain.len() / self.columns)
            } else {
                Factor::plain(&self.plain, self.columns)
            }
        }

        fn at(&self, row: usize, column: usize) -> f64 {
            self.plain[row * self.columns + column].to_f64()
        }
    }

    /// Every layout of one shape, with a finish that sees where it is, against
    /// the triple loop in f64.
    fn check<T: Real>(shape: [usize; 3], relative: f64) {
        let [rows, depth, columns] = shape;
        let (a, b) = (
            Given::<T>::new(rows, depth, 1),
            Given::<T>::new(depth, columns, 2),
        );
        for layout in 0..4 {
            // What is replaced must not matter, not even if it is no number.
            let mut out = vec![T::of(f64::NAN); rows * columns];
            product(
                &mut out,
                a.factor(layout & 1 == 1),
                b.factor(layout & 2 == 2),
                shape,
                |row, column, values| {
                    for (i, value) in values.iter_mut().enumerate() {
                        *value += T::of((row * columns + column + i) as f64);
                    }
                },
            );
            for row in 0..rows {
                for column in 0..columns {
                    let index = row * columns + column;
                    let (mut exact, mut size) = (0.0, 1.0 + index as f64);
                    for k in 0..depth {
                        let term = a.at(row, k) * b.at(k, column);
                        exact += term;
                        size += term.abs();
                    }
                    let error = out[index].to_f64() - (exact + index as f64);
                    assert!(
                        error.abs() <= relative * size,
                        "{shape:?} {layout} ({row}, {column}): {error}"
                    );
                }
            }
        }
    }

    #[test]
    fn every_layout_and_odd_shape_is_the_triple_loop() {
        // A summation of n terms errs by at most about n roundings of the terms' sizes; far fewer
        // in practice.
        let sides = [1, 2, 3, 5, 8, 13, 16, 17, 31, 64, 100, 130];
        for (i, &rows) in sides.iter().enumerate() {
            for (j, &depth) in sides.iter().enumerate() {
                let columns = sides[(3 * i + 5 * j + 1) % sides.len()];
                check::<f32>([rows, depth, columns], 1e-6);
                check::<f64>([rows, depth, columns], 2e-15);
            }
        }
    }

    #[test]
    fn pieces_of_rows_and_of_columns_are_the_whole() {
        // Cut by columns, by rows, and so narrow that there is nothing to cut.
        for shape in [
            [33, 300, 401],
            [401, 300, 33],
            [150, 1100, 130],
            [9, 30_000, 5],
        ] {
            assert!(pieces(shape.iter().product()) > 1, "{shape:?}");
            check::<f32>(shape, 1e-6);
        }
    }

    #[test]
    fn the_number_of_threads_changes_no_bit() {
        let run = |threads: usize, [rows, depth, columns]: [usize; 3]| {
            let (a, b) = (
                Given::<f32>::new(rows, depth, 4),
                Given::<f32>::new(depth, columns, 5),
            );
            let mut out = vec![0.0_f32; rows * columns];
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .expect("a pool");
            let (a, b) = (a.factor(false), b.factor(true));
            pool.install(|| {
                product(&mut out, a, b, [rows, depth, columns], |_, _, _| {});
            });
            out.iter().map(|v| v.to_bits()).collect::<Vec<_>>()
        };
        for shape in [
            [128, 784, 400],
            [129, 77, 1024],
            [700, 128, 31],
            [128, 5, 8],
        ] {
            let one = run(1, shape);
            for threads in [2, 3, 5] {
                assert!(run(threads, shape) == one, "{shape:?} on {threads} threads");
            }
        }
    }
}
