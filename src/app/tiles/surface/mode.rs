//! The loss of one mode of the linear model over its two weights.

use egui::Ui;

use super::{Kind, mode_number};
use crate::app::state::AppState;
use crate::app::state::action::Action;
use crate::app::state::concern::Concern;
use crate::app::tiles::{shown_gamma, with_limit};
use crate::figures;
use crate::plot::{ColourScale, FigureSpec};

/// Decoder weight u against encoder weight v, σ at its best.
pub(super) struct OneMode;

impl Kind for OneMode {
    fn made_of(&self) -> &'static [Concern] {
        &[Concern::Settings, Concern::Selection, Concern::Trails]
    }

    fn name(&self) -> &'static str {
        "One mode (u, v)"
    }

    fn help(&self) -> &'static str {
        "The loss of one principal mode of the linear model as a function of its decoder weight u and its encoder weight v, \
         with the best posterior σ at every point. The origin is the collapsed latent: a saddle while ζ² > βγ, the global \
         minimum otherwise (Wang & Ziyin 2022, theorem 3). The orange line shows where this network has been."
    }

    fn controls(&mut self, ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) -> bool {
        let mut mode = state.selection.mode;
        if mode_number(ui, state, &mut mode, "Mode ", "surface mode") {
            actions.push(Action::Mode(mode));
        }
        false
    }

    fn figure(&mut self, state: &AppState, scale: ColourScale) -> Option<FigureSpec> {
        let eigenvalues = state.prediction.as_ref()?.problem.eigenvalues();
        let trail: Vec<[f64; 2]> = state.trails.on_mode.iter().copied().collect();
        let live = &state.config.live;
        let figure = figures::mode_surface_figure(
            state.selection.mode,
            *eigenvalues.get(state.selection.mode)?,
            (live.beta, shown_gamma(state), live.eta_enc),
            &trail,
            scale,
            &state.provenance(),
        )
        .ok()?;
        // It is the linear model's, whatever is trained.
        Some(with_limit(figure, state))
    }
}
