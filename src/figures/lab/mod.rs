//! Figures of experiments.

pub mod diagnosis;
pub mod noise;
pub mod phase;
pub mod sweep;
