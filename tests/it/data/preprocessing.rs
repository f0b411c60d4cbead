//! Every kind of preprocessing can be undone for display, and says by how much it spreads volumes.

use collapse_explorer::config::{DataConfig, DataSource, Preprocess};
use collapse_explorer::data::{
    Dataset, Error, ImageShape, Pixels, Preprocessor, STD_FLOOR, Store, preview_with, spectrum,
};
use collapse_explorer::rng::{Stream, uniform};

use super::arrays::npy;
use super::{noise, open, put, quiet, request};

const KINDS: [Preprocess; 5] = [
    Preprocess::None,
    Preprocess::Center,
    Preprocess::Dequantize,
    Preprocess::Logit,
    Preprocess::Standardize,
];

/// Pictures whose pixels have very different spreads; the first is the same in all, the second almost.
fn data(channels: usize) -> Dataset {
    let d = 12 * channels;
    let mut bytes: Vec<u8> = noise(40 * d as u32)
        .iter()
        .enumerate()
        .map(|(i, v)| 60 + v % 190 / (1 + i % d) as u8)
        .collect();
    for (item, row) in bytes.chunks_exact_mut(d).enumerate() {
        row[0] = 90;
        row[1] = 100 + u8::from(item == 3);
    }
    Dataset {
        name: "noise".into(),
        shape: ImageShape {
            height: 3,
            width: 4,
            channels,
        },
        pixels: Pixels::Bytes(bytes),
        ..Dataset::default()
    }
}

#[test]
fn what_is_shown_is_what_was_stored() {
    for channels in [1, 3] {
        let data = data(channels);
        let mut x = vec![0.0; data.dim()];
        for kind in KINDS {
            let preprocessor = Preprocessor::new(kind, &data).expect("it can be prepared");
            for item in [0, 3, 39] {
                preprocessor.row_into(&data, 5, item, &mut x);
                let shown = preprocessor.display(&x);
                for (p, (shown, stored)) in shown.iter().zip(data.display_row(item)).enumerate() {
                    // Dequantised values lie between a level and the next, of 256.
                    let noisy = matches!(kind, Preprocess::Dequantize | Preprocess::Logit);
                    let back = if noisy { shown * 256.0 } else { shown * 255.0 };
                    let range = if noisy { -0.01..1.01 } else { -0.01..0.01 };
                    assert!(
                        range.contains(&(back - f32::from(stored))),
                        "{kind:?} {item} {p}: {back} {stored}"
                    );
                }
            }
        }
    }
}

/// The derivative of each x by its stored value, by central differences of the forward map alone.
#[test]
fn log_determinants_agree_with_numerical_differentiation() {
    for channels in [1, 3] {
        let data = data(channels);
        let d = data.dim();
        let mut x = vec![0.0; d];
        for kind in KINDS {
            let preprocessor = Preprocessor::new(kind, &data).expect("it can be prepared");
            let mut sum = 0.0;
            for item in 0..data.len() {
                preprocessor.row_into(&data, 5, item, &mut x);
                let row = data.display_row(item);
                let mut numerical = 0.0;
                for (p, &v) in row.iter().enumerate() {
                    let u = uniform(5, Stream::Dequantize, (item * d + p) as u32, u32::MAX);
                    let forward = |v: f32| {
                        let w = preprocessor.transform.apply(v, u);
                        let mean = preprocessor.mean.get(p).copied().unwrap_or(0.0);
                        let scale = preprocessor.inverse_std.get(p).copied().unwrap_or(1.0);
                        f64::from((w - mean) * scale)
                    };
                    let step = 0.5;
                    let v = f32::from(v);
                    numerical +=
                        ((forward(v + step) - forward(v - step)) / (2.0 * f64::from(step))).ln();
                }
                let exact = preprocessor.log_det_row(&x);
                assert!(
                    (exact - numerical).abs() < 1e-3 * d as f64,
                    "{kind:?} {item}: {exact} {numerical}"
                );
                sum += exact;
            }
            let mean = preprocessor.log_det(&data, 5, usize::MAX);
            assert!(
                (mean - sum / data.len() as f64).abs() < 1e-6 * mean.abs(),
                "{kind:?}"
            );
        }
    }
}

