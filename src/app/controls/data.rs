//! The data section: where they come from, and how they become x.

use egui::Ui;

use crate::app::action::Action;
use crate::app::data_panel::data_panel;
use crate::app::state::AppState;
use crate::app::theme::segmented;
use crate::config::{DataConfig, DataSource, Preprocess, Split};

use super::Controls;
use super::parts::{Choice, menu, part, row};

impl Controls {
    /// Draws the section; true if the user asked for a file dialog.
    pub(super) fn data(
        &mut self,
        ui: &mut Ui,
        state: &AppState,
        actions: &mut Vec<Action>,
    ) -> bool {
        let open_dialog = data_panel(ui, state, &mut self.path, actions);
        part(ui, "data preparation", |ui| preparation(ui, state, actions));
        open_dialog
    }
}

/// Preprocessing and split.
fn preparation(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let data = &state.config.data;
    let mut kind = data.preprocess;
    let shown = preprocess_name(kind);
    row(ui, "preprocessing", |ui| {
        menu(ui, "preprocessing", &mut kind, shown, || {
            let all = [
                Preprocess::None,
                Preprocess::Center,
                Preprocess::Dequantize,
                Preprocess::Logit,
                Preprocess::Standardize,
            ];
            all.map(|p| Choice::new(p, preprocess_name(p), "")).into()
        });
    });
    let mut split = data.split;
    if matches!(data.source, DataSource::Path(_)) {
        row(ui, "split", |ui| {
            let options = [(Split::Train, "train"), (Split::Test, "test")];
            segmented(ui, &mut split, &options, false);
        });
    }
    if kind != data.preprocess || split != data.split {
        actions.push(Action::Data(DataConfig {
            preprocess: kind,
            split,
            ..data.clone()
        }));
    }
}

/// What a preprocessing is called on screen.
pub(in crate::app) fn preprocess_name(kind: Preprocess) -> &'static str {
    match kind {
        Preprocess::None => "none (v/255)",
        Preprocess::Center => "centred",
        Preprocess::Dequantize => "dequantised",
        Preprocess::Logit => "logit",
        Preprocess::Standardize => "standardised",
    }
}
