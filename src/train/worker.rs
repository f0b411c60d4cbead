//! The training thread.
//!
//! It owns the backend, so nothing else ever touches the device. It makes short bursts of steps and
//! looks at its roads between them; it never waits for its owner, and its owner never waits for it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::compute::Plan;
use crate::thread::{Handle, Latest, Link, Outbox, Queue, Waker, caught};

use super::protocol::{Command, Event, LiveParams, RunId, RunSetup, Snapshot};
use super::run::{Run, mask_of};
use super::trainer::{TrainError, Trainer};

/// Makes the trainer of a run; another one than [`Trainer::new`] lets a test put a faulty device in.
pub type Factory = Box<dyn Fn(Arc<RunSetup>) -> Result<Trainer, TrainError> + Send>;

/// Commands that may wait; an owner sends a few a second.
const COMMANDS: usize = 64;
/// Events that may wait; the worker blocks when its owner lets so many pile up.
const EVENTS: usize = 256;
/// How long a burst of steps should last: commands are answered this soon.
const BURST: Duration = Duration::from_millis(8);
/// Shortest time between snapshots.
const SNAPSHOT_PERIOD: Duration = Duration::from_millis(33);
/// Time between checkpoints to fall back on.
const CHECKPOINT_PERIOD: Duration = Duration::from_secs(3);

/// A handle to the training thread; dropping it stops and joins the thread. `waker` is called at most about thirty times
/// a second.
pub struct Worker {
    commands: Outbox<Command>,
    live: Latest<LiveParams>,
    events: Queue<Event>,
    snapshots: Latest<Snapshot>,
    handle: Handle,
}

impl Worker {
    /// Starts the thread, idle.
    ///
    /// # Errors
    /// The system's error if it cannot start a thread.
    pub fn spawn(waker: Waker) -> std::io::Result<Self> {
        Self::spawn_with(waker, Box::new(Trainer::new))
    }

    /// As [`Self::spawn`], with trainers made by `factory`.
    ///
    /// # Errors
    /// The system's error if it cannot start a thread.
    pub fn spawn_with(waker: Waker, factory: Factory) -> std::io::Result<Self> {
        let (commands, events) = (Queue::new(COMMANDS), Queue::new(EVENTS));
        let (live, snapshots) = (Latest::default(), Latest::default());
        let (inbox, settings) = (commands.clone(), live.clone());
        let (told, shown) = (events.clone(), snapshots.clone());
        let handle = Handle::spawn("trainer", waker, move |link| {
            let state = State {
                link,
                commands: inbox,
                live: settings,
                events: told,
                snapshots: shown,
                factory,
                run: None,
            };
            state.work();
        })?;
        Ok(Self {
            commands: Outbox::new(commands),
            live,
            events,
            snapshots,
            handle,
        })
    }

    /// Sends a command; it is obeyed after those sent before, however many wait. Never waits.
    pub fn send(&self, command: Command) {
        self.commands.send(command);
        // A long step need not be waited for: it is left unfinished, and made again later if need be.
        self.handle.interrupt();
        self.handle.nudge();
    }

    /// Replaces the live settings that were not yet applied. Never waits.
    pub fn set_live(&self, params: LiveParams) {
        self.live.put(params);
        self.handle.nudge();
    }

    /// The next event, if one is there.
    pub fn event(&self) -> Option<Event> {
        if self.commands.resend() {
            self.handle.nudge();
        }
        self.events.take()
    }

    /// The newest snapshot, if one came since the last call.
    pub fn snapshot(&self) -> Option<Snapshot> {
        self.snapshots.take()
    }
}

/// The thread's side.
pub(super) struct State {
    /// An interrupt says that a command waits: the step or the evaluation under way is thrown away.
    pub(super) link: Link,
    commands: Queue<Command>,
    live: Latest<LiveParams>,
    events: Queue<Event>,
    snapshots: Latest<Snapshot>,
    pub(super) factory: Factory,
    pub(super) run: Option<Box<Run>>,
}

impl State {
    fn work(mut self) {
        while !self.link.is_stopping() {
            // Before the queue is looked at: a command that comes later sets it again.
            self.link.begin();
            while let Some(command) = self.link.take(&self.commands) {
                self.guarded(|state| state.obey(command));
            }
            self.guarded(Self::apply_live);
            let busy = self
                .run
                .as_ref()
                .is_some_and(|run| run.playing || run.pending > 0);
            if busy {
                self.guarded(Self::burst);
            }
            let mut surveying = false;
            self.guarded(|state| {
                surveying = state.survey()?;
                Ok(())
            });
            self.guarded(Self::publish);
            if !busy && !surveying && self.commands.is_empty() && !self.live.is_waiting() {
                let due = self.run.as_ref().is_some_and(|run| run.unseen);
                // Until a nudge, or until the time for a snapshot that is still due.
                self.link.wait(due.then_some(SNAPSHOT_PERIOD));
            }
        }
    }

