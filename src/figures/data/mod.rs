//! Figures of the data: samples, spectrum, modes.

pub mod data_grid;
pub mod data_modes;
pub mod data_samples;
pub mod data_spectrum;
