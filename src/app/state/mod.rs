//! What the window knows, and how it changes: no egui here, so all of it can be tested as plain data.
//!
//! Widgets never touch the state; they return [`Action`]s. [`AppState::apply`] turns an action into
//! new state and [`Effect`]s, which the app hands to its threads.

pub mod action;
pub mod concern;
pub mod data;
pub mod diagnose;
pub mod lab;
pub mod looks;
mod messages;
pub mod noise;
mod origin;
pub mod outline;
pub mod pace;
pub mod papers;
pub mod protocol;
mod requests;
pub mod selection;
pub mod session;
mod theory;
pub mod tile;
pub mod tour;
pub mod trails;
mod whole_run;

use std::sync::Arc;

use self::action::{Action, Effect};
use self::concern::{Concern, Counts};
use crate::compute::DeviceInfo;
use crate::config::{DataConfig, LiveConfig, RunConfig};
use crate::data::{CrossSpectrum, Dataset, Overview, Preprocessor, Spectrum};
use crate::metrics::{Prediction, Usage};
use crate::theory::NextThreshold;
use crate::train::{
    Command, History, Landscape, LandscapeRequest, LiveParams, Projection, RunId, RunSetup,
    Snapshot, ViewRequest,
};

use self::tile::Tile;

pub use origin::Foreign;

/// Pictures in a row of examples.
pub const EXAMPLES: usize = 10;
/// The data on screen.
#[derive(Debug, Clone)]
pub struct Data {
    /// Where they come from and how they are preprocessed.
    pub config: DataConfig,
    /// The values.
    pub dataset: Arc<Dataset>,
    /// How they become x.
    pub preprocessor: Arc<Preprocessor>,
    /// Digest of the values.
    pub digest: String,
    /// What they look like, once looked at.
    pub overview: Option<Arc<Overview>>,
    /// Their principal components, once computed.
    pub spectrum: Option<Arc<Spectrum>>,
    /// Why there will be none, in one sentence.
    pub no_spectrum: Option<String>,
    /// What they explain of a target that is not the input, once computed, and for which seed.
    pub cross: Option<(Arc<CrossSpectrum>, u32)>,
}

/// A run the worker knows about.
#[derive(Debug, Clone, PartialEq)]
pub struct RunInfo {
    /// The number by which the worker knows it.
    pub id: RunId,
    /// Where it trains, once it started.
    pub device: Option<DeviceInfo>,
    /// Trainable numbers.
    pub parameters: usize,
    /// Bytes of its buffers.
    pub memory_bytes: u64,
    /// β, γ … at its start, for the ghost's name.
    pub label: String,
}

/// Everything the window shows.
pub struct AppState {
    /// The settings the controls show; those of the data are the ones loaded last.
    pub config: RunConfig,
    /// The data on screen.
    pub data: Option<Data>,
    /// Data on their way in.
    pub opening: data::Opening,
    /// The current run.
    pub run: Option<RunInfo>,
    /// Whether it trains.
    pub playing: bool,
    /// The newest snapshot of the run.
    pub snapshot: Option<Snapshot>,
    /// What the newest evaluation says of every latent.
    pub usage: Usage,
    /// The traces of the run before it, and its label.
    pub ghost: Option<(String, Arc<History>)>,
    /// The linear theory for the current data and settings.
    pub prediction: Option<Prediction>,
    /// Where the run has been.
    pub trails: trails::Trails,
    /// The choices among latents and modes.
    pub selection: selection::Selection,
    /// Where the window looks in latent space, and around the trained network.
    pub looks: looks::Looks,
    /// What outlives the run.
    pub session: session::Session,
    /// The experiments.
    pub lab: lab::LabState,
    /// The papers' experiments.
    pub papers: papers::PapersState,
    /// The tour, while it is shown.
    pub tour: Option<tour::Tour>,
    counts: Counts,
    next_run: u64,
}

