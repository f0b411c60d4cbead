//! Why a command ended early, and with which exit code.

use std::path::PathBuf;

use crate::config::{ConfigError, NotPositive};
use crate::train::TrainError;

/// What ended a command.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A value on the command line is out of range.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The command line does not make sense.
    #[error("{0}")]
    Usage(String),
    /// The data cannot be had.
    #[error(transparent)]
    Data(#[from] crate::data::Error),
    /// Theory has no answer for these numbers.
    #[error(transparent)]
    Theory(#[from] crate::theory::Error),
    /// An experiment failed.
    #[error(transparent)]
    Lab(#[from] crate::lab::Error),
    /// A paper's experiment failed.
    #[error(transparent)]
    Paper(#[from] crate::papers::Error),
    /// Training failed.
    #[error(transparent)]
    Train(#[from] TrainError),
    /// The device failed.
    #[error(transparent)]
    Compute(#[from] crate::compute::Error),
    /// A figure could not be written.
    #[error(transparent)]
    Figure(#[from] crate::plot::Error),
    /// A loss could not be translated.
    #[error("{name}: {reason}")]
    Convention {
        /// The file.
        name: String,
        /// Why.
        reason: crate::convention::Error,
    },
    /// A file of code could not be read.
    #[error("{name} could not be read")]
    Read {
        /// The file, or standard input.
        name: String,
        /// The system's reason.
        source: std::io::Error,
    },
    /// A file of code is no text.
    #[error("{name} is not UTF-8 text (byte {byte}); save it as UTF-8")]
    NotText {
        /// The file, or standard input.
        name: String,
        /// The first byte that is none.
        byte: usize,
    },
    /// A file of code is larger than any code.
    #[error("{name} has more than {limit} bytes; give the part of it that makes the loss")]
    TooLong {
        /// The file, or standard input.
        name: String,
        /// The most bytes that are read.
        limit: u64,
    },
    /// A file of code without a loss.
    #[error(
        "no loss was found in {0}: neither a reconstruction error nor a KL term was recognised"
    )]
    NoLoss(String),
    /// A file could not be written.
    #[error("{} could not be written", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// The result could not be printed.
    #[error("the result could not be printed")]
    Print(#[source] std::io::Error),
}

impl Error {
    /// 2 for wrong usage, 1 for everything else.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Config(_)
            | Self::Usage(_)
            | Self::Paper(crate::papers::Error::Unknown(_))
            | Self::Lab(crate::lab::Error::Config(_))
            | Self::Train(TrainError::Config(_) | TrainError::Model(_)) => 2,
            _ => 1,
        }
    }
}

impl From<NotPositive> for Error {
    fn from(error: NotPositive) -> Self {
        Self::Config(error.into())
    }
}
