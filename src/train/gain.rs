//! What one latent is worth, in squared error and in nats, whatever the decoder's distribution.

use crate::compute::{Backend, Error, Program};
use crate::config::LiveConfig;

use super::evaluate::chunk_inputs;

/// What the model loses on average over some samples when a latent is replaced by its prior mean.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Gain {
    /// Samples it is over; 0 beyond the end of the data.
    pub samples: usize,
    /// Squared error added.
    pub sse: f64,
    /// −log p(x|z) added; for a Gaussian with one γ it is `sse`/2γ.
    pub nats: f64,
}

/// The gain of `latent` over one chunk of the data in file order, under the latents' modes in force; `seed` keys ε
/// and ξ. The mask is left as `base`, which says which latents are in use.
///
/// # Errors
/// [`Error`] if the device fails.
pub fn chunk_gain(
    backend: &mut dyn Backend,
    seed: u32,
    live: &LiveConfig,
    chunk: usize,
    latent: usize,
    base: &[f32],
) -> Result<Gain, Error> {
    let inputs = chunk_inputs(backend, seed, live, chunk);
    let rows = inputs.rows as usize;
    if rows == 0 {
        return Ok(Gain::default());
    }
    let plan = backend.plan();
    let (sse, nll, mask) = (plan.sse(), plan.nll(), plan.mask());
    let means = |backend: &mut dyn Backend| -> Result<[f64; 2], Error> {
        let mean = |values: Vec<f32>| {
            values[..rows].iter().map(|&v| f64::from(v)).sum::<f64>() / rows as f64
        };
        Ok([mean(backend.read(sse)?), mean(backend.read(nll)?)])
    };
    backend.write(mask, base)?;
    backend.run(Program::Evaluate, &inputs)?;
    let with = means(backend)?;
    let mut masked = base.to_vec();
    if let Some(value) = masked.get_mut(latent) {
        *value = 0.0;
    }
    backend.write(mask, &masked)?;
    backend.run(Program::Decode, &inputs)?;
    let without = means(backend)?;
    backend.write(mask, base)?;
    Ok(Gain {
        samples: rows,
        sse: without[0] - with[0],
        nats: without[1] - with[1],
    })
}
