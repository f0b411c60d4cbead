//! The objective section: β with what the theory says of it, γ, the autoencoder twin.

use egui::{RichText, Ui};

use crate::app::state::AppState;
use crate::app::state::action::Action;
use crate::app::widgets::log_slider::{LogSlider, log_slider};
use crate::app::widgets::theme;
use crate::app::widgets::theme::{Theme, muted, segmented};
use crate::config::{GammaMode, Likelihood, LiveConfig, Objective};
use crate::text::{significant, subscript};

use super::Controls;
use super::parts::{part, quiet, row};
use crate::app::widgets::label::{hint, name};

/// β's slider: 0.01–100; a typed value may be anything positive.
const BETA_RANGE: (f64, f64) = (0.01, 100.0);
/// γ's slider: 10⁻³–30.
const GAMMA_RANGE: (f64, f64) = (1e-3, 30.0);

impl Controls {
    /// Draws the section.
    pub(crate) fn objective(&mut self, ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
        twin(ui, state, actions);
        part(ui, "beta", |ui| self.beta(ui, state, actions));
        ui.add_space(4.0);
        part(ui, "gamma", |ui| gamma(ui, state, actions));
        part(ui, "advanced objective", |ui| {
            self.advanced_objective(ui, state, actions);
        });
    }

    fn beta(&mut self, ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
        let live = state.config.live;
        let thresholds = reachable_thresholds(state);
        let mut beta = live.beta;
        let vae = live.objective == Objective::Vae;
        ui.add_enabled_ui(vae, |ui| {
            log_slider(
                ui,
                &mut beta,
                &LogSlider {
                    symbol: "β",
                    name: "KL weight",
                    range: BETA_RANGE,
                    default: 1.0,
                    ticks: &thresholds,
                    help: "Each tick is a threshold ζ²/γ: a mode dies when β passes its tick.\n\
                       Double-click to reset to 1.",
                },
            );
        })
        .response
        .on_disabled_hover_text("An autoencoder has no KL term, so β has no effect.");
        if beta != live.beta {
            actions.push(Action::Live(LiveConfig { beta, ..live }));
        }
        super::schedule::effective_beta(ui, state);
        next_to_die(ui, state);
        ui.add_enabled_ui(vae, |ui| self.in_your_code(ui, state, actions));
        snap_buttons(ui, state, actions);
    }

    fn in_your_code(&mut self, ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
        row(ui, "in your code", |ui| {
            let text = RichText::new(self.translator.here(state));
            let button = ui.add(egui::Button::new(text).frame(false));
            let help = "The same trade-off written the way your code writes its loss. Click to paste your loss, or to put one \
                        together, and translate the KL weight in either direction.";
            if button.on_hover_text(help).clicked() {
                self.translator.open = !self.translator.open;
            }
        });
        self.translator.window(ui, state, actions);
    }
}

/// The VAE or its deterministic twin.
fn twin(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let live = state.config.live;
    let mut objective = live.objective;
    let options = [
        (Objective::Vae, "VAE"),
        (Objective::Autoencoder, "autoencoder"),
    ];
    let changed = ui
        .scope(|ui| segmented(ui, &mut objective, &options, true))
        .inner;
    if changed {
        actions.push(Action::Live(LiveConfig { objective, ..live }));
    }
}

/// The mode that β kills next; or why the theory does not say.
fn next_to_die(ui: &mut Ui, state: &AppState) {
    if let Some(gap) = state.uncovered() {
        quiet(ui, &gap.sentence(), gap.why);
        return;
    }
    let warn = theme::chrome(Theme::of(ui)).warn;
    row(ui, "next to die", |ui| {
        if let Some(next) = state.next_to_die() {
            let text = format!(
                "mode {}, β{} = {} (×{})",
                next.mode + 1,
                subscript(next.mode + 1),
                significant(next.beta_threshold, 4),
                significant(next.factor, 4)
            );
            let help = "The active mode that dies next as β grows, the β at which it dies, and the factor from here to there.";
            hint(ui.label(RichText::new(&text).color(warn)), help, &text);
        } else {
            let text = if state.prediction.is_some() {
                "Every mode is dead"
            } else {
                "…"
            };
            muted(ui, text);
        }
    });
}

