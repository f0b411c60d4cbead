//! What the statistics of a run mean: which latents live, which collapsed, what theory predicted.

mod collapse;
mod information;
mod prediction;
mod principal;
mod quantity;
mod usage;

pub use collapse::CollapseCurve;
pub use information::{MutualInformation, mutual_information};
pub use prediction::{Explainable, Prediction, predict};
pub use principal::LatentPlane;
pub use quantity::Quantity;
pub use usage::{LatentUsage, Usage};
