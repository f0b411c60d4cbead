//! What a diagnosis says: questions, answers with their numbers, meaning and advice.

use crate::config::Likelihood;
use crate::text::{names, significant};

use super::findings::{Findings, Probe, ProbeOutcome};
use super::judge::{Category, Evidence};

fn say(question: &str, answer: String, speaks_for: Option<Category>) -> Evidence {
    Evidence {
        question: question.into(),
        answer,
        speaks_for,
    }
}

fn number(value: f64) -> String {
    significant(value, 3)
}

fn settled(outcome: &ProbeOutcome) -> &'static str {
    if outcome.settled {
        "settled"
    } else {
        "not settled"
    }
}

pub(super) fn dead(f: &Findings) -> Evidence {
    let dead = &f.now.dead;
    let healthy = dead.is_empty();
    let answer = if healthy {
        format!("all {} are active", f.latents)
    } else {
        format!("{} of {}: {}", dead.len(), f.latents, names(dead, 12))
    };
    let speaks_for = healthy.then_some(Category::Healthy);
    say("Which latents are dead?", answer, speaks_for)
}

pub(super) fn control(control: &ProbeOutcome, moves: bool) -> Evidence {
    let answer = format!(
        "{} active, L = {} after {} more steps, {}",
        control.active,
        number(control.loss),
        control.steps,
        settled(control)
    );
    let speaks_for = moves.then_some(Category::Inconclusive);
    say(
        "Do dead latents stay dead after a small push?",
        answer,
        speaks_for,
    )
}

pub(super) fn zeroing(f: &Findings, felt: bool) -> Evidence {
    let answer = format!("the error changes by {} %", number(100.0 * f.now.zeroing));
    let speaks_for = felt.then_some(Category::Inconclusive);
    say(
        "Does setting the dead latents to zero matter?",
        answer,
        speaks_for,
    )
}

pub(super) fn gamma_prime(f: &Findings) -> Option<Evidence> {
    if f.likelihood != Likelihood::Gaussian {
        return None;
    }
    let (gamma, star) = (f.now.gamma, f.now.mse);
    let mut answer = format!("γ = {}, γ* = {}", number(gamma), number(star));
    let mut over = gamma > 2.0 * star;
    if let Some(prime) = f.gamma_prime() {
        over |= gamma > prime;
        answer += &format!(", γ' = {}", number(prime));
    }
    let speaks_for = over.then_some(Category::Pressure);
    Some(say(
        "Is γ larger than the error per dimension?",
        answer,
        speaks_for,
    ))
}

pub(super) fn calibrated(
    f: &Findings,
    control: &ProbeOutcome,
    revives: bool,
    pays: bool,
) -> Option<Evidence> {
    let question = if f.likelihood == Likelihood::Gaussian {
        "Do dead latents revive with β ≤ 1 and the best γ?"
    } else {
        "Do dead latents revive at a tenth of β?"
    };
    let Some(outcome) = f.outcome(Probe::Calibrated) else {
        let already = f.likelihood == Likelihood::Gaussian && f.live.gamma_moves();
        return already.then(|| {
            let answer = "γ is learned and β ≤ 1, so neither is too large".into();
            say(question, answer, Some(Category::Surplus))
        });
    };
    let answer = format!(
        "{} → {} active at γ = {}, {}; without the revived latents the error grows by {} %",
        control.active,
        outcome.active,
        number(outcome.gamma),
        settled(outcome),
        number(100.0 * outcome.worth)
    );
    let speaks_for = match (revives, pays) {
        (true, true) => Some(Category::Pressure),
        (_, false) => Some(Category::Surplus),
        // Too little to count as active, and yet missed.
        (false, true) => None,
    };
    Some(say(question, answer, speaks_for))
}

pub(super) fn twin(f: &Findings, fails: bool) -> Option<Evidence> {
    let twin = f.outcome(Probe::Twin)?;
    let mut answer = format!(
        "error {} after {} steps, {}",
        number(twin.mse),
        twin.steps,
        settled(twin)
    );
    if let Some(linear) = f.linear {
        let best = number(linear.autoencoder_mse);
        answer += &format!("; the best linear autoencoder has {best}");
    }
    let speaks_for = fails.then_some(Category::BadMinimum);
    Some(say(
        "Can these layers reconstruct as an autoencoder?",
        answer,
        speaks_for,
    ))
}

