//! One picture file, decoded by its content and brought to the shape of the data set.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, BufReader, ErrorKind, Read, Seek, SeekFrom};
use std::path::Path;

use image::{DynamicImage, ImageError, ImageReader, Limits};

use crate::config::Crop;
use crate::data::dataset::ImageShape;
use crate::data::error::plain;
use crate::data::fit::Fit;

/// Sides beyond this and pictures beyond these bytes are not decoded.
const MAX_SIDE: u32 = 16_384;
const MAX_DECODED: u64 = 256 << 20;
/// Most bytes of a file.
const MAX_FILE: u64 = 256 << 20;

/// A decoded picture of bytes.
#[derive(Debug)]
pub(super) struct Picture {
    pub(super) shape: ImageShape,
    pub(super) bytes: Vec<u8>,
}

/// Why a picture could not be decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failure {
    /// In words.
    pub(super) reason: String,
    /// Whether the system could not read the file, which may pass, rather than its content being no picture, which
    /// stays until the file changes.
    pub(super) may_pass: bool,
}

impl Failure {
    fn content(reason: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
            may_pass: false,
        }
    }

    fn system(error: &io::Error) -> Self {
        let reason = match error.kind() {
            ErrorKind::PermissionDenied => "permission to read it is denied".into(),
            ErrorKind::NotFound => "there is no such file any more".into(),
            _ => one_line(&error.to_string()),
        };
        Self {
            reason,
            may_pass: true,
        }
    }
}

/// A file that notes whether the system failed to read it: a decoder passes such an error on as one of its own.
struct Watched<'a> {
    file: File,
    failed: &'a Cell<bool>,
}

impl Watched<'_> {
    fn note<T>(&self, outcome: io::Result<T>) -> io::Result<T> {
        let interrupted = |e: &io::Error| e.kind() == ErrorKind::Interrupted;
        if outcome.as_ref().is_err_and(|e| !interrupted(e)) {
            self.failed.set(true);
        }
        outcome
    }
}

impl Read for Watched<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let outcome = self.file.read(out);
        self.note(outcome)
    }
}

// A decoder that seeks out of the file follows damaged content, so only reading tells of the system.
impl Seek for Watched<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

/// Decodes a file by its content, whatever its name says; of an animation the first frame. More than 8 bits are
/// reduced to 8, and transparency is ignored.
///
/// # Errors
/// Why not.
pub(super) fn decode(path: &Path) -> Result<Picture, Failure> {
    let file = File::open(path).map_err(|e| Failure::system(&e))?;
    let held = file.metadata().map_err(|e| Failure::system(&e))?.len();
    match held {
        0 => return Err(Failure::content("the file is empty")),
        MAX_FILE.. => {
            let reason = format!("the file has {held} bytes, more than {MAX_FILE}");
            return Err(Failure::content(reason));
        }
        _ => {}
    }
    let failed = Cell::new(false);
    let file = Watched {
        file,
        failed: &failed,
    };
    let read = || -> image::ImageResult<DynamicImage> {
        let mut reader = ImageReader::new(BufReader::new(file)).with_guessed_format()?;
        let mut limits = Limits::default();
        limits.max_image_width = Some(MAX_SIDE);
        limits.max_image_height = Some(MAX_SIDE);
        limits.max_alloc = Some(MAX_DECODED);
        reader.limits(limits);
        reader.decode()
    };
    let decoded = read().map_err(|error| Failure {
        reason: words(error),
        may_pass: failed.get(),
    })?;
    let (width, height) = (decoded.width() as usize, decoded.height() as usize);
    if width == 0 || height == 0 {
        return Err(Failure::content("it has no pixels"));
    }
    let coloured = decoded.color().has_color();
    let shape = ImageShape {
        height,
        width,
        channels: if coloured { 3 } else { 1 },
    };
    let bytes = if coloured {
        decoded.into_rgb8().into_raw()
    } else {
        decoded.into_luma8().into_raw()
    };
    Ok(Picture { shape, bytes })
}

/// A decoder's error as one line.
fn words(error: ImageError) -> String {
    match error {
        ImageError::IoError(e) if e.kind() == ErrorKind::UnexpectedEof => {
            "the file is cut off".to_owned()
        }
        ImageError::Unsupported(_) => "it is no picture of a kind that can be read".into(),
        ImageError::Limits(_) => format!(
            "it is larger than {MAX_SIDE} × {MAX_SIDE} pixels or {} MiB when decoded",
            MAX_DECODED >> 20
        ),
        other => one_line(&other.to_string()),
    }
}

fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    plain(&words.join(" "), 200)
}

/// Brings pictures to one shape; most have the size of the one before, whose weights serve again.
#[derive(Debug, Clone)]
pub(super) struct Fitter {
    crop: Crop,
    to: ImageShape,
    last: Option<Fit>,
}

impl Fitter {
    pub(super) fn new(crop: Crop, to: ImageShape) -> Self {
        Self {
            crop,
            to,
            last: None,
        }
    }

    /// Appends the picture as an item to `out`.
    pub(super) fn add(&mut self, picture: &Picture, out: &mut Vec<u8>) {
        let fit = match self.last.take() {
            Some(fit) if fit.is_for(picture.shape) => fit,
            _ => Fit::new(picture.shape, self.crop, self.to),
        };
        fit.bytes(&picture.bytes, out);
        self.last = Some(fit);
    }
}
