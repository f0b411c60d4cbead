//! Which part of the data a figure shows: axes that only grow while a run is live, and the part the user has moved to,
//! which [`egui_plot`] keeps in coordinates that are linear along the axes.

use egui::{Context, Id, Pos2};
use egui_plot::{PlotBounds, PlotMemory};

use crate::plot::axis::along::linear;
use crate::plot::{Axis, AxisMap, FigureSpec, Frame, Scale};

/// An axis is found anew when its data fill less than this share of what it has grown to.
const REFIT: f64 = 0.25;
/// Deeper than this share of an axis, f64 has no more room between neighbouring ticks.
const DEEPEST: f64 = 1e-7;

/// What is remembered of the axes.
#[derive(Debug, Default)]
pub(crate) struct View {
    figure: String,
    grown: Option<Frame>,
    /// The axes at the start of a drag: a line that is dragged must not move its own axis.
    frozen: Option<Frame>,
    /// What the plot is told to show in the next frame; `Whole` forgets the user's part.
    pub(crate) wish: Option<Wish>,
    /// Where the box being drawn was begun.
    pub(crate) box_from: Option<Pos2>,
    /// Whether the user has moved to a part.
    pub(crate) zoomed: bool,
}

/// What a plot is told to show.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Wish {
    Whole,
    Part(Frame),
}

impl View {
    /// The axes that show all of `figure`.
    pub(crate) fn whole(&mut self, figure: &FigureSpec) -> Frame {
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
        self.frozen.clone().unwrap_or(grown)
    }

    /// The axes shown at the end of the last frame, or wished for since.
    pub(crate) fn shown(&self, ctx: &Context, plot: Id, whole: &Frame) -> Frame {
        match &self.wish {
            Some(Wish::Whole) => return whole.clone(),
            Some(Wish::Part(part)) => return part.clone(),
            None => {}
        }
        let Some(memory) = PlotMemory::load(ctx, plot) else {
            return whole.clone();
        };
        let mut bounds = *memory.bounds();
        let all = bounds_of(whole);
        if memory.auto_bounds.x {
            bounds.set_x(&all);
        }
        if memory.auto_bounds.y {
            bounds.set_y(&all);
        }
        frame_of(&bounds, whole)
    }

    /// Forgets zoom and growth.
    pub(crate) fn reset(&mut self) {
        self.grown = None;
        self.frozen = None;
        self.wish = Some(Wish::Whole);
        self.zoomed = false;
    }

