//! Widgets of our own, and what everything looks like.

pub(crate) mod label;
pub mod log_slider;
pub mod style;
pub mod symbols;
pub mod theme;
