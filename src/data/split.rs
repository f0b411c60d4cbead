//! The parts of a data set, training, validation and test: what names say of them, and which one a request means.

use std::collections::BTreeSet;
use std::path::Path;

use crate::config::Split;

use super::error::Error;

/// Words for the parts.
const TRAIN: &[&str] = &["train", "training", "trn", "trainval"];
const VALIDATION: &[&str] = &["val", "vali", "valid", "validation", "dev"];
const TEST: &[&str] = &["test", "tests", "testing", "tst"];
/// Words for what is held out: the test part where no other is, else the one for validation.
const HELD_OUT: &[&str] = &["eval", "evaluation", "holdout", "heldout"];
/// Words that may be glued to those: `trainset`, `testimages`, `segtrain`.
const GLUED: &[&str] = &[
    "x", "y", "image", "images", "img", "imgs", "label", "labels", "data", "dataset", "set", "seg",
    "pic", "pics", "picture", "pictures", "photo", "photos", "sample", "samples", "split", "part",
    "folder",
];
/// Words for what lies beside the parts and is of none: pictures without classes, and answers in the form of
/// pictures.
const ASIDE: &[&str] = &[
    "pred",
    "predict",
    "prediction",
    "predictions",
    "unlabeled",
    "unlabelled",
    "extra",
    "query",
    "gallery",
    "mask",
    "masks",
    "annotation",
    "annotations",
    "groundtruth",
    "gt",
    "label",
    "labels",
];

/// The part that a name announces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Role {
    /// A part by its own word.
    Of(Split),
    /// Held out, which is for test where nothing else is.
    HeldOut,
}

impl Role {
    /// The part, in a company of parts with a test part of its own word or none.
    pub(super) fn part(self, has_test: bool) -> Split {
        match self {
            Self::Of(part) => part,
            Self::HeldOut if has_test => Split::Validation,
            Self::HeldOut => Split::Test,
        }
    }
}

/// The part that a name of a folder or file announces, read by whole words: `contest` and `strain` announce none, nor
/// does a name with words for training and test, which is that of a folder of both.
pub(super) fn role(name: &str) -> Option<Role> {
    let words = words(name);
    let says = |known: &[&str]| words.iter().any(|w| known.contains(&w.as_str()));
    let pair = |first: &[&str]| {
        words
            .windows(2)
            .any(|w| first.contains(&w[0].as_str()) && w[1] == "out")
    };
    let train = says(TRAIN);
    let validation = says(VALIDATION);
    let held_out = says(HELD_OUT) || pair(&["hold", "held"]);
    let test = says(TEST) || is_ten_thousand(name);
    match (train, validation, test, held_out) {
        // Training and validation together are what is left beside a test part.
        (true, _, false, false) => Some(Role::Of(Split::Train)),
        (false, true, true, _) | (false, false, false, true) => Some(Role::HeldOut),
        (false, false, true, _) => Some(Role::Of(Split::Test)),
        (false, true, false, _) => Some(Role::Of(Split::Validation)),
        (true, ..) | (false, false, false, false) => None,
    }
}

/// MNIST's name for its test part, in which digits are a part of the word.
fn is_ten_thousand(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let mut tokens = name.split(|c: char| !c.is_ascii_alphanumeric());
    tokens.any(|token| token == "t10k")
}

/// The part that a single name announces, with nothing else to compare it to.
pub(super) fn part(name: &str) -> Option<Split> {
    role(name).map(|role| role.part(false))
}

/// Whether a name is that of something beside the parts: pictures without classes, or answers.
pub(super) fn is_aside(name: &str) -> bool {
    let words = words(name);
    let truth = words
        .windows(2)
        .any(|w| w[0] == "ground" && w[1] == "truth");
    truth || words.iter().any(|w| ASIDE.contains(&w.as_str()))
}

/// What is left of a name without the words for parts: `cats` of `cats_train`.
pub(super) fn stem(name: &str) -> String {
    let known = [TRAIN, VALIDATION, TEST, HELD_OUT].concat();
    let mut words = words(name);
    words.retain(|w| !known.contains(&w.as_str()));
    words.join(" ")
}

/// The words of a name, apart too where a word for a part is glued to a usual companion.
fn words(name: &str) -> Vec<String> {
    let words = plain_words(name);
    words
        .iter()
        .flat_map(|w| unglued(w))
        .map(str::to_owned)
        .collect()
}

/// The words of a name in lower case: apart at whatever is no letter, and where a capital follows a small letter.
pub(super) fn plain_words(name: &str) -> Vec<String> {
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
    words.filter(|w| !w.is_empty()).map(str::to_owned).collect()
}

/// `trainset` as `train` and `set`; any other word as it is.
fn unglued(word: &str) -> Vec<&str> {
    let known = |w: &str| {
        [TRAIN, VALIDATION, TEST, HELD_OUT]
            .iter()
            .any(|k| k.contains(&w))
    };
    for glued in GLUED {
        if let Some(rest) = word.strip_prefix(glued).filter(|w| known(w)) {
            return vec![glued, rest];
        }
        if let Some(rest) = word.strip_suffix(glued).filter(|w| known(w)) {
            return vec![rest, glued];
        }
    }
    vec![word]
}

/// What a request takes of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Taken {
    /// The part, or none where the source is not divided.
    pub(super) part: Option<Split>,
    /// What the user may want to know of the choice.
    pub(super) remark: Option<String>,
}

