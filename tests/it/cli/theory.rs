//! `theory`: the contract's keys, and numbers computed here by other means.

use std::f64::consts::PI;

use serde_json::Value;

use super::{assert_close, assert_keys, json, json_of, number, numbers};
use crate::common::runs::{SPECTRUM, digits};
use collapse_explorer::data::Pixels;

/// L* of the linear model at fixed γ, written out term by term (theory page, section 2.2).
fn least_loss(spectrum: &[f64], latents: usize, beta: f64, gamma: f64) -> f64 {
    let mut loss = spectrum.iter().sum::<f64>() / (2.0 * gamma);
    for zeta2 in spectrum.iter().take(latents) {
        if *zeta2 > beta * gamma {
            loss +=
                -zeta2 / (2.0 * gamma) + beta / 2.0 + beta / 2.0 * (zeta2 / (beta * gamma)).ln();
        }
    }
    loss + spectrum.len() as f64 / 2.0 * (2.0 * PI * gamma).ln()
}

/// Asserts the whole report for [`SPECTRUM`].
fn assert_report(report: &Value, latents: usize, beta: f64, gamma: f64, active: usize) {
    assert_keys(
        report,
        &[
            "eigenvalues",
            "thresholds_beta",
            "active",
            "sigma2",
            "loss",
            "gamma",
            "ppca",
            "scale",
        ],
    );
    assert_keys(&report["ppca"], &["sigma2", "log_likelihood"]);
    // The samples are stored in 32 bits.
    let tolerance = 1e-5;
    for (name, scale) in [("eigenvalues", 1.0), ("thresholds_beta", 1.0 / gamma)] {
        let found = numbers(&report[name]);
        assert_eq!(found.len(), 5);
        for (value, zeta2) in found.iter().zip(SPECTRUM) {
            assert_close(name, *value, zeta2 * scale, tolerance);
        }
    }
    assert_eq!(report["active"], active);
    assert_close("γ", number(&report["gamma"]), gamma, tolerance);
    let sigma2 = numbers(&report["sigma2"]);
    assert_eq!(sigma2.len(), latents);
    for (j, value) in sigma2.iter().enumerate() {
        let expected = if j < active {
            beta * gamma / SPECTRUM[j]
        } else {
            1.0
        };
        assert_close("σ²", *value, expected, tolerance);
    }
    let expected = least_loss(&SPECTRUM, latents, beta, gamma);
    assert_close("loss", number(&report["loss"]), expected, tolerance);
    // Tipping and Bishop: σ² is the mean of the discarded eigenvalues, and C⁻¹S has trace d.
    let kept = latents.min(4);
    let noise = SPECTRUM[kept..].iter().sum::<f64>() / (5 - kept) as f64;
    let log_determinant =
        SPECTRUM[..kept].iter().map(|l| l.ln()).sum::<f64>() + (5 - kept) as f64 * noise.ln();
    let likelihood = -0.5 * (5.0 * (2.0 * PI).ln() + log_determinant + 5.0);
    let ppca = &report["ppca"];
    assert_close("pPCA σ²", number(&ppca["sigma2"]), noise, tolerance);
    assert_close(
        "pPCA log likelihood",
        number(&ppca["log_likelihood"]),
        likelihood,
        tolerance,
    );
}

/// Three modes lie at the threshold, two above it; with 32-bit samples rounding would count some of the three.
#[test]
fn a_beta_at_a_threshold_counts_the_modes_above_it() {
    for (beta, active) in [("2", 2), ("1.999", 5), ("5", 1), ("1", 5)] {
        let report = json(&format!(
            "theory --data gaussian:9,5,2,2,2,1,0.3 --beta {beta} --json"
        ));
        assert_eq!(report["active"], active, "β = {beta}");
        let sigma2 = numbers(&report["sigma2"]);
        assert_eq!(sigma2.iter().filter(|s| **s < 1.0).count(), active);
    }
}

/// The message names the rank, whatever κ is.
#[test]
fn data_that_few_latents_reproduce_say_how_many() {
    for latents in [2, 3, 10] {
        let line = format!("theory --data gaussian:9,5,0,0 --latent {latents} --learn-gamma");
        let output = super::run(line.split_whitespace());
        assert_eq!(output.status.code(), Some(1));
        let said = super::text(&output.stderr);
        assert!(
            said.contains("rank 2, so 2 latents reproduce them exactly"),
            "{said}"
        );
    }
    // One latent leaves the second mode, γ = 5/3; and β = 2.5 > 4/2 as well, γ = 5/(4 − 2.5).
    for (more, gamma) in [
        ("--latent 1", 5.0 / 3.0),
        ("--latent 4 --beta 2.5", 5.0 / 1.5),
    ] {
        let report = json(&format!(
            "theory --data gaussian:9,5,0,0 --learn-gamma {more} --json"
        ));
        assert_close("γ", number(&report["gamma"]), gamma, 1e-5);
        assert_eq!(report["active"], 1);
    }
}

