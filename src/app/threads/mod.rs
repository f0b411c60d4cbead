//! The threads that the window talks to.

pub mod background;
pub mod files;
pub mod loader;
pub mod papers;
