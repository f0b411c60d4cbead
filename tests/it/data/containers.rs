//! Several arrays in one file, or in files that belong together: which of them are the items, how their sizes are
//! told, and where the labels are.

use std::path::Path;

use collapse_explorer::config::{DataConfig, Split};
use collapse_explorer::data::{Dataset, Error, ImageShape, Pixels, Store, preview_with};
use zip::CompressionMethod::{Deflated, Stored};

use super::arrays::{npy, npz};
use super::{bytes, noise, open, put, request};

/// What is loaded from `path`, the array of this name if one is given.
fn load(path: &Path, array: Option<&str>, label: Option<&str>) -> Result<Dataset, Error> {
    open(&DataConfig {
        array: array.map(str::to_owned),
        label: label.map(str::to_owned),
        ..request(path)
    })
}

fn shape(data: &Dataset) -> [usize; 4] {
    let ImageShape {
        height,
        width,
        channels,
    } = data.shape;
    [data.len(), height, width, channels]
}

fn longs(values: &[i64]) -> Vec<u8> {
    values.iter().flat_map(|v| v.to_le_bytes()).collect()
}

fn doubles(values: impl IntoIterator<Item = f64>) -> Vec<u8> {
    values.into_iter().flat_map(f64::to_le_bytes).collect()
}

/// Asserts that one of the remarks has all of these parts.
fn remarks(data: &Dataset, parts: &[&str]) {
    let has = |r: &String| parts.iter().all(|part| r.contains(part));
    assert!(
        data.remarks.iter().any(has),
        "{parts:?} in {:?}",
        data.remarks
    );
}

/// The arrays of dSprites, by their names and types.
fn sprites() -> Vec<(&'static str, Vec<u8>)> {
    let binary: Vec<u8> = noise(8 * 25).iter().map(|v| v & 1).collect();
    vec![
        ("metadata", npy("|O", "", false, b"\x80\x02}q\x01.")),
        ("imgs", npy("|u1", "8, 5, 5", false, &binary)),
        (
            "latents_values",
            npy(
                "<f8",
                "8, 6",
                false,
                &doubles((0..48).map(|v| f64::from(v % 4) / 2.0)),
            ),
        ),
        (
            "latents_classes",
            npy(
                "<i8",
                "8, 6",
                false,
                &longs(&(0..48).map(|v| v % 3).collect::<Vec<_>>()),
            ),
        ),
    ]
}

#[test]
fn pictures_come_before_vectors_and_what_was_left_is_said() {
    let dir = tempfile::tempdir().expect("a folder");
    put(dir.path(), "dsprites.npz", &npz(&sprites(), Deflated));
    let path = dir.path().join("dsprites.npz");
    let data = load(&path, None, None).expect("the pictures");
    assert_eq!((shape(&data), data.labels.is_none()), ([8, 5, 5, 1], true));
    assert_eq!(data.scaling().divisor, 1.0, "0 and 1 stay 0 and 1");
    remarks(
        &data,
        &[
            "took the array imgs (8 × 5 × 5)",
            "latents_values (8 × 6)",
            "--array NAME",
        ],
    );
    remarks(&data, &["metadata", "pickled"]);
    remarks(
        &data,
        &[
            "latents_classes (8 × 6) is not taken as labels",
            "--label latents_classes:0",
        ],
    );
    // What can be chosen is offered.
    let preview = preview_with(&request(&path), 0, &Store::off()).expect("a preview");
    assert_eq!(preview.arrays, ["imgs", "latents_values"]);
    assert!(
        preview.labels.contains(&"latents_classes:5".to_owned()),
        "{:?}",
        preview.labels
    );
    // Any of them is taken when it is asked for, under whatever spelling.
    for name in ["latents_values", "Latents_Values.npy"] {
        let vectors = load(&path, Some(name), None).expect(name);
        assert_eq!(shape(&vectors), [8, 1, 6, 1]);
    }
    let error = load(&path, Some("pictures"), None)
        .expect_err("no such array")
        .to_string();
    assert!(
        error.contains("no array 'pictures' (it holds") && error.contains("imgs (8 × 5 × 5)"),
        "{error}"
    );
    let error = load(&path, Some("metadata"), None)
        .expect_err("a pickle")
        .to_string();
    assert!(error.contains("pickled"), "{error}");
    // A column of several labels, by name or number; numbers that are no whole ones become classes in their order.
    let data = load(&path, None, Some("latents_classes:1")).expect("a column");
    assert_eq!(data.labels, Some(vec![1; 8]));
    let data = load(&path, None, Some("2")).expect("the column of the only labels");
    assert_eq!(data.labels, Some(vec![2; 8]));
    let data = load(&path, None, Some("latents_values:1")).expect("numbers");
    // Row i, column 1 is ((6 i + 1) mod 4)/2: 0.5, 1.5, 0.5, …
    assert_eq!(data.labels, Some(vec![0, 1, 0, 1, 0, 1, 0, 1]));
    assert_eq!(data.classes, ["0.5", "1.5"]);
    let error = load(&path, None, Some("latents_classes:6"))
        .expect_err("no such column")
        .to_string();
    assert!(
        error.contains("has no labels 'latents_classes:6'"),
        "{error}"
    );
}

