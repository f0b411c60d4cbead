//! Figures of the closed forms: spectra and thresholds, surfaces of the loss.

pub mod staircase;
pub mod surface;
pub mod surface_basin;
pub mod surface_hessian;
pub mod surface_mode;
pub mod surface_ppca;
pub mod surface_soft;
pub mod thresholds;
pub mod variance;

/// Cells along each side of a loss surface in closed form.
const CELLS: usize = 120;
