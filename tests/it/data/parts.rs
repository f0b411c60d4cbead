//! Tables with a column that says which part of the data a line belongs to.

use std::path::Path;

use collapse_explorer::config::{DataConfig, Missing, Split};
use collapse_explorer::data::{Dataset, Error, Pixels, Store, preview_with};
use proptest::prelude::*;

use super::{bytes, gzip, open, put, request};

/// Reads a table, and makes sure that the preview says the same.
fn read_as(
    dir: &Path,
    table: &[u8],
    change: impl Fn(DataConfig) -> DataConfig,
) -> Result<Dataset, Error> {
    put(dir, "data.csv", table);
    let config = change(request(&dir.join("data.csv")));
    let loaded = open(&config);
    let preview = preview_with(&config, 0, &Store::off());
    match (&loaded, &preview) {
        (Ok(data), Ok(preview)) => {
            assert_eq!(preview.count as usize, data.len(), "{config:?}");
            let first = &preview.first;
            assert_eq!((&first.name, &first.splits), (&data.name, &data.splits));
            assert_eq!(
                (&first.classes, &first.remarks),
                (&data.classes, &data.remarks)
            );
            for item in 0..first.len() {
                assert_eq!(first.display_row(item), data.display_row(item));
            }
        }
        (Err(one), Err(other)) => assert_eq!(one, other),
        _ => panic!("{loaded:?} and {preview:?}"),
    }
    loaded
}

fn read(table: &str, split: Split) -> Result<Dataset, Error> {
    let dir = tempfile::tempdir().expect("a folder");
    read_as(dir.path(), table.as_bytes(), |c| DataConfig { split, ..c })
}

/// The first value of every item.
fn firsts(data: &Dataset) -> Vec<f32> {
    match &data.pixels {
        Pixels::Bytes(bytes) => bytes
            .chunks_exact(data.dim())
            .map(|r| r[0].into())
            .collect(),
        Pixels::Floats(floats) => floats.chunks_exact(data.dim()).map(|r| r[0]).collect(),
        Pixels::Stored(_) => panic!("a table on disk"),
    }
}

/// Lines `i + 0.25,i² mod 11,WORD`, two items of every word in turn.
fn table(name: &str, words: &[&str]) -> String {
    let item = |i: usize| format!("{i}.25,{},{}\n", i * i % 11, words[i % words.len()]);
    format!("a,b,{name}\n") + &(0..2 * words.len()).map(item).collect::<String>()
}

/// As the file of FER2013: the parts follow one another, each longer than what is looked at first.
fn faces() -> (String, [usize; 3]) {
    let counts = [1200, 300, 500];
    let words = ["Training", "PublicTest", "PrivateTest"];
    let mut text = "emotion,pixels,Usage\n".to_owned();
    let mut line = 0;
    for (count, word) in counts.iter().zip(words) {
        for _ in 0..*count {
            let pixels: Vec<String> = (0..16)
                .map(|p| ((line + 7 * p) % 251).to_string())
                .collect();
            text.push_str(&format!("{},{},{word}\n", line % 7, pixels.join(" ")));
            line += 1;
        }
    }
    (text, counts)
}

#[test]
fn faces_are_divided_by_their_usage() {
    let (text, [train, public, private]) = faces();
    let dir = tempfile::tempdir().expect("a folder");
    let test = public + private;
    for (split, count, first, name) in [
        (Split::Auto, train, 0, "data train"),
        (Split::Train, train, 0, "data train"),
        (Split::Test, test, train, "data test"),
    ] {
        for packed in [false, true] {
            let content = if packed {
                gzip(text.as_bytes())
            } else {
                text.clone().into_bytes()
            };
            let data = read_as(dir.path(), &content, |c| DataConfig { split, ..c }).expect(name);
            assert_eq!((data.len(), data.name.as_str()), (count, name));
            assert_eq!((data.shape.height, data.shape.width), (4, 4));
            assert_eq!(data.splits, [Split::Train, Split::Test]);
            let wanted: Vec<u8> = (0..16).map(|p| ((first + 7 * p) % 251) as u8).collect();
            assert_eq!(bytes(&data)[..16], wanted);
            assert_eq!(data.labels.as_ref().expect("labels")[0], (first % 7) as u8);
            let said = data.remarks.join("\n");
            assert!(
                said.contains("column 'Usage' divides the lines into 1")
                    && said.contains("800 test"),
                "{said}"
            );
        }
        // A limit and classes are of what was chosen.
        let few = read_as(dir.path(), text.as_bytes(), |c| DataConfig {
            split,
            limit: Some(5),
            ..c
        });
        assert_eq!(few.expect("five").len(), 5);
        let three = read_as(dir.path(), text.as_bytes(), |c| DataConfig {
            split,
            classes: vec!["3".into()],
            ..c
        });
        let lines = first..first + count;
        assert_eq!(
            three.expect("class 3").len(),
            lines.filter(|l| l % 7 == 3).count()
        );
    }
    let error = read_as(dir.path(), text.as_bytes(), |c| DataConfig {
        split: Split::Validation,
        ..c
    });
    let error = error.expect_err("no validation").to_string();
    assert!(
        error.contains("it holds training and test items but no validation items"),
        "{error}"
    );
}