impl AppState {
    /// The state before anything is loaded, and the effects that load `config`'s data.
    pub fn new(config: RunConfig) -> (Self, Vec<Effect>) {
        let data = config.data.clone();
        let mut state = Self {
            config,
            data: None,
            opening: data::Opening::default(),
            run: None,
            playing: true,
            snapshot: None,
            usage: Usage::default(),
            ghost: None,
            prediction: None,
            trails: trails::Trails::default(),
            selection: selection::Selection::default(),
            looks: looks::Looks::default(),
            session: session::Session::default(),
            lab: lab::LabState::default(),
            papers: papers::PapersState::default(),
            tour: None,
            counts: Counts::default(),
            next_run: 0,
        };
        let effects = state.load(data);
        (state, effects)
    }

    /// γ in force: the trained one while it is learned.
    pub fn gamma(&self) -> f64 {
        match &self.snapshot {
            Some(snapshot) if self.config.live.gamma_moves() => snapshot.live.gamma,
            _ => self.config.live.gamma,
        }
    }

    /// Applies what the user asked for.
    pub fn apply(&mut self, action: Action) -> Vec<Effect> {
        match action {
            Action::Live(live) => self.set_live(live),
            Action::Net(net) => self.restart(|config| config.net = net),
            Action::Sampling(sampling) => self.restart(|config| config.sampling = sampling),
            Action::Device(device) => self.restart(|config| config.device = device),
            Action::Data(data) => self.load(data),
            Action::OpenRun(config) => self.open_run(*config),
            Action::Papers(action) => self.papers_action(action),
            Action::Tour(action) => self.tour_action(action),
            Action::Open(config) => self.open(config),
            Action::Sheet(action) => self.sheet(action),
            Action::CancelLoad => vec![Effect::CancelLoad],
            Action::StartSweep(settings) => self.start_sweep(settings),
            Action::StartPhase(settings) => self.start_phase(settings),
            Action::Diagnose(settings) => self.start_diagnosis(settings),
            Action::StartNoise(settings) => self.start_noise(settings),
            Action::StopLab => {
                let mut effects = vec![Effect::StopLab];
                effects.extend(self.abandon_copy());
                effects
            }
            Action::PauseForLab(pause) => self.pause_for_lab(pause),
            Action::TogglePlay => {
                self.lab.forget_pause();
                self.playing = !self.playing;
                vec![Effect::Command(if self.playing {
                    Command::Play
                } else {
                    Command::Pause
                })]
            }
            Action::Step => {
                self.playing = false;
                vec![Effect::Command(Command::Steps(1))]
            }
            Action::Epoch => {
                self.playing = false;
                vec![Effect::Command(Command::Epoch)]
            }
            Action::Reset => {
                self.keep_ghost();
                self.trails.clear();
                self.lab.forget_run();
                self.selection.release_all();
                self.changed(&[Concern::Run, Concern::Lab]);
                let mut effects = vec![Effect::Command(Command::Reset)];
                effects.extend(self.live_effect());
                effects
            }
            Action::NewSeed => self.restart(|config| {
                config.sampling.seed = config.sampling.seed.wrapping_add(1);
            }),
            Action::Mode(mode) => {
                self.selection.choose_mode(mode);
                self.trails.leave_mode();
                self.live_effect()
            }
            Action::Hover(latent) => {
                self.selection.hover(latent);
                Vec::new()
            }
            Action::Traverse(latent) => {
                self.selection.traverse(latent);
                self.live_effect()
            }
            Action::ToggleZero(latent) => {
                self.selection.toggle_zero(latent);
                self.live_effect()
            }
            Action::ToggleHold(latent) => self.toggle_hold(latent),
            Action::NoiseOn(latent) => {
                self.lab.noise_on = Some(latent);
                Vec::new()
            }
            Action::Landscape(tile, request) => {
                self.looks.ask(tile, request);
                self.changed(&[Concern::Landscapes]);
                self.live_effect()
            }
            Action::Look(look) => self.look(look),
            Action::SortByKl(by_kl) => {
                self.selection.sort_by_kl(by_kl);
                Vec::new()
            }
            Action::Complain(text) => {
                self.session.refuse(text);
                Vec::new()
            }
            Action::KillOne => self.snap(self.next_to_die(), 1.0 + 1e-9),
            Action::ReviveOne => self.snap(self.next_to_revive(), 1.0 - 1e-3),
        }
    }

