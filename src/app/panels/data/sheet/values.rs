//! What the numbers of a file mean: the scale, the array taken, what becomes of gaps and constant columns.

use egui::{TextEdit, Ui};

use crate::app::panels::controls::scale_menu;
use crate::app::state::data::Sheet;
use crate::app::widgets::label::name;
use crate::app::widgets::theme::{muted, segmented};
use crate::config::{Constant, DataConfig, DataSource, Missing, Preprocess};

use super::choices::line;

/// Draws the choices and changes `config` as they say.
pub(crate) fn values(ui: &mut Ui, sheet: &Sheet, config: &mut DataConfig) {
    let preview = sheet.preview.as_ref().map(|(preview, _)| &**preview);
    let first = preview.map(|p| &p.first);
    let from_file = matches!(config.source, DataSource::Path(_));
    let arrays = preview.map_or(&[][..], |p| &p.arrays);
    if from_file && (!arrays.is_empty() || config.array.is_some() || sheet.problem.is_some()) {
        line(ui, "array", |ui| array(ui, arrays, config));
    }
    line(ui, "scale", |ui| {
        scale_menu(ui, "scale to open", &mut config.scale);
        if let Some(first) = first {
            let scaling = first.scaling();
            ui.add(egui::Label::new(egui::RichText::new(&scaling.reason).small()).truncate())
                .on_hover_text(&scaling.reason);
        }
    });
    let table = first.is_some_and(|f| f.table);
    if table && config.preprocess != Preprocess::Standardize {
        line(ui, "columns", |ui| {
            let help = "Divides every column by its standard deviation, so that columns of different units count alike.";
            if ui.button("Standardise").on_hover_text(help).clicked() {
                config.preprocess = Preprocess::Standardize;
            }
            muted(ui, "Where their units differ");
        });
    }
    if table || config.missing != Missing::Refuse {
        line(ui, "missing", |ui| {
            let options = [
                (Missing::Refuse, "report an error"),
                (Missing::Drop, "drop the rows"),
                (Missing::Mean, "use the mean"),
            ];
            segmented(ui, &mut config.missing, &options, false);
        });
    }
    if table || config.constant != Constant::Keep {
        line(ui, "constant", |ui| {
            let options = [(Constant::Keep, "keep"), (Constant::Drop, "leave out")];
            segmented(ui, &mut config.constant, &options, false);
            muted(ui, "Columns that never change");
        });
    }
    if first.is_some_and(|f| f.shape.is_image()) || config.transpose {
        line(ui, "transpose", |ui| {
            let options = [(false, "as they are"), (true, "transposed")];
            segmented(ui, &mut config.transpose, &options, false);
            muted(ui, "EMNIST is stored column by column.");
        });
    }
}

/// Which array of a file that holds several.
fn array(ui: &mut Ui, arrays: &[String], config: &mut DataConfig) {
    if arrays.is_empty() {
        let mut text = config.array.clone().unwrap_or_default();
        let entry = TextEdit::singleline(&mut text)
            .hint_text("Its name, if there are several")
            .desired_width(220.0);
        let response = ui.add(entry);
        name(&response, "array");
        config.array = Some(text.trim().to_owned()).filter(|t| !t.is_empty());
        return;
    }
    let shown = config
        .array
        .as_deref()
        .unwrap_or("Chosen by name and shape");
    let response = egui::ComboBox::from_id_salt("array")
        .width(220.0)
        .selected_text(shown)
        .show_ui(ui, |ui| {
            let mut array = config.array.clone();
            ui.selectable_value(&mut array, None, "Chosen by name and shape");
            for known in arrays {
                ui.selectable_value(&mut array, Some(known.clone()), known);
            }
            config.array = array;
        })
        .response;
    name(&response, "array");
}
