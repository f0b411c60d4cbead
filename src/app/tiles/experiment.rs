//! What the tiles of experiments share: their numbers, start and stop, how far they are.

use std::time::Duration;

use egui::{DragValue, Response, Ui};

use crate::app::state::action::Action;
use crate::app::state::concern::Concern;
use crate::app::state::lab::Made;
use crate::app::state::{AppState, Foreign};
use crate::app::widgets::label::{hint, name};
use crate::app::widgets::symbols::tooltip;
use crate::lab::{Headway, Stage};
use crate::plot::FigureSpec;
use crate::text::{duration, significant, thousands};

/// What the figure of an experiment is made of: its result, and all that tells whether that is of what is on screen.
pub(super) const EXPERIMENT: &[Concern] =
    &[Concern::Settings, Concern::Data, Concern::Run, Concern::Lab];

/// A tight row of an experiment's numbers, which stand still while it runs.
pub(super) fn parameters(ui: &mut Ui, running: bool, contents: impl FnOnce(&mut Ui)) {
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = egui::vec2(4.0, 3.0);
        if running {
            ui.disable();
        }
        contents(ui);
    });
}

/// A positive number on a logarithmic scale.
pub(super) fn ratio(
    ui: &mut Ui,
    value: &mut f64,
    prefix: &str,
    label: &'static str,
    help: &str,
) -> bool {
    let speed = 0.01 * *value;
    let drag = DragValue::new(value)
        .speed(speed)
        .range(1e-9..=1e9)
        .prefix(format!("{prefix} "))
        .custom_formatter(|v, _| significant(v, 3));
    finish(ui.add(drag), label, &tooltip(help, prefix))
}

/// A count.
pub(super) fn count(
    ui: &mut Ui,
    value: &mut usize,
    range: std::ops::RangeInclusive<usize>,
    (prefix, suffix): (&str, &str),
    label: &'static str,
    help: &str,
) -> bool {
    let speed = (*value as f64 * 0.01).max(0.05);
    let drag = DragValue::new(value)
        .speed(speed)
        .range(range)
        .prefix(prefix)
        .suffix(suffix)
        .custom_formatter(|v, _| thousands(v as u64));
    finish(ui.add(drag), label, &tooltip(help, prefix))
}

fn finish(response: Response, label: &'static str, help: &str) -> bool {
    name(&response, label);
    hint(response, help, label).changed()
}

/// What the start button says and does.
pub(super) struct Start<'a> {
    /// Its accessible name is this word after the button's own: `Start sweep`.
    pub what: &'a str,
    /// Whether the experiment trains now.
    pub running: bool,
    /// Whether a start goes on with what is there.
    pub goes_on: bool,
    /// Why it cannot start; empty if it can.
    pub blocked: &'a str,
    /// What a start asks for.
    pub action: Action,
}

/// Start or stop, and whether the live run waits meanwhile.
pub(super) fn start_stop(
    ui: &mut Ui,
    state: &AppState,
    start: Start<'_>,
    actions: &mut Vec<Action>,
) {
    let word = match (start.running, start.goes_on) {
        (true, _) => "Stop",
        (false, true) => "Continue",
        (false, false) => "Start",
    };
    let text = format!("{word} {}", start.what);
    let help = match word {
        "Stop" => "Stops within one step. Results so far are kept.",
        "Continue" => "Goes on from where it stopped.",
        _ => "Trains in the background with the data and settings on screen.",
    };
    ui.horizontal(|ui| {
        let can = start.blocked.is_empty() || start.running;
        let button = ui.add_enabled(can, egui::Button::new(text));
        if button
            .on_hover_text(help)
            .on_disabled_hover_text(start.blocked)
            .clicked()
        {
            actions.push(if start.running {
                Action::StopLab
            } else {
                start.action
            });
        }
        let mut pause = state.lab.pause_live;
        let check = ui.checkbox(&mut pause, "Pause the live run meanwhile");
        let help =
            "The two would share the processor. The live run goes on when the experiment ends.";
        if check.on_hover_text(help).changed() {
            actions.push(Action::PauseForLab(pause));
        }
    });
}

/// The figure with a first note that says of what it is, if not of what is on screen.
pub(super) fn marked(mut figure: FigureSpec, foreign: Option<Foreign>) -> FigureSpec {
    if let Some(foreign) = foreign {
        figure.notes.insert(0, foreign.sentence);
    }
    figure
}

/// One line on how far an experiment is, or what it would cost.
pub(super) fn status<S: PartialEq, R>(ui: &mut Ui, made: Option<&Made<S, R>>, budget: &str) {
    let text = match made {
        None => budget.to_owned(),
        Some(made) => match &made.stage {
            Stage::Running => running(&made.progress, made.left, budget),
            Stage::Stopped => format!(
                "Stopped at {} of {}",
                made.progress.done, made.progress.total
            ),
            Stage::Finished => format!("Finished · the next: {budget}"),
            Stage::Failed(reason) => reason.clone(),
        },
    };
    let response = ui.add(egui::Label::new(egui::RichText::new(&text).small()).truncate());
    response.on_hover_text(text);
}

fn running(progress: &Headway, left: Option<Duration>, budget: &str) -> String {
    if progress.total == 0 {
        return format!("Starting · {budget}");
    }
    let mut text = format!("{} of {}", progress.done, progress.total);
    if let Some(left) = left {
        text += &format!(" · {} left", duration(left));
    }
    if !progress.what.is_empty() {
        text += &format!(
            " · {}, step {} of {}",
            progress.what,
            thousands(progress.steps),
            thousands(progress.most_steps)
        );
    }
    if !progress.moving.is_empty() {
        text += &format!(" · {}", progress.moving);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_runs_is_told_with_the_time_it_needs() {
        let progress = Headway {
            done: 3,
            total: 24,
            what: "β = 2, up".into(),
            steps: 1200,
            most_steps: 4000,
            moving: "z3 still grows (× 1.40)".into(),
        };
        assert_eq!(
            running(&progress, Some(Duration::from_secs(125)), ""),
            "3 of 24 · 2 min left · β = 2, up, step 1,200 of 4,000 · z3 still grows (× 1.40)"
        );
        assert_eq!(
            running(&Headway::default(), None, "budget"),
            "Starting · budget"
        );
    }
}
