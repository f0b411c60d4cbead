//! What the window knows, and how it changes: no egui here, so all of it can be tested as plain data.
//!
//! Widgets never touch the state; they return [`Action`]s. [`AppState::apply`] turns an action into
//! new state and [`Effect`]s, which the app hands to its threads.

pub mod action;
pub mod data;
pub mod diagnose;
pub mod lab;
pub mod looks;
mod messages;
pub mod noise;
mod origin;
pub mod outline;
pub mod papers;
pub mod protocol;
mod requests;
mod theory;
pub mod tile;
pub mod tour;
mod whole_run;

use std::collections::VecDeque;
use std::sync::Arc;

use self::action::{Action, Effect, Notice, Severity};
use crate::compute::DeviceInfo;
use crate::config::{DataConfig, LiveConfig, RunConfig};
use crate::data::{CrossSpectrum, Dataset, Overview, Preprocessor, Spectrum};
use crate::figures::{Merit, Moment, Visit};
use crate::metrics::{LatentPlane, Prediction, Usage};
use crate::theory::NextThreshold;
use crate::train::{
    Command, History, Landscape, LandscapeRequest, LiveParams, Posterior, Projection, RunId,
    RunSetup, Snapshot, ViewRequest,
};

use self::tile::Tile;

pub use origin::Foreign;

/// Pictures in a row of the reconstructions tile.
pub const EXAMPLES: usize = 10;
/// Most points of the net's trail on a mode's surface.
const TRAIL: usize = 400;
/// Most places remembered of where the run has been in β.
const VISITS: usize = 600;
/// Samples whose means are followed.
const FOLLOWED: usize = 10;
/// Most entries of the list of recent data.
const RECENT: usize = 8;

/// A load under way.
#[derive(Debug, Clone, PartialEq)]
pub struct Loading {
    /// What is loaded.
    pub source: String,
    /// How far it is.
    pub pace: Option<data::Pace>,
}

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
    /// Its name.
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
    /// A load under way.
    pub loading: Option<Loading>,
    /// The run to be shown when its data are there.
    incoming: Option<RunConfig>,
    /// Data that may be loaded next.
    pub opening: data::Opening,
    /// The current run.
    pub run: Option<RunInfo>,
    /// Whether it trains.
    pub playing: bool,
    /// The newest state of it.
    pub snapshot: Option<Snapshot>,
    /// Its latents, judged.
    pub usage: Usage,
    /// The traces of the run before it, and its label.
    pub ghost: Option<(String, Arc<History>)>,
    /// The linear theory for the current data and settings.
    pub prediction: Option<Prediction>,
    /// Where the net was on the chosen mode's surface.
    pub trail: VecDeque<[f64; 2]>,
    /// Where the run has been in β, and how many latents were active there.
    pub visited: VecDeque<Visit>,
    /// (KL, squared error) at every evaluation of the run, oldest first.
    pub rate_trail: VecDeque<[f64; 2]>,
    /// Every number of every latent at every evaluation, oldest first.
    pub moments: VecDeque<Moment>,
    /// The bound and γ at every evaluation, oldest first.
    pub merits: VecDeque<Merit>,
    /// μ of the first samples at every evaluation, oldest first.
    means: VecDeque<Arc<Posterior>>,
    /// The mode of the loss surface, from 0.
    pub mode: usize,
    /// The latent under the pointer.
    pub hovered: Option<usize>,
    /// The latent of the traversal.
    pub traversed: usize,
    /// Whether the user chose it; else it is the one with the largest KL.
    chose_traversal: bool,
    /// Latents zeroed by hand.
    pub zeroed: Vec<usize>,
    /// Latents held out of training by hand, in order.
    pub held: Vec<usize>,
    /// The landscapes of the trained network that tiles ask for.
    landscapes: Vec<(Tile, LandscapeRequest)>,
    /// Where the window looks in latent space.
    pub looks: looks::Looks,
    /// Whether the usage tile sorts by KL.
    pub sort_by_kl: bool,
    /// Data opened before, newest first.
    pub recent: Vec<String>,
    /// Sentences not yet shown.
    pub notices: Vec<Notice>,
    /// The last error, until something succeeds.
    pub problem: Option<String>,
    /// The experiments.
    pub lab: lab::LabState,
    /// The papers' experiments.
    pub papers: papers::PapersState,
    /// The tour, while it is shown.
    pub tour: Option<tour::Tour>,
    /// Grows with every change that a plot shows.
    pub generation: u64,
    next_run: u64,
}

