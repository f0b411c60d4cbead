//! The smallest model with a bad local minimum: one latent and a soft-threshold decoder (Dai, Wang
//! and Wipf 2020, Proposition 1).
//!
//! Along one mode the data are x = ±ζ with equal chance, the encoder is q(z|±ζ) = N(±μ, σ²) and the
//! decoder `π_α(Wz)`, `π_α(u) = sign(u)(|u| − α)₊`. By symmetry both halves of the data have the
//! same energy, ((d/2) log 2πγ left out)
//!
//! `L = (1/2γ)·[ζ² − 2ζA + B] + (β/2)·(μ²/η² + σ²/η² − log(σ²/η²) − 1)`,
//!
//! with `A = E[π_α(t)]`, `B = E[π_α(t)²]`, `t ~ N(Wμ, W²σ²)`. At α = 0 it is the mode of the linear
//! model, [`super::ModeSurface`], with u = W and v = μ. For α > 0 the decoder is silent around W = 0
//! and the collapsed point is always a local minimum.
//!
//! - [`moments()`]: A and B in closed form and by quadrature;
//! - [`profile`](SoftThreshold::best_sigma): σ at its best;
//! - [`stationary`](SoftThreshold::good_minimum): the collapsed point, the good minimum, and the α
//!   at which the latter stops being global;
//! - [`LearnedGamma`]: the same with γ learned too.

mod learned_gamma;
mod moments;
mod profile;
mod stationary;

use serde::Serialize;

use super::{Axis, Error, Grid, eigenvalue, positive};

pub use learned_gamma::LearnedGamma;
pub use moments::{Moments, moments, moments_by_quadrature, soft_threshold};
pub use profile::BestSigma;
pub use stationary::{AlphaLimits, Collapsed, GoodMinimum};

/// The energy of one mode under a soft-threshold decoder.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct SoftThreshold {
    zeta2: f64,
    zeta: f64,
    alpha: f64,
    beta: f64,
    gamma: f64,
    eta_enc: f64,
}

impl SoftThreshold {
    /// The model of a mode with eigenvalue ζ² and a threshold α ≥ 0, in the units of x.
    ///
    /// # Errors
    /// [`Error::BadEigenvalue`] for ζ², [`Error::NotPositive`] for β, γ and `η_enc` (and for ζ² = 0,
    /// which has nothing to model), [`Error::NotFinite`] or [`Error::NotPositive`] for α,
    /// [`Error::NotRepresentable`] where a product of them under- or overflows.
    pub fn new(zeta2: f64, alpha: f64, beta: f64, gamma: f64, eta_enc: f64) -> Result<Self, Error> {
        eigenvalue(0, zeta2)?;
        positive("ζ²", zeta2)?;
        if alpha != 0.0 {
            positive("α", alpha)?;
        }
        positive("β", beta)?;
        positive("γ", gamma)?;
        positive("η_enc", eta_enc)?;
        let zeta = zeta2.sqrt();
        for (what, value) in [
            ("βγ", beta * gamma),
            ("η_enc²", eta_enc * eta_enc),
            ("βγ/ζ²", beta * gamma / zeta2),
            ("ζ²/γ", zeta2 / gamma),
        ] {
            if !value.is_normal() {
                return Err(Error::NotRepresentable { what });
            }
        }
        if !(alpha / zeta).is_finite() {
            return Err(Error::NotRepresentable { what: "α/ζ" });
        }
        Ok(Self {
            zeta2,
            zeta,
            alpha,
            beta,
            gamma,
            eta_enc,
        })
    }

    /// The mode's variance ζ².
    pub fn zeta2(&self) -> f64 {
        self.zeta2
    }

    /// The mode's standard deviation ζ.
    pub fn zeta(&self) -> f64 {
        self.zeta
    }

    /// The threshold α, in the units of x.
    pub fn alpha(&self) -> f64 {
        self.alpha
    }

    /// The weight of the KL, β.
    pub fn beta(&self) -> f64 {
        self.beta
    }

    /// The decoder variance γ.
    pub fn gamma(&self) -> f64 {
        self.gamma
    }

