//! The header of an IDX file: two zero bytes, the value type, the number of sizes, the sizes as
//! big-endian 32-bit integers.

use std::path::Path;

use crate::data::dataset::ImageShape;
use crate::data::error::Error;

use crate::data::formats;
use crate::data::limits::MAX_BYTES;
use crate::data::source::Source;

/// Value type code of unsigned bytes.
const UNSIGNED_BYTES: u8 = 0x08;

/// A header with one to four sizes, none of them zero.
#[derive(Debug, Clone)]
pub(super) struct Header {
    kind: u8,
    sizes: Vec<u32>,
}

impl Header {
    /// Reads and checks the header.
    pub(super) fn read(source: &mut Source<'_>) -> Result<Self, Error> {
        let mut magic = [0; 4];
        let got = source.fill(&mut magic)?;
        let bad = |offset, reason: String| Err(Error::malformed(source.path(), offset, reason));
        if got == 0 && source.is_cut() {
            return bad(
                0,
                "the compressed data are cut off before the first value".into(),
            );
        }
        if got == 0 {
            return bad(0, "the file is empty".into());
        }
        if magic[..2] != [0, 0] || got < 4 {
            return Err(formats::foreign(source, &magic[..got]));
        }
        let [_, _, kind, rank] = magic;
        if kind != UNSIGNED_BYTES && formats::idx_type(kind).is_none() {
            return Err(formats::foreign(source, &magic));
        }
        if !(1..=4).contains(&rank) {
            return bad(
                3,
                format!(
                    "the magic number 0x0000{kind:02x}{rank:02x} announces {rank} sizes; \
                         images have 2 to 4 and labels 1"
                ),
            );
        }
        let mut raw = [0; 16];
        let raw = &mut raw[..4 * usize::from(rank)];
        let got = source.fill(raw)?;
        if got < raw.len() {
            return Err(Error::malformed(
                source.path(),
                4 + got as u64,
                format!(
                    "the header is cut off: {} of its {} bytes are there",
                    4 + got,
                    4 + raw.len()
                ),
            ));
        }
        let (sizes, _) = raw.as_chunks::<4>();
        let sizes: Vec<u32> = sizes.iter().map(|size| u32::from_be_bytes(*size)).collect();
        if let Some(zero) = sizes.iter().position(|&size| size == 0) {
            let reason = if zero == 0 {
                "the header says that it holds no items"
            } else {
                "the header says that an item has no values"
            };
            return Err(Error::malformed(source.path(), 4 + 4 * zero as u64, reason));
        }
        Ok(Self { kind, sizes })
    }

    /// Bytes of the header itself.
    pub(super) fn length(&self) -> u64 {
        4 + 4 * self.sizes.len() as u64
    }

    /// The code of the values' type, and the bytes of one value.
    pub(super) fn kind(&self) -> (u8, usize) {
        let width = match self.kind {
            0x0b => 2,
            0x0c | 0x0d => 4,
            0x0e => 8,
            _ => 1,
        };
        (self.kind, width)
    }

    /// Items in the whole file.
    pub(super) fn count(&self) -> u64 {
        u64::from(self.sizes[0])
    }

    /// Bytes of one item; at most three 32-bit sizes and the width, so 128 bits always hold it and its product with the
    /// count.
    pub(super) fn item_bytes(&self) -> u128 {
        self.item_values() * self.kind().1 as u128
    }

    /// Values of one item.
    pub(super) fn item_values(&self) -> u128 {
        self.sizes[1..]
            .iter()
            .map(|&size| u128::from(size))
            .product()
    }

    /// `60000 × 28 × 28 = 47040000 bytes`, for messages.
    pub(super) fn promise(&self) -> String {
        let sizes: Vec<String> = self.sizes.iter().map(u32::to_string).collect();
        let total = u128::from(self.count()) * self.item_bytes();
        let mut factors = sizes.join(" × ");
        if self.kind().1 > 1 {
            factors.push_str(&format!(" × {}", self.kind().1));
        }
        if factors.contains('×') {
            format!("{factors} = {total} bytes")
        } else {
            format!("{total} bytes")
        }
    }

    /// The shape of one image, or what is wrong with this header as one of images.
    pub(super) fn image_shape(&self, path: &Path) -> Result<ImageShape, Error> {
        if self.kind != UNSIGNED_BYTES {
            let reason = format!(
                "it holds IDX values of type 0x{:02x} ({}); only unsigned bytes (0x08) can be read",
                self.kind,
                formats::idx_type(self.kind).unwrap_or("unknown")
            );
            return Err(Error::malformed(path, 2, reason));
        }
        let (height, width, channels) = match self.sizes[1..] {
            [] => {
                return Err(Error::malformed(
                    path,
                    0,
                    "it is an IDX labels file (magic number 0x00000801), not images (0x00000803); \
                     give the images file or its folder",
                ));
            }
            [width] => (1, width, 1),
            [height, width] => (height, width, 1),
            [height, width, channels] => (height, width, channels),
            _ => return Err(Error::malformed(path, 3, "it has too many sizes")),
        };
        if channels != 1 && channels != 3 {
            return Err(Error::malformed(
                path,
                16,
                format!("images have 1 or 3 channels, not {channels}"),
            ));
        }
        // A size is 32 bits, but a product of three may exceed a machine word; such a file cannot
        // hold its items, and is refused before anything is multiplied in machine words.
        if self.item_values() > u128::from(MAX_BYTES) {
            return Err(Error::TooLarge {
                what: format!(
                    "one item of {} ({} values)",
                    path.display(),
                    self.item_values()
                ),
                needed: u64::try_from(self.item_values()).unwrap_or(u64::MAX),
                cap: MAX_BYTES,
                advice: "the header is probably damaged",
            });
        }
        Ok(ImageShape {
            height: height as usize,
            width: width as usize,
            channels: channels as usize,
        })
    }

    /// Refuses a header that is not one of labels: a class for every item, or several columns of numbers for it.
    pub(super) fn check_labels(&self, path: &Path) -> Result<(), Error> {
        if self.sizes.len() <= 2 {
            return Ok(());
        }
        Err(Error::malformed(
            path,
            3,
            format!(
                "it has the name of a labels file, but its magic number is 0x0000{:02x}{:02x}, not 0x00000801",
                self.kind,
                self.sizes.len()
            ),
        ))
    }
}
