//! Which pictures are of which split: found or refused, never mixed.

use std::fs;
use std::path::{Path, PathBuf};

use collapse_explorer::config::{DataConfig, Split};
use collapse_explorer::data::{Dataset, Error};
use image::ImageFormat;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::pictures::{encoded, flat, folder};
use super::{bytes, from, open, request};

/// The grey level that marks a picture's split.
const TRAIN: u8 = 10;
const VALIDATION: u8 = 90;
const TEST: u8 = 170;
const NONE: u8 = 250;

/// Puts `count` pictures of this level into a folder below `root`.
fn fill(root: &Path, place: &str, count: usize, level: u8) {
    let place = if place == "." {
        folder(root, "")
    } else {
        folder(root, place)
    };
    let picture = encoded(&flat(6, 6, [level; 3]), ImageFormat::Png);
    for i in 0..count {
        fs::write(place.join(format!("{i:03}.png")), &picture).expect("a picture");
    }
}

/// A folder of these places, each with so many pictures of a level.
fn tree(places: &[(&str, usize, u8)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a folder");
    for (place, count, level) in places {
        fill(dir.path(), place, *count, *level);
    }
    dir
}

/// The level of every item, which is that of all of it.
fn levels(data: &Dataset) -> Vec<u8> {
    bytes(data)
        .chunks_exact(data.dim())
        .map(|item| item[0])
        .collect()
}

/// How many items of a split a folder gives, all of that split's level.
fn count(root: &Path, split: Split, level: u8) -> usize {
    let data = from(root, split, None).unwrap_or_else(|e| panic!("{split}: {e}"));
    assert!(
        levels(&data).iter().all(|&l| l == level),
        "{split}: {:?}",
        levels(&data)
    );
    data.len()
}

fn refusal(root: &Path, split: Split) -> String {
    let error = from(root, split, None).expect_err("a refusal").to_string();
    assert!(
        !error.contains('\n') && error.contains(&root.display().to_string()),
        "{error}"
    );
    error
}

#[test]
fn folders_of_every_spelling_are_splits() {
    for (train, test) in [
        ("training_set", "test_set"),
        ("seg_train/seg_train", "seg_test/seg_test"),
        ("TRAIN", "TEST"),
        ("Training", "Testing"),
        ("train-224", "test-224"),
        ("data_train", "data_test"),
        ("train_images", "test_images"),
        ("images_train", "images_test"),
        ("01.train", "02.test"),
        ("trainset", "testset"),
        ("my photos (train)", "my photos (test)"),
        ("TrainImages", "TestImages"),
        ("train2017", "test2017"),
        ("archive/dataset/train", "archive/dataset/test"),
        ("bounding_box_train", "bounding_box_test"),
        ("train", "eval"),
        ("train", "holdout"),
        ("a/train", "b/test"),
    ] {
        let dir = tree(&[
            (&format!("{train}/cats"), 4, TRAIN),
            (&format!("{train}/dogs"), 3, TRAIN),
            (&format!("{test}/cats"), 2, TEST),
            (&format!("{test}/dogs"), 1, TEST),
        ]);
        assert_eq!(count(dir.path(), Split::Auto, TRAIN), 7, "{train}");
        assert_eq!(count(dir.path(), Split::Train, TRAIN), 7, "{train}");
        assert_eq!(count(dir.path(), Split::Test, TEST), 3, "{test}");
        let cats = DataConfig {
            split: Split::Test,
            classes: vec!["cats".into()],
            ..request(dir.path())
        };
        let data = open(&cats).expect("cats");
        assert_eq!(data.classes, ["cats", "dogs"], "{test}");
        assert_eq!(data.labels, Some(vec![0, 0]), "{test}");
        assert_eq!(data.splits, [Split::Train, Split::Test]);
        assert!(
            data.name.ends_with(" test") && data.remarks.is_empty(),
            "{:?}",
            data.remarks
        );
        let error = refusal(dir.path(), Split::Validation);
        assert!(
            error.contains("training and test pictures but no validation pictures"),
            "{error}"
        );
    }
}

#[test]
fn parts_are_found_in_other_languages_and_by_abbreviations() {
    for (train, test) in [
        ("tr", "te"),
        ("img_tr", "img_ts"),
        ("entrenamiento", "prueba"),
        ("Treino", "Teste"),
        ("Entraînement", "test"),
        ("обучение", "тест"),
        ("训练集", "测试集"),
        ("学習", "テスト"),
        ("trainA", "testA"),
    ] {
        for class in [false, true] {
            let dir = tempfile::tempdir().expect("a folder");
            for (part, count, level) in [(train, 4, TRAIN), (test, 3, TEST)] {
                for name in if class { &["cat", "dog"][..] } else { &["."] } {
                    fill(&folder(dir.path(), part), name, count, level);
                }
            }
            let classes = if class { 2 } else { 1 };
            assert_eq!(
                count(dir.path(), Split::Auto, TRAIN),
                4 * classes,
                "{train}"
            );
            assert_eq!(count(dir.path(), Split::Test, TEST), 3 * classes, "{test}");
            let data = from(dir.path(), Split::Test, None).expect("a test part");
            assert_eq!(
                data.classes,
                if class { vec!["cat", "dog"] } else { vec![] }
            );
        }
    }
    // Languages, not parts.
    let dir = tree(&[("de", 3, NONE), ("te", 3, NONE), ("tr", 3, NONE)]);
    assert_eq!(
        from(dir.path(), Split::Auto, None)
            .expect("classes")
            .classes,
        ["de", "te", "tr"]
    );
}

#[test]
fn folders_that_may_be_parts_are_said() {
    let dir = tree(&[
        ("tanito/cat", 3, NONE),
        ("tanito/dog", 3, NONE),
        ("teszt/cat", 3, NONE),
        ("teszt/dog", 3, NONE),
    ]);
    let data = from(dir.path(), Split::Auto, None).expect("classes");
    assert_eq!(data.classes, ["tanito", "teszt"]);
    assert!(
        data.remarks[0].contains("name them 'train' and 'test'"),
        "{:?}",
        data.remarks
    );
}

#[test]
fn masks_beside_pictures_are_no_items() {
    for (pictures, masks) in [
        ("images", "masks"),
        ("img", "gt"),
        ("JPEGImages", "SegmentationClass"),
    ] {
        let dir = tree(&[(pictures, 5, TRAIN), (masks, 5, NONE)]);
        assert_eq!(count(dir.path(), Split::Auto, TRAIN), 5, "{masks}");
        let data = from(dir.path(), Split::Auto, None).expect("pictures");
        assert!(
            data.classes.is_empty() && data.remarks.len() == 1,
            "{:?}",
            data.remarks
        );
        let inside = |part: &str, name: &str| format!("{part}/{name}");
        let dir = tree(&[
            (&inside("train", pictures), 5, TRAIN),
            (&inside("train", masks), 5, NONE),
            (&inside("test", pictures), 2, TEST),
            (&inside("test", masks), 2, NONE),
        ]);
        assert_eq!(count(dir.path(), Split::Train, TRAIN), 5, "{masks}");
        assert_eq!(count(dir.path(), Split::Test, TEST), 2, "{masks}");
    }
    // Two classes of people.
    let dir = tree(&[("with_mask", 3, NONE), ("without_mask", 3, NONE)]);
    assert_eq!(
        from(dir.path(), Split::Auto, None)
            .expect("classes")
            .classes,
        ["with_mask", "without_mask"]
    );
    // A mask beside each picture, as ultrasound sets have them.
    let dir = tree(&[("benign", 4, TRAIN), ("normal", 4, TRAIN)]);
    let mask = encoded(&flat(6, 6, [NONE; 3]), ImageFormat::Png);
    fs::write(dir.path().join("benign/000_mask.png"), &mask).expect("a picture");
    fs::write(dir.path().join("benign/000_mask_1.png"), &mask).expect("a picture");
    assert_eq!(count(dir.path(), Split::Auto, TRAIN), 8);
}

#[test]
fn three_splits_have_names_of_their_own() {
    for [train, valid, test] in [
        ["Train", "Valid", "Test"],
        ["train", "validation", "test"],
        ["train", "val", "test"],
        ["training", "dev", "evaluation"],
        ["train", "eval", "test"],
    ] {
        let dir = tree(&[(train, 5, TRAIN), (valid, 3, VALIDATION), (test, 2, TEST)]);
        assert_eq!(count(dir.path(), Split::Auto, TRAIN), 5, "{train}");
        assert_eq!(
            count(dir.path(), Split::Validation, VALIDATION),
            3,
            "{valid}"
        );
        assert_eq!(count(dir.path(), Split::Test, TEST), 2, "{test}");
    }
}

#[test]
fn words_in_other_words_are_no_splits() {
    let dir = tree(&[
        ("trainers", 3, TRAIN),
        ("contest", 3, TRAIN),
        ("latest", 3, TRAIN),
    ]);
    let data = from(dir.path(), Split::Auto, None).expect("classes");
    assert_eq!(data.classes, ["contest", "latest", "trainers"]);
    assert_eq!((data.len(), data.splits.len()), (9, 0));
    // A class among vehicles.
    let dir = tree(&[("bus", 4, TRAIN), ("plane", 4, TRAIN), ("train", 4, TRAIN)]);
    let data = from(dir.path(), Split::Train, None).expect("classes");
    assert_eq!((data.len(), data.classes.len()), (12, 3));
    // The same within splits.
    let dir = tree(&[
        ("train/bus", 4, TRAIN),
        ("train/train", 4, TRAIN),
        ("test/bus", 2, TEST),
        ("test/train", 2, TEST),
    ]);
    assert_eq!(count(dir.path(), Split::Train, TRAIN), 8);
    let data = from(dir.path(), Split::Test, None).expect("classes");
    assert_eq!(data.labels, Some(vec![0, 0, 1, 1]));
    assert_eq!(data.classes, ["bus", "train"]);
}

#[test]
fn splits_below_classes_and_beside_other_folders_are_found() {
    // As MVTec's categories are.
    let dir = tree(&[
        ("bottle/train/good", 6, TRAIN),
        ("bottle/test/good", 2, TEST),
        ("bottle/test/broken", 2, TEST),
        ("bottle/ground_truth/broken", 2, NONE),
        ("cable/train/good", 5, TRAIN),
        ("cable/test/cut", 3, TEST),
        ("cable/ground_truth/cut", 3, NONE),
    ]);
    let data = from(dir.path(), Split::Train, None).expect("categories");
    assert_eq!(data.classes, ["bottle", "cable"]);
    assert_eq!(data.labels, Some([vec![0; 6], vec![1; 5]].concat()));
    assert_eq!(count(dir.path(), Split::Test, TEST), 7);
    let one = from(&dir.path().join("bottle"), Split::Test, None).expect("one category");
    assert_eq!(
        (one.classes, one.labels),
        (vec!["broken".into(), "good".into()], Some(vec![0, 0, 1, 1]))
    );
    assert!(
        one.remarks
            .iter()
            .any(|r| r.contains("'ground_truth' (2 pictures)")),
        "{:?}",
        one.remarks
    );
    // Intel's scenes: pictures without classes beside the splits; a download in a download.
    let dir = tree(&[
        ("seg_train/seg_train/sea", 4, TRAIN),
        ("seg_train/seg_train/street", 3, TRAIN),
        ("seg_test/seg_test/sea", 2, TEST),
        ("seg_test/seg_test/street", 2, TEST),
        ("seg_pred/seg_pred", 5, NONE),
    ]);
    assert_eq!(count(dir.path(), Split::Auto, TRAIN), 7);
    let test = from(dir.path(), Split::Test, None).expect("the test split");
    assert_eq!(test.labels, Some(vec![0, 0, 1, 1]));
    assert!(
        test.remarks
            .iter()
            .any(|r| r.contains("'seg_pred' (5 pictures)")),
        "{:?}",
        test.remarks
    );
    // The same archive unpacked into itself.
    let dir = tree(&[
        ("train", 6, TRAIN),
        ("test", 3, TEST),
        ("chest/train", 6, NONE),
        ("chest/test", 3, NONE),
        ("__MACOSX/train", 4, NONE),
    ]);
    assert_eq!(count(dir.path(), Split::Auto, TRAIN), 6);
    assert_eq!(count(dir.path(), Split::Test, TEST), 3);
    // Tiny ImageNet, and Kaggle's way: only the training part is sorted.
    let dir = tree(&[
        ("train/n01/images", 3, TRAIN),
        ("train/n02/images", 4, TRAIN),
        ("val/images", 2, VALIDATION),
        ("test/unknown", 2, TEST),
    ]);
    let train = from(dir.path(), Split::Train, None).expect("the training split");
    assert_eq!((train.classes.concat(), train.len()), ("n01n02".into(), 7));
    for (split, level) in [(Split::Validation, VALIDATION), (Split::Test, TEST)] {
        assert_eq!(count(dir.path(), split, level), 2);
        let data = from(dir.path(), split, None).expect("a split");
        assert_eq!((data.labels, data.classes.len()), (None, 0), "{split}");
    }
    // A name that says more than the split.
    let dir = tree(&[
        ("cats_train", 3, TRAIN),
        ("dogs_train", 4, TRAIN),
        ("cats_test", 2, TEST),
        ("dogs_test", 1, TEST),
    ]);
    let test = from(dir.path(), Split::Test, None).expect("the test split");
    assert_eq!(
        (test.labels, test.classes.concat()),
        (Some(vec![0, 0, 1]), "catsdogs".into())
    );
    // A container that is named for a test of its own.
    let dir = tree(&[("my_test/train", 3, TRAIN), ("my_test/test", 2, TEST)]);
    assert_eq!(count(dir.path(), Split::Auto, TRAIN), 3);
    assert_eq!(count(dir.path(), Split::Test, TEST), 2);
    // Pictures of masks beside those of the split.
    let dir = tree(&[
        ("train_images", 4, TRAIN),
        ("train_masks", 4, NONE),
        ("test_images", 2, TEST),
    ]);
    assert_eq!(count(dir.path(), Split::Train, TRAIN), 4);
}

#[test]
fn file_names_tell_splits_too() {
    let dir = tempfile::tempdir().expect("a folder");
    for (name, count, level) in [
        ("train", 6, TRAIN),
        ("test", 3, TEST),
        ("val", 2, VALIDATION),
    ] {
        for class in ["cat", "dog"] {
            let place = folder(dir.path(), class);
            for i in 0..count {
                let path = place.join(format!("{name}_{i:03}.png"));
                flat(6, 6, [level; 3]).save(path).expect("a picture");
            }
        }
    }
    assert_eq!(count(dir.path(), Split::Auto, TRAIN), 12);
    assert_eq!(count(dir.path(), Split::Test, TEST), 6);
    assert_eq!(count(dir.path(), Split::Validation, VALIDATION), 4);
    let test = from(dir.path(), Split::Test, None).expect("the test split");
    assert_eq!(test.classes, ["cat", "dog"]);
    // Half of the names tell nothing.
    for i in 0..22 {
        let path = dir.path().join(format!("cat/{i:03}.png"));
        flat(6, 6, [NONE; 3]).save(path).expect("a picture");
    }
    let error = refusal(dir.path(), Split::Auto);
    assert!(
        error.contains("22 are not; put each split into a folder"),
        "{error}"
    );
}

#[test]
fn what_is_not_there_is_named() {
    // One part only.
    let dir = tree(&[("test/cats", 2, TEST), ("test/dogs", 2, TEST)]);
    let data = from(dir.path(), Split::Auto, None).expect("what there is");
    assert_eq!((data.len(), data.splits), (4, vec![Split::Test]));
    assert_eq!(
        data.remarks,
        ["there are no training pictures here, so the test pictures are used"]
    );
    assert_eq!(count(dir.path(), Split::Test, TEST), 4);
    let error = refusal(dir.path(), Split::Train);
    assert!(
        error.contains("holds test pictures but no training pictures; choose the split 'test'"),
        "{error}"
    );
    // No parts at all.
    let dir = tree(&[("cats", 2, NONE), ("dogs", 2, NONE)]);
    assert_eq!(count(dir.path(), Split::Auto, NONE), 4);
    assert_eq!(count(dir.path(), Split::Train, NONE), 4);
    for split in [Split::Test, Split::Validation] {
        let error = refusal(dir.path(), split);
        assert!(
            error.contains("is not divided into training and test pictures"),
            "{error}"
        );
    }
    // A part by itself, which its own name tells.
    let dir = tree(&[("train/cats", 2, TRAIN), ("test/cats", 2, TEST)]);
    let test = dir.path().join("test");
    assert_eq!(count(&test, Split::Test, TEST), 2);
    assert_eq!(count(&test, Split::Auto, TEST), 2);
    let error = refusal(&test, Split::Train);
    assert!(error.contains("no training pictures"), "{error}");
}

#[test]
fn what_is_not_understood_is_refused_with_the_next_step() {
    for (places, part) in [
        (
            &[("test", 5, TEST), ("cats", 9, NONE)][..],
            "holds 'test', named for a split, beside 'cats'",
        ),
        (
            &[("test", 5, TEST), (".", 9, NONE)],
            "beside 9 pictures of no split",
        ),
        (
            &[
                ("train", 5, TRAIN),
                ("more/test", 9, TEST),
                ("more/x", 9, NONE),
            ],
            "named for a split, beside 'x'",
        ),
        (
            &[("a/train", 5, TRAIN), ("a/test", 5, TEST), ("b", 9, NONE)],
            "'a' is divided into splits and 'b' beside it is not",
        ),
        (
            &[
                ("train/train", 5, TRAIN),
                ("train/test", 5, TEST),
                ("test", 9, TEST),
            ],
            "'train' is named for one split and holds others",
        ),
        (
            &[("train", 2, TRAIN), ("test", 2, TEST), ("cats", 9, NONE)],
            "beside 9 pictures of no split",
        ),
    ] {
        let dir = tree(places);
        for split in Split::ALL {
            let error = refusal(dir.path(), split);
            assert!(
                error.contains(part) && error.contains("give one of"),
                "{error}"
            );
        }
    }
}

/// A word for a split with something before and after it.
fn spelled(words: &'static [&'static str]) -> impl Strategy<Value = String> {
    let affix = prop_oneof![
        3 => Just(""),
        1 => prop::sample::select(vec!["seg", "data", "images", "my", "v2", "224", "set", "2017", "Bilder", "x1"]),
    ];
    let separator = prop::sample::select(vec!["_", "-", ".", " ", "__"]);
    (
        affix.clone(),
        prop::sample::select(words),
        affix,
        separator,
        0..3_u8,
    )
        .prop_map(|(before, word, after, separator, case)| {
            let parts: Vec<&str> = [before, word, after]
                .into_iter()
                .filter(|p| !p.is_empty())
                .collect();
            let name = parts.join(separator);
            match case {
                0 => name,
                1 => name.to_uppercase(),
                _ => parts
                    .iter()
                    .map(|p| p[..1].to_uppercase() + &p[1..])
                    .collect::<Vec<_>>()
                    .join(separator),
            }
        })
}

