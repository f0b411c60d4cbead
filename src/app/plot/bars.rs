//! Bars, with hatching that stays visible: dead things differ by more than colour.

use egui::{Color32, Painter, Rect, Shape, Stroke, StrokeKind, pos2};

use super::marker::{self, Ink};
use super::project::Projection;
use crate::app::widgets::theme::colour;
use crate::plot::{Bar, Bars, MarkerStyle, Palette};

/// Distance between hatch lines along x.
const HATCH: f32 = 5.0;
/// A hatched bar lower than this has no room for hatching and gets a cross above it.
const LOW: f32 = 5.0;

/// A bar's rectangle on screen, cut to the plot; `None` if it has no place.
pub(crate) fn rect_of(bar: &Bar, p: &Projection) -> Option<Rect> {
    let left = p.x.at(bar.x - bar.width / 2.0)?;
    let right = p.x.at(bar.x + bar.width / 2.0)?;
    if right < p.rect.left() || left > p.rect.right() || !(bar.base + bar.height).is_finite() {
        return None;
    }
    let (base, top) = (p.y.edge(bar.base)?, p.y.edge(bar.base + bar.height)?);
    let left = left.max(p.rect.left());
    let right = right.min(p.rect.right()).max(left + 1.0);
    Some(Rect::from_two_pos(pos2(left, base), pos2(right, top)))
}

/// Paints one layer of bars; `dim` gives a bar's share of its full opacity.
pub(crate) fn paint(
    painter: &Painter,
    bars: &Bars,
    p: &Projection,
    palette: &Palette,
    dim: impl Fn(Option<usize>) -> f32,
) {
    let background = colour(palette.background);
    for bar in &bars.items {
        let Some(mut rect) = rect_of(bar, p) else {
            continue;
        };
        let ink = colour(palette.rgb(bar.colour)).gamma_multiply(dim(bar.key));
        let low = rect.height() < LOW;
        if rect.height() < 1.0 {
            // A bar of no height still shows that it is there.
            rect.min.y = rect.max.y - 1.0;
        }
        if !bar.hatched {
            painter.rect_filled(rect, if low { 0.0 } else { 1.0 }, ink);
            continue;
        }
        painter.rect_filled(rect, 0.0, ink.gamma_multiply(0.42));
        if low {
            cross(
                painter,
                rect,
                p,
                Ink {
                    colour: ink,
                    background,
                },
            );
        } else {
            hatch(painter, rect, Stroke::new(1.0, ink));
            painter.rect_stroke(rect, 0.0, Stroke::new(1.0, ink), StrokeKind::Inside);
        }
    }
}

fn cross(painter: &Painter, bar: Rect, p: &Projection, ink: Ink) {
    let at = pos2(bar.center().x, bar.top() - 6.0);
    if bar.width() >= 4.0 && p.rect.contains(at) {
        let style = MarkerStyle {
            size: 3.2,
            ..MarkerStyle::new(crate::plot::Shape::Cross, true)
        };
        marker::paint(painter, at, style, ink);
    }
}

/// Diagonal lines across a rectangle, cut to it.
pub(crate) fn hatch(painter: &Painter, rect: Rect, stroke: Stroke) {
    if stroke.color == Color32::TRANSPARENT || !rect.is_positive() {
        return;
    }
    let (w, h) = (rect.width(), rect.height());
    let lines = ((w + h) / HATCH) as usize;
    painter.extend((1..=lines.min(400)).map(|k| {
        // From (t, 0) on the bottom edge upwards to the right, i.e. x − y = t − h … cut to w × h.
        let t = k as f32 * HATCH - h;
        let (x0, x1) = (t.max(0.0), (t + h).min(w));
        let from = pos2(rect.left() + x0, rect.bottom() - (x0 - t));
        let to = pos2(rect.left() + x1, rect.bottom() - (x1 - t));
        Shape::line_segment([from, to], stroke)
    }));
}
