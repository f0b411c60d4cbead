//! Opening whatever holds arrays.

use std::path::Path;

use crate::data::detect::Kind;
use crate::data::error::Error;
use crate::data::source::Source;
use crate::data::{detect, mat, npy};

use super::entry::Container;
use super::folder::Folder;

/// Whether something of this kind holds arrays.
pub(super) fn is_container(kind: Kind) -> bool {
    match kind {
        Kind::Npy | Kind::Npz | Kind::Mat | Kind::Hdf5 | Kind::Arrays => true,
        Kind::Idx | Kind::Cifar | Kind::Csv | Kind::Picture => false,
    }
}

/// The arrays at `path`: those of a file, or of all such files of a folder.
///
/// # Errors
/// [`Error::Malformed`] and its like for what cannot be read.
pub(super) fn open(path: &Path) -> Result<Box<dyn Container>, Error> {
    if path.is_dir() {
        return Ok(Box::new(Folder::open(path)?));
    }
    file(path)
}

/// The arrays of a file.
pub(super) fn file(path: &Path) -> Result<Box<dyn Container>, Error> {
    let mut start = vec![0; detect::START];
    let held = Source::open(path)?.fill(&mut start)?;
    start.truncate(held);
    Ok(match detect::content(&start) {
        Some(Kind::Npz) => Box::new(npy::Npz::open(path)?),
        Some(Kind::Mat) => Box::new(mat::Mat::open(path)?),
        Some(Kind::Hdf5) => return hdf5(path),
        _ => Box::new(npy::Npy::open(path)?),
    })
}

#[cfg(feature = "hdf5")]
fn hdf5(path: &Path) -> Result<Box<dyn Container>, Error> {
    Ok(Box::new(crate::data::hdf5::Hdf5::open(path)?))
}

#[cfg(not(feature = "hdf5"))]
fn hdf5(path: &Path) -> Result<Box<dyn Container>, Error> {
    Err(crate::data::formats::without_hdf5(path))
}
