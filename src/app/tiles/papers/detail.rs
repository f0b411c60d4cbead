//! The chosen experiment: what the paper says, what came of it here, or what it would take.

use egui::{Button, Frame, Margin, RichText, ScrollArea, Ui, vec2};

use super::ask;
use super::parts::{about, here, time};
use super::table::table;
use crate::app::plot::PlotView;
use crate::app::state::action::Action;
use crate::app::state::papers::{PapersAction, PapersState, SaveReports};
use crate::app::widgets::label::name;
use crate::app::widgets::theme;
use crate::app::widgets::theme::{Theme, muted};
use crate::papers::{Effort, Experiment, Report};
use crate::text::mebibytes;

/// Height of a figure as a share of its width and of the tile's height, and its bounds.
const SHAPE: f32 = 0.56;
const SHARE: f32 = 0.5;
const HEIGHTS: std::ops::RangeInclusive<f32> = 190.0..=420.0;

/// Draws it; `shown` is which of its figures, and the plot they are drawn in.
pub(super) fn detail(
    ui: &mut Ui,
    papers: &PapersState,
    (shown, view): (&mut usize, &mut PlotView),
    actions: &mut Vec<Action>,
) {
    let experiment = papers.experiment();
    let report = papers.report(experiment).map(|r| &**r);
    let most = SHARE * ui.available_height();
    ScrollArea::vertical()
        .id_salt(("detail", experiment.id))
        .auto_shrink(false)
        .show(ui, |ui| {
            ui.set_max_width(ui.available_width() - 8.0);
            heading(ui, papers, experiment, report);
            if let Some(reason) = papers.failure(experiment) {
                let c = theme::chrome(Theme::of(ui));
                ui.label(RichText::new(reason).color(c.error));
            }
            match report {
                None => before(ui, papers, experiment, actions),
                Some(report) => {
                    buttons(ui, papers, report, actions);
                    results(ui, report, most, (shown, view));
                }
            }
        });
}

/// Title, paper and data, and the paper's own sentence.
fn heading(ui: &mut Ui, papers: &PapersState, experiment: &Experiment, report: Option<&Report>) {
    let c = theme::chrome(Theme::of(ui));
    let mut facts = vec![experiment.paper.name().to_owned()];
    facts.extend(experiment.data.map(|d| d.name().to_owned()));
    match report {
        Some(report) => {
            let effort = match papers.effort {
                Effort::Quick => "quick version",
                Effort::Full => "full version",
            };
            let took = time(report.seconds.max(1.0).ceil() as u32);
            facts.push(format!("{effort}, took {took}"));
        }
        None => facts.push(about(experiment.cost.seconds(papers.effort))),
    }
    muted(ui, facts.join(" · "));
    let title = RichText::new(experiment.title).size(17.0).strong();
    ui.add(egui::Label::new(title.color(c.strong)).wrap());
    ui.add_space(2.0);
    quotation(ui, experiment.claim);
    if let Some(report) = report.filter(|r| !r.shrunk.is_empty()) {
        let text = format!("Smaller than in the paper: {}", report.shrunk.join("; "));
        let text = RichText::new(text).small().color(c.muted);
        ui.add(egui::Label::new(text).wrap());
    }
    ui.add_space(4.0);
}

/// A sentence of the paper, with a line at its left.
fn quotation(ui: &mut Ui, text: &str) {
    let c = theme::chrome(Theme::of(ui));
    let margin = Margin {
        left: 14,
        right: 0,
        top: 3,
        bottom: 3,
    };
    let frame = Frame::new().inner_margin(margin).show(ui, |ui| {
        let text = RichText::new(text).size(13.5).italics().color(c.text);
        ui.add(egui::Label::new(text).wrap());
    });
    let rect = frame.response.rect;
    let line = egui::Stroke::new(3.0, c.accent.gamma_multiply(0.6));
    ui.painter().vline(rect.left() + 2.0, rect.y_range(), line);
}

