//! Lines that set a value: dragged with the pointer, moved with the arrow keys, announced as
//! sliders to assistive technology.

use egui::accesskit::Action;
use egui::{CursorIcon, EventFilter, Id, Key, Pos2, Rect, Sense, Ui, WidgetInfo, vec2};

use super::draw::Place;
use crate::plot::axis::along::Along;
use crate::plot::scene::{Axes, rule_ends};
use crate::plot::{Colour, Direction, FigureSpec, Layer, Role, Rule};

/// Half of the strip around a line in which it can be taken hold of.
const GRAB: f32 = 7.0;
/// What an arrow key moves a line by, as a share of the axis; ten times that with Shift.
const KEY_STEP: f64 = 0.005;

/// The line being dragged.
#[derive(Debug, Clone)]
pub(crate) struct Drag {
    pub(crate) id: &'static str,
    pub(crate) value: f64,
    /// From the pointer to the line when it was taken hold of, so that it does not jump.
    offset: f32,
}

/// What happened to a line this frame.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) moved: Option<(String, f64)>,
    pub(crate) released: bool,
    /// The pointer is on a line, which hides what is under it.
    pub(crate) hovered: bool,
}

/// Lets the user move every draggable line of the figure.
pub(crate) fn interact(
    ui: &Ui,
    id: Id,
    figure: &FigureSpec,
    (axes, place): (&Axes, Place),
    drag: &mut Option<Drag>,
) -> Outcome {
    let mut outcome = Outcome::default();
    for layer in &figure.layers {
        if let Layer::Rule(rule) = layer
            && let Some(name) = rule.draggable
        {
            one(
                ui,
                id.with(name),
                name,
                rule,
                (axes, place),
                drag,
                &mut outcome,
            );
        }
    }
    outcome
}

fn one(
    ui: &Ui,
    id: Id,
    name: &'static str,
    rule: &Rule,
    (axes, place): (&Axes, Place),
    drag: &mut Option<Drag>,
    outcome: &mut Outcome,
) {
    let own = drag.as_ref().filter(|d| d.id == name);
    let value = own.map_or(rule.value, |d| d.value);
    let Some(ends) = rule_ends(rule.direction, value, axes) else {
        return;
    };
    let ends = ends.map(|end| place.at(end));
    let across = match rule.direction {
        Direction::X => vec2(GRAB, 0.0),
        Direction::Y => vec2(0.0, GRAB),
    };
    let strip = Rect::from_two_pos(ends[0], ends[1]).expand2(across);
    let response = ui.interact(strip, id, Sense::click_and_drag());
    let (axis, along): (&Along, fn(Pos2) -> f32) = match rule.direction {
        Direction::X => (&axes.x, |at| at.x),
        Direction::Y => (&axes.y, |at| at.y),
    };
    let coordinate = usize::from(rule.direction == Direction::Y);
    let on_page = |at: Pos2| place.from(at)[coordinate];
    let plot = place.rect(&axes.plot);
    let line = along(ends[0]);
    if response.hovered() || response.dragged() {
        outcome.hovered = true;
        ui.ctx().set_cursor_icon(match rule.direction {
            Direction::X => CursorIcon::ResizeHorizontal,
            Direction::Y => CursorIcon::ResizeVertical,
        });
    }
    if response.drag_started() {
        let taken = ui.input(|i| i.pointer.press_origin());
        let offset = taken.map_or(0.0, |at| line - along(at));
        *drag = Some(Drag {
            id: name,
            value,
            offset,
        });
    }
    if let Some(own) = drag.as_mut().filter(|d| d.id == name) {
        if let Some(at) = response.interact_pointer_pos() {
            let at = plot.clamp(at + vec2(1.0, 1.0) * own.offset);
            own.value = axis.value(on_page(at));
        }
        outcome.moved = Some((name.to_owned(), own.value));
        outcome.released = response.drag_stopped();
        if outcome.released || !(response.dragged() || response.drag_started()) {
            outcome.released = true;
            *drag = None;
        }
    }
    if outcome.moved.is_none()
        && let Some(share) = key_steps(ui, id, response.has_focus())
    {
        let unit = (axis.unit(on_page(ends[0])) + share).clamp(0.0, 1.0);
        let to = plot.left_bottom() + vec2(plot.width(), -plot.height()) * unit as f32;
        outcome.moved = Some((name.to_owned(), axis.value(on_page(to))));
        outcome.released = true;
    }
    let label = accessible_name(rule);
    response.widget_info(|| WidgetInfo::slider(ui.is_enabled(), value, &label));
    ui.ctx().accesskit_node_builder(id, |node| {
        node.add_action(Action::Increment);
        node.add_action(Action::Decrement);
    });
    if response.has_focus() {
        let ink = ui.visuals().selection.stroke;
        ui.painter()
            .rect_stroke(strip, 2.0, ink, egui::StrokeKind::Inside);
    }
}

/// The name a screen reader gives a draggable line: `threshold line βγ = 2.00`.
pub(crate) fn accessible_name(rule: &Rule) -> String {
    let kind = if rule.colour == Colour::Role(Role::Threshold) {
        "threshold line"
    } else {
        "line"
    };
    format!("{kind} {}", rule.label)
}

/// Share of the axis the keyboard, or assistive technology, asks to move a line by.
fn key_steps(ui: &Ui, id: Id, focused: bool) -> Option<f64> {
    let steps = ui.input(|i| {
        let assisted = i.num_accesskit_action_requests(id, Action::Increment) as f64
            - i.num_accesskit_action_requests(id, Action::Decrement) as f64;
        if !focused {
            return assisted;
        }
        let pressed = |key| i.num_presses(key) as f64;
        let keys = pressed(Key::ArrowUp) + pressed(Key::ArrowRight)
            - pressed(Key::ArrowDown)
            - pressed(Key::ArrowLeft);
        assisted + keys * if i.modifiers.shift { 10.0 } else { 1.0 }
    });
    if focused {
        let arrows = EventFilter {
            horizontal_arrows: true,
            vertical_arrows: true,
            ..EventFilter::default()
        };
        ui.memory_mut(|m| m.set_focus_lock_filter(id, arrows));
    }
    (steps != 0.0).then_some(steps * KEY_STEP)
}
