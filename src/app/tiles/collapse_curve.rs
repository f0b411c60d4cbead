//! The tile of the (ε, δ)-collapse curve, with curves kept to compare with.

use egui::Ui;

use super::content::Content;
use super::no_posterior;
use crate::app::state::AppState;
use crate::app::state::action::Action;
use crate::app::state::concern::Concern;
use crate::app::widgets::label::{hint, name};
use crate::figures::{CurveOf, collapse_curve_figure};
use crate::metrics::{CollapseCurve, Usage};
use crate::plot::FigureSpec;
use crate::text::significant;

/// Most curves kept.
const KEPT: usize = 6;

/// Collapse against ε, at a δ of the user's choice.
pub(super) struct Curve {
    delta: f64,
    kept: Vec<CurveOf>,
}

impl Default for Curve {
    fn default() -> Self {
        Self {
            delta: Usage::DELTA,
            kept: Vec::new(),
        }
    }
}

impl Content for Curve {
    fn made_of(&self) -> &'static [Concern] {
        &[Concern::Run, Concern::Measured]
    }

    fn subtitle(&self, _state: &AppState) -> String {
        "P[KL < ε] ≥ 1 − δ".into()
    }

    fn help(&self) -> &'static str {
        "A latent is (ε, δ)-collapsed if its KL is below ε nats for at least a share 1 − δ of the samples (Lucas et al. 2019). \
         The curve shows the share of collapsed latents for every ε. Keep a curve, change β or the network, and compare."
    }

    fn controls(&mut self, ui: &mut Ui, state: &AppState, _actions: &mut Vec<Action>) -> bool {
        let mut changed = false;
        ui.horizontal(|ui| {
            let entry = egui::DragValue::new(&mut self.delta)
                .range(0.0..=0.5)
                .speed(0.001)
                .prefix("δ ")
                .custom_formatter(|v, _| significant(v, 3));
            let response = ui.add(entry);
            name(&response, "δ of the collapse curve");
            let help = "Share of the samples that may exceed ε in a collapsed latent.";
            changed |= hint(response, help, "δ").changed();
            // The curve itself is not for every frame to compute.
            let known = state
                .snapshot
                .as_ref()
                .is_some_and(|s| s.evaluation.is_some());
            let keep = ui.add_enabled(known, egui::Button::new("Keep"));
            if keep
                .on_hover_text("Keeps this curve on screen, to compare later ones with it.")
                .clicked()
                && let Some(curve) = self.current(state)
            {
                if self.kept.len() >= KEPT {
                    self.kept.remove(0);
                }
                self.kept.push(curve);
                changed = true;
            }
            if !self.kept.is_empty() && ui.button("Clear").clicked() {
                self.kept.clear();
                changed = true;
            }
        });
        changed
    }

    fn figure(&mut self, state: &AppState) -> Option<FigureSpec> {
        let current = self.current(state)?;
        let evaluation = state.snapshot.as_ref()?.evaluation.as_ref()?;
        let (samples, from) = (evaluation.posterior.samples(), state.provenance());
        Some(collapse_curve_figure(&current, &self.kept, samples, &from))
    }

    fn empty(&self, state: &AppState) -> String {
        no_posterior(state)
    }
}

impl Curve {
    /// The network's curve as it is now.
    fn current(&self, state: &AppState) -> Option<CurveOf> {
        let evaluation = state.snapshot.as_ref()?.evaluation.as_ref()?;
        if !evaluation.has_posterior() {
            return None;
        }
        let prior = evaluation.prior_variance();
        let curve = CollapseCurve::new(&evaluation.posterior, prior, self.delta);
        let run = state.run.as_ref().map_or("", |r| r.label.as_str());
        let beta = significant(evaluation.beta, 3);
        let name = format!("{run}, β = {beta}, step {}", evaluation.step);
        Some(CurveOf { name, curve })
    }
}
