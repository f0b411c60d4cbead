//! The spectrum of a data set: what the linear theory needs to know of it.

use std::borrow::Cow;

use faer::{Mat, MatRef, Side};

use super::dataset::Dataset;
use super::error::{Error, OnProgress, report_start};
use super::leading::leading;
use super::moments::{centred_rows, covariance, mean};
use super::transform::Preprocessor;

/// Largest side of a matrix that is decomposed whole, which takes some twenty seconds; of larger ones only the leading
/// modes are found.
pub const MAX_SIDE: usize = 4096;
/// Most leading eigenvectors kept.
pub(super) const MAX_MODES: usize = 64;
/// What the progress says of the part that cannot be divided.
const DECOMPOSING: &str = "decomposing the covariance";
/// Eigenvalues below this share of the largest are rounding, not rank.
pub(super) const RANK_TOLERANCE: f64 = 1e-12;

/// Mean and principal components of a data set after preprocessing; covariances divide by n.
#[derive(Debug, Clone, PartialEq)]
pub struct Spectrum {
    /// x̄, `d` long.
    pub mean: Vec<f64>,
    /// ζ², descending; those that came out below zero by rounding are zero. All `d` of them, or, where the data are too
    /// large for that, the leading ones: see [`Spectrum::is_whole`].
    pub eigenvalues: Vec<f64>,
    /// The leading r = min(d, 64, n, known modes) eigenvectors, one after the other: vector i is the `d`
    /// values at `i·d`, of length one, its largest component positive.
    pub eigenvectors: Vec<f32>,
    /// E‖x − x̄‖² = Σ ζ² over all `d` modes, known or not.
    pub total_variance: f64,
    /// n, the number of items.
    pub samples: usize,
    /// The number of known eigenvalues above rounding.
    pub rank: usize,
}

impl Spectrum {
    /// d, the number of values of one item.
    pub fn dim(&self) -> usize {
        self.mean.len()
    }

    /// Whether every ζ² is known, rather than only the leading ones and what the others add up to.
    pub fn is_whole(&self) -> bool {
        self.eigenvalues.len() == self.dim()
    }

    /// All `d` eigenvalues, the unknown ones each the mean of the unknown ones.
    ///
    /// Whatever depends on those only by their number and sum, as pPCA with known components does, is exact with it.
    pub fn filled(&self) -> Cow<'_, [f64]> {
        let (known, d) = (self.eigenvalues.len(), self.dim());
        if known == d {
            return Cow::Borrowed(&self.eigenvalues);
        }
        let rest = self.total_variance - self.eigenvalues.iter().sum::<f64>();
        // A tail flatter than the last known mode allows is rounding.
        let most = self.eigenvalues.last().copied().unwrap_or(f64::INFINITY);
        let each = (rest / (d - known) as f64).clamp(0.0, most);
        let mut all = self.eigenvalues.clone();
        all.resize(d, each);
        Cow::Owned(all)
    }

    /// The number of eigenvectors kept.
    pub fn modes(&self) -> usize {
        self.eigenvectors.len() / self.dim().max(1)
    }

    /// Eigenvector `mode` (from 0), `d` long, if it was kept.
    pub fn mode(&self, mode: usize) -> Option<&[f32]> {
        let d = self.dim();
        self.eigenvectors.get(mode * d..(mode + 1) * d)
    }

    /// The coordinate uᵀ(x − x̄) of a preprocessed `x` (`d` long) along `mode`; zero for a mode
    /// that was not kept. Its variance over the data is `eigenvalues[mode]`.
    pub fn project(&self, x: &[f32], mode: usize) -> f64 {
        self.mode(mode).map_or(0.0, |vector| {
            vector
                .iter()
                .zip(x)
                .zip(&self.mean)
                .map(|((&u, &x), m)| f64::from(u) * (f64::from(x) - m))
                .sum()
        })
    }
}

