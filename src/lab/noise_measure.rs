//! What is measured of one latent under noise.

use crate::compute::Error;
use crate::metrics::Usage;
use crate::train::{Evaluation, Gain, Trainer, chunk_gain, evaluate};

use super::noise::NoisePoint;

/// Items: the first this many in file order.
const ITEMS: usize = 2048;
/// Draws of ε and ξ.
const DRAWS: u32 = 4;

/// `Var μ` of every latent; `None` if `go_on` ended it.
pub(super) fn variances(
    trainer: &mut Trainer,
    go_on: &dyn Fn() -> bool,
) -> Result<Option<Vec<f64>>, Error> {
    let found = look(trainer, 0, go_on)?;
    Ok(go_on().then(|| found.latents.iter().map(|l| l.var_mu).collect()))
}

/// One evaluation with the draws of number `draw`.
fn look(trainer: &mut Trainer, draw: u32, go_on: &dyn Fn() -> bool) -> Result<Evaluation, Error> {
    let seed = trainer.setup().config.sampling.seed.wrapping_add(draw);
    let (live, step) = (*trainer.live(), trainer.step());
    let mut found = evaluate(trainer.backend(), seed, &live, ITEMS, go_on)?;
    found.beta = live.beta_at(step);
    Ok(found)
}

/// The statistics of `latent` under the modes in force, squared error and gain averaged over [`DRAWS`] draws; `None`
/// if `go_on` ended it. Noise, release and steps are the caller's to fill in.
pub(super) fn measure(
    trainer: &mut Trainer,
    latent: usize,
    go_on: &dyn Fn() -> bool,
) -> Result<Option<NoisePoint>, Error> {
    let mut found = look(trainer, 0, go_on)?;
    let (mut sse, mut nll) = (found.sse, found.nll.unwrap_or(0.0));
    for draw in 1..DRAWS {
        let again = look(trainer, draw, go_on)?;
        sse += again.sse;
        nll += again.nll.unwrap_or(0.0);
    }
    found.sse = sse / f64::from(DRAWS);
    found.nll = found.nll.map(|_| nll / f64::from(DRAWS));

    let seed = trainer.setup().config.sampling.seed;
    let live = *trainer.live();
    let backend = trainer.backend();
    let plan = backend.plan();
    let (chunks, latents) = (
        ITEMS.min(plan.samples).div_ceil(plan.chunk),
        plan.net.latents,
    );
    let base = vec![1.0; latents];
    let mut gains: Vec<Gain> = Vec::new();
    for draw in 0..DRAWS {
        for chunk in 0..chunks {
            if !go_on() {
                return Ok(None);
            }
            let seed = seed.wrapping_add(draw);
            let gain = chunk_gain(backend, seed, &live, chunk, latent, &base)?;
            if gain.samples > 0 {
                gains.push(gain);
            }
        }
    }
    let (gain, gain_error) = mean_and_error(&gains, |g| g.nats);
    let (gain_sse, _) = mean_and_error(&gains, |g| g.sse);
    let least = Usage::ACTIVE_VARIANCE * found.prior_variance();
    let Some(own) = found.latents.get(latent).copied() else {
        return Ok(None);
    };
    Ok(Some(NoisePoint {
        gain,
        gain_error,
        gain_sse,
        kl: own.kl,
        beta: found.beta,
        gamma: found.gamma,
        sigma2: own.mean_sigma2,
        var_mu: own.var_mu,
        loss: found.loss(),
        sse: found.sse,
        active: found.latents.iter().filter(|l| l.var_mu > least).count(),
        ..NoisePoint::default()
    }))
}

/// Mean over samples, and its standard error from the spread between the parts.
fn mean_and_error(gains: &[Gain], value: impl Fn(&Gain) -> f64) -> (f64, f64) {
    let total: f64 = gains.iter().map(|g| g.samples as f64).sum();
    let mean = gains
        .iter()
        .map(|g| g.samples as f64 * value(g))
        .sum::<f64>()
        / total.max(1.0);
    let spread: f64 = gains
        .iter()
        .map(|g| (g.samples as f64 / total.max(1.0) * (value(g) - mean)).powi(2))
        .sum();
    let parts = gains.len() as f64;
    let error = (spread * parts / (parts - 1.0).max(1.0)).sqrt();
    (mean, error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_of_equal_parts_is_that_of_a_mean() {
        let gains: Vec<Gain> = [1.0, 2.0, 3.0, 6.0]
            .map(|nats| Gain {
                samples: 10,
                sse: 0.0,
                nats,
            })
            .to_vec();
        let (mean, error) = mean_and_error(&gains, |g| g.nats);
        assert!((mean - 3.0).abs() < 1e-12);
        // The sample variance is 14/3, over four parts.
        assert!((error - (14.0_f64 / 3.0 / 4.0).sqrt()).abs() < 1e-12);
    }
}
