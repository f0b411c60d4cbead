//! What is under the pointer.

use std::collections::BTreeSet;

use egui::{Color32, Pos2, Stroke, Ui};

use super::card;
use super::draw::{Place, UNIT};
use crate::app::widgets::theme::colour;
use crate::plot::axis::ticks::format_number;
use crate::plot::scene::{Axes, bar_rect, layer_name, marker_radius};
use crate::plot::{Axis, AxisMap, Bars, FigureSpec, HeatMap, Layer, Palette, Series};

/// Within this many units a point counts as hovered.
const REACH: f64 = 10.0;
/// A bar's column counts, but any marker nearer than this wins.
const COLUMN: f64 = 7.0;

/// The thing under the pointer.
#[derive(Debug, Clone)]
pub(crate) struct Hit {
    pub(crate) id: String,
    pub(crate) index: usize,
    pub(crate) value: [f64; 2],
    pub(crate) latent: Option<usize>,
    /// What the card says.
    pub(crate) text: String,
    /// Centre and radius of the ring around a point, on the page.
    ring: Option<([f64; 2], f64)>,
    ink: Color32,
}

enum Candidate<'a> {
    Point(&'a Series, usize),
    Bar(&'a Bars, usize),
    Cell(&'a HeatMap, usize),
}

/// Finds what is nearest to `at` on the page; of equally near things the last drawn.
pub(crate) fn pick(
    figure: &FigureSpec,
    axes: &Axes,
    at: [f64; 2],
    hidden: &BTreeSet<String>,
    palette: &Palette,
) -> Option<Hit> {
    let shown = |layer: &&Layer| layer_name(layer).is_none_or(|name| !hidden.contains(name));
    let layers = figure.layers.iter().filter(shown);
    let found = layers.filter_map(|layer| match layer {
        Layer::Series(s) => nearest_point(s, axes, at).map(|(d, i)| (d, Candidate::Point(s, i))),
        Layer::Bars(b) => nearest_bar(b, axes, at).map(|(d, i)| (d, Candidate::Bar(b, i))),
        // Anything on a map is in front of it.
        Layer::HeatMap(m) => cell_at(m, axes, at).map(|cell| (REACH, Candidate::Cell(m, cell))),
        _ => None,
    });
    let mut best: Option<(f64, Candidate<'_>)> = None;
    for (distance, candidate) in found {
        if distance <= REACH && best.as_ref().is_none_or(|(d, _)| distance <= *d) {
            best = Some((distance, candidate));
        }
    }
    Some(match best?.1 {
        Candidate::Point(s, i) => point_hit(figure, s, i, axes, palette),
        Candidate::Bar(b, i) => bar_hit(b, i, palette),
        Candidate::Cell(m, i) => {
            let at = [axes.x.value(at[0]), axes.y.value(at[1])];
            cell_hit(figure, m, i, at, palette)
        }
    })
}

fn nearest_point(s: &Series, axes: &Axes, pointer: [f64; 2]) -> Option<(f64, usize)> {
    let mut best: Option<(f64, usize)> = None;
    for (index, point) in s.points.iter().enumerate() {
        // Most points are far away along x: one position is enough to know.
        let Some(x) = axes
            .x
            .at(point[0])
            .filter(|x| (x - pointer[0]).abs() <= REACH)
        else {
            continue;
        };
        let Some(y) = axes.vertical(s.right).at(point[1]) else {
            continue;
        };
        let distance = (x - pointer[0]).hypot(y - pointer[1]);
        if axes.shows([x, y]) && best.is_none_or(|(d, _)| distance < d) {
            best = Some((distance, index));
        }
    }
    best
}

fn nearest_bar(b: &Bars, axes: &Axes, pointer: [f64; 2]) -> Option<(f64, usize)> {
    let mut best: Option<(f64, usize)> = None;
    for (index, bar) in b.items.iter().enumerate() {
        let Some(rect) = bar_rect(bar, axes) else {
            continue;
        };
        if !(rect.x..=rect.right()).contains(&pointer[0]) {
            continue;
        }
        let distance = if rect.holds(pointer, 0.7) {
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

/// The cell of a map under a place on the page.
fn cell_at(map: &HeatMap, axes: &Axes, at: [f64; 2]) -> Option<usize> {
    let (x, y) = (&axes.frame.x, &axes.frame.y);
    let share = |axis: &AxisMap, range: (f64, f64), unit: f64| {
        let (from, to) = (axis.to_unit(range.0)?, axis.to_unit(range.1)?);
        let share = (unit - from) / (to - from);
        (0.0..1.0).contains(&share).then_some(share)
    };
    let across = share(x, map.x_range, axes.x.unit(at[0]))?;
    let up = share(y, map.y_range, axes.y.unit(at[1]))?;
    let (i, j) = (across * map.nx as f64, up * map.ny as f64);
    let index = j as usize * map.nx + i as usize;
    (index < map.values.len()).then_some(index)
}

fn point_hit(figure: &FigureSpec, s: &Series, i: usize, axes: &Axes, palette: &Palette) -> Hit {
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
    let radius = s.style.marker().map_or(2.2, |m| marker_radius(m) + 1.8);
    Hit {
        id: s.id.clone(),
        index: i,
        value: point,
        latent: s.keys.as_ref().and_then(|l| l.get(i)).copied(),
        text,
        ring: axes.point(point, s.right).map(|at| (at, radius)),
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
pub(crate) fn paint(ui: &Ui, hit: &Hit, place: Place, pointer: Pos2, palette: &Palette) {
    if let Some((at, radius)) = hit.ring {
        let stroke = Stroke::new(1.4, colour(palette.foreground));
        let radius = radius as f32 * UNIT;
        ui.painter().circle_stroke(place.at(at), radius, stroke);
    }
    card::paint(ui, &hit.text, hit.ink, pointer, palette);
}
