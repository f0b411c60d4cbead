//! The loss of one mode of the linear model over its two weights.

use egui::Ui;

use super::{Kind, mode_number};
use crate::app::state::AppState;
use crate::app::state::action::Action;
use crate::app::tiles::shown_gamma;
use crate::figures;
use crate::plot::{ColourScale, FigureSpec};

/// Decoder weight u against encoder weight v, σ at its best.
pub(super) struct OneMode;

impl Kind for OneMode {
    fn name(&self) -> &'static str {
        "one mode (u, v)"
    }

    fn help(&self) -> &'static str {
        "The loss of one principal mode of the linear model over its decoder weight u and its encoder weight v, \
         the posterior's σ at its best everywhere. The origin, where the latent is collapsed, is a saddle while \
         ζ² > βγ and the global minimum from then on (Wang & Ziyin 2022, theorem 3). The orange line is where \
         this network has been."
    }

    fn controls(&mut self, ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) -> bool {
        let mut mode = state.mode;
        if mode_number(ui, state, &mut mode, "mode ", "surface mode") {
            actions.push(Action::Mode(mode));
        }
        false
    }

    fn figure(&mut self, state: &AppState, scale: ColourScale) -> Option<FigureSpec> {
        let eigenvalues = state.prediction.as_ref()?.problem.eigenvalues();
        let trail: Vec<[f64; 2]> = state.trail.iter().copied().collect();
        let live = &state.config.live;
        let mut figure = figures::mode_surface_figure(
            state.mode,
            *eigenvalues.get(state.mode)?,
            (live.beta, shown_gamma(state), live.eta_enc),
            &trail,
            scale,
            &state.provenance(),
        )
        .ok()?;
        // The surface is the linear model's, whatever is trained.
        if let Some(gap) = state.uncovered() {
            figure.notes.push(gap.sentence());
        }
        Some(figure)
    }
}
