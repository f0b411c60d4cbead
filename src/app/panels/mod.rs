//! The panels beside the tiles.

pub mod controls;
pub mod data;
pub mod tour;
