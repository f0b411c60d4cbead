//! Rasters: heat maps resampled for paper, and grids of small pictures.

use super::super::spec::{FigureSpec, HeatMap, ImageCell, ImageRow, Layer};
use super::axes::draw_texts;
use super::layout::{Layout, MARGIN, TITLE};
use super::text::{shorten, width, wrap};
use super::{Align, Canvas, Picture, Rect};
use crate::plot::axis::frame::AxisMap;
use crate::plot::colour::map::Colouring;

/// Pixels per unit of a resampled heat map: 144 dpi for 8 pt text, plenty for a smooth field.
const DENSITY: f64 = 2.0;
/// Largest number of pixels along one side of a resampled heat map.
const MOST_PIXELS: usize = 2048;

/// Draws every heat map, cut to the plot.
pub(crate) fn draw_heat_maps(canvas: &mut Canvas<'_>, figure: &FigureSpec, layout: &Layout) {
    for layer in &figure.layers {
        if let Layer::HeatMap(map) = layer {
            canvas.pictures.extend(heat_map(canvas, map, layout));
        }
    }
}

/// Where a map's edges fall along one axis, as shares of the plot, and the part that shows.
struct Side {
    from: f64,
    to: f64,
    cells: usize,
    shown: (f64, f64),
}

impl Side {
    fn of(axis: &AxisMap, range: (f64, f64), cells: usize) -> Option<Self> {
        let (from, to) = (axis.to_unit(range.0)?, axis.to_unit(range.1)?);
        let shown = (from.min(to).clamp(0.0, 1.0), from.max(to).clamp(0.0, 1.0));
        let usable = cells > 0 && to != from && shown.1 > shown.0;
        usable.then_some(Self {
            from,
            to,
            cells,
            shown,
        })
    }

    /// The cell coordinate at share `t` of the shown part; cell k covers k..k+1.
    fn cell(&self, t: f64) -> f64 {
        let unit = self.shown.0 + (self.shown.1 - self.shown.0) * t;
        (unit - self.from) / (self.to - self.from) * self.cells as f64
    }
}

fn heat_map(canvas: &Canvas<'_>, map: &HeatMap, layout: &Layout) -> Option<Picture> {
    if map.nx.checked_mul(map.ny) != Some(map.values.len()) {
        return None;
    }
    let across = Side::of(&layout.frame.x, map.x_range, map.nx)?;
    let up = Side::of(&layout.frame.y, map.y_range, map.ny)?;
    let plot = layout.plot;
    let rect = Rect {
        x: plot.x + across.shown.0 * plot.width,
        y: plot.bottom() - up.shown.1 * plot.height,
        width: (across.shown.1 - across.shown.0) * plot.width,
        height: (up.shown.1 - up.shown.0) * plot.height,
    };
    let pixels = |length: f64| ((length * DENSITY) as usize).clamp(1, MOST_PIXELS);
    let (columns, rows) = (pixels(rect.width), pixels(rect.height));
    let colouring = Colouring::of(map, canvas.palette);
    let mut rgb = Vec::with_capacity(columns * rows * 3);
    for row in 0..rows {
        let v = up.cell(1.0 - (row as f64 + 0.5) / rows as f64);
        for column in 0..columns {
            let u = across.cell((column as f64 + 0.5) / columns as f64);
            rgb.extend(colouring.rgb(sample(map, u, v)));
        }
    }
    Some(Picture {
        rect,
        columns,
        rows,
        rgb,
        smooth: map.smooth,
    })
}

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