#[test]
fn names_decide_where_sizes_do_not() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("a.npz");
    let pictures = |n: u32| npy("|u1", &format!("{n}, 4, 4"), false, &noise(16 * n));
    let vectors = |n: u32, d: u32| npy("|u1", &format!("{n}, {d}"), false, &noise(n * d));
    for (arrays, taken) in [
        // scikit-learn's digits saved whole.
        (
            vec![
                ("data", vectors(6, 16)),
                ("images", pictures(6)),
                (
                    "target",
                    npy("<i8", "6,", false, &longs(&[0, 1, 2, 0, 1, 2])),
                ),
                ("feature_names", npy("<U3", "16,", false, &[0; 192])),
            ],
            Some([6, 4, 4, 1]),
        ),
        (
            vec![("X", vectors(6, 5)), ("extra", vectors(6, 3))],
            Some([6, 1, 5, 1]),
        ),
        (
            vec![("arr_0", vectors(6, 5)), ("arr_1", vectors(6, 3))],
            Some([6, 1, 5, 1]),
        ),
        (
            vec![("images", pictures(6)), ("masks", pictures(6))],
            Some([6, 4, 4, 1]),
        ),
        // Filters of a network beside its data.
        (
            vec![("x", vectors(6, 5)), ("kernel", pictures(2))],
            Some([6, 1, 5, 1]),
        ),
        (vec![("left", pictures(6)), ("right", pictures(6))], None),
        (
            vec![("images_left", pictures(6)), ("images_right", pictures(6))],
            None,
        ),
        (vec![("a", vectors(6, 5)), ("b", vectors(6, 3))], None),
        (vec![("a", vectors(600, 5)), ("b", pictures(2))], None),
    ] {
        put(dir.path(), "a.npz", &npz(&arrays, Stored));
        let names: Vec<&str> = arrays.iter().map(|(name, _)| *name).collect();
        match (load(&path, None, None), taken) {
            (Ok(data), Some(taken)) => assert_eq!(shape(&data), taken, "{names:?}"),
            (Err(error), None) => {
                let text = error.to_string();
                assert!(
                    text.contains("--array NAME") && text.contains(names[0]),
                    "{text}"
                );
            }
            (got, wanted) => panic!("{names:?}: {got:?} for {wanted:?}"),
        }
    }
    // A better name does not hide what cannot be read.
    let arrays = [
        ("X", npy("|O", "6,", false, b"\x80\x02.")),
        ("extra", vectors(6, 3)),
    ];
    put(dir.path(), "a.npz", &npz(&arrays, Stored));
    let error = load(&path, None, None)
        .expect_err("a pickled X")
        .to_string();
    assert!(
        error.contains("its array X cannot be read") && error.contains("pickled"),
        "{error}"
    );
}

