//! Figures of every kind through every exporter: what a reader of the file would find in it.

use std::fs;
use std::sync::Arc;

use collapse_explorer::figure::tiles::{
    GhostRun, LatentUse, LiveEdit, Reconstructions, SurfaceGrid, SurfaceMode, SurfacePpca,
    Thresholds, Training, Usage, UsageOrder, reconstructions, surface_mode, surface_ppca,
    thresholds, training, usage,
};
use collapse_explorer::figure::{
    Anchor, Annotation, Axis, Band, Bar, Bars, ColourMap, Dash, Direction, EXPORTERS, Error,
    EventTicks, FigureSpec, HeatMap, ImageCell, ImageRow, Images, Layer, MarkerStyle, Palette,
    Provenance, Role, Rule, Scale, Series, Shape, Size, exporter_for, latent_colour, render, save,
    save_at,
};
use proptest::prelude::*;
use resvg::usvg::{self, roxmltree};

fn provenance() -> Provenance {
    Provenance {
        settings: r#"{"net":{"latents":16},"live":{"beta":2.0}}"#.into(),
        seed: Some(7),
        data: "digits <10,000> & \"more\"".into(),
        data_digest: "9f86d081".into(),
        device: "CPU".into(),
        step: Some(1736),
        ..Provenance::default()
    }
}

/// A decaying spectrum like that of handwritten digits.
fn spectrum() -> Vec<f64> {
    (1..=784).map(|i| 5.1 * f64::from(i).powf(-0.85)).collect()
}

fn wave(k: usize) -> f64 {
    (k as f64 * 12.9898).sin() * 0.5
}

fn thresholds_figure() -> FigureSpec {
    let spectrum = spectrum();
    let effective: Vec<f64> = (0..16)
        .map(|j| {
            if j % 3 == 0 {
                9.0 / (j as f64 + 1.0)
            } else {
                0.35 + 0.02 * wave(j)
            }
        })
        .collect();
    let second: Vec<f64> = effective.iter().map(|v| v * 1.25).collect();
    thresholds(&Thresholds {
        spectrum: &spectrum,
        beta: 1.3,
        gamma: 1.0,
        latents: 16,
        effective: &effective,
        second: &second,
        estimators: ["this network: γβ/E σ²", "gain/(2KL)"],
        measured_active: Some(6),
        converged: Some(true),
        provenance: &provenance(),
    })
}

fn kappa_limited_figure() -> FigureSpec {
    thresholds(&Thresholds {
        spectrum: &spectrum(),
        beta: 0.3,
        gamma: 1.0,
        latents: 5,
        effective: &[],
        second: &[],
        estimators: ["", ""],
        measured_active: None,
        converged: None,
        provenance: &provenance(),
    })
}

/// Loss of one linear mode at η = 1: its minima are ±(u, v) with uv = ζ − √(βγ).
fn mode_loss(u: f64, v: f64, zeta2: f64, beta: f64) -> f64 {
    let zeta = zeta2.sqrt();
    0.5 * ((u * v - zeta).powi(2) + u * u + beta * v * v)
}

fn surface_mode_figure() -> FigureSpec {
    let (range, n) = ((-2.4, 2.4), 61);
    let values: Vec<f64> = SurfaceGrid::centres(range, range, n, n)
        .map(|(u, v)| mode_loss(u, v, 4.0, 1.0))
        .collect();
    surface_mode(&SurfaceMode {
        grid: SurfaceGrid {
            x_range: range,
            y_range: range,
            nx: n,
            ny: n,
            values: &values,
        },
        value_label: "loss [nats]",
        mode: 6,
        zeta2: 4.0,
        beta: 1.0,
        gamma: 1.0,
        hessian: [-1.0, 3.0],
        minima: Some([[1.0, 1.0], [-1.0, -1.0]]),
        current: Some([0.8, 0.9]),
        trail: &[
            [0.1, -0.2],
            [0.15, 0.1],
            [0.4, 0.35],
            [0.65, 0.7],
            [0.8, 0.9],
        ],
        provenance: &provenance(),
    })
}

