//! Texts over the data, each where it covers no other: at lines that can be dragged, at points, at lines, at events,
//! and the cells of tables.

use super::item::{Align, Canvas, Label, Paint, Rect};
use super::layout::Axes;
use super::series::rule_ends;
use super::text::shorten;
use super::{FONT, Page};
use crate::plot::colour::{Rgb, contrast, luminance};
use crate::plot::spec::{
    Anchor, Annotation, Column, Direction, EventTicks, FigureSpec, Layer, Rule,
};

/// Height of a row of labels at the top of the plot.
const ROW: f64 = FONT * 1.25;
/// Rows of labels at the top of the plot.
const ROWS: usize = 4;
/// Room between a text and what it belongs to.
const OFF: f64 = FONT * 0.6;

/// Places already written on.
#[derive(Debug, Default)]
struct Taken(Vec<Rect>);

impl Taken {
    /// Takes the first of `candidates` that lies within `bounds` and is free.
    fn first_free(
        &mut self,
        candidates: impl IntoIterator<Item = Rect>,
        bounds: &Rect,
    ) -> Option<Rect> {
        let inside =
            |r: &Rect| bounds.holds([r.x, r.y], 0.5) && bounds.holds([r.right(), r.bottom()], 0.5);
        let touch = |a: &Rect, b: &Rect| {
            a.x < b.right() && b.x < a.right() && a.y < b.bottom() && b.y < a.bottom()
        };
        let free = candidates
            .into_iter()
            .find(|c| inside(c) && !self.0.iter().any(|t| touch(t, c)))?;
        self.0.push(free);
        Some(free)
    }
}

/// Draws every text over the data. What the figure says itself comes first, then the labels of lines.
pub(crate) fn draw(canvas: &mut Canvas<'_>, figure: &FigureSpec, axes: &Axes) {
    let mut taken = Taken::default();
    for layer in &figure.layers {
        match layer {
            Layer::Rule(r) if is_draggable(r, canvas.page) => chip(canvas, r, axes, &mut taken),
            _ => {}
        }
    }
    for layer in &figure.layers {
        match layer {
            Layer::Annotation(a) => annotation(canvas, a, axes, &mut taken),
            Layer::Column(column) => cells(canvas, column, figure, axes),
            Layer::Rule(r) if !is_draggable(r, canvas.page) => {
                rule_label(canvas, r, axes, &mut taken);
            }
            Layer::Ticks(t) => event_labels(canvas, t, axes, &mut taken),
            _ => {}
        }
    }
}

/// Whether a line can be dragged where it is drawn.
pub(crate) fn is_draggable(rule: &Rule, page: &Page<'_>) -> bool {
    page.is_screen() && rule.draggable.is_some()
}

/// The value at which a rule is drawn: its own, unless it is being dragged.
pub(crate) fn value_of(rule: &Rule, page: &Page<'_>) -> f64 {
    match (page.dragged, rule.draggable) {
        (Some((name, value)), Some(own)) if name == own => value,
        _ => rule.value,
    }
}

/// The filled label of a line that can be dragged, on the line.
fn chip(canvas: &mut Canvas<'_>, rule: &Rule, axes: &Axes, taken: &mut Taken) {
    let page = canvas.page;
    let ends = rule_ends(rule.direction, value_of(rule, page), axes);
    let Some([from, to]) = ends.filter(|_| !rule.label.is_empty()) else {
        return;
    };
    let plot = axes.plot;
    let arrow = match rule.direction {
        Direction::Y => "↕",
        Direction::X => "↔",
    };
    let drag = if plot.width >= 218.0 { " drag" } else { "" };
    let text = format!("{} {arrow}{drag}", rule.label);
    let text = shorten(page.measure, &text, FONT, plot.width * 0.7);
    let (width, height) = (page.width_of(&text) + FONT * 1.1, FONT * 1.6);
    let centre = match rule.direction {
        Direction::Y => [plot.right() - width / 2.0, from[1]],
        Direction::X => [to[0], plot.y + height / 2.0],
    };
    let within = |at: f64, half: f64, low: f64, high: f64| at.min(high - half).max(low + half);
    let x = within(centre[0], width / 2.0, plot.x, plot.right());
    let y = within(centre[1], height / 2.0, plot.y, plot.bottom());
    let rect = Rect {
        x: x - width / 2.0,
        y: y - height / 2.0,
        width,
        height,
    };
    let fill = page.palette.rgb(rule.colour);
    canvas.path(rounded(&rect, 3.0), true, Paint::fill(fill), false);
    let ink = if luminance(fill) > 0.35 {
        [20; 3]
    } else {
        [255; 3]
    };
    canvas.label([x, y + FONT * 0.35], &text, ink, Align::Middle);
    taken.0.push(rect);
}

