//! Figures as data, and their exporters.
//!
//! A figure is a [`FigureSpec`]: axes, layers, notes, provenance. The window draws it; [`export`]
//! writes the same value as SVG, PNG or CSV. Nothing is ever cropped from the screen.

pub mod colour;
pub mod colour_map;
pub mod contour;
pub mod decimate;
pub mod frame;
pub mod size;
pub mod spec;
pub mod ticks;

pub use colour::{Colour, Palette, Rgb, Role, latent_colour};
pub use colour_map::{ColourMap, Colouring};
pub use frame::{AxisMap, Frame};
pub use size::Size;
pub use spec::*;
