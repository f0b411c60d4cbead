//! The program: parse, run, exit code.

use std::process::ExitCode;

use clap::Parser as _;
use collapse_explorer::app;
use collapse_explorer::cli::{self, Arguments, Mode, WindowArguments};

fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_env("COLLAPSE_LOG")
                .unwrap_or_else(|_| "error".into()),
        )
        .init();
    match Arguments::parse().mode() {
        Mode::Window(arguments) => open_window(&arguments),
        mode => cli::run(mode).map_or_else(
            |error| {
                let code = error.exit_code();
                fail(&error, code)
            },
            |()| ExitCode::SUCCESS,
        ),
    }
}

fn open_window(arguments: &WindowArguments) -> ExitCode {
    let config = match arguments.run_config() {
        Ok(config) => config,
        Err(error) => {
            let code = error.exit_code();
            return fail(&error, code);
        }
    };
    match app::run(config, arguments.figures.clone()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error @ app::WindowError::NoDisplay) => fail(&error, 2),
        Err(error) => fail(&error, 1),
    }
}

/// Prints the reason on one line and the chain of causes below it.
fn fail(error: &dyn std::error::Error, code: u8) -> ExitCode {
    eprintln!("error: {error}");
    let mut cause = error.source();
    while let Some(reason) = cause {
        eprintln!("  because: {reason}");
        cause = reason.source();
    }
    ExitCode::from(code)
}
