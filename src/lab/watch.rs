//! What an experiment asks of, and tells, whoever started it.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::data::Dataset;

use super::outcome::Outcome;

/// How far an experiment is.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Headway {
    /// Points or cells done.
    pub done: usize,
    /// Points or cells in all.
    pub total: usize,
    /// What is being trained: `β = 2, up`.
    pub what: String,
    /// Steps made there.
    pub steps: u64,
    /// Most steps it may take.
    pub most_steps: u64,
    /// What still moves there, in words; empty if nothing was judged yet.
    pub moving: String,
}

/// Listens to an experiment and may stop it.
pub trait Watcher {
    /// Whether to go on; asked between bursts of steps and between chunks of an evaluation.
    fn go_on(&self) -> bool {
        true
    }

    /// A flag that, once set, makes a device leave its step unfinished.
    fn interrupt(&self) -> Option<Arc<AtomicBool>> {
        None
    }

    /// How far it is.
    fn progress(&self, _progress: Headway) {}

    /// Data were loaded that some files were left out of.
    fn skipped(&self, _dataset: &Dataset) {}

    /// There is more of what it finds.
    fn found(&self, _outcome: Outcome) {}
}

/// A watcher that lets everything run to its end.
#[derive(Debug, Clone, Copy, Default)]
pub struct Quiet;

impl Watcher for Quiet {}
