//! What the name of an array in an archive says of it, read by whole words: `values` is no validation split.

use crate::config::Split;

/// Words for the splits.
const TRAIN: [&str; 2] = ["train", "training"];
const TEST: [&str; 2] = ["test", "testing"];
const VALIDATION: [&str; 3] = ["val", "valid", "validation"];
/// Words that may be glued to those: `xtrain`, `testlabels`.
const GLUED: [&str; 8] = [
    "x", "y", "image", "images", "label", "labels", "data", "set",
];
/// Words for labels.
const LABELS: [&str; 8] = [
    "y", "label", "labels", "class", "classes", "target", "targets", "onehot",
];

/// What a name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Names {
    /// The split the array is of.
    pub(super) split: Option<Split>,
    /// Whether it is called labels.
    pub(super) label: bool,
    /// Whether it is a name that NumPy gave, `arr_0`, which says nothing.
    pub(super) automatic: bool,
}

impl Names {
    /// Reads a name such as `x_train.npy`.
    pub(super) fn of(name: &str) -> Self {
        let stem = name.strip_suffix(".npy").unwrap_or(name);
        let words = words(stem);
        let says = |known: &[&str]| words.iter().any(|w| known.contains(&w.as_str()));
        let split = if says(&TRAIN) {
            Some(Split::Train)
        } else if says(&TEST) {
            Some(Split::Test)
        } else if says(&VALIDATION) {
            Some(Split::Validation)
        } else {
            None
        };
        let one_hot = words.windows(2).any(|w| w[0] == "one" && w[1] == "hot");
        let number = stem.strip_prefix("arr_").unwrap_or("");
        Self {
            split,
            label: says(&LABELS) || one_hot,
            automatic: !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()),
        }
    }
}

/// The words of a name in lower case: apart at whatever is no letter, and where a capital follows a small letter.
fn words(name: &str) -> Vec<String> {
    let mut spaced = String::new();
    let mut small = false;
    for c in name.chars() {
        if small && c.is_uppercase() {
            spaced.push(' ');
        }
        small = c.is_lowercase();
        spaced.extend(c.to_lowercase());
    }
    let words = spaced.split(|c: char| !c.is_alphabetic());
    let words = words.filter(|w| !w.is_empty());
    words.flat_map(unglued).map(str::to_owned).collect()
}

/// `xtrain` as `x` and `train`; any other word as it is.
fn unglued(word: &str) -> Vec<&str> {
    let split = |w: &str| [&TRAIN[..], &TEST, &VALIDATION].concat().contains(&w);
    for glued in GLUED {
        if let Some(rest) = word.strip_prefix(glued).filter(|w| split(w)) {
            return vec![glued, rest];
        }
        if let Some(rest) = word.strip_suffix(glued).filter(|w| split(w)) {
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
        for (name, split, label) in [
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
            assert_eq!((found.split, found.label), (split, label), "{name}");
        }
        assert!(Names::of("arr_12.npy").automatic);
        assert!(!Names::of("arr_.npy").automatic && !Names::of("array").automatic);
    }
}
