//! A whole run to show in place of the one on screen: its data first, where they are other data.

use super::action::Effect;
use crate::config::RunConfig;

use super::AppState;

impl AppState {
    /// Shows this run, from its start, as if all its settings had been chosen; the processor stays the user's.
    pub(super) fn open_run(&mut self, config: RunConfig) -> Vec<Effect> {
        let config = RunConfig {
            device: self.config.device.clone(),
            ..config
        };
        if let Err(error) = config.validate() {
            self.session.refuse(error.to_string());
            return Vec::new();
        }
        self.opening.give_up();
        let there = self.data.as_ref().is_some_and(|d| d.config == config.data);
        if there && self.opening.loading.is_none() {
            return self.restart(|now| *now = config);
        }
        let effect = Effect::Load(config.data.clone(), config.sampling.seed);
        let data = config.data.clone();
        self.opening.begin(&data, Some(config));
        vec![effect]
    }

    /// Takes over the settings that waited for data with this result; those of other data wait no more.
    pub(super) fn arrive(&mut self, data: &crate::config::DataConfig) {
        if let Some(config) = self.opening.incoming.take()
            && config.data == *data
        {
            self.config = config;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::state::protocol::LoaderMessage;
    use crate::config::{DataConfig, DataSource, NetConfig, SamplingConfig};

    fn linear() -> RunConfig {
        RunConfig {
            data: DataConfig {
                source: DataSource::Gaussian(vec![2.0, 1.0]),
                ..DataConfig::default()
            },
            net: NetConfig::linear(2),
            ..RunConfig::default()
        }
    }

    /// What is on screen stays until the data are there; without them, or with others, it stays for good.
    #[test]
    fn a_run_waits_for_its_data() {
        let (mut state, _) = AppState::new(RunConfig::default());
        let wanted = linear();
        let ask = |state: &mut AppState| {
            let effects = state.open_run(wanted.clone());
            assert!(matches!(&effects[..], [Effect::Load(data, _)] if *data == wanted.data));
            assert_eq!(state.config, RunConfig::default());
        };
        ask(&mut state);
        state.loaded(LoaderMessage::Failed("no data".into()));
        state.arrive(&wanted.data);
        assert_eq!(state.config, RunConfig::default(), "it was given up");
        ask(&mut state);
        state.load(DataConfig::default());
        state.arrive(&wanted.data);
        assert_eq!(
            state.config,
            RunConfig::default(),
            "others were wanted since"
        );
        ask(&mut state);
        state.arrive(&wanted.data);
        assert_eq!(state.config, wanted);
    }

    #[test]
    fn a_run_that_cannot_be_is_refused() {
        let (mut state, _) = AppState::new(RunConfig::default());
        let mut wrong = linear();
        wrong.sampling = SamplingConfig { batch: 0, seed: 0 };
        assert!(state.open_run(wrong).is_empty());
        assert!(
            state
                .session
                .problem
                .as_ref()
                .is_some_and(|p| p.contains("batch"))
        );
    }
}
