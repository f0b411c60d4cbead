//! The real program in a real window, on an X server without a screen: it opens, trains, is closed
//! as a person closes it, and ends well.
//!
//! Xvfb and xdotool must be there (`scripts/test.sh` installs them); without them the test fails.

mod x11;

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::cli::program;

/// Software rendering on a busy machine: how long the window and the first steps may take.
const PATIENCE: Duration = Duration::from_mins(1);
/// How long the program may take to end once its window is closed.
const GOODBYE: Duration = Duration::from_secs(10);

/// A child that never outlives the test.
struct Guarded(Child);

impl Drop for Guarded {
    fn drop(&mut self) {
        // Both fail harmlessly if it has ended.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Polls until there is a value.
fn wait_for<T>(
    what: &str,
    patience: Duration,
    context: impl Fn() -> String,
    mut value: impl FnMut() -> Option<T>,
) -> T {
    let begin = Instant::now();
    loop {
        if let Some(value) = value() {
            return value;
        }
        assert!(
            begin.elapsed() < patience,
            "{what} did not happen within {patience:?}\n{}",
            context()
        );
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// An X server on the first display number that nobody uses.
fn x_server() -> (Guarded, String, PathBuf) {
    let first = 100 + std::process::id() % 400;
    for number in first..first + 50 {
        let socket = PathBuf::from(format!("/tmp/.X11-unix/X{number}"));
        let lock = PathBuf::from(format!("/tmp/.X{number}-lock"));
        if socket.exists() || lock.exists() {
            continue;
        }
        let display = format!(":{number}");
        let child = Command::new("Xvfb")
            .args([&display, "-screen", "0", "1600x1000x24", "-nolisten", "tcp"])
            // Else it starts anew when xdotool, its only client, leaves, and refuses the next one.
            .arg("-noreset")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("this test needs Xvfb: run scripts/test.sh, which installs it");
        let mut server = Guarded(child);
        let begin = Instant::now();
        while begin.elapsed() < Duration::from_secs(10) {
            // Someone else may have taken the number in between: then the server ends by itself.
            if server.0.try_wait().expect("a status").is_some() {
                break;
            }
            if socket.exists() {
                return (server, display, socket);
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
    panic!("Xvfb started on none of fifty display numbers from {first}");
}

fn xdotool(display: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new("xdotool")
        .env("DISPLAY", display)
        .args(arguments)
        .output()
        .expect("this test needs xdotool: run scripts/test.sh, which installs it");
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    output.status.success().then_some(text)
}

/// Starts the program on a display, its standard error in a file.
fn open(display: &str, dir: &Path) -> (Guarded, PathBuf) {
    let runtime = dir.join("runtime");
    std::fs::create_dir(&runtime).expect("a folder");
    std::fs::set_permissions(&runtime, std::fs::Permissions::from_mode(0o700))
        .expect("permissions");
    let log = dir.join("stderr");
    let file = std::fs::File::create(&log).expect("a file");
    let child = program()
        .args(["--data", "digits", "--limit", "500", "--device", "cpu"])
        .arg("--figures")
        .arg(dir.join("figures"))
        .env("DISPLAY", display)
        .env("XDG_RUNTIME_DIR", &runtime)
        .env("COLLAPSE_LOG", "info")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(file)
        .spawn()
        .expect("the binary starts");
    (Guarded(child), log)
}

#[test]
fn the_window_opens_trains_and_closes() {
    let (_server, display, socket) = x_server();
    let dir = tempfile::tempdir().expect("a folder");
    let (mut program, log) = open(&display, dir.path());
    let said = || std::fs::read_to_string(&log).unwrap_or_default();

    let window = wait_for("a window", PATIENCE, said, || {
        if let Some(status) = program.0.try_wait().expect("a status") {
            panic!("the program ended with {status}: {}", said());
        }
        let found = xdotool(&display, &["search", "--name", "^Collapse Explorer$"])?;
        found.lines().next().map(str::to_owned)
    });
    let size = xdotool(&display, &["getwindowgeometry", "--shell", &window]).expect("a size");
    assert!(
        size.contains("WIDTH=1440") && size.contains("HEIGHT=900"),
        "{size}"
    );
    wait_for("the first training snapshot", PATIENCE, said, || {
        if let Some(status) = program.0.try_wait().expect("a status") {
            panic!("the program ended with {status}: {}", said());
        }
        said()
            .contains("first training snapshot at step")
            .then_some(())
    });

    // There is no window manager whose close button could be pressed; this is what it would send.
    x11::ask_to_close(&socket, window.parse().expect("a window")).expect("an X server");
    let status = wait_for("the end of the program", GOODBYE, said, || {
        program.0.try_wait().expect("a status")
    });
    let said = said();
    assert_eq!(status.code(), Some(0), "{said}");
    for bad in ["panicked", "ERROR", "error:"] {
        assert!(!said.contains(bad), "{said}");
    }
    assert!(
        !dir.path().join("figures").exists(),
        "nothing was asked to be saved"
    );
}
