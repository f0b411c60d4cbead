//! The papers' figures and tables.

mod lucas;

use std::path::{Path, PathBuf};

use std::cell::RefCell;

use collapse_explorer::config::Preprocess;
use collapse_explorer::data::Dataset;
use collapse_explorer::lab::{Headway, Quiet, Watcher};
use collapse_explorer::papers::{Context, DataSet, Effort, Error, Keep, Verdict, find, run};

/// Those that make their own data and take seconds; every one of their claims passes.
const SMALL: [&str; 4] = ["wang-thm3", "wang-etadec", "dai-prop1", "dai-taxonomy"];

#[test]
fn what_needs_no_data_passes() {
    for id in SMALL {
        let context = Context {
            effort: Effort::Quick,
            data: None,
            watcher: &Quiet,
            keep: Keep::nothing(),
        };
        let report = run(find(id).expect("an experiment"), &context).expect("a report");
        assert!(!report.figures.is_empty(), "{id}");
        for check in &report.checks {
            assert_eq!(check.verdict, Verdict::Pass, "{id}: {check:?}");
        }
    }
}

/// Stops as soon as one run is kept.
struct AfterOne(PathBuf);

fn kept(folder: &Path) -> Vec<(PathBuf, std::time::SystemTime)> {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    let mut all: Vec<_> = entries
        .filter_map(|e| e.ok().map(|e| e.path()))
        .filter(|p| p.extension().is_some_and(|x| x == "json"))
        .map(|p| {
            let modified = std::fs::metadata(&p).and_then(|m| m.modified());
            (p, modified.expect("a time"))
        })
        .collect();
    all.sort();
    all
}

impl Watcher for AfterOne {
    fn go_on(&self) -> bool {
        kept(&self.0).is_empty()
    }
}

#[test]
fn what_was_stopped_goes_on_from_the_runs_that_are_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    let found = find("wang-thm3").expect("an experiment");
    let watcher = AfterOne(folder.path().to_owned());
    let keep = || Keep::in_folder(folder.path().to_owned());
    let stopped = run(
        found,
        &Context {
            effort: Effort::Quick,
            data: None,
            watcher: &watcher,
            keep: keep(),
        },
    );
    assert!(matches!(stopped, Err(Error::Stopped)), "{stopped:?}");
    let first = kept(folder.path());
    assert_eq!(first.len(), 1, "one of the two runs");
    let report = run(
        found,
        &Context {
            effort: Effort::Quick,
            data: None,
            watcher: &Quiet,
            keep: keep(),
        },
    )
    .expect("a report");
    assert_eq!(report.verdict(), Some(Verdict::Pass));
    let second = kept(folder.path());
    assert_eq!(second.len(), 2);
    assert!(second.contains(&first[0]), "the kept run was made again");
}

#[test]
fn one_that_could_not_be_made_is_a_miss_that_says_why() {
    let found = find("wang-thm3").expect("an experiment");
    let error = Error::Unknown("nothing".into());
    let report = collapse_explorer::papers::failed(found, Effort::Quick, &error);
    assert_eq!(report.verdict(), Some(Verdict::Miss));
    assert!(report.checks[0].note.contains("no experiment 'nothing'"));
}

/// Notes what it hears of data.
#[derive(Default)]
struct Listener {
    skipped: RefCell<Vec<usize>>,
    heard: RefCell<Vec<String>>,
}

impl Watcher for Listener {
    fn progress(&self, progress: Headway) {
        self.heard.borrow_mut().push(progress.what);
    }

    fn skipped(&self, dataset: &Dataset) {
        self.skipped.borrow_mut().push(dataset.skipped.count);
    }
}

/// The program's store is the user's, which a test must not touch: a list of numbers keeps nothing there.
#[test]
fn whoever_listens_hears_how_far_loading_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let mnist = folder.path().join("mnist");
    std::fs::create_dir(&mnist).expect("a folder");
    let mut images = vec![0, 0, 8, 3];
    for size in [20_u32, 4, 4] {
        images.extend(size.to_be_bytes());
    }
    images.extend((0..20 * 16).map(|i| (i * 7 % 256) as u8));
    std::fs::write(mnist.join("train-images-idx3-ubyte"), images).expect("a file");
    let listener = Listener::default();
    let context = Context {
        effort: Effort::Quick,
        data: Some(folder.path().to_owned()),
        watcher: &listener,
        keep: Keep::nothing(),
    };
    let ready = context
        .load(DataSet::Mnist, 20, Preprocess::None)
        .expect("data");
    assert_eq!(ready.dataset.len(), 20);
    assert!(
        listener.heard.borrow().iter().any(|w| w.contains(" of ")),
        "{:?}",
        listener.heard.borrow()
    );
    assert!(listener.skipped.borrow().is_empty());
}
