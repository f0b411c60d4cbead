//! What the statistics of a run mean: which latents live, which collapsed, what theory predicted.

mod collapse;
mod coverage;
mod information;
mod known;
mod prediction;
mod principal;
mod quantity;
mod usage;

pub use collapse::CollapseCurve;
pub use coverage::{Applies, Coverage, Limit};
pub use information::{MutualInformation, mutual_information};
pub use known::Known;
pub use prediction::{Explainable, Prediction, predict};
pub use principal::LatentPlane;
pub use quantity::Quantity;
pub use usage::{LatentUsage, Usage};
