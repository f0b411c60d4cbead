//! Mean and covariance of a data set's x, accumulated in chunks of rows.
//!
//! Two roads. Where x is a byte times a constant, the chunk's product is taken on v − 128 in
//! 32-bit floats: every sum is an integer below 2²⁴, hence exact at full GEMM speed, and taking
//! off the mean afterwards in 64 bits cancels nothing. Everything else is centred by the mean
//! first and multiplied in 64 bits.

use faer::linalg::matmul::triangular::{BlockStructure, matmul};
use faer::{Accum, Mat, MatMut, MatRef, Par};
use rayon::prelude::*;

use super::dataset::{Dataset, Pixels};
use super::error::{Error, OnProgress, report};
use super::transform::Preprocessor;

/// Rows per chunk: 128² · 1024 = 2²⁴ bounds an exact sum of products of (v − 128).
pub(super) const ROWS: usize = 1024;
/// Taken off every byte on the exact road.
const MIDDLE: f64 = 128.0;
/// Progress label of both roads.
const WHAT: &str = "computing the covariance";

/// The mean of x over the data, `d` long.
///
/// # Errors
/// [`Error::Cancelled`].
pub(super) fn mean(
    data: &Dataset,
    preprocessor: &Preprocessor,
    seed: u32,
    progress: OnProgress<'_>,
) -> Result<Vec<f64>, Error> {
    let (n, d) = (data.len(), data.dim());
    let mut total = vec![0.0_f64; d];
    for start in (0..n).step_by(16 * ROWS) {
        report(progress, "computing the mean", start, n)?;
        let rows = start..(start + 16 * ROWS).min(n);
        let partial = rows
            .into_par_iter()
            .fold(
                || (vec![0.0_f64; d], vec![0.0_f64; d], Vec::new()),
                |(mut sum, mut x, mut scratch), i| {
                    preprocessor.exact_row_into(data, seed, i, &mut scratch, &mut x);
                    for (s, &x) in sum.iter_mut().zip(&x) {
                        *s += x;
                    }
                    (sum, x, scratch)
                },
            )
            .map(|(sum, ..)| sum)
            .collect::<Vec<_>>();
        for sum in partial {
            for (t, s) in total.iter_mut().zip(sum) {
                *t += s;
            }
        }
    }
    let n = n.max(1) as f64;
    for t in &mut total {
        *t /= n;
    }
    Ok(total)
}

/// The variance of each dimension of x about `mean` (before it is divided by anything), `d` long.
///
/// # Errors
/// [`Error::Cancelled`].
pub(super) fn variances(
    data: &Dataset,
    preprocessor: &Preprocessor,
    mean: &[f64],
    progress: OnProgress<'_>,
) -> Result<Vec<f64>, Error> {
    let (n, d) = (data.len(), data.dim());
    let mut total = vec![0.0_f64; d];
    let mut rows = Vec::new();
    for start in (0..n).step_by(ROWS) {
        report(progress, "computing the variances", start, n)?;
        rows.resize(ROWS.min(n - start) * d, 0.0_f64);
        centred_rows(data, preprocessor, 0, mean, start, &mut rows);
        for row in rows.chunks_exact(d) {
            for (t, x) in total.iter_mut().zip(row) {
                *t += x * x;
            }
        }
    }
    for t in &mut total {
        *t /= n.max(1) as f64;
    }
    Ok(total)
}

/// The lower triangle of the d × d covariance (1/n) Σ (x − x̄)(x − x̄)ᵀ and the mean x̄.
///
/// # Errors
/// [`Error::Cancelled`].
pub(super) fn covariance(
    data: &Dataset,
    preprocessor: &Preprocessor,
    seed: u32,
    progress: OnProgress<'_>,
) -> Result<(Mat<f64>, Vec<f64>), Error> {
    match &data.pixels {
        Pixels::Bytes(bytes) if preprocessor.transform.is_linear() => {
            exact_covariance(bytes, data.dim(), preprocessor, progress)
        }
        _ => {
            let mean = mean(data, preprocessor, seed, progress)?;
            let covariance = centred_covariance(data, preprocessor, seed, &mean, progress)?;
            Ok((covariance, mean))
        }
    }
}

