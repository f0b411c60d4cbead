//! Whether the numbers of a run can be a result.
//!
//! Numbers stay finite long after a run has exploded: a loss of 10³¹ is one. What tells is not a size, for data of any
//! scale are trained on, but what the objective itself allows. Every network can ignore its input and give the mean of the
//! data with its posterior at the prior; that costs the *collapsed loss* ([`Baseline`]), known from the data in closed
//! form. Gradient descent that works ends at or below it.
//!
//! **Not a result yet** ([`Sanity::Above`]): the loss is above the collapsed loss by more than [`TOLERANCE`] of the stakes,
//! the nats by which that loss exceeds its constant. A collapsed run stays within a per cent or two of it. A run is there
//! honestly at its start and after an edit, so this stops nothing; but it is neither stationary nor a result.
//!
//! **Out of range** ([`Sanity::Exploded`]): the squared error is more than [`FAR`] times that of a decoder that gives 0, or
//! the KL's price β·KL more than [`FAR`] times what the whole data term is worth ([`Baseline::magnitude`]). The two are
//! judged apart, and not as a loss, because a γ that moves hides a squared error of any size in a logarithm.
//!
//! **Diverged** ([`Watch`]): out of range for a whole window of steps without coming down by half. An honest run may begin
//! out of range (values of tens of thousands go through e^(log σ²) before the first step) or be thrown there by an edit of
//! β by many orders of magnitude, but then it comes down by half, and half again. One that does not will not: after
//! gradients of that size Adam's second moments keep every further step small for thousands of steps. No size stops a run
//! at once, for single steps a million times out were seen in runs that then trained.

mod baseline;
mod blame;
mod watch;

pub use baseline::{Baseline, State};
pub use watch::Watch;

pub(super) use blame::largest;

/// Share of the stakes by which a loss may exceed the collapsed loss: the evaluation draws z, a batch is not the data, and
/// Adam wanders by about its rate.
pub const TOLERANCE: f64 = 0.05;
/// The factor on what a network that ignores its input pays, beyond which a state is out of range.
pub const FAR: f64 = 1e4;

/// Whether a run's numbers can be a result.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Sanity {
    /// Nothing speaks against them, or nothing is known.
    #[default]
    Sound,
    /// The loss is above the collapsed loss, by this many nats: not a result yet.
    Above(f64),
    /// Error or KL are this many times what an ignorant network pays: no result, and what is derived from them means
    /// nothing.
    Exploded(f64),
}

impl Sanity {
    /// Whether the numbers mean nothing.
    pub fn is_exploded(self) -> bool {
        matches!(self, Self::Exploded(_))
    }

    /// Whether the numbers can be a result.
    pub fn is_sound(self) -> bool {
        self == Self::Sound
    }
}
