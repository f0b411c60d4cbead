//! Folders of pictures: PNG, JPEG, BMP, GIF, WebP, TIFF and PNM files, in the order of their paths, decoded in parallel.
//!
//! Every picture is cropped, brought to one size and to grey or colour, so that a folder of mixed sizes is one data
//! set; [`ImageOptions`](crate::config::ImageOptions) says how. Damaged ones are left out and listed, as long as at
//! most one in ten is. What was decoded goes to the [`Store`](super::Store); more than it lets reside in memory goes
//! there while it is decoded, and stays there.

mod album;
mod answers;
mod celeba;
mod classes;
mod content;
mod decode;
mod division;
mod foreign;
mod leading;
mod tree;
mod walk;

use std::path::Path;
use std::time::{Duration, Instant};

use rayon::prelude::*;

use crate::config::{DataConfig, ImageOptions};

use super::dataset::{Dataset, ImageShape, Pixels, Skipped};
use super::error::{Error, OnProgress, report};
use super::limits::MAX_BYTES;
use super::preview::Preview;
use super::scale::Depth;
use super::store::{Kept, Key, Marks, Store, Writer};
use album::Album;
use decode::{Failure, Fitter, Item, decode};
use leading::{Leading, refusal, too_many};

pub(super) use celeba::is_celeba;
pub(super) use content::is_tiff_or_pnm;
pub(super) use walk::has_picture_name;

/// Whether a file is a TIFF of several pages.
pub(super) fn has_pages<R: std::io::Read + std::io::Seek>(file: &mut R) -> bool {
    content::has_pages(file).unwrap_or(false)
}

/// Pictures decoded by each thread between two progress reports.
const BLOCK: usize = 32;
/// What the progress says.
const WHAT: &str = "decoding pictures";

/// Whether a folder holds pictures, in itself or below.
pub(super) fn holds_pictures(folder: &Path) -> bool {
    walk::any(folder)
}

/// Loads the pictures that `config` asks for, decoded or from the store, and how deep their levels are.
///
/// Pictures that cannot be read are left out and listed in [`Dataset::skipped`]; more than one in ten of them is an
/// error. The shape follows from the options and the first picture that can be read; with automatic colour the items
/// are in colour if one of the first eight is.
///
/// # Errors
/// [`Error::Folder`] if there is no picture or too many are damaged; [`Error::TooLarge`]; [`Error::Cancelled`]; those
/// of lists and choices.
pub(super) fn load(
    folder: &Path,
    config: &DataConfig,
    store: &Store,
    progress: OnProgress<'_>,
) -> Result<(Dataset, Depth), Error> {
    let album = Album::open(folder, config, progress)?;
    let key = Key::new(folder, &album.paths, &config.image, progress)?;
    let kept = match store.open(&key) {
        Some(kept) => kept,
        None => decode_all(folder, &album, &config.image, &key, store, progress)?,
    };
    let depth = depth(&kept.marks);
    Ok((finish(album, kept), depth))
}

/// How deep the levels of pictures are.
fn depth(marks: &Marks) -> Depth {
    if marks.deep > 0 {
        Depth::SixteenBits { most: marks.most }
    } else {
        Depth::EightBits
    }
}

