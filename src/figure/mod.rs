//! Figures as data, and their exporters.
//!
//! A figure is a [`FigureSpec`]: axes, layers, notes, provenance. The window draws it; [`export`]
//! writes the same value as SVG, PNG or CSV. Nothing is ever cropped from the screen.

pub mod colour;
pub mod colour_map;
pub mod size;
pub mod spec;

pub use colour::{Colour, Palette, Rgb, Role, latent_colour};
pub use colour_map::{ColourMap, Colouring};
pub use size::Size;
pub use spec::*;
