//! Grid, spines, ticks and every text around the plot.

use super::super::spec::FigureSpec;
use super::layout::{Layout, Placed, TICK, TITLE};
use super::text::width;
use super::{Align, Canvas, Label, Stroke};
use crate::plot::axis::ticks::Tick;
use crate::plot::colour::Rgb;

/// Spine and tick width in points.
const SPINE: f64 = 0.6;

/// What lies behind the data: the grid.
pub(crate) fn draw_behind(canvas: &mut Canvas<'_>, figure: &FigureSpec, layout: &Layout) {
    if figure.heat_map().is_some() {
        return;
    }
    let stroke = Stroke::solid(canvas.palette.grid, 0.5);
    let plot = layout.plot;
    canvas.group("grid", |c| {
        for tick in layout.y_ticks.iter().filter(|t| t.major) {
            if let Some(y) = layout.y(tick.value, false) {
                c.line([plot.x, y], [plot.right(), y], stroke);
            }
        }
        if figure.x.ticks.is_none() {
            for tick in layout.x_ticks.iter().filter(|t| t.major) {
                if let Some(x) = layout.x(tick.value) {
                    c.line([x, plot.y], [x, plot.bottom()], stroke);
                }
            }
        }
    });
}

/// What lies in front of the data: spines, ticks, labels, headings, notes.
pub(crate) fn draw_front(canvas: &mut Canvas<'_>, figure: &FigureSpec, layout: &Layout) {
    let ink = canvas.palette.foreground;
    let plot = layout.plot;
    let spine = Stroke::solid(ink, SPINE);
    canvas.group("axes", |c| {
        if figure.is_tilted() {
            return;
        }
        c.line([plot.x, plot.y], [plot.x, plot.bottom()], spine);
        c.line(
            [plot.x, plot.bottom()],
            [plot.right(), plot.bottom()],
            spine,
        );
        if figure.heat_map().is_some() {
            c.line([plot.x, plot.y], [plot.right(), plot.y], spine);
        }
        if figure.heat_map().is_some() || layout.frame.right.is_some() {
            c.line([plot.right(), plot.y], [plot.right(), plot.bottom()], spine);
        }
        x_ticks(c, figure.x.ticks.is_some(), layout, ink);
        vertical_ticks(c, layout, &layout.y_ticks, false, ink);
        vertical_ticks(c, layout, &layout.right_ticks, true, ink);
        let middle = plot.x + plot.width / 2.0;
        c.label(
            [middle, layout.x_label],
            &figure.side_text(&figure.x),
            ink,
            Align::Middle,
        );
        upright(c, layout, layout.y_label, &figure.side_text(&figure.y), ink);
        if let Some(axis) = &figure.right {
            upright(c, layout, layout.right_label, &axis.text(), ink);
        }
    });
    super::key::draw_legend(canvas, figure, layout);
    draw_texts(canvas, &layout.title, &layout.subtitle, &layout.notes);
}

/// Headings and notes, in figures with and without axes.
pub(crate) fn draw_texts(
    canvas: &mut Canvas<'_>,
    title: &[Placed],
    subtitle: &[Placed],
    notes: &[Placed],
) {
    let (ink, muted) = (canvas.palette.foreground, canvas.palette.muted);
    for (x, y, text) in title {
        canvas.text(Label {
            at: [*x, *y],
            text: text.clone(),
            size: canvas.font * TITLE,
            colour: ink,
            align: Align::Start,
            upright: false,
            strong: true,
            halo: None,
        });
    }
    for (x, y, text) in subtitle {
        canvas.label([*x, *y], text, muted, Align::Start);
    }
    for (x, y, text) in notes {
        canvas.label([*x, *y], text, ink, Align::Start);
    }
}

/// A text that reads upwards, centred on the plot's height, its baseline at `x`.
pub(crate) fn upright(canvas: &mut Canvas<'_>, layout: &Layout, x: f64, text: &str, colour: Rgb) {
    canvas.text(Label {
        at: [x, layout.plot.y + layout.plot.height / 2.0],
        text: super::text::shorten(text, canvas.font, layout.plot.bottom() + canvas.font * 2.0),
        size: canvas.font,
        colour,
        align: Align::Middle,
        upright: true,
        strong: false,
        halo: None,
    });
}

/// Ticks and labels under the plot. Labels of categories first shrink, then only every n-th is
/// written; any other label that would touch the one before is left out. The ticks all stay.
fn x_ticks(canvas: &mut Canvas<'_>, categories: bool, layout: &Layout, ink: Rgb) {
    let plot = layout.plot;
    let placed: Vec<(f64, &Tick)> = layout
        .x_ticks
        .iter()
        .filter_map(|t| Some((layout.x(t.value)?, t)))
        .collect();
    for (x, tick) in &placed {
        let length = if tick.major { TICK } else { TICK * 0.55 };
        canvas.line(
            [*x, plot.bottom()],
            [*x, plot.bottom() + length],
            Stroke::solid(ink, SPINE),
        );
    }
    let labelled: Vec<(f64, &str)> = placed
        .iter()
        .filter(|(_, t)| t.major)
        .map(|(x, t)| (*x, t.label.as_str()))
        .collect();
    let full = canvas.font;
    let (size, every) = if categories {
        fit(&labelled, full)
    } else {
        (full, 1)
    };
    let mut free_from = f64::NEG_INFINITY;
    canvas.font = size;
    for (x, label) in labelled.iter().step_by(every) {
        let half = width(label, size) / 2.0;
        if x - half < free_from {
            continue;
        }
        free_from = x + half + size * 0.2;
        for (line, text) in label.lines().take(3).enumerate() {
            let baseline = plot.bottom() + TICK + full + size * 1.1 * line as f64;
            canvas.label([*x, baseline], text, ink, Align::Middle);
        }
    }
    canvas.font = full;
}

/// The largest text size, and the least n, at which every n-th label fits beside the next.
fn fit(labels: &[(f64, &str)], full: f64) -> (f64, usize) {
    let fits = |size: f64, every: usize| {
        let kept: Vec<_> = labels.iter().step_by(every).collect();
        kept.windows(2).all(|w| {
            let halves = f64::midpoint(width(w[0].1, size), width(w[1].1, size));
            w[1].0 - w[0].0 >= halves + size * 0.2
        })
    };
    let sizes = [1.0, 0.9, 0.8, 0.7].map(|share| share * full);
    if let Some(size) = sizes.into_iter().find(|&size| fits(size, 1)) {
        return (size, 1);
    }
    let every = [2, 5, 10, 20, 50, 100].into_iter().find(|&n| fits(full, n));
    (full, every.unwrap_or(1000))
}

fn vertical_ticks(canvas: &mut Canvas<'_>, layout: &Layout, ticks: &[Tick], right: bool, ink: Rgb) {
    let font = canvas.font;
    let (edge, sign, align) = if right {
        (layout.plot.right(), 1.0, Align::Start)
    } else {
        (layout.plot.x, -1.0, Align::End)
    };
    let mut free_below = f64::INFINITY;
    for tick in ticks {
        let Some(y) = layout.y(tick.value, right) else {
            continue;
        };
        let length = if tick.major { TICK } else { TICK * 0.55 };
        canvas.line(
            [edge, y],
            [edge + sign * length, y],
            Stroke::solid(ink, SPINE),
        );
        if tick.major && y + font * 0.5 <= free_below {
            let at = [edge + sign * (TICK + 2.0), y + font * 0.35];
            canvas.label(at, &tick.label, ink, align);
            free_below = y - font * 0.5;
        }
    }
}