fn snap_buttons(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let gap = state.uncovered();
    let known = |next: Option<_>| gap.is_none() && next.is_some();
    let (revive, kill) = (known(state.next_to_revive()), known(state.next_to_die()));
    let why = gap.map(|g| format!("{}. {}", g.sentence(), g.why));
    ui.horizontal(|ui| {
        let size = egui::vec2((ui.available_width() - 8.0) / 2.0, 22.0);
        let button = |ui: &mut Ui, on: bool, text: &str, help: &str| {
            let button = egui::Button::new(text).min_size(size);
            let response = ui.add_enabled(on, button).on_hover_text(help);
            match &why {
                Some(why) => response.on_disabled_hover_text(why).clicked(),
                None => response.clicked(),
            }
        };
        if button(
            ui,
            revive,
            "◂ Revive one",
            "Sets β just below the next lower threshold, so that one more mode becomes active (linear theory).",
        ) {
            actions.push(Action::ReviveOne);
        }
        if button(
            ui,
            kill,
            "Kill one ▸",
            "Sets β to the next threshold, so that one more mode dies, together with any others of the same ζ² (linear theory).",
        ) {
            actions.push(Action::KillOne);
        }
    });
}

fn gamma(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let without = match state.config.net.likelihood {
        Likelihood::Gaussian => None,
        Likelihood::GaussianPerPixel => Some("The decoder predicts γ for every pixel."),
        Likelihood::Bernoulli => Some("A Bernoulli likelihood has no γ."),
    };
    ui.add_enabled_ui(without.is_none(), |ui| gamma_controls(ui, state, actions));
    if let Some(text) = without {
        quiet(ui, text, "");
    }
}

fn gamma_controls(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let live = state.config.live;
    let mut mode = live.gamma_mode;
    let moves = live.gamma_moves();
    let shown = state.gamma();
    let mut gamma = shown;
    ui.add_enabled_ui(!moves, |ui| {
        log_slider(
            ui,
            &mut gamma,
            &LogSlider {
                symbol: "γ",
                name: "Decoder variance, η_dec²",
                range: GAMMA_RANGE,
                default: 1.0,
                ticks: &[],
                help: "While γ is fixed, the product βγ alone decides which modes are active.\nDouble-click to reset to 1.",
            },
        );
    });
    let mut eta = shown.sqrt();
    row(ui, "η_dec", |ui| {
        let drag = egui::DragValue::new(&mut eta)
            .speed(shown.sqrt() * 0.01)
            .range(1e-9..=1e9)
            .custom_formatter(|v, _| significant(v, 4));
        let response = ui.add_enabled(!moves, drag);
        name(&response, "η_dec");
        let response = hint(
            response,
            "The same setting as γ, given as a standard deviation.",
            "η_dec",
        );
        if response.changed() {
            gamma = eta * eta;
        }
        let evaluation = state.snapshot.as_ref().and_then(|s| s.evaluation.as_ref());
        let star = evaluation.map_or_else(|| "…".into(), |e| significant(e.gamma_star(), 3));
        let best = muted(ui, format!("Best γ* {star}"));
        hint(
            best,
            "The γ that suits the present network best (Dai et al. 2020, eq. 9).",
            "γ*",
        );
    });
    let options = [
        (GammaMode::Fixed, "fixed"),
        (GammaMode::Learned, "learned"),
        (GammaMode::Optimal, "optimal"),
    ];
    segmented(ui, &mut mode, &options, true);
    if mode != live.gamma_mode || (mode == GammaMode::Fixed && gamma != shown) {
        actions.push(Action::Live(LiveConfig {
            gamma_mode: mode,
            gamma,
            ..live
        }));
    }
}

/// β of the thresholds κ latents can reach, where the theory has any.
fn reachable_thresholds(state: &AppState) -> Vec<f64> {
    let Some(prediction) = &state.prediction else {
        return Vec::new();
    };
    if state.uncovered().is_some() {
        return Vec::new();
    }
    let reachable = prediction.problem.reachable();
    if state.config.live.gamma_moves() {
        crate::theory::thresholds_beta_learned(&prediction.problem)
            .into_iter()
            .take(reachable)
            .collect()
    } else {
        prediction.problem.eigenvalues()[..reachable]
            .iter()
            .map(|z| z / state.config.live.gamma)
            .collect()
    }
}