#[test]
fn gaussian_data_give_the_closed_form() {
    let data = "theory --data gaussian:9,5,2,1,0.3 --json";
    assert_report(
        &json(&format!("{data} --latent 2 --beta 1.5 --gamma 0.5")),
        2,
        1.5,
        0.5,
        2,
    );
    assert_report(
        &json(&format!("{data} --latent 4 --beta 3 --gamma 0.5")),
        4,
        3.0,
        0.5,
        3,
    );
    // Beyond every threshold nothing lives.
    assert_report(
        &json(&format!("{data} --latent 3 --beta 10")),
        3,
        10.0,
        1.0,
        0,
    );
    // η_dec is √γ.
    assert_report(
        &json(&format!(
            "{data} --latent 4 --beta 3 --eta-dec 0.7071067811865476"
        )),
        4,
        3.0,
        0.5,
        3,
    );
}

#[test]
fn the_priors_width_scales_sigma_and_nothing_else() {
    let line = "theory --data gaussian:9,5,2,1,0.3 --latent 4 --beta 3 --gamma 0.5 --json";
    let (unit, wide) = (json(line), json(&format!("{line} --eta-enc 2")));
    for key in ["loss", "gamma", "active", "eigenvalues", "thresholds_beta"] {
        assert_eq!(unit[key], wide[key], "{key}");
    }
    let pairs = numbers(&unit["sigma2"])
        .into_iter()
        .zip(numbers(&wide["sigma2"]));
    for (unit, wide) in pairs {
        assert_close("σ²", wide, 4.0 * unit, 1e-12);
    }
    let refused = super::run(format!("{line} --eta-enc 0").split(' '));
    assert_eq!(refused.status.code(), Some(2));
    assert!(super::text(&refused.stderr).contains("η_enc"));
}

#[test]
fn another_target_has_the_modes_of_its_explainable_part() {
    // As many rows as dimensions: the map is explained whole, and ζ² are the target's variances.
    let line = "theory --data gaussian:9,5,2,1,0.3 --target map:3 --latent 4 --beta 0.8 --json";
    let report = json(line);
    let mut keys = vec![
        "eigenvalues",
        "thresholds_beta",
        "active",
        "sigma2",
        "loss",
        "gamma",
        "ppca",
        "scale",
    ];
    keys.extend(["target_variance", "explained"]);
    assert_keys(&report, &keys);
    let zeta2 = numbers(&report["eigenvalues"]);
    assert_eq!(zeta2.len(), 3);
    let total = number(&report["target_variance"]);
    assert_close("explained", number(&report["explained"]), 1.0, 1e-9);
    assert_close("Σ ζ²", zeta2.iter().sum(), total, 1e-9);
    assert_close(
        "loss",
        number(&report["loss"]),
        least_loss(&zeta2, 4, 0.8, 1.0),
        1e-9,
    );
    let alive = zeta2.iter().filter(|z| **z > 0.8).count();
    assert_eq!(report["active"], alive);
    // pPCA stays that of the input.
    let ppca = json("theory --data gaussian:9,5,2,1,0.3 --latent 4 --json");
    assert_eq!(report["ppca"], ppca["ppca"]);
    // Numbers that the input cannot explain stay in the loss.
    let labels =
        json("theory --data digits --limit 900 --target labels --latent 4 --gamma 0.05 --json");
    let (zeta2, total) = (
        numbers(&labels["eigenvalues"]),
        number(&labels["target_variance"]),
    );
    let explained = number(&labels["explained"]);
    assert_close("share", zeta2.iter().sum::<f64>() / total, explained, 1e-9);
    assert!(explained > 0.5 && total < 0.91, "{labels}");
    let expected = least_loss(&zeta2, 4, 1.0, 0.05) + (1.0 - explained) * total / (2.0 * 0.05);
    assert_close("loss", number(&labels["loss"]), expected, 1e-9);
    let none = super::run("theory --data gaussian:9,5 --target labels".split(' '));
    assert_eq!(none.status.code(), Some(1));
    assert!(super::text(&none.stderr).contains("label"));
    let table = super::run(line.trim_end_matches(" --json").split(' '));
    assert!(super::text(&table.stdout).contains("explains 100.00 %"));
}

