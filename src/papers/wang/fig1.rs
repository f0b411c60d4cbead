//! Figure 1: loss and σ against β on a synthetic regression, for a linear, a ReLU and a tanh net.

use crate::config::Target;
use crate::data::{Targets, cross_spectrum};
use crate::metrics::Explainable;
use crate::papers::{Check, Context, Error, Experiment, Outcome, Paper};

use super::common::{LATENTS, Net, Training, checks, loss_figure, sigma_figure, sweep};

pub(in crate::papers) const EXPERIMENT: Experiment = Experiment {
    id: "wang-fig1",
    paper: Paper::Wang2022,
    title: "Figure 1: loss and σᵢ against β, synthetic regression",
    claim: "The theoretical prediction of the loss function agrees well with empirical observation, and the threshold of \
            complete posterior collapse is also perfectly predicted.",
    data: None,
    make,
};

/// Eigenvalues of the input's covariance; the paper does not print its own.
const SPECTRUM: [f64; 5] = [16.0, 9.0, 6.0, 4.0, 2.0];
const TARGET: Target = Target::LinearMap(LATENTS);
/// The paper's.
const HIDDEN: usize = 8;
const ITEMS: usize = 1024;

fn make(context: &Context<'_>) -> Result<Outcome, Error> {
    let data = context.gaussian(SPECTRUM.to_vec(), ITEMS)?;
    let targets = Targets::new(TARGET, &data.dataset, &data.preprocessor, 0)?;
    let Some(targets) = targets else {
        return Ok(Outcome::default());
    };
    let go_on = |_: crate::data::Progress| context.watcher.go_on();
    let cross = cross_spectrum(&data.dataset, &data.preprocessor, &targets, 0, &go_on)?;
    let problem = Explainable::Target(&cross).problem(LATENTS, 1.0)?;
    let mut outcome = Outcome::default();
    let mut curves = Vec::new();
    for net in Net::ALL {
        let training = training(context, net);
        let curve = sweep(context, &data, &problem, net, &training)?;
        let (share, why) = if net == Net::Linear {
            (0.005, "the theory is exact here; Adam's wander")
        } else {
            (
                0.05,
                "'agrees well' in a figure of the paper's height; eight hidden units are not quite a linear map",
            )
        };
        outcome.checks.extend(checks(&problem, &curve, share, why)?);
        curves.push(curve);
    }
    // y = Mx is explained wholly by x, so nothing of the target is out of reach.
    outcome.checks.push(Check::equals(
        "share of y that x explains",
        1.0,
        cross.explained(),
        1e-6,
        "y = Mx without noise",
    ));
    outcome.figures.push(loss_figure(&problem, &curves)?);
    for curve in &curves {
        outcome.figures.push(sigma_figure(&problem, curve)?);
    }
    outcome.shrunk = context.pick(
        vec![
            "8 values of β, 5,000 steps at each of a nonlinear net".into(),
            "A and M are drawn here: the paper does not print its own, so complete collapse lies elsewhere than at its \
             β ≈ 14"
                .into(),
        ],
        vec!["A and M are drawn here: the paper does not print its own".into()],
    );
    outcome.live = Some(training(context, Net::Relu).config(Net::Relu, 2.0));
    Ok(outcome)
}

fn training(context: &Context<'_>, net: Net) -> Training {
    let linear = net == Net::Linear;
    Training {
        hidden: HIDDEN,
        target: TARGET,
        // The analytic objective has no noise of sampling, and takes long steps.
        learning_rate: if linear {
            0.01
        } else {
            context.pick(3e-3, 1e-3)
        },
        batch: if linear { ITEMS } else { 128 },
        steps: if linear {
            2000
        } else {
            context.pick(5000, 40_000)
        },
    }
}
