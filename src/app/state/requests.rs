//! What the state makes of itself for others: where numbers come from, requests for other data.

use std::path::PathBuf;

use crate::config::{DataConfig, DataSource};
use crate::plot::Provenance;

use super::AppState;

impl AppState {
    /// Where the numbers on screen come from.
    pub fn provenance(&self) -> Provenance {
        let Some(data) = &self.data else {
            return Provenance::default();
        };
        let device = self
            .run
            .as_ref()
            .and_then(|r| r.device.as_ref())
            .map_or("", |d| d.name.as_str());
        let step = self.snapshot.as_ref().map_or(0, |s| s.step);
        crate::figures::provenance(&self.config, &data.dataset, &data.digest, device, step)
    }

    /// A data request for `source` with the current preprocessing, all items; how pictures become items and which
    /// labels and classes count stays only where the source does.
    pub fn data_request(&self, source: DataSource) -> DataConfig {
        let current = &self.config.data;
        if source == current.source {
            return DataConfig {
                limit: None,
                ..current.clone()
            };
        }
        DataConfig {
            source,
            split: current.split,
            preprocess: current.preprocess,
            logit_lambda: current.logit_lambda,
            ..DataConfig::default()
        }
    }

    /// A data request for a path that was dropped or picked.
    pub fn path_request(&self, path: PathBuf) -> DataConfig {
        self.data_request(DataSource::Path(path))
    }
}
