//! The papers' experiments as the window knows them: which are made, what came of them, what is under way.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use super::action::Effect;
use crate::app::state::protocol::{PapersMessage, PapersProgress, PapersRequest};
use crate::papers::{ALL, DataSet, Effort, Experiment, Report, Verdict};

use super::AppState;

/// Names the folder of data sets, where nobody chose another.
pub const DATA_VARIABLE: &str = "COLLAPSE_DATA";

/// What can be done with the papers' experiments.
#[derive(Debug, Clone, PartialEq)]
pub enum PapersAction {
    /// Shows the experiment at this position of [`ALL`].
    Select(usize),
    /// Quick or full.
    Effort(Effort),
    /// The folder that holds the data sets' folders.
    Folder(Option<PathBuf>),
    /// Asks for that folder.
    PickFolder,
    /// Makes the experiments at these positions of [`ALL`].
    Run(Vec<usize>),
    /// Stops what is under way.
    Stop,
    /// Writes reports.
    Save(SaveReports),
}

/// Which reports are written, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SaveReports {
    /// That of the experiment shown, among the figures.
    Shown,
    /// All that are made and a page of them, among the figures.
    All,
    /// The same where a dialog says.
    AllElsewhere,
}

/// Experiments under way.
#[derive(Debug, Clone)]
pub struct Running {
    /// The request's number.
    pub number: u64,
    /// Positions in [`ALL`].
    pub list: Vec<usize>,
    /// How many of them are over.
    pub done: usize,
    /// How much effort is made.
    pub effort: Effort,
    /// Position in [`ALL`] of the one being made, and since when.
    pub at: Option<(usize, Instant)>,
    /// What it does now; empty if it has not said.
    pub what: String,
    /// Whether it was told to stop.
    pub stopping: bool,
}

/// How many experiments came to what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Reports.
    pub made: usize,
    /// All their checks pass.
    pub pass: usize,
    /// Their worst check is near.
    pub near: usize,
    /// Some check misses.
    pub miss: usize,
    /// Some check was not made.
    pub skipped: usize,
}

/// An experiment's name, and whether it is made in full.
type Key = (&'static str, bool);

fn key(id: &'static str, effort: Effort) -> Key {
    (id, effort == Effort::Full)
}

/// The papers' experiments.
#[derive(Debug, Clone, Default)]
pub struct PapersState {
    /// Position in [`ALL`] of the experiment shown.
    pub selected: usize,
    /// How much effort the next is made with; what is shown was made with the same.
    pub effort: Effort,
    /// The folder that holds the data sets' folders.
    pub data: Option<PathBuf>,
    /// Every data set, with its place if it is there; empty until that was looked for.
    pub found: Vec<(DataSet, Option<PathBuf>)>,
    /// What is under way.
    pub running: Option<Running>,
    made: HashMap<Key, Arc<Report>>,
    /// Why the last attempt at an experiment failed.
    failed: HashMap<Key, String>,
    next: u64,
}

impl PapersState {
    /// The experiment shown.
    pub fn experiment(&self) -> &'static Experiment {
        ALL[self.selected.min(ALL.len() - 1)]
    }

    /// What came of an experiment with the present effort.
    pub fn report(&self, experiment: &Experiment) -> Option<&Arc<Report>> {
        self.made.get(&key(experiment.id, self.effort))
    }

    /// Why the last attempt at an experiment with the present effort failed.
    pub fn failure(&self, experiment: &Experiment) -> Option<&str> {
        let failed = self.failed.get(&key(experiment.id, self.effort));
        failed.map(String::as_str)
    }

    /// All reports with the present effort, in the order of [`ALL`].
    pub fn reports(&self) -> Vec<Arc<Report>> {
        let report = |e: &Experiment| self.report(e).map(Arc::clone);
        ALL.into_iter().filter_map(report).collect()
    }

    /// Where a data set lies; none if it was not found or not looked for yet.
    pub fn place(&self, set: DataSet) -> Option<&PathBuf> {
        let found = self.found.iter().find(|(s, _)| *s == set);
        found.and_then(|(_, place)| place.as_ref())
    }

    /// How many came to what.
    pub fn tally(&self) -> Tally {
        let mut tally = Tally::default();
        for report in self.reports() {
            tally.made += 1;
            match report.verdict() {
                Some(Verdict::Pass) | None => tally.pass += 1,
                Some(Verdict::Near) => tally.near += 1,
                Some(Verdict::Miss) => tally.miss += 1,
                Some(Verdict::Skipped) => tally.skipped += 1,
            }
        }
        tally
    }

    /// Whether experiments are made now.
    pub fn is_running(&self) -> bool {
        self.running.is_some()
    }

    /// The experiment being made now with the present effort.
    pub fn under_way(&self) -> Option<&'static Experiment> {
        let running = self.running.as_ref();
        let (at, _) = running.filter(|r| r.effort == self.effort)?.at?;
        ALL.get(at).copied()
    }

    /// Forgets what depends on the folder of data.
    fn forget_data(&mut self) {
        let keep = |id: &str| {
            let experiment = ALL.into_iter().find(|e| e.id == id);
            experiment.is_some_and(|e| e.data.is_none())
        };
        self.made.retain(|(id, _), _| keep(id));
        self.failed.retain(|(id, _), _| keep(id));
        self.found.clear();
    }
}

