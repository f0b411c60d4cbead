//! What the names of files and folders tell: split, role, the sibling that holds the labels,
//! and what a person calls the data set.

use std::path::Path;

use crate::config::Split;

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

/// The key of the labels file that belongs to the images file of this key, if its name says
/// that it holds images.
pub(super) fn labels_key(images: &str) -> Option<String> {
    let mut labels = images.replace("images", "labels");
    for rank in ["idx2", "idx3", "idx4"] {
        labels = labels.replace(rank, "idx1");
    }
    (labels != images).then_some(labels)
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

/// The split that the name announces.
pub(super) fn split(key: &str) -> Option<Split> {
    if key.contains("t10k") || key.contains("test") {
        Some(Split::Test)
    } else if key.contains("train") {
        Some(Split::Train)
    } else {
        None
    }
}

/// What a person calls the data set in `folder`.
pub(super) fn friendly(folder: &Path, split: Option<Split>) -> String {
    let full = folder
        .canonicalize()
        .unwrap_or_else(|_| folder.to_path_buf());
    let folder = file_name(&full);
    let lower = folder.to_lowercase();
    let known = [
        ("fashion", "Fashion-MNIST"),
        ("kmnist", "KMNIST"),
        ("emnist", "EMNIST"),
        ("qmnist", "QMNIST"),
        ("mnist", "MNIST"),
    ];
    let name = known
        .iter()
        .find(|(part, _)| lower.contains(part))
        .map_or(folder.as_str(), |(_, name)| name);
    match split {
        Some(Split::Train) => format!("{name} train"),
        Some(Split::Test) => format!("{name} test"),
        None => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn siblings_are_found_in_every_usual_spelling() {
        for (images, labels) in [
            ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
            ("train-images.idx3-ubyte", "train-labels.idx1-ubyte"),
            ("t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte"),
            ("Train_Images.IDX3.gz", "train-labels-idx1"),
        ] {
            assert_eq!(
                labels_key(&key(Path::new(images))),
                Some(key(Path::new(labels))),
                "{images}"
            );
        }
        assert_eq!(labels_key("faces-ubyte"), None);
    }

    #[test]
    fn folders_get_the_names_people_use() {
        let name = |folder: &str, split| friendly(Path::new(folder), split);
        assert_eq!(
            name("/x/fashion-mnist", Some(Split::Train)),
            "Fashion-MNIST train"
        );
        assert_eq!(name("/x/MNIST", Some(Split::Test)), "MNIST test");
        assert_eq!(name("/x/kmnist", None), "KMNIST");
        assert_eq!(name("/x/cells", None), "cells");
    }
}
