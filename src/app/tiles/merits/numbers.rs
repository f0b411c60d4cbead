//! The numbers in groups, each with what it means.

use egui::{Grid, RichText, ScrollArea, Ui};

use crate::app::state::AppState;
use crate::app::widgets::label::{hint, sentence};
use crate::app::widgets::theme;
use crate::app::widgets::theme::Theme;
use crate::config::Likelihood;
use crate::metrics::{MutualInformation, Usage};
use crate::text::significant;
use crate::theory::estimators::gamma_prime;
use crate::train::Evaluation;

/// One number with its name and meaning.
pub(super) struct Number {
    pub name: &'static str,
    pub value: String,
    pub help: &'static str,
}

/// Numbers that belong together.
pub(super) struct Group {
    pub title: &'static str,
    pub numbers: Vec<Number>,
}

fn number(name: &'static str, value: String, help: &'static str) -> Number {
    Number { name, value, help }
}

fn nats(value: f64) -> String {
    known(value, 5)
}

/// A number to that many digits; a dash where there is none.
fn known(value: f64, digits: usize) -> String {
    if value.is_nan() {
        "—".into()
    } else {
        significant(value, digits)
    }
}

/// Every number there is for the newest evaluation.
pub(super) fn groups(state: &AppState, information: Option<MutualInformation>) -> Vec<Group> {
    let Some(e) = state.snapshot.as_ref().and_then(|s| s.evaluation.as_ref()) else {
        return Vec::new();
    };
    let group = |title, numbers| Group { title, numbers };
    [
        group("bound, in nats", bound(e)),
        group("decoder variance", variance(e)),
        group("rate, in nats", rate(e, information)),
        group("distortion", distortion(e)),
        group("latents", latents(&state.usage, e)),
    ]
    .into_iter()
    .filter(|g| !g.numbers.is_empty())
    .collect()
}

fn bound(e: &Evaluation) -> Vec<Number> {
    let gaussian = e.likelihood == Likelihood::Gaussian;
    let mut bound = vec![
        number(
            "loss L",
            nats(e.loss()),
            "What training minimises, with its constant, at the β and γ in force.",
        ),
        number("ELBO", nats(e.elbo()), "At β = 1 and the γ in force."),
    ];
    if gaussian {
        let help = "As in Lucas et al. 2019.";
        bound.push(number("σ²-tuned ELBO", nats(e.elbo_tuned()), help));
    }
    if let Some(log_det) = e.log_det {
        let best = if gaussian { e.elbo_tuned() } else { e.elbo() };
        let bits = -(best + log_det) / (e.dim as f64 * std::f64::consts::LN_2);
        bound.push(number(
            "log-det",
            nats(log_det),
            "log |det ∂x/∂v| per sample, over the items evaluated. Added to a bound on log p(x) it gives a bound on log p(v) of \
             the stored values, so that different preprocessings can be compared.",
        ));
        bound.push(number(
            "bits per dimension",
            known(bits, 4),
            "−(best ELBO + log-det)/(d ln 2), for values in steps of one grey level.",
        ));
    }
    bound
}

fn variance(e: &Evaluation) -> Vec<Number> {
    let mut variance = Vec::new();
    if e.likelihood == Likelihood::Gaussian {
        variance.push(number(
            "γ in force",
            significant(e.gamma, 4),
            "The value used now, whether set or learned.",
        ));
        variance.push(number(
            "best γ*",
            significant(e.gamma_star(), 4),
            "Dai et al. 2020, eq. 9.",
        ));
        if e.has_posterior() {
            let prime = e.variance.and_then(|v| gamma_prime(v, e.sse, e.beta, e.kl));
            variance.push(number(
                "break-even γ'",
                known(prime.unwrap_or(f64::NAN), 4),
                "Dai et al. 2020, proposition 2. There is none for a network that has collapsed.",
            ));
        }
    }
    variance
}

