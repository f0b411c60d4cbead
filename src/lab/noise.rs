//! Noise on one latent: does it collapse once it no longer pays, and does it come back?
//!
//! The experiment of Asperti 2019 (Fig. 7). On a copy of a trained run one active latent gets Gaussian noise of
//! growing standard deviation, z ← μ + σε + nξ, and the network is retrained after each increment while the latents
//! that were inactive at the start are held inactive. The more noise, the less the latent is worth to the decoder:
//! when its gain falls below what its KL costs it collapses. Then the noise is taken away.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::config::{Estimator, Likelihood, Objective};
use crate::metrics::Usage;
use crate::train::{Checkpoint, LatentMode, RunCopy, TrainError, Trainer};

use super::error::Error;
use super::hold::advance;
use super::noise_measure::{measure, variances};
use super::outcome::Discovery as _;
use super::watch::{Headway, Watcher};

/// What is asked for.
#[derive(Debug, Clone)]
pub struct NoiseRequest {
    /// The state it starts from; the run it was copied from is not touched.
    pub copy: Arc<RunCopy>,
    /// The latent, from 0.
    pub latent: usize,
    /// Standard deviations of the noise, ascending from 0, in the latent's units.
    pub levels: Vec<f64>,
    /// Steps of training after each increment.
    pub steps: u64,
    /// Stretches of as many steps after the noise is gone.
    pub release: usize,
    /// Whether the latents held inactive are released with it.
    pub free: bool,
}

/// What is known at one level, after the training there.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct NoisePoint {
    /// Standard deviation of the noise; statistics are taken under it.
    pub noise: f64,
    /// Whether the noise was gone for good.
    pub released: bool,
    /// Steps made since the start of the experiment.
    pub steps: u64,
    /// −log p(x|z) added when the latent is replaced by its prior mean, in nats: gain/(2γ) of a Gaussian.
    pub gain: f64,
    /// Standard error of `gain`, over draws and parts of the data.
    pub gain_error: f64,
    /// Squared error added when the latent is replaced by its prior mean.
    pub gain_sse: f64,
    /// `E KL_j` in nats.
    pub kl: f64,
    /// β.
    pub beta: f64,
    /// γ.
    pub gamma: f64,
    /// `E σ_j²`.
    pub sigma2: f64,
    /// `Var μ_j`.
    pub var_mu: f64,
    /// L per sample in nats, with its constant.
    pub loss: f64,
    /// E‖x − x̂‖².
    pub sse: f64,
    /// Latents with Var μ above [`Usage::ACTIVE_VARIANCE`]·η².
    pub active: usize,
}

impl NoisePoint {
    /// β·KL of the latent: what it costs, in nats.
    pub fn cost(&self) -> f64 {
        self.beta * self.kl
    }

    /// Whether the gain can be told from nothing: it is beyond twice its standard error.
    pub fn is_measurable(&self) -> bool {
        self.gain.abs() > 2.0 * self.gain_error
    }
}

/// An experiment, as far as it got.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct NoiseRun {
    /// The latent, from 0.
    pub latent: usize,
    /// Standard deviations of the noise, ascending from 0.
    pub levels: Vec<f64>,
    /// Steps of training after each increment.
    pub steps: u64,
    /// Stretches of as many steps after the noise is gone.
    pub release: usize,
    /// Whether the latents held inactive are released with it.
    pub free: bool,
    /// The step of the run it started from.
    pub from_step: u64,
    /// η², the prior's variance.
    pub prior_variance: f64,
    /// The decoder's distribution: of a Gaussian the gain in nats is gain/(2γ).
    pub likelihood: Likelihood,
    /// Latents held inactive, because they were at the start.
    pub held: Vec<usize>,
    /// What was done, in order: the levels, then the release.
    pub points: Vec<NoisePoint>,
    /// The state after the last point, to go on from.
    #[serde(skip)]
    state: Option<Arc<Checkpoint>>,
}

