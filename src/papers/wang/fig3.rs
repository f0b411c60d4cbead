//! Figure 3: digits generated at β between the thresholds lose variety mode by mode.

use serde::{Deserialize, Serialize};

use crate::config::{Preprocess, Target};
use crate::figures::pictures::cell::pictures;
use crate::metrics::Usage;
use crate::papers::{Check, Context, Cost, DataSet, Error, Experiment, Paper, Results};
use crate::plot::{ImageRow, Images};
use crate::rng::{Stream, normal};
use crate::train::{GalleryPictures, GalleryRequest, Trainer, evaluate};

use super::beta_sweep::{LATENTS, Net, Training};

pub(in crate::papers) const EXPERIMENT: Experiment = Experiment {
    id: "wang-fig3",
    paper: Paper::Wang2022,
    title: "Figure 3: digits generated at β between the thresholds",
    claim: "The generated images lose diversity and variation as β increases, the number of modes left is estimated by the \
            thresholds, and when the model completely collapses it outputs a constant.",
    data: Some(DataSet::Mnist),
    cost: Cost::new(25, 15_000, 700),
    make,
};

const PICTURES: usize = 10;
/// Draws from the prior over which the variety of what is generated is taken.
const DRAWS: usize = 512;

/// What a trained net generates.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Generated {
    pictures: Vec<Vec<u8>>,
    /// Σ over pixels of the variance of D(z), z from the prior.
    variety: f64,
    active: usize,
}

fn make(context: &Context<'_>) -> Result<Results, Error> {
    let items = context.pick(4000, 60_000);
    let data = context.load(DataSet::Mnist, items, Preprocess::None)?;
    let spectrum = context.spectrum(&data)?;
    let zeta2 = &spectrum.eigenvalues;
    // Well inside all five, between each neighbouring pair, above all.
    let mut betas = vec![0.2 * zeta2[LATENTS - 1]];
    betas.extend((1..LATENTS).rev().map(|i| (zeta2[i] * zeta2[i - 1]).sqrt()));
    betas.push(1.3 * zeta2[0]);
    let steps = context.pick(2500, 60_000);
    let training = Training {
        hidden: context.pick(128, 2048),
        target: Target::Input,
        learning_rate: context.pick(1e-3, 1e-4),
        batch: 128,
        seed: 0,
        steps,
    };
    let shape = data.dataset.shape;
    let mut outcome = Results::default();
    let mut rows = Vec::new();
    let mut variety = Vec::new();
    for (index, &beta) in betas.iter().enumerate() {
        let setup = Context::setup(&data, training.config(Net::Relu, beta));
        let made: Generated = context.train_then("wang-fig3-1", &setup, steps, generate)?;
        let modes = LATENTS - index;
        rows.push(ImageRow {
            label: format!("β = {beta:.2}, {modes} predicted, {} active", made.active),
            images: pictures(shape, &made.pictures),
        });
        let name = format!("active latents at β = {beta:.2}");
        let why = "ζ² of the linear theory, for a ReLU net: the paper says 'qualitatively'";
        outcome
            .checks
            .push(Check::counts(&name, modes, made.active, why));
        variety.push((format!("β = {beta:.2}"), made.variety));
    }
    // Ordered from the least, so from the largest β.
    let ordered: Vec<(&str, f64)> = variety
        .iter()
        .rev()
        .map(|(n, v)| (n.as_str(), *v))
        .collect();
    let why = "Σ of the pixels' variances over 512 draws from the prior, which itself is good to some 5 %; of 52";
    outcome.checks.push(Check::ordered(
        "the variety of generated digits falls as β rises",
        &ordered,
        0.05 * ordered.last().map_or(0.0, |v| v.1),
        why,
    ));
    let share = ordered.first().map_or(f64::NAN, |v| v.1) / spectrum.total_variance;
    outcome.checks.push(Check::at_most(
        "variety left after complete collapse, as a share of the data's variance",
        0.0,
        share,
        0.001,
        "a constant; Adam keeps the last weights from being exactly 0",
    ));
    let figure = crate::figures::blank("digits", "Digits generated at β between the thresholds");
    outcome.figures.push(figure.with(Images { rows }));
    outcome.shrunk = context.pick(
        vec![format!(
            "the first {items} images; 128 hidden units for 2,048, {steps} steps at 1e-3 for convergence at 1e-4"
        )],
        Vec::new(),
    );
    outcome.live = Some(training.config(Net::Relu, betas[1]));
    Ok(outcome)
}

fn generate(trainer: &mut Trainer) -> Result<Generated, Error> {
    let seed = trainer.setup().config.sampling.seed;
    let live = *trainer.live();
    let found = evaluate(trainer.backend(), seed, &live, 4000, &|| true)?;
    let z: Vec<f32> = (0..DRAWS * LATENTS)
        .map(|i| normal(seed, Stream::Prior, i as u32, 1))
        .collect();
    let decoded = trainer.decode(&z)?;
    let d = decoded.len() / DRAWS;
    let variety = (0..d)
        .map(|pixel| {
            let values = || decoded.iter().skip(pixel).step_by(d).map(|&v| f64::from(v));
            let mean = values().sum::<f64>() / DRAWS as f64;
            values().map(|v| (v - mean).powi(2)).sum::<f64>() / DRAWS as f64
        })
        .sum();
    let request = GalleryRequest::Zeroed {
        latents: Vec::new(),
        count: PICTURES,
    };
    let pictures = match trainer.gallery(&request)?.map(|g| g.pictures) {
        Some(GalleryPictures::Zeroed { samples, .. }) => samples,
        _ => Vec::new(),
    };
    Ok(Generated {
        pictures,
        variety,
        active: Usage::new(&found).active,
    })
}
