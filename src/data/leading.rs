//! The leading principal modes of data whose whole covariance is too large to decompose.
//!
//! Block Lanczos with full orthogonalisation: every round reads the data once, C·Q = (1/n) Xᵀ(X Q), and never forms the
//! covariance. The remainder of each Ritz pair, ‖C u − θ u‖, bounds how far θ is from an eigenvalue, so it is known which
//! modes have been found and which have not; the trace, and so what the others hold together, is exact.

use faer::linalg::matmul::matmul;
use faer::{Accum, Mat, MatRef, Par};
use rayon::prelude::*;

use super::dataset::Dataset;
use super::error::{Error, OnProgress, report};
use super::spectrum::{MAX_MODES, RANK_TOLERANCE, decompose};
use super::transform::Preprocessor;
use crate::rng::{Stream, normal};

/// Directions carried along together.
const BLOCK: usize = 64;
/// Rounds after which what has been found must do.
const ROUNDS: usize = 20;
/// Rounds that pictures take at most, for the progress.
const LIKELY_ROUNDS: usize = 10;
/// Modes that are looked for.
pub(super) const WANTED: usize = 128;
/// Largest remainder, as a share of its eigenvalue, of a mode that need not get better. The eigenvalue's own error is
/// of the order of this number's square.
const SETTLED: f64 = 3e-4;
/// Largest one of a mode that is used if the rounds are over.
const USABLE: f64 = 1e-2;
/// Values of x that a thread multiplies at a time.
const VALUES: usize = 1 << 20;
/// Such parts between two progress reports.
const TOGETHER: usize = 8;

/// What was found.
#[derive(Debug)]
pub(super) struct Leading {
    /// ζ² of the modes found, descending.
    pub eigenvalues: Vec<f64>,
    /// The first of their directions, `d` values each, one after the other.
    pub eigenvectors: Vec<f32>,
    /// E‖x − x̄‖².
    pub total_variance: f64,
}

/// The data as an operator.
struct Covariance<'a> {
    data: &'a Dataset,
    preprocessor: &'a Preprocessor,
    seed: u32,
    mean: &'a [f64],
}

impl Covariance<'_> {
    /// C·Q for `q` of `d × BLOCK`, and the trace of C.
    ///
    /// Each thread multiplies rows of its own: a product that all threads share would wait for every one of them, and
    /// one of them is always late while a network trains beside it.
    fn times(
        &self,
        q: &Mat<f64>,
        round: usize,
        progress: OnProgress<'_>,
    ) -> Result<(Mat<f64>, f64), Error> {
        let (n, d) = (self.data.len(), self.data.dim());
        let tall = (VALUES / d).clamp(1, n);
        let mut out = Mat::<f64>::zeros(d, q.ncols());
        let mut squares = 0.0;
        let starts: Vec<usize> = (0..n).step_by(tall).collect();
        for part in starts.chunks(TOGETHER) {
            let (done, all) = (round * n + part[0], (round + 1).max(LIKELY_ROUNDS) * n);
            report(progress, "finding the leading modes", done, all)?;
            let sums: Vec<(Mat<f64>, f64)> = part
                .par_iter()
                .map(|&start| self.share(q, start..(start + tall).min(n)))
                .collect();
            // In their order, so that the result does not depend on the threads.
            for (sum, square) in sums {
                out += sum;
                squares += square;
            }
        }
        let share = 1.0 / n as f64;
        Ok((out * faer::Scale(share), squares * share))
    }

    /// Xᵀ(X Q) and ‖X‖² of some rows.
    fn share(&self, q: &Mat<f64>, rows: std::ops::Range<usize>) -> (Mat<f64>, f64) {
        let d = self.data.dim();
        let (seed, mean) = (self.seed, self.mean);
        let mut x = vec![0.0_f64; rows.len() * d];
        let mut one = vec![0.0_f32; d];
        for (row, x) in rows.clone().zip(x.chunks_exact_mut(d)) {
            self.preprocessor.row_into(self.data, seed, row, &mut one);
            for ((x, &one), mean) in x.iter_mut().zip(&one).zip(mean) {
                *x = f64::from(one) - mean;
            }
        }
        let squares = x.iter().map(|x| x * x).sum();
        let x = MatRef::from_row_major_slice(&x, rows.len(), d);
        let mut along = Mat::zeros(rows.len(), q.ncols());
        let mut out = Mat::zeros(d, q.ncols());
        let replace = Accum::Replace;
        matmul(along.as_mut(), replace, x, q.as_ref(), 1.0, Par::Seq);
        let turned = x.transpose();
        matmul(out.as_mut(), replace, turned, along.as_ref(), 1.0, Par::Seq);
        (out, squares)
    }
}

