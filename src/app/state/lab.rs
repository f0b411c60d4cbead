//! The experiments as the window knows them: what was asked for, how far it is, what came of it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::action::Effect;
use super::concern::Concern;
use crate::config::{RunConfig, Stack};
use crate::lab::{
    Diagnosis, Discovery, Headway, Hysteresis, HysteresisRequest, NoiseRun, Parameter, PhaseAxis,
    PhaseMap, PhaseRequest, Request, Stage, Status, log_values, snapped,
};
use crate::metrics::Known;
use crate::plot::Provenance;
use crate::train::{Command, RunCopy, RunId, RunSetup};

use super::diagnose::DiagnoseSettings;
use super::noise::NoiseSettings;
use super::{AppState, Data};

/// Width of the first hidden layer of a cell, where the network on screen has no dense layers to take it from.
const WIDTH: usize = 256;

/// A sweep as the tile asks for it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SweepSettings {
    /// β or γ.
    pub parameter: Parameter,
    /// Least value.
    pub from: f64,
    /// Largest value.
    pub to: f64,
    /// Number of values.
    pub points: usize,
    /// Most steps at each, each way.
    pub most_steps: u64,
}

/// A trained phase diagram as the tile asks for it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PhaseSettings {
    /// What the rows are.
    pub axis: PhaseAxis,
    /// Least β.
    pub from: f64,
    /// Largest β.
    pub to: f64,
    /// Number of values of β.
    pub columns: usize,
    /// Greatest depth or κ.
    pub top: usize,
    /// Steps of each run.
    pub steps: u64,
}

impl PhaseSettings {
    /// The rows: every depth from 0; every κ from 1 up to six, beyond that doublings and the last.
    pub fn rows(&self) -> Vec<usize> {
        match self.axis {
            PhaseAxis::Depth => (0..=self.top).collect(),
            PhaseAxis::Latents if self.top <= 6 => (1..=self.top).collect(),
            PhaseAxis::Latents => {
                let mut rows: Vec<usize> = std::iter::successors(Some(1), |k| Some(2 * k))
                    .take_while(|k| *k < self.top)
                    .collect();
                rows.push(self.top);
                rows
            }
        }
    }
}

/// An experiment and what came of it.
#[derive(Debug, Clone)]
pub struct Made<S, R> {
    /// The number of the experiment.
    pub id: u64,
    /// What was asked for.
    pub settings: S,
    /// The settings of the run on screen when it was started.
    pub base: RunConfig,
    /// That run, until it is reset.
    pub run: Option<RunId>,
    /// What was known of its data.
    pub known: Known,
    /// Where its numbers come from.
    pub provenance: Provenance,
    /// What there is of it.
    pub result: Option<Arc<R>>,
    /// Where it is.
    pub stage: Stage,
    /// How far.
    pub progress: Headway,
    /// Time left, once that can be told.
    pub left: Option<Duration>,
}

impl<S: PartialEq, R> Made<S, R> {
    /// Whether it trains.
    pub fn is_running(&self) -> bool {
        self.stage == Stage::Running
    }

    /// Whether starting with these settings goes on with it.
    pub fn goes_on(&self, settings: &S, base: &RunConfig) -> bool {
        self.stage == Stage::Stopped
            && self.result.is_some()
            && self.settings == *settings
            && self.base == *base
    }
}

/// What can be done to any experiment, whatever it finds.
trait Under {
    fn id(&self) -> u64;

    fn is_running(&self) -> bool;

    /// It was stopped.
    fn halt(&mut self);

    /// Takes the newest of it; what was found before stays where nothing new was.
    fn take(&mut self, status: Status);
}

impl<S, R: Discovery> Under for Made<S, R> {
    fn id(&self) -> u64 {
        self.id
    }

    fn is_running(&self) -> bool {
        self.stage == Stage::Running
    }

    fn halt(&mut self) {
        self.stage = Stage::Stopped;
    }

    fn take(&mut self, status: Status) {
        (self.stage, self.progress, self.left) = (status.stage, status.headway, status.left);
        if let Some(found) = status.outcome.and_then(R::of) {
            self.result = Some(found);
        }
    }
}

/// The experiments.
#[derive(Debug, Clone)]
pub struct LabState {
    /// The newest sweep.
    pub sweep: Option<Made<SweepSettings, Hysteresis>>,
    /// The newest trained phase diagram.
    pub phase: Option<Made<PhaseSettings, PhaseMap>>,
    /// The newest diagnosis.
    pub diagnosis: Option<Made<DiagnoseSettings, Diagnosis>>,
    /// The newest noise on a latent.
    pub noise: Option<Made<NoiseSettings, NoiseRun>>,
    /// The latent chosen for it.
    pub noise_on: Option<usize>,
    /// What it started from.
    pub(super) noise_copy: Option<Arc<RunCopy>>,
    /// The experiment that waits for a copy of the run.
    pub(super) copying: Option<u64>,
    /// Whether the live run waits while an experiment runs.
    pub pause_live: bool,
    /// Folder of the diagrams' files.
    pub folder: Option<PathBuf>,
    /// Whether the live run waits for an experiment now.
    waiting: bool,
    next: u64,
}

