//! The papers' figures and tables: a list of all that can be made, what came of the chosen one, and what it takes.

mod detail;
mod list;
mod parts;
mod progress;
mod table;

use std::path::PathBuf;

use egui::{Key, Modifiers, Rect, TextEdit, Ui, UiBuilder, pos2, vec2};

use super::content::{Content, Drawn};
use crate::app::plot::PlotView;
use crate::app::state::AppState;
use crate::app::state::action::Action;
use crate::app::state::concern::Concern;
use crate::app::state::papers::{PapersAction, PapersState};
use crate::app::state::tour::TourAction;
use crate::app::widgets::label::name;
use crate::app::widgets::theme;
use crate::app::widgets::theme::{Theme, foldable, muted};
use crate::papers::{ALL, Effort};
use crate::plot::FigureSpec;
use crate::text::mebibytes;

/// Widths of the list.
const LIST: std::ops::RangeInclusive<f32> = 200.0..=350.0;
/// Between the list and what it chooses.
const GAP: f32 = 25.0;
/// Least width of what it chooses.
const LEAST_DETAIL: f32 = 160.0;
/// Width from which what was found stands beside the folder.
const ROOM_FOR_FOUND: f32 = 780.0;

/// What is shown of the chosen experiment, and the text of the folder's box.
#[derive(Default)]
pub(super) struct Papers {
    view: PlotView,
    /// Which of its figures.
    figure: usize,
    /// The experiment and effort they are of, so that another starts at its first.
    shown: Option<(usize, Effort)>,
    /// The experiment the list has scrolled to.
    seen: Option<usize>,
    folder: String,
    /// The folder the box was filled with.
    filled: Option<PathBuf>,
}

/// Sends one of the papers' actions.
fn ask(actions: &mut Vec<Action>, action: PapersAction) {
    actions.push(Action::Papers(action));
}

impl Content for Papers {
    fn made_of(&self) -> &'static [Concern] {
        // It draws its reports itself, and builds a figure only to save it.
        &[]
    }

    fn subtitle(&self, _state: &AppState) -> String {
        "reproduced and checked here".into()
    }

    fn help(&self) -> &'static str {
        "Each entry reproduces a figure, table or theorem of a paper: its settings, its figure, and checks of what the paper \
         claims. Pass means within the tolerance, near within twice the tolerance, miss further off, skipped that the data \
         are missing. Trained runs are kept, so a figure that is made again does not train again. The arrow keys move \
         through the list."
    }

    fn controls(&mut self, ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) -> bool {
        runs(ui, &state.papers, actions);
        self.data(ui, &state.papers, actions);
        if let Some(running) = &state.papers.running {
            progress::strip(ui, running);
        }
        ui.separator();
        false
    }

    fn is_whole(&self) -> bool {
        true
    }

    fn reset_view(&mut self) {
        self.view.reset_view();
    }

    fn body(&mut self, ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) -> Option<Drawn> {
        let papers = &state.papers;
        keys(ui, papers, actions);
        let key = (papers.selected, papers.effort);
        if self.shown != Some(key) {
            self.shown = Some(key);
            self.figure = 0;
            self.view.reset_view();
        }
        let all = ui.available_rect_before_wrap();
        // Where there is no room for both, the list alone.
        let roomy = all.width() > *LIST.start() + GAP + LEAST_DETAIL;
        let width = if roomy {
            (0.36 * all.width()).clamp(*LIST.start(), *LIST.end())
        } else {
            all.width()
        };
        let left = Rect::from_min_size(all.min, vec2(width, all.height()));
        let right = Rect::from_min_max(pos2(left.right() + GAP, all.top()), all.max);
        let part = |id: &'static str, rect: Rect| {
            let id = egui::Id::unique(("papers", id));
            UiBuilder::new().max_rect(rect).scope_id(id)
        };
        ui.scope_builder(part("list", left), |ui| {
            ui.set_clip_rect(left.expand(2.0).intersect(ui.clip_rect()));
            list::list(ui, papers, &mut self.seen, actions);
        });
        if roomy {
            let c = theme::chrome(Theme::of(ui));
            let line = egui::Stroke::new(1.0, c.outline);
            ui.painter()
                .vline(left.right() + 0.5 * GAP, all.y_range(), line);
            ui.scope_builder(part("detail", right), |ui| {
                ui.set_clip_rect(right.expand(2.0).intersect(ui.clip_rect()));
                detail::detail(ui, papers, (&mut self.figure, &mut self.view), actions);
            });
        }
        ui.allocate_rect(all, egui::Sense::hover());
        Some(Drawn { hovered: None })
    }

    fn figure(&mut self, state: &AppState) -> Option<FigureSpec> {
        let papers = &state.papers;
        let report = papers.report(papers.experiment())?;
        let shown = report.figures.get(self.figure);
        shown.or(report.figures.first()).cloned()
    }

    fn empty(&self, _state: &AppState) -> String {
        String::new()
    }
}

