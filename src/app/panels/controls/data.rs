//! The data section: where they come from, and how they become x.

use egui::Ui;

use crate::app::panels::data::data_panel;
use crate::app::state::AppState;
use crate::app::state::action::Action;
use crate::app::widgets::theme::segmented;
use crate::config::{DataConfig, DataSource, LEAST_LAMBDA, MOST_LAMBDA, Preprocess, Scale, Split};
use crate::data::{Dataset, needs_levels, usual_lambda};
use crate::text::significant;

use super::Controls;
use super::parts::{Choice, menu, part, row};
use crate::app::widgets::label::{name, preprocess_name};

/// Why a preprocessing is out of reach of values without grey levels.
const NEEDS_LEVELS: &str = "This fills the steps between whole grey levels with noise, and these values have no such steps.";

impl Controls {
    /// Draws the section; true if the user asked for a file dialog.
    pub(crate) fn data(
        &mut self,
        ui: &mut Ui,
        state: &AppState,
        actions: &mut Vec<Action>,
    ) -> bool {
        let open_dialog = data_panel(ui, state, &mut self.path, actions);
        part(ui, "data preparation", |ui| {
            preparation(ui, state, &mut self.lambda, actions);
        });
        open_dialog
    }
}

/// Preprocessing, λ of the logit and split.
fn preparation(ui: &mut Ui, state: &AppState, edited: &mut Option<f64>, actions: &mut Vec<Action>) {
    let data = &state.config.data;
    let mut scale = data.scale;
    if matches!(data.source, DataSource::Path(_)) {
        row(ui, "scale", |ui| scale_menu(ui, "scale", &mut scale));
    }
    let mut kind = data.preprocess;
    row(ui, "preprocessing", |ui| {
        let dataset = state.data.as_ref().map(|d| &*d.dataset);
        preprocess_menu(ui, "preprocessing", &mut kind, dataset);
    });
    let mut lambda = data.logit_lambda;
    if kind == Preprocess::Logit && data.preprocess == kind {
        row(ui, "λ of the logit", |ui| {
            lambda = lambda_of(ui, state, edited);
        });
    }
    let mut split = data.split;
    if matches!(data.source, DataSource::Path(_)) {
        row(ui, "split", |ui| {
            let dataset = state.data.as_ref().map(|d| &*d.dataset);
            split_choice(ui, &mut split, dataset);
        });
    }
    if kind != data.preprocess
        || scale != data.scale
        || split != data.split
        || lambda != data.logit_lambda
    {
        actions.push(Action::Data(DataConfig {
            scale,
            preprocess: kind,
            logit_lambda: lambda,
            split,
            ..data.clone()
        }));
    }
}

/// The menu of preprocessings, called `label` by screen readers; what needs bytes is out of reach where `data` are
/// real values.
pub(crate) fn preprocess_menu(
    ui: &mut Ui,
    label: &'static str,
    kind: &mut Preprocess,
    data: Option<&Dataset>,
) {
    let real = data.is_some_and(|d| d.scaling().levels.is_none());
    let entry = |kind: Preprocess| {
        let refused = (real && needs_levels(kind)).then(|| NEEDS_LEVELS.to_owned());
        Choice::new(kind, preprocess_name(kind), "").unless(refused)
    };
    let shown = preprocess_name(*kind);
    menu(ui, label, kind, shown, || {
        let all = [
            Preprocess::None,
            Preprocess::Center,
            Preprocess::Dequantize,
            Preprocess::Logit,
            Preprocess::Standardize,
        ];
        all.map(entry).into()
    });
}

/// One of the splits; those that `data`, once they are known, do not have are out of reach.
pub(crate) fn split_choice(ui: &mut Ui, split: &mut Split, data: Option<&Dataset>) {
    let there = |option: Split| match (option, data) {
        (Split::Auto, _) | (_, None) => true,
        // What is not divided can be trained on, and has no other part.
        (Split::Train, Some(data)) if data.splits.is_empty() => true,
        (option, Some(data)) => data.splits.contains(&option),
    };
    let before = *split;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 2.0;
        // A row that is filled from the right starts with the last.
        let mut options = Split::ALL.to_vec();
        if ui.layout().prefer_right_to_left() {
            options.reverse();
        }
        for option in options {
            let name = match option {
                Split::Validation => "valid",
                option => option.name(),
            };
            // The present choice stays in reach, so that it can be seen.
            let enabled = there(option) || option == before;
            let shown =
                ui.add_enabled_ui(enabled, |ui| segmented(ui, split, &[(option, name)], false));
            if !enabled {
                let text = format!("These data have no {name} split.");
                shown.response.on_disabled_hover_text(text);
            }
        }
    });
}

/// The menu of scales, called `label` by screen readers.
pub(crate) fn scale_menu(ui: &mut Ui, label: &'static str, scale: &mut Scale) {
    let entry = |scale: Scale| Choice::new(scale, scale_name(scale), scale_help(scale));
    let shown = scale_name(*scale);
    let now = *scale;
    menu(ui, label, scale, &shown, || {
        let mut all = vec![
            Scale::Auto,
            Scale::None,
            Scale::Divide(255.0),
            Scale::Divide(65535.0),
            Scale::MinMax,
        ];
        if !all.contains(&now) {
            all.push(now);
        }
        all.into_iter().map(entry).collect()
    });
}

/// What a scale is called on screen.
fn scale_name(scale: Scale) -> String {
    match scale {
        Scale::Auto => "auto".into(),
        Scale::None => "as stored".into(),
        Scale::Divide(divisor) => format!("÷ {divisor}"),
        Scale::MinMax => "min–max".into(),
    }
}

fn scale_help(scale: Scale) -> &'static str {
    match scale {
        Scale::Auto => {
            "Grey levels are divided by the largest one; everything else is left as it is."
        }
        Scale::None => "Values are used as they are stored.",
        Scale::Divide(_) => "Every value is divided by this number.",
        Scale::MinMax => "The smallest value becomes 0 and the largest 1.",
    }
}

/// λ as it is, or as it was set once the pointer has let go; its usual value is none of its own.
fn lambda_of(ui: &mut Ui, state: &AppState, edited: &mut Option<f64>) -> Option<f64> {
    let current = state.config.data.logit_lambda;
    let channels = state.data.as_ref().map_or(1, |d| d.dataset.shape.channels);
    let usual = usual_lambda(channels);
    let before = current.unwrap_or(usual);
    let mut value = edited.unwrap_or(before);
    let speed = value * 0.02;
    let drag = egui::DragValue::new(&mut value)
        .speed(speed)
        // A number half typed must not load the data anew.
        .update_while_editing(false)
        .range(LEAST_LAMBDA..=MOST_LAMBDA)
        .custom_formatter(|v, _| significant(v, 3));
    let response = ui.add(drag);
    name(&response, "λ of the logit");
    *edited = response.dragged().then_some(value);
    response.on_hover_text(
        "x = logit(λ + (1 − 2λ)w) for a value w between 0 and 1. Usual values are 1e-6 for grey and 0.05 for colour. Changing \
         it loads the data again.",
    );
    if edited.is_some() || value == before {
        current
    } else {
        Some(value).filter(|v| *v != usual)
    }
}
