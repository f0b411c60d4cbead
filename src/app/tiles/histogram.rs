//! The tile of the histogram of the posterior's σ.

use super::content::Content;
use super::no_posterior;
use crate::app::state::AppState;
use crate::figures::sigma_histogram_figure;
use crate::plot::FigureSpec;

/// σ over all latents and samples.
pub(super) struct Sigma;

impl Content for Sigma {
    fn subtitle(&self, _state: &AppState) -> String {
        "over latents and samples".into()
    }

    fn help(&self) -> &'static str {
        "Every σ of the posterior, of all latents and samples. Collapsed latents sit at the prior's σ; with depth, or \
         with β, the mass moves there (Dai et al. 2020, figure 2)."
    }

    fn figure(&mut self, state: &AppState) -> Option<FigureSpec> {
        let evaluation = state.snapshot.as_ref()?.evaluation.as_ref()?;
        if !evaluation.has_posterior() {
            return None;
        }
        let sigmas: Vec<f64> = evaluation.posterior.sigmas().collect();
        let prior = evaluation.prior_variance().sqrt();
        Some(sigma_histogram_figure(&sigmas, prior, &state.provenance()))
    }

    fn empty(&self, state: &AppState) -> String {
        no_posterior(state)
    }
}
