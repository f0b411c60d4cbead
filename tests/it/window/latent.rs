//! Looking into the latent space by hand: the views of the tile of pictures, and what is under the pointer.

use collapse_explorer::app::Tile;
use collapse_explorer::app::state::AppState;
use collapse_explorer::config::Target;
use collapse_explorer::train::{GalleryPictures, GalleryRequest};
use egui::accesskit::Role;
use egui::{Event, PointerButton, Pos2};
use egui_kittest::kittest::NodeT as _;

use super::Window;

/// Whether the trainer has answered what is asked.
fn answered(state: &AppState) -> bool {
    let gallery = state.snapshot.as_ref().and_then(|s| s.gallery.as_ref());
    match (&state.looks.gallery, gallery) {
        (Some(asked), Some(made)) => {
            std::mem::discriminant(asked) == std::mem::discriminant(&made.request)
        }
        _ => false,
    }
}

/// What the trainer was asked for and answered last.
fn shown(window: &Window) -> (GalleryRequest, GalleryPictures) {
    let snapshot = window.state().snapshot.as_ref().expect("a snapshot");
    let gallery = snapshot.gallery.as_ref().expect("a gallery");
    (gallery.request.clone(), gallery.pictures.clone())
}

fn description(window: &Window, figure: &str) -> String {
    let figure = window.control(Role::Figure, figure);
    figure.accesskit_node().description().unwrap_or_default()
}

#[test]
fn pictures_of_a_plane_of_samples_without_latents_and_of_every_latent() {
    let mut window = Window::ready();
    assert!(window.state().looks.gallery.is_none());
    window.pick("Plane");
    window.until("a plane", answered);
    window.frames(2);
    assert!(window.has(Role::Figure, "Plane through three posterior means"));
    window.set(Role::SpinButton, "corner A", 3.0);
    window.set(Role::SpinButton, "corner B", 14.0);
    window.set(Role::SpinButton, "corner C", 15.0);
    window.set(Role::SpinButton, "points of the plane", 4.0);
    let asked = GalleryRequest::Plane {
        items: [3, 14, 15],
        side: 4,
    };
    window.until("that plane", |s| {
        let gallery = s.snapshot.as_ref().and_then(|s| s.gallery.as_ref());
        gallery.is_some_and(|g| g.request == asked)
    });
    window.press("New corners");
    window.until("another plane", |s| {
        let gallery = s.snapshot.as_ref().and_then(|s| s.gallery.as_ref());
        gallery.is_some_and(|g| Some(&g.request) == s.looks.gallery.as_ref() && g.request != asked)
    });

    window.pick("Traversals");
    window.until("traversals", answered);
    let (request, pictures) = shown(&window);
    let (GalleryRequest::Traversals { latents, steps }, GalleryPictures::Traversals(rows)) =
        (request, pictures)
    else {
        panic!("traversals");
    };
    assert_eq!((latents.len(), rows.len()), (8, 8));
    assert!(rows.iter().all(|r| r.len() == steps));
    assert!(window.says("nats"));

    window.pick("Zeroed");
    window.until("zeroed samples", answered);
    window.press("Pause");
    window.paused();
    window.pick("Active latents");
    let active: Vec<usize> = window
        .state()
        .usage
        .latents
        .iter()
        .filter(|l| l.active)
        .map(|l| l.index)
        .collect();
    // At the start every latent of this network lives.
    assert!(!active.is_empty());
    window.until("samples without the active ones", |s| {
        let gallery = s.snapshot.as_ref().and_then(|s| s.gallery.as_ref());
        gallery.is_some_and(
            |g| matches!(&g.request, GalleryRequest::Zeroed { latents, .. } if *latents == active),
        )
    });
    let said = description(&window, "Prior samples without some latents");
    assert!(said.contains("RMS") && said.contains("active"), "{said}");

    // What nobody sees is not computed.
    window.pick("Theory lab");
    window.frames(2);
    assert!(window.state().looks.gallery.is_none());
    window.pick("Live");
    window.frames(2);
    assert!(window.state().looks.gallery.is_some());
    window.pick("Examples");
    window.until("an end", |s| {
        s.looks.gallery.is_none() && s.snapshot.as_ref().is_some_and(|s| s.gallery.is_none())
    });
    assert!(window.has(Role::Figure, "Reconstructions and samples"));
}

