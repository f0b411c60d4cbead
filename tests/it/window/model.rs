//! The network: presets, exact layers, likelihood, estimator, target, and what they amount to before
//! anything starts.

use collapse_explorer::app::Tile;
use collapse_explorer::config::{Estimator, Likelihood, Target};
use egui::accesskit::Role;
use egui::{Key, Vec2};
use egui_kittest::kittest::NodeT as _;

use collapse_explorer::app::state::AppState;

use super::{Window, config};

/// Weights and biases of dense layers through these widths.
fn dense(widths: &[usize]) -> usize {
    widths.windows(2).map(|w| (w[0] + 1) * w[1]).sum()
}

/// The panel's line about the network, `1,234 parameters · 5.6 MiB`, as its two numbers.
fn size_line(window: &Window) -> (usize, f64) {
    let (text, _) = window.text(|text| text.contains(" parameters · "));
    let (count, memory) = text.split_once(" parameters · ").expect("both");
    let memory = memory.strip_suffix(" MiB").expect("MiB");
    (
        count.replace(',', "").parse().expect("a count"),
        memory.parse().expect("a number"),
    )
}

#[test]
fn the_size_of_a_network_is_there_before_it_starts() {
    let mut window = Window::open(Vec2::new(1440.0, 1500.0), config());
    window.until("data", |s| s.data.is_some());
    // However far the worker is: the line needs no run.
    let (count, memory) = size_line(&window);
    let expected = dense(&[784, 32, 16]) + dense(&[8, 32, 784]) + 1;
    assert_eq!(count, expected);
    // At least parameters, gradients and two moments.
    assert!(
        memory > 16.0 * count as f64 / f64::from(1 << 20),
        "{memory}"
    );
    window.until("the run", |s| {
        s.run.as_ref().is_some_and(|r| r.device.is_some())
    });
    let run = window.state().run.as_ref().expect("a run");
    let true_memory = run.memory_bytes as f64 / f64::from(1 << 20);
    assert!(
        (memory / true_memory - 1.0).abs() < 0.01,
        "{memory} {true_memory}"
    );

    // While a number is dragged the line is already about the network it would make.
    let before = window.run();
    let field = window.control(Role::SpinButton, "latents").rect().center();
    window.harness.drag_at(field);
    window.frames(2);
    for step in 1..8 {
        window
            .harness
            .hover_at(field + Vec2::new(20.0 * step as f32, 0.0));
        window.frames(2);
    }
    let dragged = size_line(&window).0;
    assert!(dragged > count, "{dragged}");
    assert_eq!(
        (window.state().config.net.latents, window.run()),
        (8, before)
    );
    window.harness.drop_at(field + Vec2::new(140.0, 0.0));
    window.frames(3);
    assert!(window.run() > before);
    let latents = window.state().config.net.latents;
    let expected = dense(&[784, 32, 2 * latents]) + dense(&[latents, 32, 784]) + 1;
    assert_eq!((size_line(&window).0, dragged), (expected, expected));
}

#[test]
fn a_preset_starts_a_run_with_that_network() {
    let mut window = Window::tall();
    let first = window.run();
    window.choose("network", "Asperti 256-64-32");
    let net = window.state().config.net.clone();
    assert_eq!(net.encoder.to_string(), "256,64,32");
    assert_eq!(net.decoder.to_string(), "32,64,256");
    assert_eq!(net.latents, 16);
    assert!(window.run() > first);
    window.until("its run", |s| {
        s.run.as_ref().is_some_and(|r| r.device.is_some())
            && s.snapshot
                .as_ref()
                .is_some_and(|s| s.run.0 > first && s.step > 0)
    });
    let run = window.state().run.as_ref().expect("a run");
    let expected = dense(&[784, 256, 64, 32, 32]) + dense(&[16, 32, 64, 256, 784]) + 1;
    assert_eq!(run.parameters, expected);
    assert!(window.state().ghost.is_some());
    // Depth and width are the MLP's alone.
    assert!(!window.has(Role::Slider, "depth") && !window.has(Role::SpinButton, "width"));

    // A numbered one has its number, and keeps the latents while it changes.
    window.press("Pause");
    window.choose("network", "Dai et al. 4 × 512");
    assert_eq!(
        window.state().config.net.encoder.to_string(),
        "512,512,512,512"
    );
    assert_eq!(window.state().config.net.latents, 64);
    window.set(Role::SpinButton, "latents", 3.0);
    window.set(Role::SpinButton, "hidden layers", 2.0);
    let net = &window.state().config.net;
    assert_eq!(
        (net.encoder.to_string().as_str(), net.latents),
        ("512,512", 3)
    );
    assert!(window.has(Role::SpinButton, "hidden layers"));

    window.choose("network", "MLP (depth, width)");
    assert!(window.has(Role::Slider, "depth") && window.has(Role::SpinButton, "width"));
    assert_eq!(window.state().config.net.latents, 3);
}

