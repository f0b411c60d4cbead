//! What the name of an array or of its file says of it, read by whole words: `values` is no validation split.

use std::collections::BTreeSet;

use crate::config::Split;
use crate::data::split::plain_words;

/// Words for the splits.
const TRAIN: [&str; 4] = ["train", "training", "trn", "tr"];
const TEST: [&str; 4] = ["test", "testing", "tst", "te"];
const VALIDATION: [&str; 4] = ["val", "valid", "validation", "dev"];
/// Words that may be glued to those: `xtrain`, `testlabels`.
const GLUED: [&str; 8] = [
    "x", "y", "image", "images", "label", "labels", "data", "set",
];
/// Words for labels.
const LABELS: [&str; 10] = [
    "y", "label", "labels", "lbl", "lbls", "class", "classes", "target", "targets", "onehot",
];
/// Words for items; what stands in front is taken first.
const ITEMS: [&[&str]; 4] = [
    &[
        "images", "image", "imgs", "img", "pictures", "picture", "pixels", "frames", "sprites",
        "faces", "digits",
    ],
    &["x"],
    &["data"],
    &[
        "features",
        "samples",
        "inputs",
        "input",
        "observations",
        "vectors",
    ],
];
/// How much later something is taken for every group that it lies in.
const DEEPER: usize = 10;

/// What a name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Names {
    /// The part of the data that the array is.
    pub(super) part: Option<Split>,
    /// Whether it is called labels.
    pub(super) label: bool,
    /// Whether it is a name that NumPy gave, `arr_0`, which says nothing.
    pub(super) automatic: bool,
    /// How soon an array of this name is taken as the items; `None` for a name that does not say items.
    pub(super) rank: Option<usize>,
}

impl Names {
    /// Reads a name such as `x_train` or `dataset/train/images`.
    pub(super) fn of(name: &str) -> Self {
        let name = name.strip_suffix(".npy").unwrap_or(name);
        let words = words(name);
        let says = |known: &[&str]| words.iter().any(|w| known.contains(&w.as_str()));
        let part = if says(&VALIDATION) {
            Some(Split::Validation)
        } else if says(&TRAIN) {
            Some(Split::Train)
        } else if says(&TEST) {
            Some(Split::Test)
        } else {
            None
        };
        let one_hot = words.windows(2).any(|w| w[0] == "one" && w[1] == "hot");
        let number = name.rsplit('/').next().and_then(|n| n.strip_prefix("arr_"));
        let automatic = number.is_some_and(is_number);
        let label = says(&LABELS) || one_hot;
        Self {
            part,
            label,
            automatic,
            rank: (!label).then(|| rank(name)).flatten(),
        }
    }
}

/// A number as `arr_0` has one.
fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// How soon an array of this name is taken as the items: all its words must be known.
fn rank(name: &str) -> Option<usize> {
    let last = name.rsplit('/').next().unwrap_or(name);
    let deep = DEEPER * name.matches('/').count();
    if last == "arr_0" {
        return Some(ITEMS.len() + deep);
    }
    let mut words = words(last);
    words.retain(|w| !is_part(w));
    let of = |word: &String| {
        ITEMS
            .iter()
            .position(|known| known.contains(&word.as_str()))
    };
    let ranks: Option<Vec<usize>> = words.iter().map(of).collect();
    ranks?.into_iter().min().map(|rank| rank + deep)
}

fn is_part(word: &str) -> bool {
    [&TRAIN[..], &TEST, &VALIDATION].concat().contains(&word)
}

