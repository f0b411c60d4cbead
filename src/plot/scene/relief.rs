//! A tilted heat map.

use super::FONT;
use super::item::{Align, Canvas, Item, Paint, Stroke};
use super::layout::Layout;
use super::series::marker;
use crate::plot::shape::relief::Relief;
use crate::plot::spec::FigureSpec;

/// Draws the ground, the surface, what lies on it, and the axes along its edges.
pub(crate) fn draw(
    canvas: &mut Canvas<'_>,
    figure: &FigureSpec,
    layout: &Layout,
) -> Option<Relief> {
    let page = canvas.page;
    let relief = Relief::of(figure, page.palette)?;
    let plot = layout.axes.plot;
    let at = |p: [f64; 2]| {
        [
            plot.x + p[0] * plot.width,
            plot.bottom() - p[1] * plot.height,
        ]
    };
    let grid = Stroke::solid(page.palette.muted, 0.5);
    canvas.group("ground", |c| {
        let ends = relief.edges.iter().map(|edge| edge.map(at)).collect();
        c.lines(ends, grid, 1.0, true);
    });
    canvas.group("surface", |c| {
        let faces = relief.faces.iter();
        let faces = faces.map(|f| (f.corners.map(at), f.rgb)).collect();
        c.items.push(Item::Faces(faces));
    });
    for path in relief.paths.iter().filter(|p| !page.hidden.contains(&p.id)) {
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
    let ink = page.ink();
    canvas.group("axes", |c| {
        for note in &relief.notes {
            let edge = at(note.at);
            let out = [edge[0] - centre[0], edge[1] - centre[1]];
            let length = out[0].hypot(out[1]).max(1e-6);
            let far = FONT * if note.name { 3.0 } else { 0.9 };
            let place = [
                edge[0] + out[0] / length * far,
                edge[1] + out[1] / length * far + FONT * 0.35,
            ];
            // Beside an edge at the side a text starts there; below one at the front it is centred.
            let half = page.width_of(&note.text) / 2.0;
            let middle = match out[0] / length {
                x if x > 0.5 => place[0] + half,
                x if x < -0.5 => place[0] - half,
                _ => place[0],
            };
            // A long name stays within the figure and clear of the colour bar.
            let within = middle.min(plot.right() - half).max(plot.x + half);
            // Where it had to move it goes below the ticks, which it would else be written over.
            let moved = note.name && (within - middle).abs() > FONT;
            let below = if moved { FONT * 1.4 } else { 0.0 };
            c.label([within, place[1] + below], &note.text, ink, Align::Middle);
        }
    });
    Some(relief)
}
