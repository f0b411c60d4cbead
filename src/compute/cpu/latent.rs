//! The reparameterised latent and its KL, forward and backward.

use crate::compute::inputs::StepInputs;
use crate::rng::{Stream, normal_pair};

use super::dense::sum_rows;
use super::modes::kept;
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

    /// μ and log σ² of a row, the latter to be read through [`log_variance`].
    #[inline(always)]
    pub(super) fn row(&self, row: usize) -> (&'a [T], &'a [T]) {
        let stride = self.stride();
        let head = &self.head[row * stride..(row + 1) * stride];
        match self.global {
            Some(shared) => (head, shared),
            None => head.split_at(self.latents),
        }
    }

    /// The same of a few rows, one after the other; `copies` hold them where they do not lie so.
    #[inline(always)]
    fn rows<'b>(
        &self,
        first: usize,
        tall: usize,
        copies: &'b mut [[T; TOGETHER]; 2],
    ) -> (&'b [T], &'b [T])
    where
        'a: 'b,
    {
        if tall == 1 {
            return self.row(first);
        }
        let len = tall * self.latents;
        let [mus, log_sigma2s] = copies;
        let rows = mus[..len]
            .chunks_exact_mut(self.latents)
            .zip(log_sigma2s[..len].chunks_exact_mut(self.latents));
        for (row, (to_mu, to_log_sigma2)) in rows.enumerate() {
            let (mu, log_sigma2) = self.row(first + row);
            for ((to_mu, to_log_sigma2), (&mu, &log_sigma2)) in to_mu
                .iter_mut()
                .zip(to_log_sigma2)
                .zip(mu.iter().zip(log_sigma2))
            {
                (*to_mu, *to_log_sigma2) = (mu, log_sigma2);
            }
        }
        (&mus[..len], &log_sigma2s[..len])
    }
}

/// Bound on |log σ²|.
///
/// Training with a KL term never comes near it. An autoencoder's objective does not know σ², though, so nothing holds
/// that half of the head when the layers below it move; unbounded, e^(log σ²) overflows and 0 · ∞ spoils z.
const LARGEST_LOG_VARIANCE: f64 = 60.0;

/// log σ² as every kernel reads it: within its bound, NaN staying NaN.
#[inline(always)]
pub(super) fn log_variance<T: Real>(raw: T) -> T {
    let largest = T::of(LARGEST_LOG_VARIANCE);
    let below = if raw > largest { largest } else { raw };
    if below < -largest { -largest } else { below }
}

/// Elements of short rows that are computed together, so that loops are as long as vectors.
const TOGETHER: usize = 128;

/// How many rows of `latents` are computed together.
#[inline(always)]
fn rows_together(latents: usize) -> usize {
    if latents < TOGETHER / 4 {
        TOGETHER / latents
    } else {
        1
    }
}

