//! What a request for data will give, before anything long starts.

use std::time::Duration;

use super::dataset::Dataset;

/// The first items of a request, and how much the rest is.
#[derive(Debug, Clone, PartialEq)]
pub struct Preview {
    /// The first items (eight at most) as they will be: size, colour, labels, classes and name included.
    pub first: Dataset,
    /// Items there will be; pictures that turn out damaged reduce it.
    pub count: u64,
    /// Bytes of their values.
    pub bytes: u64,
    /// Whether the values will stay on disk rather than take so much memory.
    pub on_disk: bool,
    /// Names of labels that can be asked for in place of these, if there are several kinds.
    pub labels: Vec<String>,
    /// Names of the arrays of items that could be asked for, if the file holds several.
    pub arrays: Vec<String>,
    /// For files of pictures, the time that decoding them all should take, going by the first ones; zero if they
    /// were decoded before and are kept. `None` for data that are only read or made.
    pub decoding: Option<Duration>,
}
