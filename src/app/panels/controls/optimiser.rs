//! The optimiser section: step size, batch, seed, device.

use egui::Ui;

use crate::app::state::AppState;
use crate::app::state::action::Action;
use crate::config::{DeviceChoice, LiveConfig};
use crate::text::significant;

use super::Controls;
use super::parts::{Choice, menu, row};
use crate::app::widgets::label::name;

impl Controls {
    /// Draws the section.
    pub(crate) fn optimiser(&mut self, ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
        let live = state.config.live;
        let mut rate = live.learning_rate;
        let speed = rate * 0.01;
        row(ui, "learning rate", |ui| {
            let response = ui.add(
                egui::DragValue::new(&mut rate)
                    .speed(speed)
                    .range(1e-9..=1e3)
                    .custom_formatter(|v, _| significant(v, 3)),
            );
            name(&response, "learning rate");
            response.on_hover_text("Adam's step size. It can be changed while the network trains.");
        });
        if rate != live.learning_rate {
            actions.push(Action::Live(LiveConfig {
                learning_rate: rate,
                ..live
            }));
        }
        let mut sampling = self.sampling.unwrap_or(state.config.sampling);
        let mut dragging = false;
        // The row fills from the right.
        row(ui, "batch, seed", |ui| {
            let response = ui.add(egui::DragValue::new(&mut sampling.seed));
            name(&response, "seed");
            dragging |= response.dragged();
            response.on_hover_text("Seed of the initial weights, the order of the data and the noise. Changing it starts a new run.");
            let response = ui.add(egui::DragValue::new(&mut sampling.batch).range(1..=65_535));
            name(&response, "batch");
            dragging |= response.dragged();
            response.on_hover_text("Batch size: items per step. Changing it starts a new run.");
        });
        self.sampling = dragging.then_some(sampling);
        if !dragging && sampling != state.config.sampling {
            actions.push(Action::Sampling(sampling));
        }
        let mut device = state.config.device.clone();
        let shown = device.to_string();
        row(ui, "device", |ui| {
            menu(ui, "device", &mut device, &shown, || {
                [
                    (
                        DeviceChoice::Auto,
                        "A discrete GPU if there is one, otherwise an integrated one, otherwise the CPU.",
                    ),
                    (DeviceChoice::Cpu, "Trains on the processor."),
                    (DeviceChoice::Gpu, "Trains on a hardware GPU."),
                    (
                        DeviceChoice::Software,
                        "Runs the GPU kernels on the processor. Slow; for checking the kernels.",
                    ),
                ]
                .map(|(device, help)| {
                    let text = device.to_string();
                    Choice::new(device, text, help)
                })
                .into()
            });
        });
        if device != state.config.device {
            actions.push(Action::Device(device));
        }
    }
}
