//! β (or γ) up and down with warm starts: does the way matter?
//!
//! At every value the weights of the one before it go on, with Adam's moments and its clock at zero: at a new
//! β old moments point the wrong way, and a clock at zero keeps the first steps within the
//! learning rate. Dead latents get a [kick](super::KICK). Then the value is held until the
//! [stationarity test](super::stationary) passes, or is flagged when its steps run out. The
//! KL schedule is constant: a warm-up at every value would undo the warm start.
//!
//! A converged sweep of the linear model has one loss per value, both ways, and it is the closed form's.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::config::{GammaMode, KlSchedule, LiveConfig, RunConfig};
use crate::disk::digest;
use crate::metrics::{Coverage, Known, Prediction, Usage};
use crate::theory::{thresholds_beta, thresholds_beta_learned};
use crate::train::{RunSetup, TrainError, Trainer};

use super::error::Error;
use super::hold::hold;
use super::kick::kicked;
use super::measure::{Measurement, measure_briefly};
use super::outcome::Discovery as _;
use super::watch::{Headway, Watcher};

/// What is swept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Parameter {
    /// β, whatever γ does.
    #[default]
    Beta,
    /// γ, held at each value.
    Gamma,
}

impl Parameter {
    /// Its letter.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Beta => "β",
            Self::Gamma => "γ",
        }
    }

    /// The settings with the parameter at `value`.
    #[must_use]
    pub fn set(self, live: LiveConfig, value: f64) -> LiveConfig {
        match self {
            Self::Beta => LiveConfig {
                beta: value,
                ..live
            },
            Self::Gamma => LiveConfig {
                gamma: value,
                gamma_mode: GammaMode::Fixed,
                ..live
            },
        }
    }

    /// The values at which a mode of what the data explain of the run's target dies in the linear theory, descending;
    /// only modes that κ can reach. Empty while that is not known.
    pub fn thresholds(self, config: &RunConfig, known: &Known) -> Vec<f64> {
        let data = known.explainable(config.net.target);
        let problem = data.and_then(|data| data.problem(config.net.latents, 1.0).ok());
        let Some(problem) = problem else {
            return Vec::new();
        };
        let mut all = match self {
            // ζ² > βγ is symmetric in the two.
            Self::Gamma => {
                thresholds_beta(problem.eigenvalues(), config.live.beta).unwrap_or_default()
            }
            Self::Beta if config.live.gamma_moves() => thresholds_beta_learned(&problem),
            Self::Beta => {
                thresholds_beta(problem.eigenvalues(), config.live.gamma).unwrap_or_default()
            }
        };
        all.truncate(problem.reachable());
        all
    }
}

/// Which way a point was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// From the value below (the first: from scratch).
    #[default]
    Up,
    /// From the value above (the first: held once more).
    Down,
}

impl Direction {
    /// `up` or `down`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
        }
    }
}

/// A hysteresis sweep to make.
#[derive(Debug, Clone)]
pub struct HysteresisRequest {
    /// Settings and data.
    pub setup: Arc<RunSetup>,
    /// What is known of the data, for predictions.
    pub known: Known,
    /// What is swept.
    pub parameter: Parameter,
    /// Its values, ascending.
    pub values: Vec<f64>,
    /// Most steps a value may take, in each direction.
    pub most_steps: u64,
    /// Size of the kick as a multiple of [`super::KICK`]; 0 for none.
    pub kick: f64,
}

impl HysteresisRequest {
    /// Digest of the settings and data that all points share.
    fn key(&self) -> String {
        let settings = serde_json::to_string(&config_at(self, 1.0)).unwrap_or_default();
        digest(&format!(
            "{settings} {} {}",
            self.setup.data.name, self.kick
        ))
    }
}

/// One value, reached one way.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct HysteresisPoint {
    /// Position among the values.
    pub index: usize,
    /// The value.
    pub value: f64,
    /// The way.
    pub direction: Direction,
    /// The numbers at the end.
    pub measured: Measurement,
    /// Steps used.
    pub steps: u64,
    /// Whether it settled within its steps.
    pub converged: bool,
    /// Latents the linear theory keeps alive, if it covers the run.
    pub predicted_active: Option<usize>,
    /// The closed form's loss in nats, where it covers the network.
    pub predicted_loss: Option<f64>,
}

