//! The tile of what every latent does: as bars, as a table to sort, over training.

mod menu;
mod table;

use egui::Ui;

use super::content::{Content, Drawn};
use crate::app::plot::PlotResponse;
use crate::app::state::AppState;
use crate::app::state::action::Action;
use crate::app::state::concern::Concern;
use crate::app::widgets::label::{hint, name, sentence};
use crate::app::widgets::theme::foldable;
use crate::figures::{self, Moment};
use crate::metrics::{LatentUsage, Quantity};
use crate::plot::FigureSpec;
use menu::latent_menu;
use table::Table;

/// How the latents are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum View {
    #[default]
    Bars,
    Table,
    History,
}

/// What every latent does; a click zeroes one.
#[derive(Default)]
pub(super) struct Usage {
    view: View,
    followed: Quantity,
    table: Table,
    /// The latent whose menu is open, or was last.
    menu: Option<usize>,
}

impl Content for Usage {
    fn made_of(&self) -> &'static [Concern] {
        &[
            Concern::Settings,
            Concern::Measured,
            Concern::Trails,
            Concern::Selection,
        ]
    }

    fn subtitle(&self, state: &AppState) -> String {
        interventions(state).unwrap_or_else(|| match self.view {
            View::Bars => "click a bar to zero it, right-click for more".into(),
            View::Table => "click a heading to sort, right-click a latent for more".into(),
            View::History => "over training".into(),
        })
    }

    fn help(&self) -> &'static str {
        "The KL is what a latent costs, in nats per sample; E σ² is the mean variance of its posterior, and Var μ the variance \
         of the posterior mean over the data. At the optimum E σ² + Var μ equals the prior's variance (Asperti 2019). A \
         latent is active if Var μ exceeds 0.01 of the prior's variance (Burda et al. 2016). Click a bar to replace the \
         latent by its prior mean in pictures and statistics, which does not affect training. Right-click it to hold the \
         latent out of training, or to add noise to it on a copy of the run. The table and the history also show the \
         residual of the law, how much the squared error grows without the latent, and the β at which the latent would no \
         longer be worth its cost."
    }

    fn switches(&mut self, ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) -> bool {
        let views = [
            (View::Bars, "bars"),
            (View::Table, "table"),
            (View::History, "history"),
        ];
        let mut changed = foldable(ui, &mut self.view, &views);
        match self.view {
            View::Bars => {
                let mut by_kl = state.selection.sort_by_kl;
                let options = [(true, "by KL"), (false, "by index")];
                foldable(ui, &mut by_kl, &options);
                if by_kl != state.selection.sort_by_kl {
                    actions.push(Action::SortByKl(by_kl));
                }
            }
            View::Table => {}
            View::History => {
                let before = self.followed;
                let menu = egui::ComboBox::from_id_salt("followed")
                    .width(104.0)
                    .height(320.0)
                    .selected_text(sentence(before.name()))
                    .show_ui(ui, |ui| {
                        for quantity in Quantity::ALL {
                            let text = sentence(quantity.name());
                            let entry = ui.selectable_value(&mut self.followed, quantity, text);
                            hint(entry, quantity.meaning(), quantity.name());
                        }
                    });
                name(&menu.response, "quantity over training");
                hint(menu.response, before.meaning(), before.name());
                changed |= self.followed != before;
            }
        }
        changed
    }

    fn figure(&mut self, state: &AppState) -> Option<FigureSpec> {
        state.snapshot.as_ref()?.evaluation.as_ref()?;
        if self.view == View::History {
            let moments: Vec<&Moment> = state.trails.moments.iter().collect();
            let above = crate::metrics::Usage::ACTIVE_VARIANCE * state.config.live.eta_enc.powi(2);
            let (followed, from) = (self.followed, state.provenance());
            return Some(figures::latent_history_figure(
                followed, &moments, above, &from,
            ));
        }
        if self.view == View::Table {
            let rows: Vec<&LatentUsage> = self.table.rows(state);
            return Some(figures::latent_table_figure(&rows, &state.provenance()));
        }
        let mut figure = figures::usage_figure(
            &state.usage,
            state.selection.sort_by_kl,
            &state.provenance(),
        );
        // First, where a narrow tile does not cut it.
        if let Some(held) = held(state) {
            figure.notes.insert(0, held);
        }
        Some(figure)
    }

    fn body(&mut self, ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) -> Option<Drawn> {
        (self.view == View::Table).then(|| Drawn {
            hovered: self.table.show(ui, state, actions),
        })
    }

    fn respond(
        &mut self,
        response: &PlotResponse,
        state: &AppState,
        actions: &mut Vec<Action>,
    ) -> bool {
        if self.view != View::Bars {
            return false;
        }
        let plot = &response.response;
        if plot.secondary_clicked() {
            self.menu = response.hovered_latent;
        }
        // A right click beside the bars opens nothing.
        if let Some(latent) = self.menu {
            plot.context_menu(|ui| latent_menu(ui, latent, state, actions));
        }
        if let Some(latent) = response.hovered_latent {
            if response.clicked_index.is_some() {
                actions.push(Action::ToggleZero(latent));
            } else if state.selection.traversed != latent {
                actions.push(Action::Traverse(latent));
            }
        }
        false
    }

    fn empty(&self, _state: &AppState) -> String {
        "No statistics yet. Press Play to train.".into()
    }
}

/// Which latents are zeroed by hand, in words; none if none is.
fn zeroed(state: &AppState) -> Option<String> {
    (!state.selection.zeroed.is_empty()).then(|| {
        let names: Vec<String> = state
            .selection
            .zeroed
            .iter()
            .map(|j| format!("z{j}"))
            .collect();
        format!("zeroed: {} (click to release)", names.join(", "))
    })
}

/// What is done to latents, in words, what changes the training first; none if nothing is.
pub(super) fn interventions(state: &AppState) -> Option<String> {
    let held = held(state);
    let parts: Vec<String> = held.into_iter().chain(zeroed(state)).collect();
    (!parts.is_empty()).then(|| parts.join(" · "))
}

/// Which latents are held out of training, in words; none if none is.
pub(super) fn held(state: &AppState) -> Option<String> {
    (!state.selection.held.is_empty()).then(|| {
        let names: Vec<String> = state
            .selection
            .held
            .iter()
            .map(|j| format!("z{j}"))
            .collect();
        format!("held out of training: {}", names.join(", "))
    })
}
