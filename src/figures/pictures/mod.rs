//! Figures made of pictures.

pub mod cell;
pub mod gallery;
pub mod plane;
pub mod reconstructions;
pub mod traversals;
pub mod zeroed;