impl AppState {
    /// Applies what was asked of the papers' experiments.
    pub(super) fn papers_action(&mut self, action: PapersAction) -> Vec<Effect> {
        match action {
            PapersAction::Select(index) => {
                self.papers.selected = index.min(ALL.len() - 1);
                Vec::new()
            }
            PapersAction::Effort(effort) => {
                self.papers.effort = effort;
                Vec::new()
            }
            PapersAction::PickFolder => vec![Effect::PickPapersFolder],
            PapersAction::Folder(data) => self.papers_folder(data),
            PapersAction::Run(list) => self.run_papers(list),
            PapersAction::Stop => {
                let Some(running) = &mut self.papers.running else {
                    return Vec::new();
                };
                running.stopping = true;
                vec![Effect::StopPapers]
            }
            PapersAction::Save(which) => {
                let all = self.papers.reports();
                let reports = match which {
                    SaveReports::Shown => {
                        let shown = self.papers.report(self.papers.experiment());
                        shown.into_iter().cloned().collect()
                    }
                    SaveReports::All | SaveReports::AllElsewhere => all,
                };
                if reports.is_empty() {
                    return Vec::new();
                }
                let ask = which == SaveReports::AllElsewhere;
                if !ask {
                    self.session.inform("Writing the report…".into());
                }
                let page = which != SaveReports::Shown;
                vec![Effect::SaveReports { reports, page, ask }]
            }
        }
    }

    /// Takes another folder of data; what is under way has its own.
    pub(in crate::app) fn papers_folder(&mut self, data: Option<PathBuf>) -> Vec<Effect> {
        if self.papers.is_running() {
            self.session
                .refuse("The data folder cannot be changed while an experiment is running.".into());
            return Vec::new();
        }
        self.papers.data.clone_from(&data);
        self.papers.forget_data();
        vec![Effect::LookForPapers(data)]
    }

    fn run_papers(&mut self, list: Vec<usize>) -> Vec<Effect> {
        let wanted: Vec<usize> = list.into_iter().filter(|at| *at < ALL.len()).collect();
        if wanted.is_empty() || self.papers.is_running() {
            return Vec::new();
        }
        let papers = &mut self.papers;
        papers.next += 1;
        let request = PapersRequest {
            number: papers.next,
            list: wanted.iter().map(|at| ALL[*at]).collect(),
            effort: papers.effort,
            data: papers.data.clone(),
        };
        papers.running = Some(Running {
            number: papers.next,
            list: wanted,
            done: 0,
            effort: papers.effort,
            at: None,
            what: String::new(),
            stopping: false,
        });
        let mut effects = self.wait_for_lab();
        effects.push(Effect::RunPapers(request));
        effects
    }

    /// Takes in how far the experiment under way is; what an older request says is dropped.
    pub fn papers_progress(&mut self, progress: PapersProgress) {
        let running = self.papers.running.as_mut();
        let Some(running) = running.filter(|r| r.number == progress.number) else {
            return;
        };
        let at = ALL.iter().position(|e| e.id == progress.id);
        if at != running.at.map(|(at, _)| at) {
            running.at = at.map(|at| (at, Instant::now()));
        }
        running.what = progress.what;
    }

