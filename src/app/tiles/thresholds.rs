//! The tile of the data's spectrum and the line βγ: by mode, as cumulative variance, against β.

use egui::Ui;

use super::content::Content;
use super::{shown_gamma, with_limit};
use crate::app::plot::PlotResponse;
use crate::app::state::AppState;
use crate::app::state::action::Action;
use crate::app::state::concern::Concern;
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
    fn made_of(&self) -> &'static [Concern] {
        &[Concern::Settings, Concern::Measured, Concern::Trails]
    }

    fn subtitle(&self, _state: &AppState) -> String {
        match self.view {
            View::Spectrum => "a mode is active while ζ² > βγ",
            View::Variance => "variance held by the leading modes",
            View::Staircase => "a mode dies at β = ζ²/γ",
        }
        .into()
    }

    fn help(&self) -> &'static str {
        "The variance ζ² of every principal mode of the data. In the linear model a mode keeps a latent active exactly while \
         ζ² > βγ (Wang & Ziyin 2022); a mode within 10⁻⁵ of its threshold counts as dead. Drag the line to change β, or γ \
         if ↕ γ is chosen and γ is not learned. Triangles are the thresholds of this network's own latents, βγ/E σ²; the \
         dash beside a triangle is a second estimate, from how much the latent improves the reconstruction. Click a mode \
         to see its loss surface."
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
        let figure = match self.view {
            View::Spectrum => {
                let settled = snapshot.map(|s| s.stationary);
                figures::thresholds_figure(prediction, gamma, measured, settled, &provenance)
            }
            View::Variance => {
                let error = evaluation.map(|e| e.sse);
                figures::variance_figure(prediction, error, &provenance)
            }
            View::Staircase => {
                let visited: Vec<Visit> = state.trails.visited.iter().copied().collect();
                figures::staircase_figure(prediction, measured, &visited, &provenance)
            }
        };
        Some(with_limit(figure, state))
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
