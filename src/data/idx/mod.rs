//! IDX files: the format of MNIST and its relatives, plain or gzip-compressed.
//!
//! [`load`] takes a file or a folder; [`parse`] reads one image set from bytes. What a file is
//! gets decided by its content, never by its ending. A header is not believed: memory grows
//! only as bytes arrive, and no more is decompressed than the header promises plus one byte.

mod folder;
mod header;
mod labels;
mod names;

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use crate::config::{DataConfig, Split};

use super::dataset::{Dataset, ImageShape, Pixels};
use super::error::{Error, OnProgress};
use super::limits::{MAX_BYTES, RESIDENT_BYTES};
use super::load::Loaded;
use super::source::Source;
use super::stored::StoredPixels;
use folder::Asked;
use header::Header;
use labels::Labels;

/// An IDX image set: its shape, its bytes and the number of items the file promises.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdxImages {
    /// Shape of one item; a two-dimensional file holds vectors, `1 × d × 1`.
    pub shape: ImageShape,
    /// The first items' bytes, as many as were asked for.
    pub bytes: Vec<u8>,
    /// The number of items in the whole file.
    pub count_in_file: u64,
}

/// Loads the image set at `path`, a file or a folder, with its labels if a sibling file of the
/// usual name holds them.
///
/// In a folder `split` chooses between train and t10k (or test) files. A file named directly, or a folder's single set,
/// is of the part that its name says, or of none.
///
/// # Errors
/// Any [`Error`] about a file or folder; [`Error::Cancelled`].
pub fn load(
    path: &Path,
    split: Split,
    limit: Option<usize>,
    progress: OnProgress<'_>,
) -> Result<Dataset, Error> {
    load_within(path, split, limit, RESIDENT_BYTES, progress)
}

/// As [`load`]; the pixels of a plain file stay on disk if they are more than `resident` bytes.
///
/// # Errors
/// As [`load`].
pub fn load_within(
    path: &Path,
    split: Split,
    limit: Option<usize>,
    resident: u64,
    progress: OnProgress<'_>,
) -> Result<Dataset, Error> {
    let asked = Asked { split, set: None };
    let (loaded, _) = load_all(path, asked, limit, resident, progress)?;
    Ok(loaded.data)
}

/// As [`load`], with the number of items in the file; of several sets in a folder the one that is asked for.
pub(super) fn load_counted(
    path: &Path,
    config: &DataConfig,
    limit: Option<usize>,
    progress: OnProgress<'_>,
) -> Result<Loaded, Error> {
    let asked = Asked {
        split: config.split,
        set: config.array.as_deref(),
    };
    let (mut loaded, on_its_side) = load_all(path, asked, limit, RESIDENT_BYTES, progress)?;
    if on_its_side && !config.transpose && loaded.data.shape.is_image() {
        loaded.data.remarks.push(
            "EMNIST stores its pictures column by column, so they lie on their side; transposing (--transpose) turns \
             them upright"
                .into(),
        );
    }
    Ok(loaded)
}

/// The set, and whether its pictures are known to be stored column by column.
fn load_all(
    path: &Path,
    asked: Asked<'_>,
    limit: Option<usize>,
    resident: u64,
    progress: OnProgress<'_>,
) -> Result<(Loaded, bool), Error> {
    let metadata = fs::metadata(path).map_err(|e| match e.kind() {
        ErrorKind::NotADirectory => Error::Missing { path: path.into() },
        _ => Error::io(path, 0, &e),
    })?;
    let found = if metadata.is_dir() {
        folder::find(path, asked)?
    } else if metadata.is_file() {
        folder::around_file(path, asked)?
    } else {
        return Err(Error::Unsupported {
            path: path.into(),
            what: "something that is neither a file nor a folder".into(),
        });
    };
    let (shape, count_in_file, pixels) = pixels(&found.images, limit, resident, progress)?;
    let labels = match &found.labels {
        Some(labels) => labels::read(
            Source::open(labels)?,
            &found.images,
            count_in_file,
            limit,
            progress,
        )?,
        None => Labels::default(),
    };
    let mut remarks = found.remarks;
    remarks.extend(labels.remark);
    let loaded = Loaded {
        data: Dataset {
            name: found.name,
            shape,
            pixels,
            labels: labels.of,
            splits: found.splits,
            remarks,
            ..Dataset::default()
        },
        total: Some(count_in_file),
        labels: Vec::new(),
        arrays: found.sets,
    };
    Ok((loaded, found.on_its_side))
}

