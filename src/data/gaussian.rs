//! Gaussian data whose sample covariance is exact: the case where the linear theory is exact.
//!
//! n normal samples have only nearly the covariance they were drawn from. Here the sample
//! itself is whitened, coloured and rotated, so that (1/n) Σ x xᵀ = Q diag(λ) Qᵀ and Σ x = 0
//! up to the rounding of the stored 32-bit values.

use faer::linalg::triangular_solve::solve_upper_triangular_in_place;
use faer::{Mat, Par, Side};
use rayon::prelude::*;

use crate::config::Split;
use crate::rng::{Stream, normal};

use super::dataset::{Dataset, ImageShape, Pixels};
use super::error::{Error, OnProgress, report};

/// Samples drawn when no number is asked for (one more than the dimension if that is larger).
pub const DEFAULT_COUNT: usize = 4096;

/// Most bytes of 64-bit working memory for the samples.
const MAX_WORK_BYTES: u64 = 2 << 30;

/// Step numbers at and above this one address the random basis, those below the samples; the
/// test split's samples have their own half.
const BASIS: u32 = 1 << 31;
const TEST: u32 = 1 << 30;

/// `count` samples (by default [`DEFAULT_COUNT`]) in dimension `spectrum.len()`, mean zero and
/// with exactly the covariance Q diag(`spectrum`) Qᵀ, divided by n.
///
/// The basis Q is a random rotation fixed by `seed` alone, so both splits share their
/// covariance and differ in their samples. Zero eigenvalues are allowed.
///
/// # Errors
/// [`Error::Gaussian`] if the samples are not more than the dimension or an eigenvalue is
/// negative or not finite; [`Error::TooLarge`]; [`Error::Cancelled`].
pub fn generate(
    spectrum: &[f64],
    count: Option<usize>,
    split: Split,
    seed: u32,
    progress: OnProgress<'_>,
) -> Result<Dataset, Error> {
    let d = spectrum.len();
    let n = count.unwrap_or(DEFAULT_COUNT.max(d + 1));
    check(spectrum, n)?;
    report(progress, "drawing Gaussian samples", 0, n)?;
    let first = match split {
        Split::Auto | Split::Train => 0,
        Split::Validation | Split::Test => TEST,
    };
    let samples = centred_normals(n, d, seed, first);
    report(progress, "whitening Gaussian samples", n / 3, n)?;
    let colour = whiten_colour_rotate(&samples, spectrum, seed)?;
    report(progress, "colouring Gaussian samples", 2 * n / 3, n)?;
    let coloured = &samples * &colour;
    let mut values = vec![0.0_f32; n * d];
    values.par_chunks_mut(d).enumerate().for_each(|(i, row)| {
        for (p, x) in row.iter_mut().enumerate() {
            *x = coloured[(i, p)] as f32;
        }
    });
    report(progress, "colouring Gaussian samples", n, n)?;
    Ok(Dataset {
        name: format!("gaussian, {d} dimensions"),
        shape: ImageShape {
            height: 1,
            width: d,
            channels: 1,
        },
        pixels: Pixels::Floats(values),
        labels: None,
        ..Dataset::default()
    })
}

/// Refuses what has no exact answer or no room.
fn check(spectrum: &[f64], n: usize) -> Result<(), Error> {
    let d = spectrum.len();
    let refuse = |reason: String| Err(Error::Gaussian { reason });
    if d == 0 {
        return refuse("the spectrum has no eigenvalue".into());
    }
    if let Some(value) = spectrum.iter().find(|v| !v.is_finite() || **v < 0.0) {
        return refuse(format!(
            "an eigenvalue must be zero or more and finite, not {value}"
        ));
    }
    if n <= d {
        return refuse(format!(
            "{n} samples cannot have an exact covariance in {d} dimensions; ask for at least {}",
            d + 1
        ));
    }
    let needed = (n as u64)
        .saturating_mul(d as u64)
        .saturating_mul(size_of::<f64>() as u64);
    if needed > MAX_WORK_BYTES || n >= TEST as usize {
        return Err(Error::TooLarge {
            what: format!("drawing {n} Gaussian samples of {d} dimensions"),
            needed,
            cap: MAX_WORK_BYTES,
            advice: "ask for fewer with a limit",
        });
    }
    Ok(())
}

/// n × d standard normals less their column means.
fn centred_normals(n: usize, d: usize, seed: u32, first: u32) -> Mat<f64> {
    let mut samples = Mat::<f64>::zeros(n, d);
    samples
        .as_mut()
        .par_col_iter_mut()
        .enumerate()
        .for_each(|(p, mut column)| {
            let mut sum = 0.0;
            for i in 0..n {
                let x = f64::from(normal(seed, Stream::Data, p as u32, first + i as u32));
                column[i] = x;
                sum += x;
            }
            let mean = sum / n as f64;
            for i in 0..n {
                column[i] -= mean;
            }
        });
    samples
}