fn surface_ppca_figure() -> FigureSpec {
    let (range, n) = ((-3.0, 3.0), 80);
    let nll = |l: f64, e: f64| 0.5 * ((1.0 + e * e).ln() + l / (1.0 + e * e));
    let values: Vec<f64> = SurfaceGrid::centres(range, range, n, n)
        .map(|(a, b)| nll(4.0, a) + nll(0.5, b))
        .collect();
    surface_ppca(&SurfacePpca {
        grid: SurfaceGrid {
            x_range: range,
            y_range: range,
            nx: n,
            ny: n,
            values: &values,
        },
        value_label: "negative log likelihood [nats]",
        modes: [3, 4],
        eigenvalues: [4.0, 0.5],
        sigma2: 1.0,
        provenance: &provenance(),
    })
}

fn usage_figure() -> FigureSpec {
    let latents: Vec<LatentUse> = (0..16)
        .map(|j| {
            let strength = if j % 3 == 1 {
                1.6 / (1.0 + j as f64 * 0.35)
            } else {
                0.0
            };
            let s2 = (-2.0 * strength).exp();
            LatentUse {
                kl: strength,
                mean_sigma2: s2,
                var_mu: 1.0 - s2 + if strength > 0.0 { 0.04 * wave(j) } else { 0.0 },
                dead: strength == 0.0,
            }
        })
        .collect();
    usage(&Usage {
        latents: &latents,
        order: UsageOrder::ByKl,
        collapsed_percent: Some(68.75),
        epsilon_delta: (0.01, 0.01),
        active_threshold: 0.01,
        provenance: &provenance(),
    })
}

fn training_figure(log_x: bool) -> FigureSpec {
    let n = 20_000;
    let steps: Vec<f64> = (0..n).map(|k| k as f64).collect();
    let beta: Vec<f64> = (0..n)
        .map(|k| [0.3, 1.0, 2.0][(k * 3 / n).min(2)])
        .collect();
    let kl: Vec<f64> = (0..n)
        .map(|k| 9.0 / (1.0 + beta[k]) * (1.0 - (-(k as f64) / 900.0).exp()) + wave(k) * 0.4)
        .collect();
    let rec: Vec<f64> = (0..n)
        .map(|k| 22.0 + 20.0 * (-(k as f64) / 500.0).exp() + 3.0 * beta[k] + wave(k + 1))
        .collect();
    let loss: Vec<f64> = (0..n).map(|k| rec[k] + beta[k] * kl[k]).collect();
    let gamma: Vec<f64> = (0..n)
        .map(|k| 0.04 + 0.9 * (-(k as f64) / 2500.0).exp())
        .collect();
    let ghost: Vec<f64> = loss.iter().map(|v| v * 1.1).collect();
    let edit = |step: f64, label: &str| LiveEdit {
        step,
        label: label.into(),
    };
    training(&Training {
        steps: &steps,
        loss: &loss,
        reconstruction: &rec,
        kl: &kl,
        gamma: &gamma,
        beta: &beta,
        edits: &[
            edit(6667.0, "β = 1"),
            edit(13_334.0, "β = 2"),
            edit(13_700.0, "γ learned"),
            edit(19_500.0, "lr = 0.0005"),
        ],
        ghost: Some(GhostRun {
            steps: &steps,
            loss: &ghost,
        }),
        log_x,
        log_y: false,
        provenance: &provenance(),
    })
}

fn reconstructions_figure() -> FigureSpec {
    let picture = |seed: usize, blur: f32| -> Vec<f32> {
        (0..28 * 28)
            .map(|k| {
                let (x, y) = ((k % 28) as f32 - 13.5, (k / 28) as f32 - 13.5);
                let r = (x * x + (1.0 + seed as f32 * 0.06) * y * y).sqrt();
                (1.0 - ((r - 8.0).abs() - 1.0).max(0.0) / blur).max(0.0)
            })
            .collect()
    };
    let row = |blur: f32, from: usize| {
        (from..from + 10)
            .flat_map(|s| picture(s, blur))
            .collect::<Vec<_>>()
    };
    let at: Vec<f64> = (0..10).map(|k| -3.0 + 6.0 * f64::from(k) / 9.0).collect();
    reconstructions(&Reconstructions {
        width: 28,
        height: 28,
        channels: 1,
        inputs: &row(0.5, 0),
        reconstructions: &row(3.0, 0),
        prior_samples: &row(3.5, 4),
        traversal: Some((11, &row(4.0, 8))),
        traversal_at: &at,
        provenance: &provenance(),
    })
}

