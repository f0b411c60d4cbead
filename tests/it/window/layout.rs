//! Sizes, themes and tiles.

use collapse_explorer::app::Tile;
use egui::accesskit::Role;
use egui::{Color32, Rect, Shape, Vec2};

use super::{Window, config};

/// Asserts that every tile's title is painted inside the window.
fn assert_tiles(window: &Window, size: Vec2) {
    let screen = Rect::from_min_size(egui::Pos2::ZERO, size);
    for tile in Tile::ALL {
        let (_, at) = window.text(|text| text.starts_with(tile.title()));
        assert!(screen.contains(at), "'{}' is at {at}", tile.title());
    }
}

#[test]
fn all_tiles_fit_small_and_large_windows() {
    for size in [Vec2::new(900.0, 600.0), Vec2::new(1920.0, 1080.0)] {
        let mut window = Window::open(size, config());
        window.until("statistics", |s| {
            s.prediction.is_some()
                && s.snapshot
                    .as_ref()
                    .is_some_and(|s| s.views.is_some() && s.evaluation.is_some())
        });
        window.frames(3);
        assert_tiles(&window, size);
        // The figures themselves are there for assistive technology.
        for title in ["Singular-value thresholds", "Latent usage"] {
            let figure = window.control(Role::Figure, title).rect();
            assert!(
                figure.width() > 100.0 && figure.height() > 40.0,
                "{title}: {figure}"
            );
        }
        // The controls stay within the window.
        for (role, label) in [(Role::Slider, "β"), (Role::Button, "theme")] {
            let rect = window.control(role, label).rect();
            assert!(
                rect.right() <= size.x && rect.left() >= 0.0 && rect.top() >= 0.0,
                "{label}: {rect}"
            );
        }
    }
}

#[test]
fn a_window_that_is_resized_goes_on() {
    let mut window = Window::ready();
    for size in [
        [900.0, 600.0],
        [1920.0, 1080.0],
        [300.0, 200.0],
        [1440.0, 900.0],
    ] {
        window.harness.set_size(size.into());
        window.frames(4);
    }
    assert_tiles(&window, Vec2::new(1440.0, 900.0));
}

/// The colour that fills most of the window.
fn background(window: &Window) -> Color32 {
    let mut largest = (0.0, Color32::TRANSPARENT);
    for clipped in &window.harness.output().shapes {
        if let Shape::Rect(rect) = &clipped.shape
            && rect.fill.a() == 255
            && rect.rect.area() > largest.0
        {
            largest = (rect.rect.area(), rect.fill);
        }
    }
    largest.1
}

#[test]
fn the_theme_button_turns_dark_into_light_and_back() {
    let mut window = Window::ready();
    let level = |c: Color32| u32::from(c.r()) + u32::from(c.g()) + u32::from(c.b());
    let first = background(&window);
    window.press("theme");
    window.frames(3);
    let second = background(&window);
    let (dark, light) = (
        level(first).min(level(second)),
        level(first).max(level(second)),
    );
    assert!(dark < 200 && light > 550, "{first:?} and {second:?}");
    window.press("theme");
    window.frames(3);
    assert_eq!(background(&window), first);
}

#[test]
fn a_figure_is_named_and_described() {
    let window = Window::ready();
    use egui_kittest::kittest::NodeT as _;
    let figure = window.control(Role::Figure, "Singular-value thresholds");
    let description = figure.accesskit_node().description().unwrap_or_default();
    let expected = format!("predicted {} alive", window.predicted());
    assert!(description.contains(&expected), "{description}");
}
