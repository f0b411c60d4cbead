//! All landscapes of a run: whose turn it is, and how much of the time they may take.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::config::{LiveConfig, Objective};
use crate::train::trainer::{TrainError, Trainer};

use super::job::{Job, Progress};
use super::session::Session;
use super::trajectory::Trajectory;
use super::{Landscape, LandscapeRequest};

/// Share of the time that landscapes may take while the run trains.
const SHARE: f64 = 0.07;
/// How long one turn lasts while the run trains; the live settings wait that long, a command does not.
const TURN: Duration = Duration::from_millis(12);
/// How long one turn lasts while it waits.
const LONG_TURN: Duration = Duration::from_millis(25);
/// Shortest time between two looks at where the network stands.
const PLACE_PERIOD: Duration = Duration::from_millis(100);
/// Landscapes of one run.
const MOST: usize = 4;
/// Most parameters of a network that is looked at: its landscape holds up to six copies of them.
const MOST_NUMBERS: usize = 64 << 20;

/// The live settings that change what a point is worth; β and γ do not.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Settings {
    eta_enc: f64,
    alpha: f64,
    objective: Objective,
}

impl Settings {
    fn of(live: &LiveConfig) -> Self {
        Self {
            eta_enc: live.eta_enc,
            alpha: live.alpha,
            objective: live.objective,
        }
    }
}

/// The result of one turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::train) struct Turn {
    /// Whether anything changed that a snapshot shows.
    pub(in crate::train) changed: bool,
    /// Whether there is more to do at once.
    pub(in crate::train) unfinished: bool,
}

/// The landscapes of a run and the states they may need.
pub(in crate::train) struct Board {
    asked: Vec<LandscapeRequest>,
    jobs: Vec<Job>,
    trajectory: Trajectory,
    settings: Option<Settings>,
    /// When the next turn may begin while the run trains.
    next: Instant,
    placed: Option<(Instant, u64)>,
    shown: Vec<Arc<Landscape>>,
}

impl Default for Board {
    fn default() -> Self {
        Self {
            asked: Vec::new(),
            jobs: Vec::new(),
            trajectory: Trajectory::default(),
            settings: None,
            next: Instant::now(),
            placed: None,
            shown: Vec::new(),
        }
    }
}

impl Board {
    /// Takes the newest requests: those that are no longer there end, others go on.
    pub(in crate::train) fn ask(&mut self, requests: &[LandscapeRequest]) {
        self.asked.clear();
        for request in requests.iter().take(MOST) {
            if !self.asked.contains(request) {
                self.asked.push(request.clone());
            }
        }
        let asked = &self.asked;
        self.jobs.retain(|job| asked.contains(&job.request));
        self.shown.retain(|shown| asked.contains(&shown.request));
    }

    /// Forgets the parameters seen so far: the run begins anew.
    pub(in crate::train) fn forget(&mut self) {
        let asked = std::mem::take(&mut self.asked);
        *self = Self {
            asked,
            ..Self::default()
        };
    }

    /// The run was put back to `step`.
    pub(in crate::train) fn rewind(&mut self, step: u64) {
        self.trajectory.rewind(step);
    }

    /// What is known, in the order asked for.
    pub(in crate::train) fn shown(&self) -> Vec<Arc<Landscape>> {
        self.shown.clone()
    }

    fn is_unfinished(&self) -> bool {
        self.jobs.len() < self.asked.len() || self.jobs.iter().any(Job::is_unfinished)
    }

    /// Keeps the state of now if the trajectory wants it.
    pub(in crate::train) fn record(&mut self, trainer: &mut Trainer) -> Result<(), TrainError> {
        let slice = trainer.plan().parameters();
        let step = trainer.step();
        if self.trajectory.wants(step, slice.len) {
            let before = Instant::now();
            let parameters = trainer.backend().read(slice)?;
            self.trajectory.keep(step, parameters, before.elapsed());
        }
        Ok(())
    }

