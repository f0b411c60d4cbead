//! `sweep`: lines that agree with the theory, shards that share the work, reruns that skip it, clear errors.

use std::path::Path;
use std::process::Output;

use serde_json::Value;

use super::{assert_close, number, numbers, run, text};

const CONFIG: &str = r#"{
  "base": {
    "data": { "source": "gaussian:9,5,2,1,0.3", "limit": 128 },
    "net": { "encoder": "", "decoder": "", "latents": 3, "activation": "identity",
             "variance": "global", "estimator": "analytic" },
    "live": { "learning_rate": 0.01 },
    "sampling": { "batch": 128 },
    "device": "cpu"
  },
  "steps": 3000,
  "beta": [0.5, 3, 12],
  "seed": [0, 1]
}"#;

fn sweep(config: &Path, out: &Path, more: &[&str]) -> Output {
    let mut arguments = vec![
        "sweep".as_ref(),
        "--config".as_ref(),
        config.as_os_str(),
        "--out".as_ref(),
        out.as_os_str(),
    ];
    arguments.extend(more.iter().map(std::ffi::OsStr::new));
    run(arguments)
}

fn lines(path: &Path) -> Vec<Value> {
    let content =
        std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    content
        .lines()
        .map(|l| serde_json::from_str(l).expect(l))
        .collect()
}

#[test]
fn a_line_per_run_that_agrees_with_the_theory_and_a_rerun_that_does_nothing() {
    let dir = tempfile::tempdir().expect("a folder");
    let (config, out) = (dir.path().join("sweep.json"), dir.path().join("results"));
    std::fs::write(&config, CONFIG).expect("written");
    let output = sweep(&config, &out, &[]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("6 runs of 3000 steps"));
    let file = out.join("runs.jsonl");
    let found = lines(&file);
    assert_eq!(found.len(), 6);
    for (index, line) in found.iter().enumerate() {
        assert_eq!(line["run"], index);
        let beta = number(&line["beta"]);
        let living = [9.0, 5.0, 2.0].iter().filter(|z| **z > beta).count();
        assert_eq!(line["active"], living, "{line}");
        assert_eq!(line["predicted_active"], living);
        assert_close(
            "loss",
            number(&line["loss"]),
            number(&line["predicted_loss"]),
            2e-3,
        );
        assert_eq!(numbers(&line["sigma2"]).len(), 3);
        assert_eq!(line["steps"], 3000);
    }
    // A killed call loses what it had not written, and no more.
    let content = std::fs::read_to_string(&file).expect("read");
    let first: String = content.lines().take(4).flat_map(|l| [l, "\n"]).collect();
    std::fs::write(&file, first).expect("written");
    let output = sweep(&config, &out, &[]);
    assert!(
        text(&output.stderr).contains("4 done; 6000 steps left"),
        "{}",
        text(&output.stderr)
    );
    assert_eq!(
        std::fs::read_to_string(&file).expect("read"),
        content,
        "the same seed is the same line"
    );
    // A full disk cuts the last line: that run is done again, and the others are not.
    std::fs::write(&file, &content[..content.len() - 40]).expect("written");
    let output = sweep(&config, &out, &[]);
    let error = text(&output.stderr);
    assert!(
        error.contains("line 6 was cut off") && error.contains("5 done; 3000 steps left"),
        "{error}"
    );
    assert_eq!(std::fs::read_to_string(&file).expect("read"), content);
    let output = sweep(&config, &out, &[]);
    assert!(text(&output.stderr).contains("6 done; 0 steps left"));
    assert_eq!(
        std::fs::read_dir(&out).expect("read").count(),
        1,
        "nothing half-written stays"
    );
    // Another configuration does not go into the same file.
    std::fs::write(&config, CONFIG.replace("3000", "3001")).expect("written");
    let output = sweep(&config, &out, &[]);
    assert_eq!(output.status.code(), Some(1));
    let error = text(&output.stderr);
    assert!(
        error.contains("runs.jsonl', line 1") && error.contains("another --out"),
        "{error}"
    );
}

#[test]
fn shards_are_disjoint_and_together_everything() {
    let dir = tempfile::tempdir().expect("a folder");
    let (config, out) = (dir.path().join("sweep.json"), dir.path().join("results"));
    std::fs::write(&config, CONFIG.replace("3000", "20")).expect("written");
    let mut seen = Vec::new();
    for index in 0..4 {
        let output = sweep(&config, &out, &["--shard", &format!("{index}/4")]);
        assert!(output.status.success(), "{}", text(&output.stderr));
        let of = lines(&out.join(format!("runs-{index}-of-4.jsonl")));
        seen.extend(of.iter().map(|l| l["run"].as_u64().expect("a number")));
    }
    seen.sort_unstable();
    assert_eq!(seen, [0, 1, 2, 3, 4, 5]);
}

#[test]
fn what_is_wrong_is_named_with_file_and_line() {
    let dir = tempfile::tempdir().expect("a folder");
    let (config, out) = (dir.path().join("sweep.json"), dir.path().join("results"));
    for (content, code, wanted) in [
        (
            CONFIG.replace("\"seed\"", "\"sed\""),
            1,
            "sweep.json', line 12: unknown field `sed`",
        ),
        (
            CONFIG.replace("learning_rate", "learn_rate"),
            1,
            "line 6: base.live has no setting 'learn_rate'",
        ),
        (CONFIG.replace("12]", "-12]"), 1, "β must be a positive"),
    ] {
        std::fs::write(&config, content).expect("written");
        let output = sweep(&config, &out, &[]);
        let error = text(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{error}");
        assert!(error.contains(wanted), "{error}");
        assert!(!out.exists(), "nothing is left behind");
    }
    let output = sweep(&dir.path().join("missing.json"), &out, &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("missing.json"));
    for shard in ["4/4", "x", "1", "0/0"] {
        let output = sweep(&config, &out, &["--shard", shard]);
        assert_eq!(output.status.code(), Some(2), "{shard}");
        assert!(
            text(&output.stderr).contains("i from 0 to n"),
            "{}",
            text(&output.stderr)
        );
    }
    // A run that cannot be made is a line that says why, and the exit code says so too.
    std::fs::write(
        &config,
        CONFIG.replace("3000", "20").replace("0.01", "1e30"),
    )
    .expect("written");
    let output = sweep(&config, &out, &[]);
    assert_eq!(output.status.code(), Some(1));
    let failed = lines(&out.join("runs.jsonl"));
    assert_eq!(failed.len(), 6);
    assert!(
        failed
            .iter()
            .any(|l| l["error"].as_str().is_some_and(|e| e.contains("finite"))),
        "{failed:?}"
    );
}
