//! What a run minimised, where that is not L with the whole weight on the KL.

use serde::Serialize;

use crate::compute::StepMetrics;
use crate::config::{Estimator, KlSchedule, Objective, RunConfig};
use crate::text::significant;
use crate::train::Evaluation;

/// Most last steps over which an objective that is not evaluated again is averaged.
const LAST_STEPS: usize = 100;

/// The objective that was trained, named, with its value.
#[derive(Debug, Serialize)]
pub(super) struct TrainedObjective {
    /// What it is.
    pub what: String,
    /// Its value per sample in nats.
    pub value: f64,
}

/// The objective of a run whose last steps are in `trace` and whose final state is `evaluation`; `None` where it is L.
pub(super) fn trained_objective(
    config: &RunConfig,
    evaluation: &Evaluation,
    trace: &[StepMetrics],
) -> Option<TrainedObjective> {
    let live = &config.live;
    // Without a posterior there is no KL, and the loss is the error term already.
    let price = evaluation.beta * evaluation.kl;
    let error = evaluation.loss() - if price.is_nan() { 0.0 } else { price };
    if live.objective == Objective::Autoencoder {
        let what = "the error term of L alone, an autoencoder's".into();
        return Some(TrainedObjective { what, value: error });
    }
    if let Estimator::ImportanceWeighted(samples) = config.net.estimator
        && samples > 1
    {
        let last = &trace[trace.len().saturating_sub(LAST_STEPS)..];
        let value = last.iter().map(|m| m.loss).sum::<f64>() / last.len().max(1) as f64;
        return Some(TrainedObjective {
            what: format!(
                "minus the importance-weighted bound of {samples} samples, over the last {} steps",
                last.len()
            ),
            value,
        });
    }
    let factor = live.schedule.factor((trace.len() as u64).saturating_sub(1));
    let free = live.free_bits;
    if free == 0.0 && live.schedule == KlSchedule::Constant {
        return None;
    }
    let counted: f64 = evaluation.latents.iter().map(|l| l.kl.max(free)).sum();
    let mut what = "L".to_owned();
    if free > 0.0 {
        let most = significant(free, 4);
        what += &format!(" with each latent's KL counted as {most} nats at least");
    }
    if live.schedule != KlSchedule::Constant {
        let word = if free > 0.0 { "and" } else { "with" };
        let weight = significant(factor * live.beta, 4);
        what += &format!(" {word} a weight of {weight} on the KL, where the schedule ended");
    }
    Some(TrainedObjective {
        what,
        value: error + factor * evaluation.beta * counted,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{LiveConfig, NetConfig};
    use crate::train::LatentStatistics;

    /// Two latents of 0.2 and 1.5 nats, γ = 1/2π (so that the constant is 0), ‖x − x̂‖² = 1/π: the error term is 1.
    fn evaluation() -> Evaluation {
        let latent = |kl| LatentStatistics {
            kl,
            ..LatentStatistics::default()
        };
        Evaluation {
            sse: std::f64::consts::FRAC_1_PI,
            gamma: 0.5 * std::f64::consts::FRAC_1_PI,
            beta: 2.0,
            kl: 1.7,
            dim: 3,
            latents: vec![latent(0.2), latent(1.5)],
            ..Evaluation::default()
        }
    }

    #[test]
    fn what_was_trained_is_named_and_worked_out() {
        let live = LiveConfig {
            beta: 2.0,
            ..LiveConfig::default()
        };
        let of = |live: LiveConfig, net: NetConfig, steps: usize| {
            let config = RunConfig {
                net,
                live,
                ..RunConfig::default()
            };
            let row = StepMetrics {
                loss: 7.0,
                ..StepMetrics::from_row(&[0.0; StepMetrics::ROW], 2, None)
            };
            trained_objective(&config, &evaluation(), &vec![row; steps])
        };
        assert!((evaluation().loss() - (1.0 + 2.0 * 1.7)).abs() < 1e-12);
        let net = NetConfig::linear(2);
        assert!(of(live, net.clone(), 9).is_none());
        // max(0.5, 0.2) + max(0.5, 1.5) = 2.
        let free = LiveConfig {
            free_bits: 0.5,
            ..live
        };
        let found = of(free, net.clone(), 9).expect("another objective");
        assert!((found.value - 5.0).abs() < 1e-12, "{found:?}");
        assert!(found.what.contains("0.5 nats"), "{}", found.what);
        // The ninth step is number 8 of a warm-up of 16: half the weight.
        let schedule = KlSchedule::WarmUp { steps: 16 };
        let warming = LiveConfig { schedule, ..live };
        let found = of(warming, net.clone(), 9).expect("another objective");
        assert!((found.value - 2.7).abs() < 1e-12, "{found:?}");
        assert!(found.what.contains("weight of 1 "), "{}", found.what);
        let both = LiveConfig {
            free_bits: 0.5,
            ..warming
        };
        let found = of(both, net.clone(), 9).expect("another objective");
        assert!((found.value - 3.0).abs() < 1e-12, "{found:?}");
        // After the warm-up it is L, and says so.
        let found = of(warming, net.clone(), 100).expect("named");
        assert!((found.value - evaluation().loss()).abs() < 1e-12);
        let twin = LiveConfig {
            objective: Objective::Autoencoder,
            ..live
        };
        let found = of(twin, net.clone(), 9).expect("another objective");
        assert!((found.value - 1.0).abs() < 1e-12, "{found:?}");
        let tighter = NetConfig {
            estimator: Estimator::ImportanceWeighted(5),
            ..net
        };
        let found = of(live, tighter, 9).expect("another objective");
        assert!(
            found.value == 7.0 && found.what.contains("9 steps"),
            "{found:?}"
        );
    }
}
