//! The same values in every storage give the same items and the same spectrum.

use std::path::Path;

use collapse_explorer::data::{Dataset, Pixels};
use proptest::prelude::*;
use zip::CompressionMethod::Deflated;

use super::arrays::{npy, npz};
use super::matlab::{mat, matrix};
use super::{eigenvalues, open, put, request};

/// Items of h × w × c, whose values are n × h × w × c in C order.
#[derive(Debug, Clone)]
struct Items {
    sizes: [usize; 4],
    values: Vec<u8>,
}

impl Items {
    /// The values with their sizes in another order, the last one moving fastest.
    fn ordered(&self, order: [usize; 4]) -> (Vec<usize>, Vec<u8>) {
        let [_, h, w, c] = self.sizes;
        let sizes = order.map(|axis| self.sizes[axis]);
        let mut values = Vec::new();
        for number in 0..self.values.len() {
            let mut rest = number;
            let mut index = [0; 4];
            for (axis, size) in order.into_iter().zip(sizes).rev() {
                index[axis] = rest % size;
                rest /= size;
            }
            let [n, y, x, k] = index;
            values.push(self.values[((n * h + y) * w + x) * c + k]);
        }
        (sizes.to_vec(), values)
    }
}

fn sizes_text(sizes: &[usize]) -> String {
    let sizes: Vec<String> = sizes.iter().map(|s| format!("{s},")).collect();
    sizes.concat()
}

/// A value of each type, in both orders of bytes.
fn stored(descr: &str, value: u8) -> Vec<u8> {
    let float = f64::from(value);
    // Of half floats those that are whole and below 256 are worked out: 2^e (1 + f/1024).
    let half = match value {
        0 => 0_u16,
        v => {
            let exponent = v.ilog2() as u16;
            ((exponent + 15) << 10) | ((u16::from(v) << (10 - exponent)) & 0x3ff)
        }
    };
    match descr {
        "|u1" | "|b1" => vec![value],
        "<i2" => i16::from(value).to_le_bytes().to_vec(),
        ">u2" => u16::from(value).to_be_bytes().to_vec(),
        "<i4" => i32::from(value).to_le_bytes().to_vec(),
        "<i8" => i64::from(value).to_le_bytes().to_vec(),
        "<f2" => half.to_le_bytes().to_vec(),
        "<f4" => (float as f32).to_le_bytes().to_vec(),
        ">f4" => (float as f32).to_be_bytes().to_vec(),
        _ => float.to_le_bytes().to_vec(),
    }
}

/// Every storage of the items: a file's name, and its content.
fn storages(items: &Items, binary: bool) -> Vec<(&'static str, Vec<u8>)> {
    let [n, h, w, c] = items.sizes;
    let mut files = Vec::new();
    let mut types = vec![
        "|u1", "<i2", ">u2", "<i4", "<i8", "<f2", "<f4", ">f4", "<f8",
    ];
    if binary {
        types.push("|b1");
    }
    let grey = c == 1;
    let last = if grey {
        sizes_text(&[n, h, w])
    } else {
        sizes_text(&items.sizes)
    };
    let raw = |descr: &str, values: &[u8]| {
        values
            .iter()
            .flat_map(|&v| stored(descr, v))
            .collect::<Vec<u8>>()
    };
    for descr in types {
        files.push((
            "last.npy",
            npy(descr, &last, false, &raw(descr, &items.values)),
        ));
        // Fortran order is C order with the sizes the other way round.
        let (_, turned) = items.ordered([3, 2, 1, 0]);
        files.push((
            "fortran.npy",
            npy(descr, &sizes_text(&items.sizes), true, &raw(descr, &turned)),
        ));
        let (sizes, first) = items.ordered([0, 3, 1, 2]);
        files.push((
            "first.npy",
            npy(descr, &sizes_text(&sizes), false, &raw(descr, &first)),
        ));
    }
    files.push((
        "a.npz",
        npz(
            &[("images", npy("|u1", &last, false, &items.values))],
            Deflated,
        ),
    ));
    // MATLAB's H × W × C × N, the first size moving fastest: N × C × W × H in C order.
    let (mut sizes, turned) = items.ordered([0, 3, 2, 1]);
    sizes.reverse();
    let matlab: Vec<i32> = sizes.iter().map(|&s| s as i32).collect();
    for (kind, descr) in [(2, "|u1"), (3, "<i2"), (7, "<f4"), (9, "<f8")] {
        let matrix = matrix("X", 6, &matlab, kind, &raw(descr, &turned));
        files.push(("a.mat", mat(std::slice::from_ref(&matrix), false)));
        files.push(("packed.mat", mat(&[matrix], true)));
    }
    #[cfg(feature = "hdf5")]
    files.extend(hdf5(items));
    files
}

