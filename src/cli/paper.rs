//! `paper`: the papers' figures and tables, made, drawn and judged.

use std::cell::RefCell;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use crate::data::Dataset;
use crate::lab::{Headway, Watcher};
use crate::papers::{self, Context, Effort, Experiment, Report, Verdict, report};
use crate::text::{duration, mebibytes};

use super::args::{PaperArguments, PaperMode, PaperRun};
use super::error::Error;
use super::loading::{SkippedReport, remark};

/// Runs the command.
pub(super) fn run(arguments: &PaperArguments) -> Result<(), Error> {
    match &arguments.mode {
        PaperMode::List(list) => self::list(list.json),
        PaperMode::Run(run) => make(run),
    }
}

fn list(json: bool) -> Result<(), Error> {
    let mut out = std::io::stdout().lock();
    if json {
        let all: Vec<serde_json::Value> = papers::ALL
            .iter()
            .map(|e| {
                serde_json::json!({
                    "id": e.id, "paper": e.paper.name(), "title": e.title, "claim": e.claim,
                    "data": e.data.map(papers::DataSet::name),
                    "quick_seconds": e.cost.quick_s, "full_seconds": e.cost.full_s, "full_mib": e.cost.full_mib,
                })
            })
            .collect();
        return writeln!(out, "{}", serde_json::json!({ "experiments": all }))
            .map_err(Error::Print);
    }
    writeln!(
        out,
        "  {:<16} {:>7} {:>8}  on two cores without a GPU",
        "", "quick", "full"
    )
    .map_err(Error::Print)?;
    for paper in papers::Paper::ALL {
        let mut own = papers::ALL.iter().filter(|e| e.paper == paper).peekable();
        if own.peek().is_none() {
            continue;
        }
        writeln!(out, "{}", paper.name()).map_err(Error::Print)?;
        for e in own {
            let data = e.data.map_or(String::new(), |d| format!(" [{}]", d.name()));
            writeln!(
                out,
                "  {:<16} {:>7} {:>8}  {}{data}",
                e.id,
                seconds(e.cost.quick_s),
                seconds(e.cost.full_s),
                e.title
            )
            .map_err(Error::Print)?;
        }
    }
    Ok(())
}

fn seconds(count: u32) -> String {
    duration(Duration::from_secs(u64::from(count)))
}

/// Tells how far an experiment is, and how long the rest takes.
struct Teller {
    bar: ProgressBar,
    /// Of the experiment under way: its name, when it began, its seconds and those of the ones after it.
    now: RefCell<(&'static str, Instant, u64, u64)>,
    said: RefCell<String>,
    /// Remarks on data that files were left out of; experiments share data.
    remarks: RefCell<Vec<String>>,
    /// The files of the last of these of the experiment under way.
    skipped: RefCell<Option<SkippedReport>>,
}

/// An experiment's report, with the files that were left out of its data, if any were.
#[derive(Serialize)]
struct Made<'a> {
    #[serde(flatten)]
    report: &'a Report,
    #[serde(skip_serializing_if = "Option::is_none")]
    skipped: Option<SkippedReport>,
}

impl Teller {
    fn begin(&self, experiment: &Experiment, seconds: u64, after: u64) {
        *self.now.borrow_mut() = (experiment.id, Instant::now(), seconds, after);
        self.bar.set_message(experiment.id);
    }
}

impl Watcher for Teller {
    fn interrupt(&self) -> Option<Arc<AtomicBool>> {
        None
    }

    fn progress(&self, progress: Headway) {
        let (id, begin, seconds, after) = *self.now.borrow();
        let left = seconds.saturating_sub(begin.elapsed().as_secs()) + after;
        let text = format!(
            "{id}: {} {} · about {} left",
            progress.what,
            progress.moving,
            duration(Duration::from_secs(left))
        );
        if *self.said.borrow() != text {
            self.bar.set_message(text.clone());
            *self.said.borrow_mut() = text;
        }
    }

    fn skipped(&self, dataset: &Dataset) {
        *self.skipped.borrow_mut() = SkippedReport::of(&dataset.skipped);
        if let Some(text) = remark(dataset)
            && !self.remarks.borrow().contains(&text)
        {
            self.bar.suspend(|| eprintln!("{text}"));
            self.remarks.borrow_mut().push(text);
        }
    }
}

