//! The advanced part of the objective: how β comes to its value, free bits, the prior's width, the
//! soft threshold, which half is trained.

use egui::Ui;

use crate::app::state::AppState;
use crate::app::state::action::Action;
use crate::app::widgets::theme::segmented;
use crate::config::{GammaMode, KlSchedule, LiveConfig, Objective, TrainedPart};
use crate::text::{significant, thousands};

use super::Controls;
use super::parts::{explained, fold, hidden_changes, low, quiet};
use crate::app::widgets::label::{hint, name};

/// Steps of a rise or period when a schedule is chosen.
const DEFAULT_STEPS: u32 = 1_000;
/// Longest rise or period.
const MAX_STEPS: u32 = 100_000_000;

impl Controls {
    /// Draws the fold, and what is in it while it is open.
    pub(crate) fn advanced_objective(
        &mut self,
        ui: &mut Ui,
        state: &AppState,
        actions: &mut Vec<Action>,
    ) {
        let live = state.config.live;
        let mut edited = live;
        if self.uses_alpha(state) {
            number(
                ui,
                "α of the soft threshold",
                "α",
                "The activation is π_α(a) = sign(a)(|a| − α)₊ (Dai et al. 2020, proposition 1).",
                &mut edited.alpha,
            );
        }
        let changed = changed(&live);
        low(ui, |ui| {
            fold(ui, &mut self.objective_open, "advanced objective");
            if !self.objective_open && !changed.is_empty() {
                hidden_changes(ui, &changed);
            }
        });
        if self.objective_open {
            schedule(ui, &mut edited.schedule);
            number(
                ui,
                "free bits λ",
                "free bits",
                "The loss counts Σ max(λ, KL_j), with the KL of latent j averaged over the batch (Kingma et al. 2016). 0 turns \
                 free bits off.",
                &mut edited.free_bits,
            );
            number(
                ui,
                "prior width η_enc",
                "η_enc",
                "The prior is N(0, η_enc²). The thresholds in β do not depend on it. Wherever E σ² and Var μ are compared \
                 with a limit, they are divided by η_enc².",
                &mut edited.eta_enc,
            );
            if edited.eta_enc <= 0.0 {
                edited.eta_enc = live.eta_enc;
            }
            trained(ui, &mut edited);
        }
        if edited != live {
            actions.push(Action::Live(edited));
        }
    }

    /// Whether some layer of the network on screen uses α.
    fn uses_alpha(&mut self, state: &AppState) -> bool {
        let outline = self.current_outline(state);
        matches!(outline, Some(Ok(outline)) if outline.soft_threshold)
    }
}

/// What is not as at the start, in a few words each.
fn changed(live: &LiveConfig) -> Vec<String> {
    let start = LiveConfig::default();
    let mut parts = Vec::new();
    match live.schedule {
        KlSchedule::Constant => {}
        KlSchedule::WarmUp { steps } => parts.push(format!("warm-up {}", thousands(steps.into()))),
        KlSchedule::Cyclical { period } => {
            parts.push(format!("cyclical {}", thousands(period.into())));
        }
    }
    if live.free_bits != start.free_bits {
        parts.push(format!("free bits {}", significant(live.free_bits, 3)));
    }
    if live.eta_enc != start.eta_enc {
        parts.push(format!("η_enc {}", significant(live.eta_enc, 3)));
    }
    match live.trained {
        TrainedPart::Both => {}
        TrainedPart::Encoder => parts.push("encoder only".into()),
        TrainedPart::Decoder => parts.push("decoder only".into()),
    }
    parts
}

/// A number that is not negative, in a row of its own.
fn number(ui: &mut Ui, text: &str, label: &'static str, help: &str, value: &mut f64) {
    explained(ui, text, help, |ui| {
        let speed = (*value * 0.01).max(0.002);
        let drag = egui::DragValue::new(value)
            .speed(speed)
            .range(0.0..=1e6)
            .custom_formatter(|v, _| significant(v, 3));
        let response = ui.add(drag);
        name(&response, label);
        hint(response, help, text);
    });
}

