//! Why an experiment could not be made.

use std::path::PathBuf;

use crate::config::ConfigError;
use crate::train::TrainError;

/// What ended an experiment before its end.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Its owner asked it to stop; what was done is kept.
    #[error("the experiment was stopped")]
    Stopped,
    /// What was asked for does not make sense.
    #[error("{0}")]
    Request(String),
    /// A setting is out of range.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A run could not start or go on.
    #[error("{run}: {source}")]
    Run {
        /// Which of the experiment's runs, in its settings.
        run: String,
        /// Why.
        source: TrainError,
    },
    /// A results file cannot be read or written.
    #[error("cannot {action} '{}': {source}", path.display())]
    File {
        /// `read` or `write`.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// A line of a results file is not what it should be.
    #[error("'{}', line {line}: {reason}", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        reason: String,
    },
}
