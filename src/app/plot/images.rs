//! A grid of small pictures in labelled rows, drawn from one texture that is uploaded only when a
//! picture changes.

use std::sync::Arc;

use egui::{
    Align2, Color32, ColorImage, Context, Pos2, Rect, Stroke, StrokeKind, TextureFilter,
    TextureHandle, TextureOptions, Ui, pos2, vec2,
};

use super::layout::{FONT, ROW};
use super::text;
use crate::app::widgets::theme::colour;
use crate::plot::{FigureSpec, ImageCell, ImageRow, Layer, Palette};

/// Room between pictures.
const GAP: f32 = 4.0;
/// Rows from which they stand close together, as one grid rather than as rows.
const MANY: usize = 6;
/// A picture smaller than this says nothing; rather fewer are shown.
const LEAST: f32 = 14.0;
/// Widest row of the texture.
const SHELF: usize = 2048;
/// Enlarged pixels, averaged when reduced.
const CRISP: TextureOptions = TextureOptions {
    magnification: TextureFilter::Nearest,
    minification: TextureFilter::Linear,
    ..TextureOptions::NEAREST
};

/// One picture's place in the texture.
struct Packed {
    pixels: Arc<[u8]>,
    size: [usize; 3],
    /// `None` for a picture whose sizes do not fit its pixels, or without room.
    place: Option<[usize; 2]>,
}

/// The pictures of one figure as a texture.
#[derive(Default)]
pub(crate) struct Pictures {
    texture: Option<TextureHandle>,
    packed: Vec<Packed>,
    /// Textures uploaded so far.
    pub(crate) uploads: u64,
}

/// A picture under the pointer: its row's label, its column, its caption.
pub(crate) struct Hovered {
    pub(crate) row: String,
    pub(crate) column: usize,
    pub(crate) caption: String,
}

fn rows(figure: &FigureSpec) -> impl Iterator<Item = &ImageRow> {
    figure.layers.iter().flat_map(|l| match l {
        Layer::Images(images) => images.rows.as_slice(),
        _ => &[],
    })
}

impl Pictures {
    /// Uploads the texture anew if any picture has changed.
    pub(crate) fn update(&mut self, ctx: &Context, figure: &FigureSpec) {
        let cells = || rows(figure).flat_map(|r| &r.images);
        let mut same = self.packed.len() == cells().count();
        for (packed, cell) in self.packed.iter_mut().zip(cells()) {
            if !same {
                break;
            }
            same = packed.size == size_of(cell)
                && (Arc::ptr_eq(&packed.pixels, &cell.pixels) || packed.pixels == cell.pixels);
            if same && !Arc::ptr_eq(&packed.pixels, &cell.pixels) {
                packed.pixels = Arc::clone(&cell.pixels);
            }
        }
        if same {
            return;
        }
        let side = ctx.input(|i| i.max_texture_side).clamp(1, SHELF);
        let (packed, size) = pack(cells(), side);
        self.packed = packed;
        self.uploads += 1;
        let image = image_of(&self.packed, size);
        match &mut self.texture {
            Some(texture) => texture.set(image, CRISP),
            None => self.texture = Some(ctx.load_texture(&figure.id, image, CRISP)),
        }
    }

    /// Paints the grid into `rect`.
    pub(crate) fn paint(
        &self,
        ui: &Ui,
        rect: Rect,
        figure: &FigureSpec,
        palette: &Palette,
        pointer: Option<Pos2>,
    ) -> Option<Hovered> {
        let painter = ui.painter();
        let muted = colour(palette.muted);
        let grid = Grid::fit(ui, rect, figure, palette);
        let mut hovered = None;
        let mut index = 0;
        for (r, row) in rows(figure).enumerate() {
            let first = index;
            index += row.images.len();
            let top = rect.top() + r as f32 * grid.pitch.y + grid.above;
            if top + grid.cell.y > rect.bottom() + 1.0 {
                continue;
            }
            if grid.label > 0.0 {
                let galley = text::elided(painter, &row.label, FONT, muted, grid.label - 8.0);
                let at = pos2(rect.left(), top + grid.cell.y / 2.0);
                text::put(painter, at, Align2::LEFT_CENTER, galley);
            }
            for (c, cell) in row.images.iter().enumerate().take(grid.columns) {
                let min = pos2(rect.left() + grid.label + c as f32 * grid.pitch.x, top);
                let place = Rect::from_min_size(snap(painter, min), grid.cell);
                self.paint_cell(ui, first + c, place, palette);
                if !cell.caption.is_empty() && grid.captions {
                    let galley = text::elided(
                        painter,
                        &cell.caption,
                        FONT - 1.0,
                        muted,
                        grid.pitch.x - 2.0,
                    );
                    let at = place.center_bottom() + vec2(0.0, 1.0);
                    text::put(painter, at, Align2::CENTER_TOP, galley);
                }
                let free = cell.width == 0 && cell.height == 0;
                if !free && pointer.is_some_and(|at| place.expand(1.0).contains(at)) {
                    let ink = Stroke::new(1.5, colour(palette.foreground));
                    painter.rect_stroke(place, 1.0, ink, StrokeKind::Outside);
                    hovered = Some(Hovered {
                        row: row.label.clone(),
                        column: c,
                        caption: cell.caption.clone(),
                    });
                }
            }
        }
        hovered
    }

