//! Heat maps: a texture painted when the values change, contours found at the same time, and a
//! colour bar. A value that is not a number has a colour of its own, on the map and on the bar.

use egui::{
    Align2, Color32, ColorImage, Context, Mesh, Painter, Pos2, Rect, Shape, Stroke, TextureHandle,
    TextureOptions, pos2, vec2,
};

use super::digest::Digest;
use super::layout::{ColourBar, FONT, TICK_GAP};
use super::project::Projection;
use super::text;
use crate::app::widgets::theme::colour;
use crate::plot::shape::contour::heat_map_contours;
use crate::plot::{ColourMap, Colouring, FigureSpec, HeatMap, Layer, Palette};

/// One painted map.
struct Painted {
    key: u64,
    texture: TextureHandle,
    colouring: Colouring,
    /// In shares of the map's rectangle.
    contours: Vec<Vec<[f64; 2]>>,
}

/// The painted heat maps of one figure.
#[derive(Default)]
pub(crate) struct HeatMaps {
    painted: Vec<Painted>,
    /// Textures uploaded so far.
    pub(crate) uploads: u64,
}

impl HeatMaps {
    /// Repaints what has changed since the last frame.
    pub(crate) fn update(&mut self, ctx: &Context, figure: &FigureSpec, palette: &Palette) {
        let maps = figure.layers.iter().filter_map(|l| match l {
            Layer::HeatMap(map) => Some(map),
            _ => None,
        });
        let mut count = 0;
        for (index, map) in maps.enumerate() {
            count = index + 1;
            let key = key_of(map, palette);
            if self.painted.get(index).is_some_and(|p| p.key == key) {
                continue;
            }
            let colouring = Colouring::of(map, palette);
            let most = ctx.input(|i| i.max_texture_side).max(1);
            let image = image_of(map, &colouring, most);
            let contours = map
                .contours
                .iter()
                .flat_map(|&level| heat_map_contours(map, level))
                .collect();
            let options = if map.smooth {
                TextureOptions::LINEAR
            } else {
                TextureOptions::NEAREST
            };
            self.uploads += 1;
            match self.painted.get_mut(index) {
                Some(painted) => {
                    painted.texture.set(image, options);
                    painted.key = key;
                    painted.colouring = colouring;
                    painted.contours = contours;
                }
                None => self.painted.push(Painted {
                    key,
                    texture: ctx.load_texture(&map.id, image, options),
                    colouring,
                    contours,
                }),
            }
        }
        self.painted.truncate(count);
    }

    /// Colours of the first map, for the colour bar.
    pub(crate) fn colouring(&self) -> Option<&Colouring> {
        self.painted.first().map(|p| &p.colouring)
    }

    /// Paints every map under the grid.
    pub(crate) fn paint(&self, figure: &FigureSpec, painter: &Painter, p: &Projection) {
        let maps = figure.layers.iter().filter_map(|l| match l {
            Layer::HeatMap(map) => Some(map),
            _ => None,
        });
        for (map, painted) in maps.zip(&self.painted) {
            if let Some(rect) = rect_of(map, p) {
                let uv = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
                painter.image(painted.texture.id(), rect, uv, Color32::WHITE);
            }
        }
    }

    /// Paints the contours of map `index`.
    pub(crate) fn paint_contours(
        &self,
        index: usize,
        map: &HeatMap,
        painter: &Painter,
        p: &Projection,
    ) {
        let (Some(painted), Some(rect)) = (self.painted.get(index), rect_of(map, p)) else {
            return;
        };
        let stroke = Stroke::new(0.8, Color32::from_white_alpha(105));
        painter.extend(painted.contours.iter().map(|line| {
            let at = |q: &[f64; 2]| -> Pos2 {
                rect.left_bottom() + vec2(q[0] as f32 * rect.width(), -q[1] as f32 * rect.height())
            };
            Shape::line(line.iter().map(at).collect(), stroke)
        }));
    }
}

/// The map's rectangle on screen; `None` if its ranges have no place on the axes.
pub(crate) fn rect_of(map: &HeatMap, p: &Projection) -> Option<Rect> {
    let left_bottom = pos2(p.x.at(map.x_range.0)?, p.y.at(map.y_range.0)?);
    let right_top = pos2(p.x.at(map.x_range.1)?, p.y.at(map.y_range.1)?);
    Some(Rect::from_min_max(
        pos2(left_bottom.x, right_top.y),
        pos2(right_top.x, left_bottom.y),
    ))
}

