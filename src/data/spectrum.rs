//! The spectrum of a data set: what the linear theory needs to know of it.

use faer::{Mat, MatRef, Side};

use super::dataset::Dataset;
use super::error::{Error, OnProgress};
use super::moments::{centred_rows, covariance, mean};
use super::transform::Preprocessor;

/// Largest side of a matrix whose eigen-decomposition is attempted.
const MAX_SIDE: usize = 8192;
/// Most leading eigenvectors kept.
const MAX_MODES: usize = 64;
/// Eigenvalues below this share of the largest are rounding, not rank.
const RANK_TOLERANCE: f64 = 1e-12;

/// Mean and principal components of a data set after preprocessing; covariances divide by n.
#[derive(Debug, Clone, PartialEq)]
pub struct Spectrum {
    /// x̄, `d` long.
    pub mean: Vec<f64>,
    /// ζ², all `d` of them, descending; those that came out below zero by rounding are zero.
    pub eigenvalues: Vec<f64>,
    /// The leading r = min(d, 64, n) eigenvectors, one after the other: vector i is the `d`
    /// values at `i·d`, of length one, its largest component positive.
    pub eigenvectors: Vec<f32>,
    /// E‖x − x̄‖² = Σ ζ².
    pub total_variance: f64,
    /// n, the number of items.
    pub samples: usize,
    /// The number of eigenvalues above rounding.
    pub rank: usize,
}

impl Spectrum {
    /// d, the number of values of one item.
    pub fn dim(&self) -> usize {
        self.mean.len()
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
/// The decomposition runs on the smaller of the d × d covariance and the n × n Gram matrix.
///
/// # Errors
/// [`Error::Spectrum`] for an empty data set, values that are not finite or a decomposition that
/// does not converge; [`Error::TooLarge`] if both n and d exceed what is feasible;
/// [`Error::Cancelled`].
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
        let bytes = |side: usize| 8 * (side as u64) * (side as u64);
        return Err(Error::TooLarge {
            what: format!("the covariance of {n} items of {d} values"),
            needed: bytes(side),
            cap: bytes(MAX_SIDE),
            advice: "use smaller images or fewer items",
        });
    }
    let keep = side.min(MAX_MODES);
    let (mean, mut eigenvalues, eigenvectors) = if n < d {
        from_gram(data, preprocessor, seed, keep, progress)?
    } else {
        let (covariance, mean) = covariance(data, preprocessor, seed, progress)?;
        if !mean.iter().all(|m| m.is_finite()) {
            return Err(fail("some of its values are not finite"));
        }
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

/// Eigenvalues descending, eigenvectors as columns *ascending*, of a lower triangle; `None` if
/// the solver fails or an entry is not finite.
fn decompose(lower: &Mat<f64>) -> Option<(Vec<f64>, Mat<f64>)> {
    let side = lower.nrows();
    let finite = (0..side).all(|j| (j..side).all(|i| lower[(i, j)].is_finite()));
    if !finite {
        return None;
    }
    let eigen = lower.self_adjoint_eigen(Side::Lower).ok()?;
    let values = eigen.S().column_vector().iter().rev().copied().collect();
    Some((values, eigen.U().to_owned()))
}

/// Mean, all d eigenvalues and the leading `keep` eigenvectors by way of the n × n Gram matrix:
/// X Xᵀ v = nλ v gives u = Xᵀ v / ‖Xᵀ v‖.
fn from_gram(
    data: &Dataset,
    preprocessor: &Preprocessor,
    seed: u32,
    keep: usize,
    progress: OnProgress<'_>,
) -> Result<(Vec<f64>, Vec<f64>, Vec<f32>), Error> {
    let (n, d) = (data.len(), data.dim());
    let fail = || Error::Spectrum {
        name: data.name.clone(),
        reason: "some of its values are not finite or the eigensolver did not converge".into(),
    };
    let mean = mean(data, preprocessor, seed, progress)?;
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
        vector.iter_mut().for_each(|v| *v = -*v);
    }
}
