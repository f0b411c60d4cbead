//! The tile of the run's traces.

use egui::Ui;

use super::content::Content;
use super::usage::held;
use crate::app::state::AppState;
use crate::app::state::action::Action;
use crate::app::state::concern::Concern;
use crate::config::Target;
use crate::figures;
use crate::plot::FigureSpec;
use crate::train::History;

/// Loss, KL, γ and β over the steps.
#[derive(Default)]
pub(super) struct Training {
    log_steps: bool,
}

impl Content for Training {
    fn made_of(&self) -> &'static [Concern] {
        &[
            Concern::Settings,
            Concern::Data,
            Concern::Run,
            Concern::Traces,
        ]
    }

    fn subtitle(&self, state: &AppState) -> String {
        held(state).unwrap_or_else(|| "mean, with the range behind it".into())
    }

    fn switches(&mut self, ui: &mut Ui, _state: &AppState, _actions: &mut Vec<Action>) -> bool {
        ui.checkbox(&mut self.log_steps, "Log steps").changed()
    }

    fn figure(&mut self, state: &AppState) -> Option<FigureSpec> {
        let empty = History::default();
        let history = state.snapshot.as_ref().map_or(&empty, |s| &s.history);
        let ghost = state.ghost.as_ref().map(|(_, history)| &**history);
        Some(figures::training_figure(
            history,
            ghost,
            constant_dim(state),
            self.log_steps,
            &state.provenance(),
        ))
    }

    fn empty(&self, _state: &AppState) -> String {
        "No steps yet. Press Play to train.".into()
    }
}

/// Dimensions that the loss's constant counts: those of the target.
fn constant_dim(state: &AppState) -> usize {
    let net = &state.config.net;
    let input = state.data.as_ref().map_or(1, |d| d.dataset.dim());
    let dim = match net.target {
        Target::Input => input,
        Target::LinearMap(rows) => rows,
        Target::Labels => state
            .data
            .as_ref()
            .and_then(|d| d.dataset.labels.iter().flatten().max())
            .map_or(input, |&largest| usize::from(largest) + 1),
    };
    net.likelihood.constant_dim(dim)
}
