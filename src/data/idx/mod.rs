//! stub
use super::dataset::Dataset;
use super::error::{Error, OnProgress};
use crate::config::Split;
use std::path::Path;
/// Loads.
/// # Errors
/// Always, for now.
pub fn load(
    path: &Path,
    _split: Split,
    _limit: Option<usize>,
    _progress: OnProgress<'_>,
) -> Result<Dataset, Error> {
    Err(Error::Missing { path: path.into() })
}
