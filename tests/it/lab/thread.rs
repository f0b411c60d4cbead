//! The lab's thread: tells, stops at once, survives failures, is joined on drop.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use collapse_explorer::config::NetConfig;
use collapse_explorer::lab::{
    Hysteresis, Lab, Outcome, PhaseAxis, PhaseRequest, Request, Stage, Status,
};
use collapse_explorer::metrics::Known;
use collapse_explorer::train::RunSetup;

use super::linear_sweep;
use crate::common::runs::{digits, live, setup};

fn lab() -> (Lab, Arc<AtomicUsize>) {
    let woken = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&woken);
    let waker = Arc::new(move || {
        count.fetch_add(1, Ordering::Relaxed);
    });
    (Lab::spawn(waker).expect("a thread"), woken)
}

/// The first status that satisfies `wanted`, within a minute.
fn until(lab: &Lab, wanted: impl Fn(&Status) -> bool) -> Status {
    let begun = Instant::now();
    loop {
        if let Some(status) = lab.status().filter(&wanted) {
            return status;
        }
        assert!(
            begun.elapsed() < Duration::from_mins(1),
            "no such status came"
        );
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn sweep_of(status: &Status) -> &Arc<Hysteresis> {
    match &status.outcome {
        Some(Outcome::Hysteresis(sweep)) => sweep,
        other => panic!("no sweep: {other:?}"),
    }
}

#[test]
fn a_sweep_runs_to_its_end_with_progress_and_time_left() {
    let (lab, woken) = lab();
    lab.start(7, Request::Hysteresis(linear_sweep(4, 200), None));
    let half = until(&lab, |r| r.headway.done >= 2);
    assert_eq!((half.id, half.headway.total), (7, 8));
    assert!(half.left.is_some() || half.stage == Stage::Finished);
    let end = if half.stage == Stage::Running {
        until(&lab, |r| r.stage != Stage::Running)
    } else {
        half
    };
    assert_eq!(end.stage, Stage::Finished);
    assert!(sweep_of(&end).is_complete());
    assert!(woken.load(Ordering::Relaxed) >= 8);
}

#[test]
fn a_stop_interrupts_a_step_and_the_rest_is_the_same_sweep() {
    let (lab, _) = lab();
    let request = linear_sweep(4, 1500);
    lab.start(1, Request::Hysteresis(request.clone(), None));
    until(&lab, |r| r.headway.done >= 2);
    lab.stop();
    let stopped = until(&lab, |r| r.stage != Stage::Running);
    assert_eq!(stopped.stage, Stage::Stopped);
    let so_far = Arc::clone(sweep_of(&stopped));
    assert!(so_far.points.len() >= 2 && !so_far.is_complete());
    lab.start(
        2,
        Request::Hysteresis(request.clone(), Some(Arc::clone(&so_far))),
    );
    let end = until(&lab, |r| r.id == 2 && r.stage != Stage::Running);
    let whole = sweep_of(&end);
    assert!(whole.is_complete());
    assert_eq!(whole.points[..so_far.points.len()], so_far.points[..]);
    // One of other settings is not gone on with.
    let mut other = request;
    other.most_steps = 20;
    lab.start(3, Request::Hysteresis(other, Some(so_far)));
    let end = until(&lab, |r| r.id == 3 && r.stage != Stage::Running);
    assert!(sweep_of(&end).points.iter().all(|p| p.steps == 20));
}

/// A step of this network takes many milliseconds; a stop need not wait for the burst it is in.
#[test]
fn dropping_the_lab_in_the_middle_of_a_large_run_takes_no_time() {
    let data = digits(512);
    let net = NetConfig::dense(&[1024, 512], 64);
    let (lab, _) = lab();
    lab.start(
        1,
        Request::Phase(
            PhaseRequest {
                setup: setup(&data, net, live(1.0, 1.0, 1e-3), 256, 0),
                data_digest: String::new(),
                known: Known::default(),
                axis: PhaseAxis::Latents,
                betas: vec![1.0],
                rows: vec![64],
                width: 1024,
                steps: 100_000,
                folder: None,
            },
            None,
        ),
    );
    until(&lab, |r| r.headway.total == 1);
    std::thread::sleep(Duration::from_millis(300));
    let before = Instant::now();
    drop(lab);
    assert!(
        before.elapsed() < Duration::from_secs(2),
        "{:?}",
        before.elapsed()
    );
}

#[test]
fn what_cannot_run_is_said_and_the_next_one_runs() {
    let (lab, _) = lab();
    let mut bad = linear_sweep(3, 50);
    bad.values.reverse();
    lab.start(1, Request::Hysteresis(bad, None));
    let failed = until(&lab, |r| r.id == 1 && r.stage != Stage::Running);
    assert!(
        matches!(&failed.stage, Stage::Failed(why) if why.contains("ascend")),
        "{:?}",
        failed.stage
    );
    // A learning rate that explodes is named with the point it happened at.
    let mut wild = linear_sweep(3, 400);
    let mut base = RunSetup::clone(&wild.setup);
    base.config.live.learning_rate = 1e30;
    wild.setup = Arc::new(base);
    lab.start(2, Request::Hysteresis(wild, None));
    let failed = until(&lab, |r| r.id == 2 && r.stage != Stage::Running);
    assert!(
        matches!(&failed.stage, Stage::Failed(why) if why.contains("β = 0.15") && why.contains("finite")),
        "{:?}",
        failed.stage
    );
    lab.start(3, Request::Hysteresis(linear_sweep(2, 20), None));
    let end = until(&lab, |r| r.id == 3 && r.stage != Stage::Running);
    assert_eq!(end.stage, Stage::Finished);
}
