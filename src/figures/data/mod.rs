//! Figures of the data themselves.

pub mod modes;
pub mod rows;
pub mod samples;
pub mod spectrum;

use crate::data::Dataset;

/// What a class is called: its name, or its number.
pub fn class_name(data: &Dataset, class: u8) -> String {
    let name = data.classes.get(usize::from(class));
    name.cloned().unwrap_or_else(|| class.to_string())
}

/// `MNIST train, 60000 × 28×28`.
fn subtitle(data: &Dataset) -> String {
    let shape = data.shape;
    let size = match (shape.is_image(), shape.channels) {
        (true, 1) => format!("{}×{}", shape.height, shape.width),
        (true, _) => format!("{}×{}×{}", shape.height, shape.width, shape.channels),
        (false, _) => format!("{} values", shape.dim()),
    };
    format!("{}, {} × {size}", data.name, data.len())
}
