//! The objective of a linear decoder without sampling: `E_q‖x` − Wz − b‖² = ‖x − Wμ − b‖² + `Σ_j` `σ_j²‖W_j‖²`.

use super::latent::{Posterior, log_variance};
use super::real::Real;
use super::vector::{over_rows_of, vectorized};

/// norms ← ‖`W_j‖²/2γ` of every row of W.
pub(super) fn analytic_norms<T: Real>(weight: &[T], log_gamma: T, norms: &mut [T]) {
    let dim = weight.len() / norms.len();
    let scale = T::of(0.5) * (-log_gamma).exp_();
    vectorized(
        #[inline(always)]
        || {
            for (norm, row) in norms.iter_mut().zip(weight.chunks_exact(dim)) {
                let mut sum = T::ZERO;
                for &w in row {
                    sum += w * w;
                }
                *norm = scale * sum;
            }
        },
    );
}

/// spread ← `Σ_j` `σ_j²‖W_j‖²` of every row.
pub(super) fn analytic_spread<T: Real>(
    posterior: Posterior<'_, T>,
    norms: &[T],
    log_gamma: T,
    spread: &mut [T],
) {
    let scale = T::of(2.0) * log_gamma.exp_();
    vectorized(
        #[inline(always)]
        || {
            for (row, spread) in spread.iter_mut().enumerate() {
                let (_, log_sigma2) = posterior.row(row);
                let mut sum = T::ZERO;
                for j in 0..posterior.latents {
                    sum += log_variance(log_sigma2[j]).exp_() * norms[j];
                }
                *spread = scale * sum;
            }
        },
    );
}

/// `dW_j` ← `dW_j` + (mean over rows of `σ_j²/γ`) `W_j`.
pub(super) fn analytic_weight<T: Real>(
    posterior: Posterior<'_, T>,
    weight: &[T],
    log_gamma: T,
    dweight: &mut [T],
    rows: usize,
) {
    let latents = posterior.latents;
    let dim = weight.len() / latents;
    let scale = (-log_gamma).exp_() / T::of(rows as f64);
    over_rows_of(
        dweight,
        dim,
        #[inline(always)]
        |first, dweight| {
            for (row, dweight) in dweight.chunks_exact_mut(dim).enumerate() {
                let j = first + row;
                let mut sum = T::ZERO;
                for sample in 0..rows {
                    sum += log_variance(posterior.row(sample).1[j]).exp_();
                }
                let factor = scale * sum;
                for (d, &w) in dweight.iter_mut().zip(&weight[j * dim..(j + 1) * dim]) {
                    *d += factor * w;
                }
            }
        },
    );
}
