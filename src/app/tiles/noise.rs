//! The tile of noise on a latent.

use egui::Ui;

use super::content::Content;
use super::experiment::{EXPERIMENT, Start, count, marked, parameters, ratio, start_stop, status};
use crate::app::state::AppState;
use crate::app::state::action::Action;
use crate::app::state::concern::Concern;
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
    fn made_of(&self) -> &'static [Concern] {
        EXPERIMENT
    }

    fn subtitle(&self, _state: &AppState) -> String {
        "on a copy; the live run is not changed".into()
    }

    fn help(&self) -> &'static str {
        "The experiment of Asperti 2019, figure 7, on a copy of the run. One active latent gets Gaussian noise of growing \
         standard deviation, and the network is retrained at every level while the inactive latents are kept inactive. \
         The worth of the latent is what the data term would lose without it, gain/(2γ), in nats; the cost is β·KL. Once \
         the latent is worth less than it costs, it collapses: Var μ falls below 0.01 and E σ² rises to the prior's 1. \
         Finally the noise is removed. All numbers are measured with the noise of their level. With noise, Var μ + E σ² = 1 \
         does not hold, since the encoder enlarges μ to overcome it. In linear theory the latent collapses at the noise \
         √(1/E σ² − 1), where worth equals cost; if the curves cross earlier, training lags behind the noise."
    }

    fn controls(&mut self, ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) -> bool {
        let made = state.lab.noise.as_ref();
        let running = made.is_some_and(Made::is_running);
        let mut settings = self.settings(state);
        parameters(ui, running, |ui| {
            let mut latent = settings.latent;
            let last = state.config.net.latents.saturating_sub(1);
            let help =
                "The latent to disturb. You can also right-click a latent in the usage tile.";
            if count(ui, &mut latent, 0..=last, ("z", ""), "noisy latent", help) {
                self.most = None;
                actions.push(Action::NoiseOn(latent));
            }
            let help = "The largest standard deviation of the noise. The default is well beyond the level at which linear \
                        theory predicts collapse.";
            if ratio(ui, &mut settings.most, "noise ≤", "largest noise", help) {
                self.most = Some(settings.most);
            }
            let help = "Number of noise levels, in equal steps.";
            count(
                ui,
                &mut self.levels,
                1..=100,
                ("", " levels"),
                "noise levels",
                help,
            );
            let mut steps = settings.steps as usize;
            let help = "Training steps at each level. The default is one epoch.";
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
            let help =
                "How many further stretches of that many steps follow once the noise is removed.";
            count(
                ui,
                &mut self.release,
                0..=100,
                ("then ", " without"),
                "steps without noise",
                help,
            );
            ui.checkbox(&mut self.free, "Release the others").on_hover_text(
                "Whether the latents that were kept inactive may become active once the noise is removed.",
            );
        });
        let settings = self.settings(state);
        let blocked = match (state.run.is_some(), state.is_active(settings.latent)) {
            (false, _) => "There is no run to copy yet.",
            (true, None) => "No statistics yet. Press Play to train.",
            (true, Some(false)) => "This latent is not active, so noise has no effect on it.",
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
            return "Measuring the copy without noise…".into();
        }
        "Start adds growing noise to one latent of a copy of the run, to show when the latent is no longer worth its cost."
            .into()
    }
}
