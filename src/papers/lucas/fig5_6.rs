//! Figures 5 and 6: the share of collapsed latents against ε, at fixed and at learned σ².

use crate::config::Preprocess;
use crate::figures::run::collapse_curve::{self, EPSILON_RANGE};
use crate::metrics::Usage;
use crate::papers::{Check, Context, Cost, DataSet, Error, Experiment, Paper, Results};
use crate::plot::{Colour, Dash, FigureSpec, Role, Rule};

use super::deep::{Deep, Images, SIGMA2, Which};
use super::followed::{Row, line};

pub(in crate::papers) const EXPERIMENT: Experiment = Experiment {
    id: "lucas-fig5-6",
    paper: Paper::Lucas2019,
    title: "Figures 5 and 6: (ε, δ)-collapse of deep VAEs on MNIST",
    claim: "For large choices of σ² initialization the variational distribution matches the prior closely; this was \
            true even when σ² is learned.",
    data: Some(DataSet::Mnist),
    cost: Cost::new(55, 164_000, 900),
    make,
};

/// The first seed at each σ².
pub(in crate::papers) fn rows(
    context: &Context<'_>,
    deep: &Deep,
    learned: bool,
) -> Result<Vec<Row>, Error> {
    let one = |&sigma2: &f64| {
        let which = Which {
            sigma2,
            learned,
            annealed: false,
        };
        Ok(deep.run(context, which, 0)?.row)
    };
    SIGMA2.iter().map(one).collect()
}

/// The curves of several runs.
pub(in crate::papers) fn figure(
    id: &str,
    title: &str,
    rows: &[(String, &Row, Dash)],
) -> FigureSpec {
    let epsilon = Rule::x(Usage::EPSILON, Role::Muted).label(format!("ε = {}", Usage::EPSILON));
    let mut figure = collapse_curve::empty(id, title)
        .subtitle("δ = 0.01")
        .with(epsilon.dashed());
    let (from, to) = EPSILON_RANGE;
    for (k, (name, row, dash)) in rows.iter().enumerate() {
        let points = collapse_curve::percent(row.corners(from, to));
        let curve = line(&format!("curve_{k}"), name, points, Colour::Key(k));
        figure.push(curve.dash(*dash));
    }
    figure
}

fn make(context: &Context<'_>) -> Result<Results, Error> {
    curves(context, Images::Mnist)
}

/// Both figures of a data set.
pub(in crate::papers) fn curves(context: &Context<'_>, images: Images) -> Result<Results, Error> {
    let deep = Deep::new(context, images, Preprocess::Logit)?;
    let mut outcome = Results {
        shrunk: deep.shrunk(context),
        live: Some(deep.live(Which {
            sigma2: 10.0,
            learned: true,
            annealed: false,
        })),
        ..Results::default()
    };
    outcome.shrunk.push("one seed a curve".into());
    for (learned, id, word) in [(false, "fixed", "fixed"), (true, "learned", "learned")] {
        let rows = rows(context, &deep, learned)?;
        let dashes = [
            Dash::Solid,
            Dash::Dashed,
            Dash::Dotted,
            Dash::Solid,
            Dash::Dashed,
        ];
        let curves: Vec<(String, &Row, Dash)> = SIGMA2
            .iter()
            .zip(&rows)
            .zip(dashes)
            .map(|((s, row), dash)| (format!("σ² = {s}"), row, dash))
            .collect();
        let title = format!("(ε, δ)-collapse on {}, σ² {word}", images.set().name());
        outcome.figures.push(figure(id, &title, &curves));
        // The paper's shares of faces have no order but between the ends, nor those of learned σ².
        let ends = learned || images == Images::CelebA;
        outcome.checks.extend(checks(word, &rows, ends));
    }
    Ok(outcome)
}

fn checks(word: &str, rows: &[Row], ends: bool) -> Vec<Check> {
    let slack = 2.0;
    let why = "percent of the latents, one seed; two points of slack are one latent of fifty";
    let mut all = Vec::new();
    for epsilon in [0.01, 0.1, 1.0] {
        let at = |k: usize| rows.get(k).map_or(f64::NAN, |r| r.collapsed(epsilon));
        let name =
            format!("σ² {word}: the share at ε = {epsilon} is the largest at the largest σ²");
        let values: Vec<(&str, f64)> = if ends {
            vec![("σ² = 0.001", at(4)), ("σ² = 10", at(0))]
        } else {
            vec![("σ² = 0.1", at(2)), ("σ² = 1", at(1)), ("σ² = 10", at(0))]
        };
        all.push(Check::ordered(&name, &values, slack, why));
    }
    all
}
