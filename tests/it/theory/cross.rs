//! What data explain of a target: against regression by normal equations, the data's own spectrum,
//! and one another's roads.

use super::matrices::to_mat;
use crate::common::preprocessor;
use crate::common::runs::digits;
use collapse_explorer::config::{Preprocess, Target};
use collapse_explorer::data::{
    CrossSpectrum, Dataset, Error, ImageShape, Pixels, Preprocessor, Targets, cross_modes,
    cross_spectrum, spectrum,
};
use collapse_explorer::metrics::{Explainable, predict};
use collapse_explorer::rng::{Stream, normal};
use collapse_explorer::theory::Gamma;

type Rows = Vec<Vec<f64>>;

/// `n` vectors of dimension `d`: a random mixture of `rank` normal sources, off centre.
fn vectors(n: usize, d: usize, rank: usize) -> Dataset {
    let mixing = |i: usize, s: usize| normal(1, Stream::Init, i as u32, s as u32);
    let values = (0..n)
        .flat_map(|item| {
            (0..d).map(move |i| {
                let source = |s: usize| normal(2, Stream::Data, s as u32, item as u32);
                3.0 + (0..rank).map(|s| mixing(i, s) * source(s)).sum::<f32>()
            })
        })
        .collect();
    Dataset {
        name: "mixtures".into(),
        shape: ImageShape {
            height: 1,
            width: d,
            channels: 1,
        },
        pixels: Pixels::Floats(values),
        labels: Some((0..n).map(|i| (i % 7 % 3) as u8).collect()),
        ..Dataset::default()
    }
}

/// Targets that are partly a function of x: its square, a wave, noise.
fn curved(data: &Dataset, rows: usize) -> Targets {
    let x = inputs(
        data,
        &Preprocessor::new(Preprocess::None, data).expect("it can be prepared"),
        0,
    );
    let values = x
        .iter()
        .enumerate()
        .flat_map(|(item, x)| {
            let x = x.clone();
            (0..rows).map(move |k| {
                let noise = f64::from(normal(3, Stream::Data, k as u32, item as u32));
                let (a, b) = (x[k % x.len()], x[(k + 1) % x.len()]);
                (5.0 + a + 0.3 * b * b + (2.0 * a).sin() + 0.5 * noise) as f32
            })
        })
        .collect();
    Targets {
        kind: Target::LinearMap(rows),
        dim: rows,
        values,
    }
}

fn inputs(data: &Dataset, preprocessor: &Preprocessor, seed: u32) -> Rows {
    let mut x = vec![0.0; data.dim()];
    (0..data.len())
        .map(|item| {
            preprocessor.row_into(data, seed, item, &mut x);
            x.iter().map(|&v| f64::from(v)).collect()
        })
        .collect()
}

fn outputs(targets: &Targets) -> Rows {
    let wide = |y: &[f32]| y.iter().map(|&v| f64::from(v)).collect();
    targets.values.chunks_exact(targets.dim).map(wide).collect()
}

fn centred(rows: &Rows) -> Rows {
    let n = rows.len() as f64;
    let mean: Vec<f64> = (0..rows[0].len())
        .map(|i| rows.iter().map(|r| r[i]).sum::<f64>() / n)
        .collect();
    let off = |r: &Vec<f64>| r.iter().zip(&mean).map(|(v, m)| v - m).collect();
    rows.iter().map(off).collect()
}

/// E[abᵀ] over rows.
fn moment(a: &Rows, b: &Rows) -> Rows {
    let n = a.len() as f64;
    (0..a[0].len())
        .map(|i| {
            (0..b[0].len())
                .map(|j| a.iter().zip(b).map(|(a, b)| a[i] * b[j]).sum::<f64>() / n)
                .collect()
        })
        .collect()
}

