//! HDF5 files, and MATLAB's of version 7.3, which are HDF5: their arrays of numbers.
//!
//! Only metadata are read to list them. Values come by rows of the first size, a few megabytes at a time, so that what
//! is held in memory does not depend on what the file promises.

mod kinds;
mod rows;

use std::fs::File as Plain;
use std::io::Read;
use std::path::{Path, PathBuf};

use hdf5_pure::{Dataset, File, Group};

use crate::text::mebibytes;

use super::arrays::{Container, Entry, MAX_ENTRIES, Visit};
use super::error::{Error, plain};
use super::source::Source;
use kinds::{text_or_other, value};
use rows::{MAX_ROW, Rows};

/// How deep groups are followed, and how many of them; links may lead in circles.
const MAX_DEPTH: usize = 8;
const MAX_GROUPS: usize = 1000;
/// Most bytes of one chunk, which is unpacked as a whole.
const MAX_CHUNK: u64 = 256 << 20;

/// An HDF5 file.
pub(super) struct Hdf5 {
    path: PathBuf,
    file: File,
    matlab: bool,
    groups: usize,
    entries: Vec<Entry>,
    /// Where in the file each array is.
    places: Vec<String>,
}

impl Hdf5 {
    /// Lists the arrays.
    ///
    /// # Errors
    /// [`Error::Malformed`] for a file whose structure cannot be read.
    pub(super) fn open(path: &Path) -> Result<Self, Error> {
        let mut start = Vec::new();
        Plain::open(path)
            .and_then(|file| file.take(16).read_to_end(&mut start))
            .map_err(|e| Error::io(path, 0, &e))?;
        let file = File::open_streaming(path).map_err(|e| bad(path, &e))?;
        let root = file.root();
        let mut hdf5 = Self {
            path: path.to_owned(),
            file,
            matlab: start.starts_with(b"MATLAB 7.3"),
            groups: 0,
            entries: Vec::new(),
            places: Vec::new(),
        };
        if let Err(error) = hdf5.list(&root, "", 0)
            && hdf5.entries.is_empty()
        {
            return Err(bad(path, &error));
        }
        Ok(hdf5)
    }

    /// Lists the arrays of a group and of those in it.
    fn list(&mut self, group: &Group, within: &str, depth: usize) -> Result<(), hdf5_pure::Error> {
        self.groups += 1;
        if depth > MAX_DEPTH || self.groups > MAX_GROUPS {
            return Ok(());
        }
        let mut names = group.datasets()?;
        names.sort();
        if let Some(what) = sparse(&names) {
            let name = within.trim_end_matches('/').to_owned();
            self.entries.push(Entry {
                name: plain(&name, 100),
                value: Err(what.into()),
                sizes: Vec::new(),
                fortran: false,
                matlab: self.matlab,
                start: 0,
                ends: false,
            });
            self.places.push(name);
            return Ok(());
        }
        for name in names {
            if self.entries.len() >= MAX_ENTRIES {
                return Ok(());
            }
            let place = format!("{within}{name}");
            if let Some(entry) = group
                .dataset(&name)
                .ok()
                .and_then(|d| self.entry(&d, &place))
            {
                self.entries.push(entry);
                self.places.push(place);
            }
        }
        let mut groups = group.groups()?;
        groups.sort();
        for name in groups {
            // MATLAB keeps what cells and objects point to in groups of these names.
            if name.starts_with('#') {
                continue;
            }
            if let Ok(inner) = group.group(&name) {
                // What cannot be read of it is left.
                let _ = self.list(&inner, &format!("{within}{name}/"), depth + 1);
            }
        }
        Ok(())
    }

    /// What is said of a data set; `None` for what is no array.
    fn entry(&self, dataset: &Dataset, place: &str) -> Option<Entry> {
        let mut sizes = dataset.shape().ok()?;
        let mut value = match dataset.datatype() {
            Ok(kind) => value(&kind),
            Err(_) => Err("its type of values is not known".to_owned()),
        };
        if value.is_ok() {
            if self.matlab
                && let Some(what) = text_or_other(dataset)
            {
                value = Err(what);
            } else if let Some(why) = too_large(dataset, &sizes) {
                value = Err(why);
            }
        }
        if self.matlab {
            // MATLAB counts its sizes the other way round, and has no arrays of one size.
            sizes.reverse();
            if let [1, n] | [n, 1] = sizes[..] {
                sizes = vec![n];
            }
        }
        Some(Entry {
            name: plain(place, 100),
            value,
            fortran: self.matlab && sizes.len() > 1,
            sizes,
            matlab: self.matlab,
            start: 0,
            ends: false,
        })
    }
}

/// Why a data set cannot be read piece by piece.
fn too_large(dataset: &Dataset, sizes: &[u64]) -> Option<String> {
    let width = dataset.element_size().ok()?;
    let of = |sizes: &[u64]| {
        sizes
            .iter()
            .try_fold(width, |bytes, &s| bytes.checked_mul(s))
    };
    let chunk = dataset.chunk_shape().ok().flatten();
    if chunk.is_some_and(|chunk| of(&chunk).is_none_or(|bytes| bytes > MAX_CHUNK)) {
        return Some(format!(
            "it is stored in chunks of more than {}",
            mebibytes(MAX_CHUNK)
        ));
    }
    let row = sizes.get(1..).map_or(Some(0), of);
    row.is_none_or(|bytes| bytes > MAX_ROW)
        .then(|| format!("a row of it has more than {}", mebibytes(MAX_ROW)))
}

/// What a group of these data sets is if it is a sparse matrix.
fn sparse(names: &[String]) -> Option<&'static str> {
    let has = |all: [&str; 3]| all.iter().all(|one| names.iter().any(|n| n == one));
    if has(["data", "indices", "indptr"]) {
        Some(
            "it is a sparse matrix; save it as a dense one: import anndata, numpy; numpy.save(\"x.npy\", \
             anndata.read_h5ad(\"FILE\").X.toarray())",
        )
    } else if has(["data", "ir", "jc"]) {
        Some("it is a sparse matrix; save it as full(a)")
    } else {
        None
    }
}

impl Container for Hdf5 {
    fn path(&self) -> &Path {
        &self.path
    }

    fn entries(&self) -> &[Entry] {
        &self.entries
    }

    fn visit(&self, index: usize, visit: Visit<'_>) -> Result<(), Error> {
        let gone = || Error::malformed(&self.path, 0, "one of its arrays is gone");
        let place = self.places.get(index).ok_or_else(gone)?;
        let entry = self.entries.get(index).ok_or_else(gone)?;
        let dataset = self.file.dataset(place).map_err(|e| bad(&self.path, &e))?;
        // Room for a chunk is made before it is read.
        if let Ok(chunks) = dataset.chunks()
            && chunks
                .iter()
                .any(|c| c.storage_size > self.file.file_size())
        {
            let reason = format!(
                "the HDF5 file is damaged: a part of {} is longer than the file",
                entry.name
            );
            return Err(Error::malformed(&self.path, 0, reason));
        }
        let rows = Rows::of(dataset).map_err(|e| bad(&self.path, &e))?;
        visit(&mut Source::given(&self.path, rows), entry)
    }
}

/// The error for what the reader of HDF5 complains of.
fn bad(path: &Path, error: &hdf5_pure::Error) -> Error {
    let why = plain(&error.to_string(), 200);
    Error::malformed(
        path,
        0,
        format!(
            "the HDF5 file is damaged, or made in a way that is not read ({why}); if Python reads it: import h5py, \
             numpy; numpy.save(\"x.npy\", h5py.File(\"FILE\")[\"NAME\"][:])"
        ),
    )
}