    /// Works for a moment if it is time to. The parameters and the mask are afterwards what they were, also if
    /// the device fails halfway and is still there; `keep_going` false ends the turn at once.
    pub(in crate::train) fn work(
        &mut self,
        trainer: &mut Trainer,
        mask: &[f32],
        training: bool,
        keep_going: &dyn Fn() -> bool,
    ) -> Result<Turn, TrainError> {
        let idle = Turn {
            changed: false,
            unfinished: false,
        };
        if self.asked.is_empty() {
            return Ok(idle);
        }
        let (step, unfinished) = (trainer.step(), self.is_unfinished());
        let settled = self.settings == Some(Settings::of(trainer.live()));
        let moved = self.placed.is_none_or(|(_, at)| at != step);
        let rested = self
            .placed
            .is_none_or(|(last, _)| last.elapsed() >= PLACE_PERIOD);
        let worth = unfinished || !settled || (moved && (rested || !training));
        if !worth || (training && Instant::now() < self.next) || !keep_going() {
            return Ok(Turn {
                unfinished: unfinished && !training,
                ..idle
            });
        }
        let begin = Instant::now();
        let slices = (trainer.plan().parameters(), trainer.plan().mask());
        let parameters = trainer.backend().read(slices.0)?;
        let mut touched = false;
        let outcome = self.turn(trainer, &parameters, &mut touched, training, keep_going);
        let restored = if touched {
            let backend = trainer.backend();
            let parameters = backend.write(slices.0, &parameters);
            parameters.and(backend.write(slices.1, mask))
        } else {
            Ok(())
        };
        for job in &mut self.jobs {
            job.unwritten();
        }
        let changed = outcome?;
        restored?;
        if changed {
            let plan = trainer.plan();
            self.shown = self
                .jobs
                .iter()
                .map(|job| Arc::new(job.show(plan)))
                .collect();
        }
        // Reading waits for the steps under way: they are not the landscape's to pay for, but an upper bound.
        let cost = begin.elapsed();
        self.next = Instant::now() + cost.mul_f64((1.0 - SHARE) / SHARE);
        Ok(Turn {
            changed,
            unfinished: self.is_unfinished() && !training,
        })
    }

    /// The part of [`Self::work`] after which everything is put back; whether something changed.
    fn turn(
        &mut self,
        trainer: &mut Trainer,
        parameters: &[f32],
        touched: &mut bool,
        training: bool,
        keep_going: &dyn Fn() -> bool,
    ) -> Result<bool, TrainError> {
        let begin = Instant::now();
        let (seed, step, live) = (
            trainer.setup().config.sampling.seed,
            trainer.step(),
            *trainer.live(),
        );
        let mut session = Session {
            backend: trainer.backend(),
            seed,
            live: &live,
            keep_going,
        };
        let mut changed = self.arrange(&session, parameters, step);
        if self.placed.is_none_or(|(_, at)| at != step) {
            for job in &mut self.jobs {
                job.place(parameters, step);
            }
            self.placed = Some((Instant::now(), step));
            changed = true;
        }
        let most = if training { TURN } else { LONG_TURN };
        while begin.elapsed() < most
            && let Some(job) = self.jobs.iter_mut().find(|job| job.is_unfinished())
        {
            if !*touched {
                *touched = true;
                // The objective knows no latents zeroed by hand.
                let mask = session.plan().mask();
                session.write_part(mask, &vec![1.0; mask.len])?;
            }
            match job.work(&mut session)? {
                Progress::Interrupted => break,
                Progress::Some | Progress::None => changed = true,
            }
        }
        Ok(changed)
    }

    /// Begins what is asked for and not yet under way, begins again what other settings have made worthless, and
    /// puts all in the order asked for; whether something changed.
    fn arrange(&mut self, session: &Session<'_>, parameters: &[f32], step: u64) -> bool {
        let settings = Settings::of(session.live);
        let again = self.settings.is_some_and(|s| s != settings);
        self.settings = Some(settings);
        if !again && self.jobs.len() == self.asked.len() {
            return false;
        }
        let mut old = std::mem::take(&mut self.jobs);
        let mut centre = None;
        for request in &self.asked {
            let job = if let Some(at) = old.iter().position(|job| job.request == *request) {
                let job = old.swap_remove(at);
                if again { job.again(session) } else { job }
            } else {
                let refused = parameters.len() > MOST_NUMBERS;
                let centre = centre.get_or_insert_with(|| Arc::new(parameters.to_vec()));
                let states = self.trajectory.before(step);
                if refused {
                    Job::refused(request.clone(), step)
                } else {
                    Job::new(request.clone(), session, Arc::clone(centre), step, states)
                }
            };
            self.jobs.push(job);
        }
        true
    }
}
