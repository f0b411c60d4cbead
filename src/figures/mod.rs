//! The program's figures, each a pure function from what the other layers know to a [`FigureSpec`], one file a figure.
//!
//! The window and the command line build their figures here, so what is on screen, what a button saves and what a
//! script writes are the same figure.

pub mod data;
pub mod lab;
pub mod pictures;
pub mod run;
pub mod theory;

use crate::plot::{FigureSpec, Provenance};

pub use data::class_name;
pub use data::modes::modes_figure;
pub use data::samples::samples_figure;
pub use data::spectrum::spectrum_figure;
pub use lab::diagnosis::diagnosis_figure;
pub use lab::noise::noise_figure;
pub use lab::phase::{phase_figure, theory_map_figure};
pub use lab::sweep::{SweepQuantity, sweep_figure};
pub use pictures::gallery::gallery_figure;
pub use pictures::reconstructions::reconstructions_figure;
pub use run::collapse_curve::{CurveOf, collapse_curve_figure};
pub use run::collapse_path::collapse_path_figure;
pub use run::histogram::sigma_histogram_figure;
pub use run::latent_history::{Moment, latent_history_figure};
pub use run::latent_space::{LatentSpace, Place, latent_space};
pub use run::latent_table::latent_table_figure;
pub use run::merits::{Merit, Merits, merits_figure};
pub use run::provenance;
pub use run::rate_distortion::rate_distortion_figure;
pub use run::surface_net::net_surface_figure;
pub use run::training::training_figure;
pub use run::usage::usage_figure;
pub use theory::staircase::{Visit, staircase_figure};
pub use theory::surface_basin::{basin_figure, basin_request};
pub use theory::surface_hessian::{betas_around, hessian_figure};
pub use theory::surface_mode::mode_surface_figure;
pub use theory::surface_ppca::ppca_surface_figure;
pub use theory::surface_soft::soft_surface_figure;
pub use theory::thresholds::thresholds_figure;
pub use theory::variance::variance_figure;

/// An empty figure in which keys are numbers of latents.
pub(crate) fn blank(id: &str, title: &str) -> FigureSpec {
    FigureSpec {
        keyed_by: "latent".into(),
        ..FigureSpec::new(id, title)
    }
}

/// The same with where its numbers came from.
pub(crate) fn figure_named(id: &str, title: &str, provenance: &Provenance) -> FigureSpec {
    FigureSpec {
        provenance: provenance.clone(),
        ..blank(id, title)
    }
}
