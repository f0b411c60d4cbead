//! A run that diverged waits in its last good state; one whose device failed goes on from there, on the device
//! made anew or on the CPU.

use std::sync::Arc;
use std::time::Duration;

use crate::config::DeviceChoice;

use super::protocol::{Event, RunSetup};
use super::run::{Run, mask_of};
use super::trainer::{TrainError, Trainer};
use super::worker::State;

/// Waits before trying again: a driver that resets its device takes a moment.
const PATIENCE: [Duration; 3] = [
    Duration::ZERO,
    Duration::from_millis(250),
    Duration::from_secs(1),
];

impl State {
    /// After a divergence: puts the last good state back and waits.
    pub(super) fn fall_back(&mut self, error: &TrainError) {
        let Some(run) = self.run.as_mut() else {
            return;
        };
        run.playing = false;
        run.pending = 0;
        run.unseen = true;
        run.unevaluated = true;
        let id = run.id;
        let restored = match run.good.as_ref() {
            Some(good) => run.trainer.restore(good).map(|()| good.step),
            None => run.trainer.reset().map(|()| 0),
        };
        let message = match restored {
            Ok(step) => format!("{error}. The state after step {step} was put back"),
            Err(second) => {
                format!("{error}, and the last good state could not be put back: {second}")
            }
        };
        if let Some(run) = self.run.as_mut() {
            run.history.rewind(run.trainer.step());
            run.landscapes.rewind(run.trainer.step());
            run.history.mark("diverged".into());
        }
        self.tell(Event::Diverged { run: id, message });
    }

    /// After a device error: makes the device anew, else takes the CPU, and goes on from the last good
    /// state; says so, or says that nothing helped.
    pub(super) fn recover(&mut self, error: &TrainError) {
        let Some(run) = self.run.take() else {
            return;
        };
        let id = run.id;
        let setup = Arc::clone(run.trainer.setup());
        let attempts = PATIENCE
            .iter()
            .map(|&wait| (wait, Arc::clone(&setup)))
            .chain([(Duration::ZERO, on_cpu(&setup))]);
        let mut run = run;
        for (wait, setup) in attempts {
            std::thread::sleep(wait);
            if self.link.is_stopping() {
                return;
            }
            match self.resumed(run, setup) {
                Ok(mut resumed) => {
                    let device = resumed.trainer.backend().device().clone();
                    let step = resumed.trainer.step();
                    let message = format!(
                        "{error}; the run goes on from step {step} on {}",
                        device.name
                    );
                    self.run = Some(resumed);
                    self.tell(Event::Recovered {
                        run: id,
                        device,
                        message,
                    });
                    return;
                }
                Err(failed) => run = failed,
            }
        }
        self.tell(Event::Failed {
            run: id,
            message: error.to_string(),
        });
    }

    /// The run on a new device, or as it was.
    fn resumed(&self, mut run: Box<Run>, setup: Arc<RunSetup>) -> Result<Box<Run>, Box<Run>> {
        let build = || -> Result<Trainer, TrainError> {
            let mut trainer = (self.factory)(setup)?;
            trainer.backend().set_interrupt(self.link.interrupt());
            trainer.set_live(*run.trainer.live())?;
            trainer.set_latent_modes(run.trainer.latent_modes())?;
            if let Some(good) = &run.good {
                trainer.restore(good)?;
            }
            let mask = trainer.plan().mask();
            let values = mask_of(&run.view.zeroed, trainer.plan().net.latents);
            trainer.backend().write(mask, &values)?;
            Ok(trainer)
        };
        match build() {
            Ok(trainer) => {
                // Steps that are lost are made again.
                let lost = run.trainer.step().saturating_sub(trainer.step());
                if run.pending > 0 {
                    run.pending += lost;
                }
                run.trainer = trainer;
                run.history.rewind(run.trainer.step());
                run.landscapes.rewind(run.trainer.step());
                run.history.mark("device lost".into());
                run.forget_gains();
                run.burst_steps = 1;
                run.unseen = true;
                run.unevaluated = true;
                Ok(run)
            }
            Err(error) => {
                tracing::warn!("{error}");
                Err(run)
            }
        }
    }
}

/// The same run on the CPU, which is always there.
fn on_cpu(setup: &RunSetup) -> Arc<RunSetup> {
    let mut setup = setup.clone();
    setup.config.device = DeviceChoice::Cpu;
    Arc::new(setup)
}