/// Mean, eigenvalues and leading eigenvectors of the covariance (1/n) Σ (x − x̄)(x − x̄)ᵀ of the
/// preprocessed data; `seed` fixes the one draw of any dequantisation noise.
///
/// The decomposition runs on the smaller of the d × d covariance and the n × n Gram matrix. Where both exceed
/// [`MAX_SIDE`] only the leading modes are found, some hundred of them, by block Lanczos.
///
/// # Errors
/// [`Error::Spectrum`] for an empty data set, values that are not finite or a decomposition that
/// does not converge; [`Error::Cancelled`].
pub fn spectrum(
    data: &Dataset,
    preprocessor: &Preprocessor,
    seed: u32,
    progress: OnProgress<'_>,
) -> Result<Spectrum, Error> {
    let (n, d) = (data.len(), data.dim());
    let fail = |reason: &str| Error::Spectrum {
        name: data.name.clone(),
        reason: reason.into(),
    };
    if n == 0 || d == 0 {
        return Err(fail("it holds no item"));
    }
    let side = n.min(d);
    if side > MAX_SIDE {
        return of_leading(data, preprocessor, seed, progress);
    }
    let keep = side.min(MAX_MODES);
    let (mean, mut eigenvalues, eigenvectors) = if n < d {
        from_gram(data, preprocessor, seed, keep, progress)?
    } else {
        let (covariance, mean) = covariance(data, preprocessor, seed, progress)?;
        if !mean.iter().all(|m| m.is_finite()) {
            return Err(fail("some of its values are not finite"));
        }
        report_start(progress, DECOMPOSING)?;
        let (values, vectors) =
            decompose(&covariance).ok_or_else(|| fail("the eigensolver did not converge"))?;
        let leading: Vec<f32> = (0..keep)
            .flat_map(|j| (0..d).map(move |i| (i, j)))
            .map(|(i, j)| vectors[(i, d - 1 - j)] as f32)
            .collect();
        (mean, values, leading)
    };
    for value in &mut eigenvalues {
        *value = value.max(0.0);
    }
    let floor = eigenvalues[0] * RANK_TOLERANCE.max(d as f64 * f64::EPSILON);
    let mut spectrum = Spectrum {
        mean,
        total_variance: eigenvalues.iter().sum(),
        rank: eigenvalues.iter().filter(|&&v| v > floor).count(),
        eigenvalues,
        eigenvectors,
        samples: n,
    };
    for vector in spectrum.eigenvectors.chunks_mut(d) {
        fix_sign(vector);
    }
    Ok(spectrum)
}

/// The spectrum of data that are too large for a whole one.
fn of_leading(
    data: &Dataset,
    preprocessor: &Preprocessor,
    seed: u32,
    progress: OnProgress<'_>,
) -> Result<Spectrum, Error> {
    let mean = mean(data, preprocessor, seed, progress)?;
    let found = leading(data, preprocessor, seed, &mean, progress)?;
    let found = found.ok_or_else(|| Error::Spectrum {
        name: data.name.clone(),
        reason: "some of its values are not finite or no principal mode stands out".into(),
    })?;
    let explained: f64 = found.eigenvalues.iter().sum();
    let mut spectrum = Spectrum {
        // Rounding may make the parts more than the whole.
        total_variance: found.total_variance.max(explained),
        rank: found.eigenvalues.len(),
        eigenvalues: found.eigenvalues,
        eigenvectors: found.eigenvectors,
        samples: data.len(),
        mean,
    };
    for vector in spectrum.eigenvectors.chunks_mut(data.dim()) {
        fix_sign(vector);
    }
    Ok(spectrum)
}

/// Eigenvalues descending, eigenvectors as columns *ascending*, of a lower triangle; `None` if
/// the solver fails or an entry is not finite.
pub(super) fn decompose(lower: &Mat<f64>) -> Option<(Vec<f64>, Mat<f64>)> {
    let side = lower.nrows();
    let finite = (0..side).all(|j| (j..side).all(|i| lower[(i, j)].is_finite()));
    if !finite {
        return None;
    }
    let eigen = lower.self_adjoint_eigen(Side::Lower).ok()?;
    let values = eigen.S().column_vector().iter().rev().copied().collect();
    Some((values, eigen.U().to_owned()))
}

/// Mean, eigenvalues descending and leading eigenvectors one after the other.
type Parts = (Vec<f64>, Vec<f64>, Vec<f32>);

