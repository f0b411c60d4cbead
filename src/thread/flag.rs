//! Signals that one side gives and the other looks at.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// A flag seen by all who share it.
#[derive(Debug, Clone, Default)]
pub struct Flag(Arc<AtomicBool>);

impl Flag {
    /// Raises it.
    pub fn raise(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    /// Takes it down.
    pub fn lower(&self) {
        self.0.store(false, Ordering::SeqCst);
    }

    /// Whether it is up.
    pub fn is_raised(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }

    /// The flag as those take it who know no more of threads.
    pub fn shared(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.0)
    }
}

impl AsRef<AtomicBool> for Flag {
    fn as_ref(&self) -> &AtomicBool {
        &self.0
    }
}

/// The number of the newest request: work for an older one is given up.
#[derive(Debug, Clone, Default)]
pub struct Newest(Arc<AtomicU64>);

impl Newest {
    /// Gives out the next number, which outdates all before it.
    pub fn advance(&self) -> u64 {
        self.0.fetch_add(1, Ordering::SeqCst) + 1
    }

    /// Makes `number` the newest, whatever was before.
    pub fn set(&self, number: u64) {
        self.0.store(number, Ordering::SeqCst);
    }

    /// Whether `number` is the newest.
    pub fn is(&self, number: u64) -> bool {
        self.0.load(Ordering::SeqCst) == number
    }
}
