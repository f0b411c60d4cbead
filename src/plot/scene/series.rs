//! Lines and markers.

use super::item::{Canvas, Item, Paint, Stroke};
use super::layout::Axes;
use crate::plot::colour::Rgb;
use crate::plot::shape::decimate::decimate;
use crate::plot::spec::{Direction, LineStyle, MarkerStyle, Series, Shape};

/// Draws a series: the line first, the markers over it.
pub(crate) fn draw(canvas: &mut Canvas<'_>, series: &Series, axes: &Axes) {
    if let Some(style) = series.style.line() {
        draw_line(canvas, series, style, axes);
    }
    let Some(style) = series.style.marker() else {
        return;
    };
    for (index, point) in series.points.iter().enumerate() {
        let Some(at) = axes.point(*point, series.right).filter(|p| axes.shows(*p)) else {
            continue;
        };
        let key = series.keys.as_ref().and_then(|l| l.get(index)).copied();
        let colour = canvas.page.palette.rgb(series.colour_at(index));
        marker(canvas, at, style, colour, series.opacity * canvas.dim(key));
    }
}

fn draw_line(canvas: &mut Canvas<'_>, series: &Series, style: LineStyle, axes: &Axes) {
    let paint = Paint::stroke(Stroke {
        colour: canvas.page.palette.rgb(series.colour),
        width: style.width,
        dash: style.dash,
    })
    .with_opacity(series.opacity);
    let columns = (axes.plot.width * canvas.page.density) as usize;
    let thinned;
    let points = if series.points.len() > columns.saturating_mul(2) {
        thinned = decimate(&series.points, &axes.frame.x, columns);
        &thinned
    } else {
        &series.points
    };
    let mut run = Vec::new();
    for point in points {
        match axes.point(*point, series.right) {
            Some(p) => run.push(p),
            None => draw_run(canvas, std::mem::take(&mut run), paint, axes),
        }
    }
    draw_run(canvas, run, paint, axes);
}

fn draw_run(canvas: &mut Canvas<'_>, run: Vec<[f64; 2]>, paint: Paint, axes: &Axes) {
    match (run.as_slice(), paint.stroke) {
        // A point between two gaps is a dot, not nothing.
        ([one], Some(stroke)) if axes.shows(*one) => canvas.items.push(Item::Circle {
            centre: *one,
            radius: stroke.width.max(0.9),
            paint: Paint::fill(stroke.colour).with_opacity(paint.opacity),
        }),
        _ => canvas.path(run, false, paint, true),
    }
}

/// The ends of a line across the plot, if it is in it.
pub(crate) fn rule_ends(direction: Direction, value: f64, axes: &Axes) -> Option<[[f64; 2]; 2]> {
    let plot = axes.plot;
    let ends = match direction {
        Direction::X => {
            let x = axes.x.at(value)?;
            [[x, plot.bottom()], [x, plot.y]]
        }
        Direction::Y => {
            let y = axes.y.at(value)?;
            [[plot.x, y], [plot.right(), y]]
        }
    };
    axes.shows(ends[0]).then_some(ends)
}

/// Half the height of a marker.
pub(crate) fn marker_radius(style: MarkerStyle) -> f64 {
    (style.size / 2.0).clamp(0.5, 50.0)
}

/// Draws one marker centred at `at`.
pub(crate) fn marker(
    canvas: &mut Canvas<'_>,
    at: [f64; 2],
    style: MarkerStyle,
    colour: Rgb,
    opacity: f64,
) {
    let r = marker_radius(style);
    let stroke = Stroke::solid(colour, (r * 0.46).clamp(0.6, 2.0));
    let outline = Paint::stroke(stroke).with_opacity(opacity);
    let paint = if style.filled {
        Paint::fill(colour).with_opacity(opacity)
    } else {
        outline
    };
    let moved = |points: &[[f64; 2]]| -> Vec<[f64; 2]> {
        points
            .iter()
            .map(|p| [at[0] + p[0] * r, at[1] + p[1] * r])
            .collect()
    };
    let mut circle = |paint| {
        canvas.items.push(Item::Circle {
            centre: at,
            radius: r,
            paint,
        });
    };
    match style.shape {
        Shape::Circle => circle(paint),
        Shape::Ring => circle(outline),
        Shape::Cross => {
            canvas.path(moved(&[[-0.8, -0.8], [0.8, 0.8]]), false, outline, false);
            canvas.path(moved(&[[-0.8, 0.8], [0.8, -0.8]]), false, outline, false);
        }
        Shape::TriangleUp => {
            let points = moved(&[[0.0, -1.15], [1.0, 0.7], [-1.0, 0.7]]);
            canvas.path(points, true, paint, false);
        }
        Shape::Square => {
            let points = moved(&[[-0.85, -0.85], [0.85, -0.85], [0.85, 0.85], [-0.85, 0.85]]);
            canvas.path(points, true, paint, false);
        }
        Shape::Diamond => {
            let points = moved(&[[0.0, -1.15], [1.0, 0.0], [0.0, 1.15], [-1.0, 0.0]]);
            canvas.path(points, true, paint, false);
        }
        Shape::Dash => canvas.path(moved(&[[-1.2, 0.0], [1.2, 0.0]]), false, outline, false),
    }
}