/// E‖y − Bx‖² of the best B, by normal equations with a ridge far below the variances.
fn residual(x: &Rows, y: &Rows) -> f64 {
    let (a, c) = (moment(x, x), moment(x, y));
    let (d, rows) = (a.len(), c[0].len());
    let mut system: Rows = a
        .iter()
        .zip(&c)
        .map(|(a, c)| [a.clone(), c.clone()].concat())
        .collect();
    for (i, row) in system.iter_mut().enumerate() {
        row[i] += 1e-10;
    }
    for p in 0..d {
        let pivot = system[p][p];
        for v in &mut system[p] {
            *v /= pivot;
        }
        let source = system[p].clone();
        for (_, row) in system.iter_mut().enumerate().filter(|(i, _)| *i != p) {
            let factor = row[p];
            row.iter_mut()
                .zip(&source)
                .for_each(|(v, s)| *v -= factor * s);
        }
    }
    let n = x.len() as f64;
    x.iter()
        .zip(y)
        .map(|(x, y)| {
            (0..rows)
                .map(|k| {
                    let fit: f64 = (0..d).map(|i| system[i][d + k] * x[i]).sum();
                    (y[k] - fit).powi(2)
                })
                .sum::<f64>()
                / n
        })
        .sum()
}

fn cross(data: &Dataset, targets: &Targets) -> CrossSpectrum {
    let plain = Preprocessor::new(Preprocess::None, data).expect("it can be prepared");
    cross_spectrum(data, &plain, targets, 0, &|_| true).expect("a cross spectrum")
}

/// Everything the type promises, from its definitions.
fn check(data: &Dataset, targets: &Targets, rank: usize) {
    let found = cross(data, targets);
    let plain = Preprocessor::new(Preprocess::None, data).expect("it can be prepared");
    let (x, y) = (
        centred(&inputs(data, &plain, 0)),
        centred(&outputs(targets)),
    );
    let (a, c) = (moment(&x, &x), moment(&y, &x));
    assert_eq!((found.rank, found.samples), (rank, data.len()));
    assert_eq!(found.eigenvalues.len(), rank.min(targets.dim));
    assert!(found.eigenvalues.is_sorted_by(|a, b| a >= b));
    let total: f64 = y.iter().flatten().map(|v| v * v).sum::<f64>() / y.len() as f64;
    assert!((found.total_variance / total - 1.0).abs() < 1e-9);
    let explained: f64 = found.eigenvalues.iter().sum();
    let left = residual(&x, &y);
    assert!(
        (total - explained - left).abs() < 1e-6 * total,
        "{total} {explained} {left}"
    );
    assert!((found.explained() - explained / total).abs() < 1e-9);
    // eᵢᵀA eⱼ = δ, C eᵢ = ζᵢ fᵢ, fᵢᵀfⱼ = δ.
    let (d, rows) = (data.dim(), targets.dim);
    for i in 0..found.modes() {
        let (e, f) = (
            &found.inputs[i * d..(i + 1) * d],
            &found.outputs[i * rows..(i + 1) * rows],
        );
        let zeta = found.eigenvalues[i].sqrt();
        for (k, f) in f.iter().enumerate() {
            let image: f64 = c[k].iter().zip(e).map(|(c, e)| c * e).sum();
            assert!(
                (image - zeta * f).abs() < 1e-6 * total.sqrt(),
                "{image} {zeta} {f}"
            );
        }
        for j in 0..found.modes() {
            let other = &found.inputs[j * d..(j + 1) * d];
            let product: f64 = (0..d)
                .flat_map(|p| (0..d).map(move |q| (p, q)))
                .map(|(p, q)| e[p] * a[p][q] * other[q])
                .sum();
            let output: f64 = f
                .iter()
                .zip(&found.outputs[j * rows..])
                .map(|(a, b)| a * b)
                .sum();
            let wanted = f64::from(u8::from(i == j));
            assert!((product - wanted).abs() < 1e-5, "{i} {j} {product}");
            assert!((output - wanted).abs() < 1e-9, "{i} {j} {output}");
        }
    }
}

#[test]
fn it_is_what_regression_explains() {
    // More than one chunk of items; a target wider and one narrower than the input.
    for rows in [3, 9] {
        let data = vectors(1500, 6, 6);
        check(&data, &curved(&data, rows), 6);
    }
    // x in a subspace: the directions without variance are dropped.
    let data = vectors(400, 6, 3);
    check(&data, &curved(&data, 4), 3);
}

