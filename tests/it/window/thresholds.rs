//! The thresholds tile and the loss surfaces: their views, the lines that move β and γ, tilt.

use egui::Key;
use egui::accesskit::Role;
use egui_kittest::kittest::NodeT as _;

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

    window.control(Role::RadioButton, "↕ γ").click();
    window.frames(3);
    push_line(&mut window, "threshold line βγ", Key::ArrowUp);
    assert!(gamma(&window) > 1.05, "{}", gamma(&window));
    assert!((window.beta() / beta - 1.0).abs() < 1e-9);

    // A learned γ is not the user's to move.
    window.control(Role::RadioButton, "Learned").click();
    window.frames(4);
    assert!(!window.has(Role::RadioButton, "↕ γ"));
}

#[test]
fn against_beta_the_staircase_shows_where_the_run_is_and_its_line_moves_beta() {
    let mut window = Window::ready();
    window.control(Role::RadioButton, "Vs β").click();
    window.frames(4);
    assert!(window.has(Role::Figure, "Active latents against β"));
    window.until("a visit", |s| !s.trails.visited.is_empty());
    let last = window
        .state()
        .trails
        .visited
        .back()
        .copied()
        .expect("a visit");
    assert_eq!(last.beta, 1.0);
    assert_eq!(last.active, window.state().usage.active);
    push_line(&mut window, "threshold line β", Key::ArrowRight);
    let beta = window.beta();
    assert!(beta > 1.02, "{beta}");
    let there = move |s: &collapse_explorer::app::state::AppState| {
        s.trails.visited.back().is_some_and(|v| v.beta == beta)
    };
    window.until("a visit at the new β", there);

    window.control(Role::RadioButton, "Shares").click();
    window.frames(4);
    assert!(window.has(Role::Figure, "Cumulative variance"));
}

#[test]
fn a_surface_tilts_turns_and_lies_flat_again() {
    let mut window = Window::ready();
    let turned = |window: &Window| {
        // What is drawn of the axes' names moves as the relief turns.
        window.text(|text| text.starts_with("u (decoder")).1
    };
    let flat = turned(&window);
    window.control(Role::CheckBox, "3-D").click();
    window.frames(4);
    let tilted = turned(&window);
    assert!((tilted - flat).length() > 3.0, "{flat} and {tilted}");
    let rect = window.control(Role::Figure, "Loss surface").rect();
    window.drag(rect.center(), rect.center() + egui::vec2(80.0, 0.0));
    let after = turned(&window);
    assert!((after - tilted).length() > 3.0, "{tilted} and {after}");
    window.control(Role::CheckBox, "3-D").click();
    window.frames(4);
    assert!((turned(&window) - flat).length() < 1.0);
}

#[test]
fn the_ppca_surface_passes_through_its_three_regimes_as_its_variance_grows() {
    let mut window = Window::ready();
    window.choose("surface kind", "pPCA columns");
    let spectrum = window.state().prediction.as_ref().expect("a prediction");
    let eigenvalues = spectrum.problem.eigenvalues().to_vec();
    // The components the tile opens with.
    let [a, b] = [eigenvalues[3], eigenvalues[7]];
    for (sigma2, verdict) in [
        (0.8 * b, "both columns grow"),
        ((a * b).sqrt(), "one column grows"),
        (1.2 * a, "both columns stay collapsed"),
    ] {
        window.set(Role::Slider, "pPCA variance", sigma2);
        window.frames(3);
        let figure = window.control(Role::Figure, "pPCA: two zero columns");
        let said = figure.accesskit_node().description().unwrap_or_default();
        assert!(said.contains(verdict), "σ² = {sigma2}: {said}");
    }
}
