//! What the input explains of a target that is not the input: the singular values ζ that decide
//! which modes of the general linear model live (Wang and Ziyin 2022, §4).
//!
//! With `A = E[xxᵀ] = P Φ Pᵀ` over positive eigenvalues (x and y centred), x̃ = Φ^{-½}Pᵀx has
//! covariance I and `Z = E[y x̃ᵀ] = F diag(ζ) Gᵀ`. Σ ζ² is the variance of the best linear prediction
//! of y from x. With y = x it is the covariance's own spectrum.
//!
//! No invertible linear map of x changes ζ², so x is first divided, dimension by dimension, by its standard deviation:
//! which directions count as rounding then does not depend on the units either.

use faer::{Mat, MatRef};

use crate::config::Target;

use super::dataset::Dataset;
use super::error::{Error, OnProgress, report};
use super::moments::{ROWS, centred_rows, covariance, mean};
use super::spectrum::{MAX_MODES, RANK_TOLERANCE, decompose};
use super::targets::Targets;
use super::transform::Preprocessor;

/// Largest side of a matrix that is decomposed for a target: there is no way to the leading modes alone here.
const MAX_SIDE: usize = 8192;

/// Mean of the target, ζ², and the directions that go with them; covariances divide by n.
#[derive(Debug, Clone, PartialEq)]
pub struct CrossSpectrum {
    /// Which target.
    pub target: Target,
    /// x̄, `d` long.
    pub mean: Vec<f64>,
    /// ȳ, `dim y` long.
    pub target_mean: Vec<f64>,
    /// ζ², all min(rank of A, dim y) of them, descending.
    pub eigenvalues: Vec<f64>,
    /// The leading input directions eᵢ = P Φ^{-½}gᵢ, `d` values each, one after the other: eᵢᵀ(x − x̄)
    /// has variance 1 and covariance ζᵢfᵢ with y. A mode with ζ = 0 has one too.
    pub inputs: Vec<f64>,
    /// The leading output directions fᵢ, `dim y` values each, orthonormal.
    pub outputs: Vec<f64>,
    /// E‖y − ȳ‖², at least Σ ζ².
    pub total_variance: f64,
    /// n, the number of items.
    pub samples: usize,
    /// The rank of A: directions in which x varies by more than rounding.
    pub rank: usize,
}

impl CrossSpectrum {
    /// The dimension of x.
    pub fn input_dim(&self) -> usize {
        self.mean.len()
    }

    /// The dimension of y.
    pub fn target_dim(&self) -> usize {
        self.target_mean.len()
    }

    /// The number of modes whose directions were kept, at most 64.
    pub fn modes(&self) -> usize {
        self.outputs.len() / self.target_dim().max(1)
    }

    /// The share of the target's variance that a linear function of the input explains, 0 to 1.
    pub fn explained(&self) -> f64 {
        if self.total_variance > 0.0 {
            self.eigenvalues.iter().sum::<f64>() / self.total_variance
        } else {
            0.0
        }
    }
}

/// ζ² and directions from the moments of centred x and y: A = `E[xxᵀ]` (its lower triangle is read)
/// and C = `E[yxᵀ]` (dim y × d). `None` if an entry is not finite or a decomposition fails.
///
/// Once every dimension has variance 1, directions in which x varies by less than 1e-12 of the largest are rounding and
/// are dropped.
pub fn cross_modes(a: &Mat<f64>, c: MatRef<'_, f64>) -> Option<CrossModes> {
    let variances: Vec<f64> = (0..a.ncols()).map(|p| a[(p, p)]).collect();
    whitened_modes(a, c, &units(&variances, &vec![0.0; a.ncols()]))
}

