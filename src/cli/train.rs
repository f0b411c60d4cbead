//! `train`: a run without a window, and its report.

use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;

use crate::compute::{Plan, StepMetrics};
use crate::config::Objective;
use crate::disk::write_whole;
use crate::metrics::{Applies, Coverage, MutualInformation, Usage, mutual_information};
use crate::text::significant;
use crate::train::{Evaluation, History, RunSetup, Sanity, Trainer, importance_bound};

use super::args::TrainArguments;
use super::error::Error;
use super::loading::{self, DataReport};
use super::run_figures::{make_folder, write_figures};
use super::running::{Known, final_evaluation, prepare_with, said, train_steps};
use super::trained::{TrainedObjective, trained_objective};

/// Items of the importance-weighted bound, which costs as many passes as it has samples.
const BOUND_ITEMS: usize = 1_000;
/// Items over which the logit's volume factor is averaged; it is one number otherwise.
const LOG_DET_ITEMS: usize = 10_000;
/// Epochs when neither `--steps` nor `--epochs` is given.
const DEFAULT_EPOCHS: u64 = 10;

/// The JSON object; its keys are a contract. Numbers that are not finite are null, and so are an autoencoder's KL, σ² and
/// bounds.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    /// L at the final β and γ, whatever was trained.
    loss: f64,
    /// What was trained, where that is not L.
    #[serde(skip_serializing_if = "Option::is_none")]
    objective: Option<TrainedObjective>,
    elbo: f64,
    elbo_tuned: f64,
    gamma: f64,
    gamma_tuned: f64,
    kl: f64,
    mse: f64,
    collapse_percent: f64,
    active: usize,
    /// Null where the linear theory does not cover the run.
    predicted_active: Option<usize>,
    theory: TheoryReport,
    /// log |det ∂x/∂v| per sample in nats: `elbo` + `log_det` bounds log p of the stored values.
    log_det: f64,
    /// I(x; z) under q, over at most 4,096 samples.
    mutual_information: Option<MutualInformation>,
    /// Only with `--bound-samples`.
    #[serde(skip_serializing_if = "Option::is_none")]
    importance_bound: Option<f64>,
    per_latent: Vec<LatentReport>,
    device: String,
    steps_per_second: f64,
    #[serde(flatten)]
    data: DataReport,
}

/// Whether the linear theory speaks of the run, and why not, or not quite.
#[derive(Debug, Serialize)]
struct TheoryReport {
    applies: Applies,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(skip)]
    coverage: Coverage,
}

#[derive(Debug, Serialize)]
struct LatentReport {
    kl: f64,
    mean_sigma2: f64,
    var_mu: f64,
    gain: Option<f64>,
    gain_resampled: Option<f64>,
    beta_threshold: Option<f64>,
}

/// Runs the command.
pub(super) fn run(arguments: &TrainArguments) -> Result<(), Error> {
    // Wrong usage should fail before the data are read.
    arguments.run_config(None)?;
    // A bad target should fail before an hour of training, not after it.
    if let Some(dir) = &arguments.out {
        make_folder(dir)?;
    }
    let dataset = loading::load(&arguments.data.config()?, arguments.seed)?;
    let shape = dataset.shape;
    let config = arguments.run_config(Some([shape.height, shape.width]))?;
    let (setup, known) = prepare_with(&config, dataset)?;
    let mut trainer = Trainer::new(Arc::clone(&setup))?;
    let steps = match (arguments.steps, arguments.epochs) {
        (Some(steps), _) => steps,
        (None, epochs) => {
            epochs.unwrap_or(DEFAULT_EPOCHS) * trainer.plan().batches_per_epoch() as u64
        }
    };
    let device = trainer.backend().device().clone();
    eprintln!(
        "{}: {} items; {}; {} parameters on {device}",
        setup.data.name,
        setup.data.len(),
        trainer.plan().net.shape_text(),
        trainer.plan().net.parameter_count(),
    );
    remark_before(&setup, trainer.plan());
    let (trace, elapsed) = train_steps(&mut trainer, steps)?;
    trainer.check()?;
    let evaluation = final_evaluation(&mut trainer)?;
    if evaluation.sanity.is_exploded() {
        return Err(trainer.out_of_range(evaluation.loss()).into());
    }
    remark_after(&evaluation, &Usage::new(&evaluation));
    let bound = match arguments.bound_samples {
        Some(samples) => Some(bound(&mut trainer, samples as usize)?),
        None => None,
    };
    let mut report = report(&evaluation, &setup, &known, device.name, &trace, elapsed)?;
    report.importance_bound = bound;
    if let Some(dir) = &arguments.out {
        write_trace(&dir.join("trace.csv"), &trace, config.live.objective)?;
        write_json(&dir.join("result.json"), &report)?;
        let mut history = History::default();
        for row in &trace {
            history.push(row, config.live.objective);
        }
        write_figures(&mut trainer, &known, &history, &evaluation, dir, "")?;
    }
    let mut out = std::io::stdout().lock();
    if arguments.json {
        let text = serde_json::to_string(&report).map_err(|e| Error::Print(e.into()))?;
        return writeln!(out, "{text}").map_err(Error::Print);
    }
    out.write_all(describe(&report, config.live.eta_enc).as_bytes())
        .map_err(Error::Print)
}

