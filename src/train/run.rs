//! A run under way on the worker's thread: its trainer, its traces, what was last measured and shown.

use std::cell::OnceCell;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::compute::StepMetrics;
use crate::config::LiveConfig;
use crate::data::HEAD;

use super::edits::{edits, mode_edits};
use super::evaluate::{Evaluation, LatentGain, evaluate, measure_gains};
use super::history::History;
use super::landscape::Board;
use super::modes::LatentMode;
use super::protocol::{RunId, ViewRequest};
use super::sanity::Baseline;
use super::trainer::{Checkpoint, TrainError, Trainer};
use super::views::{Peeks, Views, views};

/// Shortest time between evaluations.
const EVALUATION_PERIOD: Duration = Duration::from_millis(120);
/// Longest time between evaluations, whatever they cost: a still picture looks broken.
const EVALUATION_PATIENCE: Duration = Duration::from_secs(3);
/// An evaluation may take this share of the time since the last one.
const EVALUATION_SHARE: f64 = 0.07;
/// Chunks of the data over which gains are averaged: over one alone they are noisy. They take turns.
pub(super) const GAIN_CHUNKS: usize = 4;
/// Gains measured per evaluation; the latents take turns.
const GAINS_PER_EVALUATION: usize = 16;

/// A run under way.
pub(super) struct Run {
    pub(super) id: RunId,
    pub(super) trainer: Trainer,
    pub(super) history: History,
    pub(super) view: ViewRequest,
    pub(super) playing: bool,
    /// Steps still to make before pausing again.
    pub(super) pending: u64,
    pub(super) burst_steps: usize,
    pub(super) last: Option<StepMetrics>,
    pub(super) evaluation: Option<Arc<Evaluation>>,
    pub(super) views: Option<Arc<Views>>,
    pub(super) landscapes: Board,
    pub(super) peeks: Peeks,
    /// Gains by chunk of the data, then by latent; what is shown is their mean.
    pub(super) gains: [Vec<Option<LatentGain>>; GAIN_CHUNKS],
    pub(super) gain_chunk: usize,
    pub(super) next_gain: usize,
    pub(super) good: Option<Checkpoint>,
    /// What evaluations are judged by, from the first evaluation on; none where the data have none.
    pub(super) baseline: OnceCell<Option<Baseline>>,
    /// The log-determinant of the preprocessing over the items evaluated, from the first evaluation on.
    pub(super) log_det: Option<f64>,
    pub(super) timing: Timing,
    /// Something changed that no snapshot shows yet.
    pub(super) unseen: bool,
    /// Something changed that no evaluation shows yet.
    pub(super) unevaluated: bool,
}

/// When things were last done.
pub(super) struct Timing {
    pub(super) snapshot: Instant,
    pub(super) evaluation: Instant,
    pub(super) evaluation_cost: Duration,
    pub(super) checkpoint: Instant,
    pub(super) rate_since: Instant,
    pub(super) rate_steps: u64,
    pub(super) rate: f64,
}

impl Timing {
    pub(super) fn new() -> Self {
        let now = Instant::now();
        Self {
            snapshot: now,
            evaluation: now,
            evaluation_cost: Duration::ZERO,
            checkpoint: now,
            rate_since: now,
            rate_steps: 0,
            rate: 0.0,
        }
    }

    pub(super) fn evaluation_due(&self) -> bool {
        let fair = self.evaluation_cost.div_f64(EVALUATION_SHARE);
        let wait = fair.clamp(EVALUATION_PERIOD, EVALUATION_PATIENCE);
        self.evaluation.elapsed() >= wait
    }

    /// Counts steps towards a rate that is renewed every half second.
    pub(super) fn count(&mut self, steps: u64) {
        self.rate_steps += steps;
        let elapsed = self.rate_since.elapsed();
        if elapsed >= Duration::from_millis(500) {
            self.rate = self.rate_steps as f64 / elapsed.as_secs_f64();
            self.restart_rate();
        }
    }

    pub(super) fn restart_rate(&mut self) {
        self.rate_since = Instant::now();
        self.rate_steps = 0;
    }
}

