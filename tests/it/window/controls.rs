//! Objective, buttons and network: what changing a control does to state, prediction and picture.

use std::f64::consts::LN_10;

use collapse_explorer::config::GammaMode;
use egui::accesskit::Role;
use egui::{Key, Modifiers};

use super::{ITEMS, Window};

/// How many of the eight latents live, from the spectrum itself.
fn counted(window: &Window, beta: f64, gamma: f64) -> usize {
    let data = window.state().data.as_ref().expect("data");
    let spectrum = data.spectrum.as_ref().expect("a spectrum");
    let latents = window.state().config.net.latents;
    let leading = spectrum.eigenvalues.iter().take(latents);
    leading.filter(|&&zeta2| zeta2 > beta * gamma).count()
}

#[test]
fn the_beta_slider_moves_beta_the_prediction_and_the_line() {
    let mut window = Window::ready();
    let rule = |text: &str| text.starts_with("βγ = ");
    let (before, first) = (window.text(rule), window.predicted());
    assert_eq!(window.beta(), 1.0);
    assert_eq!(first, counted(&window, 1.0, 1.0));
    assert!(before.0.starts_with("βγ = 1.00"), "{before:?}");

    // The arrow keys on the focused slider: up by a bit, and down again.
    window.control(Role::Slider, "β").focus();
    window.frames(2);
    for _ in 0..3 {
        window.harness.key_press(Key::ArrowRight);
        window.frames(1);
    }
    assert!(window.beta() > 1.0, "{}", window.beta());
    let step = window.step();

    // Set outright, far up: most modes die, and the line goes up in the figure.
    window.set(Role::Slider, "β", 4.0);
    assert!(
        (window.beta() / 4.0 - 1.0).abs() < 1e-6,
        "{}",
        window.beta()
    );
    window.frames(3);
    let expected = counted(&window, window.beta(), 1.0);
    assert!(expected < first, "the data do not tell β = 1 from 4");
    assert_eq!(window.predicted(), expected);
    let after = window.text(rule);
    assert!(after.0.starts_with("βγ = 4.00"), "{after:?}");
    assert!(
        after.1.y < before.1.y - 5.0,
        "the line went from {} to {}",
        before.1,
        after.1
    );
    let notes = format!("predicted {expected} alive");
    window.text(|text| text.contains(&notes));

    // It is live: the run takes the new β up without starting anew, and marks it.
    window.until("step with the new β", |s| {
        let snapshot = s.snapshot.as_ref().expect("a snapshot");
        snapshot.last.is_some_and(|m| (m.beta - 4.0).abs() < 1e-5)
    });
    assert!(window.step() >= step);
    let snapshot = window.state().snapshot.as_ref().expect("a snapshot");
    assert!(snapshot.history.marks().iter().any(|m| m.text == "β = 4"));
    assert!(window.state().ghost.is_none());
}

#[test]
fn the_track_follows_the_pointer_and_the_field_takes_an_exact_value() {
    let mut window = Window::ready();
    let track = window.control(Role::Slider, "β").rect();
    // 0.01 to 100 on a log scale: the middle is 1, three quarters of the way is 10.
    let at = egui::pos2(track.left() + 0.75 * track.width(), track.center().y);
    window.harness.drag_at(at);
    window.frames(2);
    window.harness.drop_at(at);
    window.frames(2);
    let off = (window.beta().ln() - LN_10).abs();
    assert!(off < 0.35, "β = {} at three quarters", window.beta());

    window.set(Role::SpinButton, "β value", 2.345_678);
    assert!(
        (window.beta() - 2.345_678).abs() < 1e-9,
        "{}",
        window.beta()
    );
}

#[test]
fn kill_and_revive_move_the_prediction_by_exactly_one() {
    let mut window = Window::ready();
    let mut alive = window.predicted();
    assert!(
        alive >= 3,
        "{alive} alive at β = 1 are too few for this test"
    );
    let start = alive;
    while alive > 0 {
        window.press("Kill one ▸");
        alive -= 1;
        assert_eq!(window.predicted(), alive);
        assert_eq!(counted(&window, window.beta(), 1.0), alive);
    }
    // Nothing is left to kill: the button does nothing.
    let beta = window.beta();
    window.press("Kill one ▸");
    assert_eq!((window.beta(), window.predicted()), (beta, 0));
    while alive < start {
        window.press("◂ Revive one");
        alive += 1;
        assert_eq!(window.predicted(), alive);
        assert_eq!(counted(&window, window.beta(), 1.0), alive);
    }
}

