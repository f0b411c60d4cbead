//! The window: what the user sees and touches, drawn with egui.
//!
//! [`state`] holds everything shown and changes only by actions and messages; [`Explorer`] drains
//! the threads in `logic` and paints in `ui`; panels and tiles turn input into actions.
//!
//! The rooms depend one way: `state`, `widgets`, `threads`, `plot`, `panels`, `tiles`, `shell`; each
//! uses those before it.

mod panels;
pub mod plot;
mod shell;
pub mod state;
mod threads;
mod tiles;
pub mod widgets;

pub use shell::explorer::Explorer;
pub use shell::window::{WindowError, run};
pub use state::tile::Tile;