/// A figure with a blocky heat map that has holes and a clipped range, on a log colour scale.
fn phase_figure() -> FigureSpec {
    let mut figure = FigureSpec::new("phase", "Phase diagram with a hole");
    figure.x = Axis::log10("β");
    figure.y = Axis::linear("depth");
    let mut values: Vec<f64> = (0..48)
        .map(|k| 10_f64.powf((k % 8) as f64 / 2.0 - 2.0 + (k / 8) as f64 * 0.3))
        .collect();
    values[20] = f64::NAN;
    values[21] = f64::INFINITY;
    figure.layers.push(Layer::HeatMap(HeatMap {
        id: "loss".into(),
        x_range: (0.01, 100.0),
        y_range: (0.5, 6.5),
        nx: 8,
        ny: 6,
        values,
        colour_map: ColourMap::Viridis,
        scale: Scale::Log10,
        range: Some((0.03, 30.0)),
        contours: vec![],
        label: "loss [nats]".into(),
        smooth: false,
    }));
    figure.notes.push("range clipped to 0.03–30".into());
    figure.provenance = provenance();
    figure
}

fn samples() -> Vec<(&'static str, FigureSpec)> {
    vec![
        ("thresholds", thresholds_figure()),
        ("thresholds_kappa", kappa_limited_figure()),
        ("surface_mode", surface_mode_figure()),
        ("surface_ppca", surface_ppca_figure()),
        ("usage", usage_figure()),
        ("training", training_figure(false)),
        ("training_log", training_figure(true)),
        ("reconstructions", reconstructions_figure()),
        ("phase", phase_figure()),
    ]
}

fn written(figure: &FigureSpec, size: &Size, extension: &str) -> Vec<u8> {
    let exporter = exporter_for(format!("x.{extension}").as_ref()).expect("a known format");
    let mut out = Vec::new();
    exporter.write(figure, size, &mut out).expect("writable");
    out
}

fn svg_text(figure: &FigureSpec) -> String {
    String::from_utf8(written(figure, &figure.size, "svg")).expect("UTF-8")
}

/// All texts of an SVG, in order.
fn texts(svg: &str) -> Vec<String> {
    let document = roxmltree::Document::parse(svg).expect("well-formed XML");
    let nodes = document.descendants().filter(|n| n.has_tag_name("text"));
    nodes
        .map(|n| n.text().unwrap_or_default().to_owned())
        .collect()
}

#[test]
fn every_figure_saves_in_every_format_and_size() {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("figures");
    fs::create_dir_all(&folder).expect("a folder");
    for (name, figure) in samples() {
        for exporter in EXPORTERS {
            let path = folder.join(format!("{name}.{}", exporter.extension()));
            save(&figure, &path).expect("saved");
        }
        save_at(
            &figure,
            &Size::COLUMN,
            &folder.join(format!("{name}_column.png")),
        )
        .expect("saved");
        let slide = Size::SLIDE.at_dpi(72.0);
        save_at(&figure, &slide, &folder.join(format!("{name}_slide.png"))).expect("saved");
        let again = svg_text(&figure);
        assert_eq!(
            fs::read_to_string(folder.join(format!("{name}.svg"))).expect("read"),
            again
        );
    }
    let leftovers = fs::read_dir(&folder).expect("a folder").filter(|e| {
        let name = e.as_ref().expect("an entry").file_name();
        name.to_string_lossy().contains(".part")
    });
    assert_eq!(leftovers.count(), 0);
}

#[test]
fn an_svg_says_everything_a_reader_needs() {
    let found = texts(&svg_text(&thresholds_figure()));
    for wanted in [
        "Singular-value thresholds",
        "mode index",
        "ζ²",
        "alive in theory",
        "dead in theory",
        "this network: γβ/E σ²",
        "βγ = 1.30",
        "predicted 4 alive · measured 6 of 16 · converged",
        "10",
        "0.3",
    ] {
        assert!(
            found.iter().any(|t| t == wanted),
            "{wanted:?} is not among {found:?}"
        );
    }
    let found = texts(&svg_text(&phase_figure()));
    for wanted in ["loss [nats]", "≤ 0.03", "≥ 30", "NaN", "β", "depth"] {
        assert!(
            found.iter().any(|t| t == wanted),
            "{wanted:?} is not among {found:?}"
        );
    }
    let found = texts(&svg_text(&training_figure(false)));
    for wanted in [
        "loss",
        "KL",
        "previous run",
        "β = 1",
        "β = 2",
        "γ learned",
        "lr = 0.0005",
        "step",
        "β, γ",
    ] {
        assert!(
            found.iter().any(|t| t == wanted),
            "{wanted:?} is not among {found:?}"
        );
    }
}

