//! The program's figures, each a pure function from plain numbers to a [`FigureSpec`].
//!
//! A tile knows no trainer and no theory: whoever owns the numbers fills its input struct.
//!
//! [`FigureSpec`]: super::FigureSpec

pub mod collapse_curve;
pub mod histogram;
pub mod latent_space;
pub mod phase;
pub mod rate_distortion;
pub mod reconstructions;
pub mod staircase;
mod surface;
pub mod surface_mode;
pub mod surface_ppca;
pub mod sweep;
pub mod thresholds;
pub mod training;
pub mod usage;
pub mod variance;

pub use collapse_curve::{CollapseCurves, CurveOf, collapse_curves};
pub use histogram::{SigmaHistogram, sigma_histogram};
pub use latent_space::{LatentSpace, Place, latent_space};
pub use phase::{Boundary, CellState, CellValue, Phase, phase};
pub use rate_distortion::{RateDistortion, rate_distortion};
pub use reconstructions::{Reconstructions, reconstructions};
pub use staircase::{Staircase, Visit, staircase};
pub use surface::SurfaceGrid;
pub use surface_mode::{SurfaceMode, surface_mode};
pub use surface_ppca::{SurfacePpca, surface_ppca};
pub use sweep::{SweepInput, SweepMark, SweepQuantity, sweep};
pub use thresholds::{Candidate, ModeAtOptimum, Thresholds, thresholds};
pub use training::{GhostRun, LiveEdit, Training, training};
pub use usage::{LatentUse, Usage, UsageOrder, usage};
pub use variance::{Variance, variance};
