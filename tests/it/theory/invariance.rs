//! ζ² of another target live in the whitened input: no invertible scaling of x, dimension by dimension, changes them,
//! whatever the storage, the preprocessing and the number of items.
//!
//! The right values are numpy's, from the data as `small` makes them and one-hot labels:
//!
//! ```python
//! X = X - X.mean(0); sd = X.std(0); X = X[:, sd > 0] / sd[sd > 0]
//! u, s, _ = np.linalg.svd(X, full_matrices=False); u = u[:, s > 1e-6 * s[0]]
//! Y = np.eye(3)[y]; Y = Y - Y.mean(0)
//! zeta2 = np.linalg.svd(Y.T @ u / np.sqrt(n), compute_uv=False) ** 2
//! ```

use collapse_explorer::config::{DataConfig, DataSource, Preprocess, Split, Target};
use collapse_explorer::data::{
    self, CrossSpectrum, Dataset, ImageShape, Pixels, Preprocessor, StoredPixels, Targets,
    cross_spectrum,
};
use collapse_explorer::metrics::predict;
use collapse_explorer::theory::Gamma;
use proptest::prelude::*;

/// Numbers from 0 to 250 in a pattern that repeats after `distinct` items; the last dimension but one is a copy of
/// the third, the last is 9 throughout.
fn small(n: usize, d: usize, distinct: usize) -> (Vec<u8>, Vec<u8>) {
    let value = |i: usize, p: usize| (i * i * (3 * p + 1) + 7 * i * p + 11 * p) % 251;
    let bytes = (0..n)
        .flat_map(|i| {
            (0..d).map(move |p| match d - p {
                1 => 9,
                2 => value(i % distinct, 2) as u8,
                _ => value(i % distinct, p) as u8,
            })
        })
        .collect();
    let labels = (0..n).map(|i| ((5 * i + i * i / 3) % 3) as u8).collect();
    (bytes, labels)
}

/// n > d, and n < d with items that occur twice under different labels; ζ² and E‖y − ȳ‖² by numpy.
const CASES: [(usize, usize, usize, [f64; 2], f64); 2] = [
    (
        40,
        8,
        40,
        [5.498_474_378_669e-2, 4.557_211_905_301e-2],
        0.595,
    ),
    (
        12,
        20,
        7,
        [0.25, 2.777_777_777_778e-2],
        0.611_111_111_111_111_2,
    ),
];

fn dataset(pixels: Pixels, labels: Vec<u8>, d: usize) -> Dataset {
    Dataset {
        name: "small".into(),
        shape: ImageShape {
            height: 1,
            width: d,
            channels: 1,
        },
        pixels,
        labels: Some(labels),
        ..Dataset::default()
    }
}

fn explained(data: &Dataset, kind: Preprocess, targets: Option<&Targets>) -> CrossSpectrum {
    let bound = Preprocessor::new(kind, data).expect("a preprocessing");
    let labels = Targets::new(Target::Labels, data, &bound, 0).expect("labels");
    let targets = targets.or(labels.as_ref()).expect("targets");
    cross_spectrum(data, &bound, targets, 0, &|_| true).expect("a cross spectrum")
}

