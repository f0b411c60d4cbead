//! The window as a whole: what it is opened with, its bars, its help.

pub mod explorer;
pub mod help;
mod input;
pub mod toolbars;
pub mod window;
