//! Plots as data, the one painter and the exporters. Nothing here knows what a plot is about.
//!
//! A plot is a [`FigureSpec`]: axes, layers, notes, provenance. The window shows it; [`export`] writes the same value
//! as SVG, PNG or CSV. Nothing is ever cropped from the screen.

pub mod axis;
pub mod colour;
pub mod export;
pub(crate) mod scene;
pub mod shape;
pub mod spec;

pub use axis::frame::{AxisMap, Frame};
pub use colour::map::{ColourMap, Colouring};
pub use colour::{Colour, Key, Palette, Rgb, Role, key_colour};
pub use export::{EXPORTERS, Error, Exporter, Raster, exporter_for, render, save, save_at};
pub use spec::size::Size;
pub use spec::*;
