//! The data section of the left panel: thumbnails, where from, how many.

use egui::{RichText, TextureHandle, TextureOptions, Ui, vec2};

use crate::config::DataConfig;

use super::action::Action;
use super::controls::row;
use super::number::thousands;
use super::state::{AppState, Data};
use super::theme::{self, Theme, muted};

/// Thumbnails in the strip.
const THUMBNAILS: usize = 8;
/// Limits offered.
const LIMITS: [usize; 5] = [1_000, 5_000, 10_000, 20_000, 60_000];

/// Draws the section; true if the user asked for a file dialog.
pub(super) fn data_panel(
    ui: &mut Ui,
    state: &AppState,
    path: &mut String,
    actions: &mut Vec<Action>,
) -> bool {
    let mut open_dialog = false;
    match &state.data {
        Some(data) => {
            thumbnails(ui, data);
            let shape = data.dataset.shape;
            let size = if shape.is_image() {
                format!("{}×{}", shape.height, shape.width)
            } else {
                format!("d = {}", shape.dim())
            };
            let text = format!("{} × {size}", thousands(data.dataset.len() as u64));
            ui.horizontal(|ui| {
                let name = RichText::new(&data.dataset.name).strong();
                ui.add(egui::Label::new(name).truncate());
                muted(ui, text);
            });
        }
        None => {
            muted(ui, "no data yet");
        }
    }
    if let Some(loading) = &state.loading {
        ui.horizontal(|ui| {
            ui.spinner();
            let progress = loading.progress.as_ref();
            let what = progress.map_or("opening", |p| p.what);
            let share = progress.and_then(crate::data::Progress::fraction);
            let text = match share {
                Some(share) => format!("{what} · {:.0} %", 100.0 * share),
                None => what.to_owned(),
            };
            if ui.small_button("cancel").clicked() {
                actions.push(Action::CancelLoad);
            }
            ui.add(egui::Label::new(RichText::new(text).small().weak()).truncate());
        });
    }
    ui.horizontal(|ui| {
        let width = (ui.available_width() - 116.0).max(60.0);
        let entry = ui.add(
            egui::TextEdit::singleline(path)
                .hint_text("path, digits, gaussian:9,5,2")
                .desired_width(width),
        );
        super::controls::name(&entry, "data path");
        let entered = entry.lost_focus() && ui.input(|i| i.key_pressed(egui::Key::Enter));
        if entered && !path.trim().is_empty() {
            match path.parse() {
                Ok(source) => actions.push(Action::Data(state.data_request(source))),
                Err(error) => actions.push(Action::Complain(error.to_string())),
            }
        }
        open_dialog = ui
            .button("Open…")
            .on_hover_text("Pick a folder; or drop a file or folder on the window")
            .clicked();
        ui.menu_button("▾", |ui| {
            for recent in &state.recent {
                if ui.button(recent).clicked() {
                    if let Ok(source) = recent.parse() {
                        actions.push(Action::Data(state.data_request(source)));
                    }
                    ui.close();
                }
            }
        })
        .response
        .on_hover_text("Recent and built-in data");
    });
    limit(ui, state, actions);
    open_dialog
}

fn limit(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let current = &state.config.data;
    let mut limit = current.limit;
    let text = |limit: Option<usize>| match limit {
        Some(n) => format!("first {}", thousands(n as u64)),
        None => "all items".into(),
    };
    row(ui, "items", |ui| {
        egui::ComboBox::from_id_salt("limit")
            .selected_text(text(limit))
            .show_ui(ui, |ui| {
                ui.selectable_value(&mut limit, None, text(None));
                for n in LIMITS {
                    ui.selectable_value(&mut limit, Some(n), text(Some(n)));
                }
            });
    });
    if limit != current.limit {
        actions.push(Action::Data(DataConfig {
            limit,
            ..current.clone()
        }));
    }
}

/// The first items, side by side; a plain vector has none.
fn thumbnails(ui: &mut Ui, data: &Data) {
    if !data.dataset.shape.is_image() {
        return;
    }
    let id = egui::Id::unique(("thumbnails", &data.digest));
    let cached: Option<TextureHandle> = ui.data(|d| d.get_temp(id));
    let texture = cached.unwrap_or_else(|| {
        let texture = ui
            .ctx()
            .load_texture("thumbnails", strip(data), TextureOptions::LINEAR);
        ui.data_mut(|d| d.insert_temp(id, texture.clone()));
        texture
    });
    let width = ui.available_width();
    let size = texture.size_vec2();
    let height = width * size.y / size.x;
    ui.add(egui::Image::new(&texture).fit_to_exact_size(vec2(width, height)))
        .on_hover_text("The first items in file order");
}

fn strip(data: &Data) -> egui::ColorImage {
    let shape = data.dataset.shape;
    let count = THUMBNAILS.min(data.dataset.len());
    let gap = 2;
    let width = count * (shape.width + gap) - gap;
    let mut image = egui::ColorImage::filled([width, shape.height], egui::Color32::TRANSPARENT);
    let mut row_values = vec![0.0_f32; shape.dim()];
    for item in 0..count {
        data.preprocessor
            .row_into(&data.dataset, 0, item, &mut row_values);
        let bright = data.preprocessor.display(&row_values);
        for y in 0..shape.height {
            for x in 0..shape.width {
                let at = (y * shape.width + x) * shape.channels;
                let level = |c: usize| (bright[at + c.min(shape.channels - 1)] * 255.0) as u8;
                let pixel = egui::Color32::from_rgb(level(0), level(1), level(2));
                image.pixels[y * width + item * (shape.width + gap) + x] = pixel;
            }
        }
    }
    image
}

/// What is said where there is nothing to draw yet.
pub(super) fn empty(ui: &mut Ui, text: &str) {
    let c = theme::chrome(Theme::of(ui));
    ui.centered_and_justified(|ui| {
        ui.label(RichText::new(text).color(c.muted));
    });
}
