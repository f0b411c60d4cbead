//! The tile of rate against distortion.

use super::content::Content;
use super::{no_posterior, shown_gamma};
use crate::app::state::AppState;
use crate::figures::rate_distortion_figure;
use crate::plot::FigureSpec;

/// Where the run is and has been.
pub(super) struct Rate;

impl Content for Rate {
    fn subtitle(&self, _state: &AppState) -> String {
        "every β-VAE is one point".into()
    }

    fn help(&self) -> &'static str {
        "Rate: KL in nats per sample, what the latents say of x. Distortion: squared error of the reconstruction. The \
         dashed curve is the best a linear model with as many latents can do (reverse water-filling at level βγ); a \
         network below it uses something a linear model has not."
    }

    fn figure(&mut self, state: &AppState) -> Option<FigureSpec> {
        state.rate_trail.back()?;
        let trail: Vec<[f64; 2]> = state.rate_trail.iter().copied().collect();
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
