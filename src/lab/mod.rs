//! Experiments made of many short runs: what one live run cannot show.
//!
//! They use the same trainer as the window, on a thread of their own, and never touch its run.
