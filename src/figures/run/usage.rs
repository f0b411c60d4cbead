//! Latent usage: what each latent costs in KL, and whether its variances obey the law
//! Var μ + E σ² = 1 (Asperti 2019, §4), which holds for active and collapsed latents alike. Under a
//! prior N(0, η²) both are drawn in units of η².

use crate::plot::axis::ticks::format_number;
use crate::plot::{
    Axis, Bar, Bars, Colour, Dash, Direction, FigureSpec, Layer, Provenance, Role, Rule,
};

/// One latent's statistics over the data.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LatentUse {
    /// Mean KL in nats.
    pub kl: f64,
    /// E σ², the mean posterior variance, in units of the prior's variance.
    pub mean_sigma2: f64,
    /// Var μ, the variance of the posterior mean, in units of the prior's variance.
    pub var_mu: f64,
    /// Whether the latent counts as collapsed by the threshold in use.
    pub dead: bool,
}

/// Order of the latents along x.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum UsageOrder {
    /// Largest KL first.
    #[default]
    ByKl,
    /// By index.
    ByIndex,
}

/// Everything the tile shows.
#[derive(Debug, Clone, Copy)]
pub struct Usage<'a> {
    /// By latent index.
    pub latents: &'a [LatentUse],
    /// Order along x.
    pub order: UsageOrder,
    /// Share of (ε, δ)-collapsed latents in percent, if it was measured.
    pub collapsed_percent: Option<f64>,
    /// The ε and δ of that share.
    pub epsilon_delta: (f64, f64),
    /// `η_enc`, the prior's standard deviation: where it is not 1 the names say that η² is the unit.
    pub eta_enc: f64,
    /// The threshold of Var μ/η² above which a latent counts as active; stated with the number.
    pub active_threshold: f64,
    /// Where the numbers came from.
    pub provenance: &'a Provenance,
}

/// The axis of latents, in order; a dead one has a cross below the name.
fn axis(input: &Usage<'_>, order: &[usize]) -> Axis {
    let name = |j: usize| {
        let dead = if input.latents[j].dead { "\n×" } else { "" };
        format!("z{j}{dead}")
    };
    let ticks = order.iter().enumerate().map(|(i, &j)| (i as f64, name(j)));
    Axis::linear("latent")
        .with_range(-0.6, order.len().max(1) as f64 - 0.4)
        .with_ticks(ticks.collect())
}

/// Builds the figure.
pub fn usage(input: &Usage<'_>) -> FigureSpec {
    let mut order: Vec<usize> = (0..input.latents.len()).collect();
    if input.order == UsageOrder::ByKl {
        // A NaN counts as no KL; equal ones stay in index order.
        let key = |j: usize| {
            Some(input.latents[j].kl)
                .filter(|v| !v.is_nan())
                .unwrap_or(-1.0)
        };
        order.sort_by(|&a, &b| key(b).total_cmp(&key(a)));
    }
    let [sigma_name, mu_name] = names(input.eta_enc);
    let mut figure = FigureSpec::new("usage", "Latent usage");
    figure.subtitle = match input.order {
        UsageOrder::ByKl => "sorted by KL".into(),
        UsageOrder::ByIndex => "by index".into(),
    };
    figure.x = axis(input, &order);
    figure.y = Axis::linear(format!("KL [nats] | {sigma_name} + {mu_name}"));
    figure.legend = true;
    figure.provenance = input.provenance.clone();
    figure.notes = notes(input);

    let bars = |id: &str, name: &str, colour: Colour, items: Vec<Bar>| {
        Layer::Bars(Bars {
            id: id.into(),
            name: name.into(),
            items,
            colour,
        })
    };
    let each = |f: &dyn Fn(f64, usize, &LatentUse) -> Bar| -> Vec<Bar> {
        let finite = |b: &Bar| b.base.is_finite() && b.height.is_finite();
        let bars = order
            .iter()
            .enumerate()
            .map(|(i, &j)| f(i as f64, j, &input.latents[j]));
        bars.filter(finite).collect()
    };
    let kl = each(&|x, j, l| Bar {
        x: x - 0.15,
        base: 0.0,
        height: l.kl,
        width: 0.42,
        colour: Colour::Latent(j),
        hatched: l.dead,
        label: format!("z{j}: KL = {} nats", format_number(l.kl, 3)),
        latent: Some(j),
    });
    let sigma = each(&|x, j, l| Bar {
        x: x + 0.22,
        base: 0.0,
        height: l.mean_sigma2,
        width: 0.2,
        colour: DARK,
        hatched: l.dead,
        label: format!("z{j}: {sigma_name} = {}", format_number(l.mean_sigma2, 3)),
        latent: Some(j),
    });
    let mu = each(&|x, j, l| Bar {
        x: x + 0.22,
        // An autoencoder has no σ² for it to stand on.
        base: if l.mean_sigma2.is_nan() {
            0.0
        } else {
            l.mean_sigma2
        },
        height: l.var_mu,
        width: 0.2,
        colour: PALE,
        hatched: false,
        label: format!("z{j}: {mu_name} = {}", format_number(l.var_mu, 3)),
        latent: Some(j),
    });
    // An autoencoder has neither KL nor σ², and no law.
    let posterior = input.latents.is_empty() || !(kl.is_empty() && sigma.is_empty());
    if posterior {
        figure
            .layers
            .push(bars("kl", "KL (colour: latent)", Colour::Latent(0), kl));
        figure
            .layers
            .push(bars("mean_sigma2", sigma_name, DARK, sigma));
    } else {
        figure.y = Axis::linear(mu_name);
    }
    figure.layers.push(bars("var_mu", mu_name, PALE, mu));
    if !posterior {
        return figure;
    }
    figure.layers.push(law(sigma_name, mu_name));
    figure
}

