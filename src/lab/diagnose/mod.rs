//! Why latents are dead: counterfactual probes on copies of a run, and what they say together.
//!
//! Each probe asks what happens if one thing were otherwise ([`Probe`]); [`judge`] reads their numbers. A trainer of
//! its own is restored from a checkpoint, so the run that is asked about never notices.

mod embed;
mod findings;
mod judge;
mod words;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::config::{GammaMode, KlSchedule, Likelihood, LiveConfig, Objective, RunConfig};
use crate::metrics::{Known, Usage};
use crate::train::sanity::{Sanity, State};
use crate::train::{Checkpoint, LatentMode, RunCopy, TrainError, Trainer, evaluate};

pub use findings::{Findings, Found, LinearBound, Probe, ProbeOutcome};
pub use judge::{Category, Confidence, Evidence, Verdict, judge};

use judge::linear_gap;

use super::error::Error;
use super::hold::hold;
use super::kick::kicked;
use super::measure::{FINAL, WATCHED, measure_finally};
use super::outcome::Discovery as _;
use super::watch::{Headway, Watcher};

/// log σ² that the twin's latents get before the run's own objective goes on from them: a posterior as narrow as an
/// autoencoder needs it, at a KL of about two nats.
const NARROW: f32 = -4.0;
/// Most steps of the twin, in those of a probe.
const TWIN: u64 = 3;

/// Most steps of all probes together, of which each may make `steps`.
pub fn most_steps(steps: u64) -> u64 {
    (Probe::ALL.len() as u64 - 1 + TWIN) * steps
}

/// A run to be asked about.
#[derive(Debug, Clone)]
pub struct DiagnoseRequest {
    /// A copy of it.
    pub copy: Arc<RunCopy>,
    /// What is known of the data: the linear VAE's energy and the variance come from it.
    pub known: Known,
    /// Most steps of a probe. The twin gets as many as the run had, up to three times this.
    pub steps: u64,
}

/// A run asked about: what was found so far and, at the end, the verdict.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Diagnosis {
    /// The numbers.
    pub findings: Findings,
    /// What they say; none before the last probe.
    pub verdict: Option<Verdict>,
}

/// The trainer of the probes, and what they have in common.
struct Probes<'a> {
    request: &'a DiagnoseRequest,
    watcher: &'a dyn Watcher,
    trainer: Trainer,
    done: usize,
}

/// Makes the probes and judges them.
///
/// # Errors
/// [`Error::Stopped`] if the watcher ended it, [`Error::Request`] for a run without a KL term, with latents held by
/// hand or with numbers out of range, [`Error::Run`] if a
/// probe cannot start or diverges.
pub fn run(request: &DiagnoseRequest, watcher: &dyn Watcher) -> Result<Diagnosis, Error> {
    if request.copy.live.objective == Objective::Autoencoder {
        let text = "an autoencoder has no posterior that could collapse; diagnose its VAE";
        return Err(Error::Request(text.into()));
    }
    if request
        .copy
        .modes
        .iter()
        .any(|m| *m != LatentMode::default())
    {
        let text = "latents are held out of training by hand; release them before asking why they are dead";
        return Err(Error::Request(text.into()));
    }
    if request.steps == 0 {
        return Err(Error::Request("a probe needs at least one step".into()));
    }
    let mut probes = Probes::new(request, watcher).map_err(named("the copy of the run"))?;
    let mut diagnosis = Diagnosis {
        findings: probes
            .look()
            .map_err(named("the run as it is"))?
            .ok_or(Error::Stopped)?,
        verdict: None,
    };
    if probes.sanity(&diagnosis.findings).is_exploded() {
        let text = "the run has exploded: its numbers are out of range and its latents mean nothing; reset it and use a \
                    smaller learning rate";
        return Err(Error::Request(text.into()));
    }
    watcher.found(Arc::new(diagnosis.clone()).outcome());
    for probe in Probe::ALL {
        // A run without dead latents needs no counterfactual but its own future.
        let healthy = diagnosis.findings.now.dead.is_empty();
        if healthy && probe != Probe::Control {
            continue;
        }
        let made = probes.make(probe, &diagnosis.findings);
        match made.map_err(named(probe.name()))? {
            Made::Outcome(outcome) => diagnosis.findings.outcomes.push(outcome),
            Made::NotAsked => {}
            Made::Stopped => return Err(Error::Stopped),
        }
        probes.done += 1;
        watcher.found(Arc::new(diagnosis.clone()).outcome());
    }
    diagnosis.verdict = judge(&diagnosis.findings);
    watcher.found(Arc::new(diagnosis.clone()).outcome());
    Ok(diagnosis)
}

