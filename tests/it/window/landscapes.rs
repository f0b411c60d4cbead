//! The trained network's own surface and the price of collapse, by hand.

use collapse_explorer::app::Tile;
use collapse_explorer::app::state::AppState;
use collapse_explorer::train::{Landscape, LandscapeKind};
use egui::accesskit::Role;
use egui_kittest::kittest::NodeT as _;

use super::Window;

/// What a tile shows of the landscape it asks for.
fn shown(state: &AppState, tile: Tile) -> Option<&Landscape> {
    let request = state.asked_landscape(tile)?;
    state.landscape(request).map(AsRef::as_ref)
}

fn description(window: &Window, figure: &str) -> String {
    let figure = window.control(Role::Figure, figure);
    figure.accesskit_node().description().unwrap_or_default()
}

#[test]
fn the_trained_network_is_looked_at_along_chosen_directions() {
    let surface = "Loss around the trained network";
    let mut window = Window::ready();
    assert!(window.state().asked_landscape(Tile::Surface).is_none());
    window.choose("surface kind", "Trained network");
    window.until("a first grid", |s| {
        shown(s, Tile::Surface).is_some_and(|l| l.stride > 0)
    });
    window.frames(3);
    assert!(description(&window, surface).contains("least loss here"));
    let centre = |window: &Window| shown(window.state(), Tile::Surface).map(|l| l.step);
    let before = centre(&window).expect("a centre");
    // It trains on while it is looked at.
    window.until("steps", |s| {
        s.snapshot.as_ref().is_some_and(|s| s.step > before + 40)
    });
    assert_eq!(centre(&window), Some(before));
    window.press("Re-centre");
    window.until("a new centre", |s| {
        shown(s, Tile::Surface).is_some_and(|l| l.step > before)
    });

    for (entry, word) in [
        ("Trajectory", "1st principal direction"),
        ("To collapse", "full collapse"),
        ("One latent", "scale of z0"),
    ] {
        window.choose("surface directions", entry);
        window.until("a first grid", |s| {
            shown(s, Tile::Surface).is_some_and(|l| l.stride > 0)
        });
        window.frames(3);
        assert!(window.says(word), "{entry}");
    }
    window.set(Role::SpinButton, "surface latent", 3.0);
    window.set(Role::SpinButton, "surface component", 2.0);
    window.frames(3);
    let asked = window
        .state()
        .asked_landscape(Tile::Surface)
        .expect("a request");
    match &asked.kind {
        LandscapeKind::Latent { latent, component } => {
            assert_eq!((*latent, component.mode), (3, 1));
        }
        other => panic!("{other:?}"),
    }
    window.choose("surface resolution", "17²");
    window.press("Pause");
    window.until("all points", |s| {
        shown(s, Tile::Surface).is_some_and(|l| l.points == [17, 17] && l.is_complete())
    });
    // Another kind of surface ends it.
    window.choose("surface kind", "One mode (u, v)");
    window.frames(3);
    assert!(window.state().asked_landscape(Tile::Surface).is_none());
}

#[test]
fn the_price_of_collapse_is_shown_with_the_variance_at_which_it_pays() {
    let mut window = Window::ready();
    assert!(window.state().asked_landscape(Tile::CollapsePath).is_none());
    // At first the network is worse than the mean of the data, and there is no such variance.
    window.until("some training", |s| {
        s.snapshot.as_ref().is_some_and(|s| s.step > 800)
    });
    window.pick("Theory lab");
    window.press("Pause");
    window.paused();
    // It follows the network to where it paused.
    window.until("a path", |s| {
        let now = s.snapshot.as_ref().map(|s| s.step);
        shown(s, Tile::CollapsePath).is_some_and(|l| l.is_complete() && Some(l.step) == now)
    });
    window.frames(3);
    let said = description(&window, "Collapse path");
    assert!(said.contains("collapse is cheaper above γ'"), "{said}");
    let step = shown(window.state(), Tile::CollapsePath)
        .expect("a path")
        .step;
    // γ' moves with β at once, from the same points: half of it at twice the β.
    let prime = |said: &str| -> f64 {
        let text = said.split("above γ' = ").nth(1).expect("a number");
        text.split(';')
            .next()
            .and_then(|n| n.parse().ok())
            .expect("a number")
    };
    let before = prime(&said);
    window.set(Role::Slider, "β", 2.0 * window.beta());
    window.frames(3);
    let after = prime(&description(&window, "Collapse path"));
    assert!((before / after - 2.0).abs() < 0.02, "{before} {after}");
    // It follows the network.
    window.press("Play");
    window.until("a later path", |s| {
        shown(s, Tile::CollapsePath).is_some_and(|l| l.step > step)
    });
    window.control(Role::CheckBox, "Follow").click();
    window.frames(3);
    // What nobody sees is not computed.
    window.pick("Live");
    window.frames(3);
    assert!(window.state().asked_landscape(Tile::CollapsePath).is_none());
}
