//! The data themselves: series, bars, bands, rules, events, annotations, contours.

use super::super::spec::{
    Anchor, Annotation, Band, Bars, Column, Dash, Direction, EventTicks, FigureSpec, HeatMap,
    Layer, MarkerStyle, Rule, Series, Shape,
};
use super::layout::Layout;
use super::text::width;
use super::{Align, Canvas, Item, Label, Paint, Rect, Stroke};
use crate::plot::colour::{Rgb, luminance};
use crate::plot::shape::contour::heat_map_contours;
use crate::plot::shape::decimate::decimate;

/// Draws every layer that is not a picture, in order; texts at lines come last, on top.
pub(crate) fn draw(canvas: &mut Canvas<'_>, figure: &FigureSpec, layout: &Layout) {
    // Horizontal room already taken by labels at the top of the plot, row by row.
    let mut rows = TopRows::default();
    for layer in &figure.layers {
        match layer {
            Layer::Series(s) => canvas.group(&s.id, |c| series(c, s, layout)),
            Layer::Bars(b) => canvas.group(&b.id, |c| bars(c, b, layout)),
            Layer::Band(b) => band(canvas, b, layout),
            Layer::Rule(r) => rule_line(canvas, r, layout),
            Layer::HeatMap(m) => canvas.group(&m.id, |c| contour_lines(c, m, layout)),
            Layer::Ticks(t) => event_lines(canvas, t, layout),
            Layer::Annotation(_) | Layer::Column(_) | Layer::Images(_) => {}
        }
    }
    canvas.group("labels", |c| {
        for layer in &figure.layers {
            match layer {
                Layer::Rule(r) => rule_label(c, r, layout, &mut rows),
                Layer::Ticks(t) => event_labels(c, t, layout, &mut rows),
                Layer::Annotation(a) => annotation(c, a, layout),
                Layer::Column(column) => cells(c, column, figure, layout),
                _ => {}
            }
        }
    });
}

fn series(canvas: &mut Canvas<'_>, series: &Series, layout: &Layout) {
    let at = |p: &[f64; 2]| Some([layout.x(p[0])?, layout.y(p[1], series.right)?]);
    if let Some(line) = series.style.line() {
        let paint = Paint::stroke(Stroke {
            colour: canvas.palette.rgb(series.colour),
            width: line.width,
            dash: line.dash,
        })
        .with_opacity(series.opacity);
        // Two columns to the point are finer than any printer shows.
        let columns = (layout.plot.width * 2.0) as usize;
        let mut run = Vec::new();
        for point in decimate(&series.points, &layout.frame.x, columns) {
            match at(&point) {
                Some(p) => run.push(p),
                None => canvas.path(std::mem::take(&mut run), false, paint, true),
            }
        }
        canvas.path(run, false, paint, true);
    }
    if let Some(style) = series.style.marker() {
        for (index, point) in series.points.iter().enumerate() {
            let Some(p) = at(point).filter(|p| inside(&layout.plot, *p)) else {
                continue;
            };
            let colour = canvas.palette.rgb(series.colour_at(index));
            marker(canvas, p, style, colour, series.opacity);
        }
    }
}

fn inside(plot: &Rect, p: [f64; 2]) -> bool {
    p[0] >= plot.x - 0.01
        && p[0] <= plot.right() + 0.01
        && p[1] >= plot.y - 0.01
        && p[1] <= plot.bottom() + 0.01
}