pub(super) fn linear(f: &Findings, control: &ProbeOutcome, gap: Option<f64>) -> Option<Evidence> {
    let linear = f.linear?;
    let answer = format!(
        "closed form: L = {}, {} active; this run: L = {}",
        number(linear.loss),
        linear.active,
        number(control.loss)
    );
    let tried = f.outcome(Probe::Linear).is_some();
    let speaks_for = gap.filter(|_| !tried).map(|_| Category::BadMinimum);
    Some(say(
        "Does a linear VAE reach a lower loss?",
        answer,
        speaks_for,
    ))
}

pub(super) fn from_linear(
    f: &Findings,
    control: &ProbeOutcome,
    gap: Option<f64>,
) -> Option<Evidence> {
    restart(f, Probe::Linear, control, gap).map(|(answer, speaks_for)| {
        let question = "Does this network reach a lower loss from the linear solution?";
        say(question, answer, speaks_for)
    })
}

pub(super) fn warm(f: &Findings, control: &ProbeOutcome, gap: Option<f64>) -> Option<Evidence> {
    restart(f, Probe::Warm, control, gap).map(|(answer, speaks_for)| {
        let question = "Does this network reach a lower loss from the autoencoder?";
        say(question, answer, speaks_for)
    })
}

/// Where a restart ended beside the control, and what that speaks for.
fn restart(
    f: &Findings,
    probe: Probe,
    control: &ProbeOutcome,
    gap: Option<f64>,
) -> Option<(String, Option<Category>)> {
    let outcome = f.outcome(probe)?;
    let answer = format!(
        "L = {} with {} active, {}; this run: L = {}",
        number(outcome.loss),
        outcome.active,
        settled(outcome),
        number(control.loss)
    );
    Some((answer, gap.map(|_| Category::BadMinimum)))
}

/// What a category means for this run.
pub(super) fn meaning(f: &Findings, category: Category, control: &ProbeOutcome) -> String {
    let (active, k) = (f.active(), f.latents);
    match category {
        Category::Healthy => format!("All {k} latents carry information and none is dying."),
        Category::Surplus => format!(
            "{active} of the {k} latents are worth their cost on these data. The others were pruned, and no probe found a \
             use for them."
        ),
        Category::Pressure => format!(
            "Only {active} of {k} latents are active, because βγ = {} makes a latent cost more than it is worth.",
            number(f.live.beta * f.now.gamma)
        ),
        Category::BadMinimum => format!(
            "{active} of {k} latents are active, and L = {} is not the lowest loss this objective allows: training ended in a \
             bad local minimum.",
            number(control.loss)
        ),
        Category::Inconclusive if f.now.dead.is_empty() => {
            "All latents are active now, but one dies as training goes on.".into()
        }
        Category::Inconclusive => {
            format!("{active} of {k} latents are active, and the probes disagree about the cause.")
        }
    }
}

/// What to try next.
pub(super) fn advice(
    f: &Findings,
    category: Category,
    control: &ProbeOutcome,
    warm_helps: bool,
) -> String {
    match category {
        Category::Healthy => {
            "Nothing needs to change. To see how many latents the data can use, raise κ until some stay dead."
                .into()
        }
        Category::Surplus => format!(
            "Keep the network, or lower κ to {} to save the unused latents.",
            f.active().max(1)
        ),
        Category::Pressure if f.likelihood != Likelihood::Gaussian => format!(
            "Lower β: at {} latents come back.",
            number(0.1 * f.live.beta)
        ),
        Category::Pressure => {
            let calibrated = f.outcome(Probe::Calibrated);
            let gamma = calibrated.map_or(f.now.mse, |c| c.gamma);
            let beta = calibrated.map_or(f.live.beta.min(1.0), |c| c.beta);
            if f.live.gamma_moves() {
                format!("Lower β to {}.", number(beta))
            } else {
                format!(
                    "Learn γ, or fix it at {}; with γ = {} the same is reached at β = {}.",
                    number(gamma),
                    number(f.live.gamma),
                    number(beta * gamma / f.live.gamma)
                )
            }
        }
        Category::BadMinimum if warm_helps => {
            "Train the autoencoder first and continue from its weights, or warm up the KL slowly."
                .into()
        }
        Category::BadMinimum if f.hidden_layers > 2 => format!(
            "Use fewer than these {} hidden layers, or skip connections and normalisation.",
            f.hidden_layers
        ),
        Category::BadMinimum => "Try another seed, a smaller step size or a KL warm-up.".into(),
        Category::Inconclusive if !control.settled => {
            "Train on until nothing moves, then ask again.".into()
        }
        Category::Inconclusive => "Ask again with more steps per probe.".into(),
    }
}
