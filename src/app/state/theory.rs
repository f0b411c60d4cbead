//! What the linear theory says of the settings, and which settings it says nothing about.

use std::sync::Arc;

use super::action::Effect;
use super::concern::Concern;
use crate::app::state::protocol::Relation;
use crate::config::Target;
use crate::data::CrossSpectrum;
use crate::metrics::{Coverage, Known, Limit};
use crate::theory::{Gamma, NextThreshold, next_to_die, next_to_revive};

use super::AppState;

impl AppState {
    /// How far the linear theory speaks of the run on screen.
    pub fn coverage(&self) -> Coverage {
        Coverage::of(&self.config, self.snapshot.as_ref().map(|s| s.step))
    }

    /// The setting, if any, that makes the predicted count a wrong promise.
    pub fn uncovered(&self) -> Option<Limit> {
        self.coverage().uncovered()
    }

    /// What is known of the data on screen, and of what they explain of the target of the settings.
    pub fn known(&self) -> Known {
        Known {
            spectrum: self.data.as_ref().and_then(|d| d.spectrum.clone()),
            cross: self.cross().cloned(),
        }
    }

    /// What the data explain of the target of the settings, if that is not the input and is known.
    fn cross(&self) -> Option<&Arc<CrossSpectrum>> {
        let (net, sampling) = (&self.config.net, &self.config.sampling);
        let (cross, seed) = self.data.as_ref()?.cross.as_ref()?;
        // Labels are the same for every seed; a random map is not.
        let same_draw = net.target == Target::Labels || *seed == sampling.seed;
        (cross.target == net.target && same_draw).then_some(cross)
    }

    /// The work of relating the target to the data, where it is neither done nor needless. While
    /// data are loading it waits: it would cancel them, and is about those before.
    pub(super) fn relate(&self) -> Vec<Effect> {
        let target = self.config.net.target;
        let Some(data) = &self.data else {
            return Vec::new();
        };
        if target == Target::Input || self.opening.loading.is_some() || self.cross().is_some() {
            return Vec::new();
        }
        vec![Effect::Relate(Relation {
            dataset: Arc::clone(&data.dataset),
            preprocessor: Arc::clone(&data.preprocessor),
            target,
            seed: self.config.sampling.seed,
        })]
    }

    /// Why no prediction is there, in a few words: the spectrum is not there yet, or never will be.
    pub fn lacks_theory(&self) -> String {
        let refused = self.data.as_ref().and_then(|d| d.no_spectrum.clone());
        refused.unwrap_or_else(|| "Computing the spectrum of the data…".into())
    }

    /// How the theory treats γ.
    pub fn gamma_mode(&self) -> Gamma {
        Gamma::of(&self.config.live)
    }

    /// The active mode whose threshold is next above β.
    pub fn next_to_die(&self) -> Option<NextThreshold> {
        let prediction = self.prediction.as_ref()?;
        next_to_die(
            &prediction.problem,
            self.config.live.beta,
            self.gamma_mode(),
        )
    }

    /// The dead mode whose threshold is next below β.
    pub fn next_to_revive(&self) -> Option<NextThreshold> {
        let prediction = self.prediction.as_ref()?;
        next_to_revive(
            &prediction.problem,
            self.config.live.beta,
            self.gamma_mode(),
        )
    }