/// A rectangle with round corners, as a polygon.
fn rounded(rect: &Rect, radius: f64) -> Vec<[f64; 2]> {
    let [cx, cy] = rect.centre();
    let (w, h) = (rect.width / 2.0 - radius, rect.height / 2.0 - radius);
    (0..16)
        .map(|k| {
            let (corner, step) = (k / 4, f64::from(k % 4));
            let angle = (f64::from(corner) + step / 3.0) * std::f64::consts::FRAC_PI_2;
            let sx = if matches!(corner, 0 | 3) { w } else { -w };
            let sy = if corner < 2 { h } else { -h };
            [
                cx + sx + radius * angle.cos(),
                cy + sy + radius * angle.sin(),
            ]
        })
        .collect()
}

/// The size of a text as it is kept clear of others.
fn size_of(page: &Page<'_>, text: &str) -> [f64; 2] {
    [page.width_of(text), FONT * 1.15]
}

/// Writes a text into the place found for it.
fn put(canvas: &mut Canvas<'_>, place: &Rect, text: &str, colour: Rgb) {
    let at = [place.x, place.y + FONT * 0.92];
    let label = Label {
        halo: Some(rim(colour, canvas.page)),
        ..Label::new(at, text, FONT, colour, Align::Start)
    };
    canvas.text(label);
}

/// The colour around letters on data: the background's, unless the letters are hardly seen on it because they are made
/// for a map.
fn rim(ink: Rgb, page: &Page<'_>) -> Rgb {
    if contrast(ink, page.palette.background) >= 1.6 {
        page.palette.background
    } else {
        page.palette.foreground
    }
}

fn rule_label(canvas: &mut Canvas<'_>, rule: &Rule, axes: &Axes, taken: &mut Taken) {
    let ends = rule_ends(rule.direction, value_of(rule, canvas.page), axes);
    let Some([from, to]) = ends.filter(|_| !rule.label.is_empty()) else {
        return;
    };
    let colour = canvas.page.palette.rgb(rule.colour);
    match rule.direction {
        Direction::X => top_label(canvas, to[0], &rule.label, colour, axes, taken),
        Direction::Y => {
            let plot = axes.plot;
            let text = shorten(canvas.page.measure, &rule.label, FONT, plot.width * 0.75);
            let [width, height] = size_of(canvas.page, &text);
            let (above, below) = (from[1] - height - 1.0, from[1] + 1.0);
            let (left, right) = (plot.x + 3.0, plot.right() - width - 3.0);
            let places = [(right, above), (right, below), (left, above), (left, below)];
            let places = places.map(|(x, y)| Rect {
                x,
                y,
                width,
                height,
            });
            if let Some(place) = taken.first_free(places, &plot) {
                put(canvas, &place, &text, colour);
            }
        }
    }
}

fn event_labels(canvas: &mut Canvas<'_>, events: &EventTicks, axes: &Axes, taken: &mut Taken) {
    let colour = canvas.page.palette.rgb(events.colour);
    // The newest event is the one most looked for.
    for (value, label) in events.values.iter().zip(&events.labels).rev() {
        if let Some([_, top]) = rule_ends(Direction::X, *value, axes) {
            top_label(canvas, top[0], label, colour, axes, taken);
        }
    }
}

