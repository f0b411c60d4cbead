//! The eigenvalues of one mode's Hessian at the collapsed point, against β.

use egui::Ui;

use super::{Kind, mode_number};
use crate::app::state::AppState;
use crate::app::state::action::Action;
use crate::app::state::concern::Concern;
use crate::app::tiles::{shown_gamma, with_limit};
use crate::figures;
use crate::plot::{ColourScale, FigureSpec};

/// When the way down from the collapsed point closes.
pub(super) struct HessianAtZero;

impl Kind for HessianAtZero {
    fn made_of(&self) -> &'static [Concern] {
        &[Concern::Settings, Concern::Selection]
    }

    fn name(&self) -> &'static str {
        "Hessian at 0"
    }

    fn help(&self) -> &'static str {
        "Both eigenvalues of the linear model's Hessian at the collapsed point of one principal mode, against β. The smaller \
         one crosses zero at β = ζ²/γ: below, the point is a saddle, above, the global minimum (Wang & Ziyin 2022, theorem 3)."
    }

    fn is_map(&self) -> bool {
        false
    }

    fn controls(&mut self, ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) -> bool {
        let mut mode = state.selection.mode;
        if mode_number(ui, state, &mut mode, "Mode ", "surface mode") {
            actions.push(Action::Mode(mode));
        }
        false
    }

    fn figure(&mut self, state: &AppState, _scale: ColourScale) -> Option<FigureSpec> {
        let eigenvalues = state.prediction.as_ref()?.problem.eigenvalues();
        let live = &state.config.live;
        let mode = state.selection.mode;
        let zeta2 = *eigenvalues.get(mode)?;
        let at = (live.beta, shown_gamma(state), live.eta_enc);
        let betas = figures::betas_around(zeta2 / at.1, live.beta);
        let from = state.provenance();
        let figure = figures::hessian_figure(mode, zeta2, at, &betas, &from).ok()?;
        // It is the linear model's, whatever is trained.
        Some(with_limit(figure, state))
    }
}
