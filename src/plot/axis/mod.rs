//! Axes: from values to places, and ticks.

pub(crate) mod along;
pub mod frame;
pub mod ticks;