    /// β to a threshold times `factor`.
    fn snap(&mut self, threshold: Option<NextThreshold>, factor: f64) -> Vec<Effect> {
        match threshold {
            Some(threshold) => self.set_live(LiveConfig {
                beta: threshold.beta_threshold * factor,
                ..self.config.live
            }),
            None => Vec::new(),
        }
    }

    fn set_live(&mut self, live: LiveConfig) -> Vec<Effect> {
        if let Err(error) = live.validate() {
            self.session.refuse(error.to_string());
            return Vec::new();
        }
        if live == self.config.live {
            return Vec::new();
        }
        self.config.live = live;
        self.predict();
        self.live_effect()
    }

    fn live_effect(&self) -> Vec<Effect> {
        let Some(run) = &self.run else {
            return Vec::new();
        };
        let spectrum = self.data.as_ref().and_then(|d| d.spectrum.clone());
        vec![Effect::Live(LiveParams {
            run: run.id,
            live: self.config.live,
            held: self.selection.held.clone(),
            view: ViewRequest {
                examples: EXAMPLES,
                traversal: self.selection.traversed,
                projection: spectrum.map(|spectrum| Projection {
                    mode: self.selection.mode,
                    spectrum,
                }),
                zeroed: self.selection.zeroed.clone(),
                landscapes: self.looks.landscapes(),
                decode: self.looks.decode.clone(),
                gallery: self.looks.gallery.clone(),
            },
        })]
    }

    fn load(&mut self, data: DataConfig) -> Vec<Effect> {
        self.opening.begin(&data, None);
        vec![Effect::Load(data, self.config.sampling.seed)]
    }

    /// Changes a setting that re-initialises; the old run stays as a ghost.
    fn restart(&mut self, change: impl FnOnce(&mut RunConfig)) -> Vec<Effect> {
        let mut config = self.config.clone();
        change(&mut config);
        if let Err(error) = config.validate() {
            self.session.refuse(error.to_string());
            return Vec::new();
        }
        // A network that cannot be built does not end the one that trains.
        if config.net != self.config.net
            && let Some(data) = &self.data
            && let Err(error) = outline::resolve(&config.net, data)
        {
            self.session.refuse(error.to_string());
            return Vec::new();
        }
        self.config = config;
        self.predict();
        let mut effects = self.relate();
        effects.extend(self.start());
        effects
    }

    fn keep_ghost(&mut self) {
        if let (Some(snapshot), Some(run)) = (&self.snapshot, &self.run)
            && snapshot.history.steps() > 0
        {
            self.ghost = Some((run.label.clone(), Arc::clone(&snapshot.history)));
        }
    }

    /// Starts a run with the current settings and data.
    fn start(&mut self) -> Vec<Effect> {
        let Some(data) = &self.data else {
            return Vec::new();
        };
        let setup = RunSetup {
            config: self.config.clone(),
            data: Arc::clone(&data.dataset),
            preprocessor: Arc::clone(&data.preprocessor),
        };
        self.keep_ghost();
        self.next_run += 1;
        let id = RunId(self.next_run);
        self.run = Some(RunInfo {
            id,
            device: None,
            parameters: 0,
            memory_bytes: 0,
            label: format!("run {}", self.next_run),
        });
        self.trails.clear();
        // What was measured is of the run before.
        self.snapshot = None;
        self.usage = Usage::default();
        self.selection.restart();
        self.looks
            .restart(self.config.sampling.seed, setup.data.len());
        self.changed(&[
            Concern::Settings,
            Concern::Run,
            Concern::Traces,
            Concern::Measured,
            Concern::Pictures,
            Concern::Landscapes,
            Concern::Looks,
        ]);
        let mut effects = self.abandon_copy();
        effects.push(Effect::Command(Command::Start {
            run: id,
            setup: Arc::new(setup),
            playing: self.playing,
        }));
        effects.extend(self.live_effect());
        effects
    }

    /// The landscape a tile asks for.
    pub fn asked_landscape(&self, tile: Tile) -> Option<&LandscapeRequest> {
        self.looks.landscape_of(tile)
    }

    /// What is known of a landscape.
    pub fn landscape(&self, request: &LandscapeRequest) -> Option<&Arc<Landscape>> {
        let known = &self.snapshot.as_ref()?.landscapes;
        known.iter().find(|l| l.request == *request)
    }
}
