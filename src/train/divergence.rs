//! A run's numbers held against what the objective allows: when it has diverged, and what is said then.

use crate::compute::{Program, StepMetrics};
use crate::config::{DataSource, Likelihood, Objective};
use crate::data::scale_warning;
use crate::text::significant;

use super::sanity::{Baseline, State, largest};
use super::trainer::{TrainError, Trainer};

impl Trainer {
    /// What the run's numbers are judged by; none where the data have none.
    pub fn baseline(&self) -> Option<&Baseline> {
        self.baseline.as_ref()
    }

    /// The baseline over the first `items` items in file order.
    pub fn baseline_over(&self, items: usize) -> Option<Baseline> {
        let (setup, baseline) = (&self.setup, self.baseline.as_ref()?);
        let seed = setup.config.sampling.seed;
        baseline.over(&setup.data, &setup.preprocessor, seed, items)
    }

    /// Whether the newest step reported was within range; only such a state is worth going back to.
    pub fn is_within_range(&self) -> bool {
        self.watch.is_within()
    }

    /// An error if the newest steps are out of range and no better than the first since the start or an edit: a run that
    /// ends like this has diverged, however short it was.
    ///
    /// # Errors
    /// [`TrainError::Diverged`], or a device error.
    pub fn check(&mut self) -> Result<(), TrainError> {
        self.collect(true, &mut Vec::new())?;
        if self.watch.has_grown() {
            let (step, loss) = (self.reported, self.loss);
            return Err(self.exploded(step, loss));
        }
        Ok(())
    }

    /// Takes a step's numbers in; whether the run has diverged by them.
    pub(super) fn has_diverged(&mut self, metrics: &StepMetrics) -> bool {
        self.loss = metrics.loss;
        let Some(baseline) = &self.baseline else {
            return false;
        };
        let price = match self.live.objective {
            Objective::Vae => metrics.beta * metrics.kl,
            Objective::Autoencoder => 0.0,
        };
        let state = State {
            sse: metrics.sse,
            nll: (self.backend.plan().net.likelihood != Likelihood::Gaussian)
                .then_some(metrics.nll),
            price,
            gamma: metrics.gamma,
        };
        let magnitude = baseline.magnitude(&state);
        self.watch.push(magnitude, self.live.learning_rate)
    }

    /// The error of a run whose finite numbers are out of range.
    pub(super) fn exploded(&mut self, step: u64, loss: f64) -> TrainError {
        let (tensor, size) = match largest(self.backend.as_mut()) {
            Ok(found) => found,
            Err(error) => return error.into(),
        };
        let beside = self.beside();
        TrainError::Diverged {
            step,
            tensor,
            what: format!(
                "has grown to {} and the loss is {}{beside}",
                significant(size, 3),
                significant(loss, 3)
            ),
            advice: self.advice(),
        }
    }

    /// The error of a run that ends with this loss, out of range.
    pub fn out_of_range(&self, loss: f64) -> TrainError {
        TrainError::OutOfRange {
            step: self.reported,
            loss: significant(loss, 3),
            beside: self.beside(),
            advice: self.advice(),
        }
    }

    /// The collapsed loss, as a clause after another loss.
    fn beside(&self) -> String {
        let known = self
            .baseline
            .as_ref()
            .and_then(|b| b.collapsed_loss(&self.live, self.live.beta_at(self.step)));
        known.map_or_else(String::new, |collapsed| {
            format!(
                " where a network that ignores its input has {}",
                significant(collapsed, 3)
            )
        })
    }

    /// What may keep a run from diverging.
    fn advice(&self) -> String {
        let setup = &self.setup;
        let seed = setup.config.sampling.seed;
        // Whoever wrote down a spectrum knows its scale.
        let made = matches!(setup.config.data.source, DataSource::Gaussian(_));
        match scale_warning(&setup.data, &setup.preprocessor, seed).filter(|_| !made) {
            Some(warning) => format!(
                "{}: standardise the data, or use a smaller learning rate",
                warning.text(&setup.data.columns)
            ),
            None => "use a smaller learning rate, or a larger γ".into(),
        }
    }

    /// The error of a step whose op number `op` gave the first number that is not finite.
    pub(super) fn not_finite(&self, op: usize) -> TrainError {
        let plan = self.backend.plan();
        let tensor = plan
            .ops(Program::Train)
            .get(op)
            .and_then(|op| op.outputs().first().copied())
            .map_or_else(
                || "the loss".to_owned(),
                |slice| plan.describe(slice.buffer, slice.offset),
            );
        TrainError::Diverged {
            step: self.reported,
            tensor,
            what: "is no longer finite".into(),
            advice: self.advice(),
        }
    }
}