fn rate(e: &Evaluation, information: Option<MutualInformation>) -> Vec<Number> {
    let mut rate = vec![number(
        "KL",
        nats(e.kl),
        "E KL(q(z|x) ‖ p(z)), summed over latents.",
    )];
    if let Some(info) = information {
        let more = if info.is_saturated() { "≥ " } else { "" };
        rate.push(number(
            "I(x; z)",
            format!(
                "{more}{:.3} ± {:.3}",
                // To three decimals first: an estimate of nothing is 0, not -0.
                (1000.0 * info.nats).round() / 1000.0 + 0.0,
                info.standard_error
            ),
            "Estimated from draws, ± one standard error. A ≥ says that the estimate is too close to log N to tell more.",
        ));
        rate.push(number(
            "ceiling log N",
            nats(info.ceiling),
            "No estimate of I(x; z) from N samples can exceed log N.",
        ));
        if let Some(upper) = info.upper_bound {
            let help = "E KL − KL(N(m, S) ‖ p), with the mean m and covariance S of q(z). I(x; z) cannot exceed it.";
            rate.push(number("upper bound", nats(upper), help));
        }
    }
    rate
}

fn distortion(e: &Evaluation) -> Vec<Number> {
    let d = e.dim as f64;
    let mut distortion = vec![
        number(
            "squared error",
            significant(e.sse, 4),
            "E‖x − D(z)‖² per sample, with z drawn from q(z|x).",
        ),
        number(
            "per dimension",
            significant(e.sse / d, 4),
            "The squared error divided by d.",
        ),
    ];
    if let Some(v) = e.variance.filter(|v| *v > 0.0) {
        let share = format!("{} %", significant(100.0 * (1.0 - e.sse / v), 3));
        let help = "1 − E‖x − D(z)‖²/V, with V the variance of the data.";
        distortion.push(number("variance explained", share, help));
    }
    distortion
}

fn latents(usage: &Usage, e: &Evaluation) -> Vec<Number> {
    vec![
        number(
            "active",
            if usage.sanity.is_exploded() {
                "—".into()
            } else {
                format!("{} of {}", usage.active, usage.latents.len())
            },
            "Latents with Var μ above 0.01 of the prior's variance (Burda et al. 2016).",
        ),
        number(
            "(0.01, 0.01)-collapsed",
            if usage.collapse_percent.is_nan() {
                "—".into()
            } else {
                format!("{} %", significant(usage.collapse_percent, 3))
            },
            "Share of latents with a KL below 0.01 nats in at least 99 % of the samples (Lucas et al. 2019).",
        ),
        number(
            "largest law residual",
            known(usage.worst_law_residual, 2),
            "Largest |(Var μ + E σ²)/η² − 1| over the latents (Asperti 2019).",
        ),
        number(
            "samples",
            e.samples.to_string(),
            "Number of items in the evaluation set.",
        ),
    ]
}

/// Draws the groups in as many columns as fit.
pub(super) fn show(ui: &mut Ui, groups: &[Group]) {
    let c = theme::chrome(Theme::of(ui));
    let columns = ((ui.available_width() / 225.0) as usize).clamp(1, groups.len().max(1));
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        // Into the column that is shortest so far, in reading order.
        let mut members: Vec<(usize, Vec<&Group>)> = vec![(0, Vec::new()); columns];
        for group in groups {
            if let Some(column) = members.iter_mut().min_by_key(|(rows, _)| *rows) {
                column.0 += group.numbers.len() + 2;
                column.1.push(group);
            }
        }
        ui.columns(columns, |uis| {
            for (ui, (_, groups)) in uis.iter_mut().zip(&members) {
                for group in groups {
                    ui.label(
                        RichText::new(group.title.to_uppercase())
                            .small()
                            .color(c.muted),
                    );
                    Grid::new(("numbers", group.title))
                        .num_columns(2)
                        .min_col_width(104.0)
                        .spacing([12.0, 3.0])
                        .show(ui, |ui| {
                            for n in &group.numbers {
                                let name = RichText::new(sentence(n.name)).color(c.muted);
                                hint(ui.label(name), n.help, n.name);
                                let value = RichText::new(&n.value).monospace().color(c.strong);
                                hint(ui.label(value), n.help, n.name);
                                ui.end_row();
                            }
                        });
                    ui.add_space(8.0);
                }
            }
        });
    });
}
