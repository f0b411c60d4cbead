//! Axes: from values to places, and ticks.

pub mod frame;
pub mod ticks;
