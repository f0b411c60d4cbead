//! Figures of a run: what was measured of it, and the loss around it.

pub mod collapse_curve;
pub mod collapse_path;
pub mod histogram;
pub mod latent_history;
pub mod latent_space;
pub mod latent_table;
pub mod merits;
pub mod rate_distortion;
pub mod surface_net;
pub mod training;
pub mod usage;

use crate::config::RunConfig;
use crate::data::Dataset;
use crate::plot::Provenance;

/// Where a run's numbers come from; `digest` is that of the data, computed once when they are loaded.
pub fn provenance(
    config: &RunConfig,
    data: &Dataset,
    digest: &str,
    device: &str,
    step: u64,
) -> Provenance {
    Provenance {
        settings: serde_json::to_string(config).unwrap_or_default(),
        seed: Some(config.sampling.seed),
        data: data.name.clone(),
        data_digest: digest.to_owned(),
        device: device.to_owned(),
        step: Some(step),
        ..Provenance::default()
    }
}