fn make(arguments: &PaperRun) -> Result<(), Error> {
    let wanted: Vec<&Experiment> = if arguments.id == "all" {
        papers::ALL.to_vec()
    } else {
        vec![papers::find(&arguments.id)?]
    };
    let effort = if arguments.full {
        Effort::Full
    } else {
        Effort::Quick
    };
    let bar = ProgressBar::new(wanted.len() as u64);
    if let Ok(style) = ProgressStyle::with_template("{pos}/{len} · {elapsed} · {msg}") {
        bar.set_style(style);
    }
    let seconds = |e: &Experiment| u64::from(e.cost.seconds(effort));
    let mut after: u64 = wanted.iter().map(|e| seconds(e)).sum();
    if effort == Effort::Full {
        let memory = wanted
            .iter()
            .map(|e| e.cost.full_bytes())
            .max()
            .unwrap_or(0);
        eprintln!(
            "at the papers' settings this takes about {} and {} of memory on two cores without a GPU{}",
            duration(Duration::from_secs(after)),
            mebibytes(memory),
            if arguments.out.is_some() {
                "; finished runs are kept, so it can be stopped and started again"
            } else {
                "; give --out to keep finished runs, or a stop loses them"
            }
        );
    }
    let teller = Teller {
        bar: bar.clone(),
        now: RefCell::new(("", Instant::now(), 0, 0)),
        said: RefCell::default(),
        remarks: RefCell::default(),
        skipped: RefCell::default(),
    };
    let context = Context {
        effort,
        data: arguments.data.clone(),
        watcher: &teller,
        keep: keep(arguments),
    };
    let mut reports: Vec<Report> = Vec::new();
    let mut skipped = Vec::new();
    for experiment in wanted {
        after -= seconds(experiment);
        teller.begin(experiment, seconds(experiment), after);
        let mut made = match papers::run(experiment, &context) {
            // One that fails is said to, and the others are made.
            Err(error) if arguments.id == "all" && !matches!(error, papers::Error::Stopped) => {
                papers::failed(experiment, effort, &error)
            }
            outcome => outcome?,
        };
        if let Some(folder) = &arguments.out {
            report::write(&mut made, folder)?;
        }
        if !arguments.json {
            bar.suspend(|| println!("{}", describe(&made)));
        }
        reports.push(made);
        skipped.push(teller.skipped.take());
        bar.inc(1);
    }
    bar.finish_and_clear();
    if let (Some(folder), true) = (&arguments.out, reports.len() > 1) {
        let page = report::write_page(&reports, folder)?;
        eprintln!("the report is {}", page.display());
    }
    if arguments.json {
        let made: Vec<Made<'_>> = reports
            .iter()
            .zip(skipped)
            .map(|(report, skipped)| Made { report, skipped })
            .collect();
        let text = match made.as_slice() {
            [one] if arguments.id != "all" => serde_json::to_string(one),
            all => serde_json::to_string(&serde_json::json!({ "experiments": all })),
        };
        let text = text.map_err(|e| Error::Print(e.into()))?;
        writeln!(std::io::stdout().lock(), "{text}").map_err(Error::Print)?;
    }
    Ok(())
}

/// Kept results: in the folder of the figures, if there is one.
fn keep(arguments: &PaperRun) -> papers::Keep {
    let folder: Option<PathBuf> = arguments.out.as_ref().map(|out| out.join("kept"));
    folder.map_or_else(papers::Keep::nothing, papers::Keep::in_folder)
}

fn describe(made: &Report) -> String {
    let worst = made.verdict().map_or("no checks", Verdict::word);
    let mut text = format!(
        "{} ({}): {worst}, {:.1} s\n  {}\n",
        made.id, made.paper, made.seconds, made.title
    );
    for c in &made.checks {
        text += &format!(
            "  {:<8} {}: expected {}, measured {} ({})\n",
            c.verdict.word(),
            c.name,
            c.expected,
            c.measured,
            c.note
        );
    }
    if !made.shrunk.is_empty() {
        text += &format!("  smaller here: {}\n", made.shrunk.join("; "));
    }
    text
}
