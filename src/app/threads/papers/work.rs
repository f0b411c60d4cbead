//! The papers' thread from inside: one experiment after another, stopped within a step.

use std::cell::Cell;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use crate::lab::{Headway, Quiet, Watcher};
use crate::papers::{self, Context, DataSet, Effort, Error, Experiment, Keep, KeptReports, Report};
use crate::plot::Layer;
use crate::thread::{Latest, Link, Newest, Queue, caught};

use super::Command;
use crate::app::state::protocol::{PapersMessage, PapersProgress, PapersRequest};

/// Shortest time between two words on progress.
const PERIOD: Duration = Duration::from_millis(100);
/// The data sets that are looked for.
const SETS: [DataSet; 4] = [
    DataSet::Mnist,
    DataSet::FashionMnist,
    DataSet::Cifar10,
    DataSet::CelebA,
];

/// The thread's side.
pub(crate) struct Side {
    /// An interrupt stops or replaces a request: the step under way is left.
    pub link: Link,
    /// Where results are kept.
    pub folder: Option<PathBuf>,
    pub commands: Queue<Command>,
    pub messages: Queue<PapersMessage>,
    pub progress: Latest<PapersProgress>,
    pub newest: Newest,
}

impl Side {
    pub fn work(self) {
        while let Some(command) = self.link.next(|| self.link.take(&self.commands)) {
            match command {
                Command::Look(data) => self.look(data),
                Command::Make(request) => self.make(&request),
            }
        }
    }

    fn keep(&self) -> Keep {
        self.folder
            .clone()
            .map_or_else(Keep::nothing, |folder| Keep::in_folder(folder.join("runs")))
    }

    fn look(&self, data: Option<PathBuf>) {
        let context = Context {
            effort: Effort::Quick,
            data: data.clone(),
            watcher: &Quiet,
            keep: Keep::nothing(),
        };
        let found = SETS.map(|set| (set, context.path(set).ok())).to_vec();
        let mut known = Vec::new();
        if let Some(folder) = &self.folder {
            let kept = KeptReports::new(folder.clone());
            for experiment in papers::ALL {
                for effort in [Effort::Quick, Effort::Full] {
                    let report = kept.read(experiment, effort, data.as_deref());
                    known.extend(report.map(Arc::new));
                }
            }
        }
        self.tell(PapersMessage::Looked { data, found, known });
    }

    fn make(&self, request: &PapersRequest) {
        // Whoever stops this request after the flag is down has changed the number before.
        self.link.begin();
        for experiment in &request.list {
            if !self.may_go_on(request.number) {
                break;
            }
            let teller = Teller {
                side: self,
                number: request.number,
                id: experiment.id,
                told: Cell::new(None),
            };
            teller.say(String::new());
            let context = Context {
                effort: request.effort,
                data: request.data.clone(),
                watcher: &teller,
                keep: self.keep(),
            };
            match run(experiment, &context) {
                Ok(report) => {
                    self.remember(&report, experiment, request);
                    self.tell(PapersMessage::Made(request.number, Arc::new(report)));
                }
                Err(None) => break,
                Err(Some(reason)) => {
                    let message = PapersMessage::Failed(request.number, experiment.id, reason);
                    self.tell(message);
                }
            }
        }
        self.tell(PapersMessage::Ended(request.number));
    }

    /// Keeps a report for another time; where it cannot be written, it is made again then.
    fn remember(&self, report: &Report, experiment: &Experiment, request: &PapersRequest) {
        if let Some(folder) = &self.folder
            && let Err(error) =
                KeptReports::new(folder.clone()).write(report, experiment, request.data.as_deref())
        {
            tracing::warn!("the report of {} was not kept: {error}", report.id);
        }
    }

    fn may_go_on(&self, number: u64) -> bool {
        self.newest.is(number) && !self.link.is_stopping()
    }

    fn tell(&self, message: PapersMessage) {
        self.link.tell(&self.messages, message);
    }
}

/// Makes one experiment; what it fails with or panics of is one sentence, and none if it was stopped.
fn run(experiment: &Experiment, context: &Context<'_>) -> Result<Report, Option<String>> {
    match caught(|| papers::run(experiment, context)) {
        Ok(Ok(mut report)) => {
            hold_still(&mut report);
            Ok(report)
        }
        Ok(Err(Error::Stopped)) => Err(None),
        Ok(Err(error)) => Err(Some(error.to_string())),
        Err(reason) => Err(Some(format!("the experiment panicked: {reason}"))),
    }
}

/// The lines of a figure of the live run can be dragged; those of a paper's figure are what they are.
fn hold_still(report: &mut Report) {
    for figure in &mut report.figures {
        for layer in &mut figure.layers {
            if let Layer::Rule(rule) = layer {
                rule.draggable = None;
            }
        }
    }
}

/// Tells the window how far an experiment is, and the experiment whether to go on.
struct Teller<'a> {
    side: &'a Side,
    number: u64,
    id: &'static str,
    told: Cell<Option<Instant>>,
}

impl Teller<'_> {
    fn say(&self, what: String) {
        self.told.set(Some(Instant::now()));
        let progress = PapersProgress {
            number: self.number,
            id: self.id,
            what,
        };
        self.side.link.show(&self.side.progress, progress);
    }
}

impl Watcher for Teller<'_> {
    fn go_on(&self) -> bool {
        self.side.may_go_on(self.number)
    }

    fn interrupt(&self) -> Option<Arc<AtomicBool>> {
        Some(self.side.link.interrupt())
    }

    fn progress(&self, progress: Headway) {
        if self.told.get().is_none_or(|told| told.elapsed() >= PERIOD) {
            let words = [progress.what.as_str(), progress.moving.as_str()];
            let words: Vec<&str> = words.into_iter().filter(|w| !w.is_empty()).collect();
            self.say(words.join(", "));
        }
    }
}
