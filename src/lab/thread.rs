//! The experiments' own thread.
//!
//! It owns its trainers and shares nothing with the live run but the data. Its owner sends instructions by a bounded queue
//! and reads one newest-wins status; neither ever waits for the other.

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use crate::thread::{Handle, Latest, Link, Outbox, Queue, Waker, caught};

use super::diagnose::{self, DiagnoseRequest};
use super::error::Error;
use super::hysteresis::{self, Hysteresis, HysteresisRequest};
use super::noise::{self, NoiseRequest, NoiseRun};
use super::outcome::{Discovery, Outcome};
use super::phase::{self, PhaseMap, PhaseRequest};
use super::watch::{Headway, Watcher};

/// Instructions that may wait.
const COMMANDS: usize = 16;
/// Shortest time between two statuses of progress alone.
const PERIOD: Duration = Duration::from_millis(100);

/// An experiment to make, or to go on with.
#[derive(Debug, Clone)]
pub enum Request {
    /// β or γ up and down; what is there of it is not done again.
    Hysteresis(HysteresisRequest, Option<Arc<Hysteresis>>),
    /// A phase diagram; what its file or the map holds is not done again.
    Phase(PhaseRequest, Option<Arc<PhaseMap>>),
    /// Why latents of a run are dead.
    Diagnose(DiagnoseRequest),
    /// Noise on a latent; what is there of it is not done again.
    Noise(NoiseRequest, Option<Arc<NoiseRun>>),
}

/// Where an experiment is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stage {
    /// It trains.
    Running,
    /// It was stopped and can go on.
    Stopped,
    /// It is complete.
    Finished,
    /// It cannot go on, for this reason.
    Failed(String),
}

/// The newest state of an experiment.
#[derive(Debug, Clone)]
pub struct Status {
    /// The number it was started with.
    pub id: u64,
    /// Where it is.
    pub stage: Stage,
    /// How far.
    pub headway: Headway,
    /// Time left at the pace so far; none before the first point or cell is done.
    pub left: Option<Duration>,
    /// What there is of it; none before the first point or cell is done.
    pub outcome: Option<Outcome>,
}

enum Command {
    Start(u64, Box<Request>),
    Stop,
}

/// A handle to the thread; dropping it stops and joins the thread.
pub struct Lab {
    commands: Outbox<Command>,
    statuses: Latest<Status>,
    handle: Handle,
}

impl Lab {
    /// Starts the thread, idle. `waker` is called after each status.
    ///
    /// # Errors
    /// The system's error if it cannot start a thread.
    pub fn spawn(waker: Waker) -> std::io::Result<Self> {
        let (commands, statuses) = (Queue::new(COMMANDS), Latest::default());
        let (inbox, shown) = (commands.clone(), statuses.clone());
        let handle = Handle::spawn("lab", waker, move |link| {
            let state = State {
                link,
                commands: inbox,
                statuses: shown,
            };
            state.work();
        })?;
        Ok(Self {
            commands: Outbox::new(commands),
            statuses,
            handle,
        })
    }

    /// Starts an experiment in place of the one under way; its statuses carry `id`. Never waits.
    pub fn start(&self, id: u64, request: Request) {
        self.send(Command::Start(id, Box::new(request)));
    }

    /// Stops the experiment under way within a part of a step. Never waits.
    pub fn stop(&self) {
        self.send(Command::Stop);
    }

    fn send(&self, command: Command) {
        // Before the command is there: the thread takes the flag down when it takes the command up.
        self.handle.interrupt();
        self.commands.send(command);
        self.handle.nudge();
    }

    /// The newest status, if one came since the last call.
    pub fn status(&self) -> Option<Status> {
        if self.commands.resend() {
            self.handle.nudge();
        }
        self.statuses.take()
    }
}

/// The thread's side.
struct State {
    /// An interrupt comes with every command: the step under way is left.
    link: Link,
    commands: Queue<Command>,
    statuses: Latest<Status>,
}

impl State {
    fn work(self) {
        while let Some(command) = self.link.next(|| self.link.take(&self.commands)) {
            // A command behind this one may have set it already; `go_on` looks at the queue too.
            self.link.begin();
            if let Command::Start(id, request) = command
                && self.commands.is_empty()
            {
                self.make(id, *request);
            }
        }
    }

