//! The tile of active latents over two settings.

use super::content::Content;
use crate::app::state::AppState;
use crate::figure::FigureSpec;

/// Nothing yet.
pub(super) struct Phase;

impl Content for Phase {
    fn figure(&mut self, _state: &AppState) -> Option<FigureSpec> {
        None
    }

    fn empty(&self, _state: &AppState) -> String {
        "no diagram yet".into()
    }
}
