//! The program: parse, run, exit code.

use std::process::ExitCode;

use clap::Parser as _;
use collapse_explorer::app;
use collapse_explorer::cli::{self, Arguments, Mode, WindowArguments};

fn main() -> ExitCode {
    without_driver_noise();
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

/// Starts the program anew, in place of this process, with Mesa's device-selection layer off, where that layer would
/// complain.
///
/// The layer asks the Wayland display which GPU it is on, and libwayland prints an error of its own to the user's terminal
/// wherever `XDG_RUNTIME_DIR` is not a path, as on a server. This program chooses among the devices by itself. A process
/// cannot change the environment of libraries it has yet to load without unsafe code; a new one can be given another.
fn without_driver_noise() {
    #[cfg(target_os = "linux")]
    {
        use std::os::unix::process::CommandExt as _;
        const OFF: &str = "NODEVICE_SELECT";
        let runtime = std::env::var_os("XDG_RUNTIME_DIR");
        let usable = runtime.is_some_and(|dir| std::path::Path::new(&dir).is_absolute());
        if usable || std::env::var_os(OFF).is_some() {
            return;
        }
        let mut arguments = std::env::args_os();
        let (Some(name), Ok(program)) = (arguments.next(), std::env::current_exe()) else {
            return;
        };
        // It comes back only if it failed, and then all goes on, with the noise.
        let _ = std::process::Command::new(program)
            .arg0(name)
            .args(arguments)
            .env(OFF, "1")
            .exec();
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
