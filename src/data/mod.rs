//! Data sets: where images come from, how they become the model's x, and their spectrum.
//!
//! Images stay bytes in memory; a [`PixelTransform`] says how a byte becomes x, and both
//! backends apply it while they gather a batch.

mod dataset;
mod transform;

pub use dataset::{Dataset, ImageShape, Pixels};
pub use transform::{PixelTransform, Preprocessor};