impl Run {
    /// A run of which nothing is done or known yet.
    pub(super) fn new(id: RunId, trainer: Trainer, playing: bool) -> Self {
        let latents = trainer.plan().net.latents;
        Self {
            id,
            trainer,
            history: History::default(),
            view: ViewRequest::default(),
            playing,
            pending: 0,
            burst_steps: 1,
            last: None,
            evaluation: None,
            views: None,
            landscapes: Board::default(),
            peeks: Peeks::default(),
            gains: std::array::from_fn(|_| vec![None; latents]),
            gain_chunk: 0,
            next_gain: 0,
            good: None,
            baseline: OnceCell::new(),
            log_det: None,
            timing: Timing::new(),
            unseen: true,
            unevaluated: true,
        }
    }

    pub(super) fn record(&mut self, metrics: &[StepMetrics]) {
        let objective = self.trainer.live().objective;
        for row in metrics {
            self.history.push(row, objective);
        }
        if let Some(&last) = metrics.last() {
            self.last = Some(last);
            self.unseen = true;
            self.unevaluated = true;
        }
    }

    /// Takes a checkpoint to fall back on.
    pub(super) fn keep(&mut self) -> Result<(), TrainError> {
        if self
            .good
            .as_ref()
            .is_some_and(|g| g.step == self.trainer.step())
        {
            return Ok(());
        }
        let checkpoint = self.trainer.checkpoint()?;
        // Metrics may still be on their way; only a state whose steps all reported is good.
        let mut rest = Vec::new();
        let outcome = self.trainer.collect(true, &mut rest);
        self.record(&rest);
        outcome?;
        if self.trainer.is_within_range() {
            self.good = Some(checkpoint);
        }
        self.timing.checkpoint = Instant::now();
        Ok(())
    }

    /// Applies live settings and the latents to hold; what changed, in the words of the plots.
    pub(super) fn edit(
        &mut self,
        live: &LiveConfig,
        held: &[usize],
    ) -> Result<Vec<String>, TrainError> {
        let old = *self.trainer.live();
        let mut texts = Vec::new();
        if old != *live {
            self.trainer.set_live(*live)?;
            texts = edits(&old, live);
        }
        let modes = LatentMode::holding(held, self.trainer.plan().net.latents);
        let before = self.trainer.latent_modes().to_vec();
        if before != modes {
            self.trainer.set_latent_modes(&modes)?;
            texts.extend(mode_edits(&before, &modes));
        }
        Ok(texts)
    }

    /// Releases every latent that is held.
    pub(super) fn release_all(&mut self) -> Result<(), TrainError> {
        let modes = LatentMode::holding(&[], self.trainer.plan().net.latents);
        self.trainer.set_latent_modes(&modes)
    }

    /// Works on the landscapes for a moment, if they are due, and keeps a state of the trajectory; whether there
    /// is more to do while the run waits.
    pub(super) fn survey(&mut self, keep_going: &dyn Fn() -> bool) -> Result<bool, TrainError> {
        self.landscapes.record(&mut self.trainer)?;
        let mask = mask_of(&self.view.zeroed, self.trainer.plan().net.latents);
        let training = self.playing || self.pending > 0;
        let turn = self
            .landscapes
            .work(&mut self.trainer, &mask, training, keep_going)?;
        self.unseen |= turn.changed;
        Ok(turn.unfinished)
    }

    /// Answers what is asked of the latent space, if that is due; false if a command waits.
    pub(super) fn peek(&mut self, keep_going: &dyn Fn() -> bool) -> Result<bool, TrainError> {
        let training = self.playing || self.pending > 0;
        let looked = self
            .peeks
            .look(&mut self.trainer, &self.view, training, keep_going)?;
        Ok(looked.is_some())
    }

    /// Gains of other settings or another mask are none.
    pub(super) fn forget_gains(&mut self) {
        for chunk in &mut self.gains {
            chunk.fill(None);
        }
    }

