//! Small widgets every panel uses: tile frame and heading, section heading, chip, segmented
//! control, quiet label.

use egui::{
    Color32, CornerRadius, Frame, Margin, Response, RichText, Role, Sense, Stroke, StrokeKind, Ui,
    Vec2, WidgetInfo,
};

use super::label::{hint, sentence};
use super::theme::{Theme, chrome};

/// The frame of a tile or panel: filled, rounded, a hairline around it.
pub fn tile_frame(theme: Theme) -> Frame {
    let c = chrome(theme);
    Frame::new()
        .fill(c.panel)
        .stroke(Stroke::new(1.0, c.outline))
        .corner_radius(CornerRadius::same(6))
        .inner_margin(Margin::symmetric(12, 8))
}

/// A tile's title and, beside it, its quieter subtitle; the subtitle gives way where there is no
/// room for it.
pub fn tile_heading(ui: &mut Ui, title: &str, subtitle: &str) -> Response {
    let c = chrome(Theme::of(ui));
    let title = RichText::new(title).heading().size(14.5).color(c.strong);
    let response = ui.add(egui::Label::new(title).truncate());
    if !subtitle.is_empty() && ui.available_width() > 60.0 {
        ui.add_space(4.0);
        let text = RichText::new(subtitle).small().color(c.muted);
        ui.add(egui::Label::new(text).truncate());
    }
    response
}

/// A small quiet heading over a group of controls: `OBJECTIVE`.
pub fn section_heading(ui: &mut Ui, text: &str) -> Response {
    let muted = chrome(Theme::of(ui)).muted;
    ui.add_space(2.0);
    let text = RichText::new(text.to_uppercase())
        .small()
        .color(muted)
        .extra_letter_spacing(0.4);
    ui.label(text)
}

/// A small quiet label.
pub fn muted(ui: &mut Ui, text: impl Into<String>) -> Response {
    let muted = chrome(Theme::of(ui)).muted;
    ui.label(RichText::new(text).small().color(muted))
}

/// A small filled chip; the text is black or white, whichever is easier to read on `fill`.
pub fn chip(ui: &mut Ui, text: &str, fill: Color32) -> Response {
    let font = egui::TextStyle::Small.resolve(ui.style());
    let galley = ui
        .painter()
        .layout_no_wrap(text.to_owned(), font, readable_on(fill));
    let size = galley.size() + Vec2::new(12.0, 4.0);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    ui.painter().rect_filled(rect, CornerRadius::same(4), fill);
    let at = rect.center() - galley.size() / 2.0;
    ui.painter().galley(at, galley, Color32::BLACK);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, text));
    response
}

/// Black or white, whichever is easier to read on `fill`.
pub(crate) fn readable_on(fill: Color32) -> Color32 {
    let luminance = crate::plot::colour::luminance([fill.r(), fill.g(), fill.b()]);
    if luminance > 0.22 {
        Color32::from_gray(16)
    } else {
        Color32::WHITE
    }
}

/// Between two options.
const GAP: f32 = 2.0;

/// One of several values, side by side: `fixed | learned | optimal`. Buttons share the width that
/// is left evenly where `fill` is set. Returns whether the value was changed by this frame.
pub fn segmented<T: PartialEq + Copy>(
    ui: &mut Ui,
    value: &mut T,
    options: &[(T, &str)],
    fill: bool,
) -> bool {
    let c = chrome(Theme::of(ui));
    let count = options.len().max(1) as f32;
    let share = ((ui.available_width() - GAP * (count - 1.0)) / count).max(20.0);
    let before = *value;
    let size = Vec2::new(if fill { share } else { 0.0 }, 24.0);
    let _ = ui.scope(|ui| {
        ui.spacing_mut().item_spacing.x = GAP;
        ui.horizontal(|ui| {
            // A parent that fills from the right would show the options backwards.
            let backwards = ui.layout().prefer_right_to_left();
            for index in 0..options.len() {
                let at = if backwards {
                    options.len() - 1 - index
                } else {
                    index
                };
                let (option, name) = options[at];
                let chosen = option == *value;
                let shown = sentence(name);
                let text = RichText::new(&shown).color(if chosen { c.strong } else { c.text });
                let button = egui::Button::new(text)
                    .min_size(size)
                    .truncate()
                    .fill(if chosen { c.selected } else { c.control });
                let response = ui.add(button);
                response.widget_info(|| {
                    WidgetInfo::selected(Role::RadioButton, ui.is_enabled(), chosen, &shown)
                });
                let response = hint(response, "", name);
                if chosen {
                    let round = CornerRadius::same(4);
                    let outline = Stroke::new(1.0, c.accent.gamma_multiply(0.6));
                    ui.painter()
                        .rect_stroke(response.rect, round, outline, StrokeKind::Inside);
                }
                if response.clicked() {
                    *value = option;
                }
            }
        });
    });
    *value != before
}

/// What a tile's title keeps of a heading in which there is not room for everything.
const TITLE_WIDTH: f32 = 130.0;

/// One of several values, as [`segmented`]; in a tile's heading without room for them they fold into a menu. Returns
/// whether the value was changed by this frame.
pub fn foldable<T: PartialEq + Copy>(ui: &mut Ui, value: &mut T, options: &[(T, &str)]) -> bool {
    // Headings are filled from the right: the switches first, the title with what they leave.
    let is_heading = ui.layout().prefer_right_to_left();
    if is_heading && width_of(ui, options) + TITLE_WIDTH > ui.available_width() {
        folded(ui, value, options)
    } else {
        segmented(ui, value, options, false)
    }
}

/// Width of options side by side.
fn width_of<T>(ui: &Ui, options: &[(T, &str)]) -> f32 {
    let font = egui::TextStyle::Button.resolve(ui.style());
    let padding = 2.0 * ui.spacing().button_padding.x;
    let texts = options.iter().map(|(_, name)| {
        let text = ui
            .painter()
            .layout_no_wrap(sentence(name), font.clone(), Color32::BLACK);
        text.size().x + padding + GAP
    });
    texts.sum()
}

/// The options as a menu that shows the present one.
fn folded<T: PartialEq + Copy>(ui: &mut Ui, value: &mut T, options: &[(T, &str)]) -> bool {
    let before = *value;
    let shown = options.iter().find(|(option, _)| option == value);
    let title = format!("{} ▾", sentence(shown.map_or("choose", |(_, name)| name)));
    ui.menu_button(title, |ui| {
        for (option, name) in options {
            let chosen = option == value;
            let shown = sentence(name);
            let response = ui.add(egui::Button::selectable(chosen, &shown));
            response.widget_info(|| {
                WidgetInfo::selected(Role::RadioButton, ui.is_enabled(), chosen, &shown)
            });
            let response = hint(response, "", name);
            if response.clicked() {
                *value = *option;
                ui.close();
            }
        }
    });
    *value != before
}
