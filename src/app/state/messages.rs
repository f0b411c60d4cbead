//! What the threads say, taken in: the loader's results, the worker's events and snapshots.

use std::sync::Arc;

use super::action::Effect;
use super::concern::Concern;
use crate::app::state::protocol::{LoadedData, LoaderMessage};
use crate::metrics::Usage;
use crate::train::{Event, Snapshot};

use super::pace::Pace;
use super::{AppState, Data};

impl AppState {
    /// Applies what the loader says.
    pub fn loaded(&mut self, message: LoaderMessage) -> Vec<Effect> {
        match message {
            LoaderMessage::Progress(progress) => {
                if let Some(loading) = &mut self.opening.loading {
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
                self.session.remember(config.source.to_string());
                if let Some((path, reason)) = dataset.skipped.listed.first() {
                    let (count, name) = (dataset.skipped.count, path.display());
                    self.session.inform(format!(
                        "{count} files were skipped. The first: {name}: {reason}"
                    ));
                }
                self.arrive(&config);
                self.config.data = config.clone();
                self.session.succeed();
                self.selection.choose_mode(0);
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
                self.changed(&[Concern::Data]);
                self.predict();
                self.start()
            }
            LoaderMessage::Overview(overview) => {
                if let Some(data) = &mut self.data {
                    data.overview = Some(overview);
                }
                self.changed(&[Concern::Data]);
                Vec::new()
            }
            LoaderMessage::Previewed(answer) => self.previewed(*answer),
            LoaderMessage::Spectrum(spectrum) => {
                self.opening.loading = None;
                if let Some(data) = &mut self.data {
                    data.spectrum = Some(spectrum);
                }
                self.changed(&[Concern::Data]);
                self.predict();
                let mut effects = self.relate();
                effects.extend(self.live_effect());
                effects
            }
            LoaderMessage::NoSpectrum(reason) => {
                self.opening.loading = None;
                if let Some(data) = &mut self.data {
                    data.no_spectrum = Some(reason.clone());
                }
                self.session.refuse(reason);
                self.relate()
            }
            LoaderMessage::Related(cross, seed) => {
                if let Some(data) = &mut self.data {
                    data.cross = Some((cross, seed));
                }
                self.changed(&[Concern::Data]);
                self.predict();
                Vec::new()
            }
            LoaderMessage::Unrelated(message) => {
                self.session.refuse(message);
                Vec::new()
            }
            LoaderMessage::Failed(message) => {
                self.opening.end();
                if let Some(data) = &mut self.data
                    && data.spectrum.is_none()
                {
                    data.no_spectrum.get_or_insert_with(|| message.clone());
                }
                self.session.refuse(message);
                // What was there before stays, and may have been waiting for the loader.
                self.relate()
            }
        }
    }

    /// Applies an event of the worker; those of an older run are dropped.
    pub fn event(&mut self, event: Event) -> Vec<Effect> {
        if self.run.as_ref().is_none_or(|r| r.id != event.run()) {
            return Vec::new();
        }
        match event {
            Event::Started {
                device,
                parameters,
                memory_bytes,
                ..
            } => {
                self.session.succeed();
                self.changed(&[Concern::Run]);
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
                self.changed(&[Concern::Run]);
                self.session.refuse(message);
            }
            Event::Diverged { message, .. } | Event::Failed { message, .. } => {
                self.playing = false;
                self.session.refuse(message);
                return self.abandon_copy();
            }
            Event::Refused { message, .. } => self.session.refuse(message),
        }
        Vec::new()
    }

    /// Takes a snapshot of the worker; those of an older run are dropped.
    pub fn snapshot(&mut self, snapshot: Snapshot) -> Vec<Effect> {
        if self.run.as_ref().is_none_or(|r| r.id != snapshot.run) {
            return Vec::new();
        }
        let before = self.snapshot.as_ref();
        let news = news(before, &snapshot);
        let fresh = news.contains(&Concern::Measured)
            && !same(
                before.and_then(|s| s.evaluation.as_ref()),
                snapshot.evaluation.as_ref(),
            );
        if let Some(evaluation) = snapshot.evaluation.as_ref().filter(|_| fresh) {
            self.usage = Usage::new(evaluation);
            // Numbers of an exploded run would squeeze everything else into a line.
            let sane = !evaluation.sanity.is_exploded();
            if sane && evaluation.step > 0 && self.selection.zeroed.is_empty() {
                self.trails
                    .remember(evaluation, &self.usage, snapshot.stationary);
            }
        }
        if let Some(point) = snapshot.views.as_ref().and_then(|v| v.point)
            && point.mode == self.selection.mode
            && self.selection.zeroed.is_empty()
        {
            self.trails.place_on_mode([point.u, point.v]);
        }
        let gamma = self.gamma();
        self.snapshot = Some(snapshot);
        self.changed(&news);
        let covered = self.coverage();
        if self
            .prediction
            .as_ref()
            .is_some_and(|p| p.coverage != covered)
        {
            // A warm-up has ended.
            self.predict();
        } else if gamma.to_bits() != self.gamma().to_bits() {
            self.changed(&[Concern::Settings]);
        }
        match self.usage.by_kl().first() {
            Some(&best) if self.selection.follow(best) => self.live_effect(),
            _ => Vec::new(),
        }
    }
}

/// Whether both are one value, or neither is there.
fn same<T>(a: Option<&Arc<T>>, b: Option<&Arc<T>>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => Arc::ptr_eq(a, b),
        (None, None) => true,
        _ => false,
    }
}

/// What a snapshot brings that the one before had not.
fn news(before: Option<&Snapshot>, now: &Snapshot) -> Vec<Concern> {
    let mut news = vec![Concern::Traces];
    let Some(before) = before else {
        news.extend([Concern::Measured, Concern::Pictures, Concern::Landscapes]);
        return news;
    };
    if before.stationary != now.stationary
        || !same(before.evaluation.as_ref(), now.evaluation.as_ref())
    {
        news.push(Concern::Measured);
    }
    if !same(before.views.as_ref(), now.views.as_ref())
        || !same(before.gallery.as_ref(), now.gallery.as_ref())
    {
        news.push(Concern::Pictures);
    }
    let (old, new) = (&before.landscapes, &now.landscapes);
    if old.len() != new.len() || !old.iter().zip(new).all(|(a, b)| Arc::ptr_eq(a, b)) {
        news.push(Concern::Landscapes);
    }
    news
}
