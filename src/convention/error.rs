//! Why a loss has no β, or a file no loss.

use crate::config::NotPositive;

/// Why a translation cannot be given. Every message is one sentence.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Error {
    /// A number that must be positive and finite is not.
    #[error(transparent)]
    NotPositive(#[from] NotPositive),
    /// A size of nothing.
    #[error("{name} must be at least 1")]
    Empty {
        /// The size, as the user knows it.
        name: &'static str,
    },
    /// An absolute error is no Gaussian's at any γ.
    #[error("an absolute error has no Gaussian equivalent, so no β translates it")]
    NotGaussian,
    /// A notebook that is none.
    #[error("the notebook cannot be read: {0}")]
    Notebook(String),
}
