//! The tile of β or γ up and down with warm starts.

use egui::Ui;

use super::content::Content;
use super::experiment::{EXPERIMENT, Start, count, marked, parameters, ratio, start_stop, status};
use crate::app::state::AppState;
use crate::app::state::action::Action;
use crate::app::state::concern::Concern;
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
    fn made_of(&self) -> &'static [Concern] {
        EXPERIMENT
    }

    fn subtitle(&self, _state: &AppState) -> String {
        "does the result depend on the direction?".into()
    }

    fn help(&self) -> &'static str {
        "Trains at increasing values of β (or γ) and then at decreasing ones, each time from the weights of the value before, \
         until neither the loss nor σ² nor Var μ of any latent changes any more. Triangles mark the way up and squares the \
         way down; hollow marks ran out of steps before they settled. The area of the loop is ∫|down − up| d ln β over the \
         values that settled in both directions; it is zero for a linear network. Dotted lines show where the linear theory \
         predicts that a mode dies."
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
            let help = "The smallest value. The default is a little below the last threshold.";
            let from = ratio(ui, &mut settings.from, "from", "sweep from", help);
            let help = "The largest value. The default is a little above the first threshold.";
            if ratio(ui, &mut settings.to, "to", "sweep to", help) | from {
                self.ends = Some((settings.from, settings.to));
            }
            let help = "Number of values in each direction, in equal ratios but moved away from the thresholds, where settling takes forever.";
            count(
                ui,
                &mut self.points,
                2..=200,
                ("", " values"),
                "sweep values",
                help,
            );
            let help = "Maximum number of steps at one value. A point that has not settled by then is marked.";
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
            "The largest value must be above the smallest."
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
            return format!("Training at the first value of {symbol}…");
        }
        format!(
            "Start trains at increasing and then at decreasing {symbol}, to show whether the result depends on the direction."
        )
    }
}