/// What a random folder holds.
#[derive(Debug, Clone)]
struct Folder {
    train: String,
    test: String,
    /// Folders above both.
    above: Vec<&'static str>,
    /// A folder of the same name within, as archives unpack.
    doubled: bool,
    /// Whether splits lie below classes rather than above them.
    below: bool,
    classes: usize,
    /// Pictures of nothing, loose beside the splits and in a folder of their own.
    loose: usize,
    junk: Option<&'static str>,
}

fn folders() -> impl Strategy<Value = Folder> {
    let train = spelled(&["train", "training", "trn", "trainval"]);
    let test = spelled(&[
        "test", "testing", "tst", "eval", "holdout", "val", "valid", "dev",
    ]);
    let above = proptest::collection::vec(
        prop::sample::select(vec![
            "archive",
            "dataset",
            "latest",
            "train_test_split",
            "data",
            "test",
        ]),
        0..3,
    );
    let junk = prop::option::of(prop::sample::select(vec![
        "docs", "__MACOSX", "seg_pred", "samples", "contest",
    ]));
    (
        train,
        test,
        above,
        any::<bool>(),
        any::<bool>(),
        0..4_usize,
        0..3_usize,
        junk,
    )
        .prop_map(
            |(train, test, above, doubled, below, classes, loose, junk)| Folder {
                train,
                test,
                above,
                doubled,
                below,
                classes,
                loose,
                junk,
            },
        )
}

