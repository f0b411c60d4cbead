//! The file of one entry: a header of fixed length, the pixels, then what else is known of them.

use std::fs::{self, File};
use std::io::{BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::data::dataset::{ImageShape, Pixels};
use crate::data::error::Error;
use crate::data::stored::StoredPixels;
use crate::disk::Fnv;

use super::{Kept, Key, Marks, Store, unfinished};

const MAGIC: &[u8; 8] = b"CXPIXEL1";
/// Bytes before the pixels; a whole page, so that they lie well.
const HEADER: u64 = 4096;
/// Bytes of pixels under one checksum.
const BLOCK: usize = 1 << 20;
/// Blocks checked of pixels that stay on disk.
const CHECKED: usize = 64;
/// Most bytes of what follows the pixels.
const MAX_META: u64 = 256 << 20;

/// Why an entry is of no use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unusable {
    /// It is not there, or cannot be opened.
    Absent,
    /// It is not what its header says.
    Damaged,
}

/// What follows the pixels, as JSON.
#[derive(Debug, Serialize, Deserialize)]
struct Meta {
    height: usize,
    width: usize,
    channels: usize,
    damaged: Vec<u32>,
    reasons: Vec<(u32, String)>,
    marks: Marks,
    /// Checksums of the pixels, one for each block.
    blocks: Vec<u64>,
}

/// The words of a header after the magic.
fn header(key: &Key, pixels: u64, meta: &[u8]) -> Vec<u8> {
    let mut header = MAGIC.to_vec();
    for word in [
        key.0[0],
        key.0[1],
        pixels,
        meta.len() as u64,
        checksum(meta),
    ] {
        header.extend(word.to_le_bytes());
    }
    let check = checksum(&header);
    header.extend(check.to_le_bytes());
    header
}

fn checksum(bytes: &[u8]) -> u64 {
    let mut hash = Fnv::new();
    hash.bytes(bytes);
    hash.value()
}

/// Reads and verifies an entry. Of pixels up to `resident` bytes every byte is checked as it is read; more stay on
/// disk, and only some of their blocks are checked, the first and the last among them.
pub(super) fn read(path: &Path, key: &Key, resident: u64) -> Result<Kept, Unusable> {
    let mut file = File::open(path).map_err(|_| Unusable::Absent)?;
    let damaged = |_| Unusable::Damaged;
    let held = file.metadata().map_err(damaged)?.len();
    let mut start = vec![0; header(key, 0, &[]).len()];
    file.read_exact(&mut start).map_err(damaged)?;
    let word = |at: usize| {
        let bytes = start[8 * at..8 * at + 8].try_into().unwrap_or([0; 8]);
        u64::from_le_bytes(bytes)
    };
    let (pixels, meta_length) = (word(3), word(4));
    let whole = HEADER
        .checked_add(pixels)
        .and_then(|end| end.checked_add(meta_length));
    if meta_length > MAX_META || whole != Some(held) {
        return Err(Unusable::Damaged);
    }
    let mut meta = vec![0; meta_length as usize];
    file.seek(SeekFrom::Start(HEADER + pixels))
        .map_err(damaged)?;
    file.read_exact(&mut meta).map_err(damaged)?;
    // The whole header follows from the key, the lengths and the checksum of what follows the pixels.
    if start != header(key, pixels, &meta) {
        return Err(Unusable::Damaged);
    }
    let meta: Meta = serde_json::from_slice(&meta).map_err(|_| Unusable::Damaged)?;
    let count = (pixels as usize).div_ceil(BLOCK);
    let shape = ImageShape {
        height: meta.height,
        width: meta.width,
        channels: meta.channels,
    };
    // 16-bit levels are numbers of four bytes, which never stay on disk.
    let deep = meta.marks.deep > 0;
    let d = shape.dim() as u64 * if deep { size_of::<f32>() as u64 } else { 1 };
    if meta.blocks.len() != count || d == 0 || !pixels.is_multiple_of(d) {
        return Err(Unusable::Damaged);
    }
    let stays = !deep && pixels > resident;
    let step = if stays { count.div_ceil(CHECKED) } else { 1 };
    let mut bytes = Vec::new();
    let mut part = vec![0; BLOCK.min(pixels as usize)];
    for index in (0..count).filter(|i| i % step == 0 || i + 1 == count) {
        let first = (index * BLOCK) as u64;
        let part = &mut part[..BLOCK.min((pixels - first) as usize)];
        file.seek(SeekFrom::Start(HEADER + first))
            .map_err(damaged)?;
        file.read_exact(part).map_err(damaged)?;
        if checksum(part) != meta.blocks[index] {
            return Err(Unusable::Damaged);
        }
        if !stays {
            bytes.extend_from_slice(part);
        }
    }
    let pixels = if stays {
        let stored = StoredPixels::open(path, HEADER, pixels).map_err(|_| Unusable::Absent)?;
        Pixels::Stored(stored)
    } else if deep {
        let (levels, _) = bytes.as_chunks();
        Pixels::Floats(levels.iter().map(|v| f32::from_le_bytes(*v)).collect())
    } else {
        Pixels::Bytes(bytes)
    };
    Ok(Kept {
        shape,
        pixels,
        damaged: meta.damaged,
        reasons: meta.reasons,
        marks: meta.marks,
    })
}

