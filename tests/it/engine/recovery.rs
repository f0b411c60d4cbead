//! Checkpoints, a device that fails under a run, and commands that do not wait for long steps.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use collapse_explorer::compute::cpu::CpuBackend;
use collapse_explorer::compute::{
    Backend, DeviceInfo, Error, Plan, Program, Slice, StepInputs, StepMetrics,
};
use collapse_explorer::config::{GammaMode, LiveConfig, NetConfig, Preset};
use collapse_explorer::data::{Dataset, ImageShape, Pixels};
use collapse_explorer::model::{NetSpec, Shape};
use collapse_explorer::train::{Command, Event, RunId, RunSetup, Trainer, Worker};

use crate::common::runs::{advance, digits, live, setup};

fn conv_net() -> NetConfig {
    NetConfig {
        encoder: "conv4k3s2:bn,conv6k3s2".parse().expect("layers"),
        decoder: "49,7x7x1,deconv4k4s2:bn,deconvoutk4s2"
            .parse()
            .expect("layers"),
        latents: 3,
        ..NetConfig::default()
    }
}

#[test]
fn a_run_resumed_from_a_checkpoint_is_the_same_run() {
    for mode in [GammaMode::Learned, GammaMode::Optimal] {
        let settings = LiveConfig {
            gamma_mode: mode,
            ..live(0.5, 0.3, 1e-2)
        };
        let make = || Trainer::new(setup(&digits(96), conv_net(), settings, 32, 9)).expect("a run");
        let mut whole = make();
        let all = advance(&mut whole, 12, 5);
        let mut first = make();
        advance(&mut first, 7, 3);
        let checkpoint = first.checkpoint().expect("a checkpoint");
        let mut second = make();
        second.restore(&checkpoint).expect("restored");
        assert_eq!(advance(&mut second, 5, 2), all[7..]);
        let state = |t: &mut Trainer| t.checkpoint().expect("a checkpoint");
        assert_eq!(state(&mut second), state(&mut whole));
    }
}

/// A native device that is lost when the counter runs out.
struct Faulty {
    inner: CpuBackend<f32>,
    left: Arc<AtomicUsize>,
}

impl Faulty {
    fn alive(&self) -> Result<(), Error> {
        let spend = |left: usize| Some(left.saturating_sub(1));
        let left = self
            .left
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, spend)
            .expect("always some");
        if left > 0 {
            return Ok(());
        }
        Err(Error::Lost {
            device: "the test's device".into(),
            reason: "it was unplugged".into(),
        })
    }
}

impl Backend for Faulty {
    fn device(&self) -> &DeviceInfo {
        self.inner.device()
    }
    fn plan(&self) -> &Plan {
        self.inner.plan()
    }
    fn write(&mut self, target: Slice, values: &[f32]) -> Result<(), Error> {
        self.inner.write(target, values)
    }
    fn read(&mut self, source: Slice) -> Result<Vec<f32>, Error> {
        self.inner.read(source)
    }
    fn train(&mut self, steps: &[StepInputs]) -> Result<usize, Error> {
        self.alive()?;
        self.inner.train(steps)
    }
    fn run(&mut self, program: Program, inputs: &StepInputs) -> Result<(), Error> {
        self.inner.run(program, inputs)
    }
    fn take_metrics(&mut self, out: &mut Vec<StepMetrics>, wait: bool) -> Result<(), Error> {
        self.inner.take_metrics(out, wait)
    }
    fn clear_status(&mut self) -> Result<(), Error> {
        self.inner.clear_status()
    }
}

fn faulty_trainer(
    setup: Arc<RunSetup>,
    left: Arc<AtomicUsize>,
) -> Result<Trainer, collapse_explorer::train::TrainError> {
    let shape = Shape::from(setup.data.shape);
    let net = NetSpec::new(&setup.config.net, shape, shape)?;
    let plan = Plan::new(net, setup.config.sampling.batch, setup.data.len(), false);
    let (data, pre) = (Arc::clone(&setup.data), Arc::clone(&setup.preprocessor));
    let inner = CpuBackend::new(plan, data, pre)?;
    Trainer::on_backend(setup, Box::new(Faulty { inner, left }))
}

fn event(worker: &Worker, wanted: impl Fn(&Event) -> bool) -> Event {
    let begin = Instant::now();
    while begin.elapsed() < Duration::from_mins(1) {
        match worker.event() {
            Some(event) if wanted(&event) => return event,
            _ => std::thread::sleep(Duration::from_millis(1)),
        }
    }
    panic!("the event did not come");
}

