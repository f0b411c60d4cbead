//! One claim of a paper as a number or an ordering, judged.
//!
//! A tolerance carries its reason. What lies between the tolerance and twice it is *near*; nothing else is.

use serde::{Deserialize, Serialize};

/// What came of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Within the tolerance.
    Pass,
    /// Within twice the tolerance.
    Near,
    /// Further off.
    Miss,
    /// Not made; the note says why and how to make it.
    Skipped,
}

impl Verdict {
    /// In a word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Near => "near",
            Self::Miss => "miss",
            Self::Skipped => "skipped",
        }
    }

    /// The worst of several; none for none.
    pub fn worst(all: impl IntoIterator<Item = Self>) -> Option<Self> {
        let rank = |v: &Self| match v {
            Self::Pass => 0,
            Self::Near => 1,
            Self::Skipped => 2,
            Self::Miss => 3,
        };
        all.into_iter().max_by_key(rank)
    }

    fn of(excess: f64, tolerance: f64) -> Self {
        // A number that is not finite fails every comparison, and so the check.
        if excess <= tolerance {
            Self::Pass
        } else if excess <= 2.0 * tolerance {
            Self::Near
        } else {
            Self::Miss
        }
    }
}

/// A claim with what was expected, what was measured, and the verdict.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// What is claimed.
    pub name: String,
    /// The expected value, or the ordering.
    pub expected: String,
    /// What was measured.
    pub measured: String,
    /// The verdict.
    pub verdict: Verdict,
    /// The tolerance with its reason; what is different here; why there is a miss.
    pub note: String,
}

fn text(value: f64) -> String {
    crate::text::significant(value, 4)
}

impl Check {
    /// `measured` lies within `tolerance` of `expected`, for this reason.
    pub fn equals(name: &str, expected: f64, measured: f64, tolerance: f64, why: &str) -> Self {
        Self {
            name: name.into(),
            expected: text(expected),
            measured: text(measured),
            verdict: Verdict::of((measured - expected).abs(), tolerance),
            note: format!("± {}: {why}", text(tolerance)),
        }
    }

    /// The same with a tolerance that is a share of what is expected.
    pub fn equals_within(name: &str, expected: f64, measured: f64, share: f64, why: &str) -> Self {
        let mut check = Self::equals(name, expected, measured, share * expected.abs(), why);
        check.note = format!("± {} %: {why}", text(100.0 * share));
        check
    }

    /// A whole number is what was expected; one off is near.
    pub fn counts(name: &str, expected: usize, measured: usize, why: &str) -> Self {
        Self {
            name: name.into(),
            expected: expected.to_string(),
            measured: measured.to_string(),
            verdict: match expected.abs_diff(measured) {
                0 => Verdict::Pass,
                1 => Verdict::Near,
                _ => Verdict::Miss,
            },
            note: why.into(),
        }
    }

    /// `measured` is at least `bound`, short of `slack` for this reason.
    pub fn at_least(name: &str, bound: f64, measured: f64, slack: f64, why: &str) -> Self {
        Self {
            name: name.into(),
            expected: format!("≥ {}", text(bound)),
            measured: text(measured),
            verdict: Verdict::of(bound - measured, slack),
            note: with_slack(slack, why),
        }
    }

    /// `measured` is at most `bound`, but for `slack` for this reason.
    pub fn at_most(name: &str, bound: f64, measured: f64, slack: f64, why: &str) -> Self {
        Self {
            name: name.into(),
            expected: format!("≤ {}", text(bound)),
            measured: text(measured),
            verdict: Verdict::of(measured - bound, slack),
            note: with_slack(slack, why),
        }
    }

    /// Values come in this order, from the least; each may be `slack` below the one before it, for this reason.
    pub fn ordered(name: &str, values: &[(&str, f64)], slack: f64, why: &str) -> Self {
        let worst =
            values
                .windows(2)
                .map(|pair| pair[0].1 - pair[1].1)
                .fold(
                    f64::NEG_INFINITY,
                    |a, b| if b.is_nan() { b } else { a.max(b) },
                );
        let names: Vec<&str> = values.iter().map(|v| v.0).collect();
        let numbers: Vec<String> = values.iter().map(|v| text(v.1)).collect();
        Self {
            name: name.into(),
            expected: names.join(" ≤ "),
            measured: numbers.join(", "),
            verdict: Verdict::of(worst, slack),
            note: with_slack(slack, why),
        }
    }

    /// Something is the case.
    pub fn holds(name: &str, expected: &str, holds: bool, measured: &str, why: &str) -> Self {
        Self {
            name: name.into(),
            expected: expected.into(),
            measured: measured.into(),
            verdict: if holds { Verdict::Pass } else { Verdict::Miss },
            note: why.into(),
        }
    }

    /// A check that was not made, and how it could be.
    pub fn skipped(name: &str, expected: &str, how: &str) -> Self {
        Self {
            name: name.into(),
            expected: expected.into(),
            measured: "–".into(),
            verdict: Verdict::Skipped,
            note: how.into(),
        }
    }

    /// Adds why it is as it is.
    #[must_use]
    pub fn because(mut self, reason: &str) -> Self {
        if !self.note.is_empty() {
            self.note += ". ";
        }
        self.note += reason;
        self
    }
}

fn with_slack(slack: f64, why: &str) -> String {
    if slack > 0.0 {
        format!("slack {}: {why}", text(slack))
    } else {
        why.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every kind of check passes what is right, is near what is nearly so, and misses what is wrong.
    #[test]
    fn a_check_fails_when_fed_a_wrong_result() {
        let verdicts = |of: &dyn Fn(f64) -> Check, values: [f64; 4]| values.map(|v| of(v).verdict);
        let all = [Verdict::Pass, Verdict::Near, Verdict::Miss, Verdict::Miss];
        let equals = |v| Check::equals("", 2.0, v, 0.1, "");
        assert_eq!(verdicts(&equals, [2.09, 1.85, 2.3, f64::NAN]), all);
        let share = |v| Check::equals_within("", -200.0, v, 0.01, "");
        assert_eq!(
            verdicts(&share, [-201.0, -203.0, -210.0, f64::INFINITY]),
            all
        );
        let least = |v| Check::at_least("", 2.0, v, 0.1, "");
        assert_eq!(verdicts(&least, [1.95, 1.85, 1.5, f64::NAN]), all);
        let most = |v| Check::at_most("", 2.0, v, 0.1, "");
        assert_eq!(verdicts(&most, [-9.0, 2.15, 2.5, f64::NAN]), all);
        let order = |v| Check::ordered("", &[("a", 1.0), ("b", v), ("c", 3.0)], 0.1, "");
        assert_eq!(verdicts(&order, [2.0, 3.15, 0.5, f64::NAN]), all);
        let counts = [3, 4, 5].map(|n| Check::counts("", 3, n, "").verdict);
        assert_eq!(counts, [Verdict::Pass, Verdict::Near, Verdict::Miss]);
        let holds = [true, false].map(|b| Check::holds("", "", b, "", "").verdict);
        assert_eq!(holds, [Verdict::Pass, Verdict::Miss]);
    }

    #[test]
    fn one_miss_decides() {
        use Verdict::{Miss, Near, Pass, Skipped};
        assert_eq!(Verdict::worst([Pass, Near, Pass]), Some(Near));
        assert_eq!(Verdict::worst([Pass, Skipped, Miss, Near]), Some(Miss));
        assert_eq!(Verdict::worst([]), None);
    }
}
