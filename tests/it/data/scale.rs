//! The scale of stored values: decided by the values, the same however they are stored.

use std::fs;
use std::path::{Path, PathBuf};

use collapse_explorer::config::{DataConfig, Preprocess, Scale};
use collapse_explorer::data::{Dataset, Error, Preprocessor, Store, preview_with};
use collapse_explorer::theory::{Gamma, LinearProblem, optimum};
use proptest::prelude::*;

use super::{eigenvalues, open, real, request};

/// Writes a `.npy` array of these sizes and bytes.
fn npy(path: &Path, descr: &str, sizes: &[usize], bytes: &[u8]) {
    let sizes: Vec<String> = sizes.iter().map(usize::to_string).collect();
    let header = format!(
        "{{'descr': '{descr}', 'fortran_order': False, 'shape': ({}), }}",
        sizes.join(", ")
    );
    let mut file = b"\x93NUMPY\x01\x00".to_vec();
    file.extend((header.len() as u16 + 1).to_le_bytes());
    file.extend(header.as_bytes());
    file.push(b'\n');
    file.extend(bytes);
    fs::write(path, file).expect("a file");
}

/// The same values in several storages: the paths.
fn stored(dir: &Path, sizes: [usize; 3], values: &[u8]) -> Vec<PathBuf> {
    let [n, h, w] = sizes;
    let path = |name: &str| dir.join(name);
    npy(&path("u1.npy"), "|u1", &sizes, values);
    let floats: Vec<u8> = values
        .iter()
        .flat_map(|&v| f32::from(v).to_le_bytes())
        .collect();
    npy(&path("f4.npy"), "<f4", &sizes, &floats);
    let doubles: Vec<u8> = values
        .iter()
        .flat_map(|&v| f64::from(v).to_le_bytes())
        .collect();
    npy(&path("f8.npy"), "<f8", &sizes, &doubles);
    let mut idx = vec![0, 0, 8, 3];
    for size in sizes {
        idx.extend((size as u32).to_be_bytes());
    }
    idx.extend(values);
    fs::write(path("images-idx3-ubyte"), idx).expect("a file");
    let mut names = vec!["u1.npy", "f4.npy", "f8.npy", "images-idx3-ubyte"];
    if h == w {
        let line = |row: &[u8]| {
            let fields: Vec<String> = row.iter().map(u8::to_string).collect();
            fields.join(",") + "\n"
        };
        let header: Vec<String> = (0..h * w).map(|p| format!("pixel{p}")).collect();
        let text: String = values.chunks(h * w).map(line).collect();
        fs::write(path("table.csv"), header.join(",") + "\n" + &text).expect("a file");
        names.push("table.csv");
    }
    assert_eq!(values.len(), n * h * w);
    names.into_iter().map(path).collect()
}

