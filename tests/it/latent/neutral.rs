//! Looking changes nothing of the run, and is answered while it trains and while it waits.

use std::sync::Arc;
use std::time::{Duration, Instant};

use collapse_explorer::compute::{DeviceKind, adapters};
use collapse_explorer::config::{DeviceChoice, GammaMode, LiveConfig, NetConfig, Target};
use collapse_explorer::train::{
    Checkpoint, Command, Event, GalleryRequest, LiveParams, RunId, RunSetup, Snapshot, Trainer,
    ViewRequest, Worker,
};

use super::{LATENTS, linear_setup};
use crate::common::runs::{advance, digits, live, setup};

const PATIENCE: Duration = Duration::from_mins(1);
const RUN: RunId = RunId(1);

/// Every part that a step leaves behind: running moments, a shared variance, γ learned.
fn everything() -> Arc<RunSetup> {
    let net = NetConfig {
        encoder: "24:bn".parse().expect("a stack"),
        decoder: "24:bn".parse().expect("a stack"),
        latents: 4,
        ..NetConfig::default()
    };
    let live = LiveConfig {
        gamma_mode: GammaMode::Learned,
        ..live(1.0, 0.1, 2e-3)
    };
    setup(&digits(200), net, live, 32, 3)
}

fn galleries() -> [GalleryRequest; 3] {
    [
        GalleryRequest::Plane {
            items: [3, 199, 77],
            side: 5,
        },
        GalleryRequest::Zeroed {
            latents: vec![1, 2],
            count: 10,
        },
        GalleryRequest::Traversals {
            latents: vec![3, 0, 1],
            steps: 7,
        },
    ]
}

#[test]
fn a_trainer_that_is_looked_at_ends_where_it_would_have_ended() {
    let run = |looked_at: bool| -> (Vec<u64>, Checkpoint) {
        let mut trainer = Trainer::new(everything()).expect("a trainer");
        let mut losses = Vec::new();
        for burst in 0..20 {
            let metrics = advance(&mut trainer, 7, 7);
            losses.extend(metrics.iter().map(|m| m.loss.to_bits()));
            if looked_at {
                let request = &galleries()[burst % 3];
                assert!(trainer.gallery(request).expect("pictures").is_some());
                trainer.decode(&[0.5; 4 * 300]).expect("decoded");
            }
        }
        (losses, trainer.checkpoint().expect("a checkpoint"))
    };
    assert_eq!(run(false), run(true));
}

#[test]
fn so_it_is_on_a_device_that_runs_the_kernels() {
    if !adapters().iter().any(|a| a.kind == DeviceKind::Software) {
        eprintln!("no software adapter: not tested");
        return;
    }
    let mut setup = (*everything()).clone();
    setup.config.device = DeviceChoice::Software;
    let setup = Arc::new(setup);
    let run = |looked_at: bool| {
        let mut trainer = Trainer::new(Arc::clone(&setup)).expect("a trainer");
        let mut decoded = Vec::new();
        for request in &galleries() {
            advance(&mut trainer, 4, 2);
            if looked_at {
                assert!(trainer.gallery(request).expect("pictures").is_some());
                decoded = trainer.decode(&[0.5; 4 * 300]).expect("decoded");
            }
        }
        // Three hundred times the same point, in two passes.
        let mut rows = decoded.chunks(784);
        let first = rows.next().map(<[f32]>::to_vec);
        assert!(rows.all(|row| Some(row) == first.as_deref()));
        trainer.checkpoint().expect("a checkpoint")
    };
    assert_eq!(run(false), run(true));
}

/// A worker and what it said last.
struct Looking {
    worker: Worker,
    live: LiveConfig,
    snapshot: Option<Snapshot>,
}