/// Fills `out` with the standard normals 0.. of a stream and step.
fn fill_normals<T: Real>(seed: u32, stream: Stream, step: u32, out: &mut [T]) {
    // Blocks of an even length keep pairs whole.
    const BLOCK: usize = 512;
    // Pairs computed side by side.
    const PAIRS: usize = 16;
    over_rows_of(
        out,
        BLOCK,
        #[inline(always)]
        |first, out| {
            let base = (first * BLOCK / 2) as u32;
            for (index, out) in out.chunks_mut(2 * PAIRS).enumerate() {
                let base = base + (index * PAIRS) as u32;
                let (mut even, mut odd) = ([0.0; PAIRS], [0.0; PAIRS]);
                for i in 0..PAIRS {
                    (even[i], odd[i]) = normal_pair(seed, stream, base + i as u32, step);
                }
                let mut both = [T::ZERO; 2 * PAIRS];
                for i in 0..PAIRS {
                    both[2 * i] = T::of_f32(even[i]);
                    both[2 * i + 1] = T::of_f32(odd[i]);
                }
                out.copy_from_slice(&both[..out.len()]);
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
    let log_eta2 = T::of_f32(inputs.prior_variance).ln_();
    let precision = T::ONE / T::of_f32(inputs.prior_variance);
    let prior = (precision, log_eta2);
    if repeats > 1 {
        over_rows_of(
            z,
            latents,
            #[inline(always)]
            |first, z| {
                for (row, z) in z.chunks_exact_mut(latents).enumerate() {
                    let (mu, log_sigma2) = posterior.row((first + row) / repeats);
                    draw(z, mu, log_sigma2, scale);
                }
            },
        );
        over_rows_of(
            kl,
            latents,
            #[inline(always)]
            |first, kl| {
                for (row, kl) in kl.chunks_exact_mut(latents).enumerate() {
                    let (mu, log_sigma2) = posterior.row(first + row);
                    for ((kl, &mu), &log_sigma2) in kl.iter_mut().zip(mu).zip(log_sigma2) {
                        let log_sigma2 = log_variance(log_sigma2);
                        *kl = divergence(mu, log_sigma2, (half * log_sigma2).exp_(), prior);
                    }
                }
            },
        );
        return;
    }
    over_rows(
        z,
        latents,
        kl,
        latents,
        #[inline(always)]
        |first, z, kl| {
            let tall = rows_together(latents);
            let blocks = z
                .chunks_mut(tall * latents)
                .zip(kl.chunks_mut(tall * latents));
            for (block, (z, kl)) in blocks.enumerate() {
                let mut copies = [[T::ZERO; TOGETHER]; 2];
                let rows = z.len() / latents;
                let (mu, log_sigma2) = posterior.rows(first + block * tall, rows, &mut copies);
                for (((z, kl), &mu), &log_sigma2) in z.iter_mut().zip(kl).zip(mu).zip(log_sigma2) {
                    let log_sigma2 = log_variance(log_sigma2);
                    let sigma = (half * log_sigma2).exp_();
                    *z = mu + scale * sigma * *z;
                    *kl = divergence(mu, log_sigma2, sigma, prior);
                }
            }
        },
    );
}

/// ½(μ²/η² + σ²/η² − log(σ²/η²) − 1), given 1/η² and log η².
#[inline(always)]
fn divergence<T: Real>(mu: T, log_sigma2: T, sigma: T, (precision, log_eta2): (T, T)) -> T {
    let share = (mu * mu + sigma * sigma) * precision;
    T::of(0.5) * (share - log_sigma2 + log_eta2 - T::ONE)
}

/// z ← μ + s σ ε, with ε in z.
#[inline(always)]
fn draw<T: Real>(z: &mut [T], mu: &[T], log_sigma2: &[T], scale: T) {
    let half = T::of(0.5);
    for ((z, &mu), &log_sigma2) in z.iter_mut().zip(mu).zip(log_sigma2) {
        *z = mu + scale * (half * log_variance(log_sigma2)).exp_() * *z;
    }
}

/// means ← column means.
pub(super) fn latent_means<T: Real>(kl: &[T], means: &mut [T]) {
    let rows = T::of((kl.len() / means.len()) as f64);
    sum_rows(kl, means);
    for mean in means.iter_mut() {
        *mean /= rows;
    }
}

/// Numbers of one latent that the gradient needs, the same for all rows.
struct Shared<'a, T> {
    /// Mean KL of every latent.
    means: &'a [T],
    /// Whose gradients count, if not all do.
    keep: Option<&'a [T]>,
    /// ‖`W_j‖²/2γ`, for the analytic objective.
    norms: Option<&'a [T]>,
    /// β/B.
    weight: T,
    /// 1/η².
    precision: T,
    /// λ of the free bits.
    free_bits: T,
    /// B.
    count: T,
}

/// dμ ← dz + βμ/(η²B), d log σ² ← dz·(z − μ)/2 + β(σ²/η² − 1)/2B + σ²n/B, with dz keep times the gradient of what
/// the decoder saw.
///
/// (z − μ is sσε, so ε need not be kept.) `dhead` is laid out like the head; with a global variance
/// the second part goes to `dlog_sigma2_rows` instead, to be summed over rows.
pub(super) fn reparameterize_backward<T: Real>(
    posterior: Posterior<'_, T>,
    inputs: &StepInputs,
    [z, dz]: [&[T]; 2],
    table: &[T],
    norms: Option<&[T]>,
    dhead: &mut [T],
    dlog_sigma2_rows: Option<&mut [T]>,
) {
    let latents = posterior.latents;
    let rows = z.len() / latents;
    let count = T::of(rows as f64);
    let (means, keep) = (&table[..latents], &table[latents..2 * latents]);
    let shared = Shared {
        means,
        keep: keep.contains(&T::ZERO).then_some(keep),
        norms,
        weight: T::of_f32(inputs.beta) / count,
        precision: T::ONE / T::of_f32(inputs.prior_variance),
        free_bits: T::of_f32(inputs.free_bits),
        count,
    };
    vectorized(
        #[inline(always)]
        || {
            let mut global_rows = dlog_sigma2_rows;
            // Latents that differ from each other in more than their numbers go row by row.
            let apart = inputs.free_bits > 0.0 || norms.is_some() || shared.keep.is_some();
            let tall = if apart { 1 } else { rows_together(latents) };
            let stride = posterior.stride();
            for first in (0..rows).step_by(tall) {
                let tall = tall.min(rows - first);
                let at = first * latents..(first + tall) * latents;
                let mut copies = [[T::ZERO; TOGETHER]; 2];
                let (mu, log_sigma2) = posterior.rows(first, tall, &mut copies);
                let (z, dz) = (&z[at.clone()], &dz[at.clone()]);
                let head = &mut dhead[first * stride..(first + tall) * stride];
                let given = [mu, log_sigma2, z, dz];
                match global_rows.as_deref_mut() {
                    Some(all) => gradients(given, &shared, head, &mut all[at]),
                    None if tall == 1 => {
                        let (dmu, dlog_sigma2) = head.split_at_mut(latents);
                        gradients(given, &shared, dmu, dlog_sigma2);
                    }
                    None => {
                        let [mut dmu, mut dlog_sigma2] = [[T::ZERO; TOGETHER]; 2];
                        gradients(given, &shared, &mut dmu, &mut dlog_sigma2);
                        let parts = dmu.chunks(latents).zip(dlog_sigma2.chunks(latents));
                        for (head, (dmu, dlog_sigma2)) in head.chunks_exact_mut(stride).zip(parts) {
                            for (to, &from) in head.iter_mut().zip(dmu.iter().chain(dlog_sigma2)) {
                                *to = from;
                            }
                        }
                    }
                }
            }
        },
    );
}

/// dμ and d log σ² of matching elements of μ, log σ², z and dz.
#[inline(always)]
fn gradients<T: Real>(
    [mu, log_sigma2, z, dz]: [&[T]; 4],
    shared: &Shared<'_, T>,
    dmu: &mut [T],
    dlog_sigma2: &mut [T],
) {
    let half = T::of(0.5);
    let (weight, precision) = (shared.weight, shared.precision);
    let alike = shared.norms.is_none() && shared.keep.is_none();
    if alike && shared.free_bits == T::ZERO {
        let given = mu.iter().zip(log_sigma2).zip(z.iter().zip(dz));
        let out = dmu.iter_mut().zip(dlog_sigma2);
        for ((dmu, dlog_sigma2), ((&mu, &log_sigma2), (&z, &dz))) in out.zip(given) {
            let share = log_variance(log_sigma2).exp_() * precision;
            *dmu = dz + weight * mu * precision;
            *dlog_sigma2 = half * (dz * (z - mu) + weight * (share - T::ONE));
        }
        return;
    }
    for j in 0..mu.len() {
        let held = shared.means[j] < shared.free_bits;
        let weight = if held { T::ZERO } else { weight };
        let sigma2 = log_variance(log_sigma2[j]).exp_();
        let g = shared.keep.map_or(dz[j], |keep| kept(keep[j], dz[j]));
        dmu[j] = g + weight * mu[j] * precision;
        dlog_sigma2[j] = half * (g * (z[j] - mu[j]) + weight * (sigma2 * precision - T::ONE));
        if let Some(norms) = shared.norms {
            dlog_sigma2[j] += sigma2 * norms[j] / shared.count;
        }
    }
}
