//! Names and words that controls share: what a screen reader calls a control, what stands where there is nothing to
//! draw yet, what a preprocessing is called.

use egui::{Response, RichText, Ui};

use super::theme::{Theme, chrome};
use crate::config::Preprocess;

/// Names a control for screen readers and tests.
pub(crate) fn name(response: &Response, text: &'static str) {
    response
        .ctx
        .accesskit_node_builder(response.id, |node| node.set_label(text));
}

/// A sentence in the middle of an area that has nothing to show yet.
pub(crate) fn empty(ui: &mut Ui, text: &str) {
    let c = chrome(Theme::of(ui));
    ui.centered_and_justified(|ui| {
        ui.label(RichText::new(text).color(c.muted));
    });
}

/// What a preprocessing is called on screen.
pub(crate) fn preprocess_name(kind: Preprocess) -> &'static str {
    match kind {
        Preprocess::None => "none",
        Preprocess::Center => "centred",
        Preprocess::Dequantize => "dequantised",
        Preprocess::Logit => "logit",
        Preprocess::Standardize => "standardised",
    }
}
