//! What an entry was made from, as a hash.

use std::fs;
use std::path::PathBuf;
use std::time::UNIX_EPOCH;

use rayon::prelude::*;

use crate::config::{Crop, ImageOptions};
use crate::data::dataset::Fnv;
use crate::data::error::{Error, OnProgress, report};

/// Changes whenever pictures are decoded otherwise or entries written otherwise.
const VERSION: u64 = 1;
/// Files asked for between two progress reports.
const BLOCK: usize = 8192;

/// 128 bits of the list of files with their sizes and times of change, and of the options.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::data) struct Key(pub(super) [u64; 2]);

impl Key {
    /// The key of these pictures under these options.
    ///
    /// # Errors
    /// [`Error::Cancelled`].
    pub(in crate::data) fn new(
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
        for hash in &mut hashes {
            for word in [VERSION, side, crop[0], crop[1], colour, paths.len() as u64] {
                hash.word(word);
            }
        }
        for (start, part) in (0..paths.len()).step_by(BLOCK).zip(paths.chunks(BLOCK)) {
            report(progress, "looking for changes", start, paths.len())?;
            let facts: Vec<[u64; 2]> = part
                .par_iter()
                .map(|path| {
                    let Ok(metadata) = fs::metadata(path) else {
                        return [u64::MAX; 2];
                    };
                    let time = metadata.modified().ok();
                    let time = time.and_then(|t| t.duration_since(UNIX_EPOCH).ok());
                    [metadata.len(), time.map_or(0, |t| t.as_nanos() as u64)]
                })
                .collect();
            for (path, facts) in part.iter().zip(facts) {
                for hash in &mut hashes {
                    hash.bytes(path.as_os_str().as_encoded_bytes());
                    hash.word(facts[0]);
                    hash.word(facts[1]);
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