impl AppState {
    /// The state before anything is loaded, and the effects that load `config`'s data.
    pub fn new(config: RunConfig) -> (Self, Vec<Effect>) {
        let data = config.data.clone();
        let mut state = Self {
            config,
            data: None,
            loading: None,
            incoming: None,
            opening: data::Opening::default(),
            run: None,
            playing: true,
            snapshot: None,
            usage: Usage::default(),
            ghost: None,
            prediction: None,
            trail: VecDeque::new(),
            visited: VecDeque::new(),
            rate_trail: VecDeque::new(),
            moments: VecDeque::new(),
            merits: VecDeque::new(),
            means: VecDeque::new(),
            mode: 0,
            hovered: None,
            traversed: 0,
            chose_traversal: false,
            zeroed: Vec::new(),
            held: Vec::new(),
            landscapes: Vec::new(),
            looks: looks::Looks::default(),
            sort_by_kl: true,
            recent: ["digits", "faces", "gaussian:9,5,2,1,0.3"]
                .map(str::to_owned)
                .to_vec(),
            notices: Vec::new(),
            problem: None,
            lab: lab::LabState::default(),
            papers: papers::PapersState::default(),
            tour: None,
            generation: 0,
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
        // No figure shows the point under the pointer.
        if !matches!(action, Action::Look(looks::Look::Decode(_))) {
            self.generation += 1;
        }
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
                self.forget_trails();
                self.lab.forget_run();
                self.held.clear();
                let mut effects = vec![Effect::Command(Command::Reset)];
                effects.extend(self.live_effect());
                effects
            }
            Action::NewSeed => self.restart(|config| {
                config.sampling.seed = config.sampling.seed.wrapping_add(1);
            }),
            Action::Mode(mode) => {
                self.mode = mode;
                self.trail.clear();
                self.live_effect()
            }
            Action::Hover(latent) => {
                self.hovered = latent;
                Vec::new()
            }
            Action::Traverse(latent) => {
                self.traversed = latent;
                self.chose_traversal = true;
                self.live_effect()
            }
            Action::ToggleZero(latent) => {
                match self.zeroed.iter().position(|&j| j == latent) {
                    Some(at) => {
                        self.zeroed.remove(at);
                    }
                    None => self.zeroed.push(latent),
                }
                self.live_effect()
            }
            Action::ToggleHold(latent) => self.toggle_hold(latent),
            Action::NoiseOn(latent) => {
                self.lab.noise_on = Some(latent);
                Vec::new()
            }
            Action::Landscape(tile, request) => {
                self.landscapes.retain(|(of, _)| *of != tile);
                self.landscapes.extend(request.map(|r| (tile, r)));
                self.live_effect()
            }
            Action::Look(look) => self.look(look),
            Action::SortByKl(by_kl) => {
                self.sort_by_kl = by_kl;
                Vec::new()
            }
            Action::Complain(text) => {
                self.refuse(text);
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
            self.refuse(error.to_string());
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
            held: self.held.clone(),
            view: ViewRequest {
                examples: EXAMPLES,
                traversal: self.traversed,
                projection: spectrum.map(|spectrum| Projection {
                    mode: self.mode,
                    spectrum,
                }),
                zeroed: self.zeroed.clone(),
                landscapes: self.landscapes.iter().map(|(_, r)| r.clone()).collect(),
                decode: self.looks.decode.clone(),
                gallery: self.looks.gallery.clone(),
            },
        })]
    }

    fn load(&mut self, data: DataConfig) -> Vec<Effect> {
        self.incoming = None;
        self.loading = Some(Loading {
            source: data.source.to_string(),
            pace: None,
        });
        vec![Effect::Load(data, self.config.sampling.seed)]
    }

    /// Changes a setting that re-initialises; the old run stays as a ghost.
    fn restart(&mut self, change: impl FnOnce(&mut RunConfig)) -> Vec<Effect> {
        let mut config = self.config.clone();
        change(&mut config);
        if let Err(error) = config.validate() {
            self.refuse(error.to_string());
            return Vec::new();
        }
        // A network that cannot be built does not end the one that trains.
        if config.net != self.config.net
            && let Some(data) = &self.data
            && let Err(error) = outline::resolve(&config.net, data)
        {
            self.refuse(error.to_string());
            return Vec::new();
        }
        self.config = config;
        self.predict();
        let mut effects = self.relate();
        effects.extend(self.start());
        effects
    }

    /// Where another run has been is nothing to this one.
    fn forget_trails(&mut self) {
        self.trail.clear();
        self.visited.clear();
        self.rate_trail.clear();
        self.moments.clear();
        self.merits.clear();
        self.means.clear();
    }

    /// Where the means of the first samples have been on a plane of latent space, oldest first.
    pub fn mean_trails(&self, plane: &LatentPlane) -> Vec<Vec<[f64; 2]>> {
        let at = |posterior: &Posterior, i: usize| {
            let mu = posterior.mu(i);
            (mu.len() == plane.latents()).then(|| plane.project(mu))
        };
        (0..FOLLOWED)
            .map(|i| self.means.iter().filter_map(|p| at(p, i)).collect())
            .collect()
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
        self.forget_trails();
        // What was measured is of the run before.
        self.snapshot = None;
        self.usage = Usage::default();
        self.zeroed.clear();
        self.held.clear();
        self.hovered = None;
        self.traversed = 0;
        self.chose_traversal = false;
        self.looks
            .restart(self.config.sampling.seed, setup.data.len());
        let mut effects = self.abandon_copy();
        effects.push(Effect::Command(Command::Start {
            run: id,
            setup: Arc::new(setup),
            playing: self.playing,
        }));
        effects.extend(self.live_effect());
        effects
    }

    /// Adds a notice of an error; nothing else changes.
    pub fn refuse(&mut self, text: String) {
        self.problem = Some(text.clone());
        self.notices.push(Notice {
            severity: Severity::Error,
            text,
        });
    }

    /// Adds a notice.
    pub fn inform(&mut self, text: String) {
        self.notices.push(Notice {
            severity: Severity::Info,
            text,
        });
    }

    /// The landscape a tile asks for.
    pub fn asked_landscape(&self, tile: Tile) -> Option<&LandscapeRequest> {
        let of_tile = self.landscapes.iter().find(|(of, _)| *of == tile);
        of_tile.map(|(_, request)| request)
    }

    /// What is known of a landscape.
    pub fn landscape(&self, request: &LandscapeRequest) -> Option<&Arc<Landscape>> {
        let known = &self.snapshot.as_ref()?.landscapes;
        known.iter().find(|l| l.request == *request)
    }
}
