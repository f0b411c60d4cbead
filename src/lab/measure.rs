//! The numbers of a run at its weights, without the noise of its estimator where that can be had.

use crate::compute;
use crate::config::{Likelihood, LiveConfig, Objective};
use crate::metrics::Usage;
use crate::train::{Evaluation, Trainer, evaluate};

use super::stationary::Sample;

/// Items an evaluation on the way is over: the first this many in file order.
pub(super) const WATCHED: usize = 1024;
/// Items of a final evaluation.
pub(super) const FINAL: usize = 10_000;
/// Draws of ε that a final evaluation averages over where it must draw.
const DRAWS: u32 = 4;

/// A run's statistics.
#[derive(Debug, Clone, PartialEq, Default, serde::Serialize, serde::Deserialize)]
pub struct Measurement {
    /// L per sample in nats, with its constant.
    pub loss: f64,
    /// E KL in nats, summed over latents.
    pub kl: f64,
    /// E‖x − D(z)‖² per dimension.
    pub mse: f64,
    /// γ.
    pub gamma: f64,
    /// Latents with Var μ above [`Usage::ACTIVE_VARIANCE`]·η².
    pub active: usize,
    /// `E σ_j²` per latent.
    pub sigma2: Vec<f64>,
    /// `Var μ_j` per latent.
    pub var_mu: Vec<f64>,
}

/// Evaluates the first `items` items; `None` if `go_on` ended it.
///
/// With a decoder of one dense layer and the Gaussian likelihood the expectation over q is taken in closed form,
/// `E‖x − Wz − b‖² = ‖x − Wμ − b‖² + Σ_j σ_j²‖W_j‖²`; otherwise over `draws` fixed draws of ε.
pub(super) fn measure(
    trainer: &mut Trainer,
    items: usize,
    draws: u32,
    go_on: &dyn Fn() -> bool,
) -> Result<Option<Measurement>, compute::Error> {
    let seed = trainer.setup().config.sampling.seed;
    let live = *trainer.live();
    let net = &trainer.setup().config.net;
    let exact = net.decoder.is_empty() && net.likelihood == Likelihood::Gaussian;
    let backend = trainer.backend();
    let mut found: Evaluation;
    if exact {
        let still = LiveConfig {
            objective: Objective::Autoencoder,
            ..live
        };
        found = evaluate(backend, seed, &still, items, go_on)?;
        let Some(weight) = backend.plan().parameter(DECODER) else {
            return Err(missing(DECODER));
        };
        let weight = backend.read(weight)?;
        let dim = found.dim;
        if live.objective == Objective::Vae {
            found.sse += found
                .latents
                .iter()
                .zip(weight.chunks(dim))
                .map(|(latent, row)| {
                    let norm: f64 = row.iter().map(|&w| f64::from(w).powi(2)).sum();
                    latent.mean_sigma2 * norm
                })
                .sum::<f64>();
        }
    } else {
        found = evaluate(backend, seed, &live, items, go_on)?;
        let (mut sse, mut nll) = (found.sse, found.nll.unwrap_or(0.0));
        for draw in 1..draws {
            if !go_on() {
                return Ok(None);
            }
            let again = evaluate(backend, seed.wrapping_add(draw), &live, items, go_on)?;
            sse += again.sse;
            nll += again.nll.unwrap_or(0.0);
        }
        let draws = f64::from(draws.max(1));
        found.sse = sse / draws;
        found.nll = found.nll.map(|_| nll / draws);
    }
    if !go_on() {
        return Ok(None);
    }
    Ok(Some(Measurement::of(&found, &live)))
}

/// The weight of a decoder without hidden layers, κ × d.
const DECODER: &str = "decoder.out.weight";

fn missing(name: &str) -> compute::Error {
    compute::Error::Data(format!("the network has no tensor {name}"))
}

impl Measurement {
    fn of(found: &Evaluation, live: &LiveConfig) -> Self {
        let least = Usage::ACTIVE_VARIANCE * live.eta_enc * live.eta_enc;
        // β itself, wherever its schedule stands; the autoencoder has no KL term.
        let beta = match live.objective {
            Objective::Vae => live.beta,
            Objective::Autoencoder => 0.0,
        };
        let evaluation = Evaluation {
            beta,
            latents: Vec::new(),
            ..found.clone()
        };
        Self {
            loss: evaluation.loss(),
            kl: found.kl,
            mse: found.sse / found.dim as f64,
            gamma: found.gamma,
            active: found.latents.iter().filter(|l| l.var_mu > least).count(),
            sigma2: found.latents.iter().map(|l| l.mean_sigma2).collect(),
            var_mu: found.latents.iter().map(|l| l.var_mu).collect(),
        }
    }

    /// What the stationarity test looks at.
    pub(super) fn sample(&self) -> Sample {
        Sample {
            loss: self.loss,
            var_mu: self.var_mu.clone(),
            sigma2: self.sigma2.clone(),
        }
    }
}

/// The final numbers of a run.
pub(super) fn measure_finally(
    trainer: &mut Trainer,
    go_on: &dyn Fn() -> bool,
) -> Result<Option<Measurement>, compute::Error> {
    measure(trainer, FINAL, DRAWS, go_on)
}

/// The numbers a run is watched by.
pub(super) fn measure_briefly(
    trainer: &mut Trainer,
    go_on: &dyn Fn() -> bool,
) -> Result<Option<Measurement>, compute::Error> {
    measure(trainer, WATCHED, 1, go_on)
}
