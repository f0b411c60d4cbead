//! What the linear theory needs to know of data, as it becomes known.

use std::sync::Arc;

use crate::config::{RunConfig, Target};
use crate::data::{CrossSpectrum, Spectrum};

use super::{Explainable, Prediction};

/// The spectrum of data, and what they explain of a target that is not the input, as far as they are known.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// The principal components of the input.
    pub spectrum: Option<Arc<Spectrum>>,
    /// What the input explains of another target, made with the seed of the runs it is used for.
    pub cross: Option<Arc<CrossSpectrum>>,
}

impl From<Arc<Spectrum>> for Known {
    fn from(spectrum: Arc<Spectrum>) -> Self {
        Self {
            spectrum: Some(spectrum),
            cross: None,
        }
    }
}

impl Known {
    /// The explainable part of a target; `None` while that is not known.
    pub fn explainable(&self, target: Target) -> Option<Explainable<'_>> {
        if target == Target::Input {
            return self.spectrum.as_deref().map(Explainable::Input);
        }
        let cross = self.cross.as_deref().filter(|c| c.target == target)?;
        Some(Explainable::Target(cross))
    }

    /// What the linear theory says of a run on these data: [`Prediction::for_run`]. `None` while the data's part is
    /// not known, or where the theory refuses the numbers.
    pub fn prediction(&self, config: &RunConfig, step: Option<u64>) -> Option<Prediction> {
        let data = self.explainable(config.net.target)?;
        Prediction::for_run(config, step, data).ok()
    }
}