/// What numpy.transpose((0, 2, 3, 1)) and its like make of 0, 1, 2, …
#[test]
fn channels_are_told_by_the_sizes() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("a.npy");
    let read = |sizes: &str, n: u32| {
        let values: Vec<u8> = (0..n).map(|v| v as u8).collect();
        put(dir.path(), "a.npy", &npy("|u1", sizes, false, &values));
        load(&path, None, None)
    };
    let first = read("2, 3, 2, 4", 48).expect("channels first");
    assert_eq!(shape(&first), [2, 2, 4, 3]);
    assert_eq!(bytes(&first)[..9], [0, 8, 16, 1, 9, 17, 2, 10, 18]);
    remarks(&first, &["a (2 × 3 × 2 × 4) is taken as N × C × H × W"]);
    let grey = read("2, 1, 4, 6", 48).expect("one channel, first");
    assert_eq!((shape(&grey), bytes(&grey)[47]), ([2, 4, 6, 1], 47));
    let last = read("4, 3, 3, 3", 108).expect("both fit: last");
    assert_eq!((shape(&last), bytes(&last)[1]), ([4, 3, 3, 3], 1));
    assert!(last.remarks.is_empty(), "{:?}", last.remarks);
    // MATLAB's order: element (h, w, c, n) of H × W × C × N is item n's.
    let matlab = read("4, 4, 3, 5", 240).expect("items last");
    assert_eq!(
        (shape(&matlab), &bytes(&matlab)[..4]),
        ([5, 4, 4, 3], &[0, 5, 10, 15][..])
    );
    for (sizes, n, part) in [
        (
            "2, 5, 5, 4",
            200,
            "a (2 × 5 × 5 × 4): it is pictures with transparency (RGBA); leave that out: a[..., :3]",
        ),
        ("2, 4, 5, 5", 200, "RGBA, channels first"),
        ("2, 5, 5, 2", 100, "pictures of 2 channels"),
        (
            "2, 5, 5, 5",
            250,
            "volumes of 5 × 5 × 5; take the slices as items: a.reshape(-1, 5, 5)",
        ),
        ("2, 7, 5, 5", 350, "films or volumes of 7 frames"),
        ("2, 7, 5, 5, 3", 1050, "a.reshape(-1, 5, 5, 3)"),
        ("6", 6, "a list of single values"),
        ("", 1, "a single value"),
    ] {
        let error = read(sizes, n).expect_err(part).to_string();
        assert!(error.contains(part), "'{error}' lacks '{part}'");
    }
}

#[test]
fn whole_numbers_are_read_by_their_range() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("a.npy");
    let read = |descr: &str, raw: &[u8]| {
        put(dir.path(), "a.npy", &npy(descr, "3, 1", false, raw));
        load(&path, None, None).expect(descr)
    };
    for (descr, raw) in [
        ("<u2", vec![0, 0, 255, 0, 7, 0]),
        (">u2", vec![0, 0, 0, 255, 0, 7]),
        ("<i4", vec![0, 0, 0, 0, 255, 0, 0, 0, 7, 0, 0, 0]),
        ("<i8", longs(&[0, 255, 7])),
    ] {
        assert_eq!(
            read(descr, &raw).pixels,
            Pixels::Bytes(vec![0, 255, 7]),
            "{descr}"
        );
    }
    for (descr, raw, values) in [
        ("<u2", vec![0, 0, 0, 1, 255, 255], [0.0, 256.0, 65535.0]),
        ("|i1", vec![1, 255, 128], [1.0, -1.0, -128.0]),
        (">i2", vec![0, 1, 255, 254, 1, 0], [1.0, -2.0, 256.0]),
        (
            "<i8",
            longs(&[5, -7, 16_777_216]),
            [5.0, -7.0, 16_777_216.0],
        ),
    ] {
        let data = read(descr, &raw);
        assert_eq!(data.pixels, Pixels::Floats(values.to_vec()), "{descr}");
        assert!(data.remarks.is_empty());
    }
    // 16,777,217 has 25 bits.
    let rounded = read("<i8", &longs(&[5, 16_777_217, -16_777_217]));
    remarks(&rounded, &["2 of the values", "16,777,216"]);
}