/// A hysteresis sweep, as far as it got.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Hysteresis {
    /// What is swept.
    pub parameter: Parameter,
    /// Its values, ascending.
    pub values: Vec<f64>,
    /// Where modes die in theory, descending.
    pub thresholds: Vec<f64>,
    /// Most steps of a point.
    pub most_steps: u64,
    /// Whether γ is held along it.
    pub gamma_held: bool,
    /// η², the prior's variance.
    pub prior_variance: f64,
    /// Digest of everything else that decides it.
    pub key: String,
    /// What was done, in order: up, then down.
    pub points: Vec<HysteresisPoint>,
    /// The weights after the last point, to go on from.
    #[serde(skip)]
    pub(super) warm: Option<Arc<Vec<f32>>>,
}

impl Hysteresis {
    /// A sweep of which nothing is done.
    ///
    /// # Errors
    /// [`Error::Request`] for values that are no sweep, [`Error::Config`] for settings out of range.
    pub fn new(request: &HysteresisRequest) -> Result<Self, Error> {
        let values = &request.values;
        if values.len() < 2 {
            return Err(Error::Request("a sweep needs at least two values".into()));
        }
        if !values.windows(2).all(|pair| pair[0] < pair[1]) {
            return Err(Error::Request("the values of a sweep must ascend".into()));
        }
        for &value in values {
            config_at(request, value).validate()?;
        }
        if request.most_steps == 0 {
            return Err(Error::Request("a point needs at least one step".into()));
        }
        let config = &request.setup.config;
        // Lines of a theory that does not cover these runs would only mislead.
        let thresholds = if Coverage::of(config, None).applies() {
            request.parameter.thresholds(config, &request.known)
        } else {
            Vec::new()
        };
        Ok(Self {
            parameter: request.parameter,
            values: values.clone(),
            thresholds,
            most_steps: request.most_steps,
            gamma_held: request.parameter == Parameter::Gamma
                || !request.setup.config.live.gamma_moves(),
            prior_variance: request.setup.config.live.eta_enc.powi(2),
            key: request.key(),
            points: Vec::new(),
            warm: None,
        })
    }

    /// Points in all: every value twice.
    pub fn total(&self) -> usize {
        2 * self.values.len()
    }

    /// Whether every point is there.
    pub fn is_complete(&self) -> bool {
        !self.values.is_empty() && self.points.len() == self.total()
    }

    /// Whether this is a part of the sweep `fresh` would be.
    pub(super) fn continues(&self, fresh: &Self) -> bool {
        let of = |s: &Self| (s.parameter, s.values.clone(), s.most_steps, s.key.clone());
        of(self) == of(fresh)
    }

    /// Index and direction of point `number`.
    fn place(&self, number: usize) -> (usize, Direction) {
        let count = self.values.len();
        if number < count {
            (number, Direction::Up)
        } else {
            (self.total() - 1 - number, Direction::Down)
        }
    }
}

/// The settings of a value.
fn config_at(request: &HysteresisRequest, value: f64) -> RunConfig {
    let base = request.setup.config.clone();
    let live = LiveConfig {
        schedule: KlSchedule::Constant,
        ..request.parameter.set(base.live, value)
    };
    RunConfig { live, ..base }
}

