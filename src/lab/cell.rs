//! One short run: the unit of phase diagrams and batches.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::metrics::{Known, Prediction};
use crate::train::{RunSetup, TrainError, Trainer};

use super::hold::{advance, ceiling, stride};
use super::measure::{Measurement, measure_briefly, measure_finally};
use super::stationary::{Stationarity, Verdict};
use super::watch::Watcher;

/// What a short run found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunResult {
    /// The numbers at its end.
    pub measured: Measurement,
    /// Steps made.
    pub steps: u64,
    /// Whether it had settled by then.
    pub converged: bool,
    /// Latents the linear theory keeps alive, if it covers the run.
    pub predicted_active: Option<usize>,
    /// The closed form's loss in nats, where it covers the network.
    pub predicted_loss: Option<f64>,
}

/// Trains a run from scratch for `steps` steps; `None` if the watcher stopped it. `tell` hears the
/// steps made. The result depends on the setup and `steps` alone.
///
/// # Errors
/// [`TrainError`] if the run cannot start or diverges.
pub fn short_run(
    setup: &Arc<RunSetup>,
    known: &Known,
    steps: u64,
    watcher: &dyn Watcher,
    tell: &mut dyn FnMut(u64),
) -> Result<Option<RunResult>, TrainError> {
    let mut trainer = Trainer::new(Arc::clone(setup))?;
    if let Some(interrupt) = watcher.interrupt() {
        trainer.backend().set_interrupt(interrupt);
    }
    let go_on = || watcher.go_on();
    let config = &setup.config;
    let prior = config.live.eta_enc * config.live.eta_enc;
    let mut test = Stationarity::new(prior, ceiling(&trainer, &config.live));
    let stride = stride(steps);
    while trainer.step() < steps {
        let count = stride.min(steps - trainer.step());
        if !advance(&mut trainer, count, &go_on)? {
            return Ok(None);
        }
        let Some(now) = measure_briefly(&mut trainer, &go_on)? else {
            return Ok(None);
        };
        test.push(now.sample());
        tell(trainer.step());
    }
    trainer.check()?;
    let Some(measured) = measure_finally(&mut trainer, &go_on)? else {
        return Ok(None);
    };
    let theory = known.prediction(config, Some(steps));
    Ok(Some(RunResult {
        measured,
        steps,
        converged: test.verdict() == Verdict::Settled,
        predicted_active: theory.as_ref().and_then(Prediction::covered_active),
        predicted_loss: theory.as_ref().and_then(Prediction::least_loss),
    }))
}
