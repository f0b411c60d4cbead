//! Folders of several IDX sets, labels of every width, and pictures that lie on their side.

use std::path::Path;

use collapse_explorer::config::{DataConfig, ImageOptions, Split};
use collapse_explorer::data::{Dataset, Pixels, Store, preview_with};

use super::pictures::{flat, folder};
use super::{bytes, from, gzip, idx_file, noise, open, put, request};

/// Two sets as EMNIST is unpacked: pictures of 2 × 3, labels from 1.
fn emnist(root: &Path) {
    for (set, first) in [("letters", 1_u8), ("digits", 0)] {
        for (part, count) in [("train", 3_u32), ("test", 2)] {
            let pixels: Vec<u8> = (0..count as u8 * 6).map(|v| v + 100 * first).collect();
            let labels: Vec<u8> = (0..count as u8).map(|v| v + first).collect();
            let name =
                |role: &str, rank: u8| format!("emnist-{set}-{part}-{role}-idx{rank}-ubyte.gz");
            put(
                root,
                &name("images", 3),
                &gzip(&idx_file(8, &[count, 2, 3], &pixels)),
            );
            put(
                root,
                &name("labels", 1),
                &gzip(&idx_file(8, &[count], &labels)),
            );
        }
        put(
            root,
            &format!("emnist-{set}-mapping.txt"),
            b"1 65 97\n2 66 98\n",
        );
    }
}

#[test]
fn several_sets_are_named_and_one_can_be_chosen() {
    let dir = tempfile::tempdir().expect("a folder");
    let root = folder(dir.path(), "gzip");
    emnist(&root);
    let error = from(&root, Split::Auto, None)
        .expect_err("which?")
        .to_string();
    assert!(
        error.contains("holds 2 image sets (emnist-digits, emnist-letters)")
            && error.contains("--array emnist-digits"),
        "{error}"
    );
    let chosen = |array: &str, split| {
        open(&DataConfig {
            array: Some(array.into()),
            split,
            ..request(&root)
        })
    };
    for name in ["letters", "emnist-letters", "EMNIST_Letters"] {
        let train = chosen(name, Split::Auto).expect("a set");
        assert_eq!(train.name, "EMNIST letters train");
        assert_eq!(train.labels, Some(vec![1, 2, 3]));
        assert_eq!(bytes(&train)[..3], [100, 101, 102]);
    }
    let test = chosen("digits", Split::Test).expect("the other set");
    assert_eq!(
        (test.name.as_str(), test.labels),
        ("EMNIST digits test", Some(vec![0, 1]))
    );
    let error = chosen("balanced", Split::Auto)
        .expect_err("no such set")
        .to_string();
    assert!(
        error.contains("no image set 'balanced'; there are: emnist-digits, emnist-letters"),
        "{error}"
    );
    // One file brings its labels, and is of one part.
    let file = root.join("emnist-letters-test-images-idx3-ubyte.gz");
    let data = from(&file, Split::Auto, None).expect("a file");
    assert_eq!(
        (data.name.as_str(), data.labels),
        ("EMNIST letters test", Some(vec![1, 2]))
    );
    assert!(
        data.remarks
            .iter()
            .any(|r| r.contains("the test images are used")),
        "{:?}",
        data.remarks
    );
    assert!(from(&file, Split::Train, None).is_err());
}

#[test]
fn emnist_is_turned_upright_when_asked() {
    let dir = tempfile::tempdir().expect("a folder");
    emnist(dir.path());
    let asked = |transpose| DataConfig {
        array: Some("letters".into()),
        transpose,
        ..request(dir.path())
    };
    let lying = open(&asked(false)).expect("as they are");
    assert!(
        lying.remarks.iter().any(|r| r.contains("--transpose")),
        "{:?}",
        lying.remarks
    );
    let upright = open(&asked(true)).expect("turned");
    assert!(upright.remarks.is_empty(), "{:?}", upright.remarks);
    assert_eq!((upright.shape.height, upright.shape.width), (3, 2));
    // 100 101 102 over 103 104 105, by columns.
    assert_eq!(bytes(&upright)[..6], [100, 103, 101, 104, 102, 105]);
    let preview = preview_with(&asked(true), 0, &Store::off()).expect("a preview");
    assert_eq!(preview.first, upright);
    // Before anything else is done to them: one of 3 × 2 becomes one of 6 × 4.
    let larger = open(&DataConfig {
        image: ImageOptions {
            side: Some(6),
            ..ImageOptions::default()
        },
        ..asked(true)
    })
    .expect("turned and larger");
    assert_eq!((larger.shape.height, larger.shape.width), (6, 4));
}