    /// Holds the axes still while `dragging`.
    pub(crate) fn hold(&mut self, dragging: bool, frame: &Frame) {
        match (dragging, &self.frozen) {
            (true, None) => self.frozen = Some(frame.clone()),
            (false, Some(_)) => self.frozen = None,
            _ => {}
        }
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

/// The bounds of a frame, in log₁₀ on a logarithmic axis, of which `egui_plot` has none.
pub(crate) fn bounds_of(frame: &Frame) -> PlotBounds {
    let ends = |axis: &AxisMap| [axis.low, axis.high].map(|v| linear(axis.scale, v));
    let ([left, right], [bottom, top]) = (ends(&frame.x), ends(&frame.y));
    PlotBounds::from_min_max([left, bottom], [right, top])
}

/// The frame of some bounds; the right axis shows the same share of itself as the left one.
pub(crate) fn frame_of(bounds: &PlotBounds, whole: &Frame) -> Frame {
    let all = bounds_of(whole);
    let axis = |map: &AxisMap, k: usize| {
        let (low, high) = (bounds.min()[k], bounds.max()[k]);
        // The very numbers where nothing has moved.
        if (low, high) == (all.min()[k], all.max()[k]) {
            return *map;
        }
        match map.scale {
            Scale::Linear => AxisMap::new(map.scale, low, high),
            Scale::Log10 => AxisMap::new(map.scale, 10_f64.powf(low), 10_f64.powf(high)),
        }
    };
    let y = axis(&whole.y, 1);
    let right = whole.right.map(
        |map| match (whole.y.to_unit(y.low), whole.y.to_unit(y.high)) {
            (Some(a), Some(b)) if y != whole.y => {
                AxisMap::new(map.scale, map.from_unit(a), map.from_unit(b))
            }
            _ => map,
        },
    );
    Frame {
        x: axis(&whole.x, 0),
        y,
        right,
    }
}

/// Bounds moved and shrunk to lie within `whole`; where they are too narrow, `before`.
pub(crate) fn within(bounds: &PlotBounds, whole: &Frame, before: &PlotBounds) -> PlotBounds {
    let all = bounds_of(whole);
    let mut out = (bounds.min(), bounds.max());
    for k in 0..2 {
        let (least, most) = (all.min()[k], all.max()[k]);
        let (low, high) = (bounds.min()[k], bounds.max()[k]);
        let span = (high - low).min(most - least);
        if span.is_nan() || span < (most - least) * DEEPEST {
            (out.0[k], out.1[k]) = (before.min()[k], before.max()[k]);
        } else if span >= (most - least) * (1.0 - 1e-6) {
            (out.0[k], out.1[k]) = (least, most);
        } else {
            out.0[k] = low.max(least).min(most - span);
            out.1[k] = out.0[k] + span;
        }
    }
    PlotBounds::from_min_max(out.0, out.1)
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
        let first = view.whole(&figure(vec![[0.0, 0.0], [100.0, 10.0]]));
        let smaller = view.whole(&figure(vec![[0.0, 1.0], [100.0, 9.0]]));
        assert_eq!(smaller, first);
        let larger = view.whole(&figure(vec![[0.0, 1.0], [120.0, 30.0]]));
        assert!(larger.x.high >= 120.0 && larger.y.high > 30.0);
        let anew = view.whole(&figure(vec![[0.0, 1.0], [5.0, 9.0]]));
        assert_eq!(anew.x.high, 5.0);
    }

    #[test]
    fn a_part_stays_inside_the_figure_and_keeps_its_width() {
        let mut figure = figure(vec![[0.0, 0.0], [100.0, 10.0]]);
        figure.y = Axis::log10("y").with_range(0.01, 100.0);
        let whole = View::default().whole(&figure);
        let before = bounds_of(&whole);
        assert_eq!((before.min(), before.max()), ([0.0, -2.0], [100.0, 2.0]));
        assert_eq!(frame_of(&before, &whole), whole);
        let moved = PlotBounds::from_min_max([90.0, -9.0], [140.0, -8.0]);
        let inside = within(&moved, &whole, &before);
        assert_eq!((inside.min(), inside.max()), ([50.0, -2.0], [100.0, -1.0]));
        let frame = frame_of(&inside, &whole);
        assert_eq!((frame.x.low, frame.x.high), (50.0, 100.0));
        assert!(
            (frame.y.low / 0.01 - 1.0).abs() < 1e-12 && (frame.y.high / 0.1 - 1.0).abs() < 1e-12
        );
        // Far out is the whole, and too deep is nowhere.
        let out = PlotBounds::from_min_max([-1e9, -1e9], [1e9, 1e9]);
        assert_eq!(frame_of(&within(&out, &whole, &before), &whole), whole);
        let deep = PlotBounds::from_min_max([50.0, 0.0], [50.0, f64::NAN]);
        assert_eq!(frame_of(&within(&deep, &whole, &before), &whole), whole);
    }

    #[test]
    fn the_right_axis_moves_with_the_left_one() {
        let mut figure = figure(vec![[0.0, 0.0], [100.0, 10.0]]);
        figure.y = Axis::linear("y").with_range(0.0, 10.0);
        figure.right = Some(Axis::log10("r").with_range(1.0, 1e4));
        let whole = View::default().whole(&figure);
        let upper = PlotBounds::from_min_max([0.0, 5.0], [100.0, 10.0]);
        let right = frame_of(&upper, &whole).right.expect("a right axis");
        assert!((right.low / 100.0 - 1.0).abs() < 1e-9 && (right.high / 1e4 - 1.0).abs() < 1e-9);
    }

    #[test]
    fn an_axis_is_held_while_a_line_is_dragged() {
        let mut view = View::default();
        let held = view.whole(&figure(vec![[0.0, 0.0], [100.0, 10.0]]));
        view.hold(true, &held);
        assert_eq!(view.whole(&figure(vec![[0.0, 0.0], [900.0, 10.0]])), held);
        view.hold(false, &held);
        assert_eq!(
            view.whole(&figure(vec![[0.0, 0.0], [900.0, 10.0]])).x.high,
            900.0
        );
    }
}
