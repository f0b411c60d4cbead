//! From what the probes found to one of the categories of Dai, Wang & Wipf (2020, section 3).
//!
//! The order of questions matters. A run whose loss is above that of full collapse is no result, and one that still moves is
//! not judged. A lower energy at the run's *own* objective
//! makes its minimum a bad one, whatever else is true (v). Latents that come back, and pay, once γ and β are
//! calibrated were pressed out by them (ii). What neither revives nor is missed is surplus (i).

use serde::{Deserialize, Serialize};

use crate::config::{GammaMode, KlSchedule, Likelihood, LiveConfig};

use super::findings::{Findings, Probe, ProbeOutcome};
use super::words;

/// Nats below which two energies are one: a tenth of the KL of a latent that does anything.
const LEAST_NATS: f64 = 0.05;
/// Share of what the run stands to lose by full collapse that counts as another energy: Adam's wander at a tenth of
/// its rate is well below.
const SHARE_OF_STAKES: f64 = 0.02;
/// Share of the same by which the loss may fall in the control: at a tenth of its rate Adam comes to rest a little lower.
const SHARE_OF_REST: f64 = 0.1;
/// Share of an error by which another must be lower to be another.
const SHARE_OF_ERROR: f64 = 0.05;
/// The same as a share of the variance of the data: beneath it nobody sees the difference.
const SHARE_OF_VARIANCE: f64 = 0.002;
/// Growth of the error without the latents that came back, as a share of it, from which they pay.
const WORTH: f64 = 0.05;
/// Growth of the error, as a share of it, that zeroing latents which say nothing may cause.
const SILENT: f64 = 0.01;
/// |law residual| of an active latent that a stationary point may show.
const LAW: f64 = 0.1;

/// What a collapse is, after Dai, Wang & Wipf (2020), section 3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// No latent is dead.
    Healthy,
    /// (i): more latents than pay; the others were pruned, and nothing is lost.
    Surplus,
    /// (ii): β or γ is held too large.
    Pressure,
    /// (v): a bad local minimum.
    BadMinimum,
    /// The probes do not agree, or the run still moves.
    Inconclusive,
}

impl Category {
    /// Its heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::Healthy => "No collapse",
            Self::Surplus => "(i) Surplus latents, pruned",
            Self::Pressure => "(ii) β or γ too large",
            Self::BadMinimum => "(v) A bad local minimum",
            Self::Inconclusive => "Inconclusive",
        }
    }

    /// Its letter, for a table.
    pub fn short(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::Surplus => "(i)",
            Self::Pressure => "(ii)",
            Self::BadMinimum => "(v)",
            Self::Inconclusive => "unclear",
        }
    }
}

/// How much a verdict can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// Two or more of the probes leave room for doubt.
    Low,
    /// One does.
    Medium,
    /// All agree.
    High,
}

impl Confidence {
    /// In a word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// One question and its answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// What was asked.
    pub question: String,
    /// What was found, with its numbers.
    pub answer: String,
    /// What it speaks for; none if it decides nothing.
    pub speaks_for: Option<Category>,
}

/// What is the matter, why that is said, and what to try.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// The category.
    pub category: Category,
    /// How sure.
    pub confidence: Confidence,
    /// What it means here, in one sentence.
    pub meaning: String,
    /// What to try next, in one sentence.
    pub advice: String,
    /// Live settings that follow the advice, where live settings can.
    pub remedy: Option<LiveConfig>,
    /// The questions, in the order they were asked.
    pub evidence: Vec<Evidence>,
    /// Why the confidence is not high, one reason each.
    pub doubts: Vec<String>,
}

/// Whether `lower` is an error below `higher` that matters.
fn better_error(f: &Findings, lower: f64, higher: f64) -> bool {
    let least = f.variance.map_or(0.0, |v| SHARE_OF_VARIANCE * v);
    higher - lower > (SHARE_OF_ERROR * higher).max(least)
}

/// Nats between two energies that matter, from what full collapse would cost.
fn another_energy(f: &Findings, control: f64) -> f64 {
    LEAST_NATS.max(SHARE_OF_STAKES * stakes(f, control))
}

/// Nats that full collapse would cost; 0 where that is not known.
fn stakes(f: &Findings, control: f64) -> f64 {
    f.collapsed_loss().map_or(0.0, |l| (l - control).abs())
}

/// How far below the control's energy the linear VAE's closed form lies, if that matters.
pub(super) fn linear_gap(f: &Findings) -> Option<f64> {
    let control = f.outcome(Probe::Control)?.loss;
    let gap = control - f.linear?.loss;
    (gap > another_energy(f, control)).then_some(gap)
}

/// What the probes say, each about one thing.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is the answer to one question"
)]
struct Answers<'a> {
    control: &'a ProbeOutcome,
    /// Dead latents came back without a change of settings.
    came_back: bool,
    /// The loss still falls.
    falling: bool,
    /// How far below the control's energy the run started from the linear optimum ended, or, where it was not made,
    /// the closed form lies; if that matters.
    linear_gap: Option<f64>,
    /// The same for the run started from the twin.
    warm_gap: Option<f64>,
    /// The twin is worse than the best linear autoencoder.
    twin_fails: bool,
    /// Latents come back when calibrated.
    revives: bool,
    /// And they are missed when they are zeroed again.
    pays: bool,
}