/// What it would take, and the button that starts it.
fn before(ui: &mut Ui, papers: &PapersState, experiment: &Experiment, actions: &mut Vec<Action>) {
    let c = theme::chrome(Theme::of(ui));
    let wrapped = |ui: &mut Ui, text: String, colour| {
        ui.add(egui::Label::new(RichText::new(text).color(colour)).wrap());
    };
    match experiment.data {
        None => wrapped(ui, "It generates its own data.".into(), c.text),
        Some(set) => match papers.place(set) {
            Some(place) => {
                let text = format!("{} was found in {}.", set.name(), place.display());
                wrapped(ui, text, c.text);
            }
            None => wrapped(ui, format!("{}.", here(&set.how())), c.warn),
        },
    }
    let cost = experiment.cost;
    let text = match papers.effort {
        Effort::Quick => format!(
            "The quick version takes {} on two cores. It uses less data, width, steps or seeds, and still tests the claim.",
            about(cost.quick_s)
        ),
        Effort::Full => format!(
            "The full version takes {} and {} on two cores, with the paper's settings.",
            about(cost.full_s),
            mebibytes(cost.full_bytes())
        ),
    };
    wrapped(ui, text, c.text);
    ui.add_space(8.0);
    let under_way = papers.under_way().is_some_and(|e| e.id == experiment.id);
    if under_way {
        wrapped(ui, "It is running now.".into(), c.accent);
        return;
    }
    let text = RichText::new("Run").size(15.0).strong();
    let button = Button::new(text)
        .min_size(vec2(132.0, 36.0))
        .fill(c.selected);
    // In a row the button's text is in its middle.
    let row = ui.horizontal(|ui| ui.add_enabled(!papers.is_running(), button));
    let response = row.inner;
    name(&response, "Run this");
    if response
        .on_disabled_hover_text("Experiments are running; stop them first.")
        .clicked()
    {
        ask(actions, PapersAction::Run(vec![papers.selected]));
    }
}

/// What can be done with a report.
fn buttons(ui: &mut Ui, papers: &PapersState, report: &Report, actions: &mut Vec<Action>) {
    ui.horizontal(|ui| {
        let open = ui.add_enabled(report.live.is_some(), Button::new("Open as a live run"));
        let help = "Opens its settings and data in the Live workspace, from step 0.";
        let none = "This experiment has no single run to open.";
        if open
            .on_hover_text(help)
            .on_disabled_hover_text(none)
            .clicked()
            && let Some(live) = &report.live
        {
            actions.push(Action::OpenRun(Box::new(live.clone())));
        }
        ui.menu_button("Save report ▾", |ui| {
            let all = papers.tally().made;
            let mut entry = |ui: &mut Ui, text: &str, which| {
                if ui.button(text).clicked() {
                    ask(actions, PapersAction::Save(which));
                    ui.close();
                }
            };
            entry(ui, "This experiment", SaveReports::Shown);
            let text = format!("All {all} results, with a page");
            entry(ui, &text, SaveReports::All);
            entry(
                ui,
                "The same, to another folder…",
                SaveReports::AllElsewhere,
            );
            muted(ui, "Figures as SVG, PNG and CSV, numbers as JSON");
        })
        .response
        .on_hover_text(
            "Writes figures and verdicts. A single figure is saved from the ⋯ menu of the tile.",
        );
        let again = ui.add_enabled(!papers.is_running(), Button::new("Run again"));
        let help = "Runs it again. Runs that are already trained are reused.";
        if again.on_hover_text(help).clicked() {
            ask(actions, PapersAction::Run(vec![papers.selected]));
        }
    });
    ui.add_space(2.0);
}

/// The figure and, below it, the checks.
fn results(ui: &mut Ui, report: &Report, most: f32, (shown, view): (&mut usize, &mut PlotView)) {
    let count = report.figures.len();
    *shown = (*shown).min(count.saturating_sub(1));
    if count > 1 {
        chooser(ui, report, shown);
    }
    if let Some(figure) = report.figures.get(*shown) {
        let width = ui.available_width();
        let height = (SHAPE * width)
            .min(most)
            .clamp(*HEIGHTS.start(), *HEIGHTS.end());
        let palette = theme::palette(Theme::of(ui));
        ui.allocate_ui(vec2(width, height), |ui| {
            view.show(ui, figure, &palette);
        });
        ui.add_space(6.0);
    }
    table(ui, &report.checks);
    ui.add_space(8.0);
}

/// Which of several figures is shown.
fn chooser(ui: &mut Ui, report: &Report, shown: &mut usize) {
    let count = report.figures.len();
    ui.horizontal(|ui| {
        let before = ui.add_enabled(*shown > 0, Button::new("‹"));
        name(&before, "figure before");
        let next = ui.add_enabled(*shown + 1 < count, Button::new("›"));
        name(&next, "next figure");
        if before.clicked() {
            *shown -= 1;
        }
        if next.clicked() {
            *shown += 1;
        }
        muted(ui, format!("Figure {} of {count}", *shown + 1));
        let title = report.figures.get(*shown).map_or("", |f| f.title.as_str());
        let c = theme::chrome(Theme::of(ui));
        let title = RichText::new(title).color(c.strong);
        ui.add(egui::Label::new(title).truncate());
    });
}