/// Mean, all d eigenvalues and the leading `keep` eigenvectors by way of the n × n Gram matrix:
/// X Xᵀ v = nλ v gives u = Xᵀ v / ‖Xᵀ v‖.
fn from_gram(
    data: &Dataset,
    preprocessor: &Preprocessor,
    seed: u32,
    keep: usize,
    progress: OnProgress<'_>,
) -> Result<Parts, Error> {
    let (n, d) = (data.len(), data.dim());
    let fail = || Error::Spectrum {
        name: data.name.clone(),
        reason: "some of its values are not finite or the eigensolver did not converge".into(),
    };
    let mean = mean(data, preprocessor, seed, progress)?;
    report_start(progress, DECOMPOSING)?;
    let mut rows = vec![0.0_f64; n * d];
    centred_rows(data, preprocessor, seed, &mean, 0, &mut rows);
    let x = MatRef::from_row_major_slice(&rows, n, d);
    let gram = x * x.transpose() * faer::Scale(1.0 / n as f64);
    let (mut values, vectors) = decompose(&gram).ok_or_else(fail)?;
    values.resize(d, 0.0);
    let mut leading = Vec::with_capacity(keep * d);
    for j in 0..keep {
        let u = x.transpose() * vectors.col(n - 1 - j);
        let length = u.norm_l2();
        // A mode without variance has no direction.
        let inverse = if length > 0.0 { 1.0 / length } else { 0.0 };
        leading.extend(u.iter().map(|&v| (v * inverse) as f32));
    }
    Ok((mean, values, leading))
}

