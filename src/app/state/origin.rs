//! The run that a result belongs to: a result of another run, other data or another network is never shown as if it
//! were of what is on screen.

use crate::config::{GammaMode, KlSchedule, LiveConfig, NetConfig, RunConfig};
use crate::text::significant;

use super::AppState;
use super::lab::{Made, SweepSettings};

/// The origin of a result that is not of the run on screen as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Foreign {
    /// `of another run: MNIST test, β = 1`, or `of this run at β = 1`.
    pub sentence: String,
    /// Whether it is of the run on screen, with other settings.
    pub same_run: bool,
}

impl AppState {
    /// The origin of the newest sweep, if it is not of the data, network and settings on screen.
    pub fn foreign_sweep(&self) -> Option<Foreign> {
        let made = self.lab.sweep.as_ref()?;
        self.of_another(made, false, |config| without_swept(config, &made.settings))
    }

    /// The origin of the newest trained phase diagram, if it is another.
    pub fn foreign_phase(&self) -> Option<Foreign> {
        let made = self.lab.phase.as_ref()?;
        let row = made.settings.rows().first().copied().unwrap_or(1);
        let width = made.result.as_ref().map_or(1, |map| map.width);
        // Every cell has its own β, and its own depth or κ.
        let axis = made.settings.axis;
        self.of_another(made, false, |config| axis.config(config, 1.0, row, width))
    }

    /// The origin of the newest diagnosis, if it is another run or another moment of this one.
    pub fn foreign_diagnosis(&self) -> Option<Foreign> {
        self.copied_from_another(self.lab.diagnosis.as_ref()?)
    }

    /// The origin of the newest noise on a latent, if it was put on a copy of another run.
    pub fn foreign_noise(&self) -> Option<Foreign> {
        self.copied_from_another(self.lab.noise.as_ref()?)
    }

    /// Whether the run that an experiment copied still is the run on screen.
    pub(super) fn is_of_this_run<S, R>(&self, made: &Made<S, R>) -> bool {
        made.run.is_some() && made.run == self.run.as_ref().map(|run| run.id)
    }

    fn copied_from_another<S, R>(&self, made: &Made<S, R>) -> Option<Foreign> {
        let same_run = self.is_of_this_run(made);
        let found = self.of_another(made, same_run, RunConfig::clone);
        let earlier = || Foreign {
            sentence: format!("of an earlier run: {}, the same settings", origin(made)),
            same_run,
        };
        found.or_else(|| (!same_run).then(earlier))
    }

    /// `shared` takes out of the settings what the experiment itself chose.
    fn of_another<S, R>(
        &self,
        made: &Made<S, R>,
        same_run: bool,
        shared: impl Fn(&RunConfig) -> RunConfig,
    ) -> Option<Foreign> {
        let differs = self.differences(made, shared);
        (!differs.is_empty()).then(|| {
            let differs = differs.join(", ");
            let sentence = if same_run {
                format!("of this run at {differs}")
            } else {
                format!("of another run: {}, {differs}", origin(made))
            };
            Foreign { sentence, same_run }
        })
    }

    /// In what an experiment's run differs from the one on screen; empty if in nothing that matters to its result.
    fn differences<S, R>(
        &self,
        made: &Made<S, R>,
        shared: impl Fn(&RunConfig) -> RunConfig,
    ) -> Vec<String> {
        let (then, now) = (shared(&made.base), shared(&self.config));
        let mut all = Vec::new();
        let digest = self.data.as_ref().map(|data| data.digest.as_str());
        if digest != Some(made.provenance.data_digest.as_str())
            || then.data.preprocess != now.data.preprocess
            || then.data.logit_lambda != now.data.logit_lambda
            || then.data.scale != now.data.scale
        {
            all.push("other data".to_owned());
        }
        if then.net.latents != now.net.latents {
            all.push(format!("κ = {}", then.net.latents));
        }
        let with_kappa = NetConfig {
            latents: then.net.latents,
            ..now.net.clone()
        };
        if then.net != with_kappa {
            all.push("another network".to_owned());
        }
        if then.sampling != now.sampling {
            all.push(format!("seed {}", then.sampling.seed));
        }
        all.extend(live_differences(&then.live, &now.live));
        all
    }
}

