//! The training thread from outside: what its owner sees of commands, live settings and failures.

mod commands;
mod failures;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use collapse_explorer::config::{LiveConfig, NetConfig};
use collapse_explorer::train::{
    Command, Event, LiveParams, RunId, RunSetup, Snapshot, ViewRequest, Worker,
};

use crate::common::runs::{digits, live, setup};

/// How long anything may take on a busy machine before the test gives up.
const PATIENCE: Duration = Duration::from_secs(20);
/// Items of the small run; with [`BATCH`] an epoch has six batches, the rest is dropped.
const ITEMS: usize = 200;
const BATCH: usize = 32;

fn small_net() -> NetConfig {
    NetConfig {
        encoder: vec![24].into(),
        decoder: vec![24].into(),
        latents: 4,
        ..NetConfig::default()
    }
}

fn small_run(live: LiveConfig) -> Arc<RunSetup> {
    setup(&digits(ITEMS), small_net(), live, BATCH, 3)
}

/// A worker with all it ever said.
struct Watched {
    worker: Worker,
    wakes: Arc<AtomicUsize>,
    /// Set to make the next wake-up panic, once.
    trap: Arc<AtomicBool>,
    events: Vec<Event>,
    snapshots: Vec<Snapshot>,
}

impl Watched {
    fn new() -> Self {
        let wakes = Arc::new(AtomicUsize::new(0));
        let trap = Arc::new(AtomicBool::new(false));
        let (count, sprung) = (Arc::clone(&wakes), Arc::clone(&trap));
        let waker = move || {
            count.fetch_add(1, Ordering::Relaxed);
            assert!(!sprung.swap(false, Ordering::Relaxed), "the waker's trap");
        };
        Self {
            worker: Worker::spawn(Arc::new(waker)).expect("a thread"),
            wakes,
            trap,
            events: Vec::new(),
            snapshots: Vec::new(),
        }
    }

    /// A worker whose run `id` has started.
    fn running(id: u64, setup: Arc<RunSetup>, playing: bool) -> Self {
        let mut watched = Self::new();
        watched.start(id, setup, playing);
        watched.event(|e| matches!(e, Event::Started { .. }));
        watched
    }

    fn start(&self, id: u64, setup: Arc<RunSetup>, playing: bool) {
        let run = RunId(id);
        self.send(Command::Start {
            run,
            setup,
            playing,
        });
    }

    fn send(&self, command: Command) {
        self.worker.send(command);
    }

    fn set_live(&self, id: u64, live: LiveConfig) {
        self.worker.set_live(LiveParams {
            run: RunId(id),
            live,
            held: Vec::new(),
            view: ViewRequest::default(),
        });
    }

    /// Takes in what the worker has said.
    fn look(&mut self) {
        while let Some(event) = self.worker.event() {
            self.events.push(event);
        }
        self.snapshots.extend(self.worker.snapshot());
    }

    /// Looks on for `time`.
    fn watch(&mut self, time: Duration) {
        let end = Instant::now() + time;
        while Instant::now() < end {
            self.look();
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    fn until<T>(&mut self, what: &str, mut found: impl FnMut(&Self) -> Option<T>) -> T {
        let begin = Instant::now();
        loop {
            self.look();
            if let Some(value) = found(self) {
                return value;
            }
            assert!(
                begin.elapsed() < PATIENCE,
                "no {what}; events {:?}, last step {:?}",
                self.events,
                self.snapshots.last().map(|s| s.step)
            );
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Waits for an event, from now on or earlier, and returns it.
    fn event(&mut self, wanted: impl Fn(&Event) -> bool) -> Event {
        self.until("such event", |w| {
            w.events.iter().find(|e| wanted(e)).cloned()
        })
    }

    /// Waits for a snapshot that comes from now on.
    fn snapshot(&mut self, wanted: impl Fn(&Snapshot) -> bool) -> Snapshot {
        self.look();
        let seen = self.snapshots.len();
        self.until("such snapshot", |w| {
            w.snapshots[seen..].iter().find(|s| wanted(s)).cloned()
        })
    }

    /// Waits until a paused run has made `step` steps, and no more.
    fn paused_at(&mut self, step: u64) -> Snapshot {
        let found = self.until("snapshot at that step", |w| {
            let last = w.snapshots.last()?;
            (last.step == step && !last.playing).then(|| last.clone())
        });
        self.watch(Duration::from_millis(100));
        let last = self.snapshots.last().expect("a snapshot");
        assert_eq!(last.step, step, "it went on");
        found
    }

    fn failures(&self) -> Vec<&Event> {
        let bad = |e: &&Event| {
            matches!(
                e,
                Event::Failed { .. } | Event::Diverged { .. } | Event::Refused { .. }
            )
        };
        self.events.iter().filter(bad).collect()
    }
}

/// Losses of a history as bits, one a step.
fn losses(snapshot: &Snapshot) -> Vec<u64> {
    let bins = snapshot.history.bins();
    assert!(bins.iter().all(|b| b.count == 1), "one bin a step");
    bins.iter().map(|b| b.loss.mean.to_bits()).collect()
}

fn usual() -> LiveConfig {
    live(1.0, 0.1, 1e-3)
}
