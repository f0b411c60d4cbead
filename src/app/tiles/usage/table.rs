//! Every number there is on every latent, sorted by any of them.

use egui::{RichText, ScrollArea, Sense, Ui};

use super::menu::latent_menu;
use crate::app::state::AppState;
use crate::app::state::action::Action;
use crate::app::widgets::label::{hint, sentence};
use crate::app::widgets::theme;
use crate::app::widgets::theme::{Theme, colour};
use crate::metrics::{LatentUsage, Quantity};
use crate::text::significant;

/// A column: the latent's index, or something measured of it.
#[derive(Clone, Copy, PartialEq)]
enum Heading {
    Index,
    Measured(Quantity),
}

impl Heading {
    const COUNT: usize = 1 + Quantity::COUNT;

    /// All columns.
    fn all() -> impl Iterator<Item = Self> {
        [Self::Index]
            .into_iter()
            .chain(Quantity::ALL.into_iter().map(Self::Measured))
    }

    fn name(self) -> &'static str {
        match self {
            Self::Index => "latent",
            Self::Measured(quantity) => quantity.heading(),
        }
    }

    fn meaning(self) -> &'static str {
        match self {
            Self::Index => "Index of the latent.",
            Self::Measured(quantity) => quantity.meaning(),
        }
    }

    /// The value of a latent in this column; NaN where there is none.
    fn of(self, latent: &LatentUsage) -> f64 {
        match self {
            Self::Index => latent.index as f64,
            Self::Measured(quantity) => quantity.of(latent),
        }
    }
}

/// Size of the numbers: all columns stand beside each other in a tile of the smallest usual window.
const DIGITS: f32 = 12.5;

/// Digits to show: small numbers, with zeros of their own, get fewer, so that columns stay narrow. CSV has them all.
fn digits(number: f64) -> usize {
    match number.abs() {
        size if size < 1e-3 => 1,
        size if size < 1e-2 => 2,
        _ => 3,
    }
}

/// How the table is sorted.
pub(super) struct Table {
    column: Heading,
    descending: bool,
}

impl Default for Table {
    fn default() -> Self {
        Self {
            column: Heading::Measured(Quantity::Kl),
            descending: true,
        }
    }
}

impl Table {
    /// The latents in the order of the rows.
    pub(super) fn rows<'a>(&self, state: &'a AppState) -> Vec<&'a LatentUsage> {
        let mut rows: Vec<&LatentUsage> = state.usage.latents.iter().collect();
        rows.sort_by(|a, b| {
            let (a, b) = (self.column.of(a), self.column.of(b));
            // What has no value stays below whatever the direction.
            let known = a.is_nan().cmp(&b.is_nan());
            let order = if self.descending {
                b.total_cmp(&a)
            } else {
                a.total_cmp(&b)
            };
            known.then(order)
        });
        rows
    }

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
        let rows = self.rows(state);
        ScrollArea::both()
            .auto_shrink([false, false])
            .show(ui, |ui| {
                // A wide tile spreads the columns; wide numbers need a little more than their share.
                let share = ui.available_width() / Heading::COUNT as f32;
                egui::Grid::new("latents")
                    .striped(true)
                    .num_columns(Heading::COUNT)
                    .min_col_width((share - 14.0).clamp(34.0, 80.0))
                    .spacing([6.0, 4.0])
                    .show(ui, |ui| {
                        for heading in Heading::all() {
                            let arrow = match (heading == self.column, self.descending) {
                                (false, _) => "",
                                (true, true) => " ▾",
                                (true, false) => " ▴",
                            };
                            let text = RichText::new(format!("{}{arrow}", sentence(heading.name())))
                                .small()
                                .color(c.muted);
                            let label = egui::Label::new(text).sense(Sense::click());
                            let head = hint(ui.add(label), heading.meaning(), &heading.name().replace('\n', " "));
                            if head.clicked() {
                                self.descending = heading != self.column || !self.descending;
                                self.column = heading;
                            }
                        }
                        ui.end_row();
                        for latent in rows {
                            let j = latent.index;
                            let ink = if latent.active { c.text } else { c.muted };
                            for heading in Heading::all() {
                                if heading == Heading::Index {
                                    let cross = if latent.active { "" } else { " ×" };
                                    let zero = if state.selection.zeroed.contains(&j) {
                                        " = 0"
                                    } else {
                                        ""
                                    };
                                    let held = if state.selection.held.contains(&j) { " held" } else { "" };
                                    let name = RichText::new(format!("z{j}{cross}{zero}{held}"))
                                        .color(colour(palette.key(j)));
                                    let label = egui::Label::new(name).sense(Sense::click());
                                    let response = ui.add(label);
                                    if response.hovered() {
                                        hovered = Some(j);
                                    }
                                    response.context_menu(|ui| latent_menu(ui, j, state, actions));
                                    if response
                                        .on_hover_text(
                                            "Click to zero this latent or to release it; right-click for more.",
                                        )
                                        .clicked()
                                    {
                                        actions.push(Action::ToggleZero(j));
                                    }
                                    continue;
                                }
                                let number = heading.of(latent);
                                let text = if number.is_nan() {
                                    "—".into()
                                } else {
                                    significant(number, digits(number))
                                };
                                let text = RichText::new(text).monospace().size(DIGITS).color(ink);
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
