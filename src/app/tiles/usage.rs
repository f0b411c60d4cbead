//! The tile of what every latent does.

use egui::Ui;

use super::content::Content;
use crate::app::action::Action;
use crate::app::plot_view::PlotResponse;
use crate::app::state::AppState;
use crate::app::theme::segmented;
use crate::figure::{FigureSpec, run as figures};

/// Bars per latent; a click zeroes one.
pub(super) struct Usage;

impl Content for Usage {
    fn subtitle(&self, state: &AppState) -> String {
        zeroed(state).unwrap_or_else(|| "hover to highlight · click to zero".into())
    }

    fn switches(&mut self, ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) -> bool {
        let mut by_kl = state.sort_by_kl;
        let options = [(true, "by KL"), (false, "by index")];
        segmented(ui, &mut by_kl, &options, false);
        if by_kl != state.sort_by_kl {
            actions.push(Action::SortByKl(by_kl));
        }
        false
    }

    fn figure(&mut self, state: &AppState) -> Option<FigureSpec> {
        state.snapshot.as_ref()?.evaluation.as_ref()?;
        Some(figures::usage_figure(
            &state.usage,
            state.sort_by_kl,
            &state.provenance(),
        ))
    }

    fn respond(
        &mut self,
        response: &PlotResponse,
        state: &AppState,
        actions: &mut Vec<Action>,
    ) -> bool {
        if let Some(latent) = response.hovered_latent {
            if response.clicked_index.is_some() {
                actions.push(Action::ToggleZero(latent));
            } else if state.traversed != latent {
                actions.push(Action::Traverse(latent));
            }
        }
        false
    }

    fn empty(&self, _state: &AppState) -> String {
        "no statistics yet: press Play".into()
    }
}

/// Which latents are zeroed by hand, in words; none if none is.
pub(super) fn zeroed(state: &AppState) -> Option<String> {
    (!state.zeroed.is_empty()).then(|| {
        let names: Vec<String> = state.zeroed.iter().map(|j| format!("z{j}")).collect();
        format!("zeroed: {} · click to release", names.join(", "))
    })
}
