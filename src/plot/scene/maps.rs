//! Heat maps: the picture of the values and the contours over it.

use std::sync::Arc;

use super::item::{Canvas, Paint, Rect, Stroke};
use super::layout::{Axes, Layout};
use super::pictures::{Picture, Source};
use super::{Medium, Page};
use crate::plot::axis::frame::AxisMap;
use crate::plot::shape::contour::heat_map_contours;
use crate::plot::spec::{FigureSpec, HeatMap, Layer};

/// Most pixels along one side of a picture.
const MOST: usize = 2048;

/// The pictures of all heat maps.
///
/// On paper a map is cut to the plot and sampled at the density of the page. On screen it is one pixel a cell and whole,
/// so that moving about in it takes no new picture; the window cuts it to the plot.
pub(crate) fn pictures(figure: &FigureSpec, page: &Page<'_>, layout: &Layout) -> Vec<Picture> {
    let layers = figure.layers.iter().enumerate();
    layers
        .filter_map(|(index, layer)| match layer {
            Layer::HeatMap(map) => picture(map, index, page, &layout.axes),
            _ => None,
        })
        .collect()
}

/// Where a map's edges fall along one axis, as shares of the plot, and the part that is drawn.
struct Side {
    from: f64,
    to: f64,
    cells: usize,
    shown: (f64, f64),
}

impl Side {
    fn of(axis: &AxisMap, range: (f64, f64), cells: usize, whole: bool) -> Option<Self> {
        let (from, to) = (axis.to_unit(range.0)?, axis.to_unit(range.1)?);
        let (low, high) = (from.min(to), from.max(to));
        let shown = (low.clamp(0.0, 1.0), high.clamp(0.0, 1.0));
        let usable = cells > 0 && to != from && shown.1 > shown.0;
        // Too far out for the numbers of the screen: cut like on paper.
        let whole = whole && high - low < 1e4;
        usable.then_some(Self {
            from,
            to,
            cells,
            shown: if whole { (low, high) } else { shown },
        })
    }

    /// The cell coordinate at a share of the plot; cell k covers k..k+1.
    fn cell(&self, share: f64) -> f64 {
        (share - self.from) / (self.to - self.from) * self.cells as f64
    }

    fn length(&self) -> f64 {
        self.shown.1 - self.shown.0
    }
}

fn picture(map: &HeatMap, layer: usize, page: &Page<'_>, axes: &Axes) -> Option<Picture> {
    if map.nx.checked_mul(map.ny) != Some(map.values.len()) {
        return None;
    }
    let whole = page.medium == Medium::Screen;
    let across = Side::of(&axes.frame.x, map.x_range, map.nx, whole)?;
    let up = Side::of(&axes.frame.y, map.y_range, map.ny, whole)?;
    let plot = axes.plot;
    let rect = Rect {
        x: plot.x + across.shown.0 * plot.width,
        y: plot.bottom() - up.shown.1 * plot.height,
        width: across.length() * plot.width,
        height: up.length() * plot.height,
    };
    let pixels = |length: f64, cells: usize| {
        let wanted = if whole {
            cells
        } else {
            (length * page.density) as usize
        };
        wanted.clamp(1, MOST)
    };
    Some(Picture {
        rect,
        columns: pixels(rect.width, map.nx),
        rows: pixels(rect.height, map.ny),
        source: Source::Map {
            layer,
            from: [across.cell(across.shown.0), up.cell(up.shown.0)],
            to: [across.cell(across.shown.1), up.cell(up.shown.1)],
        },
        smooth: map.smooth,
    })
}

/// Lines in shares of a map's rectangle, from its lower left corner.
pub(crate) type Contours = Vec<Vec<[f64; 2]>>;

/// The contours of a map.
pub(crate) fn contours(map: &HeatMap) -> Contours {
    let levels = map.contours.iter();
    levels
        .flat_map(|&level| heat_map_contours(map, level))
        .collect()
}

/// Draws the contours of the map in layer `index`.
pub(crate) fn draw_contours(canvas: &mut Canvas<'_>, map: &HeatMap, index: usize, axes: &Axes) {
    let edges = |a: &AxisMap, r: (f64, f64)| Some((a.to_unit(r.0)?, a.to_unit(r.1)?));
    let (Some((x0, x1)), Some((y0, y1))) = (
        edges(&axes.frame.x, map.x_range),
        edges(&axes.frame.y, map.y_range),
    ) else {
        return;
    };
    let plot = axes.plot;
    let paint = Paint::stroke(Stroke::solid([255; 3], 0.5)).with_opacity(0.6);
    let known = canvas.page.contours.get(&index).map(Arc::clone);
    for line in known.unwrap_or_else(|| Arc::new(contours(map))).iter() {
        let points: Vec<[f64; 2]> = line
            .iter()
            .map(|[across, up]| {
                let u = x0 + (x1 - x0) * across;
                let v = y0 + (y1 - y0) * up;
                [plot.x + u * plot.width, plot.bottom() - v * plot.height]
            })
            .collect();
        // Ranges near the largest numbers leave no place that can be written.
        if points.as_flattened().iter().all(|v| v.abs() < 1e7) {
            canvas.path(points, false, paint, true);
        }
    }
}
