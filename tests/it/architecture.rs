//! The layers depend one way: a module may use only those before it.

use std::fs;
use std::path::{Path, PathBuf};

/// The order of `src/lib.rs`; a later name may use an earlier one, never the reverse.
const LAYERS: &[&str] = &[
    "text",
    "thread",
    "disk",
    "plot",
    "config",
    "rng",
    "data",
    "theory",
    "convention",
    "model",
    "compute",
    "train",
    "metrics",
    "lab",
    "figures",
    "papers",
    "app",
    "cli",
    "main",
];

/// The rooms of the window, in the order of `src/app/mod.rs`; a later one may use an earlier one, never the reverse.
const ROOMS: &[&str] = &[
    "state", "widgets", "threads", "plot", "panels", "tiles", "shell",
];

fn rust_files(dir: &Path, out: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).expect("a readable source folder") {
        let path = entry.expect("a readable entry").path();
        if path.is_dir() {
            rust_files(&path, out);
        } else if path.extension().is_some_and(|e| e == "rs") {
            out.push(path);
        }
    }
}

fn rank(order: &[&str], name: &str) -> Option<usize> {
    order.iter().position(|n| *n == name)
}

/// The first path segments after `crate::` or `collapse_explorer::` in `text`, with line numbers.
fn used_layers(text: &str) -> Vec<(usize, String)> {
    let mut used = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let code = line.split("//").next().unwrap_or("");
        for prefix in ["crate::", "collapse_explorer::"] {
            for (at, _) in code.match_indices(prefix) {
                let rest = &code[at + prefix.len()..];
                let end = rest
                    .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
                    .unwrap_or(rest.len());
                used.push((number + 1, rest[..end].to_owned()));
            }
        }
    }
    used
}

fn wrong_way_uses(layer: &str, text: &str) -> Vec<(usize, String)> {
    later(LAYERS, layer, used_layers(text))
}

/// The names in `used` that come after `own` in `order`.
fn later(order: &[&str], own: &str, used: Vec<(usize, String)>) -> Vec<(usize, String)> {
    let own = rank(order, own).expect("a name in the list");
    used.into_iter()
        .filter(|(_, name)| rank(order, name).is_some_and(|other| other > own))
        .collect()
}

/// The rooms named in a file of `room` that is `depth` folders below `src/app`: after `crate::app::`, or after as many
/// `super::` as lead out of the room.
fn used_rooms(depth: usize, text: &str) -> Vec<(usize, String)> {
    let mut used = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let code = line.split("//").next().unwrap_or("");
        let outside = "super::".repeat(depth);
        for prefix in ["crate::app::", outside.as_str()] {
            for (at, _) in code.match_indices(prefix) {
                let rest = &code[at + prefix.len()..];
                let end = rest
                    .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
                    .unwrap_or(rest.len());
                used.push((number + 1, rest[..end].to_owned()));
            }
        }
    }
    used
}

#[test]
fn the_rooms_of_the_window_depend_one_way() {
    let app = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/app");
    let mut files = Vec::new();
    rust_files(&app, &mut files);
    let mut wrong = Vec::new();
    for path in files {
        let relative = path.strip_prefix(&app).expect("a path under src/app");
        let parts: Vec<&str> = relative.iter().filter_map(|part| part.to_str()).collect();
        // The list of rooms itself.
        let [room, .., file] = &parts[..] else {
            continue;
        };
        assert!(
            rank(ROOMS, room).is_some(),
            "{} is in no known room",
            path.display()
        );
        // A module's own file stands one folder deeper than its name.
        let depth = parts.len() - usize::from(*file == "mod.rs");
        let text = fs::read_to_string(&path).expect("a readable file");
        for (line, used) in later(ROOMS, room, used_rooms(depth, &text)) {
            wrong.push(format!("{}:{line} uses {used}", relative.display()));
        }
    }
    assert!(
        wrong.is_empty(),
        "wrong-way dependences:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn a_wrong_way_use_of_a_room_is_found() {
    let text =
        "use super::state::X;\nuse crate::app::tiles::Y;\nuse super::shell::Z; // super::shell";
    let found = later(ROOMS, "panels", used_rooms(1, text));
    assert_eq!(found, [(2, "tiles".to_owned()), (3, "shell".to_owned())]);
}

#[test]
fn layers_depend_one_way() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    rust_files(&src, &mut files);
    assert!(files.len() > 10, "the source folder was not found");
    let mut wrong = Vec::new();
    for path in files {
        let relative = path.strip_prefix(&src).expect("a path under src");
        let first = relative.components().next().expect("a component");
        let layer = Path::new(first.as_os_str())
            .file_stem()
            .and_then(|s| s.to_str())
            .expect("a UTF-8 name")
            .to_owned();
        if layer == "lib" {
            continue;
        }
        assert!(
            rank(LAYERS, &layer).is_some(),
            "{} is in no known layer",
            path.display()
        );
        let text = fs::read_to_string(&path).expect("a readable file");
        for (line, used) in wrong_way_uses(&layer, &text) {
            wrong.push(format!("{}:{line} uses {used}", relative.display()));
        }
    }
    assert!(
        wrong.is_empty(),
        "wrong-way dependences:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn a_wrong_way_use_is_found() {
    assert_eq!(
        wrong_way_uses(
            "data",
            "use crate::config::X;\nuse crate::train::worker::Y;"
        ),
        [(2, "train".to_owned())]
    );
}