/// What should be known before the time is spent, on standard error.
fn remark_before(setup: &RunSetup, plan: &Plan) {
    let (config, seed) = (&setup.config.data, setup.config.sampling.seed);
    loading::warn_of_scale(config, &setup.data, &setup.preprocessor, seed);
    if let Some(width) = plan.net.hidden_like_output() {
        eprintln!(
            "the decoder's last layer of {width} is a hidden one; a layer to the {width} outputs follows it"
        );
    }
}

/// What keeps the numbers from being what they seem, on standard error.
fn remark_after(evaluation: &Evaluation, usage: &Usage) {
    if let Sanity::Above(excess) = evaluation.sanity {
        eprintln!(
            "not a result yet: the loss is {} nats above that of a network that ignores its input; train longer, or use a \
             smaller learning rate",
            significant(excess, 3)
        );
    }
    let neither = usage
        .latents
        .iter()
        .filter(|l| !l.active && !l.collapsed)
        .count();
    if evaluation.has_posterior() && neither > 0 {
        eprintln!(
            "{neither} of {} latents are neither active (Var μ > {}) nor collapsed (KL < {} nats in {:.0} % of the samples): \
             their posterior is not the prior, but hardly follows x",
            usage.latents.len(),
            Usage::ACTIVE_VARIANCE * evaluation.prior_variance(),
            Usage::EPSILON,
            100.0 * (1.0 - Usage::DELTA)
        );
    }
}

/// The importance-weighted estimate of log p(x) over the evaluated items.
fn bound(trainer: &mut Trainer, samples: usize) -> Result<f64, Error> {
    let live = *trainer.live();
    let seed = trainer.setup().config.sampling.seed;
    let items = trainer.plan().samples.min(BOUND_ITEMS);
    if items < trainer.plan().samples {
        eprintln!("the importance-weighted bound is over the first {items} items");
    }
    Ok(importance_bound(
        trainer.backend(),
        seed,
        &live,
        items,
        samples,
        &|| true,
    )?)
}

fn report(
    evaluation: &Evaluation,
    setup: &RunSetup,
    known: &Known,
    device: String,
    trace: &[StepMetrics],
    elapsed: Duration,
) -> Result<Report, Error> {
    let steps = trace.len() as u64;
    let usage = Usage::new(evaluation);
    let (config, seed) = (&setup.config, setup.config.sampling.seed);
    let prediction = known.predict(config, steps)?;
    Ok(Report {
        loss: evaluation.loss(),
        objective: trained_objective(config, evaluation, trace),
        elbo: evaluation.elbo(),
        elbo_tuned: evaluation.elbo_tuned(),
        gamma: evaluation.gamma,
        gamma_tuned: evaluation.gamma_star(),
        kl: evaluation.kl,
        mse: evaluation.sse / evaluation.dim as f64,
        collapse_percent: usage.collapse_percent,
        active: usage.active,
        predicted_active: prediction.covered_active(),
        theory: TheoryReport {
            applies: prediction.coverage.kind(),
            reason: prediction.coverage.reason(),
            coverage: prediction.coverage,
        },
        log_det: setup.preprocessor.log_det(&setup.data, seed, LOG_DET_ITEMS),
        mutual_information: mutual_information(
            &evaluation.posterior,
            evaluation.prior_variance(),
            seed,
        ),
        importance_bound: None,
        per_latent: usage
            .latents
            .iter()
            .map(|l| LatentReport {
                kl: l.statistics.kl,
                mean_sigma2: l.statistics.mean_sigma2,
                var_mu: l.statistics.var_mu,
                gain: l.statistics.gain,
                gain_resampled: l.statistics.gain_resampled,
                beta_threshold: l.threshold_ratio,
            })
            .collect(),
        device,
        steps_per_second: steps as f64 / elapsed.as_secs_f64().max(1e-9),
        data: DataReport::of(&setup.data),
    })
}

