//! The tile of the loss on the way to full collapse.

use super::content::Content;
use crate::app::state::AppState;
use crate::figure::FigureSpec;

/// Nothing yet.
pub(super) struct CollapsePath;

impl Content for CollapsePath {
    fn figure(&mut self, _state: &AppState) -> Option<FigureSpec> {
        None
    }

    fn empty(&self, _state: &AppState) -> String {
        "not measured yet".into()
    }
}