/// Draws one marker centred at `at`.
pub(crate) fn marker(
    canvas: &mut Canvas<'_>,
    at: [f64; 2],
    style: MarkerStyle,
    colour: Rgb,
    opacity: f64,
) {
    let r = style.size / 2.0;
    let stroke = Stroke::solid(colour, (style.size * 0.2).clamp(0.6, 2.0));
    let paint = if style.filled {
        Paint::fill(colour)
    } else {
        Paint::stroke(stroke)
    }
    .with_opacity(opacity);
    let outline = Paint::stroke(stroke).with_opacity(opacity);
    let moved = |points: &[[f64; 2]]| -> Vec<[f64; 2]> {
        points
            .iter()
            .map(|p| [at[0] + p[0] * r, at[1] + p[1] * r])
            .collect()
    };
    match style.shape {
        Shape::Circle => canvas.items.push(Item::Circle {
            centre: at,
            radius: r,
            paint,
        }),
        Shape::Ring => canvas.items.push(Item::Circle {
            centre: at,
            radius: r,
            paint: outline,
        }),
        Shape::Cross => {
            canvas.path(moved(&[[-0.8, -0.8], [0.8, 0.8]]), false, outline, false);
            canvas.path(moved(&[[-0.8, 0.8], [0.8, -0.8]]), false, outline, false);
        }
        Shape::TriangleUp => {
            let points = moved(&[[0.0, -1.15], [1.0, 0.7], [-1.0, 0.7]]);
            canvas.path(points, true, paint, false);
        }
        Shape::Square => {
            let points = moved(&[[-0.85, -0.85], [0.85, -0.85], [0.85, 0.85], [-0.85, 0.85]]);
            canvas.path(points, true, paint, false);
        }
        Shape::Diamond => {
            let points = moved(&[[0.0, -1.15], [1.0, 0.0], [0.0, 1.15], [-1.0, 0.0]]);
            canvas.path(points, true, paint, false);
        }
        Shape::Dash => canvas.path(moved(&[[-1.1, 0.0], [1.1, 0.0]]), false, outline, false),
    }
}

fn bars(canvas: &mut Canvas<'_>, bars: &Bars, layout: &Layout) {
    for bar in &bars.items {
        let half = bar.width / 2.0;
        // On a log axis a bar from zero stands on the lower edge.
        let floor = layout.plot.bottom();
        let top = layout.y(bar.base + bar.height, false);
        let ends = (layout.x(bar.x - half), layout.x(bar.x + half), top);
        let (Some(x0), Some(x1), Some(top)) = ends else {
            continue;
        };
        let base = layout.y(bar.base, false).unwrap_or(floor);
        let rect = Rect {
            x: x0.min(x1),
            y: top.min(base),
            width: (x1 - x0).abs(),
            height: (top - base).abs(),
        };
        let colour = canvas.palette.rgb(bar.colour);
        canvas.path(
            rect.corners(),
            true,
            bar_paint(canvas, colour, bar.hatched),
            true,
        );
    }
}

/// Plain bars are filled; hatched ones are pale with diagonal lines and an outline.
pub(crate) fn bar_paint(canvas: &Canvas<'_>, colour: Rgb, hatched: bool) -> Paint {
    if !hatched {
        return Paint::fill(colour);
    }
    Paint {
        fill: Some(crate::plot::colour::mix(
            colour,
            canvas.palette.background,
            0.75,
        )),
        hatch: Some(colour),
        stroke: Some(Stroke::solid(colour, 0.4)),
        opacity: 1.0,
    }
}

fn band(canvas: &mut Canvas<'_>, band: &Band, layout: &Layout) {
    let plot = layout.plot;
    let (low, high) = (band.from.min(band.to), band.from.max(band.to));
    let paint = Paint::fill(canvas.palette.rgb(band.colour)).with_opacity(band.opacity);
    let rect = match band.direction {
        Direction::X => {
            let from = layout.x(low).unwrap_or(plot.x).clamp(plot.x, plot.right());
            let to = layout
                .x(high)
                .unwrap_or(plot.right())
                .clamp(plot.x, plot.right());
            Rect {
                x: from,
                width: to - from,
                ..plot
            }
        }
        Direction::Y => {
            let bottom = layout.y(low, false).unwrap_or(plot.bottom());
            let top = layout.y(high, false).unwrap_or(plot.y);
            let (top, bottom) = (
                top.clamp(plot.y, plot.bottom()),
                bottom.clamp(plot.y, plot.bottom()),
            );
            Rect {
                y: top,
                height: bottom - top,
                ..plot
            }
        }
    };
    if !low.is_nan() && !high.is_nan() && rect.width > 0.0 && rect.height > 0.0 {
        canvas.path(rect.corners(), true, paint, true);
    }
}

