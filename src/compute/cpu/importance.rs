//! The importance-weighted bound −log (1/k) Σ `w_i`, log w = log p(x|z) + β (log p(z) − log q(z|x)).

use crate::compute::inputs::StepInputs;

use super::latent::{Posterior, log_variance};
use super::modes::kept;
use super::real::Real;
use super::vector::vectorized;

/// ratio ← `Σ_j` log `p(z_j)` − log `q(z_j|x)` of every sample.
///
/// = ½ `Σ_j` [(z − μ)²/σ² + log σ² − z²/η² − log η²].
pub(super) fn log_ratio<T: Real>(
    posterior: Posterior<'_, T>,
    inputs: &StepInputs,
    z: &[T],
    ratio: &mut [T],
    repeats: usize,
) {
    let latents = posterior.latents;
    let half = T::of(0.5);
    let log_eta2 = T::of_f32(inputs.prior_variance).ln_();
    let precision = T::ONE / T::of_f32(inputs.prior_variance);
    vectorized(
        #[inline(always)]
        || {
            for (sample, (ratio, z)) in ratio.iter_mut().zip(z.chunks_exact(latents)).enumerate() {
                let (mu, log_sigma2) = posterior.row(sample / repeats);
                let mut sum = T::ZERO;
                for j in 0..latents {
                    let deviation = z[j] - mu[j];
                    let log_sigma2 = log_variance(log_sigma2[j]);
                    let own = deviation * deviation * (-log_sigma2).exp_() + log_sigma2;
                    sum += own - z[j] * z[j] * precision - log_eta2;
                }
                *ratio = half * sum;
            }
        },
    );
}

/// bound ← −log mean w over a row's samples, weights ← w/Σw.
pub(super) fn importance_weights<T: Real>(
    nll: &[T],
    ratio: &[T],
    inputs: &StepInputs,
    bound: &mut [T],
    weights: &mut [T],
) {
    let repeats = nll.len() / bound.len();
    let beta = T::of_f32(inputs.beta);
    let rows = nll.chunks_exact(repeats).zip(ratio.chunks_exact(repeats));
    let outputs = bound.iter_mut().zip(weights.chunks_exact_mut(repeats));
    for ((nll, ratio), (bound, weights)) in rows.zip(outputs) {
        let mut most = nll[0] * -T::ONE + beta * ratio[0];
        for ((w, &nll), &ratio) in weights.iter_mut().zip(nll).zip(ratio) {
            *w = beta * ratio - nll;
            most = if *w > most { *w } else { most };
        }
        let mut sum = T::ZERO;
        for w in weights.iter_mut() {
            *w = (*w - most).exp_();
            sum += *w;
        }
        for w in weights.iter_mut() {
            *w /= sum;
        }
        *bound = T::of((repeats as f64).ln()) - most - sum.ln_();
    }
}

/// dμ ← `Σ_i` `g_i`, d log σ² ← `Σ_i` [`g_i` (`z_i` − μ)/2 − `βw_i/2B`], `g_i` = keep `dz_i` + `βw_i`
/// `z_i/(η²B)`.
pub(super) fn importance_backward<T: Real>(
    posterior: Posterior<'_, T>,
    inputs: &StepInputs,
    [z, dz]: [&[T]; 2],
    weights: &[T],
    table: &[T],
    dhead: &mut [T],
    dlog_sigma2_rows: Option<&mut [T]>,
) {
    let latents = posterior.latents;
    let stride = posterior.stride();
    let rows = dhead.len() / stride;
    let repeats = weights.len() / rows;
    let half = T::of(0.5);
    let keep = &table[latents..2 * latents];
    let share = T::of_f32(inputs.beta) / T::of(rows as f64);
    let precision = T::ONE / T::of_f32(inputs.prior_variance);
    vectorized(
        #[inline(always)]
        || {
            let mut global_rows = dlog_sigma2_rows;
            for row in 0..rows {
                let (mu, _) = posterior.row(row);
                let head = &mut dhead[row * stride..(row + 1) * stride];
                let (dmu, dlog_sigma2) = match global_rows.as_deref_mut() {
                    Some(all) => (head, &mut all[row * latents..(row + 1) * latents]),
                    None => head.split_at_mut(latents),
                };
                dmu.fill(T::ZERO);
                dlog_sigma2.fill(T::ZERO);
                let first = row * repeats;
                for (sample, &weight) in (first..).zip(&weights[first..first + repeats]) {
                    let at = sample * latents..(sample + 1) * latents;
                    let (z, dz) = (&z[at.clone()], &dz[at]);
                    let weight = share * weight;
                    for j in 0..latents {
                        let g = kept(keep[j], dz[j]) + weight * z[j] * precision;
                        dmu[j] += g;
                        dlog_sigma2[j] += half * (g * (z[j] - mu[j]) - weight);
                    }
                }
            }
        },
    );
}
