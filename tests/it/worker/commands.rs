//! Play, pause, steps, epoch, reset, live settings.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use collapse_explorer::config::{LiveConfig, NetConfig};
use collapse_explorer::train::{
    Command, Event, LatentMode, LiveParams, RunId, Trainer, ViewRequest,
};

use super::{ITEMS, Watched, losses, small_run, usual};
use crate::common::runs::{advance, digits, live, setup};

#[test]
fn a_run_starts_and_its_snapshots_show_growing_steps() {
    let mut watched = Watched::new();
    watched.start(7, small_run(usual()), true);
    watched.until("five growing snapshots", |w| {
        let mut steps: Vec<u64> = w.snapshots.iter().map(|s| s.step).collect();
        assert!(steps.is_sorted(), "{steps:?}");
        steps.dedup();
        (steps.len() >= 6).then_some(())
    });
    let shown = watched.snapshot(|s| s.evaluation.is_some() && s.views.is_some());

    let Event::Started {
        run, parameters, ..
    } = &watched.events[0]
    else {
        panic!("the first event is {:?}", watched.events[0]);
    };
    // 784–24–(4+4) and 4–24–784 with biases, and log γ.
    let counted = (785 * 24 + 25 * 8) + (5 * 24 + 25 * 784) + 1;
    assert_eq!((*run, *parameters), (RunId(7), counted));
    assert_eq!(watched.events[1], Event::Playing(RunId(7)));
    assert!(watched.failures().is_empty(), "{:?}", watched.failures());

    assert_eq!(shown.run, RunId(7));
    assert!(shown.playing);
    assert_eq!(
        shown.history.steps(),
        shown.step,
        "the traces end at the step shown"
    );
    let per_epoch = (ITEMS / super::BATCH) as f64;
    assert!((shown.epochs - shown.step as f64 / per_epoch).abs() < 1e-9);
    assert!(shown.last.expect("metrics").loss.is_finite());
    let evaluation = shown.evaluation.expect("statistics");
    assert_eq!((evaluation.latents.len(), evaluation.samples), (4, ITEMS));
    assert!(evaluation.step <= shown.step);
}

#[test]
fn pause_stops_at_once_and_stays() {
    let mut watched = Watched::running(1, small_run(usual()), true);
    let mut fastest = Duration::MAX;
    // The machine may be busy with other tests: the fastest of a few says what the worker does.
    for round in 0..5 {
        watched.snapshot(|s| s.playing && s.step > 0);
        watched.events.clear();
        let asked = Instant::now();
        watched.send(Command::Pause);
        let Event::Paused { step, .. } = watched.event(|e| matches!(e, Event::Paused { .. }))
        else {
            unreachable!()
        };
        fastest = fastest.min(asked.elapsed());
        let still = watched.paused_at(step);
        assert_eq!(still.history.steps(), step, "round {round}");
        watched.send(Command::Play);
        watched.event(|e| *e == Event::Playing(RunId(1)));
    }
    assert!(fastest < Duration::from_millis(200), "{fastest:?}");
}

#[test]
fn counted_steps_and_an_epoch_are_exact() {
    let mut watched = Watched::running(1, small_run(usual()), false);
    watched.paused_at(0);
    watched.send(Command::Steps(3));
    watched.paused_at(3);
    // Two presses before the first is done are both obeyed.
    watched.send(Command::Steps(2));
    watched.send(Command::Steps(70));
    watched.paused_at(75);
    watched.send(Command::Epoch);
    let epoch = (ITEMS / super::BATCH) as u64;
    let after = watched.paused_at(75 + epoch);
    assert_eq!(after.history.steps(), 75 + epoch);
    // A step asked for while playing stops the playing.
    watched.send(Command::Play);
    let playing = watched.snapshot(|s| s.step > 75 + epoch);
    watched.events.clear();
    watched.send(Command::Steps(1));
    let Event::Paused { step, .. } = watched.event(|e| matches!(e, Event::Paused { .. })) else {
        unreachable!()
    };
    assert!(step >= playing.step);
    watched.paused_at(step + 1);
    assert!(watched.failures().is_empty(), "{:?}", watched.failures());
}

/// The queue has room for 64: what comes while it is full is held and follows.
#[test]
fn more_commands_than_the_queue_has_room_for_are_all_obeyed() {
    let mut watched = Watched::running(1, small_run(usual()), false);
    watched.paused_at(0);
    for _ in 0..300 {
        watched.send(Command::Steps(1));
    }
    watched.paused_at(300);
    // The last one sent is obeyed last.
    for _ in 0..150 {
        watched.send(Command::Play);
        watched.send(Command::Pause);
    }
    watched.send(Command::Reset);
    watched.paused_at(0);
    assert!(watched.failures().is_empty(), "{:?}", watched.failures());
}

