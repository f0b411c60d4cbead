//! The objective beyond β and γ: the twin, schedules, free bits, what is trained; what theory then says.

use collapse_explorer::config::{KlSchedule, Objective, TrainedPart};
use egui::accesskit::Role;
use egui_kittest::kittest::NodeT as _;

use super::Window;

/// The line under the thresholds, where the predicted count stands.
fn notes(window: &Window) -> String {
    let figure = window.control(Role::Figure, "Singular-value thresholds");
    figure.accesskit_node().description().unwrap_or_default()
}

fn disabled(window: &Window, role: Role, label: &str) -> bool {
    window.control(role, label).accesskit_node().is_disabled()
}

#[test]
fn the_autoencoder_is_live_and_theory_keeps_silent_about_it() {
    let mut window = Window::ready();
    let run = window.run();
    assert!(
        notes(&window).starts_with("predicted "),
        "{}",
        notes(&window)
    );
    assert!(!disabled(&window, Role::Button, "Kill one ▸"));

    window.pick("Autoencoder");
    assert_eq!(window.state().config.live.objective, Objective::Autoencoder);
    window.frames(2);
    let silent = "linear theory does not cover the autoencoder";
    assert!(notes(&window).starts_with(silent), "{}", notes(&window));
    // In the panel too, beside what β amounts to.
    window.text(|text| text.eq_ignore_ascii_case(silent));
    window.text(|text| text.starts_with("β now 0"));
    assert!(!window.says("Next to die"));
    for button in ["Kill one ▸", "◂ Revive one"] {
        assert!(disabled(&window, Role::Button, button), "{button}");
    }
    assert!(disabled(&window, Role::Slider, "β"));
    window.until("a step of the twin", |s| {
        let last = s.snapshot.as_ref().and_then(|s| s.last);
        last.is_some_and(|m| m.beta == 0.0)
    });

    window.pick("VAE");
    window.frames(2);
    assert!(
        notes(&window).starts_with("predicted "),
        "{}",
        notes(&window)
    );
    assert!(window.says("Next to die") && !window.says("β now"));
    assert_eq!(window.run(), run, "the objective is live");
}

#[test]
fn a_schedule_reaches_the_run_and_beta_on_the_way_is_shown() {
    let mut window = Window::tall();
    let run = window.run();
    assert!(!window.has(Role::RadioButton, "Warm-up"));
    window.press("advanced objective");
    window.pick("Warm-up");
    let chosen = window.state().config.live.schedule;
    assert!(matches!(chosen, KlSchedule::WarmUp { .. }), "{chosen:?}");
    window.set(Role::SpinButton, "schedule steps", 1_000_000.0);
    let steps = 1_000_000;
    assert_eq!(
        window.state().config.live.schedule,
        KlSchedule::WarmUp { steps }
    );
    // What the steps used is what the schedule says, far below β.
    window.until("a step on the way up", |s| {
        let last = s.snapshot.as_ref().and_then(|s| s.last);
        last.is_some_and(|m| m.beta > 0.0 && m.beta < 0.1)
    });
    assert_eq!(window.beta(), 1.0);
    window.text(|text| {
        let now = text
            .strip_prefix("β now ")
            .and_then(|rest| rest.strip_suffix(", full at step 1,000,000"));
        now.and_then(|beta| beta.parse::<f64>().ok())
            .is_some_and(|beta| beta > 0.0 && beta < 0.1)
    });
    // The run is called by the β that was chosen.
    window.text(|text| text.ends_with("seed 0 · β 1"));
    // Theory is about where β ends.
    assert!(
        notes(&window).starts_with("predicted "),
        "{}",
        notes(&window)
    );

    window.pick("Cyclical");
    let period = 1_000_000;
    assert_eq!(
        window.state().config.live.schedule,
        KlSchedule::Cyclical { period }
    );
    window.text(|text| text.starts_with("β now") && text.ends_with("of 1,000,000"));
    // Closed, the fold says what is in it.
    window.press("advanced objective");
    assert!(window.says("Cyclical 1,000,000"));
    window.press("advanced objective");
    window.pick("Constant");
    assert_eq!(window.state().config.live.schedule, KlSchedule::Constant);
    assert!(!window.says("β now"));
    assert_eq!(window.run(), run, "the schedule is live");
}

#[test]
fn free_bits_the_prior_and_the_trained_half_reach_the_run() {
    let mut window = Window::tall();
    let run = window.run();
    window.press("advanced objective");
    window.set(Role::SpinButton, "free bits", 0.25);
    window.frames(2);
    let silent = "linear theory does not cover free bits";
    assert!(notes(&window).starts_with(silent), "{}", notes(&window));
    window.set(Role::SpinButton, "η_enc", 2.0);
    window.pick("Decoder");
    let live = window.state().config.live;
    assert_eq!((live.free_bits, live.eta_enc), (0.25, 2.0));
    assert_eq!(live.trained, TrainedPart::Decoder);
    window.until("these settings in force", |s| {
        s.snapshot.as_ref().is_some_and(|s| s.live == live)
    });
    window.set(Role::SpinButton, "free bits", 0.0);
    window.pick("Both");
    window.frames(2);
    assert!(
        notes(&window).starts_with("predicted "),
        "{}",
        notes(&window)
    );
    // A prior of no width is none.
    window.set(Role::SpinButton, "η_enc", 0.0);
    assert_eq!(window.state().config.live.eta_enc, 2.0);
    assert!(window.state().session.problem.is_none());
    assert_eq!(window.run(), run, "these are live");
}

#[test]
fn alpha_is_there_while_a_layer_uses_it() {
    let mut window = Window::tall();
    assert!(!window.has(Role::SpinButton, "α"));
    window.choose("activation", "Soft threshold π_α");
    window.set(Role::SpinButton, "α", 0.3);
    assert_eq!(window.state().config.live.alpha, 0.3);
    // A linear net has no unit that could use it.
    window.set(Role::Slider, "depth", 0.0);
    assert!(!window.has(Role::SpinButton, "α"));
}
