//! `train`: the contract's keys, numbers that agree with one another, the files it leaves.

use std::f64::consts::PI;
use std::path::Path;

use serde_json::Value;

use super::{assert_close, assert_keys, json, json_of, number, run, text};

/// A run of 20 steps on 500 digits.
const SHORT: &str = "train --data digits --limit 500 --steps 20 --device cpu";

fn assert_report(report: &Value, latents: usize, dim: f64, beta: f64) {
    assert_keys(
        report,
        &[
            "loss",
            "elbo",
            "elbo_tuned",
            "gamma",
            "gamma_tuned",
            "kl",
            "mse",
            "collapse_percent",
            "active",
            "predicted_active",
            "scale",
            "theory",
            "log_det",
            "mutual_information",
            "per_latent",
            "device",
            "steps_per_second",
        ],
    );
    let per_latent = report["per_latent"].as_array().expect("a list");
    assert_eq!(per_latent.len(), latents);
    for latent in per_latent {
        assert_keys(
            latent,
            &[
                "kl",
                "mean_sigma2",
                "var_mu",
                "gain",
                "gain_resampled",
                "beta_threshold",
            ],
        );
        assert!(number(&latent["gain"]).is_finite());
        assert!(number(&latent["gain_resampled"]).is_finite());
    }
    let of = |key: &str| number(&report[key]);
    let information = &report["mutual_information"];
    // Neither log N nor the bound from the moments is exceeded, but for the error of the draws.
    let slack = 5.0 * number(&information["standard_error"]);
    for limit in ["ceiling", "upper_bound"] {
        assert!(
            number(&information["nats"]) <= number(&information[limit]) + slack,
            "{information}"
        );
    }
    let kl: f64 = per_latent.iter().map(|l| number(&l["kl"])).sum();
    assert_close("KL", of("kl"), kl, 1e-9);
    let active = per_latent
        .iter()
        .filter(|l| number(&l["var_mu"]) > 0.01)
        .count();
    assert_eq!(report["active"], active);
    // L and the ELBOs from error and KL (theory page, section 1).
    let data = |gamma: f64| dim * of("mse") / (2.0 * gamma) + dim / 2.0 * (2.0 * PI * gamma).ln();
    let (gamma, tuned) = (of("gamma"), of("mse"));
    assert_close("loss", of("loss"), data(gamma) + beta * kl, 1e-9);
    assert_close("ELBO", of("elbo"), -data(gamma) - kl, 1e-9);
    assert_close("tuned γ", of("gamma_tuned"), tuned, 1e-9);
    assert_close("tuned ELBO", of("elbo_tuned"), -data(tuned) - kl, 1e-9);
    assert!(of("elbo_tuned") >= of("elbo"), "tuning can only help");
    assert!((0.0..=100.0).contains(&of("collapse_percent")));
    assert!(of("steps_per_second") > 0.0);
    assert!(report["device"].as_str().is_some_and(|d| d.contains("CPU")));
}

#[test]
fn the_report_has_the_contracts_keys_and_agrees_with_itself() {
    let line = format!("{SHORT} --beta 2 --gamma 0.05 --json");
    let report = json(&line);
    assert_report(&report, 16, 784.0, 2.0);
    assert_close("γ", number(&report["gamma"]), 0.05, 1e-6);
    let theory = json("theory --data digits --limit 500 --beta 2 --gamma 0.05 --json");
    assert_eq!(report["predicted_active"], theory["active"]);
    // The same seed is the same run; another is another.
    let mut again = json(&line);
    again["steps_per_second"] = report["steps_per_second"].clone();
    assert_eq!(again, report);
    let other = json(&format!("{line} --seed 1"));
    assert_ne!(other["loss"], report["loss"]);
}

#[test]
fn learned_gamma_moves_and_epochs_count_whole_batches() {
    let line = "train --data digits --limit 300 --encoder 16 --latent 3 --batch 32 --device cpu \
                --lr 0.01 --learn-gamma --json";
    let report = json(&format!("{line} --epochs 2"));
    assert_report(&report, 3, 784.0, 1.0);
    // 18 steps of Adam at 0.01 move log γ from 0 by about 0.18, and downwards: mse is below 1.
    let moved = number(&report["gamma"]).ln();
    assert!((-0.19..-0.15).contains(&moved), "ln γ = {moved}");
    // Two epochs of nine whole batches are 18 steps.
    let mut steps = json(&format!("{line} --steps 18"));
    steps["steps_per_second"] = report["steps_per_second"].clone();
    assert_eq!(steps, report);
}

#[test]
fn the_linear_architecture_is_the_theorys_model() {
    let dir = tempfile::tempdir().expect("a folder");
    let out = dir.path().join("new").join("folder");
    let report = json_of(
        "train --data gaussian:9,5,2,1,0.3 --arch linear --latent 4 --beta 1.5 --lr 0.02 \
         --steps 1500 --batch 1024 --device cpu --json --out"
            .split_whitespace()
            .map(std::ffi::OsStr::new)
            .chain([out.as_os_str()]),
    );
    assert_report(&report, 4, 5.0, 1.5);
    assert_eq!(report["predicted_active"], 3);
    assert_eq!(report["active"], 3);
    // Vectors have no pictures; everything else is there.
    assert!(out.join("trace.csv").exists() && out.join("usage.svg").exists());
    assert!(!out.join("reconstructions.png").exists());
}