#[test]
fn pause_step_epoch_and_play() {
    let mut window = Window::ready();
    assert!(window.state().playing);
    window.press("Pause");
    let step = window.paused();
    window.frames(10);
    assert_eq!(window.step(), step, "it went on");
    assert!(!window.has(Role::Button, "Pause"));

    window.press("Step");
    window.until("one step", |s| {
        s.snapshot.as_ref().is_some_and(|s| s.step == step + 1)
    });
    window.press("Epoch");
    let epoch = (ITEMS / 32) as u64;
    window.until("an epoch", |s| {
        s.snapshot
            .as_ref()
            .is_some_and(|s| s.step == step + 1 + epoch)
    });
    window.frames(10);
    assert_eq!(window.step(), step + 1 + epoch, "more than an epoch");

    window.press("Play");
    window.until("more steps", |s| {
        s.playing
            && s.snapshot
                .as_ref()
                .is_some_and(|s| s.step > step + 5 + epoch)
    });
    assert!(window.has(Role::Button, "Pause"));
}

#[test]
fn the_keys_do_what_the_buttons_do() {
    let mut window = Window::ready();
    window.harness.key_press(Key::Space);
    window.frames(3);
    let step = window.paused();
    window.harness.key_press(Key::ArrowRight);
    window.until("one step", |s| {
        s.snapshot.as_ref().is_some_and(|s| s.step == step + 1)
    });
    window
        .harness
        .key_press_modifiers(Modifiers::SHIFT, Key::ArrowRight);
    let epoch = (ITEMS / 32) as u64;
    window.until("an epoch", |s| {
        s.snapshot
            .as_ref()
            .is_some_and(|s| s.step == step + 1 + epoch)
    });
    window.harness.key_press(Key::R);
    window.until("a reset", |s| {
        s.snapshot.as_ref().is_some_and(|s| s.step == 0)
    });
}

#[test]
fn reset_repeats_the_run_and_a_new_seed_does_not() {
    let mut window = Window::ready();
    window.press("Pause");
    window.paused();
    let first_losses = |window: &mut Window, button: &str| {
        window.press(button);
        window.until("step 0", |s| {
            s.snapshot.as_ref().is_some_and(|s| s.step == 0)
        });
        window.press("Epoch");
        let epoch = (ITEMS / 32) as u64;
        window.until("an epoch", |s| {
            s.snapshot.as_ref().is_some_and(|s| s.step == epoch)
        });
        let snapshot = window.state().snapshot.as_ref().expect("a snapshot");
        let losses: Vec<u64> = snapshot
            .history
            .bins()
            .iter()
            .map(|b| b.loss.mean.to_bits())
            .collect();
        assert_eq!(losses.len() as u64, epoch);
        losses
    };
    let once = first_losses(&mut window, "Reset");
    assert!(
        window.state().ghost.is_some(),
        "the old run stays as a ghost"
    );
    assert_eq!(once, first_losses(&mut window, "Reset"));
    let (run, seed) = (
        window.state().run.as_ref().expect("a run").id,
        window.state().config.sampling.seed,
    );
    assert_ne!(once, first_losses(&mut window, "New seed"));
    assert_ne!(window.state().run.as_ref().expect("a run").id, run);
    assert_eq!(window.state().config.sampling.seed, seed + 1);
}

#[test]
fn a_learned_gamma_moves_and_releasing_it_keeps_its_value() {
    let mut window = Window::ready();
    window.control(Role::RadioButton, "Learned").click();
    window.frames(3);
    assert_eq!(window.state().config.live.gamma_mode, GammaMode::Learned);
    // The implicit γ of digits is far below 1, so it falls.
    window.until("falling γ", |s| s.gamma() < 0.97);
    window.press("Pause");
    window.paused();
    let trained = window.state().gamma();
    // The field shows the trained value, not the starting one.
    let shown = window.control(Role::SpinButton, "γ value").value();
    let shown: f64 = shown.expect("a value").parse().expect("a number");
    assert!((shown / trained - 1.0).abs() < 1e-3, "{shown} {trained}");

    window.control(Role::RadioButton, "Fixed").click();
    window.frames(3);
    let live = window.state().config.live;
    assert_eq!(live.gamma_mode, GammaMode::Fixed);
    assert!(
        (live.gamma / trained - 1.0).abs() < 1e-6,
        "{live:?} {trained}"
    );
    assert_eq!(window.predicted(), counted(&window, live.beta, live.gamma));
}

