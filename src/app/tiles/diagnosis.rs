//! The tile that asks why latents are dead, and says what it found.

use egui::{Grid, RichText, ScrollArea, Ui};

use super::content::{Content, Drawn};
use super::experiment::{EXPERIMENT, Start, count, marked, parameters, start_stop, status};
use crate::app::state::AppState;
use crate::app::state::action::Action;
use crate::app::state::concern::Concern;
use crate::app::state::diagnose::DiagnoseSettings;
use crate::app::state::lab::Made;
use crate::app::widgets::theme;
use crate::app::widgets::theme::{Theme, foldable};
use crate::figures::diagnosis_figure;
use crate::lab::diagnose::{Category, Diagnosis as Found, Probe, Verdict, most_steps};
use crate::plot::FigureSpec;
use crate::text::thousands;

/// What is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum View {
    #[default]
    Answers,
    Errors,
}

/// What is shown, and what the next diagnosis may cost.
pub(super) struct Diagnosis {
    view: View,
    steps: usize,
}

impl Default for Diagnosis {
    fn default() -> Self {
        Self {
            view: View::Answers,
            steps: 2000,
        }
    }
}

impl Content for Diagnosis {
    fn made_of(&self) -> &'static [Concern] {
        EXPERIMENT
    }

    fn subtitle(&self, _state: &AppState) -> String {
        "why are latents dead?".into()
    }

    fn help(&self) -> &'static str {
        "Runs probes on copies of the network; the live run is not changed. The probes set the dead latents to zero, continue \
         training after a small push on them, continue with β at most 1 and the best γ, train an autoencoder of the same \
         layers from scratch, continue the run's objective from that autoencoder, and compare with the linear VAE in closed \
         form. Which of them helps distinguishes the causes of Dai, Wang & Wipf (2020): (i) more latents than the data need, \
         (ii) β or γ too large, (v) a bad local minimum."
    }

    fn switches(&mut self, ui: &mut Ui, _state: &AppState, _actions: &mut Vec<Action>) -> bool {
        let views = [(View::Answers, "answers"), (View::Errors, "errors")];
        foldable(ui, &mut self.view, &views)
    }

    fn controls(&mut self, ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) -> bool {
        let made = state.lab.diagnosis.as_ref();
        let running = made.is_some_and(Made::is_running);
        parameters(ui, running, |ui| {
            let help = "Maximum number of steps per probe. A probe ends early once nothing changes. The autoencoder gets as \
                        many steps as the run had, up to three times this number.";
            let texts = ("≤ ", " steps per probe");
            count(
                ui,
                &mut self.steps,
                50..=10_000_000,
                texts,
                "diagnosis steps",
                help,
            );
        });
        let start = Start {
            what: "diagnosis",
            running,
            goes_on: false,
            blocked: if state.run.is_none() {
                "There is no run yet."
            } else {
                ""
            },
            action: Action::Diagnose(DiagnoseSettings {
                steps: self.steps as u64,
            }),
        };
        start_stop(ui, state, start, actions);
        let most = thousands(most_steps(self.steps as u64));
        status(
            ui,
            made,
            &format!("{} probes, {most} steps at most", Probe::ALL.len()),
        );
        false
    }

    fn body(&mut self, ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) -> Option<Drawn> {
        if self.view != View::Answers {
            return None;
        }
        let made = state.lab.diagnosis.as_ref()?;
        let found = made.result.as_ref()?;
        let foreign = state.foreign_diagnosis();
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            if let Some(foreign) = &foreign {
                let warn = theme::chrome(Theme::of(ui)).warn;
                ui.label(RichText::new(&foreign.sentence).color(warn));
                if !foreign.same_run {
                    ui.multiply_opacity(0.6);
                }
            }
            let other_run = foreign.is_some_and(|f| !f.same_run);
            match &found.verdict {
                Some(verdict) => answers(ui, state, verdict, other_run, actions),
                None => so_far(ui, found),
            }
        });
        Some(Drawn { hovered: None })
    }

    fn figure(&mut self, state: &AppState) -> Option<FigureSpec> {
        let made = state.lab.diagnosis.as_ref()?;
        let found = made.result.as_ref()?;
        let figure = diagnosis_figure(found, &made.provenance);
        Some(marked(figure, state.foreign_diagnosis()))
    }

    fn empty(&self, state: &AppState) -> String {
        if state.lab.diagnosis.as_ref().is_some_and(Made::is_running) {
            return "Measuring a copy of the run…".into();
        }
        "Start finds out why latents are dead, by experiments on copies of the run.".into()
    }
}

