//! The program's figures, each a pure function from plain numbers to a [`FigureSpec`].
//!
//! A tile knows no trainer and no theory: whoever owns the numbers fills its input struct.
//!
//! [`FigureSpec`]: crate::plot::FigureSpec

pub mod data;
pub mod lab;
pub mod pictures;
pub mod run;
pub mod theory;

pub use data::data_grid::PictureSize;
pub use data::data_modes::{DataModes, component_pixels, data_modes};
pub use data::data_samples::{DataSamples, SampleRow, data_samples};
pub use data::data_spectrum::{DataSpectrum, data_spectrum};
pub use lab::noise::{NoiseInput, NoiseMark, noise};
pub use lab::phase::{Boundary, CellState, CellValue, Phase, phase};
pub use lab::staircase::{Staircase, Visit, staircase};
pub use lab::sweep::{SweepInput, SweepMark, SweepQuantity, sweep};
pub use pictures::cell::PictureShape;
pub use pictures::plane::{InterpolationPlane, interpolation_plane};
pub use pictures::reconstructions::{Reconstructions, reconstructions};
pub use pictures::traversals::{Traversals, traversals};
pub use pictures::zeroed::{ZeroedSamples, zeroed_samples};
pub use run::collapse_curve::{CollapseCurves, CurveOf, collapse_curves};
pub use run::collapse_path::{CollapsePathTile, PathCurve, collapse_path};
pub use run::histogram::{SigmaHistogram, sigma_histogram};
pub use run::latent_history::{LatentHistory, Moment, latent_history};
pub use run::latent_space::{LatentSpace, Place, latent_space};
pub use run::latent_table::latent_table;
pub use run::merits::{Merit, Merits, merits};
pub use run::rate_distortion::{RateDistortion, rate_distortion};
pub use run::surface_hessian::{SurfaceHessian, surface_hessian};
pub use run::surface_net::{SurfaceNet, surface_net};
pub use run::training::{GhostRun, LiveEdit, Training, training};
pub use run::usage::{LatentUse, Usage, UsageOrder, usage};
pub use run::variance::{Variance, variance};
pub use theory::surface::SurfaceGrid;
pub use theory::surface_basin::{SurfaceBasin, surface_basin};
pub use theory::surface_mode::{SurfaceMode, surface_mode};
pub use theory::surface_ppca::{SurfacePpca, surface_ppca};
pub use theory::surface_soft::{CollapsedPoint, SurfaceSoft, surface_soft};
pub use theory::thresholds::{Candidate, ModeAtOptimum, Thresholds, thresholds};
