//! What is on screen is what an export shows: both pictures of one figure, pixel by pixel.

use egui::epaint::{Mesh, Primitive};
use egui::{Pos2, Vec2, vec2};
use egui_kittest::Harness;

use super::PlotView;
use super::draw::{Place, UNIT};
use crate::app::widgets::theme::{self, Theme};
use crate::plot::scene::Scene;
use crate::plot::{
    Axis, Band, Bar, Bars, Colour, Dash, Direction, FigureSpec, Layer, LineStyle, MarkerStyle,
    Palette, Raster, Role, Rule, Series, SeriesStyle, Shape, Size, render,
};

/// Marks of every kind, without texts among them: the two have other ways with fonts.
fn figure() -> FigureSpec {
    let mut figure = FigureSpec::new("same", "");
    figure.x = Axis::linear("x").with_range(0.0, 10.0);
    figure.y = Axis::log10("y").with_range(0.1, 100.0);
    let curve = |k: u32| {
        [
            f64::from(k) / 20.0,
            3.0 * (1.0 + f64::from(k) / 40.0).powi(2),
        ]
    };
    let points: Vec<[f64; 2]> = (0..=200).map(curve).collect();
    let mut dashed = Series::line(
        "dashed",
        "",
        points.iter().map(|p| [p[0], 30.0 / p[1]]).collect(),
        Colour::Role(Role::Threshold),
    );
    dashed.style = SeriesStyle::Line(LineStyle {
        width: 2.0,
        dash: Dash::Dashed,
    });
    figure.layers = vec![
        Layer::Band(Band {
            name: String::new(),
            from: 6.0,
            to: 8.0,
            direction: Direction::X,
            colour: Colour::Role(Role::Threshold),
            opacity: 0.3,
        }),
        Layer::Bars(Bars {
            id: "bars".into(),
            name: String::new(),
            items: (1..4)
                .map(|k| Bar {
                    x: f64::from(k),
                    base: 0.0,
                    height: f64::from(k),
                    width: 0.8,
                    colour: Colour::Role(Role::Foreground),
                    hatched: k == 2,
                    label: String::new(),
                    key: None,
                })
                .collect(),
            colour: Colour::Role(Role::Foreground),
        }),
        Layer::Series(Series::line(
            "curve",
            "",
            points,
            Colour::Role(Role::Foreground),
        )),
        Layer::Series(dashed),
        Layer::Rule(Rule {
            direction: Direction::Y,
            value: 0.5,
            label: String::new(),
            colour: Colour::Role(Role::Threshold),
            dash: Dash::Solid,
            draggable: None,
        }),
    ];
    let shapes = [
        Shape::Circle,
        Shape::Cross,
        Shape::TriangleUp,
        Shape::Square,
        Shape::Ring,
        Shape::Diamond,
        Shape::Dash,
    ];
    for (k, shape) in shapes.into_iter().enumerate() {
        let mut marker = MarkerStyle::new(shape, k % 2 == 0);
        marker.size = 9.0;
        let at = vec![[1.3 * (k as f64 + 0.5), 40.0]];
        let marks = Series::markers(
            &format!("m{k}"),
            "",
            at,
            marker,
            Colour::Role(Role::Foreground),
        );
        figure.layers.push(Layer::Series(marks));
    }
    figure
}

/// Pixels of a picture, from the upper left.
struct Picture {
    width: usize,
    height: usize,
    rgb: Vec<[f32; 3]>,
}

impl Picture {
    /// The triangles of the window painted one after the other; those with letters are left out.
    fn of_window(harness: &Harness<'_, PlotView>, size: Vec2, background: [u8; 3]) -> Self {
        let (width, height) = (size.x as usize, size.y as usize);
        let mut picture = Self {
            width,
            height,
            rgb: vec![background.map(f32::from); width * height],
        };
        let shapes = harness.output().shapes.clone();
        for clipped in harness.ctx.tessellate(shapes, 1.0) {
            if let Primitive::Mesh(mesh) = &clipped.primitive {
                picture.paint(mesh, clipped.clip_rect);
            }
        }
        picture
    }