/// Takes off `w` what it has in common with `basis`, twice, as rounding asks; returns the coefficients, block by block.
fn orthogonalize(w: &mut Mat<f64>, basis: &[Mat<f64>]) -> Vec<Mat<f64>> {
    let mut all: Vec<Mat<f64>> = basis
        .iter()
        .map(|_| Mat::zeros(w.ncols(), w.ncols()))
        .collect();
    for _ in 0..2 {
        for (q, sum) in basis.iter().zip(&mut all) {
            let share = q.transpose() * &*w;
            *w -= q * &share;
            *sum += share;
        }
    }
    all
}

/// The leading modes of the covariance of preprocessed data about `mean`; `None` if none could be found or a value is
/// not finite.
///
/// # Errors
/// [`Error::Cancelled`].
pub(super) fn leading(
    data: &Dataset,
    preprocessor: &Preprocessor,
    seed: u32,
    mean: &[f64],
    progress: OnProgress<'_>,
) -> Result<Option<Leading>, Error> {
    let d = data.dim();
    let covariance = Covariance {
        data,
        preprocessor,
        seed,
        mean,
    };
    let start = Mat::from_fn(d, BLOCK, |i, j| {
        f64::from(normal(seed, Stream::Data, i as u32, j as u32))
    });
    let mut basis = vec![start.qr().compute_thin_Q()];
    // QᵀCQ over all blocks so far.
    let mut projected = Mat::<f64>::zeros(0, 0);
    loop {
        let (mut w, total_variance) =
            covariance.times(&basis[basis.len() - 1], basis.len() - 1, progress)?;
        if !total_variance.is_finite() {
            return Ok(None);
        }
        let column = orthogonalize(&mut w, &basis);
        let side = basis.len() * BLOCK;
        let old = projected;
        projected = Mat::from_fn(side, side, |i, j| {
            let (i, j) = (i.max(j), i.min(j));
            if i < side - BLOCK {
                old[(i, j)]
            } else {
                // By symmetry the last row of blocks is its last column turned.
                column[j / BLOCK][(j % BLOCK, i % BLOCK)]
            }
        });
        let qr = w.qr();
        let over = qr.thin_R().to_owned();
        // Ascending columns.
        let Some((values, vectors)) = decompose(&projected) else {
            return Ok(None);
        };
        let remainders: Vec<f64> = (0..side)
            .map(|i| {
                (&over
                    * vectors
                        .as_ref()
                        .subrows(side - BLOCK, BLOCK)
                        .col(side - 1 - i))
                .norm_l2()
            })
            .collect();
        // How many of the leading ones have a remainder of at most this share; without variance there is none to find.
        let floor = values[0] * RANK_TOLERANCE.max(d as f64 * f64::EPSILON);
        let found = |share: f64| {
            let pairs = values.iter().zip(&remainders);
            pairs
                .take_while(|(value, rest)| **value > floor && **rest <= share * **value)
                .count()
        };
        let all_found = over.norm_max() <= floor;
        if found(SETTLED) >= WANTED || all_found || basis.len() == ROUNDS {
            let count = found(USABLE);
            let eigenvectors = directions(&basis, &vectors, count.min(MAX_MODES));
            let none = count == 0 && total_variance > 0.0;
            return Ok((!none).then(|| Leading {
                eigenvalues: values[..count].to_vec(),
                eigenvectors,
                total_variance,
            }));
        }
        let mut next = qr.compute_thin_Q();
        // Where the block had lost rank the factorisation filled it up with anything.
        orthogonalize(&mut next, &basis);
        basis.push(next.qr().compute_thin_Q());
    }
}

