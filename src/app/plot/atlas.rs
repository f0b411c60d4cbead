//! All small pictures of a figure in one texture, uploaded only when one of them changes.

use std::sync::Arc;

use egui::{Color32, ColorImage, Context, Painter, Rect, TextureHandle, pos2};

use super::textures::CRISP;
use crate::plot::{FigureSpec, ImageCell, Layer};

/// Widest row of the texture.
const SHELF: usize = 2048;

/// One picture's place in the texture.
struct Packed {
    pixels: Arc<[u8]>,
    size: [usize; 3],
    /// `None` for a picture whose sizes do not fit its pixels, or without room.
    place: Option<[usize; 2]>,
}

/// The pictures of one figure as a texture.
#[derive(Default)]
pub(crate) struct Atlas {
    texture: Option<TextureHandle>,
    packed: Vec<Packed>,
    /// The layer, the row and the column of every picture, in order.
    names: Vec<(usize, usize, usize)>,
    /// Textures uploaded so far.
    pub(crate) uploads: u64,
}

/// All pictures with their layer, row and column, in order.
fn cells(figure: &FigureSpec) -> impl Iterator<Item = ((usize, usize, usize), &ImageCell)> {
    let layers = figure.layers.iter().enumerate();
    let rows = layers.flat_map(|(l, layer)| {
        let rows = match layer {
            Layer::Images(images) => images.rows.as_slice(),
            _ => &[],
        };
        rows.iter().enumerate().map(move |(r, row)| (l, r, row))
    });
    rows.flat_map(|(l, r, row)| {
        let images = row.images.iter().enumerate();
        images.map(move |(c, cell)| ((l, r, c), cell))
    })
}

impl Atlas {
    /// Uploads the texture anew if any picture has changed.
    pub(crate) fn update(&mut self, ctx: &Context, figure: &FigureSpec) {
        self.names.clear();
        self.names.extend(cells(figure).map(|(name, _)| name));
        let cells = || cells(figure).map(|(_, cell)| cell);
        let mut same = self.packed.len() == self.names.len();
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

    /// Paints one picture.
    pub(crate) fn paint(&self, name: (usize, usize, usize), to: Rect, painter: &Painter) {
        let index = self.names.binary_search(&name).ok();
        let packed = index.and_then(|index| self.packed.get(index));
        let (Some(texture), Some(packed)) = (&self.texture, packed) else {
            return;
        };
        let Some([x, y]) = packed.place else {
            return;
        };
        let [w, h, _] = packed.size.map(|v| v as f32);
        let [tw, th] = texture.size().map(|v| v as f32);
        // Half a pixel in where the picture is reduced, lest its neighbours show at the edges.
        let reduced = to.width() * painter.pixels_per_point() < w;
        let inset = if reduced { 0.5 } else { 0.001 };
        let min = pos2((x as f32 + inset) / tw, (y as f32 + inset) / th);
        let max = pos2((x as f32 + w - inset) / tw, (y as f32 + h - inset) / th);
        let part = Rect::from_min_max(min, max);
        painter.image(texture.id(), to, part, Color32::WHITE);
    }
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
