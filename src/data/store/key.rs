//! What an entry was made from, as a hash.
//!
//! Reading every byte of every picture at each opening would take as long as what the store saves, so the content is
//! known by what the system tells of a file without opening it. Its name, length and time of change alone do not
//! suffice: copying and unpacking tools set the time back, and other pictures of the same size then pass for the old
//! ones. On Unix there is also the time at which the file's record changed, which no program can set: every write,
//! renaming over a file, change of rights and setting back of times moves it. And there is the number of the record,
//! which tells a file from another moved to its name. Both may change though the pixels are the same (after a copy,
//! or on file systems that number files anew when mounted); then the pictures are decoded once more, which is the
//! right side to err on. Elsewhere the length and time of change have to do.
//!
//! The folder counts by its canonical path and pictures by their names below it, so that one folder has one entry
//! however it is written.

use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use rayon::prelude::*;

use crate::config::{Crop, ImageOptions};
use crate::data::error::{Error, OnProgress, report};
use crate::disk::Fnv;

/// Changes whenever pictures are decoded otherwise or entries written otherwise.
const VERSION: u64 = 4;
/// Files asked for between two progress reports.
const BLOCK: usize = 8192;

/// What is known of a file without opening it: length, time of change, and on Unix the time at which its record
/// changed and the record's number.
type Facts = [u64; 4];

/// 128 bits of the list of files with what is known of each, and of the options.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::data) struct Key(pub(super) [u64; 2]);

impl Key {
    /// The key of these pictures of `folder` under these options.
    ///
    /// # Errors
    /// [`Error::Cancelled`].
    pub(in crate::data) fn new(
        folder: &Path,
        paths: &[PathBuf],
        options: &ImageOptions,
        progress: OnProgress<'_>,
    ) -> Result<Self, Error> {
        let mut hashes = [Fnv::new(), Fnv::new()];
        // Two streams that start apart do not meet again.
        hashes[1].word(0x9e37_79b9_7f4a_7c15);
        let crop = match options.crop {
            Crop::Auto => [0, 0],
            Crop::Whole => [1, 0],
            Crop::Pixels(pixels) => [2, pixels as u64],
        };
        let side = options.side.map_or(0, |s| s as u64);
        let colour = options.colour as u64;
        let place = folder.canonicalize().unwrap_or_else(|_| folder.into());
        for hash in &mut hashes {
            hash.bytes(place.as_os_str().as_encoded_bytes());
            for word in [VERSION, side, crop[0], crop[1], colour, paths.len() as u64] {
                hash.word(word);
            }
        }
        for (start, part) in (0..paths.len()).step_by(BLOCK).zip(paths.chunks(BLOCK)) {
            report(progress, "looking for changes", start, paths.len())?;
            let facts: Vec<Facts> = part
                .par_iter()
                .map(|path| fs::metadata(path).map_or([u64::MAX; 4], |m| facts(&m)))
                .collect();
            for (path, facts) in part.iter().zip(facts) {
                let name = path.strip_prefix(folder).unwrap_or(path);
                for hash in &mut hashes {
                    hash.bytes(name.as_os_str().as_encoded_bytes());
                    for word in facts {
                        hash.word(word);
                    }
                }
            }
        }
        Ok(Self(hashes.map(|hash| hash.value())))
    }

    /// 32 hexadecimal digits.
    pub(super) fn name(&self) -> String {
        format!("{:016x}{:016x}", self.0[0], self.0[1])
    }
}

#[cfg(unix)]
fn facts(metadata: &Metadata) -> Facts {
    use std::os::unix::fs::MetadataExt;
    let nanoseconds = metadata.ctime().wrapping_mul(1_000_000_000);
    let record = nanoseconds.wrapping_add(metadata.ctime_nsec());
    [
        metadata.len(),
        changed(metadata),
        record.cast_unsigned(),
        metadata.ino(),
    ]
}

#[cfg(not(unix))]
fn facts(metadata: &Metadata) -> Facts {
    [metadata.len(), changed(metadata), 0, 0]
}

/// The time of change of a file's content, in nanoseconds.
fn changed(metadata: &Metadata) -> u64 {
    let since = |time: SystemTime| time.duration_since(UNIX_EPOCH).ok();
    let time = metadata.modified().ok().and_then(since);
    time.map_or(0, |t| t.as_nanos() as u64)
}
