//! The tile of the loss on the way to full collapse.

use std::sync::Arc;
use std::time::{Duration, Instant};

use egui::Ui;

use super::content::Content;
use super::{ask_for, shown_gamma};
use crate::app::state::AppState;
use crate::app::state::action::Action;
use crate::app::state::concern::Concern;
use crate::app::state::tile::Tile;
use crate::app::widgets::label::name;
use crate::figures::collapse_path_figure;
use crate::plot::FigureSpec;
use crate::train::{Landscape, LandscapeKind, LandscapeRequest, RunId};

/// Shortest time between two paths while following the network.
const PERIOD: Duration = Duration::from_secs(2);

/// The price of collapse for the network as it stands.
pub(super) struct CollapsePath {
    /// Whether a new path begins at the network of then once the last is complete.
    follow: bool,
    generation: u64,
    begun: Instant,
    /// The newest complete path of the run, shown while the next is computed.
    complete: Option<(RunId, Arc<Landscape>)>,
}

impl Default for CollapsePath {
    fn default() -> Self {
        Self {
            follow: true,
            generation: 0,
            begun: Instant::now(),
            complete: None,
        }
    }
}

impl CollapsePath {
    fn request(&self) -> LandscapeRequest {
        LandscapeRequest {
            kind: LandscapeKind::Path,
            points: LandscapeRequest::PATH_POINTS,
            generation: self.generation,
        }
    }

    fn recentre(&mut self) {
        self.generation += 1;
        self.begun = Instant::now();
    }

    /// Keeps the path if it is complete, and goes on to the next if it should.
    fn look(&mut self, state: &AppState) {
        let (Some(run), Some(shown)) = (&state.run, state.landscape(&self.request())) else {
            return;
        };
        if !shown.is_complete() {
            return;
        }
        self.complete = Some((run.id, Arc::clone(shown)));
        let moved = state
            .snapshot
            .as_ref()
            .is_some_and(|s| s.step != shown.step);
        if self.follow && moved && self.begun.elapsed() >= PERIOD {
            self.recentre();
        }
    }
}

impl Content for CollapsePath {
    fn made_of(&self) -> &'static [Concern] {
        &[Concern::Settings, Concern::Run, Concern::Landscapes]
    }

    fn help(&self) -> &'static str {
        "The loss along the straight line from this network (0) to the nearest fully collapsed solution (1), in which q(z|x) \
         is the prior and the decoder gives the mean of the data. Each curve shows by how much the loss exceeds that of the \
         network, multiplied by γ so that all curves are in units of the squared error; hover for L in nats. γ* = f/d, with f \
         the squared error, is the best γ for the present network. At γ' = (V − f)/(2β·KL), with V the variance of the data, \
         both ends cost the same; above γ' collapse is cheaper (Dai et al. 2020, proposition 2)."
    }

    fn switches(&mut self, ui: &mut Ui, _state: &AppState, _actions: &mut Vec<Action>) -> bool {
        let centre = ui.button("Start here");
        name(&centre, "start the path here");
        if centre
            .on_hover_text("Measures the path from the network as it is now.")
            .clicked()
        {
            self.recentre();
        }
        ui.checkbox(&mut self.follow, "Follow")
            .on_hover_text("Measures the path again every few seconds while the network trains.");
        false
    }

    fn controls(&mut self, _ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) -> bool {
        self.look(state);
        ask_for(Tile::CollapsePath, Some(self.request()), state, actions);
        false
    }

    fn figure(&mut self, state: &AppState) -> Option<FigureSpec> {
        self.look(state);
        let run = state.run.as_ref()?.id;
        let complete = self.complete.as_ref().filter(|(of, _)| *of == run);
        let shown = match complete {
            Some((_, shown)) => shown,
            None => state.landscape(&self.request())?,
        };
        let (beta, gamma) = (state.config.live.beta, shown_gamma(state));
        collapse_path_figure(shown, beta, gamma, &state.provenance())
    }

    fn empty(&self, state: &AppState) -> String {
        match state
            .landscape(&self.request())
            .and_then(|l| l.problem.clone())
        {
            Some(problem) => problem,
            None if state.run.is_none() => "There is no network yet.".into(),
            None => "Measuring the path to the collapsed solution…".into(),
        }
    }
}