    /// Standard deviation of the prior.
    pub fn eta_enc(&self) -> f64 {
        self.eta_enc
    }

    /// The same model with another α; the caller has checked it.
    fn with_alpha(self, alpha: f64) -> Self {
        Self { alpha, ..self }
    }

    /// βγ/ζ²: below 1 the mode of the linear model lives.
    pub fn noise_ratio(&self) -> f64 {
        self.beta * self.gamma / self.zeta2
    }

    /// The relative threshold α/ζ.
    pub fn relative_alpha(&self) -> f64 {
        self.alpha / self.zeta
    }

    /// E‖x − D(z)‖² = ζ² − 2ζA + B, never negative; +∞ where Wμ or Wσ overflows.
    pub fn error(&self, w: f64, mu: f64, sigma: f64) -> f64 {
        let (m, s) = (w * mu, w.abs() * sigma);
        if !(m.is_finite() && s.is_finite()) {
            return f64::INFINITY;
        }
        let found = moments(m, s, self.alpha);
        let error = self.zeta2 - 2.0 * self.zeta * found.mean + found.square;
        error.max(0.0)
    }

    /// KL of N(μ, σ²) from the prior, in nats.
    pub fn kl(&self, mu: f64, sigma: f64) -> f64 {
        let (mu, sigma) = (mu / self.eta_enc, sigma / self.eta_enc);
        0.5 * (mu * mu + sigma * sigma - 2.0 * sigma.ln() - 1.0)
    }

    /// The energy at decoder weight W, encoder mean μ and standard deviation σ > 0.
    pub fn loss(&self, w: f64, mu: f64, sigma: f64) -> f64 {
        self.error(w, mu, sigma) / (2.0 * self.gamma) + self.beta * self.kl(mu, sigma)
    }

    /// Derivatives of [`SoftThreshold::loss`] by W, μ and log σ.
    pub fn gradient(&self, w: f64, mu: f64, sigma: f64) -> [f64; 3] {
        let s = w.abs() * sigma;
        let found = moments(w * mu, s, self.alpha);
        // Derivatives of the data term by m = Wμ and s = |W|σ.
        let by_m = (found.mean - self.zeta * found.passing) / self.gamma;
        let by_s = (s * found.passing - self.zeta * found.mean_by_s) / self.gamma;
        let sign = if w < 0.0 { -1.0 } else { 1.0 };
        let eta2 = self.eta_enc * self.eta_enc;
        [
            by_m * mu + by_s * sigma * sign,
            by_m * w + self.beta * mu / eta2,
            by_s * s + self.beta * (sigma * sigma / eta2 - 1.0),
        ]
    }

