//! The command line: the same engine without a window.
//!
//! Results go to standard output (one JSON object with `--json`), progress and remarks to standard
//! error. What was typed ([`Arguments`]) becomes a validated setting before anything runs.

mod args;
mod bench;
mod demo;
mod devices;
mod error;
mod loading;
mod paper;
mod roofline;
mod run_figures;
mod running;
mod sweep;
mod theory;
mod timing;
mod train;
mod trained;
mod translate;

pub use args::{Arguments, Mode, WindowArguments};
pub use error::Error;

/// Runs a headless mode to its end; [`Mode::Window`] is the caller's.
///
/// # Errors
/// [`Error`], whose [`Error::exit_code`] the process should end with.
pub fn run(mode: Mode) -> Result<(), Error> {
    match mode {
        Mode::Window(_) => Ok(()),
        Mode::Theory(arguments) => theory::run(&arguments),
        Mode::Train(arguments) => train::run(&arguments),
        Mode::Bench(arguments) => bench::run(&arguments),
        Mode::Devices(arguments) => devices::run(&arguments),
        Mode::Demo(arguments) => demo::run(&arguments),
        Mode::Sweep(arguments) => sweep::run(&arguments),
        Mode::Paper(arguments) => paper::run(&arguments),
        Mode::Translate(arguments) => translate::run(&arguments),
    }
}