/// The first `keep` Ritz vectors, one after the other.
fn directions(basis: &[Mat<f64>], vectors: &Mat<f64>, keep: usize) -> Vec<f32> {
    let side = vectors.nrows();
    let d = basis[0].nrows();
    let mut sum = Mat::<f64>::zeros(d, keep);
    let wanted = Mat::from_fn(side, keep, |i, j| vectors[(i, side - 1 - j)]);
    for (k, q) in basis.iter().enumerate() {
        sum += q * wanted.as_ref().subrows(k * BLOCK, BLOCK);
    }
    sum.col_iter()
        .flat_map(|column| column.iter().map(|&v| v as f32).collect::<Vec<_>>())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Preprocess, Split};
    use crate::data::{digits, gaussian, spectrum};

    #[test]
    fn the_leading_modes_are_those_of_the_whole_covariance() {
        let data = digits::generate(900, Split::Train, 5, &|_| true).expect("digits");
        for kind in [Preprocess::None, Preprocess::Dequantize] {
            let preprocessor = Preprocessor::new(kind, &data).expect("a preprocessing");
            let whole = spectrum(&data, &preprocessor, 3, &|_| true).expect("a spectrum");
            let found = leading(&data, &preprocessor, 3, &whole.mean, &|_| true)
                .expect("no error")
                .expect("modes");
            assert!(found.eigenvalues.len() >= WANTED);
            // The whole one of bytes is taken on integers, this one on x in 32 bits.
            assert!((found.total_variance / whole.total_variance - 1.0).abs() < 1e-6);
            for (i, (a, b)) in found
                .eigenvalues
                .iter()
                .zip(&whole.eigenvalues)
                .enumerate()
                .take(WANTED)
            {
                assert!((a / b - 1.0).abs() < 1e-5, "{kind:?} mode {i}: {a} {b}");
            }
            let d = data.dim();
            for mode in 0..20 {
                let u = &found.eigenvectors[mode * d..(mode + 1) * d];
                let v = whole.mode(mode).expect("a mode");
                let along: f64 = u.iter().zip(v).map(|(a, b)| f64::from(a * b)).sum();
                assert!(along.abs() > 0.9999, "{kind:?} mode {mode}: {along}");
            }
        }
    }

    /// Fewer modes than the first block has directions.
    #[test]
    fn data_of_low_rank_are_found_whole() {
        let mut variances = vec![9.0, 5.0, 2.0];
        variances.resize(200, 0.0);
        let data = gaussian::generate(&variances, None, Split::Train, 1, &|_| true).expect("data");
        let preprocessor = Preprocessor::new(Preprocess::None, &data).expect("a preprocessing");
        let whole = spectrum(&data, &preprocessor, 0, &|_| true).expect("a spectrum");
        let found = leading(&data, &preprocessor, 0, &whole.mean, &|_| true)
            .expect("no error")
            .expect("modes");
        assert_eq!(found.eigenvalues.len(), 3);
        for (a, b) in found.eigenvalues.iter().zip([9.0, 5.0, 2.0]) {
            assert!((a - b).abs() < 1e-5, "{a} {b}");
        }
        assert!((found.total_variance - 16.0).abs() < 1e-4);
        assert!(matches!(
            leading(&data, &preprocessor, 0, &whole.mean, &|_| false),
            Err(Error::Cancelled)
        ));
    }
}
