//! How far a load is, and how fast.

use std::time::{Duration, Instant};

use crate::data::Progress;

/// How far a load is, and how fast.
#[derive(Debug, Clone, PartialEq)]
pub struct Pace {
    /// What was last heard.
    pub progress: Progress,
    /// When its activity began.
    since: Instant,
    /// How long the activity had taken by then.
    pub elapsed: Duration,
}

impl Pace {
    /// A pace told rather than measured.
    #[cfg(test)]
    pub(in crate::app) fn at(progress: Progress, elapsed: Duration) -> Self {
        Self {
            progress,
            since: Instant::now(),
            elapsed,
        }
    }

    /// What `progress` says after what was known.
    pub(super) fn next(before: Option<&Self>, progress: Progress) -> Self {
        let now = Instant::now();
        let same = before.filter(|p| p.progress.what == progress.what);
        let since = same.map_or(now, |p| p.since);
        Self {
            progress,
            since,
            elapsed: now - since,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Unit;

    #[test]
    fn the_pace_is_that_of_one_activity() {
        let progress = |what, done| Progress {
            what,
            done,
            total: Some(100),
            unit: Unit::Items,
        };
        let first = Pace::next(None, progress("reading", 0));
        std::thread::sleep(Duration::from_millis(5));
        let second = Pace::next(Some(&first), progress("reading", 50));
        assert!(second.elapsed >= Duration::from_millis(5));
        let third = Pace::next(Some(&second), progress("decoding", 1));
        assert_eq!(third.elapsed, Duration::ZERO);
    }
}
