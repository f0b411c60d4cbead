//! Landscapes of trained networks: against evaluations of parameters written by hand, and against what the
//! worker's run is without them.

mod figures;
mod neutral;
mod values;

use std::sync::Arc;
use std::time::{Duration, Instant};

use collapse_explorer::config::{LiveConfig, NetConfig};
use collapse_explorer::data::{Spectrum, spectrum};
use collapse_explorer::train::{
    Command, Event, Landscape, LandscapeKind, LandscapeRequest, LiveParams, Projection, RunId,
    RunSetup, Snapshot, TrainError, Trainer, ViewRequest, Worker,
};

/// How long anything may take on a busy machine before the test gives up.
const PATIENCE: Duration = Duration::from_mins(1);
const RUN: RunId = RunId(1);

fn request(kind: LandscapeKind, points: usize) -> LandscapeRequest {
    LandscapeRequest {
        kind,
        points,
        generation: 0,
    }
}

/// A worker with a run.
struct Running {
    worker: Worker,
    live: LiveConfig,
    snapshot: Option<Snapshot>,
    events: Vec<Event>,
}

impl Running {
    fn new(setup: Arc<RunSetup>) -> Self {
        Self::with(setup, Box::new(Trainer::new))
    }

    fn with(
        setup: Arc<RunSetup>,
        factory: Box<dyn Fn(Arc<RunSetup>) -> Result<Trainer, TrainError> + Send>,
    ) -> Self {
        let worker = Worker::spawn_with(Arc::new(|| {}), factory).expect("a thread");
        let live = setup.config.live;
        worker.send(Command::Start {
            run: RUN,
            setup,
            playing: false,
        });
        let mut this = Self {
            worker,
            live,
            snapshot: None,
            events: Vec::new(),
        };
        this.until("start", |r| {
            r.events.iter().any(|e| matches!(e, Event::Started { .. }))
        });
        this
    }

    fn look(&mut self) {
        while let Some(event) = self.worker.event() {
            let bad = matches!(
                event,
                Event::Failed { .. } | Event::Diverged { .. } | Event::Refused { .. }
            );
            assert!(!bad, "{event:?}");
            self.events.push(event);
        }
        if let Some(snapshot) = self.worker.snapshot() {
            self.snapshot = Some(snapshot);
        }
    }

    fn until(&mut self, what: &str, done: impl Fn(&Self) -> bool) {
        let begin = Instant::now();
        loop {
            self.look();
            if done(self) {
                return;
            }
            assert!(
                begin.elapsed() < PATIENCE,
                "no {what}; events {:?}",
                self.events
            );
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Makes steps and waits for them.
    fn steps(&mut self, count: u64) {
        let target = self.snapshot.as_ref().map_or(0, |s| s.step) + count;
        self.worker.send(Command::Steps(count));
        self.until("steps", |r| {
            r.snapshot
                .as_ref()
                .is_some_and(|s| s.step == target && !s.playing)
        });
    }

    fn ask(&self, landscapes: Vec<LandscapeRequest>) {
        self.worker.set_live(LiveParams {
            run: RUN,
            live: self.live,
            held: Vec::new(),
            view: ViewRequest {
                landscapes,
                ..ViewRequest::default()
            },
        });
    }

    /// The newest landscapes.
    fn landscapes(&self) -> &[Arc<Landscape>] {
        self.snapshot.as_ref().map_or(&[], |s| &s.landscapes)
    }

    /// Waits until the landscape asked for is complete.
    fn complete(&mut self, request: &LandscapeRequest) -> Arc<Landscape> {
        self.ask(vec![request.clone()]);
        let matches =
            |l: &&Arc<Landscape>| l.request == *request && (l.is_complete() || l.problem.is_some());
        self.until("complete landscape", |r| {
            r.landscapes().iter().any(|l| matches(&l))
        });
        let found = self.landscapes().iter().find(matches);
        Arc::clone(found.expect("just seen"))
    }
}

fn small_net() -> NetConfig {
    NetConfig {
        encoder: vec![24].into(),
        decoder: vec![24].into(),
        latents: 4,
        ..NetConfig::default()
    }
}

fn linear_net(latents: usize) -> NetConfig {
    NetConfig {
        encoder: Vec::new().into(),
        decoder: Vec::new().into(),
        latents,
        ..NetConfig::default()
    }
}

fn components(setup: &RunSetup) -> Arc<Spectrum> {
    let found = spectrum(&setup.data, &setup.preprocessor, 0, &|_| true).expect("a spectrum");
    Arc::new(found)
}

fn component(setup: &RunSetup, mode: usize) -> Projection {
    Projection {
        mode,
        spectrum: components(setup),
    }
}
