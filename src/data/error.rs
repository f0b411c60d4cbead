//! Why data could not be had, and how the work of getting them reports itself.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::text::{mebibytes, thousands};

/// Why data could not be loaded or analysed. Every message is one sentence; one about a file
/// names the file, what is wrong and, where it applies, the byte.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The progress callback asked to stop.
    #[error("the work on the data was cancelled")]
    Cancelled,
    /// Labels are needed and the data have none.
    #[error("{name} has no labels, so they cannot be the target")]
    NoLabels {
        /// The data set.
        name: String,
    },
    /// A Bernoulli likelihood of numbers that are no probabilities.
    #[error("a Bernoulli likelihood needs targets between 0 and 1, and {0} are not")]
    NotUnit(&'static str),
    /// Nothing is at the path.
    #[error("{}: there is no such file or folder", path.display())]
    Missing {
        /// What was asked for.
        path: PathBuf,
    },
    /// The operating system refuses access.
    #[error("{}: permission to read it is denied", path.display())]
    Denied {
        /// What was asked for.
        path: PathBuf,
    },
    /// Reading failed in the operating system.
    #[error("{}: reading failed at byte {offset}: {reason}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Bytes of (decompressed) content read before the failure.
        offset: u64,
        /// The system's own words.
        reason: String,
    },
    /// A folder without anything this version can read, or with too many candidates.
    #[error("{}: {reason}", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What it holds, and what was expected.
        reason: String,
    },
    /// A file whose content is not what it should be.
    #[error("{}: {reason}{}", path.display(), Place(*offset))]
    Malformed {
        /// The file.
        path: PathBuf,
        /// Where in the (decompressed) content; 0 where no byte is to blame or the reason names the place.
        offset: u64,
        /// What is wrong.
        reason: String,
    },
    /// A file in a format that is known and not read.
    #[error("{}: it is {what}, which this version does not read; {next}", path.display())]
    Foreign {
        /// The file or folder.
        path: PathBuf,
        /// What it is.
        what: String,
        /// What to do.
        next: String,
    },
    /// Something recognised that this version does not read.
    #[error("{}: {what} cannot be read by this version, which reads IDX files, CIFAR binaries, .npy, .npz, .mat, HDF5, CSV and folders of pictures", path.display())]
    Unsupported {
        /// The file or folder.
        path: PathBuf,
        /// What it is.
        what: String,
    },
    /// Labels were asked for by a name that they do not have.
    #[error("{name} has no labels '{label}'; there are: {known}")]
    NoSuchLabel {
        /// The data set.
        name: String,
        /// What was asked for.
        label: String,
        /// What there is.
        known: String,
    },
    /// A choice of classes or of how pictures become items that these data do not allow.
    #[error("{name}: {reason}")]
    Choice {
        /// The data set.
        name: String,
        /// Why not.
        reason: String,
    },
    /// Preprocessing that these data do not allow.
    #[error("{name}: {reason}")]
    Preprocessing {
        /// The data set.
        name: String,
        /// Why not, and what to do instead.
        reason: String,
    },
    /// More than the program is prepared to hold in memory.
    #[error(
        "{what} needs {needed} bytes of memory, more than the {cap} this version allows; {advice}"
    )]
    TooLarge {
        /// What needs it.
        what: String,
        /// Bytes needed.
        needed: u64,
        /// Bytes allowed.
        cap: u64,
        /// What to do instead.
        advice: &'static str,
    },
    /// A Gaussian request that has no answer.
    #[error("gaussian data: {reason}")]
    Gaussian {
        /// Why not.
        reason: String,
    },
    /// A recipe of the built-in digits or faces that does not parse.
    #[error("datasets/{file}, line {line}: {reason}")]
    Recipe {
        /// The recipe file.
        file: &'static str,
        /// Line, from 1.
        line: usize,
        /// What is wrong.
        reason: String,
    },
    /// A data set without an item, or a decomposition that failed.
    #[error("the spectrum of {name} cannot be computed: {reason}")]
    Spectrum {
        /// The data set.
        name: String,
        /// Why not.
        reason: String,
    },
}

impl Error {
    /// The error for a failed system call on `path` after `offset` bytes.
    pub(crate) fn io(path: &Path, offset: u64, error: &io::Error) -> Self {
        let path = path.to_path_buf();
        match error.kind() {
            io::ErrorKind::NotFound => Self::Missing { path },
            io::ErrorKind::PermissionDenied => Self::Denied { path },
            _ => Self::Io {
                path,
                offset,
                reason: error.to_string(),
            },
        }
    }

    /// The error for wrong content of `path` at `offset`.
    pub(crate) fn malformed(path: &Path, offset: u64, reason: impl Into<String>) -> Self {
        Self::Malformed {
            path: path.to_path_buf(),
            offset,
            reason: reason.into(),
        }
    }
}

/// ` (byte 7)`, or nothing for the start of a file.
struct Place(u64);

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 => Ok(()),
            byte => write!(f, " (byte {byte})"),
        }
    }
}

