//! Folders of pictures: PNG and JPEG files, in the order of their paths.
//!
//! Every picture is cropped to its centred square and brought to one side, so that a folder of mixed sizes is one
//! data set. Aligned CelebA faces (178 × 218, or that at any scale) are cropped as is usual for them: the centred
//! square of 148/178 of the width.

use std::fs;
use std::io::{BufReader, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use image::imageops::FilterType;
use image::{DynamicImage, ImageReader, Limits};
use rayon::prelude::*;

use super::dataset::{Dataset, ImageShape, Pixels};
use super::error::{Error, OnProgress, report};

/// Largest side of a data set's items; smaller pictures keep theirs.
const SIDE: u32 = 64;
/// Sides beyond this and pictures beyond these bytes are not decoded.
const MAX_SIDE: u32 = 16_384;
const MAX_DECODED: u64 = 512 << 20;
/// Folders within folders that are followed.
const MAX_DEPTH: usize = 16;
/// Pictures decoded between two progress reports.
const BLOCK: usize = 64;
/// Of so many pictures at most one may be unreadable.
const READABLE: usize = 10;
/// What the progress says.
const WHAT: &str = "reading pictures";

/// Whether a folder holds pictures, in itself or below.
pub fn holds_pictures(folder: &Path) -> bool {
    let mut found = Vec::new();
    collect(folder, 0, &mut found, 1);
    !found.is_empty()
}

/// Reads the first `limit` pictures (all of them if absent) below `folder`, in the order of their paths.
///
/// Pictures that cannot be read are left out, with a warning each; more than one in ten of them is an error. The
/// items are grey if the first picture is, else RGB.
///
/// # Errors
/// [`Error::Folder`] if there is no picture or too many are damaged; [`Error::TooLarge`]; [`Error::Cancelled`].
pub fn load(
    folder: &Path,
    limit: Option<usize>,
    progress: OnProgress<'_>,
) -> Result<Dataset, Error> {
    let mut paths = Vec::new();
    collect(folder, 0, &mut paths, usize::MAX);
    paths.sort();
    paths.truncate(limit.unwrap_or(usize::MAX));
    let fail = |reason: String| Error::Folder {
        path: folder.into(),
        reason,
    };
    let first = paths.iter().find_map(|path| decode(path).ok());
    let Some(first) = first else {
        return Err(fail("no picture in it can be read (PNG or JPEG)".into()));
    };
    let shape = shape_of(&first);
    let needed = paths.len() as u64 * shape.dim() as u64;
    if needed > super::idx::MAX_BYTES {
        return Err(Error::TooLarge {
            what: folder.display().to_string(),
            needed,
            cap: super::idx::MAX_BYTES,
            advice: "use --limit to take fewer",
        });
    }
    let damaged = AtomicUsize::new(0);
    let mut bytes = Vec::new();
    for (block, part) in paths.chunks(BLOCK).enumerate() {
        report(progress, WHAT, block * BLOCK, paths.len())?;
        let decoded: Vec<Option<Vec<u8>>> = part
            .par_iter()
            .map(|path| match decode(path) {
                Ok(picture) => Some(item(&picture, shape)),
                Err(reason) => {
                    tracing::warn!("{}: left out: {reason}", path.display());
                    damaged.fetch_add(1, Ordering::Relaxed);
                    None
                }
            })
            .collect();
        decoded
            .into_iter()
            .flatten()
            .for_each(|item| bytes.extend(item));
    }
    let damaged = damaged.into_inner();
    if damaged * READABLE > paths.len() {
        return Err(fail(format!(
            "{damaged} of its {} pictures cannot be read",
            paths.len()
        )));
    }
    report(progress, WHAT, paths.len(), paths.len())?;
    Ok(Dataset {
        name: folder
            .file_name()
            .map_or_else(|| "pictures".into(), |n| n.to_string_lossy().into_owned()),
        shape,
        pixels: Pixels::Bytes(bytes),
        labels: None,
    })
}

/// Adds the picture files below `folder`, at most `most` of them.
fn collect(folder: &Path, depth: usize, found: &mut Vec<PathBuf>, most: usize) {
    // A folder that cannot be opened has nothing to offer; links are not followed, so there is no cycle.
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        if found.len() >= most {
            return;
        }
        let Ok(kind) = entry.file_type() else {
            continue;
        };
        let path = entry.path();
        if kind.is_dir() && depth < MAX_DEPTH {
            collect(&path, depth + 1, found, most);
        } else if kind.is_file() && has_picture_name(&path) {
            found.push(path);
        }
    }
}

fn has_picture_name(path: &Path) -> bool {
    let ending = path.extension().map(|e| e.to_string_lossy().to_lowercase());
    matches!(ending.as_deref(), Some("png" | "jpg" | "jpeg"))
}