#[cfg(feature = "hdf5")]
fn hdf5(items: &Items) -> Vec<(&'static str, Vec<u8>)> {
    let shape: Vec<u64> = items.sizes.iter().map(|&s| s as u64).collect();
    let chunk: Vec<u64> = shape.iter().map(|s| (s / 2).max(1)).collect();
    let floats: Vec<f32> = items.values.iter().map(|&v| f32::from(v)).collect();
    let longs: Vec<i64> = items.values.iter().map(|&v| i64::from(v)).collect();
    let make = |fill: &dyn Fn(&mut hdf5_pure::FileBuilder)| {
        let mut builder = hdf5_pure::FileBuilder::new();
        fill(&mut builder);
        builder.finish().expect("an HDF5 file")
    };
    vec![
        (
            "a.h5",
            make(&|b| {
                b.create_dataset("images")
                    .with_u8_data(&items.values)
                    .with_shape(&shape);
            }),
        ),
        (
            "packed.h5",
            make(&|b| {
                let data = b
                    .create_dataset("images")
                    .with_f32_data(&floats)
                    .with_shape(&shape);
                data.with_chunks(&chunk).with_shuffle().with_deflate(6);
            }),
        ),
        (
            "lzf.hdf5",
            make(&|b| {
                let data = b
                    .create_dataset("images")
                    .with_i64_data(&longs)
                    .with_shape(&shape);
                data.with_chunks(&chunk).with_lzf();
            }),
        ),
    ]
}

fn values(data: &Dataset) -> Vec<f32> {
    match &data.pixels {
        Pixels::Bytes(bytes) => bytes.iter().map(|&b| f32::from(b)).collect(),
        Pixels::Floats(floats) => floats.clone(),
        Pixels::Stored(_) => panic!("small data stay in memory"),
    }
}

fn load(dir: &Path, name: &str, content: &[u8]) -> Dataset {
    put(dir, name, content);
    open(&request(&dir.join(name))).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn items() -> impl Strategy<Value = (Items, bool)> {
    let sizes = (
        5..9_usize,
        4..7_usize,
        4..7_usize,
        prop_oneof![Just(1_usize), Just(3)],
    );
    (sizes, any::<bool>(), 1..=255_u8).prop_flat_map(|((n, h, w, c), binary, most)| {
        let most = if binary { 1 } else { most };
        let values = proptest::collection::vec(0..=most, n * h * w * c);
        let sizes = [n, h, w, c];
        values.prop_map(move |values| (Items { sizes, values }, binary))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_storage_gives_the_same_data((items, binary) in items()) {
        let [n, h, w, c] = items.sizes;
        let dir = tempfile::tempdir().expect("a folder");
        let plain: Vec<f32> = items.values.iter().map(|&v| f32::from(v)).collect();
        let mut first: Option<Vec<f64>> = None;
        for (name, content) in storages(&items, binary) {
            let data = load(dir.path(), name, &content);
            prop_assert_eq!(
                [data.len(), data.shape.height, data.shape.width, data.shape.channels],
                [n, h, w, c],
                "{}", name
            );
            prop_assert_eq!(values(&data), plain.clone(), "{}", name);
            let found = eigenvalues(&data);
            let wanted = first.get_or_insert_with(|| found.clone());
            for (f, w) in found.iter().zip(wanted.iter()) {
                prop_assert!((f - w).abs() <= 1e-9 * (1.0 + w.abs()), "{}: {} for {}", name, f, w);
            }
        }
    }
}