#[test]
fn provenance_is_inside_the_svg_and_reads_back() {
    let svg = svg_text(&usage_figure());
    let document = roxmltree::Document::parse(&svg).expect("well-formed XML");
    let node = document
        .descendants()
        .find(|n| n.has_tag_name("metadata"))
        .expect("metadata");
    let json: serde_json::Value =
        serde_json::from_str(node.text().expect("text")).expect("valid JSON");
    assert_eq!(json["seed"], 7);
    assert_eq!(json["settings"]["net"]["latents"], 16);
    assert_eq!(json["data"], "digits <10,000> & \"more\"");
    assert!(
        json["program"]
            .as_str()
            .expect("text")
            .starts_with("collapse-explorer ")
    );
}

#[test]
fn no_text_lies_outside_the_page_in_any_preset() {
    let mut options = usvg::Options {
        font_family: "Ubuntu".into(),
        ..usvg::Options::default()
    };
    for font in egui::FontDefinitions::default().font_data.into_values() {
        let data: Vec<u8> = (*font.font).as_ref().to_vec();
        options.fontdb_mut().load_font_data(data);
    }
    for (name, figure) in samples() {
        for (preset, size) in Size::PRESETS {
            let svg = String::from_utf8(written(&figure, &size, "svg")).expect("UTF-8");
            let tree = usvg::Tree::from_str(&svg, &options).expect("usvg reads it");
            let page = tree.size();
            let mut boxes = Vec::new();
            text_boxes(tree.root(), &mut boxes);
            assert!(!boxes.is_empty());
            for (text, b) in &boxes {
                let inside = b.left() >= 0.0
                    && b.top() >= 0.0
                    && b.right() <= page.width()
                    && b.bottom() <= page.height();
                assert!(inside, "{name}, {preset}: '{text}' at {b:?} of {page:?}");
            }
            for (i, (a, first)) in boxes.iter().enumerate() {
                for (b, second) in &boxes[..i] {
                    let overlap = |l0: f32, h0: f32, l1: f32, h1: f32| h0.min(h1) - l0.max(l1);
                    let x = overlap(first.left(), first.right(), second.left(), second.right());
                    let y = overlap(first.top(), first.bottom(), second.top(), second.bottom());
                    // Boxes hold ascenders and descenders that most words lack.
                    let touch = x > 0.5 && y > 0.45 * first.height().min(second.height());
                    assert!(!touch, "{name}, {preset}: '{a}' and '{b}' overlap");
                }
            }
        }
    }
}

fn text_boxes(group: &usvg::Group, out: &mut Vec<(String, usvg::Rect)>) {
    for node in group.children() {
        match node {
            usvg::Node::Group(g) => text_boxes(g, out),
            usvg::Node::Text(t) => {
                let text = t.chunks().iter().map(usvg::TextChunk::text).collect();
                out.push((text, t.abs_bounding_box()));
            }
            _ => {}
        }
    }
}

/// The chunks of a PNG: (type, contents).
fn chunks(png: &[u8]) -> Vec<(String, Vec<u8>)> {
    assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n");
    let mut at = 8;
    let mut out = Vec::new();
    while at < png.len() {
        let length = u32::from_be_bytes(png[at..at + 4].try_into().expect("four bytes")) as usize;
        let kind = String::from_utf8(png[at + 4..at + 8].to_vec()).expect("a type");
        out.push((kind, png[at + 8..at + 8 + length].to_vec()));
        at += 12 + length;
    }
    out
}

