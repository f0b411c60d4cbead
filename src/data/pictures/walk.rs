//! Finding the pictures below a folder, whatever links, rights and names it holds.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::data::dataset::Skipped;
use crate::data::error::{Error, OnProgress, Progress, Unit};
use crate::data::formats;
use crate::data::source::Source;

use super::foreign::Foreign;

/// Folders within folders that are followed.
const MAX_DEPTH: usize = 32;
/// Files that are listed; CelebA has 202,599.
const MAX_FILES: usize = 4 << 20;
/// Files of other names opened to see whether they are pictures.
const MAX_PEEKS: usize = 4096;
/// Entries of folders between two progress reports.
const REPORT: usize = 4096;
/// What macOS adds to archives beside the files themselves: as many shadows of them, none a picture.
const SHADOWS: &str = "__MACOSX";
/// Entries looked at to find out whether there is a picture at all.
const MAX_SEARCHED: usize = 1 << 18;

/// The pictures below a folder.
#[derive(Debug, Default)]
pub(super) struct Walk {
    /// Files with a picture's name, and others with a picture's content, sorted.
    pub(super) paths: Vec<PathBuf>,
    /// Folders that could not be listed.
    pub(super) skipped: Skipped,
    /// Pictures of kinds that cannot be read.
    pub(super) foreign: Foreign,
    /// Folders seen, by what they really are, so that links cannot lead in circles.
    seen: HashSet<PathBuf>,
    peeks: usize,
    /// Entries looked at, and the most of them.
    visited: usize,
    patience: usize,
    /// Most pictures.
    most: usize,
}

/// Lists the pictures below `folder`.
///
/// # Errors
/// The system's error if `folder` itself cannot be listed; [`Error::TooLarge`] for millions of files;
/// [`Error::Cancelled`].
pub(super) fn walk(folder: &Path, progress: OnProgress<'_>) -> Result<Walk, Error> {
    fs::read_dir(folder).map_err(|e| Error::io(folder, 0, &e))?;
    let mut walk = Walk {
        patience: usize::MAX,
        most: MAX_FILES,
        ..Walk::default()
    };
    walk.enter(folder, 0, progress)?;
    if walk.paths.len() >= MAX_FILES {
        return Err(Error::Folder {
            path: folder.into(),
            reason: format!("it holds more than {MAX_FILES} pictures"),
        });
    }
    walk.paths.sort();
    Ok(walk)
}

/// Whether there is a picture in `folder` or below, of a kind that can be read or not, as far as a short search tells.
pub(super) fn any(folder: &Path) -> bool {
    let mut walk = Walk {
        patience: MAX_SEARCHED,
        most: 1,
        ..Walk::default()
    };
    walk.enter(folder, 0, &|_| true).is_ok() && (!walk.paths.is_empty() || walk.foreign.count() > 0)
}

impl Walk {
    fn enter(
        &mut self,
        folder: &Path,
        depth: usize,
        progress: OnProgress<'_>,
    ) -> Result<(), Error> {
        let entries = match folder.canonicalize().and_then(|own| {
            let entries = fs::read_dir(folder)?;
            Ok((own, entries))
        }) {
            Ok((own, _)) if !self.seen.insert(own.clone()) => return Ok(()),
            Ok((_, entries)) => entries,
            Err(error) => {
                let error = Error::io(folder, 0, &error);
                self.skipped.add(folder.into(), reason_of(&error));
                return Ok(());
            }
        };
        // Files first, so that a question for any picture need not go deep.
        let mut below = Vec::new();
        for entry in entries.filter_map(Result::ok) {
            if self.paths.len() >= self.most || self.visited >= self.patience {
                return Ok(());
            }
            self.report(progress)?;
            let path = entry.path();
            let name = entry.file_name();
            let hidden = name.as_encoded_bytes().starts_with(b".") || name == SHADOWS;
            let Ok(kind) = entry.file_type() else {
                continue;
            };
            // Only a link needs another look.
            let (is_folder, is_file) = if kind.is_symlink() {
                fs::metadata(&path).map_or((false, false), |m| (m.is_dir(), m.is_file()))
            } else {
                (kind.is_dir(), kind.is_file())
            };
            if is_folder && !hidden {
                below.push(path);
            } else if is_file && !hidden && self.is_picture(&path) {
                self.paths.push(path);
            }
        }
        if depth < MAX_DEPTH {
            below.sort();
            for folder in below {
                self.enter(&folder, depth + 1, progress)?;
            }
        }
        Ok(())
    }

    /// Counts an entry, and now and then says how many pictures were found.
    fn report(&mut self, progress: OnProgress<'_>) -> Result<(), Error> {
        self.visited += 1;
        let now = Progress {
            what: "listing pictures",
            done: self.paths.len() as u64,
            total: None,
            unit: Unit::Items,
        };
        if self.visited.is_multiple_of(REPORT) && !progress(now) {
            return Err(Error::Cancelled);
        }
        Ok(())
    }

    fn is_picture(&mut self, path: &Path) -> bool {
        if has_picture_name(path) {
            return true;
        }
        if self.foreign.count_in(path) {
            return false;
        }
        if self.peeks >= MAX_PEEKS {
            return false;
        }
        self.peeks += 1;
        let mut start = [0; 64];
        let read = Source::open(path).and_then(|mut source| {
            // A compressed file is no picture, whatever is in it.
            if source.is_compressed() {
                Ok(0)
            } else {
                source.fill(&mut start)
            }
        });
        read.is_ok_and(|held| formats::is_picture(&start[..held]))
    }
}

/// The reason of an error without the path, which stands beside it.
fn reason_of(error: &Error) -> String {
    match error {
        Error::Denied { .. } => "permission to read it is denied".into(),
        Error::Missing { .. } => "there is no such file or folder".into(),
        Error::Io { reason, .. } => reason.clone(),
        other => other.to_string(),
    }
}

/// Endings of pictures that can be read.
const ENDINGS: [&str; 19] = [
    "png", "apng", "jpg", "jpeg", "jpe", "jfif", "jif", "pjpeg", "bmp", "dib", "gif", "webp",
    "tif", "tiff", "pnm", "pbm", "pgm", "ppm", "pam",
];

/// Whether the name ends as those of pictures do.
pub(in crate::data) fn has_picture_name(path: &Path) -> bool {
    let ending = path.extension().map(|e| e.to_string_lossy().to_lowercase());
    ending.is_some_and(|ending| ENDINGS.contains(&ending.as_str()))
}
