//! Figures of every kind through every exporter: what a reader of the file would find in it.

mod galleries;
mod hostile;
mod samples;

use std::fs;

use collapse_explorer::plot::{
    Axis, Bar, Bars, Colour, ColourMap, ColourScale, EXPORTERS, Error, FigureSpec, HeatMap, Layer,
    MarkerStyle, Palette, Role, Series, Shape, Size, exporter_for, key_colour, render, save,
    save_at,
};
use resvg::usvg::{self, roxmltree};
use samples::{
    phase_figure, samples, surface_ppca_figure, thresholds_figure, training_figure, usage_figure,
};

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
        "this network, γβ/E σ²",
        "βγ = 1.30",
        "predicted 4 alive · measured 6 of 16 · stationary",
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
            colour: Colour::Key(2),
            hatched: false,
            label: String::new(),
            key: Some(2),
        }],
        colour: Colour::Key(2),
    }));
    let raster = render(&figure, &figure.size, &Palette::light()).expect("drawn");
    let pixel = |x: usize, y: usize| {
        let at = (y * raster.width + x) * 3;
        [raster.rgb[at], raster.rgb[at + 1], raster.rgb[at + 2]]
    };
    assert_eq!(pixel(raster.width / 2, raster.height / 2), key_colour(2));
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
        categories: Vec::new(),
        scale: ColourScale::Linear,
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

/// The bytes of a base64 text.
fn unbase64(text: &str) -> Vec<u8> {
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut bits = 0_u32;
    let mut count = 0;
    let mut out = Vec::new();
    for c in text.trim_end_matches('=').chars() {
        bits = bits << 6 | alphabet.find(c).expect("a base64 character") as u32;
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count & 0xff) as u8);
        }
    }
    out
}

#[test]
fn a_heat_map_is_inside_the_svg_as_a_picture_under_its_contours() {
    let svg = svg_text(&surface_ppca_figure());
    let document = roxmltree::Document::parse(&svg).expect("well-formed XML");
    let images: Vec<_> = document
        .descendants()
        .filter(|n| n.has_tag_name("image"))
        .collect();
    // The map and its colour bar.
    assert_eq!(images.len(), 2);
    let href = images[0]
        .attribute(("http://www.w3.org/1999/xlink", "href"))
        .expect("a link");
    let data = href
        .strip_prefix("data:image/png;base64,")
        .expect("an embedded PNG");
    let map = image::load_from_memory(&unbase64(data))
        .expect("a PNG that decodes")
        .to_rgb8();
    // The minima at ε₁ = ±√3, ε₂ = 0 are darkest, the saddle lies between, the top is brightest.
    let sum = |x: f64, y: f64| -> u32 {
        let across = ((x + 3.0) / 6.0 * f64::from(map.width())) as u32;
        let down = ((3.0 - y) / 6.0 * f64::from(map.height())) as u32;
        let pixel = map.get_pixel(across.min(map.width() - 1), down.min(map.height() - 1));
        pixel.0.iter().map(|&v| u32::from(v)).sum()
    };
    assert!(sum(1.73, 0.0) < sum(0.0, 0.0) && sum(-1.73, 0.0) < sum(0.0, 0.0));
    assert!(sum(0.0, 0.0) < sum(0.0, 2.99));
    let contours = svg.find("stroke=\"#ffffff\"").expect("white contours");
    assert!(contours > svg.find("<image").expect("the map"));
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

/// pgfplots, gnuplot and awk take a line for a record, quotes or not.
#[test]
fn csv_holds_one_record_a_line() {
    let mut figure = FigureSpec::new("lines", "of two\nlines");
    figure.notes = vec!["a note\r\nand more".into()];
    let marker = MarkerStyle::new(Shape::Square, true);
    let points = vec![[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]];
    let mut series = Series::markers("s\nt", "", points, marker, Role::Second);
    series.hover = Some(vec![
        "z0\nKL = 1,5\n".into(),
        "\"quoted\"\u{2028}\rand\u{b}more".into(),
        "\n".into(),
    ]);
    figure.layers.push(Layer::Series(series));
    let text = String::from_utf8(written(&figure, &figure.size, "csv")).expect("UTF-8");
    // What keys are the numbers of is the figure's to say.
    assert!(text.contains("index,x,y,value,key,label\n"), "{text}");
    let rows: Vec<&str> = text
        .split('\n')
        .filter(|l| l.starts_with("0,series,"))
        .collect();
    assert_eq!(rows.len(), 3, "{text}");
    assert!(rows[0].ends_with(",\"z0; KL = 1,5\""), "{}", rows[0]);
    assert!(
        rows[1].ends_with(",\"\"\"quoted\"\"; and; more\""),
        "{}",
        rows[1]
    );
    assert!(rows[2].ends_with(','), "{}", rows[2]);
    assert!(
        rows.iter().all(|r| r.starts_with("0,series,s; t,")),
        "{rows:?}"
    );
    assert!(text.contains("# note: a note; and more\n"), "{text}");
    assert!(!text.contains(['\r', '\u{b}', '\u{2028}']));
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
        Role::Second,
    )));
    figure.keyed_by = "latent".into();
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
