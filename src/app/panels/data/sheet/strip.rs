//! The first items of data to be opened, as they would be, with their classes.

use std::sync::Arc;

use egui::{
    Align2, Color32, ColorImage, Context, FontId, Id, Rect, Sense, TextureFilter, TextureHandle,
    TextureOptions, Ui, pos2, vec2,
};

use crate::app::state::data::Sheet;
use crate::app::state::protocol::Strip;
use crate::app::widgets::theme;
use crate::app::widgets::theme::Theme;
use crate::data::{Dataset, PREVIEWED, Preview};
use crate::text::significant;

/// Room between pictures.
const GAP: f32 = 6.0;
/// Room of a line below them.
const LINE: f32 = 15.0;
/// Enlarged pixels stay pixels.
const CRISP: TextureOptions = TextureOptions {
    magnification: TextureFilter::Nearest,
    ..TextureOptions::LINEAR
};

/// The pictures of one answer, uploaded once.
#[derive(Clone)]
struct Uploaded {
    strip: Arc<Strip>,
    texture: TextureHandle,
}

fn id() -> Id {
    Id::unique("preview pictures")
}

/// Lets go of the pictures of a sheet that was closed.
pub(crate) fn forget(ctx: &Context) {
    ctx.data_mut(|d| d.remove::<Uploaded>(id()));
}

/// Draws the pictures; the room is the same whatever they are, so that nothing below moves.
pub(crate) fn pictures(ui: &mut Ui, sheet: &Sheet) {
    let width = ui.available_width();
    let cell = (width + GAP) / PREVIEWED as f32 - GAP;
    let (rect, _) = ui.allocate_exact_size(vec2(width, cell + LINE), Sense::hover());
    let c = theme::chrome(Theme::of(ui));
    let font = FontId::proportional(10.5);
    let say = |text: &str| {
        let painter = ui.painter();
        let middle = rect.center();
        painter.text(middle, Align2::CENTER_CENTER, text, font.clone(), c.muted);
    };
    let Some((preview, strip)) = &sheet.preview else {
        say(if sheet.waiting {
            "Looking at the first items…"
        } else {
            "No preview"
        });
        return;
    };
    if strip.items.is_empty() {
        say(&vectors(&preview.first));
        return;
    }
    let texture = uploaded(ui.ctx(), strip);
    // What is on screen is older than what is asked for: paler.
    let stale = sheet.waiting || sheet.problem.is_some();
    let tint = if stale {
        Color32::WHITE.gamma_multiply(0.55)
    } else {
        Color32::WHITE
    };
    let [w, h] = strip.item.map(|v| v as f32);
    let scale = cell / w.max(h);
    let [across, down] = texture.size().map(|v| v as f32);
    for item in 0..strip.items.len() {
        let place = Rect::from_min_size(
            rect.min + vec2(item as f32 * (cell + GAP), 0.0),
            vec2(cell, cell),
        );
        let own = Rect::from_center_size(place.center(), vec2(w, h) * scale);
        let left = item as f32 * (w + 1.0);
        let uv = Rect::from_min_max(
            pos2(left / across, 0.0),
            pos2((left + w) / across, h / down),
        );
        ui.painter().image(texture.id(), own, uv, tint);
        if let Some(class) = class_of(preview, item) {
            let job = egui::text::LayoutJob::simple_singleline(class, font.clone(), c.muted);
            let job = egui::text::LayoutJob {
                wrap: egui::text::TextWrapping::truncate_at_width(cell + GAP - 2.0),
                ..job
            };
            let galley = ui.painter().layout_job(job);
            let at = place.center_bottom() + vec2(-galley.size().x / 2.0, 1.0);
            ui.painter().galley(at, galley, c.muted);
        }
    }
}

fn class_of(preview: &Preview, item: usize) -> Option<String> {
    let class = *preview.first.labels.as_ref()?.get(item)?;
    let name = preview.first.classes.get(usize::from(class));
    Some(name.cloned().unwrap_or_else(|| class.to_string()))
}

/// The first values of the first vector.
fn vectors(first: &Dataset) -> String {
    let values: Vec<String> = match &first.pixels {
        crate::data::Pixels::Floats(floats) => {
            let own = floats.iter().take(first.dim().min(8));
            own.map(|&v| significant(f64::from(v), 3)).collect()
        }
        _ => first
            .display_row(0)
            .iter()
            .take(8)
            .map(u8::to_string)
            .collect(),
    };
    let more = if first.dim() > 8 { ", …" } else { "" };
    format!(
        "These are plain vectors, not pictures. The first: {}{more}",
        values.join(", ")
    )
}

fn uploaded(ctx: &Context, strip: &Arc<Strip>) -> TextureHandle {
    let known: Option<Uploaded> = ctx.data(|d| d.get_temp(id()));
    if let Some(known) = known
        && Arc::ptr_eq(&known.strip, strip)
    {
        return known.texture;
    }
    let texture = ctx.load_texture("preview", image(strip), CRISP);
    let kept = Uploaded {
        strip: Arc::clone(strip),
        texture: texture.clone(),
    };
    ctx.data_mut(|d| d.insert_temp(id(), kept));
    texture
}

/// The items side by side, a column between two.
fn image(strip: &Strip) -> ColorImage {
    let [w, h] = strip.item;
    let width = strip.items.len() * (w + 1) - 1;
    let mut image = ColorImage::filled([width, h], Color32::TRANSPARENT);
    for (k, item) in strip.items.iter().enumerate() {
        for (at, rgb) in item.chunks_exact(3).enumerate() {
            let (y, x) = (at / w, at % w);
            let pixel = Color32::from_rgb(rgb[0], rgb[1], rgb[2]);
            image.pixels[y * width + k * (w + 1) + x] = pixel;
        }
    }
    image
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_stand_side_by_side() {
        let strip = Strip {
            item: [2, 1],
            items: vec![vec![1, 1, 1, 2, 2, 2], vec![3, 3, 3, 4, 4, 4]],
        };
        let image = image(&strip);
        let row: Vec<u8> = image.pixels.iter().map(Color32::r).collect();
        assert_eq!((image.size, row), ([5, 1], vec![1, 2, 0, 3, 4]));
    }
}
