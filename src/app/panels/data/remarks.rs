//! What loading decided without being asked: the scale, where it is not obvious, and the remarks of the reader.

use egui::{Label, RichText, Ui};

use crate::app::state::Data;
use crate::app::state::action::Action;
use crate::app::widgets::theme;
use crate::app::widgets::theme::Theme;
use crate::config::{DataConfig, DataSource, Preprocess};

/// Draws one line for each, whole under the pointer, in the order of their weight; nothing where all was obvious.
pub(crate) fn remarks(ui: &mut Ui, data: &Data, actions: &mut Vec<Action>) {
    uneven(ui, data, actions);
    let dataset = &data.dataset;
    let scaling = dataset.scaling();
    let c = theme::chrome(Theme::of(ui));
    let mut say = |text: String, help: &str| {
        let label = Label::new(RichText::new(&text).small().color(c.muted)).truncate();
        ui.add(label).on_hover_text(format!("{text}\n\n{help}"));
    };
    if !scaling.obvious {
        say(
            format!("scale: {}", scaling.reason),
            "How stored values were brought to the model's scale. The menu 'scale' below overrules it; changing it \
             reloads the data.",
        );
    }
    for remark in &dataset.remarks {
        say(remark.clone(), "Decided while the data were loaded");
    }
}

/// Says that columns differ too much in scale, or values lie far from one, and offers what helps.
fn uneven(ui: &mut Ui, data: &Data, actions: &mut Vec<Action>) {
    // Whoever wrote down a spectrum knows its scale.
    let given = matches!(data.config.source, DataSource::Gaussian(_));
    let overview = data.overview.as_ref().filter(|_| !given);
    let Some(warning) = overview.and_then(|o| o.scale.as_ref()) else {
        return;
    };
    let colour = theme::chrome(Theme::of(ui)).warn;
    let text = warning.text(&data.dataset.columns);
    ui.add(Label::new(RichText::new(text).small().color(colour)).wrap());
    if data.config.preprocess != Preprocess::Standardize {
        let help = "Divides every value by the standard deviation of its dimension, and loads the data again.";
        if ui.small_button("Standardise").on_hover_text(help).clicked() {
            actions.push(Action::Data(DataConfig {
                preprocess: Preprocess::Standardize,
                ..data.config.clone()
            }));
        }
    }
}
