//! Whether a run has settled, by a test that a saddle does not pass.
//!
//! Near a threshold a dead latent leaves (or approaches) zero exponentially, at a rate that itself goes
//! to zero there, while the loss hardly changes: a test on the loss alone calls a saddle an end, and a
//! sweep of such ends looks like hysteresis. So this one looks at every latent. It takes statistics of the
//! run at equal distances and fits a line to the newest half of them, at least [`WINDOW`]; the window thus grows with
//! the time already spent, and something slower than it is found later, not never. A slope counts when
//! it stands out from the scatter around the line by [`SIGNIFICANT`] standard errors, with the scatter's
//! own correlation taken into account. Settled means that none of these is left:
//!
//! - the loss is above what a result can have ([`crate::train::sanity`]), however still it stands;
//! - the loss changes by more than [`LOSS`] nats over the window;
//! - `E σ²` or `Var μ` of a latent changes by more than [`SHARE`] of the prior's variance;
//! - `Var μ` of a latent that is not yet active grows by more than [`GROWTH`] in its logarithm, however small it is:
//!   what grows exponentially has no size at which it stops mattering;
//! - it shrinks by as much and is more than [`VANISHED`] of the prior's variance: what shrinks can
//!   change no more than what is left of it.

use crate::metrics::Usage;

/// Fewest statistics a line is fitted to.
pub const WINDOW: usize = 12;
/// Standard errors beyond which a slope is not scatter.
pub const SIGNIFICANT: f64 = 3.0;
/// Change of the loss over the window, in nats, that may be left.
pub const LOSS: f64 = 1e-4;
/// Change of `E σ²` and `Var μ` over the window that may be left, in units of the prior's variance.
pub const SHARE: f64 = 2e-3;
/// Change of ln `Var μ` over the window that a latent which is not active may have left.
pub const GROWTH: f64 = 0.02;
/// `Var μ`, in units of the prior's variance, below which a latent that shrinks is gone: a thousandth of what
/// counts as active.
pub const VANISHED: f64 = 1e-5;

/// The statistics of a run at one moment.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sample {
    /// L in nats.
    pub loss: f64,
    /// `Var_x μ_j` per latent.
    pub var_mu: Vec<f64>,
    /// `E_x σ_j²` per latent.
    pub sigma2: Vec<f64>,
}

/// What the test says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Verdict {
    /// There is too little to judge by.
    TooEarly,
    /// The loss still changes, by this much over the window.
    Loss(f64),
    /// `Var μ` of a latent still grows, by this factor over the window.
    Growing(usize, f64),
    /// `Var μ` of a latent still shrinks, by this factor (below 1) over the window.
    Shrinking(usize, f64),
    /// `E σ²` or `Var μ` of a latent still changes, by this much over the window.
    Latent(usize, f64),
    /// A number is not finite.
    Broken,
    /// The loss is above that of a network which ignores its input: the most a result can have, by this many nats.
    Above(f64),
    /// Nothing moves.
    Settled,
}

impl std::fmt::Display for Verdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::TooEarly => f.write_str("too early to tell"),
            Self::Loss(change) => write!(f, "the loss still moves ({change:+.1e} nats)"),
            Self::Growing(j, factor) => write!(f, "z{j} still grows (× {factor:.2})"),
            Self::Shrinking(j, factor) => write!(f, "z{j} still shrinks (× {factor:.2})"),
            Self::Latent(j, change) => write!(f, "z{j} still moves ({change:+.1e})"),
            Self::Broken => f.write_str("a number is not finite"),
            Self::Above(excess) => {
                write!(f, "the loss is {excess:.1e} nats above that of collapse")
            }
            Self::Settled => f.write_str("settled"),
        }
    }
}

/// Collects statistics at equal distances in steps, and judges them.
#[derive(Debug, Clone)]
pub struct Stationarity {
    prior_variance: f64,
    ceiling: Option<f64>,
    samples: Vec<Sample>,
}

impl Stationarity {
    /// An empty record of a run whose prior has this variance, η², and which is no result above the loss `ceiling`.
    pub fn new(prior_variance: f64, ceiling: Option<f64>) -> Self {
        Self {
            prior_variance,
            ceiling,
            samples: Vec::new(),
        }
    }

