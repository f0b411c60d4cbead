//! The figures of experiments hold what a reader needs, in the file as on screen.

use collapse_explorer::figures::{SweepQuantity, phase_figure, sweep_figure, theory_map_figure};
use collapse_explorer::lab::{
    Hysteresis, PhaseAxis, PhaseMap, PhaseRequest, Quiet, TheoryMap, hysteresis, phase,
};
use collapse_explorer::plot::{FigureSpec, Layer, Palette, Provenance, exporter_for, render, save};
use collapse_explorer::theory::LinearProblem;

use super::linear_sweep;
use crate::common::runs::SPECTRUM;

/// Saves a figure as every reader gets it, on both backgrounds; returns its SVG.
fn saved(name: &str, figure: &FigureSpec) -> String {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("lab");
    std::fs::create_dir_all(&folder).expect("a folder");
    save(figure, &folder.join(format!("{name}.png"))).expect("saved");
    let dark = render(figure, &figure.size, &Palette::dark()).expect("drawn");
    image::save_buffer(
        folder.join(format!("{name}_dark.png")),
        &dark.rgb,
        dark.width as u32,
        dark.height as u32,
        image::ColorType::Rgb8,
    )
    .expect("saved");
    let mut out = Vec::new();
    let svg = exporter_for("x.svg".as_ref()).expect("a known format");
    svg.write(figure, &figure.size, &mut out).expect("written");
    String::from_utf8(out).expect("UTF-8")
}

fn series_points(figure: &FigureSpec, id: &str) -> Vec<[f64; 2]> {
    let mut found = figure.layers.iter().filter_map(|l| match l {
        Layer::Series(s) if s.id == id => Some(s.points.clone()),
        _ => None,
    });
    found.next().unwrap_or_default()
}

#[test]
fn a_sweeps_figures_show_both_ways_theory_and_the_loop() {
    let request = linear_sweep(12, 500);
    let mut made = Hysteresis::new(&request).expect("a sweep");
    hysteresis::run(&request, &mut made, &Quiet).expect("a whole sweep");
    let provenance = Provenance::default();
    for (name, quantity, wanted) in [
        ("sweep_loss", SweepQuantity::Loss, "closed form"),
        ("sweep_active", SweepQuantity::Active, "linear theory"),
        (
            "sweep_sigma",
            SweepQuantity::Sigma,
            "linear theory, min(1, βγ/ζ²)",
        ),
    ] {
        let figure = sweep_figure(&made, quantity, &provenance);
        let svg = saved(name, &figure);
        for text in [wanted, ">up<", ">down<", "loop area", "mode 1"] {
            assert!(svg.contains(text), "{name}: no '{text}'");
        }
    }
    // The staircase falls by one at each threshold inside the range.
    let figure = sweep_figure(&made, SweepQuantity::Active, &provenance);
    let stairs = series_points(&figure, "theory_0");
    assert_eq!((stairs[0][1], stairs[stairs.len() - 1][1]), (5.0, 0.0));
    for zeta2 in SPECTRUM {
        let at: Vec<f64> = stairs
            .iter()
            .filter(|p| (p[0] / zeta2 - 1.0).abs() < 1e-4)
            .map(|p| p[1])
            .collect();
        assert!(at.len() == 2 && at[0] - at[1] == 1.0, "{zeta2}: {at:?}");
    }
    let unsettled = made.points.iter().filter(|p| !p.converged).count();
    let hollow = ["up_unsettled", "down_unsettled"]
        .map(|id| series_points(&sweep_figure(&made, SweepQuantity::Loss, &provenance), id).len());
    assert_eq!(hollow.iter().sum::<usize>(), unsettled);
}

#[test]
fn a_half_filled_diagram_shows_what_is_missing() {
    let base = linear_sweep(3, 1);
    let request = PhaseRequest {
        setup: base.setup,
        data_digest: String::new(),
        known: base.known,
        axis: PhaseAxis::Latents,
        betas: collapse_explorer::lab::log_values(0.2, 16.0, 7),
        rows: vec![1, 2, 3, 4, 5],
        width: 16,
        steps: 300,
        folder: None,
    };
    let mut map = PhaseMap::new(&request, Vec::new()).expect("a diagram");
    phase::run(&request, &mut map, &Quiet).expect("a whole diagram");
    for missing in [8, 9, 10, 24] {
        map.cells[missing] = None;
    }
    let figure = phase_figure(&map, &SPECTRUM, Some([1.0, 3.0]), &Provenance::default());
    let svg = saved("phase_latents", &figure);
    for text in [
        "κ, latents",
        "active latents",
        "NaN",
        "31 of 35 runs, 300 steps each",
        "this run",
    ] {
        assert!(svg.contains(text), "no '{text}'");
    }
    let heat = figure.heat_map().expect("a map");
    assert_eq!(heat.values.iter().filter(|v| v.is_nan()).count(), 4);
    assert_eq!(heat.range, Some((0.0, 5.0)));
    // With κ = 1 only the first mode can die; with κ = 5 all five.
    let lines = (0..5).map(|i| series_points(&figure, &format!("boundary_{i}")));
    let starts: Vec<f64> = lines.map(|l| l[0][1]).collect();
    assert_eq!(starts, [-0.5, 0.5, 1.5, 2.5, 3.5]);
}

#[test]
fn the_theory_map_has_its_boundaries_where_the_product_is_an_eigenvalue() {
    let problem = LinearProblem::vae(SPECTRUM.to_vec(), 5, 4).expect("a problem");
    let map = TheoryMap::new(&problem, (0.05, 50.0), (0.01, 10.0), 160, 120);
    let figure = theory_map_figure(&map, 4, Some([1.0, 1.0]), &Provenance::default());
    let svg = saved("phase_theory", &figure);
    for text in [
        "γ when it is learned",
        "a mode dies: βγ = ζ²",
        "3 of 4 active",
    ] {
        assert!(svg.contains(text), "no '{text}'");
    }
    for (index, zeta2) in SPECTRUM[..4].iter().enumerate() {
        for [beta, gamma] in series_points(&figure, &format!("boundary_{index}")) {
            assert!((beta * gamma / zeta2 - 1.0).abs() < 1e-9);
            assert!(
                (0.05..=50.000_001).contains(&beta) && (0.009_999..=10.000_001).contains(&gamma)
            );
        }
    }
}