/// Which kind of schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Constant,
    WarmUp,
    Cyclical,
}

fn schedule(ui: &mut Ui, schedule: &mut KlSchedule) {
    let (mut kind, mut steps) = match *schedule {
        KlSchedule::Constant => (Kind::Constant, DEFAULT_STEPS),
        KlSchedule::WarmUp { steps } => (Kind::WarmUp, steps),
        KlSchedule::Cyclical { period } => (Kind::Cyclical, period),
    };
    let options = [
        (Kind::Constant, "constant"),
        (Kind::WarmUp, "warm-up"),
        (Kind::Cyclical, "cyclical"),
    ];
    quiet(
        ui,
        "KL schedule (a factor on β)",
        "Warm-up raises the factor from 0 to 1 over the first steps of the run. Cyclical does so in the first half of every \
         period and keeps it at 1 in the second (Fu et al. 2019). The theory on screen is about the final β.",
    );
    segmented(ui, &mut kind, &options, true);
    if kind != Kind::Constant {
        let (text, label) = match kind {
            Kind::WarmUp => ("steps of warm-up", "schedule steps"),
            _ => ("steps per period", "schedule steps"),
        };
        explained(ui, text, "Counted from step 0 of the run.", |ui| {
            let speed = (f64::from(steps) * 0.01).max(1.0);
            let drag = egui::DragValue::new(&mut steps)
                .speed(speed)
                .range(1..=MAX_STEPS);
            name(&ui.add(drag), label);
        });
    }
    *schedule = match kind {
        Kind::Constant => KlSchedule::Constant,
        Kind::WarmUp => KlSchedule::WarmUp { steps },
        Kind::Cyclical => KlSchedule::Cyclical { period: steps },
    };
}

fn trained(ui: &mut Ui, live: &mut LiveConfig) {
    let help = if live.gamma_mode == GammaMode::Fixed {
        "The part that is not trained keeps its weights."
    } else {
        "The part that is not trained keeps its weights; γ counts as part of the decoder."
    };
    quiet(ui, "Trained part", help);
    let options = [
        (TrainedPart::Both, "both"),
        (TrainedPart::Encoder, "encoder"),
        (TrainedPart::Decoder, "decoder"),
    ];
    segmented(ui, &mut live.trained, &options, true);
}

/// The β in force where it is not simply β: a schedule is set, or there is no KL.
pub(crate) fn effective_beta(ui: &mut Ui, state: &AppState) {
    let live = &state.config.live;
    let step = state.snapshot.as_ref().map_or(0, |s| s.step);
    let now = significant(live.beta_at(step), 3);
    let text = match (live.objective, live.schedule) {
        (Objective::Autoencoder, _) => "β now 0: an autoencoder has no noise and no KL".to_owned(),
        (Objective::Vae, KlSchedule::Constant) => return,
        (Objective::Vae, KlSchedule::WarmUp { steps }) if step < u64::from(steps) => {
            format!("β now {now}, full at step {}", thousands(steps.into()))
        }
        (Objective::Vae, KlSchedule::WarmUp { steps }) => format!(
            "β now {now}: warm-up ended at step {}",
            thousands(steps.into())
        ),
        (Objective::Vae, KlSchedule::Cyclical { period }) => {
            let at = step % u64::from(period.max(1));
            format!(
                "β now {now}, step {} of {}",
                thousands(at),
                thousands(period.into())
            )
        }
    };
    quiet(
        ui,
        &text,
        "β times its schedule's factor at this step. Reset (R) goes through the schedule again.",
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closed_fold_says_what_in_it_is_not_as_at_the_start() {
        assert!(changed(&LiveConfig::default()).is_empty());
        let live = LiveConfig {
            schedule: KlSchedule::WarmUp { steps: 2_000 },
            free_bits: 0.25,
            trained: TrainedPart::Decoder,
            // These two stand outside the fold.
            beta: 3.0,
            objective: Objective::Autoencoder,
            ..LiveConfig::default()
        };
        assert_eq!(
            changed(&live),
            ["warm-up 2,000", "free bits 0.25", "decoder only"]
        );
    }
}