/// The d × d matrix L⁻ᵀ diag(√λ) Qᵀ, with L Lᵀ the samples' covariance and Q a random rotation:
/// it gives the samples the covariance Q diag(λ) Qᵀ exactly.
fn whiten_colour_rotate(
    samples: &Mat<f64>,
    spectrum: &[f64],
    seed: u32,
) -> Result<Mat<f64>, Error> {
    let (n, d) = (samples.nrows(), samples.ncols());
    let covariance = samples.transpose() * samples * faer::Scale(1.0 / n as f64);
    let factor = covariance.llt(Side::Lower).map_err(|_| Error::Gaussian {
        reason: format!("{n} samples in {d} dimensions came out linearly dependent; ask for more"),
    })?;
    let rotation = random_rotation(d, seed);
    let mut colour = Mat::from_fn(d, d, |i, j| spectrum[i].sqrt() * rotation[(j, i)]);
    let upper = factor.L().transpose();
    solve_upper_triangular_in_place(upper, colour.as_mut(), Par::rayon(0));
    Ok(colour)
}

/// A d × d orthogonal matrix drawn uniformly (Haar): QR of normals, R's diagonal made positive.
fn random_rotation(d: usize, seed: u32) -> Mat<f64> {
    let normals = Mat::from_fn(d, d, |i, j| {
        f64::from(normal(seed, Stream::Data, j as u32, BASIS + i as u32))
    });
    let qr = normals.qr();
    let r = qr.R();
    let mut q = qr.compute_Q();
    for j in 0..d {
        if r[(j, j)] < 0.0 {
            for i in 0..d {
                q[(i, j)] = -q[(i, j)];
            }
        }
    }
    q
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quiet(_: crate::data::Progress) -> bool {
        true
    }

    /// The covariance by plain loops, so that nothing of the generator's algebra is reused.
    fn naive_covariance(data: &Dataset) -> (Vec<f64>, Mat<f64>) {
        let (n, d) = (data.len(), data.dim());
        let Pixels::Floats(x) = &data.pixels else {
            panic!("Gaussian data are floats")
        };
        let mut mean = vec![0.0; d];
        for row in x.chunks(d) {
            for (m, &v) in mean.iter_mut().zip(row) {
                *m += f64::from(v) / n as f64;
            }
        }
        let mut c = Mat::<f64>::zeros(d, d);
        for row in x.chunks(d) {
            for i in 0..d {
                for j in 0..d {
                    c[(i, j)] +=
                        (f64::from(row[i]) - mean[i]) * (f64::from(row[j]) - mean[j]) / n as f64;
                }
            }
        }
        (mean, c)
    }

    #[test]
    fn covariance_is_exact_with_zero_eigenvalues_too() {
        let spectrum = [9.0, 5.0, 2.0, 1.0, 0.3, 0.0];
        for (seed, count) in [(0, None), (3, Some(7)), (4, Some(500))] {
            let data = generate(&spectrum, count, Split::Train, seed, &quiet).expect("a result");
            assert_eq!(data.len(), count.unwrap_or(DEFAULT_COUNT));
            let (mean, c) = naive_covariance(&data);
            assert!(mean.iter().all(|m| m.abs() < 1e-6), "{mean:?}");
            // Power sums of the eigenvalues are traces: they need no eigensolver.
            let mut power = Mat::<f64>::identity(6, 6);
            for k in 1..=6 {
                power = &power * &c;
                let trace: f64 = (0..6).map(|i| power[(i, i)]).sum();
                let expected: f64 = spectrum.iter().map(|l| l.powi(k)).sum();
                assert!(
                    (trace / expected - 1.0).abs() < 1e-6 * f64::from(k),
                    "power {k}: {trace} {expected}"
                );
            }
            // Rotated: some off-diagonal element is large.
            assert!((0..6).any(|i| (0..i).any(|j| c[(i, j)].abs() > 0.1)));
        }
    }

    #[test]
    fn splits_and_seeds_differ_but_repeat() {
        let make =
            |split, seed| generate(&[2.0, 1.0], Some(64), split, seed, &quiet).expect("a result");
        assert_eq!(make(Split::Train, 1), make(Split::Train, 1));
        assert_ne!(make(Split::Train, 1), make(Split::Train, 2));
        assert_ne!(make(Split::Train, 1), make(Split::Test, 1));
    }

    #[test]
    fn impossible_requests_are_explained() {
        let error = generate(&[1.0, 1.0], Some(2), Split::Train, 0, &quiet).expect_err("a refusal");
        assert_eq!(
            error.to_string(),
            "gaussian data: 2 samples cannot have an exact covariance in 2 dimensions; \
             ask for at least 3"
        );
        let error = generate(&vec![1.0; 4096], Some(1 << 29), Split::Train, 0, &quiet)
            .expect_err("a refusal");
        assert!(error.to_string().contains("ask for fewer"), "{error}");
        let error =
            generate(&[1.0, f64::NAN], None, Split::Train, 0, &quiet).expect_err("a refusal");
        assert!(error.to_string().contains("not NaN"), "{error}");
        let stop = generate(&[1.0], None, Split::Train, 0, &|_| false).expect_err("a refusal");
        assert_eq!(stop, Error::Cancelled);
    }
}