    fn paint_cell(&self, ui: &Ui, index: usize, place: Rect, palette: &Palette) {
        let painter = ui.painter();
        let (Some(texture), Some(packed)) = (&self.texture, self.packed.get(index)) else {
            return;
        };
        if packed.size[..2] == [0, 0] {
            // A place left free.
            return;
        }
        let Some([x, y]) = packed.place else {
            let ink = Stroke::new(1.0, colour(palette.not_a_number));
            painter.rect_stroke(place, 0.0, ink, StrokeKind::Inside);
            return;
        };
        let [w, h, _] = packed.size.map(|v| v as f32);
        // The whole picture at its own aspect ratio, in the middle of its cell.
        let scale = (place.width() / w).min(place.height() / h);
        let own = Rect::from_center_size(place.center(), vec2(w, h) * scale);
        let [tw, th] = texture.size().map(|v| v as f32);
        // Half a pixel in where the picture is reduced, lest its neighbours show at the edges.
        let inset = if scale * painter.pixels_per_point() < 1.0 {
            0.5
        } else {
            0.001
        };
        let min = pos2((x as f32 + inset) / tw, (y as f32 + inset) / th);
        let max = pos2((x as f32 + w - inset) / tw, (y as f32 + h - inset) / th);
        painter.image(
            texture.id(),
            own,
            Rect::from_min_max(min, max),
            Color32::WHITE,
        );
    }
}

/// Sizes of the grid.
struct Grid {
    label: f32,
    columns: usize,
    cell: egui::Vec2,
    pitch: egui::Vec2,
    captions: bool,
    above: f32,
}

impl Grid {
    fn fit(ui: &Ui, rect: Rect, figure: &FigureSpec, palette: &Palette) -> Self {
        let painter = ui.painter();
        let ink = colour(palette.muted);
        let count = rows(figure).count().max(1);
        let columns = rows(figure)
            .map(|r| r.images.len())
            .max()
            .unwrap_or(0)
            .max(1);
        let widest = rows(figure)
            .map(|r| text::galley(painter, &r.label, FONT, ink).size().x)
            .fold(0.0, f32::max);
        let label = if widest > 0.0 && rect.width() > 120.0 {
            (widest + 12.0).min(rect.width() * 0.36)
        } else {
            0.0
        };
        let captioned = rows(figure)
            .flat_map(|r| &r.images)
            .any(|i| !i.caption.is_empty());
        let first = rows(figure)
            .flat_map(|r| &r.images)
            .find(|i| i.width > 0 && i.height > 0);
        let aspect = first.map_or(1.0, |i| (i.height as f32 / i.width as f32).clamp(0.1, 10.0));
        let room_x = rect.width() - label;
        let room_y = rect.height() / count as f32;
        let captions = captioned && room_y > 44.0;
        let (gap, spread) = if count < MANY { (GAP, 3.0) } else { (2.0, 1.0) };
        let below = if captions { ROW } else { 0.0 } + gap;
        let tall = ((room_y - below) / aspect).max(4.0);
        let mut columns = columns;
        let fit = |n: usize| (room_x + gap) / n as f32 - gap;
        // As many columns as stay legible.
        let least = LEAST.min(tall);
        while columns > 1 && fit(columns) < least {
            columns -= 1;
        }
        let mut width = fit(columns).min(tall).max(4.0);
        if let Some(image) = first {
            // Every pixel of a picture equally large, where that costs little.
            let pixels = painter.pixels_per_point();
            let scale = width * pixels / image.width as f32;
            if scale >= 3.0 {
                width = scale.floor() * image.width as f32 / pixels;
            }
        }
        let cell = vec2(width, width * aspect);
        // Pictures spread over the width of a wide tile, but not so far that rows fall apart.
        let spread_x = fit(columns) + gap;
        let pitch = vec2(
            spread_x.min(width + spread * gap),
            (cell.y + below + 14.0).min(room_y),
        );
        let used = pitch.y * count as f32 - (pitch.y - cell.y - below);
        Self {
            label,
            columns,
            cell,
            pitch,
            captions,
            above: ((rect.height() - used) / 2.0).clamp(0.0, 14.0),
        }
    }
}

