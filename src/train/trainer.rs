//! A run without a thread: a backend, the live settings, and the count of steps.

use std::sync::Arc;

use crate::compute::{self, Backend, Plan, StepInputs, StepMetrics};
use crate::config::{Estimator, GammaMode, LiveConfig, Objective, TrainedPart};
use crate::data::{Preprocessor, Spectrum, Targets, check_targets};
use crate::model::{NetSpec, Shape, initial_parameters};

use super::modes::LatentMode;
use super::protocol::{Projection, RunSetup, ViewRequest};
use super::sanity::{Baseline, Watch};
use super::views::{Gallery, GalleryRequest, Views, decode, gallery, views};

/// Why a run could not start or go on.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum TrainError {
    /// The network cannot be described.
    #[error(transparent)]
    Model(#[from] crate::model::ModelError),
    /// A setting is out of range.
    #[error(transparent)]
    Config(#[from] crate::config::ConfigError),
    /// The device refused or failed.
    #[error(transparent)]
    Compute(#[from] compute::Error),
    /// The targets cannot be had.
    #[error(transparent)]
    Data(#[from] crate::data::Error),
    /// The data set is empty.
    #[error("the data set {0} has no items")]
    NoData(String),
    /// A run ended with numbers that are far beyond what the objective allows, though they were coming down.
    #[error(
        "after step {step} the loss is still out of range, {loss}{beside}; {advice}, or train longer"
    )]
    OutOfRange {
        /// The step, from 1.
        step: u64,
        /// The loss.
        loss: String,
        /// What it is held against, in words that follow.
        beside: String,
        /// What else to do about it.
        advice: String,
    },
    /// What is to be done to single latents cannot be done.
    #[error("latents cannot be held or given noise: {reason}")]
    LatentModes {
        /// The reason, in one sentence.
        reason: String,
    },
    /// A number stopped being finite, or the numbers are far beyond what the objective allows ([`super::sanity`]).
    #[error("step {step} diverged: {tensor} {what}; {advice}")]
    Diverged {
        /// The step, from 1.
        step: u64,
        /// The first tensor, in the order of computation, with a number that is not finite or out of all range.
        tensor: String,
        /// What is wrong with the tensor: `is no longer finite`.
        what: String,
        /// What to do about it.
        advice: String,
    },
}

/// Everything needed to go on from a moment: parameters, both moments, the clock.
#[derive(Debug, Clone, PartialEq)]
pub struct Checkpoint {
    /// Steps done.
    pub step: u64,
    parameters: Vec<f32>,
    moments: [Vec<f32>; 2],
}

impl Checkpoint {
    /// Every parameter, in the order of the plan's arena.
    pub fn parameters(&self) -> &[f32] {
        &self.parameters
    }
}

/// The setup with its targets computed, if the run has targets of its own.
fn with_targets(setup: Arc<RunSetup>) -> Result<Arc<RunSetup>, TrainError> {
    let config = &setup.config;
    let wanted = config.net.target;
    check_targets(
        config.net.likelihood,
        wanted,
        &setup.data,
        setup.preprocessor.kind,
    )?;
    let present = setup.preprocessor.targets.as_ref().map(|t| t.kind);
    if present.unwrap_or_default() == wanted {
        return Ok(setup);
    }
    let pre = &setup.preprocessor;
    let targets = Targets::new(wanted, &setup.data, pre, config.sampling.seed)?;
    let mut preprocessor = Preprocessor::clone(pre);
    preprocessor.targets = targets;
    Ok(Arc::new(RunSetup {
        preprocessor: Arc::new(preprocessor),
        ..RunSetup::clone(&setup)
    }))
}

/// The plan of a run.
fn plan_of(setup: &RunSetup) -> Result<Plan, TrainError> {
    let input = Shape::from(setup.data.shape);
    let targets = setup.preprocessor.targets.as_ref();
    let target = targets.map_or(input, |t| Shape::vector(t.dim));
    let net = NetSpec::new(&setup.config.net, input, target)?;
    let (batch, samples) = (setup.config.sampling.batch, setup.data.len());
    Ok(Plan::new(net, batch, samples, targets.is_some()))
}

/// What every step and every evaluation of a run under these settings shares.
pub(super) fn base_inputs(seed: u32, live: &LiveConfig, estimator: Estimator) -> StepInputs {
    let part = match live.trained {
        TrainedPart::Both => StepInputs::TRAIN_ENCODER | StepInputs::TRAIN_DECODER,
        TrainedPart::Encoder => StepInputs::TRAIN_ENCODER,
        TrainedPart::Decoder => StepInputs::TRAIN_DECODER,
    };
    let gamma = match live.gamma_mode {
        // γ belongs to the decoder.
        _ if live.trained == TrainedPart::Encoder => 0,
        GammaMode::Fixed => 0,
        GammaMode::Learned => StepInputs::LEARN_GAMMA,
        GammaMode::Optimal => StepInputs::SET_GAMMA,
    };
    let silent = live.objective == Objective::Autoencoder || estimator == Estimator::Analytic;
    StepInputs {
        seed,
        trained: part | gamma,
        noise: if silent { 0.0 } else { 1.0 },
        free_bits: live.free_bits as f32,
        alpha: live.alpha as f32,
        prior_variance: (live.eta_enc * live.eta_enc) as f32,
        ..StepInputs::default()
    }
}

/// A run: makes steps, takes live edits, gives and takes checkpoints.
pub struct Trainer {
    pub(super) backend: Box<dyn Backend>,
    pub(super) setup: Arc<RunSetup>,
    pub(super) live: LiveConfig,
    /// As the device holds them.
    pub(super) modes: Vec<LatentMode>,
    /// Steps given to the device.
    pub(super) step: u64,
    /// Steps whose metrics came back.
    pub(super) reported: u64,
    /// What the run's numbers are judged by; none where the data have none.
    pub(super) baseline: Option<Baseline>,
    pub(super) watch: Watch,
    /// The newest loss reported.
    pub(super) loss: f64,
}

impl Trainer {
    /// Builds the backend and the initial parameters of a run.
    ///
    /// # Errors
    /// [`TrainError`] if a setting, the data or the device does not allow it.
    pub fn new(setup: Arc<RunSetup>) -> Result<Self, TrainError> {
        setup.config.validate()?;
        if setup.data.is_empty() {
            return Err(TrainError::NoData(setup.data.name.clone()));
        }
        let setup = with_targets(setup)?;
        let backend = compute::create_backend(
            &setup.config.device,
            setup.config.reproducible,
            plan_of(&setup)?,
            Arc::clone(&setup.data),
            Arc::clone(&setup.preprocessor),
        )?;
        Self::on_backend(setup, backend)
    }

    /// As [`Self::new`], on a backend that is already there.
    ///
    /// # Errors
    /// [`TrainError`] if the device fails.
    pub fn on_backend(setup: Arc<RunSetup>, backend: Box<dyn Backend>) -> Result<Self, TrainError> {
        let modes = vec![LatentMode::default(); backend.plan().net.latents];
        let baseline = Baseline::of(
            &setup.data,
            &setup.preprocessor,
            &backend.plan().net,
            setup.config.sampling.seed,
        );
        let mut this = Self {
            backend,
            modes,
            baseline,
            watch: Watch::default(),
            loss: f64::NAN,
            live: setup.config.live,
            setup,
            step: 0,
            reported: 0,
        };
        this.reset()?;
        Ok(this)
    }

    /// Back to step 0 with the same seed: the run that follows is the same run. Live settings and latent modes stay.
    ///
    /// # Errors
    /// [`TrainError`] if the device fails.
    pub fn reset(&mut self) -> Result<(), TrainError> {
        let plan = self.backend.plan();
        let seed = self.setup.config.sampling.seed;
        let parameters = initial_parameters(&plan.arena, seed, self.live.gamma);
        let zeros = vec![0.0; plan.arena.len()];
        self.restore(&Checkpoint {
            step: 0,
            parameters,
            moments: [zeros.clone(), zeros],
        })?;
        Ok(())
    }

    /// The device's state as it is now.
    ///
    /// # Errors
    /// [`TrainError`] if the device fails.
    pub fn checkpoint(&mut self) -> Result<Checkpoint, TrainError> {
        let plan = self.backend.plan();
        let (parameters, [m, v]) = (plan.parameters(), plan.moments());
        Ok(Checkpoint {
            step: self.step,
            parameters: self.backend.read(parameters)?,
            moments: [self.backend.read(m)?, self.backend.read(v)?],
        })
    }

    /// Puts a checkpoint back and lets training go on from it.
    ///
    /// # Errors
    /// [`TrainError`] if the device fails.
    pub fn restore(&mut self, checkpoint: &Checkpoint) -> Result<(), TrainError> {
        let plan = self.backend.plan();
        let (parameters, [m, v]) = (plan.parameters(), plan.moments());
        self.backend.take_metrics(&mut Vec::new(), true)?;
        self.backend.write(parameters, &checkpoint.parameters)?;
        self.backend.write(m, &checkpoint.moments[0])?;
        self.backend.write(v, &checkpoint.moments[1])?;
        self.backend.clear_status()?;
        self.step = checkpoint.step;
        self.reported = checkpoint.step;
        self.watch.restart();
        Ok(())
    }

    /// Applies live settings from the next step on; a changed γ replaces the trained one.
    ///
    /// # Errors
    /// [`TrainError`] if a setting is out of range or the device fails; the old settings stay.
    pub fn set_live(&mut self, live: LiveConfig) -> Result<(), TrainError> {
        live.validate()?;
        let moved = live.gamma != self.live.gamma;
        let released = self.live.gamma_moves() && !live.gamma_moves();
        if (moved || released)
            && let Some(slice) = self.backend.plan().parameter("log_gamma")
        {
            self.backend.write(slice, &[live.gamma.ln() as f32])?;
        }
        if live != self.live {
            self.watch.restart();
        }
        self.live = live;
        Ok(())
    }

    /// The live settings in force.
    pub fn live(&self) -> &LiveConfig {
        &self.live
    }

    /// Steps given to the device.
    pub fn step(&self) -> u64 {
        self.step
    }

    /// The run's settings and data.
    pub fn setup(&self) -> &Arc<RunSetup> {
        &self.setup
    }

    /// The device.
    pub fn backend(&mut self) -> &mut dyn Backend {
        self.backend.as_mut()
    }

    /// The plan.
    pub fn plan(&self) -> &Plan {
        self.backend.plan()
    }

    /// Completed epochs, with the fraction of the current one.
    pub fn epochs(&self) -> f64 {
        self.step as f64 / self.plan().batches_per_epoch() as f64
    }

    /// Gives the device `count` more steps (at most [`Plan::MAX_STEPS`]) and moves the metrics of
    /// finished steps to `out`; with `wait`, all of them.
    ///
    /// # Errors
    /// [`TrainError::Diverged`] naming the tensor, or a device error. Metrics of the steps before a
    /// number that is not finite are in `out`; of a run whose finite numbers exploded, all that came.
    pub fn train(
        &mut self,
        count: usize,
        wait: bool,
        out: &mut Vec<StepMetrics>,
    ) -> Result<(), TrainError> {
        let plan = self.backend.plan();
        let per_epoch = plan.batches_per_epoch() as u64;
        let seed = self.setup.config.sampling.seed;
        let base = base_inputs(seed, &self.live, plan.net.estimator);
        let steps: Vec<StepInputs> = (0..count.min(Plan::MAX_STEPS) as u64)
            .map(|offset| {
                let step = self.step + offset;
                let mut inputs = StepInputs {
                    step: step as u32,
                    epoch: (step / per_epoch) as u32,
                    first: ((step % per_epoch) * plan.batch as u64) as u32,
                    samples: plan.samples as u32,
                    rows: plan.batch as u32,
                    slot: offset as u32,
                    beta: self.live.beta_at(step) as f32,
                    learning_rate: self.live.learning_rate as f32,
                    ..base
                };
                inputs.set_adam_time(step + 1);
                inputs
            })
            .collect();
        self.step += self.backend.train(&steps)? as u64;
        self.collect(wait, out)
    }

    /// Moves metrics of finished steps to `out`.
    ///
    /// # Errors
    /// As [`Self::train`].
    pub fn collect(&mut self, wait: bool, out: &mut Vec<StepMetrics>) -> Result<(), TrainError> {
        let mut rows = Vec::new();
        self.backend.take_metrics(&mut rows, wait)?;
        let mut exploded = None;
        for metrics in rows {
            self.reported += 1;
            if let Some(op) = metrics.bad_op {
                return Err(self.not_finite(op));
            }
            if !metrics.loss.is_finite() {
                return Err(self.not_finite(usize::MAX));
            }
            if exploded.is_none() && self.has_diverged(&metrics) {
                exploded = Some((self.reported, metrics.loss));
            }
            out.push(metrics);
        }
        match exploded {
            Some((step, loss)) => Err(self.exploded(step, loss)),
            None => Ok(()),
        }
    }

    /// Pictures of the run as it stands, projected on the data's first mode.
    ///
    /// # Errors
    /// [`TrainError`] if the device fails.
    pub fn views(
        &mut self,
        beta: f64,
        examples: usize,
        spectrum: &Arc<Spectrum>,
    ) -> Result<Views, TrainError> {
        let request = ViewRequest {
            examples,
            projection: Some(Projection {
                mode: 0,
                spectrum: Arc::clone(spectrum),
            }),
            ..ViewRequest::default()
        };
        let setup = Arc::clone(&self.setup);
        let live = LiveConfig { beta, ..self.live };
        Ok(views(self.backend.as_mut(), &setup, &live, &request)?)
    }

    /// D(z) of every row of `z`, `n × κ`: the decoder's mean in the network's own units, `n × d`. Training does not
    /// notice.
    ///
    /// # Errors
    /// [`TrainError`] if the device fails.
    pub fn decode(&mut self, z: &[f32]) -> Result<Vec<f32>, TrainError> {
        let seed = self.setup.config.sampling.seed;
        Ok(decode(self.backend.as_mut(), seed, &self.live, z)?)
    }

    /// Pictures of the latent space of the run as it stands; none if the request does not fit the network, or the
    /// decoder makes no pictures. Training does not notice.
    ///
    /// # Errors
    /// [`TrainError`] if the device fails.
    pub fn gallery(&mut self, request: &GalleryRequest) -> Result<Option<Gallery>, TrainError> {
        let setup = Arc::clone(&self.setup);
        let live = self.live;
        let pictures = gallery(self.backend.as_mut(), &setup, &live, request)?;
        Ok(pictures.map(|pictures| Gallery {
            request: request.clone(),
            step: self.step,
            pictures,
        }))
    }
}