/// Whether a file is called like an IDX file.
pub(super) fn has_idx_name(path: &Path) -> bool {
    names::usual_role(&names::key(path)).is_some()
}

/// Whether a folder, or one right below it, has a file that is called like an image set.
pub(super) fn promises_sets(folder: &Path) -> bool {
    folder::promises_sets(folder)
}

/// Shape, number of items in the file, and the pixels of the first `limit`.
fn pixels(
    path: &Path,
    limit: Option<usize>,
    resident: u64,
    progress: OnProgress<'_>,
) -> Result<(ImageShape, u64, Pixels), Error> {
    let mut source = Source::open(path)?;
    let header = Header::read(&mut source)?;
    let wanted = u128::from(header.count()).min(limit.map_or(u128::MAX, |l| l as u128))
        * header.item_bytes();
    if let (Some(held), Ok(wanted)) = (
        source.stored_payload(header.length()),
        u64::try_from(wanted),
    ) && wanted > resident
        && held >= wanted
    {
        let shape = header.image_shape(path)?;
        let stored = StoredPixels::open(path, header.length(), wanted)
            .map_err(|e| Error::io(path, header.length(), &e))?;
        return Ok((shape, header.count(), Pixels::Stored(stored)));
    }
    let images = read_images(Source::open(path)?, limit, progress)?;
    Ok((
        images.shape,
        images.count_in_file,
        Pixels::Bytes(images.bytes),
    ))
}

/// Reads the first `limit` items (all of them if absent) of an IDX image set, plain or gzip,
/// held in memory; `path` is what errors call it.
///
/// # Errors
/// [`Error::Malformed`], [`Error::Unsupported`], [`Error::TooLarge`] or [`Error::Cancelled`];
/// never a panic, whatever the bytes.
pub fn parse(
    content: &[u8],
    path: &Path,
    limit: Option<usize>,
    progress: OnProgress<'_>,
) -> Result<IdxImages, Error> {
    read_images(Source::from_bytes(path, content)?, limit, progress)
}

/// Header, then pixels.
fn read_images(
    mut source: Source<'_>,
    limit: Option<usize>,
    progress: OnProgress<'_>,
) -> Result<IdxImages, Error> {
    let header = Header::read(&mut source)?;
    let shape = header.image_shape(source.path())?;
    let bytes = read_items(&mut source, &header, limit, "reading images", progress)?;
    Ok(IdxImages {
        shape,
        bytes,
        count_in_file: header.count(),
    })
}

/// The values of the first `limit` items after the header; without a limit the file must end
/// where the header says.
fn read_items(
    source: &mut Source<'_>,
    header: &Header,
    limit: Option<usize>,
    what: &'static str,
    progress: OnProgress<'_>,
) -> Result<Vec<u8>, Error> {
    let limit = limit.map_or(u128::MAX, |l| l as u128);
    let wanted = u128::from(header.count()).min(limit) * header.item_bytes();
    let short = |held: String| {
        Error::malformed(
            source.path(),
            header.length() + source.stored_payload(header.length()).unwrap_or(0),
            format!("the header promises {}, but {held}", header.promise()),
        )
    };
    if let Some(held) = source.stored_payload(header.length())
        && u128::from(held) < wanted
    {
        return Err(short(format!("the file holds {held} after the header")));
    }
    if let Some(most) = source.most_decompressed()
        && most < wanted
    {
        return Err(short(format!(
            "the compressed file is too small to hold more than {most}"
        )));
    }
    let needed = u64::try_from(wanted).unwrap_or(u64::MAX);
    if needed > MAX_BYTES {
        return Err(Error::TooLarge {
            what: source.path().display().to_string(),
            needed,
            cap: MAX_BYTES,
            advice: "read fewer items with a limit",
        });
    }
    let values = source.read_vec(needed as usize, what, progress)?;
    let held = values.len() as u64;
    let end = header.length() + held;
    let whole = wanted == u128::from(header.count()) * header.item_bytes();
    let more = held == needed && whole && source.fill(&mut [0])? > 0;
    let complaint = if more {
        "more bytes follow".to_owned()
    } else if source.is_cut() {
        format!("the compressed data are cut off after {held} after the header")
    } else if held < needed {
        format!("the file holds {held} after the header")
    } else {
        return Ok(values);
    };
    Err(Error::malformed(
        source.path(),
        end,
        format!("the header promises {}, but {complaint}", header.promise()),
    ))
}