impl NoiseRun {
    /// An experiment of which nothing is done.
    ///
    /// # Errors
    /// [`Error::Request`] for what is no experiment, or on a run that has no noise to put on a latent.
    pub fn new(request: &NoiseRequest) -> Result<Self, Error> {
        let refuse = |reason: &str| Err(Error::Request(reason.to_owned()));
        let (levels, copy) = (&request.levels, &request.copy);
        let net = &copy.setup.config.net;
        if request.latent >= net.latents {
            return Err(Error::Request(format!(
                "there is no latent z{} among {}",
                request.latent, net.latents
            )));
        }
        if net.estimator == Estimator::Analytic {
            return refuse(
                "the analytic estimator takes the mean over every z in closed form and cannot be given noise; choose \
                 the sampled one",
            );
        }
        if copy.live.objective == Objective::Autoencoder {
            return refuse("an autoencoder has no KL for the gain to be weighed against");
        }
        if levels.first() != Some(&0.0) || levels.len() < 2 {
            return refuse("the levels of the noise must begin at 0 and be at least two");
        }
        if !levels.windows(2).all(|pair| pair[0] < pair[1]) {
            return refuse("the levels of the noise must ascend");
        }
        if request.steps == 0 {
            return refuse("a level needs at least one step");
        }
        Ok(Self {
            latent: request.latent,
            levels: levels.clone(),
            steps: request.steps,
            release: request.release,
            free: request.free,
            from_step: copy.checkpoint.step,
            prior_variance: copy.live.eta_enc.powi(2),
            likelihood: net.likelihood,
            held: Vec::new(),
            points: Vec::new(),
            state: None,
        })
    }

    /// Whether it is `other` in what was asked for, so that one goes on where the other stopped.
    pub fn continues(&self, other: &Self) -> bool {
        let asked = |run: &Self| Self {
            held: Vec::new(),
            points: Vec::new(),
            state: None,
            ..run.clone()
        };
        asked(self) == asked(other)
    }

    /// Points in all: the levels and the release.
    pub fn total(&self) -> usize {
        self.levels.len() + self.release
    }

    /// The first level at which the gain is below what the KL costs.
    pub fn crossing(&self) -> Option<usize> {
        self.noisy().position(|p| p.gain < p.cost())
    }

    /// The first point at which the latent is collapsed, Var μ below [`Usage::ACTIVE_VARIANCE`]·η²: a level, or one after
    /// the release, since a latent that no longer pays goes on decaying.
    pub fn collapse(&self) -> Option<usize> {
        self.points.iter().position(|p| !self.is_active(p))
    }

    /// The first point after the release, and after the collapse, at which the latent is active.
    pub fn revival(&self) -> Option<usize> {
        let from = self.points.iter().position(|p| p.released)?;
        // Active at the end of the noise and ever since is no revival.
        let collapsed = (from.saturating_sub(1)..self.points.len())
            .find(|&at| !self.is_active(&self.points[at]))?;
        let later = collapsed.max(from)..self.points.len();
        later
            .into_iter()
            .find(|&at| self.is_active(&self.points[at]))
    }

    /// The noise at which [`linear_collapse`] sees the latent go, from its E σ² before the noise.
    pub fn predicted_collapse(&self) -> Option<f64> {
        let first = self.points.first()?;
        linear_collapse(first.sigma2, self.prior_variance)
    }

    /// Whether the latent is active at a point.
    pub fn is_active(&self, point: &NoisePoint) -> bool {
        point.var_mu > Usage::ACTIVE_VARIANCE * self.prior_variance
    }

    fn noisy(&self) -> impl Iterator<Item = &NoisePoint> {
        self.points.iter().take_while(|p| !p.released)
    }

    /// Noise and release of the point that comes next.
    fn next(&self) -> Option<(f64, bool)> {
        let done = self.points.len();
        match self.levels.get(done) {
            Some(&noise) => Some((noise, false)),
            None => (done < self.total()).then_some((0.0, true)),
        }
    }

    /// The modes of a point. What was held in the run it started from stays so.
    fn modes(&self, before: &[LatentMode], noise: f64, released: bool) -> Vec<LatentMode> {
        let mut modes = before.to_vec();
        if !(released && self.free) {
            for &j in &self.held {
                modes[j] = LatentMode::HELD;
            }
        }
        modes[self.latent] = LatentMode { keep: true, noise };
        modes
    }
}