/// The prediction is given where the theory covers the run, and what was trained is named where that is not L.
#[test]
fn what_the_theory_does_not_cover_has_no_count_and_what_was_trained_has_a_name() {
    let base = "train --data gaussian:9,5,2,1,0.3 --limit 200 --latent 3 --beta 3 --steps 20 --device cpu --json";
    let any = |more: &str| json_of(format!("{base} {more}").split_whitespace());
    let of = |more: &str| any(&format!("--arch linear {more}"));
    let plain = of("");
    assert_eq!(plain["theory"], serde_json::json!({"applies": "exact"}));
    assert_eq!(plain["predicted_active"], 2);
    assert!(plain.get("objective").is_none());

    let guide = any("--encoder 8");
    assert_eq!(guide["theory"]["applies"], "guide");
    assert_eq!(guide["predicted_active"], 2);
    assert!(
        guide["theory"]["reason"]
            .as_str()
            .is_some_and(|r| r.contains("hidden layers"))
    );

    let free = of("--free-bits 0.5");
    assert_eq!(free["theory"]["applies"], "no");
    assert!(free["predicted_active"].is_null());
    assert!(
        free["theory"]["reason"]
            .as_str()
            .is_some_and(|r| r.contains("free bits"))
    );
    // L with its own KL, and the objective with 0.5 nats at least for each.
    let kl = |report: &Value, least: f64| -> f64 {
        let latents = report["per_latent"].as_array().expect("a list");
        latents.iter().map(|l| number(&l["kl"]).max(least)).sum()
    };
    let counted = 3.0 * (kl(&free, 0.5) - kl(&free, 0.0));
    let objective = &free["objective"];
    assert!(counted > 0.1, "{counted}");
    assert_close(
        "the objective",
        number(&objective["value"]),
        number(&free["loss"]) + counted,
        1e-9,
    );
    assert!(
        objective["what"]
            .as_str()
            .is_some_and(|w| w.contains("0.5 nats"))
    );

    // Twenty steps of a warm-up of forty: the last, number 19, has 19/40 of the weight.
    let warming = of("--kl-schedule warmup:40");
    assert_eq!(warming["theory"]["applies"], "guide");
    let value = number(&warming["loss"]) - 3.0 * (1.0 - 19.0 / 40.0) * number(&warming["kl"]);
    assert_close(
        "the objective",
        number(&warming["objective"]["value"]),
        value,
        1e-6,
    );
    assert_eq!(of("--kl-schedule warmup:10")["theory"]["applies"], "exact");

    let bernoulli = json(
        "train --data digits --limit 300 --likelihood bernoulli --steps 5 --device cpu --json",
    );
    assert!(bernoulli["predicted_active"].is_null());
    assert_eq!(bernoulli["theory"]["applies"], "no");
    let said = run(
        "train --data digits --limit 300 --likelihood bernoulli --steps 5 --device cpu"
            .split_whitespace(),
    );
    let said = text(&said.stdout);
    assert!(
        said.contains("linear theory does not cover Bernoulli"),
        "{said}"
    );
}

/// An autoencoder has no posterior: no KL, no σ², no bound, nowhere.
#[test]
fn an_autoencoder_has_no_kl_and_no_variance() {
    let dir = tempfile::tempdir().expect("a folder");
    let line = "train --data gaussian:9,5,2 --encoder 8 --latent 2 --objective autoencoder --steps 50 --device cpu";
    let out = dir.path().to_str().expect("UTF-8");
    let report = json_of(line.split(' ').chain(["--json", "--out", out]));
    for key in [
        "kl",
        "elbo",
        "elbo_tuned",
        "collapse_percent",
        "mutual_information",
    ] {
        assert!(report[key].is_null(), "{key}: {report}");
    }
    assert!(number(&report["loss"]).is_finite() && number(&report["mse"]).is_finite());
    for latent in report["per_latent"].as_array().expect("a list") {
        assert!(
            latent["kl"].is_null() && latent["mean_sigma2"].is_null(),
            "{latent}"
        );
        assert!(number(&latent["var_mu"]).is_finite());
    }
    let content = std::fs::read_to_string(dir.path().join("trace.csv")).expect("trace.csv");
    assert!(
        content
            .lines()
            .skip(1)
            .all(|l| l.split(',').nth(3) == Some(""))
    );
    let output = run(line.split(' '));
    let shown = text(&output.stdout);
    assert!(
        shown.contains("KL —") && shown.contains("ELBO —") && !shown.contains("NaN"),
        "{shown}"
    );
}

