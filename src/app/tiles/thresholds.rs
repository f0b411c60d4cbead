//! The tile of the data's spectrum and the line βγ.

use super::content::Content;
use super::shown_gamma;
use crate::app::action::Action;
use crate::app::plot_view::PlotResponse;
use crate::app::state::AppState;
use crate::config::LiveConfig;
use crate::figure::{FigureSpec, run as figures};

/// Which modes live, and where the network's own latents stand.
#[derive(Default)]
pub(super) struct Thresholds;

impl Content for Thresholds {
    fn subtitle(&self, _state: &AppState) -> String {
        "a mode lives while ζ² > βγ".into()
    }

    fn figure(&mut self, state: &AppState) -> Option<FigureSpec> {
        let prediction = state.prediction.as_ref()?;
        let snapshot = state.snapshot.as_ref();
        let measured = snapshot
            .filter(|s| s.evaluation.is_some())
            .map(|_| &state.usage);
        let mut figure = figures::thresholds_figure(
            prediction,
            shown_gamma(state),
            measured,
            snapshot.map(|s| s.stationary),
            &state.provenance(),
        );
        // Its first note is the predicted count.
        if let (Some(gap), Some(count)) = (state.uncovered(), figure.notes.first_mut()) {
            *count = gap.sentence();
        }
        Some(figure)
    }

    fn respond(
        &mut self,
        response: &PlotResponse,
        state: &AppState,
        actions: &mut Vec<Action>,
    ) -> bool {
        if let Some((rule, value)) = &response.dragged_rule
            && rule == crate::figure::tiles::thresholds::DRAG_BETA_GAMMA
        {
            actions.push(Action::Live(LiveConfig {
                beta: value / shown_gamma(state),
                ..state.config.live
            }));
        }
        if let (Some(_), Some([x, _])) = (response.clicked_index, response.hovered_value)
            && response.hovered_latent.is_none()
        {
            actions.push(Action::Mode((x.round() as usize).saturating_sub(1)));
        }
        false
    }

    fn empty(&self, _state: &AppState) -> String {
        "computing the spectrum of the data…".into()
    }
}