impl Folder {
    fn make(&self, root: &Path) {
        let mut place = root.to_path_buf();
        place.extend(&self.above);
        for (name, level) in [(&self.train, TRAIN), (&self.test, TEST)] {
            for class in 0..self.classes.max(1) {
                let class = format!("class{class}");
                let mut own: PathBuf = place.clone();
                if self.below && self.classes > 0 {
                    own.push(&class);
                }
                own.push(name);
                if self.doubled {
                    own.push(name);
                }
                if !self.below && self.classes > 0 {
                    own.push(&class);
                }
                fill(&own, ".", 7, level);
            }
        }
        if self.loose > 0 {
            fill(&place, ".", self.loose, NONE);
        }
        if let Some(junk) = self.junk {
            fill(&place.join(junk), ".", 1, NONE);
        }
    }
}

#[test]
fn no_folder_with_a_train_and_a_test_part_is_ever_mixed() {
    let config = Config {
        cases: 150,
        failure_persistence: None,
        ..Config::default()
    };
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[3; 32]);
    let mut runner = TestRunner::new_with_rng(config, rng);
    let counted = std::cell::Cell::new((0_usize, 0_usize));
    let outcome = runner.run(&folders(), |case| {
        let dir = tempfile::tempdir().expect("a folder");
        case.make(dir.path());
        let expected = 7 * case.classes.max(1);
        let (mut found, mut all) = counted.get();
        all += 1;
        for split in Split::ALL {
            let part: Result<Dataset, Error> = from(dir.path(), split, None);
            match part {
                Ok(data) => {
                    let levels = levels(&data);
                    let wanted = if split == Split::Auto || split == Split::Train {
                        TRAIN
                    } else {
                        TEST
                    };
                    prop_assert!(levels.iter().all(|&l| l == wanted), "{split}: {levels:?}");
                    prop_assert_eq!(levels.len(), expected);
                    found += usize::from(split == Split::Train);
                }
                Err(error) => {
                    let text = error.to_string();
                    prop_assert!(
                        text.contains("give one of") || text.contains("choose the split"),
                        "{text}"
                    );
                    prop_assert!(!text.contains('\n'), "{text}");
                }
            }
        }
        counted.set((found, all));
        Ok(())
    });
    outcome.unwrap_or_else(|e| panic!("{e}"));
    let (found, all) = counted.get();
    eprintln!("{found} of {all} folders were divided, the others refused");
    // Refusing everything would pass the rest of this test.
    assert!(found * 10 >= all * 9, "{found} of {all}");
}
