//! Pictures in place, and the pixels of each.

use super::Rect;
use crate::plot::colour::map::{ColourMap, Colouring};
use crate::plot::colour::{Palette, Rgb};
use crate::plot::spec::{FigureSpec, HeatMap, ImageCell, Layer};

/// Where the pixels of a picture come from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Source {
    /// The heat map in this layer, between these cell coordinates (x, y from the lower left; cell k covers k..k+1).
    Map {
        layer: usize,
        from: [f64; 2],
        to: [f64; 2],
    },
    /// The colours of a colour bar, the highest value at the top.
    Bar(ColourMap),
    /// A small picture: its layer, row and column.
    Image {
        layer: usize,
        row: usize,
        column: usize,
    },
}

/// A picture in place.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Picture {
    pub(crate) rect: Rect,
    pub(crate) columns: usize,
    pub(crate) rows: usize,
    pub(crate) source: Source,
    /// Whether a viewer may interpolate between pixels.
    pub(crate) smooth: bool,
}

/// Pixels of a picture.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Pixels {
    pub(crate) columns: usize,
    pub(crate) rows: usize,
    /// columns·rows RGB triples from the upper left.
    pub(crate) rgb: Vec<u8>,
}

impl Picture {
    /// The pixels; all of them black if `figure` is not the one the picture is of.
    pub(crate) fn pixels(&self, figure: &FigureSpec, palette: &Palette) -> Pixels {
        let (columns, rows) = (self.columns, self.rows);
        let rgb = match self.source {
            Source::Map { layer, from, to } => match figure.layers.get(layer) {
                Some(Layer::HeatMap(map)) => map_pixels(map, (from, to), (columns, rows), palette),
                _ => Vec::new(),
            },
            Source::Bar(colours) => (0..rows)
                .flat_map(|i| colours.at(1.0 - (i as f64 + 0.5) / rows as f64))
                .collect(),
            Source::Image { layer, row, column } => image(figure, layer, row, column)
                .map(image_pixels)
                .unwrap_or_default(),
        };
        let mut pixels = Pixels { columns, rows, rgb };
        pixels.rgb.resize(columns * rows * 3, 0);
        pixels
    }
}

/// One small picture of a figure.
pub(crate) fn image(
    figure: &FigureSpec,
    layer: usize,
    row: usize,
    column: usize,
) -> Option<&ImageCell> {
    match figure.layers.get(layer)? {
        Layer::Images(images) => images.rows.get(row)?.images.get(column),
        _ => None,
    }
}

fn image_pixels(image: &ImageCell) -> Vec<u8> {
    match image.channels {
        1 => image.pixels.iter().flat_map(|&v| [v; 3]).collect(),
        _ => image.pixels.to_vec(),
    }
}

fn map_pixels(
    map: &HeatMap,
    (from, to): ([f64; 2], [f64; 2]),
    (columns, rows): (usize, usize),
    palette: &Palette,
) -> Vec<u8> {
    if map.nx == 0 || map.ny == 0 || map.nx.checked_mul(map.ny) != Some(map.values.len()) {
        return Vec::new();
    }
    let colouring = Colouring::of(map, palette);
    // Through a table: working out a colour for every pixel would be the larger part. Names have a colour each.
    let table: Option<Vec<Rgb>> = (!map.is_of_names()).then(|| {
        (0..TABLE)
            .map(|i| map.at(i as f64 / (TABLE - 1) as f64))
            .collect()
    });
    let colour = |value: f64| match (&table, colouring.position(value)) {
        (Some(table), Some(share)) => table[(share * (TABLE - 1) as f64).round() as usize],
        _ => colouring.rgb(value),
    };
    let mut rgb = Vec::with_capacity(columns * rows * 3);
    for row in 0..rows {
        let v = to[1] + (from[1] - to[1]) * (row as f64 + 0.5) / rows as f64;
        for column in 0..columns {
            let u = from[0] + (to[0] - from[0]) * (column as f64 + 0.5) / columns as f64;
            rgb.extend(colour(sample(map, u, v)));
        }
    }
    rgb
}

/// Colours in the table of a colour map.
const TABLE: usize = 1024;

/// The map's value at cell coordinates (u, v): of the cell there, or between cell centres.
/// Wherever a neighbour is not a number, so is the value: a hole never shrinks.
fn sample(map: &HeatMap, u: f64, v: f64) -> f64 {
    let at = |i: usize, j: usize| map.values[j.min(map.ny - 1) * map.nx + i.min(map.nx - 1)];
    if !map.smooth {
        return at(u.max(0.0) as usize, v.max(0.0) as usize);
    }
    let split = |c: f64, n: usize| {
        let c = (c - 0.5).clamp(0.0, (n - 1) as f64);
        (c as usize, c.fract())
    };
    let ((i, s), (j, t)) = (split(u, map.nx), split(v, map.ny));
    let blend = |a: f64, b: f64, share: f64| {
        if share == 0.0 {
            a
        } else {
            a * (1.0 - share) + b * share
        }
    };
    let low = blend(at(i, j), at(i + 1, j), s);
    let high = blend(at(i, j + 1), at(i + 1, j + 1), s);
    blend(low, high, t)
}
