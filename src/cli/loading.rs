//! Loading data for a command: a line that says how far it is, and a remark on files that were left out.
//!
//! A command that loads a folder of pictures may take minutes before its own progress begins, and a data set may be
//! smaller than its folder; both are to be seen without a window too.

use std::cell::Cell;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use crate::config::{DataConfig, DataSource, Preprocess};
use crate::data::{self, Dataset, Preprocessor, Progress, Scaling, Skipped, Unit, scale_warning};
use crate::text::{bytes, duration, thousands};

use super::error::Error;

/// Work shorter than this is done without a word.
const PATIENCE: Duration = Duration::from_millis(300);
/// Files left out that a report names.
const NAMED: usize = 10;

/// A line on standard error about work on data, if that is a terminal.
pub(super) struct Line {
    bar: ProgressBar,
    begin: Instant,
    /// The present activity, and when it began.
    now: Cell<(&'static str, Instant)>,
}

impl Line {
    /// A line without anything on it yet.
    pub fn new() -> Self {
        let begin = Instant::now();
        Self {
            bar: ProgressBar::no_length(),
            begin,
            now: Cell::new(("", begin)),
        }
    }

    /// Shows how far the work is; true, since nothing but the process's end stops it.
    pub fn tell(&self, progress: Progress) -> bool {
        let (what, begun) = self.now.get();
        if what != progress.what {
            self.now.set((progress.what, Instant::now()));
            let known = progress.total.is_some();
            let template = if known { "{bar:30} {msg}" } else { "{msg}" };
            if let Ok(style) = ProgressStyle::with_template(template) {
                self.bar.set_style(style);
            }
            return true;
        }
        if self.begin.elapsed() >= PATIENCE {
            self.bar.set_message(told(&progress, begun.elapsed()));
            self.bar.update(|state| {
                state.set_pos(progress.done);
                state.set_len(progress.total.unwrap_or(progress.done));
            });
        }
        true
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// `decoding pictures: 1,250 of 10,000 · 830/s · 11 s left`, as far as it is known after this time.
fn told(progress: &Progress, elapsed: Duration) -> String {
    let mut text = progress.to_string();
    if let Some(rate) = progress.rate(elapsed) {
        text += &match progress.unit {
            Unit::Items => format!(" · {}/s", thousands(rate.round() as u64)),
            Unit::Bytes => format!(" · {}/s", bytes(rate as u64)),
        };
    }
    if let Some(left) = progress.remaining(elapsed) {
        text += &format!(" · {} left", duration(left));
    }
    text
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
    let scaling = dataset.scaling();
    if !scaling.obvious {
        let overrule = if scaling.asked {
            ""
        } else {
            " (--scale overrules it)"
        };
        eprintln!("scale: {}{overrule}", scaling.reason);
    }
    for remark in &dataset.remarks {
        eprintln!("{remark}");
    }
    Ok(dataset)
}

/// Says on standard error that columns differ too much in scale or values lie far from one.
pub(super) fn warn_of_scale(
    config: &DataConfig,
    dataset: &Dataset,
    preprocessor: &Preprocessor,
    seed: u32,
) {
    // Whoever wrote down a spectrum knows its scale.
    if matches!(config.source, DataSource::Gaussian(_)) {
        return;
    }
    if let Some(warning) = scale_warning(dataset, preprocessor, seed) {
        let advice = if config.preprocess == Preprocess::Standardize {
            ""
        } else {
            "; --preprocess standardize brings them to one"
        };
        eprintln!("{}{advice}", warning.text(&dataset.columns));
    }
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

/// What a report says of its data; the keys are a contract.
#[derive(Debug, Clone, Serialize)]
pub(super) struct DataReport {
    /// What stored values were divided by, and why.
    scale: Scaling,
    /// What loading decided without being asked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    remarks: Vec<String>,
    /// Only if files were left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    skipped: Option<SkippedReport>,
}

impl DataReport {
    /// What there is to say of `dataset`.
    pub fn of(dataset: &Dataset) -> Self {
        Self {
            scale: dataset.scaling(),
            remarks: dataset.remarks.clone(),
            skipped: SkippedReport::of(&dataset.skipped),
        }
    }
}

/// Files that were left out, as a report has them; the keys are a contract.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pace_and_time_left_follow_from_what_is_done() {
        let progress = Progress {
            what: "decoding pictures",
            done: 2_500,
            total: Some(10_000),
            unit: Unit::Items,
        };
        assert_eq!(
            told(&progress, Duration::from_secs(2)),
            "decoding pictures: 2,500 of 10,000 · 1,250/s · 6 s left"
        );
        let start = Progress {
            done: 0,
            ..progress
        };
        assert_eq!(
            told(&start, Duration::ZERO),
            "decoding pictures: 0 of 10,000"
        );
    }
}
