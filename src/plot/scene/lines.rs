//! What runs across the whole plot: bands, rules and events.

use super::annotations::{is_draggable, value_of};
use super::item::{Canvas, Paint, Rect, Stroke};
use super::layout::Axes;
use super::series::rule_ends;
use crate::plot::spec::{Band, Dash, Direction, EventTicks, Rule};

/// Draws a shaded strip.
pub(crate) fn band(canvas: &mut Canvas<'_>, band: &Band, axes: &Axes) {
    let plot = axes.plot;
    let axis = match band.direction {
        Direction::X => &axes.x,
        Direction::Y => &axes.y,
    };
    let (Some(from), Some(to)) = (axis.edge(band.from), axis.edge(band.to)) else {
        return;
    };
    let rect = match band.direction {
        Direction::X => Rect::between([from, plot.y], [to, plot.bottom()]),
        Direction::Y => Rect::between([plot.x, from], [plot.right(), to]),
    };
    if rect.width > 0.0 && rect.height > 0.0 {
        let paint = Paint::fill(canvas.page.palette.rgb(band.colour)).with_opacity(band.opacity);
        canvas.path(rect.corners(), true, paint, true);
    }
}

/// Draws a line across the plot.
pub(crate) fn rule(canvas: &mut Canvas<'_>, rule: &Rule, axes: &Axes) {
    let value = value_of(rule, canvas.page);
    let width = if is_draggable(rule, canvas.page) {
        1.5
    } else {
        1.0
    };
    let stroke = Stroke {
        colour: canvas.page.palette.rgb(rule.colour),
        width,
        dash: rule.dash,
    };
    if let Some(ends) = rule_ends(rule.direction, value, axes) {
        canvas.path(ends.to_vec(), false, Paint::stroke(stroke), true);
    }
}

/// Draws a line at every event.
pub(crate) fn events(canvas: &mut Canvas<'_>, events: &EventTicks, axes: &Axes) {
    let stroke = Stroke {
        colour: canvas.page.palette.rgb(events.colour),
        width: 0.7,
        dash: Dash::Dashed,
    };
    for &value in &events.values {
        if let Some([from, to]) = rule_ends(Direction::X, value, axes) {
            canvas.line(to, from, stroke);
        }
    }
}
