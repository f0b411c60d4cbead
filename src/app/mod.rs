//! The window: what the user sees and touches, drawn with egui.

pub mod plot_view;
pub mod theme;
