//! The closed-form network: the weights of a global minimum, to restart a run from and to test the
//! formulas with. Of all the rotations that are as good, the one along the modes is given.

use faer::{Mat, MatRef};

use crate::data::CrossSpectrum;

use super::covariance::{misfit, shape};
use super::{
    Error, FixedSigmaOptimum, LinearProblem, LinearVae, Optimum, eigenvalue, positive,
    representable,
};

/// The directions in which a linear model sees its data, mode by mode.
#[derive(Debug, Clone, PartialEq)]
pub struct Basis {
    input: Mat<f64>,
    output: Mat<f64>,
}

impl Basis {
    /// From the directions themselves.
    ///
    /// - `input`, dim x × r: column i is the eᵢ with `E[(eᵢᵀx)(eⱼᵀx)] = δᵢⱼ`, in the paper's symbols
    ///   `P Φ^{-½} gᵢ` (x centred);
    /// - `output`, dim y × r: orthonormal columns fᵢ with `E[y eᵢᵀx] = ζᵢ fᵢ`.
    ///
    /// # Errors
    /// [`Error::Shape`] unless both have as many columns.
    pub fn new(input: Mat<f64>, output: Mat<f64>) -> Result<Self, Error> {
        shape(
            "output directions",
            output.as_ref(),
            (output.nrows(), input.ncols()),
        )?;
        Ok(Self { input, output })
    }

    /// The basis of a VAE (y = x): from eigenvalues, and eigenvectors (dim x × at least as many columns) of
    /// the covariance, `eᵢ = pᵢ/ζᵢ` and `fᵢ = pᵢ`. A mode without variance has no direction eᵢ: zero.
    ///
    /// # Errors
    /// [`Error::BadEigenvalue`], [`Error::Shape`] for too few eigenvectors.
    pub fn vae(eigenvalues: &[f64], eigenvectors: MatRef<'_, f64>) -> Result<Self, Error> {
        let (n, r) = (eigenvectors.nrows(), eigenvalues.len());
        if eigenvectors.ncols() < r {
            return Err(misfit("matrix of eigenvectors", eigenvectors, (n, r)));
        }
        let mut scale = Vec::with_capacity(r);
        for (index, &value) in eigenvalues.iter().enumerate() {
            let zeta = eigenvalue(index, value)?.sqrt();
            scale.push(if zeta > 0.0 { 1.0 / zeta } else { 0.0 });
        }
        Ok(Self {
            input: Mat::from_fn(n, r, |i, j| eigenvectors[(i, j)] * scale[j]),
            output: eigenvectors.subcols(0, r).to_owned(),
        })
    }

    /// Number of modes with a direction.
    pub fn modes(&self) -> usize {
        self.input.ncols()
    }

    /// The directions eᵢ as columns, dim x × r.
    pub fn input(&self) -> MatRef<'_, f64> {
        self.input.as_ref()
    }

    /// The directions fᵢ as columns, dim y × r.
    pub fn output(&self) -> MatRef<'_, f64> {
        self.output.as_ref()
    }
}

impl From<&CrossSpectrum> for Basis {
    fn from(cross: &CrossSpectrum) -> Self {
        let (n, d, r) = (cross.input_dim(), cross.target_dim(), cross.modes());
        Self {
            input: Mat::from_fn(n, r, |i, j| cross.inputs[j * n + i]),
            output: Mat::from_fn(d, r, |i, j| cross.outputs[j * d + i]),
        }
    }
}

/// A linear network on centred x and y: `z = Wᵀx + ε`, ε ~ N(0, diag σ²), decoder mean `U z`.
#[derive(Debug, Clone, PartialEq)]
pub struct LinearWeights {
    /// The decoder U, dim y × κ.
    pub decoder: Mat<f64>,
    /// The encoder W, dim x × κ.
    pub encoder: Mat<f64>,
    /// The σ of the κ latents.
    pub sigma: Vec<f64>,
}

impl LinearWeights {
    /// The global minimum with σ learned (Wang and Ziyin, Theorem 1): `U = F diag(λ)`,
    /// `W = P Φ^{-½} G diag(θ)`, latent i carrying mode i. Latents beyond the active modes have
    /// zero columns and σ = η.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] if more modes are active than the basis has directions.
    pub fn optimal(
        basis: &Basis,
        problem: &LinearProblem,
        optimum: &Optimum,
    ) -> Result<Self, Error> {
        let active = optimum.modes.iter().take(optimum.active).enumerate();
        let entries: Vec<Entry> = active
            .map(|(i, m)| Entry {
                mode: i,
                latent: i,
                lambda: m.lambda,
                theta: m.theta,
            })
            .collect();
        let sigma = optimum
            .sigma2_per_latent(problem)
            .into_iter()
            .map(f64::sqrt);
        Self::place(basis, problem.latents(), &entries, sigma.collect())
    }