/// [`cross_modes`] of x times `units`, its input directions those of x itself.
fn whitened_modes(a: &Mat<f64>, c: MatRef<'_, f64>, units: &[f64]) -> Option<CrossModes> {
    let d = a.ncols();
    let correlation = Mat::from_fn(d, d, |i, j| a[(i.max(j), i.min(j))] * units[i] * units[j]);
    let (values, vectors) = decompose(&correlation)?;
    let rank = rank(&values, d);
    // Eigenvectors ascend: the wanted ones are the last.
    let whitening = Mat::from_fn(d, rank, |i, j| {
        units[i] * vectors[(i, d - 1 - j)] / values[j].sqrt()
    });
    let z = c * &whitening;
    modes(z.as_ref(), rank, |g| &whitening * g)
}

/// One over the standard deviation of every dimension; 0 for one that does not vary by more than its `rounding`.
fn units(variances: &[f64], rounding: &[f64]) -> Vec<f64> {
    let unit = |(&variance, &rounding): (&f64, &f64)| {
        if variance > rounding * rounding {
            1.0 / variance.sqrt()
        } else if variance.is_nan() {
            // It makes the decomposition fail, as it should.
            f64::NAN
        } else {
            0.0
        }
    };
    variances.iter().zip(rounding).map(unit).collect()
}

/// How far from zero a mean over n items of one and the same value may come out from them.
fn rounding_of(mean: &[f64], n: usize) -> Vec<f64> {
    let share = 2.0 * n as f64 * f64::EPSILON;
    mean.iter().map(|m| m.abs() * share).collect()
}

/// ζ², eᵢ and fᵢ: see [`CrossSpectrum`].
#[derive(Debug, Clone, PartialEq)]
pub struct CrossModes {
    /// ζ², descending, min(rank, dim y) of them.
    pub eigenvalues: Vec<f64>,
    /// The eᵢ as columns, d × min(modes, 64).
    pub inputs: Mat<f64>,
    /// The fᵢ as columns, dim y × min(modes, 64).
    pub outputs: Mat<f64>,
    /// The rank of A.
    pub rank: usize,
}

/// How many of the descending eigenvalues are above rounding.
fn rank(values: &[f64], d: usize) -> usize {
    let largest = values.first().copied().unwrap_or(0.0);
    let floor = largest * RANK_TOLERANCE.max(d as f64 * f64::EPSILON);
    values.iter().filter(|&&v| v > floor).count()
}

