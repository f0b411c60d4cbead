//! What the commands say of the data they load: files that were left out, how they were prepared.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use image::{Rgb, RgbImage};
use serde_json::Value;

use super::{number, program, text};

/// Thirty pictures, two of them cut off.
fn pictures(root: &Path) -> PathBuf {
    let place = root.join("some pictures");
    fs::create_dir(&place).expect("a folder");
    for i in 0..30_u8 {
        let picture = RgbImage::from_fn(8, 8, |x, y| Rgb([i * 7, (x * y) as u8, i]));
        let path = place.join(format!("{i:02}.png"));
        picture.save(&path).expect("a picture");
        if i == 4 || i == 21 {
            let whole = fs::read(&path).expect("bytes");
            fs::write(&path, &whole[..whole.len() / 2]).expect("a file");
        }
    }
    place
}

/// Runs the binary with a store of its own for decoded pictures.
fn run(root: &Path, arguments: &[&str]) -> Output {
    program()
        .env("COLLAPSE_CACHE", root.join("kept"))
        .args(arguments)
        .output()
        .expect("the binary starts")
}

#[test]
fn files_that_are_left_out_are_counted_and_named() {
    let dir = tempfile::tempdir().expect("a folder");
    let place = pictures(dir.path());
    let data = place.to_str().expect("UTF-8");
    let train = [
        "train",
        "--data",
        data,
        "--steps",
        "2",
        "--encoder",
        "4",
        "--latent",
        "2",
        "--device",
        "cpu",
        "--json",
    ];
    let theory = ["theory", "--data", data, "--json"];
    for arguments in [&train[..], &theory] {
        let output = run(dir.path(), arguments);
        let err = text(&output.stderr);
        assert!(output.status.success(), "{err}");
        let remark = err
            .lines()
            .find(|l| l.contains("2 of 30 pictures were skipped"));
        let remark = remark.unwrap_or_else(|| panic!("{err}"));
        assert!(remark.contains("04.png: "), "{remark}");
        let report: Value = serde_json::from_slice(&output.stdout).expect("one object");
        assert_eq!(report["skipped"]["count"], 2);
        let reasons = report["skipped"]["reasons"].as_array().expect("a list");
        let files: Vec<&str> = reasons.iter().filter_map(|r| r["file"].as_str()).collect();
        assert_eq!(files.len(), 2, "{report}");
        assert!(files[0].ends_with("04.png") && files[1].ends_with("21.png"));
        assert!(
            reasons
                .iter()
                .all(|r| r["reason"].as_str().is_some_and(|r| !r.is_empty()))
        );
        // No bar is drawn where there is no terminal.
        assert!(!err.contains('\r') && !err.contains('\u{1b}'), "{err:?}");
    }
    let config = dir.path().join("sweep.json");
    let source = serde_json::to_string(data).expect("a text");
    let content = format!(
        r#"{{"base": {{"data": {{"source": {source}}}, "net": {{"encoder": "4", "decoder": "4", "latents": 2}}, "device": "cpu"}}, "steps": 2}}"#
    );
    fs::write(&config, content).expect("a file");
    let out = dir.path().join("out");
    let paths = [&config, &out].map(|p| p.to_str().expect("UTF-8"));
    let sweep = ["sweep", "--config", paths[0], "--out", paths[1]];
    let output = run(dir.path(), &sweep);
    let err = text(&output.stderr);
    assert!(output.status.success(), "{err}");
    assert!(err.contains("2 of 30 pictures were skipped"), "{err}");
}

/// The papers' data may be pictures too.
#[test]
fn an_experiment_says_what_was_left_out_of_its_data() {
    let dir = tempfile::tempdir().expect("a folder");
    let place = pictures(dir.path());
    fs::rename(place, dir.path().join("mnist")).expect("another name");
    let root = dir.path().to_str().expect("UTF-8");
    let output = run(
        dir.path(),
        &["paper", "run", "lucas-fig1", "--data", root, "--json"],
    );
    let err = text(&output.stderr);
    assert!(output.status.success(), "{err}");
    let remarks = err.matches("2 of 30 pictures were skipped").count();
    assert_eq!(remarks, 1, "{err}");
    let report: Value = serde_json::from_slice(&output.stdout).expect("one object");
    assert_eq!(report["id"], "lucas-fig1");
    assert_eq!(report["skipped"]["count"], 2, "{report}");
}

#[test]
fn lambda_of_the_logit_is_an_option() {
    let dir = tempfile::tempdir().expect("a folder");
    let line = "theory --data digits --limit 200 --preprocess logit --json";
    let variance = |more: &[&str]| {
        let arguments: Vec<&str> = line.split(' ').chain(more.iter().copied()).collect();
        let output = run(dir.path(), &arguments);
        assert!(output.status.success(), "{}", text(&output.stderr));
        let report: Value = serde_json::from_slice(&output.stdout).expect("one object");
        let all = report["eigenvalues"].as_array().expect("a list");
        all.iter().map(number).sum::<f64>()
    };
    // With λ = 0.3 no value is beyond logit 0.7, so no pixel's variance is above its square.
    let bound = 784.0 * (0.7_f64 / 0.3).ln().powi(2);
    let (usual, chosen) = (variance(&[]), variance(&["--logit-lambda", "0.3"]));
    assert!(
        usual > bound && chosen < bound && chosen > 0.0,
        "{usual} {bound} {chosen}"
    );
    for (arguments, part) in [
        ("--preprocess logit --logit-lambda 0.5", "0.49"),
        ("--preprocess logit --logit-lambda=-1", "0.49"),
        ("--logit-lambda 0.1", "--preprocess logit"),
    ] {
        let line = format!("theory --data digits {arguments}");
        let output = run(dir.path(), &line.split(' ').collect::<Vec<_>>());
        let err = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments}: {err}");
        assert!(err.contains(part), "{arguments}: {err}");
    }
}