fn rule_line(canvas: &mut Canvas<'_>, rule: &Rule, layout: &Layout) {
    let plot = layout.plot;
    let stroke = Stroke {
        colour: canvas.palette.rgb(rule.colour),
        width: 1.0,
        dash: rule.dash,
    };
    let ends = match rule.direction {
        Direction::X => layout
            .x(rule.value)
            .map(|x| [[x, plot.y], [x, plot.bottom()]]),
        Direction::Y => layout
            .y(rule.value, false)
            .map(|y| [[plot.x, y], [plot.right(), y]]),
    };
    if let Some(ends) = ends.filter(|e| inside(&plot, e[0])) {
        canvas.path(ends.to_vec(), false, Paint::stroke(stroke), true);
    }
}

fn rule_label(canvas: &mut Canvas<'_>, rule: &Rule, layout: &Layout, rows: &mut TopRows) {
    let plot = layout.plot;
    match rule.direction {
        Direction::X => {
            if let Some(x) = layout.x(rule.value) {
                top_label(
                    canvas,
                    x,
                    &rule.label,
                    canvas.palette.rgb(rule.colour),
                    layout,
                    rows,
                );
            }
        }
        Direction::Y => {
            let Some(y) = layout.y(rule.value, false) else {
                return;
            };
            if !inside(&plot, [plot.x, y]) {
                return;
            }
            let font = canvas.font;
            let above = y - font * 0.4;
            let fits = above - font >= plot.y;
            halo_label(
                canvas,
                [
                    plot.right() - 3.0,
                    if fits { above } else { y + font * 1.1 },
                ],
                &rule.label,
                canvas.palette.rgb(rule.colour),
                Align::End,
            );
        }
    }
}

fn event_lines(canvas: &mut Canvas<'_>, events: &EventTicks, layout: &Layout) {
    let plot = layout.plot;
    let stroke = Stroke {
        colour: canvas.palette.rgb(events.colour),
        width: 0.7,
        dash: Dash::Dashed,
    };
    canvas.group(&events.id, |c| {
        for x in events.values.iter().filter_map(|&v| layout.x(v)) {
            if inside(&plot, [x, plot.y]) {
                c.line([x, plot.y], [x, plot.bottom()], stroke);
            }
        }
    });
}

fn event_labels(canvas: &mut Canvas<'_>, events: &EventTicks, layout: &Layout, rows: &mut TopRows) {
    let colour = canvas.palette.rgb(events.colour);
    for (value, label) in events.values.iter().zip(&events.labels) {
        if let Some(x) = layout.x(*value) {
            top_label(canvas, x, label, colour, layout, rows);
        }
    }
}

/// Room taken by labels at the top of the plot: per row, the stretches already written on.
#[derive(Default)]
struct TopRows {
    taken: [Vec<(f64, f64)>; 4],
}

impl TopRows {
    /// The first row in which `from..to` is free; takes it.
    fn take(&mut self, from: f64, to: f64) -> Option<usize> {
        let free = |row: &Vec<(f64, f64)>| row.iter().all(|&(a, b)| to < a || from > b);
        let row = self.taken.iter().position(free)?;
        self.taken[row].push((from, to));
        Some(row)
    }
}

/// A label beside a vertical line at the top of the plot, in the first row where it touches no
/// other; left out (it is still in the data) where four rows are full.
fn top_label(
    canvas: &mut Canvas<'_>,
    x: f64,
    text: &str,
    colour: Rgb,
    layout: &Layout,
    rows: &mut TopRows,
) {
    let plot = layout.plot;
    if text.is_empty() || !inside(&plot, [x, plot.y]) {
        return;
    }
    let font = canvas.font;
    let own = width(text, font);
    let (from, align) = if x + 3.0 + own <= plot.right() {
        (x + 3.0, Align::Start)
    } else {
        (x - 3.0 - own, Align::End)
    };
    let Some(row) = rows.take(from, from + own) else {
        return;
    };
    let baseline = plot.y + font * (1.0 + 1.25 * row as f64);
    let at = if align == Align::Start {
        x + 3.0
    } else {
        x - 3.0
    };
    halo_label(canvas, [at, baseline], text, colour, align);
}

fn halo_label(canvas: &mut Canvas<'_>, at: [f64; 2], text: &str, colour: Rgb, align: Align) {
    // Light letters lie on dark data, and need a dark rim.
    let light = luminance(colour) > 0.4;
    let rim = if light == canvas.palette.is_dark() {
        canvas.palette.background
    } else {
        canvas.palette.foreground
    };
    let label = Label {
        at,
        text: text.to_owned(),
        size: canvas.font,
        colour,
        align,
        upright: false,
        strong: false,
        halo: Some(rim),
    };
    canvas.text(label);
}