#[test]
fn a_png_has_the_size_the_resolution_and_the_provenance_asked_for() {
    let figure = usage_figure();
    let png = written(&figure, &Size::COLUMN.at_dpi(600.0), "png");
    let decoded = image::load_from_memory(&png).expect("a PNG that decodes, check sums and all");
    assert_eq!((decoded.width(), decoded.height()), (1950, 1500));
    let chunks = chunks(&png);
    let physical = &chunks.iter().find(|(k, _)| k == "pHYs").expect("pHYs").1;
    // 600 dpi is 23,622 pixels per metre.
    assert_eq!(physical[..], [0, 0, 0x5C, 0x46, 0, 0, 0x5C, 0x46, 1]);
    let itxt: Vec<_> = chunks.iter().filter(|(k, _)| k == "iTXt").collect();
    let json = itxt[0]
        .1
        .strip_prefix(b"Provenance\0\0\0\0\0")
        .expect("the keyword");
    assert_eq!(
        std::str::from_utf8(json).expect("UTF-8"),
        figure.provenance.to_json()
    );
}

#[test]
fn pixels_have_the_colours_the_figure_names() {
    let mut figure = FigureSpec::new("bars", "");
    figure.x.range = Some((0.0, 1.0));
    figure.y.range = Some((0.0, 1.0));
    figure.layers.push(Layer::Bars(Bars {
        id: "b".into(),
        name: String::new(),
        items: vec![Bar {
            x: 0.5,
            base: 0.0,
            height: 1.0,
            width: 1.0,
            colour: collapse_explorer::figure::Colour::Latent(2),
            hatched: false,
            label: String::new(),
            latent: Some(2),
        }],
        colour: collapse_explorer::figure::Colour::Latent(2),
    }));
    let raster = render(&figure, &figure.size, &Palette::light()).expect("drawn");
    let pixel = |x: usize, y: usize| {
        let at = (y * raster.width + x) * 3;
        [raster.rgb[at], raster.rgb[at + 1], raster.rgb[at + 2]]
    };
    assert_eq!(pixel(raster.width / 2, raster.height / 2), latent_colour(2));
    assert_eq!(pixel(2, 2), [255; 3]);
    let dark = render(&figure, &figure.size, &Palette::dark()).expect("drawn");
    assert_eq!(dark.rgb[..3], Palette::dark().background);
}

#[test]
fn heat_map_pixels_are_the_right_way_up_and_holes_show() {
    // Lower left is the least value, upper right a hole.
    let mut figure = FigureSpec::new("map", "");
    figure.layers.push(Layer::HeatMap(HeatMap {
        id: "m".into(),
        x_range: (0.0, 1.0),
        y_range: (0.0, 1.0),
        nx: 2,
        ny: 2,
        values: vec![0.0, 0.5, 1.0, f64::NAN],
        colour_map: ColourMap::Viridis,
        scale: Scale::Linear,
        range: None,
        contours: vec![],
        label: String::new(),
        smooth: false,
    }));
    let raster = render(&figure, &figure.size, &Palette::light()).expect("drawn");
    let nan = Palette::light().not_a_number;
    let centre_of = |wanted: [u8; 3]| {
        let mut sum = (0, 0, 0);
        for (k, p) in raster.rgb.chunks_exact(3).enumerate() {
            if p == wanted {
                sum = (
                    sum.0 + k % raster.width,
                    sum.1 + k / raster.width,
                    sum.2 + 1,
                );
            }
        }
        assert!(sum.2 > 1000, "{wanted:?} is drawn on {} pixels", sum.2);
        (sum.0 / sum.2, sum.1 / sum.2)
    };
    let low = centre_of([68, 1, 84]);
    let hole = centre_of(nan);
    assert!(low.0 < hole.0, "x increases to the right");
    assert!(low.1 > hole.1, "y increases upwards");
}

/// Rows of a CSV as (kind, series, x, y, value), without its comments and heading.
fn csv_rows(figure: &FigureSpec) -> Vec<(String, String, String, String, String)> {
    let text = String::from_utf8(written(figure, &figure.size, "csv")).expect("UTF-8");
    let mut lines = text.lines().skip_while(|l| l.starts_with('#'));
    assert_eq!(
        lines.next(),
        Some("layer,kind,series,index,x,y,value,latent,label")
    );
    lines
        .map(|l| {
            let f: Vec<&str> = l.split(',').collect();
            let s = |i: usize| f[i].to_owned();
            (s(1), s(2), s(4), s(5), s(6))
        })
        .collect()
}

