//! A slider over decades with exact entry and ticks at the values that matter.

use egui::{RichText, Sense, Stroke, Ui, vec2};

use super::label::{hint, name};
use super::theme::{self, Theme, muted};
use crate::text::significant;

/// What a slider is about.
pub(crate) struct LogSlider<'a> {
    /// `β`.
    pub symbol: &'static str,
    /// `KL weight`.
    pub name: &'a str,
    /// Ends of the track; a typed value may lie beyond.
    pub range: (f64, f64),
    /// What a double click sets.
    pub default: f64,
    /// Values marked under the track.
    pub ticks: &'a [f64],
    /// The tooltip.
    pub help: &'a str,
}

/// Height of the row of ticks.
const TICK_HEIGHT: f32 = 7.0;

/// Draws name, value and track; changes `value` as the user does.
pub(crate) fn log_slider(ui: &mut Ui, value: &mut f64, spec: &LogSlider<'_>) {
    ui.horizontal(|ui| {
        let symbol = ui.label(RichText::new(spec.symbol).size(17.0).strong());
        hint(symbol, spec.help, spec.symbol);
        hint(muted(ui, spec.name), spec.help, spec.symbol);
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let speed = *value * 0.005;
            let entry = egui::DragValue::new(value)
                .speed(speed)
                .range(1e-12..=1e12)
                .custom_formatter(|v, _| significant(v, 4));
            let response = ui.add(entry);
            name(&response, entry_label(spec.symbol));
            hint(
                response,
                "Drag, or click to type an exact value.",
                spec.symbol,
            );
        });
    });
    let (low, high) = spec.range;
    let response = ui
        .scope(|ui| {
            ui.spacing_mut().slider_width = ui.available_width();
            let track = egui::Slider::new(value, low..=high)
                .logarithmic(true)
                .clamping(egui::SliderClamping::Never)
                .trailing_fill(true)
                .show_value(false);
            ui.add(track)
        })
        .inner;
    name(&response, spec.symbol);
    if response.double_clicked() {
        *value = spec.default;
    }
    let rect = response.rect;
    hint(response, spec.help, spec.symbol);
    if spec.ticks.is_empty() {
        return;
    }
    // The track's ends are inset by the handle's radius.
    let inset = rect.height() / 2.5;
    let (left, right) = (rect.left() + inset, rect.right() - inset);
    let (strip, _) = ui.allocate_exact_size(vec2(rect.width(), TICK_HEIGHT), Sense::hover());
    let c = theme::chrome(Theme::of(ui));
    for &tick in spec.ticks {
        let share = (tick / low).ln() / (high / low).ln();
        if !(0.0..=1.0).contains(&share) {
            continue;
        }
        let x = left + (right - left) * share as f32;
        let alive = tick > *value;
        let colour = if alive { c.warn } else { c.muted };
        ui.painter().line_segment(
            [
                egui::pos2(x, strip.top() - 2.0),
                egui::pos2(x, strip.bottom() - 1.0),
            ],
            Stroke::new(if alive { 1.5 } else { 1.0 }, colour),
        );
    }
}

fn entry_label(symbol: &'static str) -> &'static str {
    match symbol {
        "β" => "β value",
        _ => "γ value",
    }
}
