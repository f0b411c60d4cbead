//! NumPy arrays: one in a `.npy` file, several in a `.npz` archive.

mod header;
mod npz;

use std::path::{Path, PathBuf};

use super::arrays::{Container, Entry, Visit};
use super::error::Error;
use super::load::name_of;
use super::source::Source;
use header::Header;

pub(super) use npz::Npz;

/// A `.npy` file.
pub(super) struct Npy {
    path: PathBuf,
    entry: Entry,
}

impl Npy {
    /// Reads the header.
    ///
    /// # Errors
    /// [`Error::Malformed`].
    pub(super) fn open(path: &Path) -> Result<Self, Error> {
        let header = Header::read(&mut Source::open(path)?)?;
        Ok(Self {
            entry: header.entry(&name_of(path)),
            path: path.to_owned(),
        })
    }
}

impl Container for Npy {
    fn path(&self) -> &Path {
        &self.path
    }

    fn entries(&self) -> &[Entry] {
        std::slice::from_ref(&self.entry)
    }

    fn visit(&self, _: usize, visit: Visit<'_>) -> Result<(), Error> {
        let mut source = Source::open(&self.path)?;
        Header::read(&mut source)?;
        visit(&mut source, &self.entry)
    }
}