fn annotation(canvas: &mut Canvas<'_>, note: &Annotation, layout: &Layout) {
    let (Some(x), Some(y)) = (layout.x(note.at[0]), layout.y(note.at[1], false)) else {
        return;
    };
    let plot = layout.plot;
    if !inside(&plot, [x, y]) {
        return;
    }
    let font = canvas.font;
    let own = width(&note.text, font);
    let (left, baseline) = match note.anchor {
        Anchor::Above => (x - own / 2.0, y - font * 0.6),
        Anchor::Below => (x - own / 2.0, y + font * 1.35),
        Anchor::Right => (x + font * 0.6, y + font * 0.35),
        Anchor::Left => (x - font * 0.6 - own, y + font * 0.35),
        Anchor::Centre => (x - own / 2.0, y + font * 0.35),
    };
    // Moved, if need be, so that nothing sticks out of the plot.
    let shift = left.min(plot.right() - own - 2.0).max(plot.x + 2.0) - left;
    let baseline = baseline.clamp(plot.y + font, (plot.bottom() - 2.0).max(plot.y + font));
    let (at, align) = match note.anchor {
        Anchor::Right => (left + shift, Align::Start),
        Anchor::Left => (left + shift + own, Align::End),
        _ => (left + shift + own / 2.0, Align::Middle),
    };
    let colour = canvas.palette.rgb(note.colour);
    halo_label(canvas, [at, baseline], &note.text, colour, align);
}

/// A column of a table, as small as it must be for no two cells of the table to touch.
fn cells(canvas: &mut Canvas<'_>, column: &Column, figure: &FigureSpec, layout: &Layout) {
    let font = canvas.font;
    let apart = |a: Option<f64>, b: Option<f64>| match (a, b) {
        (Some(a), Some(b)) => (a - b).abs(),
        _ => f64::INFINITY,
    };
    let across = apart(layout.x(0.0), layout.x(1.0));
    let down = apart(layout.y(0.0, false), layout.y(1.0, false));
    let columns = figure.layers.iter().filter_map(|layer| match layer {
        Layer::Column(column) => Some(column),
        _ => None,
    });
    let widest = columns
        .flat_map(|c| &c.cells)
        .map(|cell| width(&cell.text, font))
        .fold(1.0, f64::max);
    let size = font * (0.92 * across / widest).min(0.8 * down / font).min(1.0);
    for cell in &column.cells {
        let (Some(x), Some(y)) = (layout.x(column.x), layout.y(cell.y, false)) else {
            continue;
        };
        if !inside(&layout.plot, [x, y]) {
            continue;
        }
        let label = Label {
            at: [x, y + 0.35 * size],
            text: cell.text.clone(),
            size,
            colour: canvas.palette.rgb(cell.colour),
            align: Align::Middle,
            upright: false,
            strong: false,
            halo: None,
        };
        canvas.text(label);
    }
}

fn contour_lines(canvas: &mut Canvas<'_>, map: &HeatMap, layout: &Layout) {
    let frame = &layout.frame;
    let edges = |a: &crate::plot::AxisMap, r: (f64, f64)| Some((a.to_unit(r.0)?, a.to_unit(r.1)?));
    let (Some((x0, x1)), Some((y0, y1))) =
        (edges(&frame.x, map.x_range), edges(&frame.y, map.y_range))
    else {
        return;
    };
    let plot = layout.plot;
    let paint = Paint::stroke(Stroke::solid([255; 3], 0.5)).with_opacity(0.6);
    for &level in &map.contours {
        for line in heat_map_contours(map, level) {
            let points: Vec<[f64; 2]> = line
                .iter()
                .map(|[across, up]| {
                    let u = x0 + (x1 - x0) * across;
                    let v = y0 + (y1 - y0) * up;
                    [plot.x + u * plot.width, plot.bottom() - v * plot.height]
                })
                .collect();
            // Ranges near the largest numbers leave no place that can be written.
            if points.as_flattened().iter().all(|v| v.is_finite()) {
                canvas.path(points, false, paint, true);
            }
        }
    }
}
