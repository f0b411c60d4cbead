//! Per-latent statistics of an evaluated chunk.

use crate::compute::op::StatisticsLayout as Layout;

use super::latent::{Posterior, log_variance};
use super::real::Real;
use super::vector::vectorized;

/// Fills the [`Layout`] fields over the first `rows` rows.
///
/// Two passes (mean, then squared deviations): E[x²] − E[x]² would cancel for a dead latent.
pub(super) fn latent_statistics<T: Real>(
    posterior: Posterior<'_, T>,
    kl: &[T],
    rows: usize,
    out: &mut [T],
) {
    let latents = posterior.latents;
    let epsilon = T::of_f32(Layout::EPSILON);
    vectorized(
        #[inline(always)]
        || {
            out.fill(T::ZERO);
            let mut fields = out.chunks_exact_mut(latents);
            let mut next = || fields.next().unwrap_or_default();
            let (mean, m2, sigma2, sum_kl, collapsed) = (next(), next(), next(), next(), next());
            for row in 0..rows {
                let (mu, log_sigma2) = posterior.row(row);
                let kl = &kl[row * latents..(row + 1) * latents];
                for j in 0..latents {
                    mean[j] += mu[j];
                    sigma2[j] += log_variance(log_sigma2[j]).exp_();
                    sum_kl[j] += kl[j];
                    collapsed[j] += if kl[j] < epsilon { T::ONE } else { T::ZERO };
                }
            }
            let n = T::of(rows.max(1) as f64);
            for mean in mean.iter_mut() {
                *mean /= n;
            }
            for row in 0..rows {
                let (mu, _) = posterior.row(row);
                for j in 0..latents {
                    let deviation = mu[j] - mean[j];
                    m2[j] += deviation * deviation;
                }
            }
        },
    );
}