/// At β far above every threshold the network collapses, and a KL is not negative.
#[test]
fn the_kl_of_a_collapsed_run_is_not_below_zero() {
    let line = "train --data gaussian:9,5,2,1,0.3 --arch linear --latents 5 --beta 1000 --lr 0.003 --steps 3000 \
                --device cpu --json";
    let report = json_of(line.split_whitespace());
    assert_eq!(
        (&report["active"], &report["collapse_percent"]),
        (&0.into(), &100.0.into())
    );
    assert!(number(&report["kl"]) >= 0.0, "{report}");
    for latent in report["per_latent"].as_array().expect("a list") {
        assert!(
            number(&latent["kl"]) >= 0.0 && latent["beta_threshold"].is_null(),
            "{latent}"
        );
    }
}

/// Neither their covariance nor their Gram matrix is small, so only the leading modes are found.
#[test]
fn large_pictures_have_a_prediction_too() {
    let line = "train --data faces --limit 4100 --gamma 0.02 --arch linear --latent 4 --batch 8 --steps 1 \
                --device cpu --json";
    let report = json_of(line.split_whitespace());
    assert_eq!(report["predicted_active"], 4);
}

/// The rows of `trace.csv`, checked against its header and step numbers.
pub(super) fn trace(dir: &Path, steps: usize) -> Vec<Vec<f64>> {
    let content = std::fs::read_to_string(dir.join("trace.csv")).expect("trace.csv");
    let mut lines = content.lines();
    assert_eq!(lines.next(), Some("step,loss,squared_error,kl,gamma,beta"));
    let rows: Vec<Vec<f64>> = lines
        .map(|l| l.split(',').map(|v| v.parse().expect(l)).collect())
        .collect();
    assert_eq!(rows.len(), steps);
    for (index, row) in rows.iter().enumerate() {
        assert_eq!(row.len(), 6);
        assert_eq!(row[0], (index + 1) as f64);
    }
    rows
}

#[test]
fn out_receives_trace_result_and_figures_and_nothing_half_written() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut arguments: Vec<&str> = SHORT.split(' ').collect();
    arguments.extend(["--json", "--gamma", "0.1", "--out"]);
    arguments.push(dir.path().to_str().expect("UTF-8"));
    let output = run(&arguments);
    assert!(output.status.success());
    let printed: Value = serde_json::from_slice(&output.stdout).expect("only JSON on stdout");
    let err = text(&output.stderr);
    assert!(err.contains("500 items") && err.contains("784"), "{err}");

    for row in trace(dir.path(), 20) {
        let [_, loss, error, kl, gamma, beta] = row[..] else {
            unreachable!()
        };
        let data = error / (2.0 * gamma) + 392.0 * (2.0 * PI * gamma).ln();
        assert!((loss - data - beta * kl).abs() < 1e-4 * data.abs().max(100.0));
    }
    let result = std::fs::read(dir.path().join("result.json")).expect("result.json");
    let result: Value = serde_json::from_slice(&result).expect("JSON");
    assert_eq!(result, printed);

    let mut names: Vec<String> = std::fs::read_dir(dir.path())
        .expect("a folder")
        .map(|e| {
            e.expect("an entry")
                .file_name()
                .into_string()
                .expect("UTF-8")
        })
        .collect();
    names.sort();
    let mut expected = vec!["result.json".to_owned(), "trace.csv".to_owned()];
    for figure in [
        "reconstructions",
        "surface",
        "thresholds",
        "training",
        "usage",
    ] {
        for extension in ["csv", "png", "svg"] {
            expected.push(format!("{figure}.{extension}"));
        }
    }
    expected.sort();
    assert_eq!(names, expected);
    for name in &names {
        let bytes = std::fs::read(dir.path().join(name)).expect("readable");
        match name.rsplit('.').next() {
            Some("png") => assert!(bytes.starts_with(b"\x89PNG\r\n\x1a\n"), "{name}"),
            Some("svg") => assert!(text(&bytes).contains("</svg>"), "{name}"),
            _ => assert!(!bytes.is_empty(), "{name}"),
        }
    }
}

#[test]
fn the_software_adapter_takes_the_same_steps_as_the_processor() {
    let traces: Vec<Vec<Vec<f64>>> = ["cpu", "software"]
        .iter()
        .map(|device| {
            let dir = tempfile::tempdir().expect("a folder");
            let mut arguments: Vec<&str> =
                "train --data digits --limit 200 --encoder 32 --latent 4 \
                                            --batch 32 --gamma 0.1 --steps 10 --json --out"
                    .split_whitespace()
                    .collect();
            arguments.push(dir.path().to_str().expect("UTF-8"));
            arguments.extend(["--device", device]);
            let output = run(&arguments);
            assert!(
                output.status.success(),
                "the WGSL kernels need an adapter; Mesa's lavapipe will do: {}",
                text(&output.stderr)
            );
            trace(dir.path(), 10)
        })
        .collect();
    for (step, (cpu, software)) in traces[0].iter().zip(&traces[1]).enumerate() {
        for (column, name) in [(1, "loss"), (2, "squared error"), (3, "KL")] {
            let what = format!("{name} of step {}", step + 1);
            assert_close(&what, software[column], cpu[column], 1e-4);
        }
    }
    let moved = (traces[0][9][1] - traces[0][0][1]).abs();
    assert!(
        moved > 1e-2 * traces[0][0][1].abs(),
        "nothing was trained, so nothing was compared"
    );
}
