//! Trains at fixed settings until nothing moves any more, or for as long as it may.

use crate::compute::{Plan, StepMetrics};
use crate::config::{LiveConfig, Objective};
use crate::train::{TrainError, Trainer};

use super::measure::{Measurement, WATCHED, measure_briefly, measure_finally};
use super::stationary::{Stationarity, Verdict};

/// Shares of the learning rate, one after the other. Adam's weights wander by about the rate: escapes
/// and deaths happen at the first, and the second takes the wandering out. Each must settle.
const RATES: [f64; 2] = [1.0, 0.1];
/// Statistics taken over the most steps a point may have.
const SAMPLES: u64 = 160;
/// Most steps between two statistics.
const MOST_STRIDE: u64 = 50;
/// Fewest steps between two statistics.
const LEAST_STRIDE: u64 = 8;

/// Where a hold ended.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Held {
    /// Steps made.
    pub(super) steps: u64,
    /// Whether every stage passed the stationarity test.
    pub(super) converged: bool,
    /// The numbers at its end.
    pub(super) measured: Measurement,
}

/// Steps between two statistics of a run that may take `most` steps.
pub(super) fn stride(most: u64) -> u64 {
    (most / SAMPLES).clamp(LEAST_STRIDE, MOST_STRIDE)
}

/// The most a result can have for a loss under these settings, over the items that a run is watched by; what the
/// measurements hold is L at β itself, wherever a schedule stands.
pub(super) fn ceiling(trainer: &Trainer, live: &LiveConfig) -> Option<f64> {
    let beta = match live.objective {
        Objective::Vae => live.beta,
        Objective::Autoencoder => 0.0,
    };
    trainer.baseline_over(WATCHED)?.ceiling(live, beta)
}

/// Makes `steps` steps; false if `go_on` ended them early.
pub(super) fn advance(
    trainer: &mut Trainer,
    steps: u64,
    go_on: &dyn Fn() -> bool,
) -> Result<bool, TrainError> {
    let goal = trainer.step() + steps;
    let mut metrics: Vec<StepMetrics> = Vec::new();
    while trainer.step() < goal {
        if !go_on() {
            return Ok(false);
        }
        let count = (goal - trainer.step()).min(Plan::MAX_STEPS as u64);
        metrics.clear();
        trainer.train(count as usize, true, &mut metrics)?;
    }
    Ok(true)
}

/// Holds the trainer at `live` for at most `most` steps; `None` if `go_on` ended it. `tell` hears the
/// steps made and the newest verdict.
pub(super) fn hold(
    trainer: &mut Trainer,
    live: LiveConfig,
    most: u64,
    go_on: &dyn Fn() -> bool,
    tell: &mut dyn FnMut(u64, Verdict),
) -> Result<Option<Held>, TrainError> {
    let stride = stride(most);
    let first = trainer.step();
    let mut test = Stationarity::new(live.eta_enc * live.eta_enc, ceiling(trainer, &live));
    let mut converged = true;
    for rate in RATES {
        // γ as the device holds it must not be put back by a change of the rate.
        let gamma = trainer.live().gamma;
        trainer.set_live(LiveConfig {
            learning_rate: live.learning_rate * rate,
            gamma,
            ..live
        })?;
        test.restart();
        loop {
            let left = most.saturating_sub(trainer.step() - first);
            if left == 0 {
                converged = false;
                break;
            }
            if !advance(trainer, stride.min(left), go_on)? {
                return Ok(None);
            }
            let Some(now) = measure_briefly(trainer, go_on)? else {
                return Ok(None);
            };
            test.push(now.sample());
            let verdict = test.verdict();
            tell(trainer.step() - first, verdict);
            if verdict == Verdict::Settled {
                break;
            }
        }
    }
    trainer.check()?;
    let steps = trainer.step() - first;
    Ok(measure_finally(trainer, go_on)?.map(|measured| Held {
        steps,
        converged,
        measured,
    }))
}