    /// Forgets everything: the settings changed.
    pub fn restart(&mut self) {
        self.samples.clear();
    }

    /// Adds the statistics of a later moment.
    pub fn push(&mut self, sample: Sample) {
        self.samples.push(sample);
    }

    /// Whether the run has settled.
    pub fn verdict(&self) -> Verdict {
        let window = (self.samples.len() / 2).max(WINDOW);
        if self.samples.len() < 2 * WINDOW {
            return Verdict::TooEarly;
        }
        let recent = &self.samples[self.samples.len() - window..];
        let column = |pick: &dyn Fn(&Sample) -> f64| recent.iter().map(pick).collect::<Vec<f64>>();
        let loss = Trend::of(&column(&|s| s.loss));
        let Some(loss) = loss else {
            return Verdict::Broken;
        };
        let newest = recent[window - 1].loss;
        if let Some(ceiling) = self.ceiling.filter(|most| newest > *most) {
            return Verdict::Above(newest - ceiling);
        }
        let rounding = 1e-6 * recent[0].loss.abs();
        let mut worst = if loss.stands_out(LOSS + rounding) {
            Verdict::Loss(loss.change)
        } else {
            Verdict::Settled
        };
        let eta2 = self.prior_variance;
        for j in 0..recent[0].var_mu.len() {
            let var_mu = column(&|s| s.var_mu[j]);
            let sigma2 = column(&|s| s.sigma2[j]);
            let (Some(of_var), Some(of_sigma)) = (Trend::of(&var_mu), Trend::of(&sigma2)) else {
                return Verdict::Broken;
            };
            let last = var_mu[window - 1];
            if last < Usage::ACTIVE_VARIANCE * eta2 {
                let logs: Vec<f64> = var_mu.iter().map(|v| v.max(1e-30).ln()).collect();
                if let Some(log) = Trend::of(&logs).filter(|t| t.stands_out(GROWTH)) {
                    if log.change > 0.0 {
                        return Verdict::Growing(j, log.change.exp());
                    }
                    if last > VANISHED * eta2 {
                        worst = Verdict::Shrinking(j, log.change.exp());
                    }
                }
            }
            for trend in [of_var, of_sigma] {
                if trend.stands_out(SHARE * eta2) {
                    worst = Verdict::Latent(j, trend.change / eta2);
                }
            }
        }
        worst
    }
}

/// A line through equally spaced values.
#[derive(Debug, Clone, Copy)]
struct Trend {
    /// Its rise from the first to the last.
    change: f64,
    /// The standard error of that.
    error: f64,
}

impl Trend {
    /// The least-squares line; none if a value is not finite.
    fn of(values: &[f64]) -> Option<Self> {
        let n = values.len() as f64;
        let middle = (n - 1.0) / 2.0;
        let mean = values.iter().sum::<f64>() / n;
        if !mean.is_finite() {
            return None;
        }
        let place = |i: usize| i as f64 - middle;
        let spread: f64 = (0..values.len()).map(|i| place(i).powi(2)).sum();
        let slope: f64 = values
            .iter()
            .enumerate()
            .map(|(i, v)| place(i) * (v - mean))
            .sum::<f64>()
            / spread;
        let residuals: Vec<f64> = values
            .iter()
            .enumerate()
            .map(|(i, v)| v - mean - slope * place(i))
            .collect();
        let squares: f64 = residuals.iter().map(|r| r * r).sum();
        // Neighbours that scatter alike say less than as many independent ones.
        let lag: f64 = residuals.windows(2).map(|w| w[0] * w[1]).sum();
        let alike = if squares > 0.0 {
            (lag / squares).clamp(0.0, 0.9)
        } else {
            0.0
        };
        let variance = squares / (n - 2.0) * (1.0 + alike) / (1.0 - alike);
        Some(Self {
            change: slope * (n - 1.0),
            error: (variance / spread).sqrt() * (n - 1.0),
        })
    }

