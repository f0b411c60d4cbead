//! Texts at lines, events and points, each where it covers no other.

use std::sync::Arc;

use egui::{Align2, Color32, CornerRadius, Galley, Rect, Vec2, pos2, vec2};

use super::layout::FONT;
use super::marks::{Marks, rim_for, rule_ends};
use super::text::{self, Taken};
use crate::app::widgets::style::readable_on;
use crate::app::widgets::theme::colour;
use crate::plot::{Anchor, Annotation, Direction, EventTicks, FigureSpec, Layer, Rule};

/// Paints every text over the data. Chips come first, then annotations, then labels of lines.
pub(crate) fn paint(marks: &Marks<'_>, figure: &FigureSpec) {
    let mut taken = Taken::default();
    for layer in &figure.layers {
        match layer {
            Layer::Rule(r) if r.draggable.is_some() => chip(marks, r, &mut taken),
            _ => {}
        }
    }
    for layer in &figure.layers {
        match layer {
            Layer::Annotation(a) => annotation(marks, a, &mut taken),
            Layer::Column(column) => {
                for text in column.texts() {
                    annotation(marks, &text, &mut taken);
                }
            }
            Layer::Rule(r) if r.draggable.is_none() => rule_label(marks, r, &mut taken),
            Layer::Ticks(t) => event_labels(marks, t, &mut taken),
            _ => {}
        }
    }
}

/// The filled label of a draggable line, on the line.
fn chip(marks: &Marks<'_>, r: &Rule, taken: &mut Taken) {
    let value = match marks.dragged {
        Some((id, value)) if Some(id) == r.draggable => value,
        _ => r.value,
    };
    let Some([from, to]) = rule_ends(r.direction, value, marks.p) else {
        return;
    };
    if r.label.is_empty() {
        return;
    }
    let plot = marks.p.rect;
    let (arrow, centre) = match r.direction {
        Direction::Y => ("↕", pos2(0.0, from.y)),
        Direction::X => ("↔", pos2(to.x, 0.0)),
    };
    let fill = colour(marks.palette.rgb(r.colour));
    let text = if plot.width() >= 300.0 {
        format!("{} {arrow} drag", r.label)
    } else {
        format!("{} {arrow}", r.label)
    };
    let room = plot.width() * 0.7;
    let galley = text::elided(marks.whole, &text, FONT, readable_on(fill), room);
    let size = galley.size() + vec2(12.0, 4.0);
    let rect = match r.direction {
        Direction::Y => {
            let y = centre.y.clamp(
                plot.top() + size.y / 2.0,
                (plot.bottom() - size.y / 2.0).max(plot.top() + size.y / 2.0),
            );
            Rect::from_center_size(pos2(plot.right() - size.x / 2.0, y), size)
        }
        Direction::X => {
            let half = size.x / 2.0;
            let x = centre.x.max(plot.left() + half).min(plot.right() - half);
            Rect::from_center_size(pos2(x, plot.top() + size.y / 2.0), size)
        }
    };
    marks.whole.rect_filled(rect, CornerRadius::same(4), fill);
    text::put(marks.whole, rect.center(), Align2::CENTER_CENTER, galley);
    taken.take(rect);
}

fn rule_label(marks: &Marks<'_>, r: &Rule, taken: &mut Taken) {
    let Some([from, to]) = rule_ends(r.direction, r.value, marks.p) else {
        return;
    };
    if r.label.is_empty() {
        return;
    }
    let plot = marks.p.rect;
    let ink = colour(marks.palette.rgb(r.colour));
    let room = plot.width() * 0.75;
    let galley = text::elided(marks.whole, &r.label, FONT, ink, room);
    let size = galley.size();
    let at = |min: egui::Pos2| Rect::from_min_size(min, size);
    let candidates: Vec<Rect> = match r.direction {
        Direction::Y => {
            let (above, below) = (from.y - size.y - 2.0, from.y + 2.0);
            let (left, right) = (plot.left() + 4.0, plot.right() - size.x - 3.0);
            [(right, above), (right, below), (left, above), (left, below)]
                .map(|(x, y)| at(pos2(x, y)))
                .to_vec()
        }
        Direction::X => (0..3)
            .flat_map(|row| {
                let y = plot.top() + 1.0 + 14.0 * row as f32;
                [at(pos2(to.x + 4.0, y)), at(pos2(to.x - size.x - 4.0, y))]
            })
            .collect(),
    };
    if let Some(rect) = taken.first_free(candidates, plot) {
        put_on_plate(marks, rect, galley);
    }
}