fn named(run: &'static str) -> impl Fn(TrainError) -> Error {
    move |source| Error::Run {
        run: run.into(),
        source,
    }
}

enum Made {
    Outcome(ProbeOutcome),
    NotAsked,
    Stopped,
}

impl<'a> Probes<'a> {
    fn new(request: &'a DiagnoseRequest, watcher: &'a dyn Watcher) -> Result<Self, TrainError> {
        let mut trainer = Trainer::new(Arc::clone(&request.copy.setup))?;
        if let Some(interrupt) = watcher.interrupt() {
            trainer.backend().set_interrupt(interrupt);
        }
        Ok(Self {
            request,
            watcher,
            trainer,
            done: 0,
        })
    }

    /// The run's own objective, its schedule at its end.
    fn own(&self) -> LiveConfig {
        LiveConfig {
            schedule: KlSchedule::Constant,
            ..self.request.copy.live
        }
    }

    /// The state of the run, with live settings of its own.
    fn restore(&mut self, live: LiveConfig) -> Result<(), TrainError> {
        // Settings first: a γ they change is then replaced by the one that was trained.
        self.trainer.set_live(live)?;
        self.trainer.restore(&self.request.copy.checkpoint)
    }

    /// What the run is like before anything is changed; none if stopped.
    fn look(&mut self) -> Result<Option<Findings>, TrainError> {
        let own = self.own();
        self.restore(own)?;
        let go_on = || self.watcher.go_on();
        let Some(measured) = measure_finally(&mut self.trainer, &go_on)? else {
            return Ok(None);
        };
        let least = Usage::ACTIVE_VARIANCE * own.eta_enc * own.eta_enc;
        let dead: Vec<usize> = (0..measured.var_mu.len())
            .filter(|&j| measured.var_mu[j] <= least)
            .collect();
        let prior = own.eta_enc * own.eta_enc;
        let law_residual = (0..measured.var_mu.len())
            .filter(|j| !dead.contains(j))
            .map(|j| ((measured.var_mu[j] + measured.sigma2[j]) / prior - 1.0).abs())
            .fold(0.0, f64::max);
        let zeroing = self.zeroing(&own, &dead)?;
        let Some(zeroing) = zeroing else {
            return Ok(None);
        };
        let config = RunConfig {
            live: own,
            ..self.request.copy.setup.config.clone()
        };
        let net = &self.trainer.plan().net;
        Ok(Some(Findings {
            latents: net.latents,
            dim: net.target_dim(),
            hidden_layers: (net.encoder.len() + net.decoder.len()).saturating_sub(2),
            likelihood: net.likelihood,
            live: self.request.copy.live,
            variance: self.variance(),
            linear: self.linear(&config),
            now: Found {
                step: self.request.copy.checkpoint.step,
                gamma: measured.gamma,
                kl: measured.kl,
                mse: measured.mse,
                loss: measured.loss,
                dead,
                zeroing,
                law_residual,
            },
            outcomes: Vec::new(),
        }))
    }

