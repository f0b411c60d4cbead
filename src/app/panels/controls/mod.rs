//! The left panel: every setting, grouped by what changing it does.
//!
//! What everybody needs stands open; the rest is behind two folds that say what in them is not as
//! at the start.

mod data;
mod layers;
mod model;
mod network;
mod objective;
mod optimiser;
mod parts;
mod schedule;
mod translator;

use egui::Ui;

use crate::app::state::AppState;
use crate::app::state::action::Action;
use crate::app::state::outline::OutlineCache;
use crate::config::{NetConfig, SamplingConfig};

pub(crate) use data::{preprocess_menu, scale_menu, split_choice};
pub(crate) use parts::row;

/// What the panel remembers between frames that is no setting of a run.
#[derive(Default)]
pub(crate) struct Controls {
    /// The path box.
    path: String,
    /// The loss of the user's code, and the β that its weight amounts to.
    translator: translator::Translator,
    /// A network being edited, until the pointer lets go.
    net: Option<NetConfig>,
    /// λ of the logit being dragged, until the pointer lets go.
    lambda: Option<f64>,
    /// Batch and seed being edited, until the pointer lets go.
    sampling: Option<SamplingConfig>,
    /// What the network on screen would be.
    outline: OutlineCache,
    /// The menu of networks.
    network: network::Networks,
    /// The advanced section's texts.
    layers: layers::Layers,
    /// Whether the advanced part of the objective is open.
    objective_open: bool,
    /// Whether the advanced part of the model is open.
    model_open: bool,
}

impl Controls {
    /// Draws the panel; what the user asked for goes to `actions`. True if they asked for a file dialog.
    pub fn ui(&mut self, ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) -> bool {
        ui.spacing_mut().item_spacing.y = 4.0;
        let help = "Changing anything here loads the data again and starts a new run.";
        let open_dialog = parts::section(ui, "Data", "Reloads", help, |ui| {
            self.data(ui, state, actions)
        });
        ui.add_space(5.0);
        let help = "These can be changed while the network trains; the weights stay.";
        parts::section(ui, "Objective", "Live", help, |ui| {
            self.objective(ui, state, actions);
        });
        ui.add_space(5.0);
        let help = "Changing the network starts a new run; the traces of the old one stay on screen as a pale curve.";
        parts::section(ui, "Model", "Restarts", help, |ui| {
            self.model(ui, state, actions);
        });
        ui.add_space(5.0);
        parts::section(ui, "Optimiser", "", "", |ui| {
            self.optimiser(ui, state, actions);
        });
        open_dialog
    }
}