const LINEAR: [Preprocess; 3] = [
    Preprocess::None,
    Preprocess::Center,
    Preprocess::Standardize,
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    /// Bytes in memory, the same on disk, floats, and floats in units of their own: one answer.
    #[test]
    fn labels_are_explained_alike_in_any_units(powers in prop::collection::vec(-4.0_f64..4.0, 20), table in prop::bool::ANY) {
        for (n, d, distinct, wanted, total) in CASES {
            let (bytes, labels) = small(n, d, distinct);
            let folder = tempfile::tempdir().expect("a folder");
            let path = folder.path().join("pixels");
            std::fs::write(&path, &bytes).expect("a file");
            let stored = StoredPixels::open(&path, 0, bytes.len() as u64).expect("stored pixels");
            let plain: Vec<f32> = bytes.iter().map(|&v| f32::from(v)).collect();
            let units: Vec<f32> = bytes.iter().enumerate()
                .map(|(k, &v)| (f64::from(v) * 10_f64.powf(powers[k % d])) as f32)
                .collect();
            for (pixels, what) in [
                (Pixels::Bytes(bytes), "bytes"),
                (Pixels::Stored(stored), "bytes on disk"),
                (Pixels::Floats(plain), "floats"),
                (Pixels::Floats(units), "floats in other units"),
            ] {
                let mut data = dataset(pixels, labels.clone(), d);
                data.table = table;
                for kind in LINEAR {
                    let found = explained(&data, kind, None);
                    let what = format!("{what}, {kind:?}, n = {n}");
                    prop_assert!((found.total_variance - total).abs() < 1e-9, "{}", what);
                    prop_assert_eq!(found.rank, 6, "{}", what);
                    for (zeta2, wanted) in found.eigenvalues.iter().zip(wanted) {
                        prop_assert!((zeta2 / wanted - 1.0).abs() < 1e-6, "{}: {} {}", what, zeta2, wanted);
                    }
                    // The third class follows from the other two.
                    prop_assert!(found.eigenvalues[2] < 1e-12, "{}", what);
                    // eᵢᵀ(x − x̄) has variance 1, in whatever units x is.
                    let bound = Preprocessor::new(kind, &data).expect("a preprocessing");
                    let mut x = vec![0.0; d];
                    for mode in 0..2 {
                        let e = &found.inputs[mode * d..(mode + 1) * d];
                        let mut variance = 0.0;
                        for item in 0..n {
                            bound.row_into(&data, 0, item, &mut x);
                            let along: f64 = e.iter().zip(&x).zip(&found.mean).map(|((e, &x), m)| e * (f64::from(x) - m)).sum();
                            variance += along * along / n as f64;
                        }
                        prop_assert!((variance - 1.0).abs() < 1e-3, "{}: {}", what, variance);
                    }
                }
            }
        }
    }
}

/// Another target than labels: a linear map of x without preprocessing is explained whole by x standardised.
#[test]
fn a_map_is_explained_whole_by_x_in_any_units() {
    for (n, d, distinct, ..) in CASES {
        let (bytes, labels) = small(n, d, distinct);
        let data = dataset(Pixels::Bytes(bytes), labels, d);
        let plain = Preprocessor::new(Preprocess::None, &data).expect("a preprocessing");
        let map = Targets::new(Target::LinearMap(3), &data, &plain, 5)
            .expect("targets")
            .expect("a map");
        let first = explained(&data, Preprocess::None, Some(&map));
        for kind in LINEAR {
            let found = explained(&data, kind, Some(&map));
            assert!((found.explained() - 1.0).abs() < 1e-9, "{kind:?}, n = {n}");
            for (a, b) in found.eigenvalues.iter().zip(&first.eigenvalues) {
                assert!(
                    (a - b).abs() < 1e-9 * first.total_variance,
                    "{kind:?} {a} {b}"
                );
            }
        }
    }
}

/// numpy's of the 10,000 test pictures: x explains 61.4106 % of the labels' variance 0.89964958; at β = 0.5, γ = 0.05
/// and κ = 12 nine modes live (the ninth is 0.0345752 > 0.025), and the least loss is 1.8590892414517644.
#[test]
fn labels_of_mnist_standardised() {
    let Some(root) = std::env::var_os("COLLAPSE_DATA") else {
        eprintln!("SKIPPED labels_of_mnist_standardised: COLLAPSE_DATA is not set");
        return;
    };
    let config = DataConfig {
        source: DataSource::Path(std::path::PathBuf::from(root).join("mnist")),
        split: Split::Test,
        ..DataConfig::default()
    };
    let data = data::load(&config, 0, &|_| true).expect("MNIST");
    for kind in LINEAR {
        let found = explained(&data, kind, None);
        assert!(
            (found.explained() - 0.614_105_546_995_577_7).abs() < 1e-6,
            "{kind:?}"
        );
        for (mode, wanted) in [(0, 8.618_654_048_663e-2), (8, 3.457_518_229_514e-2)] {
            let zeta2 = found.eigenvalues[mode];
            assert!((zeta2 / wanted - 1.0).abs() < 1e-6, "{kind:?} {zeta2}");
        }
        let prediction = predict(&found, 12, 1.0, 0.5, Gamma::Fixed(0.05)).expect("a problem");
        let optimum = prediction.optimum.expect("an optimum");
        assert_eq!(optimum.active, 9, "{kind:?}");
        assert!(
            (optimum.loss - 1.859_089_241_451_764_4).abs() < 1e-5,
            "{kind:?}"
        );
    }
}
