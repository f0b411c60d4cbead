//! What explains the data: the legend and the colour bar.

use super::super::spec::FigureSpec;
use super::axes::upright;
use super::layout::{ColourBar, KEY, Key, Layout, TICK};
use super::marks::{bar_paint, marker};
use super::{Align, Canvas, Paint, Picture, Rect, Stroke};
use crate::plot::axis::ticks::{Tick, format_short};
use crate::plot::colour::map::Colouring;

/// Ticks of a colour bar; ends beyond which values were clipped say so with `≤` and `≥`.
pub(crate) fn bar_ticks(colouring: &Colouring, count: usize) -> Vec<Tick> {
    let mut out: Vec<Tick> = colouring
        .ticks(count)
        .into_iter()
        .filter(|t| t.major)
        .collect();
    let mut end = |value: f64, sign: &str, at_start: bool| {
        let tick = Tick {
            value,
            label: format!("{sign} {}", format_short(value, 3)),
            major: true,
        };
        let here = colouring.position(value);
        let far = |t: &Tick| match (colouring.position(t.value), here) {
            (Some(a), Some(b)) => (a - b).abs() > 0.06,
            _ => true,
        };
        out.retain(far);
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

/// Draws the legend where the layout placed it.
///
/// Marks on a heat map are light; their keys lie on a chip of the map's dark end.
pub(crate) fn draw_legend(canvas: &mut Canvas<'_>, figure: &FigureSpec, layout: &Layout) {
    let chip = figure.heat_map().map(|map| map.at(0.1));
    canvas.group("legend", |c| {
        for entry in &layout.entries {
            let colour = c.palette.rgb(entry.colour);
            let middle = entry.baseline - c.font * 0.33;
            let centre = [entry.x + KEY / 2.0, middle];
            let half = c.font * 0.42;
            let box_ = Rect {
                x: entry.x + 1.0,
                y: middle - half,
                width: KEY - 2.0,
                height: 2.0 * half,
            };
            if let Some(colour) = chip {
                c.path(box_.corners(), true, Paint::fill(colour), false);
            }
            match entry.key {
                Key::Series(style, opacity) => {
                    if let Some(line) = style.line() {
                        let stroke = Stroke {
                            colour,
                            width: line.width,
                            dash: line.dash,
                        };
                        let ends = vec![[entry.x, middle], [entry.x + KEY, middle]];
                        let paint = Paint::stroke(stroke).with_opacity(opacity);
                        c.path(ends, false, paint, false);
                    }
                    if let Some(style) = style.marker() {
                        marker(c, centre, style, colour, opacity);
                    }
                }
                Key::Bar { hatched } => {
                    let paint = bar_paint(c, colour, hatched);
                    c.path(box_.corners(), true, paint, false);
                }
                Key::Band(opacity) => {
                    let mut paint = Paint::fill(colour).with_opacity(opacity);
                    paint.stroke = Some(Stroke::solid(colour, 0.4));
                    c.path(box_.corners(), true, paint, false);
                }
            }
            let at = [entry.x + KEY + 3.0, entry.baseline];
            c.label(at, &entry.name, c.palette.foreground, Align::Start);
        }
    });
}

/// Draws the colour bar with its ticks and label.
pub(crate) fn draw_colour_bar(canvas: &mut Canvas<'_>, figure: &FigureSpec, layout: &Layout) {
    let (Some(bar), Some(map)) = (&layout.colour_bar, figure.bar_map()) else {
        return;
    };
    let rect = bar.rect;
    let steps = 256;
    let rgb = (0..steps)
        .flat_map(|i| map.at(1.0 - (f64::from(i) + 0.5) / f64::from(steps)))
        .collect();
    canvas.pictures.push(Picture {
        rect,
        columns: 1,
        rows: steps as usize,
        rgb,
        smooth: false,
    });
    let ink = canvas.palette.foreground;
    canvas.group("colour bar", |c| {
        let spine = Stroke::solid(ink, 0.6);
        c.path(rect.corners(), true, Paint::stroke(spine), false);
        for tick in &bar.ticks {
            bar_tick(c, bar, tick, spine);
        }
        upright(c, layout, bar.label_x, &bar.label, ink);
        if bar.colouring.has_nan {
            nan_key(c, layout, bar);
        }
    });
}

fn bar_tick(canvas: &mut Canvas<'_>, bar: &ColourBar, tick: &Tick, spine: Stroke) {
    let Some(position) = bar.colouring.position(tick.value) else {
        return;
    };
    let x = bar.rect.right();
    let y = bar.rect.bottom() - position * bar.rect.height;
    canvas.line([x, y], [x + TICK, y], spine);
    let at = [x + TICK + 2.0, y + canvas.font * 0.35];
    canvas.label(at, &tick.label, spine.colour, Align::Start);
}

/// A box in the colour of "not a number" under the colour bar, where there are such values.
fn nan_key(canvas: &mut Canvas<'_>, layout: &Layout, bar: &ColourBar) {
    let side = canvas.font * 0.8;
    let y = layout.plot.bottom() + TICK + canvas.font * 2.2;
    let rect = Rect {
        x: bar.rect.x,
        y: y - side,
        width: side,
        height: side,
    };
    let paint = Paint::fill(canvas.palette.not_a_number);
    canvas.path(rect.corners(), true, paint, false);
    let ink = canvas.palette.foreground;
    canvas.label([rect.right() + 2.5, y], "NaN", ink, Align::Start);
}
