//! Decoded pictures kept on disk, so that a folder opens at once the second time, and a large one need not fit into
//! memory.
//!
//! An entry is one file, named by a hash of what it was made from (`key`): the folder, what the system tells of each
//! picture, and the options. It is written beside its place and renamed, so a reader in this or another process sees all of it
//! or nothing; its header holds lengths and checksums, and an entry that does not match them is made anew. When all
//! entries together, and what processes are writing, grow beyond a limit, those not used for longest go.
//!
//! A data set with pictures that the system could not read is not kept: unlike damaged content, that may pass without
//! a trace on the file.

mod entry;
mod key;
mod unfinished;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use crate::text::thousands;

use super::dataset::{ImageShape, Pixels};
use super::error::Error;
use super::limits::RESIDENT_PICTURES;

pub(super) use entry::Writer;
pub(super) use key::Key;

/// Bytes of all entries together, unless asked otherwise.
pub const MOST_BYTES: u64 = 8 << 30;
/// 16-bit levels written at a time.
const FLOATS: usize = 1 << 18;
/// Ending of entries.
const ENTRY: &str = "pixels";

/// Where decoded pictures are kept, and how many bytes of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Store {
    folder: Option<PathBuf>,
    most: u64,
    resident: u64,
}

/// What is kept of a folder of pictures.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Kept {
    pub(super) shape: ImageShape,
    pub(super) pixels: Pixels,
    /// Numbers of the pictures that could not be read, ascending.
    pub(super) damaged: Vec<u32>,
    /// The reasons of the first of them.
    pub(super) reasons: Vec<(u32, String)>,
    /// What was noticed of the others.
    pub(super) marks: Marks,
}

/// Pictures of which only a part is used, counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Marks {
    /// Transparent in places, and laid on white.
    pub(super) transparent: u64,
    /// Of several pages, of which the first is used.
    pub(super) pages: u64,
    /// Of 16-bit levels.
    pub(super) deep: u64,
    /// Of 8-bit levels.
    pub(super) shallow: u64,
    /// The largest 16-bit level before any was resampled.
    pub(super) most: u16,
}

impl Marks {
    /// Counts those of another set as well.
    pub(super) fn add(&mut self, other: Self) {
        self.transparent += other.transparent;
        self.pages += other.pages;
        self.deep += other.deep;
        self.shallow += other.shallow;
        self.most = self.most.max(other.most);
    }

    /// A sentence on each kind of which there are some.
    pub(super) fn remarks(self) -> impl Iterator<Item = String> {
        self.sentences(|count, what| match count {
            1 => format!("1 picture is {what}"),
            _ => format!("{} pictures are {what}", thousands(count)),
        })
    }

    /// As [`Self::remarks`], of a few of the pictures.
    pub(super) fn preview(self) -> impl Iterator<Item = String> {
        self.sentences(|_, what| format!("some pictures are {what}"))
    }

    fn sentences(self, say: impl Fn(u64, &str) -> String) -> impl Iterator<Item = String> {
        let kinds = [
            (
                self.transparent,
                "transparent in places and laid on white, as most programs show them",
            ),
            (self.pages, "of several pages, of which the first is used"),
            (
                if self.deep > 0 { self.shallow } else { 0 },
                "of 8 bits beside others of 16, and widened so that white is 65,535 in all of them",
            ),
        ];
        kinds
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(move |(count, what)| say(count, what))
    }
}

impl Store {
    /// The folder named by `COLLAPSE_CACHE` (empty for none at all), else one in the user's folder for caches.
    pub fn platform() -> Self {
        let folder = match std::env::var_os("COLLAPSE_CACHE") {
            Some(empty) if empty.is_empty() => None,
            Some(folder) => Some(PathBuf::from(folder)),
            None => user_caches().map(|caches| caches.join("collapse-explorer")),
        };
        Self {
            folder,
            ..Self::off()
        }
    }