impl<'a> Answers<'a> {
    fn of(f: &'a Findings, control: &'a ProbeOutcome) -> Self {
        let margin = another_energy(f, control.loss);
        let gap = |loss: f64| Some(control.loss - loss).filter(|gap| *gap > margin);
        let calibrated = f.outcome(Probe::Calibrated);
        let twin = f.outcome(Probe::Twin);
        Self {
            control,
            came_back: control.active > f.active(),
            falling: f.now.loss - control.loss
                > LEAST_NATS.max(SHARE_OF_REST * stakes(f, control.loss)),
            linear_gap: match f.outcome(Probe::Linear) {
                Some(outcome) => gap(outcome.loss),
                None => linear_gap(f),
            },
            warm_gap: f.outcome(Probe::Warm).and_then(|o| gap(o.loss)),
            twin_fails: match (twin, f.linear) {
                // One that was given fewer steps than the run says nothing by failing, unless it has settled.
                (Some(t), Some(l)) => {
                    (t.settled || t.steps >= f.now.step)
                        && better_error(f, l.autoencoder_mse, t.mse)
                }
                _ => false,
            },
            revives: calibrated.is_some_and(|c| c.active > control.active),
            pays: calibrated.is_some_and(|c| c.worth > WORTH),
        }
    }
}

/// Judges what the probes found; `None` before the control was made.
pub fn judge(f: &Findings) -> Option<Verdict> {
    let control = f.outcome(Probe::Control)?;
    let a = Answers::of(f, control);
    let mut doubts = Vec::new();
    let category = category(f, &a, &mut doubts);
    let confidence = match doubts.len() {
        0 => Confidence::High,
        1 => Confidence::Medium,
        _ => Confidence::Low,
    };
    let remedy = (category == Category::Pressure).then(|| remedy(f));
    Some(Verdict {
        category,
        confidence,
        meaning: words::meaning(f, category, control),
        advice: words::advice(f, category, control, a.warm_gap.is_some()),
        remedy,
        evidence: evidence(f, &a),
        doubts,
    })
}

fn category(f: &Findings, a: &Answers<'_>, doubts: &mut Vec<String>) -> Category {
    if f.ceiling().is_some_and(|most| a.control.loss > most) {
        doubts.push(
            "the loss is still above that of full collapse, which the network can always reach, so this is not a result yet".into(),
        );
        doubts.push("the latents may change until training ends".into());
        return Category::Inconclusive;
    }
    if f.now.dead.is_empty() {
        if a.control.active < f.latents {
            doubts.push("a latent dies as training goes on".into());
            return Category::Inconclusive;
        }
        if !a.control.settled {
            doubts.push("the run has not settled".into());
        }
        return Category::Healthy;
    }
    if a.came_back || a.falling {
        doubts.push(if a.came_back {
            "dead latents come back at the same settings".into()
        } else {
            "the loss still falls at the same settings".into()
        });
        return Category::Inconclusive;
    }
    if f.now.zeroing > SILENT {
        doubts.push("the dead latents still carry some information".into());
    }
    if f.now.law_residual > LAW {
        doubts.push("an active latent does not satisfy Var μ + E σ² = 1".into());
    }
    if a.linear_gap.is_some() || a.warm_gap.is_some() {
        if !a.control.settled {
            doubts.push("the run has not settled and may still reach the lower loss".into());
        }
        if a.revives && a.pays {
            doubts.push("lowering β and choosing the best γ helps as well".into());
        }
        if a.warm_gap.is_none() && f.outcome(Probe::Linear).is_none() {
            doubts.push(
                "it was not tested whether these layers can represent the linear solution".into(),
            );
        }
        return Category::BadMinimum;
    }
    if a.revives && a.pays {
        if f.likelihood != Likelihood::Gaussian {
            doubts.push("for a decoder without γ only β was tested".into());
        }
        return Category::Pressure;
    }
    if f.likelihood != Likelihood::Gaussian {
        doubts.push(
            "a decoder strong enough to ignore z, cause (iii) or (iv), cannot be distinguished"
                .into(),
        );
        return Category::Inconclusive;
    }
    if a.twin_fails {
        // Without the KL the layers fail as well: they, not β or γ, are in the way, though no probe got lower.
        doubts.push("no probe reached the lower loss itself".into());
        return Category::BadMinimum;
    }
    if f.outcome(Probe::Calibrated)
        .is_some_and(|c| !c.settled && !a.revives)
        || (f.outcome(Probe::Calibrated).is_none() && !a.control.settled)
    {
        doubts.push("the deciding probe had not settled".into());
    }
    if f.linear.is_none() && f.outcome(Probe::Warm).is_none() {
        doubts.push("there was nothing to compare the loss with".into());
    }
    if doubts.len() > 1 {
        return Category::Inconclusive;
    }
    Category::Surplus
}

/// Live settings in which nothing is held too large: γ learned and β at most 1.
fn remedy(f: &Findings) -> LiveConfig {
    if f.likelihood != Likelihood::Gaussian {
        return LiveConfig {
            beta: 0.1 * f.live.beta,
            ..f.live
        };
    }
    LiveConfig {
        beta: f.live.beta.min(1.0),
        gamma_mode: if f.live.gamma_moves() {
            f.live.gamma_mode
        } else {
            GammaMode::Learned
        },
        schedule: KlSchedule::Constant,
        ..f.live
    }
}

fn evidence(f: &Findings, a: &Answers<'_>) -> Vec<Evidence> {
    let mut all = vec![
        words::dead(f),
        words::control(a.control, a.came_back || a.falling),
    ];
    if f.now.dead.is_empty() {
        return all;
    }
    all.push(words::zeroing(f, f.now.zeroing > SILENT));
    all.extend(words::gamma_prime(f));
    all.extend(words::calibrated(f, a.control, a.revives, a.pays));
    all.extend(words::twin(f, a.twin_fails));
    all.extend(words::warm(f, a.control, a.warm_gap));
    all.extend(words::linear(f, a.control, a.linear_gap));
    all.extend(words::from_linear(f, a.control, a.linear_gap));
    all
}