#[test]
fn a_decoder_of_something_else_than_the_input_says_that_it_makes_no_pictures() {
    let mut config = super::config();
    config.net.target = Target::Labels;
    let mut window = Window::open(egui::vec2(1440.0, 900.0), config);
    window.until("statistics", |s| {
        s.snapshot.as_ref().is_some_and(|s| s.evaluation.is_some())
    });
    for view in ["Examples", "Plane", "Zeroed", "Traversals"] {
        window.pick(view);
        assert!(window.says("it makes no pictures"), "{view}");
        assert!(window.state().looks.gallery.is_none());
    }
    window.pick("Instruments");
    window.frames(4);
    assert!(window.says("Nothing to decode"));
    let plot = window
        .control(Role::Figure, Tile::LatentSpace.title())
        .rect();
    hover(&mut window, plot.center());
    assert!(window.state().looks.decode.is_none());
}

/// Moves the pointer there.
fn hover(window: &mut Window, at: Pos2) {
    window.harness.event(Event::PointerMoved(at));
    window.frames(2);
}

/// The point asked for was decoded.
fn decoded(state: &AppState) -> bool {
    let shown = state.snapshot.as_ref().and_then(|s| s.decoded.as_ref());
    shown.is_some_and(|d| Some(&d.z) == state.looks.decode.as_ref())
}

#[test]
fn the_point_under_the_pointer_is_decoded_along_latents_and_principal_directions() {
    let mut window = Window::ready();
    // While it trains, the two latents of the largest KL change under the hand that replaces them.
    window.press("Pause");
    window.paused();
    window.pick("Instruments");
    window.frames(6);
    window.set(Role::SpinButton, "first latent", 2.0);
    window.set(Role::SpinButton, "second latent", 5.0);
    let plot = window
        .control(Role::Figure, Tile::LatentSpace.title())
        .rect();
    assert!(window.state().looks.decode.is_none());
    let off_centre = plot.center() + egui::vec2(30.0, -20.0);
    hover(&mut window, off_centre);
    window.until("a decoded point", decoded);
    let z = window.state().looks.decode.clone().expect("a point");
    assert_eq!(z.len(), 8);
    // Two latents by the pointer, to the right and upwards; the others at the prior's mean.
    for (j, value) in z.iter().enumerate() {
        match j {
            2 | 5 => assert!(*value > 0.01, "{z:?}"),
            _ => assert_eq!(*value, 0.0, "{z:?}"),
        }
    }
    assert!(window.says("the rest at the prior mean") && window.says("decoded"));
    // While it trains, too, and anew as it does.
    let before = window.step();
    window.press("Play");
    hover(&mut window, off_centre);
    window.until("the point decoded by a later network", |s| {
        let shown = s.snapshot.as_ref().and_then(|s| s.decoded.as_ref());
        decoded(s) && shown.is_some_and(|d| d.step > before)
    });
    window.press("Pause");
    window.paused();
    hover(&mut window, plot.center() + egui::vec2(-40.0, 10.0));
    window.until("another decoded point", decoded);
    assert!(
        window
            .state()
            .looks
            .decode
            .as_ref()
            .is_some_and(|z| z[2] < 0.0)
    );

    window.choose("decode under the pointer", "Rest: nearest");
    hover(&mut window, off_centre);
    window.until("a point beside a sample", decoded);
    let z = window.state().looks.decode.clone().expect("a point");
    assert!(z.iter().all(|v| *v != 0.0), "{z:?}");
    assert!(window.says("at the mean of item"));
    window.choose("decode under the pointer", "Rest: prior");

    window.pick("Principal");
    window.until("a principal plane", |_| true);
    for _ in 0..200 {
        if window.says("PC 1") {
            break;
        }
        window.frames(1);
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    assert!(window.says("PC 1") && window.says("% of Var μ"));
    let plot = window
        .control(Role::Figure, Tile::LatentSpace.title())
        .rect();
    hover(&mut window, plot.center() + egui::vec2(25.0, 0.0));
    window.until("a point along the directions", decoded);
    let z = window.state().looks.decode.clone().expect("a point");
    assert!(z.iter().filter(|v| **v != 0.0).count() > 2, "{z:?}");

    // Three clicks are the corners of a plane.
    let mut corners = Vec::new();
    for by in [-40.0, 5.0, 40.0] {
        let at = plot.center() + egui::vec2(by, by / 2.0);
        hover(&mut window, at);
        for pressed in [true, false] {
            window.harness.event(Event::PointerButton {
                pos: at,
                button: PointerButton::Primary,
                pressed,
                modifiers: egui::Modifiers::NONE,
            });
        }
        window.frames(3);
        corners.push(window.state().looks.corners);
    }
    assert_eq!(corners[0][0], corners[2][0]);
    assert_eq!(corners[1][1], corners[2][1]);
    assert!(window.says("A") && window.says("B") && window.says("C"));

    window.harness.event(Event::PointerGone);
    window.until("an end", |s| {
        s.looks.decode.is_none() && s.snapshot.as_ref().is_some_and(|s| s.decoded.is_none())
    });
    assert!(!window.says("the rest at the prior mean"));
}
