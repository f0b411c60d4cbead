//! The help window: the notation and the shortcuts on one page.

use egui::{Context, RichText};

const SYMBOLS: [(&str, &str); 9] = [
    (
        "L",
        "(1/2γ) E‖x − D(z)‖² + (d/2) log(2πγ) + β·KL, per sample, minimised",
    ),
    ("β", "weight of the KL term"),
    ("γ = η_dec²", "variance of the decoder's Gaussian"),
    ("ζ²", "eigenvalues of the data covariance, largest first"),
    (
        "βγ",
        "the threshold: in the linear model a mode lives while its ζ² > βγ",
    ),
    ("μ(x), σ²(x)", "posterior mean and variance of a latent"),
    (
        "law",
        "Var μ + E σ² = η_enc² for every latent of a trained net, active or collapsed",
    ),
    ("active", "Var μ > 0.01 η_enc²"),
    (
        "(ε, δ)-collapsed",
        "KL(x) < ε for at least a share 1 − δ of the samples",
    ),
];

const SHORTCUTS: [(&str, &str); 12] = [
    ("Space", "play or pause"),
    ("→", "one step"),
    ("Shift + →", "one epoch"),
    ("R", "back to step 0: same seed, current settings"),
    ("drag the orange line", "change β in the plot"),
    (
        "click a latent's bar",
        "zero it in pictures and statistics; click again to release",
    ),
    (
        "right-click a latent's bar",
        "hold it out of training, or put noise on it",
    ),
    ("click a mode's point", "its loss surface"),
    ("right drag, double click", "zoom into a plot, and out"),
    ("Up, Down", "through the list of the Papers workspace"),
    ("F1", "this window"),
    ("double-click a slider", "its default"),
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
            for (title, rows) in [
                ("Notation", &SYMBOLS[..]),
                ("Mouse and keyboard", &SHORTCUTS[..]),
            ] {
                ui.heading(title);
                egui::Grid::new(title)
                    .num_columns(2)
                    .spacing([18.0, 4.0])
                    .show(ui, |ui| {
                        for (key, meaning) in rows {
                            ui.label(RichText::new(*key).strong());
                            ui.label(*meaning);
                            ui.end_row();
                        }
                    });
                ui.add_space(8.0);
            }
            tour = ui
                .button("Take the tour: six steps, each with a run of its own")
                .clicked();
        });
    if tour {
        *open = false;
    }
    tour
}
