//! Markers: seven shapes, filled or hollow, that stay apart at four pixels.

use egui::{Color32, Painter, Pos2, Rect, Shape as Drawn, Stroke, vec2};

use crate::plot::{MarkerStyle, Shape};

/// The colours of a marker.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ink {
    pub(crate) colour: Color32,
    /// Behind the marker: the inside of a hollow one.
    pub(crate) background: Color32,
}

/// On screen markers are drawn this much larger than in print, where a point is finer than a pixel.
const SCALE: f32 = 1.45;

/// Radius in logical pixels.
pub(crate) fn radius(style: MarkerStyle) -> f32 {
    (style.size as f32 * SCALE / 2.0).clamp(1.5, 12.0)
}

/// Paints one marker.
pub(crate) fn paint(painter: &Painter, at: Pos2, style: MarkerStyle, ink: Ink) {
    let r = radius(style);
    let hollow = !style.filled || style.shape == Shape::Ring;
    let stroke = Stroke::new(if hollow { 1.6 } else { 0.0 }, ink.colour);
    let fill = if hollow {
        Color32::TRANSPARENT
    } else {
        ink.colour
    };
    let polygon = |points: Vec<Pos2>| {
        painter.add(Drawn::convex_polygon(points, fill, stroke));
    };
    match style.shape {
        Shape::Circle if !hollow => {
            painter.circle_filled(at, r, ink.colour);
        }
        Shape::Circle | Shape::Ring => {
            painter.circle(at, r, ink.background.gamma_multiply(0.35), stroke);
        }
        Shape::Cross => {
            let arm = (r * 0.86).max(2.4);
            let stroke = Stroke::new(1.7, ink.colour);
            painter.line_segment([at + vec2(-arm, -arm), at + vec2(arm, arm)], stroke);
            painter.line_segment([at + vec2(-arm, arm), at + vec2(arm, -arm)], stroke);
        }
        Shape::TriangleUp => polygon(vec![
            at + vec2(0.0, -1.12 * r),
            at + vec2(0.97 * r, 0.56 * r),
            at + vec2(-0.97 * r, 0.56 * r),
        ]),
        Shape::Square => {
            let rect = Rect::from_center_size(at, vec2(1.7 * r, 1.7 * r));
            painter.rect(rect, 0.0, fill, stroke, egui::StrokeKind::Middle);
        }
        Shape::Diamond => polygon(vec![
            at + vec2(0.0, -1.2 * r),
            at + vec2(1.2 * r, 0.0),
            at + vec2(0.0, 1.2 * r),
            at + vec2(-1.2 * r, 0.0),
        ]),
        Shape::Dash => {
            let stroke = Stroke::new(2.0, ink.colour);
            painter.line_segment([at - vec2(1.3 * r, 0.0), at + vec2(1.3 * r, 0.0)], stroke);
        }
    }
}
