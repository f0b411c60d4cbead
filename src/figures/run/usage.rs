//! Latent usage: what each latent costs in KL, and whether its variances obey the law
//! Var μ + E σ² = 1 (Asperti 2019, §4), which holds for active and collapsed latents alike. Under a
//! prior N(0, η²) both are drawn in units of η².

use crate::figures::figure_named;
use crate::metrics::Usage;
use crate::plot::axis::ticks::format_number;
use crate::plot::{Axis, Bar, Bars, Colour, FigureSpec, Provenance, Role, Rule};

/// E σ²: a slate that shows on light and dark.
const DARK: Colour = Colour::Rgb([104, 115, 130]);
/// Var μ: the same slate, paler.
const PALE: Colour = Colour::Rgb([176, 186, 199]);

/// Every latent's KL, E σ² and Var μ, the latter two in units of the prior's variance; the largest KL first, or by
/// index.
pub fn usage_figure(measured: &Usage, by_kl: bool, provenance: &Provenance) -> FigureSpec {
    let order: Vec<usize> = if by_kl {
        measured.by_kl()
    } else {
        (0..measured.latents.len()).collect()
    };
    let [sigma_name, mu_name] = names(measured.eta_enc);
    let mut figure = figure_named("usage", "Latent usage", provenance)
        .subtitle(if by_kl { "sorted by KL" } else { "by index" })
        .x(axis(measured, &order))
        .with_legend()
        .with_notes(notes(measured));
    let [kl, sigma, mu] = bars(measured, &order);
    // An autoencoder has neither KL nor σ², and no law.
    if measured.latents.is_empty() || !(kl.is_empty() && sigma.is_empty()) {
        figure
            .y(Axis::linear(format!(
                "KL [nats] | {sigma_name} + {mu_name}"
            )))
            .with(Bars::new("kl", "KL (colour: latent)", kl, Colour::Key(0)))
            .with(Bars::new("mean_sigma2", sigma_name, sigma, DARK))
            .with(Bars::new("var_mu", mu_name, mu, PALE))
            .with(
                Rule::y(1.0, Role::Threshold)
                    .label(format!("law: {sigma_name} + {mu_name} = 1"))
                    .dashed(),
            )
    } else {
        figure.push(Bars::new("var_mu", mu_name, mu, PALE));
        figure.y(Axis::linear(mu_name))
    }
}

/// The axis of latents, in order; a dead one has a cross below the name.
fn axis(measured: &Usage, order: &[usize]) -> Axis {
    let name = |j: usize| {
        let dead = if measured.latents[j].active {
            ""
        } else {
            "\n×"
        };
        format!("z{j}{dead}")
    };
    let ticks = order.iter().enumerate().map(|(i, &j)| (i as f64, name(j)));
    Axis::linear("latent")
        .with_range(-0.6, order.len().max(1) as f64 - 0.4)
        .with_ticks(ticks.collect())
}

/// Bars of the KL, of E σ² and of Var μ on top of that; one that is no number is left out.
fn bars(measured: &Usage, order: &[usize]) -> [Vec<Bar>; 3] {
    let prior = measured.eta_enc * measured.eta_enc;
    let [sigma_name, mu_name] = names(measured.eta_enc);
    let mut all = [Vec::new(), Vec::new(), Vec::new()];
    for (x, &j) in order.iter().enumerate() {
        let (x, latent) = (x as f64, &measured.latents[j]);
        let kl = latent.statistics.kl;
        let sigma2 = latent.statistics.mean_sigma2 / prior;
        let var_mu = latent.statistics.var_mu / prior;
        let say = |name: &str, value: f64| format!("z{j}: {name} = {}", format_number(value, 3));
        // An autoencoder has no σ² for Var μ to stand on.
        let base = if sigma2.is_nan() { 0.0 } else { sigma2 };
        let dead = !latent.active;
        let three = [
            Bar::new(x - 0.15, kl, 0.42, Colour::Key(j))
                .hatched(dead)
                .label(say("KL", kl) + " nats"),
            Bar::new(x + 0.22, sigma2, 0.2, DARK)
                .hatched(dead)
                .label(say(sigma_name, sigma2)),
            Bar::new(x + 0.22, var_mu, 0.2, PALE)
                .from(base)
                .label(say(mu_name, var_mu)),
        ];
        for (bars, bar) in all.iter_mut().zip(three) {
            if bar.base.is_finite() && bar.height.is_finite() {
                bars.push(bar.key(j));
            }
        }
    }
    all
}

/// What the two variances are called.
fn names(eta_enc: f64) -> [&'static str; 2] {
    if eta_enc == 1.0 {
        ["E σ²", "Var μ"]
    } else {
        ["E σ²/η²", "Var μ/η²"]
    }
}

fn notes(measured: &Usage) -> Vec<String> {
    let mut notes = vec![format!(
        "{} active ({} > {})",
        measured.active,
        names(measured.eta_enc)[1],
        Usage::ACTIVE_VARIANCE
    )];
    let percent = measured.collapse_percent;
    if !percent.is_nan() {
        notes.push(format!(
            "{percent:.1} % ({}, {})-collapsed",
            Usage::EPSILON,
            Usage::DELTA
        ));
    }
    let worst = measured.worst_law_residual;
    if !measured.latents.is_empty() && !worst.is_nan() {
        notes.push(format!("worst law residual {}", format_number(worst, 2)));
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::Layer;
    use crate::train::{Evaluation, LatentStatistics};

    #[test]
    fn latents_are_sorted_coloured_by_index_and_hatched_when_dead() {
        let one = |kl, mean_sigma2, var_mu, collapsed_share| LatentStatistics {
            kl,
            mean_sigma2,
            var_mu,
            collapsed_share,
            ..LatentStatistics::default()
        };
        let measured = Usage::new(&Evaluation {
            latents: vec![
                one(0.0, 1.0, 0.0, 1.0),
                one(0.5, 0.4, 0.57, 0.0),
                one(f64::NAN, 1.0, 0.0, 1.0),
                one(2.0, 0.1, 0.9, 0.0),
            ],
            ..Evaluation::default()
        });
        let figure = usage_figure(&measured, true, &Provenance::default());
        let Layer::Bars(kl) = &figure.layers[0] else {
            panic!("the first layer is the KL");
        };
        let order: Vec<_> = kl.items.iter().map(|b| b.key.expect("a latent")).collect();
        assert_eq!(order, [3, 1, 0]);
        assert_eq!(kl.items[0].colour, Colour::Key(3));
        assert!(kl.items[2].hatched && !kl.items[0].hatched);
        assert_eq!(
            figure.notes,
            [
                "2 active (Var μ > 0.01)",
                "50.0 % (0.01, 0.01)-collapsed",
                "worst law residual 0.030"
            ]
        );
        let ticks = figure.x.ticks.expect("categorical");
        assert_eq!(ticks[2].1, "z0\n×");
    }
}
