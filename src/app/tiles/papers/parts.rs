//! What list, detail and table share: a verdict's mark and colour, times in words.

use std::time::Duration;

use egui::{Color32, Pos2, Stroke, Ui};

use crate::app::widgets::theme;
use crate::app::widgets::theme::Theme;
use crate::papers::Verdict;
use crate::text::duration;

/// Width of a mark: a dot and a word.
pub(super) const MARK: f32 = 60.0;

/// The colour of a verdict, or of none.
pub(super) fn tint(ui: &Ui, verdict: Option<Verdict>) -> Color32 {
    let c = theme::chrome(Theme::of(ui));
    match verdict {
        Some(Verdict::Pass) => c.good,
        Some(Verdict::Near) => c.warn,
        Some(Verdict::Miss) => c.error,
        Some(Verdict::Skipped) | None => c.muted,
    }
}

/// Paints a sign and the verdict's word, or a dash, at the left of a line whose middle is `at`. The signs differ as
/// much as their colours: a disc for a pass, a ring with a dot for near, a cross for a miss, a ring for skipped.
pub(super) fn mark(ui: &Ui, at: Pos2, verdict: Option<Verdict>) {
    const RADIUS: f32 = 3.5;
    let colour = tint(ui, verdict);
    let painter = ui.painter();
    let centre = egui::pos2(at.x + RADIUS + 0.5, at.y);
    let ring = Stroke::new(1.4, colour);
    match verdict {
        Some(Verdict::Pass) => {
            painter.circle_filled(centre, RADIUS + 0.5, colour);
        }
        Some(Verdict::Near) => {
            painter.circle_stroke(centre, RADIUS, ring);
            painter.circle_filled(centre, RADIUS - 1.8, colour);
        }
        Some(Verdict::Miss) => {
            for turn in [-1.0, 1.0] {
                let arm = egui::vec2(RADIUS, turn * RADIUS);
                painter.line_segment([centre - arm, centre + arm], Stroke::new(1.8, colour));
            }
        }
        Some(Verdict::Skipped) => {
            painter.circle_stroke(centre, RADIUS, ring);
        }
        None => {}
    }
    let left = if verdict.is_some() { 12.0 } else { 0.0 };
    let at = egui::pos2(at.x + left, at.y);
    write(ui, at, verdict.map_or("–", Verdict::word), colour);
}

/// A small word from here to the right.
pub(super) fn write(ui: &Ui, at: Pos2, word: &str, colour: Color32) {
    let font = egui::TextStyle::Small.resolve(ui.style());
    ui.painter()
        .text(at, egui::Align2::LEFT_CENTER, word, font, colour);
}

/// `about 33 s`.
pub(super) fn about(seconds: u32) -> String {
    format!("about {}", time(seconds))
}

/// `33 s`, `10 min`, `3 h`, `4 days`.
pub(super) fn time(seconds: u32) -> String {
    duration(Duration::from_secs(u64::from(seconds)))
}

/// Words for the command line, as they are true in the window.
pub(super) fn here(text: &str) -> String {
    text.replace("with --data", "above, with 'Data folder…',")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::papers::DataSet;

    #[test]
    fn times_are_in_words_and_whole_hours_have_no_tenths() {
        assert_eq!(time(33), "33 s");
        assert_eq!(about(600), "about 10 min");
        assert_eq!(time(10_800), "3 h");
        assert_eq!(time(9000), "2.5 h");
        assert_eq!(time(300_000), "4 days");
    }

    #[test]
    fn missing_data_are_asked_for_in_the_windows_words() {
        let text = here(&DataSet::Mnist.how());
        assert!(
            text.contains("Data folder…") && !text.contains("--"),
            "{text}"
        );
        assert!(text.contains("'mnist'"));
    }
}