#[test]
fn steps_without_end_can_be_asked_for_twice() {
    let mut watched = Watched::running(1, small_run(usual()), false);
    watched.send(Command::Steps(u64::MAX));
    watched.send(Command::Steps(u64::MAX));
    watched.snapshot(|s| s.step > 10);
    watched.send(Command::Pause);
    watched.event(|e| matches!(e, Event::Paused { step, .. } if *step > 10));
    assert!(watched.failures().is_empty(), "{:?}", watched.failures());
}

#[test]
fn a_live_beta_takes_effect_and_the_run_goes_on() {
    let mut watched = Watched::running(1, small_run(usual()), true);
    let before = watched.snapshot(|s| s.step > 20);
    watched.set_live(1, live(2.0, 0.1, 1e-3));
    let after = watched.snapshot(|s| s.last.is_some_and(|m| m.beta == 2.0));
    assert!(after.step >= before.step, "the step count started anew");
    assert_eq!(after.live.beta, 2.0);
    let Event::Edited { step, text, .. } = watched.event(|e| matches!(e, Event::Edited { .. }))
    else {
        unreachable!()
    };
    assert_eq!(text, "β = 2");
    let [mark] = after.history.marks() else {
        panic!("{:?}", after.history.marks());
    };
    assert_eq!((mark.step, mark.text.as_str()), (step, "β = 2"));
    // The mark stands exactly where the traces' β changes; while bins are single steps.
    for bin in after.history.bins().iter().filter(|b| b.count == 1) {
        let expected = if bin.step <= mark.step { 1.0 } else { 2.0 };
        assert_eq!(
            bin.beta.mean, expected,
            "step {} of mark {}",
            bin.step, mark.step
        );
    }
    // The loss the run reports is the one with the new β.
    let last = after.last.expect("metrics");
    let data_term = last.sse / (2.0 * 0.1) + 392.0 * (2.0 * std::f64::consts::PI * 0.1_f64).ln();
    let expected = data_term + 2.0 * last.kl;
    assert!(
        (last.loss - expected).abs() < 1e-4 * expected.abs().max(100.0),
        "{last:?}"
    );
}

#[test]
fn reset_is_the_same_run_again() {
    let run = small_run(usual());
    // What the run must be, without a thread.
    let mut alone = Trainer::new(std::sync::Arc::clone(&run)).expect("a run");
    let expected: Vec<u64> = advance(&mut alone, 12, 5)
        .iter()
        .map(|m| m.loss.to_bits())
        .collect();
    let mut watched = Watched::running(1, run, false);
    for _ in 0..2 {
        watched.send(Command::Steps(12));
        let done = watched.paused_at(12);
        assert_eq!(losses(&done), expected);
        watched.send(Command::Reset);
        let fresh = watched.paused_at(0);
        assert!(fresh.history.bins().is_empty() && fresh.last.is_none());
    }
}

#[test]
fn live_settings_for_an_older_run_are_ignored() {
    let mut watched = Watched::running(1, small_run(usual()), true);
    watched.snapshot(|s| s.step > 0);
    watched.start(2, small_run(usual()), false);
    watched.event(|e| matches!(e, Event::Started { run: RunId(2), .. }));
    watched.set_live(1, live(50.0, 0.1, 1e-3));
    watched.watch(Duration::from_millis(100));
    watched.send(Command::Steps(2));
    let after = watched.snapshot(|s| s.run == RunId(2) && s.step == 2);
    assert_eq!(after.last.expect("metrics").beta, 1.0);
    let edited = |e: &&Event| matches!(e, Event::Edited { .. });
    assert_eq!(watched.events.iter().find(edited), None);
    // No snapshot of the old run comes after the new one's first.
    let runs: Vec<u64> = watched.snapshots.iter().map(|s| s.run.0).collect();
    assert!(runs.is_sorted(), "{runs:?}");
}

