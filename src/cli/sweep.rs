//! `sweep`: a file of settings and lists of values, one run each, one line of JSON per run.
//!
//! The runs are divided over shards by their number, so that n processes need not know of each other; each
//! writes a file of its own and passes over the runs that it already holds.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use indicatif::{ProgressBar, ProgressStyle};

use crate::data::{self, Preprocessor, Targets};
use crate::lab::sweep::{SweepLine, SweepRun};
use crate::lab::{Error as LabError, Lines, Quiet, Sweep, short_run};
use crate::metrics::Known;
use crate::train::{RunSetup, TrainError};

use super::args::{Shard, SweepArguments};
use super::error::Error;
use super::loading;

/// Data that are there, with the seed they were made with.
struct Loaded {
    seed: u32,
    setup: RunSetup,
    known: Known,
}

/// Runs the command.
pub(super) fn run(arguments: &SweepArguments) -> Result<(), Error> {
    let text = std::fs::read_to_string(&arguments.config).map_err(|source| LabError::File {
        action: "read",
        path: arguments.config.clone(),
        source,
    })?;
    let sweep = Sweep::parse(&arguments.config, &text)?;
    let all = sweep.runs();
    let shard = arguments.shard.unwrap_or_default();
    let mine: Vec<&SweepRun> = all.iter().filter(|r| shard.takes(r.index)).collect();
    let path = file_of(&arguments.out, arguments.shard);
    let (mut lines, done) = done_lines(&path, &all)?;
    let left: Vec<&SweepRun> = mine
        .iter()
        .copied()
        .filter(|r| !done.contains(&r.key))
        .collect();
    eprintln!(
        "{} runs of {} steps, {} of them here, {} done; {} steps left; results in {}",
        all.len(),
        sweep.steps,
        mine.len(),
        mine.len() - left.len(),
        sweep.steps.saturating_mul(left.len() as u64),
        path.display()
    );
    let bar = ProgressBar::new(left.len() as u64);
    if let Ok(style) =
        ProgressStyle::with_template("{bar:30} {pos}/{len} runs · {elapsed} · {eta} left · {msg}")
    {
        bar.set_style(style);
    }
    let mut loaded: Option<Loaded> = None;
    let mut failed = 0;
    for run in left {
        bar.set_message(format!("β = {}", run.config.live.beta));
        let outcome = train(&sweep, run, &mut loaded, &bar)?;
        if let Err(error) = &outcome {
            failed += 1;
            bar.suspend(|| eprintln!("run {} failed: {error}", run.index));
        }
        lines.push(&run.line(outcome))?;
        bar.inc(1);
    }
    bar.finish_and_clear();
    if failed > 0 {
        return Err(LabError::Request(format!(
            "{failed} runs failed; their lines in '{}' say why, and another call tries them again",
            path.display()
        ))
        .into());
    }
    Ok(())
}

/// `runs.jsonl`, or a shard's own.
fn file_of(out: &Path, shard: Option<Shard>) -> PathBuf {
    out.join(match shard {
        None => "runs.jsonl".to_owned(),
        Some(shard) => format!("runs-{}-of-{}.jsonl", shard.index, shard.count),
    })
}

/// The file's lines of runs that are done, and their keys; those that failed are to be tried again.
fn done_lines(path: &Path, all: &[SweepRun]) -> Result<(Lines, HashSet<String>), Error> {
    let (mut lines, values): (Lines, Vec<SweepLine>) = Lines::open(path)?;
    if let Some(line) = lines.cut() {
        eprintln!(
            "'{}', line {line} was cut off: its run is done again",
            path.display()
        );
    }
    let keys: HashSet<&String> = all.iter().map(|r| &r.key).collect();
    if let Some(at) = values.iter().position(|l| !keys.contains(&l.key)) {
        return Err(LabError::Line {
            path: path.to_owned(),
            line: at + 1,
            reason: "this run is none of the configuration's; choose another --out".into(),
        }
        .into());
    }
    let keep: Vec<bool> = values.iter().map(|l| l.error.is_none()).collect();
    lines.retain(&keep);
    let done = values.into_iter().filter(|l| l.error.is_none());
    Ok((lines, done.map(|l| l.key).collect()))
}

/// Trains a run; its data are loaded once per seed, on which made data depend.
fn train(
    sweep: &Sweep,
    run: &SweepRun,
    loaded: &mut Option<Loaded>,
    bar: &ProgressBar,
) -> Result<Result<crate::lab::RunResult, String>, Error> {
    let seed = run.config.sampling.seed;
    let loaded = match loaded {
        Some(there) if there.seed == seed => there,
        _ => loaded.insert(bar.suspend(|| load(run, seed))?),
    };
    let setup = Arc::new(RunSetup {
        config: run.config.clone(),
        ..loaded.setup.clone()
    });
    match short_run(&setup, &loaded.known, sweep.steps, &Quiet, &mut |_| {}) {
        Ok(Some(result)) => Ok(Ok(result)),
        Ok(None) => Err(LabError::Stopped.into()),
        // No line helps against a device that is not there.
        Err(error @ TrainError::Compute(crate::compute::Error::NoDevice { .. })) => {
            Err(error.into())
        }
        Err(error) => Ok(Err(error.to_string())),
    }
}

fn load(run: &SweepRun, seed: u32) -> Result<Loaded, Error> {
    let config = &run.config.data;
    let dataset = loading::load(config, seed)?;
    let line = loading::Line::new();
    let preprocessor = Preprocessor::of(config, &dataset)?;
    let spectrum = data::spectrum(&dataset, &preprocessor, seed, &|p| line.tell(p))?;
    let targets = Targets::new(run.config.net.target, &dataset, &preprocessor, seed)?;
    let relate =
        |t: &Targets| data::cross_spectrum(&dataset, &preprocessor, t, seed, &|p| line.tell(p));
    let cross = targets.as_ref().map(relate).transpose()?;
    Ok(Loaded {
        seed,
        setup: RunSetup {
            config: run.config.clone(),
            data: Arc::new(dataset),
            preprocessor: Arc::new(preprocessor),
        },
        known: Known {
            spectrum: Some(Arc::new(spectrum)),
            cross: cross.map(Arc::new),
        },
    })
}
