//! The tile of β up and down with warm starts.

use super::content::Content;
use crate::app::state::AppState;
use crate::figure::FigureSpec;

/// Nothing yet.
pub(super) struct Sweep;

impl Content for Sweep {
    fn figure(&mut self, _state: &AppState) -> Option<FigureSpec> {
        None
    }

    fn empty(&self, _state: &AppState) -> String {
        "no sweep yet".into()
    }
}
