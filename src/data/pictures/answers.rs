//! Answers in the form of pictures, masks and the like, beside the pictures they belong to: never items of the data.

use std::collections::{BTreeMap, HashSet};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::data::split::{is_aside, is_pictures};
use crate::text::thousands;

use super::tree::{Node, list, shown};

/// Which pictures are answers.
#[derive(Debug, Default)]
pub(super) struct Answers {
    /// For every picture whether it is one; empty if none is.
    pub(super) are: Vec<bool>,
    /// What is left out, in words.
    pub(super) remarks: Vec<String>,
}

/// Finds the answers among the sorted pictures `paths` of `root`: in folders such as `masks` beside `images`, and in
/// files such as `3_mask.png` beside `3.png`.
pub(super) fn find(paths: &[PathBuf], root: &Path) -> Answers {
    let mut are = vec![false; paths.len()];
    let mut folders: BTreeMap<&OsStr, usize> = BTreeMap::new();
    in_folders(&Node::of(paths, root), &mut are, &mut folders);
    let mut remarks: Vec<String> = Vec::new();
    if !folders.is_empty() {
        let count: usize = folders.values().sum();
        remarks.push(format!(
            "{} pictures in folders named {} are left out: they lie beside the pictures themselves and are masks or labels",
            thousands(count as u64),
            list(folders.keys().map(|name| shown(name)))
        ));
    }
    let stems: HashSet<PathBuf> = paths.iter().map(|path| path.with_extension("")).collect();
    let mut files = 0;
    let mut example = None;
    for (path, is_answer) in paths.iter().zip(&mut are) {
        if !*is_answer && answered(path).is_some_and(|stem| stems.contains(&stem)) {
            *is_answer = true;
            files += 1;
            example = example.or(path.file_name());
        }
    }
    if let Some(example) = example {
        remarks.push(format!(
            "{} pictures such as '{}' are left out: each is named for a mask or label of another picture",
            thousands(files),
            shown(example)
        ));
    }
    if remarks.is_empty() {
        are.clear();
    }
    Answers { are, remarks }
}

/// Marks the folders of answers: those beside folders that say *pictures*, where no other folder lies with them.
fn in_folders<'p>(node: &Node<'p>, are: &mut [bool], found: &mut BTreeMap<&'p OsStr, usize>) {
    let says = |folder: &Node<'_>, what: fn(&str) -> bool| what(&folder.name.to_string_lossy());
    let pictures = node.folders.iter().filter(|f| says(f, is_pictures)).count();
    let aside = node.folders.iter().filter(|f| says(f, is_aside)).count();
    let paired = pictures > 0 && aside > 0 && pictures + aside == node.folders.len();
    for folder in &node.folders {
        if paired && says(folder, is_aside) {
            are[folder.range.clone()].fill(true);
            *found.entry(folder.name).or_default() += folder.len();
        } else {
            in_folders(folder, are, found);
        }
    }
}

/// The path, without ending, of the picture that a file named `3_mask.png` or `3_mask_1.png` answers.
fn answered(path: &Path) -> Option<PathBuf> {
    let stem = path.file_stem()?.to_str()?;
    let numbered = stem.trim_end_matches(|c: char| c.is_ascii_digit());
    let plain = numbered.trim_end_matches(['_', '-', ' ']);
    let of = |stem: &str| {
        let at = stem.rfind(['_', '-', '.', ' '])?;
        let (base, word) = (&stem[..at], &stem[at + 1..]);
        (!base.is_empty() && is_aside(word)).then(|| path.with_file_name(base))
    };
    of(stem).or_else(|| (plain != numbered).then(|| of(plain)).flatten())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The paths that are answers.
    fn answers(paths: &[&str]) -> Vec<String> {
        let mut paths: Vec<PathBuf> = paths.iter().map(PathBuf::from).collect();
        paths.sort();
        let found = find(&paths, Path::new(""));
        assert_eq!(found.are.is_empty(), found.remarks.is_empty());
        let marked = paths.iter().zip(&found.are).filter(|(_, are)| **are);
        marked.map(|(path, _)| path.display().to_string()).collect()
    }

    #[test]
    fn folders_of_masks_beside_pictures_are_answers() {
        assert_eq!(answers(&["images/1.png", "masks/1.png"]), ["masks/1.png"]);
        assert_eq!(
            answers(&["train/img/1.png", "train/gt/1.png", "test/img/2.png"]),
            ["train/gt/1.png"]
        );
        assert_eq!(
            answers(&["yes/image/a/1.png", "yes/mask/a/1.png"]),
            ["yes/mask/a/1.png"]
        );
        // Classes that speak of masks, and masks without their pictures.
        assert!(answers(&["with_mask/1.png", "without_mask/1.png"]).is_empty());
        assert!(answers(&["cats/1.png", "images/1.png", "masks/1.png"]).is_empty());
        assert!(answers(&["masks/1.png"]).is_empty());
    }

    #[test]
    fn files_named_for_the_mask_of_another_are_answers() {
        assert_eq!(
            answers(&[
                "a/b (1).png",
                "a/b (1)_mask.png",
                "a/b (1)_mask_1.png",
                "a/c_mask.png"
            ]),
            ["a/b (1)_mask.png", "a/b (1)_mask_1.png"]
        );
        assert_eq!(answers(&["7.jpg", "7-gt.png"]), ["7-gt.png"]);
        assert!(answers(&["7.jpg", "7_2.jpg", "8_label.jpg"]).is_empty());
    }
}