    /// A store in this folder, which is made when something is kept.
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: Some(folder.into()),
            ..Self::off()
        }
    }

    /// Nothing is kept.
    pub fn off() -> Self {
        Self {
            folder: None,
            most: MOST_BYTES,
            resident: RESIDENT_PICTURES,
        }
    }

    /// As this one, with at most `most` bytes of entries; the newest entry is kept however large it is.
    #[must_use]
    pub fn with_most(self, most: u64) -> Self {
        Self { most, ..self }
    }

    /// As this one; more than `resident` bytes of pixels stay on disk.
    #[must_use]
    pub fn with_resident(self, resident: u64) -> Self {
        Self { resident, ..self }
    }

    /// The folder, if anything is kept.
    pub fn folder(&self) -> Option<&Path> {
        self.folder.as_deref()
    }

    /// Whether so many bytes of pixels will stay on disk.
    pub fn keeps_on_disk(&self, bytes: u64) -> bool {
        self.folder.is_some() && bytes > self.resident
    }

    fn path(&self, key: &Key) -> Option<PathBuf> {
        let folder = self.folder.as_ref()?;
        Some(folder.join(format!("{}.{ENTRY}", key.name())))
    }

    /// Whether something is kept under `key`, be it whole or not.
    pub(super) fn holds(&self, key: &Key) -> bool {
        self.path(key).is_some_and(|path| path.is_file())
    }

    /// What is kept under `key`, if it is there and whole; a damaged entry is removed, as is what dead processes left.
    pub(super) fn open(&self, key: &Key) -> Option<Kept> {
        let path = self.path(key)?;
        if let Some(folder) = path.parent() {
            unfinished::sweep(folder);
        }
        match entry::read(&path, key, self.resident) {
            Ok(kept) => {
                // Being used makes it young. Where the system refuses, it is merely forgotten earlier.
                if let Ok(file) = File::options().append(true).open(&path) {
                    let _ = file.set_modified(SystemTime::now());
                }
                Some(kept)
            }
            Err(entry::Unusable::Absent) => None,
            Err(entry::Unusable::Damaged) => {
                tracing::warn!("{}: damaged, made anew", path.display());
                let _ = fs::remove_file(&path);
                None
            }
        }
    }

    /// Keeps what was decoded into memory.
    ///
    /// # Errors
    /// [`Error::Io`] and its like; the caller can do without.
    pub(super) fn keep(&self, key: &Key, kept: &Kept) -> Result<(), Error> {
        if self.folder.is_none() {
            return Ok(());
        }
        let mut writer = self.writer(key)?;
        match &kept.pixels {
            Pixels::Bytes(bytes) => writer.add(bytes)?,
            Pixels::Floats(levels) => {
                for part in levels.chunks(FLOATS) {
                    let bytes: Vec<u8> = part.iter().flat_map(|v| v.to_le_bytes()).collect();
                    writer.add(&bytes)?;
                }
            }
            Pixels::Stored(_) => return Ok(()),
        }
        writer.finish(
            kept.shape,
            kept.damaged.clone(),
            kept.reasons.clone(),
            kept.marks,
            true,
        )?;
        Ok(())
    }

    /// A new entry, to be filled while pictures are decoded.
    ///
    /// # Errors
    /// [`Error::Io`] and its like if the folder cannot be written to.
    pub(super) fn writer(&self, key: &Key) -> Result<Writer, Error> {
        let Some(path) = self.path(key) else {
            return Err(Error::Missing {
                path: PathBuf::from("COLLAPSE_CACHE"),
            });
        };
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(|e| Error::io(folder, 0, &e))?;
        }
        Writer::new(path, key, self.clone())
    }

    /// Removes what dead processes left, and what was not used for longest until the rest fits; never `newest`.
    fn evict(&self, newest: &Path) {
        let Some(folder) = &self.folder else {
            return;
        };
        let mut sum = unfinished::sweep(folder);
        let Ok(entries) = fs::read_dir(folder) else {
            return;
        };
        let now = SystemTime::now();
        let mut old = Vec::new();
        for entry in entries.filter_map(Result::ok) {
            let path = entry.path();
            if path.extension().is_none_or(|e| e != ENTRY) {
                continue;
            }
            let Ok(metadata) = entry.metadata() else {
                continue;
            };
            sum += metadata.len();
            if path != newest {
                let used = metadata.modified().unwrap_or(now);
                old.push((used, metadata.len(), path));
            }
        }
        old.sort();
        for (_, length, path) in old {
            if sum <= self.most {
                break;
            }
            // One that cannot be removed (another process reads it, on some systems) stays for the next time.
            if fs::remove_file(&path).is_ok() {
                sum -= length;
            }
        }
    }
}

/// The user's folder for what can be made again.
fn user_caches() -> Option<PathBuf> {
    let variable = |name: &str| {
        let value = std::env::var_os(name).filter(|v| !v.is_empty())?;
        Some(PathBuf::from(value))
    };
    if cfg!(windows) {
        variable("LOCALAPPDATA")
    } else if cfg!(target_os = "macos") {
        Some(variable("HOME")?.join("Library/Caches"))
    } else {
        let absolute = variable("XDG_CACHE_HOME").filter(|p| p.is_absolute());
        absolute.or_else(|| Some(variable("HOME")?.join(".cache")))
    }
}
