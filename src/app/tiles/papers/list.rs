//! The list: every experiment under its paper, with its verdict and what it takes.

use egui::text::{LayoutJob, TextFormat};
use egui::{
    Align2, CornerRadius, Response, Role, ScrollArea, Sense, TextStyle, Ui, WidgetInfo, vec2,
};

use super::ask;
use super::parts::{MARK, mark, time, write};
use crate::app::state::action::Action;
use crate::app::state::papers::{PapersAction, PapersState, Tally};
use crate::app::widgets::theme;
use crate::app::widgets::theme::{Theme, muted};
use crate::papers::{ALL, Experiment, Paper};

/// Room around a line's text.
const MARGIN: egui::Vec2 = vec2(8.0, 5.0);

/// Draws the list; it scrolls to the selected line when that changes.
pub(super) fn list(
    ui: &mut Ui,
    papers: &PapersState,
    seen: &mut Option<usize>,
    actions: &mut Vec<Action>,
) {
    muted(ui, count(papers.tally(), ALL.len()));
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 1.0;
        // Room for the bar that appears while the pointer is here.
        ui.set_max_width(ui.available_width() - 8.0);
        for paper in Paper::ALL {
            let own = || ALL.iter().enumerate().filter(|(_, e)| e.paper == paper);
            if own().next().is_none() {
                continue;
            }
            let c = theme::chrome(Theme::of(ui));
            ui.add_space(8.0);
            ui.label(egui::RichText::new(paper.name()).strong().color(c.strong));
            ui.add_space(2.0);
            for (index, experiment) in own() {
                let response = line(ui, papers, index, experiment);
                if response.clicked() {
                    ask(actions, PapersAction::Select(index));
                }
                if index == papers.selected && *seen != Some(index) {
                    *seen = Some(index);
                    response.scroll_to_me(None);
                }
            }
        }
    });
}

/// One experiment.
fn line(ui: &mut Ui, papers: &PapersState, index: usize, experiment: &Experiment) -> Response {
    let c = theme::chrome(Theme::of(ui));
    let selected = index == papers.selected;
    let width = ui.available_width();
    let room = (width - MARK - 2.0 * MARGIN.x).max(60.0);
    let price = time(experiment.cost.seconds(papers.effort));
    let beside = fits(ui, experiment.title, &price, room);
    let after = if beside { "" } else { &price };
    let galley = ui
        .painter()
        .layout_job(title(ui, experiment.title, after, room));
    let height = galley.size().y + 2.0 * MARGIN.y;
    let (rect, response) = ui.allocate_exact_size(vec2(width, height), Sense::click());
    response
        .widget_info(|| WidgetInfo::selected(Role::RadioButton, true, selected, experiment.title));
    if !ui.is_rect_visible(rect) {
        return response;
    }
    let round = CornerRadius::same(4);
    if selected {
        ui.painter().rect_filled(rect, round, c.selected);
    } else if response.hovered() {
        ui.painter().rect_filled(rect, round, c.control);
    }
    let inner = rect.shrink2(MARGIN);
    let first = inner.top() + 8.0;
    let report = papers.report(experiment);
    let under_way = papers.under_way().is_some_and(|e| e.id == experiment.id);
    let verdict = report.and_then(|r| r.verdict());
    let word = match (under_way, papers.failure(experiment)) {
        (true, _) => Some(("running", c.accent)),
        (false, Some(_)) => Some(("failed", c.error)),
        (false, None) if report.is_some() && verdict.is_none() => Some(("made", c.muted)),
        _ => None,
    };
    let place = egui::pos2(inner.left(), first);
    match word {
        Some((word, colour)) => write(ui, place, word, colour),
        None => mark(ui, place, verdict),
    }
    let at = egui::pos2(inner.left() + MARK, inner.top());
    ui.painter().galley(at, galley, c.text);
    if beside {
        ui.painter().text(
            egui::pos2(inner.right(), first),
            Align2::RIGHT_CENTER,
            price,
            TextStyle::Small.resolve(ui.style()),
            c.muted,
        );
    }
    response
}

/// Whether the time has room at the end of a title's first line.
fn fits(ui: &Ui, text: &str, time: &str, width: f32) -> bool {
    let head = text.split_once(": ").map_or(text, |(head, _)| head);
    let wide = |text: &str, style: TextStyle| {
        let font = style.resolve(ui.style());
        let colour = egui::Color32::PLACEHOLDER;
        let galley = ui.painter().layout_no_wrap(text.to_owned(), font, colour);
        galley.size().x
    };
    wide(head, TextStyle::Body) + wide(time, TextStyle::Small) + 8.0 <= width
}

/// `Figure 2` and, below it, what it is about; after that the time, if it has no room elsewhere.
fn title(ui: &Ui, text: &str, after: &str, width: f32) -> LayoutJob {
    let c = theme::chrome(Theme::of(ui));
    let mut job = LayoutJob::default();
    job.wrap.max_width = width;
    let format = |style: TextStyle, colour| TextFormat::simple(style.resolve(ui.style()), colour);
    match text.split_once(": ") {
        Some((head, rest)) => {
            job.append(&format!("{head}\n"), 0.0, format(TextStyle::Body, c.strong));
            job.append(rest, 0.0, format(TextStyle::Small, c.text));
        }
        None => job.append(text, 0.0, format(TextStyle::Body, c.strong)),
    }
    if !after.is_empty() {
        let after = format!(" ({after})");
        job.append(&after, 0.0, format(TextStyle::Small, c.muted));
    }
    job
}

/// `18 of 24 made: 12 pass, 3 near, 2 miss, 1 skipped`.
fn count(tally: Tally, all: usize) -> String {
    let kinds = [
        (tally.pass, "pass"),
        (tally.near, "near"),
        (tally.miss, "miss"),
        (tally.skipped, "skipped"),
    ];
    let kinds = kinds.iter().filter(|(count, _)| *count > 0);
    let words: Vec<String> = kinds.map(|(n, word)| format!("{n} {word}")).collect();
    let made = format!("{} of {all} made", tally.made);
    if words.is_empty() {
        return made;
    }
    format!("{made}: {}", words.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_of_all_is_one_line() {
        let tally = Tally {
            made: 18,
            pass: 12,
            near: 3,
            miss: 2,
            skipped: 1,
        };
        let whole = "18 of 24 made: 12 pass, 3 near, 2 miss, 1 skipped";
        assert_eq!(count(tally, 24), whole);
        assert_eq!(count(Tally::default(), 24), "0 of 24 made");
    }
}
