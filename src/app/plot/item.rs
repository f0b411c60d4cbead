//! A scene as an item of an [`egui_plot::Plot`].

use std::ops::RangeInclusive;

use egui::{Color32, Shape, Ui};
use egui_plot::{PlotBounds, PlotGeometry, PlotItem, PlotItemBase, PlotTransform};

/// Draws a whole figure for the bounds that a plot has settled on.
///
/// It paints by itself instead of handing over shapes: the plot would cut them to its rectangle, and with it the
/// markers at its edges, the tick labels and the legend.
pub(crate) struct FigureItem<F> {
    base: PlotItemBase,
    draw: F,
}

impl<F: Fn(&Ui, &PlotTransform)> FigureItem<F> {
    pub(crate) fn new(draw: F) -> Self {
        Self {
            base: PlotItemBase::new(String::new()),
            draw,
        }
    }
}

impl<F: Fn(&Ui, &PlotTransform)> PlotItem for FigureItem<F> {
    fn shapes(&self, ui: &Ui, transform: &PlotTransform, _shapes: &mut Vec<Shape>) {
        (self.draw)(ui, transform);
    }

    fn initialize(&mut self, _: RangeInclusive<f64>) {}

    fn color(&self) -> Color32 {
        Color32::TRANSPARENT
    }

    /// What is under the pointer is found by the window, which knows keys and cells.
    fn geometry(&self) -> PlotGeometry<'_> {
        PlotGeometry::None
    }

    /// The bounds of the whole are given to the plot, with the room that marks and labels need.
    fn bounds(&self) -> PlotBounds {
        PlotBounds::NOTHING
    }

    fn base(&self) -> &PlotItemBase {
        &self.base
    }

    fn base_mut(&mut self) -> &mut PlotItemBase {
        &mut self.base
    }
}
