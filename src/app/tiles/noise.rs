//! The tile of noise on a latent.

use egui::Ui;

use super::content::Content;
use super::experiment::{Start, count, marked, parameters, ratio, start_stop, status};
use crate::app::state::AppState;
use crate::app::state::action::Action;
use crate::app::state::lab::Made;
use crate::app::state::noise::NoiseSettings;
use crate::figures::noise_figure;
use crate::lab::Stage;
use crate::plot::FigureSpec;
use crate::text::{significant, thousands};

/// What the next experiment will be.
pub(super) struct Noise {
    /// The largest noise, once the user has chosen it; before, from the latent's E σ².
    most: Option<f64>,
    levels: usize,
    /// Steps after each increment, once the user has chosen them; before, an epoch.
    steps: Option<usize>,
    release: usize,
    free: bool,
}

impl Default for Noise {
    fn default() -> Self {
        Self {
            most: None,
            levels: 10,
            steps: None,
            release: 5,
            free: false,
        }
    }
}

/// The largest noise where nothing is known of the latent.
const MOST: f64 = 3.0;
/// How far beyond linear theory's collapse the noise goes.
const BEYOND: f64 = 1.6;

impl Noise {
    fn settings(&self, state: &AppState) -> NoiseSettings {
        let latent = state.noise_latent();
        // One that runs or was stopped keeps what it was started with while its latent changes under it.
        let kept = state.lab.noise.as_ref().filter(|made| {
            let under_way = made.is_running() || made.stage == Stage::Stopped;
            under_way && made.settings.latent == latent
        });
        let suggested = || {
            let most = state
                .noise_estimate(latent)
                .map_or(MOST, |n| (BEYOND * n).clamp(0.1, 100.0));
            // Two digits, so that it stands still while the run moves a little.
            let unit = 10.0_f64.powf(most.log10().floor() - 1.0);
            (most / unit).round() * unit
        };
        let suggested = || kept.map_or_else(suggested, |made| made.settings.most);
        NoiseSettings {
            latent,
            most: self.most.unwrap_or_else(suggested),
            levels: self.levels,
            steps: self.steps.unwrap_or_else(|| state.epoch_steps()) as u64,
            release: self.release,
            free: self.free,
        }
    }
}

impl Content for Noise {
    fn subtitle(&self, _state: &AppState) -> String {
        "on a copy: the live run is not changed".into()
    }

    fn help(&self) -> &'static str {
        "Asperti 2019, Fig. 7, on a copy of the run: one active latent gets Gaussian noise of growing standard deviation, \
         and the network is retrained after each increment, with the latents that were inactive held inactive. \
         Worth: what the data term loses without the latent, gain/(2γ), in nats; cost: β·KL. Once it is worth less than \
         it costs, the latent collapses: Var μ falls below 0.01 and E σ² goes to the prior's 1. Then the noise is taken \
         away. All numbers are measured under the noise of their level. With noise the law Var μ + E σ² = 1 does not hold: \
         the encoder makes μ larger to be heard. In linear theory the latent is gone at n = √(1/E σ² − 1), and worth and \
         cost meet only there; a crossing before it means that the training lags behind the noise."
    }

    fn controls(&mut self, ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) -> bool {
        let made = state.lab.noise.as_ref();
        let running = made.is_some_and(Made::is_running);
        let mut settings = self.settings(state);
        parameters(ui, running, |ui| {
            let mut latent = settings.latent;
            let last = state.config.net.latents.saturating_sub(1);
            let help =
                "The latent, by its index; right-click one in the usage tile to choose it there";
            if count(ui, &mut latent, 0..=last, ("z", ""), "noisy latent", help) {
                self.most = None;
                actions.push(Action::NoiseOn(latent));
            }
            let help = "Largest standard deviation of the noise; at the start, well beyond where linear theory has the \
                        latent collapse";
            if ratio(ui, &mut settings.most, "noise ≤", "largest noise", help) {
                self.most = Some(settings.most);
            }
            let help = "Increments of the noise, equal steps apart";
            count(
                ui,
                &mut self.levels,
                1..=100,
                ("", " levels"),
                "noise levels",
                help,
            );
            let mut steps = settings.steps as usize;
            let help = "Steps of training after each increment; at the start, one epoch";
            if count(
                ui,
                &mut steps,
                1..=10_000_000,
                ("", " steps each"),
                "noise steps",
                help,
            ) {
                self.steps = Some(steps);
            }
            let help = "How many times as many steps the training goes on after the noise is gone; 0 ends with the noise";
            count(
                ui,
                &mut self.release,
                0..=100,
                ("then ", " without"),
                "steps without noise",
                help,
            );
            ui.checkbox(&mut self.free, "free the held").on_hover_text(
                "Whether the latents held inactive during the noise may come alive once it is gone",
            );
        });
        let settings = self.settings(state);
        let blocked = match (state.run.is_some(), state.is_active(settings.latent)) {
            (false, _) => "no run to copy yet",
            (true, None) => "no statistics yet: press Play",
            (true, Some(false)) => "this latent is not active: noise can take nothing from it",
            (true, Some(true)) => "",
        };
        let start = Start {
            what: "noise",
            running,
            goes_on: state.foreign_noise().is_none()
                && made.is_some_and(|m| m.goes_on(&settings, &state.config)),
            blocked,
            action: Action::StartNoise(settings),
        };
        start_stop(ui, state, start, actions);
        let total = thousands(settings.stretches() as u64 * settings.steps);
        let budget = match state.noise_estimate(settings.latent) {
            Some(n) => format!(
                "{total} steps · linear theory: z{} collapses at noise {}",
                settings.latent,
                significant(n, 2)
            ),
            None => format!("{total} steps"),
        };
        status(ui, made, &budget);
        false
    }

    fn figure(&mut self, state: &AppState) -> Option<FigureSpec> {
        let made = state.lab.noise.as_ref()?;
        let run = made.result.as_ref().filter(|r| !r.points.is_empty())?;
        Some(marked(
            noise_figure(run, &made.provenance),
            state.foreign_noise(),
        ))
    }

    fn empty(&self, state: &AppState) -> String {
        if state.lab.noise.as_ref().is_some_and(Made::is_running) {
            return "measuring the copy as it is…".into();
        }
        "Start puts growing noise on one latent of a copy of the run, and shows when it stops paying for itself."
            .into()
    }
}
