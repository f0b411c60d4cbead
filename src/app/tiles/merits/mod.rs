//! The tile of the run's numbers: bound, decoder variance, rate, distortion, latents.

mod numbers;

use std::sync::Arc;

use egui::Ui;

use super::content::{Content, Drawn};
use crate::app::state::AppState;
use crate::app::state::action::Action;
use crate::app::state::concern::Concern;
use crate::app::threads::background::Background;
use crate::app::widgets::theme::foldable;
use crate::figures::{Merit, Merits as Drawing, merits_figure as figure};
use crate::metrics::{MutualInformation, mutual_information};
use crate::plot::FigureSpec;
use crate::train::{Posterior, RunId, Waker};

/// Seconds between two estimates while training: each takes some tens of milliseconds of a core.
const PERIOD_S: f64 = 2.0;

/// What is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum View {
    #[default]
    Numbers,
    Elbo,
    Gamma,
}

/// What the tile's thread is asked for.
struct Request {
    run: RunId,
    posterior: Arc<Posterior>,
    prior_variance: f64,
    seed: u32,
}

/// The run's numbers.
#[derive(Default)]
pub(super) struct Merits {
    view: View,
    thread: Option<Background<Request, (RunId, Option<MutualInformation>)>>,
    /// The run and the posterior asked about last, and when.
    asked: Option<(RunId, Arc<Posterior>, f64)>,
    /// The newest answer, and of which run it is.
    information: Option<(RunId, MutualInformation)>,
}

impl Merits {
    /// Asks about the newest posterior, if it was not and the last one is long enough ago.
    fn ask(&mut self, ui: &Ui, state: &AppState) {
        let snapshot = state.snapshot.as_ref();
        let Some((run, evaluation)) = snapshot.and_then(|s| Some((s.run, s.evaluation.as_ref()?)))
        else {
            self.information = None;
            return;
        };
        let now = ui.input(|i| i.time);
        if let Some((of, posterior, when)) = &self.asked {
            let same = Arc::ptr_eq(posterior, &evaluation.posterior);
            if same || (*of == run && state.playing && now - when < PERIOD_S) {
                return;
            }
        }
        if self.thread.is_none() {
            let ctx = ui.ctx().clone();
            let waker: Waker = Arc::new(move || ctx.request_repaint());
            let work = |r: Request| {
                let found = mutual_information(&r.posterior, r.prior_variance, r.seed);
                (r.run, found)
            };
            self.thread = Background::spawn("information", waker, work).ok();
        }
        if let Some(thread) = &self.thread {
            self.asked = Some((run, Arc::clone(&evaluation.posterior), now));
            thread.ask(Request {
                run,
                posterior: Arc::clone(&evaluation.posterior),
                prior_variance: evaluation.prior_variance(),
                seed: state.config.sampling.seed,
            });
        }
    }

    /// The newest answer about the run on screen.
    fn information(&self, state: &AppState) -> Option<MutualInformation> {
        let run = state.snapshot.as_ref()?.run;
        let (of, found) = self.information?;
        (of == run).then_some(found)
    }
}

impl Content for Merits {
    fn made_of(&self) -> &'static [Concern] {
        &[Concern::Measured, Concern::Trails]
    }

    fn subtitle(&self, _state: &AppState) -> String {
        match self.view {
            View::Numbers => "over the evaluation set".into(),
            View::Elbo | View::Gamma => "over training".into(),
        }
    }

    fn help(&self) -> &'static str {
        "The bound on log p(x) at β = 1, once with the γ in force and once with γ = γ* (the σ²-tuned ELBO of Lucas et al. \
         2019). Above γ' the collapsed solution is cheaper (Dai et al. 2020). The mutual information I(x; z) is estimated \
         from draws; since no estimate from N samples exceeds log N, a bound from the moments of q(z) is shown beside it."
    }

    fn switches(&mut self, ui: &mut Ui, _state: &AppState, _actions: &mut Vec<Action>) -> bool {
        let views = [
            (View::Numbers, "numbers"),
            (View::Elbo, "ELBO"),
            (View::Gamma, "γ"),
        ];
        foldable(ui, &mut self.view, &views)
    }

    fn poll(&mut self) -> bool {
        match self.thread.as_ref().and_then(Background::take) {
            Some((run, information)) => {
                self.information = information.map(|found| (run, found));
                true
            }
            None => false,
        }
    }

    fn body(&mut self, ui: &mut Ui, state: &AppState, _actions: &mut Vec<Action>) -> Option<Drawn> {
        if self.view != View::Numbers {
            return None;
        }
        self.ask(ui, state);
        state.snapshot.as_ref()?.evaluation.as_ref()?;
        numbers::show(ui, &numbers::groups(state, self.information(state)));
        Some(Drawn { hovered: None })
    }

    fn figure(&mut self, state: &AppState) -> Option<FigureSpec> {
        let all: Vec<Merit> = state.trails.merits.iter().copied().collect();
        let which = match self.view {
            View::Numbers | View::Elbo => Drawing::Elbo,
            View::Gamma => Drawing::Gamma,
        };
        let mut figure = (!all.is_empty()).then(|| figure(which, &all, &state.provenance()))?;
        if self.view == View::Numbers {
            // What is saved while the numbers are on screen carries them.
            let lines = numbers::groups(state, self.information(state));
            let line = |n: &numbers::Number| format!("{} {}", n.name, n.value);
            figure.notes = lines
                .iter()
                .flat_map(|g| g.numbers.iter().map(line))
                .collect();
        }
        Some(figure)
    }

    fn empty(&self, _state: &AppState) -> String {
        "No statistics yet. Press Play to train.".into()
    }
}
