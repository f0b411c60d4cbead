//! A relief on paper.

use super::layout::Layout;
use super::marks::marker;
use super::text::width;
use super::{Align, Canvas, Paint, Stroke};
use crate::plot::shape::relief::Relief;
use crate::plot::spec::FigureSpec;

/// Draws the ground, the surface, what lies on it, and the axes along its edges.
pub(crate) fn draw(canvas: &mut Canvas<'_>, figure: &FigureSpec, layout: &Layout) {
    let Some(relief) = Relief::of(figure, canvas.palette) else {
        return;
    };
    let plot = layout.plot;
    let at = |p: [f64; 2]| {
        [
            plot.x + p[0] * plot.width,
            plot.bottom() - p[1] * plot.height,
        ]
    };
    let grid = Stroke::solid(canvas.palette.muted, 0.5);
    canvas.group("ground", |c| {
        for edge in &relief.edges {
            c.line(at(edge[0]), at(edge[1]), grid);
        }
    });
    canvas.group("surface", |c| {
        for face in &relief.faces {
            // A hairline of the same colour closes the seams that viewers leave between polygons.
            let paint = Paint {
                stroke: Some(Stroke::solid(face.rgb, 0.25)),
                ..Paint::fill(face.rgb)
            };
            c.path(face.corners.map(at).to_vec(), true, paint, true);
        }
    });
    for path in &relief.paths {
        if let Some(width) = path.width {
            let paint = Paint::stroke(Stroke::solid(path.rgb, width)).with_opacity(path.opacity);
            for run in path.points.split(|p| p[0].is_nan()) {
                canvas.path(run.iter().map(|p| at(*p)).collect(), false, paint, true);
            }
        }
        if let Some(style) = path.marker {
            for point in path.points.iter().filter(|p| p[0].is_finite()) {
                marker(canvas, at(*point), style, path.rgb, path.opacity);
            }
        }
    }
    let centre = at(relief.centre);
    let ink = canvas.palette.foreground;
    canvas.group("axes", |c| {
        for note in &relief.notes {
            let edge = at(note.at);
            let out = [edge[0] - centre[0], edge[1] - centre[1]];
            let length = out[0].hypot(out[1]).max(1e-6);
            let far = c.font * if note.name { 3.0 } else { 0.9 };
            let align = match out[0] / length {
                x if x > 0.5 => Align::Start,
                x if x < -0.5 => Align::End,
                _ => Align::Middle,
            };
            let place = [
                edge[0] + out[0] / length * far,
                edge[1] + out[1] / length * far + c.font * 0.35,
            ];
            // A long name stays within the figure and clear of the colour bar.
            let half = width(&note.text, c.font) / 2.0;
            let middle = match align {
                Align::Start => place[0] + half,
                Align::Middle => place[0],
                Align::End => place[0] - half,
            };
            let within = middle.min(plot.right() - half).max(plot.x + half);
            // Where it had to move it goes below the ticks, which it would else be written over.
            let moved = note.name && (within - middle).abs() > c.font;
            let below = if moved { c.font * 1.4 } else { 0.0 };
            c.label([within, place[1] + below], &note.text, ink, Align::Middle);
        }
    });
}
