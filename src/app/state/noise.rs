//! Interventions on single latents: holding one out of training, and the experiment of noise on one.

use std::sync::Arc;

use super::action::Effect;
use crate::config::Estimator;
use crate::lab::noise::linear_collapse;
use crate::lab::{NoiseRequest, Request};
use crate::train::{Command, RunCopy};

use super::AppState;

/// Noise on a latent as the tile asks for it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NoiseSettings {
    /// The latent, from 0.
    pub latent: usize,
    /// Largest standard deviation of the noise.
    pub most: f64,
    /// Increments on the way there.
    pub levels: usize,
    /// Steps of training after each.
    pub steps: u64,
    /// Stretches of as many steps after the noise is gone.
    pub release: usize,
    /// Whether the latents held inactive are released with it.
    pub free: bool,
}

impl NoiseSettings {
    /// The levels of the noise, from 0.
    pub fn values(&self) -> Vec<f64> {
        let count = self.levels.max(1);
        let level = |i: usize| self.most * i as f64 / count as f64;
        (0..=count).map(level).collect()
    }

    /// Stretches of training in all.
    pub fn stretches(&self) -> usize {
        self.levels.max(1) + self.release
    }
}

impl AppState {
    /// Holds a latent out of training, or releases it.
    pub(super) fn toggle_hold(&mut self, latent: usize) -> Vec<Effect> {
        if self.config.net.estimator == Estimator::Analytic {
            self.session.refuse(
                "Latents cannot be held with the analytic estimator, which integrates over every latent in closed form.".into(),
            );
            return Vec::new();
        }
        self.selection.toggle_hold(latent);
        self.live_effect()
    }

    /// The active latent of the largest KL, or the first.
    pub fn noise_latent(&self) -> usize {
        let latents = self.config.net.latents;
        let chosen = self.lab.noise_on.filter(|j| *j < latents);
        chosen.unwrap_or_else(|| self.usage.by_kl().first().copied().unwrap_or(0))
    }

    /// Whether a latent is active now; none while nothing is measured.
    pub fn is_active(&self, latent: usize) -> Option<bool> {
        self.usage.latents.get(latent).map(|l| l.active)
    }

    /// The noise at which linear theory has an active latent collapse.
    pub fn noise_estimate(&self, latent: usize) -> Option<f64> {
        let found = self.usage.latents.get(latent).filter(|l| l.active)?;
        linear_collapse(
            found.statistics.mean_sigma2,
            self.config.live.eta_enc.powi(2),
        )
    }

    /// Steps of an epoch of the run.
    pub fn epoch_steps(&self) -> usize {
        let items = self.data.as_ref().map_or(1, |d| d.dataset.len());
        (items / self.config.sampling.batch.max(1)).max(1)
    }

    /// Starts noise on a latent: on with the one that was stopped, or with a copy of the run as it is, for which the
    /// worker is asked.
    pub(super) fn start_noise(&mut self, settings: NoiseSettings) -> Vec<Effect> {
        if self.run.is_none() {
            return Vec::new();
        }
        let old = self.lab.noise.take();
        let going_on = old.filter(|m| self.is_of_this_run(m) && m.goes_on(&settings, &self.config));
        let so_far = going_on.and_then(|m| m.result);
        let made = self.made(settings, so_far.clone());
        let id = made.id;
        self.lab.noise = Some(made);
        if let (Some(so_far), Some(copy)) = (so_far, self.lab.noise_copy.clone()) {
            let request = request(settings, copy);
            return self.begin(id, Request::Noise(request, Some(so_far)));
        }
        self.lab.copying = Some(id);
        // Before the pause: the copy is of the run as it is now.
        let mut effects = vec![Effect::Command(Command::Copy)];
        effects.extend(self.wait_for_lab());
        effects
    }

    /// Starts the noise that waits for a copy under this number, if there is one.
    pub(super) fn noise_on_copy(&mut self, id: u64, copy: &Arc<RunCopy>) -> Option<Vec<Effect>> {
        let made = self.lab.noise.as_mut().filter(|m| m.id == id)?;
        made.provenance.step = Some(copy.checkpoint.step);
        let request = request(made.settings, Arc::clone(copy));
        self.lab.noise_copy = Some(Arc::clone(copy));
        Some(self.begin(id, Request::Noise(request, None)))
    }
}

fn request(settings: NoiseSettings, copy: Arc<RunCopy>) -> NoiseRequest {
    NoiseRequest {
        copy,
        latent: settings.latent,
        levels: settings.values(),
        steps: settings.steps,
        release: settings.release,
        free: settings.free,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::state::RunInfo;
    use crate::app::state::action::Action;
    use crate::config::RunConfig;
    use crate::train::RunId;

    /// A state whose run has no thread behind it.
    fn running(estimator: Estimator) -> AppState {
        let mut config = RunConfig::default();
        config.net.estimator = estimator;
        let (mut state, _) = AppState::new(config);
        state.run = Some(RunInfo {
            id: RunId(1),
            device: None,
            parameters: 0,
            memory_bytes: 0,
            label: String::new(),
        });
        state
    }

    fn held(effects: &[Effect]) -> Option<Vec<usize>> {
        effects.iter().find_map(|e| match e {
            Effect::Live(params) => Some(params.held.clone()),
            _ => None,
        })
    }

    #[test]
    fn held_latents_go_to_the_worker_and_a_reset_releases_them() {
        let mut state = running(Estimator::Sampled);
        state.apply(Action::ToggleHold(5));
        let effects = state.apply(Action::ToggleHold(2));
        assert_eq!(held(&effects), Some(vec![2, 5]));
        let effects = state.apply(Action::ToggleHold(5));
        assert_eq!(held(&effects), Some(vec![2]));
        let effects = state.apply(Action::Reset);
        assert_eq!(held(&effects), Some(Vec::new()));
        let mut analytic = running(Estimator::Analytic);
        assert!(analytic.apply(Action::ToggleHold(1)).is_empty());
        assert!(analytic.selection.held.is_empty() && analytic.session.problem.is_some());
    }

    #[test]
    fn an_experiment_asks_for_a_copy_and_a_stop_before_it_comes_ends_it() {
        let mut state = running(Estimator::Sampled);
        let settings = NoiseSettings {
            latent: 0,
            most: 1.0,
            levels: 2,
            steps: 1,
            release: 0,
            free: false,
        };
        let effects = state.apply(Action::StartNoise(settings));
        let copies = |e: &Effect| matches!(e, Effect::Command(Command::Copy));
        assert!(effects.iter().any(copies));
        assert!(state.lab.is_running() && !state.playing);
        let effects = state.apply(Action::StopLab);
        assert!(!state.lab.is_running() && state.playing);
        assert!(matches!(effects[0], Effect::StopLab));
        // Nothing came of it, so that the next start is a new one.
        let effects = state.apply(Action::StartNoise(settings));
        assert!(effects.iter().any(copies));
    }

    #[test]
    fn levels_begin_without_noise_and_end_at_the_most() {
        let settings = NoiseSettings {
            latent: 1,
            most: 3.0,
            levels: 4,
            steps: 10,
            release: 2,
            free: false,
        };
        assert_eq!(settings.values(), [0.0, 0.75, 1.5, 2.25, 3.0]);
        assert_eq!(settings.stretches(), 6);
    }
}