#[test]
fn changing_the_latents_starts_a_new_run_beside_a_ghost() {
    let mut window = Window::ready();
    let old = window.state().run.as_ref().expect("a run").id;
    assert!(window.state().ghost.is_none());
    window.set(Role::SpinButton, "latents", 5.0);
    assert_eq!(window.state().config.net.latents, 5);
    window.until("a new run", |s| {
        s.run
            .as_ref()
            .is_some_and(|r| r.id != old && r.device.is_some())
            && s.snapshot
                .as_ref()
                .is_some_and(|s| s.run != old && s.evaluation.is_some())
    });
    let (_, ghost) = window.state().ghost.as_ref().expect("a ghost");
    assert!(ghost.steps() > 0);
    assert_eq!(window.state().usage.latents.len(), 5);
    assert_eq!(window.predicted(), counted(&window, 1.0, 1.0));
    // Parameters of 784–32–(5+5) and 5–32–784, biases, log γ.
    let counted = (785 * 32 + 33 * 10) + (6 * 32 + 33 * 784) + 1;
    let run = window.state().run.as_ref().expect("a run");
    assert_eq!(run.parameters, counted);
}

#[test]
fn depth_batch_seed_and_rate_do_what_their_section_says() {
    let mut window = Window::ready();
    let run = |window: &Window| window.state().run.as_ref().expect("a run").id;
    let first = run(&window);
    // Live: the same run goes on.
    window.set(Role::SpinButton, "learning rate", 5e-4);
    assert!((window.state().config.live.learning_rate - 5e-4).abs() < 1e-12);
    assert_eq!(run(&window), first);
    // Re-initialising: a new one each.
    window.set(Role::SpinButton, "batch", 16.0);
    assert_eq!(window.state().config.sampling.batch, 16);
    let second = run(&window);
    assert_ne!(second, first);
    window.set(Role::SpinButton, "seed", 9.0);
    assert_eq!(window.state().config.sampling.seed, 9);
    let third = run(&window);
    assert_ne!(third, second);
    // Depth 0 is the theory's model: no hidden layers, one σ per latent.
    window.set(Role::Slider, "depth", 0.0);
    let net = &window.state().config.net;
    assert!(net.encoder.is_empty() && net.decoder.is_empty());
    assert_eq!(
        net.variance,
        collapse_explorer::config::PosteriorVariance::Global
    );
    assert_ne!(run(&window), third);
    window.until("the linear run", |s| {
        s.snapshot
            .as_ref()
            .is_some_and(|s| s.run.0 > 3 && s.step > 0)
    });
}

#[test]
fn the_surface_shows_the_mode_that_was_asked_for() {
    let mut window = Window::ready();
    window.set(Role::SpinButton, "surface mode", 3.0);
    assert_eq!(window.state().selection.mode, 2);
    window.until("the net's place on mode 3", |s| {
        let views = s.snapshot.as_ref().and_then(|s| s.views.as_ref());
        views
            .and_then(|v| v.point)
            .is_some_and(|point| point.mode == 2)
    });
}

#[test]
fn a_drag_builds_one_network_and_nothing_moves_while_it_starts() {
    let mut window = Window::ready();
    let field = window.control(Role::SpinButton, "batch").rect().center();
    let press = |window: &Window, pressed: bool, at: egui::Pos2| {
        window.harness.event(egui::Event::PointerMoved(at));
        window.harness.event(egui::Event::PointerButton {
            pos: at,
            button: egui::PointerButton::Primary,
            pressed,
            modifiers: Modifiers::NONE,
        });
    };
    let before = window.state().config.clone();
    let run = window.state().run.as_ref().expect("a run").id;
    press(&window, true, field);
    window.frames(2);
    let mut at = field;
    for _ in 0..6 {
        at.x += 12.0;
        window.harness.event(egui::Event::PointerMoved(at));
        window.frames(2);
        // The sizes it passes are not built.
        assert_eq!(window.state().config, before);
    }
    press(&window, false, at);
    window.frames(3);
    let after = window.state().config.clone();
    assert!(after.sampling.batch > before.sampling.batch);
    assert_eq!(after.sampling.seed, before.sampling.seed);
    assert_eq!((after.live, &after.net), (before.live, &before.net));
    let new = window.state().run.as_ref().expect("a run").id;
    assert_eq!(new.0, run.0 + 1, "one drag is one run");
    // The new run has no statistics at first; what stands above the field must not move with them,
    // for a widget's identity, and with it a drag or a text under way, depends on that.
    let mut heights = Vec::new();
    window.until("statistics of the new run", |s| {
        let snapshot = s.snapshot.as_ref().filter(|snapshot| snapshot.run == new);
        snapshot.is_some_and(|snapshot| snapshot.evaluation.is_some())
    });
    for _ in 0..3 {
        window.frames(1);
        heights.push(window.control(Role::SpinButton, "batch").rect().center().y);
    }
    window.press("New seed");
    for _ in 0..60 {
        window.frames(1);
        heights.push(window.control(Role::SpinButton, "batch").rect().center().y);
        std::thread::sleep(std::time::Duration::from_millis(4));
    }
    assert!(heights.iter().all(|y| *y == field.y), "{heights:?}");
}
