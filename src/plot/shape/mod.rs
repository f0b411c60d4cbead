//! Shapes worked out from values: contours, thinned lines, reliefs.

pub mod contour;
pub mod decimate;
pub(crate) mod relief;
