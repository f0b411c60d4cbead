//! Reports kept from one time to the next: verdicts and figures are there at the start, and nothing is made for them.
//!
//! A report is one JSON file, named by experiment, effort and folder of data. A file that cannot be read, or that
//! another version wrote, is as if it were not there.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::config::RunConfig;
use crate::papers::{Check, Effort, Experiment, Report, Verdict};
use crate::plot::FigureSpec;

/// Who wrote a file: another version may judge otherwise.
const PROGRAM: &str = concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION"));

/// How figures are written; a file of another form is not read.
const FORM: u32 = 2;

/// What of a report is not the experiment's own.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    program: String,
    #[serde(default)]
    form: u32,
    id: String,
    effort: String,
    data: Option<PathBuf>,
    seconds: f64,
    shrunk: Vec<String>,
    checks: Vec<Check>,
    figures: Vec<FigureSpec>,
    live: Option<RunConfig>,
}

fn word(effort: Effort) -> &'static str {
    match effort {
        Effort::Quick => "quick",
        Effort::Full => "full",
    }
}

/// The folder of data, where it matters.
fn data_of<'a>(experiment: &Experiment, data: Option<&'a Path>) -> Option<&'a Path> {
    data.filter(|_| experiment.data.is_some())
}

fn path(folder: &Path, experiment: &Experiment, effort: Effort, data: Option<&Path>) -> PathBuf {
    let place = data.map_or(String::new(), |data| data.display().to_string());
    let name = format!(
        "{}-{}-{}.json",
        experiment.id,
        word(effort),
        crate::lab::digest(&place)
    );
    folder.join(name)
}

/// Keeps a report; one of an experiment that had no data is not worth it.
///
/// # Errors
/// The system's error if the file cannot be written.
pub(crate) fn write(
    folder: &Path,
    report: &Report,
    experiment: &Experiment,
    data: Option<&Path>,
) -> std::io::Result<()> {
    if report.verdict() == Some(Verdict::Skipped) {
        return Ok(());
    }
    let data = data_of(experiment, data);
    let kept = Kept {
        program: PROGRAM.into(),
        form: FORM,
        id: report.id.clone(),
        effort: word(report.effort).into(),
        data: data.map(Path::to_owned),
        seconds: report.seconds,
        shrunk: report.shrunk.clone(),
        checks: report.checks.clone(),
        figures: report.figures.clone(),
        live: report.live.clone(),
    };
    fs::create_dir_all(folder)?;
    let path = path(folder, experiment, report.effort, data);
    let partial = path.with_extension(format!("{}.partial", std::process::id()));
    fs::write(&partial, serde_json::to_string(&kept)?)?;
    fs::rename(&partial, &path)
}

/// The report kept of an experiment, if there is one.
pub(crate) fn read(
    folder: &Path,
    experiment: &Experiment,
    effort: Effort,
    data: Option<&Path>,
) -> Option<Report> {
    let data = data_of(experiment, data);
    let text = fs::read_to_string(path(folder, experiment, effort, data)).ok()?;
    let kept: Kept = serde_json::from_str(&text).ok()?;
    let same = kept.program == PROGRAM
        && kept.form == FORM
        && kept.id == experiment.id
        && kept.effort == word(effort)
        && kept.data.as_deref() == data;
    same.then(|| Report {
        id: kept.id,
        paper: experiment.paper.name(),
        title: experiment.title.into(),
        claim: experiment.claim.into(),
        effort,
        checks: kept.checks,
        shrunk: kept.shrunk,
        seconds: kept.seconds,
        files: Vec::new(),
        figures: kept.figures,
        live: kept.live,
    })
}

#[cfg(test)]
mod tests {
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
        write(folder.path(), &report, experiment, None).expect("written");
        // The data matter to no experiment that makes its own.
        let data = Path::new("data");
        let read_back = |effort| read(folder.path(), experiment, effort, Some(data));
        let back = read_back(Effort::Quick).expect("a report");
        assert_eq!(back.checks, report.checks);
        assert_eq!(back.live, report.live);
        assert_eq!(back.figures.len(), report.figures.len());
        assert!(!back.figures.is_empty());
        for (a, b) in back.figures.iter().zip(&report.figures) {
            assert_eq!((&a.id, a.layers.len()), (&b.id, b.layers.len()));
        }
        assert!(read_back(Effort::Full).is_none(), "another effort");
        let form = format!("\"form\":{FORM}");
        for (now, then) in [(PROGRAM, "another 9.9"), (&form, "\"form\":1")] {
            for entry in fs::read_dir(folder.path()).expect("a folder") {
                let path = entry.expect("an entry").path();
                let text = fs::read_to_string(&path).expect("text");
                assert!(text.contains(now));
                fs::write(&path, text.replace(now, then)).expect("written");
            }
            assert!(read_back(Effort::Quick).is_none(), "{then}");
            write(folder.path(), &report, experiment, None).expect("written");
        }
    }

    #[test]
    fn nothing_is_kept_of_an_experiment_without_its_data() {
        let folder = tempfile::tempdir().expect("a folder");
        let (experiment, mut report) = made(Effort::Quick);
        report.checks = vec![Check::skipped("", "", "get the data")];
        write(folder.path(), &report, experiment, None).expect("nothing to do");
        let entries = fs::read_dir(folder.path()).expect("a folder");
        assert_eq!(entries.count(), 0);
    }
}
