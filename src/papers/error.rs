//! Why a paper's experiment could not be made.

use std::path::PathBuf;

/// What ended an experiment before its end.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is none of this name.
    #[error("there is no experiment '{0}'; 'paper list' names them")]
    Unknown(String),
    /// Its owner asked it to stop; what was trained is kept.
    #[error("the experiment was stopped")]
    Stopped,
    /// Its data are not there.
    #[error("{0}")]
    NoData(String),
    /// Data could not be read.
    #[error(transparent)]
    Data(#[from] crate::data::Error),
    /// A closed form has no answer.
    #[error(transparent)]
    Theory(#[from] crate::theory::Error),
    /// A setting is out of range.
    #[error(transparent)]
    Config(#[from] crate::config::ConfigError),
    /// A run failed.
    #[error(transparent)]
    Train(#[from] crate::train::TrainError),
    /// A sweep or diagnosis failed.
    #[error(transparent)]
    Lab(#[from] crate::lab::Error),
    /// A figure could not be written.
    #[error(transparent)]
    Figure(#[from] crate::plot::Error),
    /// A report or a kept result could not be written.
    #[error("cannot write '{}': {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
}

impl From<crate::compute::Error> for Error {
    fn from(error: crate::compute::Error) -> Self {
        Self::Train(error.into())
    }
}
