//! Probabilistic PCA, the model whose maximum likelihood the linear VAE reaches at β = 1 (Tipping
//! and Bishop 1999; Lucas et al. 2019). `C = WWᵀ + σ²I` with W along principal components has the
//! eigenvalues lᵢ (kept) or σ², so likelihoods are sums over eigenvalues.

use std::f64::consts::PI;

use serde::Serialize;

use super::problem::{check_spectrum, tail_sums};
use super::{Axis, Error, Grid, Verdict, positive, representable};

/// The maximum-likelihood probabilistic PCA.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PpcaFit {
    /// σ², the mean of the d − k eigenvalues left out, zeros included. Zero if they all are.
    pub sigma2: f64,
    /// Mean log likelihood per sample in nats; +∞ if `sigma2` is zero (JSON, which has no
    /// infinity, then says `null`).
    pub log_likelihood: f64,
    /// The k largest eigenvalues, zeros included; fewer if the spectrum is shorter.
    pub kept: Vec<f64>,
    /// √(lᵢ − σ²), the norms of W's columns, one per kept eigenvalue.
    pub column_norms: Vec<f64>,
}

/// Fits `k` components to a spectrum (descending, at most `dim` long, the rest zero).
///
/// A model with k ≥ d has no noise left to estimate, so `k` is taken as at most d − 1.
///
/// # Errors
/// [`Error::OutOfRange`] for d = 0 or too long a spectrum, [`Error::BadEigenvalue`],
/// [`Error::NotDescending`], [`Error::NotRepresentable`] on overflow.
pub fn ppca_fit(eigenvalues: &[f64], dim: usize, k: usize) -> Result<PpcaFit, Error> {
    let spectrum = checked(eigenvalues, dim)?;
    let k = k.min(dim - 1);
    let tails = tail_sums(&spectrum, 0.0, dim);
    let count = k.min(spectrum.len());
    let sigma2 = representable("σ²", tails[count] / (dim - k) as f64)?;
    let kept = spectrum[..count].to_vec();
    let column_norms = kept.iter().map(|l| (l - sigma2).max(0.0).sqrt()).collect();
    let log_likelihood = if sigma2 > 0.0 {
        let indices: Vec<usize> = (0..count).collect();
        ppca_log_likelihood(&spectrum, dim, &indices, sigma2)?
    } else {
        f64::INFINITY
    };
    Ok(PpcaFit {
        sigma2,
        log_likelihood,
        kept,
        column_norms,
    })
}

/// The mean log likelihood per sample, `−½(d log 2π + log|C| + tr(C⁻¹S))`, of the model that keeps
/// the principal components at the positions `kept` (from 0) and has noise variance `sigma2`.
///
/// A kept component has the length that is best at this σ², √(l − σ²), or zero if l ≤ σ². With
/// `kept` the k leading positions and any `sigma2` this is the likelihood of the best W at that σ².
///
/// # Errors
/// As [`ppca_fit`]; also [`Error::NotPositive`] for σ² and [`Error::OutOfRange`] for a position
/// beyond the spectrum or named twice.
pub fn ppca_log_likelihood(
    eigenvalues: &[f64],
    dim: usize,
    kept: &[usize],
    sigma2: f64,
) -> Result<f64, Error> {
    let spectrum = checked(eigenvalues, dim)?;
    positive("σ²", sigma2)?;
    let keep = marks(&spectrum, kept)?;
    // The dimensions beyond the spectrum have no variance in the data and σ² in the model.
    let silent = (dim - spectrum.len()) as f64 * sigma2.ln();
    let sum: f64 = spectrum
        .iter()
        .zip(&keep)
        .rev()
        .map(|(&l, &keep)| {
            let c = if keep { l.max(sigma2) } else { sigma2 };
            c.ln() + l / c
        })
        .sum();
    representable(
        "the log likelihood",
        -0.5 * (dim as f64 * (2.0 * PI).ln() + silent + sum),
    )
}

