//! Sizes, themes and tiles.

use std::time::{Duration, Instant};

use collapse_explorer::app::Tile;
use egui::accesskit::Role;
use egui::{Color32, Rect, Shape, Vec2};
use egui_kittest::kittest::NodeT as _;

use super::{Window, config};

/// The tiles a window opens with.
const SHOWN: [Tile; 5] = [
    Tile::Thresholds,
    Tile::Surface,
    Tile::Usage,
    Tile::Pictures,
    Tile::Training,
];

/// Asserts that every tile's title is painted inside the window.
fn assert_tiles(window: &Window, size: Vec2) {
    let screen = Rect::from_min_size(egui::Pos2::ZERO, size);
    for tile in SHOWN {
        let (_, at) = window.text(|text| text.starts_with(tile.title()));
        assert!(screen.contains(at), "'{}' is at {at}", tile.title());
    }
}

/// Asserts that a tile's switches leave its title room.
fn assert_apart(window: &Window, tile: Tile, switch: &str) {
    let (_, title) = window.text(|text| text.starts_with(tile.title()));
    let (_, switch) = window.text(|text| text.starts_with(switch));
    assert!(title.x + 70.0 < switch.x, "{tile:?}: {title} and {switch}");
}

/// The workspaces, as their buttons call them.
const WORKSPACES: [&str; 6] = [
    "Live",
    "Data",
    "Theory lab",
    "Instruments",
    "Diagnose",
    "Papers",
];

#[test]
fn every_control_of_every_workspace_has_a_name() {
    let mut window = Window::tall();
    for workspace in WORKSPACES {
        window.pick(workspace);
        window.frames(5);
        let unnamed = window.harness.unnamed_widgets();
        assert!(unnamed.is_empty(), "{workspace}: {unnamed:#?}");
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
        assert_apart(&window, Tile::Usage, "By KL");
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
    let figure = window.control(Role::Figure, "Singular-value thresholds");
    let description = figure.accesskit_node().description().unwrap_or_default();
    let expected = format!("predicted {} alive", window.predicted());
    assert!(description.contains(&expected), "{description}");
}

#[test]
fn the_help_opens_and_closes() {
    let mut window = Window::ready();
    let before = window.texts().len();
    window.press("?");
    window.frames(5);
    let during = window.texts().len();
    assert!(during > before + 5, "{before} texts became {during}");
    window.harness.key_press(egui::Key::F1);
    window.frames(5);
    let after = window.texts().len();
    assert!(after < during - 5, "{during} texts became {after}");
}

#[test]
fn a_tile_can_be_hidden_and_the_layout_restored() {
    let mut window = Window::ready();
    let shown = |window: &Window| window.has(Role::Figure, Tile::Usage.title());
    assert!(shown(&window));
    window.press("View ▾");
    window.control(Role::CheckBox, Tile::Usage.title()).click();
    window.frames(6);
    assert!(!shown(&window));
    window.press("View ▾");
    window.press("Reset layout");
    window.frames(6);
    assert!(shown(&window));
}

#[test]
fn the_lab_has_tiles_of_its_own_and_each_workspace_keeps_its_arrangement() {
    let mut window = Window::ready();
    let shown = |window: &Window, tile: Tile| {
        let title = tile.title();
        window.texts().iter().any(|(text, _)| text == title)
    };
    window.control(Role::RadioButton, "Theory lab").click();
    window.frames(6);
    for tile in [
        Tile::Thresholds,
        Tile::CollapsePath,
        Tile::Sweep,
        Tile::Phase,
    ] {
        assert!(shown(&window, tile), "{tile:?}");
    }
    assert!(!shown(&window, Tile::Training));
    window.press("View ▾");
    window.control(Role::CheckBox, Tile::Sweep.title()).click();
    window.frames(6);
    window.control(Role::RadioButton, "Live").click();
    window.frames(6);
    assert!(shown(&window, Tile::Training));
    assert!(!shown(&window, Tile::Phase));
    window.control(Role::RadioButton, "Theory lab").click();
    window.frames(6);
    assert!(shown(&window, Tile::Phase));
    assert!(!shown(&window, Tile::Sweep));
}

#[test]
fn all_figures_are_saved_and_the_window_says_so() {
    let mut window = Window::ready();
    window.press("Pause");
    window.paused();
    window.press("Export ▾");
    window.press("Save all figures (PNG, SVG, CSV)");
    let folder = window.figures.path().to_owned();
    let names = || {
        let entries = std::fs::read_dir(&folder).into_iter().flatten();
        let mut names: Vec<String> = entries
            .map(|e| {
                e.expect("an entry")
                    .file_name()
                    .into_string()
                    .expect("UTF-8")
            })
            .collect();
        names.sort();
        names
    };
    let begin = Instant::now();
    let finished =
        |names: &[String]| names.len() == 15 && names.iter().all(|n| !n.starts_with('.'));
    while !finished(&names()) {
        assert!(begin.elapsed() < super::PATIENCE, "{:?}", names());
        window.frames(1);
        std::thread::sleep(Duration::from_millis(20));
    }
    for tile in SHOWN {
        for extension in ["csv", "png", "svg"] {
            let wanted = format!("{}.{extension}", tile.file_stem());
            assert!(
                names()
                    .iter()
                    .any(|n| n.starts_with(tile.file_stem()) && n.ends_with(extension)),
                "{wanted} is not among {:?}",
                names()
            );
        }
    }
    window.frames(5);
    window.text(|text| text.contains("Saved"));
}
