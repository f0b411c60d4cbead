//! The program's figures, each a pure function from plain numbers to a [`FigureSpec`].
//!
//! A tile knows no trainer and no theory: whoever owns the numbers fills its input struct.
//!
//! [`FigureSpec`]: super::FigureSpec

mod cell;
pub mod collapse_curve;
pub mod collapse_path;
mod data_grid;
pub mod data_modes;
pub mod data_samples;
pub mod data_spectrum;
pub mod histogram;
pub mod latent_history;
pub mod latent_space;
pub mod latent_table;
pub mod merits;
pub mod noise;
pub mod phase;
pub mod plane;
pub mod rate_distortion;
pub mod reconstructions;
pub mod staircase;
mod surface;
pub mod surface_basin;
pub mod surface_hessian;
pub mod surface_mode;
pub mod surface_net;
pub mod surface_ppca;
pub mod surface_soft;
pub mod sweep;
pub mod thresholds;
pub mod training;
pub mod traversals;
pub mod usage;
pub mod variance;
pub mod zeroed;

pub use cell::PictureShape;
pub use collapse_curve::{CollapseCurves, CurveOf, collapse_curves};
pub use collapse_path::{CollapsePathTile, PathCurve, collapse_path};
pub use data_grid::PictureSize;
pub use data_modes::{DataModes, component_pixels, data_modes};
pub use data_samples::{DataSamples, SampleRow, data_samples};
pub use data_spectrum::{DataSpectrum, data_spectrum};
pub use histogram::{SigmaHistogram, sigma_histogram};
pub use latent_history::{LatentHistory, Moment, latent_history};
pub use latent_space::{LatentSpace, Place, latent_space};
pub use latent_table::latent_table;
pub use merits::{Merit, Merits, merits};
pub use noise::{NoiseInput, NoiseMark, noise};
pub use phase::{Boundary, CellState, CellValue, Phase, phase};
pub use plane::{InterpolationPlane, interpolation_plane};
pub use rate_distortion::{RateDistortion, rate_distortion};
pub use reconstructions::{Reconstructions, reconstructions};
pub use staircase::{Staircase, Visit, staircase};
pub use surface::SurfaceGrid;
pub use surface_basin::{SurfaceBasin, surface_basin};
pub use surface_hessian::{SurfaceHessian, surface_hessian};
pub use surface_mode::{SurfaceMode, surface_mode};
pub use surface_net::{SurfaceNet, surface_net};
pub use surface_ppca::{SurfacePpca, surface_ppca};
pub use surface_soft::{CollapsedPoint, SurfaceSoft, surface_soft};
pub use sweep::{SweepInput, SweepMark, SweepQuantity, sweep};
pub use thresholds::{Candidate, ModeAtOptimum, Thresholds, thresholds};
pub use training::{GhostRun, LiveEdit, Training, training};
pub use traversals::{Traversals, traversals};
pub use usage::{LatentUse, Usage, UsageOrder, usage};
pub use variance::{Variance, variance};
pub use zeroed::{ZeroedSamples, zeroed_samples};