/// Goes on with a hysteresis sweep until it is complete; the same request gives the same sweep however often it was stopped.
///
/// # Errors
/// [`Error::Stopped`] if the watcher stopped it (what was done stays in `sweep`), [`Error::Run`]
/// if a point could not be trained.
pub fn run(
    request: &HysteresisRequest,
    sweep: &mut Hysteresis,
    watcher: &dyn Watcher,
) -> Result<(), Error> {
    if sweep.is_complete() {
        return Ok(());
    }
    if sweep.warm.is_none() {
        // Read from a file: without its weights there is nothing to go on from.
        sweep.points.clear();
    }
    let (first, _) = sweep.place(sweep.points.len());
    let setup = RunSetup {
        config: config_at(request, sweep.values[first]),
        ..RunSetup::clone(&request.setup)
    };
    let named = |value: f64, direction: Direction| {
        let symbol = request.parameter.symbol();
        move |source: TrainError| Error::Run {
            run: format!("{symbol} = {value:.4}, {}", direction.word()),
            source,
        }
    };
    let mut trainer =
        Trainer::new(Arc::new(setup)).map_err(named(sweep.values[first], Direction::Up))?;
    if let Some(interrupt) = watcher.interrupt() {
        trainer.backend().set_interrupt(interrupt);
    }
    while !sweep.is_complete() {
        let number = sweep.points.len();
        let (index, direction) = sweep.place(number);
        let point = make_point(request, sweep, number, &mut trainer, watcher)
            .map_err(named(sweep.values[index], direction))?
            .ok_or(Error::Stopped)?;
        let parameters = trainer.plan().parameters();
        let warm = trainer.backend().read(parameters);
        let warm = warm.map_err(|e| named(point.value, direction)(e.into()))?;
        sweep.points.push(point);
        sweep.warm = Some(Arc::new(warm));
        watcher.found(Arc::new(sweep.clone()).outcome());
    }
    Ok(())
}

/// Point `number`; `None` if the watcher stopped it.
fn make_point(
    request: &HysteresisRequest,
    sweep: &Hysteresis,
    number: usize,
    trainer: &mut Trainer,
    watcher: &dyn Watcher,
) -> Result<Option<HysteresisPoint>, TrainError> {
    let (index, direction) = sweep.place(number);
    let value = sweep.values[index];
    let config = config_at(request, value);
    let mut progress = Headway {
        done: number,
        total: sweep.total(),
        what: format!(
            "{} = {value:.4}, {}",
            request.parameter.symbol(),
            direction.word()
        ),
        most_steps: request.most_steps,
        ..Headway::default()
    };
    watcher.progress(progress.clone());
    if !begin(request, sweep, number, trainer, config.live, &|| {
        watcher.go_on()
    })? {
        return Ok(None);
    }
    let held = hold(
        trainer,
        config.live,
        request.most_steps,
        &|| watcher.go_on(),
        &mut |steps, verdict| {
            progress.steps = steps;
            progress.moving = verdict.to_string();
            watcher.progress(progress.clone());
        },
    )?;
    let theory = request.known.prediction(&config, None);
    Ok(held.map(|held| HysteresisPoint {
        index,
        value,
        direction,
        measured: held.measured,
        steps: held.steps,
        converged: held.converged,
        predicted_active: theory.as_ref().and_then(Prediction::covered_active),
        predicted_loss: theory.as_ref().and_then(Prediction::least_loss),
    }))
}

/// Puts the trainer at the start of a point; false if `go_on` ended it.
fn begin(
    request: &HysteresisRequest,
    sweep: &Hysteresis,
    number: usize,
    trainer: &mut Trainer,
    live: LiveConfig,
    go_on: &dyn Fn() -> bool,
) -> Result<bool, TrainError> {
    // Initial weights, no moments, clock at zero; then the weights are replaced.
    trainer.reset()?;
    if let Some(warm) = &sweep.warm {
        let slice = trainer.plan().parameters();
        trainer.backend().write(slice, warm)?;
        let Some(now) = measure_briefly(trainer, go_on)? else {
            return Ok(false);
        };
        let least = Usage::ACTIVE_VARIANCE * live.eta_enc * live.eta_enc;
        let dead: Vec<usize> = (0..now.var_mu.len())
            .filter(|&j| now.var_mu[j] <= least)
            .collect();
        let seed = trainer.setup().config.sampling.seed;
        let kicked = kicked(
            trainer,
            warm.to_vec(),
            &dead,
            seed,
            number as u32,
            request.kick,
        )?;
        trainer.backend().write(slice, &kicked)?;
    }
    trainer.set_live(live)?;
    if live.gamma_mode == GammaMode::Fixed
        && let Some(slice) = trainer.plan().parameter("log_gamma")
    {
        // Whatever the weights before it were trained with.
        trainer.backend().write(slice, &[live.gamma.ln() as f32])?;
    }
    Ok(true)
}