    /// Runs `work`; an error or a panic ends the run with an event, never the thread.
    fn guarded(&mut self, work: impl FnOnce(&mut Self) -> Result<(), TrainError>) {
        let error = match caught(|| work(self)) {
            Ok(Ok(())) => return,
            Ok(Err(error)) => error,
            Err(reason) => {
                if let Some(run) = self.run.take() {
                    self.tell(Event::Failed {
                        run: run.id,
                        message: format!("the training step panicked: {reason}"),
                    });
                }
                return;
            }
        };
        if let TrainError::Diverged { .. } = error {
            self.fall_back(&error);
        } else if let (TrainError::Compute(_), true) = (&error, self.run.is_some()) {
            self.recover(&error);
        } else if let Some(run) = self.run.take() {
            self.tell(Event::Failed {
                run: run.id,
                message: error.to_string(),
            });
        }
    }

    pub(super) fn tell(&self, event: Event) {
        self.link.tell(&self.events, event);
    }

    fn obey(&mut self, command: Command) -> Result<(), TrainError> {
        match command {
            Command::Start {
                run,
                setup,
                playing,
            } => self.start(run, setup, playing),
            Command::Play => self.set_playing(true, 0)?,
            Command::Pause => self.set_playing(false, 0)?,
            Command::Steps(steps) => self.set_playing(false, steps)?,
            Command::Epoch => {
                let steps = self
                    .run
                    .as_ref()
                    .map_or(0, |r| r.trainer.plan().batches_per_epoch() as u64);
                self.set_playing(false, steps)?;
            }
            Command::Reset => {
                if let Some(run) = self.run.as_mut() {
                    run.release_all()?;
                    run.trainer.reset()?;
                    run.forget();
                }
            }
            Command::Copy => self.copy()?,
        }
        Ok(())
    }

    fn start(&mut self, id: RunId, setup: Arc<RunSetup>, playing: bool) {
        // The old run's memory is given back before the new one asks for its own.
        self.run = None;
        let failed = |message: String| Event::Failed { run: id, message };
        match caught(|| (self.factory)(setup)) {
            Ok(Ok(mut trainer)) => {
                trainer.backend().set_interrupt(self.link.interrupt());
                let device = trainer.backend().device().clone();
                let plan = trainer.plan();
                let (parameters, memory_bytes) = (plan.net.parameter_count(), plan.memory_bytes());
                self.run = Some(Box::new(Run::new(id, trainer, playing)));
                self.tell(Event::Started {
                    run: id,
                    device,
                    parameters,
                    memory_bytes,
                });
                if playing {
                    self.tell(Event::Playing(id));
                }
            }
            Ok(Err(error)) => self.tell(failed(error.to_string())),
            Err(reason) => {
                self.tell(failed(format!("building the network panicked: {reason}")));
            }
        }
    }

    fn set_playing(&mut self, playing: bool, pending: u64) -> Result<(), TrainError> {
        let Some(run) = self.run.as_mut() else {
            return Ok(());
        };
        // Whatever the device still has under way belongs to the time before this command.
        let mut metrics = Vec::new();
        let outcome = run.trainer.collect(true, &mut metrics);
        run.record(&metrics);
        outcome?;
        if !playing {
            run.keep()?;
        }
        let event = if playing && !run.playing {
            Some(Event::Playing(run.id))
        } else if !playing && (run.playing || run.pending > 0 || pending > 0) {
            run.timing.rate = 0.0;
            Some(Event::Paused {
                run: run.id,
                step: run.trainer.step(),
            })
        } else {
            None
        };
        run.playing = playing;
        run.pending = if pending == 0 {
            0
        } else {
            run.pending.saturating_add(pending)
        };
        run.timing.restart_rate();
        run.unseen = true;
        if let Some(event) = event {
            self.tell(event);
        }
        Ok(())
    }

