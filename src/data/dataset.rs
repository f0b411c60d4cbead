//! The one form of a data set.

use std::ops::Range;
use std::path::PathBuf;

use crate::config::Split;
use crate::disk::Fnv;

use super::scale::Scaling;
use super::stored::StoredPixels;

/// Height, width and channels of one item; a plain vector is `1 × d × 1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ImageShape {
    /// Rows.
    pub height: usize,
    /// Columns.
    pub width: usize,
    /// 1 for grey, 3 for RGB (interleaved).
    pub channels: usize,
}

impl ImageShape {
    /// d, the number of values of one item.
    pub fn dim(self) -> usize {
        self.height * self.width * self.channels
    }

    /// Whether items can be shown as pictures (rather than as a plain vector).
    pub fn is_image(self) -> bool {
        self.height > 1 && self.width > 1
    }
}

/// The stored values, `n × d`, row-major.
#[derive(Debug, Clone, PartialEq)]
pub enum Pixels {
    /// Image bytes, as they came.
    Bytes(Vec<u8>),
    /// Real values, as they came.
    Floats(Vec<f32>),
    /// Image bytes that stay on disk.
    Stored(StoredPixels),
}

impl Default for Pixels {
    fn default() -> Self {
        Self::Bytes(Vec::new())
    }
}

impl Pixels {
    /// Whether the values are image bytes, wherever they are.
    pub fn are_bytes(&self) -> bool {
        !matches!(self, Self::Floats(_))
    }

    /// The bytes of `range` where the values are bytes: as they lie in memory, or read into `scratch`.
    /// `None` if they are no bytes or can no longer be read.
    pub fn bytes<'a>(&'a self, range: Range<usize>, scratch: &'a mut Vec<u8>) -> Option<&'a [u8]> {
        match self {
            Self::Bytes(bytes) => bytes.get(range),
            Self::Floats(_) => None,
            Self::Stored(stored) => {
                scratch.resize(range.len(), 0);
                stored.read(range.start, scratch).then_some(&scratch[..])
            }
        }
    }

    /// Why values could not be read, if that has happened.
    pub fn failure(&self) -> Option<&str> {
        match self {
            Self::Stored(stored) => stored.failure(),
            Self::Bytes(_) | Self::Floats(_) => None,
        }
    }
}

/// Most skipped files that are listed with their reasons.
pub const MAX_LISTED: usize = 100;

/// Files that were left out because they could not be read, or do not belong to what was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Skipped {
    /// How many.
    pub count: usize,
    /// The first [`MAX_LISTED`] of them, each with its reason.
    pub listed: Vec<(PathBuf, String)>,
}

impl Skipped {
    /// Counts a file, and lists it while there is room.
    pub fn add(&mut self, path: PathBuf, reason: String) {
        self.count += 1;
        if self.listed.len() < MAX_LISTED {
            self.listed.push((path, reason));
        }
    }
}

/// A data set, in memory or with its pixels on disk.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Dataset {
    /// What the user knows it by: `digits`, `MNIST train`, a file name.
    pub name: String,
    /// Shape of one item.
    pub shape: ImageShape,
    /// The values.
    pub pixels: Pixels,
    /// One class per item, where the source has them.
    pub labels: Option<Vec<u8>>,
    /// What the classes are called, by number, where the source tells; else empty.
    pub classes: Vec<String>,
    /// Files that were left out, and why.
    pub skipped: Skipped,
    /// The scale of the values, decided when they were loaded; without one bytes are grey levels and real values are
    /// taken as they are.
    pub scaling: Option<Scaling>,
    /// Whether the items are rows of a table, each column a quantity of its own, rather than pictures or vectors of
    /// one kind.
    pub table: bool,
    /// What the values of an item are called, in order, where the source tells; else empty.
    pub columns: Vec<String>,
    /// The parts that the source is divided into, where it is: what other splits could be asked for.
    pub splits: Vec<Split>,
    /// What loading decided that its user may want to know, one sentence each: a split that was not asked for, columns
    /// that were left out.
    pub remarks: Vec<String>,
}

impl Dataset {
    /// Whether the values of an item are alike, as the pixels of a picture are, rather than quantities of their own.
    pub fn is_of_pixels(&self) -> bool {
        /// Vectors of fewer values are no flattened pictures.
        const LONG: usize = 64;
        if self.table {
            return false;
        }
        let scaling = self.scaling();
        let [low, high] = scaling.scaled_range();
        let flattened = self.dim() >= LONG && (scaling.divisor != 1.0 || low >= 0.0 && high <= 1.0);
        self.shape.is_image() || flattened
    }

    /// The scale of the values.
    pub fn scaling(&self) -> Scaling {
        self.scaling.clone().unwrap_or_else(|| {
            if self.pixels.are_bytes() {
                Scaling::grey()
            } else {
                Scaling::none([f64::NAN; 2])
            }
        })
    }

    /// n, the number of items.
    pub fn len(&self) -> usize {
        let values = match &self.pixels {
            Pixels::Bytes(bytes) => bytes.len(),
            Pixels::Floats(floats) => floats.len(),
            Pixels::Stored(stored) => stored.len(),
        };
        values / self.dim().max(1)
    }