fn load(path: &Path, scale: Scale) -> Dataset {
    let config = DataConfig {
        scale,
        ..request(path)
    };
    open(&config).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

#[test]
fn black_and_white_is_zero_and_one_in_every_storage() {
    let dir = tempfile::tempdir().expect("a folder");
    // Two pixels of 16 are on, in turn: each has variance 1/4 and their covariance is −1/4, so ζ² = 1/2, 0, …
    let values: Vec<u8> = (0..20 * 16)
        .map(|i| {
            let (item, pixel) = (i / 16, i % 16);
            u8::from(pixel == 5 + item % 2)
        })
        .collect();
    for path in stored(dir.path(), [20, 4, 4], &values) {
        let data = load(&path, Scale::Auto);
        let found = eigenvalues(&data);
        assert!(
            (found[0] - 0.5).abs() < 1e-12 && found[1].abs() < 1e-12,
            "{} {found:?}",
            path.display()
        );
        assert_eq!(data.display_row(0)[4..7], [0, 255, 0], "{}", path.display());
    }
}

#[test]
fn grey_levels_are_divided_in_every_storage_and_what_is_asked_for_wins() {
    let dir = tempfile::tempdir().expect("a folder");
    // One pixel is 0 or 255 in turn, the others 128: ζ² = 1/4 after ÷255, 255²/4 as stored.
    let values: Vec<u8> = (0..20 * 16)
        .map(|i| match (i / 16 % 2, i % 16) {
            (0, 3) => 0,
            (_, 3) => 255,
            _ => 128,
        })
        .collect();
    for path in stored(dir.path(), [20, 4, 4], &values) {
        for (scale, expected) in [
            (Scale::Auto, 0.25),
            (Scale::Divide(255.0), 0.25),
            (Scale::MinMax, 0.25),
            (Scale::None, 65025.0 / 4.0),
            (Scale::Divide(510.0), 0.0625),
        ] {
            let found = eigenvalues(&load(&path, scale))[0];
            assert!(
                (found / expected - 1.0).abs() < 1e-9,
                "{} {scale}: {found}, not {expected}",
                path.display()
            );
        }
    }
}

#[test]
fn the_preview_has_the_scale_of_the_load() {
    let dir = tempfile::tempdir().expect("a folder");
    // The first eight items are all zero.
    let values: Vec<u8> = (0..40 * 25)
        .map(|i| if i < 200 { 0 } else { (i % 17) as u8 })
        .collect();
    for path in stored(dir.path(), [40, 5, 5], &values) {
        let config = request(&path);
        let previewed = preview_with(&config, 0, &Store::off())
            .expect("a preview")
            .first;
        let loaded = open(&config).expect("the data");
        assert_eq!(previewed.scaling, loaded.scaling, "{}", path.display());
        let scaling = loaded.scaling.expect("a decision");
        assert_eq!((scaling.divisor, scaling.levels), (16.0, Some(17)));
    }
}

#[test]
fn grey_levels_can_be_dequantised_however_they_are_stored() {
    let dir = tempfile::tempdir().expect("a folder");
    let values: Vec<u8> = (0..20 * 16).map(|i| (i * 37 % 256) as u8).collect();
    let mut rows = Vec::new();
    for path in stored(dir.path(), [20, 4, 4], &values) {
        let data = load(&path, Scale::Auto);
        let preprocessor = Preprocessor::new(Preprocess::Dequantize, &data).expect("levels");
        let mut x = vec![0.0; 16];
        preprocessor.row_into(&data, 3, 7, &mut x);
        rows.push(x);
    }
    assert!(rows.iter().all(|row| *row == rows[0]), "{rows:?}");
    let binary: Vec<u8> = values.iter().map(|v| v % 2).collect();
    for path in stored(dir.path(), [20, 4, 4], &binary) {
        let config = DataConfig {
            preprocess: Preprocess::Dequantize,
            ..request(&path)
        };
        let error = open(&config).expect_err("no levels");
        assert!(matches!(error, Error::Preprocessing { .. }), "{error}");
        assert!(error.to_string().contains("--scale"), "{error}");
    }
}

/// Values of numpy in 64 bits: eigvalsh of the covariance (divided by n) of the first 1,000 test pictures over 255, and
/// L* of Wang & Ziyin's theorem 2 at β = γ = 1, κ = 16. With a scale rounded to 32 bits L* is 742.164781.
#[test]
fn the_theory_scales_in_64_bits() {
    let Some(folder) = real("the_theory_scales_in_64_bits", "mnist") else {
        return;
    };
    let file = folder.join("t10k-images-idx3-ubyte.gz");
    let config = DataConfig {
        limit: Some(1000),
        ..request(&file)
    };
    let data = open(&config).expect("pictures");
    let found = eigenvalues(&data);
    for (found, right) in found.iter().zip([5.018_231_31, 3.888_015_43, 3.043_985_67]) {
        assert!((found - right).abs() < 1e-8, "{found} {right}");
    }
    let total: f64 = found.iter().sum();
    assert!((total - 49.991_098_750_203_776).abs() < 1e-10, "{total}");
    let problem = LinearProblem::vae(found, 784, 16).expect("a problem");
    let loss = optimum(&problem, 1.0, Gamma::Fixed(1.0))
        .expect("an optimum")
        .loss;
    assert!((loss - 742.164_779_003_61).abs() < 1e-9, "{loss}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Any values of a byte, in pictures of any size: every storage has the same spectrum and the same words for it.
    #[test]
    fn storages_agree(
        most in 1..=255_u8,
        side in 2..7_usize,
        wider in 0..2_usize,
        seed in any::<u32>(),
    ) {
        let dir = tempfile::tempdir().expect("a folder");
        let (n, h, w) = (12, side, side + wider);
        let values: Vec<u8> = (0..n * h * w)
            .map(|i| {
                let u = collapse_explorer::rng::uniform(seed, collapse_explorer::rng::Stream::Data, i as u32, 0);
                (u * (f32::from(most) + 1.0)) as u8
            })
            .collect();
        let sets: Vec<Dataset> = stored(dir.path(), [n, h, w], &values)
            .iter()
            // A table of few columns is no picture.
            .filter(|path| h >= 4 || path.extension().is_none_or(|e| e != "csv"))
            .map(|path| load(path, Scale::Auto))
            .collect();
        let first = eigenvalues(&sets[0]);
        for data in &sets[1..] {
            // Whether it goes without saying is another matter: of bytes ÷ 255 does.
            let decided = |data: &Dataset| {
                let scaling = data.scaling();
                (scaling.offset, scaling.divisor, scaling.levels, scaling.reason)
            };
            prop_assert_eq!(decided(data), decided(&sets[0]));
            for (a, b) in eigenvalues(data).iter().zip(&first) {
                prop_assert!((a - b).abs() < 1e-9 * first[0].max(1e-3), "{} {}", a, b);
            }
        }
    }
}
