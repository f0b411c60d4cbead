//! How pictures are brought to the items of a data set: their side, the part of them that is kept, grey or colour.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{ConfigError, in_range};

/// Largest side that can be asked for, in pixels.
pub const MAX_SIDE: usize = 1024;

/// The part of a picture that is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Crop {
    /// The centred square; of aligned CelebA faces (178 × 218, or that at any scale) 148/178 of its width, as is
    /// usual for them. Arrays of pictures, all of one size, are not cropped.
    #[default]
    Auto,
    /// The whole picture: the longer side is brought to the side asked for, so that the proportions stay.
    Whole,
    /// The centred square of this many pixels, or of the picture's shorter side if that is less.
    Pixels(usize),
}

impl FromStr for Crop {
    type Err = ConfigError;

    /// Reads `auto`, `none` or a number of pixels.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.trim() {
            "auto" => Ok(Self::Auto),
            "none" => Ok(Self::Whole),
            number => match number.parse() {
                Ok(pixels) => Ok(Self::Pixels(in_range("crop", pixels, 1, 1 << 16)?)),
                Err(_) => Err(ConfigError::Unreadable {
                    name: "crop",
                    reason: format!("'{number}' is not auto, none or a number of pixels"),
                }),
            },
        }
    }
}

impl fmt::Display for Crop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Whole => f.write_str("none"),
            Self::Pixels(pixels) => write!(f, "{pixels}"),
        }
    }
}

/// Whether pictures are read as grey or in colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum Colour {
    /// As stored; in colour if any of the first pictures of a folder is.
    #[default]
    Auto,
    /// One channel of luminance.
    Grey,
    /// Three channels.
    Rgb,
}

/// How pictures become items.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ImageOptions {
    /// Side of the items in pixels. Absent, arrays of pictures keep theirs and pictures of a folder are brought to
    /// 64, or keep their own side if the first is smaller.
    pub side: Option<usize>,
    /// The part that is kept.
    #[serde(default)]
    pub crop: Crop,
    /// Grey or colour.
    #[serde(default)]
    pub colour: Colour,
}

impl ImageOptions {
    /// Checks the numbers.
    ///
    /// # Errors
    /// [`ConfigError::OutOfRange`] for a side or a crop of no pixels or far too many.
    pub fn validate(&self) -> Result<(), ConfigError> {
        if let Some(side) = self.side {
            in_range("side", side, 2, MAX_SIDE)?;
        }
        if let Crop::Pixels(pixels) = self.crop {
            in_range("crop", pixels, 1, 1 << 16)?;
        }
        Ok(())
    }

    /// Whether arrays of pictures are taken as they are.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crops_are_read_as_they_are_written() {
        for crop in [Crop::Auto, Crop::Whole, Crop::Pixels(148)] {
            assert_eq!(crop.to_string().parse(), Ok(crop));
        }
        for wrong in ["0", "-1", "some", ""] {
            assert!(wrong.parse::<Crop>().is_err(), "{wrong}");
        }
        let options = |side| ImageOptions {
            side: Some(side),
            ..ImageOptions::default()
        };
        assert!(options(64).validate().is_ok());
        assert!(options(0).validate().is_err());
        assert!(options(1 << 20).validate().is_err());
    }
}
