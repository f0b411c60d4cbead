//! A run made by a command: its data, its steps, its final numbers.

use std::sync::Arc;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::compute::{DeviceKind, Plan, StepMetrics};
use crate::config::{Objective, RunConfig};
use crate::data::{self, CrossSpectrum, Dataset, Preprocessor, Spectrum, Targets};
use crate::metrics::{Coverage, Explainable, Prediction};
use crate::train::{Evaluation, RunSetup, Trainer, evaluate, measure_gains};

use super::error::Error;
use super::loading;

/// Samples of the final evaluation; a larger data set is evaluated on its first this many.
const EVALUATION_SAMPLES: usize = 10_000;
/// Floating-point operations the final gains may cost.
const GAIN_FLOPS: f64 = 4.0e10;
/// The same on a software adapter, which is a hundred times slower.
const GAIN_FLOPS_SOFTWARE: f64 = 1.0e9;

/// What the linear theory needs to know of a run's data.
pub(super) struct Known {
    /// The input's principal components.
    pub spectrum: Arc<Spectrum>,
    /// What the input explains of the target, where that is not the input.
    pub cross: Option<CrossSpectrum>,
}

impl Known {
    /// What the linear theory says of a run on these data after `step` steps.
    pub fn predict(
        &self,
        config: &RunConfig,
        step: u64,
    ) -> Result<Prediction, crate::theory::Error> {
        let data = match &self.cross {
            Some(cross) => Explainable::Target(cross),
            None => Explainable::Input(&self.spectrum),
        };
        Prediction::for_run(config, Some(step), data)
    }
}

/// Loads the data of a run and what the theory needs of them.
pub(super) fn prepare(config: &RunConfig) -> Result<(Arc<RunSetup>, Known), Error> {
    let dataset = loading::load(&config.data, config.sampling.seed)?;
    prepare_with(config, dataset)
}

/// The setup of a run on data that are there, and what the theory needs of them.
pub(super) fn prepare_with(
    config: &RunConfig,
    dataset: Dataset,
) -> Result<(Arc<RunSetup>, Known), Error> {
    let seed = config.sampling.seed;
    let line = loading::Line::new();
    let proceed = |progress: data::Progress| line.tell(progress);
    let mut preprocessor = Preprocessor::of(&config.data, &dataset)?;
    let spectrum = Arc::new(data::spectrum(&dataset, &preprocessor, seed, &proceed)?);
    let targets = Targets::new(config.net.target, &dataset, &preprocessor, seed)?;
    let relate = |t: &Targets| data::cross_spectrum(&dataset, &preprocessor, t, seed, &proceed);
    let cross = targets.as_ref().map(relate).transpose()?;
    preprocessor.targets = targets;
    let setup = RunSetup {
        config: config.clone(),
        data: Arc::new(dataset),
        preprocessor: Arc::new(preprocessor),
    };
    Ok((Arc::new(setup), Known { spectrum, cross }))
}

/// Makes `steps` steps with a progress bar; returns their metrics and the time they took.
pub(super) fn train_steps(
    trainer: &mut Trainer,
    steps: u64,
) -> Result<(Vec<StepMetrics>, Duration), Error> {
    let bar = ProgressBar::new(steps);
    if let Ok(style) =
        ProgressStyle::with_template("{bar:30} {pos}/{len} steps · {per_sec} · {eta} left · {msg}")
    {
        bar.set_style(style);
    }
    let objective = trainer.live().objective;
    let mut trace = Vec::new();
    let begin = Instant::now();
    let mut shown = begin;
    let mut burst = 1;
    let goal = trainer.step() + steps;
    while trainer.step() < goal {
        let before = Instant::now();
        let count = burst.min((goal - trainer.step()) as usize);
        trainer.train(count, trainer.step() + count as u64 == goal, &mut trace)?;
        if before.elapsed() < Duration::from_millis(20) {
            burst = (burst * 2).min(Plan::MAX_STEPS);
        } else if before.elapsed() > Duration::from_millis(200) {
            burst = (burst / 2).max(1);
        }
        if shown.elapsed() > Duration::from_millis(100) {
            shown = Instant::now();
            bar.set_position(trainer.step());
            if let Some(last) = trace.last() {
                bar.set_message(match objective {
                    Objective::Vae => format!("loss {:.4}, KL {:.3}", last.loss, last.kl),
                    Objective::Autoencoder => format!("loss {:.4}", last.loss),
                });
            }
        }
    }
    let elapsed = begin.elapsed();
    bar.finish_and_clear();
    Ok((trace, elapsed))
}

/// Evaluates the run as it stands, gains included, over the stated subset.
pub(super) fn final_evaluation(trainer: &mut Trainer) -> Result<Evaluation, Error> {
    let go_on = || true;
    let seed = trainer.setup().config.sampling.seed;
    let live = *trainer.live();
    let step = trainer.step();
    let samples = trainer.plan().samples.min(EVALUATION_SAMPLES);
    if samples < trainer.plan().samples {
        eprintln!("final numbers are over the first {samples} items in file order");
    }
    let backend = trainer.backend();
    let mut evaluation = evaluate(backend, seed, &live, samples, &go_on)?;
    evaluation.step = step;
    let baseline = trainer.baseline_over(samples);
    evaluation.judge(baseline.as_ref(), &live);
    let backend = trainer.backend();
    let (latents, chunk) = (backend.plan().net.latents, backend.plan().chunk);
    let budget = if backend.device().kind == DeviceKind::Software {
        GAIN_FLOPS_SOFTWARE
    } else {
        GAIN_FLOPS
    };
    let chunk_cost = 2.0 * (latents * chunk * backend.plan().net.decoder_macs()) as f64;
    let chunks = ((budget / chunk_cost) as usize).clamp(1, samples.div_ceil(chunk));
    if chunks * chunk < samples {
        eprintln!("gains are over the first {} items", chunks * chunk);
    }
    let mask = vec![1.0; latents];
    let gains = measure_gains(backend, seed, &live, 0..chunks, 0..latents, &mask, &go_on)?;
    for (latent, gain) in evaluation.latents.iter_mut().zip(gains) {
        latent.gain = Some(gain.zeroed);
        latent.gain_resampled = Some(gain.resampled);
    }
    Ok(evaluation)
}

/// The predicted count in words, or why there is none.
pub(super) fn said(predicted: Option<usize>, coverage: Coverage) -> String {
    let count = predicted.map_or_else(|| "—".to_owned(), |active| active.to_string());
    match coverage {
        Coverage::Exact => format!("linear theory: {count}"),
        Coverage::Guide(limit) => {
            format!("linear theory: {count}, a guide because of {}", limit.what)
        }
        Coverage::No(limit) => limit.sentence(),
    }
}