#[test]
fn csv_numbers_parse_back_to_the_same_bits() {
    let numbers = [
        0.1,
        1.0 / 3.0,
        -2.5e-300,
        f64::MAX,
        f64::MIN_POSITIVE,
        5e-324,
        1e16,
        -0.0,
        123_456_789.123_456_78,
        f64::NAN,
        f64::INFINITY,
    ];
    let mut figure = FigureSpec::new("numbers", "of all kinds");
    let points = numbers.iter().map(|&v| [v, -v]).collect();
    let marker = MarkerStyle::new(Shape::Square, true);
    figure.layers.push(Layer::Series(Series::markers(
        "s",
        "",
        points,
        marker,
        Role::Kl.into(),
    )));
    let rows = csv_rows(&figure);
    assert_eq!(rows.len(), numbers.len());
    for (row, wanted) in rows.iter().zip(numbers) {
        let (x, y): (f64, f64) = (
            row.2.parse().expect("a number"),
            row.3.parse().expect("one"),
        );
        if wanted.is_nan() {
            assert!(x.is_nan() && y.is_nan());
        } else {
            assert_eq!(
                (x.to_bits(), y.to_bits()),
                (wanted.to_bits(), (-wanted).to_bits())
            );
        }
    }
}

#[test]
fn csv_holds_heat_maps_by_cell_centre_and_carries_provenance() {
    let figure = phase_figure();
    let rows = csv_rows(&figure);
    assert_eq!(rows.len(), 48);
    let x: f64 = rows[0].2.parse().expect("a number");
    // Cells are equal in log10 on a log axis: the first of 8 over four decades is centred at
    // 10^(−2 + 0.25).
    assert!((x.log10() + 1.75).abs() < 1e-12, "{x}");
    let y: f64 = rows[8].3.parse().expect("a number");
    assert!((y - 2.0).abs() < 1e-12);
    assert_eq!(rows[20].4, "NaN");
    let text = String::from_utf8(written(&figure, &figure.size, "csv")).expect("UTF-8");
    let line = text
        .lines()
        .find_map(|l| l.strip_prefix("# provenance: "))
        .expect("a line");
    let json: serde_json::Value = serde_json::from_str(line).expect("valid JSON");
    assert_eq!(json["step"], 1736);
}

#[test]
fn a_file_that_cannot_be_written_is_named_and_leaves_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let figure = phase_figure();
    let missing = folder.path().join("nowhere").join("a.svg");
    let message = save(&figure, &missing).expect_err("no folder").to_string();
    assert!(
        message.contains("there is no folder") && message.contains("nowhere"),
        "{message}"
    );
    let unknown = save(&figure, &folder.path().join("a.bmp")).expect_err("no format");
    assert!(
        unknown.to_string().contains(".svg, .png, .csv"),
        "{unknown}"
    );
    // A folder of the file's name: the rename at the end fails.
    let taken = folder.path().join("taken.csv");
    fs::create_dir(&taken).expect("a folder");
    fs::write(taken.join("inside"), "x").expect("a file");
    let message = save(&figure, &taken)
        .expect_err("a folder is in the way")
        .to_string();
    assert!(message.contains("taken.csv"), "{message}");
    let huge = Size::SLIDE.at_dpi(1200.0);
    let refused = save_at(&figure, &huge, &folder.path().join("huge.png"));
    assert!(matches!(refused, Err(Error::TooLarge { .. })));
    let names: Vec<_> = fs::read_dir(folder.path())
        .expect("a folder")
        .map(|e| e.expect("an entry").file_name())
        .collect();
    assert_eq!(names, ["taken.csv"]);
}

#[test]
fn empty_figures_are_drawn() {
    for figure in [
        FigureSpec::default(),
        FigureSpec {
            right: Some(Axis::log10("r")),
            x: Axis::log10(""),
            legend: true,
            ..FigureSpec::new("", "")
        },
    ] {
        usvg::Tree::from_str(&svg_text(&figure), &usvg::Options::default()).expect("well-formed");
    }
}

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => -10.0..10.0_f64,
        1 => any::<f64>(),
        1 => proptest::sample::select(vec![
            0.0, -0.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MAX, f64::MIN, 5e-324, 1e15,
        ]),
    ]
}

fn axis() -> impl Strategy<Value = Axis> {
    (
        any::<bool>(),
        proptest::option::of((number(), number())),
        ".{0,12}",
    )
        .prop_map(|(log, range, label)| Axis {
            range,
            ..if log {
                Axis::log10(label)
            } else {
                Axis::linear(label)
            }
        })
}

