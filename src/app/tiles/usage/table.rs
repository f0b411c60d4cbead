//! Every number there is on every latent, sorted by any of them.

use egui::{RichText, ScrollArea, Sense, Ui};

use super::menu::latent_menu;
use crate::app::action::Action;
use crate::app::number::significant;
use crate::app::state::AppState;
use crate::app::theme::{self, Theme, colour};
use crate::metrics::LatentUsage;

/// A column: heading, what it means, its value; NaN where there is none.
type Column = (&'static str, &'static str, fn(&LatentUsage) -> f64);

const COLUMNS: [Column; 8] = [
    ("latent", "Index of the latent", |l| l.index as f64),
    ("KL", "Mean KL in nats", |l| l.statistics.kl),
    ("E σ²", "Mean variance of the posterior", |l| {
        l.statistics.mean_sigma2
    }),
    (
        "Var μ",
        "Variance over the data of the posterior's mean",
        |l| l.statistics.var_mu,
    ),
    (
        "law",
        "What Var μ + E σ² is above the prior's variance",
        |l| l.law_residual,
    ),
    (
        "gain",
        "Squared error added when the latent is replaced by its prior mean",
        |l| l.statistics.gain.unwrap_or(f64::NAN),
    ),
    (
        "β from gain",
        "The β at which it would no longer pay, from its gain and KL",
        |l| l.threshold_from_gain.unwrap_or(f64::NAN),
    ),
    (
        "β from σ²",
        "The β at which it would no longer pay, β/E σ²; none for a dead latent",
        |l| {
            l.threshold_from_variance
                .filter(|_| l.active)
                .unwrap_or(f64::NAN)
        },
    ),
];

/// How the table is sorted.
pub(super) struct Table {
    column: usize,
    descending: bool,
}

impl Default for Table {
    fn default() -> Self {
        Self {
            column: 1,
            descending: true,
        }
    }
}

impl Table {
    /// Draws the table; a click on a latent's name zeroes it or releases it. Returns the latent under the
    /// pointer.
    pub(super) fn show(
        &mut self,
        ui: &mut Ui,
        state: &AppState,
        actions: &mut Vec<Action>,
    ) -> Option<usize> {
        let mut hovered = None;
        let c = theme::chrome(Theme::of(ui));
        let palette = theme::palette(Theme::of(ui));
        let value = COLUMNS[self.column].2;
        let mut rows: Vec<&LatentUsage> = state.usage.latents.iter().collect();
        rows.sort_by(|a, b| {
            let (a, b) = (value(a), value(b));
            // What has no value stays below whatever the direction.
            let known = a.is_nan().cmp(&b.is_nan());
            let order = if self.descending {
                b.total_cmp(&a)
            } else {
                a.total_cmp(&b)
            };
            known.then(order)
        });
        ScrollArea::both()
            .auto_shrink([false, false])
            .show(ui, |ui| {
                egui::Grid::new("latents")
                    .striped(true)
                    .num_columns(COLUMNS.len())
                    .show(ui, |ui| {
                        for (index, (heading, meaning, _)) in COLUMNS.into_iter().enumerate() {
                            let arrow = match (index == self.column, self.descending) {
                                (false, _) => "",
                                (true, true) => " ▾",
                                (true, false) => " ▴",
                            };
                            let text = RichText::new(format!("{heading}{arrow}"))
                                .small()
                                .color(c.muted);
                            let label = egui::Label::new(text).sense(Sense::click());
                            if ui.add(label).on_hover_text(meaning).clicked() {
                                self.descending = index != self.column || !self.descending;
                                self.column = index;
                            }
                        }
                        ui.end_row();
                        for latent in rows {
                            let j = latent.index;
                            let ink = if latent.active { c.text } else { c.muted };
                            for (index, (_, _, value)) in COLUMNS.into_iter().enumerate() {
                                if index == 0 {
                                    let cross = if latent.active { "" } else { " ×" };
                                    let zero = if state.zeroed.contains(&j) {
                                        " = 0"
                                    } else {
                                        ""
                                    };
                                    let held = if state.held.contains(&j) { " held" } else { "" };
                                    let name = RichText::new(format!("z{j}{cross}{zero}{held}"))
                                        .color(colour(palette.latent(j)));
                                    let label = egui::Label::new(name).sense(Sense::click());
                                    let response = ui.add(label);
                                    if response.hovered() {
                                        hovered = Some(j);
                                    }
                                    response.context_menu(|ui| latent_menu(ui, j, state, actions));
                                    if response
                                        .on_hover_text(
                                            "Click to zero it, or to release it; right-click for more",
                                        )
                                        .clicked()
                                    {
                                        actions.push(Action::ToggleZero(j));
                                    }
                                    continue;
                                }
                                let number = value(latent);
                                let text = if number.is_nan() {
                                    "—".into()
                                } else {
                                    significant(number, 3)
                                };
                                let text = RichText::new(text).monospace().color(ink);
                                ui.add(egui::Label::new(text).sense(Sense::click()))
                                    .context_menu(|ui| latent_menu(ui, j, state, actions));
                            }
                            ui.end_row();
                        }
                    });
            });
        hovered
    }
}
