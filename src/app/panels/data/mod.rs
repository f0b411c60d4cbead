//! The data section of the left panel: thumbnails, what the data are, where from, how many; the sheet on data to be
//! opened.

mod progress;
mod remarks;
mod sheet;
mod skipped;

use egui::{Id, RichText, TextureHandle, TextureOptions, Ui, UiBuilder, vec2};

use crate::config::DataConfig;

use super::controls::row;
use crate::app::state::action::Action;
use crate::app::state::data::SheetAction;
use crate::app::state::{AppState, Data};
use crate::app::widgets::label::{hint, name};
use crate::app::widgets::theme::muted;
use crate::text::thousands;

pub(crate) use sheet::data_sheet;

/// Thumbnails in the strip.
const THUMBNAILS: usize = 8;
/// Limits offered.
const LIMITS: [usize; 5] = [1_000, 5_000, 10_000, 20_000, 60_000];

/// Draws the section; true if the user asked for a file dialog.
pub(crate) fn data_panel(
    ui: &mut Ui,
    state: &AppState,
    path: &mut String,
    actions: &mut Vec<Action>,
) -> bool {
    steady(ui, "data head", |ui| match &state.data {
        Some(data) => {
            thumbnails(ui, data);
            heading(ui, data);
            remarks::remarks(ui, data, actions);
            skipped::skipped(ui, &data.dataset.skipped);
        }
        None => {
            muted(ui, "No data yet");
        }
    });
    if state.opening.loading.is_some() || state.opening.looking.is_some() {
        steady(ui, "data progress", |ui| {
            progress::progress(ui, state, actions);
        });
    }
    steady(ui, "data source", |ui| {
        let open_dialog = source(ui, state, path, actions);
        limit(ui, state, actions);
        open_dialog
    })
}

/// A part whose widgets keep their identities whatever comes or goes above it.
fn steady<R>(ui: &mut Ui, id: &'static str, contents: impl FnOnce(&mut Ui) -> R) -> R {
    let builder = UiBuilder::new().scope_id(Id::unique(id));
    ui.scope_builder(builder, contents).inner
}

/// Name and size of the data.
fn heading(ui: &mut Ui, data: &Data) {
    let text = format!("{} × {}", thousands(data.dataset.len() as u64), size(data));
    ui.horizontal(|ui| {
        let name = RichText::new(&data.dataset.name).strong();
        ui.add(egui::Label::new(name).truncate());
        hint(muted(ui, &text), "", &text);
    });
}

/// `28×28`, or the length of a vector.
fn size(data: &Data) -> String {
    let shape = data.dataset.shape;
    if shape.is_image() {
        format!("{}×{}", shape.height, shape.width)
    } else {
        format!("d = {}", shape.dim())
    }
}

/// The box for a path, the dialog, what was open before. True if the user asked for the dialog.
fn source(ui: &mut Ui, state: &AppState, path: &mut String, actions: &mut Vec<Action>) -> bool {
    let mut open_dialog = false;
    ui.horizontal(|ui| {
        let width = (ui.available_width() - 116.0).max(60.0);
        let entry = ui.add(
            egui::TextEdit::singleline(path)
                .hint_text("Path, digits, gaussian:9,5,2")
                .desired_width(width),
        );
        name(&entry, "data path");
        let entered = entry.lost_focus() && ui.input(|i| i.key_pressed(egui::Key::Enter));
        if entered && !path.trim().is_empty() {
            match path.parse() {
                Ok(source) => actions.push(Action::Open(state.data_request(source))),
                Err(error) => actions.push(Action::Complain(error.to_string())),
            }
        }
        open_dialog = ui
            .button("Open…")
            .on_hover_text("Choose a folder. You can also drop a file or folder on the window.")
            .clicked();
        ui.menu_button("▾", |ui| {
            for recent in &state.session.recent {
                if ui.button(recent).clicked() {
                    if let Ok(source) = recent.parse() {
                        actions.push(Action::Open(state.data_request(source)));
                    }
                    ui.close();
                }
            }
        })
        .response
        .on_hover_text("Recent and built-in data.");
    });
    open_dialog
}

fn limit(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let current = &state.config.data;
    let mut limit = current.limit;
    let text = |limit: Option<usize>| match limit {
        Some(n) => format!("First {}", thousands(n as u64)),
        None => "All items".into(),
    };
    row(ui, "items", |ui| {
        let help = "Change how these data are loaded: size, crop, colour, labels, classes, number of items.";
        let can = state.data.is_some();
        let change = ui.add_enabled(can, egui::Button::new("Change…"));
        if change.on_hover_text(help).clicked() {
            actions.push(Action::Sheet(SheetAction::Change));
        }
        let menu = egui::ComboBox::from_id_salt("limit")
            .selected_text(text(limit))
            .show_ui(ui, |ui| {
                ui.selectable_value(&mut limit, None, text(None));
                for n in LIMITS {
                    ui.selectable_value(&mut limit, Some(n), text(Some(n)));
                }
            });
        name(&menu.response, "items");
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
    let id = Id::unique(("thumbnails", &data.digest));
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
        .on_hover_text("The first items, in file order.");
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
