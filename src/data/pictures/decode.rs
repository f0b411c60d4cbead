//! One picture file, decoded by its content and brought to the shape of the data set.

use std::fs::File;
use std::io::{BufReader, ErrorKind};
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

/// Decodes a file by its content, whatever its name says; of an animation the first frame. More than 8 bits are
/// reduced to 8, and transparency is ignored.
///
/// # Errors
/// Why not, in words.
pub(super) fn decode(path: &Path) -> Result<Picture, String> {
    let file = File::open(path).map_err(|e| e.to_string())?;
    let held = file.metadata().map_or(0, |m| m.len());
    match held {
        0 => return Err("the file is empty".into()),
        MAX_FILE.. => return Err(format!("the file has {held} bytes, more than {MAX_FILE}")),
        _ => {}
    }
    let read = || -> image::ImageResult<DynamicImage> {
        let mut reader = ImageReader::new(BufReader::new(file)).with_guessed_format()?;
        let mut limits = Limits::default();
        limits.max_image_width = Some(MAX_SIDE);
        limits.max_image_height = Some(MAX_SIDE);
        limits.max_alloc = Some(MAX_DECODED);
        reader.limits(limits);
        reader.decode()
    };
    let decoded = read().map_err(|error| match error {
        ImageError::IoError(e) if e.kind() == ErrorKind::UnexpectedEof => {
            "the file is cut off".to_owned()
        }
        ImageError::Unsupported(_) => "it is no picture of a kind that can be read".into(),
        ImageError::Limits(_) => format!(
            "it is larger than {MAX_SIDE} × {MAX_SIDE} pixels or {} MiB when decoded",
            MAX_DECODED >> 20
        ),
        other => one_line(&other.to_string()),
    })?;
    let (width, height) = (decoded.width() as usize, decoded.height() as usize);
    if width == 0 || height == 0 {
        return Err("it has no pixels".into());
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
