//! One picture file, decoded by its content and brought to the shape of the data set.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, BufReader, ErrorKind, Read, Seek, SeekFrom};
use std::path::Path;

use image::{DynamicImage, ImageError, ImageFormat, ImageReader, Limits};

use crate::config::Crop;
use crate::data::dataset::ImageShape;
use crate::data::error::plain;
use crate::data::fit::Fit;
use crate::data::store::Marks;
use crate::text::mebibytes;

use super::content::has_pages;

/// Sides beyond this and pictures beyond these bytes are not decoded.
const MAX_SIDE: u32 = 16_384;
const MAX_DECODED: u64 = 256 << 20;
/// Most bytes of a file.
const MAX_FILE: u64 = 256 << 20;

/// What is said of TIFF pictures that have no levels, and of those with unusual ones.
const REAL_NUMBERS: &str = "its pixels are 32-bit numbers rather than levels of 8 or 16 bits; save the pictures as one \
                            NumPy array (.npy), or convert them to 8 or 16 bits";
const ADVICE: &str = "grey or colour with 8 or 16 bits can; convert it, for instance with ImageMagick: magick mogrify \
                      -format png";

/// What 8-bit levels are multiplied by to become 16-bit ones: white is 255 and 65,535.
const WIDEN: u16 = 257;

/// The levels of a picture's pixels, interleaved from the top left.
#[derive(Debug)]
pub(super) enum Levels {
    /// 0 to 255.
    Bytes(Vec<u8>),
    /// Of a file with 16 bits, as they are in the file: not every camera or scanner uses all of them.
    Deep(Vec<u16>),
}

impl Levels {
    /// Of 16 bits; as bytes where each level is one of 8 bits made wider, which loses nothing.
    fn of_deep(levels: Vec<u16>) -> Self {
        if levels.iter().all(|v| v.is_multiple_of(WIDEN)) {
            Self::Bytes(levels.iter().map(|v| (v / WIDEN) as u8).collect())
        } else {
            Self::Deep(levels)
        }
    }
}

/// A decoded picture.
#[derive(Debug)]
pub(super) struct Picture {
    pub(super) shape: ImageShape,
    pub(super) levels: Levels,
    /// What was noticed.
    pub(super) marks: Marks,
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

/// Decodes a file by its content, whatever its name says; of an animation the first frame, of several pages the first.
/// A picture that is transparent in places is laid on white, as most programs show it: what a file holds behind
/// transparency nobody sees, and it must not become modes of the data.
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
    let mut format = None;
    let read = || -> image::ImageResult<DynamicImage> {
        let mut reader = ImageReader::new(BufReader::new(file)).with_guessed_format()?;
        format = reader.format();
        let mut limits = Limits::default();
        limits.max_image_width = Some(MAX_SIDE);
        limits.max_image_height = Some(MAX_SIDE);
        limits.max_alloc = Some(MAX_DECODED);
        reader.limits(limits);
        reader.decode()
    };
    let decoded = read().map_err(|error| Failure {
        reason: words(error, format),
        may_pass: failed.get(),
    })?;
    if matches!(
        decoded,
        DynamicImage::ImageRgb32F(_) | DynamicImage::ImageRgba32F(_)
    ) {
        return Err(Failure::content(REAL_NUMBERS));
    }
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
    let see_through = decoded.color().has_alpha();
    let wide = decoded.color().bytes_per_pixel() > decoded.color().channel_count();
    let (levels, transparent) = if wide {
        let (levels, transparent) = match (coloured, see_through) {
            (true, false) => (decoded.into_rgb16().into_raw(), false),
            (false, false) => (decoded.into_luma16().into_raw(), false),
            (true, true) => on_white::<u16, 3, 4>(&decoded.into_rgba16()),
            (false, true) => on_white::<u16, 1, 2>(&decoded.into_luma_alpha16()),
        };
        (Levels::of_deep(levels), transparent)
    } else {
        let (bytes, transparent) = match (coloured, see_through) {
            (true, false) => (decoded.into_rgb8().into_raw(), false),
            (false, false) => (decoded.into_luma8().into_raw(), false),
            (true, true) => on_white::<u8, 3, 4>(&decoded.into_rgba8()),
            (false, true) => on_white::<u8, 1, 2>(&decoded.into_luma_alpha8()),
        };
        (Levels::Bytes(bytes), transparent)
    };
    let most = match &levels {
        Levels::Bytes(_) => None,
        Levels::Deep(levels) => levels.iter().copied().max(),
    };
    let pages = format == Some(ImageFormat::Tiff)
        && File::open(path).is_ok_and(|mut file| has_pages(&mut file).unwrap_or(false));
    Ok(Picture {
        shape,
        levels,
        marks: Marks {
            transparent: transparent.into(),
            pages: pages.into(),
            deep: most.is_some().into(),
            most: most.unwrap_or(0),
            shallow: (!wide).into(),
        },
    })
}