#[test]
fn words_and_truth_values_tell_parts() {
    let (train, validation, test) = (Split::Train, Split::Validation, Split::Test);
    for (name, words, there) in [
        (
            "split",
            &["train", "val", "test"][..],
            &[train, validation, test][..],
        ),
        ("subset", &["TEST", "TRAIN"], &[train, test]),
        ("Set", &["dev", "training"], &[train, validation]),
        ("fold", &["eval", "train"], &[train, test]),
        (
            "x",
            &["train", "holdout", "test"],
            &[train, validation, test],
        ),
        (
            "path",
            &["train/1.png", "test/2.png", "train/3.png"],
            &[train, test],
        ),
        ("is_train", &["True", "False"], &[train, test]),
        ("train", &["T", "F", "T"], &[train, test]),
        ("isTest", &["1", "0"], &[train, test]),
        ("test", &["no", "yes"], &[train, test]),
        ("is_valid", &["False", "True"], &[train, validation]),
        ("Usage", &["Training"], &[train]),
        ("partition", &["test"], &[test]),
    ] {
        let text = table(name, words);
        for asked in [Split::Auto, train, validation, test] {
            let part = match asked {
                Split::Auto => there[0],
                asked => asked,
            };
            let read = read(&text, asked);
            if !there.contains(&part) {
                let error = read.expect_err(name).to_string();
                assert!(
                    error.contains("it holds") && error.contains("choose the split"),
                    "{error}"
                );
                continue;
            }
            let data = read.unwrap_or_else(|e| panic!("{name}: {e}"));
            assert_eq!((data.splits.as_slice(), data.dim()), (there, 2), "{name}");
            assert_eq!(data.name, format!("data {part}"));
            let said = data.remarks.join("\n");
            assert!(said.contains(&format!("column '{name}'")), "{said}");
        }
    }
    // By hand: items 0 and 3 of train, val, test, train, val, test.
    assert_eq!(
        firsts(&read(&table("split", &["train", "val", "test"]), train).expect("train")),
        [0.25, 3.25]
    );
    assert_eq!(
        firsts(&read(&table("isTest", &["1", "0"]), test).expect("test")),
        [0.25, 2.25]
    );
    assert_eq!(
        firsts(&read(&table("train", &["T", "F", "T"]), test).expect("test")),
        [1.25, 4.25]
    );
    // Masks of graphs: what none of them claims is of no part.
    let masks = "a,train_mask,val_mask,test_mask\n1,True,False,False\n2,False,True,False\n3,False,False,True\n\
                 4,False,False,False\n5,True,False,False\n";
    let data = read(masks, train).expect("masks");
    assert_eq!(
        (firsts(&data), data.splits),
        (vec![1.0, 5.0], vec![train, validation, test])
    );
    assert_eq!(firsts(&read(masks, test).expect("test")), [3.0]);
}

#[test]
fn words_that_tell_no_parts_are_read_together_and_say_so() {
    // Classes that are called like parts, numbers of folds, a part that nobody names.
    for (name, words) in [
        ("kind", &["test", "car", "train", "test"][..]),
        ("species", &["train", "bus", "car"]),
        ("x", &["train"]),
    ] {
        let data = read(&table(name, words), Split::Auto).expect(name);
        assert_eq!(
            (data.len(), data.splits.len()),
            (2 * words.len(), 0),
            "{name}"
        );
        let error = read(&table(name, words), Split::Test)
            .expect_err(name)
            .to_string();
        assert!(error.contains("it is not divided"), "{error}");
    }
    let said = |name: &str, words: &[&str]| {
        let data = read(&table(name, words), Split::Auto).expect(name);
        assert_eq!(
            (data.len(), data.dim(), data.labels),
            (2 * words.len(), 2, None)
        );
        data.remarks.join("\n")
    };
    let public = said("Usage", &["Public", "Private"]);
    assert!(
        public.contains("so all lines are read together"),
        "{public}"
    );
    let folds = said("fold", &["0", "1", "2"]);
    assert!(
        folds.contains("it numbers parts of the data, which are read together"),
        "{folds}"
    );
    // A column that was asked for as label is one.
    let dir = tempfile::tempdir().expect("a folder");
    let labelled = read_as(
        dir.path(),
        table("split", &["train", "test"]).as_bytes(),
        |c| DataConfig {
            label: Some("split".into()),
            ..c
        },
    );
    let labelled = labelled.expect("classes");
    assert_eq!(
        (labelled.len(), labelled.classes),
        (4, vec!["test".to_owned(), "train".to_owned()])
    );
    // Words beside two parts are of none.
    let data = read(&table("split", &["train", "unsup", "test"]), Split::Train).expect("train");
    assert_eq!(firsts(&data), [0.25, 3.25]);
    let said = data.remarks.join("\n");
    assert!(
        said.contains("2 of no part ('unsup') are left out"),
        "{said}"
    );
}