    /// Whether the change is larger than `tolerance` and than its scatter explains.
    fn stands_out(&self, tolerance: f64) -> bool {
        self.change.abs() > tolerance.max(SIGNIFICANT * self.error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::{Stream, normal};

    /// The verdict on `count` samples of one active latent and one of `Var μ` = `dead(i)`, with this
    /// relative scatter on everything.
    fn judged(
        count: usize,
        scatter: f64,
        loss: &dyn Fn(f64) -> f64,
        dead: &dyn Fn(f64) -> f64,
    ) -> Verdict {
        let mut test = Stationarity::new(1.0, None);
        for i in 0..count {
            let noise = |k: u32| 1.0 + scatter * f64::from(normal(3, Stream::Data, i as u32, k));
            test.push(Sample {
                loss: loss(i as f64) * noise(0),
                var_mu: vec![0.8 * noise(1), dead(i as f64) * noise(2)],
                sigma2: vec![0.2 * noise(3), 1.0],
            });
        }
        test.verdict()
    }

    #[test]
    fn a_level_with_scatter_has_settled_and_too_few_have_not() {
        for scatter in [0.0, 1e-6, 1e-2, 0.2] {
            let verdict = judged(40, scatter, &|_| 10.0, &|_| 1e-5);
            assert_eq!(verdict, Verdict::Settled, "{scatter}");
        }
        assert_eq!(judged(20, 0.0, &|_| 10.0, &|_| 1e-5), Verdict::TooEarly);
    }

    /// A latent that doubles every ten samples from 1e-12: the loss feels nothing of it for hundreds.
    #[test]
    fn an_escape_from_a_saddle_is_found_however_small_it_is() {
        for scatter in [0.0, 0.05] {
            let verdict = judged(40, scatter, &|_| 10.0, &|i| 1e-12 * (i / 10.0).exp2());
            assert!(
                matches!(verdict, Verdict::Growing(1, f) if f > 1.5),
                "{verdict}"
            );
        }
        // Close to a threshold: 3 % per window, without scatter.
        let verdict = judged(40, 0.0, &|_| 10.0, &|i| 1e-12 * (0.002 * i).exp());
        assert!(matches!(verdict, Verdict::Growing(1, _)), "{verdict}");
    }

    #[test]
    fn a_latent_that_dies_is_waited_for_until_nothing_is_left() {
        let fading = |from: f64| move |i: f64| from * (-i / 10.0).exp();
        let verdict = judged(40, 0.01, &|_| 10.0, &fading(1e-2));
        assert!(matches!(verdict, Verdict::Shrinking(1, _)), "{verdict}");
        assert_eq!(judged(40, 0.01, &|_| 10.0, &fading(1e-5)), Verdict::Settled);
    }

    /// Still as it stands, a loss that no result can have is no end.
    #[test]
    fn a_still_loss_above_that_of_collapse_has_not_settled() {
        for (ceiling, settled) in [(None, true), (Some(2e29), true), (Some(700.0), false)] {
            let mut test = Stationarity::new(1.0, ceiling);
            for _ in 0..40 {
                test.push(Sample {
                    loss: 1e29,
                    var_mu: vec![3.0],
                    sigma2: vec![0.1],
                });
            }
            assert_eq!(test.verdict() == Verdict::Settled, settled, "{ceiling:?}");
            assert_eq!(matches!(test.verdict(), Verdict::Above(_)), !settled);
        }
    }

    #[test]
    fn a_falling_loss_and_a_moving_variance_are_found() {
        let verdict = judged(60, 1e-5, &|i| 10.0 - 1e-4 * i, &|_| 1e-6);
        assert!(matches!(verdict, Verdict::Loss(c) if c < 0.0), "{verdict}");
        let mut test = Stationarity::new(4.0, None);
        for i in 0..40 {
            test.push(Sample {
                loss: 1.0,
                var_mu: vec![2.0 + 1e-3 * f64::from(i)],
                sigma2: vec![2.0 - 1e-3 * f64::from(i)],
            });
        }
        assert!(matches!(test.verdict(), Verdict::Latent(0, _)));
        test.push(Sample {
            loss: f64::NAN,
            var_mu: vec![2.0],
            sigma2: vec![2.0],
        });
        assert_eq!(test.verdict(), Verdict::Broken);
        test.restart();
        assert_eq!(test.verdict(), Verdict::TooEarly);
    }
}