#[test]
fn standardised_data_have_unit_variances_but_for_the_floor() {
    let data = data(1);
    let preprocessor =
        Preprocessor::new(Preprocess::Standardize, &data).expect("it can be prepared");
    let (n, d) = (data.len(), data.dim());
    // Independent of the code: moments of the bytes in 64 bits.
    let rows: Vec<Vec<f64>> = (0..n)
        .map(|i| {
            data.display_row(i)
                .iter()
                .map(|&v| f64::from(v) / 255.0)
                .collect()
        })
        .collect();
    let column = |p: usize| rows.iter().map(move |row| row[p]);
    let mean: Vec<f64> = (0..d).map(|p| column(p).sum::<f64>() / n as f64).collect();
    let std: Vec<f64> = (0..d)
        .map(|p| (column(p).map(|v| (v - mean[p]).powi(2)).sum::<f64>() / n as f64).sqrt())
        .collect();
    let floor = STD_FLOOR * (std.iter().map(|s| s * s).sum::<f64>() / d as f64).sqrt();
    assert!(std[0] < 1e-12 && floor > 0.0 && std[2] > floor);
    let mut x = vec![0.0; d];
    for (i, row) in rows.iter().enumerate() {
        preprocessor.row_into(&data, 0, i, &mut x);
        for p in 0..d {
            let expected = (row[p] - mean[p]) / std[p].max(floor);
            assert!((f64::from(x[p]) - expected).abs() < 1e-4, "{i} {p}");
        }
    }
    // The spectrum knows: the covariance of what varies enough has ones on its diagonal, so their number is its trace.
    let found = spectrum(&data, &preprocessor, 0, &quiet).expect("a spectrum");
    let share: f64 = std.iter().map(|s| (s / s.max(floor)).powi(2)).sum();
    assert!(
        (found.total_variance - share).abs() < 1e-4 * share,
        "{} {share}",
        found.total_variance
    );
    assert!(
        found.mean.iter().all(|m| m.abs() < 1e-4),
        "{:?}",
        found.mean
    );
}

#[test]
fn real_values_are_standardised_and_nothing_else_touches_their_scale() {
    let values: Vec<f32> = (0..300)
        .map(|i| (i % 3 + 1) as f32 * ((i / 3) as f32 - 50.0))
        .collect();
    let data = Dataset {
        name: "lines".into(),
        shape: ImageShape {
            height: 1,
            width: 3,
            channels: 1,
        },
        pixels: Pixels::Floats(values),
        ..Dataset::default()
    };
    for kind in [Preprocess::None, Preprocess::Center] {
        assert_eq!(
            Preprocessor::new(kind, &data)
                .expect("it can be prepared")
                .log_det(&data, 0, 10),
            0.0,
            "{kind:?}"
        );
    }
    let standard = Preprocessor::new(Preprocess::Standardize, &data).expect("it can be prepared");
    // The population variance of 100 whole numbers in a row is (100² − 1)/12.
    let std = (9999.0_f64 / 12.0).sqrt();
    let expected = -(std.ln() + (2.0 * std).ln() + (3.0 * std).ln());
    assert!(
        (standard.log_det(&data, 0, 10) - expected).abs() < 1e-5,
        "{expected}"
    );
    let constant = Dataset {
        pixels: Pixels::Floats(vec![4.0; 30]),
        ..data
    };
    assert_eq!(
        Preprocessor::new(Preprocess::Standardize, &constant)
            .expect("it can be prepared")
            .inverse_std,
        [1.0; 3]
    );
}

