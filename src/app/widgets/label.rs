//! Texts of controls: their accessible names, tooltips that explain symbols, sentence case, the sentence in an empty
//! area, the names of preprocessings.

use egui::{Response, RichText, Sense, Ui, UiBuilder};

use super::symbols;
use super::theme::{Theme, chrome};
use crate::config::Preprocess;

/// Names a control for screen readers and tests.
pub(crate) fn name(response: &Response, text: &'static str) {
    response
        .ctx
        .accesskit_node_builder(response.id, |node| node.set_label(text));
}

/// Adds a tooltip: what a control does, then what the symbols in its label mean; none where there is neither.
pub(crate) fn hint(response: Response, help: &str, label: &str) -> Response {
    // The label is searched only where a tooltip may be shown.
    let silent = || !response.contains_pointer() || symbols::in_label(label).is_empty();
    if help.is_empty() && silent() {
        return response;
    }
    response.on_hover_ui(|ui| {
        ui.set_max_width(ui.spacing().tooltip_width);
        ui.label(symbols::tooltip(help, label));
    })
}

/// The text in sentence case; a first word that is a symbol or has capitals of its own stays as it is.
pub(crate) fn sentence(text: &str) -> String {
    let is_word = |c: char| c.is_ascii_alphabetic();
    let word: &str = text.split(|c| !is_word(c)).next().unwrap_or("");
    let plain = word.len() > 1 && word.chars().all(|c| c.is_ascii_lowercase());
    if !plain {
        return text.to_owned();
    }
    let (first, rest) = text.split_at(1);
    first.to_ascii_uppercase() + rest
}

/// A sentence in the middle of an area that has nothing to show yet.
pub(crate) fn empty(ui: &mut Ui, text: &str) {
    let c = chrome(Theme::of(ui));
    let text = RichText::new(sentence(text)).color(c.muted);
    let area = ui.available_rect_before_wrap();
    ui.allocate_rect(area, Sense::hover());
    let mut inner = ui.new_child(UiBuilder::new().max_rect(area));
    inner.vertical_centered(|ui| {
        // A line or two above the middle look centred; justified lines would be torn apart.
        ui.add_space((area.height() * 0.5 - ui.spacing().interact_size.y).max(0.0));
        ui.label(text);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_begin_with_a_capital_and_symbols_stay() {
        for (text, shown) in [
            ("learning rate", "Learning rate"),
            ("VAE", "VAE"),
            ("pPCA columns", "pPCA columns"),
            ("z3", "z3"),
            ("β × γ", "β × γ"),
            ("÷ 255", "÷ 255"),
            ("warm-up", "Warm-up"),
            ("η_dec", "η_dec"),
            ("", ""),
        ] {
            assert_eq!(sentence(text), shown);
        }
    }
}
