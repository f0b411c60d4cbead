//! The tile of reconstructions, prior samples and a traversal.

use super::content::Content;
use super::usage::interventions;
use crate::app::state::AppState;
use crate::config::Target;
use crate::figure::{FigureSpec, run as figures};

/// Pictures of the model.
pub(super) struct Pictures;

impl Content for Pictures {
    fn subtitle(&self, state: &AppState) -> String {
        interventions(state).unwrap_or_default()
    }

    fn figure(&mut self, state: &AppState) -> Option<FigureSpec> {
        let views = state.snapshot.as_ref()?.views.as_ref()?;
        let data = state.data.as_ref()?;
        let pictures = data.dataset.shape.is_image() && state.config.net.target == Target::Input;
        pictures.then(|| figures::reconstructions_figure(views, &data.dataset, &state.provenance()))
    }

    fn empty(&self, state: &AppState) -> String {
        let image = |d: &crate::app::state::Data| d.dataset.shape.is_image();
        if !state.data.as_ref().is_none_or(image) {
            "these data are plain vectors: there is no picture to show"
        } else if state.config.net.target != Target::Input {
            "the decoder is trained for something else than the input: it makes no pictures"
        } else {
            "no pictures yet: press Play"
        }
        .into()
    }
}
