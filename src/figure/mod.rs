//! Figures as data, and their exporters.
//!
//! A figure is a [`FigureSpec`]: axes, layers, notes, provenance. The window draws it; [`export`]
//! writes the same value as SVG, PNG or CSV. Nothing is ever cropped from the screen.

pub mod colour;
pub mod colour_map;
pub mod column;
pub mod contour;
pub mod decimate;
pub mod diagnosis;
pub mod export;
pub mod frame;
pub mod lab;
pub mod landscape;
pub mod layer;
pub mod noise;
pub(crate) mod relief;
pub mod run;
mod scene;
pub mod size;
pub mod spec;
pub mod ticks;
pub mod tiles;
mod written;

pub use colour::{Colour, Palette, Rgb, Role, latent_colour};
pub use colour_map::{Category, ColourMap, Colouring};
pub use export::{EXPORTERS, Error, Exporter, Raster, exporter_for, render, save, save_at};
pub use frame::{AxisMap, Frame};
pub use size::Size;
pub use spec::*;