    fn paint(&mut self, mesh: &Mesh, clip: egui::Rect) {
        for corners in mesh.indices.chunks_exact(3) {
            let v = [0, 1, 2].map(|k| mesh.vertices[corners[k] as usize]);
            if v.iter().any(|v| v.uv != egui::epaint::WHITE_UV) {
                continue;
            }
            let cross =
                |a: Pos2, b: Pos2, c: Pos2| (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
            let area = cross(v[0].pos, v[1].pos, v[2].pos);
            let bounds = egui::Rect::from_points(&v.map(|v| v.pos)).intersect(clip);
            if area == 0.0 || !bounds.is_positive() {
                continue;
            }
            let rows = bounds.top() as usize..(bounds.bottom().ceil() as usize).min(self.height);
            for y in rows {
                let columns =
                    bounds.left() as usize..(bounds.right().ceil() as usize).min(self.width);
                for x in columns {
                    let at = Pos2::new(x as f32 + 0.5, y as f32 + 0.5);
                    let share = [
                        cross(v[1].pos, v[2].pos, at) / area,
                        cross(v[2].pos, v[0].pos, at) / area,
                        cross(v[0].pos, v[1].pos, at) / area,
                    ];
                    // A pixel on an edge that two triangles share belongs to one of them.
                    if share.iter().any(|s| *s < 0.0) || share[0] == 0.0 || !clip.contains(at) {
                        continue;
                    }
                    let mix = |channel: usize| -> f32 {
                        let of = |k: usize| f32::from(v[k].color.to_array()[channel]) * share[k];
                        of(0) + of(1) + of(2)
                    };
                    let pixel = &mut self.rgb[y * self.width + x];
                    let left = 1.0 - mix(3) / 255.0;
                    *pixel = [0, 1, 2].map(|c| mix(c) + pixel[c] * left);
                }
            }
        }
    }

    fn of_export(raster: &Raster) -> Self {
        let pixels = raster.rgb.chunks_exact(3);
        Self {
            width: raster.width,
            height: raster.height,
            rgb: pixels.map(|p| [p[0], p[1], p[2]].map(f32::from)).collect(),
        }
    }

    fn at(&self, x: i64, y: i64) -> [f32; 3] {
        let x = x.clamp(0, self.width as i64 - 1) as usize;
        let y = y.clamp(0, self.height as i64 - 1) as usize;
        self.rgb[y * self.width + x]
    }

    /// The share of pixels of a stretch that differ from every pixel within one of the same place in the other.
    fn unlike(&self, corner: [i64; 2], other: &Self, there: [i64; 2], size: [i64; 2]) -> f64 {
        let mut unlike = 0;
        for y in 0..size[1] {
            for x in 0..size[0] {
                let own = self.at(corner[0] + x, corner[1] + y);
                let near = (-1..=1).flat_map(|dy| (-1..=1).map(move |dx| (dx, dy)));
                let found = near.map(|(dx, dy)| other.at(there[0] + x + dx, there[1] + y + dy));
                let distance =
                    |p: [f32; 3]| (0..3).map(|c| (p[c] - own[c]).abs()).fold(0.0, f32::max);
                let least = found.map(distance).fold(f32::INFINITY, f32::min);
                unlike += u32::from(least > 64.0);
            }
        }
        f64::from(unlike) / (size[0] * size[1]) as f64
    }
}

#[test]
fn an_export_and_the_window_show_the_same_picture() {
    let (figure, size) = (figure(), vec2(620.0, 420.0));
    let mut harness = Harness::builder()
        .with_size(size)
        .with_context_setup(|ctx| {
            theme::install_fonts(ctx);
            theme::apply(ctx, Theme::Dark);
        })
        .build_ui_state(
            |ui, view: &mut PlotView| {
                view.show(ui, &figure, &theme::palette(Theme::Dark));
            },
            PlotView::new(),
        );
    harness.run_steps(3);
    let palette = Palette::dark();
    let window = Picture::of_window(&harness, size, palette.background);
    let (scene, place): (&Scene, Place) = harness.state().stage.last().expect("a scene");
    let shown = scene.plot;

    // A page on which the plot is as large: 8 pt text makes a unit a point.
    let inches = |width: f64, height: f64| Size {
        width: width / 72.0,
        height: height / 72.0,
        font: 8.0,
        dpi: 72.0 * f64::from(UNIT),
    };
    let first = Scene::on_paper(&figure, &inches(500.0, 400.0), &palette).0;
    let page = inches(
        500.0 + shown.width - first.plot.width,
        400.0 + shown.height - first.plot.height,
    );
    let paper = Scene::on_paper(&figure, &page, &palette).0.plot;
    assert!((paper.width - shown.width).abs() < 0.5 && (paper.height - shown.height).abs() < 0.5);
    let export = Picture::of_export(&render(&figure, &page, &palette).expect("drawn"));

    // Less the axes at the edges, which are quieter on screen.
    let edge = 3.0;
    let corner = place.at([shown.x, shown.y]) + Vec2::splat(edge);
    let corner = [corner.x.round() as i64, corner.y.round() as i64];
    let there = [paper.x, paper.y].map(|v| (v * f64::from(UNIT) + f64::from(edge)).round() as i64);
    let size = [shown.width, shown.height].map(|v| (v * f64::from(UNIT)) as i64 - 6);
    let (a, b) = (
        window.unlike(corner, &export, there, size),
        export.unlike(there, &window, corner, size),
    );
    assert!(a < 0.01 && b < 0.01, "{a} {b} of the pixels differ");
    // And the comparison would tell: another place is unlike.
    let beside = [there[0] + 40, there[1]];
    assert!(window.unlike(corner, &export, beside, size) > 0.02);
}