fn live_differences(then: &LiveConfig, now: &LiveConfig) -> Vec<String> {
    let mut all = Vec::new();
    let mut number = |name: &str, then: f64, now: f64| {
        if then != now {
            all.push(format!("{name} = {}", significant(then, 4)));
        }
    };
    number("β", then.beta, now.beta);
    if then.gamma_mode == GammaMode::Fixed || then.gamma_mode != now.gamma_mode {
        number("γ", then.gamma, now.gamma);
    }
    number("η_enc", then.eta_enc, now.eta_enc);
    number("free bits", then.free_bits, now.free_bits);
    number("learning rate", then.learning_rate, now.learning_rate);
    let rest = LiveConfig {
        beta: then.beta,
        gamma: then.gamma,
        eta_enc: then.eta_enc,
        free_bits: then.free_bits,
        learning_rate: then.learning_rate,
        ..*now
    };
    if *then != rest {
        all.push("another objective".to_owned());
    }
    all
}

/// The settings without what a sweep sets itself.
fn without_swept(config: &RunConfig, settings: &SweepSettings) -> RunConfig {
    let live = LiveConfig {
        schedule: KlSchedule::Constant,
        ..settings.parameter.set(config.live, 1.0)
    };
    RunConfig {
        live,
        ..config.clone()
    }
}