/// What `asked` means for a source that has the parts `there`, none of them if it is not divided; `things` are what
/// it holds.
///
/// # Errors
/// One clause, that follows the name of the source: what there is, and what can be asked for.
pub(super) fn choose(asked: Split, there: &[Split], things: &str) -> Result<Taken, String> {
    let has = |part: Split| there.contains(&part);
    if there.is_empty() {
        return match asked {
            Split::Auto | Split::Train => Ok(Taken {
                part: None,
                remark: None,
            }),
            Split::Validation | Split::Test => Err(format!(
                "it is not divided into training and test {things}, so it has no {} {things}; leave the split at 'auto' \
                 to use all of it",
                adjective(asked)
            )),
        };
    }
    let part = match asked {
        Split::Auto => [Split::Train, Split::Test, Split::Validation]
            .into_iter()
            .find(|&part| has(part)),
        asked => Some(asked).filter(|&part| has(part)),
    };
    let Some(part) = part else {
        let known: BTreeSet<Split> = there.iter().copied().collect();
        let names: Vec<&str> = known.iter().map(|&part| adjective(part)).collect();
        let choices: Vec<String> = known.iter().map(|part| format!("'{part}'")).collect();
        return Err(format!(
            "it holds {} {things} but no {} {things}; choose the split {}",
            names.join(" and "),
            adjective(asked),
            choices.join(" or ")
        ));
    };
    let remark = (asked == Split::Auto && part != Split::Train).then(|| {
        format!(
            "there are no training {things} here, so the {} {things} are used",
            adjective(part)
        )
    });
    Ok(Taken {
        part: Some(part),
        remark,
    })
}

/// As [`choose`], for a source that is one file or folder without parts inside; its own name may say of which part it
/// is.
///
/// # Errors
/// [`Error::Folder`], naming `path`.
pub(super) fn choose_by_name(path: &Path, asked: Split, things: &str) -> Result<Taken, Error> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let own: Vec<Split> = part(&name).into_iter().collect();
    choose(asked, &own, things).map_err(|reason| Error::Folder {
        path: path.into(),
        reason,
    })
}

/// `training`, as in training items.
pub(super) fn adjective(part: Split) -> &'static str {
    match part {
        Split::Auto | Split::Train => "training",
        Split::Validation => "validation",
        Split::Test => "test",
    }
}

/// ` train`, for the end of a data set's name.
pub(super) fn suffix(part: Option<Split>) -> String {
    part.map_or_else(String::new, |part| format!(" {part}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRAIN_PART: Option<Split> = Some(Split::Train);
    const TEST_PART: Option<Split> = Some(Split::Test);
    const VALIDATION_PART: Option<Split> = Some(Split::Validation);

    #[test]
    fn whole_words_announce_a_part() {
        for (name, expected) in [
            ("train", TRAIN_PART),
            ("TRAIN", TRAIN_PART),
            ("training_set", TRAIN_PART),
            ("seg_train", TRAIN_PART),
            ("train-224", TRAIN_PART),
            ("train2017", TRAIN_PART),
            ("01.train", TRAIN_PART),
            ("TrainImages", TRAIN_PART),
            ("myDataTrain", TRAIN_PART),
            ("trainset", TRAIN_PART),
            ("images train", TRAIN_PART),
            ("trainval", TRAIN_PART),
            ("train_val", TRAIN_PART),
            ("Testing", TEST_PART),
            ("test1", TEST_PART),
            ("bounding_box_test", TEST_PART),
            ("x_test.npy", TEST_PART),
            ("t10k-images-idx3-ubyte", TEST_PART),
            ("testimages", TEST_PART),
            ("holdout", TEST_PART),
            ("hold_out", TEST_PART),
            ("eval", TEST_PART),
            ("Valid", VALIDATION_PART),
            ("dev-clean", VALIDATION_PART),
            ("valset", VALIDATION_PART),
            ("trainer", None),
            ("trainers", None),
            ("contest", None),
            ("latest", None),
            ("strain", None),
            ("restrained", None),
            ("validated", None),
            ("developer", None),
            ("devices", None),
            ("values", None),
            ("valley", None),
            ("protests", None),
            ("attestation", None),
            ("greatest hits", None),
            ("train_test_split", None),
            ("train-valid-test", None),
            ("cats", None),
            ("", None),
            ("123", None),
        ] {
            assert_eq!(part(name), expected, "{name}");
        }
        assert_eq!(role("evaluation").map(|r| r.part(true)), VALIDATION_PART);
        assert_eq!(role("test").map(|r| r.part(true)), TEST_PART);
    }

    #[test]
    fn stems_are_what_is_left() {
        assert_eq!(stem("cats_train"), "cats");
        assert_eq!(stem("testDogs"), "dogs");
        assert_eq!(stem("train"), "");
        assert!(is_aside("seg_pred") && is_aside("ground_truth") && !is_aside("cats"));
    }

    #[test]
    fn a_request_is_met_or_refused_by_what_there_is() {
        let taken = |asked, there: &[Split]| {
            choose(asked, there, "items").map(|t| (t.part, t.remark.is_some()))
        };
        let (train, validation, test) = (Split::Train, Split::Validation, Split::Test);
        assert_eq!(taken(Split::Auto, &[]), Ok((None, false)));
        assert_eq!(taken(train, &[]), Ok((None, false)));
        for asked in [validation, test] {
            let error = taken(asked, &[]).expect_err("no parts");
            assert!(error.contains("is not divided"), "{error}");
        }
        assert_eq!(taken(Split::Auto, &[train, test]), Ok((Some(train), false)));
        assert_eq!(
            taken(Split::Auto, &[validation, test]),
            Ok((Some(test), true))
        );
        assert_eq!(
            taken(Split::Auto, &[validation]),
            Ok((Some(validation), true))
        );
        assert_eq!(taken(test, &[train, test]), Ok((Some(test), false)));
        let error = taken(test, &[train, validation]).expect_err("no test part");
        assert_eq!(
            error,
            "it holds training and validation items but no test items; choose the split 'train' or 'validation'"
        );
    }
}
