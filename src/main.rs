//! The program: parse, run, exit code.

use std::process::ExitCode;

use clap::Parser as _;
use collapse_explorer::cli::{self, Arguments};

fn main() -> ExitCode {
    let mode = Arguments::parse().mode();
    match cli::run(mode) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let code = error.exit_code();
            eprintln!("error: {error}");
            let mut cause = std::error::Error::source(&error);
            while let Some(reason) = cause {
                eprintln!("  because: {reason}");
                cause = reason.source();
            }
            ExitCode::from(code)
        }
    }
}