/// One number of components in [`ppca_sweep`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct SweepPoint {
    /// k, the number of components.
    pub k: usize,
    /// The maximum-likelihood σ² for this k.
    pub sigma2: f64,
    /// The maximum of the mean log likelihood, in nats; +∞ if `sigma2` is zero. It is also the
    /// greatest ELBO of a linear VAE that learns γ, at β = 1.
    pub log_likelihood: f64,
    /// The mean log likelihood of the same W, kept as it is, with σ² held at that of k₀.
    pub held: f64,
}

/// The likelihood against the number of components (Lucas et al., Figure 2): for each of `ks` the
/// maximum, and the likelihood of its W when σ² is the maximum-likelihood one of `k0` components.
///
/// That W has the covariance eigenvalues `lᵢ − σ²(k) + σ²(k₀)`: beyond k₀ its columns are longer
/// than is best at this σ², so that the likelihood turns and falls as k grows, although a W of the
/// right length ([`ppca_log_likelihood`]) would never lose by another component. O(d) per point.
///
/// # Errors
/// As [`ppca_fit`]; [`Error::NotPositive`] if `k0` components leave no σ².
pub fn ppca_sweep(
    eigenvalues: &[f64],
    dim: usize,
    ks: &[usize],
    k0: usize,
) -> Result<Vec<SweepPoint>, Error> {
    let held_sigma2 = positive("σ² to hold", ppca_fit(eigenvalues, dim, k0)?.sigma2)?;
    let spectrum = checked(eigenvalues, dim)?;
    ks.iter()
        .map(|&k| {
            let fit = ppca_fit(&spectrum, dim, k)?;
            let kept = fit.kept.len();
            let silent = (dim - spectrum.len()) as f64 * held_sigma2.ln();
            let own: f64 = spectrum
                .iter()
                .enumerate()
                .rev()
                .map(|(i, &l)| {
                    let column = if i < kept {
                        (l - fit.sigma2).max(0.0)
                    } else {
                        0.0
                    };
                    let c = column + held_sigma2;
                    c.ln() + l / c
                })
                .sum();
            let held = -0.5 * (dim as f64 * (2.0 * PI).ln() + silent + own);
            Ok(SweepPoint {
                k,
                sigma2: fit.sigma2,
                log_likelihood: fit.log_likelihood,
                held: representable("the log likelihood", held)?,
            })
        })
        .collect()
}

fn checked(eigenvalues: &[f64], dim: usize) -> Result<Vec<f64>, Error> {
    if dim == 0 {
        return Err(Error::OutOfRange {
            name: "data dimension",
            min: 1,
            max: usize::MAX,
            value: 0,
        });
    }
    let mut spectrum = eigenvalues.to_vec();
    check_spectrum(&mut spectrum, dim)?;
    Ok(spectrum)
}

fn marks(spectrum: &[f64], kept: &[usize]) -> Result<Vec<bool>, Error> {
    let mut marks = vec![false; spectrum.len()];
    for &i in kept {
        match marks.get_mut(i) {
            Some(mark) if !*mark => *mark = true,
            _ => {
                return Err(Error::OutOfRange {
                    name: "position of a kept component (each at most once)",
                    min: 0,
                    max: spectrum.len().saturating_sub(1),
                    value: i,
                });
            }
        }
    }
    Ok(marks)
}

/// What happens to a zero column of W when it is pushed along a principal component.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnStability {
    /// l < σ²: the likelihood falls, the column returns to zero.
    Stable,
    /// l > σ²: the likelihood rises, the column grows.
    Unstable,
    /// l = σ², up to [`THRESHOLD_TOLERANCE`](super::THRESHOLD_TOLERANCE): flat to second order (and falling to fourth).
    Degenerate,
}

