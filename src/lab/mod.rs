//! Experiments made of many short runs: what one live run cannot show.
//!
//! [`hysteresis`] takes β or γ up and down with warm starts and asks whether the way matters; a
//! [`phase`] diagram asks where latents live over β and depth or κ; a [`sweep`] is a list of runs
//! for the command line; [`noise`] on a latent asks on a copy of
//! a run when it stops paying for itself. They use the same trainer as the window, on a thread of their own
//! ([`Lab`]), and never touch its run. Whether a run has settled is decided in [`stationary`].

mod cell;
pub mod diagnose;
mod error;
mod grid;
mod hold;
pub mod hysteresis;
mod kick;
mod loops;
mod measure;
pub mod noise;
mod noise_measure;
mod order;
mod outcome;
pub mod phase;
pub mod stationary;
mod store;
pub mod sweep;
mod theory_map;
mod thread;
mod watch;

pub use cell::{RunResult, short_run};
pub use diagnose::{DiagnoseRequest, Diagnosis};
pub use error::Error;
pub use grid::{log_values, snapped};
pub use hysteresis::{Direction, Hysteresis, HysteresisPoint, HysteresisRequest, Parameter};
pub use kick::KICK;
pub use loops::{LoopArea, loop_area};
pub use measure::Measurement;
pub use noise::{NoisePoint, NoiseRequest, NoiseRun};
pub use outcome::{Discovery, Outcome};
pub use phase::{PhaseAxis, PhaseCell, PhaseMap, PhaseRequest};
pub use store::Lines;
pub use sweep::Sweep;
pub use theory_map::TheoryMap;
pub use thread::{Lab, Request, Stage, Status};
pub use watch::{Headway, Quiet, Watcher};
