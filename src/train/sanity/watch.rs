//! Notices a run that has diverged although its numbers are finite.

use super::FAR;

/// The least number of steps out of range after which a run that did not come down has diverged.
const LEAST_PATIENCE: u64 = 100;
/// The largest such number of steps.
const MOST_PATIENCE: u64 = 10_000;
/// Steps in a row out of range that are no spike.
const SPIKE: u64 = 10;
/// The steps in units of one over the learning rate: Adam moves no weight by more than about the rate a step, so a small
/// rate needs more of them to come down.
const TRAVEL: f64 = 0.1;

/// Follows the magnitude of a run's numbers, step by step.
#[derive(Debug, Clone, Default)]
pub struct Watch {
    /// Steps since the start.
    steps: u64,
    /// Steps out of range in a row, up to the newest.
    outside: u64,
    /// The least magnitude in the window before, and in this one.
    before: Option<f64>,
    now: Option<f64>,
    /// Steps in this half of the window.
    half: u64,
    /// The first magnitude since the start.
    first: Option<f64>,
    /// The newest magnitude.
    last: f64,
}

impl Watch {
    /// Starts anew: the weights or the settings are others.
    pub fn restart(&mut self) {
        *self = Self::default();
    }

    /// Takes the magnitude of a step's numbers in units of what an ignorant network pays; whether the run has diverged.
    pub fn push(&mut self, magnitude: f64, learning_rate: f64) -> bool {
        self.steps += 1;
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
        let stuck = self
            .before
            .is_some_and(|before| least >= before || least > 0.5 * before);
        self.before = Some(least);
        self.now = None;
        self.half = 0;
        stuck
    }

    /// Whether the newest step is within range: only then is its state worth going back to.
    pub fn is_within(&self) -> bool {
        self.outside == 0
    }

    /// Whether the newest steps are out of range and no better than the first since the start; a single one may be a spike.
    pub fn has_grown(&self) -> bool {
        let several = self.outside >= SPIKE.min(self.steps).max(1);
        several && self.first.is_some_and(|first| self.last >= first)
    }
}

/// Steps out of range after which a run should have come down by half.
fn patience(learning_rate: f64) -> u64 {
    ((TRAVEL / learning_rate) as u64).clamp(LEAST_PATIENCE, MOST_PATIENCE)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The step at which a run of these magnitudes is called diverged, at this rate.
    fn caught(rate: f64, steps: u64, magnitude: impl Fn(u64) -> f64) -> Option<u64> {
        let mut watch = Watch::default();
        (1..=steps).find(|&step| watch.push(magnitude(step), rate))
    }

    #[test]
    fn an_explosion_is_caught_within_the_window_and_whatever_comes_down_is_not() {
        // From step 500 on, growing, standing still, and wobbling by a factor of ten.
        let after = |step: u64, far: f64| if step < 500 { 0.5 } else { far };
        for far in [1e5, 1e29, f64::INFINITY] {
            assert_eq!(caught(1e-2, 2000, |s| after(s, far)), Some(599), "{far}");
        }
        let wobbling = |s: u64| after(s, 1e20 * 10_f64.powi((s % 3) as i32 - 1));
        assert_eq!(caught(1e-2, 2000, wobbling), Some(599));
        // The patience of 0.1 over the rate.
        assert_eq!(caught(1e-4, 5000, |s| after(s, 1e6)), Some(1499));
        assert_eq!(caught(1e-9, 50_000, |s| after(s, 1e6)), Some(10_499));
        // A start far out of range that halves every 20 steps, single spikes, and a level just within range.
        assert_eq!(
            caught(1e-2, 5000, |s| 1e20 * (-(s as f64) / 20.0).exp2()),
            None
        );
        assert_eq!(
            caught(1e-2, 5000, |s| if s % 60 == 0 { 1e25 } else { 2.0 }),
            None
        );
        assert_eq!(caught(1e-2, 5000, |_| 0.99 * FAR), None);
    }

    #[test]
    fn growth_is_since_the_start_and_a_state_out_of_range_is_not_kept() {
        let mut watch = Watch::default();
        watch.push(1e12, 1e-3);
        watch.push(1e9, 1e-3);
        assert!(!watch.is_within() && !watch.has_grown());
        watch.push(1e13, 1e-3);
        assert!(watch.has_grown());
        watch.push(1.0, 1e-3);
        assert!(watch.is_within() && !watch.has_grown());
        watch.restart();
        watch.push(1e9, 1e-3);
        watch.restart();
        assert!(watch.is_within() && !watch.has_grown());
    }
}
