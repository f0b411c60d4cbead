//! The papers' figures and tables in the window: made, judged, stopped, kept, opened, saved; the guided tour.

use std::path::Path;
use std::time::{Duration, Instant};

use collapse_explorer::app::Explorer;
use collapse_explorer::config::{Activation, DataSource, GammaMode, RunConfig, Stack};
use collapse_explorer::data::Store;
use collapse_explorer::papers::{self, ALL, DataSet, Experiment, Verdict};
use egui::accesskit::Role;
use egui::{Key, Vec2};
use egui_kittest::Harness;

use super::{PATIENCE, Window, config};

/// A window on the papers that keeps what is made in `cache`.
fn papers_in(cache: &Path, size: Vec2) -> Window {
    let figures = tempfile::tempdir().expect("a folder");
    let (folder, store) = (figures.path().to_owned(), Store::at(cache));
    let harness = Harness::builder()
        .with_size(size)
        .with_max_steps(2)
        .build_eframe(move |cc| {
            Explorer::with_store(&cc.egui_ctx, config(), folder, store).expect("threads start")
        });
    let mut window = Window { harness, figures };
    window.until("a run", |s| s.snapshot.as_ref().is_some_and(|s| s.step > 0));
    window.until("a look at the data", |s| !s.papers.found.is_empty());
    window.pick("Papers");
    window
}

/// The same so tall that the whole list is on screen.
fn tall(cache: &Path) -> Window {
    papers_in(cache, Vec2::new(1440.0, 1900.0))
}

fn experiment(id: &str) -> &'static Experiment {
    papers::find(id).expect("an experiment")
}

/// Makes an experiment to its end.
fn make(window: &mut Window, id: &'static str) {
    window.pick(experiment(id).title);
    window.press("Run this");
    window.until("a report", move |s| {
        s.papers.report(experiment(id)).is_some() && !s.papers.is_running()
    });
}

