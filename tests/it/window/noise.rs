//! Interventions on a latent: holding it out of training, and noise on it, from the usage tile's menu.

use collapse_explorer::app::state::AppState;
use collapse_explorer::config::{DataConfig, DataSource, NetConfig, RunConfig, SamplingConfig};
use collapse_explorer::lab::Stage;
use egui::accesskit::Role;
use egui::{Event, Modifiers, PointerButton, Vec2};
use egui_kittest::kittest::NodeT as _;

use super::{Window, config};

/// The linear model on small Gaussian data, with samples of z.
fn linear() -> RunConfig {
    RunConfig {
        data: DataConfig {
            source: DataSource::Gaussian(vec![9.0, 5.0, 2.0, 1.0, 0.3]),
            limit: Some(128),
            ..DataConfig::default()
        },
        net: NetConfig::linear(4),
        sampling: SamplingConfig {
            batch: 128,
            seed: 0,
        },
        ..config()
    }
}

/// A window with a run in which a latent is active, its latents in a table.
fn window() -> Window {
    let mut window = Window::open(Vec2::new(1700.0, 1100.0), linear());
    window.until("an active latent", |s| {
        s.usage.active > 1 && s.snapshot.as_ref().is_some_and(|s| s.step > 600)
    });
    window.pick("Table");
    window.frames(3);
    // By index the rows stay where they are while the network trains.
    let (_, heading) = window.text(|text| text == "Latent");
    let at = heading + egui::vec2(4.0, 4.0);
    window.drag(at, at);
    window
}

/// Clicks with the secondary button on the first text that satisfies `wanted`.
fn menu_of(window: &mut Window, wanted: impl Fn(&str) -> bool) {
    let (_, at) = window.text(wanted);
    let at = at + egui::vec2(3.0, 4.0);
    let button = |pressed| Event::PointerButton {
        pos: at,
        button: PointerButton::Secondary,
        pressed,
        modifiers: Modifiers::NONE,
    };
    for event in [Event::PointerMoved(at), button(true), button(false)] {
        window.harness.event(event);
        window.frames(1);
    }
    window.frames(3);
}

fn is_row(latent: usize) -> impl Fn(&str) -> bool {
    move |text: &str| text == format!("z{latent}") || text.starts_with(&format!("z{latent} "))
}

#[test]
fn a_latent_is_held_out_of_training_from_its_menu_and_released_by_a_reset() {
    let mut window = window();
    let best = window.state().usage.by_kl()[0];
    menu_of(&mut window, is_row(best));
    assert!(window.says("Changes the training of the live run"));
    window.press("Hold out of training");
    assert_eq!(window.state().selection.held, [best]);
    assert!(window.says(&format!("held out of training: z{best}")));
    window.until("its collapse", |s| {
        s.usage.latents[best].statistics.var_mu < 0.01
    });
    let marks = |s: &AppState| {
        let history = s.snapshot.as_ref().map(|s| s.history.clone());
        history.map_or_else(Vec::new, |h| h.marks().to_vec())
    };
    assert!(
        marks(window.state())
            .iter()
            .any(|m| m.text == format!("z{best} held"))
    );
    menu_of(&mut window, is_row(best));
    assert!(window.has(Role::Button, "Release into training"));
    window.press("Release into training");
    assert!(window.state().selection.held.is_empty());
    window.until("its revival", |s| {
        s.usage.latents[best].statistics.var_mu > 0.05
    });
    menu_of(&mut window, is_row(best));
    window.press("Hold out of training");
    window.press("Reset");
    assert!(window.state().selection.held.is_empty());
}

#[test]
fn noise_on_a_latent_is_chosen_in_its_menu_and_leaves_the_live_run_alone() {
    let mut window = window();
    window.press("Pause");
    let step = window.paused();
    let best = window.state().usage.by_kl()[0];
    menu_of(&mut window, is_row(best));
    window.press("Noise experiment…");
    window.frames(4);
    assert!(window.says("Start adds growing noise to one latent"));
    assert_eq!(window.state().noise_latent(), best);
    window.set(Role::SpinButton, "noise levels", 4.0);
    window.set(Role::SpinButton, "noise steps", 1500.0);
    window.set(Role::SpinButton, "steps without noise", 2.0);
    assert!(
        window.says("9,000 steps"),
        "the budget is stated before the start"
    );
    window.press("Start noise");
    window.until("a finished experiment", |s| {
        let made = s.lab.noise.as_ref();
        made.is_some_and(|m| m.stage == Stage::Finished)
    });
    let made = window.state().lab.noise.as_ref().expect("an experiment");
    let run = made.result.as_ref().expect("points");
    assert_eq!((run.points.len(), run.latent), (7, best));
    assert_eq!(run.from_step, step);
    let last = &run.points[4];
    assert!(!run.is_active(last), "{last:?}");
    let figure = window
        .control(Role::Figure, "Noise on a latent")
        .accesskit_node()
        .description()
        .unwrap_or_default();
    assert!(figure.contains("collapsed from n = "), "{figure}");
    assert_eq!(window.step(), step, "the live run waits where it was");
}
