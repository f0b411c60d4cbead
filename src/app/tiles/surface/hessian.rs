//! The eigenvalues of one mode's Hessian at the collapsed point, against β.

use egui::Ui;

use super::{Kind, mode_number};
use crate::app::state::AppState;
use crate::app::state::action::Action;
use crate::app::tiles::shown_gamma;
use crate::figures;
use crate::plot::{ColourScale, FigureSpec};

/// When the way down from the collapsed point closes.
pub(super) struct HessianAtZero;

impl Kind for HessianAtZero {
    fn name(&self) -> &'static str {
        "Hessian at 0"
    }

    fn help(&self) -> &'static str {
        "Both eigenvalues of the linear model's Hessian at the collapsed point, for one principal mode, against β. \
         The least crosses zero at β = ζ²/γ: before it the point is a saddle, from there on the global minimum \
         (Wang & Ziyin 2022, theorem 3)."
    }

    fn is_map(&self) -> bool {
        false
    }

    fn controls(&mut self, ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) -> bool {
        let mut mode = state.mode;
        if mode_number(ui, state, &mut mode, "mode ", "surface mode") {
            actions.push(Action::Mode(mode));
        }
        false
    }

    fn figure(&mut self, state: &AppState, _scale: ColourScale) -> Option<FigureSpec> {
        let eigenvalues = state.prediction.as_ref()?.problem.eigenvalues();
        let live = &state.config.live;
        let zeta2 = *eigenvalues.get(state.mode)?;
        let at = (live.beta, shown_gamma(state), live.eta_enc);
        let betas = figures::betas_around(zeta2 / at.1, live.beta);
        let from = state.provenance();
        let mut figure = figures::hessian_figure(state.mode, zeta2, at, &betas, &from).ok()?;
        // It is the linear model's, whatever is trained.
        if let Some(gap) = state.uncovered() {
            figure.notes.push(gap.sentence());
        }
        Some(figure)
    }
}
