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