/// Draws a figure of nothing but pictures; returns the rectangle of the grid and the height used,
/// at most `height`.
pub(crate) fn draw_rows(
    canvas: &mut Canvas<'_>,
    figure: &FigureSpec,
    page_width: f64,
    height: f64,
) -> (Rect, f64) {
    let font = canvas.font;
    let room = page_width - 2.0 * MARGIN;
    let mut y = MARGIN;
    let mut place = |texts: Vec<String>, size: f64| -> Vec<(f64, f64, String)> {
        texts
            .into_iter()
            .map(|text| {
                y += size * 1.25;
                (MARGIN, y - size * 0.3, text)
            })
            .collect()
    };
    let title = place(wrap(&figure.title, font * TITLE, room), font * TITLE);
    let subtitle = place(wrap(&figure.subtitle, font, room), font);
    let notes: Vec<String> = figure
        .notes
        .iter()
        .flat_map(|n| wrap(n, font, room))
        .collect();
    let notes_height = notes.len() as f64 * font * 1.3;

    let rows: Vec<&ImageRow> = figure
        .layers
        .iter()
        .filter_map(|l| match l {
            Layer::Images(images) => Some(&images.rows),
            _ => None,
        })
        .flatten()
        .collect();
    let names = rows
        .iter()
        .map(|r| width(&r.label, font))
        .fold(0.0, f64::max)
        .min(room * 0.35);
    let left = MARGIN + if names > 0.0 { names + font * 0.6 } else { 0.0 };
    let top = y + font * 0.4;
    let most = rows
        .iter()
        .map(|r| r.images.len())
        .max()
        .unwrap_or(0)
        .max(1) as f64;
    let captions = |row: &ImageRow| row.images.iter().any(|i| !i.caption.is_empty());
    let caption_height = |row: &ImageRow| if captions(row) { font * 1.05 } else { 0.0 };
    let all_captions: f64 = rows.iter().map(|r| caption_height(r)).sum();
    let gap = 2.0;
    let count = rows.len().max(1) as f64;
    let across = (page_width - MARGIN - left - gap * (most - 1.0)) / most;
    let down = height - MARGIN - notes_height - font * 0.4 - top - all_captions;
    let cell = across
        .min((down - gap * 2.0 * (count - 1.0)) / count)
        .max(2.0);

    let mut at = top;
    for row in &rows {
        let label = shorten(&row.label, font, names.max(1.0));
        let middle = at + cell / 2.0 + font * 0.35;
        canvas.label(
            [left - font * 0.6, middle],
            &label,
            canvas.palette.foreground,
            Align::End,
        );
        for (k, image) in row.images.iter().enumerate() {
            let x = left + k as f64 * (cell + gap);
            canvas.pictures.extend(picture(image, x, at, cell));
            let caption = shorten(&image.caption, font * 0.8, cell + gap);
            let baseline = at + cell + font * 0.85;
            let size = canvas.font;
            canvas.font = size * 0.8;
            canvas.label(
                [x + cell / 2.0, baseline],
                &caption,
                canvas.palette.muted,
                Align::Middle,
            );
            canvas.font = size;
        }
        at += cell + caption_height(row) + gap * 2.0;
    }
    let grid = Rect {
        x: left,
        y: top,
        width: page_width - MARGIN - left,
        height: (at - top).max(1.0),
    };
    let notes: Vec<_> = notes
        .into_iter()
        .enumerate()
        .map(|(i, text)| (MARGIN, at + font * (1.2 + 1.3 * i as f64), text))
        .collect();
    draw_texts(canvas, &title, &subtitle, &notes);
    let used = at + notes_height + font * 0.4 + MARGIN;
    (grid, used)
}

/// One picture, as large as fits a square cell; nothing if its pixels do not match its size.
fn picture(image: &ImageCell, x: f64, y: f64, cell: f64) -> Option<Picture> {
    let count = image.width.checked_mul(image.height)?;
    if count == 0 || image.pixels.len() != count.checked_mul(image.channels)? {
        return None;
    }
    let rgb: Vec<u8> = match image.channels {
        1 => image.pixels.iter().flat_map(|&v| [v; 3]).collect(),
        3 => image.pixels.to_vec(),
        _ => return None,
    };
    let scale = cell / image.width.max(image.height) as f64;
    let (w, h) = (image.width as f64 * scale, image.height as f64 * scale);
    let rect = Rect {
        x: x + (cell - w) / 2.0,
        y: y + (cell - h) / 2.0,
        width: w,
        height: h,
    };
    Some(Picture {
        rect,
        columns: image.width,
        rows: image.height,
        rgb,
        smooth: false,
    })
}
