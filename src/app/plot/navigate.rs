//! A figure with flat axes under an [`egui_plot::Plot`], which carries the view.
//!
//! Of the plot only the navigation is used. Its axes, grid and legend are off: it has no logarithmic axes, so it works in
//! coordinates that are linear along the axes (log₁₀ of the values on a logarithmic one), and its heat map panics on
//! values above the range it is given. The scene draws all of these.

use std::cell::{Cell, RefCell};

use egui::{Align2, CursorIcon, FontId, Id, PointerButton, Pos2, Rect, Sense, Ui, UiBuilder, Vec2};
use egui_plot::{Plot, PlotBounds, PlotMemory, PlotTransform, PlotUi};

use super::draw::TEXT;
use super::item::FigureItem;
use super::rule_drag::{self, Drag, Outcome};
use super::stage::Asked;
use super::view::{Wish, bounds_of, frame_of, within};
use super::{PlotResponse, PlotView, name, pick};
use crate::app::widgets::theme::colour;
use crate::plot::FigureSpec;

/// A zoom box narrower than this, in pixels, does not zoom in that direction.
const LEAST_BOX: f32 = 8.0;
/// Factor by which a pixel of dragging along an axis zooms, as `egui_plot` has it for axes of its own.
const AXIS_ZOOM: f32 = 0.02;

impl PlotView {
    pub(super) fn show_plot(&mut self, ui: &mut Ui, id: Id, asked: &Asked<'_>) -> PlotResponse {
        let figure = asked.figure;
        let whole = self.view.whole(figure);
        let plot_id = id.with("plot");
        let before = self.view.shown(ui.ctx(), plot_id, &whole);
        self.stage
            .ask(ui, asked, &before, value(self.drag.as_ref()), None);
        let Some((scene, place)) = self.stage.last() else {
            return PlotResponse::new(ui.allocate_rect(asked.rect, Sense::hover()));
        };
        let settled = scene.plot;
        let rect = place.rect(&settled);
        let axes = scene.axes.clone();
        let clip = asked.rect.intersect(ui.clip_rect());
        let (all, was) = (bounds_of(&whole), bounds_of(&before));
        let wish = self.view.wish.take();
        let acts = Acts::default();
        let box_from = &mut self.view.box_from;
        let rule = RefCell::new((&mut self.drag, Outcome::default()));
        let stage = RefCell::new(&mut self.stage);
        // What the user moves stays within the figure; what a linked figure shows is shown.
        let settle = |bounds: &PlotBounds| {
            if acts.moves.get() && *bounds != was {
                within(&acts.without_narrow(bounds, &was), &whole, &was)
            } else {
                *bounds
            }
        };
        let mut over = ui.new_child(UiBuilder::new().max_rect(rect).id_salt(id));
        let inside = over.new_child(UiBuilder::new().max_rect(asked.rect).id_salt("drawn"));
        let draw = |_: &Ui, transform: &PlotTransform| {
            let frame = frame_of(&settle(transform.bounds()), &whole);
            let mut stage = stage.borrow_mut();
            let rule = rule.borrow();
            if frame != before || rule.1.moved.is_some() {
                let dragged = value(rule.0.as_ref());
                stage.ask(&inside, asked, &frame, dragged, Some(settled));
            }
            stage.paint(&inside.painter().with_clip_rect(clip));
        };
        let (draw, inside, acts, rule) = (&draw, &inside, &acts, &rule);
        let shown = plot(plot_id, rect, &all, group(figure).filter(|_| self.linked))
            .cursor_color(colour(asked.palette.muted).gamma_multiply(0.5))
            .show(&mut over, |plot_ui: &mut PlotUi<'_>| {
                match &wish {
                    Some(Wish::Whole) => plot_ui.set_auto_bounds(true),
                    Some(Wish::Part(part)) => plot_ui.set_plot_bounds(bounds_of(part)),
                    None => {}
                }
                acts.look(plot_ui, box_from);
                drag_axes(inside, id, (rect, asked.rect), plot_ui, acts);
                if let Some(axes) = &axes {
                    let (drag, outcome) = &mut *rule.borrow_mut();
                    *outcome = rule_drag::interact(inside, id, figure, (axes, place), drag);
                }
                plot_ui.add(FigureItem::new(draw));
            });
        let bounds = *shown.transform.bounds();
        let wanted = settle(&bounds);
        let moves = acts.moves.get();
        let outcome = std::mem::take(&mut rule.borrow_mut().1);
        name(ui, &shown.response, figure);

        let memory = PlotMemory::load(ui.ctx(), plot_id);
        let frame = frame_of(&wanted, &whole);
        self.view.zoomed = memory.is_some_and(|m| !(m.auto_bounds.x && m.auto_bounds.y));
        if self.view.zoomed && moves && frame == whole {
            self.view.wish = Some(Wish::Whole);
            self.view.zoomed = false;
        } else if wanted != bounds {
            self.view.wish = Some(Wish::Part(frame.clone()));
        }
        if frame != before {
            ui.ctx().request_repaint();
        }
        self.view.hold(self.drag.is_some(), &frame);
        if self.view.zoomed {
            zoom_hint(ui, rect, asked);
        }
        self.report(ui, asked, rect, shown.response, outcome)
    }

    /// What the pointer is on.
    fn report(
        &self,
        ui: &Ui,
        asked: &Asked<'_>,
        rect: Rect,
        response: egui::Response,
        outcome: Outcome,
    ) -> PlotResponse {
        let mut out = PlotResponse::new(response);
        let pointer = out.response.hover_pos().filter(|at| rect.contains(*at));
        if let Some((scene, place)) = self.stage.last()
            && let (Some(axes), Some(pointer)) = (&scene.axes, pointer)
        {
            let at = place.from(pointer);
            out.pointer = Some([axes.x.value(at[0]), axes.y.value(at[1])]);
            let hit = pick::pick(asked.figure, axes, at, asked.hidden, asked.palette);
            if let Some(hit) = hit.filter(|_| !outcome.hovered) {
                // A card would lie over the menu of a right click.
                if !out.response.dragged() && !out.response.context_menu_opened() {
                    pick::paint(ui, &hit, place, pointer, asked.palette);
                }
                out = out.with_hit(hit);
            }
        }
        out.dragged_rule = outcome.moved;
        out.released = outcome.released;
        out
    }
}