/// Real values have no grey levels to fill: not to do it, and to call the log-determinant zero, would be a lie.
#[test]
fn real_values_are_not_dequantised_but_refused() {
    let dir = tempfile::tempdir().expect("a folder");
    let floats = |values: [f32; 4]| {
        let raw = [values; 2].concat().into_iter().flat_map(f32::to_le_bytes);
        npy("<f4", "2, 2, 2", false, &raw.collect::<Vec<u8>>())
    };
    put(dir.path(), "real.npy", &floats([0.5, 1.0, 0.0, 2.0]));
    put(dir.path(), "unit.npy", &floats([0.5, 1.0, 0.0, 0.25]));
    put(dir.path(), "levels.npy", &floats([5.0, 255.0, 0.0, 2.0]));
    put(
        dir.path(),
        "bytes.npy",
        &npy("|u1", "2, 2, 2", false, &[[5, 255, 0, 2]; 2].concat()),
    );
    let ask = |name: &str, preprocess| DataConfig {
        preprocess,
        ..request(&dir.path().join(name))
    };
    for kind in [Preprocess::Dequantize, Preprocess::Logit] {
        for (name, part) in [("real.npy", "from 0 to 2"), ("unit.npy", "from 0 to 1")] {
            let config = ask(name, kind);
            let plain = open(&ask(name, Preprocess::None)).expect("the values are good");
            let errors = [
                open(&config).expect_err(name),
                preview_with(&config, 0, &Store::off()).expect_err(name),
                Preprocessor::new(kind, &plain).expect_err(name),
            ];
            for error in errors {
                let text = error.to_string();
                assert!(matches!(error, Error::Preprocessing { .. }), "{text}");
                assert!(
                    text.contains(part) && text.contains("grey levels"),
                    "{text}"
                );
            }
        }
        // Whole grey levels are levels however they are stored.
        for name in ["bytes.npy", "levels.npy"] {
            assert!(open(&ask(name, kind)).is_ok(), "{name}");
        }
        let gaussian = DataConfig {
            source: DataSource::Gaussian(vec![2.0, 1.0]),
            preprocess: kind,
            ..DataConfig::default()
        };
        assert!(matches!(open(&gaussian), Err(Error::Preprocessing { .. })));
    }
    for kind in [
        Preprocess::None,
        Preprocess::Center,
        Preprocess::Standardize,
    ] {
        assert!(open(&ask("real.npy", kind)).is_ok());
    }
}

#[test]
fn lambda_of_the_logit_can_be_chosen() {
    for (channels, usual) in [(1, 1e-6), (3, 0.05)] {
        let data = data(channels);
        let logit = || Preprocessor::new(Preprocess::Logit, &data).expect("bytes");
        assert_eq!(logit().transform.logit_lambda, usual);
        assert_eq!(logit().with_lambda(None), logit());
        let chosen = logit().with_lambda(Some(0.2));
        let mut x = vec![0.0; data.dim()];
        chosen.row_into(&data, 5, 3, &mut x);
        for (p, (&x, v)) in x.iter().zip(data.display_row(3)).enumerate() {
            let u = uniform(
                5,
                Stream::Dequantize,
                (3 * x_dim(channels) + p) as u32,
                u32::MAX,
            );
            let q = 0.2 + 0.6 * (f64::from(v) + f64::from(u)) / 256.0;
            assert!((f64::from(x) - (q / (1.0 - q)).ln()).abs() < 1e-5);
        }
        let plain = Preprocessor::new(Preprocess::Center, &data).expect("bytes");
        assert_eq!(plain.clone().with_lambda(Some(0.2)), plain);
    }
}

fn x_dim(channels: usize) -> usize {
    12 * channels
}

#[test]
fn lambda_is_checked_and_absent_from_older_files() {
    let old = serde_json::to_value(DataConfig::default()).expect("settings");
    assert!(old.get("logit_lambda").is_none(), "{old}");
    let mut config: DataConfig = serde_json::from_value(old).expect("older settings");
    assert_eq!(config.logit_lambda, None);
    for (lambda, good) in [
        (1e-7, true),
        (0.05, true),
        (0.49, true),
        (0.0, false),
        (0.5, false),
        (-0.1, false),
        (f64::NAN, false),
    ] {
        config.logit_lambda = Some(lambda);
        assert_eq!(config.validate().is_ok(), good, "{lambda}");
        if good {
            // Even the brightest value has a logit.
            let logit = Preprocessor::new(Preprocess::Logit, &data(1)).expect("bytes");
            let transform = logit.with_lambda(Some(lambda)).transform;
            let ends = [
                transform.apply(0.0, 0.0),
                transform.apply(255.0, 1.0 - f32::EPSILON),
            ];
            assert!(ends.iter().all(|x| x.is_finite()), "{lambda}: {ends:?}");
        }
    }
    config.logit_lambda = Some(0.05);
    let text = serde_json::to_string(&config).expect("settings");
    assert_eq!(
        serde_json::from_str::<DataConfig>(&text).expect("the same"),
        config
    );
}