/// The first pictures under `config`, how many there are, and what they will need.
///
/// # Errors
/// As [`load`].
pub(super) fn preview(
    folder: &Path,
    config: &DataConfig,
    store: &Store,
    count: usize,
    progress: OnProgress<'_>,
) -> Result<(Preview, Depth), Error> {
    let album = Album::open(folder, config, progress)?;
    let key = Key::new(folder, &album.paths, &config.image, progress)?;
    let begin = Instant::now();
    let Leading {
        shape,
        first,
        tried,
        deep,
    } = Leading::find(folder, &album.paths, &config.image, progress)?;
    let total = album.paths.len();
    let mut fitter = Fitter::new(config.image.crop, shape);
    let mut pixels = memory(deep);
    let mut labels = Vec::new();
    let mut marks = Marks::default();
    for (index, picture) in first.iter().take(count) {
        marks.add(picture.marks);
        append(&mut pixels, fitter.item(picture, deep));
        labels.extend(album.labels.as_ref().map(|l| l[*index]));
    }
    let decoding = if store.holds(&key) {
        Duration::ZERO
    } else {
        // These were decoded one by one; the rest is shared by all threads.
        let share = total as f64 / (tried * rayon::current_num_threads()) as f64;
        begin.elapsed().mul_f64(share)
    };
    let needed = bytes_needed(total, shape, deep);
    let mut remarks = album.remarks;
    remarks.extend(marks.preview());
    let preview = Preview {
        count: total as u64,
        bytes: needed,
        on_disk: !deep && store.keeps_on_disk(needed),
        labels: album.choices,
        arrays: Vec::new(),
        decoding: Some(decoding),
        first: Dataset {
            name: album.name,
            shape,
            pixels,
            labels: album.labels.is_some().then_some(labels),
            classes: album.classes,
            skipped: album.skipped,
            splits: album.splits,
            remarks,
            ..Dataset::default()
        },
    };
    Ok((preview, depth(&marks)))
}

/// The data set of what was decoded: labels only of pictures that are there.
fn finish(album: Album, kept: Kept) -> Dataset {
    let mut skipped = album.skipped;
    for (index, reason) in &kept.reasons {
        if let Some(path) = album.paths.get(*index as usize) {
            skipped.add(path.clone(), reason.clone());
        }
    }
    skipped.count += kept.damaged.len() - kept.reasons.len();
    let labels = album.labels.map(|labels| {
        let there = |i: &usize| kept.damaged.binary_search(&(*i as u32)).is_err();
        (0..labels.len()).filter(there).map(|i| labels[i]).collect()
    });
    let mut remarks = album.remarks;
    remarks.extend(kept.marks.remarks());
    Dataset {
        name: album.name,
        shape: kept.shape,
        pixels: kept.pixels,
        labels,
        classes: album.classes,
        skipped,
        splits: album.splits,
        remarks,
        ..Dataset::default()
    }
}

/// Bytes of so many items in memory.
fn bytes_needed(count: usize, shape: ImageShape, deep: bool) -> u64 {
    let width = if deep { size_of::<f32>() } else { 1 };
    count as u64 * shape.dim() as u64 * width as u64
}

/// Where items go that stay in memory.
fn memory(deep: bool) -> Pixels {
    if deep {
        Pixels::Floats(Vec::new())
    } else {
        Pixels::Bytes(Vec::new())
    }
}

/// Appends an item; false if it is of another depth.
fn append(pixels: &mut Pixels, item: Item) -> bool {
    match (pixels, item) {
        (Pixels::Bytes(all), Item::Bytes(item)) => all.extend(item),
        (Pixels::Floats(all), Item::Deep(item)) => all.extend(item),
        _ => return false,
    }
    true
}

/// Where decoded items go.
enum Sink {
    Memory(Pixels),
    Disk(Writer),
}

impl Sink {
    /// Takes an item; false if it is of another depth than those before.
    fn take(&mut self, item: Item) -> Result<bool, Error> {
        match (self, item) {
            (Self::Memory(pixels), item) => Ok(append(pixels, item)),
            (Self::Disk(writer), Item::Bytes(item)) => writer.add(&item).map(|()| true),
            (Self::Disk(_), Item::Deep(_)) => Ok(false),
        }
    }
}

