//! What the tables of deep VAEs over σ² share: rows by σ² and seed, orderings, and the columns as figures.

use crate::papers::{Check, Context, Error};
use crate::plot::{Axis, FigureSpec, MarkerStyle, Role, Series, Shape};

use super::deep::{Deep, Which, mean_sd};
use super::followed::{Row, line};

/// Name, label and unit of a column, and where it stands in a row.
type Column = (&'static str, &'static str, &'static str, fn(&Row) -> f64);

/// The rows of one half of a table, by σ² and seed.
pub(in crate::papers) type Half = Vec<Vec<Row>>;

/// Trains them.
pub(in crate::papers) fn half(
    context: &Context<'_>,
    deep: &Deep,
    sigma2: &[f64],
    learned: bool,
) -> Result<Half, Error> {
    let which = |&sigma2: &f64| Which {
        sigma2,
        learned,
        annealed: false,
    };
    sigma2
        .iter()
        .map(|s| deep.rows(context, which(s)))
        .collect()
}

/// The mean of a column over seeds, by σ².
pub(in crate::papers) fn means(half: &Half, column: impl Fn(&Row) -> f64 + Copy) -> Vec<f64> {
    half.iter().map(|rows| mean_sd(rows, column).0).collect()
}

/// The values of a column from the least σ² or from the greatest, named by σ².
pub(in crate::papers) fn ordered(
    sigma2: &[f64],
    values: &[f64],
    rising: bool,
) -> Vec<(String, f64)> {
    let named = sigma2
        .iter()
        .zip(values)
        .map(|(s, v)| (format!("σ² = {s}"), *v));
    if rising {
        named.rev().collect()
    } else {
        named.collect()
    }
}

/// A check that they come in this order.
pub(in crate::papers) fn order(
    name: &str,
    values: &[(String, f64)],
    slack: f64,
    why: &str,
) -> Check {
    let borrowed: Vec<(&str, f64)> = values.iter().map(|(n, v)| (n.as_str(), *v)).collect();
    Check::ordered(name, &borrowed, slack, why)
}

/// The columns over σ²: both halves, mean and standard deviation over seeds.
pub(in crate::papers) fn figures(
    title: &str,
    deep: &Deep,
    sigma2: &[f64],
    [fixed, learned]: [&Half; 2],
) -> Vec<FigureSpec> {
    let columns: [Column; 4] = [
        ("elbo", "σ²-tuned ELBO of x", "nats", |r| r.elbo_tuned),
        ("sigma2", "tuned σ²", "", |r| r.sigma2_tuned),
        (
            "collapse",
            "(0.01, 0.01)-collapsed latents",
            "%",
            Row::collapse,
        ),
        ("kl", "KL", "nats", |r| r.kl),
    ];
    columns
        .into_iter()
        .map(|(id, label, unit, column)| {
            let mut figure = crate::figures::blank(id, &format!("{title}: {label}"))
                .subtitle(format!(
                    "κ = {}, mean ± standard deviation over seeds",
                    deep.latents
                ))
                .x(Axis::log10("initial σ²"))
                .y(Axis::linear(label).with_unit(unit))
                .with_legend();
            for (half, name, role, shape) in [
                (fixed, "σ² fixed", Role::Second, Shape::Circle),
                (learned, "σ² learned", Role::Active, Shape::Square),
            ] {
                let points: Vec<(f64, (f64, f64))> = sigma2
                    .iter()
                    .zip(half)
                    .map(|(s, rows)| (*s, mean_sd(rows, column)))
                    .collect();
                let key = name.replace(' ', "_");
                let bars = points
                    .iter()
                    .flat_map(|(s, (m, sd))| [[*s, m - sd], [*s, m + sd], [f64::NAN, f64::NAN]])
                    .collect();
                figure.push(line(&format!("{key}_sd"), "", bars, role));
                let means = points.iter().map(|(s, (m, _))| [*s, *m]).collect();
                let series = Series::line(&key, name, means, role);
                figure.push(series.with_markers(MarkerStyle::new(shape, true)));
            }
            figure
        })
        .collect()
}