#[test]
fn every_source_of_pictures_can_be_transposed() {
    let dir = tempfile::tempdir().expect("a folder");
    let place = folder(dir.path(), "pictures");
    let mut picture = flat(5, 5, [0; 3]);
    picture.put_pixel(4, 0, image::Rgb([200, 100, 50]));
    picture.save(place.join("a.png")).expect("a picture");
    let turned = |config: DataConfig| {
        let config = DataConfig {
            transpose: true,
            ..config
        };
        let preview = preview_with(&config, 0, &Store::off()).expect("a preview");
        let data = open(&config).expect("pictures");
        assert_eq!(preview.first.pixels, first_of(&data, preview.first.len()));
        data
    };
    let data = turned(request(&place));
    // The top right pixel is the bottom left one: row 4, column 0.
    assert_eq!(bytes(&data)[4 * 5 * 3..4 * 5 * 3 + 3], [200, 100, 50]);
    assert_eq!(bytes(&data)[12..15], [0; 3]);
    let digits = DataConfig {
        limit: Some(9),
        ..DataConfig::default()
    };
    let (plain, data) = (open(&digits).expect("digits"), turned(digits));
    for (at, value) in bytes(&data)[..784].iter().enumerate() {
        assert_eq!(*value, bytes(&plain)[at % 28 * 28 + at / 28]);
    }
    // Vectors have no rows and columns.
    put(dir.path(), "vectors", &idx_file(8, &[2, 6], &noise(12)));
    let vectors = DataConfig {
        transpose: true,
        ..request(&dir.path().join("vectors"))
    };
    let error = open(&vectors).expect_err("vectors").to_string();
    assert!(error.contains("vectors, not pictures"), "{error}");
}

/// The first items.
fn first_of(data: &Dataset, count: usize) -> Pixels {
    Pixels::Bytes(bytes(data)[..count * data.dim()].to_vec())
}

/// Values as big-endian 32-bit integers.
fn ints(values: &[i32]) -> Vec<u8> {
    values.iter().flat_map(|v| v.to_be_bytes()).collect()
}

