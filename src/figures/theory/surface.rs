//! What the loss surfaces share: a function on a rectangle as a heat map with contours, and the marks on it.

use crate::plot::shape::contour::levels;
use crate::plot::{Axis, Colour, ColourMap, ColourScale, HeatMap, MarkerStyle, Series, Shape};

/// Marks on a heat map are white, on either palette.
pub(crate) const WHITE: Colour = Colour::Rgb([255, 255, 255]);
/// The model on a heat map is a bright orange, on either palette.
pub(crate) const MODEL: Colour = Colour::Rgb([255, 176, 59]);

/// The (x, y) of the centres of nx·ny equal cells of a rectangle, row by row from the lowest y: where to evaluate a
/// function.
pub(crate) fn centres(
    [x, y]: [(f64, f64); 2],
    (nx, ny): (usize, usize),
) -> impl Iterator<Item = (f64, f64)> {
    let at = |range: (f64, f64), k: usize, n: usize| {
        range.0 + (range.1 - range.0) * (k as f64 + 0.5) / n as f64
    };
    (0..ny).flat_map(move |j| (0..nx).map(move |i| (at(x, i, nx), at(y, j, ny))))
}

/// The heat map of values at [`centres`], its colours over their whole range, with contours that lie closer together
/// near the least value.
pub(crate) fn surface(
    id: &str,
    ranges: [(f64, f64); 2],
    cells: (usize, usize),
    values: Vec<f64>,
    (colours, scale): (ColourMap, ColourScale),
) -> HeatMap {
    let finite = values.iter().copied().filter(|v| v.is_finite());
    let low = finite.clone().fold(f64::INFINITY, f64::min);
    let high = finite.fold(f64::NEG_INFINITY, f64::max);
    HeatMap {
        contours: levels(low, high, 12, scale),
        ..HeatMap::new(id, ranges, cells, values).colours(colours, scale)
    }
}

/// An axis of a surface.
pub(crate) fn axis(label: &str, range: (f64, f64)) -> Axis {
    Axis::linear(label).with_range(range.0, range.1)
}

/// White marks of one kind.
pub(crate) fn marks(id: &str, name: &str, at: Vec<[f64; 2]>, marker: MarkerStyle) -> Series {
    Series::markers(id, name, at, marker, WHITE)
}

/// The origin: a ring for a saddle, a dot for a minimum, and the word in the legend.
pub(crate) fn origin(word: &str, ring: bool) -> Series {
    let shape = if ring { Shape::Ring } else { Shape::Circle };
    let marker = MarkerStyle::new(shape, !ring).sized(6.5);
    marks(
        "origin",
        &format!("origin: {word}"),
        vec![[0.0, 0.0]],
        marker,
    )
}

/// The mark of a minimum.
pub(crate) fn minimum() -> MarkerStyle {
    MarkerStyle::new(Shape::Diamond, true).sized(6.0)
}

/// The way the model came.
pub(crate) fn path(trail: &[[f64; 2]]) -> Series {
    Series::line("trail", "", trail.to_vec(), MODEL).width(1.3)
}

/// Where the model stands.
pub(crate) fn current(at: [f64; 2]) -> Series {
    let marker = MarkerStyle::new(Shape::Circle, true).sized(6.0);
    Series::markers("current", "this model", vec![at], marker, MODEL)
}
