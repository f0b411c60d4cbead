//! The analytic ELBO of the linear VAE (Lucas et al. 2019, §4 and appendix C) for weights as they
//! are, at the optimum or anywhere else: its value, its gradients, and how far it is below the
//! likelihood of the probabilistic PCA that the decoder describes.
//!
//! With x centred, `q(z|x) = N(Vx, D)`, D diagonal, and `p(x|z) = N(Wz, σ²I)`. In the notation of
//! [`theory`](super) the decoder is U = W, the encoder Wᵀ = V, D = `diag σ_j²` and γ = σ²; the prior
//! is N(0, I). S is the data's covariance ([`Covariance`]), so everything is a mean over the data.

use std::f64::consts::PI;

use faer::linalg::solvers::{Llt, Solve};
use faer::{Mat, MatRef, Side};

use super::covariance::{Covariance, finite, shape};
use super::{Error, positive, representable};

/// A linear VAE on n dimensions with k latents.
#[derive(Debug, Clone, PartialEq)]
pub struct LinearVae {
    /// The decoder W, n × k.
    pub decoder: Mat<f64>,
    /// The encoder V, k × n.
    pub encoder: Mat<f64>,
    /// The diagonal of D, k posterior variances.
    pub variances: Vec<f64>,
    /// σ² (γ), the decoder's variance.
    pub sigma2: f64,
}

/// The ELBO and its parts, means per sample in nats.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Elbo {
    /// E‖x − Wz‖², summed over dimensions: `tr((I − WV) S (I − WV)ᵀ) + tr(W D Wᵀ)`.
    pub squared_error: f64,
    /// E log p(x|z), (C) of the paper: `−E‖x − Wz‖²/2σ² − (n/2) log 2πσ²` (eqs. 19 and 20).
    pub log_likelihood: f64,
    /// E KL(q(z|x) ‖ N(0, I)), (B): `½(−log det D + tr(V S Vᵀ) + tr D − k)` (eq. 16).
    pub kl: f64,
    /// The ELBO, `log_likelihood − β·kl`.
    pub value: f64,
}

/// The gradient of [`Elbo::value`]; each part has the shape of what it belongs to.
#[derive(Debug, Clone, PartialEq)]
pub struct ElboGradient {
    /// ∂/∂W = `(S Vᵀ − W D − W V S Vᵀ)/σ²` (eq. 23).
    pub decoder: Mat<f64>,
    /// ∂/∂V = `(Wᵀ − (WᵀW + βσ²I) V) S/σ²` (eq. 22).
    pub encoder: Mat<f64>,
    /// ∂/∂D = `½(β D⁻¹ − βI − diag(WᵀW)/σ²)` (eq. 21).
    pub variances: Vec<f64>,
    /// ∂/∂σ² = `E‖x − Wz‖²/2σ⁴ − n/2σ²`.
    pub sigma2: f64,
}

/// How far the ELBO (at β = 1) is below the log likelihood: `E KL(q(z|x) ‖ p(z|x))`, in three
/// parts, none negative. The posterior is N(M⁻¹Wᵀx, σ²M⁻¹), `M = WᵀW + σ²I`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ElboGap {
    /// Because V is not M⁻¹Wᵀ: `tr(ΔᵀMΔ S)/2σ²`, Δ = V − M⁻¹Wᵀ.
    pub mean: f64,
    /// Because D is not the best diagonal: `½ Σ (t_j − 1 − log t_j)`, `t_j = M_jj D_jj/σ²`.
    pub variances: f64,
    /// Because D is diagonal: `½(log det M̃ − log det M)`, [`stationary_gap`].
    pub diagonal: f64,
}

impl ElboGap {
    /// The whole gap.
    pub fn total(&self) -> f64 {
        self.mean + self.variances + self.diagonal
    }
}

impl LinearVae {
    /// The VAE with the best encoder for a decoder W (n × k):
    /// `V = (WᵀW + βσ²I)⁻¹Wᵀ` and `D = βσ²(diag(WᵀW) + βσ²I)⁻¹`, from setting eqs. 21 and 22 to 0.
    /// At β = 1 V is the mean of the true posterior.
    ///
    /// # Errors
    /// [`Error::NotPositive`] for σ² or β, [`Error::NotRepresentable`] for a W that is not finite.
    pub fn stationary(decoder: Mat<f64>, sigma2: f64, beta: f64) -> Result<Self, Error> {
        let noise = noise(sigma2, beta)?;
        let m = capacity(decoder.as_ref(), noise);
        let encoder = cholesky(&m)?.solve(decoder.transpose());
        let variances = (0..m.ncols()).map(|j| noise / m[(j, j)]).collect();
        Ok(Self {
            decoder,
            encoder,
            variances,
            sigma2,
        })
    }