#[test]
fn labels_of_every_width_are_read_or_named() {
    let dir = tempfile::tempdir().expect("a folder");
    put(
        dir.path(),
        "qmnist-test-images-idx3-ubyte.gz",
        &gzip(&idx_file(8, &[3, 2, 2], &noise(12))),
    );
    let with = |name: &str, content: &[u8]| {
        put(dir.path(), name, content);
        let file = dir.path().join("qmnist-test-images-idx3-ubyte.gz");
        let data = from(dir.path(), Split::Test, None).expect("images");
        let alone = from(&file, Split::Test, None).expect("images");
        assert_eq!(
            (&data.labels, &data.remarks),
            (&alone.labels, &alone.remarks)
        );
        assert_eq!(data.name, "QMNIST test");
        std::fs::remove_file(dir.path().join(name)).expect("gone");
        data
    };
    // Class, NIST's series, writer and so on: the first lines of QMNIST's test labels begin with 7 and 2.
    let columns = [
        [7, 4, 2401, 5, 37, 152_930, 0, 0],
        [2, 4, 2530, 14, 32, 155_897, 0, 0],
        [1, 4, 2574, 12, 31, 119_872, 0, 0],
    ];
    let whole = idx_file(0x0c, &[3, 8], &ints(&columns.concat()));
    let data = with("qmnist-test-labels-idx2-int", &whole);
    assert_eq!(data.labels, Some(vec![7, 2, 1]));
    assert_eq!(data.remarks.len(), 1);
    assert!(data.remarks[0].contains("of the 8 columns") && data.remarks[0].contains("the first"));
    let data = with("qmnist-test-labels-idx2-int.gz", &gzip(&whole));
    assert_eq!(data.labels, Some(vec![7, 2, 1]));
    let data = with(
        "qmnist-test-labels-idx1-int",
        &idx_file(0x0c, &[3], &ints(&[9, 0, 255])),
    );
    assert_eq!(
        (data.labels, data.remarks.len()),
        (Some(vec![9, 0, 255]), 0)
    );
    let one_hot = idx_file(8, &[3, 4], &[0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 1]);
    let data = with("qmnist-test-labels-idx2-ubyte", &one_hot);
    assert_eq!((data.labels, data.remarks.len()), (Some(vec![2, 0, 3]), 0));
    // No classes: said, not dropped.
    let data = with(
        "qmnist-test-labels-idx1-int",
        &idx_file(0x0c, &[3], &ints(&[1, -1, 2])),
    );
    assert_eq!(data.labels, None);
    assert!(
        data.remarks[0].contains("are not used: -1 of item 1 is no class"),
        "{:?}",
        data.remarks
    );
    // By name of another set.
    put(
        dir.path(),
        "other-labels-idx1-ubyte",
        &idx_file(8, &[3], &[1, 2, 3]),
    );
    put(
        dir.path(),
        "qmnist-train-images-idx3-ubyte",
        &idx_file(8, &[1, 2, 2], &noise(4)),
    );
    let data = from(dir.path(), Split::Test, None).expect("images");
    assert_eq!(data.labels, None);
    assert!(
        data.remarks
            .iter()
            .any(|r| r.contains("other-labels-idx1-ubyte are not used")),
        "{:?}",
        data.remarks
    );
}

#[test]
fn a_lone_part_opens_and_says_so() {
    let dir = tempfile::tempdir().expect("a folder");
    let root = folder(dir.path(), "mnist");
    put(
        &root,
        "t10k-images-idx3-ubyte",
        &idx_file(8, &[3, 2, 2], &noise(12)),
    );
    for path in [root.clone(), root.join("t10k-images-idx3-ubyte")] {
        let data = from(&path, Split::Auto, None).expect("what there is");
        assert_eq!(
            (data.name.as_str(), data.splits),
            ("MNIST test", vec![Split::Test])
        );
        assert_eq!(
            data.remarks,
            ["there are no training images here, so the test images are used"]
        );
        assert!(
            from(&path, Split::Test, None)
                .expect("the same")
                .remarks
                .is_empty()
        );
        let error = from(&path, Split::Train, None)
            .expect_err("no such part")
            .to_string();
        assert!(
            error.contains("holds test images but no training images; choose the split 'test'"),
            "{error}"
        );
    }
    // Tables and arrays may say by their names of which part they are, too.
    put(dir.path(), "test.csv", b"1,2\n3,5\n5,9\n");
    let table = dir.path().join("test.csv");
    assert_eq!(
        from(&table, Split::Auto, None)
            .expect("a table")
            .remarks
            .len(),
        1
    );
    assert!(from(&table, Split::Test, None).is_ok() && from(&table, Split::Train, None).is_err());
    put(dir.path(), "cells.csv", b"1,2\n3,5\n5,9\n");
    let table = dir.path().join("cells.csv");
    let error = from(&table, Split::Test, None)
        .expect_err("undivided")
        .to_string();
    assert!(
        error.contains("cells.csv: it is not divided into training and test items"),
        "{error}"
    );
    for split in [Split::Auto, Split::Train] {
        assert!(from(&table, split, None).is_ok(), "{split}");
    }
    // What is made has two parts.
    let made = DataConfig {
        split: Split::Validation,
        limit: Some(4),
        ..DataConfig::default()
    };
    let error = open(&made).expect_err("two parts").to_string();
    assert!(
        error.contains("digits: it holds training and test items but no validation items"),
        "{error}"
    );
}