    /// Makes an experiment to its end; errors and panics become its last status.
    fn make(&self, id: u64, request: Request) {
        let teller = Teller {
            state: self,
            begun: Instant::now(),
            inner: RefCell::new(Inner {
                told: None,
                first: None,
                status: Status {
                    id,
                    stage: Stage::Running,
                    headway: Headway::default(),
                    left: None,
                    outcome: None,
                },
            }),
        };
        let stage = match caught(|| teller.run(request)) {
            Ok(Ok(())) => Stage::Finished,
            Ok(Err(Error::Stopped)) => Stage::Stopped,
            Ok(Err(error)) => Stage::Failed(error.to_string()),
            Err(reason) => Stage::Failed(format!("the experiment panicked: {reason}")),
        };
        teller.change(|inner| {
            inner.status.stage = stage;
            inner.status.left = None;
        });
    }
}

/// Turns what an experiment tells into statuses.
struct Teller<'a> {
    state: &'a State,
    begun: Instant,
    inner: RefCell<Inner>,
}

struct Inner {
    told: Option<Instant>,
    /// Points or cells that were there at the start.
    first: Option<usize>,
    status: Status,
}

impl Teller<'_> {
    fn run(&self, request: Request) -> Result<(), Error> {
        match request {
            Request::Hysteresis(request, so_far) => {
                let fresh = Hysteresis::new(&request)?;
                // Only the same experiment can be gone on with.
                let mut made = match so_far {
                    Some(old) if old.continues(&fresh) => Hysteresis::clone(&old),
                    _ => fresh,
                };
                self.there_is(&made);
                hysteresis::run(&request, &mut made, self)
            }
            Request::Phase(request, so_far) => {
                let mut known = phase::known(request.file().as_deref())?;
                if let Some(old) = so_far {
                    known.extend(old.cells.iter().flatten().cloned());
                }
                let mut map = PhaseMap::new(&request, known)?;
                self.there_is(&map);
                phase::run(&request, &mut map, self)
            }
            Request::Diagnose(request) => diagnose::run(&request, self).map(|_| ()),
            Request::Noise(request, so_far) => {
                let fresh = NoiseRun::new(&request)?;
                let mut run = match so_far {
                    Some(old) if old.continues(&fresh) => NoiseRun::clone(&old),
                    _ => fresh,
                };
                self.there_is(&run);
                noise::run(&request, &mut run, self)
            }
        }
    }

    /// What there is at the start.
    fn there_is<F: Discovery>(&self, found: &F) {
        self.found(Arc::new(found.clone()).outcome());
    }

    /// Changes the status and sends it.
    fn change(&self, change: impl FnOnce(&mut Inner)) {
        let mut inner = self.inner.borrow_mut();
        change(&mut inner);
        inner.told = Some(Instant::now());
        let status = inner.status.clone();
        drop(inner);
        self.state.link.show(&self.state.statuses, status);
    }
}

impl Inner {
    /// Notes that `done` of `total` are there, and the time left at the pace since the start.
    fn estimate(&mut self, done: usize, total: usize, elapsed: Duration) {
        let first = *self.first.get_or_insert(done);
        self.status.headway.done = done;
        self.status.headway.total = total;
        if done > first {
            let each = elapsed.as_secs_f64() / (done - first) as f64;
            let left = each * total.saturating_sub(done) as f64;
            self.status.left = Some(Duration::from_secs_f64(left));
        }
    }
}

impl Watcher for Teller<'_> {
    fn go_on(&self) -> bool {
        !self.state.link.is_interrupted() && self.state.commands.is_empty()
    }

    fn interrupt(&self) -> Option<Arc<AtomicBool>> {
        Some(self.state.link.interrupt())
    }

    fn progress(&self, headway: Headway) {
        let due = {
            let inner = self.inner.borrow();
            inner.told.is_none_or(|told| told.elapsed() >= PERIOD)
        };
        if due {
            self.change(|inner| inner.status.headway = headway);
        }
    }

    fn found(&self, outcome: Outcome) {
        let count = outcome.count();
        self.change(|inner| {
            inner.status.outcome = Some(outcome);
            if let Some((done, total)) = count {
                inner.estimate(done, total, self.begun.elapsed());
            }
        });
    }
}
