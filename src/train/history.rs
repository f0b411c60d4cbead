//! The traces of a run, bounded however long it lasts.
//!
//! Steps are gathered into bins; when there are too many, neighbours merge and the bin width
//! doubles. A bin keeps mean, least and largest, so a spike is never smoothed away.

use crate::compute::StepMetrics;
use crate::config::Objective;

/// Least, largest and mean of one quantity over a bin.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// Mean; NaN if any step was non-finite.
    pub mean: f64,
    /// The least value.
    pub min: f64,
    /// The largest value.
    pub max: f64,
}

impl Spread {
    fn one(value: f64) -> Self {
        Self {
            mean: value,
            min: value,
            max: value,
        }
    }

    fn merge(self, count: f64, other: Self, other_count: f64) -> Self {
        Self {
            mean: (self.mean * count + other.mean * other_count) / (count + other_count),
            min: self.min.min(other.min),
            max: self.max.max(other.max),
        }
    }
}

/// A run of consecutive steps.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bin {
    /// The first step in it, from 1.
    pub step: u64,
    /// The number of steps in the bin.
    pub count: u64,
    /// The loss L.
    pub loss: Spread,
    /// The data term ‖x − x̂‖²/(2γ) + (d/2) log 2πγ.
    pub reconstruction: Spread,
    /// KL, in nats, unweighted; NaN for an autoencoder.
    pub kl: Spread,
    /// γ.
    pub gamma: Spread,
    /// β.
    pub beta: Spread,
}

impl Bin {
    fn merge(self, other: Self) -> Self {
        let (a, b) = (self.count as f64, other.count as f64);
        Self {
            step: self.step,
            count: self.count + other.count,
            loss: self.loss.merge(a, other.loss, b),
            reconstruction: self.reconstruction.merge(a, other.reconstruction, b),
            kl: self.kl.merge(a, other.kl, b),
            gamma: self.gamma.merge(a, other.gamma, b),
            beta: self.beta.merge(a, other.beta, b),
        }
    }
}

/// An edit worth a tick on the plots.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// The step after which it took effect.
    pub step: u64,
    /// The edit in words: `β = 2`, `γ learned`.
    pub text: String,
}

/// The bounded traces and marks of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct History {
    bins: Vec<Bin>,
    width: u64,
    marks: Vec<Mark>,
    /// Steps recorded.
    steps: u64,
    /// The step of the newest edit; the stationarity test looks only beyond it.
    edited: u64,
}

impl Default for History {
    fn default() -> Self {
        Self {
            bins: Vec::with_capacity(Self::MAX_BINS),
            width: 1,
            marks: Vec::new(),
            steps: 0,
            edited: 0,
        }
    }
}

impl History {
    /// Most bins kept.
    pub const MAX_BINS: usize = 2048;
    /// Most marks kept; the oldest go first.
    pub const MAX_MARKS: usize = 200;
    /// Fewest steps after an edit before a run may be called converged.
    const MIN_STATIONARY_STEPS: u64 = 400;

    /// Adds a step made under this objective; an autoencoder's has no KL.
    pub fn push(&mut self, metrics: &StepMetrics, objective: Objective) {
        self.steps += 1;
        let (kl, price) = match objective {
            Objective::Vae => (metrics.kl, metrics.beta * metrics.kl),
            Objective::Autoencoder => (f64::NAN, 0.0),
        };
        let bin = Bin {
            step: self.steps,
            count: 1,
            loss: Spread::one(metrics.loss),
            reconstruction: Spread::one(metrics.loss - price),
            kl: Spread::one(kl),
            gamma: Spread::one(metrics.gamma),
            beta: Spread::one(metrics.beta),
        };
        match self.bins.last_mut() {
            Some(last) if last.count < self.width => *last = last.merge(bin),
            _ => self.bins.push(bin),
        }
        if self.bins.len() == Self::MAX_BINS && self.bins[Self::MAX_BINS - 1].count == self.width {
            self.bins = self
                .bins
                .chunks(2)
                .map(|pair| match pair {
                    [a, b] => a.merge(*b),
                    rest => rest[0],
                })
                .collect();
            self.width *= 2;
        }
    }

    /// Notes an edit at the current step; a later edit of the same kind at the same step replaces it.
    pub fn mark(&mut self, text: String) {
        self.edited = self.steps;
        let kind = |text: &str| text.split(' ').next().unwrap_or("").to_owned();
        if let Some(last) = self.marks.last_mut()
            && kind(&last.text) == kind(&text)
            // A drag is many small edits: within one screen column they are one tick.
            && self.steps - last.step <= (2 * self.width).max(self.steps / 40)
        {
            last.text = text;
            return;
        }
        if self.marks.len() == Self::MAX_MARKS {
            self.marks.remove(0);
        }
        self.marks.push(Mark {
            step: self.steps,
            text,
        });
    }

