//! From a request for data to a data set in memory.

use crate::config::{DataConfig, DataSource};

use super::dataset::Dataset;
use super::error::{Error, OnProgress};
use super::{digits, gaussian, idx, images};

/// Loads or makes the data set that `config` asks for; `config.limit` takes its first items.
///
/// `seed` fixes generated data (digits, Gaussian) and is not used for data on disk. `progress`
/// is called on this thread with the activity and how far it is; it returns false to cancel.
///
/// # Errors
/// [`Error::Cancelled`] after `progress` returned false; any other [`Error`] as it names itself.
pub fn load(config: &DataConfig, seed: u32, progress: OnProgress<'_>) -> Result<Dataset, Error> {
    match &config.source {
        DataSource::Digits => {
            let count = config.limit.unwrap_or(digits::DEFAULT_COUNT);
            digits::generate(count, config.split, seed, progress)
        }
        DataSource::Gaussian(spectrum) => {
            gaussian::generate(spectrum, config.limit, config.split, seed, progress)
        }
        DataSource::Path(path) => {
            match idx::load(path, config.split, config.limit, progress) {
                // A folder without image sets may be one of pictures.
                Err(Error::Folder { .. } | Error::Unsupported { .. })
                    if path.is_dir()
                        && !idx::promises_sets(path)
                        && images::holds_pictures(path) =>
                {
                    images::load(path, config.limit, progress)
                }
                outcome => outcome,
            }
        }
    }
}
