//! Figure 1, middle: reconstruction error of convolutional AE and VAE against their depth.

use crate::papers::{Check, Context, Cost, DataSet, Error, Experiment, Paper, Results};

use super::conv::{Depth, config, pictures, shrunk, train};
use super::deep_nets::Model;
use super::fig1::figure;

pub(in crate::papers) const EXPERIMENT: Experiment = Experiment {
    id: "dai-fig1-middle",
    paper: Paper::Dai2020,
    title: "Figure 1 (middle): reconstruction error against depth, convolutional",
    claim: "At each spatial scale we use 1 to 5 convolution layers; again the trend is similar to the fully-connected network \
            results.",
    data: Some(DataSet::Cifar10),
    cost: Cost::new(60, 450_000, 1500),
    make,
};

const MODELS: [Model; 2] = [Model::Autoencoder, Model::Vae];

fn make(context: &Context<'_>) -> Result<Results, Error> {
    let data = pictures(context, DataSet::Cifar10)?;
    let depths: &[usize] = context.pick(&[1, 3, 5], &[1, 2, 3, 4, 5]);
    let mut curves = Vec::new();
    for model in MODELS {
        let mut errors = Vec::new();
        for &convs in depths {
            errors.push(train(context, &data, model, Depth::Plain(convs))?.mse);
        }
        curves.push((model, errors));
    }
    let mut checks = Vec::new();
    if let [(_, ae), (_, vae)] = curves.as_slice() {
        checks = self::checks(depths, ae, vae);
    }
    let mut small = shrunk(context);
    small.push(format!(
        "{}, where the paper has CIFAR-100",
        data.dataset.name
    ));
    Ok(Results {
        figures: vec![figure("convolutions at each scale", depths, &curves)],
        checks,
        shrunk: small,
        live: Some(config(
            context,
            &data,
            Model::Vae,
            Depth::Plain(depths[depths.len() - 1]),
        )?),
    })
}

fn checks(depths: &[usize], ae: &[f64], vae: &[f64]) -> Vec<Check> {
    let mut all = Vec::new();
    for (model, errors) in MODELS.into_iter().zip([ae, vae]) {
        let least = errors.iter().copied().fold(f64::INFINITY, f64::min);
        let last = errors[errors.len() - 1];
        all.push(Check::ordered(
            &format!("{}: the error rises when the net is too deep", model.name()),
            &[
                ("least over depths", least),
                ("deepest, less 2 %", 0.98 * last),
            ],
            0.0,
            "by more than the 2 % that two seeds differ by",
        ));
    }
    for (i, depth) in depths.iter().enumerate() {
        let values = [("AE", ae[i]), ("VAE", vae[i])];
        let name = format!("{depth} at each scale: the AE is below the VAE");
        all.push(Check::ordered(
            &name,
            &values,
            0.0,
            "squared error per value",
        ));
    }
    all
}