/// What is left of a file's name without the words that tell items from labels: the same for files that belong
/// together, such as `kmnist-train-imgs` and `kmnist-train-labels`.
pub(super) fn key(stem: &str) -> BTreeSet<String> {
    let item = |w: &str| ITEMS.iter().any(|known| known.contains(&w)) || LABELS.contains(&w);
    let spelled = |w: String| {
        let known = [&TRAIN[..], &TEST, &VALIDATION];
        let one = known.iter().find(|known| known.contains(&w.as_str()));
        one.map_or(w.clone(), |known| known[0].to_owned())
    };
    let numbers = stem.split(|c: char| !c.is_ascii_digit());
    let numbers = numbers.filter(|n| !n.is_empty()).map(str::to_owned);
    let words = words(stem).into_iter().filter(|w| !item(w)).map(spelled);
    words.chain(numbers).collect()
}

/// The number at the end of a name such as `train7`, and what stands before it.
pub(super) fn numbered(name: &str) -> Option<(&str, usize)> {
    let stem = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let number = name[stem.len()..].parse().ok()?;
    Some((stem, number))
}

/// The words of a name, apart too where two usual ones are glued.
fn words(name: &str) -> Vec<String> {
    let words = plain_words(name);
    words
        .iter()
        .flat_map(|w| unglued(w))
        .map(str::to_owned)
        .collect()
}

/// `xtrain` as `x` and `train`; any other word as it is.
fn unglued(word: &str) -> Vec<&str> {
    for glued in GLUED {
        if let Some(rest) = word.strip_prefix(glued).filter(|w| is_part(w)) {
            return vec![glued, rest];
        }
        if let Some(rest) = word.strip_suffix(glued).filter(|w| is_part(w)) {
            return vec![rest, glued];
        }
    }
    vec![word]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_words_decide() {
        let (train, test) = (Some(Split::Train), Some(Split::Test));
        let validation = Some(Split::Validation);
        for (name, part, label) in [
            ("x_train.npy", train, false),
            ("xtrain", train, false),
            ("yTest.npy", test, true),
            ("training-images.npy", train, false),
            ("X_val.npy", validation, false),
            ("valid2.npy", validation, false),
            ("testlabels", test, true),
            ("one_hot.npy", None, true),
            ("Y", None, true),
            ("data/test/x.npy", test, false),
            ("values.npy", None, false),
            ("interval.npy", None, false),
            ("latest.npy", None, false),
            ("contest", None, false),
            ("constrained", None, false),
            ("energy.npy", None, false),
        ] {
            let found = Names::of(name);
            assert_eq!((found.part, found.label), (part, label), "{name}");
        }
        assert!(Names::of("arr_12.npy").automatic);
        assert!(!Names::of("arr_.npy").automatic && !Names::of("array").automatic);
    }

    #[test]
    fn names_of_items_have_an_order() {
        let rank = |name: &str| Names::of(name).rank;
        let ordered = [
            "imgs",
            "X",
            "data",
            "features",
            "arr_0",
            "dataset/train/images",
        ];
        let ranks: Vec<Option<usize>> = ordered.into_iter().map(rank).collect();
        assert!(
            ranks.windows(2).all(|r| r[0].is_some() && r[0] < r[1]),
            "{ranks:?}"
        );
        assert_eq!(rank("x_train"), rank("X"));
        for other in [
            "latents_values",
            "images_left",
            "obsm/X_pca",
            "y",
            "train_labels",
            "arr_1",
            "train",
        ] {
            assert_eq!(rank(other), None, "{other}");
        }
    }

    #[test]
    fn files_that_belong_together_have_one_key() {
        for (items, labels) in [
            ("kmnist-train-imgs", "kmnist-train-labels"),
            ("k49-test-imgs", "k49-test-labels"),
            ("X_train", "y_train"),
            ("x_tr", "y_train"),
            ("data", "labels"),
            ("faces-images", "faces-labels"),
        ] {
            assert_eq!(key(items), key(labels), "{items}");
        }
        assert_ne!(key("X_train"), key("y_test"));
        assert_ne!(key("k49-train-imgs"), key("k48-train-labels"));
        assert_eq!(numbered("train7"), Some(("train", 7)));
        assert_eq!(numbered("train"), None);
    }
}
