//! What reaches the window as a whole: keys, and files dropped on it.

use std::path::PathBuf;

use egui::{Context, Key, Modifiers};

use super::explorer::Explorer;
use crate::app::state::action::Action;

impl Explorer {
    /// Turns keys into actions, unless a text is being typed.
    pub(super) fn shortcuts(&mut self, ctx: &Context) {
        if ctx.egui_wants_keyboard_input() {
            return;
        }
        let pressed = |modifiers, key| ctx.input_mut(|i| i.consume_key(modifiers, key));
        // The longer shortcut first: a plain arrow would swallow it.
        if pressed(Modifiers::SHIFT, Key::ArrowRight) {
            self.act(Action::Epoch);
        } else if pressed(Modifiers::NONE, Key::ArrowRight) {
            self.act(Action::Step);
        }
        if pressed(Modifiers::NONE, Key::Space) {
            self.act(Action::TogglePlay);
        }
        if pressed(Modifiers::NONE, Key::R) {
            self.act(Action::Reset);
        }
        if pressed(Modifiers::NONE, Key::F1) {
            self.help = !self.help;
        }
    }

    /// Opens what was dropped on the window.
    pub(super) fn dropped_files(&mut self, ctx: &Context) {
        let dropped: Vec<PathBuf> = ctx.input(|i| {
            i.raw
                .dropped_files
                .iter()
                .map(|f| f.path().to_owned())
                .collect()
        });
        if let Some(path) = dropped.into_iter().next() {
            let request = self.state.path_request(path);
            self.act(Action::Open(request));
        }
    }
}

/// Says what a drop will do while a file hovers over the window.
pub(super) fn drop_hint(ctx: &Context) {
    if ctx.input(|i| i.raw.hovered_files.is_empty()) {
        return;
    }
    egui::Area::new(egui::Id::unique("drop hint"))
        .anchor(egui::Align2::CENTER_CENTER, [0.0, 0.0])
        .order(egui::Order::Foreground)
        .show(ctx, |ui| {
            egui::Frame::popup(ui.style()).show(ui, |ui| {
                ui.heading("Drop to load these data");
            });
        });
}