    pub(super) fn predict(&mut self) {
        let step = self.snapshot.as_ref().map(|s| s.step);
        self.prediction = self.known().prediction(&self.config, step);
        self.changed(&[Concern::Settings]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::state::action::Action;
    use crate::app::state::protocol::{LoadedData, LoaderMessage};
    use crate::config::{LiveConfig, NetConfig, RunConfig};
    use crate::data::{self, Preprocessor, Targets, gaussian};

    /// A target is related to the data once they are there with their spectrum, once per draw, and
    /// again after a load that came to nothing.
    #[test]
    fn a_target_is_related_to_the_data_when_that_is_needed() {
        let plain = gaussian::generate(
            &[9.0, 4.0, 1.0],
            None,
            crate::config::Split::Train,
            1,
            &|_| true,
        )
        .expect("data");
        let dataset = Arc::new(plain);
        let config = RunConfig {
            net: NetConfig {
                target: Target::LinearMap(2),
                ..NetConfig::linear(4)
            },
            ..RunConfig::default()
        };
        let preprocessor = Arc::new(
            Preprocessor::new(config.data.preprocess, &dataset).expect("it can be prepared"),
        );
        let spectrum = data::spectrum(&dataset, &preprocessor, 0, &|_| true).expect("a spectrum");
        let asked = |effects: &[Effect]| {
            let relations = effects.iter().filter_map(|e| match e {
                Effect::Relate(relation) => Some(relation.clone()),
                _ => None,
            });
            relations.collect::<Vec<_>>()
        };
        let answer = |relation: &Relation| {
            let Relation {
                dataset,
                preprocessor,
                target,
                seed,
            } = relation;
            let targets = Targets::new(*target, dataset, preprocessor, *seed)
                .expect("targets")
                .expect("not the input");
            let cross = data::cross_spectrum(dataset, preprocessor, &targets, *seed, &|_| true);
            LoaderMessage::Related(Arc::new(cross.expect("a cross spectrum")), *seed)
        };

        let (mut state, effects) = AppState::new(config.clone());
        assert!(asked(&effects).is_empty());
        let loaded = LoaderMessage::Loaded(Box::new(LoadedData {
            config: config.data.clone(),
            dataset,
            preprocessor,
            digest: String::new(),
        }));
        // Still loading: the request would cancel the spectrum.
        assert!(asked(&state.loaded(loaded)).is_empty());
        let effects = state.loaded(LoaderMessage::Spectrum(Arc::new(spectrum)));
        let [first] = &asked(&effects)[..] else {
            panic!("one relation is asked for, not {effects:?}")
        };
        assert!(state.prediction.is_none());
        state.loaded(answer(first));
        let known = state.prediction.clone().expect("a prediction");
        assert!((known.explained.expect("a target") - 1.0).abs() < 1e-9);
        assert_eq!(known.problem.dim(), 2);

        // Known for this seed, whatever else changes; not for another.
        let mut sampling = state.config.sampling;
        sampling.batch += 1;
        assert!(asked(&state.apply(Action::Sampling(sampling))).is_empty());
        let effects = state.apply(Action::NewSeed);
        let [second] = &asked(&effects)[..] else {
            panic!("one relation is asked for, not {effects:?}")
        };
        assert!(state.prediction.is_none());
        // An answer to the old question changes nothing.
        state.loaded(answer(first));
        assert!(state.prediction.is_none());
        // Data that do not arrive leave the question open: it is asked again.
        let path = state.path_request("nowhere".into());
        assert!(asked(&state.apply(Action::Data(path))).is_empty());
        let effects = state.loaded(LoaderMessage::Failed("no such file".into()));
        assert_eq!(asked(&effects).len(), 1);
        assert!(state.lacks_theory().starts_with("Computing"));
        state.loaded(LoaderMessage::NoSpectrum("it holds no item".into()));
        assert_eq!(state.lacks_theory(), "it holds no item");
        state.loaded(answer(second));
        assert!(
            state
                .prediction
                .as_ref()
                .is_some_and(|p| p.explained.is_some())
        );
        // Refused once, it is not asked for until something changes.
        assert!(asked(&state.loaded(LoaderMessage::Unrelated("why".into()))).is_empty());
        assert_eq!(state.session.problem.as_deref(), Some("why"));
        let live = LiveConfig {
            beta: 2.0,
            eta_enc: 0.5,
            ..state.config.live
        };
        assert!(asked(&state.apply(Action::Live(live))).is_empty());
        let prediction = state.prediction.as_ref().expect("a prediction");
        assert_eq!((prediction.beta, prediction.problem.eta_enc()), (2.0, 0.5));
    }
}
