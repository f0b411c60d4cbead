//! Figure 2: E σ² of sixteen latents over training.

use crate::figures::{Moment, latent_history_figure};
use crate::metrics::Quantity;
use crate::papers::{Check, Context, Cost, DataSet, Error, Experiment, Paper, Results};
use crate::plot::Provenance;

use super::dense_run::{LATENTS, config, dense, shrunk};
use crate::config::Preset;

pub(in crate::papers) const EXPERIMENT: Experiment = Experiment {
    id: "asperti-fig2",
    paper: Paper::Asperti2019,
    title: "Figure 2: evolution of the variance along training",
    claim: "Augmenting the number of dimensions of the latent space the representation becomes sparse: some latents' \
            variance falls, that of the others stays near 1.",
    data: Some(DataSet::Mnist),
    cost: Cost::new(31, 150, 500),
    make,
};

/// E σ² is all that is drawn.
fn only_variance(sigma2: f64) -> [f64; Quantity::COUNT] {
    let mut row = [f64::NAN; Quantity::COUNT];
    row[Quantity::MeanSigma2 as usize] = sigma2;
    row
}

fn make(context: &Context<'_>) -> Result<Results, Error> {
    let run = dense(context)?;
    let mut checks = Vec::new();
    let first = run.moments.first().map_or(&[][..], |m| &m.1);
    let mean = first.iter().map(|r| r.sigma2).sum::<f64>() / first.len().max(1) as f64;
    let why = "'at start time the variance is close to 1'; of an untrained net, mean over latents";
    checks.push(Check::equals("E σ² at the start", 1.0, mean, 0.1, why));
    let (inactive, active) = (run.which(true), run.which(false));
    let fallen = active
        .iter()
        .map(|&j| run.end[j].sigma2)
        .fold(0.0, f64::max);
    let stayed = inactive
        .iter()
        .map(|&j| run.end[j].sigma2)
        .fold(1.0, f64::min);
    let values = [
        ("largest E σ² of the active", fallen),
        ("0.5", 0.5),
        ("least of the inactive", stayed),
    ];
    let why = "0.4 on both sides of the middle: two groups and nothing between, as in table 1";
    let gap = Check::at_least(
        "gap between the two groups at the end",
        0.8,
        stayed - fallen,
        0.1,
        why,
    );
    checks.push(Check::ordered("two groups part", &values, 0.0, ""));
    checks.push(gap);
    // A latent that dies does so on the way: it is not that nothing ever happened to it.
    let sparse = !inactive.is_empty() && !active.is_empty();
    let measured = format!(
        "{} inactive, {} active of {LATENTS}",
        inactive.len(),
        active.len()
    );
    checks.push(Check::holds(
        "the representation is sparse",
        "some of each",
        sparse,
        &measured,
        "",
    ));
    let moments: Vec<Moment> = run
        .moments
        .iter()
        .map(|(step, rows)| Moment {
            step: *step,
            latents: rows.iter().map(|r| only_variance(r.sigma2)).collect(),
        })
        .collect();
    let moments: Vec<&Moment> = moments.iter().collect();
    let none = Provenance::default();
    let mut figure = latent_history_figure(Quantity::MeanSigma2, &moments, 0.01, &none);
    figure.id = "variance".into();
    figure.title = "Evolution of the variance along training".into();
    figure.subtitle = "E σ² of every latent; minibatches of 128".into();
    Ok(Results {
        figures: vec![figure],
        checks,
        shrunk: shrunk(context),
        live: Some(config(Preset::Asperti)?),
    })
}