#[test]
fn a_preset_that_does_not_fit_is_out_of_reach_and_says_why() {
    let mut window = Window::tall();
    let run = window.run();
    window.control(Role::ComboBox, "network").click();
    window.frames(3);
    let unfit = "β-VAE convolutional (64×64)";
    let disabled = |label: &str| {
        let entry = window.control(Role::Button, label);
        entry.accesskit_node().is_disabled()
    };
    assert!(disabled(unfit));
    for fit in ["Lucas et al. 1024-512", "Asperti convolutional (28×28)"] {
        assert!(!disabled(fit), "{fit}");
    }
    window.control(Role::Button, unfit).hover();
    window.frames(8);
    window.text(|text| text.contains("64 × 64") && text.contains("28 × 28"));
    window.control(Role::Button, unfit).click();
    window.frames(3);
    assert_eq!(window.state().config.net, config().net);
    assert_eq!(window.run(), run);
}

#[test]
fn a_wrong_text_leaves_the_run_and_says_why() {
    let mut window = Window::tall();
    let run = window.run();
    assert!(!window.has(Role::TextInput, "encoder layers"));
    window.press("advanced model");
    for (label, text, reason) in [
        ("encoder layers", "256,abc", "'abc'"),
        (
            "encoder layers",
            "conv4,pool,pool,pool,pool,pool,pool",
            "does not fit",
        ),
        ("decoder layers", "4x4x8,deconvoutk4s2", "28×28"),
        ("decoder layers", "res(conv8", "parenthesis"),
    ] {
        window.enter(label, text);
        assert!(window.says(reason), "{text}: {:?}", window.texts());
        // What was typed is still there to be mended.
        let shown = window.control(Role::TextInput, label).value();
        assert_eq!(shown.as_deref(), Some(text));
        assert_eq!(window.state().config.net, config().net);
        assert_eq!(window.run(), run);
        assert!(window.state().session.problem.is_none());
    }
    let step = window.step();
    window.until("more steps", |s| {
        s.snapshot
            .as_ref()
            .is_some_and(|s| s.run.0 == run && s.step > step)
    });
    // Escape gives the network's own text back.
    window.control(Role::TextInput, "decoder layers").click();
    window.frames(2);
    window.harness.key_press(Key::Escape);
    window.frames(3);
    let shown = window.control(Role::TextInput, "decoder layers").value();
    assert_eq!(shown.as_deref(), Some("32"));
    assert!(!window.says("parenthesis"));

    // One that can be built is: here a convolution, which trains.
    window.enter("encoder layers", " conv4k4s4 , 16 ");
    assert_eq!(
        window.state().config.net.encoder.to_string(),
        "conv4k4s4,16"
    );
    assert_eq!(window.state().config.net.decoder.to_string(), "32");
    assert!(window.run() > run && !window.says("does not fit"));
    window.until("steps of it", |s| {
        s.snapshot
            .as_ref()
            .is_some_and(|s| s.run.0 > run && s.step > 2)
    });
}

#[test]
fn the_analytic_estimator_needs_a_linear_decoder() {
    let mut window = Window::tall();
    window.press("advanced model");
    window.choose("estimator", "Analytic");
    assert_eq!(window.state().config.net.estimator, Estimator::Sampled);
    window.harness.key_press(Key::Escape);
    window.frames(3);
    window.set(Role::Slider, "depth", 0.0);
    window.choose("estimator", "Analytic");
    assert_eq!(window.state().config.net.estimator, Estimator::Analytic);
    // A deeper decoder cannot have it, and says so by going back.
    window.set(Role::Slider, "depth", 1.0);
    assert_eq!(window.state().config.net.estimator, Estimator::Sampled);
    window.choose("estimator", "Importance-weighted");
    window.set(Role::SpinButton, "samples k", 3.0);
    assert_eq!(
        window.state().config.net.estimator,
        Estimator::ImportanceWeighted(3)
    );
    assert!(window.says("linear theory does not cover importance weighting"));
    assert!(window.state().session.problem.is_none());
}

