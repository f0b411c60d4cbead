//! The importance-weighted bound of a trained model: a tighter estimate of log p(x) than the ELBO.

use crate::compute::{Backend, Error, Program};
use crate::config::LiveConfig;

use super::evaluate::chunk_inputs;

/// E log (1/k) `Σ_i` `p(x|z_i)` `p(z_i)/q(z_i|x)` over the first `items` items, with k = `samples` draws of z each
/// (Burda et al. 2016); at k = 1 an unbiased estimate of the ELBO, and it rises with k on average.
///
/// `keep_going` is asked between chunks; false ends it early with what is there.
///
/// # Errors
/// [`Error`] if the device fails.
pub fn importance_bound(
    backend: &mut dyn Backend,
    seed: u32,
    live: &LiveConfig,
    items: usize,
    samples: usize,
    keep_going: &dyn Fn() -> bool,
) -> Result<f64, Error> {
    let chunk_rows = backend.plan().chunk;
    let items = items.clamp(1, backend.plan().samples);
    let chunks = items.div_ceil(chunk_rows);
    let (nll, ratio) = (backend.plan().nll(), backend.plan().log_ratio());
    let (mut total, mut counted) = (0.0, 0_usize);
    for chunk in 0..chunks {
        let mut inputs = chunk_inputs(backend, seed, live, chunk);
        // The bound needs draws of z even of a model trained without.
        inputs.noise = 1.0;
        let rows = (items - chunk * chunk_rows).min(inputs.rows as usize);
        // log Σ exp, kept as the largest term and the sum of the others relative to it.
        let mut sums = vec![(f64::NEG_INFINITY, 0.0); rows];
        for draw in 0..samples.max(1) {
            inputs.step = (draw * chunks + chunk) as u32;
            backend.run(Program::Evaluate, &inputs)?;
            let (nll, ratio) = (backend.read(nll)?, backend.read(ratio)?);
            for ((most, sum), (&nll, &ratio)) in sums.iter_mut().zip(nll.iter().zip(&ratio)) {
                let log_weight = f64::from(ratio) - f64::from(nll);
                if log_weight > *most {
                    *sum = *sum * (*most - log_weight).exp() + 1.0;
                    *most = log_weight;
                } else {
                    *sum += (log_weight - *most).exp();
                }
            }
        }
        let log_samples = (samples.max(1) as f64).ln();
        total += sums
            .iter()
            .map(|(most, sum)| most + sum.ln() - log_samples)
            .sum::<f64>();
        counted += rows;
        if !keep_going() {
            break;
        }
    }
    Ok(total / counted as f64)
}
