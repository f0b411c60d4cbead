//! Figures made of pictures.

pub mod cell;
pub mod plane;
pub mod reconstructions;
pub mod traversals;
pub mod zeroed;
