//! The pieces every section is made of: headings, rows, folds, menus.

use egui::{Color32, Id, Response, RichText, Ui, UiBuilder};

use crate::app::widgets::label::{hint, name, sentence};
use crate::app::widgets::symbols;
use crate::app::widgets::theme;
use crate::app::widgets::theme::{Theme, muted, section_heading};

/// Height of a row of small text.
const LOW: f32 = 16.0;

/// A section of the panel: heading, what changing something in it does, its controls.
///
/// The identities of a section's widgets do not depend on how many stand above it, so a drag or a
/// text under way survives a line that comes or goes elsewhere.
pub(crate) fn section<R>(
    ui: &mut Ui,
    title: &'static str,
    effect: &str,
    help: &str,
    contents: impl FnOnce(&mut Ui) -> R,
) -> R {
    let builder = UiBuilder::new().scope_id(Id::unique(("controls", title)));
    ui.scope_builder(builder, |ui| {
        ui.horizontal(|ui| {
            section_heading(ui, title);
            if !effect.is_empty() {
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    muted(ui, effect).on_hover_text(help);
                });
            }
        });
        contents(ui)
    })
    .inner
}

/// A part of a section that does not depend on how many widgets stand above it, as [`section`].
pub(crate) fn part<R>(ui: &mut Ui, id: &'static str, contents: impl FnOnce(&mut Ui) -> R) -> R {
    let builder = UiBuilder::new().scope_id(Id::unique(("controls part", id)));
    ui.scope_builder(builder, contents).inner
}

/// A name at the left, its control at the right; the name explains its symbols when the pointer is on it.
pub(crate) fn row<R>(ui: &mut Ui, label: &str, control: impl FnOnce(&mut Ui) -> R) -> R {
    explained(ui, label, "", control)
}

/// A row whose name explains itself when the pointer is on it.
pub(crate) fn explained<R>(
    ui: &mut Ui,
    label: &str,
    help: &str,
    control: impl FnOnce(&mut Ui) -> R,
) -> R {
    ui.horizontal(|ui| {
        hint(muted(ui, sentence(label)), help, label);
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), control)
            .inner
    })
    .inner
}

/// One small line that gives way at the panel's edge, whole when the pointer is on it.
pub(crate) fn line(ui: &mut Ui, text: &str, colour: Color32, help: &str) -> Response {
    let text = sentence(text);
    let label = egui::Label::new(RichText::new(&text).small().color(colour));
    let response = ui.add(label.truncate().show_tooltip_when_elided(false));
    let whole = if help.is_empty() {
        text
    } else {
        format!("{text}\n{help}")
    };
    response.on_hover_text(whole)
}

/// One small line in the muted colour.
pub(crate) fn quiet(ui: &mut Ui, text: &str, help: &str) -> Response {
    let colour = theme::chrome(Theme::of(ui)).muted;
    line(ui, text, colour, help)
}

/// A sentence in the colour of errors, in as many lines as it needs.
pub(crate) fn complaint(ui: &mut Ui, text: &str) {
    let colour = theme::chrome(Theme::of(ui)).error;
    let text = RichText::new(sentence(text)).small().color(colour);
    ui.add(egui::Label::new(text).wrap());
}

/// The switch of a part that is folded away.
pub(crate) fn fold(ui: &mut Ui, open: &mut bool, label: &'static str) {
    let sign = if *open { "▾" } else { "▸" };
    let text = RichText::new(format!("{sign} Advanced")).small();
    let response = ui.add(egui::Button::new(text).frame(false));
    name(&response, label);
    if response.clicked() {
        *open = !*open;
    }
}

/// What in a folded part is not as at the start.
pub(crate) fn hidden_changes(ui: &mut Ui, changed: &[String]) {
    let accent = theme::chrome(Theme::of(ui)).accent;
    let help = "Settings under 'Advanced' that differ from the defaults";
    line(ui, &changed.join(", "), accent, help);
}

/// A quiet line at the left, a control of this width at the right.
pub(crate) fn beside(
    ui: &mut Ui,
    width: f32,
    quiet: impl FnOnce(&mut Ui),
    control: impl FnOnce(&mut Ui),
) {
    low(ui, |ui| {
        let left = egui::vec2((ui.available_width() - width).max(0.0), LOW);
        let layout = egui::Layout::left_to_right(egui::Align::Center);
        ui.allocate_ui_with_layout(left, layout, quiet);
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), control);
    });
}

/// A row only as high as its small text.
pub(crate) fn low(ui: &mut Ui, contents: impl FnOnce(&mut Ui)) {
    let height = std::mem::replace(&mut ui.spacing_mut().interact_size.y, LOW);
    ui.horizontal(contents);
    ui.spacing_mut().interact_size.y = height;
}

/// One entry of a [`menu`].
pub(crate) struct Choice<T> {
    /// What choosing it sets.
    pub value: T,
    /// How it is called.
    pub text: String,
    /// The tooltip; why it cannot be chosen if it cannot.
    pub help: String,
    /// Whether it can be chosen.
    pub enabled: bool,
}

impl<T> Choice<T> {
    /// An entry that can be chosen.
    pub fn new(value: T, text: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            value,
            text: text.into(),
            help: help.into(),
            enabled: true,
        }
    }

    /// The same entry, out of reach for this reason if there is one.
    pub fn unless(self, reason: Option<String>) -> Self {
        match reason {
            Some(help) => Self {
                help,
                enabled: false,
                ..self
            },
            None => self,
        }
    }
}

/// A drop-down menu named `label`; true if the value was changed.
pub(crate) fn menu<T: PartialEq>(
    ui: &mut Ui,
    label: &'static str,
    value: &mut T,
    shown: &str,
    entries: impl FnOnce() -> Vec<Choice<T>>,
) -> bool {
    let mut changed = false;
    let width = ui.available_width().min(168.0);
    let response = egui::ComboBox::from_id_salt(label)
        .width(width)
        .height(420.0)
        .truncate()
        .selected_text(sentence(shown))
        .show_ui(ui, |ui| {
            // Entries are as wide as they need, the closed menu is not.
            ui.style_mut().wrap_mode = Some(egui::TextWrapMode::Extend);
            for entry in entries() {
                let chosen = *value == entry.value;
                let button = egui::Button::selectable(chosen, sentence(&entry.text));
                let mut response = ui.add_enabled(entry.enabled, button);
                let help = symbols::tooltip(&entry.help, &entry.text);
                if !help.is_empty() {
                    response = response.on_hover_text(&help).on_disabled_hover_text(&help);
                }
                if response.clicked() && !chosen {
                    *value = entry.value;
                    changed = true;
                }
            }
        })
        .response;
    name(&response, label);
    // Long names are cut off.
    if shown.chars().count() > 20 {
        response.on_hover_text(shown);
    }
    changed
}
