//! NumPy arrays: one in a `.npy` file, several in a `.npz` archive.
//!
//! An array of bytes is pictures or vectors of bytes; one of truth values is black and white, 0 and 255; one of floats
//! of 16, 32 or 64 bits is real values. Sizes are N × d, N × H × W or N × H × W × C, in C or Fortran order. An archive
//! may hold training and test arrays (`x_train`, `test_images`, …) and labels: integers, floats that are whole numbers
//! or one-hot rows, one for each item.

mod array;
mod header;
mod labels;
mod names;
mod npz;
mod order;
mod values;

use std::path::Path;

use super::dataset::Dataset;
use super::error::{Error, OnProgress};
use super::idx::RESIDENT_BYTES;
use super::load::{Loaded, name_of};
use super::source::Source;
use header::Header;

pub(super) use npz::load as load_npz;

/// Loads one array; integers beside bytes are refused, and so are values that are not finite.
///
/// # Errors
/// [`Error::Malformed`], [`Error::TooLarge`], [`Error::Cancelled`].
pub(super) fn load(
    path: &Path,
    limit: Option<usize>,
    progress: OnProgress<'_>,
) -> Result<Loaded, Error> {
    let mut source = Source::open(path)?;
    let header = Header::read(&mut source)?;
    let items = array::read_items(&mut source, &header, limit, RESIDENT_BYTES, progress)?;
    Ok(Loaded {
        data: Dataset {
            name: name_of(path),
            shape: items.shape,
            pixels: items.pixels,
            ..Dataset::default()
        },
        total: Some(items.total),
        labels: Vec::new(),
        arrays: Vec::new(),
    })
}
