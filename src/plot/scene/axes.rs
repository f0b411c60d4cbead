//! Grid, spines, ticks and their labels.

use super::item::{Align, Canvas, Label, Stroke};
use super::layout::{Axes, Layout, TICK};
use super::{FONT, Page};
use crate::plot::axis::ticks::Tick;
use crate::plot::colour::Rgb;
use crate::plot::spec::FigureSpec;

/// Spine and tick width.
const SPINE: f64 = 0.6;
/// Lines of a tick label that are written.
const LINES: usize = 3;

/// Draws the grid behind the data; a heat map fills its plot and has none.
pub(crate) fn draw_grid(canvas: &mut Canvas<'_>, figure: &FigureSpec, layout: &Layout) {
    if figure.heat_map().is_some() {
        return;
    }
    let stroke = Stroke::solid(canvas.page.palette.grid, 0.5);
    let axes = &layout.axes;
    let plot = axes.plot;
    canvas.group("grid", |c| {
        for y in layout.y_ticks.iter().filter(|t| t.major) {
            if let Some(y) = axes.y.at(y.value) {
                c.line([plot.x, y], [plot.right(), y], stroke);
            }
        }
        if figure.x.ticks.is_none() {
            for x in layout.x_ticks.iter().filter(|t| t.major) {
                if let Some(x) = axes.x.at(x.value) {
                    c.line([x, plot.y], [x, plot.bottom()], stroke);
                }
            }
        }
    });
}

/// Draws spines, ticks and tick labels in front of the data.
pub(crate) fn draw_axes(canvas: &mut Canvas<'_>, figure: &FigureSpec, layout: &Layout) {
    let plot = layout.axes.plot;
    let spine = Stroke::solid(canvas.page.ink(), SPINE);
    let on_map = figure.heat_map().is_some();
    canvas.group("axes", |c| {
        c.line([plot.x, plot.y], [plot.x, plot.bottom()], spine);
        c.line(
            [plot.x, plot.bottom()],
            [plot.right(), plot.bottom()],
            spine,
        );
        if on_map {
            c.line([plot.x, plot.y], [plot.right(), plot.y], spine);
        }
        if on_map || layout.axes.frame.right.is_some() {
            c.line([plot.right(), plot.y], [plot.right(), plot.bottom()], spine);
        }
        draw_horizontal(c, figure.x.ticks.is_some(), layout, spine);
        draw_vertical(c, layout, &layout.y_ticks, false, spine);
        draw_vertical(c, layout, &layout.right_ticks, true, spine);
    });
}

/// Ticks under the plot: as many as have labels that keep apart, or the figure's own.
pub(crate) fn horizontal_ticks(figure: &FigureSpec, page: &Page<'_>, axes: &Axes) -> Vec<Tick> {
    let mut count = ((axes.plot.width / (FONT * 4.5)) as usize).clamp(2, 10);
    loop {
        let ticks = figure.side_ticks(&figure.x, &axes.frame.x, count);
        let labels: Vec<(f64, f64)> = ticks
            .iter()
            .filter(|t| t.major)
            .filter_map(|t| Some((axes.x.at(t.value)?, page.width_of(&t.label))))
            .collect();
        let tight = labels
            .windows(2)
            .any(|w| w[1].0 - w[0].0 < f64::midpoint(w[0].1, w[1].1) + FONT * 0.7);
        if !tight || count <= 2 || figure.x.ticks.is_some() {
            return ticks;
        }
        count -= 1;
    }
}

/// Ticks and labels under the plot. Labels of categories first shrink, then only every n-th is written; any other label
/// that would touch the one before is left out. The ticks all stay.
fn draw_horizontal(canvas: &mut Canvas<'_>, categories: bool, layout: &Layout, spine: Stroke) {
    let bottom = layout.axes.plot.bottom();
    let placed: Vec<(f64, &Tick)> = layout
        .x_ticks
        .iter()
        .filter_map(|t| Some((layout.axes.x.at(t.value)?, t)))
        .collect();
    for (x, tick) in &placed {
        canvas.line([*x, bottom], [*x, bottom + length(tick)], spine);
    }
    let page = canvas.page;
    let labelled: Vec<(f64, &str)> = placed
        .iter()
        .filter(|(_, t)| t.major)
        .map(|(x, t)| (*x, t.label.as_str()))
        .collect();
    let (size, every) = if categories {
        fit(&labelled, page)
    } else {
        (FONT, 1)
    };
    let mut free_from = f64::NEG_INFINITY;
    for (x, label) in labelled.iter().step_by(every) {
        let half = page.measure.width(label, size) / 2.0;
        // A label at the very edge stays on the page.
        let x = x.min(page.width - half).max(half);
        if x - half < free_from {
            continue;
        }
        free_from = x + half + size * 0.2;
        for (line, text) in label.lines().take(LINES).enumerate() {
            let baseline = bottom + TICK + FONT + size * 1.1 * line as f64;
            canvas.text(Label::new(
                [x, baseline],
                text,
                size,
                spine.colour,
                Align::Middle,
            ));
        }
    }
}

fn length(tick: &Tick) -> f64 {
    if tick.major { TICK } else { TICK * 0.55 }
}

/// The largest text size, and the least n, at which every n-th label fits beside the next.
fn fit(labels: &[(f64, &str)], page: &Page<'_>) -> (f64, usize) {
    let fits = |size: f64, every: usize| {
        let kept: Vec<_> = labels.iter().step_by(every).collect();
        let width = |text: &str| page.measure.width(text, size);
        kept.windows(2).all(|w| {
            let halves = f64::midpoint(width(w[0].1), width(w[1].1));
            w[1].0 - w[0].0 >= halves + size * 0.2
        })
    };
    let sizes = [1.0, 0.9, 0.8, 0.7].map(|share| share * FONT);
    if let Some(size) = sizes.into_iter().find(|&size| fits(size, 1)) {
        return (size, 1);
    }
    let every = [2, 5, 10, 20, 50, 100].into_iter().find(|&n| fits(FONT, n));
    (FONT, every.unwrap_or(1000))
}

fn draw_vertical(
    canvas: &mut Canvas<'_>,
    layout: &Layout,
    ticks: &[Tick],
    right: bool,
    spine: Stroke,
) {
    let plot = layout.axes.plot;
    let (edge, sign, align) = if right {
        (plot.right(), 1.0, Align::Start)
    } else {
        (plot.x, -1.0, Align::End)
    };
    let ink: Rgb = spine.colour;
    let mut free_below = f64::INFINITY;
    for tick in ticks {
        let Some(y) = layout.axes.vertical(right).at(tick.value) else {
            continue;
        };
        canvas.line([edge, y], [edge + sign * length(tick), y], spine);
        if tick.major && y + FONT * 0.5 <= free_below {
            let at = [edge + sign * (TICK + 2.0), y + FONT * 0.35];
            canvas.label(at, &tick.label, ink, align);
            free_below = y - FONT * 0.5;
        }
    }
}
