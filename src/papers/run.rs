//! One experiment made: its outcome, or why there is none, as a report.

use std::time::{Duration, Instant};

use serde::Serialize;

use crate::config::{DataConfig, DataSource, RunConfig};
use crate::plot::FigureSpec;

use super::check::{Check, Verdict};
use super::context::{Context, Effort};
use super::error::Error;
use super::{Experiment, Results};

/// Items of a quick experiment's setting that is opened as a live run.
const QUICK_ITEMS: usize = 10_000;

/// What an experiment came to, with what it claims; the fields that are written as JSON are a contract.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// Its name.
    pub id: String,
    /// Whose it is.
    pub paper: &'static str,
    /// What it is.
    pub title: String,
    /// The paper's claim.
    pub claim: String,
    /// How much effort was made.
    pub effort: Effort,
    /// Its claims, judged.
    pub checks: Vec<Check>,
    /// What is smaller here than in the paper.
    pub shrunk: Vec<String>,
    /// Seconds it took, runs that were kept not counted.
    pub seconds: f64,
    /// Files that were written.
    pub files: Vec<String>,
    /// Its figures.
    #[serde(skip)]
    pub figures: Vec<FigureSpec>,
    /// The setting to open as a live run.
    #[serde(skip)]
    pub live: Option<RunConfig>,
}

impl Report {
    /// The worst verdict of its checks.
    pub fn verdict(&self) -> Option<Verdict> {
        Verdict::worst(self.checks.iter().map(|c| c.verdict))
    }
}

/// Makes an experiment. Data that are not there make a report with one skipped check that says how to get them.
///
/// # Errors
/// [`Error`], but never [`Error::NoData`].
pub fn run(experiment: &Experiment, context: &Context<'_>) -> Result<Report, Error> {
    let begin = Instant::now();
    let mut outcome = match (experiment.make)(context) {
        Ok(outcome) => outcome,
        // A closed form or a loader that was told to stop fails in its own words.
        Err(_) if !context.watcher.go_on() => return Err(Error::Stopped),
        Err(Error::NoData(how)) => Results {
            checks: vec![Check::skipped(experiment.title, experiment.claim, &how)],
            ..Results::default()
        },
        Err(error) => return Err(error),
    };
    outcome.live = outcome
        .live
        .map(|live| with_data(live, experiment, context));
    Ok(report(experiment, context.effort, outcome, begin.elapsed()))
}

/// The report of an experiment that could not be made: its claim is missed, for this reason.
pub fn failed(experiment: &Experiment, effort: Effort, error: &Error) -> Report {
    let name = experiment.title;
    let reason = error.to_string();
    let outcome = Results {
        checks: vec![Check::holds(
            name,
            experiment.claim,
            false,
            "it could not be made",
            &reason,
        )],
        ..Results::default()
    };
    report(experiment, effort, outcome, Duration::ZERO)
}

/// A setting to be opened is on the experiment's data set, unless it names its data itself.
fn with_data(live: RunConfig, experiment: &Experiment, context: &Context<'_>) -> RunConfig {
    let place = experiment.data.and_then(|set| context.path(set).ok());
    let Some(place) = place.filter(|_| live.data == DataConfig::default()) else {
        return live;
    };
    RunConfig {
        data: DataConfig {
            source: DataSource::Path(place),
            limit: context.pick(Some(QUICK_ITEMS), None),
            ..live.data
        },
        ..live
    }
}

fn report(experiment: &Experiment, effort: Effort, outcome: Results, took: Duration) -> Report {
    let Results {
        mut figures,
        checks,
        shrunk,
        live,
    } = outcome;
    for figure in &mut figures {
        figure.id = format!("{}-{}", experiment.id, figure.id);
    }
    Report {
        id: experiment.id.into(),
        paper: experiment.paper.name(),
        title: experiment.title.into(),
        claim: experiment.claim.into(),
        effort,
        checks,
        shrunk,
        seconds: took.as_secs_f64(),
        files: Vec::new(),
        figures,
        live,
    }
}

#[cfg(test)]
mod tests {
    use crate::lab::Quiet;
    use crate::papers::{Cost, DataSet, Keep, Paper};

    use super::*;

    fn on_mnist(make: fn(&Context<'_>) -> Result<Results, Error>) -> Experiment {
        Experiment {
            id: "test",
            paper: Paper::Lucas2019,
            title: "",
            claim: "",
            data: Some(DataSet::Mnist),
            cost: Cost::new(1, 1, 1),
            make,
        }
    }

    fn live(config: RunConfig) -> Results {
        Results {
            live: Some(config),
            ..Results::default()
        }
    }

    #[test]
    fn a_setting_to_be_opened_is_on_the_experiments_data_unless_it_has_its_own() {
        let folder = tempfile::tempdir().expect("a folder");
        let place = folder.path().join("mnist");
        std::fs::create_dir(&place).expect("a folder");
        let context = Context {
            effort: Effort::Quick,
            data: Some(folder.path().to_owned()),
            watcher: &Quiet,
            keep: Keep::nothing(),
        };
        let data = |make| {
            let report = run(&on_mnist(make), &context).expect("a report");
            report.live.expect("a setting").data
        };
        let found = data(|_| Ok(live(RunConfig::default())));
        assert_eq!(found.source, DataSource::Path(place));
        let own = data(|_| {
            let mut config = RunConfig::default();
            config.data.limit = Some(7);
            Ok(live(config))
        });
        assert_eq!((own.source, own.limit), (DataSource::Digits, Some(7)));
    }
}
