//! What a file or folder is, told by content: names only break ties.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::error::Error;
use super::source::Source;
use super::{cifar, formats, idx, mat, pictures, table};

/// Bytes looked at.
pub(super) const START: usize = 4096;
/// Bytes looked at where they may be a table's header, which is long if there are many columns.
const LONG_START: usize = 4 << 20;
/// Entries of a folder looked at, and files opened to see what they are.
const MAX_ENTRIES: usize = 100_000;
const MAX_PEEKS: usize = 256;

/// A format of this version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// IDX images or labels.
    Idx,
    /// CIFAR-10 or CIFAR-100 records.
    Cifar,
    /// One NumPy array.
    Npy,
    /// A zip archive, to be looked into for NumPy arrays.
    Npz,
    /// A MATLAB file of version 5 to 7.2.
    Mat,
    /// An HDF5 file, such as MATLAB's of version 7.3.
    Hdf5,
    /// Several files of arrays in a folder.
    Arrays,
    /// A table of numbers as text.
    Csv,
    /// One picture; in a folder, a folder of them.
    Picture,
}

/// What the file at `path` is; `None` for what is not known or cannot be opened.
pub(super) fn file(path: &Path) -> Option<Kind> {
    let mut source = Source::open(path).ok()?;
    let mut start = vec![0; START];
    let held = source.fill(&mut start).ok()?;
    start.truncate(held);
    let mut kind = content(&start);
    if kind.is_none() && held == START && table::may_be_header(&start) {
        start.resize(LONG_START, 0);
        let more = source.fill(&mut start[START..]).ok()?;
        start.truncate(START + more);
        kind = content(&start);
    }
    kind.or_else(|| cifar::is_cifar(path).then_some(Kind::Cifar))
}

/// What content that starts like this is, apart from CIFAR, which has no mark.
pub(super) fn content(start: &[u8]) -> Option<Kind> {
    if start.starts_with(b"\x93NUMPY") {
        Some(Kind::Npy)
    } else if start.starts_with(b"PK\x03\x04") || start.starts_with(b"PK\x05\x06") {
        Some(Kind::Npz)
    } else if mat::is_mat(start) {
        Some(Kind::Mat)
    } else if is_hdf5(start) {
        Some(Kind::Hdf5)
    } else if matches!(start, [0, 0, 0x08..=0x0e, 1..=4, ..]) {
        Some(Kind::Idx)
    } else if formats::is_picture(start) {
        Some(Kind::Picture)
    } else if table::is_table(start) {
        Some(Kind::Csv)
    } else {
        None
    }
}

/// Whether content that starts like this is HDF5, whose mark may stand behind a part for others.
fn is_hdf5(start: &[u8]) -> bool {
    [0, 512, 1024, 2048].iter().any(|&at| {
        start
            .get(at..)
            .is_some_and(|rest| rest.starts_with(b"\x89HDF\r\n\x1a\n"))
    })
}

/// What a folder is, and the file in it that holds everything, if one does. A folder in which nothing is found is
/// left to the reader of IDX, whose error says what the folder holds.
///
/// # Errors
/// [`Error::Folder`] if it holds several arrays; [`Error::Denied`] and its like if it cannot be listed.
pub(super) fn folder(path: &Path) -> Result<(Kind, PathBuf), Error> {
    let whole = |kind| Ok((kind, path.to_path_buf()));
    if pictures::is_celeba(path) {
        return whole(Kind::Picture);
    }
    let mut found: BTreeMap<Kind, Vec<PathBuf>> = BTreeMap::new();
    let mut peeks = 0;
    let entries = fs::read_dir(path).map_err(|e| Error::io(path, 0, &e))?;
    for entry in entries.take(MAX_ENTRIES).filter_map(Result::ok) {
        let entry = entry.path();
        let hidden = entry
            .file_name()
            .is_some_and(|n| n.as_encoded_bytes().starts_with(b"."));
        if hidden || peeks >= MAX_PEEKS || pictures::has_picture_name(&entry) || !entry.is_file() {
            continue;
        }
        peeks += 1;
        if let Some(kind) = file(&entry) {
            found.entry(kind).or_default().push(entry);
        }
    }
    if found.contains_key(&Kind::Idx) || idx::promises_sets(path) {
        return whole(Kind::Idx);
    }
    if found.contains_key(&Kind::Cifar) {
        return whole(Kind::Cifar);
    }
    if pictures::holds_pictures(path) {
        return whole(Kind::Picture);
    }
    let tables = found.contains_key(&Kind::Csv);
    let arrays = [Kind::Npz, Kind::Npy, Kind::Mat, Kind::Hdf5, Kind::Csv];
    let mut arrays: Vec<(Kind, &PathBuf)> = arrays
        .iter()
        .flat_map(|kind| found.get(kind).into_iter().flatten().map(|p| (*kind, p)))
        .collect();
    arrays.sort_by_key(|(_, path)| *path);
    match arrays[..] {
        [] => match formats::folder(path) {
            Some(error) => Err(error),
            None => whole(Kind::Idx),
        },
        [(kind, file)] => Ok((kind, file.clone())),
        _ if !tables => whole(Kind::Arrays),
        _ => {
            let name = |p: &PathBuf| {
                p.file_name()
                    .map_or_else(String::new, |n| n.to_string_lossy().into_owned())
            };
            let names: Vec<String> = arrays.iter().take(4).map(|(_, p)| name(p)).collect();
            Err(Error::Folder {
                path: path.into(),
                reason: format!(
                    "the folder holds {} arrays or tables ({}); name one of the files",
                    arrays.len(),
                    names.join(", ")
                ),
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_decides() {
        for (start, kind) in [
            (&b"\x93NUMPY\x01\x00"[..], Some(Kind::Npy)),
            (b"PK\x03\x04\x14\x00", Some(Kind::Npz)),
            (&[0, 0, 8, 3, 0, 0], Some(Kind::Idx)),
            (&[0, 0, 13, 2], Some(Kind::Idx)),
            (b"\x89PNG\r\n\x1a\n", Some(Kind::Picture)),
            (b"\x89HDF\r\n\x1a\n\0", Some(Kind::Hdf5)),
            (b"RIFF\x00\x00\x00\x00WEBPVP8 ", Some(Kind::Picture)),
            (b"label,p0,p1\n1,2,3\n", Some(Kind::Csv)),
            (b"RIFF\x00\x00\x00\x00WAVE", None),
            (b"hello, world\n", None),
            (b"", None),
        ] {
            assert_eq!(content(start), kind, "{start:?}");
        }
    }
}
