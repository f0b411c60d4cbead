//! The tile of active latents over two settings: (β, γ) by theory, (β, depth) and (β, κ) by training.

use egui::Ui;

use super::content::Content;
use super::experiment::{EXPERIMENT, Start, count, marked, parameters, ratio, start_stop, status};
use super::{shown_gamma, with_limit};
use crate::app::plot::PlotResponse;
use crate::app::state::AppState;
use crate::app::state::action::Action;
use crate::app::state::concern::Concern;
use crate::app::state::lab::{Made, PhaseSettings};
use crate::app::widgets::theme::foldable;
use crate::config::LiveConfig;
use crate::figures::lab::phase::{CELL_NOTES, CELLS};
use crate::figures::{phase_figure, theory_map_figure};
use crate::lab::{Parameter, PhaseAxis, TheoryMap};
use crate::metrics::Coverage;
use crate::plot::FigureSpec;
use crate::text::thousands;
use crate::theory::LinearProblem;

/// Cells of the theory's map.
const CELLS_ACROSS: (usize, usize) = (160, 120);
/// The theory's map reaches this far in γ to both sides of the run's.
const GAMMA_REACH: f64 = 100.0;

/// What the vertical axis is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum View {
    #[default]
    Gamma,
    Depth,
    Latents,
}

impl View {
    /// The trained diagram it shows.
    fn axis(self) -> Option<PhaseAxis> {
        match self {
            Self::Gamma => None,
            Self::Depth => Some(PhaseAxis::Depth),
            Self::Latents => Some(PhaseAxis::Latents),
        }
    }
}

/// What is shown, and what the next diagram will be.
pub(super) struct Phase {
    view: View,
    /// The ends of β, once the user has chosen them; before, those of the thresholds.
    ends: Option<(f64, f64)>,
    columns: usize,
    depth: usize,
    latents: usize,
    steps: usize,
    /// The theory's map and what it was made from.
    map: Option<(LinearProblem, TheoryMap)>,
}

impl Default for Phase {
    fn default() -> Self {
        Self {
            view: View::default(),
            ends: None,
            columns: 9,
            depth: 4,
            latents: 16,
            steps: 500,
            map: None,
        }
    }
}

impl Phase {
    fn range(&self, state: &AppState) -> (f64, f64) {
        self.ends
            .or_else(|| state.lab_range(Parameter::Beta))
            .unwrap_or((0.1, 10.0))
    }

    fn settings(&self, axis: PhaseAxis, state: &AppState) -> PhaseSettings {
        let (from, to) = self.range(state);
        PhaseSettings {
            axis,
            from,
            to,
            columns: self.columns,
            top: match axis {
                PhaseAxis::Depth => self.depth,
                PhaseAxis::Latents => self.latents,
            },
            steps: self.steps as u64,
        }
    }

    /// The diagram of this axis, if it is the newest.
    fn made(
        state: &AppState,
        axis: PhaseAxis,
    ) -> Option<&Made<PhaseSettings, crate::lab::PhaseMap>> {
        state.lab.phase.as_ref().filter(|m| m.settings.axis == axis)
    }

    fn theory(&mut self, state: &AppState) -> Option<FigureSpec> {
        let problem = &state.prediction.as_ref()?.problem;
        let (betas, gamma) = (self.range(state), shown_gamma(state));
        // The middle of the map stays while γ moves within it.
        let middle = 10_f64.powf(gamma.log10().round());
        let gammas = (middle / GAMMA_REACH, middle * GAMMA_REACH);
        let current = |(of, map): &(LinearProblem, TheoryMap)| {
            of == problem && (map.betas, map.gammas) == (betas, gammas)
        };
        if !self.map.as_ref().is_some_and(current) {
            let (nx, ny) = CELLS_ACROSS;
            let map = TheoryMap::new(problem, betas, gammas, nx, ny);
            self.map = Some((problem.clone(), map));
        }
        let (_, map) = self.map.as_ref()?;
        let beta = state.config.live.beta;
        let inside = |v: f64, (a, b): (f64, f64)| v >= a && v <= b;
        let place = (inside(beta, betas) && inside(gamma, gammas)).then_some([beta, gamma]);
        let figure = theory_map_figure(map, problem.latents(), place, &state.provenance());
        Some(with_limit(figure, state))
    }