/// Pixels of `C` levels and their opacity, `P` together, laid on white; and whether any lets white through.
fn on_white<T, const C: usize, const P: usize>(pixels: &[T]) -> (Vec<T>, bool)
where
    T: Copy + Bounded + Into<u64> + TryFrom<u64>,
{
    let white: u64 = T::MAX.into();
    let (pixels, _) = pixels.as_chunks::<P>();
    let mut levels = Vec::with_capacity(pixels.len() * C);
    let mut transparent = false;
    for pixel in pixels {
        let alpha: u64 = pixel[C].into();
        transparent |= alpha < white;
        let laid = |v: T| (v.into() * alpha + white * (white - alpha) + white / 2) / white;
        let visible = pixel[..C]
            .iter()
            .map(|&v| T::try_from(laid(v)).unwrap_or(T::MAX));
        levels.extend(visible);
    }
    (levels, transparent)
}

/// Levels with a largest one, which is white.
trait Bounded {
    const MAX: Self;
}

impl Bounded for u8 {
    const MAX: Self = u8::MAX;
}

impl Bounded for u16 {
    const MAX: Self = u16::MAX;
}

/// A decoder's error as one line.
fn words(error: ImageError, format: Option<ImageFormat>) -> String {
    match error {
        ImageError::IoError(e) if e.kind() == ErrorKind::UnexpectedEof => {
            "the file is cut off".to_owned()
        }
        ImageError::Unsupported(what) if format == Some(ImageFormat::Tiff) => {
            // The decoder has a number for formats of samples, not a word.
            if what.to_string().contains("IEEEFP") || what.to_string().contains("Unknown(32)") {
                REAL_NUMBERS.into()
            } else {
                format!("it is a TIFF picture of a kind that cannot be read, {ADVICE}")
            }
        }
        ImageError::Unsupported(_) => "it is no picture of a kind that can be read".into(),
        ImageError::Limits(_) => format!(
            "it is larger than {MAX_SIDE} × {MAX_SIDE} pixels or {} when decoded",
            mebibytes(MAX_DECODED)
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

    /// The picture as an item: of 16-bit levels if it is `deep` itself or asked for as such.
    pub(super) fn item(&mut self, picture: &Picture, deep: bool) -> Item {
        let fit = match self.last.take() {
            Some(fit) if fit.is_for(picture.shape) => fit,
            _ => Fit::new(picture.shape, self.crop, self.to),
        };
        let item = match &picture.levels {
            Levels::Bytes(bytes) if deep => {
                let wide: Vec<u16> = bytes.iter().map(|&v| u16::from(v) * WIDEN).collect();
                Item::Deep(deep_item(&fit, &wide))
            }
            Levels::Bytes(bytes) => {
                let mut out = Vec::with_capacity(self.to.dim());
                fit.bytes(bytes, &mut out);
                Item::Bytes(out)
            }
            Levels::Deep(levels) => Item::Deep(deep_item(&fit, levels)),
        };
        self.last = Some(fit);
        item
    }
}

/// A picture in the shape of the data set: whole levels, of 8 or of 16 bits.
#[derive(Debug)]
pub(super) enum Item {
    Bytes(Vec<u8>),
    Deep(Vec<f32>),
}

fn deep_item(fit: &Fit, levels: &[u16]) -> Vec<f32> {
    let mut out = Vec::new();
    fit.levels(levels, &mut out);
    out
}
