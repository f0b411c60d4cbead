//! How far the experiments under way are.

use std::time::Duration;

use egui::{Label, ProgressBar, RichText, Ui};

use super::parts::time;
use crate::app::state::papers::Running;
use crate::app::widgets::label::name;
use crate::app::widgets::theme;
use crate::app::widgets::theme::Theme;
use crate::papers::ALL;

/// Time between two pictures of a bar that moves by the clock.
const PERIOD: Duration = Duration::from_millis(200);

/// One row: which experiment, what it does, a bar of the time it should take.
pub(super) fn strip(ui: &mut Ui, running: &Running) {
    ui.ctx().request_repaint_after(PERIOD);
    let c = theme::chrome(Theme::of(ui));
    let (share, left) = match running.at {
        Some((at, since)) => {
            let expected = ALL[at].cost.seconds(running.effort);
            elapsed(since.elapsed().as_secs_f32(), expected)
        }
        None => (0.0, "Starting".into()),
    };
    let left = if running.stopping {
        "Stopping…".to_owned()
    } else {
        left
    };
    let text = RichText::new(sentence(running)).color(c.text);
    ui.add(Label::new(text).truncate());
    let bar = ui.add(
        ProgressBar::new(share)
            .desired_height(14.0)
            .corner_radius(4.0)
            .fill(c.trail)
            .text(RichText::new(left).small().color(c.strong)),
    );
    name(&bar, "progress of the experiment");
}

/// `3 of 24 · Figure 2: loss and σ against β, MNIST · step 100 of 4,000`.
fn sentence(running: &Running) -> String {
    let mut parts = Vec::new();
    if running.list.len() > 1 {
        let now = (running.done + 1).min(running.list.len());
        parts.push(format!("{now} of {}", running.list.len()));
    }
    if let Some((at, _)) = running.at {
        parts.push(format!("{}, {}", ALL[at].paper.name(), ALL[at].title));
    }
    if !running.what.is_empty() {
        parts.push(running.what.clone());
    }
    parts.join(" · ")
}

/// The share of the time it should take that is gone, and what that leaves, in words.
fn elapsed(gone: f32, expected: u32) -> (f32, String) {
    let left = expected as f32 - gone;
    let text = if left > 0.0 {
        format!("About {} left", time(left.ceil() as u32))
    } else {
        "Longer than expected".into()
    };
    ((gone / (expected as f32).max(1.0)).clamp(0.0, 1.0), text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_left_is_told_until_there_is_none() {
        assert_eq!(elapsed(10.0, 30), (1.0 / 3.0, "About 20 s left".into()));
        assert_eq!(elapsed(31.0, 30), (1.0, "Longer than expected".into()));
    }

    #[test]
    fn what_runs_is_told_with_its_place_in_the_list() {
        let running = Running {
            number: 1,
            list: vec![0, 2],
            done: 1,
            effort: crate::papers::Effort::Quick,
            at: Some((2, std::time::Instant::now())),
            what: "step 5 of 9".into(),
            stopping: false,
        };
        let text = sentence(&running);
        assert!(text.starts_with("2 of 2 · Lucas et al. 2019, "), "{text}");
        assert!(text.ends_with(" · step 5 of 9"), "{text}");
    }
}
