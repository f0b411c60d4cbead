//! The window: what the user sees and touches, drawn with egui.
//!
//! [`state`] holds everything shown and changes only by actions and messages; [`Explorer`] drains
//! the threads in `logic` and paints in `ui`; panels and tiles turn input into actions.

pub mod action;
mod background;
mod bars;
mod controls;
mod data_panel;
mod explorer;
mod files;
mod help;
mod loader;
mod log_slider;
mod number {
    pub(super) use crate::text::{significant, subscript, thousands};
}
mod outline;
mod papers;
pub mod plot_view;
pub mod state;
pub mod theme;
mod tile;
mod tiles;
mod tour;
mod window;

pub use explorer::Explorer;
pub use loader::{
    LoadedData, LoaderMessage, NoPreview, PreviewRequest, Previewed, Relation, Strip,
};
pub use papers::{PapersMessage, PapersProgress, PapersRequest};
pub use tile::Tile;
pub use window::{WindowError, run};
