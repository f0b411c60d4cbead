//! The papers' thread from inside: one experiment after another, stopped within a step.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, SendTimeoutError, Sender};

use crate::lab::{Progress, Quiet, Watcher};
use crate::papers::{self, Context, DataSet, Effort, Error, Experiment, Keep, Report};
use crate::plot::Layer;
use crate::train::{Latest, Waker};

use super::{Command, kept};
use crate::app::state::protocol::{PapersMessage, PapersProgress, PapersRequest};

/// Shortest time between two words on progress.
const PERIOD: Duration = Duration::from_millis(100);
/// How long a message may wait before the thread looks whether it is to end.
const PATIENCE: Duration = Duration::from_millis(50);
/// The data sets that are looked for.
const SETS: [DataSet; 4] = [
    DataSet::Mnist,
    DataSet::FashionMnist,
    DataSet::Cifar10,
    DataSet::CelebA,
];

/// The thread's side.
pub(crate) struct Side {
    /// Where results are kept.
    pub folder: Option<PathBuf>,
    pub queue: Receiver<Command>,
    pub messages: Sender<PapersMessage>,
    pub progress: Latest<PapersProgress>,
    pub newest: Arc<AtomicU64>,
    /// Set by whoever stops or replaces a request: the step under way is left.
    pub interrupt: Arc<AtomicBool>,
    pub quit: Arc<AtomicBool>,
    pub waker: Waker,
}

impl Side {
    pub fn work(self) {
        while let Ok(command) = self.queue.recv() {
            if self.quit.load(Ordering::SeqCst) {
                return;
            }
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
            for experiment in papers::ALL {
                for effort in [Effort::Quick, Effort::Full] {
                    let report = kept::read(folder, experiment, effort, data.as_deref());
                    known.extend(report.map(Arc::new));
                }
            }
        }
        self.tell(PapersMessage::Looked { data, found, known });
    }

    fn make(&self, request: &PapersRequest) {
        // Whoever stops this request after the flag is down has changed the number before.
        self.interrupt.store(false, Ordering::SeqCst);
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
            && let Err(error) = kept::write(folder, report, experiment, request.data.as_deref())
        {
            tracing::warn!("the report of {} was not kept: {error}", report.id);
        }
    }

    fn may_go_on(&self, number: u64) -> bool {
        self.newest.load(Ordering::SeqCst) == number && !self.quit.load(Ordering::SeqCst)
    }

    fn tell(&self, message: PapersMessage) {
        let mut message = message;
        while !self.quit.load(Ordering::SeqCst) {
            match self.messages.send_timeout(message, PATIENCE) {
                Err(SendTimeoutError::Timeout(again)) => message = again,
                _ => break,
            }
        }
        (self.waker)();
    }
}

/// Makes one experiment; what it fails with or panics of is one sentence, and none if it was stopped.
fn run(experiment: &Experiment, context: &Context<'_>) -> Result<Report, Option<String>> {
    let outcome = catch_unwind(AssertUnwindSafe(|| papers::run(experiment, context)));
    match outcome {
        Ok(Ok(mut report)) => {
            hold_still(&mut report);
            Ok(report)
        }
        Ok(Err(Error::Stopped)) => Err(None),
        Ok(Err(error)) => Err(Some(error.to_string())),
        Err(panic) => {
            let reason = panic
                .downcast_ref::<&str>()
                .map(ToString::to_string)
                .or_else(|| panic.downcast_ref::<String>().cloned())
                .unwrap_or_else(|| "an unknown cause".into());
            Err(Some(format!("the experiment panicked: {reason}")))
        }
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
        self.side.progress.put(PapersProgress {
            number: self.number,
            id: self.id,
            what,
        });
        (self.side.waker)();
    }
}

impl Watcher for Teller<'_> {
    fn go_on(&self) -> bool {
        self.side.may_go_on(self.number)
    }

    fn interrupt(&self) -> Option<Arc<AtomicBool>> {
        Some(Arc::clone(&self.side.interrupt))
    }

    fn progress(&self, progress: Progress) {
        if self.told.get().is_none_or(|told| told.elapsed() >= PERIOD) {
            let words = [progress.what.as_str(), progress.moving.as_str()];
            let words: Vec<&str> = words.into_iter().filter(|w| !w.is_empty()).collect();
            self.say(words.join(", "));
        }
    }
}