/// Text out of a file as a message may hold it: at most `most` characters, none of which starts a line or rings a bell.
pub(super) fn plain(text: &str, most: usize) -> String {
    let harmless = |c: char| if c.is_control() { '\u{fffd}' } else { c };
    text.chars().take(most).map(harmless).collect()
}

/// What [`Progress`] counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Pictures, samples, lines, values.
    Items,
    /// Bytes of decompressed content.
    Bytes,
}

/// How far a piece of work on data has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// The present activity, e.g. `reading images`.
    pub what: &'static str,
    /// Units done.
    pub done: u64,
    /// Units in all, where known.
    pub total: Option<u64>,
    /// What is counted.
    pub unit: Unit,
}

impl Progress {
    /// The share done in 0..=1, where the total is known.
    pub fn fraction(&self) -> Option<f64> {
        self.total
            .filter(|&total| total > 0)
            .map(|total| (self.done as f64 / total as f64).min(1.0))
    }

    /// Units per second, where what is done took `elapsed`.
    pub fn rate(&self, elapsed: Duration) -> Option<f64> {
        let rate = self.done as f64 / elapsed.as_secs_f64();
        (self.done > 0 && rate.is_finite()).then_some(rate)
    }

    /// The time that is left if the rest goes as fast as what is done took, which was `elapsed`.
    pub fn remaining(&self, elapsed: Duration) -> Option<Duration> {
        let share = self.fraction().filter(|&share| share > 0.0)?;
        Duration::try_from_secs_f64(elapsed.as_secs_f64() * (1.0 / share - 1.0)).ok()
    }
}

impl fmt::Display for Progress {
    /// `decoding pictures: 1,250 of 10,000`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = |value: u64| match self.unit {
            Unit::Items => thousands(value),
            Unit::Bytes => mebibytes(value),
        };
        f.write_str(self.what)?;
        match self.total {
            Some(total) => write!(f, ": {} of {}", count(self.done), count(total)),
            None if self.done > 0 => write!(f, ": {}", count(self.done)),
            None => Ok(()),
        }
    }
}

/// A progress callback: it is called on the caller's thread and returns false to cancel.
pub type OnProgress<'a> = &'a dyn Fn(Progress) -> bool;

/// Tells `progress` how far the work is.
///
/// # Errors
/// [`Error::Cancelled`] if the callback says to stop.
pub(crate) fn report(
    progress: OnProgress<'_>,
    what: &'static str,
    done: usize,
    total: usize,
) -> Result<(), Error> {
    told(progress, what, done, Some(total), Unit::Items)
}

/// As [`report`], for a count of bytes.
///
/// # Errors
/// [`Error::Cancelled`] if the callback says to stop.
pub(crate) fn report_bytes(
    progress: OnProgress<'_>,
    what: &'static str,
    done: usize,
    total: usize,
) -> Result<(), Error> {
    told(progress, what, done, Some(total), Unit::Bytes)
}

/// Tells `progress` of work whose length nobody knows.
///
/// # Errors
/// [`Error::Cancelled`] if the callback says to stop.
pub(crate) fn report_start(progress: OnProgress<'_>, what: &'static str) -> Result<(), Error> {
    told(progress, what, 0, None, Unit::Items)
}

fn told(
    progress: OnProgress<'_>,
    what: &'static str,
    done: usize,
    total: Option<usize>,
    unit: Unit,
) -> Result<(), Error> {
    let go_on = progress(Progress {
        what,
        done: done as u64,
        total: total.map(|t| t as u64),
        unit,
    });
    if go_on { Ok(()) } else { Err(Error::Cancelled) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_out_of_files_stay_on_their_line() {
        assert_eq!(plain("a\nb\u{7}c\u{85}é", 5), "a\u{fffd}b\u{fffd}c");
    }

    #[test]
    fn progress_is_told_in_the_units_that_are_counted() {
        let told = |done, total, unit| {
            Progress {
                what: "reading",
                done,
                total,
                unit,
            }
            .to_string()
        };
        assert_eq!(
            told(1_250, Some(10_000), Unit::Items),
            "reading: 1,250 of 10,000"
        );
        assert_eq!(
            told(3 << 20, Some(363 << 20), Unit::Bytes),
            "reading: 3 MiB of 363 MiB"
        );
        assert_eq!(told(4_096, None, Unit::Items), "reading: 4,096");
        assert_eq!(told(0, None, Unit::Items), "reading");
    }

    #[test]
    fn a_quarter_done_in_two_seconds_leaves_six() {
        let progress = |done, total| Progress {
            what: "",
            done,
            total,
            unit: Unit::Items,
        };
        let two = Duration::from_secs(2);
        assert_eq!(
            progress(25, Some(100)).remaining(two),
            Some(Duration::from_secs(6))
        );
        assert_eq!(progress(25, Some(100)).rate(two), Some(12.5));
        assert_eq!(progress(0, None).rate(two), None);
        assert_eq!(progress(5, None).rate(Duration::ZERO), None);
        for unknown in [
            progress(0, Some(100)),
            progress(5, None),
            progress(5, Some(0)),
        ] {
            assert_eq!(unknown.remaining(two), None);
        }
    }
}