fn snap(painter: &egui::Painter, at: Pos2) -> Pos2 {
    let pixels = painter.pixels_per_point();
    let round = |v: f32| (v * pixels).round() / pixels;
    pos2(round(at.x), round(at.y))
}

fn size_of(cell: &ImageCell) -> [usize; 3] {
    [cell.width, cell.height, cell.channels]
}

/// Gives every picture a place on shelves of at most `side` pixels; returns the texture's size.
fn pack<'a>(cells: impl Iterator<Item = &'a ImageCell>, side: usize) -> (Vec<Packed>, [usize; 2]) {
    let (mut x, mut y, mut shelf, mut widest) = (0, 0, 0, 1);
    let packed = cells
        .map(|cell| {
            let [w, h, channels] = size_of(cell);
            let bytes = w.checked_mul(h).and_then(|n| n.checked_mul(channels));
            let sound = w > 0 && h > 0 && matches!(channels, 1 | 3);
            let mut place = None;
            if sound && bytes == Some(cell.pixels.len()) && w <= side {
                if x + w > side {
                    (x, y, shelf) = (0, y + shelf, 0);
                }
                if y + h <= side {
                    place = Some([x, y]);
                    x += w;
                    shelf = shelf.max(h);
                    widest = widest.max(x);
                }
            }
            Packed {
                pixels: Arc::clone(&cell.pixels),
                size: [w, h, channels],
                place,
            }
        })
        .collect();
    (packed, [widest, (y + shelf).max(1)])
}

fn image_of(packed: &[Packed], [width, height]: [usize; 2]) -> ColorImage {
    let mut pixels = vec![Color32::TRANSPARENT; width * height];
    for picture in packed {
        let Some([x, y]) = picture.place else {
            continue;
        };
        let [w, _, channels] = picture.size;
        for (row, line) in picture.pixels.chunks_exact(w * channels).enumerate() {
            let start = (y + row) * width + x;
            for (target, source) in pixels[start..start + w]
                .iter_mut()
                .zip(line.chunks_exact(channels))
            {
                *target = match source {
                    [grey] => Color32::from_gray(*grey),
                    [r, g, b] => Color32::from_rgb(*r, *g, *b),
                    _ => Color32::TRANSPARENT,
                };
            }
        }
    }
    ColorImage::new([width, height], pixels)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(width: usize, height: usize, channels: usize, bytes: usize) -> ImageCell {
        ImageCell {
            width,
            height,
            channels,
            pixels: (0..bytes).map(|b| b as u8).collect(),
            caption: String::new(),
        }
    }

    #[test]
    fn pictures_are_packed_without_overlap_and_unsound_ones_left_out() {
        let cells = [
            cell(3, 2, 1, 6),
            cell(2, 2, 3, 12),
            cell(4, 1, 1, 4),
            cell(2, 2, 1, 5),
            cell(0, 0, 1, 0),
            cell(9, 1, 1, 9),
        ];
        let (packed, size) = pack(cells.iter(), 6);
        let places: Vec<_> = packed.iter().map(|p| p.place).collect();
        assert_eq!(
            places,
            [Some([0, 0]), Some([3, 0]), Some([0, 2]), None, None, None]
        );
        assert_eq!(size, [5, 3]);
        let image = image_of(&packed, size);
        assert_eq!(image.pixels[2], Color32::from_gray(2));
        assert_eq!(image.pixels[5], Color32::from_gray(3));
        assert_eq!(image.pixels[4], Color32::from_rgb(3, 4, 5));
        assert_eq!(image.pixels[13], Color32::from_gray(3));
    }
}