/// Decodes every picture: into 16-bit levels where any of them has them, which the first pictures tell or one that
/// comes later.
fn decode_all(
    folder: &Path,
    album: &Album,
    options: &ImageOptions,
    key: &Key,
    store: &Store,
    progress: OnProgress<'_>,
) -> Result<Kept, Error> {
    let leading = Leading::find(folder, &album.paths, options, progress)?;
    let work = Work {
        folder,
        album,
        options,
        key,
        store,
        shape: leading.shape,
    };
    let alike = if leading.deep {
        None
    } else {
        work.decode(false, progress)?
    };
    match alike {
        Some(kept) => Ok(kept),
        None => work.decode(true, progress)?.ok_or_else(|| Error::Folder {
            path: folder.into(),
            reason: "its pictures changed while they were read; open it again".into(),
        }),
    }
}

/// A folder to be decoded.
struct Work<'a> {
    folder: &'a Path,
    album: &'a Album,
    options: &'a ImageOptions,
    key: &'a Key,
    store: &'a Store,
    shape: ImageShape,
}

impl Work<'_> {
    /// Decodes every picture; nothing if one is of 16 bits where that was not expected.
    fn decode(&self, deep: bool, progress: OnProgress<'_>) -> Result<Option<Kept>, Error> {
        let Self {
            folder,
            album,
            options,
            key,
            store,
            shape,
        } = *self;
        let total = album.paths.len();
        let needed = bytes_needed(total, shape, deep);
        let mut sink = if !deep && store.keeps_on_disk(needed) {
            Sink::Disk(store.writer(key)?)
        } else if needed <= MAX_BYTES {
            Sink::Memory(memory(deep))
        } else {
            return Err(Error::TooLarge {
                what: folder.display().to_string(),
                needed,
                cap: MAX_BYTES,
                advice: if deep {
                    "ask for fewer pictures or a smaller side, or convert them to 8 bits, which can stay on disk"
                } else {
                    "ask for fewer pictures or a smaller side, or give COLLAPSE_CACHE a folder to keep them in"
                },
            });
        };
        let mut damaged = Skipped::default();
        let mut marks = Marks::default();
        let mut numbers: Vec<u32> = Vec::new();
        let mut reasons = Vec::new();
        let mut lasts = true;
        let block = BLOCK * rayon::current_num_threads();
        for (start, part) in (0..total).step_by(block).zip(album.paths.chunks(block)) {
            report(progress, WHAT, start, total)?;
            let decoded: Vec<Result<(Item, Marks), Failure>> = part
                .par_iter()
                .map_init(
                    || Fitter::new(options.crop, shape),
                    |fitter, path| {
                        let picture = decode(path)?;
                        Ok((fitter.item(&picture, deep), picture.marks))
                    },
                )
                .collect();
            for (index, item) in (start..).zip(decoded) {
                match item {
                    Ok((item, own)) => {
                        marks.add(own);
                        if !sink.take(item)? {
                            return Ok(None);
                        }
                    }
                    Err(Failure { reason, may_pass }) => {
                        lasts &= !may_pass;
                        tracing::warn!("{}: left out: {reason}", album.paths[index].display());
                        let listed = damaged.listed.len();
                        damaged.add(album.paths[index].clone(), reason.clone());
                        numbers.push(index as u32);
                        if damaged.listed.len() > listed {
                            reasons.push((index as u32, reason));
                        }
                    }
                }
            }
            // Hopeless folders are given up early.
            if too_many(&damaged, total) {
                return Err(refusal(folder, &damaged, start + part.len(), total));
            }
        }
        report(progress, WHAT, total, total)?;
        match sink {
            Sink::Memory(pixels) => {
                let kept = Kept {
                    shape,
                    pixels,
                    damaged: numbers,
                    reasons,
                    marks,
                };
                // A picture that the system could not read may be readable next time.
                if lasts && let Err(error) = store.keep(key, &kept) {
                    tracing::warn!("the decoded pictures are not kept: {error}");
                }
                Ok(Some(kept))
            }
            Sink::Disk(writer) => writer
                .finish(shape, numbers, reasons, marks, lasts)
                .map(Some),
        }
    }
}