/// The noise at which linear theory has a latent with this E σ² collapse, η√(η²/E σ² − 1) with η² the prior's variance;
/// none for one that is collapsed already.
///
/// A latent on a mode ζ² has E σ² = η²βγ/ζ², and noise of variance n² acts as if ζ² were ζ²/(1 + n²/η²): minimising the
/// loss over Var μ and σ² under noise leaves Var μ = 0 from there on.
pub fn linear_collapse(sigma2: f64, prior_variance: f64) -> Option<f64> {
    let excess = prior_variance / sigma2 - 1.0;
    (excess.is_finite() && excess > 0.0).then(|| (prior_variance * excess).sqrt())
}

/// Does what is left of an experiment; the watcher hears of every point.
///
/// # Errors
/// [`Error::Stopped`] if the watcher stopped it, with all finished points in `run`; [`Error::Request`] if the latent
/// is not active; [`Error::Run`] if training failed.
pub fn run(request: &NoiseRequest, run: &mut NoiseRun, watcher: &dyn Watcher) -> Result<(), Error> {
    let failed = |source: TrainError| failure(request.latent, source);
    let mut trainer = request.copy.trainer().map_err(failed)?;
    if let Some(interrupt) = watcher.interrupt() {
        trainer.backend().set_interrupt(interrupt);
    }
    match run.state.clone() {
        Some(state) => trainer.restore(&state).map_err(failed)?,
        None => find_held(request, run, &mut trainer, watcher)?,
    }
    while let Some((noise, released)) = run.next() {
        let modes = run.modes(&request.copy.modes, noise, released);
        trainer.set_latent_modes(&modes).map_err(failed)?;
        // At the first level the network is what it was trained to be already.
        if !run.points.is_empty() {
            train(run, &mut trainer, (noise, released), watcher)?;
        }
        let steps = trainer.step() - run.from_step;
        let measured = measure(&mut trainer, run.latent, &|| watcher.go_on());
        let measured = measured.map_err(|e| failed(e.into()))?;
        let Some(measured) = measured else {
            return Err(Error::Stopped);
        };
        run.points.push(NoisePoint {
            noise,
            released,
            steps,
            ..measured
        });
        run.state = Some(Arc::new(trainer.checkpoint().map_err(failed)?));
        watcher.found(Arc::new(run.clone()).outcome());
    }
    Ok(())
}

fn failure(latent: usize, source: TrainError) -> Error {
    Error::Run {
        run: format!("noise on z{latent}"),
        source,
    }
}

/// Looks which latents are inactive; the chosen one must not be.
fn find_held(
    request: &NoiseRequest,
    run: &mut NoiseRun,
    trainer: &mut Trainer,
    watcher: &dyn Watcher,
) -> Result<(), Error> {
    let variances = variances(trainer, &|| watcher.go_on());
    let variances = variances.map_err(|source| failure(request.latent, source.into()))?;
    let Some(variances) = variances else {
        return Err(Error::Stopped);
    };
    let least = Usage::ACTIVE_VARIANCE * run.prior_variance;
    run.held = (0..variances.len())
        .filter(|&j| variances[j] <= least)
        .collect();
    if run.held.contains(&run.latent) {
        return Err(Error::Request(format!(
            "z{} is not active, so noise can take nothing from it: choose an active latent",
            run.latent
        )));
    }
    Ok(())
}

/// The training at one level, in pieces short enough to tell of.
fn train(
    run: &NoiseRun,
    trainer: &mut Trainer,
    (noise, released): (f64, bool),
    watcher: &dyn Watcher,
) -> Result<(), Error> {
    const PIECE: u64 = 64;
    let mut made = 0;
    while made < run.steps {
        watcher.progress(Headway {
            done: run.points.len(),
            total: run.total(),
            what: if released {
                "noise removed".into()
            } else {
                format!("noise {noise:.2}")
            },
            steps: made,
            most_steps: run.steps,
            moving: String::new(),
        });
        let count = PIECE.min(run.steps - made);
        let went = advance(trainer, count, &|| watcher.go_on());
        if !went.map_err(|source| failure(run.latent, source))? {
            return Err(Error::Stopped);
        }
        made += count;
    }
    Ok(())
}
