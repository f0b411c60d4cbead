//! The pictures in a corner of the plot: what the point under the pointer decodes to, and the nearest sample.

use egui::{
    Align2, Color32, ColorImage, FontId, Id, Rect, Stroke, StrokeKind, TextureHandle,
    TextureOptions, Ui, Vec2, pos2, vec2,
};

use crate::app::widgets::theme::{Theme, chrome};
use crate::data::ImageShape;

/// Side of a picture, about.
const SIDE: f32 = 64.0;
/// Room around and between.
const GAP: f32 = 6.0;
/// Height of a line of text.
const LINE: f32 = 14.0;
/// Letters.
const FONT: f32 = 10.5;

/// One picture and the texture it is in.
#[derive(Default)]
struct Shown {
    bytes: Vec<u8>,
    texture: Option<TextureHandle>,
}

impl Shown {
    /// Takes a picture in, if it is another.
    fn update(&mut self, ui: &Ui, bytes: &[u8], shape: ImageShape) {
        if self.bytes == bytes && self.texture.is_some() {
            return;
        }
        let (w, h) = (shape.width, shape.height);
        let pixels: Vec<Color32> = match shape.channels {
            1 => bytes.iter().map(|v| Color32::from_gray(*v)).collect(),
            3 => bytes
                .chunks_exact(3)
                .map(|c| Color32::from_rgb(c[0], c[1], c[2]))
                .collect(),
            _ => Vec::new(),
        };
        if pixels.is_empty() || pixels.len() != w * h {
            self.texture = None;
            return;
        }
        let image = ColorImage::new([w, h], pixels);
        if let Some(texture) = &mut self.texture {
            texture.set(image, TextureOptions::NEAREST);
        } else {
            let texture = ui
                .ctx()
                .load_texture("inset", image, TextureOptions::NEAREST);
            self.texture = Some(texture);
        }
        bytes.clone_into(&mut self.bytes);
    }
}

/// The two pictures.
#[derive(Default)]
pub(super) struct Inset {
    decoded: Shown,
    nearest: Shown,
}

/// What the inset says.
pub(super) struct Told<'a> {
    /// The decoded point, once it is there.
    pub decoded: Option<&'a [u8]>,
    /// The nearest sample.
    pub nearest: &'a [u8],
    /// The name of that sample.
    pub item: String,
    /// Where the other latents are.
    pub rest: String,
}

impl Inset {
    /// Draws it in an upper corner of the plot, away from the pointer.
    pub(super) fn paint(&mut self, ui: &Ui, plot: Rect, shape: ImageShape, told: &Told<'_>) {
        let picture = picture_size(shape);
        let size = vec2(
            (2.0 * picture.x + 3.0 * GAP).max(132.0),
            picture.y + 2.0 * LINE + 2.5 * GAP,
        );
        if plot.width() < size.x + 20.0 || plot.height() < size.y + 20.0 {
            return;
        }
        let right = Rect::from_min_size(pos2(plot.right() - size.x - GAP, plot.top() + GAP), size);
        let left = Rect::from_min_size(plot.min + Vec2::splat(GAP), size);
        let pointer = ui.ctx().pointer_hover_pos();
        // Whoever moves towards it sees it make way.
        let covered = pointer.is_some_and(|at| right.expand(24.0).contains(at));
        let frame = if covered { left } else { right };
        if let Some(bytes) = told.decoded {
            self.decoded.update(ui, bytes, shape);
        }
        self.nearest.update(ui, told.nearest, shape);

        let c = chrome(Theme::of(ui));
        let layer = egui::LayerId::new(egui::Order::Middle, Id::unique("latent inset"));
        let painter = ui.ctx().layer_painter(layer);
        let outline = Stroke::new(1.0, c.muted.gamma_multiply(0.6));
        painter.rect(frame, 4.0, c.panel, outline, StrokeKind::Inside);
        let face = FontId::proportional(FONT);
        let middle = frame.center().x;
        let pictures = [
            (&self.decoded, told.decoded.is_some(), "decoded", -1.0),
            (&self.nearest, true, told.item.as_str(), 1.0),
        ];
        for (shown, there, caption, side) in pictures {
            let centre = middle + side * (picture.x.max(60.0) + GAP) / 2.0;
            let top = frame.top() + GAP;
            let place = Rect::from_center_size(pos2(centre, top + picture.y / 2.0), picture);
            match shown.texture.as_ref().filter(|_| there) {
                Some(texture) => {
                    let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
                    painter.image(texture.id(), place, whole, Color32::WHITE);
                }
                None => {
                    painter.rect_stroke(place, 0.0, outline, StrokeKind::Inside);
                }
            }
            let at = pos2(centre, place.bottom() + 2.0);
            painter.text(at, Align2::CENTER_TOP, caption, face.clone(), c.text);
        }
        let at = pos2(middle, frame.bottom() - GAP / 2.0);
        painter.text(at, Align2::CENTER_BOTTOM, &told.rest, face, c.muted);
    }
}

/// About [`SIDE`] on the longer side, with every pixel equally large where that costs little.
fn picture_size(shape: ImageShape) -> Vec2 {
    let longest = shape.width.max(shape.height).max(1) as f32;
    let scale = SIDE / longest;
    let scale = if scale >= 2.0 { scale.floor() } else { scale };
    vec2(shape.width as f32, shape.height as f32) * scale
}
