//! How much z says about x: the mutual information of data and latents under q.
//!
//! `I = E_x KL(q(z|x) ‖ q(z))` with the aggregate posterior `q(z) = (1/N) Σ q(z|x_n)` (Hoffman & Johnson 2016). It is
//! estimated by draws from q, the aggregate taken over the N samples there are; whatever the truth, that cannot exceed
//! log N. Beside it stands a bound without that limit: the KL minus what the moments of q(z) alone cost,
//! `I ≤ E KL − KL(N(m, S) ‖ p)`, an equality if q(z) is Gaussian, as it is for a linear model of Gaussian data.

use faer::linalg::matmul::matmul;
use faer::{Accum, Mat, Par, Side};

use serde::Serialize;

use crate::rng::{Stream, normal};
use crate::train::Posterior;

/// The number of draws of z.
const DRAWS: usize = 512;
/// Samples the aggregate is taken over, at most.
const MOST: usize = 4096;
/// The draws' step in the stream of prior samples, which uses step 0.
const STEP: u32 = 1;
/// Nats below the ceiling within which an estimate only says that there is at least as much.
const NEAR_CEILING: f64 = 1.0;

/// An estimate of I(x; z) in nats.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct MutualInformation {
    /// The estimate in nats.
    pub nats: f64,
    /// Standard error of the mean over the draws; the error of an aggregate of only N samples is not in it.
    pub standard_error: f64,
    /// log N: no estimate from N samples exceeds it.
    pub ceiling: f64,
    /// E KL − KL(N(m, S) ‖ p), which I does not exceed; none if S is not positive definite.
    pub upper_bound: Option<f64>,
}

impl MutualInformation {
    /// Whether the estimate is so near log N that it is only a lower limit.
    pub fn is_saturated(&self) -> bool {
        self.nats > self.ceiling - NEAR_CEILING
    }
}

/// Estimates I(x; z) from the posteriors of N samples against a prior N(0, `prior_variance` I). The draws depend on
/// `seed` alone. None for no samples or no latents, or if a variance is not positive.
///
/// With D draws it takes D N κ multiplications.
pub fn mutual_information(
    posterior: &Posterior,
    prior_variance: f64,
    seed: u32,
) -> Option<MutualInformation> {
    let posterior = &posterior.head(MOST);
    let (n, k) = (posterior.samples(), posterior.latents());
    let usable = |i: usize| {
        posterior
            .sigma2(i)
            .iter()
            .all(|v| *v > 0.0 && v.is_finite())
    };
    if n == 0 || k == 0 || !(0..n).all(usable) {
        return None;
    }
    // log q(z|x_n) = c_n + Σ_j z_j² a_nj + z_j b_nj: a product of matrices over all pairs.
    let mu = |i: usize, j: usize| f64::from(posterior.mu(i)[j]);
    let sigma2 = |i: usize, j: usize| f64::from(posterior.sigma2(i)[j]);
    let features = Mat::from_fn(2 * k, n, |row, i| {
        let j = row % k;
        if row < k {
            -0.5 / sigma2(i, j)
        } else {
            mu(i, j) / sigma2(i, j)
        }
    });
    let constants: Vec<f64> = (0..n)
        .map(|i| {
            (0..k)
                .map(|j| -0.5 * (mu(i, j).powi(2) / sigma2(i, j) + sigma2(i, j).ln()))
                .sum()
        })
        .collect();
    let draws = DRAWS.min(n);
    // Spread over the samples, whatever their order in the file.
    let sample = |draw: usize| draw * n / draws;
    let noise =
        |draw: usize, j: usize| f64::from(normal(seed, Stream::Prior, (draw * k + j) as u32, STEP));
    let z = Mat::from_fn(draws, k, |draw, j| {
        let i = sample(draw);
        mu(i, j) + sigma2(i, j).sqrt() * noise(draw, j)
    });
    let powers = Mat::from_fn(draws, 2 * k, |draw, row| {
        let value = z[(draw, row % k)];
        if row < k { value * value } else { value }
    });
    let mut logs = Mat::zeros(draws, n);
    matmul(&mut logs, Accum::Replace, &powers, &features, 1.0, Par::Seq);
    let terms: Vec<f64> = (0..draws)
        .map(|draw| {
            let all: Vec<f64> = (0..n).map(|i| logs[(draw, i)] + constants[i]).collect();
            let largest = all.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let sum: f64 = all.iter().map(|l| (l - largest).exp()).sum();
            all[sample(draw)] - (largest + (sum / n as f64).ln())
        })
        .collect();
    let count = draws as f64;
    let mean = terms.iter().sum::<f64>() / count;
    let variance = terms.iter().map(|t| (t - mean).powi(2)).sum::<f64>() / (count - 1.0).max(1.0);
    let kl: f64 = (0..k)
        .map(|j| posterior.kl(j, prior_variance).sum::<f64>() / n as f64)
        .sum();
    Some(MutualInformation {
        nats: mean,
        standard_error: (variance / count).sqrt(),
        ceiling: (n as f64).ln(),
        upper_bound: moments_cost(posterior, prior_variance).map(|cost| kl - cost),
    })
}

