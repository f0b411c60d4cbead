//! What comes of the experiments.

use std::sync::Arc;

use super::diagnose::Diagnosis;
use super::hysteresis::Hysteresis;
use super::noise::NoiseRun;
use super::phase::PhaseMap;

/// What there is of one kind of experiment so far.
pub trait Discovery: Clone {
    /// Points or cells done, and in all; none where they are not counted.
    fn count(&self) -> Option<(usize, usize)>;

    /// As one of all kinds.
    fn outcome(self: Arc<Self>) -> Outcome;

    /// Back from one of all kinds, if it is of this one.
    fn of(outcome: Outcome) -> Option<Arc<Self>>;
}

macro_rules! outcomes {
    ($($(#[$doc:meta])* $kind:ident($found:ty), $count:expr;)*) => {
        /// What there is of an experiment so far.
        #[derive(Debug, Clone)]
        pub enum Outcome {
            $($(#[$doc])* $kind(Arc<$found>),)*
        }

        impl Outcome {
            /// Points or cells done, and in all; none where they are not counted.
            pub fn count(&self) -> Option<(usize, usize)> {
                match self {
                    $(Self::$kind(found) => found.count(),)*
                }
            }
        }

        $(impl Discovery for $found {
            fn count(&self) -> Option<(usize, usize)> {
                let count: fn(&Self) -> Option<(usize, usize)> = $count;
                count(self)
            }

            fn outcome(self: Arc<Self>) -> Outcome {
                Outcome::$kind(self)
            }

            fn of(outcome: Outcome) -> Option<Arc<Self>> {
                match outcome {
                    Outcome::$kind(found) => Some(found),
                    _ => None,
                }
            }
        })*
    };
}

outcomes! {
    /// β or γ taken up and down.
    Hysteresis(Hysteresis), |found| Some((found.points.len(), found.total()));
    /// A phase diagram.
    Phase(PhaseMap), |map| Some((map.done(), map.cells.len()));
    /// Why latents of a run are dead.
    Diagnosis(Diagnosis), |_| None;
    /// Noise on a latent.
    Noise(NoiseRun), |run| Some((run.points.len(), run.total()));
}