    /// Forgets everything after `step`, where a run was put back to.
    pub fn rewind(&mut self, step: u64) {
        self.bins.retain(|b| b.step <= step);
        if let Some(last) = self.bins.last_mut() {
            last.count = last.count.min(step + 1 - last.step);
        }
        self.marks.retain(|m| m.step <= step);
        self.steps = self.steps.min(step);
        self.edited = self.edited.min(self.steps);
    }

    /// The bins, oldest first.
    pub fn bins(&self) -> &[Bin] {
        &self.bins
    }

    /// The marks, oldest first.
    pub fn marks(&self) -> &[Mark] {
        &self.marks
    }

    /// Steps recorded.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// Whether the loss has stopped falling since the last edit, at no more than `ceiling` where there is one: a loss that
    /// no result can have ([`super::sanity`]) is never stationary, however still it stands.
    ///
    /// The newest 40 % of the steps since the edit are halved; the run is stationary if the halves'
    /// means differ by less than two standard errors of that difference, or by less than 10⁻⁵ of the
    /// loss. Near a threshold the escape time diverges, so this can be
    /// true too early: it is a statement about the last steps, not a proof.
    pub fn is_stationary(&self, ceiling: Option<f64>) -> bool {
        let since = self.steps - self.edited;
        if since < Self::MIN_STATIONARY_STEPS {
            return false;
        }
        let window = (since * 2 / 5).max(Self::MIN_STATIONARY_STEPS / 2);
        let start = self.steps - window;
        let losses: Vec<f64> = self
            .bins
            .iter()
            .filter(|b| b.step > start)
            .map(|b| b.loss.mean)
            .collect();
        if losses.len() < 8 {
            return false;
        }
        let (early, late) = losses.split_at(losses.len() / 2);
        let (m1, v1) = mean_variance(early);
        let (m2, v2) = mean_variance(late);
        let standard_error = (v1 / early.len() as f64 + v2 / late.len() as f64).sqrt();
        if ceiling.is_some_and(|most| m2 > most) {
            return false;
        }
        let drift = (m1 - m2).abs();
        drift <= (2.0 * standard_error).max(1e-5 * m2.abs()) && m2.is_finite()
    }
}

fn mean_variance(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0).max(1.0);
    (mean, variance)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metrics(loss: f64) -> StepMetrics {
        StepMetrics {
            loss,
            sse: 0.0,
            kl: 1.0,
            gamma: 1.0,
            beta: 2.0,
            nll: 0.0,
            bad_op: None,
        }
    }

    #[test]
    fn bounded_without_losing_a_spike() {
        let mut history = History::default();
        let steps = 100_000_u64;
        for step in 0..steps {
            let loss = if step == 54_321 {
                1e6
            } else {
                (step % 7) as f64
            };
            history.push(&metrics(loss), Objective::Vae);
        }
        assert!(history.bins().len() <= History::MAX_BINS);
        let counted: u64 = history.bins().iter().map(|b| b.count).sum();
        assert_eq!(counted, steps);
        let largest = history
            .bins()
            .iter()
            .fold(0.0_f64, |a, b| a.max(b.loss.max));
        assert_eq!(largest, 1e6);
        let mut expected = 1;
        for bin in history.bins() {
            assert_eq!(bin.step, expected);
            expected += bin.count;
        }
    }

    #[test]
    fn falling_is_not_stationary_and_noise_around_a_level_is() {
        let noise =
            |i: u64| f64::from(crate::rng::normal(1, crate::rng::Stream::Data, i as u32, 0));
        let mut falling = History::default();
        let mut level = History::default();
        for i in 0..3000 {
            falling.push(&metrics(100.0 - 0.01 * i as f64 + noise(i)), Objective::Vae);
            level.push(&metrics(50.0 + noise(i)), Objective::Vae);
        }
        assert!(!falling.is_stationary(None));
        assert!(level.is_stationary(None));
        // The same level is no end where no result can be so high.
        assert!(level.is_stationary(Some(51.0)) && !level.is_stationary(Some(49.0)));
        level.mark("β = 3".into());
        assert!(!level.is_stationary(None), "an edit starts the wait anew");
    }

    #[test]
    fn rewinding_forgets_the_steps_after() {
        let mut history = History::default();
        for i in 0..5000_u32 {
            history.push(&metrics(f64::from(i)), Objective::Vae);
        }
        history.mark("β = 2".into());
        history.rewind(3001);
        assert_eq!(history.steps(), 3001);
        assert_eq!(history.bins().iter().map(|b| b.count).sum::<u64>(), 3001);
        assert!(history.marks().is_empty());
        history.push(&metrics(1.0), Objective::Vae);
        assert_eq!(history.steps(), 3002);
        let last = history.bins().last().expect("a bin");
        assert_eq!(last.step + last.count - 1, 3002);
    }

    #[test]
    fn a_drag_leaves_one_mark() {
        let mut history = History::default();
        for i in 0..50 {
            history.push(&metrics(1.0), Objective::Vae);
            history.mark(format!("β = {i}"));
        }
        assert!(history.marks().len() <= 17, "{}", history.marks().len());
        assert_eq!(history.marks().last().expect("a mark").text, "β = 49");
    }
}
