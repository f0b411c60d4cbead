//! Reports kept from one time to the next: verdicts and figures are there at the start, and nothing is made for them.
//!
//! A report is one JSON file, named by experiment, effort and folder of data. A file that cannot be read, or that
//! another version wrote, is as if it were not there.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::config::RunConfig;
use crate::disk::{Kept, digest};
use crate::plot::FigureSpec;

use super::{Check, Effort, Experiment, Report, Verdict};

/// Who wrote a file: another version may judge otherwise.
const PROGRAM: &str = concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION"));

/// How figures are written; a file of another form is not read.
const FORM: u32 = 2;

/// What of a report is not the experiment's own.
#[derive(Debug, Serialize, Deserialize)]
struct Parts {
    seconds: f64,
    shrunk: Vec<String>,
    checks: Vec<Check>,
    figures: Vec<FigureSpec>,
    live: Option<RunConfig>,
}

/// A folder of reports.
pub(crate) struct KeptReports(Kept);

impl KeptReports {
    /// Reports in a folder, which is made when the first is kept.
    pub fn new(folder: PathBuf) -> Self {
        Self(Kept::new(folder))
    }

    /// Keeps a report; one of an experiment that had no data is not worth it.
    ///
    /// # Errors
    /// The system's error if the file cannot be written.
    pub fn write(
        &self,
        report: &Report,
        experiment: &Experiment,
        data: Option<&Path>,
    ) -> std::io::Result<()> {
        if report.verdict() == Some(Verdict::Skipped) {
            return Ok(());
        }
        let (name, key) = names(experiment, report.effort, data);
        let parts = Parts {
            seconds: report.seconds,
            shrunk: report.shrunk.clone(),
            checks: report.checks.clone(),
            figures: report.figures.clone(),
            live: report.live.clone(),
        };
        self.0.write(&name, &key, &parts)
    }

    /// The report kept of an experiment, if there is one.
    pub fn read(
        &self,
        experiment: &Experiment,
        effort: Effort,
        data: Option<&Path>,
    ) -> Option<Report> {
        let (name, key) = names(experiment, effort, data);
        let parts: Parts = self.0.read(&name, &key)?;
        Some(Report {
            id: experiment.id.into(),
            paper: experiment.paper.name(),
            title: experiment.title.into(),
            claim: experiment.claim.into(),
            effort,
            checks: parts.checks,
            shrunk: parts.shrunk,
            seconds: parts.seconds,
            files: Vec::new(),
            figures: parts.figures,
            live: parts.live,
        })
    }
}

/// The name of a report's file, and the key in it.
fn names(experiment: &Experiment, effort: Effort, data: Option<&Path>) -> (String, String) {
    // The folder of data, where it matters.
    let place = data
        .filter(|_| experiment.data.is_some())
        .map_or(String::new(), |data| data.display().to_string());
    let word = match effort {
        Effort::Quick => "quick",
        Effort::Full => "full",
    };
    let id = experiment.id;
    (
        format!("{id}-{word}-{}", digest(&place)),
        format!("{PROGRAM}, figures {FORM}, {id}, {word}, {place}"),
    )
}

#[cfg(test)]
mod tests {
    use std::fs;

    use crate::lab::Quiet;
    use crate::papers::{self, Context, Keep};

    use super::*;

    fn made(effort: Effort) -> (&'static Experiment, Report) {
        let experiment = papers::find("dai-prop1").expect("an experiment");
        let context = Context {
            effort,
            data: None,
            watcher: &Quiet,
            keep: Keep::nothing(),
        };
        let report = papers::run(experiment, &context).expect("a report");
        (experiment, report)
    }

    #[test]
    fn a_report_comes_back_as_it_went_and_a_broken_one_not_at_all() {
        let folder = tempfile::tempdir().expect("a folder");
        let (experiment, report) = made(Effort::Quick);
        KeptReports::new(folder.path().to_owned())
            .write(&report, experiment, None)
            .expect("written");
        // The data matter to no experiment that makes its own.
        let data = Path::new("data");
        let reports = KeptReports::new(folder.path().to_owned());
        let read_back = |effort| reports.read(experiment, effort, Some(data));
        let back = read_back(Effort::Quick).expect("a report");
        assert_eq!(back.checks, report.checks);
        assert_eq!(back.live, report.live);
        assert_eq!(back.figures.len(), report.figures.len());
        assert!(!back.figures.is_empty());
        for (a, b) in back.figures.iter().zip(&report.figures) {
            assert_eq!((&a.id, a.layers.len()), (&b.id, b.layers.len()));
        }
        assert!(read_back(Effort::Full).is_none(), "another effort");
        let form = format!("figures {FORM}");
        for (now, then) in [(PROGRAM, "another 9.9"), (&form, "figures 1")] {
            for entry in fs::read_dir(folder.path()).expect("a folder") {
                let path = entry.expect("an entry").path();
                let text = fs::read_to_string(&path).expect("text");
                assert!(text.contains(now));
                fs::write(&path, text.replace(now, then)).expect("written");
            }
            assert!(read_back(Effort::Quick).is_none(), "{then}");
            reports.write(&report, experiment, None).expect("written");
        }
    }

    #[test]
    fn nothing_is_kept_of_an_experiment_without_its_data() {
        let folder = tempfile::tempdir().expect("a folder");
        let (experiment, mut report) = made(Effort::Quick);
        report.checks = vec![Check::skipped("", "", "get the data")];
        KeptReports::new(folder.path().to_owned())
            .write(&report, experiment, None)
            .expect("nothing to do");
        let entries = fs::read_dir(folder.path()).expect("a folder");
        assert_eq!(entries.count(), 0);
    }
}