fn layers() -> impl Strategy<Value = Vec<Layer>> {
    let layer =
        (0..8_u8, proptest::collection::vec(number(), 12), ".{0,8}").prop_map(|(kind, v, text)| {
            match kind {
                0 => Layer::Series(Series {
                    right: v[0] > 0.0,
                    ..Series::line(
                        "s",
                        &text,
                        v.chunks(2).map(|c| [c[0], c[1]]).collect(),
                        Role::Kl.into(),
                    )
                }),
                1 => Layer::Bars(Bars {
                    id: "b".into(),
                    name: text,
                    colour: Role::Dead.into(),
                    items: v
                        .chunks(4)
                        .map(|c| Bar {
                            x: c[0],
                            base: c[1],
                            height: c[2],
                            width: c[3],
                            colour: Role::Dead.into(),
                            hatched: c[0] > 0.0,
                            label: String::new(),
                            latent: None,
                        })
                        .collect(),
                }),
                2 => Layer::Band(Band {
                    name: text,
                    from: v[0],
                    to: v[1],
                    direction: if v[2] > 0.0 {
                        Direction::X
                    } else {
                        Direction::Y
                    },
                    colour: Role::Dead.into(),
                    opacity: v[3],
                }),
                3 => Layer::Rule(Rule {
                    direction: if v[2] > 0.0 {
                        Direction::X
                    } else {
                        Direction::Y
                    },
                    value: v[0],
                    label: text,
                    colour: Role::Threshold.into(),
                    dash: Dash::Dotted,
                    draggable: None,
                }),
                4 => Layer::HeatMap(HeatMap {
                    id: "h".into(),
                    x_range: (v[0], v[1]),
                    y_range: (v[2], v[3]),
                    nx: 3,
                    ny: 3,
                    values: v[..9].to_vec(),
                    colour_map: ColourMap::RedBlue,
                    scale: if v[4] > 0.0 {
                        Scale::Log10
                    } else {
                        Scale::Linear
                    },
                    range: Some((v[10], v[11])),
                    contours: v[5..8].to_vec(),
                    label: text,
                    smooth: v[9] > 0.0,
                }),
                5 => Layer::Annotation(Annotation {
                    at: [v[0], v[1]],
                    text,
                    colour: Role::Muted.into(),
                    anchor: Anchor::Left,
                }),
                6 => Layer::Ticks(EventTicks {
                    id: "t".into(),
                    labels: v.iter().map(|_| text.clone()).collect(),
                    values: v,
                    colour: Role::Threshold.into(),
                }),
                _ => Layer::Images(Images {
                    rows: vec![ImageRow {
                        label: text,
                        images: vec![ImageCell {
                            width: 2,
                            height: 2,
                            channels: if v[0] > 0.0 { 1 } else { 3 },
                            pixels: Arc::from(vec![0_u8; 4]),
                            caption: "c".into(),
                        }],
                    }],
                }),
            }
        });
    proptest::collection::vec(layer, 0..5)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// Whatever the numbers, a figure is drawn, is well-formed, and is the same bytes twice.
    #[test]
    fn hostile_figures_never_panic(
        x in axis(),
        y in axis(),
        right in proptest::option::of(axis()),
        layers in layers(),
        title in ".{0,40}",
        inches in (number(), number()),
        font in number(),
    ) {
        let mut figure = FigureSpec::new("hostile", &title);
        figure.subtitle.clone_from(&title);
        figure.notes.push(title);
        (figure.x, figure.y, figure.right) = (x, y, right);
        figure.layers = layers;
        figure.legend = true;
        figure.size = Size { width: inches.0, height: inches.1, font, dpi: 40.0 };
        let svg = svg_text(&figure);
        roxmltree::Document::parse(&svg).expect("well-formed XML");
        prop_assert!(!svg.contains("NaN\"") && !svg.contains("inf\""));
        prop_assert_eq!(&svg, &svg_text(&figure));
        written(&figure, &figure.size, "csv");
        let small = Size { width: inches.0.min(4.0), height: inches.1.min(4.0), ..figure.size };
        image::load_from_memory(&written(&figure, &small, "png")).expect("a PNG");
    }
}
