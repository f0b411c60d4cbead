//! Which part of the data a figure shows: axes that only grow while a run is live, and the user's
//! own zoom, which wins until a double click.

use egui::{Color32, PointerButton, Pos2, Rect, Response, Stroke, StrokeKind, Ui, pos2};

use super::project::Projection;
use crate::plot::{Axis, AxisMap, FigureSpec, Frame, Palette};

/// An axis is found anew when its data fill less than this share of what it has grown to.
const REFIT: f64 = 0.25;
/// A zoom box narrower than this, in pixels, does not zoom in that direction.
const LEAST_BOX: f32 = 8.0;

/// What is remembered of the axes.
#[derive(Debug, Default)]
pub(crate) struct View {
    figure: String,
    grown: Option<Frame>,
    zoom: Option<Frame>,
    /// The axes at the start of a drag: a line that is dragged must not move its own axis.
    frozen: Option<Frame>,
    box_from: Option<Pos2>,
}

impl View {
    /// The axes to draw this frame.
    pub(crate) fn frame(&mut self, figure: &FigureSpec) -> Frame {
        let fresh = Frame::of(figure);
        if self.figure != figure.id {
            *self = Self::default();
            self.figure.clone_from(&figure.id);
        }
        let same_axes = |f: &Frame| {
            f.x.scale == fresh.x.scale
                && f.y.scale == fresh.y.scale
                && f.right.map(|a| a.scale) == fresh.right.map(|a| a.scale)
        };
        if self.grown.as_ref().is_some_and(|g| !same_axes(g)) {
            self.reset();
        }
        let grown = match &self.grown {
            None => fresh,
            Some(old) => Frame {
                x: grow(&figure.x, old.x, fresh.x),
                y: grow(&figure.y, old.y, fresh.y),
                right: match (&figure.right, old.right, fresh.right) {
                    (Some(axis), Some(old), Some(new)) => Some(grow(axis, old, new)),
                    _ => fresh.right,
                },
            },
        };
        self.grown = Some(grown.clone());
        let held = self.zoom.as_ref().or(self.frozen.as_ref());
        held.cloned().unwrap_or(grown)
    }

    /// Forgets zoom and growth.
    pub(crate) fn reset(&mut self) {
        self.grown = None;
        self.zoom = None;
        self.frozen = None;
        self.box_from = None;
    }

    pub(crate) fn is_zoomed(&self) -> bool {
        self.zoom.is_some()
    }

    /// Holds the axes still while `dragging`.
    pub(crate) fn hold(&mut self, dragging: bool, frame: &Frame) {
        match (dragging, &self.frozen) {
            (true, None) => self.frozen = Some(frame.clone()),
            (false, Some(_)) => self.frozen = None,
            _ => {}
        }
    }

    /// Double click, zoom box (secondary button) and Ctrl + wheel or pinch over the plot.
    pub(crate) fn interact(
        &mut self,
        ui: &Ui,
        response: &Response,
        projection: &Projection,
        frame: &Frame,
        palette: &Palette,
    ) {
        if response.double_clicked() {
            self.reset();
            ui.ctx().request_repaint();
            return;
        }
        self.zoom_box(ui, response, projection, frame, palette);
        let Some(pointer) = response.hover_pos() else {
            return;
        };
        let factor = ui.input(egui::InputState::zoom_delta);
        if (factor - 1.0).abs() > 1e-4 {
            let unit = [projection.x.unit(pointer.x), projection.y.unit(pointer.y)];
            let span = 1.0 / f64::from(factor);
            let ends = unit.map(|u| (u - u * span, u + (1.0 - u) * span));
            self.zoom_to(frame, ends[0], ends[1]);
            ui.ctx().request_repaint();
        }
    }

    fn zoom_box(
        &mut self,
        ui: &Ui,
        response: &Response,
        projection: &Projection,
        frame: &Frame,
        palette: &Palette,
    ) {
        if response.drag_started_by(PointerButton::Secondary) {
            self.box_from = ui.input(|i| i.pointer.press_origin());
        }
        let (Some(from), Some(to)) = (self.box_from, response.interact_pointer_pos()) else {
            return;
        };
        let plot = projection.rect;
        let mut area = Rect::from_two_pos(plot.clamp(from), plot.clamp(to));
        if area.width() < LEAST_BOX {
            area = Rect::from_x_y_ranges(plot.x_range(), area.y_range());
        } else if area.height() < LEAST_BOX {
            area = Rect::from_x_y_ranges(area.x_range(), plot.y_range());
        }
        if response.drag_stopped_by(PointerButton::Secondary) {
            self.box_from = None;
            let moved = from.distance(to) >= LEAST_BOX;
            if moved {
                self.zoom_to(
                    frame,
                    (
                        projection.x.unit(area.left()),
                        projection.x.unit(area.right()),
                    ),
                    (
                        projection.y.unit(area.bottom()),
                        projection.y.unit(area.top()),
                    ),
                );
                ui.ctx().request_repaint();
            }
        } else {
            let ink = crate::app::widgets::theme::colour(palette.active);
            ui.painter().rect(
                area,
                2.0,
                ink.gamma_multiply(0.12),
                Stroke::new(1.0, ink.gamma_multiply(0.8)),
                StrokeKind::Inside,
            );
        }
    }