/// The probes made so far.
fn so_far(ui: &mut Ui, found: &Found) {
    let c = theme::chrome(Theme::of(ui));
    let f = &found.findings;
    let text = format!("{} of {} latents are active", f.active(), f.latents);
    ui.label(RichText::new(text).strong().color(c.strong));
    for outcome in &f.outcomes {
        let text = format!(
            "{}: {} active, error {} per dimension",
            outcome.probe.name(),
            outcome.active,
            crate::text::significant(outcome.mse, 3)
        );
        ui.label(RichText::new(text).color(c.muted));
    }
}

/// The verdict; one of another run has no remedy for this one.
fn answers(
    ui: &mut Ui,
    state: &AppState,
    verdict: &Verdict,
    other_run: bool,
    actions: &mut Vec<Action>,
) {
    let c = theme::chrome(Theme::of(ui));
    let tint = |category: Category| match category {
        Category::Healthy | Category::Surplus => c.accent,
        Category::Pressure | Category::BadMinimum => c.error,
        Category::Inconclusive => c.warn,
    };
    ui.horizontal_wrapped(|ui| {
        let title = RichText::new(verdict.category.title()).size(16.0).strong();
        ui.label(title.color(tint(verdict.category)));
        let sure = format!("Confidence: {}", verdict.confidence.word());
        ui.label(RichText::new(sure).color(c.muted))
            .on_hover_text(if verdict.doubts.is_empty() {
                "All probes agree.".to_owned()
            } else {
                verdict.doubts.join("\n")
            });
    });
    ui.label(RichText::new(&verdict.meaning).color(c.strong));
    ui.horizontal_wrapped(|ui| {
        ui.label(RichText::new("Next: ").strong().color(c.strong));
        ui.label(RichText::new(&verdict.advice).color(c.strong));
        let remedy = verdict
            .remedy
            .filter(|r| !other_run && *r != state.config.live);
        if let Some(remedy) = remedy {
            let help = "Changes the settings of the live run; the weights stay.";
            if ui.button("Do it").on_hover_text(help).clicked() {
                actions.push(Action::Live(remedy));
            }
        }
    });
    for doubt in &verdict.doubts {
        ui.label(RichText::new(format!("Doubt: {doubt}.")).color(c.warn));
    }
    ui.add_space(4.0);
    let width = (ui.available_width() - 100.0).max(240.0);
    Grid::new("evidence")
        .num_columns(3)
        .striped(true)
        .spacing([10.0, 4.0])
        .show(ui, |ui| {
            for heading in ["Question", "Finding", "Points to"] {
                ui.label(RichText::new(heading).small().color(c.muted));
            }
            ui.end_row();
            for e in &verdict.evidence {
                let cell = |ui: &mut Ui, share: f32, text: &str| {
                    ui.scope(|ui| {
                        ui.set_min_width(share * width);
                        ui.set_max_width(share * width);
                        ui.add(egui::Label::new(text).wrap());
                    });
                };
                cell(ui, 0.4, &e.question);
                cell(ui, 0.6, &e.answer);
                match e.speaks_for {
                    Some(category) => {
                        ui.label(RichText::new(category.short()).color(tint(category)))
                            .on_hover_text(category.title());
                    }
                    None => {
                        ui.label(RichText::new("–").color(c.muted));
                    }
                }
                ui.end_row();
            }
        });
}
