//! Data sets: where images come from, how they become the model's x, and their spectrum.
//!
//! Images stay bytes in memory; a [`PixelTransform`] says how a byte becomes x, and both
//! backends apply it while they gather a batch. [`load()`] gets a [`Dataset`], [`spectrum()`]
//! the eigenvalues ζ² of its covariance, which is all the linear theory needs to know of it;
//! [`cross_spectrum()`] gives their counterpart for a target that is not the input.

mod cross;
mod dataset;
pub mod digits;
mod error;
pub mod gaussian;
pub mod idx;
pub mod images;
mod load;
mod moments;
mod spectrum;
mod stored;
mod targets;
mod transform;

pub use cross::{CrossModes, CrossSpectrum, cross_modes, cross_spectrum};
pub use dataset::{Dataset, ImageShape, Pixels};
pub use error::{Error, OnProgress, Progress};
pub use load::load;
pub use spectrum::{Spectrum, spectrum};
pub use stored::StoredPixels;
pub use targets::Targets;
pub use transform::{PixelTransform, Preprocessor};
