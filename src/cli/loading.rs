//! Loading data for a command: a line that says how far it is, and a remark on files that were left out.
//!
//! A command that loads a folder of pictures may take minutes before its own progress begins, and a data set may be
//! smaller than its folder; both are to be seen without a window too.

use std::cell::Cell;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use crate::config::DataConfig;
use crate::data::{self, Dataset, Progress, Skipped, Unit};
use crate::text::thousands;

use super::error::Error;

/// Work shorter than this is done without a word.
const PATIENCE: Duration = Duration::from_millis(300);
/// Files left out that a report names.
const NAMED: usize = 10;

/// A line on standard error about work on data, if that is a terminal.
pub(super) struct Line {
    bar: ProgressBar,
    begin: Instant,
    what: Cell<&'static str>,
}

impl Line {
    /// A line without anything on it yet.
    pub fn new() -> Self {
        Self {
            bar: ProgressBar::no_length(),
            begin: Instant::now(),
            what: Cell::new(""),
        }
    }

    /// Shows how far the work is; true, since nothing but the process's end stops it.
    pub fn tell(&self, progress: Progress) -> bool {
        if self.begin.elapsed() < PATIENCE {
            return true;
        }
        if self.what.replace(progress.what) != progress.what {
            // Pace and time left are those of the new activity.
            self.bar.reset();
            self.bar.set_message(progress.what);
            if let Ok(style) = ProgressStyle::with_template(template(&progress)) {
                self.bar.set_style(style);
            }
        }
        match progress.total {
            Some(total) => self.bar.set_length(total),
            None => self.bar.unset_length(),
        }
        self.bar.set_position(progress.done);
        true
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

fn template(progress: &Progress) -> &'static str {
    match (progress.unit, progress.total.is_some()) {
        (Unit::Items, true) => {
            "{bar:30} {msg}: {human_pos} of {human_len} · {per_sec} · {eta} left"
        }
        (Unit::Items, false) => "{msg}: {human_pos}",
        (Unit::Bytes, true) => {
            "{bar:30} {msg}: {binary_bytes} of {binary_total_bytes} · {binary_bytes_per_sec} · {eta} left"
        }
        (Unit::Bytes, false) => "{msg}: {binary_bytes}",
    }
}

/// Loads data, says how far that is, and remarks on files that were left out.
pub(super) fn load(config: &DataConfig, seed: u32) -> Result<Dataset, Error> {
    let line = Line::new();
    let loaded = data::load(config, seed, &|progress| line.tell(progress));
    drop(line);
    let dataset = loaded?;
    if let Some(text) = remark(&dataset) {
        eprintln!("{text}");
    }
    Ok(dataset)
}

/// `3 of 3,000 pictures were skipped, first a/b.png: the file is cut off`; `None` if there is nothing to remark.
pub(super) fn remark(dataset: &Dataset) -> Option<String> {
    let skipped = &dataset.skipped;
    let (path, reason) = skipped.listed.first()?;
    let all = thousands((dataset.len() + skipped.count) as u64);
    let path = path.display();
    Some(match skipped.count {
        1 => format!("1 of {all} pictures was skipped, {path}: {reason}"),
        count => format!(
            "{} of {all} pictures were skipped, first {path}: {reason}",
            thousands(count as u64)
        ),
    })
}

/// Files that were left out, as a report has them; its keys are a contract.
#[derive(Debug, Clone, Serialize)]
pub(super) struct SkippedReport {
    count: usize,
    /// The first of them.
    reasons: Vec<SkippedFile>,
}

#[derive(Debug, Clone, Serialize)]
struct SkippedFile {
    file: String,
    reason: String,
}

impl SkippedReport {
    /// What there is to report; `None` if no file was left out.
    pub fn of(skipped: &Skipped) -> Option<Self> {
        let named = skipped.listed.iter().take(NAMED);
        (skipped.count > 0).then(|| Self {
            count: skipped.count,
            reasons: named
                .map(|(path, reason)| SkippedFile {
                    file: path.display().to_string(),
                    reason: reason.clone(),
                })
                .collect(),
        })
    }
}
