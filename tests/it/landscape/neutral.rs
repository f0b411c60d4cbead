//! A landscape changes nothing of the run it looks at, and gets out of its way.

use std::sync::Arc;
use std::time::{Duration, Instant};

use collapse_explorer::compute::{DeviceKind, adapters};
use collapse_explorer::config::{DeviceChoice, LiveConfig, NetConfig};
use collapse_explorer::train::{
    Command, LandscapeKind, LandscapeRequest, RunSetup, Snapshot, TrainError, Trainer,
};

use super::{Running, component, request, small_net};
use crate::common::runs::{digits, live, setup};

/// Losses of a history as bits.
fn losses(snapshot: &Snapshot) -> Vec<u64> {
    let bins = snapshot.history.bins();
    assert!(bins.iter().all(|b| b.count == 1), "one bin a step");
    bins.iter().map(|b| b.loss.mean.to_bits()).collect()
}

fn all(setup: &RunSetup) -> Vec<LandscapeRequest> {
    vec![
        request(LandscapeKind::Path, 9),
        request(LandscapeKind::Random { seed: 1 }, 65),
        request(
            LandscapeKind::Latent {
                latent: 0,
                component: component(setup, 0),
            },
            65,
        ),
        request(LandscapeKind::Collapse { seed: 1 }, 65),
    ]
}

/// Losses of `steps` steps in two halves, with landscapes open all the time or never, and how many points were
/// computed.
fn trained(setup: &Arc<RunSetup>, steps: u64, open: bool) -> (Vec<u64>, usize) {
    let mut run = Running::new(Arc::clone(setup));
    if open {
        run.ask(all(setup));
        // Paused: some points before the first step.
        run.until("first points", |r| {
            r.landscapes().iter().any(|l| l.known > 3)
        });
    }
    for half in 1..=2 {
        run.steps(steps / 2);
        if open {
            let before: usize = run.landscapes().iter().map(|l| l.known).sum();
            run.until("points between", |r| {
                r.landscapes().iter().map(|l| l.known).sum::<usize>() > before + 20 * half
            });
        }
    }
    let known = run.landscapes().iter().map(|l| l.known).sum();
    (losses(run.snapshot.as_ref().expect("a snapshot")), known)
}

#[test]
fn a_run_with_landscapes_open_is_the_run_without_bit_for_bit() {
    // Every part that a step leaves behind: running moments, a shared variance, γ learned.
    let net = NetConfig {
        encoder: "24:bn".parse().expect("a stack"),
        decoder: "24:bn".parse().expect("a stack"),
        latents: 4,
        ..NetConfig::default()
    };
    let live = LiveConfig {
        gamma_mode: collapse_explorer::config::GammaMode::Learned,
        ..live(1.0, 0.1, 2e-3)
    };
    let setup = setup(&digits(200), net, live, 32, 3);
    let (alone, none) = trained(&setup, 400, false);
    let (watched, known) = trained(&setup, 400, true);
    assert_eq!((alone.len(), none), (400, 0));
    assert!(known > 60, "{known} points");
    assert_eq!(alone, watched);
}

#[test]
fn so_it_is_on_a_device_that_runs_the_kernels() {
    if no_adapter() {
        return;
    }
    let mut setup = (*setup(&digits(64), small_net(), live(1.0, 0.1, 2e-3), 16, 3)).clone();
    setup.config.device = DeviceChoice::Software;
    let setup = Arc::new(setup);
    let (alone, _) = trained(&setup, 20, false);
    let (watched, known) = trained(&setup, 20, true);
    assert!(known > 20, "{known} points");
    assert_eq!(alone, watched);
}

/// Whether there is no software adapter to run kernels on.
fn no_adapter() -> bool {
    let none = !adapters().iter().any(|a| a.kind == DeviceKind::Software);
    if none {
        eprintln!("no software adapter: not tested");
    }
    none
}

/// A trainer whose first latent is so far from a prior of width 1e-9 that a little farther the KL overflows single
/// precision: half of (3e9 / 1e-9)² for each of 64 items is 2.9e38.
fn far(setup: Arc<RunSetup>) -> Result<Trainer, TrainError> {
    let mut trainer = Trainer::new(setup)?;
    let bias = trainer
        .plan()
        .parameter("encoder.head.bias")
        .expect("a bias");
    let values = [3e9, 0.0, 0.0, 0.0, -40.0, -40.0, -40.0, -40.0];
    trainer.backend().write(bias, &values)?;
    Ok(trainer)
}

