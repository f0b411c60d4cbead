//! Bars, with hatching that stays visible in grey and in a low bar.

use super::item::{Canvas, Paint, Rect, Stroke};
use super::layout::Axes;
use super::series::marker;
use crate::plot::colour::{Rgb, mix};
use crate::plot::spec::{Bar, Bars, MarkerStyle, Shape};

/// Distance between hatch lines along x.
const HATCH: f64 = 4.0;
/// Most hatch lines in one bar.
const MOST_LINES: usize = 400;
/// A hatched bar lower than this has no room for hatching and gets a cross above it.
const LOW: f64 = 3.6;

/// A bar's place, cut to the plot; `None` if it has none.
pub(crate) fn rect_of(bar: &Bar, axes: &Axes) -> Option<Rect> {
    let end = bar.base + bar.height;
    let left = axes.x.at(bar.x - bar.width / 2.0)?;
    let right = axes.x.at(bar.x + bar.width / 2.0)?;
    let (left, right) = (left.min(right), left.max(right));
    let plot = axes.plot;
    if right < plot.x || left > plot.right() || !end.is_finite() {
        return None;
    }
    let (base, top) = (axes.y.edge(bar.base)?, axes.y.edge(end)?);
    let left = left.max(plot.x);
    let right = right.min(plot.right()).max(left + 0.7);
    Some(Rect::between([left, base], [right, top]))
}

/// Draws one layer of bars.
pub(crate) fn draw(canvas: &mut Canvas<'_>, bars: &Bars, axes: &Axes) {
    for item in &bars.items {
        let Some(mut rect) = rect_of(item, axes) else {
            continue;
        };
        let colour = canvas.page.palette.rgb(item.colour);
        let share = canvas.dim(item.key);
        if rect.height < 0.7 {
            // A bar of no height still shows that it is there.
            rect.y = rect.bottom() - 0.7;
            rect.height = 0.7;
        }
        bar(canvas, rect, colour, item.hatched, share, true);
        if item.hatched && rect.height < LOW {
            cross(canvas, &rect, colour, share, axes);
        }
    }
}

fn cross(canvas: &mut Canvas<'_>, bar: &Rect, colour: Rgb, share: f64, axes: &Axes) {
    let at = [bar.x + bar.width / 2.0, bar.y - 4.4];
    if bar.width >= 2.9 && axes.shows(at) {
        let style = MarkerStyle {
            size: 3.4,
            ..MarkerStyle::new(Shape::Cross, true)
        };
        marker(canvas, at, style, colour, share);
    }
}

/// Draws a bar: plain ones are filled, hatched ones pale with diagonal lines and an outline.
pub(crate) fn bar(
    canvas: &mut Canvas<'_>,
    rect: Rect,
    colour: Rgb,
    hatched: bool,
    opacity: f64,
    clip: bool,
) {
    if !hatched {
        let paint = Paint::fill(colour).with_opacity(opacity);
        canvas.path(rect.corners(), true, paint, clip);
        return;
    }
    let pale = mix(colour, canvas.page.palette.background, 0.7);
    let paint = Paint {
        stroke: Some(Stroke::solid(colour, 0.4)),
        ..Paint::fill(pale).with_opacity(opacity)
    };
    canvas.path(rect.corners(), true, paint, clip);
    let stroke = Stroke::solid(colour, 0.75);
    canvas.lines(hatching(&rect), stroke, opacity, clip);
}

/// Diagonal lines across a rectangle, cut to it.
fn hatching(rect: &Rect) -> Vec<[[f64; 2]; 2]> {
    let (w, h) = (rect.width, rect.height);
    if !(w > 0.0 && h > 0.0 && w + h < HATCH * 1e6) {
        return Vec::new();
    }
    let lines = ((w + h) / HATCH) as usize;
    (1..=lines.min(MOST_LINES))
        .map(|k| {
            // The line x − y = t, with y upwards from the lower edge, cut to w × h.
            let t = k as f64 * HATCH - h;
            [t.max(0.0), (t + h).min(w)].map(|x| [rect.x + x, rect.bottom() - (x - t)])
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hatch_lines_are_diagonal_and_stay_inside() {
        let rect = Rect {
            x: 3.0,
            y: 5.0,
            width: 20.0,
            height: 9.0,
        };
        let lines = hatching(&rect);
        // (20 + 9) / 4, whole lines.
        assert_eq!(lines.len(), 7);
        for [a, b] in lines {
            assert!(rect.holds(a, 1e-9) && rect.holds(b, 1e-9), "{a:?} {b:?}");
            assert!(((b[0] - a[0]) - (a[1] - b[1])).abs() < 1e-9);
        }
    }
}
