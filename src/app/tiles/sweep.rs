//! The tile of β or γ up and down with warm starts.

use egui::Ui;

use super::content::Content;
use super::experiment::{Start, count, marked, parameters, ratio, start_stop, status};
use crate::app::state::AppState;
use crate::app::state::action::Action;
use crate::app::state::lab::{Made, SweepSettings};
use crate::app::widgets::theme::foldable;
use crate::figures::{SweepQuantity, sweep_figure};
use crate::lab::Parameter;
use crate::plot::FigureSpec;
use crate::text::thousands;

/// What is shown, and what the next sweep will be.
pub(super) struct Sweep {
    quantity: SweepQuantity,
    parameter: Parameter,
    /// The ends, once the user has chosen them; before, those of the thresholds.
    ends: Option<(f64, f64)>,
    points: usize,
    most_steps: usize,
}

impl Default for Sweep {
    fn default() -> Self {
        Self {
            quantity: SweepQuantity::default(),
            parameter: Parameter::default(),
            ends: None,
            points: 10,
            most_steps: 3000,
        }
    }
}

impl Sweep {
    fn settings(&self, state: &AppState) -> SweepSettings {
        let (from, to) = self
            .ends
            .or_else(|| state.lab_range(self.parameter))
            .unwrap_or((0.1, 10.0));
        SweepSettings {
            parameter: self.parameter,
            from,
            to,
            points: self.points,
            most_steps: self.most_steps as u64,
        }
    }
}

impl Content for Sweep {
    fn subtitle(&self, _state: &AppState) -> String {
        "does the way matter?".into()
    }

    fn help(&self) -> &'static str {
        "β (or γ) is taken up and down; at each value the weights of the one before go on, and are held until \
         nothing moves any more: neither the loss (in nats), nor σ², the posterior's variance, nor Var μ, what a latent \
         varies over the data, of any latent. Triangles: up; squares: down; hollow: the steps ran out first. \
         The loop's area is ∫|down − up| d ln β over what settled both ways: a converged linear net has none. \
         Dotted lines: where the linear theory has a mode die."
    }

    fn switches(&mut self, ui: &mut Ui, _state: &AppState, _actions: &mut Vec<Action>) -> bool {
        let views = if ui.available_width() > 360.0 {
            SweepQuantity::ALL.map(|(name, quantity)| (quantity, name))
        } else {
            [
                (SweepQuantity::Loss, "loss"),
                (SweepQuantity::Active, "active"),
                (SweepQuantity::Sigma, "σ²"),
            ]
        };
        foldable(ui, &mut self.quantity, &views)
    }

    fn controls(&mut self, ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) -> bool {
        let mut settings = self.settings(state);
        let made = state.lab.sweep.as_ref();
        let running = made.is_some_and(Made::is_running);
        parameters(ui, running, |ui| {
            let parameters = [(Parameter::Beta, "sweep β"), (Parameter::Gamma, "sweep γ")];
            if foldable(ui, &mut self.parameter, &parameters) {
                self.ends = None;
            }
            let help = "Least value; at the start, a little below the last threshold";
            let from = ratio(ui, &mut settings.from, "from", "sweep from", help);
            let help = "Largest value; at the start, a little above the first threshold";
            if ratio(ui, &mut settings.to, "to", "sweep to", help) | from {
                self.ends = Some((settings.from, settings.to));
            }
            let help = "Values on each way, equal ratios apart but moved off the thresholds, where the time to settle diverges";
            count(
                ui,
                &mut self.points,
                2..=200,
                ("", " values"),
                "sweep values",
                help,
            );
            let help =
                "Most steps at a value; if they run out before nothing moves, the point is flagged";
            count(
                ui,
                &mut self.most_steps,
                50..=10_000_000,
                ("≤ ", " steps"),
                "sweep steps",
                help,
            );
        });
        let settings = self.settings(state);
        let blocked = if settings.from >= settings.to {
            "the sweep must end above its start"
        } else {
            ""
        };
        let start = Start {
            what: "sweep",
            running,
            goes_on: made.is_some_and(|m| m.goes_on(&settings, &state.config)),
            blocked,
            action: Action::StartSweep(settings),
        };
        start_stop(ui, state, start, actions);
        let most = thousands(2 * (self.points * self.most_steps) as u64);
        let budget = format!("{} points, {most} steps at most", 2 * self.points);
        status(ui, made, &budget);
        false
    }

    fn figure(&mut self, state: &AppState) -> Option<FigureSpec> {
        let made = state.lab.sweep.as_ref()?;
        let sweep = made.result.as_ref().filter(|s| !s.points.is_empty())?;
        let figure = sweep_figure(sweep, self.quantity, &made.provenance);
        Some(marked(figure, state.foreign_sweep()))
    }

    fn empty(&self, state: &AppState) -> String {
        let symbol = self.parameter.symbol();
        if state.lab.sweep.as_ref().is_some_and(Made::is_running) {
            return format!("training at the first value of {symbol}…");
        }
        format!(
            "Start takes {symbol} up and down with warm starts, and shows whether the way matters."
        )
    }
}
