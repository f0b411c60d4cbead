//! Landscapes of a network that was trained, as figures.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use collapse_explorer::figures::{collapse_path_figure, net_surface_figure};
use collapse_explorer::plot::{ColourScale, FigureSpec, Layer, Palette, Provenance, render, save};
use collapse_explorer::train::{Landscape, LandscapeKind, LandscapeRequest};

use super::{Running, component, request, small_net};
use crate::common::runs::{digits, live, setup};

/// Saves a picture on paper and one on a dark window, to be looked at.
fn keep(figure: &FigureSpec, name: &str) {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("landscapes");
    fs::create_dir_all(&folder).expect("a folder");
    save(figure, &folder.join(format!("{name}.png"))).expect("saved");
    let dark = render(figure, &figure.size, &Palette::dark()).expect("drawn");
    let size = (dark.width as u32, dark.height as u32);
    image::RgbImage::from_raw(size.0, size.1, dark.rgb)
        .expect("pixels")
        .save(folder.join(format!("{name}_dark.png")))
        .expect("saved");
}

fn series<'a>(figure: &'a FigureSpec, id: &str) -> Option<&'a [[f64; 2]]> {
    figure.layers.iter().find_map(|layer| match layer {
        Layer::Series(s) if s.id == id => Some(s.points.as_slice()),
        _ => None,
    })
}

#[test]
fn a_trained_network_is_drawn_on_every_kind_of_plane() {
    let setup = setup(&digits(500), small_net(), live(1.0, 0.05, 3e-3), 50, 3);
    let mut run = Running::new(Arc::clone(&setup));
    run.steps(400);
    let kinds = [
        ("random", LandscapeKind::Random { seed: 1 }),
        ("trajectory", LandscapeKind::Trajectory),
        ("collapse", LandscapeKind::Collapse { seed: 1 }),
        (
            "latent",
            LandscapeKind::Latent {
                latent: 0,
                component: component(&setup, 0),
            },
        ),
    ];
    let requests: Vec<LandscapeRequest> = kinds
        .iter()
        .map(|(_, kind)| request(kind.clone(), 33))
        .collect();
    run.ask(requests);
    run.until("all landscapes", |r| {
        r.landscapes().len() == 4 && r.landscapes().iter().all(|l| l.is_complete())
    });
    // The network goes on: it has a trail now.
    for _ in 0..6 {
        run.steps(20);
        let count = run.landscapes()[0].trail.len();
        run.until("trail", |r| r.landscapes()[0].trail.len() > count - 1);
    }
    run.until("trail", |r| {
        r.landscapes().iter().all(|l| l.trail.len() > 3)
    });
    for ((name, _), shown) in kinds.iter().zip(run.landscapes().to_vec()) {
        let figure = net_surface_figure(
            &shown,
            1.0,
            0.05,
            ColourScale::Excess,
            &Provenance::default(),
        )
        .expect("a figure");
        keep(&figure, name);
        let map = figure.heat_map().expect("a heat map");
        assert_eq!((map.nx, map.ny), (33, 33));
        // The heat map's cells stand on the points: the first centre is the range's end.
        let half = 0.5 * (map.x_range.1 - map.x_range.0) / 33.0;
        assert!((map.x_range.0 + half - shown.x_range.0).abs() < 1e-9);
        assert_eq!(series(&figure, "centre"), Some(&[shown.centre][..]));
        assert_eq!(series(&figure, "current").map(<[_]>::len), Some(1));
        assert_eq!(
            series(&figure, "trail").expect("a trail").len(),
            shown.trail.len()
        );
        assert_eq!(series(&figure, "past").is_some(), *name == "trajectory");
        assert_eq!(
            series(&figure, "end").is_some(),
            ["collapse", "latent"].contains(name)
        );
        assert!(
            figure.notes[0].starts_with("least loss here"),
            "{:?}",
            figure.notes
        );
        // Another γ is another picture of the same points.
        let other = net_surface_figure(
            &shown,
            1.0,
            0.5,
            ColourScale::Excess,
            &Provenance::default(),
        )
        .expect("a figure");
        assert_ne!(other.heat_map().expect("a map").values, map.values);
    }
    let path = run.complete(&request(LandscapeKind::Path, 9));
    assert_eq!(
        net_surface_figure(
            &path,
            1.0,
            0.05,
            ColourScale::Excess,
            &Provenance::default()
        ),
        None
    );
    let figure = collapse_path_figure(&path, 1.0, 0.05, &Provenance::default()).expect("a figure");
    keep(&figure, "path");
    assert!(
        figure.notes[0].starts_with("collapse is cheaper above γ' = "),
        "{:?}",
        figure.notes
    );
    // Relative to the network every curve begins at 0, and the one at γ′ ends there.
    for id in ["now", "gamma_star", "gamma_prime"] {
        assert_eq!(series(&figure, id).expect(id)[0], [0.0, 0.0]);
    }
    let end = series(&figure, "gamma_prime").expect("a curve")[40];
    assert!(end[0] == 1.0 && end[1].abs() < 1e-6, "{end:?}");
    assert!(series(&figure, "now").expect("a curve")[40][1] > 1.0);
}

#[test]
fn a_landscape_under_way_is_drawn_at_what_is_complete() {
    let setup = setup(&digits(64), small_net(), live(1.0, 0.05, 3e-3), 16, 3);
    let mut run = Running::new(setup);
    let full = run.complete(&request(LandscapeKind::Random { seed: 1 }, 17));
    let at = |known: usize, stride: usize| {
        let mut part = Landscape::clone(&full);
        (part.known, part.stride) = (known, stride);
        // A bad number, and what is not yet known.
        part.values[0] = part.values[0].map(|mut p| {
            p.sse = f64::INFINITY;
            p
        });
        net_surface_figure(
            &part,
            1.0,
            0.05,
            ColourScale::Excess,
            &Provenance::default(),
        )
    };
    assert_eq!(at(5, 0), None);
    let coarse = at(30, 4).expect("a figure");
    let map = coarse.heat_map().expect("a map");
    assert_eq!((map.nx, map.ny, map.values.len()), (5, 5, 25));
    assert!(map.values[0].is_nan());
    assert!(
        coarse.notes.iter().any(|n| n == "refining, 10 %"),
        "{:?}",
        coarse.notes
    );
    assert!(
        coarse
            .notes
            .iter()
            .any(|n| n == "not finite at 1 of 25 points")
    );
    let fine = at(289, 1).expect("a figure");
    assert!(!fine.notes.iter().any(|n| n.contains("refining")));
    // Every fourth value of the fine map is the coarse one's, up to the scale the colours are on.
    let fine = fine.heat_map().expect("a map");
    assert_eq!((fine.nx, fine.values.len()), (17, 289));
}
