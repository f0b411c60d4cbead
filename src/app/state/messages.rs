//! What the threads say, taken in: the loader's results, the worker's events and snapshots.

use std::collections::VecDeque;
use std::sync::Arc;

use super::action::Effect;
use crate::app::state::protocol::{LoadedData, LoaderMessage};
use crate::config::DataConfig;
use crate::figures::{Merit, Moment, Visit};
use crate::metrics::{Quantity, Usage};
use crate::train::{Event, Snapshot};

use super::data::Pace;
use super::{AppState, Data, FOLLOWED, RECENT, TRAIL, VISITS};

/// Most numbers kept of the latents over training: 16 MB, whatever κ.
const MOMENT_NUMBERS: usize = 2 << 20;

impl AppState {
    /// Applies what the loader says.
    pub fn loaded(&mut self, message: LoaderMessage) -> Vec<Effect> {
        self.generation += 1;
        match message {
            LoaderMessage::Progress(progress) => {
                if let Some(loading) = &mut self.loading {
                    loading.pace = Some(Pace::next(loading.pace.as_ref(), progress));
                }
                Vec::new()
            }
            LoaderMessage::Loaded(loaded) => {
                let LoadedData {
                    config,
                    dataset,
                    preprocessor,
                    digest,
                } = *loaded;
                self.remember(&config);
                if let Some((path, reason)) = dataset.skipped.listed.first() {
                    let (count, name) = (dataset.skipped.count, path.display());
                    self.inform(format!(
                        "{count} files were left out, first {name}: {reason}"
                    ));
                }
                self.arrive(&config);
                self.config.data = config.clone();
                self.problem = None;
                self.mode = 0;
                // A run on other data is nothing to compare with.
                self.ghost = None;
                self.snapshot = None;
                self.data = Some(Data {
                    config,
                    dataset,
                    preprocessor,
                    digest,
                    overview: None,
                    spectrum: None,
                    no_spectrum: None,
                    cross: None,
                });
                self.predict();
                self.start()
            }
            LoaderMessage::Overview(overview) => {
                if let Some(data) = &mut self.data {
                    data.overview = Some(overview);
                }
                Vec::new()
            }
            LoaderMessage::Previewed(answer) => self.previewed(*answer),
            LoaderMessage::Spectrum(spectrum) => {
                self.loading = None;
                if let Some(data) = &mut self.data {
                    data.spectrum = Some(spectrum);
                }
                self.predict();
                let mut effects = self.relate();
                effects.extend(self.live_effect());
                effects
            }
            LoaderMessage::NoSpectrum(reason) => {
                self.loading = None;
                if let Some(data) = &mut self.data {
                    data.no_spectrum = Some(reason.clone());
                }
                self.refuse(reason);
                self.relate()
            }
            LoaderMessage::Related(cross, seed) => {
                if let Some(data) = &mut self.data {
                    data.cross = Some((cross, seed));
                }
                self.predict();
                Vec::new()
            }
            LoaderMessage::Unrelated(message) => {
                self.refuse(message);
                Vec::new()
            }
            LoaderMessage::Failed(message) => {
                self.loading = None;
                self.incoming = None;
                if let Some(data) = &mut self.data
                    && data.spectrum.is_none()
                {
                    data.no_spectrum.get_or_insert_with(|| message.clone());
                }
                self.refuse(message);
                // What was there before stays, and may have been waiting for the loader.
                self.relate()
            }
        }
    }

    fn remember(&mut self, config: &DataConfig) {
        let name = config.source.to_string();
        self.recent.retain(|r| *r != name);
        self.recent.insert(0, name);
        self.recent.truncate(RECENT);
    }

    /// Applies an event of the worker; those of an older run are dropped.
    pub fn event(&mut self, event: Event) -> Vec<Effect> {
        if self.run.as_ref().is_none_or(|r| r.id != event.run()) {
            return Vec::new();
        }
        self.generation += 1;
        match event {
            Event::Started {
                device,
                parameters,
                memory_bytes,
                ..
            } => {
                self.problem = None;
                if let Some(run) = &mut self.run {
                    run.device = Some(device);
                    run.parameters = parameters;
                    run.memory_bytes = memory_bytes;
                }
            }
            Event::Playing(_) => self.playing = true,
            Event::Paused { .. } => self.playing = false,
            Event::Edited { .. } => {}
            Event::Copied { copy, .. } => return self.copied(&copy),
            Event::Recovered {
                device, message, ..
            } => {
                if let Some(run) = &mut self.run {
                    run.device = Some(device);
                }
                self.refuse(message);
            }
            Event::Diverged { message, .. } | Event::Failed { message, .. } => {
                self.playing = false;
                self.refuse(message);
                return self.abandon_copy();
            }
            Event::Refused { message, .. } => self.refuse(message),
        }
        Vec::new()
    }

