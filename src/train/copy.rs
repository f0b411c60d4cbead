//! A run's state, handed out for work on a copy of it.

use std::sync::Arc;

use crate::config::LiveConfig;

use super::modes::LatentMode;
use super::protocol::{Event, RunSetup};
use super::trainer::{Checkpoint, TrainError, Trainer};
use super::worker::State;

/// Everything another trainer needs to go on from where a run is; the run itself is never touched by what is done
/// with it.
#[derive(Debug, Clone)]
pub struct RunCopy {
    /// The settings and data the run started from.
    pub setup: Arc<RunSetup>,
    /// The live settings in force; where γ moves, its value is in the checkpoint.
    pub live: LiveConfig,
    /// What is done to every latent.
    pub modes: Vec<LatentMode>,
    /// Parameters, moments, the clock.
    pub checkpoint: Checkpoint,
}

impl PartialEq for RunCopy {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.setup, &other.setup)
            && self.live == other.live
            && self.modes == other.modes
            && self.checkpoint == other.checkpoint
    }
}

impl RunCopy {
    /// A trainer of its own in the copied state, on a device of its own.
    ///
    /// # Errors
    /// As [`Trainer::new`].
    pub fn trainer(&self) -> Result<Trainer, TrainError> {
        let mut trainer = Trainer::new(Arc::clone(&self.setup))?;
        trainer.set_live(self.live)?;
        trainer.set_latent_modes(&self.modes)?;
        trainer.restore(&self.checkpoint)?;
        Ok(trainer)
    }
}

impl Trainer {
    /// The trainer's state as it is now, for work on a copy.
    ///
    /// # Errors
    /// [`TrainError`] if the device fails.
    pub fn copy(&mut self) -> Result<RunCopy, TrainError> {
        Ok(RunCopy {
            setup: Arc::clone(self.setup()),
            live: *self.live(),
            modes: self.latent_modes().to_vec(),
            checkpoint: self.checkpoint()?,
        })
    }
}

impl State {
    /// Answers [`super::Command::Copy`]; without a run there is nothing to answer.
    pub(super) fn copy(&mut self) -> Result<(), TrainError> {
        let Some(run) = self.run.as_mut() else {
            return Ok(());
        };
        let copy = run.trainer.copy()?;
        // A state is handed out only if every step that led to it was sound.
        let mut rest = Vec::new();
        let outcome = run.trainer.collect(true, &mut rest);
        run.record(&rest);
        outcome?;
        let event = Event::Copied {
            run: run.id,
            copy: Arc::new(copy),
        };
        self.tell(event);
        Ok(())
    }
}
