//! The reparameterised latent and its KL, forward and backward.

use crate::compute::inputs::StepInputs;
use crate::rng::{Stream, normal_pair};

use super::real::Real;
use super::vector::{over_rows, over_rows_of, vectorized};

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

/// z ← μ + σ ε, kl ← ½(μ² + σ² − log σ² − 1), element by element.
pub(super) fn reparameterize_forward<T: Real>(
    posterior: Posterior<'_, T>,
    noise: Stream,
    inputs: &StepInputs,
    z: &mut [T],
    kl: &mut [T],
) {
    let half = T::of(0.5);
    fill_normals(inputs.seed, noise, inputs.step, z);
    let latents = posterior.latents;
    over_rows(
        z,
        latents,
        kl,
        latents,
        #[inline(always)]
        |first, z, kl| {
            let rows = z
                .chunks_exact_mut(latents)
                .zip(kl.chunks_exact_mut(latents));
            for (row, (z, kl)) in rows.enumerate() {
                let (mu, log_sigma2) = posterior.row(first + row);
                for j in 0..latents {
                    let sigma = (half * log_sigma2[j]).exp_();
                    z[j] = mu[j] + sigma * z[j];
                    kl[j] = half * (mu[j] * mu[j] + sigma * sigma - log_sigma2[j] - T::ONE);
                }
            }
        },
    );
}

/// dμ ← dz + βμ/B, d log σ² ← dz·(z − μ)/2 + β(σ² − 1)/2B.
///
/// (z − μ is σε, so ε need not be kept.) `dhead` is laid out like the head; with a global variance
/// the second part goes to `dlog_sigma2_rows` instead, to be summed over rows.
pub(super) fn reparameterize_backward<T: Real>(
    posterior: Posterior<'_, T>,
    inputs: &StepInputs,
    z: &[T],
    dz: &[T],
    dhead: &mut [T],
    dlog_sigma2_rows: Option<&mut [T]>,
) {
    let latents = posterior.latents;
    let rows = z.len() / latents;
    let half = T::of(0.5);
    let weight = T::of_f32(inputs.beta) / T::of(rows as f64);
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
                    let sigma2 = log_sigma2[j].exp_();
                    dmu[j] = dz[j] + weight * mu[j];
                    dlog_sigma2[j] = half * (dz[j] * (z[j] - mu[j]) + weight * (sigma2 - T::ONE));
                }
            }
        },
    );
}
