//! The help window: symbols, terms and shortcuts on one page.

use egui::{Context, RichText, Ui};

use crate::app::widgets::symbols::SYMBOLS;

/// Words that stand for a formula.
const TERMS: [(&str, &str); 4] = [
    (
        "threshold βγ",
        "in the linear model a mode is active while its ζ² > βγ",
    ),
    ("active", "Var μ > 0.01 η_enc²"),
    (
        "law",
        "Var μ + E σ² = η_enc² for every latent at the optimum, active or collapsed",
    ),
    (
        "(ε, δ)-collapsed",
        "KL < ε for at least a share 1 − δ of the samples",
    ),
];

const SHORTCUTS: [(&str, &str); 12] = [
    ("Space", "start or pause training"),
    ("→", "one step"),
    ("Shift + →", "one epoch"),
    (
        "R",
        "back to step 0, with the same seed and the present settings",
    ),
    ("Drag the orange line", "change β in the plot"),
    (
        "Click a latent's bar",
        "zero the latent in pictures and statistics; click again to release it",
    ),
    (
        "Right-click a latent's bar",
        "hold the latent out of training, or add noise to it on a copy",
    ),
    ("Click a mode's point", "show the loss surface of that mode"),
    (
        "Right drag, double click",
        "zoom into a plot, and out again",
    ),
    ("Up, Down", "move through the list of the Papers workspace"),
    ("F1", "this window"),
    ("Double-click a slider", "reset it to the default"),
];

/// Draws the window while `open`; true if the user asked for the tour.
pub(crate) fn help_window(ctx: &Context, open: &mut bool) -> bool {
    let mut tour = false;
    egui::Window::new("Help")
        .open(open)
        .resizable(false)
        .default_width(520.0)
        .anchor(egui::Align2::CENTER_CENTER, [0.0, 0.0])
        .show(ctx, |ui| {
            tour = ui
                .button("Take the tour: six steps, each with its own run")
                .clicked();
            ui.add_space(6.0);
            let room = (ui.ctx().content_rect().height() - 190.0).max(160.0);
            egui::ScrollArea::vertical()
                .max_height(room)
                .min_scrolled_height(room)
                .auto_shrink([false, true])
                .show(ui, page);
        });
    if tour {
        *open = false;
    }
    tour
}

fn page(ui: &mut Ui) {
    let symbols = SYMBOLS.iter().map(|s| {
        let meaning = format!("{}: {} ({})", s.name, s.meaning, s.unit);
        (s.sign, meaning)
    });
    table(ui, "Mouse and keyboard", owned(&SHORTCUTS));
    table(ui, "Terms", owned(&TERMS));
    table(ui, "Symbols", symbols);
}

fn owned(rows: &[(&'static str, &str)]) -> impl Iterator<Item = (&'static str, String)> {
    rows.iter()
        .map(|(key, meaning)| (*key, (*meaning).to_owned()))
}

fn table(ui: &mut Ui, title: &str, rows: impl Iterator<Item = (&'static str, String)>) {
    ui.heading(title);
    egui::Grid::new(title)
        .num_columns(2)
        .spacing([18.0, 4.0])
        .show(ui, |ui| {
            for (key, meaning) in rows {
                ui.label(RichText::new(key).strong());
                ui.add(egui::Label::new(meaning).wrap());
                ui.end_row();
            }
        });
    ui.add_space(8.0);
}