    /// Takes in what the papers' thread says; what it says of an older request is dropped.
    pub fn papers_message(&mut self, message: PapersMessage) -> Vec<Effect> {
        let papers = &mut self.papers;
        let current = papers.running.as_mut();
        match message {
            PapersMessage::Looked { data, found, known } => {
                if data == papers.data {
                    papers.found = found;
                    for report in known {
                        if let Some(e) = ALL.into_iter().find(|e| e.id == report.id) {
                            // What was made since is newer.
                            papers
                                .made
                                .entry(key(e.id, report.effort))
                                .or_insert(report);
                        }
                    }
                }
            }
            PapersMessage::Made(number, report) => {
                if let Some(running) = current.filter(|r| r.number == number)
                    && let Some(e) = ALL.into_iter().find(|e| e.id == report.id)
                {
                    running.done += 1;
                    papers.failed.remove(&key(e.id, report.effort));
                    papers.made.insert(key(e.id, report.effort), report);
                }
            }
            PapersMessage::Failed(number, id, reason) => {
                if let Some(running) = current.filter(|r| r.number == number) {
                    running.done += 1;
                    papers
                        .failed
                        .insert(key(id, running.effort), reason.clone());
                    self.session.refuse(format!("{id}: {reason}"));
                }
            }
            PapersMessage::Ended(number) => {
                if current.is_some_and(|r| r.number == number) {
                    papers.running = None;
                    return self.wait_no_more();
                }
            }
        }
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::RunConfig;

    fn state() -> AppState {
        AppState::new(RunConfig::default()).0
    }

    /// The number under which a request was handed to the thread.
    fn number(effects: &[Effect]) -> Option<u64> {
        effects.iter().find_map(|e| match e {
            Effect::RunPapers(request) => Some(request.number),
            _ => None,
        })
    }

    fn report(at: usize, effort: Effort, verdict: Verdict) -> Arc<Report> {
        let mut check = crate::papers::Check::skipped("", "", "");
        check.verdict = verdict;
        Arc::new(Report {
            id: ALL[at].id.into(),
            paper: "",
            title: String::new(),
            claim: String::new(),
            effort,
            checks: vec![check],
            shrunk: Vec::new(),
            seconds: 0.0,
            files: Vec::new(),
            figures: Vec::new(),
            live: None,
        })
    }

    #[test]
    fn the_live_run_waits_for_the_experiments_and_goes_on_after_them() {
        let mut state = state();
        assert!(state.playing);
        let effects = state.apply(crate::app::state::action::Action::Papers(
            PapersAction::Run(vec![0, 3]),
        ));
        let number = number(&effects).expect("a request");
        assert!(!state.playing && state.papers.is_running());
        let again = state.papers_action(PapersAction::Run(vec![1]));
        assert!(again.is_empty(), "one request at a time");
        state.papers_message(PapersMessage::Ended(number + 1));
        assert!(state.papers.is_running(), "not what was asked for");
        let effects = state.papers_message(PapersMessage::Ended(number));
        assert!(!effects.is_empty() && state.playing && !state.papers.is_running());
    }

    #[test]
    fn what_came_of_experiments_is_counted_by_effort_and_old_news_is_dropped() {
        let mut state = state();
        let effects = state.papers_action(PapersAction::Run(vec![0, 1, 2]));
        let number = number(&effects).expect("a request");
        let made = |at, verdict| report(at, Effort::Quick, verdict);
        state.papers_message(PapersMessage::Made(number, made(0, Verdict::Pass)));
        state.papers_message(PapersMessage::Made(number, made(1, Verdict::Miss)));
        state.papers_message(PapersMessage::Made(number + 1, made(2, Verdict::Near)));
        let reason = "no luck".to_owned();
        state.papers_message(PapersMessage::Failed(number, ALL[2].id, reason));
        let tally = state.papers.tally();
        let expected = Tally {
            made: 2,
            pass: 1,
            miss: 1,
            ..Tally::default()
        };
        assert_eq!(tally, expected);
        assert_eq!(state.papers.failure(ALL[2]), Some("no luck"));
        state.papers_action(PapersAction::Effort(Effort::Full));
        assert_eq!(state.papers.tally(), Tally::default());
    }

    #[test]
    fn other_data_forget_what_was_made_of_data() {
        let mut state = state();
        let with = ALL.iter().position(|e| e.data.is_some()).expect("one");
        let without = ALL.iter().position(|e| e.data.is_none()).expect("one");
        let known = [with, without].map(|at| report(at, Effort::Quick, Verdict::Pass));
        let looked = |data: Option<PathBuf>| PapersMessage::Looked {
            data,
            found: vec![(DataSet::Mnist, Some("mnist".into()))],
            known: known.to_vec(),
        };
        state.papers_message(looked(Some("elsewhere".into())));
        assert_eq!(state.papers.tally().made, 0, "of another folder");
        state.papers_message(looked(None));
        assert_eq!(state.papers.tally().made, 2);
        assert!(state.papers.place(DataSet::Mnist).is_some());
        let effects = state.papers_action(PapersAction::Folder(Some("data".into())));
        assert!(matches!(&effects[..], [Effect::LookForPapers(Some(_))]));
        assert!(state.papers.report(ALL[with]).is_none());
        assert!(state.papers.report(ALL[without]).is_some());
        assert!(state.papers.found.is_empty());
    }
}