/// Decodes a file by its content, whatever its name says.
fn decode(path: &Path) -> Result<DynamicImage, String> {
    let read = || -> image::ImageResult<DynamicImage> {
        let file = BufReader::new(fs::File::open(path)?);
        let mut reader = ImageReader::new(file).with_guessed_format()?;
        let mut limits = Limits::default();
        limits.max_image_width = Some(MAX_SIDE);
        limits.max_image_height = Some(MAX_SIDE);
        limits.max_alloc = Some(MAX_DECODED);
        reader.limits(limits);
        reader.decode()
    };
    read().map_err(|error| match error {
        image::ImageError::IoError(e) if e.kind() == ErrorKind::UnexpectedEof => {
            "the file is cut off".into()
        }
        other => other.to_string(),
    })
}

/// Side of the centred square that is kept.
fn square(width: u32, height: u32) -> u32 {
    // 178 : 218 to within half a pixel of either side.
    let expected = f64::from(width) * 218.0 / 178.0;
    if width > 32 && (f64::from(height) - expected).abs() <= 1.0 {
        return (f64::from(width) * 148.0 / 178.0).round() as u32;
    }
    width.min(height)
}

fn shape_of(picture: &DynamicImage) -> ImageShape {
    let side = square(picture.width(), picture.height()).min(SIDE) as usize;
    ImageShape {
        height: side,
        width: side,
        channels: if picture.color().has_color() { 3 } else { 1 },
    }
}

/// The bytes of a picture as an item of this shape.
fn item(picture: &DynamicImage, shape: ImageShape) -> Vec<u8> {
    let (width, height) = (picture.width(), picture.height());
    let side = square(width, height);
    let (left, top) = ((width - side) / 2, (height - side) / 2);
    let (columns, rows) = (shape.width as u32, shape.height as u32);
    let cropped = picture.crop_imm(left, top, side, side);
    let sized = if side == columns && side == rows {
        cropped
    } else {
        // Averages over what a smaller pixel covers.
        cropped.resize_exact(columns, rows, FilterType::Triangle)
    };
    if shape.channels == 1 {
        sized.into_luma8().into_raw()
    } else {
        sized.into_rgb8().into_raw()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn save(path: &Path, width: u32, height: u32, paint: impl Fn(u32, u32) -> [u8; 3]) {
        image::RgbImage::from_fn(width, height, |x, y| image::Rgb(paint(x, y)))
            .save(path)
            .expect("a picture");
    }

    #[test]
    fn pictures_are_cropped_sized_and_ordered() {
        let dir = tempfile::tempdir().expect("a folder");
        let below = dir.path().join("b");
        fs::create_dir(&below).expect("a folder");
        // Red left, blue right, with green bars above and below that the crop takes off.
        save(&dir.path().join("a.png"), 89, 109, |x, y| {
            if (17..91).contains(&y) {
                if x < 44 { [255, 0, 0] } else { [0, 0, 255] }
            } else {
                [0, 255, 0]
            }
        });
        save(&below.join("c.png"), 30, 30, |_, _| [10, 20, 30]);
        fs::write(dir.path().join("notes.txt"), "no picture").expect("a file");
        assert!(holds_pictures(dir.path()));
        let data = load(dir.path(), None, &|_| true).expect("a data set");
        assert_eq!(
            (data.shape.height, data.shape.channels, data.len()),
            (64, 3, 2)
        );
        let first = data.display_row(0);
        assert_eq!(first[..3], [255, 0, 0]);
        assert_eq!(first[63 * 3..64 * 3], [0, 0, 255]);
        assert!(
            first.chunks_exact(3).all(|p| p[1] == 0),
            "the bars are gone"
        );
        assert_eq!(data.display_row(1)[..3], [10, 20, 30]);
        assert_eq!(load(dir.path(), Some(1), &|_| true).expect("one").len(), 1);
        assert!(matches!(
            load(dir.path(), None, &|_| false),
            Err(Error::Cancelled)
        ));
    }

    #[test]
    fn damaged_pictures_are_left_out_until_they_are_too_many() {
        let dir = tempfile::tempdir().expect("a folder");
        for i in 0..12 {
            save(&dir.path().join(format!("{i:02}.png")), 8, 8, |x, _| {
                [x as u8; 3]
            });
        }
        let cut = |name: &str| {
            let path = dir.path().join(name);
            let whole = fs::read(&path).expect("bytes");
            fs::write(&path, &whole[..whole.len() / 2]).expect("a file");
        };
        cut("00.png");
        let data = load(dir.path(), None, &|_| true).expect("the others");
        assert_eq!((data.len(), data.shape.height), (11, 8));
        cut("05.png");
        let error = load(dir.path(), None, &|_| true)
            .expect_err("too many")
            .to_string();
        assert!(error.contains("2 of its 12 pictures"), "{error}");
        let empty = tempfile::tempdir().expect("a folder");
        assert!(!holds_pictures(empty.path()));
        assert!(load(empty.path(), None, &|_| true).is_err());
    }

    #[test]
    fn celeba_is_cropped_at_every_scale() {
        assert_eq!(square(178, 218), 148);
        assert_eq!(square(89, 109), 74);
        assert_eq!(square(640, 480), 480);
        assert_eq!(square(28, 28), 28);
    }
}
