//! A whole run to show in place of the one on screen: its data first, where they are other data.

use crate::app::action::Effect;
use crate::config::RunConfig;

use super::{AppState, Loading};

impl AppState {
    /// Shows this run, from its start, as if all its settings had been chosen; the processor stays the user's.
    pub(super) fn open_run(&mut self, config: RunConfig) -> Vec<Effect> {
        let config = RunConfig {
            device: self.config.device.clone(),
            ..config
        };
        if let Err(error) = config.validate() {
            self.refuse(error.to_string());
            return Vec::new();
        }
        self.opening.give_up();
        let there = self.data.as_ref().is_some_and(|d| d.config == config.data);
        if there && self.loading.is_none() {
            return self.restart(|now| *now = config);
        }
        self.loading = Some(Loading {
            source: config.data.source.to_string(),
            pace: None,
        });
        let effect = Effect::Load(config.data.clone(), config.sampling.seed);
        self.incoming = Some(config);
        vec![effect]
    }

    /// Takes over the settings that waited for data with this result; those of other data wait no more.
    pub(super) fn arrive(&mut self, data: &crate::config::DataConfig) {
        if let Some(config) = self.incoming.take()
            && config.data == *data
        {
            self.config = config;
        }
    }
}
