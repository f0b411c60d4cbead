//! The tile of the histogram of the posterior's σ.

use super::content::Content;
use super::no_posterior;
use crate::app::state::AppState;
use crate::app::state::concern::Concern;
use crate::figures::sigma_histogram_figure;
use crate::plot::FigureSpec;

/// σ over all latents and samples.
pub(super) struct Sigma;

impl Content for Sigma {
    fn made_of(&self) -> &'static [Concern] {
        &[Concern::Measured]
    }

    fn subtitle(&self, _state: &AppState) -> String {
        "over all latents and samples".into()
    }

    fn help(&self) -> &'static str {
        "The posterior standard deviation of every latent and every sample. Collapsed latents are at the prior's standard \
         deviation. With more depth or a larger β, more of the histogram moves there (Dai et al. 2020, figure 2)."
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
