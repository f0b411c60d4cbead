//! The tile of rate against distortion.

use super::content::Content;
use super::{no_posterior, shown_gamma};
use crate::app::state::AppState;
use crate::app::state::concern::Concern;
use crate::figures::rate_distortion_figure;
use crate::plot::FigureSpec;

/// Where the run is and has been.
pub(super) struct Rate;

impl Content for Rate {
    fn made_of(&self) -> &'static [Concern] {
        &[Concern::Settings, Concern::Trails]
    }

    fn subtitle(&self, _state: &AppState) -> String {
        "each evaluation is one point".into()
    }

    fn help(&self) -> &'static str {
        "Rate is the KL in nats per sample, distortion the squared error of the reconstruction. The dashed curve is the best \
         that a linear model with as many latents can do (reverse water-filling at the level βγ). A network below the curve \
         does what no linear model can."
    }

    fn figure(&mut self, state: &AppState) -> Option<FigureSpec> {
        state.trails.rates.back()?;
        let trail: Vec<[f64; 2]> = state.trails.rates.iter().copied().collect();
        let known = state
            .prediction
            .as_ref()
            .filter(|_| state.uncovered().is_none());
        let at = (state.config.live.beta, shown_gamma(state));
        let from = state.provenance();
        Some(rate_distortion_figure(&trail, known, at, &from))
    }

    fn empty(&self, state: &AppState) -> String {
        no_posterior(state)
    }
}
