//! The tiles of experiments: a sweep while the live run waits, a diagram stopped, continued and opened.

use collapse_explorer::app::state::AppState;
use collapse_explorer::config::{
    DataConfig, DataSource, Estimator, NetConfig, RunConfig, SamplingConfig,
};
use collapse_explorer::lab::Stage;
use egui::Vec2;
use egui::accesskit::Role;
use egui_kittest::kittest::{NodeT as _, Queryable as _, by};

use super::{Window, config};

/// The linear model on small Gaussian data, whose steps take microseconds.
fn linear() -> RunConfig {
    let base = config();
    RunConfig {
        data: DataConfig {
            source: DataSource::Gaussian(vec![9.0, 5.0, 2.0, 1.0, 0.3]),
            limit: Some(128),
            ..DataConfig::default()
        },
        net: NetConfig {
            estimator: Estimator::Analytic,
            ..NetConfig::linear(5)
        },
        sampling: SamplingConfig {
            batch: 128,
            seed: 0,
        },
        ..base
    }
}

/// A window on the theory lab.
fn lab() -> Window {
    let mut window = Window::open(Vec2::new(1700.0, 1000.0), linear());
    window.until("prediction", |s| s.prediction.is_some());
    window.until("statistics", |s| {
        s.snapshot.as_ref().is_some_and(|s| s.step > 0)
    });
    window.pick("Theory lab");
    window.frames(3);
    window
}

fn described(window: &Window, figure: &str) -> String {
    let node = window.control(Role::Figure, figure);
    node.accesskit_node().description().unwrap_or_default()
}

#[test]
fn a_sweep_runs_while_the_live_run_waits_and_shows_both_ways() {
    let mut window = lab();
    assert!(
        window.says("Start trains at increasing"),
        "an empty state says what it would do"
    );
    assert!(window.state().playing);
    window.set(Role::SpinButton, "sweep values", 3.0);
    window.set(Role::SpinButton, "sweep steps", 400.0);
    assert!(
        window.says("6 points, 2,400 steps at most"),
        "the budget is stated before the start"
    );
    window.press("Start sweep");
    assert!(window.has(Role::Button, "Stop sweep") || !window.state().lab.is_running());
    let over = |s: &AppState| {
        s.lab
            .sweep
            .as_ref()
            .is_some_and(|m| m.stage == Stage::Finished)
    };
    window.until("a finished sweep", over);
    let made = window.state().lab.sweep.as_ref().expect("a sweep");
    let sweep = made.result.as_ref().expect("points");
    assert!(sweep.is_complete() && sweep.values.len() == 3);
    assert!(described(&window, "Hysteresis sweep").contains("settled"));
    window.until("the live run going on", |s| s.playing);
    window.pick("σ² per latent");
    assert!(window.says("E σ²"));
    window.pick("Active latents");
    window.frames(2);
    assert!(window.has(Role::Button, "Start sweep"));
}

#[test]
fn the_live_run_goes_on_if_it_is_not_to_wait() {
    let mut window = lab();
    window.set(Role::SpinButton, "sweep steps", 100_000.0);
    window.press("Start sweep");
    window.until("the live run waiting", |s| !s.playing);
    let waits: Vec<_> = window
        .harness
        .query_all(
            by().role(Role::CheckBox)
                .label("Pause the live run meanwhile"),
        )
        .collect();
    waits[0].click();
    drop(waits);
    window.frames(3);
    window.until("the live run going on", |s| s.playing && s.lab.is_running());
    let step = window.step();
    window.until("more steps", |s| {
        s.snapshot.as_ref().is_some_and(|s| s.step > step)
    });
    window.press("Stop sweep");
    window.until("the end of the sweep", |s| !s.lab.is_running());
    assert!(window.has(Role::Button, "Start sweep") || window.has(Role::Button, "Continue sweep"));
}

#[test]
fn the_theorys_map_is_there_at_once_and_a_click_goes_there() {
    let mut window = lab();
    let rect = window.control(Role::Figure, "Phase diagram").rect();
    assert!(described(&window, "Phase diagram").contains("of 5 active"));
    let before = window.state().config.live;
    let at = rect.center() + egui::vec2(30.0, 20.0);
    window.drag(at, at);
    let after = window.state().config.live;
    assert!(
        after.beta != before.beta && after.gamma != before.gamma,
        "{after:?}"
    );
    let count = window.predicted();
    let eigenvalues = [9.0, 5.0, 2.0, 1.0, 0.3];
    let alive = eigenvalues
        .iter()
        .filter(|z| **z > after.beta * after.gamma)
        .count();
    assert_eq!(count, alive);
}

#[test]
fn a_diagram_is_stopped_continued_and_its_cells_open_as_runs() {
    let mut window = lab();
    window.pick("β × κ");
    assert!(window.says("Start trains one short run for every β and every number of latents"));
    window.set(Role::SpinButton, "phase columns", 3.0);
    window.set(Role::SpinButton, "phase latents", 4.0);
    window.set(Role::SpinButton, "phase steps", 4000.0);
    assert!(window.says("12 runs × 4,000 steps = 48,000 steps"));
    window.press("Start diagram");
    let done = |s: &AppState| {
        let made = s.lab.phase.as_ref();
        made.and_then(|m| m.result.as_ref())
            .map_or(0, |map| map.done())
    };
    window.until("a first cell", move |s| done(s) > 0);
    window.press("Stop diagram");
    window.until("a stop", |s| !s.lab.is_running());
    let kept = done(window.state());
    assert!((1..12).contains(&kept), "{kept}");
    window.press("Continue diagram");
    window.until("the whole diagram", move |s| {
        done(s) == 12 && !s.lab.is_running()
    });
    // Every finished cell is in a file beside the figures.
    let folder = window.figures.path().join("lab");
    let files: Vec<_> = std::fs::read_dir(folder).expect("a folder").collect();
    assert_eq!(files.len(), 1);
    let content = std::fs::read_to_string(files[0].as_ref().expect("a file").path()).expect("text");
    assert_eq!(content.lines().count(), 12);
    // A click on a cell is its run: its β, its κ, from the start.
    let run = window.run();
    let rect = window.control(Role::Figure, "Phase diagram").rect();
    let at = rect.center();
    window.drag(at, at);
    window.until("another run", move |s| {
        s.run.as_ref().is_some_and(|r| r.id.0 > run)
    });
    let map = window
        .state()
        .lab
        .phase
        .as_ref()
        .and_then(|m| m.result.clone())
        .expect("a diagram");
    let config = &window.state().config;
    assert!(
        map.betas.contains(&config.live.beta),
        "{}",
        config.live.beta
    );
    assert!(
        map.rows.contains(&config.net.latents),
        "{}",
        config.net.latents
    );
    assert_ne!(config.net.latents, 5);
}
