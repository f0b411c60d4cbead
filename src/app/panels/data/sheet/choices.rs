//! The choices of the sheet: how pictures become items and values x, which labels, classes and items.

use egui::{DragValue, Id, ScrollArea, TextEdit, Ui};

use crate::app::panels::controls::{preprocess_menu, split_choice};
use crate::app::state::data::Sheet;
use crate::app::widgets::label::{name, sentence};
use crate::app::widgets::theme::{muted, segmented};
use crate::config::{Colour, Crop, DataConfig, DataSource, MAX_SIDE};
use crate::text::thousands;

/// Width of the names at the left.
const NAMES: f32 = 88.0;
/// Most items that can be asked for by number.
const MOST_ITEMS: usize = 100_000_000;

/// Draws the choices and changes `config` as they say.
pub(crate) fn choices(ui: &mut Ui, sheet: &Sheet, config: &mut DataConfig) {
    let first = sheet.preview.as_ref().map(|(preview, _)| &preview.first);
    let pictures = first.is_none_or(|f| f.shape.is_image()) || !config.image.is_default();
    if pictures {
        images(ui, config);
    }
    if matches!(config.source, DataSource::Path(_)) {
        line(ui, "split", |ui| {
            split_choice(ui, &mut config.split, first);
        });
    }
    line(ui, "preprocessing", |ui| {
        preprocess_menu(ui, "preprocessing to open", &mut config.preprocess, first);
    });
    if !sheet.labels.is_empty() || config.label.is_some() {
        line(ui, "labels", |ui| labels(ui, sheet, config));
    }
    let labelled = first.is_some_and(|f| f.labels.is_some());
    if labelled || !config.classes.is_empty() {
        tall_line(ui, "classes", |ui| {
            if sheet.classes.is_empty() {
                typed(ui, config);
            } else {
                toggles(ui, &sheet.classes, config);
            }
        });
    }
    line(ui, "items", |ui| {
        let mut limit = config.limit.unwrap_or(0);
        let entry = or_word(&mut limit, "All", 0..=MOST_ITEMS).speed(20.0);
        let response = ui.add(entry);
        name(&response, "items to open");
        response
            .on_hover_text("How many items to load, from the first in file order; 0 loads all.");
        config.limit = (limit > 0).then_some(limit);
    });
}

/// A name and its control.
pub(crate) fn line(ui: &mut Ui, label: &str, control: impl FnOnce(&mut Ui)) {
    ui.horizontal(|ui| {
        heading(ui, label);
        control(ui);
    });
}

/// A name and a control that may need several lines.
fn tall_line(ui: &mut Ui, label: &str, control: impl FnOnce(&mut Ui)) {
    ui.horizontal_top(|ui| {
        heading(ui, label);
        control(ui);
    });
}

fn heading(ui: &mut Ui, label: &str) {
    let size = egui::vec2(NAMES, ui.spacing().interact_size.y);
    let layout = egui::Layout::left_to_right(egui::Align::Center);
    ui.allocate_ui_with_layout(size, layout, |ui| {
        ui.set_min_size(size);
        muted(ui, sentence(label));
    });
}

/// A number for which zero has a name.
fn or_word<'a>(
    value: &'a mut usize,
    word: &'static str,
    range: std::ops::RangeInclusive<usize>,
) -> DragValue<'a> {
    DragValue::new(value)
        .range(range)
        .custom_formatter(move |v, _| match v as u64 {
            0 => word.to_owned(),
            v => thousands(v),
        })
        .custom_parser(move |text| {
            let text = text.trim().replace(',', "");
            if text.eq_ignore_ascii_case(word) {
                Some(0.0)
            } else {
                text.parse().ok()
            }
        })
}

