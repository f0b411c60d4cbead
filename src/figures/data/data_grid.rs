//! Pictures of data in rows, for the views of the data.

use std::sync::Arc;

use crate::plot::{Axis, ImageCell, ImageRow};

/// Size of every picture of a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PictureSize {
    /// Rows of pixels.
    pub height: usize,
    /// Columns of pixels.
    pub width: usize,
    /// 1 (grey) or 3 (RGB).
    pub channels: usize,
}

/// One picture of this size.
pub(crate) fn cell(
    size: PictureSize,
    channels: usize,
    pixels: Arc<[u8]>,
    caption: String,
) -> ImageCell {
    ImageCell {
        width: size.width,
        height: size.height,
        channels,
        pixels,
        caption,
    }
}

/// Pictures in rows of at most `across`; `label` names the row that starts with picture number so.
pub(crate) fn rows_of(
    images: Vec<ImageCell>,
    across: usize,
    label: impl Fn(usize) -> String,
) -> Vec<ImageRow> {
    let mut rows: Vec<ImageRow> = Vec::new();
    for (at, image) in images.into_iter().enumerate() {
        if at % across == 0 {
            rows.push(ImageRow {
                label: label(at),
                images: Vec::with_capacity(across),
            });
        }
        if let Some(row) = rows.last_mut() {
            row.images.push(image);
        }
    }
    rows
}

/// Components of a vector that are ticked one by one.
const TICKED: usize = 20;

/// The axis of a vector's components, counted from 1.
pub(crate) fn component_axis(dim: usize) -> Axis {
    let axis = Axis::linear("component");
    if !(2..=TICKED).contains(&dim) {
        return axis;
    }
    let ticks = (1..=dim).map(|i| (i as f64, i.to_string())).collect();
    axis.with_ticks(ticks).with_range(1.0, dim as f64)
}