#[test]
fn without_latent_there_are_as_many_as_dimensions() {
    let report = json("theory --data gaussian:9,5,2,1,0.3 --beta 1.5 --json");
    assert_eq!(numbers(&report["sigma2"]).len(), 5);
    assert_eq!(report["active"], 3);
    // pPCA with as many latents as dimensions leaves no noise: no finite likelihood is made up.
    let likelihood = &report["ppca"]["log_likelihood"];
    assert!(
        likelihood.is_null() || number(likelihood).is_finite(),
        "{report}"
    );
}

#[test]
fn a_learned_gamma_is_the_closed_form() {
    let data = "theory --data gaussian:9,5,2,1,0.3 --learn-gamma --json";
    // γ = R₃/(5 − 3β) = 1.3/2 at β = 1 and R₂/(5 − 2β) = 3.3/2 at β = 1.5.
    assert_report(&json(&format!("{data} --latent 3")), 3, 1.0, 0.65, 3);
    assert_report(
        &json(&format!("{data} --latent 3 --beta 1.5")),
        3,
        1.5,
        1.65,
        2,
    );
    // β = 1 is maximum likelihood: γ is pPCA's σ², and the least loss its negative log likelihood.
    let report = json(&format!("{data} --latent 2"));
    let ppca = &report["ppca"];
    assert_close("γ", number(&report["gamma"]), number(&ppca["sigma2"]), 1e-9);
    assert_close(
        "loss",
        number(&report["loss"]),
        -number(&ppca["log_likelihood"]),
        1e-9,
    );
}

/// The sum over pixels of the variances of images at v/255, the trace of their covariance.
fn total_variance(images: &[u8], dim: usize) -> f64 {
    let n = (images.len() / dim) as f64;
    (0..dim)
        .map(|p| {
            let column = images
                .iter()
                .skip(p)
                .step_by(dim)
                .map(|&v| f64::from(v) / 255.0);
            let (sum, squares) = column.fold((0.0, 0.0), |(s, q), x| (s + x, x.mul_add(x, q)));
            squares / n - (sum / n).powi(2)
        })
        .sum()
}

fn assert_spectrum(report: &Value, images: &[u8]) {
    let eigenvalues = numbers(&report["eigenvalues"]);
    assert_eq!(eigenvalues.len(), 784);
    assert!(eigenvalues.is_sorted_by(|a, b| a >= b));
    assert!(eigenvalues.iter().all(|v| *v >= 0.0));
    let trace: f64 = eigenvalues.iter().sum();
    assert_close("trace", trace, total_variance(images, 784), 1e-4);
    let beyond = eigenvalues.iter().take(16).filter(|v| **v > 1.0).count();
    assert_eq!(report["active"], beyond);
    let expected = least_loss(&eigenvalues, 16, 1.0, 1.0);
    assert_close("loss", number(&report["loss"]), expected, 1e-9);
}

#[test]
fn the_digits_have_their_own_trace() {
    let data = digits(300);
    let Pixels::Bytes(images) = &data.pixels else {
        panic!("digits are bytes")
    };
    let report = json("theory --data digits --limit 300 --json");
    assert_spectrum(&report, images);
}

#[test]
fn mnist_has_its_own_trace() {
    let Some(root) = std::env::var_os("COLLAPSE_DATA") else {
        eprintln!("SKIPPED mnist_has_its_own_trace: COLLAPSE_DATA is not set");
        return;
    };
    let folder = std::path::PathBuf::from(root).join("mnist");
    let report = json_of([
        "theory".as_ref(),
        "--data".as_ref(),
        folder.as_os_str(),
        "--limit".as_ref(),
        "2000".as_ref(),
        "--json".as_ref(),
    ]);
    // Read by hand: a header of 16 bytes, then the images, perhaps gzipped.
    let file = ["train-images-idx3-ubyte", "train-images.idx3-ubyte"]
        .iter()
        .flat_map(|stem| [folder.join(stem), folder.join(format!("{stem}.gz"))])
        .find(|path| path.exists())
        .expect("the training images");
    let mut bytes = std::fs::read(&file).expect("readable");
    if file.extension().is_some_and(|e| e == "gz") {
        let mut plain = Vec::new();
        std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(&bytes[..]), &mut plain)
            .expect("gzip");
        bytes = plain;
    }
    assert_spectrum(&report, &bytes[16..16 + 2000 * 784]);
}

#[test]
fn without_json_a_table_is_printed() {
    let output = super::run("theory --data gaussian:9,5,2,1,0.3 --latent 4 --beta 1.5".split(' '));
    assert!(output.status.success());
    let table = super::text(&output.stdout);
    assert!(table.contains("3 of 4 latents alive"), "{table}");
    assert_eq!(table.matches("alive\n").count(), 3, "{table}");
}