/// The stability of a zero column along a component with eigenvalue `l` (Lucas et al., eq. 13).
///
/// # Errors
/// [`Error::BadEigenvalue`] for l, [`Error::NotPositive`] for σ².
pub fn zero_column_stability(l: f64, sigma2: f64) -> Result<ColumnStability, Error> {
    positive("σ²", sigma2)?;
    // A zero column is the collapsed point of the linear model at β = 1 and γ = σ².
    Ok(match Verdict::of(l, 1.0, sigma2)? {
        Verdict::Minimum => ColumnStability::Stable,
        Verdict::Saddle => ColumnStability::Unstable,
        Verdict::Degenerate => ColumnStability::Degenerate,
    })
}

/// The log likelihood around a stationary point of pPCA with two zero columns, pushed by ε₁ along
/// one principal component and by ε₂ along another (Lucas et al., Figure 1).
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PpcaSurface {
    l: [f64; 2],
    sigma2: f64,
    /// The log likelihood without the two components' own terms.
    base: f64,
}

impl PpcaSurface {
    /// The surface about the point that keeps the components `kept`, with the zero columns pushed
    /// along the components `a` and `b` (positions from 0; `a`, `b` and `kept` all different).
    ///
    /// # Errors
    /// As [`ppca_log_likelihood`].
    pub fn new(
        eigenvalues: &[f64],
        dim: usize,
        kept: &[usize],
        (a, b): (usize, usize),
        sigma2: f64,
    ) -> Result<Self, Error> {
        let mut all = kept.to_vec();
        all.extend([a, b]);
        marks(eigenvalues, &all)?;
        let whole = ppca_log_likelihood(eigenvalues, dim, kept, sigma2)?;
        let mut surface = Self {
            l: [eigenvalues[a].max(0.0), eigenvalues[b].max(0.0)],
            sigma2,
            base: 0.0,
        };
        surface.base = representable(
            "the log likelihood",
            whole - surface.log_likelihood(0.0, 0.0),
        )?;
        Ok(surface)
    }

    /// Mean log likelihood per sample at (ε₁, ε₂):
    /// `base − ½ Σ [log(σ² + ε²) + l/(σ² + ε²)]`.
    pub fn log_likelihood(&self, eps1: f64, eps2: f64) -> f64 {
        let term = |l: f64, eps: f64| {
            let c = self.sigma2 + eps * eps;
            c.ln() + l / c
        };
        self.base - 0.5 * (term(self.l[0], eps1) + term(self.l[1], eps2))
    }

    /// The eigenvalues of the two components.
    pub fn eigenvalues(&self) -> [f64; 2] {
        self.l
    }

    /// σ², the observation variance.
    pub fn sigma2(&self) -> f64 {
        self.sigma2
    }

    /// The stability of each zero column.
    ///
    /// # Errors
    /// None for a surface made by [`PpcaSurface::new`].
    pub fn stability(&self) -> Result<[ColumnStability; 2], Error> {
        let [a, b] = self.l;
        Ok([
            zero_column_stability(a, self.sigma2)?,
            zero_column_stability(b, self.sigma2)?,
        ])
    }

    /// Second derivatives at the origin along ε₁ and ε₂: `(l − σ²)/σ⁴`; the mixed one is zero.
    pub fn curvature(&self) -> [f64; 2] {
        self.l.map(|l| (l / self.sigma2 - 1.0) / self.sigma2)
    }

    /// The maximum with both ε ≥ 0: √(l − σ²), or 0 for a stable column.
    pub fn maximum(&self) -> (f64, f64) {
        let [a, b] = self.l.map(|l| (l - self.sigma2).max(0.0).sqrt());
        (a, b)
    }

    /// The surface with ε₁ along x and ε₂ along y.
    ///
    /// # Errors
    /// As [`Axis::new`].
    pub fn grid(&self, eps1: Axis, eps2: Axis) -> Result<Grid, Error> {
        Grid::evaluate(eps1, eps2, |x, y| self.log_likelihood(x, y))
    }
}