/// Side, crop and colour.
fn images(ui: &mut Ui, config: &mut DataConfig) {
    let image = &mut config.image;
    line(ui, "side", |ui| {
        let mut side = image.side.unwrap_or(0);
        for (preset, text) in [
            (0, "Auto"),
            (28, "28"),
            (32, "32"),
            (64, "64"),
            (128, "128"),
        ] {
            if ui.selectable_label(side == preset, text).clicked() {
                side = preset;
            }
        }
        let response = ui.add(or_word(&mut side, "Other", 0..=MAX_SIDE).speed(0.5));
        name(&response, "side in pixels");
        image.side = (side > 0).then_some(side);
        response.on_hover_text(
            "The longer side of an item in pixels. With Auto, arrays of pictures keep their size, and picture files are scaled \
             to 64 unless the first one is smaller.",
        );
    });
    line(ui, "crop", |ui| {
        let mut kind = match image.crop {
            Crop::Auto => 0,
            Crop::Whole => 1,
            Crop::Pixels(_) => 2,
        };
        let before = kind;
        let options = [(0, "usual"), (1, "whole"), (2, "square of")];
        segmented(ui, &mut kind, &options, false);
        let mut pixels = match image.crop {
            Crop::Pixels(pixels) => pixels,
            _ => 148,
        };
        if kind == 2 {
            let entry = DragValue::new(&mut pixels).range(1..=4096).suffix(" px");
            let response = ui.add(entry);
            name(&response, "crop in pixels");
        }
        if kind != before || kind == 2 {
            image.crop = [Crop::Auto, Crop::Whole, Crop::Pixels(pixels)][kind];
        }
        let usual = "The centred square, or the face in CelebA";
        muted(ui, [usual, "All of the picture", ""][kind]);
    });
    line(ui, "colour", |ui| {
        let options = [
            (Colour::Auto, "as they are"),
            (Colour::Grey, "grey"),
            (Colour::Rgb, "colour"),
        ];
        segmented(ui, &mut image.colour, &options, false);
    });
}

/// Which of several kinds of labels.
fn labels(ui: &mut Ui, sheet: &Sheet, config: &mut DataConfig) {
    let given = sheet
        .preview
        .as_ref()
        .is_some_and(|(p, _)| p.first.labels.is_some());
    let default = if config.label.is_none() && !given {
        "none"
    } else {
        "default"
    };
    let shown = config.label.as_deref().unwrap_or(default);
    let response = egui::ComboBox::from_id_salt("label")
        .width(180.0)
        .height(320.0)
        .selected_text(shown)
        .show_ui(ui, |ui| {
            let mut label = config.label.clone();
            ui.selectable_value(&mut label, None, default);
            for known in &sheet.labels {
                ui.selectable_value(&mut label, Some(known.clone()), known);
            }
            config.label = label;
        })
        .response;
    name(&response, "labels");
    muted(ui, "What the classes are taken from");
}

/// One switch for every class; none pressed means all.
fn toggles(ui: &mut Ui, classes: &[String], config: &mut DataConfig) {
    ScrollArea::vertical()
        .id_salt("classes")
        .max_height(96.0)
        .auto_shrink([false, true])
        .show(ui, |ui| {
            ui.horizontal_wrapped(|ui| {
                ui.spacing_mut().item_spacing = egui::vec2(4.0, 4.0);
                let all = config.classes.is_empty();
                if ui.selectable_label(all, "All").clicked() {
                    config.classes.clear();
                }
                for class in classes {
                    let at = config.classes.iter().position(|c| c == class);
                    if ui.selectable_label(at.is_some(), class).clicked() {
                        match at {
                            Some(at) => {
                                config.classes.remove(at);
                            }
                            None => config.classes.push(class.clone()),
                        }
                    }
                }
            });
        });
}

/// Classes without names, by number.
fn typed(ui: &mut Ui, config: &mut DataConfig) {
    let id = Id::unique("typed classes");
    let kept: Option<String> = ui.data(|d| d.get_temp(id));
    let mut text = kept.unwrap_or_else(|| config.classes.join(", "));
    let entry = TextEdit::singleline(&mut text)
        .hint_text("All, or numbers: 0, 1, 7")
        .desired_width(220.0);
    let response = ui.add(entry);
    name(&response, "classes by number");
    if response.lost_focus() {
        config.classes = text
            .split(',')
            .map(|part| part.trim().to_owned())
            .filter(|part| !part.is_empty())
            .collect();
    }
    if response.has_focus() {
        ui.data_mut(|d| d.insert_temp(id, text));
    } else {
        ui.data_mut(|d| d.remove::<String>(id));
    }
}
