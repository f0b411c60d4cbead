//! Figures of arbitrary numbers and texts: nothing panics, everything written is well-formed.

use std::sync::Arc;

use collapse_explorer::plot::{
    Anchor, Annotation, Axis, Band, Bar, Bars, ColourMap, ColourScale, Dash, Direction, EventTicks,
    FigureSpec, HeatMap, ImageCell, ImageRow, Images, Layer, Role, Rule, Series, Size,
};
use proptest::prelude::*;
use resvg::usvg::roxmltree;

use super::{svg_text, written};

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
                        Role::Second,
                    )
                }),
                1 => Layer::Bars(Bars {
                    id: "b".into(),
                    name: text,
                    colour: Role::Inactive.into(),
                    items: v
                        .chunks(4)
                        .map(|c| Bar {
                            x: c[0],
                            base: c[1],
                            height: c[2],
                            width: c[3],
                            colour: Role::Inactive.into(),
                            hatched: c[0] > 0.0,
                            label: String::new(),
                            key: None,
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
                    colour: Role::Inactive.into(),
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
                    categories: Vec::new(),
                    scale: if v[4] > 0.0 {
                        ColourScale::Log10
                    } else {
                        ColourScale::Excess
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
