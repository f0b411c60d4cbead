//! Figures of the closed forms: spectra and thresholds, surfaces of the loss.

pub mod surface;
pub mod surface_basin;
pub mod surface_mode;
pub mod surface_ppca;
pub mod surface_soft;
pub mod thresholds;