/// An entry being written beside its place; dropped unfinished, it leaves nothing.
#[derive(Debug)]
pub(in crate::data) struct Writer {
    file: BufWriter<File>,
    temporary: PathBuf,
    target: PathBuf,
    key: Key,
    store: Store,
    pixels: u64,
    /// The block that is not yet full.
    block: Vec<u8>,
    blocks: Vec<u64>,
    finished: bool,
}

impl Writer {
    /// Starts an entry that will be at `target`.
    pub(super) fn new(target: PathBuf, key: &Key, store: Store) -> Result<Self, Error> {
        let (file, temporary) = unfinished::create(&target)?;
        let mut this = Self {
            file: BufWriter::with_capacity(BLOCK, file),
            temporary,
            target,
            key: *key,
            store,
            pixels: 0,
            block: Vec::with_capacity(BLOCK),
            blocks: Vec::new(),
            finished: false,
        };
        this.put(&[0; HEADER as usize])?;
        Ok(this)
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let at = HEADER + self.pixels;
        self.file
            .write_all(bytes)
            .map_err(|e| Error::io(&self.temporary, at, &e))
    }

    /// Appends pixels.
    ///
    /// # Errors
    /// [`Error::Io`], for instance when the disk is full.
    pub(in crate::data) fn add(&mut self, pixels: &[u8]) -> Result<(), Error> {
        self.put(pixels)?;
        self.pixels += pixels.len() as u64;
        let mut rest = pixels;
        while !rest.is_empty() {
            let (now, later) = rest.split_at(rest.len().min(BLOCK - self.block.len()));
            self.block.extend_from_slice(now);
            rest = later;
            if self.block.len() == BLOCK {
                self.close_block();
            }
        }
        Ok(())
    }

    fn close_block(&mut self) {
        self.blocks.push(checksum(&self.block));
        self.block.clear();
    }

    /// Writes the rest, moves the entry to its place, makes room for it, and opens it; its pixels stay on disk. One
    /// that is not to `last` serves this data set alone and goes with it.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub(in crate::data) fn finish(
        mut self,
        shape: ImageShape,
        damaged: Vec<u32>,
        reasons: Vec<(u32, String)>,
        marks: Marks,
        last: bool,
    ) -> Result<Kept, Error> {
        if !self.block.is_empty() {
            self.close_block();
        }
        let meta = Meta {
            height: shape.height,
            width: shape.width,
            channels: shape.channels,
            damaged,
            reasons,
            marks,
            blocks: std::mem::take(&mut self.blocks),
        };
        let fail = |path: &Path, e: &std::io::Error| Error::io(path, 0, e);
        let text = serde_json::to_vec(&meta).map_err(|e| fail(&self.temporary, &e.into()))?;
        self.put(&text)?;
        let header = header(&self.key, self.pixels, &text);
        let written = (|| {
            self.file.flush()?;
            let file = self.file.get_mut();
            file.seek(SeekFrom::Start(0))?;
            file.write_all(&header)?;
            // The name must not come before the content when the machine loses power.
            file.sync_data()
        })();
        written.map_err(|e| fail(&self.temporary, &e))?;
        // Opened under its first name: whoever replaces or evicts it now, these pixels stay.
        let stored = StoredPixels::open(&self.temporary, HEADER, self.pixels)
            .map_err(|e| fail(&self.temporary, &e))?;
        if !last {
            // The name goes when this is dropped, the bytes when the pixels are.
            return Ok(Kept {
                shape,
                pixels: Pixels::Stored(stored),
                damaged: meta.damaged,
                reasons: meta.reasons,
                marks,
            });
        }
        fs::rename(&self.temporary, &self.target).map_err(|e| fail(&self.target, &e))?;
        self.finished = true;
        self.store.evict(&self.target);
        Ok(Kept {
            shape,
            pixels: Pixels::Stored(stored.named(&self.target)),
            damaged: meta.damaged,
            reasons: meta.reasons,
            marks,
        })
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        if !self.finished {
            let _ = fs::remove_file(&self.temporary);
        }
    }
}
