//! What loading decided without being asked: the scale, where it is not obvious, and the remarks of the reader.

use egui::{Label, RichText, Ui};

use crate::app::theme::{self, Theme};
use crate::data::Dataset;

/// Draws one line for each, in the order of their weight; nothing where all was obvious.
pub(super) fn remarks(ui: &mut Ui, dataset: &Dataset) {
    let scaling = dataset.scaling();
    let c = theme::chrome(Theme::of(ui));
    let mut say = |text: String, help: &str| {
        let label = Label::new(RichText::new(&text).small().color(c.muted)).wrap();
        ui.add(label).on_hover_text(help);
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