/// Up and down go through the list.
fn keys(ui: &Ui, papers: &PapersState, actions: &mut Vec<Action>) {
    if ui.ctx().egui_wants_keyboard_input() {
        return;
    }
    let pressed = |key| ui.input_mut(|i| i.consume_key(Modifiers::NONE, key));
    if pressed(Key::ArrowDown) {
        let next = (papers.selected + 1).min(ALL.len() - 1);
        ask(actions, PapersAction::Select(next));
    }
    if pressed(Key::ArrowUp) {
        let next = papers.selected.saturating_sub(1);
        ask(actions, PapersAction::Select(next));
    }
}

/// What is run, with how much effort; the tour.
fn runs(ui: &mut Ui, papers: &PapersState, actions: &mut Vec<Action>) {
    ui.horizontal(|ui| {
        let idle = !papers.is_running();
        let busy = "Experiments are running; stop them first.";
        let help = format!("Runs all {} experiments, one after another.", ALL.len());
        let all = ui.add_enabled(idle, egui::Button::new("Run all"));
        if all
            .on_hover_text(help)
            .on_disabled_hover_text(busy)
            .clicked()
        {
            ask(actions, PapersAction::Run((0..ALL.len()).collect()));
        }
        let one = ui.add_enabled(idle, egui::Button::new("Run"));
        name(&one, "Run the selected");
        let help = "Runs the experiment selected in the list.";
        if one
            .on_hover_text(help)
            .on_disabled_hover_text(busy)
            .clicked()
        {
            ask(actions, PapersAction::Run(vec![papers.selected]));
        }
        let stop = ui.add_enabled(!idle, egui::Button::new("Stop"));
        name(&stop, "Stop experiments");
        let help = "Stops within one step. Finished runs are kept.";
        if stop
            .on_hover_text(help)
            .on_disabled_hover_text("No experiment is running.")
            .clicked()
        {
            ask(actions, PapersAction::Stop);
        }
        ui.add_space(6.0);
        let mut effort = papers.effort;
        let efforts = [(Effort::Quick, "quick"), (Effort::Full, "full")];
        if foldable(ui, &mut effort, &efforts) {
            ask(actions, PapersAction::Effort(effort));
        }
        muted(ui, price(effort));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let help = "Six steps through the window, each with its own run. Your run comes back at the end.";
            if ui.button("Tour").on_hover_text(help).clicked() {
                actions.push(Action::Tour(TourAction::Start));
            }
        });
    });
}

/// What all experiments take: said before they are started.
fn price(effort: Effort) -> String {
    let seconds = ALL.iter().map(|e| e.cost.seconds(effort)).sum();
    let text = format!("All take {}", parts::about(seconds));
    match effort {
        Effort::Quick => text,
        Effort::Full => {
            let most = ALL.iter().map(|e| e.cost.full_bytes()).max();
            format!("{text} and up to {}", mebibytes(most.unwrap_or(0)))
        }
    }
}

impl Papers {
    /// The folder that holds the data sets' folders, and which of them it holds.
    fn data(&mut self, ui: &mut Ui, papers: &PapersState, actions: &mut Vec<Action>) {
        if self.filled != papers.data {
            self.filled.clone_from(&papers.data);
            let text = papers.data.as_ref().map(|d| d.display().to_string());
            self.folder = text.unwrap_or_default();
        }
        let roomy = ui.available_width() > ROOM_FOR_FOUND;
        ui.horizontal(|ui| {
            ui.add_enabled_ui(!papers.is_running(), |ui| {
                let width = (0.42 * ui.available_width()).clamp(120.0, 300.0);
                let entry = ui.add(
                    TextEdit::singleline(&mut self.folder)
                        .hint_text("Folder that contains mnist, fashion-mnist, …")
                        .desired_width(width),
                );
                name(&entry, "folder of data sets");
                if entry.lost_focus() && ui.input(|i| i.key_pressed(Key::Enter)) {
                    let text = self.folder.trim();
                    let folder = (!text.is_empty()).then(|| PathBuf::from(text));
                    ask(actions, PapersAction::Folder(folder));
                }
                let help = "The papers' data sets, each in its own folder. datasets/README.md says where to get them.";
                if ui.button("Data folder…").on_hover_text(help).clicked() {
                    ask(actions, PapersAction::PickFolder);
                }
            });
            if roomy {
                found(ui, papers);
            }
        });
        if !roomy {
            found(ui, papers);
        }
    }
}

/// Which data sets are there.
fn found(ui: &mut Ui, papers: &PapersState) {
    let name = |there: bool| {
        let sets = papers.found.iter().filter(|(_, p)| p.is_some() == there);
        let names: Vec<&str> = sets.map(|(set, _)| set.name()).collect();
        names.join(", ")
    };
    let text = match (&papers.data, name(true), name(false)) {
        (None, ..) => "No folder chosen; experiments that need data are skipped.".into(),
        (Some(_), there, missing) if there.is_empty() && missing.is_empty() => "Looking…".into(),
        (Some(_), there, _) if there.is_empty() => "None of the data sets was found.".into(),
        (Some(_), there, missing) if missing.is_empty() => format!("Found {there}"),
        (Some(_), there, missing) => format!("Found {there}; missing {missing}"),
    };
    muted(ui, text);
}
