//! What a file or folder is, told by content: names only break ties.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::error::Error;
use super::source::Source;
use super::{cifar, formats, idx, pictures, table};

/// Bytes looked at.
const START: usize = 4096;
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
    let arrays = [Kind::Npz, Kind::Npy, Kind::Csv];
    let mut arrays: Vec<(Kind, &PathBuf)> = arrays
        .iter()
        .flat_map(|kind| found.get(kind).into_iter().flatten().map(|p| (*kind, p)))
        .collect();
    arrays.sort_by_key(|(_, path)| *path);
    match arrays[..] {
        [] => whole(Kind::Idx),
        [(kind, file)] => Ok((kind, file.clone())),
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
