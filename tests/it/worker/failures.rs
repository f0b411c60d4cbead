//! Refusals, divergences, panics and networks that do not fit: the thread survives them all.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use collapse_explorer::config::{LiveConfig, NetConfig, Preprocess};
use collapse_explorer::data::{Dataset, ImageShape, Pixels};
use collapse_explorer::train::{Command, Event, RunId};

use super::{Watched, small_run, usual};
use crate::common::preprocessor;
use crate::common::runs::{digits, gaussian, live, setup};

#[test]
fn a_refused_setting_leaves_the_run_going() {
    let mut watched = Watched::running(1, small_run(usual()), true);
    watched.snapshot(|s| s.step > 5);
    watched.set_live(1, live(f64::NAN, 0.1, 1e-3));
    let Event::Refused { run, message } = watched.event(|e| matches!(e, Event::Refused { .. }))
    else {
        unreachable!()
    };
    assert_eq!(run, RunId(1));
    assert!(
        message.contains('β') && message.contains("NaN"),
        "{message}"
    );
    let seen = watched.snapshots.last().map_or(0, |s| s.step);
    let later = watched.snapshot(|s| s.step > seen + 5);
    assert!(later.playing);
    assert_eq!(later.live, usual());
    assert_eq!(later.last.expect("metrics").beta, 1.0);
    assert!(later.history.marks().is_empty());
    assert_eq!(watched.failures().len(), 1, "told once");
}

#[test]
fn a_divergence_pauses_puts_back_and_can_be_played_on() {
    let mut watched = Watched::running(1, small_run(usual()), false);
    watched.send(Command::Steps(30));
    watched.paused_at(30);
    watched.set_live(1, live(1.0, 0.1, 1e30));
    watched.send(Command::Play);
    let Event::Diverged { run, message } = watched.event(|e| matches!(e, Event::Diverged { .. }))
    else {
        unreachable!()
    };
    assert_eq!(run, RunId(1));
    // Step 31 still has good weights; its update of 1e30 ruins step 32. The run is younger than
    // the first checkpoint, so it goes back to its start.
    assert!(message.contains("step 32 diverged"), "{message}");
    assert!(message.contains("after step 0 was put back"), "{message}");
    let back = watched.paused_at(0);
    assert!(!back.playing);

    watched.set_live(1, usual());
    watched.send(Command::Play);
    let again = watched.snapshot(|s| s.step >= 60 && s.last.is_some());
    let loss = again.last.expect("metrics").loss;
    // Sixty good steps: an untrained net's loss is far above this.
    let first = again.history.bins()[0].loss.mean;
    assert!(loss.is_finite() && loss < first, "{loss} after {first}");
    let diverged = |e: &&Event| matches!(e, Event::Diverged { .. });
    assert_eq!(watched.events.iter().filter(diverged).count(), 1);
}

/// A rate of 1 throws this network to a loss of 10³⁰, all of it finite, and it never comes back.
#[test]
fn an_explosion_of_finite_numbers_pauses_and_puts_back_a_state_within_range() {
    let net = NetConfig::dense(&[64], 8);
    let mut watched = Watched::running(
        1,
        setup(&digits(500), net, live(1.0, 1.0, 1e-3), 128, 0),
        false,
    );
    watched.send(Command::Steps(40));
    watched.paused_at(40);
    watched.set_live(1, live(1.0, 1.0, 1.0));
    watched.send(Command::Play);
    let Event::Diverged { message, .. } = watched.event(|e| matches!(e, Event::Diverged { .. }))
    else {
        unreachable!()
    };
    assert!(
        message.contains("has grown to") && message.contains("smaller learning rate"),
        "{message}"
    );
    assert!(message.contains("was put back"), "{message}");
    let last = watched.snapshot(|s| !s.playing && s.step <= 40);
    assert!(!last.stationary);
    watched.set_live(1, live(1.0, 1.0, 1e-3));
    watched.send(Command::Steps(100));
    let again = watched.snapshot(|s| s.step >= last.step + 100 && s.last.is_some());
    let loss = again.last.expect("metrics").loss;
    // A loss that collapse alone would have is 745: V/2 + 392 log 2π.
    assert!(loss < 800.0, "{loss}");
}