/// The name of the data an experiment was made with.
fn origin<S, R>(made: &Made<S, R>) -> String {
    match made.provenance.data.as_str() {
        "" => made.base.data.source.to_string(),
        name => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::app::state::action::Action;
    use crate::app::state::diagnose::DiagnoseSettings;
    use crate::app::state::lab::PhaseSettings;
    use crate::app::state::protocol::{LoadedData, LoaderMessage};
    use crate::config::{DataConfig, DataSource, Split};
    use crate::data::{Preprocessor, gaussian};
    use crate::lab::{Parameter, PhaseAxis};
    use crate::train::{Evaluation, LatentStatistics, Snapshot};

    /// The loader's answer to a request for Gaussian data with this spectrum.
    fn arrives(state: &mut AppState, spectrum: &[f64]) {
        let data =
            gaussian::generate(spectrum, Some(40), Split::Train, 1, &|_| true).expect("data");
        let config = DataConfig {
            source: DataSource::Gaussian(spectrum.to_vec()),
            ..DataConfig::default()
        };
        let preprocessor = Preprocessor::new(config.preprocess, &data).expect("a preprocessing");
        state.loaded(LoaderMessage::Loaded(Box::new(LoadedData {
            config,
            digest: format!("{:016x}", data.digest()),
            preprocessor: Arc::new(preprocessor),
            dataset: Arc::new(data),
        })));
    }

    /// A run on Gaussian data with one experiment of every kind asked for.
    fn experimenting() -> AppState {
        let config = RunConfig {
            net: NetConfig::linear(3),
            ..RunConfig::default()
        };
        let (mut state, _) = AppState::new(config);
        arrives(&mut state, &[9.0, 4.0, 1.0, 0.5]);
        state.apply(Action::StartSweep(SweepSettings {
            parameter: Parameter::Beta,
            from: 0.1,
            to: 10.0,
            points: 3,
            most_steps: 10,
        }));
        state.apply(Action::StartPhase(PhaseSettings {
            axis: PhaseAxis::Latents,
            from: 0.1,
            to: 10.0,
            columns: 2,
            top: 2,
            steps: 10,
        }));
        state.apply(Action::Diagnose(DiagnoseSettings { steps: 10 }));
        state
    }

    fn all(state: &AppState) -> [Option<Foreign>; 3] {
        [
            state.foreign_sweep(),
            state.foreign_phase(),
            state.foreign_diagnosis(),
        ]
    }

    fn says(foreign: Option<&Foreign>, parts: &[&str]) {
        let foreign = foreign.expect("of another");
        for part in parts {
            assert!(foreign.sentence.contains(part), "{foreign:?}");
        }
    }

    #[test]
    fn what_an_experiment_chooses_itself_does_not_make_it_foreign() {
        let mut state = experimenting();
        assert_eq!(all(&state), [None, None, None]);
        // A sweep over β and a diagram over β and κ are of every β; a diagnosis is of one.
        let live = LiveConfig {
            beta: 7.0,
            ..state.config.live
        };
        state.apply(Action::Live(live));
        let [sweep, phase, diagnosis] = all(&state);
        assert_eq!((sweep, phase), (None, None));
        says(diagnosis.as_ref(), &["of this run at β = 1"]);
        assert!(diagnosis.is_some_and(|d| d.same_run));
        // Another γ is another sweep.
        state.apply(Action::Live(LiveConfig { gamma: 2.0, ..live }));
        let [sweep, phase, _] = all(&state);
        says(sweep.as_ref(), &["of another run", "γ = 1"]);
        says(phase.as_ref(), &["of another run", "γ = 1"]);
    }

    #[test]
    fn another_network_makes_all_of_another_run_but_a_diagram_over_its_rows() {
        let mut state = experimenting();
        state.apply(Action::Net(NetConfig::linear(2)));
        let [sweep, phase, diagnosis] = all(&state);
        assert_eq!(phase, None);
        says(sweep.as_ref(), &["of another run: gaussian", "κ = 3"]);
        says(diagnosis.as_ref(), &["of another run: gaussian", "κ = 3"]);
        assert!(diagnosis.is_some_and(|d| !d.same_run));
        state.apply(Action::Net(NetConfig::dense(&[8], 3)));
        let [sweep, phase, diagnosis] = all(&state);
        for foreign in [sweep, phase, diagnosis] {
            says(foreign.as_ref(), &["another network"]);
        }
        // Back, with the same settings: it is another run all the same.
        state.apply(Action::Net(NetConfig::linear(3)));
        let [sweep, phase, diagnosis] = all(&state);
        assert_eq!((sweep, phase), (None, None));
        says(diagnosis.as_ref(), &["an earlier run"]);
    }

    #[test]
    fn other_data_make_everything_of_another_run_and_a_reset_the_diagnosis() {
        let mut state = experimenting();
        state.apply(Action::Reset);
        let [sweep, phase, diagnosis] = all(&state);
        assert_eq!((sweep, phase), (None, None));
        says(diagnosis.as_ref(), &["an earlier run"]);
        arrives(&mut state, &[5.0, 4.0, 1.0, 0.5]);
        for foreign in all(&state) {
            says(
                foreign.as_ref(),
                &["of another run: gaussian", "other data"],
            );
        }
        // The same data again are the same data.
        arrives(&mut state, &[9.0, 4.0, 1.0, 0.5]);
        let [sweep, phase, diagnosis] = all(&state);
        assert_eq!((sweep, phase), (None, None));
        says(diagnosis.as_ref(), &["an earlier run"]);
    }

    /// Nothing measured outlives its run.
    #[test]
    fn a_new_run_has_no_numbers_of_the_one_before() {
        let mut state = experimenting();
        let run = state.run.as_ref().map(|run| run.id).expect("a run");
        state.snapshot(Snapshot {
            run,
            step: 9,
            epochs: 1.0,
            playing: true,
            steps_per_second: 1.0,
            last: None,
            live: state.config.live,
            stationary: false,
            history: Arc::default(),
            evaluation: Some(Arc::new(Evaluation {
                latents: vec![LatentStatistics::default(); 3],
                ..Evaluation::default()
            })),
            views: None,
            landscapes: Vec::new(),
            decoded: None,
            gallery: None,
        });
        assert!(state.snapshot.is_some() && state.usage.latents.len() == 3);
        state.apply(Action::Net(NetConfig::linear(2)));
        assert!(state.snapshot.is_none() && state.usage.latents.is_empty());
    }
}
