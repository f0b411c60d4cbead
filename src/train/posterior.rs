//! q(z|x) of every evaluated sample, read back from the device: for distributions over the data, where the device's
//! sums are not enough.

use crate::compute::{Backend, Error, Slice};

/// Means and variances of the posterior, `n × κ` each.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Posterior {
    latents: usize,
    mu: Vec<f32>,
    sigma2: Vec<f32>,
}

impl Posterior {
    /// A posterior from its means and variances, both `n × κ`, row by row.
    pub fn new(latents: usize, mu: Vec<f32>, sigma2: Vec<f32>) -> Self {
        let whole = mu.len().min(sigma2.len()) / latents.max(1) * latents;
        let cut = |mut values: Vec<f32>| {
            values.truncate(whole);
            values
        };
        Self {
            latents,
            mu: cut(mu),
            sigma2: cut(sigma2),
        }
    }

    /// The means alone, with no spread about them, as an autoencoder has them.
    #[must_use]
    pub fn deterministic(&self) -> Self {
        Self {
            sigma2: vec![0.0; self.sigma2.len()],
            ..self.clone()
        }
    }

    /// The posterior of the first `samples` samples alone.
    #[must_use]
    pub fn head(&self, samples: usize) -> Self {
        let end = samples.min(self.samples()) * self.latents;
        let cut = |values: &[f32]| values[..end].to_vec();
        Self::new(self.latents, cut(&self.mu), cut(&self.sigma2))
    }

    /// The number of samples n.
    pub fn samples(&self) -> usize {
        self.mu.len() / self.latents.max(1)
    }

    /// The number of latents κ.
    pub fn latents(&self) -> usize {
        self.latents
    }

    /// μ of a sample, κ long; empty beyond the last.
    pub fn mu(&self, sample: usize) -> &[f32] {
        self.row(&self.mu, sample)
    }

    /// σ² of a sample, κ long; empty beyond the last.
    pub fn sigma2(&self, sample: usize) -> &[f32] {
        self.row(&self.sigma2, sample)
    }

    fn row<'a>(&self, values: &'a [f32], sample: usize) -> &'a [f32] {
        values
            .get(sample * self.latents..(sample + 1) * self.latents)
            .unwrap_or(&[])
    }

    /// KL of latent j of every sample in nats, against a prior of this variance.
    pub fn kl(&self, j: usize, prior_variance: f64) -> impl Iterator<Item = f64> {
        let column = |values: &'_ [f32]| -> Vec<f32> {
            let of_latent = values.iter().skip(j).step_by(self.latents.max(1));
            of_latent.copied().collect()
        };
        let pairs = column(&self.mu).into_iter().zip(column(&self.sigma2));
        pairs.map(move |(mu, sigma2)| {
            let (mu, ratio) = (f64::from(mu), f64::from(sigma2) / prior_variance);
            0.5 * (mu * mu / prior_variance + ratio - ratio.ln() - 1.0)
        })
    }

    /// Every σ, of all latents and samples.
    pub fn sigmas(&self) -> impl Iterator<Item = f64> {
        self.sigma2.iter().map(|v| f64::from(*v).sqrt())
    }

    /// Adds the first `rows` samples of the chunk evaluated last.
    pub(super) fn append(&mut self, backend: &mut dyn Backend, rows: usize) -> Result<(), Error> {
        let plan = backend.plan();
        let (latents, stride) = (plan.net.latents, plan.net.head_dim());
        let shared = plan.parameter("log_sigma2");
        let head = Slice {
            len: rows * stride,
            ..plan.head()
        };
        self.latents = latents;
        let head = backend.read(head)?;
        let shared = match shared {
            Some(slice) => Some(backend.read(slice)?),
            None => None,
        };
        for row in head.chunks_exact(stride) {
            self.mu.extend_from_slice(&row[..latents]);
            let log_sigma2 = shared.as_deref().unwrap_or(&row[latents..]);
            self.sigma2.extend(log_sigma2.iter().map(|v| v.exp()));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kl_is_that_of_two_gaussians() {
        // Two samples of two latents; μ = 0, σ² = the prior's is none.
        let posterior = Posterior::new(2, vec![0.0, 1.0, 2.0, 0.0], vec![4.0, 1.0, 1.0, 4.0]);
        assert_eq!(posterior.samples(), 2);
        let first: Vec<f64> = posterior.kl(0, 4.0).collect();
        assert!(first[0].abs() < 1e-12);
        // ½(4/4 + ¼ − ln ¼ − 1)
        assert!((first[1] - 0.5 * (0.25 + 4.0_f64.ln())).abs() < 1e-12);
        assert_eq!(posterior.mu(1), [2.0, 0.0]);
        assert!(posterior.mu(2).is_empty());
    }
}
