//! Notices a run that has diverged although its numbers are finite.

use super::FAR;

/// Fewest steps out of range after which a run that did not come down has diverged.
const LEAST_PATIENCE: u64 = 100;
/// Most of them.
const MOST_PATIENCE: u64 = 10_000;
/// The steps in units of one over the learning rate: Adam moves no weight by more than about the rate a step, so a small
/// rate needs more of them to come down.
const TRAVEL: f64 = 0.1;

/// Follows the magnitude of a run's numbers, step by step.
#[derive(Debug, Clone, Default)]
pub struct Watch {
    /// Steps out of range in a row.
    outside: u64,
    /// The least magnitude in the window before, and in this one.
    before: Option<f64>,
    now: Option<f64>,
    /// Steps in this half of the window.
    half: u64,
    /// The first magnitude since the start.
    first: Option<f64>,
    /// The newest.
    last: f64,
}

impl Watch {
    /// Starts anew: the weights or the settings are others.
    pub fn restart(&mut self) {
        *self = Self::default();
    }

    /// Takes the magnitude of a step's numbers in units of what an ignorant network pays; whether the run has diverged.
    pub fn push(&mut self, magnitude: f64, learning_rate: f64) -> bool {
        self.first.get_or_insert(magnitude);
        self.last = magnitude;
        if magnitude <= FAR {
            self.outside = 0;
            self.half = 0;
            (self.before, self.now) = (None, None);
            return false;
        }
        self.outside += 1;
        self.half += 1;
        let least = self.now.map_or(magnitude, |m| m.min(magnitude));
        self.now = Some(least);
        if self.half < patience(learning_rate) / 2 {
            return false;
        }
        // A window is two halves, and the newer is compared with the older.
        let stuck = self.before.is_some_and(|before| least > 0.5 * before);
        self.before = Some(least);
        self.now = None;
        self.half = 0;
        stuck
    }

    /// Whether the newest step is within range: only then is its state worth going back to.
    pub fn is_within(&self) -> bool {
        self.outside == 0
    }

    /// Whether the newest step is out of range and no better than the first.
    pub fn has_grown(&self) -> bool {
        self.outside > 0 && self.first.is_some_and(|first| self.last >= first)
    }
}

/// Steps out of range after which a run should have come down by half.
fn patience(learning_rate: f64) -> u64 {
    ((TRAVEL / learning_rate) as u64).clamp(LEAST_PATIENCE, MOST_PATIENCE)
}
