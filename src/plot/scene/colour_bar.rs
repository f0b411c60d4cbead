//! The colour bar: which colour stands for which value.

use super::item::{Align, Canvas, Paint, Rect, Stroke};
use super::layout::{Layout, TICK};
use super::pictures::{Picture, Source};
use super::{FONT, Page};
use crate::plot::axis::ticks::{Tick, format_short};
use crate::plot::colour::map::Colouring;
use crate::plot::spec::FigureSpec;

/// Colours from end to end.
const STEPS: usize = 256;

/// The colour bar; the layout moves it to its place beside the plot.
#[derive(Debug, Clone)]
pub(crate) struct ColourBar {
    pub(crate) rect: Rect,
    pub(crate) colouring: Colouring,
    pub(crate) ticks: Vec<Tick>,
    pub(crate) label: String,
}

impl ColourBar {
    pub(crate) fn of(
        figure: &FigureSpec,
        page: &Page<'_>,
        (y, height): (f64, f64),
        rows: usize,
    ) -> Option<Self> {
        let map = figure.bar_map()?;
        let colouring = Colouring::of(map, page.palette);
        Some(Self {
            rect: Rect {
                x: 0.0,
                y,
                width: FONT * 1.1,
                height,
            },
            ticks: bar_ticks(&colouring, rows.min(6), height),
            colouring,
            label: map.label.clone(),
        })
    }
}

/// Ticks of a bar so many units high; ends beyond which values were clipped say so with `≤` and `≥`, and win over
/// ticks whose labels they would touch.
fn bar_ticks(colouring: &Colouring, count: usize, height: f64) -> Vec<Tick> {
    let mut out: Vec<Tick> = colouring.ticks(count);
    out.retain(|t| t.major);
    let mut end = |value: f64, sign: &str, at_start: bool| {
        let tick = Tick {
            value,
            label: format!("{sign} {}", format_short(value, 3)),
            major: true,
        };
        let here = colouring.position(value);
        out.retain(|t| match (colouring.position(t.value), here) {
            (Some(a), Some(b)) => (a - b).abs() * height > FONT * 1.2,
            _ => true,
        });
        out.insert(if at_start { 0 } else { out.len() }, tick);
    };
    if colouring.clipped_low {
        end(colouring.low, "≤", true);
    }
    if colouring.clipped_high {
        end(colouring.high, "≥", false);
    }
    out
}

/// Draws the colour bar with its ticks; returns its colours.
pub(crate) fn draw(
    canvas: &mut Canvas<'_>,
    figure: &FigureSpec,
    layout: &Layout,
) -> Option<Picture> {
    let (bar, map) = (layout.colour_bar.as_ref()?, figure.bar_map()?);
    let rect = bar.rect;
    let ink = canvas.page.ink();
    canvas.group("colour bar", |c| {
        let spine = Stroke::solid(ink, 0.6);
        c.path(rect.corners(), true, Paint::stroke(spine), false);
        let mut free_below = f64::INFINITY;
        for tick in &bar.ticks {
            let Some(position) = bar.colouring.position(tick.value) else {
                continue;
            };
            let (x, y) = (rect.right(), rect.bottom() - position * rect.height);
            c.line([x, y], [x + TICK, y], spine);
            if y + FONT * 0.5 <= free_below {
                let at = [x + TICK + 2.0, y + FONT * 0.35];
                c.label(at, &tick.label, ink, Align::Start);
                free_below = y - FONT * 0.5;
            }
        }
        if bar.colouring.has_nan {
            not_a_number(c, &rect);
        }
    });
    Some(Picture {
        rect,
        columns: 1,
        rows: STEPS,
        source: Source::Bar(map.colour_map),
        smooth: false,
    })
}

/// A box in the colour of "not a number" under the bar, where there are such values: on paper below the row of tick
/// labels, on screen, which has no such row everywhere, beside it.
fn not_a_number(canvas: &mut Canvas<'_>, bar: &Rect) {
    let side = FONT * 0.8;
    let row = if canvas.page.is_screen() { 1.4 } else { 2.2 };
    let y = bar.bottom() + TICK + FONT * row;
    let box_ = Rect::between([bar.x, y - side], [bar.x + side, y]);
    let paint = Paint::fill(canvas.page.palette.not_a_number);
    canvas.path(box_.corners(), true, paint, false);
    let ink = canvas.page.ink();
    canvas.label([box_.right() + 2.5, y], "NaN", ink, Align::Start);
}