    /// The ELBO with the KL weighted by `beta`, for data of covariance `s`.
    ///
    /// # Errors
    /// [`Error::Shape`] for matrices that do not fit together, [`Error::NotPositive`] for β, σ² or
    /// an entry of D, [`Error::NotRepresentable`] if the result is not finite.
    pub fn elbo(&self, s: &Covariance, beta: f64) -> Result<Elbo, Error> {
        self.check(s)?;
        positive("β", beta)?;
        let (means, residual) = self.projected(s);
        let spread: f64 = self
            .variances
            .iter()
            .zip(self.decoder.col_iter())
            .map(|(d, column)| d * column.squared_norm_l2())
            .sum();
        let squared_error = residual.squared_norm_l2() + spread;
        let n = s.dim() as f64;
        let log_likelihood =
            -squared_error / (2.0 * self.sigma2) - 0.5 * n * ((2.0 * PI).ln() + self.sigma2.ln());
        let own: f64 = self.variances.iter().map(|&d| excess(d)).sum();
        let kl = 0.5 * (own + means.squared_norm_l2());
        Ok(Elbo {
            squared_error,
            log_likelihood,
            kl,
            value: representable("the ELBO", log_likelihood - beta * kl)?,
        })
    }

    /// The gradient of the ELBO with the KL weighted by `beta` (eqs. 21–23, and σ²).
    ///
    /// # Errors
    /// As [`LinearVae::elbo`].
    pub fn gradient(&self, s: &Covariance, beta: f64) -> Result<ElboGradient, Error> {
        let squared_error = self.elbo(s, beta)?.squared_error;
        let (means, residual) = self.projected(s);
        let inverse = 1.0 / self.sigma2;
        // With A = VF and R = F − WA: S Vᵀ − W V S Vᵀ = R Aᵀ, and (Wᵀ − WᵀW V) S = WᵀR Fᵀ.
        let mut decoder = &residual * means.transpose();
        for (j, column) in decoder.as_mut().col_iter_mut().enumerate() {
            let (w, d) = (self.decoder.col(j), self.variances[j]);
            for (out, w) in column.iter_mut().zip(w.iter()) {
                *out = inverse * (*out - w * d);
            }
        }
        let pull = self.decoder.transpose() * &residual * faer::Scale(inverse)
            - &means * faer::Scale(beta);
        let encoder = pull * s.factor().transpose();
        let variances = self
            .variances
            .iter()
            .zip(self.decoder.col_iter())
            .map(|(d, w)| 0.5 * (beta * (1.0 / d - 1.0) - inverse * w.squared_norm_l2()))
            .collect();
        let sigma2 = 0.5 * inverse * (squared_error * inverse - s.dim() as f64);
        Ok(ElboGradient {
            decoder,
            encoder,
            variances,
            sigma2,
        })
    }

    /// The gap between the log likelihood of pPCA with this decoder and σ², and the ELBO at β = 1:
    /// [`log_marginal_likelihood`] = ELBO + gap, whatever V and D are.
    ///
    /// # Errors
    /// As [`LinearVae::elbo`].
    pub fn gap(&self, s: &Covariance) -> Result<ElboGap, Error> {
        self.check(s)?;
        let m = capacity(self.decoder.as_ref(), self.sigma2);
        let factor = cholesky(&m)?;
        let off = &self.encoder - factor.solve(self.decoder.transpose());
        let mean =
            (factor.L().transpose() * (off * s.factor())).squared_norm_l2() / (2.0 * self.sigma2);
        let variances = self
            .variances
            .iter()
            .enumerate()
            .map(|(j, d)| 0.5 * excess(m[(j, j)] / self.sigma2 * d))
            .sum();
        let gap = ElboGap {
            mean,
            variances,
            diagonal: diagonal_gap(&m)?,
        };
        representable("the ELBO gap", gap.total())?;
        Ok(gap)
    }

    /// VF (k × r) and F − WVF (n × r).
    fn projected(&self, s: &Covariance) -> (Mat<f64>, Mat<f64>) {
        let means = &self.encoder * s.factor();
        let residual = s.factor() - &self.decoder * &means;
        (means, residual)
    }

    fn check(&self, s: &Covariance) -> Result<(), Error> {
        let (n, k) = (s.dim(), self.decoder.ncols());
        shape("decoder", self.decoder.as_ref(), (n, k))?;
        shape("encoder", self.encoder.as_ref(), (k, n))?;
        if self.variances.len() != k {
            return Err(Error::OutOfRange {
                name: "number of posterior variances",
                min: k,
                max: k,
                value: self.variances.len(),
            });
        }
        positive("σ²", self.sigma2)?;
        for &d in &self.variances {
            positive("posterior variance", d)?;
        }
        Ok(())
    }
}