#[test]
fn a_lost_device_is_made_anew_and_the_run_goes_on_from_its_checkpoint() {
    let run = setup(&digits(96), conv_net(), live(1.0, 0.3, 1e-3), 32, 2);
    let made = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&made);
    // Two devices fail, the second at once; the third holds.
    let worker = Worker::spawn_with(
        Arc::new(|| {}),
        Box::new(move |setup| {
            let left = [9, 0, usize::MAX][count.fetch_add(1, Ordering::SeqCst).min(2)];
            faulty_trainer(setup, Arc::new(AtomicUsize::new(left)))
        }),
    )
    .expect("a worker");
    worker.send(Command::Start {
        run: RunId(1),
        setup: Arc::clone(&run),
        playing: false,
    });
    worker.send(Command::Steps(3));
    event(&worker, |e| matches!(e, Event::Paused { step: 0, .. }));
    // The pause takes a checkpoint, wherever the burst was.
    worker.send(Command::Pause);
    worker.send(Command::Steps(40));
    let recovered = event(&worker, |e| matches!(e, Event::Recovered { .. }));
    let Event::Recovered {
        message, run: id, ..
    } = recovered
    else {
        unreachable!("matched above");
    };
    assert_eq!(id, RunId(1));
    assert!(
        message.contains("the test's device was lost: it was unplugged"),
        "{message}"
    );
    assert!(message.contains("goes on from step"), "{message}");
    let begin = Instant::now();
    let done = loop {
        if let Some(snapshot) = worker.snapshot()
            && snapshot.step >= 40
        {
            break snapshot;
        }
        assert!(
            begin.elapsed() < Duration::from_mins(1),
            "the run stands still"
        );
        std::thread::sleep(Duration::from_millis(2));
    };
    assert_eq!(made.load(Ordering::SeqCst), 3);
    // What came of it is what an undisturbed run gives.
    let mut calm = Trainer::new(run).expect("a run");
    let last = advance(&mut calm, done.step as usize, 8)
        .pop()
        .expect("steps");
    assert_eq!(done.last.map(|m| m.loss), Some(last.loss));
}

#[test]
fn when_no_device_holds_the_run_fails_with_the_reason() {
    let run = setup(&digits(96), conv_net(), live(1.0, 0.3, 1e-3), 32, 2);
    let dead = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&dead);
    let worker = Worker::spawn_with(
        Arc::new(|| {}),
        Box::new(move |setup| {
            if flag.swap(true, Ordering::SeqCst) {
                return Err(Error::Device {
                    device: "the test's device".into(),
                    reason: "it stays away".into(),
                }
                .into());
            }
            faulty_trainer(setup, Arc::new(AtomicUsize::new(2)))
        }),
    )
    .expect("a worker");
    worker.send(Command::Start {
        run: RunId(4),
        setup: run,
        playing: true,
    });
    let failed = event(&worker, |e| matches!(e, Event::Failed { .. }));
    let Event::Failed { message, .. } = failed else {
        unreachable!("matched above");
    };
    assert!(message.contains("unplugged"), "{message}");
}

/// Colour noise of 64 × 64.
fn pictures(count: usize) -> Arc<Dataset> {
    let shape = ImageShape {
        height: 64,
        width: 64,
        channels: 3,
    };
    let bytes = (0..count * shape.dim()).map(|i| ((i * i) >> 7) as u8);
    Arc::new(Dataset {
        name: "noise".into(),
        shape,
        pixels: Pixels::Bytes(bytes.collect()),
        labels: None,
        ..Dataset::default()
    })
}

#[test]
fn a_command_does_not_wait_for_a_long_step() {
    // A step of this net takes seconds in a test build.
    let net = Preset::DaiResidual(2, 4).net([64, 64], 16).expect("a net");
    let worker = Worker::spawn(Arc::new(|| {})).expect("a worker");
    worker.send(Command::Start {
        run: RunId(1),
        setup: setup(&pictures(64), net, live(1.0, 1.0, 1e-3), 64, 0),
        playing: true,
    });
    event(&worker, |e| matches!(e, Event::Playing(_)));
    std::thread::sleep(Duration::from_millis(300));
    let asked = Instant::now();
    worker.send(Command::Pause);
    event(&worker, |e| matches!(e, Event::Paused { .. }));
    // Generous against a busy machine; a whole step would be far longer.
    assert!(
        asked.elapsed() < Duration::from_millis(700),
        "{:?}",
        asked.elapsed()
    );
}
