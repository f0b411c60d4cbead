//! `.npz` archives of NumPy arrays.

use std::cell::RefCell;
use std::fs::File;
use std::io::{BufReader, Read, Seek};
use std::path::{Path, PathBuf};

use zip::result::ZipError;
use zip::{CompressionMethod, ZipArchive};

use crate::data::arrays::{Container, Entry, Visit};
use crate::data::error::{Error, plain};
use crate::data::formats;
use crate::data::source::Source;

use super::header::Header;

/// Most files of an archive that are looked at.
const MAX_MEMBERS: usize = 512;

/// An archive and its arrays.
pub(in crate::data) struct Npz {
    path: PathBuf,
    archive: RefCell<ZipArchive<BufReader<File>>>,
    entries: Vec<Entry>,
    /// The number in the archive of each array.
    places: Vec<usize>,
}

impl Npz {
    /// Lists the arrays whose headers can be read.
    ///
    /// # Errors
    /// [`Error::Malformed`] for an archive that holds none, which says what it holds instead.
    pub(in crate::data) fn open(path: &Path) -> Result<Self, Error> {
        let file = File::open(path).map_err(|e| Error::io(path, 0, &e))?;
        let mut archive = ZipArchive::new(BufReader::new(file)).map_err(|e| broken(path, &e))?;
        let (mut entries, mut places) = (Vec::new(), Vec::new());
        let mut first_failure = None;
        for index in 0..archive.len().min(MAX_MEMBERS) {
            let name = archive
                .name_for_index(index)
                .and_then(Result::ok)
                .map_or_else(String::new, |name| {
                    plain(name.trim_end_matches(".npy"), 100)
                });
            let header = with_member(&mut archive, path, index, |source| Header::read(source));
            match header {
                Ok(header) => {
                    entries.push(header.entry(&name));
                    places.push(index);
                }
                Err(error) => first_failure = first_failure.or(Some(error)),
            }
        }
        if entries.is_empty() {
            let names = archive.file_names().filter_map(Result::ok);
            let names: Vec<String> = names.map(|name| plain(&name, 100)).collect();
            return Err(match first_failure {
                Some(error) if names.iter().any(is_called_array) => error,
                _ => Error::malformed(path, 0, formats::archive(&names)),
            });
        }
        Ok(Self {
            path: path.to_owned(),
            archive: RefCell::new(archive),
            entries,
            places,
        })
    }
}

impl Container for Npz {
    fn path(&self) -> &Path {
        &self.path
    }

    fn entries(&self) -> &[Entry] {
        &self.entries
    }

    fn visit(&self, index: usize, visit: Visit<'_>) -> Result<(), Error> {
        let gone = || Error::malformed(&self.path, 0, "one of its arrays is gone");
        let place = *self.places.get(index).ok_or_else(gone)?;
        let entry = self.entries.get(index).ok_or_else(gone)?;
        let mut archive = self.archive.borrow_mut();
        with_member(&mut archive, &self.path, place, |source| {
            Header::read(source)?;
            visit(source, entry)
        })
    }
}

fn is_called_array(name: &String) -> bool {
    let ending = Path::new(name).extension();
    ending.is_some_and(|ending| ending.eq_ignore_ascii_case("npy"))
}

/// Gives the unpacked content of one member to `f`.
fn with_member<R: Read + Seek, T>(
    archive: &mut ZipArchive<R>,
    path: &Path,
    index: usize,
    f: impl FnOnce(&mut Source<'_>) -> Result<T, Error>,
) -> Result<T, Error> {
    let member = archive.by_index(index).map_err(|e| broken(path, &e))?;
    let method = member.compression();
    if !matches!(
        method,
        CompressionMethod::Stored | CompressionMethod::Deflated
    ) {
        let reason = format!(
            "its content is compressed with a method that is not supported ({method}); save the arrays with \
             numpy.savez or numpy.savez_compressed"
        );
        return Err(Error::malformed(path, 0, reason));
    }
    let packed = member.compressed_size();
    // What is stored uncompressed is as long as it says; bounds for compressed data hold for it too.
    f(&mut Source::unpacked(path, member, packed))
}

fn broken(path: &Path, error: &ZipError) -> Error {
    match error {
        ZipError::Io(e) if e.kind() != std::io::ErrorKind::UnexpectedEof => Error::io(path, 0, e),
        ZipError::FileNotFound => Error::malformed(path, 0, "the archive lacks one of its arrays"),
        ZipError::UnsupportedArchive(what) => Error::malformed(
            path,
            0,
            format!(
                "the zip archive cannot be read: {what} (arrays must be stored or deflated, unencrypted)"
            ),
        ),
        _ => Error::malformed(path, 0, "the zip archive is damaged or cut off"),
    }
}