fn event_labels(marks: &Marks<'_>, t: &EventTicks, taken: &mut Taken) {
    let plot = marks.p.rect;
    let ink = colour(marks.palette.rgb(t.colour));
    // The newest event is the one most looked for.
    for (value, label) in t.values.iter().zip(&t.labels).rev() {
        let Some([_, top]) = rule_ends(Direction::X, *value, marks.p) else {
            continue;
        };
        if label.is_empty() {
            continue;
        }
        let galley = text::elided(marks.whole, label, FONT, ink, plot.width() * 0.5);
        let size = galley.size();
        let right = Rect::from_min_size(pos2(top.x + 4.0, plot.top() + 1.0), size);
        let left = right.translate(vec2(-size.x - 8.0, 0.0));
        let lower = right.translate(vec2(0.0, 14.0));
        if let Some(rect) = taken.first_free([right, lower, left], plot) {
            put_on_plate(marks, rect, galley);
        }
    }
}

fn annotation(marks: &Marks<'_>, a: &Annotation, taken: &mut Taken) {
    let Some(at) = marks.p.point(a.at, false).filter(|at| marks.p.shows(*at)) else {
        return;
    };
    if a.text.is_empty() {
        return;
    }
    let ink = colour(marks.palette.rgb(a.colour));
    let plot = marks.p.rect;
    let galley = text::elided(marks.whole, &a.text, FONT, ink, plot.width() * 0.6);
    let size = galley.size();
    let off = 7.0;
    let centred = |x: f32, y: f32| Rect::from_center_size(at + vec2(x, y), size);
    let (w, h) = (size.x / 2.0 + off, size.y / 2.0 + off);
    let place = |anchor: Anchor| match anchor {
        Anchor::Above => centred(0.0, -h),
        Anchor::Below => centred(0.0, h),
        Anchor::Right => centred(w, 0.0),
        Anchor::Left => centred(-w, 0.0),
        Anchor::Centre => centred(0.0, 0.0),
    };
    let wanted = place(a.anchor);
    let others = [Anchor::Below, Anchor::Above, Anchor::Right, Anchor::Left].map(place);
    let slid = [Anchor::Below, Anchor::Above].map(|anchor| slide(place(anchor), plot));
    let candidates = [wanted].into_iter().chain(others).chain(slid);
    if let Some(rect) = taken.first_free(candidates, plot) {
        let rim: Color32 = rim_for(ink, marks.palette);
        text::put_with_rim(marks.whole, rect.min, galley, rim);
    }
}

/// Text on a nearly opaque plate, so that lines and bars behind it do not cross the letters.
fn put_on_plate(marks: &Marks<'_>, rect: Rect, galley: Arc<Galley>) {
    let plate = colour(marks.palette.background).gamma_multiply(0.84);
    let around = rect.expand2(vec2(2.0, -1.0));
    marks
        .whole
        .rect_filled(around, CornerRadius::same(3), plate);
    marks.whole.galley(rect.min, galley, Color32::PLACEHOLDER);
}

/// A rectangle moved sideways into the plot.
fn slide(rect: Rect, plot: Rect) -> Rect {
    let right = (rect.right() - plot.right()).max(0.0);
    let left = (plot.left() - rect.left()).max(0.0);
    rect.translate(Vec2::new(left - right, 0.0))
}
