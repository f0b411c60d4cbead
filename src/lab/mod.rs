//! Experiments made of many short runs: what one live run cannot show.
//!
//! A [`sweep`] takes β or γ up and down with warm starts and asks whether the way matters; a
//! [`phase`] diagram asks where latents live over β and depth or κ; a [`batch`] is a list of runs
//! for the command line; [`noise`] on a latent asks on a copy of
//! a run when it stops paying for itself. They use the same trainer as the window, on a thread of their own
//! ([`Lab`]), and never touch its run. Whether a run has settled is decided in [`stationary`].

pub mod batch;
mod cell;
pub mod diagnose;
mod error;
mod grid;
mod hold;
mod kick;
mod loops;
mod measure;
pub mod noise;
mod noise_measure;
mod order;
pub mod phase;
pub mod stationary;
mod store;
pub mod sweep;
mod theory_map;
mod thread;
mod watch;

pub use batch::Batch;
pub use cell::{RunResult, short_run};
pub use diagnose::{DiagnoseRequest, Diagnosis};
pub use error::Error;
pub use grid::{log_values, snapped};
pub use kick::KICK;
pub use loops::{LoopArea, loop_area};
pub use measure::Measurement;
pub use noise::{NoisePoint, NoiseRequest, NoiseRun};
pub use phase::{PhaseAxis, PhaseCell, PhaseMap, PhaseRequest};
pub use store::Lines;
pub(crate) use store::digest;
pub use sweep::{Direction, Parameter, Sweep, SweepPoint, SweepRequest};
pub use theory_map::TheoryMap;
pub use thread::{Experiment, Lab, Report, Stage};
pub use watch::{Progress, Quiet, Watcher};