fn describe(report: &Report, eta_enc: f64) -> String {
    let trained = report.objective.as_ref().map_or_else(String::new, |o| {
        format!(
            "trained: {} = {:.4}; the loss below is L itself\n",
            o.what, o.value
        )
    });
    let known = |value: f64, digits: usize| {
        if value.is_nan() {
            "—".to_owned()
        } else {
            format!("{value:.digits$}")
        }
    };
    let mut text = format!(
        "{trained}loss {:.4}  ELBO {}  tuned {}  KL {}  mse {:.6}  γ {:.5} (tuned {:.5})\n\
         {} active ({}), {} % (0.01, 0.01)-collapsed; {:.1} steps/s on {}\n{}\n\
         latent        KL      E σ²     Var μ       law      gain  gain/2γKL\n",
        report.loss,
        known(report.elbo, 4),
        known(report.elbo_tuned, 4),
        known(report.kl, 4),
        report.mse,
        report.gamma,
        report.gamma_tuned,
        report.active,
        said(report.predicted_active, report.theory.coverage),
        known(report.collapse_percent, 1),
        report.steps_per_second,
        report.device,
        report
            .importance_bound
            .map_or_else(String::new, |b| format!(
                "log p(x) is at least {b:.4} (importance-weighted)\n"
            )),
    );
    let mut order: Vec<usize> = (0..report.per_latent.len()).collect();
    let key = |j: usize| {
        let l = &report.per_latent[j];
        if l.kl.is_nan() { l.var_mu } else { l.kl }
    };
    order.sort_by(|&a, &b| key(b).total_cmp(&key(a)));
    for index in order {
        let l = &report.per_latent[index];
        let optional = |value: Option<f64>| value.map_or("—".into(), |v| format!("{v:.4}"));
        text += &format!(
            "z{index:<5} {:>9} {:>9} {:9.4} {:>9} {:>9} {:>11}\n",
            known(l.kl, 4),
            known(l.mean_sigma2, 4),
            l.var_mu,
            known((l.var_mu + l.mean_sigma2) / (eta_enc * eta_enc), 4),
            optional(l.gain),
            optional(l.beta_threshold),
        );
    }
    text
}

/// Writes one line per step.
fn write_trace(path: &Path, trace: &[StepMetrics], objective: Objective) -> Result<(), Error> {
    replace(path, |out| {
        writeln!(out, "step,loss,squared_error,kl,gamma,beta")?;
        for (index, m) in trace.iter().enumerate() {
            writeln!(
                out,
                "{},{},{},{},{},{}",
                index + 1,
                m.loss,
                m.sse,
                // An autoencoder has none.
                match objective {
                    Objective::Vae => m.kl.to_string(),
                    Objective::Autoencoder => String::new(),
                },
                m.gamma,
                m.beta
            )?;
        }
        Ok(())
    })
}

fn write_json(path: &Path, report: &Report) -> Result<(), Error> {
    replace(path, |out| {
        serde_json::to_writer_pretty(&mut *out, report)?;
        writeln!(out)
    })
}

/// Writes a file whole or not at all.
fn replace(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> std::io::Result<()>,
) -> Result<(), Error> {
    write_whole(path, write).map_err(|source| Error::Write {
        path: path.to_owned(),
        source,
    })
}