impl Default for LabState {
    fn default() -> Self {
        Self {
            sweep: None,
            phase: None,
            diagnosis: None,
            noise: None,
            noise_on: None,
            noise_copy: None,
            copying: None,
            pause_live: true,
            folder: None,
            waiting: false,
            next: 0,
        }
    }
}

impl LabState {
    /// The newest experiment of each kind.
    fn all(&self) -> impl Iterator<Item = &dyn Under> {
        [
            self.sweep.as_ref().map(|made| made as &dyn Under),
            self.phase.as_ref().map(|made| made as _),
            self.diagnosis.as_ref().map(|made| made as _),
            self.noise.as_ref().map(|made| made as _),
        ]
        .into_iter()
        .flatten()
    }

    /// As [`Self::all`], to be changed.
    fn all_mut(&mut self) -> impl Iterator<Item = &mut dyn Under> {
        [
            self.sweep.as_mut().map(|made| made as &mut dyn Under),
            self.phase.as_mut().map(|made| made as _),
            self.diagnosis.as_mut().map(|made| made as _),
            self.noise.as_mut().map(|made| made as _),
        ]
        .into_iter()
        .flatten()
    }

    /// Whether an experiment trains.
    pub fn is_running(&self) -> bool {
        self.all().any(Under::is_running)
    }

    /// The run on screen begins anew: what was found on copies of it is of another.
    pub(super) fn forget_run(&mut self) {
        if let Some(made) = &mut self.diagnosis {
            made.run = None;
        }
        if let Some(made) = &mut self.noise {
            made.run = None;
        }
    }

    /// The user took play and pause into their own hands.
    pub(super) fn forget_pause(&mut self) {
        self.waiting = false;
    }
}

/// Width of the first hidden layer of these, if it is dense.
fn first_width(stack: &Stack) -> usize {
    stack
        .widths()
        .and_then(|w| w.first().copied())
        .unwrap_or(WIDTH)
}

impl AppState {
    fn lab_setup(&self) -> Option<(&Data, Arc<RunSetup>)> {
        let data = self.data.as_ref()?;
        let setup = RunSetup {
            config: self.config.clone(),
            data: Arc::clone(&data.dataset),
            preprocessor: Arc::clone(&data.preprocessor),
        };
        Some((data, Arc::new(setup)))
    }

    /// The values of β or γ between which modes die for these data, with some room on either side.
    pub fn lab_range(&self, parameter: Parameter) -> Option<(f64, f64)> {
        let all = parameter.thresholds(&self.config, &self.known());
        let (first, last) = (*all.first()?, *all.last()?);
        (first > 0.0).then(|| ((0.5 * last).max(1e-3 * first), 2.0 * first))
    }

    pub(super) fn start_sweep(&mut self, settings: SweepSettings) -> Vec<Effect> {
        let Some((_, setup)) = self.lab_setup() else {
            return Vec::new();
        };
        let known = self.known();
        let thresholds = settings.parameter.thresholds(&self.config, &known);
        let plain = log_values(settings.from, settings.to, settings.points);
        let request = HysteresisRequest {
            setup,
            known,
            parameter: settings.parameter,
            values: snapped(&plain, &thresholds),
            most_steps: settings.most_steps,
            kick: 1.0,
        };
        let old = self.lab.sweep.take();
        let going_on = old.filter(|m| m.goes_on(&settings, &self.config));
        let so_far = going_on.and_then(|m| m.result);
        let made = self.made(settings, so_far.clone());
        let id = made.id;
        self.lab.sweep = Some(made);
        self.begin(id, Request::Hysteresis(request, so_far))
    }

    pub(super) fn start_phase(&mut self, settings: PhaseSettings) -> Vec<Effect> {
        let Some((data, setup)) = self.lab_setup() else {
            return Vec::new();
        };
        let request = PhaseRequest {
            data_digest: data.digest.clone(),
            known: self.known(),
            width: first_width(&setup.config.net.encoder),
            setup,
            axis: settings.axis,
            betas: log_values(settings.from, settings.to, settings.columns),
            rows: settings.rows(),
            steps: settings.steps,
            folder: self.lab.folder.clone(),
        };
        let old = self.lab.phase.take().and_then(|m| m.result);
        let made = self.made(settings, None);
        let id = made.id;
        self.lab.phase = Some(made);
        // Cells of another diagram are told by their key.
        self.begin(id, Request::Phase(request, old))
    }

