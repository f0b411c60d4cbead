//! Pictures of data in rows, for the views of the data.

use crate::plot::{Axis, ImageCell, ImageRow};

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

/// A vector as points over its components.
pub(crate) fn over_components(values: &[f32]) -> Vec<[f64; 2]> {
    let numbered = (1..).map(f64::from).zip(values);
    numbered.map(|(i, &v)| [i, f64::from(v)]).collect()
}

/// 0–1 to 0–255, rounded; NaN is black.
pub(crate) fn byte(value: f32) -> u8 {
    (value.clamp(0.0, 1.0) * 255.0 + 0.5) as u8
}
