//! Pictures mirrored along their diagonal, which turns those upright that were stored column by column.

use ndarray::ArrayView4;

use super::dataset::{Dataset, ImageShape, Pixels};
use super::error::{Error, OnProgress, report};
use super::limits::MAX_BYTES;

/// Bytes of pixels turned between two progress reports.
const BLOCK: usize = 1 << 22;

/// Swaps rows and columns of every picture; a picture of H × W becomes one of W × H. Pixels on disk are read into
/// memory.
///
/// # Errors
/// [`Error::Choice`] for items that are no pictures, or a file that can no longer be read; [`Error::TooLarge`];
/// [`Error::Cancelled`].
pub(super) fn transpose(data: Dataset, progress: OnProgress<'_>) -> Result<Dataset, Error> {
    let from = data.shape;
    let refuse = |reason: &str| Error::Choice {
        name: data.name.clone(),
        reason: reason.into(),
    };
    if !from.is_image() || data.table {
        return Err(refuse(
            "its items are vectors, not pictures, so they cannot be transposed",
        ));
    }
    let count = data.len();
    let pixels = match &data.pixels {
        Pixels::Bytes(bytes) => Pixels::Bytes(turned(bytes, from, progress)?),
        Pixels::Floats(floats) => Pixels::Floats(turned(floats, from, progress)?),
        Pixels::Stored(stored) => {
            let needed = stored.len() as u64;
            if needed > MAX_BYTES {
                return Err(Error::TooLarge {
                    what: data.name.clone(),
                    needed,
                    cap: MAX_BYTES,
                    advice: "transposing reads them into memory; ask for fewer items",
                });
            }
            let d = from.dim();
            let block = (BLOCK / d).max(1);
            let mut bytes = Vec::with_capacity(stored.len());
            let mut part = Vec::new();
            for start in (0..count).step_by(block) {
                report(progress, "transposing", start, count)?;
                part.resize(block.min(count - start) * d, 0);
                if !stored.read(start * d, &mut part) {
                    let reason = stored.failure().unwrap_or("its file can no longer be read");
                    return Err(refuse(reason));
                }
                bytes.extend(turned(&part, from, &|_| true)?);
            }
            Pixels::Bytes(bytes)
        }
    };
    Ok(Dataset {
        shape: ImageShape {
            height: from.width,
            width: from.height,
            ..from
        },
        pixels,
        ..data
    })
}

/// The values of pictures of shape `from`, rows and columns swapped.
fn turned<T: Copy>(
    values: &[T],
    from: ImageShape,
    progress: OnProgress<'_>,
) -> Result<Vec<T>, Error> {
    let d = from.dim();
    let block = (BLOCK / d).max(1);
    let count = values.len() / d;
    let mut turned = Vec::with_capacity(values.len());
    for (start, part) in (0..count).step_by(block).zip(values.chunks(block * d)) {
        report(progress, "transposing", start, count)?;
        let shape = (part.len() / d, from.height, from.width, from.channels);
        // The shape is that of the part, so the view always exists.
        if let Ok(pictures) = ArrayView4::from_shape(shape, part) {
            turned.extend(pictures.permuted_axes([0, 2, 1, 3]).iter().copied());
        }
    }
    report(progress, "transposing", count, count)?;
    Ok(turned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_become_columns_and_colours_stay_together() {
        // Two pictures of 2 × 3 in two channels' worth of colour; numbers by hand.
        let data = Dataset {
            shape: ImageShape {
                height: 2,
                width: 3,
                channels: 1,
            },
            pixels: Pixels::Bytes(vec![1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]),
            ..Dataset::default()
        };
        let once = transpose(data.clone(), &|_| true).expect("pictures");
        assert_eq!((once.shape.height, once.shape.width), (3, 2));
        assert_eq!(
            once.pixels,
            Pixels::Bytes(vec![1, 4, 2, 5, 3, 6, 7, 10, 8, 11, 9, 12])
        );
        assert_eq!(transpose(once, &|_| true), Ok(data));
        let coloured = Dataset {
            shape: ImageShape {
                height: 2,
                width: 2,
                channels: 3,
            },
            pixels: Pixels::Floats((0..12_u8).map(f32::from).collect()),
            ..Dataset::default()
        };
        let turned = transpose(coloured, &|_| true).expect("pictures");
        let expected = [0, 1, 2, 6, 7, 8, 3, 4, 5, 9, 10, 11_u8].map(f32::from);
        assert_eq!(turned.pixels, Pixels::Floats(expected.to_vec()));
    }

    #[test]
    fn vectors_are_refused() {
        let data = Dataset {
            shape: ImageShape {
                height: 1,
                width: 4,
                channels: 1,
            },
            pixels: Pixels::Bytes(vec![0; 8]),
            ..Dataset::default()
        };
        let error = transpose(data, &|_| true).expect_err("vectors");
        assert!(error.to_string().contains("vectors"));
    }
}
