//! Closed forms of the linear model: the yardstick every trained network is held against.
//!
//! One objective throughout, per sample and minimised (natural logarithms, averages over the data):
//!
//! `L = (1/2γ) E‖y − D(z)‖² + (d/2) log(2πγ) + β·KL`,
//! `KL = ½ Σ_j (μ_j²/η² + σ_j²/η² − log(σ_j²/η²) − 1)`,
//!
//! with `d` the data dimension, `κ` the number of latents, `γ = η_dec²` the decoder variance and
//! `η = η_enc` the standard deviation of the prior. The optima and likelihoods are sums over
//! eigenvalues and never form a `d × d` matrix; only [`elbo`] and [`weights`] hold matrices, for
//! they are about weights as they stand.
//!
//! - [`linear`]: the global minimum of the linear latent variable model (Wang and Ziyin 2022),
//!   with σ learned and γ fixed or learned; [`fixed_sigma`]: with σ held.
//! - [`thresholds`]: the β at which each mode dies, and which one is next; [`mod@staircase`]: how many
//!   live at every β; [`learned`]: why a learned γ is what it is.
//! - [`variance_shares`]: how the variance is shared out over the modes.
//! - [`origin`]: the Hessian at the collapsed point.
//! - [`surface`]: two-dimensional loss surfaces, and a grid to sample them on.
//! - [`soft_threshold`]: one mode under a soft-threshold decoder, whose collapsed point is a local
//!   minimum (Dai, Wang and Wipf 2020).
//! - [`basin`]: the minimum of that energy at which gradient descent ends, from every start.
//! - [`ppca`]: probabilistic PCA (Tipping and Bishop 1999; Lucas et al. 2019).
//! - [`elbo`]: the analytic ELBO of a linear VAE with given weights, on a [`covariance`];
//!   [`weights`]: the optimal weights themselves.
//! - [`mod@rate_distortion`]: the least squared error at every rate.
//! - [`estimators`]: what a nonlinear network's statistics say about its own thresholds.

pub mod basin;
pub mod covariance;
pub mod elbo;
pub mod estimators;
pub mod fixed_sigma;
pub mod learned;
pub mod linear;
pub mod origin;
pub mod ppca;
mod problem;
pub mod rate_distortion;
mod shares;
pub mod soft_threshold;
pub mod staircase;
pub mod surface;
pub mod thresholds;
pub mod weights;

use crate::config::{NotPositive, positive};

pub use basin::{BasinMap, BasinRequest, Fate, StartSigma};
pub use covariance::Covariance;
pub use elbo::{Elbo, ElboGap, ElboGradient, LinearVae, log_marginal_likelihood, stationary_gap};
pub use fixed_sigma::{FixedSigmaMode, FixedSigmaOptimum, fixed_sigma_optimum};
pub use learned::{SelfConsistency, self_consistency, slope_in_log_gamma};
pub use linear::{Gamma, GammaSolution, Mode, Optimum, least_loss, optimum};
pub use origin::{Verdict, least_eigenvalue_curve, origin_eigenvalues, origin_hessian};
pub use ppca::{
    ColumnStability, PpcaFit, PpcaSurface, SweepPoint, ppca_fit, ppca_log_likelihood, ppca_sweep,
    zero_column_stability,
};
pub use problem::LinearProblem;
pub use rate_distortion::{rate_distortion, rate_distortion_curve};
pub use shares::{VarianceShare, variance_shares};
pub use soft_threshold::{AlphaLimits, Collapsed, GoodMinimum, LearnedGamma, SoftThreshold};
pub use staircase::{Stair, Staircase, staircase};
pub use surface::{Axis, Grid, ModeSurface};
pub use thresholds::{
    NextThreshold, THRESHOLD_TOLERANCE, active_count, collapse_free_beta, is_alive, next_to_die,
    next_to_revive, thresholds_beta, thresholds_beta_learned,
};
pub use weights::{Basis, LinearWeights, ppca_weights};

/// Why a theoretical quantity cannot be given. Every message is one sentence.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Error {
    /// A number that must be positive and finite is not.
    #[error(transparent)]
    NotPositive(#[from] NotPositive),
    /// A number that must be finite is not.
    #[error("{name} must be a finite number, not {value}")]
    NotFinite {
        /// The quantity, as the user knows it.
        name: &'static str,
        /// What was given.
        value: f64,
    },
    /// A count outside its range.
    #[error("{name} must be between {min} and {max}, not {value}")]
    OutOfRange {
        /// The quantity, as the user knows it.
        name: &'static str,
        /// Least allowed value.
        min: usize,
        /// Largest allowed value.
        max: usize,
        /// What was given.
        value: usize,
    },
    /// An eigenvalue is negative or not finite.
    #[error("eigenvalue {index} must be finite and not negative, but is {value}")]
    BadEigenvalue {
        /// Position in the spectrum, from 0.
        index: usize,
        /// What was given.
        value: f64,
    },
    /// The spectrum is not in descending order.
    #[error(
        "the eigenvalues must be in descending order, but number {index} exceeds the one before it"
    )]
    NotDescending {
        /// Position of the first eigenvalue that is larger than its predecessor, from 0.
        index: usize,
    },
    /// The total variance is less than what the eigenvalues add up to.
    #[error("the total variance {total} is less than the sum of the eigenvalues, {sum}")]
    TotalTooSmall {
        /// The total variance E‖y‖² as given.
        total: f64,
        /// The sum of the eigenvalues Σ ζᵢ².
        sum: f64,
    },
    /// With γ learned, the loss falls without bound as γ goes to zero.
    #[error(
        "the data have rank {modes}, so {modes} latents reproduce them exactly, and β = {beta} is below {dim}/{modes}: \
         the learned γ goes to zero and the loss to minus infinity; use fewer than {modes} latents, a larger β or a fixed γ"
    )]
    GammaVanishes {
        /// The rank: modes with a positive eigenvalue, all within reach of the latents.
        modes: usize,
        /// Data dimension d.
        dim: usize,
        /// β.
        beta: f64,
    },
    /// The data do not vary at all, so a learned γ goes to zero.
    #[error(
        "the data do not vary, so the learned γ goes to zero and the loss to minus infinity; use a fixed γ"
    )]
    NoVariance,
    /// A matrix that does not fit those beside it.
    #[error("the {what} must be {rows} × {columns}, not {found_rows} × {found_columns}")]
    Shape {
        /// The matrix, in words.
        what: &'static str,
        /// Rows it must have.
        rows: usize,
        /// Columns it must have.
        columns: usize,
        /// Rows it has.
        found_rows: usize,
        /// Columns it has.
        found_columns: usize,
    },
    /// A matrix that is no covariance.
    #[error("the covariance must be a finite, symmetric matrix without negative eigenvalues")]
    NotCovariance,
    /// The numbers given are so extreme that the result is not a finite number.
    #[error("the numbers are too extreme: {what} is not representable")]
    NotRepresentable {
        /// The result that over- or underflowed.
        what: &'static str,
    },
}

/// `value` if it is finite and not negative, else [`Error::BadEigenvalue`] at `index`.
fn eigenvalue(index: usize, value: f64) -> Result<f64, Error> {
    if value.is_finite() && value >= 0.0 {
        Ok(value)
    } else {
        Err(Error::BadEigenvalue { index, value })
    }
}

/// `value` if it is finite, else [`Error::NotRepresentable`].
fn representable(what: &'static str, value: f64) -> Result<f64, Error> {
    if value.is_finite() {
        Ok(value)
    } else {
        Err(Error::NotRepresentable { what })
    }
}