#[test]
fn labels_in_files_of_their_own_are_found_and_said() {
    let images = |n: u32| npy("|u1", &format!("{n}, 4, 4"), false, &noise(16 * n));
    let labels = |of: &[u8]| npy("|u1", &format!("{},", of.len()), false, of);
    let one = |array: Vec<u8>| npz(&[("arr_0", array)], Deflated);
    let plain = |array: Vec<u8>| array;
    let kmnist = [
        "kmnist-train-imgs.npz",
        "kmnist-train-labels.npz",
        "kmnist-test-imgs.npz",
        "kmnist-test-labels.npz",
    ];
    let keras = ["x_train.npy", "y_train.npy", "x_test.npy", "y_test.npy"];
    let capital = ["X_train.npy", "Y_train.npy", "X_test.npy", "Y_test.npy"];
    let words = [
        "train-images.npy",
        "train-labels.npy",
        "test-images.npy",
        "test-labels.npy",
    ];
    for names in [kmnist, keras, capital, words] {
        let dir = tempfile::tempdir().expect("a folder");
        let packed = if names[0].ends_with('z') { one } else { plain };
        put(dir.path(), names[0], &packed(images(3)));
        put(dir.path(), names[1], &packed(labels(&[4, 5, 6])));
        put(dir.path(), names[2], &packed(images(2)));
        put(dir.path(), names[3], &packed(labels(&[8, 9])));
        // One file, whatever split is asked for.
        for (file, label_file, wanted) in [(0, 1, &[4, 5, 6][..]), (2, 3, &[8, 9])] {
            let data = load(&dir.path().join(names[file]), None, None).expect(names[file]);
            assert_eq!(data.labels.as_deref(), Some(wanted), "{}", names[file]);
            remarks(&data, &["the labels are those of", names[label_file]]);
        }
        // The folder of all four.
        for (split, wanted) in [(Split::Train, &[4, 5, 6][..]), (Split::Test, &[8, 9])] {
            let data = open(&DataConfig {
                split,
                ..request(dir.path())
            })
            .expect("the folder");
            assert_eq!(
                (data.len(), data.labels.as_deref()),
                (wanted.len(), Some(wanted)),
                "{names:?}"
            );
        }
        // Labels of another number are not taken, and that is said.
        put(dir.path(), names[1], &packed(labels(&[4, 5])));
        let data = load(&dir.path().join(names[0]), None, None).expect("the pictures");
        assert_eq!(data.labels, None);
        remarks(&data, &[names[1], "holds 2 labels and there are 3 items"]);
    }
    let dir = tempfile::tempdir().expect("a folder");
    put(dir.path(), "a.npy", &images(2));
    put(dir.path(), "b.npy", &images(2));
    let error = load(dir.path(), None, None).expect_err("two").to_string();
    assert!(
        error.contains("2 arrays of items: a (2 × 4 × 4), b (2 × 4 × 4)"),
        "{error}"
    );
    assert_eq!(
        load(dir.path(), Some("b"), None)
            .expect("one of them")
            .len(),
        2
    );
}

#[test]
fn several_labels_of_an_item_are_said() {
    let dir = tempfile::tempdir().expect("a folder");
    let rows: Vec<u8> = (0..6 * 14)
        .map(|v| u8::from(v % 5 == 0 || v % 3 == 0))
        .collect();
    let arrays = [
        ("train_images", npy("|u1", "6, 4, 4", false, &noise(96))),
        ("train_labels", npy("|u1", "6, 14", false, &rows)),
        ("val_images", npy("|u1", "2, 4, 4", false, &noise(32))),
        ("val_labels", npy("|u1", "2, 14", false, &rows[..28])),
    ];
    put(dir.path(), "chestmnist.npz", &npz(&arrays, Deflated));
    let path = dir.path().join("chestmnist.npz");
    let data = load(&path, None, None).expect("the pictures");
    assert_eq!((data.len(), &data.labels), (6, &None));
    remarks(
        &data,
        &[
            "train_labels (6 × 14)",
            "several of 14 labels",
            "--label train_labels:0",
        ],
    );
    let third: Vec<u8> = rows.chunks_exact(14).map(|row| row[3]).collect();
    assert_eq!(
        load(&path, None, Some("3")).expect("a column").labels,
        Some(third)
    );
}