/// A label beside a vertical line at the top of the plot, in the first row where it touches no other; left out (it is
/// still in the data) where all rows are full.
fn top_label(
    canvas: &mut Canvas<'_>,
    x: f64,
    text: &str,
    colour: Rgb,
    axes: &Axes,
    taken: &mut Taken,
) {
    if text.is_empty() {
        return;
    }
    let plot = axes.plot;
    let text = shorten(canvas.page.measure, text, FONT, plot.width * 0.75);
    let [width, height] = size_of(canvas.page, &text);
    let places = (0..ROWS).flat_map(|row| {
        let y = plot.y + 0.5 + ROW * row as f64;
        [x + 3.0, x - 3.0 - width].map(|x| Rect {
            x,
            y,
            width,
            height,
        })
    });
    if let Some(place) = taken.first_free(places, &plot) {
        put(canvas, &place, &text, colour);
    }
}

fn annotation(canvas: &mut Canvas<'_>, note: &Annotation, axes: &Axes, taken: &mut Taken) {
    let at = axes.point(note.at, false).filter(|p| axes.shows(*p));
    let Some([x, y]) = at.filter(|_| !note.text.is_empty()) else {
        return;
    };
    let plot = axes.plot;
    let text = shorten(canvas.page.measure, &note.text, FONT, plot.width * 0.6);
    let [width, height] = size_of(canvas.page, &text);
    let (w, h) = (width / 2.0, height / 2.0);
    let place = |anchor: Anchor| {
        let [dx, dy] = match anchor {
            Anchor::Above => [0.0, -h - OFF * 0.7],
            Anchor::Below => [0.0, h + OFF * 0.7],
            Anchor::Right => [w + OFF, 0.0],
            Anchor::Left => [-w - OFF, 0.0],
            Anchor::Centre => [0.0, 0.0],
        };
        Rect {
            x: x + dx - w,
            y: y + dy - h,
            width,
            height,
        }
    };
    // Moved sideways, if need be, so that nothing sticks out of the plot.
    let slid = |mut rect: Rect| {
        rect.x = rect.x.min(plot.right() - width - 1.0).max(plot.x + 1.0);
        rect
    };
    let wanted = place(note.anchor);
    let others = [Anchor::Below, Anchor::Above, Anchor::Right, Anchor::Left].map(place);
    let moved = [note.anchor, Anchor::Below, Anchor::Above].map(|a| slid(place(a)));
    let candidates = [wanted].into_iter().chain(others).chain(moved);
    if let Some(place) = taken.first_free(candidates, &plot) {
        let colour = canvas.page.palette.rgb(note.colour);
        put(canvas, &place, &text, colour);
    }
}

/// Draws a column of a table, as small as it must be for no two cells of the table to touch.
fn cells(canvas: &mut Canvas<'_>, column: &Column, figure: &FigureSpec, axes: &Axes) {
    let apart = |a: Option<f64>, b: Option<f64>| match (a, b) {
        (Some(a), Some(b)) => (a - b).abs(),
        _ => f64::INFINITY,
    };
    let across = apart(axes.x.at(0.0), axes.x.at(1.0));
    let down = apart(axes.y.at(0.0), axes.y.at(1.0));
    let columns = figure.layers.iter().filter_map(|layer| match layer {
        Layer::Column(column) => Some(column),
        _ => None,
    });
    let widest = columns
        .flat_map(|c| &c.cells)
        .map(|cell| canvas.page.width_of(&cell.text))
        .fold(1.0, f64::max);
    let size = FONT * (0.92 * across / widest).min(0.8 * down / FONT).min(1.0);
    for cell in &column.cells {
        let at = axes.point([column.x, cell.y], false);
        let Some([x, y]) = at.filter(|p| axes.shows(*p)) else {
            continue;
        };
        let colour = canvas.page.palette.rgb(cell.colour);
        let at = [x, y + 0.35 * size];
        canvas.text(Label::new(at, &cell.text, size, colour, Align::Middle));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_taken_once_and_only_inside() {
        let bounds = Rect::between([0.0, 0.0], [100.0, 50.0]);
        let at = |x: f64| Rect {
            x,
            y: 10.0,
            width: 30.0,
            height: 10.0,
        };
        let mut taken = Taken::default();
        assert_eq!(
            taken.first_free([at(80.0), at(5.0)], &bounds),
            Some(at(5.0))
        );
        assert_eq!(
            taken.first_free([at(20.0), at(40.0)], &bounds),
            Some(at(40.0))
        );
        assert_eq!(taken.first_free([at(10.0), at(-20.0)], &bounds), None);
    }
}