/// Name and value of the line being dragged.
fn value(drag: Option<&Drag>) -> Option<(&'static str, f64)> {
    drag.map(|d| (d.id, d.value))
}

/// The plot in `rect` that shows `all` unless the user has moved; only its navigation is on.
fn plot<'a>(id: Id, rect: Rect, all: &PlotBounds, group: Option<Id>) -> Plot<'a> {
    let plot = Plot::new(id)
        .id(id)
        .width(rect.width())
        .height(rect.height())
        .min_size(Vec2::ZERO)
        .default_x_bounds(all.min()[0], all.max()[0])
        .default_y_bounds(all.min()[1], all.max()[1])
        .auto_bounds(true)
        .set_margin_fraction(Vec2::ZERO)
        .show_axes(false)
        .show_grid(false)
        .show_background(false)
        // The wheel by itself scrolls the window.
        .allow_scroll(false)
        .sense(Sense::CLICK | Sense::DRAG)
        .show_y(false);
    match group {
        Some(group) => plot
            .link_axis(group, [true, false])
            .link_cursor(group, [true, false]),
        None => plot.show_x(false),
    }
}

/// The figures that share a horizontal axis: those that say the same beside it.
fn group(figure: &FigureSpec) -> Option<Id> {
    let text = figure.x.text();
    let scale = format!("{:?}", figure.x.scale);
    (!text.is_empty()).then(|| Id::unique(("figures along", text, scale)))
}

/// What the user does in a plot this frame.
#[derive(Default)]
struct Acts {
    /// Whether what is shown may move because of the pointer here.
    moves: Cell<bool>,
    /// The directions in which a zoom box that was let go is too narrow.
    narrow: Cell<[bool; 2]>,
}

impl Acts {
    fn look(&self, plot_ui: &PlotUi<'_>, box_from: &mut Option<Pos2>) {
        let response = plot_ui.response();
        let here = response.contains_pointer() || response.dragged() || response.drag_stopped();
        self.moves.set(here);
        if response.drag_started_by(PointerButton::Secondary) {
            *box_from = response.hover_pos();
        }
        if response.drag_stopped()
            && let Some((from, to)) = box_from.take().zip(response.hover_pos())
        {
            let size = (to - from).abs();
            self.narrow.set([size.x < LEAST_BOX, size.y < LEAST_BOX]);
        }
    }

    fn without_narrow(&self, bounds: &PlotBounds, was: &PlotBounds) -> PlotBounds {
        let mut bounds = *bounds;
        let [x, y] = self.narrow.get();
        if x {
            bounds.set_x(was);
        }
        if y {
            bounds.set_y(was);
        }
        bounds
    }
}

/// Dragging along an axis zooms along it about the place it was taken at. `egui_plot` has this for axes that it draws
/// itself.
fn drag_axes(ui: &Ui, id: Id, (plot, figure): (Rect, Rect), plot_ui: &mut PlotUi<'_>, acts: &Acts) {
    let below = (plot.bottom() + TEXT * 2.0).min(figure.bottom());
    let strips = [
        (
            Rect::from_x_y_ranges(plot.x_range(), plot.bottom()..=below),
            CursorIcon::ResizeHorizontal,
        ),
        (
            Rect::from_x_y_ranges(figure.left()..=plot.left(), plot.y_range()),
            CursorIcon::ResizeVertical,
        ),
    ];
    for (axis, (strip, cursor)) in strips.into_iter().enumerate() {
        if !strip.is_positive() {
            continue;
        }
        let response = ui.interact(strip, id.with(("axis", axis)), Sense::DRAG);
        let response = response.on_hover_cursor(cursor);
        let taken = ui.input(|i| i.pointer.press_origin());
        if let (true, Some(taken)) = (response.dragged_by(PointerButton::Primary), taken) {
            let mut zoom = Vec2::splat(1.0);
            zoom[axis] += (AXIS_ZOOM * response.drag_delta()[axis]).clamp(-0.5, 1.0);
            if zoom != Vec2::splat(1.0) {
                plot_ui.zoom_bounds(zoom, plot_ui.plot_from_screen(taken));
            }
            acts.moves.set(true);
        }
    }
}

/// A quiet reminder that the figure is zoomed and how to undo it.
fn zoom_hint(ui: &Ui, plot: Rect, asked: &Asked<'_>) {
    let ink = colour(asked.palette.muted);
    let text = "zoomed · double-click resets".to_owned();
    let font = FontId::proportional(TEXT - 1.0);
    let galley = ui.painter().layout_no_wrap(text, font, ink);
    if galley.size().x < plot.width() * 0.8 {
        let at = Align2::RIGHT_BOTTOM
            .anchor_size(plot.right_bottom() - Vec2::new(4.0, 3.0), galley.size());
        ui.painter().galley(at.min, galley, ink);
    }
}
