//! Experiments of Wang & Ziyin, Asperti and Dai et al.: what they do without data, and when told to stop.

use collapse_explorer::lab::{Quiet, Watcher};
use collapse_explorer::papers::{
    self, ALL, Context, Effort, Error, Experiment, Keep, Paper, Verdict,
};

/// Those of this file's papers.
fn own() -> impl Iterator<Item = &'static Experiment> {
    let papers = [Paper::Wang2022, Paper::Asperti2019, Paper::Dai2020];
    ALL.into_iter().filter(move |e| papers.contains(&e.paper))
}

fn context(watcher: &dyn Watcher) -> Context<'_> {
    Context {
        effort: Effort::Quick,
        data: None,
        watcher,
        keep: Keep::nothing(),
    }
}

#[test]
fn every_name_is_one_and_says_whose_it_is() {
    for experiment in own() {
        assert_eq!(ALL.iter().filter(|e| e.id == experiment.id).count(), 1);
        let author = experiment.id.split('-').next().unwrap_or_default();
        let paper = experiment.paper.name().to_lowercase();
        assert!(paper.starts_with(author), "{} of {paper}", experiment.id);
        assert!(experiment.claim.ends_with('.') && experiment.claim.len() > 40);
    }
}

/// Without its data an experiment is not an error: its report says what to get.
#[test]
fn data_that_are_not_there_make_a_skipped_check() {
    let mut with_data = 0;
    for experiment in own() {
        let Some(set) = experiment.data else { continue };
        with_data += 1;
        let report = papers::run(experiment, &context(&Quiet)).expect(experiment.id);
        assert_eq!(report.verdict(), Some(Verdict::Skipped), "{}", report.id);
        assert!(report.figures.is_empty());
        let note = &report.checks[0].note;
        let named = ["MNIST", set.name()].iter().any(|n| note.contains(n));
        assert!(named && note.contains("--data"), "{note}");
    }
    assert!(with_data >= 10);
}

struct Impatient;

impl Watcher for Impatient {
    fn go_on(&self) -> bool {
        false
    }
}

#[test]
fn an_owner_who_has_enough_is_obeyed() {
    for experiment in own().filter(|e| e.data.is_none()) {
        let ended = papers::run(experiment, &context(&Impatient));
        assert!(matches!(ended, Err(Error::Stopped)), "{}", experiment.id);
    }
}