#[test]
fn a_point_that_is_not_finite_is_shown_and_the_run_goes_on() {
    let narrow = LiveConfig {
        eta_enc: 1e-9,
        ..live(1.0, 1.0, 1e-3)
    };
    let setup = setup(&digits(64), small_net(), narrow, 16, 3);
    let mut run = Running::with(setup, Box::new(far));
    let shown = run.complete(&request(LandscapeKind::Collapse { seed: 1 }, 7));
    let loss = |column: usize| {
        let point = shown.values[3 * 7 + column].expect("a point");
        point.loss(shown.likelihood, shown.dim, 1.0, 1.0)
    };
    // t = -0.25, 0 and 1: the mean is 3.75e9, 3e9 and 0.
    assert_eq!(shown.at(0, 3), [-0.25, 0.0]);
    assert!(!loss(0).is_finite(), "{}", loss(0));
    assert!(loss(1).is_finite() && loss(5).is_finite());
    // Nothing was reported as diverged (the helper fails on that), and the network is what it was.
    run.ask(Vec::new());
    run.until("end", |r| r.landscapes().is_empty());
    run.steps(1);
    let first = run.snapshot.as_ref().expect("a snapshot").history.bins()[0];
    assert!(first.loss.mean.is_finite() && first.loss.mean > 1e25);
}

#[test]
fn a_command_and_a_closed_tile_end_it_at_once() {
    let net = NetConfig {
        encoder: vec![512, 256].into(),
        decoder: vec![256, 512].into(),
        latents: 16,
        ..NetConfig::default()
    };
    let setup = setup(&digits(1000), net, live(1.0, 0.1, 1e-3), 64, 3);
    let mut run = Running::new(Arc::clone(&setup));
    let asked = request(LandscapeKind::Random { seed: 1 }, 129);
    run.ask(vec![asked.clone()]);
    run.until("first points", |r| {
        r.landscapes().iter().any(|l| l.known > 9)
    });
    // A step is answered while 16 641 points are far from done.
    let mut worst = Duration::ZERO;
    for _ in 0..5 {
        let before = Instant::now();
        run.steps(1);
        worst = worst.max(before.elapsed());
    }
    // A snapshot comes every 33 ms at most; the answer itself is shorter.
    assert!(worst < Duration::from_millis(400), "{worst:?}");
    assert!(!run.landscapes()[0].is_complete());
    let before = Instant::now();
    run.ask(Vec::new());
    run.until("end", |r| r.landscapes().is_empty());
    assert!(before.elapsed() < Duration::from_millis(400));
    // While it trains a landscape goes on too, slowly, and a pause finishes it.
    let small = request(LandscapeKind::Random { seed: 1 }, 3);
    run.ask(vec![small.clone()]);
    run.worker.send(Command::Play);
    run.until("a point while training", |r| {
        let step = r.snapshot.as_ref().map_or(0, |s| s.step);
        step > 5 && r.landscapes().iter().any(|l| l.known > 0)
    });
    run.worker.send(Command::Pause);
    run.until("pause", |r| r.snapshot.as_ref().is_some_and(|s| !s.playing));
    assert!(run.complete(&small).is_complete());
}

/// Steps made in `time`.
fn pace(run: &mut Running, time: Duration) -> f64 {
    let step = |run: &Running| run.snapshot.as_ref().map_or(0, |s| s.step);
    let (first, begin) = (step(run), Instant::now());
    while begin.elapsed() < time {
        run.look();
        std::thread::sleep(Duration::from_millis(5));
    }
    (step(run) - first) as f64 / begin.elapsed().as_secs_f64()
}

#[test]
#[ignore = "a measurement: run it alone, on a quiet machine"]
fn training_with_a_landscape_open_keeps_its_pace() {
    for widths in [[256, 64], [1024, 512]] {
        let net = NetConfig {
            encoder: widths.to_vec().into(),
            decoder: widths.iter().rev().copied().collect::<Vec<_>>().into(),
            latents: 16,
            ..NetConfig::default()
        };
        let setup = setup(&digits(2000), net, live(1.0, 0.1, 1e-3), 128, 3);
        let mut run = Running::new(setup);
        run.worker.send(Command::Play);
        pace(&mut run, Duration::from_secs(2));
        let (mut without, mut with) = (Vec::new(), Vec::new());
        for round in 0..6 {
            run.ask(Vec::new());
            pace(&mut run, Duration::from_millis(300));
            without.push(pace(&mut run, Duration::from_secs(4)));
            let mut asked = request(LandscapeKind::Random { seed: 1 }, 65);
            asked.generation = round;
            run.ask(vec![asked]);
            pace(&mut run, Duration::from_millis(300));
            with.push(pace(&mut run, Duration::from_secs(4)));
        }
        let known = run.landscapes()[0].known;
        let mut ratios: Vec<f64> = with.iter().zip(&without).map(|(a, b)| a / b).collect();
        ratios.sort_by(f64::total_cmp);
        eprintln!(
            "{widths:?}: without {without:.0?}, with {with:.0?} steps/s, ratios {ratios:.3?}, {known} points"
        );
    }
}
