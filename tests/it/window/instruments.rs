//! The instruments: every tile has its figure, and their controls do what they say.

use collapse_explorer::app::Tile;
use egui::accesskit::Role;
use egui_kittest::kittest::NodeT as _;

use super::Window;

#[test]
fn every_instrument_shows_something_while_a_network_trains() {
    let mut window = Window::ready();
    window.pick("Instruments");
    window.frames(6);
    for tile in [
        Tile::Usage,
        Tile::LatentSpace,
        Tile::CollapseCurve,
        Tile::SigmaHistogram,
        Tile::RateDistortion,
    ] {
        assert!(window.has(Role::Figure, tile.title()), "{tile:?}");
    }
}

#[test]
fn a_collapse_curve_is_kept_and_cleared_and_its_delta_is_the_users() {
    let mut window = Window::ready();
    window.pick("Instruments");
    window.frames(6);
    assert!(!window.has(Role::Button, "Clear"));
    window.press("Keep");
    assert!(window.has(Role::Button, "Clear"));
    window.press("Clear");
    assert!(!window.has(Role::Button, "Clear"));
    window.set(Role::SpinButton, "δ of the collapse curve", 0.1);
    let figure = window.control(Role::Figure, Tile::CollapseCurve.title());
    let said = figure.accesskit_node().description().unwrap_or_default();
    assert!(said.contains("0.10)-collapsed"), "{said}");
}

#[test]
fn the_latent_plane_shows_the_latents_chosen() {
    let mut window = Window::ready();
    window.pick("Instruments");
    window.frames(6);
    window.set(Role::SpinButton, "first latent", 2.0);
    window.set(Role::SpinButton, "second latent", 5.0);
    window.frames(3);
    assert!(window.says("z2") && window.says("z5"));
    window.press("largest KL");
    let order = window.state().usage.by_kl();
    let wanted = format!("z{}", order[0]);
    window.text(|text| text == wanted);
}

#[test]
fn the_latents_are_a_table_to_sort_and_lines_over_training() {
    let mut window = Window::ready();
    window.pick("table");
    window.frames(4);
    // The first name below the headings is the latent with the largest KL, until another column is asked for.
    let names = |window: &Window| -> Vec<String> {
        let mut names: Vec<(f32, String)> = window
            .texts()
            .into_iter()
            .filter(|(text, at)| {
                let name = text.trim_end_matches(" ×");
                at.x < 760.0 && name.len() == 2 && name.starts_with('z')
            })
            .map(|(text, at)| (at.y, text))
            .collect();
        names.sort_by(|a, b| a.0.total_cmp(&b.0));
        names.into_iter().map(|(_, name)| name).collect()
    };
    window.press("Pause");
    window.paused();
    window.frames(3);
    let best = window.state().usage.by_kl()[0];
    let shown = names(&window);
    assert!(shown.len() >= 3, "{:?}", window.texts());
    assert!(
        shown[0].starts_with(&format!("z{best}")),
        "{shown:?}, {best}"
    );
    let (_, heading) = window.text(|text| text == "latent");
    let at = heading + egui::vec2(4.0, 4.0);
    window.drag(at, at);
    assert!(names(&window)[0].starts_with("z7"), "{:?}", names(&window));

    window.pick("history");
    window.frames(3);
    assert!(window.has(Role::Figure, "Latents over training"));
}
