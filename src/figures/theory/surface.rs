//! What the loss-surface tiles share: a grid of values as a heat map with contours.

use crate::plot::shape::contour::levels;
use crate::plot::{ColourMap, ColourScale, HeatMap};

/// A function sampled at the centres of `nx`·`ny` equal cells of a rectangle.
#[derive(Debug, Clone, Copy)]
pub struct SurfaceGrid<'a> {
    /// Left and right edge of the rectangle.
    pub x_range: (f64, f64),
    /// Lower and upper edge of the rectangle.
    pub y_range: (f64, f64),
    /// Cells along x.
    pub nx: usize,
    /// Cells along y.
    pub ny: usize,
    /// nx·ny values, row by row from the lowest y.
    pub values: &'a [f64],
}

impl SurfaceGrid<'_> {
    /// The (x, y) of every cell centre, in the order of `values`: where to evaluate the function.
    pub fn centres(
        x_range: (f64, f64),
        y_range: (f64, f64),
        nx: usize,
        ny: usize,
    ) -> impl Iterator<Item = (f64, f64)> {
        let at = |range: (f64, f64), k: usize, n: usize| {
            range.0 + (range.1 - range.0) * (k as f64 + 0.5) / n as f64
        };
        (0..ny).flat_map(move |j| (0..nx).map(move |i| (at(x_range, i, nx), at(y_range, j, ny))))
    }

    /// The heat map, its colours over the values' whole range, with contours that lie closer together
    /// near the least value.
    pub(crate) fn heat_map(
        &self,
        id: &str,
        label: &str,
        colour_map: ColourMap,
        scale: ColourScale,
    ) -> HeatMap {
        let finite = self.values.iter().copied().filter(|v| v.is_finite());
        let low = finite.clone().fold(f64::INFINITY, f64::min);
        let high = finite.fold(f64::NEG_INFINITY, f64::max);
        HeatMap {
            id: id.to_owned(),
            x_range: self.x_range,
            y_range: self.y_range,
            nx: self.nx,
            ny: self.ny,
            values: self.values.to_vec(),
            colour_map,
            scale,
            range: None,
            contours: levels(low, high, 12, scale),
            label: label.to_owned(),
            smooth: true,
        }
    }
}