    /// The global minimum with each latent's σ held (Wang and Ziyin §4.1); `sigmas` as given to
    /// [`fixed_sigma_optimum`](super::fixed_sigma_optimum).
    ///
    /// # Errors
    /// As [`LinearWeights::optimal`], and [`Error::OutOfRange`] unless there are κ of the σ.
    pub fn with_sigma_held(
        basis: &Basis,
        problem: &LinearProblem,
        optimum: &FixedSigmaOptimum,
        sigmas: &[f64],
    ) -> Result<Self, Error> {
        if sigmas.len() != problem.latents() {
            return Err(Error::OutOfRange {
                name: "number of σ",
                min: problem.latents(),
                max: problem.latents(),
                value: sigmas.len(),
            });
        }
        let modes = optimum.modes.iter().enumerate().filter(|(_, m)| m.active);
        let entries: Vec<Entry> = modes
            .map(|(i, m)| Entry {
                mode: i,
                latent: m.latent,
                lambda: m.lambda,
                theta: m.theta,
            })
            .collect();
        Self::place(basis, problem.latents(), &entries, sigmas.to_vec())
    }

    fn place(
        basis: &Basis,
        latents: usize,
        entries: &[Entry],
        sigma: Vec<f64>,
    ) -> Result<Self, Error> {
        let needed = entries.iter().map(|e| e.mode + 1).max().unwrap_or(0);
        if needed > basis.modes() {
            return Err(Error::OutOfRange {
                name: "number of active modes (directions known)",
                min: 0,
                max: basis.modes(),
                value: needed,
            });
        }
        let mut decoder = Mat::zeros(basis.output.nrows(), latents);
        let mut encoder = Mat::zeros(basis.input.nrows(), latents);
        let fill = |into: &mut Mat<f64>, latent, from: &Mat<f64>, mode, scale: f64| {
            let target: &mut [f64] = into.col_as_slice_mut(latent);
            for (out, v) in target.iter_mut().zip(from.col_as_slice(mode)) {
                *out = scale * v;
            }
        };
        for e in entries {
            fill(&mut decoder, e.latent, &basis.output, e.mode, e.lambda);
            fill(&mut encoder, e.latent, &basis.input, e.mode, e.theta);
        }
        Ok(Self {
            decoder,
            encoder,
            sigma,
        })
    }

    /// The same network in the notation of Lucas et al., for the decoder variance γ; its ELBO
    /// assumes a unit prior.
    pub fn to_vae(&self, gamma: f64) -> LinearVae {
        LinearVae {
            decoder: self.decoder.clone(),
            encoder: self.encoder.transpose().to_owned(),
            variances: self.sigma.iter().map(|s| s * s).collect(),
            sigma2: gamma,
        }
    }
}

/// A mode, the latent that carries it, and how strongly.
struct Entry {
    mode: usize,
    latent: usize,
    lambda: f64,
    theta: f64,
}

/// The decoder of pPCA that is best at a given σ², `W = U_k(Λ_k − σ²I)^½` (n × k), rotation I: with
/// the maximum-likelihood σ² the maximum-likelihood W (Tipping and Bishop; Lucas et al., eq. 4).
///
/// `eigenvectors` has the principal components as columns. A component with l ≤ σ², or beyond the
/// spectrum, is a zero column.
///
/// # Errors
/// [`Error::NotPositive`] for σ² below zero or not finite (zero is allowed), [`Error::BadEigenvalue`],
/// [`Error::Shape`] for fewer eigenvectors than columns that are not zero.
pub fn ppca_weights(
    eigenvalues: &[f64],
    eigenvectors: MatRef<'_, f64>,
    k: usize,
    sigma2: f64,
) -> Result<Mat<f64>, Error> {
    if sigma2 != 0.0 {
        positive("σ²", sigma2)?;
    }
    let mut lengths = vec![0.0; k];
    for (index, (length, &l)) in lengths.iter_mut().zip(eigenvalues).enumerate() {
        *length = representable("W", (eigenvalue(index, l)? - sigma2).max(0.0).sqrt())?;
    }
    let needed = lengths.iter().rposition(|l| *l > 0.0).map_or(0, |i| i + 1);
    if eigenvectors.ncols() < needed {
        let size = (eigenvectors.nrows(), needed);
        return Err(misfit("matrix of eigenvectors", eigenvectors, size));
    }
    Ok(Mat::from_fn(eigenvectors.nrows(), k, |i, j| {
        if lengths[j] > 0.0 {
            eigenvectors[(i, j)] * lengths[j]
        } else {
            0.0
        }
    }))
}