#[test]
fn the_waker_is_called_at_most_forty_times_a_second() {
    let mut watched = Watched::running(1, small_run(usual()), true);
    watched.snapshot(|s| s.step > 50);
    let (before, begin) = (watched.wakes.load(Ordering::Relaxed), Instant::now());
    watched.watch(Duration::from_millis(1500));
    let count = watched.wakes.load(Ordering::Relaxed) - before;
    let rate = count as f64 / begin.elapsed().as_secs_f64();
    assert!(rate <= 40.0, "{rate} wake-ups a second");
    assert!(count >= 2, "nobody was told of {count} snapshots");

    // Paused, it falls silent once everything has been shown.
    watched.send(Command::Pause);
    watched.watch(Duration::from_millis(700));
    let before = watched.wakes.load(Ordering::Relaxed);
    watched.watch(Duration::from_millis(500));
    assert_eq!(watched.wakes.load(Ordering::Relaxed), before);
}

#[test]
fn dropping_the_worker_joins_its_thread_quickly() {
    let idle = Watched::new();
    // The default network, four times as wide: a step takes long enough to be caught in one.
    let wide = NetConfig {
        encoder: vec![1024, 256].into(),
        decoder: vec![256, 1024].into(),
        ..NetConfig::default()
    };
    let busy = setup(&digits(ITEMS), wide, LiveConfig::default(), 128, 0);
    let mut training = Watched::running(1, busy, true);
    training.snapshot(|s| s.step > 2);
    let mut paused = Watched::running(1, small_run(usual()), false);
    paused.paused_at(0);
    for (what, watched) in [("idle", idle), ("training", training), ("paused", paused)] {
        let begin = Instant::now();
        drop(watched);
        let took = begin.elapsed();
        assert!(took < Duration::from_secs(1), "{what}: {took:?}");
    }
}

/// A copy trains like the run it was taken from, and the run does not notice.
#[test]
fn a_copy_goes_on_as_the_run_does_and_leaves_it_alone() {
    let mut watched = Watched::running(1, small_run(usual()), false);
    watched.send(Command::Steps(7));
    watched.paused_at(7);
    watched.send(Command::Copy);
    let Event::Copied { copy, .. } = watched.event(|e| matches!(e, Event::Copied { .. })) else {
        panic!("no copy");
    };
    assert_eq!(copy.checkpoint.step, 7);
    let mut first = copy.trainer().expect("a trainer");
    let mut second = copy.trainer().expect("a trainer");
    assert_eq!(first.checkpoint().expect("a state"), copy.checkpoint);
    advance(&mut first, 20, 5);
    assert_ne!(first.checkpoint().expect("a state"), copy.checkpoint);
    // What was done with the copy changed neither it nor the run.
    watched.events.clear();
    watched.send(Command::Copy);
    let Event::Copied { copy: again, .. } = watched.event(|e| matches!(e, Event::Copied { .. }))
    else {
        panic!("no copy");
    };
    assert_eq!(*again, *copy);
    advance(&mut second, 20, 20);
    assert_eq!(
        first.checkpoint().expect("a state"),
        second.checkpoint().expect("a state")
    );
}

/// Held latents are a live setting: an edit with a mark, in force until the run is reset.
#[test]
fn a_latent_can_be_held_and_a_reset_releases_it() {
    let mut watched = Watched::running(1, small_run(usual()), false);
    let hold = |held: &[usize]| LiveParams {
        run: RunId(1),
        live: usual(),
        held: held.to_vec(),
        view: ViewRequest::default(),
    };
    let copied = |watched: &mut Watched| {
        watched.events.clear();
        watched.send(Command::Copy);
        match watched.event(|e| matches!(e, Event::Copied { .. })) {
            Event::Copied { copy, .. } => copy,
            other => panic!("{other:?}"),
        }
    };
    watched.worker.set_live(hold(&[1, 3]));
    let Event::Edited { text, .. } = watched.event(|e| matches!(e, Event::Edited { .. })) else {
        unreachable!()
    };
    assert_eq!(text, "z1 held, z3 held");
    assert_eq!(copied(&mut watched).modes, LatentMode::holding(&[1, 3], 4));
    watched.events.clear();
    watched.worker.set_live(hold(&[3]));
    let Event::Edited { text, .. } = watched.event(|e| matches!(e, Event::Edited { .. })) else {
        unreachable!()
    };
    assert_eq!(text, "z1 released");
    watched.send(Command::Steps(3));
    let shown = watched.paused_at(3);
    let marks = shown.history.marks().iter().map(|m| m.text.as_str());
    assert_eq!(
        marks.collect::<Vec<_>>(),
        ["z1 held", "z3 held", "z1 released"]
    );
    watched.send(Command::Reset);
    watched.paused_at(0);
    assert_eq!(copied(&mut watched).modes, vec![LatentMode::default(); 4]);
}