/// The singular value decomposition of Z, its right side turned into input directions by `unwhiten`.
fn modes(
    z: MatRef<'_, f64>,
    rank: usize,
    unwhiten: impl Fn(MatRef<'_, f64>) -> Mat<f64>,
) -> Option<CrossModes> {
    if !z.col_iter().all(|c| c.iter().all(|v| v.is_finite())) {
        return None;
    }
    let svd = z.thin_svd().ok()?;
    let zeta = svd.S().column_vector();
    let keep = zeta.nrows().min(MAX_MODES);
    let mut inputs = unwhiten(svd.V().subcols(0, keep));
    let mut outputs = svd.U().subcols(0, keep).to_owned();
    for j in 0..keep {
        fix_sign(outputs.col_as_slice_mut(j), inputs.col_as_slice_mut(j));
    }
    Some(CrossModes {
        eigenvalues: zeta.iter().map(|v| v * v).collect(),
        inputs,
        outputs,
        rank,
    })
}

/// Makes the output's component of largest magnitude positive; both sides turn together.
fn fix_sign(output: &mut [f64], input: &mut [f64]) {
    let larger = |best: f64, v: f64| if v.abs() > best.abs() { v } else { best };
    if output.iter().copied().fold(0.0, larger) < 0.0 {
        for v in output.iter_mut().chain(input) {
            *v = -*v;
        }
    }
}

/// What the preprocessed data explain of `targets`, made with the same `seed`.
///
/// Dequantisation noise of x is drawn apart from that draw: training draws it at every step, so
/// noise that a target computed from x has in common with one draw is nothing a network could use.
///
/// Reads the items in chunks. The decomposition runs on the smaller of the d × d covariance and
/// the n × n Gram matrix; with fewer items than dimensions a linear function explains everything.
///
/// # Errors
/// [`Error::Spectrum`] for an empty data set, targets of another length, values that are not finite
/// or a decomposition that does not converge; [`Error::TooLarge`] if n and d, or the target, exceed
/// what is feasible; [`Error::Cancelled`].
pub fn cross_spectrum(
    data: &Dataset,
    preprocessor: &Preprocessor,
    targets: &Targets,
    seed: u32,
    progress: OnProgress<'_>,
) -> Result<CrossSpectrum, Error> {
    let (n, d, rows) = (data.len(), data.dim(), targets.dim);
    let fail = |reason: &str| Error::Spectrum {
        name: data.name.clone(),
        reason: reason.into(),
    };
    if n == 0 || d == 0 || rows == 0 {
        return Err(fail("it holds no item"));
    }
    if targets.values.len() != n * rows {
        return Err(fail("there are not as many targets as items"));
    }
    for (side, what) in [
        (
            n.min(d),
            format!("the covariance of {n} items of {d} values"),
        ),
        (rows, format!("the covariance with {rows} targets")),
    ] {
        if side > MAX_SIDE {
            return Err(Error::TooLarge {
                what,
                needed: 8 * (side as u64).pow(2),
                cap: 8 * (MAX_SIDE as u64).pow(2),
                advice: "use smaller images, fewer items or a smaller target",
            });
        }
    }
    let seed = if preprocessor.transform.dequantize == 0.0 {
        seed
    } else {
        !seed
    };
    let (target_mean, total) = target_moments(targets);
    let (mean, found) = if n < d {
        from_gram(data, preprocessor, targets, &target_mean, seed, progress)?
    } else {
        let (a, mean) = covariance(data, preprocessor, seed, progress)?;
        let means = (mean.as_slice(), target_mean.as_slice());
        let c = cross_covariance(data, preprocessor, targets, means, seed, progress)?;
        let variances: Vec<f64> = (0..d).map(|p| a[(p, p)]).collect();
        let units = units(&variances, &rounding_of(&mean, n));
        (mean, whitened_modes(&a, c.as_ref(), &units))
    };
    let found = found.ok_or_else(|| {
        fail("some of its values are not finite or the eigensolver did not converge")
    })?;
    let explained: f64 = found.eigenvalues.iter().sum();
    let flat = |m: &Mat<f64>| -> Vec<f64> {
        m.col_iter()
            .flat_map(|c| c.iter().copied().collect::<Vec<_>>())
            .collect()
    };
    Ok(CrossSpectrum {
        target: targets.kind,
        mean,
        target_mean,
        inputs: flat(&found.inputs),
        outputs: flat(&found.outputs),
        // Bessel's inequality, which rounding may break.
        total_variance: total.max(explained),
        eigenvalues: found.eigenvalues,
        samples: n,
        rank: found.rank,
    })
}

/// ȳ and E‖y − ȳ‖².
fn target_moments(targets: &Targets) -> (Vec<f64>, f64) {
    let (rows, n) = (targets.dim, targets.values.len() / targets.dim);
    let mut mean = vec![0.0; rows];
    for y in targets.values.chunks_exact(rows) {
        for (m, &y) in mean.iter_mut().zip(y) {
            *m += f64::from(y);
        }
    }
    for m in &mut mean {
        *m /= n as f64;
    }
    let total: f64 = targets
        .values
        .chunks_exact(rows)
        .map(|y| {
            let off = y.iter().zip(&mean).map(|(&y, m)| f64::from(y) - m);
            off.map(|v| v * v).sum::<f64>()
        })
        .sum();
    (mean, total / n as f64)
}

/// The centred targets of the items from `start` on, one column per item, into `out`.
fn centred_targets(targets: &Targets, mean: &[f64], start: usize, out: &mut [f64]) {
    let rows = targets.dim;
    let from = targets.values[start * rows..].chunks_exact(rows);
    for (out, y) in out.chunks_exact_mut(rows).zip(from) {
        for ((o, &y), m) in out.iter_mut().zip(y).zip(mean) {
            *o = f64::from(y) - m;
        }
    }
}

/// C = (1/n) Σ (y − ȳ)(x − x̄)ᵀ, dim y × d.
fn cross_covariance(
    data: &Dataset,
    preprocessor: &Preprocessor,
    targets: &Targets,
    (mean, target_mean): (&[f64], &[f64]),
    seed: u32,
    progress: OnProgress<'_>,
) -> Result<Mat<f64>, Error> {
    let (n, d, rows) = (data.len(), data.dim(), targets.dim);
    let mut sum = Mat::<f64>::zeros(rows, d);
    let mut x = vec![0.0; ROWS.min(n) * d];
    let mut y = vec![0.0; ROWS.min(n) * rows];
    for start in (0..n).step_by(ROWS) {
        report(progress, "relating the target to the input", start, n)?;
        let count = ROWS.min(n - start);
        let (x, y) = (&mut x[..count * d], &mut y[..count * rows]);
        // The same x as the covariance is of: with moments of two different x a target might be explained by more
        // than the whole of it. Centring y alone makes it a covariance: of x, any number near its mean may be taken off.
        centred_rows(data, preprocessor, seed, mean, start, x);
        centred_targets(targets, target_mean, start, y);
        sum += MatRef::from_column_major_slice(y, rows, count)
            * MatRef::from_row_major_slice(x, count, d);
    }
    report(progress, "relating the target to the input", n, n)?;
    Ok(sum * faer::Scale(1.0 / n as f64))
}

/// The same by way of the n × n Gram matrix, `XXᵀ/n = V Λ Vᵀ` (X in units of
/// its standard deviations): the whitened items are the rows of √n V, so `Z = Yᵀ V/√n`, and `P Φ^{-½} = Xᵀ V Λ^{-1}/√n`.
fn from_gram(
    data: &Dataset,
    preprocessor: &Preprocessor,
    targets: &Targets,
    target_mean: &[f64],
    seed: u32,
    progress: OnProgress<'_>,
) -> Result<(Vec<f64>, Option<CrossModes>), Error> {
    let (n, d, rows) = (data.len(), data.dim(), targets.dim);
    let mean = mean(data, preprocessor, seed, progress)?;
    let mut x = vec![0.0; n * d];
    centred_rows(data, preprocessor, seed, &mean, 0, &mut x);
    let mut variances = vec![0.0; d];
    for row in x.chunks_exact(d) {
        for (sum, x) in variances.iter_mut().zip(row) {
            *sum += x * x / n as f64;
        }
    }
    let units = units(&variances, &rounding_of(&mean, n));
    for row in x.chunks_exact_mut(d) {
        for (x, unit) in row.iter_mut().zip(&units) {
            *x *= unit;
        }
    }
    let x = MatRef::from_row_major_slice(&x, n, d);
    let gram = x * x.transpose() * faer::Scale(1.0 / n as f64);
    let Some((values, vectors)) = decompose(&gram) else {
        return Ok((mean, None));
    };
    let rank = rank(&values, d);
    let root = (n as f64).sqrt();
    let v = Mat::from_fn(n, rank, |i, j| vectors[(i, n - 1 - j)] / root);
    let mut y = vec![0.0; n * rows];
    centred_targets(targets, target_mean, 0, &mut y);
    let z = MatRef::from_column_major_slice(&y, rows, n) * &v;
    let found = modes(z.as_ref(), rank, |g| {
        let scaled = Mat::from_fn(rank, g.ncols(), |i, j| g[(i, j)] / values[i]);
        let mut inputs = x.transpose() * (&v * scaled);
        for mut column in inputs.col_iter_mut() {
            for (e, unit) in column.iter_mut().zip(&units) {
                *e *= unit;
            }
        }
        inputs
    });
    Ok((mean, found))
}
