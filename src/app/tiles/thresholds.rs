//! The tile of the data's spectrum and the line βγ: by mode, as cumulative variance, against β.

use egui::Ui;

use super::content::Content;
use super::shown_gamma;
use crate::app::plot::PlotResponse;
use crate::app::state::AppState;
use crate::app::state::action::Action;
use crate::app::widgets::theme::foldable;
use crate::config::LiveConfig;
use crate::figures::theory::staircase::DRAG_BETA;
use crate::figures::theory::thresholds::DRAG_BETA_GAMMA;
use crate::figures::{self, Visit};
use crate::plot::FigureSpec;

/// What is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum View {
    /// ζ² by mode, with the line βγ.
    #[default]
    Spectrum,
    /// The variance held by the leading modes.
    Variance,
    /// Active latents against β.
    Staircase,
}

/// What moves when the line βγ is dragged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Moves {
    #[default]
    Beta,
    Gamma,
}

/// Which modes live, and where the network's own latents stand.
#[derive(Default)]
pub(super) struct Thresholds {
    view: View,
    moves: Moves,
}

impl Content for Thresholds {
    fn subtitle(&self, _state: &AppState) -> String {
        match self.view {
            View::Spectrum => "a mode lives while ζ² > βγ",
            View::Variance => "held by the leading modes",
            View::Staircase => "a mode dies at β = ζ²/γ",
        }
        .into()
    }

    fn help(&self) -> &'static str {
        "ζ²: eigenvalues of the data's covariance, the variance of each principal mode. In the linear model \
         a mode keeps a latent alive exactly while its ζ² > βγ (Wang & Ziyin 2022); within 10⁻⁵ of its threshold it counts as dead. Drag the line to move β, or γ where ↕ γ is chosen (a learned γ is not yours to move). \
         Triangles are this network's own thresholds, γβ/E σ²; the dash beside one is a second estimate, from \
         what the latent adds to the reconstruction. Click a mode to see its loss surface."
    }

    fn switches(&mut self, ui: &mut Ui, state: &AppState, _actions: &mut Vec<Action>) -> bool {
        let wide = ui.available_width() > 420.0;
        let views = if wide {
            [
                (View::Spectrum, "spectrum"),
                (View::Variance, "shares"),
                (View::Staircase, "vs β"),
            ]
        } else {
            [
                (View::Spectrum, "ζ²"),
                (View::Variance, "Σ"),
                (View::Staircase, "β"),
            ]
        };
        let changed = foldable(ui, &mut self.view, &views);
        if state.config.live.gamma_moves() {
            // A learned γ is not the user's to move.
            self.moves = Moves::Beta;
        } else if self.view == View::Spectrum && ui.available_width() > 200.0 {
            ui.add_space(2.0);
            let moves = [(Moves::Beta, "↕ β"), (Moves::Gamma, "↕ γ")];
            foldable(ui, &mut self.moves, &moves);
        }
        changed
    }

    fn figure(&mut self, state: &AppState) -> Option<FigureSpec> {
        let prediction = state.prediction.as_ref()?;
        let snapshot = state.snapshot.as_ref();
        let evaluation = snapshot.and_then(|s| s.evaluation.as_ref());
        let measured = evaluation.map(|_| &state.usage);
        let (gamma, provenance) = (shown_gamma(state), state.provenance());
        let mut figure = match self.view {
            View::Spectrum => {
                let settled = snapshot.map(|s| s.stationary);
                figures::thresholds_figure(prediction, gamma, measured, settled, &provenance)
            }
            View::Variance => {
                let error = evaluation.map(|e| e.sse);
                figures::variance_figure(prediction, error, &provenance)
            }
            View::Staircase => {
                let visited: Vec<Visit> = state.visited.iter().copied().collect();
                figures::staircase_figure(prediction, measured, &visited, &provenance)
            }
        };
        // The first note is the predicted count.
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
        let live = state.config.live;
        match &response.dragged_rule {
            Some((rule, value)) if rule == DRAG_BETA_GAMMA => {
                actions.push(Action::Live(match self.moves {
                    Moves::Beta => LiveConfig {
                        beta: value / shown_gamma(state),
                        ..live
                    },
                    Moves::Gamma => LiveConfig {
                        gamma: value / live.beta,
                        ..live
                    },
                }));
            }
            Some((rule, value)) if rule == DRAG_BETA => {
                actions.push(Action::Live(LiveConfig {
                    beta: *value,
                    ..live
                }));
            }
            _ => {}
        }
        let on_mode = self.view != View::Staircase && response.hovered_latent.is_none();
        let own = |id: &String| id == "alive" || id == "dead";
        if on_mode
            && response.hovered_series.as_ref().is_some_and(own)
            && let (Some(_), Some([x, _])) = (response.clicked_index, response.hovered_value)
        {
            actions.push(Action::Mode((x.round() as usize).saturating_sub(1)));
        }
        false
    }

    fn empty(&self, state: &AppState) -> String {
        state.lacks_theory()
    }
}