    /// What the run's numbers can be.
    fn sanity(&self, findings: &Findings) -> Sanity {
        let (now, live) = (&findings.now, self.own());
        let state = State {
            sse: findings.dim as f64 * now.mse,
            nll: (findings.likelihood != Likelihood::Gaussian)
                .then_some(now.loss - live.beta * now.kl),
            price: live.beta * now.kl,
            gamma: now.gamma,
        };
        self.trainer.baseline().map_or(Sanity::Sound, |b| {
            b.judge(&state, now.loss, &live, live.beta)
        })
    }

    /// Growth of the squared error, as a share of it, when these latents are replaced by their prior mean; none if
    /// stopped.
    fn zeroing(&mut self, live: &LiveConfig, dead: &[usize]) -> Result<Option<f64>, TrainError> {
        if dead.is_empty() {
            return Ok(Some(0.0));
        }
        let seed = self.request.copy.setup.config.sampling.seed;
        let go_on = || self.watcher.go_on();
        let latents = self.trainer.plan().net.latents;
        let mask = self.trainer.plan().mask();
        let backend = self.trainer.backend();
        let all = vec![1.0; latents];
        let without: Vec<f32> = (0..latents)
            .map(|j| f32::from(u8::from(!dead.contains(&j))))
            .collect();
        let with = evaluate(backend, seed, live, WATCHED, &go_on)?.sse;
        backend.write(mask, &without)?;
        let zeroed = evaluate(backend, seed, live, WATCHED, &go_on);
        backend.write(mask, &all)?;
        let zeroed = zeroed?.sse;
        Ok(self
            .watcher
            .go_on()
            .then(|| if with > 0.0 { zeroed / with - 1.0 } else { 0.0 }))
    }

    /// E‖y − ȳ‖² per dimension over the items that the run is measured on.
    fn variance(&self) -> Option<f64> {
        let baseline = self.trainer.baseline_over(FINAL)?;
        Some(baseline.variance() / baseline.dim() as f64)
    }

    /// The linear VAE under the same objective; none where the objective is another than the closed form's.
    fn linear(&self, config: &RunConfig) -> Option<LinearBound> {
        let prediction = self.request.known.prediction(config, None)?;
        if !prediction.coverage.applies() {
            return None;
        }
        let problem = prediction.problem;
        let tail = problem.residual(problem.reachable());
        let optimum = prediction.optimum.ok()?;
        Some(LinearBound {
            loss: optimum.loss,
            active: optimum.active,
            autoencoder_mse: tail / problem.dim() as f64,
        })
    }

    fn make(&mut self, probe: Probe, findings: &Findings) -> Result<Made, TrainError> {
        let steps = self.request.steps;
        let now = &findings.now;
        let own = self.own();
        let (live, most) = match probe {
            Probe::Control => {
                self.restore(own)?;
                self.nudge(&now.dead)?;
                (own, steps)
            }
            Probe::Calibrated => {
                let likelihood = self.request.copy.setup.config.net.likelihood;
                let Some(live) = Findings::calibrated(&self.request.copy.live, likelihood) else {
                    return Ok(Made::NotAsked);
                };
                self.restore(own)?;
                self.nudge(&now.dead)?;
                (live, steps)
            }
            Probe::Twin => {
                self.trainer.set_live(own)?;
                self.trainer.reset()?;
                let live = LiveConfig {
                    objective: Objective::Autoencoder,
                    // Without a KL γ only scales the loss; held at 1 it does not chase an error of zero.
                    gamma_mode: GammaMode::Fixed,
                    gamma: 1.0,
                    ..own
                };
                (live, now.step.clamp(steps, TWIN * steps))
            }
            Probe::Warm => {
                let twin = self.trainer.checkpoint()?;
                self.trainer.set_live(own)?;
                self.trainer.reset()?;
                self.take_weights(&twin, now.gamma)?;
                (own, steps)
            }
            Probe::Linear => {
                if linear_gap(findings).is_none() || !self.take_linear(own)? {
                    return Ok(Made::NotAsked);
                }
                (own, steps)
            }
        };
        self.trainer.set_live(live)?;
        let mut progress = Headway {
            done: self.done,
            total: Probe::ALL.len(),
            what: probe.name().into(),
            most_steps: most,
            ..Headway::default()
        };
        self.watcher.progress(progress.clone());
        let watcher = self.watcher;
        let mut tell = |steps, verdict: super::stationary::Verdict| {
            progress.steps = steps;
            progress.moving = verdict.to_string();
            watcher.progress(progress.clone());
        };
        let held = hold(
            &mut self.trainer,
            live,
            most,
            &|| watcher.go_on(),
            &mut tell,
        )?;
        let Some(held) = held else {
            return Ok(Made::Stopped);
        };
        let Some(worth) = self.zeroing(&live, &now.dead)? else {
            return Ok(Made::Stopped);
        };
        let beta = match live.objective {
            Objective::Vae => live.beta,
            Objective::Autoencoder => 0.0,
        };
        Ok(Made::Outcome(ProbeOutcome {
            probe,
            steps: held.steps,
            settled: held.converged,
            beta,
            gamma: held.measured.gamma,
            active: held.measured.active,
            kl: held.measured.kl,
            mse: held.measured.mse,
            loss: held.measured.loss,
            worth,
        }))
    }