    /// Remembers where the run is; while it stays there, only whether it has settled changes.
    fn visit(&mut self, visit: Visit) {
        let same = |v: &Visit| v.beta == visit.beta && v.active == visit.active;
        match self.visited.back_mut() {
            Some(last) if same(last) => *last = visit,
            _ => remember(&mut self.visited, visit),
        }
    }

    /// Takes a snapshot of the worker; those of an older run are dropped.
    pub fn snapshot(&mut self, snapshot: Snapshot) -> Vec<Effect> {
        if self.run.as_ref().is_none_or(|r| r.id != snapshot.run) {
            return Vec::new();
        }
        self.generation += 1;
        if let Some(evaluation) = &snapshot.evaluation {
            self.usage = Usage::new(evaluation);
            let evaluation = Arc::clone(evaluation);
            let visit = Visit {
                beta: evaluation.beta,
                active: self.usage.active,
                stationary: snapshot.stationary,
            };
            let known = self.snapshot.as_ref().and_then(|s| s.evaluation.as_ref());
            let fresh = known.is_none_or(|old| !Arc::ptr_eq(old, &evaluation));
            // Numbers of an exploded run would squeeze everything else into a line.
            let sane = !evaluation.sanity.is_exploded();
            if fresh && sane && evaluation.step > 0 && self.zeroed.is_empty() {
                self.visit(visit);
                let head = evaluation.posterior.head(FOLLOWED);
                if evaluation.has_posterior() {
                    remember(&mut self.rate_trail, [evaluation.kl, evaluation.sse]);
                }
                remember(&mut self.means, Arc::new(head));
                let moment = Moment {
                    step: evaluation.step,
                    latents: self.usage.latents.iter().map(Quantity::row).collect(),
                };
                let numbers = moment.latents.len().max(1) * Quantity::COUNT;
                let most = (MOMENT_NUMBERS / numbers).clamp(4, VISITS);
                remember_at_most(&mut self.moments, moment, most);
                let merit = Merit {
                    step: evaluation.step,
                    elbo: evaluation.elbo(),
                    elbo_tuned: evaluation.elbo_tuned(),
                    gamma: evaluation.gamma,
                    gamma_star: evaluation.gamma_star(),
                };
                remember(&mut self.merits, merit);
            }
        }
        if let Some(point) = snapshot.views.as_ref().and_then(|v| v.point)
            && point.mode == self.mode
            && self.zeroed.is_empty()
        {
            let place = [point.u, point.v];
            if self.trail.back() != Some(&place) {
                self.trail.push_back(place);
            }
            if self.trail.len() > TRAIL {
                self.trail.pop_front();
            }
        }
        self.snapshot = Some(snapshot);
        match self.usage.by_kl().first() {
            Some(&best) if !self.chose_traversal && best != self.traversed => {
                self.traversed = best;
                self.live_effect()
            }
            _ => Vec::new(),
        }
    }
}

/// Adds to a bounded memory; when it is full every second of the older half goes, so that it always reaches back
/// to the beginning.
fn remember<T>(memory: &mut VecDeque<T>, value: T) {
    remember_at_most(memory, value, VISITS);
}

fn remember_at_most<T>(memory: &mut VecDeque<T>, value: T, most: usize) {
    if memory.len() >= most {
        let mut index = 0;
        memory.retain(|_| {
            index += 1;
            index > most / 2 || index % 2 == 1
        });
    }
    memory.push_back(value);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// However long a run, what is kept is bounded, reaches back and ends with the newest.
    #[test]
    fn a_memory_stays_within_its_bound() {
        for most in [4, 5, 50] {
            let mut memory = VecDeque::new();
            for value in 0..1000 {
                remember_at_most(&mut memory, value, most);
                assert!(memory.len() <= most, "{} of {most}", memory.len());
                assert_eq!((memory.front(), memory.back()), (Some(&0), Some(&value)));
            }
            assert!(memory.iter().zip(memory.iter().skip(1)).all(|(a, b)| a < b));
        }
    }
}
