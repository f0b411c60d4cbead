//! Data sets: where images come from, how they become the model's x, and their spectrum.
//!
//! Values stay as they are stored, bytes in memory or on disk or floats in memory; a [`PixelTransform`] says how a value
//! becomes x, and both backends apply it while they gather a batch. [`load()`] gets a [`Dataset`], [`spectrum()`]
//! the eigenvalues ζ² of its covariance, which is all the linear theory needs to know of it;
//! [`cross_spectrum()`] gives their counterpart for a target that is not the input.

mod arrays;
mod cifar;
mod cross;
mod dataset;
mod detect;
pub mod digits;
mod error;
pub mod faces;
mod fit;
mod formats;
pub mod gaussian;
#[cfg(feature = "hdf5")]
mod hdf5;
pub mod idx;
mod leading;
mod levels;
mod limits;
mod load;
mod mat;
mod moments;
mod npy;
mod overview;
mod pictures;
mod preview;
mod rank;
mod scale;
mod scale_check;
mod select;
mod source;
mod spectrum;
mod split;
mod store;
mod stored;
mod table;
mod targets;
mod transform;
mod transpose;

pub use cross::{CrossModes, CrossSpectrum, cross_modes, cross_spectrum};
pub use dataset::{Dataset, ImageShape, MAX_LISTED, Pixels, Skipped};
pub use error::{Error, OnProgress, Progress, Unit};
pub use levels::needs_levels;
pub use load::{PREVIEWED, load, load_with, preview, preview_cancellable, preview_with};
pub use overview::{Examples, HEAD, Overview};
pub use preview::Preview;
pub use rank::{IntrinsicRank, SHARES};
pub use scale::Scaling;
pub use scale_check::{ScaleWarning, scale_warning};
pub use spectrum::{MAX_SIDE as MAX_SPECTRUM_SIDE, Spectrum, spectrum};
pub use store::Store;
pub use stored::StoredPixels;
pub use targets::{Targets, check_targets};
pub use transform::{PixelTransform, Preprocessor, STD_FLOOR, usual_lambda};