    /// Shows these shares of what `frame` shows, but never more than the whole figure.
    fn zoom_to(&mut self, frame: &Frame, x: (f64, f64), y: (f64, f64)) {
        let whole = self.grown.clone().unwrap_or_else(|| frame.clone());
        let x = part(&frame.x, x, &whole.x);
        let right = match (frame.right, whole.right) {
            (Some(now), Some(whole)) => Some(part(&now, y, &whole)),
            (now, _) => now,
        };
        let y = part(&frame.y, y, &whole.y);
        let zoomed = Frame { x, y, right };
        self.zoom = (x != whole.x || y != whole.y).then_some(zoomed);
    }
}

/// A share of an axis, within `whole`.
fn part(axis: &AxisMap, (a, b): (f64, f64), whole: &AxisMap) -> AxisMap {
    let low = axis.from_unit(a).max(whole.low);
    let high = axis.from_unit(b).min(whole.high);
    // Deeper than this, f64 has no more room between neighbouring ticks.
    match (whole.to_unit(low), whole.to_unit(high)) {
        (Some(l), Some(h)) if h - l > 1e-7 => AxisMap::new(axis.scale, low, high),
        _ => *axis,
    }
}

/// An axis whose range comes from the data covers what it has covered before, until the data have
/// shrunk so far that a new run must have begun.
fn grow(axis: &Axis, old: AxisMap, new: AxisMap) -> AxisMap {
    if axis.range.is_some() {
        return new;
    }
    let union = AxisMap::new(new.scale, old.low.min(new.low), old.high.max(new.high));
    match (union.to_unit(new.low), union.to_unit(new.high)) {
        (Some(a), Some(b)) if b - a >= REFIT => union,
        _ => new,
    }
}

/// A quiet reminder that the figure is zoomed and how to undo it.
pub(crate) fn zoom_hint(ui: &Ui, plot: Rect, ink: Color32) {
    let text = "zoomed · double-click resets";
    let galley = super::text::galley(ui.painter(), text, 10.0, ink);
    if galley.size().x < plot.width() * 0.8 {
        let at = pos2(plot.right() - 4.0, plot.bottom() - 3.0);
        super::text::put(ui.painter(), at, egui::Align2::RIGHT_BOTTOM, galley);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::{Colour, Layer, Role, Series};

    fn figure(points: Vec<[f64; 2]>) -> FigureSpec {
        let mut figure = FigureSpec::new("f", "");
        let colour: Colour = Role::Foreground.into();
        figure
            .layers
            .push(Layer::Series(Series::line("l", "", points, colour)));
        figure
    }

    #[test]
    fn live_axes_only_grow_until_the_data_start_anew() {
        let mut view = View::default();
        let first = view.frame(&figure(vec![[0.0, 0.0], [100.0, 10.0]]));
        let smaller = view.frame(&figure(vec![[0.0, 1.0], [100.0, 9.0]]));
        assert_eq!(smaller, first);
        let larger = view.frame(&figure(vec![[0.0, 1.0], [120.0, 30.0]]));
        assert!(larger.x.high >= 120.0 && larger.y.high > 30.0);
        let anew = view.frame(&figure(vec![[0.0, 1.0], [5.0, 9.0]]));
        assert_eq!(anew.x.high, 5.0);
    }

    #[test]
    fn zoom_wins_over_growth_and_stays_inside_the_figure() {
        let mut view = View::default();
        let data = figure(vec![[0.0, 0.0], [100.0, 10.0]]);
        let whole = view.frame(&data);
        view.zoom_to(&whole, (0.25, 0.5), (0.0, 1.0));
        let zoomed = view.frame(&data);
        assert_eq!((zoomed.x.low, zoomed.x.high), (25.0, 50.0));
        let grown = view.frame(&figure(vec![[0.0, 0.0], [500.0, 10.0]]));
        assert_eq!((grown.x.low, grown.x.high), (25.0, 50.0));
        // Zooming far out is no zoom.
        view.zoom_to(&grown, (-1e3, 1e3), (-1e3, 1e3));
        assert!(!view.is_zoomed());
    }

    #[test]
    fn an_axis_is_held_while_a_line_is_dragged() {
        let mut view = View::default();
        let held = view.frame(&figure(vec![[0.0, 0.0], [100.0, 10.0]]));
        view.hold(true, &held);
        assert_eq!(view.frame(&figure(vec![[0.0, 0.0], [900.0, 10.0]])), held);
        view.hold(false, &held);
        assert_eq!(
            view.frame(&figure(vec![[0.0, 0.0], [900.0, 10.0]])).x.high,
            900.0
        );
    }
}