#[test]
fn a_panic_becomes_an_event_and_the_next_run_works() {
    let mut watched = Watched::running(1, small_run(usual()), true);
    watched.snapshot(|s| s.step > 5);
    // Everything the loop does is guarded alike; the waker is the part of it that a test can spring.
    watched.trap.store(true, Ordering::Relaxed);
    let Event::Failed { run, message } = watched.event(|e| matches!(e, Event::Failed { .. }))
    else {
        unreachable!()
    };
    assert_eq!(run, RunId(1));
    assert!(message.contains("panicked: the waker's trap"), "{message}");
    // The run is gone, the thread is not.
    watched.send(Command::Steps(1));
    watched.start(2, small_run(usual()), false);
    watched.event(|e| matches!(e, Event::Started { run: RunId(2), .. }));
    watched.send(Command::Steps(4));
    let done = watched.snapshot(|s| s.run == RunId(2) && s.step == 4);
    assert_eq!(done.history.steps(), 4);
}

/// Starts a run that cannot be built, then a small one that can; returns the refusal.
fn refused_start(setup: Arc<collapse_explorer::train::RunSetup>) -> String {
    let mut watched = Watched::running(1, small_run(usual()), true);
    watched.start(2, setup, true);
    let Event::Failed { run, message } = watched.event(|e| matches!(e, Event::Failed { .. }))
    else {
        unreachable!()
    };
    assert_eq!(run, RunId(2));
    watched.start(3, small_run(usual()), false);
    watched.event(|e| matches!(e, Event::Started { run: RunId(3), .. }));
    watched.send(Command::Steps(2));
    watched.snapshot(|s| s.run == RunId(3) && s.step == 2);
    message
}

#[test]
fn a_network_beyond_all_indices_is_refused_with_its_size() {
    let net = NetConfig {
        encoder: vec![65_536, 65_536].into(),
        decoder: vec![65_536, 65_536].into(),
        ..NetConfig::default()
    };
    let message = refused_start(setup(&digits(50), net, usual(), 32, 0));
    // 2·65,536² between the wide layers, and the outer ones.
    let outer = 2.0 * 785.0 * 65_536.0;
    let parameters = 2.0 * 65_536.0 * 65_537.0 + outer;
    assert!(
        message.contains(&format!("{parameters:.1e} parameters")),
        "{message}"
    );
    assert!(message.contains("narrower"), "{message}");
}

#[test]
fn a_network_beyond_the_memory_is_refused_with_what_it_needs() {
    // Few parameters, but sixteen layers of 65,536 values for each of 65,535 rows: terabytes.
    let data = Arc::new(Dataset {
        name: "one value each".into(),
        shape: ImageShape {
            height: 1,
            width: 1,
            channels: 1,
        },
        pixels: Pixels::Bytes((0..65_535_u32).map(|i| i as u8).collect()),
        labels: None,
        ..Dataset::default()
    });
    let widths: Vec<usize> = (0..32)
        .map(|i| if i % 2 == 0 { 65_536 } else { 1 })
        .collect();
    let net = NetConfig {
        encoder: widths.clone().into(),
        decoder: widths.into(),
        latents: 1,
        ..NetConfig::default()
    };
    let message = refused_start(setup(&data, net, usual(), 65_535, 0));
    let need: f64 = message
        .split("need ")
        .nth(1)
        .and_then(|rest| rest.split(" MiB").next())
        .and_then(|number| number.replace(',', "").parse().ok())
        .unwrap_or_else(|| panic!("no memory in MiB in '{message}'"));
    // 32 wide layers, each with its values; gradients come on top.
    let least = 32.0 * 65_536.0 * 65_535.0 * 4.0 / f64::from(1 << 20);
    assert!(need >= least, "{message}");
    assert!(
        message.contains("the largest batch that fits is"),
        "{message}"
    );
}

#[test]
fn bad_settings_and_empty_data_are_refused_in_a_sentence() {
    let zero = LiveConfig {
        beta: 0.0,
        ..usual()
    };
    let message = refused_start(setup(&digits(50), super::small_net(), zero, 32, 0));
    assert!(message.contains('β') && message.contains('0'), "{message}");

    let mut empty = (*gaussian(64)).clone();
    empty.pixels = Pixels::Floats(Vec::new());
    let bound = preprocessor(Preprocess::None, &gaussian(64));
    let mut run = (*setup(&gaussian(64), NetConfig::linear(2), usual(), 32, 0)).clone();
    run.data = Arc::new(empty);
    run.preprocessor = bound;
    let message = refused_start(Arc::new(run));
    assert!(message.contains("no items"), "{message}");
}
