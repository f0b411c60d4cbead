//! The surface tile: its kinds, and the landscapes a thread of its own computes.

use std::time::Instant;

use egui::Vec2;
use egui::accesskit::Role;

use super::{PATIENCE, Window};

/// Steps the window until something painted contains `part`.
fn until_says(window: &mut Window, part: &str) {
    let begin = Instant::now();
    while !window.says(part) {
        let texts: Vec<String> = window.texts().into_iter().map(|(t, _)| t).collect();
        assert!(
            begin.elapsed() < PATIENCE,
            "nobody says '{part}': {texts:?}"
        );
        window.frames(1);
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
}

#[test]
fn a_threshold_makes_the_collapsed_point_a_local_minimum() {
    let mut window = Window::ready_in(Vec2::new(1700.0, 1000.0));
    assert!(!window.has(Role::Slider, "soft threshold α"));
    window.choose("surface kind", "Soft threshold (W, μ)");
    // Without a threshold it is the linear model, whose first mode lives at β = 1.
    until_says(&mut window, "collapsed point: a saddle");
    assert!(window.has(Role::Figure, "Soft-threshold decoder"));
    window.set(Role::Slider, "soft threshold α", 0.3);
    until_says(&mut window, "collapsed point: a local minimum");
    window.set(Role::Slider, "soft threshold α", 0.0);
    until_says(&mut window, "collapsed point: a saddle");
    window.set(Role::Slider, "soft threshold α", 0.8);
    until_says(&mut window, "collapsed point: a local minimum");
}

#[test]
fn basins_come_coarse_to_fine_and_say_what_drew_them() {
    let mut window = Window::ready_in(Vec2::new(1700.0, 1000.0));
    window.choose("surface kind", "Soft threshold (W, μ)");
    window.set(Role::Slider, "soft threshold α", 0.3);
    window.pick("Basins");
    until_says(&mut window, "256² on CPU");
    assert!(window.has(Role::Figure, "Basins of attraction"));
    assert!(window.says("collapses from"));
    window.pick("Best σ");
    until_says(&mut window, "from the best σ, median");
    // Without a threshold nothing collapses while the mode lives.
    window.set(Role::Slider, "soft threshold α", 0.0);
    until_says(&mut window, "collapses from 0 %");
    until_says(&mut window, "256² on CPU");
}

#[test]
fn the_hessian_says_whether_the_mode_lives() {
    let mut window = Window::ready_in(Vec2::new(1700.0, 1000.0));
    window.choose("surface kind", "Hessian at 0");
    assert!(window.has(Role::Figure, "Hessian at the collapsed point"));
    assert!(window.says("a saddle: the mode lives"));
    window.set(Role::SpinButton, "surface mode", 60.0);
    until_says(&mut window, "a minimum: the mode is dead");
}