    /// Whether there is no item.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// d, the number of values of one item.
    pub fn dim(&self) -> usize {
        self.shape.dim()
    }

    /// Bytes held in memory by the values and labels.
    pub fn memory_bytes(&self) -> usize {
        let values = match &self.pixels {
            Pixels::Bytes(bytes) => bytes.len(),
            Pixels::Floats(floats) => floats.len() * 4,
            Pixels::Stored(_) => 0,
        };
        values + self.labels.as_ref().map_or(0, Vec::len)
    }

    /// Item `index` as display bytes, `d` long (interleaved if the item has three channels): black to white over the
    /// range of all values; where that is not known, over the item's own.
    pub fn display_row(&self, index: usize) -> Vec<u8> {
        let d = self.dim();
        let range = index * d..(index + 1) * d;
        let Some(scaling) = &self.scaling else {
            return self.unscaled_row(range);
        };
        let [black, white] = scaling.black_and_white();
        // Of levels, so that grey comes back as it was.
        let slope = 255.0 / ((white - black) * scaling.divisor);
        let start = scaling.offset + black * scaling.divisor;
        let shade = |v: f64| ((v - start) * slope).round().clamp(0.0, 255.0) as u8;
        if let Pixels::Floats(floats) = &self.pixels {
            let row = floats.get(range).unwrap_or(&[]);
            return row.iter().map(|&v| shade(v.into())).collect();
        }
        let mut scratch = Vec::new();
        let bytes = self.pixels.bytes(range, &mut scratch).unwrap_or(&[]);
        bytes.iter().map(|&v| shade(v.into())).collect()
    }

    /// Bytes as they are; real values stretched so that the item's range fills 0..=255.
    fn unscaled_row(&self, range: Range<usize>) -> Vec<u8> {
        let Pixels::Floats(floats) = &self.pixels else {
            let mut scratch = Vec::new();
            let bytes = self.pixels.bytes(range, &mut scratch);
            return bytes.map_or_else(Vec::new, <[u8]>::to_vec);
        };
        let row = floats.get(range).unwrap_or(&[]);
        let low = row.iter().copied().fold(f32::INFINITY, f32::min);
        let high = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let scale = if high > low {
            255.0 / (high - low)
        } else {
            0.0
        };
        row.iter().map(|&v| ((v - low) * scale) as u8).collect()
    }

    /// A hash of shape, values and labels: two data sets with the same digest hold the same
    /// numbers, whatever they are called. It is for provenance, not for security.
    pub fn digest(&self) -> u64 {
        // Bytes of stored pixels read at a time, whole words.
        const PART: usize = 1 << 20;
        let mut hash = Fnv::new();
        for size in [self.shape.height, self.shape.width, self.shape.channels] {
            hash.word(size as u64);
        }
        match &self.pixels {
            Pixels::Bytes(bytes) => {
                hash.word(1);
                hash.bytes(bytes);
            }
            Pixels::Stored(stored) => {
                // The same words as the same bytes in memory.
                hash.word(1);
                let mut part = vec![0; PART];
                let mut last = Vec::new();
                for start in (0..stored.len()).step_by(PART) {
                    let len = PART.min(stored.len() - start);
                    // What cannot be read counts as zeros; whoever trains on it will be told.
                    let _ = stored.read(start, &mut part[..len]);
                    if len == PART {
                        hash.words(&part);
                    } else {
                        last = part[..len].to_vec();
                    }
                }
                hash.end(&last, stored.len());
            }
            Pixels::Floats(floats) => {
                hash.word(4);
                for value in floats {
                    hash.word(u64::from(value.to_bits()));
                }
            }
        }
        if let Some(labels) = &self.labels {
            hash.word(2);
            hash.bytes(labels);
        }
        hash.value()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data(pixels: Pixels) -> Dataset {
        Dataset {
            name: "a".into(),
            shape: ImageShape {
                height: 1,
                width: 3,
                channels: 1,
            },
            pixels,
            labels: Some(vec![1, 2]),
            ..Dataset::default()
        }
    }

    #[test]
    fn the_digest_sees_numbers_not_names() {
        let one = data(Pixels::Bytes(vec![1, 2, 3, 4, 5, 6]));
        let mut other = one.clone();
        other.name = "b".into();
        assert_eq!(one.digest(), other.digest());
        other.labels = Some(vec![1, 3]);
        assert_ne!(one.digest(), other.digest());
        other = one.clone();
        other.shape.width = 6;
        assert_ne!(one.digest(), other.digest());
        let digests: std::collections::HashSet<u64> = (0..6_u8)
            .flat_map(|p| (0..=255).map(move |v| (p, v)))
            .map(|(p, v)| {
                let mut bytes = vec![7; 6];
                bytes[usize::from(p)] = v;
                data(Pixels::Bytes(bytes)).digest()
            })
            .collect();
        assert_eq!(digests.len(), 6 * 255 + 1);
    }

    #[test]
    fn rows_are_shown_over_their_range() {
        let floats = data(Pixels::Floats(vec![-1.0, 0.0, 1.0, 5.0, 5.0, 5.0]));
        assert_eq!(floats.display_row(0), [0, 127, 255]);
        assert_eq!(floats.display_row(1), [0, 0, 0]);
        assert!(floats.display_row(9).is_empty());
    }
}