#[test]
fn a_line_without_its_part_is_refused_or_dropped() {
    let text = "a,split,b\n1,train,2.5\n2,,3.5\n3,test,4.5\n4,train,1.5\n";
    let dir = tempfile::tempdir().expect("a folder");
    for split in [Split::Auto, Split::Test] {
        for missing in [Missing::Refuse, Missing::Mean, Missing::Drop] {
            let read = read_as(dir.path(), text.as_bytes(), |c| DataConfig {
                split,
                missing,
                ..c
            });
            if missing == Missing::Drop {
                let wanted: &[f32] = if split == Split::Test {
                    &[3.0]
                } else {
                    &[1.0, 4.0]
                };
                assert_eq!(firsts(&read.expect("the others")), wanted);
            } else {
                let error = read.expect_err("a gap").to_string();
                assert!(
                    error.contains("line 3: the part of the data in column 2 ('split') is missing"),
                    "{error}"
                );
            }
        }
    }
    // What another part lacks is no matter, nor does it change the numbers of the classes.
    let text = "a,species,split\n1,y,train\n?,x,test\n3,y,train\n4,y,train\n5,x,test\n6,y,test\n";
    let data = read(text, Split::Train).expect("train");
    assert_eq!(
        (data.labels, data.classes),
        (Some(vec![1; 3]), vec!["x".to_owned(), "y".to_owned()])
    );
    let error = read(text, Split::Test).expect_err("a gap").to_string();
    assert!(
        error.contains("line 3: the value in column 1 ('a') is missing"),
        "{error}"
    );
}

/// Words for training and for test as people write them.
fn word(test: bool) -> impl Strategy<Value = &'static str> {
    if test {
        prop::sample::select(vec![
            "test",
            "TEST",
            "Testing",
            "PublicTest",
            "test_set",
            "tst",
        ])
    } else {
        prop::sample::select(vec!["train", "TRAIN", "Training", "train_set", "trn"])
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// A column of words for training and test, wherever it stands and however it is written, never mixes them.
    #[test]
    fn parts_are_never_mixed(
        (train, test) in (word(false), word(true)),
        parts in prop::collection::vec(any::<bool>(), 4..40),
        place in 0..3_usize,
        names in any::<bool>(),
        quoted in any::<bool>(),
        separator in prop::sample::select(vec![',', ';', '\t', '|']),
        returns in any::<bool>(),
    ) {
        let mut parts = parts;
        parts.extend([true, false]);
        let end = if returns { "\r\n" } else { "\n" };
        let line = |fields: [String; 2], part: String| {
            let mut fields = fields.to_vec();
            fields.insert(place, part);
            fields.join(&separator.to_string()) + end
        };
        let mut text = String::new();
        if names {
            text += &line(["a".into(), "b".into()], "some column".into());
        }
        for (i, part) in parts.iter().enumerate() {
            let word = if *part { test } else { train };
            let word = if quoted { format!("\"{word}\"") } else { word.into() };
            text += &line([format!("{i}.5"), format!("{}", i * i % 11)], word);
        }
        for (split, wanted) in [(Split::Auto, false), (Split::Train, false), (Split::Test, true)] {
            let data = read(&text, split).map_err(|e| TestCaseError::fail(format!("{e}: {text}")))?;
            let expected: Vec<f32> = (0..parts.len()).filter(|i| parts[*i] == wanted).map(|i| i as f32 + 0.5).collect();
            prop_assert_eq!(firsts(&data), expected, "{}", text);
            prop_assert_eq!(data.splits, vec![Split::Train, Split::Test]);
        }
    }
}
