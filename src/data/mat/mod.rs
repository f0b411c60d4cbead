//! MATLAB files of version 5 to 7.2: their numeric arrays, those inside structures included.
//!
//! A file is a header of 128 bytes and a row of elements, each a matrix or a compressed matrix; a matrix is a row of
//! elements again: flags, sizes, a name, values. Values are stored in any type that holds them, whatever their class,
//! and the first index moves fastest. Only the starts of the elements are read to list them. Version 7.3 is HDF5.

mod matrix;
mod tag;

use std::io::Read;
use std::path::{Path, PathBuf};

use flate2::read::ZlibDecoder;

use super::arrays::{Container, Entry, Visit};
use super::error::Error;
use super::source::Source;
use matrix::list;
use tag::{COMPRESSED, MATRIX, Reader};

/// Bytes of the header of a file.
const HEADER: u64 = 128;
/// Most elements of a file.
const MAX_ELEMENTS: usize = 4096;

/// Whether content that starts like this is such a file.
pub(super) fn is_mat(start: &[u8]) -> bool {
    // The words that a file of its kind begins with, too, for one that is cut off before its mark.
    start.starts_with(b"MATLAB 5.0 MAT-file")
        || matches!(
            start.get(124..128),
            Some([0, 1, b'I', b'M'] | [1, 0, b'M', b'I'])
        )
}

/// Whether content that starts like this is a file of version 4, which has no mark but only plausible numbers: a type
/// of four digits, two sizes, no imaginary part, the length of a name, and the name.
pub(super) fn is_version_4(start: &[u8]) -> bool {
    let word = |at: usize| {
        let bytes = start.get(at..at + 4)?.try_into().ok()?;
        Some(u32::from_le_bytes(bytes))
    };
    let (Some(kind), Some(rows), Some(columns), Some(imaginary), Some(name)) =
        (word(0), word(4), word(8), word(12), word(16))
    else {
        return false;
    };
    let digits = [kind / 1000, kind / 100 % 10, kind / 10 % 10, kind % 10];
    let plausible = digits[0] <= 1 && digits[1] == 0 && digits[2] <= 5 && digits[3] <= 2;
    let sizes = rows > 0 && columns > 0 && rows < 1 << 28 && columns < 1 << 28 && imaginary <= 1;
    let named = (2..64).contains(&name)
        && start.get(20..20 + name as usize).is_some_and(|n| {
            n.ends_with(&[0])
                && n[0].is_ascii_alphabetic()
                && n[..n.len() - 1]
                    .iter()
                    .all(|b| b.is_ascii_alphanumeric() || *b == b'_')
        });
    plausible && sizes && named
}

/// A MATLAB file.
pub(super) struct Mat {
    path: PathBuf,
    big: bool,
    entries: Vec<Entry>,
    /// Where in the file the element is in which each array lies.
    places: Vec<u64>,
}

impl Mat {
    /// Lists the arrays.
    ///
    /// # Errors
    /// [`Error::Malformed`] for a file that is damaged before its first array.
    pub(super) fn open(path: &Path) -> Result<Self, Error> {
        let mut source = Source::open(path)?;
        let mut header = [0; HEADER as usize];
        if source.fill(&mut header)? < header.len() {
            return Err(Error::malformed(
                path,
                0,
                "the header of the MATLAB file is cut off",
            ));
        }
        let big = header[126] == b'M';
        let mut mat = Self {
            path: path.to_owned(),
            big,
            entries: Vec::new(),
            places: Vec::new(),
        };
        for _ in 0..MAX_ELEMENTS {
            let place = source.offset();
            match mat.element(&mut source, place) {
                Ok(true) => {}
                Ok(false) => break,
                // What stands before the damage is whole.
                Err(Error::Malformed { .. }) if !mat.entries.is_empty() => break,
                Err(error) => return Err(error),
            }
        }
        Ok(mat)
    }

    /// Lists the arrays of the element that comes next; false at the end of the file.
    fn element(&mut self, source: &mut Source<'_>, place: u64) -> Result<bool, Error> {
        let Some(tag) = Reader::new(source, self.big).first_tag()? else {
            return Ok(false);
        };
        let end = source.offset().saturating_add(tag.size);
        if source.stored_payload(0).is_some_and(|held| held < end) {
            let reason = "the MATLAB file is cut off: one of its arrays is longer than the file";
            return Err(Error::malformed(&self.path, place, reason));
        }
        match tag.kind {
            COMPRESSED => {
                let mut packed = unpacked(source, &self.path, tag.size);
                let mut reader = Reader::new(&mut packed, self.big);
                if let Some(inner) = reader.first_tag()?
                    && inner.kind == MATRIX
                {
                    list(&mut reader, inner.size, &mut self.entries)?;
                }
            }
            MATRIX => list(
                &mut Reader::new(source, self.big),
                tag.size,
                &mut self.entries,
            )?,
            _ => {}
        }
        self.places.resize(self.entries.len(), place);
        let left = end.saturating_sub(source.offset());
        source.skip(left)?;
        Ok(true)
    }
}

/// The content of a compressed element of `size` bytes.
fn unpacked<'s>(source: &'s mut Source<'_>, path: &'s Path, size: u64) -> Source<'s> {
    let packed: Box<dyn Read + 's> = Box::new(source.take(size));
    Source::unpacked(path, ZlibDecoder::new(packed), size)
}

impl Container for Mat {
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
        let mut source = Source::open(&self.path)?;
        source.skip(place)?;
        let tag = Reader::new(&mut source, self.big)
            .first_tag()?
            .ok_or_else(gone)?;
        if tag.kind == COMPRESSED {
            let mut packed = unpacked(&mut source, &self.path, tag.size);
            packed.skip(entry.start)?;
            visit(&mut packed, entry)
        } else {
            let to_value = entry.start.saturating_sub(source.offset());
            source.skip(to_value)?;
            visit(&mut source, entry)
        }
    }
}