/// The cell under a position and its value.
pub(crate) fn cell_at(map: &HeatMap, p: &Projection, at: Pos2) -> Option<(usize, f64)> {
    let rect = rect_of(map, p).filter(Rect::is_positive)?;
    let along = f64::from((at.x - rect.left()) / rect.width());
    let up = f64::from((rect.bottom() - at.y) / rect.height());
    if !((0.0..1.0).contains(&along) && (0.0..1.0).contains(&up)) {
        return None;
    }
    let (i, j) = (along * map.nx as f64, up * map.ny as f64);
    let index = j as usize * map.nx + i as usize;
    map.values.get(index).map(|&v| (index, v))
}

fn key_of(map: &HeatMap, palette: &Palette) -> u64 {
    let mut d = Digest::new();
    d.numbers(&map.values);
    d.numbers(&map.contours);
    d.word(map.nx as u64);
    d.word(map.ny as u64);
    let (a, b) = map.range.unwrap_or((f64::NAN, f64::NAN));
    d.numbers(&[a, b]);
    let map_index = ColourMap::ALL.iter().position(|m| m.1 == map.colour_map);
    d.word(map_index.unwrap_or(usize::MAX) as u64);
    d.word(map.categories.len() as u64);
    d.word((map.scale as u64) << 1 | u64::from(map.smooth));
    let [r, g, b] = palette.not_a_number.map(u64::from);
    d.word(r << 16 | g << 8 | b);
    d.finish()
}

/// The map as pixels from the top left, at most `most` to a side. A map whose sizes do not fit its
/// values is one transparent pixel.
fn image_of(map: &HeatMap, colouring: &Colouring, most: usize) -> ColorImage {
    let (nx, ny) = (map.nx, map.ny);
    if nx == 0 || ny == 0 || nx.checked_mul(ny) != Some(map.values.len()) {
        return ColorImage::new([1, 1], vec![Color32::TRANSPARENT]);
    }
    // Through a table: evaluating the colour map for every cell would be the larger part.
    let table: Vec<Color32> = (0..512)
        .map(|i| {
            let share = f64::from(i) / 511.0;
            colour(map.at(share))
        })
        .collect();
    let hole = colour(colouring.rgb(f64::NAN));
    let (columns, rows) = (nx.min(most), ny.min(most));
    let mut pixels = Vec::with_capacity(columns * rows);
    for row in (0..rows).rev() {
        let j = row * ny / rows;
        for column in 0..columns {
            let value = map.values[j * nx + column * nx / columns];
            let share = colouring.position(value);
            pixels.push(share.map_or(hole, |s| table[(s * 511.0).round() as usize]));
        }
    }
    ColorImage::new([columns, rows], pixels)
}

/// Paints the colour bar, its ticks and, if there are such values, what "not a number" looks like.
pub(crate) fn paint_bar(
    painter: &Painter,
    bar: &ColourBar,
    map: &HeatMap,
    colouring: &Colouring,
    palette: &Palette,
) {
    let muted = colour(palette.muted);
    let mut rect = bar.rect;
    if colouring.has_nan && rect.height() > 60.0 {
        // Below the bar's foot, level with the tick labels of the horizontal axis.
        let top = rect.bottom() + TICK_GAP + 1.0;
        let swatch = Rect::from_min_size(pos2(rect.left(), top), vec2(rect.width(), 9.0));
        painter.rect_filled(swatch, 1.0, colour(palette.not_a_number));
        let galley = text::galley(painter, "NaN", FONT, muted);
        let at = pos2(swatch.right() + TICK_GAP, swatch.center().y);
        text::put(painter, at, Align2::LEFT_CENTER, galley);
    }
    rect = rect.intersect(painter.clip_rect());
    let steps = 48_u32;
    let mut mesh = Mesh::default();
    for i in 0..=steps {
        let share = f64::from(i) / f64::from(steps);
        let y = bar.rect.bottom() - share as f32 * bar.rect.height();
        let ink = colour(map.at(share));
        mesh.colored_vertex(pos2(rect.left(), y), ink);
        mesh.colored_vertex(pos2(rect.right(), y), ink);
        if i > 0 {
            let k = 2 * i;
            mesh.add_triangle(k - 2, k - 1, k);
            mesh.add_triangle(k - 1, k, k + 1);
        }
    }
    painter.add(mesh);
    for tick in bar.ticks.iter().filter(|t| !t.label.is_empty()) {
        let at = pos2(bar.rect.right() + TICK_GAP, tick.at);
        let galley = text::galley(painter, &tick.label, FONT, muted);
        text::put(painter, at, Align2::LEFT_CENTER, galley);
        let y = painter.round_to_pixel_center(tick.at);
        let mark = bar.rect.right()..=bar.rect.right() + 2.5;
        painter.hline(mark, y, Stroke::new(1.0, muted));
    }
}