/// The line at which the two variances add up to the prior's.
fn law(sigma_name: &str, mu_name: &str) -> Layer {
    Layer::Rule(Rule {
        direction: Direction::Y,
        value: 1.0,
        label: format!("law: {sigma_name} + {mu_name} = 1"),
        colour: Role::Threshold.into(),
        dash: Dash::Dashed,
        draggable: None,
    })
}

/// What the two variances are called.
fn names(eta_enc: f64) -> [&'static str; 2] {
    if eta_enc == 1.0 {
        ["E σ²", "Var μ"]
    } else {
        ["E σ²/η²", "Var μ/η²"]
    }
}

/// E σ²: a slate that shows on light and dark.
const DARK: Colour = Colour::Rgb([104, 115, 130]);
/// Var μ: the same slate, paler.
const PALE: Colour = Colour::Rgb([176, 186, 199]);

/// Largest |E σ² + Var μ − 1| over the latents.
pub fn worst_law_residual(latents: &[LatentUse]) -> f64 {
    latents
        .iter()
        .map(|l| (l.mean_sigma2 + l.var_mu - 1.0).abs())
        .fold(0.0, |worst, r| if r.is_nan() { r } else { r.max(worst) })
}

fn notes(input: &Usage<'_>) -> Vec<String> {
    let active = input
        .latents
        .iter()
        .filter(|l| !l.dead && l.var_mu > input.active_threshold)
        .count();
    let mut notes = vec![format!(
        "{active} active ({} > {})",
        names(input.eta_enc)[1],
        input.active_threshold
    )];
    if let Some(percent) = input.collapsed_percent {
        let (epsilon, delta) = input.epsilon_delta;
        notes.push(format!("{percent:.1} % ({epsilon}, {delta})-collapsed"));
    }
    let worst = worst_law_residual(input.latents);
    if !input.latents.is_empty() && !worst.is_nan() {
        notes.push(format!("worst law residual {}", format_number(worst, 2)));
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn latents_are_sorted_coloured_by_index_and_hatched_when_dead() {
        let one = |kl, mean_sigma2, var_mu, dead| LatentUse {
            kl,
            mean_sigma2,
            var_mu,
            dead,
        };
        let latents = [
            one(0.0, 1.0, 0.0, true),
            one(0.5, 0.4, 0.57, false),
            one(f64::NAN, 1.0, 0.0, true),
            one(2.0, 0.1, 0.9, false),
        ];
        let figure = usage(&Usage {
            latents: &latents,
            order: UsageOrder::ByKl,
            collapsed_percent: Some(50.0),
            epsilon_delta: (0.01, 0.01),
            eta_enc: 1.0,
            active_threshold: 0.01,
            provenance: &Provenance::default(),
        });
        let Layer::Bars(kl) = &figure.layers[0] else {
            panic!("the first layer is the KL");
        };
        let order: Vec<_> = kl
            .items
            .iter()
            .map(|b| b.latent.expect("a latent"))
            .collect();
        assert_eq!(order, [3, 1, 0]);
        assert_eq!(kl.items[0].colour, Colour::Latent(3));
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
