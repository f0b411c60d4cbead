//! `paper`: the list, a report that is a contract, verdicts, missing data, results that are kept.

use serde_json::Value;

use super::{assert_keys, json, json_of, run, text};

#[test]
fn the_list_names_every_experiment_once() {
    let found = json("paper list --json");
    let all = found["experiments"].as_array().expect("a list");
    assert!(all.len() >= 5);
    let mut ids: Vec<&str> = all.iter().filter_map(|e| e["id"].as_str()).collect();
    assert_eq!(ids.len(), all.len());
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all.len());
    for e in all {
        assert_keys(
            e,
            &[
                "id",
                "paper",
                "title",
                "claim",
                "data",
                "quick_seconds",
                "full_seconds",
                "full_mib",
            ],
        );
    }
    let plain = text(&run(["paper", "list"]).stdout);
    assert!(plain.contains("Lucas et al. 2019") && plain.contains("lucas-fig1"));
}

#[test]
fn a_report_has_its_keys_figures_and_verdicts_and_is_made_of_kept_runs() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().to_str().expect("UTF-8");
    let arguments = ["paper", "run", "wang-thm3", "--json", "--out", out];
    let first = json_of(arguments);
    assert_keys(
        &first,
        &[
            "id", "paper", "title", "claim", "effort", "checks", "shrunk", "seconds", "files",
        ],
    );
    let checks = first["checks"].as_array().expect("checks");
    for check in checks {
        assert_keys(check, &["name", "expected", "measured", "verdict", "note"]);
        assert_eq!(check["verdict"], "pass", "{check}");
    }
    // ζ₁²/γ = 4/0.8.
    assert_eq!(checks[0]["expected"], "5");
    for file in first["files"].as_array().expect("files") {
        let path = file.as_str().expect("a path");
        assert!(std::path::Path::new(path).is_file(), "{path}");
    }
    let kept = || {
        let entries = std::fs::read_dir(folder.path().join("kept")).expect("kept runs");
        entries
            .map(|e| std::fs::metadata(e.expect("an entry").path()).expect("a file"))
            .map(|m| m.modified().expect("a time"))
            .collect::<Vec<_>>()
    };
    let before = kept();
    assert_eq!(before.len(), 2, "one run on either side of the threshold");
    let second = json_of(arguments);
    assert_eq!(second["checks"], first["checks"]);
    assert_eq!(kept(), before, "a kept run was made again");
}

#[test]
fn missing_data_is_a_skipped_check_that_says_how_to_get_them() {
    let found = json("paper run lucas-fig1 --json");
    let checks: &Vec<Value> = found["checks"].as_array().expect("checks");
    assert_eq!(checks.len(), 1);
    assert_eq!(checks[0]["verdict"], "skipped");
    let note = checks[0]["note"].as_str().expect("a note");
    assert!(
        note.contains("MNIST was not found") && note.contains("--data"),
        "{note}"
    );
}

#[test]
fn an_unknown_name_is_wrong_usage() {
    let output = run(["paper", "run", "lucas-fig99"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("no experiment 'lucas-fig99'"));
}