#[test]
fn other_likelihoods_and_targets_train_and_theory_says_nothing() {
    let mut window = Window::tall();
    window.press("advanced model");
    let run = window.run();
    window.choose("likelihood", "Bernoulli");
    assert_eq!(window.state().config.net.likelihood, Likelihood::Bernoulli);
    assert!(window.says("linear theory does not cover Bernoulli"));
    assert!(window.says("A Bernoulli likelihood has no γ"));
    let gamma = window.control(Role::Slider, "γ");
    assert!(gamma.accesskit_node().is_disabled());

    window.choose("target", "Labels");
    assert_eq!(window.state().config.net.target, Target::Labels);
    window.until("a step towards labels", |s| {
        s.snapshot
            .as_ref()
            .is_some_and(|s| s.run.0 == run + 2 && s.step > 0 && s.views.is_some())
    });
    // The labels are related to the data by a thread of their own.
    window.until_it_says("linear theory does not cover Bernoulli");
    assert!(!window.has(Role::Figure, Tile::Pictures.title()));
    assert!(window.says("it makes no pictures"));

    // The outputs of a random map are no probabilities: refused, and the run goes on.
    window.choose("target", "Linear map");
    assert_eq!(window.state().config.net.target, Target::Labels);
    let problem = window.state().session.problem.clone().expect("a problem");
    assert!(problem.contains("between 0 and 1"), "{problem}");
    assert_eq!(window.run(), run + 2);
    window.choose("likelihood", "γ per pixel");
    window.choose("target", "Linear map");
    window.set(Role::SpinButton, "rows of the map", 4.0);
    assert_eq!(window.state().config.net.target, Target::LinearMap(4));
    window.until("a step of the regression", |s| {
        s.snapshot
            .as_ref()
            .is_some_and(|s| s.run.0 == run + 5 && s.step > 0)
    });
}

#[test]
fn thresholds_of_another_target_are_those_of_its_explainable_part() {
    let mut window = Window::tall();
    window.press("advanced model");
    let input = window.state().prediction.clone().expect("a prediction");
    assert_eq!(input.explained, None);
    window.choose("target", "Labels");
    window.until("the labels' thresholds", |s| {
        s.prediction.as_ref().is_some_and(|p| p.explained.is_some())
    });
    let labels = window.state().prediction.clone().expect("a prediction");
    let zeta2 = labels.problem.eigenvalues();
    // Ten centred one-hot columns have rank nine, and a variance of one minus the sum of squared shares.
    assert_eq!((zeta2.len(), labels.problem.dim()), (10, 10));
    assert!(zeta2[9] < 1e-9 && zeta2[8] > 1e-3, "{zeta2:?}");
    assert!((labels.problem.total_variance() - 0.9).abs() < 0.01);
    assert!(!window.says("linear theory does not cover"));
    assert_eq!(window.state().uncovered(), None);
    // A random map depends on the seed: other modes for another seed, and back to the input's.
    window.choose("target", "Linear map");
    let seen = |window: &Window| {
        let prediction = window.state().prediction.clone();
        prediction.map(|p| p.problem.eigenvalues().to_vec())
    };
    let mapped = |s: &AppState| s.prediction.as_ref().is_some_and(|p| p.explained.is_some());
    window.until("the map's thresholds", mapped);
    let first = seen(&window);
    window.press("New seed");
    window.until("the new map's thresholds", mapped);
    assert_ne!(first, seen(&window));
    window.choose("target", "Input");
    assert_eq!(seen(&window), Some(input.problem.eigenvalues().to_vec()));
}

#[test]
fn data_the_network_does_not_fit_are_said_in_the_panel() {
    let mut window = Window::tall();
    window.press("Pause");
    window.choose("network", "Asperti convolutional (28×28)");
    window.enter("data path", "gaussian:9,5,2");
    window.until("the reason", |s| {
        s.data.as_ref().is_some_and(|d| d.dataset.dim() == 3) && s.session.problem.is_some()
    });
    window.text(|text| text.starts_with("This network cannot be built: "));
    // A network that fits them is one choice away.
    window.choose("network", "Linear (the theory's model)");
    window.until("its run", |s| {
        s.run.as_ref().is_some_and(|r| r.device.is_some())
    });
    assert!(!window.says("cannot be built"));
    assert_eq!(
        size_line(&window).0,
        dense(&[3, 16]) + dense(&[16, 3]) + 16 + 1
    );
}
