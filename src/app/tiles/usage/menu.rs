//! What can be done to one latent, in the menu of a right click.

use egui::Ui;

use crate::app::state::AppState;
use crate::app::state::action::Action;
use crate::app::widgets::theme::muted;
use crate::config::Estimator;

/// The menu of latent `latent`; it says which of its entries change the training.
pub(super) fn latent_menu(ui: &mut Ui, latent: usize, state: &AppState, actions: &mut Vec<Action>) {
    ui.set_min_width(250.0);
    muted(
        ui,
        format!("z{latent}: only what is shown; training is not affected"),
    );
    let zero = if state.selection.zeroed.contains(&latent) {
        "Show again in pictures and statistics"
    } else {
        "Zero in pictures and statistics"
    };
    if ui.button(zero).clicked() {
        actions.push(Action::ToggleZero(latent));
        ui.close();
    }
    ui.separator();
    muted(ui, "Changes the training of the live run");
    let (hold, help) = if state.selection.held.contains(&latent) {
        (
            "Release into training",
            "From the next step on the decoder receives it again, and it may become active.",
        )
    } else {
        (
            "Hold out of training",
            "From the next step on the decoder receives the prior mean in its place, and the KL alone trains its posterior. Reset \
             releases it.",
        )
    };
    let analytic = state.config.net.estimator == Estimator::Analytic;
    let button = ui.add_enabled(!analytic, egui::Button::new(hold));
    let why =
        "The analytic estimator integrates over every latent in closed form, so none can be held.";
    if button
        .on_hover_text(help)
        .on_disabled_hover_text(why)
        .clicked()
    {
        actions.push(Action::ToggleHold(latent));
        ui.close();
    }
    ui.separator();
    muted(ui, "Trains a copy; the live run is not changed");
    if ui.button("Noise experiment…").clicked() {
        actions.push(Action::NoiseOn(latent));
        ui.close();
    }
}
