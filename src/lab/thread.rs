//! The experiments' own thread.
//!
//! It owns its trainers and shares nothing with the live run but the data. Its owner sends instructions by a bounded queue
//! and reads one newest-wins report; neither ever waits for the other.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, bounded};

use crate::train::{Latest, Waker};

use super::diagnose::{self, DiagnoseRequest, Diagnosis};
use super::error::Error;
use super::noise::{self, NoiseRequest, NoiseRun};
use super::phase::{self, PhaseMap, PhaseRequest};
use super::sweep::{self, Sweep, SweepRequest};
use super::watch::{Progress, Watcher};

/// Instructions that may wait.
const COMMANDS: usize = 16;
/// Shortest time between two reports of progress alone.
const PERIOD: Duration = Duration::from_millis(100);

/// An experiment to make, or to go on with.
#[derive(Debug, Clone)]
pub enum Experiment {
    /// A sweep; what is there of it is not done again.
    Sweep(SweepRequest, Option<Arc<Sweep>>),
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
pub struct Report {
    /// The number it was started with.
    pub id: u64,
    /// Where it is.
    pub stage: Stage,
    /// How far.
    pub progress: Progress,
    /// Time left at the pace so far; none before the first point or cell is done.
    pub left: Option<Duration>,
    /// The sweep so far.
    pub sweep: Option<Arc<Sweep>>,
    /// The diagram so far.
    pub phase: Option<Arc<PhaseMap>>,
    /// The diagnosis so far.
    pub diagnosis: Option<Arc<Diagnosis>>,
    /// The noise on a latent so far.
    pub noise: Option<Arc<NoiseRun>>,
}

enum Command {
    Start(u64, Box<Experiment>),
    Stop,
}

/// A handle to the thread; dropping it stops and joins the thread.
pub struct Lab {
    commands: Option<Sender<Command>>,
    reports: Latest<Report>,
    interrupt: Arc<AtomicBool>,
    quit: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Lab {
    /// Starts the thread, idle. `waker` is called after each report.
    ///
    /// # Errors
    /// The system's error if it cannot start a thread.
    pub fn spawn(waker: Waker) -> std::io::Result<Self> {
        let (commands, queue) = bounded(COMMANDS);
        let reports = Latest::default();
        let interrupt = Arc::new(AtomicBool::new(false));
        let quit = Arc::new(AtomicBool::new(false));
        let state = State {
            queue,
            reports: reports.clone(),
            interrupt: Arc::clone(&interrupt),
            quit: Arc::clone(&quit),
            waker,
        };
        let thread = std::thread::Builder::new()
            .name("lab".into())
            .spawn(move || state.work())?;
        Ok(Self {
            commands: Some(commands),
            reports,
            interrupt,
            quit,
            thread: Some(thread),
        })
    }

    /// Starts an experiment in place of the one under way; reports of it carry `id`. False if the queue is full or the
    /// thread has ended. Never waits.
    pub fn start(&self, id: u64, experiment: Experiment) -> bool {
        self.send(Command::Start(id, Box::new(experiment)))
    }

    /// Stops the experiment under way within a part of a step. Never waits.
    pub fn stop(&self) -> bool {
        self.send(Command::Stop)
    }

    fn send(&self, command: Command) -> bool {
        // Before the command is there: the thread takes the flag down when it takes the command up.
        self.interrupt.store(true, Ordering::SeqCst);
        self.commands
            .as_ref()
            .is_some_and(|commands| commands.try_send(command).is_ok())
    }

    /// The newest report, if one came since the last call.
    pub fn report(&self) -> Option<Report> {
        self.reports.take()
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        self.quit.store(true, Ordering::SeqCst);
        self.interrupt.store(true, Ordering::SeqCst);
        // A closed queue wakes the thread.
        self.commands = None;
        if let Some(thread) = self.thread.take() {
            // Its panics were turned into reports; there is nobody left to tell of another.
            let _ = thread.join();
        }
    }
}

/// The thread's side.
struct State {
    queue: Receiver<Command>,
    reports: Latest<Report>,
    /// Set by whoever sends a command: the step under way is left.
    interrupt: Arc<AtomicBool>,
    quit: Arc<AtomicBool>,
    waker: Waker,
}

impl State {
    fn work(self) {
        while let Ok(command) = self.queue.recv() {
            if self.quit.load(Ordering::SeqCst) {
                return;
            }
            // A command behind this one may have set it already; `go_on` looks at the queue too.
            self.interrupt.store(false, Ordering::SeqCst);
            if let Command::Start(id, experiment) = command
                && self.queue.is_empty()
            {
                self.make(id, *experiment);
            }
        }
    }