    fn trained(axis: PhaseAxis, state: &AppState) -> Option<FigureSpec> {
        let made = Self::made(state, axis)?;
        let map = made.result.as_ref()?;
        let mut widest = made.base.clone();
        if axis == PhaseAxis::Latents {
            widest.net.latents = map.rows.last().copied().unwrap_or(1);
        }
        // Of its own data, and only where the theory covers its runs.
        let thresholds = if Coverage::of(&widest, None).applies() {
            Parameter::Beta.thresholds(&widest, &made.known)
        } else {
            Vec::new()
        };
        let foreign = state.foreign_phase();
        let net = &state.config.net;
        let row = match axis {
            PhaseAxis::Latents => Some(net.latents),
            PhaseAxis::Depth => net.encoder.widths().map(|w| w.len()),
        };
        let current = row
            .filter(|_| foreign.is_none())
            .map(|row| [state.config.live.beta, row as f64]);
        let figure = phase_figure(map, &thresholds, current, &made.provenance);
        Some(marked(figure, foreign))
    }

    /// Opens the run of a cell in the window.
    fn open(axis: PhaseAxis, cell: usize, state: &AppState, actions: &mut Vec<Action>) {
        let Some(made) = Self::made(state, axis) else {
            return;
        };
        let Some(map) = &made.result else {
            return;
        };
        let across = map.betas.len().max(1);
        let Some(config) = map.config(&made.base, cell % across, cell / across) else {
            return;
        };
        if state.foreign_phase().is_some() {
            // With its own data, not with those on screen.
            actions.push(Action::OpenRun(Box::new(config)));
            return;
        }
        actions.push(Action::Live(config.live));
        if config.sampling != state.config.sampling {
            actions.push(Action::Sampling(config.sampling));
        }
        actions.push(Action::Net(config.net));
    }
}