    fn apply_live(&mut self) -> Result<(), TrainError> {
        let Some(params) = self.live.take() else {
            return Ok(());
        };
        let Some(run) = self.run.as_mut().filter(|r| r.id == params.run) else {
            return Ok(());
        };
        if run.view != params.view {
            let latents = run.trainer.plan().net.latents;
            if run.view.zeroed != params.view.zeroed {
                let mask = run.trainer.plan().mask();
                let values = mask_of(&params.view.zeroed, latents);
                run.trainer.backend().write(mask, &values)?;
                run.forget_gains();
            }
            run.landscapes.ask(&params.view.landscapes);
            run.unevaluated |= run.view.evaluated() != params.view.evaluated();
            run.unseen = true;
            run.view = params.view;
        }
        let (id, step) = (run.id, run.trainer.step());
        let texts = match run.edit(&params.live, &params.held) {
            Ok(texts) if texts.is_empty() => return Ok(()),
            Ok(texts) => texts,
            Err(error) => {
                let message = error.to_string();
                self.tell(Event::Refused { run: id, message });
                return Ok(());
            }
        };
        run.forget_gains();
        run.unevaluated = true;
        run.unseen = true;
        for text in &texts {
            run.history.mark(text.clone());
        }
        let text = texts.join(", ");
        self.tell(Event::Edited {
            run: id,
            step,
            text,
        });
        Ok(())
    }

    /// Trains for about [`BURST`].
    fn burst(&mut self) -> Result<(), TrainError> {
        let Some(run) = self.run.as_mut() else {
            return Ok(());
        };
        let wanted = if run.playing {
            Plan::MAX_STEPS as u64
        } else {
            run.pending
        };
        let count = (run.burst_steps as u64).min(wanted).max(1) as usize;
        let before = Instant::now();
        let first = run.trainer.step();
        let mut metrics = Vec::with_capacity(count);
        let wait = !run.playing && run.pending <= count as u64;
        let outcome = run.trainer.train(count, wait, &mut metrics);
        let elapsed = before.elapsed();
        run.record(&metrics);
        outcome?;
        let done = run.trainer.step() - first;
        run.pending = run.pending.saturating_sub(done);
        run.timing.count(done);
        if done < count as u64 {
            // A command waits.
            return Ok(());
        }
        // Halve quickly, grow slowly: one slow burst should not be followed by another.
        if elapsed > BURST * 2 {
            run.burst_steps = (run.burst_steps / 2).max(1);
        } else if elapsed < BURST / 2 {
            run.burst_steps = (run.burst_steps * 2).min(Plan::MAX_STEPS);
        }
        if run.timing.checkpoint.elapsed() >= CHECKPOINT_PERIOD {
            run.keep()?;
        }
        Ok(())
    }

    /// Works on the landscapes for a moment; whether there is more to do while the run waits.
    fn survey(&mut self) -> Result<bool, TrainError> {
        let link = &self.link;
        match self.run.as_mut() {
            Some(run) => run.survey(&|| !link.is_interrupted()),
            None => Ok(false),
        }
    }

    /// Puts a snapshot in the slot if one is due, with fresh statistics if those are due.
    fn publish(&mut self) -> Result<(), TrainError> {
        let link = &self.link;
        let Some(run) = self.run.as_mut() else {
            return Ok(());
        };
        if run.unevaluated && run.timing.evaluation_due() {
            run.evaluate(&|| !link.is_interrupted())?;
        }
        let due = run.timing.snapshot.elapsed() >= SNAPSHOT_PERIOD;
        if !run.unseen || !due {
            return Ok(());
        }
        if !run.peek(&|| !link.is_interrupted())? {
            // Half an answer: asked again as soon as the command that waits is obeyed.
            return Ok(());
        }
        let mut live = *run.trainer.live();
        if let (true, Some(last)) = (live.gamma_moves(), &run.last) {
            live.gamma = last.gamma;
        }
        let snapshot = Snapshot {
            run: run.id,
            step: run.trainer.step(),
            epochs: run.trainer.epochs(),
            playing: run.playing,
            steps_per_second: run.timing.rate,
            last: run.last,
            live,
            stationary: run.is_stationary(),
            history: Arc::new(run.history.clone()),
            evaluation: run.evaluation.clone(),
            views: run.views.clone(),
            landscapes: run.landscapes.shown(),
            decoded: run.peeks.point(),
            gallery: run.peeks.gallery(),
        };
        run.timing.snapshot = Instant::now();
        // While paused an evaluation that is still due keeps the loop awake.
        run.unseen = run.unevaluated && !run.playing;
        self.link.show(&self.snapshots, snapshot);
        Ok(())
    }
}
