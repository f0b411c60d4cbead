//! The reparameterised latent and its KL, forward and backward.

use crate::compute::inputs::StepInputs;
use crate::rng::{Stream, normal_pair};

use super::real::Real;
use super::vector::{over_rows_of, vectorized};

/// Where μ and log σ² of a (row, latent) are.
#[derive(Clone, Copy)]
pub(super) struct Posterior<'a, T> {
    /// `rows × 2κ` (μ | log σ²), or `rows × κ` (μ).
    pub head: &'a [T],
    /// log σ² shared by all rows, if the head holds only μ.
    pub global: Option<&'a [T]>,
    /// κ.
    pub latents: usize,
}

impl<'a, T: Real> Posterior<'a, T> {
    /// Width of a row of the head.
    #[inline(always)]
    pub(super) fn stride(&self) -> usize {
        if self.global.is_some() {
            self.latents
        } else {
            2 * self.latents
        }
    }

    /// μ and log σ² of a row.
    #[inline(always)]
    pub(super) fn row(&self, row: usize) -> (&'a [T], &'a [T]) {
        let stride = self.stride();
        let head = &self.head[row * stride..(row + 1) * stride];
        match self.global {
            Some(shared) => (head, shared),
            None => head.split_at(self.latents),
        }
    }
}

/// Fills `out` with the standard normals 0.. of a stream and step.
fn fill_normals<T: Real>(seed: u32, stream: Stream, step: u32, out: &mut [T]) {
    // Blocks of an even length keep pairs whole.
    const BLOCK: usize = 512;
    over_rows_of(
        out,
        BLOCK,
        #[inline(always)]
        |first, out| {
            let base = (first * BLOCK / 2) as u32;
            let (pairs, rest) = out.as_chunks_mut::<2>();
            for (pair, out) in pairs.iter_mut().enumerate() {
                let (even, odd) = normal_pair(seed, stream, base + pair as u32, step);
                *out = [T::of_f32(even), T::of_f32(odd)];
            }
            if let [last] = rest {
                let (even, _) = normal_pair(seed, stream, base + pairs.len() as u32, step);
                *last = T::of_f32(even);
            }
        },
    );
}

/// z ← μ + s σ ε (each row `repeats` times), kl ← ½(μ²/η² + σ²/η² − log(σ²/η²) − 1), element by element.
pub(super) fn reparameterize_forward<T: Real>(
    posterior: Posterior<'_, T>,
    noise: Stream,
    repeats: usize,
    inputs: &StepInputs,
    z: &mut [T],
    kl: &mut [T],
) {
    let half = T::of(0.5);
    let latents = posterior.latents;
    let scale = T::of_f32(inputs.noise);
    if inputs.noise == 0.0 {
        z.fill(T::ZERO);
    } else {
        fill_normals(inputs.seed, noise, inputs.step, z);
    }
    over_rows_of(
        z,
        latents,
        #[inline(always)]
        |first, z| {
            for (row, z) in z.chunks_exact_mut(latents).enumerate() {
                let (mu, log_sigma2) = posterior.row((first + row) / repeats);
                for j in 0..latents {
                    z[j] = mu[j] + scale * (half * log_sigma2[j]).exp_() * z[j];
                }
            }
        },
    );
    let log_eta2 = T::of_f32(inputs.prior_variance).ln_();
    let precision = T::ONE / T::of_f32(inputs.prior_variance);
    over_rows_of(
        kl,
        latents,
        #[inline(always)]
        |first, kl| {
            for (row, kl) in kl.chunks_exact_mut(latents).enumerate() {
                let (mu, log_sigma2) = posterior.row(first + row);
                for j in 0..latents {
                    let log_share = log_sigma2[j] - log_eta2;
                    let mu2 = mu[j] * mu[j] * precision;
                    kl[j] = half * (mu2 + log_share.exp_() - log_share - T::ONE);
                }
            }
        },
    );
}

/// means ← column means.
pub(super) fn latent_means<T: Real>(kl: &[T], means: &mut [T]) {
    let rows = T::of((kl.len() / means.len()) as f64);
    vectorized(
        #[inline(always)]
        || {
            means.fill(T::ZERO);
            for row in kl.chunks_exact(means.len()) {
                for (mean, &v) in means.iter_mut().zip(row) {
                    *mean += v;
                }
            }
            for mean in means.iter_mut() {
                *mean /= rows;
            }
        },
    );
}

/// β/B, or 0 for a latent that free bits hold.
#[inline(always)]
fn kl_weight<T: Real>(inputs: &StepInputs, mean_kl: T, weight: T) -> T {
    let held = inputs.free_bits > 0.0 && mean_kl < T::of_f32(inputs.free_bits);
    if held { T::ZERO } else { weight }
}

/// dμ ← dz + βμ/(η²B), d log σ² ← dz·(z − μ)/2 + β(σ²/η² − 1)/2B + σ²n/B.
///
/// (z − μ is sσε, so ε need not be kept.) `dhead` is laid out like the head; with a global variance
/// the second part goes to `dlog_sigma2_rows` instead, to be summed over rows.
pub(super) fn reparameterize_backward<T: Real>(
    posterior: Posterior<'_, T>,
    inputs: &StepInputs,
    [z, dz]: [&[T]; 2],
    means: &[T],
    norms: Option<&[T]>,
    dhead: &mut [T],
    dlog_sigma2_rows: Option<&mut [T]>,
) {
    let latents = posterior.latents;
    let rows = z.len() / latents;
    let half = T::of(0.5);
    let count = T::of(rows as f64);
    let weight = T::of_f32(inputs.beta) / count;
    let precision = T::ONE / T::of_f32(inputs.prior_variance);
    vectorized(
        #[inline(always)]
        || {
            let mut global_rows = dlog_sigma2_rows;
            for row in 0..rows {
                let (mu, log_sigma2) = posterior.row(row);
                let at = row * latents..(row + 1) * latents;
                let (z, dz) = (&z[at.clone()], &dz[at.clone()]);
                let stride = posterior.stride();
                let head = &mut dhead[row * stride..(row + 1) * stride];
                let (dmu, dlog_sigma2) = match global_rows.as_deref_mut() {
                    Some(all) => (head, &mut all[at]),
                    None => head.split_at_mut(latents),
                };
                for j in 0..latents {
                    let weight = kl_weight(inputs, means[j], weight);
                    let sigma2 = log_sigma2[j].exp_();
                    dmu[j] = dz[j] + weight * mu[j] * precision;
                    dlog_sigma2[j] =
                        half * (dz[j] * (z[j] - mu[j]) + weight * (sigma2 * precision - T::ONE));
                }
                if let Some(norms) = norms {
                    for j in 0..latents {
                        dlog_sigma2[j] += log_sigma2[j].exp_() * norms[j] / count;
                    }
                }
            }
        },
    );
}