    pub(super) fn made<S, R>(&mut self, settings: S, result: Option<Arc<R>>) -> Made<S, R> {
        // The thread makes one experiment at a time.
        self.lab
            .all_mut()
            .filter(|made| made.is_running())
            .for_each(Under::halt);
        self.lab.copying = None;
        self.lab.next += 1;
        self.changed(&[Concern::Lab]);
        Made {
            id: self.lab.next,
            settings,
            base: self.config.clone(),
            run: self.run.as_ref().map(|run| run.id),
            known: self.known(),
            provenance: Provenance {
                step: None,
                ..self.provenance()
            },
            result,
            stage: Stage::Running,
            progress: Headway::default(),
            left: None,
        }
    }

    pub(super) fn begin(&mut self, id: u64, request: Request) -> Vec<Effect> {
        let mut effects = self.wait_for_lab();
        effects.push(Effect::Experiment(id, Box::new(request)));
        effects
    }

    /// Pauses the live run for an experiment, if it trains and should.
    pub(super) fn wait_for_lab(&mut self) -> Vec<Effect> {
        if !(self.lab.pause_live && self.playing && self.is_experimenting()) {
            return Vec::new();
        }
        self.playing = false;
        self.lab.waiting = true;
        vec![Effect::Command(Command::Pause)]
    }

    /// Whether an experiment of either kind is being made.
    pub(super) fn is_experimenting(&self) -> bool {
        self.lab.is_running() || self.papers.is_running()
    }

    /// Lets the live run go on, if it waited and there is nothing more to wait for.
    pub(super) fn wait_no_more(&mut self) -> Vec<Effect> {
        if self.is_experimenting() {
            return Vec::new();
        }
        self.go_on()
    }

    /// Lets the live run go on, if it waited.
    fn go_on(&mut self) -> Vec<Effect> {
        if !std::mem::take(&mut self.lab.waiting) {
            return Vec::new();
        }
        self.playing = true;
        vec![Effect::Command(Command::Play)]
    }

    pub(super) fn pause_for_lab(&mut self, pause: bool) -> Vec<Effect> {
        self.lab.pause_live = pause;
        if pause {
            self.wait_for_lab()
        } else {
            self.go_on()
        }
    }

    /// Takes the copy that an experiment waits for.
    pub(super) fn copied(&mut self, copy: &Arc<RunCopy>) -> Vec<Effect> {
        let Some(id) = self.lab.copying.take() else {
            return Vec::new();
        };
        self.changed(&[Concern::Lab]);
        let diagnosed = self.diagnose_copy(id, copy);
        diagnosed
            .or_else(|| self.noise_on_copy(id, copy))
            .unwrap_or_default()
    }

    /// An experiment that waits for a copy waits no more: it was stopped, or the run is gone.
    pub(super) fn abandon_copy(&mut self) -> Vec<Effect> {
        let Some(id) = self.lab.copying.take() else {
            return Vec::new();
        };
        self.changed(&[Concern::Lab]);
        self.lab
            .all_mut()
            .filter(|made| made.id() == id)
            .for_each(Under::halt);
        self.wait_no_more()
    }

    /// Takes the newest status of the experiments' thread; that of an older experiment is dropped.
    pub fn lab_status(&mut self, status: Status) -> Vec<Effect> {
        let over = status.stage != Stage::Running;
        if let Stage::Failed(reason) = &status.stage {
            self.session.refuse(reason.clone());
        }
        let Some(made) = self.lab.all_mut().find(|made| made.id() == status.id) else {
            return Vec::new();
        };
        made.take(status);
        self.changed(&[Concern::Lab]);
        if over {
            self.wait_no_more()
        } else {
            Vec::new()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_all_of_few_and_doublings_of_many() {
        let rows = |axis, top| {
            PhaseSettings {
                axis,
                from: 1.0,
                to: 2.0,
                columns: 2,
                top,
                steps: 1,
            }
            .rows()
        };
        assert_eq!(rows(PhaseAxis::Depth, 3), [0, 1, 2, 3]);
        assert_eq!(rows(PhaseAxis::Latents, 5), [1, 2, 3, 4, 5]);
        assert_eq!(rows(PhaseAxis::Latents, 20), [1, 2, 4, 8, 16, 20]);
        assert_eq!(rows(PhaseAxis::Latents, 32), [1, 2, 4, 8, 16, 32]);
    }

    /// The status of nothing that was started changes nothing.
    #[test]
    fn the_status_of_another_experiment_is_dropped() {
        let (mut state, _) = AppState::new(RunConfig::default());
        let before = state.generation(Concern::Lab);
        let effects = state.lab_status(Status {
            id: 3,
            stage: Stage::Finished,
            headway: Headway::default(),
            left: None,
            outcome: None,
        });
        assert!(effects.is_empty());
        assert_eq!(state.generation(Concern::Lab), before);
    }
}