#[test]
fn a_linear_map_is_explained_whole() {
    let data = vectors(700, 6, 4);
    let plain = Preprocessor::new(Preprocess::None, &data).expect("it can be prepared");
    for rows in [2, 8] {
        let targets = Targets::new(Target::LinearMap(rows), &data, &plain, 5)
            .expect("targets")
            .expect("not the input");
        let found = cross(&data, &targets);
        assert!(
            (found.explained() - 1.0).abs() < 1e-9,
            "{}",
            found.explained()
        );
        // ζ² are then the target's own principal variances.
        let y = centred(&outputs(&targets));
        let own = to_mat(&moment(&y, &y));
        let eigen = own
            .self_adjoint_eigen(faer::Side::Lower)
            .expect("symmetric");
        for (i, zeta2) in found.eigenvalues.iter().enumerate() {
            let exact = eigen.S()[rows - 1 - i];
            assert!(
                (zeta2 - exact).abs() < 1e-6 * found.total_variance,
                "{zeta2} {exact}"
            );
        }
        // Explained whole, a learned γ vanishes where β allows it.
        let vanishing = predict(&found, 8, 1.0, 1e-3, Gamma::Learned).expect("a problem");
        assert!(vanishing.optimum.is_err(), "{:?}", vanishing.optimum);
        assert_eq!(vanishing.active(), found.eigenvalues.len());
    }
}

#[test]
fn the_input_as_target_is_the_spectrum() {
    let data = vectors(900, 5, 5);
    let plain = Preprocessor::new(Preprocess::None, &data).expect("it can be prepared");
    let own = spectrum(&data, &plain, 0, &|_| true).expect("a spectrum");
    let values = inputs(&data, &plain, 0)
        .concat()
        .iter()
        .map(|&v| v as f32)
        .collect();
    let same = Targets {
        kind: Target::Labels,
        dim: 5,
        values,
    };
    let found = cross(&data, &same);
    for (a, b) in found.eigenvalues.iter().zip(&own.eigenvalues) {
        assert!((a / b - 1.0).abs() < 1e-9, "{a} {b}");
    }
    // And so is what is predicted from it, at any width of the prior.
    for eta in [1.0, 0.4] {
        let of = |data: Explainable<'_>| {
            let prediction = predict(data, 4, eta, 0.7, Gamma::Learned).expect("a problem");
            (prediction.active(), prediction.optimum.expect("an optimum"))
        };
        let ((a, x), (b, y)) = (
            of(Explainable::Input(&own)),
            of(Explainable::Target(&found)),
        );
        assert_eq!(a, b);
        assert!((x.loss - y.loss).abs() < 1e-8 * x.loss.abs());
        assert!((x.modes[0].sigma / y.modes[0].sigma - 1.0).abs() < 1e-8);
        assert!((x.modes[0].sigma / eta) < 1.0);
    }
}

#[test]
fn fewer_items_than_dimensions_explain_everything_they_can() {
    let data = vectors(12, 30, 30);
    let targets = curved(&data, 4);
    let found = cross(&data, &targets);
    // Eleven directions through twelve centred items: any target is interpolated.
    assert_eq!(found.rank, 11);
    assert!(
        (found.explained() - 1.0).abs() < 1e-9,
        "{}",
        found.explained()
    );
    check(&data, &targets, 11);
    // The road over the d × d covariance gives the same.
    let plain = Preprocessor::new(Preprocess::None, &data).expect("it can be prepared");
    let (x, y) = (
        centred(&inputs(&data, &plain, 0)),
        centred(&outputs(&targets)),
    );
    let other =
        cross_modes(&to_mat(&moment(&x, &x)), to_mat(&moment(&y, &x)).as_ref()).expect("modes");
    assert_eq!(other.rank, 11);
    for (a, b) in found.eigenvalues.iter().zip(&other.eigenvalues) {
        assert!((a / b - 1.0).abs() < 1e-8, "{a} {b}");
    }
}