/// KL(N(m, S) ‖ N(0, η² I)) of the moments m, S of the aggregate posterior: S = Cov μ + diag E σ².
fn moments_cost(posterior: &Posterior, prior_variance: f64) -> Option<f64> {
    let (n, k) = (posterior.samples(), posterior.latents());
    let mean: Vec<f64> = (0..k)
        .map(|j| (0..n).map(|i| f64::from(posterior.mu(i)[j])).sum::<f64>() / n as f64)
        .collect();
    let centred = Mat::from_fn(n, k, |i, j| f64::from(posterior.mu(i)[j]) - mean[j]);
    let mut covariance = Mat::zeros(k, k);
    let scale = 1.0 / n as f64;
    matmul(
        &mut covariance,
        Accum::Replace,
        centred.transpose(),
        &centred,
        scale,
        Par::Seq,
    );
    for j in 0..k {
        let own = (0..n)
            .map(|i| f64::from(posterior.sigma2(i)[j]))
            .sum::<f64>();
        covariance[(j, j)] += own * scale;
    }
    let factor = covariance.llt(Side::Lower).ok()?;
    let log_det: f64 = (0..k).map(|j| 2.0 * factor.L()[(j, j)].ln()).sum();
    let trace: f64 = (0..k).map(|j| covariance[(j, j)]).sum();
    let shift: f64 = mean.iter().map(|m| m * m).sum();
    let cost = 0.5
        * ((trace + shift) / prior_variance - k as f64 + k as f64 * prior_variance.ln() - log_det);
    cost.is_finite().then_some(cost)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// n samples of Gaussian means with this variance and a posterior variance that makes the aggregate N(0, 1).
    fn gaussian(n: usize, variances: &[f64]) -> Posterior {
        let k = variances.len();
        let mut mu = Vec::with_capacity(n * k);
        let mut sigma2 = Vec::with_capacity(n * k);
        for i in 0..n {
            for (j, v) in variances.iter().enumerate() {
                let x = f64::from(normal(9, Stream::Data, (i * k + j) as u32, 0));
                mu.push((v.sqrt() * x) as f32);
                sigma2.push((1.0 - v) as f32);
            }
        }
        Posterior::new(k, mu, sigma2)
    }

    /// I of a linear Gaussian channel is −½ Σ log σ²; a dead latent adds nothing.
    #[test]
    fn a_gaussian_channel_has_its_closed_form() {
        let variances = [0.8, 0.5, 0.0];
        let expected: f64 = variances.iter().map(|v| -0.5 * (1.0_f64 - v).ln()).sum();
        let found = mutual_information(&gaussian(4096, &variances), 1.0, 1).expect("an estimate");
        let upper = found.upper_bound.expect("a bound");
        // Four standard errors, and as much as the moments of 4,096 normal draws are off: about 1/√4096.
        let slack = 4.0 * found.standard_error + 0.02;
        assert!(
            (found.nats - expected).abs() < slack,
            "{found:?} {expected}"
        );
        assert!((upper - expected).abs() < 0.05, "{upper} {expected}");
        assert!(!found.is_saturated());
        assert!(found.standard_error > 0.005 && found.standard_error < 0.1);
    }

    /// Posteriors far apart: what identifies a sample is log N nats, whatever the KL says.
    #[test]
    fn no_estimate_exceeds_log_n() {
        let n = 100;
        let mu = (0..n).map(|i| 10.0 * i as f32).collect();
        let found = mutual_information(&Posterior::new(1, mu, vec![1e-4; n]), 1.0, 0);
        let found = found.expect("an estimate");
        assert!((found.nats - (n as f64).ln()).abs() < 1e-9, "{found:?}");
        assert!(found.is_saturated());
        assert!(found.upper_bound.expect("a bound") > found.nats);
    }

    #[test]
    fn equal_posteriors_say_nothing() {
        let same = Posterior::new(2, [0.3, -0.2].repeat(50), [0.5, 2.0].repeat(50));
        let found = mutual_information(&same, 1.0, 3).expect("an estimate");
        assert!(
            found.nats.abs() < 1e-9 && found.standard_error < 1e-9,
            "{found:?}"
        );
        // The KL of each is that of the aggregate, which is not Gaussian only by being one Gaussian.
        assert!(found.upper_bound.expect("a bound").abs() < 1e-6);
        assert!(mutual_information(&Posterior::default(), 1.0, 0).is_none());
        let broken = Posterior::new(1, vec![0.0; 3], vec![1.0, 0.0, 1.0]);
        assert!(mutual_information(&broken, 1.0, 0).is_none());
    }
}
