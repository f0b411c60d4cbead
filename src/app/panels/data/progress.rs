//! What the loader does now: activity, share, pace, time left, and a way out.

use std::time::Duration;

use egui::{RichText, Ui};

use crate::app::state::AppState;
use crate::app::state::action::Action;
use crate::app::state::data::SheetAction;
use crate::app::state::pace::Pace;
use crate::app::widgets::theme::muted;
use crate::data::Unit;
use crate::text::{bytes, duration, significant, thousands};

/// Draws the rows of a load, or of a look at a path, if one is under way.
pub(crate) fn progress(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    if let Some(config) = &state.opening.looking {
        let text = format!("Looking at {}", config.source);
        activity(ui, &text, Action::Sheet(SheetAction::Close), actions);
    }
    let Some(loading) = &state.opening.loading else {
        return;
    };
    let pace = loading.pace.as_ref();
    let what = pace.map_or("opening", |p| p.progress.what);
    let text = match pace.and_then(|p| p.progress.fraction()) {
        Some(share) => format!("{:.0} % · {what}", 100.0 * share),
        None => what.to_owned(),
    };
    activity(ui, &text, Action::CancelLoad, actions);
    // The line is there from the beginning, so that the rows below move but once.
    muted(ui, pace.map_or_else(|| " ".into(), speed)).on_hover_text(&loading.source);
}

/// One line on what is done, with a button that ends it.
fn activity(ui: &mut Ui, text: &str, end: Action, actions: &mut Vec<Action>) {
    ui.horizontal(|ui| {
        ui.spinner();
        if ui.small_button("Cancel").clicked() {
            actions.push(end);
        }
        let label = egui::Label::new(RichText::new(text).small().weak()).truncate();
        ui.add(label).on_hover_text(text);
    });
}

/// `1,250 of 10,000 items, 830 per s, 11 s left`, as far as it is known.
fn speed(pace: &Pace) -> String {
    let progress = &pace.progress;
    let count = |value: u64| match progress.unit {
        Unit::Items => thousands(value),
        Unit::Bytes => bytes(value),
    };
    if progress.total.is_none() && progress.done == 0 {
        return " ".into();
    }
    let mut text = match progress.total {
        Some(total) => format!("{} of {}", count(progress.done), count(total)),
        None => count(progress.done),
    };
    // The first moments say nothing of the rest.
    if pace.elapsed < Duration::from_millis(300) {
        return text;
    }
    if let Some(rate) = progress.rate(pace.elapsed) {
        let rate = match progress.unit {
            Unit::Items if rate >= 100.0 => thousands(rate.round() as u64),
            Unit::Items => significant(rate, 2),
            Unit::Bytes => bytes(rate as u64),
        };
        text += &format!(" · {rate}/s");
    }
    if let Some(left) = progress.remaining(pace.elapsed) {
        text += &format!(" · {} left", duration(left));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Progress;

    #[test]
    fn the_pace_is_told_in_the_units_that_are_counted() {
        let told = |done, total, unit, seconds| {
            speed(&Pace::at(
                Progress {
                    what: "",
                    done,
                    total,
                    unit,
                },
                Duration::from_secs(seconds),
            ))
        };
        assert_eq!(
            told(2_500, Some(10_000), Unit::Items, 2),
            "2,500 of 10,000 · 1,250/s · 6 s left"
        );
        assert_eq!(told(40, None, Unit::Items, 16), "40 · 2.5/s");
        assert_eq!(
            told(3 << 20, Some(363 << 20), Unit::Bytes, 1),
            "3.0 MiB of 363 MiB · 3.0 MiB/s · 2 min left"
        );
        assert_eq!(told(0, None, Unit::Items, 9), " ");
        assert_eq!(told(0, Some(10), Unit::Items, 0), "0 of 10");
    }
}