#[test]
fn labels_of_byte_images_agree_with_class_means() {
    // Two pixels, of which one tells the classes apart: hence ζ² by hand.
    let bytes = [[10_u8, 0], [10, 255], [200, 0], [200, 255]].concat();
    let data = Dataset {
        name: "four".into(),
        shape: ImageShape {
            height: 1,
            width: 2,
            channels: 1,
        },
        pixels: Pixels::Bytes(bytes),
        labels: Some(vec![0, 0, 1, 1]),
        ..Dataset::default()
    };
    let plain = Preprocessor::new(Preprocess::None, &data).expect("it can be prepared");
    let labels = Targets::new(Target::Labels, &data, &plain, 0)
        .expect("targets")
        .expect("labels");
    let found = cross(&data, &labels);
    // y₁ − ȳ₁ = ±½ = −(y₂ − ȳ₂): variance ¼ + ¼, all along (1, −1)/√2, all explained.
    assert!((found.total_variance - 0.5).abs() < 1e-12);
    assert!((found.eigenvalues[0] - 0.5).abs() < 1e-12 && found.eigenvalues[1] < 1e-12);
    assert!((found.outputs[0] + found.outputs[1]).abs() < 1e-12);
    // A map of bytes is explained whole, neither more nor less.
    let many = digits(900);
    for kind in [Preprocess::None, Preprocess::Center] {
        let bound = preprocessor(kind, &many);
        let map = Targets::new(Target::LinearMap(5), &many, &bound, 3)
            .expect("targets")
            .expect("a map");
        let found = cross_spectrum(&many, &bound, &map, 3, &|_| true).expect("a cross spectrum");
        assert!(
            (found.explained() - 1.0).abs() < 1e-10,
            "{}",
            found.explained()
        );
        let y = centred(&outputs(&map));
        let total = y.iter().flatten().map(|v| v * v).sum::<f64>() / 900.0;
        assert!((found.total_variance / total - 1.0).abs() < 1e-10);
    }
    let labels = Targets::new(Target::Labels, &many, &plain, 0)
        .expect("targets")
        .expect("labels");
    let found = cross(&many, &labels);
    assert!(
        found.explained() > 0.5 && found.explained() <= 1.0,
        "{}",
        found.explained()
    );
    assert_eq!((found.target_dim(), found.eigenvalues.len()), (10, 10));
}

#[test]
fn dequantisation_noise_explains_nothing() {
    // One pixel, 0 or 1 with variance 1/4, and noise of variance 1/12 on each draw of it. Of the label it
    // explains ¼/(¼ + 1/12) = 3/4; of a map of another draw (¼/(¼ + 1/12))².
    let count = 20_000;
    let bytes: Vec<u8> = (0..count).map(|i| (i % 2) as u8).collect();
    let data = Dataset {
        name: "one pixel".into(),
        shape: ImageShape {
            height: 1,
            width: 1,
            channels: 1,
        },
        labels: Some(bytes.clone()),
        pixels: Pixels::Bytes(bytes),
        ..Dataset::default()
    };
    let explained = |kind, target| {
        let bound = Preprocessor::new(kind, &data).expect("it can be prepared");
        let targets = Targets::new(target, &data, &bound, 6)
            .expect("targets")
            .expect("not the input");
        let found =
            cross_spectrum(&data, &bound, &targets, 6, &|_| true).expect("a cross spectrum");
        found.explained()
    };
    let map = Target::LinearMap(1);
    assert!((explained(Preprocess::None, Target::Labels) - 1.0).abs() < 1e-9);
    assert!((explained(Preprocess::None, map) - 1.0).abs() < 1e-9);
    assert!((explained(Preprocess::Dequantize, Target::Labels) - 0.75).abs() < 0.01);
    assert!((explained(Preprocess::Dequantize, map) - 0.5625).abs() < 0.015);
}

#[test]
fn what_cannot_be_related_is_refused() {
    let data = vectors(50, 3, 3);
    let plain = Preprocessor::new(Preprocess::None, &data).expect("it can be prepared");
    let good = curved(&data, 2);
    let of = |data: &Dataset, targets: &Targets, go_on: bool| {
        cross_spectrum(data, &plain, targets, 0, &|_| go_on).expect_err("a refusal")
    };
    assert_eq!(of(&data, &good, false), Error::Cancelled);
    let short = Targets {
        values: vec![0.0; 5],
        ..good.clone()
    };
    assert!(of(&data, &short, true).to_string().contains("targets"));
    let mut wild = good.clone();
    wild.values[3] = f32::NAN;
    assert!(matches!(of(&data, &wild, true), Error::Spectrum { .. }));
    let wide = Targets {
        kind: Target::LinearMap(9000),
        dim: 9000,
        values: vec![0.0; 50 * 9000],
    };
    assert!(matches!(of(&data, &wide, true), Error::TooLarge { .. }));
    let mut broken = data.clone();
    broken.pixels = Pixels::Floats(vec![f32::INFINITY; 150]);
    assert!(matches!(of(&broken, &good, true), Error::Spectrum { .. }));
    // A target that does not vary has nothing to explain.
    let still = Targets {
        kind: Target::Labels,
        dim: 2,
        values: vec![1.0; 100],
    };
    let found = cross(&data, &still);
    assert_eq!((found.total_variance, found.explained()), (0.0, 0.0));
}
