//! What is under the pointer, and the small card that says so.

use egui::{
    Align2, Color32, CornerRadius, Id, LayerId, Order, Pos2, Rect, Stroke, StrokeKind, Ui, pos2,
    vec2,
};

use super::project::Projection;
use super::{bars, heat_map, marker, text};
use crate::app::widgets::theme::colour;
use crate::plot::axis::ticks::format_number;
use crate::plot::{Axis, AxisMap, Bars, FigureSpec, HeatMap, Layer, Palette, Series};

/// Within this many pixels a point counts as hovered.
const REACH: f32 = 14.0;
/// A bar's column counts, but any marker nearer than this wins.
const COLUMN: f32 = 10.0;

/// The thing under the pointer.
#[derive(Debug, Clone)]
pub(crate) struct Hit {
    pub(crate) id: String,
    pub(crate) index: usize,
    pub(crate) value: [f64; 2],
    pub(crate) latent: Option<usize>,
    /// What the card says.
    pub(crate) text: String,
    /// Centre and radius of the ring around a point.
    ring: Option<(Pos2, f32)>,
    ink: Color32,
}

enum Candidate<'a> {
    Point(&'a Series, usize),
    Bar(&'a Bars, usize),
    Cell(&'a HeatMap, usize),
}

/// Finds the nearest thing to the pointer; of equally near ones the last drawn.
pub(crate) fn pick(
    figure: &FigureSpec,
    p: &Projection,
    pointer: Pos2,
    palette: &Palette,
) -> Option<Hit> {
    let found = figure.layers.iter().filter_map(|layer| match layer {
        Layer::Series(s) => nearest_point(s, p, pointer).map(|(d, i)| (d, Candidate::Point(s, i))),
        Layer::Bars(b) => nearest_bar(b, p, pointer).map(|(d, i)| (d, Candidate::Bar(b, i))),
        // Anything on a map is in front of it.
        Layer::HeatMap(m) => {
            heat_map::cell_at(m, p, pointer).map(|(cell, _)| (REACH, Candidate::Cell(m, cell)))
        }
        _ => None,
    });
    let mut best: Option<(f32, Candidate<'_>)> = None;
    for (distance, candidate) in found {
        if distance <= REACH && best.as_ref().is_none_or(|(d, _)| distance <= *d) {
            best = Some((distance, candidate));
        }
    }
    Some(match best?.1 {
        Candidate::Point(s, i) => point_hit(figure, s, i, p, palette),
        Candidate::Bar(b, i) => bar_hit(b, i, palette),
        Candidate::Cell(m, i) => {
            let at = [p.x.value(pointer.x), p.y.value(pointer.y)];
            cell_hit(figure, m, i, at, palette)
        }
    })
}

fn nearest_point(s: &Series, p: &Projection, pointer: Pos2) -> Option<(f32, usize)> {
    let mut best: Option<(f32, usize)> = None;
    for (index, point) in s.points.iter().enumerate() {
        // Most points are far away along x: one projection is enough to know.
        let Some(x) = p.x.at(point[0]).filter(|x| (x - pointer.x).abs() <= REACH) else {
            continue;
        };
        let Some(y) = p.vertical(s.right).at(point[1]) else {
            continue;
        };
        let at = pos2(x, y);
        let distance = at.distance(pointer);
        if p.shows(at) && best.is_none_or(|(d, _)| distance < d) {
            best = Some((distance, index));
        }
    }
    best
}

fn nearest_bar(b: &Bars, p: &Projection, pointer: Pos2) -> Option<(f32, usize)> {
    let mut best: Option<(f32, usize)> = None;
    for (index, bar) in b.items.iter().enumerate() {
        let Some(rect) = bars::rect_of(bar, p) else {
            continue;
        };
        if !rect.x_range().contains(pointer.x) {
            continue;
        }
        let distance = if rect.expand(1.0).contains(pointer) {
            0.0
        } else {
            COLUMN
        };
        if best.is_none_or(|(d, _)| distance < d) {
            best = Some((distance, index));
        }
    }
    best
}

fn point_hit(figure: &FigureSpec, s: &Series, i: usize, p: &Projection, palette: &Palette) -> Hit {
    let point = s.points[i];
    let own = s.hover.as_ref().and_then(|h| h.get(i));
    let text = own.cloned().unwrap_or_else(|| {
        let vertical = match &figure.right {
            Some(axis) if s.right => axis,
            _ => &figure.y,
        };
        let y = name_or(vertical, &s.name, "y");
        let values = format!(
            "{} = {}\n{y} = {}",
            name_or(&figure.x, "", "x"),
            number(point[0]),
            number(point[1])
        );
        if s.name.is_empty() || s.name == y {
            values
        } else {
            format!("{}\n{values}", s.name)
        }
    });
    let radius = s.style.marker().map_or(3.0, |m| marker::radius(m) + 2.5);
    Hit {
        id: s.id.clone(),
        index: i,
        value: point,
        latent: s.keys.as_ref().and_then(|l| l.get(i)).copied(),
        text,
        ring: p.point(point, s.right).map(|at| (at, radius)),
        ink: colour(palette.rgb(s.colour_at(i))),
    }
}

fn bar_hit(b: &Bars, i: usize, palette: &Palette) -> Hit {
    let bar = &b.items[i];
    let text = if bar.label.is_empty() {
        let name = if b.name.is_empty() { "bar" } else { &b.name };
        format!("{name}: {}", number(bar.height))
    } else {
        bar.label.clone()
    };
    Hit {
        id: b.id.clone(),
        index: i,
        value: [bar.x, bar.base + bar.height],
        latent: bar.key,
        text,
        ring: None,
        ink: colour(palette.rgb(bar.colour)),
    }
}

/// A cell of a tilted map, which is read at its centre.
pub(crate) fn cell(figure: &FigureSpec, m: &HeatMap, i: usize, palette: &Palette) -> Hit {
    let middle = |axis: &Axis, (from, to): (f64, f64), k: usize, n: usize| {
        AxisMap::new(axis.scale, from, to).from_unit((k as f64 + 0.5) / n as f64)
    };
    let at = [
        middle(&figure.x, m.x_range, i % m.nx, m.nx),
        middle(&figure.y, m.y_range, i / m.nx, m.ny),
    ];
    cell_hit(figure, m, i, at, palette)
}

fn cell_hit(figure: &FigureSpec, m: &HeatMap, i: usize, value: [f64; 2], palette: &Palette) -> Hit {
    let label = if m.label.is_empty() {
        "value"
    } else {
        &m.label
    };
    let text = format!(
        "{} = {}\n{} = {}\n{label} = {}",
        name_or(&figure.x, "", "x"),
        number(value[0]),
        name_or(&figure.y, "", "y"),
        number(value[1]),
        m.name_of(m.values[i])
            .map_or_else(|| number(m.values[i]), str::to_owned)
    );
    Hit {
        id: m.id.clone(),
        index: i,
        value,
        latent: None,
        text,
        ring: None,
        ink: colour(palette.muted),
    }
}

fn name_or<'a>(axis: &'a Axis, second: &'a str, last: &'a str) -> &'a str {
    [axis.label.as_str(), second]
        .into_iter()
        .find(|s| !s.is_empty())
        .unwrap_or(last)
}

fn number(value: f64) -> String {
    if value.fract() == 0.0 && value.abs() < 1e15 {
        crate::plot::axis::ticks::format_step(value, 1.0)
    } else {
        format_number(value, 4)
    }
}

/// Paints the ring around the hovered point and the card beside the pointer.
pub(crate) fn paint(ui: &Ui, hit: &Hit, pointer: Pos2, palette: &Palette) {
    if let Some((at, radius)) = hit.ring {
        let stroke = Stroke::new(1.4, colour(palette.foreground));
        ui.painter().circle_stroke(at, radius, stroke);
    }
    paint_card(ui, &hit.text, hit.ink, pointer, palette);
}

/// Paints a small card over everything, inside the window.
pub(crate) fn paint_card(ui: &Ui, text: &str, ink: Color32, pointer: Pos2, palette: &Palette) {
    let layer = LayerId::new(Order::Tooltip, Id::unique("figure card"));
    let screen = ui.ctx().content_rect();
    let painter = ui.ctx().layer_painter(layer);
    let face = egui::FontId::proportional(super::layout::FONT);
    let most = (screen.width() * 0.6).min(340.0);
    let galley = painter.layout(text.to_owned(), face, colour(palette.foreground), most);
    let size = galley.size() + vec2(19.0, 9.0);
    let mut min = pointer + vec2(14.0, 12.0);
    if min.x + size.x > screen.right() - 2.0 {
        min.x = pointer.x - 14.0 - size.x;
    }
    if min.y + size.y > screen.bottom() - 2.0 {
        min.y = pointer.y - 12.0 - size.y;
    }
    let min = min.max(screen.min + vec2(2.0, 2.0));
    let rect = Rect::from_min_size(min, size);
    let round = CornerRadius::same(4);
    let outline = Stroke::new(1.0, colour(palette.muted).gamma_multiply(0.55));
    let fill = colour(palette.background).lerp_to_gamma(colour(palette.grid), 0.5);
    painter.rect(rect, round, fill, outline, StrokeKind::Inside);
    let key = Rect::from_min_size(min + vec2(5.0, 6.0), vec2(3.0, size.y - 12.0));
    painter.rect_filled(key, 1.5, ink);
    let at = pos2(min.x + 13.0, min.y + 4.5);
    text::put(&painter, at, Align2::LEFT_TOP, galley);
}
