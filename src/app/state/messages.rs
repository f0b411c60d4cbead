//! What the threads say, taken in: the loader's results, the worker's events and snapshots.

use crate::app::action::Effect;
use crate::app::loader::{LoadedData, LoaderMessage};
use crate::config::DataConfig;
use crate::metrics::Usage;
use crate::train::{Event, Snapshot};

use super::{AppState, Data, RECENT, TRAIL};

impl AppState {
    /// Applies what the loader says.
    pub fn loaded(&mut self, message: LoaderMessage) -> Vec<Effect> {
        self.generation += 1;
        match message {
            LoaderMessage::Progress(progress) => {
                if let Some(loading) = &mut self.loading {
                    loading.progress = Some(progress);
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
                    spectrum: None,
                    cross: None,
                });
                self.predict();
                self.start()
            }
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
    pub fn event(&mut self, event: Event) {
        if self.run.as_ref().is_none_or(|r| r.id != event.run()) {
            return;
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
            }
            Event::Refused { message, .. } => self.refuse(message),
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
