//! The guided tour: a strip above the tiles that says what to look at, over runs set up for it.
//!
//! What each step shows and says, and where the tour is, are in the state.

use egui::{Button, RichText, Ui};

use crate::app::state::AppState;
use crate::app::state::action::Action;
use crate::app::state::tour::{STEPS, Tour, TourAction};
use crate::app::widgets::theme;
use crate::app::widgets::theme::{Theme, muted, tile_frame};

/// Draws the strip of the step shown, above what is left of `ui`.
pub(crate) fn panel(ui: &mut Ui, state: &AppState, tour: &Tour, actions: &mut Vec<Action>) {
    let theme = Theme::of(ui);
    let margin = egui::Margin {
        left: 8,
        right: 8,
        top: 8,
        bottom: 0,
    };
    let around = egui::Frame::new()
        .fill(theme::chrome(theme).window)
        .inner_margin(margin);
    egui::Panel::top("tour")
        .frame(around)
        .resizable(false)
        .show_separator_line(false)
        .show(ui, |ui| {
            let c = theme::chrome(theme);
            tile_frame(theme)
                .stroke(egui::Stroke::new(1.0, c.accent.gamma_multiply(0.7)))
                .show(ui, |ui| strip(ui, state, tour, actions));
        });
}

fn strip(ui: &mut Ui, state: &AppState, tour: &Tour, actions: &mut Vec<Action>) {
    let c = theme::chrome(Theme::of(ui));
    let step = &STEPS[tour.step];
    ui.set_min_width(ui.available_width());
    ui.horizontal(|ui| {
        muted(
            ui,
            format!("Tour, step {} of {}", tour.step + 1, STEPS.len()),
        );
        let title = RichText::new(step.title).heading().size(14.5);
        ui.label(title.color(c.strong));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            muted(ui, step.paper);
        });
    });
    ui.label(RichText::new(step.text).color(c.text));
    if state.papers.is_running() && !state.playing {
        let text = "The run is waiting for the experiments of the Papers workspace. Press Play to let it go on.";
        ui.label(RichText::new(text).color(c.warn));
    }
    ui.horizontal_wrapped(|ui| {
        let mut button = |ui: &mut Ui, enabled, text: &str, help: &str, action| {
            let response = ui.add_enabled(enabled, Button::new(text));
            if response.on_hover_text(help).clicked() {
                actions.push(Action::Tour(action));
            }
        };
        button(
            ui,
            tour.step > 0,
            "Back",
            "Goes back one step.",
            TourAction::Back,
        );
        let more = tour.step + 1 < STEPS.len();
        button(
            ui,
            more,
            "Next",
            "Goes on to the next step and its run.",
            TourAction::Next,
        );
        ui.add_space(12.0);
        if state.tour_run_is_changed() {
            let help = "Ends the tour and restores your settings from before it, from step 0.";
            button(ui, true, "Back to my run", help, TourAction::Return);
            let help = "Ends the tour and keeps the run on screen.";
            button(ui, true, "Close", help, TourAction::Close);
        } else {
            let help = "Ends the tour and keeps the run on screen.";
            button(ui, true, "Keep this run", help, TourAction::Keep);
            let help = "Ends the tour and restores your settings from before it, from step 0.";
            button(ui, true, "Close", help, TourAction::Close);
        }
    });
}
