//! Figure 2: histograms of σ against depth; the mass moves to 1.

use crate::figures::sigma_histogram_figure;
use crate::papers::{Check, Context, Cost, DataSet, Error, Experiment, Paper, Results, Verdict};
use crate::plot::{FigureSpec, Provenance};

use super::conv::{Depth, config, pictures, shrunk, train};
use super::deep_nets::{Deep, Model};

pub(in crate::papers) const EXPERIMENT: Experiment = Experiment {
    id: "dai-fig2",
    paper: Paper::Dai2020,
    title: "Figure 2: histograms of σ against depth",
    claim: "As depth increases the reconstruction error grows and more σ values are near 1, indicative of impending posterior \
            collapse.",
    data: Some(DataSet::CelebA),
    cost: Cost::new(38, 660_000, 4000),
    make,
};

/// Convolutions at each scale in the paper.
const CONVS: [usize; 3] = [2, 4, 5];

fn make(context: &Context<'_>) -> Result<Results, Error> {
    let data = pictures(context, DataSet::CelebA)?;
    let mut found: Vec<(String, Deep)> = Vec::new();
    let mut live = None;
    for convs in CONVS {
        let depth = Depth::Plain(convs);
        let deep = train(context, &data, Model::Vae, depth)?;
        found.push((format!("{convs} convolutions per scale"), deep));
        live = Some(config(context, &data, Model::Vae, depth)?);
    }
    let by = |of: fn(&Deep) -> f64| -> Vec<(&str, f64)> {
        found.iter().map(|(n, d)| (n.as_str(), of(d))).collect()
    };
    let resolved = "what a hundred samples resolve";
    let near = by(Deep::near_prior);
    let mut near = Check::ordered(
        "share of σ within 5 % of 1 grows with depth",
        &near,
        0.01,
        resolved,
    );
    if near.verdict != Verdict::Pass {
        near = near.because(
            "while a net still learns, the σ of its dead latents scatter about 1 by more than 5 %; the other count does not see that",
        );
    }
    let error = by(|d| d.mse);
    let checks = vec![
        Check::ordered(
            "share of σ nearer to 1 than to 0 grows with depth",
            &by(Deep::towards_prior),
            0.01,
            resolved,
        ),
        near,
        Check::ordered(
            "the error grows with depth",
            &error,
            0.02 * error.first().map_or(0.0, |e| e.1),
            "two seeds differ by 2 %",
        ),
    ];
    Ok(Results {
        figures: found
            .iter()
            .enumerate()
            .map(|(i, f)| figure(i, f))
            .collect(),
        checks,
        shrunk: shrunk(context),
        live,
    })
}

fn figure(index: usize, (name, deep): &(String, Deep)) -> FigureSpec {
    let sigmas: Vec<f64> = deep.sigmas.iter().map(|s| f64::from(*s)).collect();
    let mut figure = sigma_histogram_figure(&sigmas, 1.0, &Provenance::default());
    figure.id = format!("{}", index + 1);
    figure.subtitle = format!(
        "{name}; squared error per pixel {}",
        crate::text::significant(deep.mse, 3)
    );
    figure
}