fn wait(what: &str, mut there: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !there() {
        assert!(begin.elapsed() < PATIENCE, "no {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn the_list_shows_every_experiment_and_the_keys_go_through_it() {
    let cache = tempfile::tempdir().expect("a folder");
    let mut window = tall(cache.path());
    for experiment in ALL {
        assert!(window.has(Role::RadioButton, experiment.title));
        assert!(window.says(experiment.paper.name()));
    }
    assert!(window.says(&format!("0 of {} made", ALL.len())));
    assert!(
        window.says("The quick version takes about"),
        "its price is stated"
    );
    for (key, selected) in [
        (Key::ArrowDown, 1),
        (Key::ArrowDown, 2),
        (Key::ArrowUp, 1),
        (Key::ArrowUp, 0),
        (Key::ArrowUp, 0),
    ] {
        window.harness.key_press(key);
        window.frames(3);
        assert_eq!(window.state().papers.selected, selected);
        assert!(window.says(ALL[selected].claim));
    }
    window.pick("Full");
    let memory = format!("{} MiB", ALL[0].cost.full_mib);
    assert!(window.says("The full version takes about") && window.says(&memory));
}

#[test]
fn an_experiment_ends_with_its_verdict_and_figure_which_are_there_the_next_time() {
    let cache = tempfile::tempdir().expect("a folder");
    let mut window = tall(cache.path());
    assert!(window.state().playing);
    let thm3 = experiment("wang-thm3");
    make(&mut window, thm3.id);
    window.until("the live run going on", |s| s.playing);
    let report = window.state().papers.report(thm3).expect("made").clone();
    assert_eq!(report.verdict(), Some(Verdict::Pass), "{report:#?}");
    assert!(window.says(&format!("1 of {} made: 1 pass", ALL.len())));
    let title = &report.figures[0].title;
    assert!(window.has(Role::Figure, title), "{title}");
    for check in &report.checks {
        assert!(window.says(&check.name) && window.says(&check.measured));
    }
    drop(window);
    let mut window = tall(cache.path());
    assert!(
        window.says(&format!("1 of {} made: 1 pass", ALL.len())),
        "kept"
    );
    window.pick(thm3.title);
    assert!(window.has(Role::Figure, title));
    let kept = window.state().papers.report(thm3).expect("kept").clone();
    assert_eq!(kept.checks, report.checks);
}

#[test]
fn several_figures_are_gone_through_one_by_one() {
    let cache = tempfile::tempdir().expect("a folder");
    let mut window = tall(cache.path());
    make(&mut window, "dai-prop1");
    let report = window.state().papers.report(experiment("dai-prop1"));
    let count = report.expect("made").figures.len();
    assert!(count > 1);
    assert!(window.says(&format!("Figure 1 of {count}")));
    window.press("next figure");
    assert!(window.says(&format!("Figure 2 of {count}")));
    window.press("figure before");
    assert!(window.says(&format!("Figure 1 of {count}")));
}

#[test]
fn the_papers_stand_any_size_of_the_window() {
    let cache = tempfile::tempdir().expect("a folder");
    let mut window = tall(cache.path());
    make(&mut window, "wang-thm3");
    let title = window.state().papers.experiment().title;
    for size in [[900.0, 600.0], [300.0, 200.0], [1280.0, 800.0]] {
        window.harness.set_size(size.into());
        window.frames(4);
    }
    let rect = window.control(Role::RadioButton, title).rect();
    assert!(rect.width() > 150.0 && rect.right() < 1280.0, "{rect}");
    assert!(window.says(experiment("wang-thm3").claim));
}

#[test]
fn experiments_stop_when_told_and_the_live_run_goes_on() {
    let cache = tempfile::tempdir().expect("a folder");
    let mut window = tall(cache.path());
    let fig1 = experiment("wang-fig1");
    assert!(fig1.data.is_none() && fig1.cost.quick_s > 5);
    window.pick(fig1.title);
    window.press("Run this");
    window.until("a start", |s| {
        let running = s.papers.running.as_ref();
        running.is_some_and(|r| r.at.is_some())
    });
    // Into the training.
    for _ in 0..50 {
        window.frames(1);
        std::thread::sleep(Duration::from_millis(10));
    }
    assert!(!window.state().playing, "the live run waits");
    assert!(
        window.says("left") && window.has(Role::ProgressIndicator, "progress of the experiment")
    );
    window.press("Stop experiments");
    window.until("the end", |s| !s.papers.is_running());
    assert!(window.state().papers.report(fig1).is_none());
    assert!(window.state().papers.failure(fig1).is_none());
    window.until("the live run going on", |s| s.playing);
}

#[test]
fn data_that_are_not_there_are_asked_for_and_found_where_they_are() {
    let cache = tempfile::tempdir().expect("a folder");
    let data = tempfile::tempdir().expect("a folder");
    let mut window = tall(cache.path());
    let fig2 = experiment("wang-fig2");
    window.pick(fig2.title);
    window.enter("folder of data sets", &data.path().display().to_string());
    window.until("a look", |s| !s.papers.found.is_empty());
    assert!(window.says("MNIST was not found") && window.says("'mnist'"));
    make(&mut window, fig2.id);
    let report = window.state().papers.report(fig2).expect("a report");
    assert_eq!(report.verdict(), Some(Verdict::Skipped));
    assert!(window.says(&format!("1 of {} made: 1 skipped", ALL.len())));
    assert!(!window.says("--data"), "the window has no command line");
    std::fs::create_dir(data.path().join("mnist")).expect("a folder");
    // The same folder again is looked at again.
    window.enter("folder of data sets", &data.path().display().to_string());
    window.until("MNIST", |s| s.papers.place(DataSet::Mnist).is_some());
    assert!(window.says("MNIST was found in"));
    assert!(window.says("Found MNIST; missing Fashion-MNIST"));
}

#[test]
fn an_experiment_opens_as_a_live_run() {
    let cache = tempfile::tempdir().expect("a folder");
    let mut window = tall(cache.path());
    let etadec = experiment("wang-etadec");
    make(&mut window, etadec.id);
    let report = window.state().papers.report(etadec).expect("made");
    let live = report.live.clone().expect("a setting");
    let run = window.run();
    window.press("Open as a live run");
    window.until("another run", |s| {
        s.run.as_ref().is_some_and(|r| r.id.0 > run)
    });
    let now = window.state().config.clone();
    assert_eq!((&now.net, now.live), (&live.net, live.live));
    assert_eq!((now.sampling, now.data), (live.sampling, live.data));
    assert_eq!(now.device, config().device, "the processor is the user's");
    window.until("prediction", |s| s.prediction.is_some());
    assert!(window.has(Role::Figure, "Singular-value thresholds"));
}

#[test]
fn a_report_is_saved_with_its_figures_and_a_page() {
    let cache = tempfile::tempdir().expect("a folder");
    let mut window = tall(cache.path());
    make(&mut window, "wang-thm3");
    window.press("Save report ▾");
    window.press("All 1 results, with a page");
    let folder = window.figures.path().join("papers");
    wait("page", || folder.join("index.html").is_file());
    let text = std::fs::read_to_string(folder.join("wang-thm3.json")).expect("JSON");
    let report: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(report["id"], "wang-thm3");
    assert_eq!(report["checks"][0]["verdict"], "pass");
    let files = report["files"].as_array().expect("files");
    let there = |extension: &str| {
        let ends = |f: &serde_json::Value| f.as_str().is_some_and(|f| f.ends_with(extension));
        files.iter().any(ends)
    };
    assert!(["svg", "png", "csv"].into_iter().all(there), "{files:?}");
    let page = std::fs::read_to_string(folder.join("index.html")).expect("a page");
    assert!(page.contains("<svg") && page.contains("Theorem 3"));
}

/// What each step of the tour must show.
fn assert_step(step: usize, config: &RunConfig) {
    let gaussian = |items: usize| match &config.data.source {
        DataSource::Gaussian(spectrum) => spectrum.len() == items,
        _ => false,
    };
    let digits = config.data.source == DataSource::Digits;
    let net = &config.net;
    let right = match step {
        0 => gaussian(5) && net.encoder.is_empty() && net.latents == 5 && config.live.beta < 4.0,
        1 => gaussian(5) && config.live.beta * config.live.gamma < 5.0 && config.live.beta >= 4.0,
        2 => gaussian(8) && config.live.gamma > 2.0 && net.latents == 3,
        3 => digits && net.encoder.len() == 3 && config.live.gamma_mode == GammaMode::Learned,
        4 => net.activation == Activation::Tanh && net.encoder.len() == 16,
        _ => digits && net.latents == 32 && config.live.gamma_mode == GammaMode::Fixed,
    };
    assert!(right, "step {step}: {config:?}");
}

#[test]
fn the_tour_has_six_steps_each_with_its_run_and_gives_the_users_back() {
    let cache = tempfile::tempdir().expect("a folder");
    let mut window = papers_in(cache.path(), Vec2::new(1440.0, 900.0));
    let mine = window.state().config.clone();
    window.press("Tour");
    // The run of the last step is on digits too: what is waited for is that it is there.
    let settled = |window: &mut Window| {
        window.until("the step's run", |s| {
            s.opening.loading.is_none() && s.snapshot.as_ref().is_some_and(|s| s.step > 0)
        });
    };
    for step in 0..6 {
        settled(&mut window);
        assert!(window.says(&format!("Tour, step {} of 6", step + 1)));
        assert_step(step, &window.state().config);
        assert!(window.state().playing, "step {step}");
        let shown = ["Singular-value thresholds"; 4]
            .into_iter()
            .chain(["Start finds out why", "Histogram of σ"]);
        let shown = shown.collect::<Vec<_>>()[step];
        assert!(window.says(shown), "step {step}: {shown}");
        if step < 5 {
            window.press("Next");
        }
    }
    window.press("Back");
    settled(&mut window);
    assert_step(4, &window.state().config);
    window.press("Close");
    assert!(!window.says("Tour, step"));
    settled(&mut window);
    assert_eq!(window.state().config, mine);
}

#[test]
fn a_run_made_out_of_the_tours_stays_unless_the_users_is_asked_for() {
    let cache = tempfile::tempdir().expect("a folder");
    let mut window = papers_in(cache.path(), Vec2::new(1440.0, 900.0));
    let mine = window.state().config.clone();
    let start = |window: &mut Window| {
        window.pick("Papers");
        window.press("Tour");
        window.until("the first run", |s| {
            s.opening.loading.is_none() && s.config.net.encoder == Stack::default()
        });
    };
    start(&mut window);
    assert!(!window.has(Role::Button, "Back to my run"));
    window.press("New seed");
    assert!(window.has(Role::Button, "Back to my run"));
    window.press("Close");
    window.frames(5);
    assert_eq!(window.state().config.net.encoder, Stack::default(), "kept");
    assert!(window.state().tour.is_none());
    // From there the tour gives back what it found.
    let changed = window.state().config.clone();
    assert_ne!(changed, mine);
    start(&mut window);
    window.press("New seed");
    window.press("Back to my run");
    window.until("the run of before", |s| s.config == changed);
    // Or nothing, if its run is to stay.
    start(&mut window);
    let tours = window.state().config.clone();
    window.press("Keep this run");
    window.frames(5);
    assert_eq!(window.state().config, tours);
    // The help offers it too.
    window.press("?");
    window.press("Take the tour: six steps, each with its own run");
    assert!(window.says("Tour, step 1 of 6"));
}