impl Looking {
    fn new(setup: Arc<RunSetup>) -> Self {
        let worker = Worker::spawn(Arc::new(|| {})).expect("a thread");
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
        };
        this.until("a snapshot", |_| true);
        this
    }

    fn ask(&self, decode: Option<Vec<f32>>, gallery: Option<GalleryRequest>) {
        self.worker.set_live(LiveParams {
            run: RUN,
            held: Vec::new(),
            live: self.live,
            view: ViewRequest {
                decode,
                gallery,
                ..ViewRequest::default()
            },
        });
    }

    fn until(&mut self, what: &str, wanted: impl Fn(&Snapshot) -> bool) {
        let begin = Instant::now();
        loop {
            while let Some(event) = self.worker.event() {
                let bad = matches!(event, Event::Failed { .. } | Event::Diverged { .. });
                assert!(!bad, "{event:?}");
            }
            if let Some(snapshot) = self.worker.snapshot() {
                let found = wanted(&snapshot);
                self.snapshot = Some(snapshot);
                if found {
                    return;
                }
            }
            assert!(begin.elapsed() < PATIENCE, "no {what}");
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    fn step(&self) -> u64 {
        self.snapshot.as_ref().map_or(0, |s| s.step)
    }

    /// Losses of the run so far as bits.
    fn losses(&self) -> Vec<u64> {
        let snapshot = self.snapshot.as_ref().expect("a snapshot");
        let bins = snapshot.history.bins();
        assert!(bins.iter().all(|b| b.count == 1), "one bin a step");
        bins.iter().map(|b| b.loss.mean.to_bits()).collect()
    }
}

#[test]
fn a_run_looked_at_in_every_burst_is_the_run_that_is_not() {
    let run = |looked_at: bool| {
        let mut looking = Looking::new(everything());
        for burst in 1..=15_u16 {
            if looked_at {
                let z = vec![f32::from(burst) / 10.0; 4];
                let gallery = galleries()[usize::from(burst) % 3].clone();
                looking.ask(Some(z.clone()), Some(gallery.clone()));
                let answered = move |s: &Snapshot| {
                    s.decoded.as_ref().is_some_and(|d| d.z == z)
                        && s.gallery.as_ref().is_some_and(|g| g.request == gallery)
                };
                looking.until("answers while it waits", answered);
            }
            looking.worker.send(Command::Steps(12));
            let target = u64::from(burst) * 12;
            looking.until("steps", |s| s.step == target && !s.playing);
        }
        looking.losses()
    };
    let (alone, watched) = (run(false), run(true));
    assert_eq!(alone.len(), 180);
    assert_eq!(alone, watched);
}

#[test]
fn a_point_is_answered_while_training_and_follows_the_network() {
    let mut looking = Looking::new(everything());
    looking.worker.send(Command::Play);
    looking.until("training", |s| s.step > 20);
    for k in 0..5 {
        let z = vec![0.1 * k as f32; 4];
        looking.ask(Some(z.clone()), None);
        looking.until("an answer", |s| {
            s.decoded.as_ref().is_some_and(|d| d.z == z)
        });
    }
    // The same question, answered again by a later network.
    let before = looking.step();
    looking.until("a later answer", |s| {
        s.decoded.as_ref().is_some_and(|d| d.step > before)
    });
    let shown = looking.snapshot.as_ref().and_then(|s| s.decoded.clone());
    assert_eq!(shown.expect("an answer").picture.len(), 784);
    // Paused, what is shown is the network as it is.
    looking.worker.send(Command::Pause);
    looking.until("an answer of the paused network", |s| {
        !s.playing && s.decoded.as_ref().is_some_and(|d| d.step == s.step)
    });
    looking.ask(None, None);
    looking.until("an end", |s| s.decoded.is_none() && s.gallery.is_none());
}

#[test]
fn a_latent_zeroed_by_hand_is_zeroed_in_what_is_decoded() {
    let mut looking = Looking::new(linear_setup(Target::Input));
    let (z, bare) = (vec![0.5, 2.0, -1.0], vec![0.5, 0.0, -1.0]);
    let picture = |looking: &mut Looking, z: &[f32]| {
        looking.ask(Some(z.to_vec()), None);
        looking.until("an answer", |s| {
            s.decoded.as_ref().is_some_and(|d| d.z == z)
        });
        let decoded = looking.snapshot.as_ref().and_then(|s| s.decoded.clone());
        decoded.expect("an answer").picture.clone()
    };
    let whole = picture(&mut looking, &z);
    let wanted = picture(&mut looking, &bare);
    assert_ne!(whole, wanted);
    looking.ask(Some(z.clone()), None);
    looking.until("the first again", |s| {
        s.decoded.as_ref().is_some_and(|d| d.picture == whole)
    });
    looking.worker.set_live(LiveParams {
        run: RUN,
        held: Vec::new(),
        live: looking.live,
        view: ViewRequest {
            decode: Some(z.clone()),
            zeroed: vec![1],
            ..ViewRequest::default()
        },
    });
    looking.until("a picture without the latent", |s| {
        let decoded = s.decoded.as_ref();
        decoded.is_some_and(|d| d.z == z && d.picture == wanted)
    });
}

#[test]
fn what_cannot_be_decoded_is_answered_with_nothing() {
    let mut looking = Looking::new(linear_setup(Target::Input));
    looking.ask(Some(vec![0.0; LATENTS]), None);
    looking.until("an answer", |s| s.decoded.is_some());
    // Not κ numbers, as a request meant for another network would be.
    looking.ask(Some(vec![0.0; LATENTS + 2]), None);
    looking.until("no answer", |s| s.decoded.is_none());
    let mut regression = Looking::new(linear_setup(Target::Labels));
    regression.ask(Some(vec![0.0; LATENTS]), Some(galleries()[0].clone()));
    regression.worker.send(Command::Steps(5));
    regression.until("steps", |s| s.step == 5 && !s.playing);
    let shown = regression.snapshot.as_ref().expect("a snapshot");
    assert!(shown.decoded.is_none() && shown.gallery.is_none());
}

#[test]
#[ignore = "a measurement: run it alone, on a quiet machine"]
fn how_soon_a_point_is_answered_at_full_speed() {
    let net = NetConfig {
        latents: 16,
        ..NetConfig::default()
    };
    let mut looking = Looking::new(setup(&digits(2000), net, live(1.0, 0.1, 1e-3), 128, 3));
    for command in [Command::Play, Command::Pause] {
        looking.worker.send(command.clone());
        std::thread::sleep(Duration::from_secs(2));
        let mut waits: Vec<f64> = (1..=60_u16)
            .map(|k| {
                let z = vec![f32::from(k) / 60.0; 16];
                let begin = Instant::now();
                looking.ask(Some(z.clone()), None);
                looking.until("an answer", |s| {
                    s.decoded.as_ref().is_some_and(|d| d.z == z)
                });
                begin.elapsed().as_secs_f64() * 1e3
            })
            .collect();
        waits.sort_by(f64::total_cmp);
        let [median, most] = [waits[30], waits[59]];
        eprintln!("after {command:?}: median {median:.1} ms, longest {most:.1} ms");
    }
}
