//! What the names of files and folders tell: set, role, the sibling that holds the labels, and what a person calls the
//! data set.

use std::path::Path;

use crate::config::Split;
use crate::data::error::plain;
use crate::data::split;

/// A file name in one spelling: lower case, without `.gz`, dots and underscores as hyphens. Names
/// that are not UTF-8 lose only the parts that are not.
pub(super) fn key(path: &Path) -> String {
    let name = file_name(path).to_lowercase();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    name.replace(['.', '_'], "-")
}

/// The last part of a path, for people.
pub(super) fn file_name(path: &Path) -> String {
    path.file_name()
        .map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

/// A key up to the mark of the format: of images and of labels it differs in that word alone.
fn base(key: &str) -> &str {
    key.split_once("-idx").map_or(key, |(base, _)| base)
}

/// Whether the labels file of one key belongs to the images file of another, in any of the format's spellings.
pub(super) fn belong_together(images: &str, labels: &str) -> bool {
    let promises = |key: &str| key.contains("images") || key.contains("idx");
    images != labels
        && promises(images)
        && base(&images.replace("images", "labels")) == base(labels)
}

/// Whether the name is the usual one of images (`true`) or of labels (`false`).
pub(super) fn usual_role(key: &str) -> Option<bool> {
    if !key.contains("idx") {
        return None;
    }
    if key.contains("labels") || key.contains("idx1") {
        Some(false)
    } else if key.contains("images") || key.contains("idx3") {
        Some(true)
    } else {
        None
    }
}

/// What is left of a key without the words for parts, role and format: `emnist-letters` of
/// `emnist-letters-train-images-idx3-ubyte`. Files that share it are of one set.
pub(super) fn set_name(key: &str) -> String {
    let means_nothing = |word: &&str| {
        !word.is_empty()
            && !word.starts_with("idx")
            && !["images", "image", "labels", "ubyte", "byte", "int"].contains(word)
            && split::role(word).is_none()
    };
    let words: Vec<&str> = key.split(['-', ' ']).filter(means_nothing).collect();
    words.join("-")
}

/// Families of data sets, by a part of their names.
const FAMILIES: [(&str, &str); 5] = [
    ("fashion", "Fashion-MNIST"),
    ("kmnist", "KMNIST"),
    ("emnist", "EMNIST"),
    ("qmnist", "QMNIST"),
    ("mnist", "MNIST"),
];

/// What a person calls a family of data sets, if this is the name of one.
fn family(name: &str) -> Option<&'static str> {
    let lower = name.to_lowercase();
    let found = FAMILIES.iter().find(|(part, _)| lower.contains(part));
    found.map(|(_, name)| *name)
}

/// What a person calls the set of this name in `folder`.
pub(super) fn friendly(folder: &Path, set: &str, part: Option<Split>) -> String {
    let full = folder
        .canonicalize()
        .unwrap_or_else(|_| folder.to_path_buf());
    let folder = file_name(&full);
    let name = match (family(set), family(&folder)) {
        (Some(family), _) => {
            let rest = set.split('-').filter(|word| {
                let known = |(part, _): &(&str, &str)| word.contains(part);
                !FAMILIES.iter().any(known)
            });
            [family]
                .into_iter()
                .chain(rest)
                .collect::<Vec<_>>()
                .join(" ")
        }
        (None, Some(family)) if set.is_empty() => family.to_owned(),
        (None, Some(family)) => format!("{family} {}", set.replace('-', " ")),
        (None, None) if set.is_empty() => folder,
        (None, None) => set.to_owned(),
    };
    plain(&name, 100) + &split::suffix(part)
}

/// Whether the pictures of a set are stored column by column, as EMNIST's are.
pub(super) fn lies_on_its_side(folder: &Path, set: &str) -> bool {
    let full = folder.canonicalize();
    let folder = file_name(full.as_deref().unwrap_or(folder));
    family(set).or_else(|| family(&folder)) == Some("EMNIST")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn siblings_are_found_in_every_usual_spelling() {
        let together = |images: &str, labels: &str| {
            belong_together(&key(Path::new(images)), &key(Path::new(labels)))
        };
        for (images, labels) in [
            ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
            ("train-images.idx3-ubyte", "train-labels.idx1-ubyte"),
            ("t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte"),
            ("Train_Images.IDX3.gz", "train-labels-idx1"),
            (
                "qmnist-test-images-idx3-ubyte.gz",
                "qmnist-test-labels-idx2-int.gz",
            ),
            ("train-idx3-ubyte", "train-idx1-ubyte"),
        ] {
            assert!(together(images, labels), "{images}");
        }
        for (images, labels) in [
            ("train-images-idx3-ubyte", "t10k-labels-idx1-ubyte"),
            (
                "emnist-letters-train-images-idx3-ubyte",
                "emnist-digits-train-labels-idx1-ubyte",
            ),
            ("faces-ubyte", "faces-ubyte"),
            ("faces-ubyte", "labels-ubyte"),
        ] {
            assert!(!together(images, labels), "{images}");
        }
    }

    #[test]
    fn sets_and_folders_get_the_names_people_use() {
        let (train, test) = (Some(Split::Train), Some(Split::Test));
        for (folder, file, part, name) in [
            (
                "/x/fashion-mnist",
                "train-images-idx3-ubyte",
                train,
                "Fashion-MNIST train",
            ),
            ("/x/MNIST", "t10k-images-idx3-ubyte", test, "MNIST test"),
            ("/x/kmnist", "images-idx3-ubyte", None, "KMNIST"),
            ("/x/cells", "images-idx3-ubyte", None, "cells"),
            (
                "/x/gzip",
                "emnist-letters-train-images-idx3-ubyte.gz",
                train,
                "EMNIST letters train",
            ),
            (
                "/x/gzip",
                "emnist-byclass-test-images-idx3-ubyte.gz",
                test,
                "EMNIST byclass test",
            ),
            (
                "/x/raw",
                "qmnist-test-images-idx3-ubyte.gz",
                test,
                "QMNIST test",
            ),
            (
                "/x/EMNIST",
                "letters_train-images.idx3-ubyte",
                train,
                "EMNIST letters train",
            ),
            ("/x/raw", "kanji-images-idx3-ubyte", None, "kanji"),
        ] {
            let set = set_name(&key(Path::new(file)));
            assert_eq!(friendly(Path::new(folder), &set, part), name);
        }
        assert!(lies_on_its_side(Path::new("/x/gzip"), "emnist-letters"));
        assert!(!lies_on_its_side(Path::new("/x/kmnist"), ""));
    }
}
