//! Pictures beside the folders that mean something, and folders of which a part is damaged.

use std::fs;
use std::path::Path;

use collapse_explorer::config::Split;
use collapse_explorer::data::{Store, preview_with};
use image::ImageFormat;

use super::pictures::{encoded, flat, folder};
use super::{from, put, request};

/// Twelve pictures in each of these folders below `root`.
fn fill(root: &Path, folders: &[&str]) {
    for name in folders {
        let place = folder(root, name);
        for i in 0..12 {
            let picture = encoded(&flat(8, 8, [i; 3]), ImageFormat::Png);
            put(&place, &format!("{i:02}.png"), &picture);
        }
    }
}

#[test]
fn a_stray_picture_does_not_merge_the_splits() {
    let dir = tempfile::tempdir().expect("a folder");
    fill(
        dir.path(),
        &["train/cat", "train/dog", "test/cat", "test/dog"],
    );
    let stray = dir.path().join("preview.png");
    flat(8, 8, [255; 3]).save(&stray).expect("a picture");
    // The shadows that macOS packs beside a folder are no fifth of it.
    fill(dir.path(), &["__MACOSX/train"]);
    for (split, name) in [(Split::Train, " train"), (Split::Test, " test")] {
        let data = from(dir.path(), split, None).expect("a split");
        assert_eq!(data.len(), 24);
        assert!(data.name.ends_with(name), "{}", data.name);
        assert_eq!(data.classes, ["cat", "dog"]);
        assert_eq!(data.labels, Some([[0; 12], [1; 12]].concat()));
        assert_eq!(data.skipped.count, 1, "{:?}", data.skipped);
        let (path, reason) = &data.skipped.listed[0];
        assert_eq!(*path, stray);
        assert!(reason.contains("beside the folders of the splits"));
    }
}

#[test]
fn a_stray_picture_does_not_take_all_labels() {
    let dir = tempfile::tempdir().expect("a folder");
    fill(dir.path(), &["cat", "dog"]);
    let add = |i: usize| {
        let path = dir.path().join(format!("stray{i}.png"));
        flat(8, 8, [255; 3]).save(path).expect("a picture");
    };
    // Two of 26, less than a tenth.
    add(0);
    add(1);
    let data = from(dir.path(), Split::Train, None).expect("classes");
    assert_eq!(data.labels, Some([[0; 12], [1; 12]].concat()));
    assert_eq!((data.len(), data.skipped.count), (24, 2));
    for (path, reason) in &data.skipped.listed {
        assert_eq!(path.parent(), Some(dir.path()));
        assert!(reason.contains("beside the folders of the classes"));
    }
    let preview = preview_with(&request(dir.path()), 0, &Store::off()).expect("a preview");
    assert_eq!((preview.count, preview.first.skipped.count), (24, 2));
    // Three of 27 are more: a heap, of which a part lies in folders.
    add(2);
    let data = from(dir.path(), Split::Train, None).expect("a heap");
    assert_eq!((data.len(), data.labels, data.skipped.count), (27, None, 0));
}

/// 1000 pictures, of which those that `bad` names are cut off.
fn damaged(root: &Path, bad: impl Fn(usize) -> bool) {
    let whole = encoded(&flat(8, 8, [50; 3]), ImageFormat::Png);
    for i in 0..1000 {
        let held = if bad(i) { whole.len() / 2 } else { whole.len() };
        fs::write(root.join(format!("{i:04}.png")), &whole[..held]).expect("a file");
    }
}

#[test]
fn damage_at_the_front_says_nothing_of_the_rest() {
    let dir = tempfile::tempdir().expect("a folder");
    // Fewer than one in ten of a larger folder, and more in a row than decide on the shape.
    damaged(dir.path(), |_| false);
    let whole = encoded(&flat(8, 8, [50; 3]), ImageFormat::Png);
    for i in 0..2000 {
        fs::write(dir.path().join(format!("z{i:04}.png")), &whole).expect("a file");
    }
    for i in 0..290 {
        put(dir.path(), &format!("{i:04}.png"), &whole[..40]);
    }
    let preview = preview_with(&request(dir.path()), 0, &Store::off()).expect("a preview");
    assert_eq!(preview.first.len(), 8);
    let data = from(dir.path(), Split::Train, None).expect("the good ones");
    assert_eq!((data.len(), data.skipped.count), (2710, 290));
}

#[test]
fn what_is_said_of_damaged_folders_is_true() {
    let dir = tempfile::tempdir().expect("a folder");
    for (name, bad) in [
        ("most", (|i| i % 10 < 6) as fn(usize) -> bool),
        ("front", |i| i < 400),
        ("all", |_| true),
    ] {
        let place = folder(dir.path(), name);
        damaged(&place, bad);
        let error = from(&place, Split::Train, None)
            .expect_err("too many")
            .to_string();
        // `at least A of its 1000 pictures cannot be read (B of the first C), …`
        let numbers: Vec<usize> = error
            .split_once("at least ")
            .unwrap_or_else(|| panic!("{error}"))
            .1
            .split(|c: char| !c.is_ascii_digit())
            .filter_map(|n| n.parse().ok())
            .collect();
        let [some, all, again, tried, ..] = numbers[..] else {
            panic!("{error}");
        };
        assert_eq!((some, all), (again, 1000), "{error}");
        assert!((101..=1000).contains(&some), "{error}");
        assert_eq!((0..tried).filter(|&i| bad(i)).count(), some, "{error}");
        assert!(
            error.contains("more than one in 10; repair or remove them, first "),
            "{error}"
        );
    }
}