    /// Whether the run stands still at a loss that can be a result.
    pub(super) fn is_stationary(&self) -> bool {
        let live = self.trainer.live();
        // That of the newest steps: a schedule may still be rising.
        let beta = self.last.map_or(live.beta, |last| last.beta);
        let ceiling = self.trainer.baseline().and_then(|b| b.ceiling(live, beta));
        self.history.is_stationary(ceiling)
    }

    pub(super) fn forget(&mut self) {
        self.history = History::default();
        self.last = None;
        self.evaluation = None;
        self.views = None;
        self.good = None;
        self.landscapes.forget();
        self.peeks = Peeks::default();
        self.forget_gains();
        self.pending = 0;
        self.timing = Timing::new();
        self.unseen = true;
        self.unevaluated = true;
    }

    pub(super) fn evaluate(&mut self, keep_going: &dyn Fn() -> bool) -> Result<(), TrainError> {
        let before = Instant::now();
        let seed = self.trainer.setup().config.sampling.seed;
        let live = *self.trainer.live();
        let step = self.trainer.step();
        let setup = Arc::clone(self.trainer.setup());
        let latents = self.trainer.plan().net.latents;
        let samples = self.trainer.plan().samples;
        let backend = self.trainer.backend();
        let mut evaluation = evaluate(backend, seed, &live, HEAD, keep_going)?;
        evaluation.step = step;
        // What the weights were trained under so far.
        evaluation.beta = live.beta_at(step);
        if !keep_going() {
            return Ok(());
        }
        // They are the same items every time.
        let count = evaluation.samples;
        let over = || self.trainer.baseline_over(count);
        let baseline = self.baseline.get_or_init(over);
        // With latents zeroed for the eye the error is not the run's own.
        let whole = self.view.zeroed.is_empty();
        evaluation.judge(baseline.as_ref().filter(|_| whole), &live);
        let backend = self.trainer.backend();
        // All items were evaluated, and they are the same every time.
        let items = evaluation.samples;
        let measure = || setup.preprocessor.log_det(&setup.data, seed, items);
        evaluation.log_det = Some(*self.log_det.get_or_insert_with(measure));
        let from = self.next_gain;
        let to = (from + GAINS_PER_EVALUATION).min(latents);
        let mask = mask_of(&self.view.zeroed, latents);
        let chunk = self.gain_chunk;
        let gains = measure_gains(
            backend,
            seed,
            &live,
            chunk..chunk + 1,
            from..to,
            &mask,
            keep_going,
        )?;
        if !keep_going() {
            return Ok(());
        }
        let chunks = samples.div_ceil(backend.plan().chunk).min(GAIN_CHUNKS);
        for (slot, gain) in self.gains[chunk][from..to].iter_mut().zip(gains) {
            *slot = Some(gain);
        }
        self.next_gain = to;
        if to == latents {
            self.next_gain = 0;
            self.gain_chunk = (chunk + 1) % chunks;
        }
        for (j, latent) in evaluation.latents.iter_mut().enumerate() {
            let known = || self.gains.iter().filter_map(|chunk| chunk[j]);
            let count = known().count();
            let mean = |pick: fn(LatentGain) -> f64| {
                (count > 0).then(|| known().map(pick).sum::<f64>() / count as f64)
            };
            latent.gain = mean(|g| g.zeroed);
            latent.gain_resampled = mean(|g| g.resampled);
        }
        let views = views(backend, &setup, &live, &self.view)?;
        if !keep_going() {
            // Left unfinished: nothing of it may be shown.
            return Ok(());
        }
        self.views = Some(Arc::new(views));
        self.evaluation = Some(Arc::new(evaluation));
        self.timing.evaluation = Instant::now();
        // Half the old cost: one evaluation that met a busy machine should not silence the next.
        self.timing.evaluation_cost = (self.timing.evaluation_cost + before.elapsed()) / 2;
        self.unevaluated = false;
        self.unseen = true;
        Ok(())
    }
}

/// 1 for every latent but the zeroed ones.
pub(super) fn mask_of(zeroed: &[usize], latents: usize) -> Vec<f32> {
    let mut mask = vec![1.0; latents];
    for &j in zeroed {
        if let Some(value) = mask.get_mut(j) {
            *value = 0.0;
        }
    }
    mask
}
