//! Figures 10 and 11: the share of collapsed latents against ε on CelebA, at fixed and at learned σ².

use crate::papers::{Cost, DataSet, Experiment, Paper};

use super::deep::Images;
use super::fig5_6::curves;

pub(in crate::papers) const EXPERIMENT: Experiment = Experiment {
    id: "lucas-fig10-11",
    paper: Paper::Lucas2019,
    title: "Figures 10 and 11: (ε, δ)-collapse of deep VAEs on CelebA",
    claim: "The VAE is sensitive to the initialization of the observation noise even when σ² is learned (in particular, in \
            terms of the number of collapsed dimensions).",
    data: Some(DataSet::CelebA),
    cost: Cost::new(45, 320_000, 3000),
    make: |context| curves(context, Images::CelebA),
};