/// The mean log likelihood of pPCA with any decoder W (n × k) and σ²:
/// `−½(n log 2π + log|C| + tr(C⁻¹S))`, `C = WWᵀ + σ²I`, by way of the k × k matrix
/// `M = WᵀW + σ²I`.
///
/// `log|C| = (n − k) log σ² + log|M|`, and xᵀC⁻¹x is the least of ‖x − Wz‖²/σ² + ‖z‖², taken at
/// z = M⁻¹Wᵀx: a sum of squares, where Woodbury's difference would cancel.
///
/// # Errors
/// [`Error::Shape`], [`Error::NotPositive`] for σ², [`Error::NotRepresentable`] if the result is
/// not finite.
pub fn log_marginal_likelihood(
    decoder: MatRef<'_, f64>,
    sigma2: f64,
    s: &Covariance,
) -> Result<f64, Error> {
    let (n, k) = (s.dim(), decoder.ncols());
    shape("decoder", decoder, (n, k))?;
    positive("σ²", sigma2)?;
    let factor = cholesky(&capacity(decoder, sigma2))?;
    let means = factor.solve(decoder.transpose() * s.factor());
    let residual = s.factor() - decoder * &means;
    let quadratic = residual.squared_norm_l2() / sigma2 + means.squared_norm_l2();
    let log_det = (n as f64 - k as f64) * sigma2.ln() + log_det(&factor);
    representable(
        "the log likelihood",
        -0.5 * (n as f64 * (2.0 * PI).ln() + log_det + quadratic),
    )
}

/// The gap that the best diagonal D leaves, `½(log det M̃ − log det M)` with `M = WᵀW + σ²I`
/// and M̃ its diagonal: 0 iff the columns of W are orthogonal.
///
/// # Errors
/// [`Error::NotPositive`] for σ², [`Error::NotRepresentable`] for a W that is not finite.
pub fn stationary_gap(decoder: MatRef<'_, f64>, sigma2: f64) -> Result<f64, Error> {
    positive("σ²", sigma2)?;
    diagonal_gap(&capacity(decoder, sigma2))
}

/// βσ², checked.
fn noise(sigma2: f64, beta: f64) -> Result<f64, Error> {
    let noise = positive("β", beta)? * positive("σ²", sigma2)?;
    if noise.is_normal() {
        Ok(noise)
    } else {
        Err(Error::NotRepresentable { what: "βσ²" })
    }
}

/// `WᵀW + noise·I`, k × k.
fn capacity(decoder: MatRef<'_, f64>, noise: f64) -> Mat<f64> {
    let mut m = decoder.transpose() * decoder;
    for j in 0..m.ncols() {
        m[(j, j)] += noise;
    }
    m
}

fn cholesky(m: &Mat<f64>) -> Result<Llt<f64>, Error> {
    let what = "the product of the decoder with itself";
    if !finite(m.as_ref()) {
        return Err(Error::NotRepresentable { what });
    }
    m.llt(Side::Lower)
        .map_err(|_| Error::NotRepresentable { what })
}

fn log_det(factor: &Llt<f64>) -> f64 {
    let diagonal = factor.L().diagonal().column_vector();
    2.0 * diagonal.iter().map(|l| l.ln()).sum::<f64>()
}

/// −½ log det of the correlation matrix of `m`. Its Cholesky factor has rows of length one, so
/// each logarithm is taken of one minus what stands left of the diagonal: small gaps keep their
/// digits.
fn diagonal_gap(m: &Mat<f64>) -> Result<f64, Error> {
    let k = m.ncols();
    let scale: Vec<f64> = (0..k).map(|j| m[(j, j)].sqrt()).collect();
    let correlation = Mat::from_fn(k, k, |i, j| {
        if i == j {
            1.0
        } else {
            m[(i, j)] / scale[i] / scale[j]
        }
    });
    let factor = cholesky(&correlation)?;
    let l = factor.L();
    let log_det: f64 = (0..k)
        .map(|i| {
            let left: f64 = (0..i).map(|j| l[(i, j)] * l[(i, j)]).sum();
            // Where little is left of 1 the diagonal itself is the better number.
            if left < 0.5 {
                (-left).ln_1p()
            } else {
                2.0 * l[(i, i)].ln()
            }
        })
        .sum();
    representable("the ELBO gap", -0.5 * log_det)
}

/// t − 1 − log t, without cancellation near 1.
fn excess(t: f64) -> f64 {
    let x = t - 1.0;
    if x.abs() < 0.5 {
        x - x.ln_1p()
    } else {
        x - t.ln()
    }
}
