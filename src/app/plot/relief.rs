//! A relief on screen.

use egui::{Align2, Color32, Mesh, Painter, Pos2, Rect, Shape, Stroke, vec2};

use super::layout::FONT;
use super::marker::{self, Ink};
use super::text;
use crate::app::widgets::theme::colour;
use crate::plot::shape::relief::Relief;
use crate::plot::{FigureSpec, Palette};

/// Paints the ground, the surface, what lies on it, and the axes along its edges. Returns the cell of
/// the map under the pointer.
pub(crate) fn paint(
    painter: &Painter,
    plot: Rect,
    figure: &FigureSpec,
    palette: &Palette,
    pointer: Option<Pos2>,
) -> Option<usize> {
    let relief = Relief::of(figure, palette)?;
    let at = |p: [f64; 2]| -> Pos2 {
        plot.left_bottom() + vec2(p[0] as f32 * plot.width(), -p[1] as f32 * plot.height())
    };
    let grid = Stroke::new(1.0, colour(palette.muted).gamma_multiply(0.6));
    for edge in &relief.edges {
        painter.line_segment(edge.map(at), grid);
    }
    let mut mesh = Mesh::default();
    for face in &relief.faces {
        let first = mesh.vertices.len() as u32;
        for corner in face.corners {
            mesh.colored_vertex(at(corner), colour(face.rgb));
        }
        mesh.add_triangle(first, first + 1, first + 2);
        mesh.add_triangle(first, first + 2, first + 3);
    }
    painter.add(mesh);
    for path in &relief.paths {
        let ink = colour(path.rgb).gamma_multiply(path.opacity as f32);
        if let Some(width) = path.width {
            let stroke = Stroke::new(width as f32 * 1.3, ink);
            for run in path.points.split(|p| p[0].is_nan()) {
                painter.add(Shape::line(run.iter().map(|p| at(*p)).collect(), stroke));
            }
        }
        if let Some(style) = path.marker {
            let ink = Ink {
                colour: ink,
                background: Color32::TRANSPARENT,
            };
            for point in path.points.iter().filter(|p| p[0].is_finite()) {
                marker::paint(painter, at(*point), style, ink);
            }
        }
    }
    let (centre, muted) = (at(relief.centre), colour(palette.muted));
    for note in &relief.notes {
        let edge = at(note.at);
        let out = (edge - centre).normalized();
        let far = if note.name { FONT * 2.9 } else { FONT * 0.9 };
        let galley = text::galley(painter, &note.text, FONT, muted);
        // Beside an edge at the side a text starts there; below one at the front it is centred.
        let anchor = match out.x {
            x if x > 0.5 => Align2::LEFT_CENTER,
            x if x < -0.5 => Align2::RIGHT_CENTER,
            _ => Align2::CENTER_CENTER,
        };
        let place = anchor.anchor_size(edge + out * far, galley.size());
        // A name stays within the figure.
        let shift = (plot.right() + FONT - place.right()).min(0.0)
            + (plot.left() - FONT - place.left()).max(0.0);
        // Where it had to move it goes below the ticks, which it would else be written over.
        let moved = note.name && shift.abs() > FONT;
        let at = place.min + vec2(shift, if moved { FONT * 1.4 } else { 0.0 });
        text::put(painter, at, Align2::LEFT_TOP, galley);
    }
    let pointer = pointer.filter(|p| plot.contains(*p))?;
    let share = [
        f64::from((pointer.x - plot.left()) / plot.width()),
        f64::from((plot.bottom() - pointer.y) / plot.height()),
    ];
    relief.cell_at(share)
}