/// Makes the component of largest magnitude positive, so that a picture of the mode is stable.
fn fix_sign(vector: &mut [f32]) {
    let largest = vector.iter().copied().fold(
        0.0_f32,
        |best, v| if v.abs() > best.abs() { v } else { best },
    );
    if largest < 0.0 {
        for v in vector {
            *v = -*v;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Preprocess, Split};
    use crate::data::{ImageShape, Pixels, Progress, digits, gaussian};
    use crate::rng::{Stream, normal};

    fn quiet(_: Progress) -> bool {
        true
    }

    /// The covariance from the definition, item by item, in 64 bits.
    fn naive(data: &Dataset, preprocessor: &Preprocessor, seed: u32) -> (Vec<f64>, Mat<f64>) {
        let (n, d) = (data.len(), data.dim());
        let mut x = vec![0.0_f32; d];
        let rows: Vec<Vec<f64>> = (0..n)
            .map(|i| {
                preprocessor.row_into(data, seed, i, &mut x);
                x.iter().map(|&v| f64::from(v)).collect()
            })
            .collect();
        let mean: Vec<f64> = (0..d)
            .map(|p| rows.iter().map(|r| r[p]).sum::<f64>() / n as f64)
            .collect();
        let covariance = Mat::from_fn(d, d, |i, j| {
            rows.iter()
                .map(|r| (r[i] - mean[i]) * (r[j] - mean[j]))
                .sum::<f64>()
                / n as f64
        });
        (mean, covariance)
    }

    /// Checks C u = λ u, trace and Frobenius norm against the naive covariance.
    fn check(data: &Dataset, kind: Preprocess, seed: u32) {
        let preprocessor = Preprocessor::new(kind, data).expect("it can be prepared");
        let found = spectrum(data, &preprocessor, seed, &quiet).expect("a result");
        let (mean, c) = naive(data, &preprocessor, seed);
        let d = data.dim();
        let scale = found.total_variance;
        for (a, b) in found.mean.iter().zip(&mean) {
            assert!(
                (a - b).abs() < 1e-6 * (1.0 + b.abs()),
                "{kind:?} mean {a} {b}"
            );
        }
        let trace: f64 = (0..d).map(|i| c[(i, i)]).sum();
        let square: f64 = (0..d)
            .flat_map(|i| (0..d).map(move |j| (i, j)))
            .map(|ij| c[ij] * c[ij])
            .sum();
        let found_square: f64 = found.eigenvalues.iter().map(|v| v * v).sum();
        assert!(
            (found.total_variance / trace - 1.0).abs() < 1e-6,
            "{kind:?} trace"
        );
        assert!(
            (found_square / square - 1.0).abs() < 1e-6,
            "{kind:?} square"
        );
        assert!(found.eigenvalues.is_sorted_by(|a, b| a >= b));
        assert_eq!(found.eigenvalues.len(), d);
        for mode in 0..found.modes().min(found.rank) {
            let u = found.mode(mode).expect("a result");
            let length: f64 = u.iter().map(|&v| f64::from(v).powi(2)).sum();
            assert!((length - 1.0).abs() < 1e-5);
            for i in 0..d {
                let image: f64 = (0..d).map(|j| c[(i, j)] * f64::from(u[j])).sum();
                let expected = found.eigenvalues[mode] * f64::from(u[i]);
                assert!(
                    (image - expected).abs() < 1e-6 * scale,
                    "{kind:?} mode {mode}"
                );
            }
        }
    }

    /// The middle 9 × 9 pixels of the built-in digits.
    fn patches(n: usize) -> Dataset {
        let digits = digits::generate(n, Split::Train, 5, &quiet).expect("a result");
        let bytes = (0..n)
            .flat_map(|i| {
                let row = digits.display_row(i);
                (0..81)
                    .map(move |p| row[(9 + p / 9) * 28 + 9 + p % 9])
                    .collect::<Vec<u8>>()
            })
            .collect();
        Dataset {
            name: "patches".into(),
            shape: ImageShape {
                height: 9,
                width: 9,
                channels: 1,
            },
            pixels: Pixels::Bytes(bytes),
            labels: None,
            ..Dataset::default()
        }
    }

    #[test]
    fn every_preprocessing_agrees_with_the_definition() {
        // More than one chunk of rows, the last one not full.
        let data = patches(1500);
        for kind in [
            Preprocess::None,
            Preprocess::Center,
            Preprocess::Dequantize,
            Preprocess::Logit,
        ] {
            check(&data, kind, 7);
        }
    }

    #[test]
    fn floats_far_from_zero_lose_nothing() {
        let (n, d) = (400, 6);
        let values = (0..n * d)
            .map(|k| {
                1000.0
                    + normal(1, Stream::Data, (k % d) as u32, (k / d) as u32) * (1 + k % d) as f32
            })
            .collect();
        let data = Dataset {
            name: "offset".into(),
            shape: ImageShape {
                height: 1,
                width: d,
                channels: 1,
            },
            pixels: Pixels::Floats(values),
            labels: None,
            ..Dataset::default()
        };
        check(&data, Preprocess::None, 0);
        check(&data, Preprocess::Center, 0);
    }

    #[test]
    fn fewer_items_than_dimensions_agree_too() {
        check(&patches(20), Preprocess::None, 0);
        check(&patches(20), Preprocess::Dequantize, 0);
        let found = spectrum(
            &patches(20),
            &Preprocessor::new(Preprocess::None, &patches(20)).expect("it can be prepared"),
            0,
            &quiet,
        )
        .expect("a result");
        assert!(found.rank <= 19);
    }

    #[test]
    fn projections_have_the_eigenvalues_as_variances() {
        let data = gaussian::generate(&[9.0, 5.0, 2.0, 0.0], None, Split::Train, 1, &quiet)
            .expect("a result");
        let preprocessor = Preprocessor::new(Preprocess::None, &data).expect("it can be prepared");
        let found = spectrum(&data, &preprocessor, 0, &quiet).expect("a result");
        assert_eq!(found.rank, 3);
        let mut x = vec![0.0; 4];
        for (mode, expected) in [9.0, 5.0, 2.0, 0.0].into_iter().enumerate() {
            assert!((found.eigenvalues[mode] - expected).abs() < 1e-6);
            let mut variance = 0.0;
            for i in 0..data.len() {
                preprocessor.row_into(&data, 0, i, &mut x);
                variance += found.project(&x, mode).powi(2) / data.len() as f64;
            }
            assert!((variance - expected).abs() < 1e-5, "{mode}: {variance}");
        }
        assert_eq!(found.project(&x, 4), 0.0);
    }

    #[test]
    fn what_cannot_be_decomposed_is_refused() {
        let vector = |values: Vec<f32>| Dataset {
            name: "vectors".into(),
            shape: ImageShape {
                height: 1,
                width: 2,
                channels: 1,
            },
            pixels: Pixels::Floats(values),
            labels: None,
            ..Dataset::default()
        };
        for values in [
            vec![],
            vec![1.0, f32::NAN, 0.0, 1.0],
            vec![f32::INFINITY, 1.0],
        ] {
            let data = vector(values);
            let preprocessor =
                Preprocessor::new(Preprocess::None, &data).expect("it can be prepared");
            let error = spectrum(&data, &preprocessor, 0, &quiet).expect_err("a refusal");
            assert!(matches!(error, Error::Spectrum { .. }), "{error}");
        }
        let data = patches(100);
        let preprocessor = Preprocessor::new(Preprocess::None, &data).expect("it can be prepared");
        let stopped = spectrum(&data, &preprocessor, 0, &|_| false);
        assert_eq!(stopped, Err(Error::Cancelled));
    }
}
