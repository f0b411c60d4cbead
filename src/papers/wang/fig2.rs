//! Figure 2: loss and σ against β on MNIST.

use crate::config::{Preprocess, Target};
use crate::metrics::Explainable;
use crate::papers::{Check, Context, Cost, DataSet, Error, Experiment, Paper, Results};

use super::beta_sweep::{LATENTS, Net, SHARES, Training, checks, loss_figure, sigma_figure, sweep};

pub(in crate::papers) const EXPERIMENT: Experiment = Experiment {
    id: "wang-fig2",
    paper: Paper::Wang2022,
    title: "Figure 2: loss and σ against β, MNIST",
    claim: "The posterior collapse happens for the MNIST dataset at around β = 5, where the theory predicts it, for \
            nonlinear encoders and decoders.",
    data: Some(DataSet::Mnist),
    cost: Cost::new(75, 48_000, 700),
    make,
};

/// The paper's top five ζ² (which it prints as ζ).
pub(super) const PRINTED: [f64; 5] = [5.12, 3.74, 3.25, 2.84, 2.57];

fn make(context: &Context<'_>) -> Result<Results, Error> {
    let items = context.pick(4000, 60_000);
    let data = context.load(DataSet::Mnist, items, Preprocess::None)?;
    let spectrum = context.spectrum(&data)?;
    let problem = Explainable::Input(&spectrum).problem(LATENTS, 1.0)?;
    let mut outcome = Results::default();
    for (i, (found, printed)) in problem.eigenvalues().iter().zip(PRINTED).enumerate() {
        let name = format!("ζ²{} of MNIST", ["₁", "₂", "₃", "₄", "₅"][i]);
        // A variance of n samples is good to √(2/n) of itself.
        let share = context.pick(3.0 * (2.0 / items as f64).sqrt(), 0.002);
        let why = context.pick(
            "three standard errors of a variance over so many images",
            "the paper prints two decimals",
        );
        outcome
            .checks
            .push(Check::equals_within(&name, printed, *found, share, why));
    }
    // Between the five thresholds and on both sides of the largest.
    let shares = context.pick(&[0.1, 0.3, 0.52, 0.68, 0.85, 1.15][..], &SHARES[..]);
    let mut curves = Vec::new();
    for net in Net::ALL {
        let training = training(context, net);
        let curve = sweep(context, &data, &problem, net, &training, shares)?;
        let (share, why) = if net == Net::Linear {
            (
                0.01,
                "the theory is exact here; minibatches, and a training that is not quite over",
            )
        } else {
            (
                0.05,
                "'similar' to the synthetic case, read at the height of a figure",
            )
        };
        outcome.checks.extend(checks(&problem, &curve, share, why)?);
        curves.push(curve);
    }
    outcome.figures.push(loss_figure(&problem, &curves)?);
    for curve in &curves {
        outcome.figures.push(sigma_figure(&problem, curve)?);
    }
    outcome.shrunk = context.pick(
        vec![
            format!("the first {items} images"),
            "64 hidden units for 2,048, 2,000 steps at 1e-3 for convergence at 1e-4, 6 values of β"
                .into(),
        ],
        Vec::new(),
    );
    outcome.live = Some(training(context, Net::Relu).config(Net::Relu, 3.0));
    Ok(outcome)
}

fn training(context: &Context<'_>, net: Net) -> Training {
    let linear = net == Net::Linear;
    Training {
        hidden: context.pick(64, 2048),
        target: Target::Input,
        learning_rate: if linear {
            3e-3
        } else {
            context.pick(1e-3, 1e-4)
        },
        // Large enough that what a minibatch misses of the spectrum does not show in σ.
        batch: if linear { 1000 } else { 128 },
        seed: 0,
        steps: if linear {
            context.pick(3000, 6000)
        } else {
            context.pick(2000, 60_000)
        },
    }
}
