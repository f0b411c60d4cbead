//! The thresholds tile: its three views, and the lines that move β and γ.

use egui::Key;
use egui::accesskit::Role;

use super::Window;

/// Presses a key a few times with the line of this name in focus.
fn push_line(window: &mut Window, starts: &str, key: Key) {
    let name = window.slider_starting(starts);
    window.control(Role::Slider, &name).focus();
    window.frames(2);
    for _ in 0..4 {
        window.harness.key_press(key);
        window.frames(2);
    }
}

#[test]
fn the_line_moves_beta_or_gamma_as_chosen() {
    let mut window = Window::ready();
    let gamma = |window: &Window| window.state().config.live.gamma;
    push_line(&mut window, "threshold line βγ", Key::ArrowUp);
    let beta = window.beta();
    assert!(beta > 1.05, "{beta}");
    assert_eq!(gamma(&window), 1.0);

    window.control(Role::RadioButton, "drag γ").click();
    window.frames(3);
    push_line(&mut window, "threshold line βγ", Key::ArrowUp);
    assert!(gamma(&window) > 1.05, "{}", gamma(&window));
    assert!((window.beta() / beta - 1.0).abs() < 1e-9);

    // A learned γ is not the user's to move.
    window.control(Role::RadioButton, "learned").click();
    window.frames(4);
    assert!(!window.has(Role::RadioButton, "drag γ"));
}

#[test]
fn against_beta_the_staircase_shows_where_the_run_is_and_its_line_moves_beta() {
    let mut window = Window::ready();
    window.control(Role::RadioButton, "against β").click();
    window.frames(4);
    assert!(window.has(Role::Figure, "Active latents against β"));
    window.until("a visit", |s| !s.visited.is_empty());
    let last = window.state().visited.back().copied().expect("a visit");
    assert_eq!(last.beta, 1.0);
    assert_eq!(last.active, window.state().usage.active);
    push_line(&mut window, "threshold line β", Key::ArrowRight);
    let beta = window.beta();
    assert!(beta > 1.02, "{beta}");
    let there = move |s: &collapse_explorer::app::state::AppState| {
        s.visited.back().is_some_and(|v| v.beta == beta)
    };
    window.until("a visit at the new β", there);

    window.control(Role::RadioButton, "variance").click();
    window.frames(4);
    assert!(window.has(Role::Figure, "Cumulative variance"));
}