    /// [`SoftThreshold::profiled_loss`] with W along x and μ along y.
    ///
    /// # Errors
    /// As [`Axis::new`].
    pub fn grid(&self, w: Axis, mu: Axis) -> Result<Grid, Error> {
        Grid::evaluate(w, mu, |w, mu| self.profiled_loss(w, mu))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::theory::ModeSurface;

    const POINTS: [(f64, f64, f64); 7] = [
        (0.0, 0.0, 1.0),
        (0.8, -0.3, 0.5),
        (-1.7, 1.1, 0.9),
        (2.5, 0.9, 0.05),
        (0.4, 1.2, 1.6),
        (-3.0, -0.6, 0.2),
        (0.05, 0.01, 0.8),
    ];

    #[test]
    fn without_a_threshold_it_is_the_linear_mode() {
        for (zeta2, beta, gamma, eta) in [(2.3, 0.7, 0.4, 1.6), (0.5, 2.0, 3.0, 0.8)] {
            let soft = SoftThreshold::new(zeta2, 0.0, beta, gamma, eta).unwrap();
            let linear = ModeSurface::new(zeta2, beta, gamma, eta).unwrap();
            for (w, mu, sigma) in POINTS {
                let exact = linear.loss(w, mu, sigma);
                assert!((soft.loss(w, mu, sigma) - exact).abs() < 1e-13 * exact.abs().max(1.0));
                let exact = linear.profiled_loss(w, mu);
                let found = soft.profiled_loss(w, mu);
                assert!(
                    (found - exact).abs() < 1e-13 * exact.abs().max(1.0),
                    "{w} {mu}"
                );
                // A vanishing threshold makes a vanishing difference.
                let nearly = SoftThreshold::new(zeta2, 1e-12, beta, gamma, eta).unwrap();
                assert!((nearly.profiled_loss(w, mu) - exact).abs() < 1e-10 * exact.abs().max(1.0));
            }
        }
    }

    #[test]
    fn a_silent_decoder_leaves_the_variance_of_the_data() {
        let soft = SoftThreshold::new(1.7, 0.4, 1.3, 0.6, 0.9).unwrap();
        for (mu, sigma) in [(0.0, 0.9), (1.4, 0.3)] {
            let exact = 1.7 / (2.0 * 0.6) + 1.3 * soft.kl(mu, sigma);
            assert!((soft.loss(0.0, mu, sigma) - exact).abs() < 1e-14 * exact);
            // Flat to all orders: the noise would have to be 40 standard deviations away.
            assert_eq!(soft.loss(0.005, mu, sigma), soft.loss(0.0, mu, sigma));
        }
        assert_eq!(soft.gradient(0.0, 0.0, 0.9), [0.0; 3]);
    }

    #[test]
    fn the_gradient_is_that_of_the_loss() {
        for alpha in [0.0, 0.3, 1.2] {
            let soft = SoftThreshold::new(1.4, alpha, 0.6, 0.3, 1.2).unwrap();
            for (w, mu, sigma) in POINTS {
                if w == 0.0 {
                    continue;
                }
                let exact = soft.gradient(w, mu, sigma);
                let h = 1e-5;
                let by = |f: &dyn Fn(f64) -> f64| (f(h) - f(-h)) / (2.0 * h);
                let measured = [
                    by(&|h| soft.loss(w + h, mu, sigma)),
                    by(&|h| soft.loss(w, mu + h, sigma)),
                    by(&|h: f64| soft.loss(w, mu, sigma * h.exp())),
                ];
                for (a, b) in exact.iter().zip(measured) {
                    assert!((a - b).abs() < 3e-8 * a.abs().max(1.0), "{w} {mu}: {a} {b}");
                }
            }
        }
    }

    #[test]
    fn the_energy_by_quadrature_is_the_energy() {
        let soft = SoftThreshold::new(2.0, 0.5, 0.8, 0.25, 1.0).unwrap();
        for (w, mu, sigma) in POINTS {
            let (a, b) = moments_by_quadrature(w * mu, w.abs() * sigma, 0.5);
            let exact = (2.0 - 2.0 * 2.0_f64.sqrt() * a + b) / 0.5 + 0.8 * soft.kl(mu, sigma);
            assert!((soft.loss(w, mu, sigma) - exact).abs() < 1e-12 * exact);
        }
    }

    #[test]
    fn extremes_are_no_nan_and_bad_numbers_are_refused() {
        let soft = SoftThreshold::new(1.0, 0.5, 1.0, 0.1, 1.0).unwrap();
        for w in [0.0, 1e-300, -1e100, 1e300, f64::MAX] {
            for mu in [0.0, 1e-300, 1e50, -1e300] {
                for sigma in [1e-300, 1.0, 1e100] {
                    assert!(!soft.loss(w, mu, sigma).is_nan(), "{w} {mu} {sigma}");
                }
                assert!(!soft.profiled_loss(w, mu).is_nan(), "{w} {mu}");
            }
        }
        assert!(soft.profiled_loss(1e60, 1e60).is_finite());
        for (zeta2, alpha, gamma) in [
            (0.0, 0.1, 1.0),
            (-1.0, 0.1, 1.0),
            (1.0, -0.1, 1.0),
            (1.0, f64::NAN, 1.0),
            (1.0, 0.1, 0.0),
            (1e-200, 1e300, 1e-150),
        ] {
            assert!(SoftThreshold::new(zeta2, alpha, 1.0, gamma, 1.0).is_err());
        }
    }
}
