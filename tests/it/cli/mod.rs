//! The real binary from a shell's point of view: results, files, refusals, exit codes.

mod failures;
mod loading;
mod paper;
mod sweep;
mod theory;
mod train;
mod translate;

use std::ffi::OsStr;
use std::process::{Command, Output};

use serde_json::Value;

/// The binary without a display and without anything else of the caller's that would change it.
pub fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_collapse-explorer"));
    for name in [
        "DISPLAY",
        "WAYLAND_DISPLAY",
        "WAYLAND_SOCKET",
        "COLLAPSE_LOG",
        "RUST_BACKTRACE",
    ] {
        command.env_remove(name);
    }
    if std::env::var_os("XDG_RUNTIME_DIR").is_none() {
        // Vulkan's layers look for a Wayland socket there, and complain on standard error without.
        command.env("XDG_RUNTIME_DIR", std::env::temp_dir());
    }
    command
}

/// Runs the binary to its end.
fn run<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Output {
    program()
        .args(arguments)
        .output()
        .expect("the binary starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

/// Runs a command line (split at spaces) that must succeed with one line of JSON.
fn json(line: &str) -> Value {
    json_of(line.split(' '))
}

fn json_of<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Value {
    let output = run(arguments);
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{}: {err}", output.status);
    assert_eq!(out.lines().count(), 1, "more than one line: {out}");
    assert!(out.ends_with('\n'));
    serde_json::from_str(&out).unwrap_or_else(|e| panic!("{e}: {out}"))
}

/// Asserts an object's keys, all of them.
fn assert_keys(value: &Value, expected: &[&str]) {
    let mut found: Vec<&str> = value
        .as_object()
        .unwrap_or_else(|| panic!("no object: {value}"))
        .keys()
        .map(String::as_str)
        .collect();
    let mut expected = expected.to_vec();
    found.sort_unstable();
    expected.sort_unstable();
    assert_eq!(found, expected);
}

fn number(value: &Value) -> f64 {
    value
        .as_f64()
        .unwrap_or_else(|| panic!("no number: {value}"))
}

fn numbers(value: &Value) -> Vec<f64> {
    let list = value
        .as_array()
        .unwrap_or_else(|| panic!("no list: {value}"));
    list.iter().map(number).collect()
}

/// Asserts equality up to `relative` of the larger.
fn assert_close(what: &str, found: f64, expected: f64, relative: f64) {
    let scale = found.abs().max(expected.abs());
    assert!(
        (found - expected).abs() <= relative * scale,
        "{what}: {found} where {expected} was expected"
    );
}

#[test]
fn devices_lists_the_processor_and_says_what_auto_takes() {
    let report = json("devices --json");
    assert_keys(&report, &["devices"]);
    let devices = report["devices"].as_array().expect("a list");
    for device in devices {
        assert_keys(device, &["name", "kind", "api", "driver", "auto"]);
    }
    let automatic: Vec<_> = devices.iter().filter(|d| d["auto"] == true).collect();
    assert_eq!(automatic.len(), 1, "{report}");
    assert_ne!(
        automatic[0]["kind"], "software",
        "auto never takes software"
    );
    assert_eq!(devices.iter().filter(|d| d["kind"] == "cpu").count(), 1);
}

/// Mesa's device-selection layer looks for a Wayland display, and libwayland complains on the terminal without
/// `XDG_RUNTIME_DIR`.
#[test]
fn libraries_do_not_write_to_the_terminal() {
    for runtime in [None, Some("no/path")] {
        let mut command = program();
        command.env_remove("XDG_RUNTIME_DIR");
        if let Some(dir) = runtime {
            command.env("XDG_RUNTIME_DIR", dir);
        }
        let line = "train --data gaussian:9,5,2 --arch linear --latent 2 --steps 2 --device auto";
        let output = command
            .args(line.split(' '))
            .output()
            .expect("the binary starts");
        let error = text(&output.stderr);
        assert!(output.status.success(), "{error}");
        assert!(!error.contains("XDG_RUNTIME_DIR"), "{error}");
        assert!(
            error.contains("3 – 2 – 3"),
            "the arguments went along: {error}"
        );
    }
}

#[test]
fn bench_reports_every_network_against_the_peak() {
    let report = json("bench --seconds 0.05 --device cpu --net 5-8-5 --json");
    assert_eq!(report["nets"].as_array().map(Vec::len), Some(1));
    assert_eq!(report["nets"][0]["encoder"], "8");
    let report = json("bench --seconds 0.05 --device cpu --net linear --json");
    assert_keys(
        &report,
        &[
            "machine",
            "device",
            "sgemm_gflops",
            "bandwidth_gbytes",
            "nets",
        ],
    );
    let peak = number(&report["sgemm_gflops"]);
    assert!(peak > 0.0);
    let nets = report["nets"].as_array().expect("a list");
    assert_eq!(nets.len(), 1);
    assert!(number(&report["bandwidth_gbytes"]) > 0.0);
    for net in nets {
        let (ms, rate) = (
            number(&net["milliseconds_per_step"]),
            number(&net["gflops"]),
        );
        assert!(ms > 0.0 && rate > 0.0, "{net}");
        let percent = number(&net["percent_of_sgemm"]);
        assert_close("share of the peak", percent, 100.0 * rate / peak, 1e-9);
    }
    // 784–16–784 with one σ per latent: three products in each layer less one, two flops each.
    let linear = &nets[0];
    let flops = 2.0 * 128.0 * (3.0 * 2.0 - 1.0) * 784.0 * 16.0;
    let rate = flops / (number(&linear["milliseconds_per_step"]) * 1e6);
    assert_close("rate", number(&linear["gflops"]), rate, 1e-9);
    assert_eq!(linear["parameters"], 785 * 16 + 17 * 784 + 16 + 1);
}