    /// Makes an experiment to its end; errors and panics become its last report.
    fn make(&self, id: u64, experiment: Experiment) {
        let teller = Teller {
            state: self,
            begun: Instant::now(),
            inner: RefCell::new(Inner {
                told: None,
                first: None,
                report: Report {
                    id,
                    stage: Stage::Running,
                    progress: Progress::default(),
                    left: None,
                    sweep: None,
                    phase: None,
                    diagnosis: None,
                    noise: None,
                },
            }),
        };
        let outcome = catch_unwind(AssertUnwindSafe(|| teller.run(experiment)));
        let stage = match outcome {
            Ok(Ok(())) => Stage::Finished,
            Ok(Err(Error::Stopped)) => Stage::Stopped,
            Ok(Err(error)) => Stage::Failed(error.to_string()),
            Err(panic) => {
                let reason = panic
                    .downcast_ref::<&str>()
                    .map(ToString::to_string)
                    .or_else(|| panic.downcast_ref::<String>().cloned())
                    .unwrap_or_else(|| "an unknown cause".into());
                Stage::Failed(format!("the experiment panicked: {reason}"))
            }
        };
        teller.change(|inner| {
            inner.report.stage = stage;
            inner.report.left = None;
        });
    }
}

/// Turns what an experiment tells into reports.
struct Teller<'a> {
    state: &'a State,
    begun: Instant,
    inner: RefCell<Inner>,
}

struct Inner {
    told: Option<Instant>,
    /// Points or cells that were there at the start.
    first: Option<usize>,
    report: Report,
}

impl Teller<'_> {
    fn run(&self, experiment: Experiment) -> Result<(), Error> {
        match experiment {
            Experiment::Sweep(request, so_far) => {
                let fresh = Sweep::new(&request)?;
                // Only the same sweep can be gone on with.
                let mut sweep = match so_far {
                    Some(old) if old.continues(&fresh) => Sweep::clone(&old),
                    _ => fresh,
                };
                self.sweep(&sweep);
                sweep::run(&request, &mut sweep, self)
            }
            Experiment::Phase(request, so_far) => {
                let mut known = phase::known(request.file().as_deref())?;
                if let Some(old) = so_far {
                    known.extend(old.cells.iter().flatten().cloned());
                }
                let mut map = PhaseMap::new(&request, known)?;
                self.phase(&map);
                phase::run(&request, &mut map, self)
            }
            Experiment::Diagnose(request) => diagnose::run(&request, self).map(|_| ()),
            Experiment::Noise(request, so_far) => {
                let fresh = NoiseRun::new(&request)?;
                let mut run = match so_far {
                    Some(old) if old.continues(&fresh) => NoiseRun::clone(&old),
                    _ => fresh,
                };
                self.noise(&run);
                noise::run(&request, &mut run, self)
            }
        }
    }

    /// Changes the report and sends it.
    fn change(&self, change: impl FnOnce(&mut Inner)) {
        let mut inner = self.inner.borrow_mut();
        change(&mut inner);
        inner.told = Some(Instant::now());
        self.state.reports.put(inner.report.clone());
        drop(inner);
        (self.state.waker)();
    }
}

impl Inner {
    /// Notes that `done` of `total` are there, and the time left at the pace since the start.
    fn estimate(&mut self, done: usize, total: usize, elapsed: Duration) {
        let first = *self.first.get_or_insert(done);
        self.report.progress.done = done;
        self.report.progress.total = total;
        if done > first {
            let each = elapsed.as_secs_f64() / (done - first) as f64;
            let left = each * total.saturating_sub(done) as f64;
            self.report.left = Some(Duration::from_secs_f64(left));
        }
    }
}

impl Watcher for Teller<'_> {
    fn go_on(&self) -> bool {
        let asked = self.state.interrupt.load(Ordering::SeqCst) || !self.state.queue.is_empty();
        !asked && !self.state.quit.load(Ordering::SeqCst)
    }

    fn interrupt(&self) -> Option<Arc<AtomicBool>> {
        Some(Arc::clone(&self.state.interrupt))
    }

    fn progress(&self, progress: Progress) {
        let due = {
            let inner = self.inner.borrow();
            inner.told.is_none_or(|told| told.elapsed() >= PERIOD)
        };
        if due {
            self.change(|inner| inner.report.progress = progress);
        }
    }

    fn sweep(&self, sweep: &Sweep) {
        self.change(|inner| {
            inner.report.sweep = Some(Arc::new(sweep.clone()));
            inner.estimate(sweep.points.len(), sweep.total(), self.begun.elapsed());
        });
    }

    fn phase(&self, map: &PhaseMap) {
        self.change(|inner| {
            inner.report.phase = Some(Arc::new(map.clone()));
            inner.estimate(map.done(), map.cells.len(), self.begun.elapsed());
        });
    }

    fn diagnosis(&self, diagnosis: &Diagnosis) {
        self.change(|inner| inner.report.diagnosis = Some(Arc::new(diagnosis.clone())));
    }

    fn noise(&self, run: &NoiseRun) {
        self.change(|inner| {
            inner.report.noise = Some(Arc::new(run.clone()));
            inner.estimate(run.points.len(), run.total(), self.begun.elapsed());
        });
    }
}
