//! The same energy with γ learned too: the setting of Dai et al.'s Proposition 1, in which the
//! collapsed point keeps being a local minimum "across all parameters including a learnable γ".

use serde::Serialize;

use super::SoftThreshold;
use crate::theory::{Error, positive};

/// `L = (E‖x − D(z)‖² + R)/(2γ) + (d/2) log 2πγ + β·KL`: the mode in data of dimension d whose other
/// modes, of total variance R, no latent models.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct LearnedGamma {
    mode: SoftThreshold,
    dim: usize,
    rest: f64,
}

impl LearnedGamma {
    /// The mode in `dim` dimensions with variance `rest` beside it; `rest` = 0 is rank-1 data.
    ///
    /// # Errors
    /// [`Error::NotPositive`] for `dim` = 0, [`Error::NotFinite`] or [`Error::NotPositive`] for `rest`.
    pub fn new(mode: SoftThreshold, dim: usize, rest: f64) -> Result<Self, Error> {
        positive("the data dimension d", dim as f64)?;
        if rest != 0.0 {
            positive("the variance of the other modes", rest)?;
        }
        Ok(Self { mode, dim, rest })
    }

    /// The energy at some γ; `mode`'s own γ plays no part.
    pub fn loss(&self, w: f64, mu: f64, sigma: f64, gamma: f64) -> f64 {
        let error = self.mode.error(w, mu, sigma) + self.rest;
        let kl = self.mode.beta() * self.mode.kl(mu, sigma);
        error / (2.0 * gamma) + 0.5 * self.dim as f64 * (std::f64::consts::TAU * gamma).ln() + kl
    }

    /// Derivatives of [`LearnedGamma::loss`] by W, μ, log σ and log γ.
    pub fn gradient(&self, w: f64, mu: f64, sigma: f64, gamma: f64) -> [f64; 4] {
        let mode = SoftThreshold { gamma, ..self.mode };
        let [by_w, by_mu, by_sigma] = mode.gradient(w, mu, sigma);
        let error = self.mode.error(w, mu, sigma) + self.rest;
        [
            by_w,
            by_mu,
            by_sigma,
            0.5 * self.dim as f64 - error / (2.0 * gamma),
        ]
    }

    /// The γ of least energy, `γ* = (E‖x − D(z)‖² + R)/d`.
    pub fn best_gamma(&self, w: f64, mu: f64, sigma: f64) -> f64 {
        (self.mode.error(w, mu, sigma) + self.rest) / self.dim as f64
    }

    /// The energy with γ at its best: `(d/2) log(2πe γ*) + β·KL`; −∞ where the error vanishes.
    pub fn profiled_loss(&self, w: f64, mu: f64, sigma: f64) -> f64 {
        let gamma = self.best_gamma(w, mu, sigma);
        let constant = (std::f64::consts::TAU * std::f64::consts::E).ln();
        0.5 * self.dim as f64 * (gamma.ln() + constant) + self.mode.beta() * self.mode.kl(mu, sigma)
    }

    /// γ̄ of the collapsed point: the variance per dimension.
    pub fn collapsed_gamma(&self) -> f64 {
        (self.mode.zeta2() + self.rest) / self.dim as f64
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn rank_one(alpha: f64, dim: usize) -> LearnedGamma {
        let mode = SoftThreshold::new(1.5, alpha, 1.0, 1.0, 1.0).unwrap();
        LearnedGamma::new(mode, dim, 0.0).unwrap()
    }

    #[test]
    fn the_gradient_is_that_of_the_loss() {
        let mode = SoftThreshold::new(1.5, 0.4, 0.7, 1.0, 1.1).unwrap();
        let learned = LearnedGamma::new(mode, 5, 0.3).unwrap();
        let at = [1.3, 0.8, (0.4_f64).ln(), (0.2_f64).ln()];
        let loss = |x: [f64; 4]| learned.loss(x[0], x[1], x[2].exp(), x[3].exp());
        let exact = learned.gradient(at[0], at[1], at[2].exp(), at[3].exp());
        for i in 0..4 {
            let moved = |h: f64| {
                let mut x = at;
                x[i] += h;
                loss(x)
            };
            let measured = (moved(1e-5) - moved(-1e-5)) / 2e-5;
            assert!(
                (exact[i] - measured).abs() < 1e-7 * exact[i].abs().max(1.0),
                "{i}"
            );
        }
        let best = learned.best_gamma(1.3, 0.8, 0.4);
        assert!(learned.gradient(1.3, 0.8, 0.4, best)[3].abs() < 1e-12);
        let profiled = learned.profiled_loss(1.3, 0.8, 0.4);
        assert!((profiled - learned.loss(1.3, 0.8, 0.4, best)).abs() < 1e-12);
    }

    /// Proposition 1: a local minimum across all parameters, γ included, although elsewhere the same
    /// rank-1 data are reproduced as exactly as one likes and the energy falls without bound.
    #[test]
    fn the_collapsed_point_is_a_bad_local_minimum_across_all_parameters() {
        for alpha in [0.05, 0.4, 2.0] {
            let learned = rank_one(alpha, 4);
            let gamma = learned.collapsed_gamma();
            assert_eq!(learned.gradient(0.0, 0.0, 1.0, gamma), [0.0; 4]);
            let bottom = learned.loss(0.0, 0.0, 1.0, gamma);
            // All directions of a small ball in (W, μ, log σ, log γ).
            let radius = 0.12 * alpha.min(1.0);
            for code in 0..625_u32 {
                let unit = |k: u32| f64::from(code / 5_u32.pow(k) % 5) / 2.0 - 1.0;
                let d: [f64; 4] = std::array::from_fn(|k| radius * unit(k as u32));
                let there = learned.loss(d[0], d[1], d[2].exp(), gamma * d[3].exp());
                let only_w = d[1..].iter().all(|v| *v == 0.0);
                assert!(there > bottom || only_w && there >= bottom, "{alpha} {d:?}");
            }
            // The way out: W μ = ζ + α and ever less noise.
            let (w, mu) = (2.0, f64::midpoint(1.5_f64.sqrt(), alpha));
            let along: Vec<f64> = [1e-2, 1e-3, 1e-5, 1e-7]
                .iter()
                .map(|&sigma| learned.profiled_loss(w, mu, sigma))
                .collect();
            assert!(
                along.windows(2).all(|pair| pair[1] < pair[0] - 5.0),
                "{along:?}"
            );
            assert!(along[3] < bottom - 30.0);
            assert!(learned.best_gamma(w, mu, 1e-7) < 1e-13);
        }
    }

    #[test]
    fn without_a_threshold_the_collapsed_point_has_a_way_down() {
        let learned = rank_one(0.0, 4);
        let gamma = learned.collapsed_gamma();
        let bottom = learned.loss(0.0, 0.0, 1.0, gamma);
        assert!(learned.loss(0.05, 0.05, 1.0, gamma) < bottom);
        assert!(LearnedGamma::new(learned.mode, 0, 0.0).is_err());
        assert!(LearnedGamma::new(learned.mode, 3, -1.0).is_err());
    }
}