impl Content for Phase {
    fn made_of(&self) -> &'static [Concern] {
        EXPERIMENT
    }

    fn subtitle(&self, _state: &AppState) -> String {
        match self.view {
            View::Gamma => "active latents, by linear theory",
            View::Depth | View::Latents => "active latents, by training",
        }
        .into()
    }

    fn help(&self) -> &'static str {
        "How many latents are active (Var μ > 0.01 η²). Over β and γ this is the linear theory: a mode is active while \
         ζ² > βγ, and at most κ modes are; the orange curve is the best γ at each β. Over β and depth, or β and κ, it is \
         measured by one short run per cell from the seed on screen, the corners first. White rings mark runs that had not \
         settled, NaN cells that have not run yet. Click a cell to open its run, or a point of the theory's map to go there."
    }

    fn switches(&mut self, ui: &mut Ui, _state: &AppState, _actions: &mut Vec<Action>) -> bool {
        let views = [
            (View::Gamma, "β × γ"),
            (View::Depth, "β × depth"),
            (View::Latents, "β × κ"),
        ];
        foldable(ui, &mut self.view, &views)
    }

    fn controls(&mut self, ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) -> bool {
        let mut changed = false;
        let (mut from, mut to) = self.range(state);
        let axis = self.view.axis();
        let made = axis.and_then(|axis| Self::made(state, axis));
        let running = state.lab.phase.as_ref().is_some_and(Made::is_running);
        parameters(ui, running && axis.is_some(), |ui| {
            let help = "The smallest β. The default is a little below the last threshold.";
            changed |= ratio(ui, &mut from, "β from", "phase from", help);
            let help = "The largest β. The default is a little above the first threshold.";
            changed |= ratio(ui, &mut to, "to", "phase to", help);
            if changed && from < to {
                self.ends = Some((from, to));
            }
            let Some(axis) = axis else {
                return;
            };
            let help = "Number of values of β, in equal ratios.";
            count(
                ui,
                &mut self.columns,
                2..=200,
                ("", " values"),
                "phase columns",
                help,
            );
            match axis {
                PhaseAxis::Depth => {
                    let help = "The greatest depth: hidden layers on each side, starting from none (linear).";
                    count(
                        ui,
                        &mut self.depth,
                        1..=8,
                        ("≤ ", " layers"),
                        "phase depth",
                        help,
                    );
                }
                PhaseAxis::Latents => {
                    let help =
                        "The greatest κ: every number from 1 up to six, and doublings beyond.";
                    count(
                        ui,
                        &mut self.latents,
                        1..=1024,
                        ("≤ ", " latents"),
                        "phase latents",
                        help,
                    );
                }
            }
            let help = "Steps of every run.";
            count(
                ui,
                &mut self.steps,
                10..=10_000_000,
                ("", " steps each"),
                "phase steps",
                help,
            );
        });
        if let Some(axis) = axis {
            let settings = self.settings(axis, state);
            let start = Start {
                what: "diagram",
                running,
                goes_on: made.is_some_and(|m| m.goes_on(&settings, &state.config)),
                blocked: "",
                action: Action::StartPhase(settings),
            };
            start_stop(ui, state, start, actions);
            let runs = settings.columns * settings.rows().len();
            let steps = thousands(settings.steps.saturating_mul(runs as u64));
            let budget = format!(
                "{runs} runs × {} steps = {steps} steps",
                thousands(settings.steps)
            );
            status(ui, made, &budget);
        }
        changed
    }

    fn figure(&mut self, state: &AppState) -> Option<FigureSpec> {
        match self.view.axis() {
            None => self.theory(state),
            Some(axis) => Self::trained(axis, state),
        }
    }

    fn respond(
        &mut self,
        response: &PlotResponse,
        state: &AppState,
        actions: &mut Vec<Action>,
    ) -> bool {
        if !response.response.clicked() {
            return false;
        }
        match (self.view.axis(), response.hovered_value) {
            (Some(axis), _) => {
                if let Some(cell) = clicked_cell(response, axis, state) {
                    Self::open(axis, cell, state, actions);
                }
            }
            (None, Some([beta, gamma])) => {
                let live = state.config.live;
                // A learned γ is not the user's to move.
                let gamma = if live.gamma_moves() {
                    live.gamma
                } else {
                    gamma
                };
                actions.push(Action::Live(LiveConfig {
                    beta,
                    gamma,
                    ..live
                }));
            }
            (None, None) => {}
        }
        false
    }

    fn empty(&self, state: &AppState) -> String {
        match self.view {
            View::Gamma => state.lacks_theory(),
            _ if state.lab.phase.as_ref().is_some_and(Made::is_running) => {
                "Training the first cell…".into()
            }
            View::Depth => {
                "Start trains one short run for every β and every number of hidden layers.".into()
            }
            View::Latents => {
                "Start trains one short run for every β and every number of latents.".into()
            }
        }
    }
}

/// The cell that was clicked, also where the end of a line lies nearer to the pointer than the cell's middle.
fn clicked_cell(response: &PlotResponse, axis: PhaseAxis, state: &AppState) -> Option<usize> {
    let series = response.hovered_series.as_deref()?;
    if series == CELLS || series == CELL_NOTES {
        return response.clicked_index;
    }
    let map = Phase::made(state, axis)?.result.as_ref()?;
    let (rect, at) = (
        response.response.rect,
        response.response.interact_pointer_pos()?,
    );
    let place = |share: f32, cells: usize| {
        let cell = (share * cells as f32).floor().max(0.0) as usize;
        cell.min(cells.saturating_sub(1))
    };
    let x = place((at.x - rect.left()) / rect.width(), map.betas.len());
    let y = place((rect.bottom() - at.y) / rect.height(), map.rows.len());
    Some(y * map.betas.len() + x)
}