    /// Pushes dead latents off their saddle.
    fn nudge(&mut self, dead: &[usize]) -> Result<(), TrainError> {
        if dead.is_empty() {
            return Ok(());
        }
        let slice = self.trainer.plan().parameters();
        let weights = self.trainer.backend().read(slice)?;
        let seed = self.request.copy.setup.config.sampling.seed;
        let pushed = kicked(&self.trainer, weights, dead, seed, self.done as u32, 1.0)?;
        self.trainer.backend().write(slice, &pushed)?;
        Ok(())
    }

    /// The linear optimum in the place of the weights; false if these layers cannot hold it.
    fn take_linear(&mut self, own: LiveConfig) -> Result<bool, TrainError> {
        self.trainer.set_live(own)?;
        self.trainer.reset()?;
        let config = RunConfig {
            live: own,
            ..self.request.copy.setup.config.clone()
        };
        let Some(data) = self.request.known.explainable(config.net.target) else {
            return Ok(false);
        };
        let slice = self.trainer.plan().parameters();
        let start = self.trainer.backend().read(slice)?;
        let plan = self.trainer.plan();
        let prediction = self.request.known.prediction(&config, None);
        let placed = prediction.and_then(|prediction| {
            let basis = data.basis().ok()?;
            let optimum = prediction.optimum.ok()?;
            let nets = [&plan.net.encoder[..], &plan.net.decoder[..]];
            let means = data.means();
            let of = (&basis, &prediction.problem, &optimum);
            embed::embedded(&plan.arena, nets, means, of, start)
        });
        let Some(placed) = placed else {
            return Ok(false);
        };
        self.trainer.backend().write(slice, &placed)?;
        Ok(true)
    }

    /// The twin's weights with a narrow posterior and the run's γ.
    fn take_weights(&mut self, twin: &Checkpoint, gamma: f64) -> Result<(), TrainError> {
        let plan = self.trainer.plan();
        let (slice, latents) = (plan.parameters(), plan.net.latents);
        let mut weights = twin.parameters().to_vec();
        let head = plan.net.encoder.last().map(|n| format!("{}.bias", n.name));
        if let Some(bias) = head.and_then(|name| plan.arena.get(&name)) {
            for value in weights[bias.range()].iter_mut().skip(latents) {
                *value = NARROW;
            }
        }
        if let Some(shared) = plan.arena.get("log_sigma2") {
            weights[shared.range()].fill(NARROW);
        }
        if let Some(log_gamma) = plan.arena.get("log_gamma") {
            weights[log_gamma.range()].fill(gamma.ln() as f32);
        }
        self.trainer.backend().write(slice, &weights)?;
        Ok(())
    }
}
