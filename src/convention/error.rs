//! Why a loss has no β, or a file no loss.

/// Why a translation cannot be given. Every message is one sentence.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Error {
    /// A number that must be positive and finite is not.
    #[error("{name} must be a positive, finite number, not {value}")]
    NotPositive {
        /// The quantity, as the user knows it.
        name: &'static str,
        /// What was given.
        value: f64,
    },
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

/// `value` if it is positive and finite, else [`Error::NotPositive`].
pub(super) fn positive(name: &'static str, value: f64) -> Result<f64, Error> {
    if value.is_finite() && value > 0.0 {
        Ok(value)
    } else {
        Err(Error::NotPositive { name, value })
    }
}