/// Adds the lower triangle of chunkᵀ chunk, chunk being `rows × d` row-major.
fn add_product<T: faer::traits::ComplexField>(
    chunk: &[T],
    d: usize,
    into: MatMut<'_, T>,
    beta: Accum,
) {
    let transposed = MatRef::from_column_major_slice(chunk, d, chunk.len() / d);
    matmul(
        into,
        BlockStructure::TriangularLower,
        beta,
        transposed,
        BlockStructure::Rectangular,
        transposed.transpose(),
        BlockStructure::Rectangular,
        T::one_impl(),
        Par::rayon(0),
    );
}

/// The exact road: integers in, a covariance correct to the last bits out.
fn exact_covariance(
    bytes: &[u8],
    d: usize,
    preprocessor: &Preprocessor,
    progress: OnProgress<'_>,
) -> Result<(Mat<f64>, Vec<f64>), Error> {
    let n = bytes.len() / d;
    let mut second = Mat::<f64>::zeros(d, d);
    let mut first = vec![0_u64; d];
    let mut product = Mat::<f32>::zeros(d, d);
    let mut shifted = vec![0.0_f32; ROWS.min(n) * d];
    for start in (0..n).step_by(ROWS) {
        report(progress, WHAT, start, n)?;
        let chunk = &bytes[start * d..(start + ROWS).min(n) * d];
        let shifted = &mut shifted[..chunk.len()];
        shifted
            .par_chunks_mut(d)
            .zip(chunk.par_chunks(d))
            .for_each(|(row, bytes)| {
                for (x, &v) in row.iter_mut().zip(bytes) {
                    *x = f32::from(v) - MIDDLE as f32;
                }
            });
        for row in chunk.chunks(d) {
            for (sum, &v) in first.iter_mut().zip(row) {
                *sum += u64::from(v);
            }
        }
        add_product(shifted, d, product.as_mut(), Accum::Replace);
        second
            .as_mut()
            .par_col_iter_mut()
            .enumerate()
            .for_each(|(j, column)| {
                let product = product.col_as_slice(j);
                for (sum, &p) in column.iter_mut().zip(product).skip(j) {
                    *sum += f64::from(p);
                }
            });
    }
    let count = n.max(1) as f64;
    let transform = preprocessor.transform;
    let scale = transform.scale;
    let raw: Vec<f64> = first.iter().map(|&s| s as f64 / count).collect();
    let spread = |p: usize| f64::from(preprocessor.inverse_std.get(p).copied().unwrap_or(1.0));
    for j in 0..d {
        for i in j..d {
            let moment = second[(i, j)] / count - (raw[i] - MIDDLE) * (raw[j] - MIDDLE);
            second[(i, j)] = moment * scale * scale * spread(i) * spread(j);
        }
    }
    let centre = |p: usize| f64::from(preprocessor.mean.get(p).copied().unwrap_or(0.0));
    let mean = raw
        .iter()
        .enumerate()
        .map(|(p, m)| ((m - transform.offset) * scale - centre(p)) * spread(p))
        .collect();
    report(progress, WHAT, n, n)?;
    Ok((second, mean))
}

/// Writes x − `mean` of the rows from `start` on into `out` (row-major, 64-bit).
pub(super) fn centred_rows(
    data: &Dataset,
    preprocessor: &Preprocessor,
    seed: u32,
    mean: &[f64],
    start: usize,
    out: &mut [f64],
) {
    let d = data.dim();
    out.par_chunks_mut(d)
        .enumerate()
        .for_each_init(Vec::new, |scratch, (row, out)| {
            preprocessor.exact_row_into(data, seed, start + row, scratch, out);
            for (o, m) in out.iter_mut().zip(mean) {
                *o -= m;
            }
        });
}

/// The general road: centre, then multiply in 64 bits.
fn centred_covariance(
    data: &Dataset,
    preprocessor: &Preprocessor,
    seed: u32,
    mean: &[f64],
    progress: OnProgress<'_>,
) -> Result<Mat<f64>, Error> {
    let (n, d) = (data.len(), data.dim());
    let mut sum = Mat::<f64>::zeros(d, d);
    let mut rows = vec![0.0_f64; ROWS.min(n) * d];
    for start in (0..n).step_by(ROWS) {
        report(progress, WHAT, start, n)?;
        let rows = &mut rows[..(ROWS.min(n - start)) * d];
        centred_rows(data, preprocessor, seed, mean, start, rows);
        add_product(rows, d, sum.as_mut(), Accum::Add);
    }
    report(progress, WHAT, n, n)?;
    Ok(sum * faer::Scale(1.0 / n.max(1) as f64))
}
