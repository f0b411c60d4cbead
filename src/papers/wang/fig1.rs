//! Figure 1: loss and σ against β on a synthetic regression, for a linear, a ReLU and a tanh net.

use crate::config::Target;
use crate::data::{CrossSpectrum, Targets, cross_spectrum};
use crate::metrics::Explainable;
use crate::papers::context::Ready;
use crate::papers::{Check, Context, Cost, Error, Experiment, Paper, Results, Verdict};

use super::beta_sweep::{
    COUNTED, LATENTS, Net, SHARES, Training, checks, loss_figure, sigma_figure, sweep,
};

pub(in crate::papers) const EXPERIMENT: Experiment = Experiment {
    id: "wang-fig1",
    paper: Paper::Wang2022,
    title: "Figure 1: loss and σ against β, synthetic regression",
    claim: "The theoretical prediction of the loss function agrees well with empirical observation, and the threshold of \
            complete posterior collapse is also perfectly predicted.",
    data: None,
    cost: Cost::new(12, 300, 200),
    make,
};

/// Eigenvalues of the input's covariance; the paper does not print its own.
const SPECTRUM: [f64; 5] = [12.0, 10.0, 8.0, 6.0, 5.0];
const TARGET: Target = Target::LinearMap(LATENTS);
/// The paper's.
const HIDDEN: usize = 8;
const ITEMS: usize = 1024;

/// Seeds of M among which the one with the thresholds farthest apart from 0 is taken: most random maps have one direction
/// that hardly matters, and its threshold would not be seen.
const SEEDS: u32 = 24;

/// ζ² of y = Mx for the M of a seed.
fn cross(context: &Context<'_>, data: &Ready, seed: u32) -> Result<Option<CrossSpectrum>, Error> {
    let (dataset, preprocessor) = (&data.dataset, &data.preprocessor);
    let Some(targets) = Targets::new(TARGET, dataset, preprocessor, seed)? else {
        return Ok(None);
    };
    let go_on = |_: crate::data::Progress| context.watcher.go_on();
    Ok(Some(cross_spectrum(
        dataset,
        preprocessor,
        &targets,
        seed,
        &go_on,
    )?))
}

fn make(context: &Context<'_>) -> Result<Results, Error> {
    let data = context.gaussian(SPECTRUM.to_vec(), ITEMS)?;
    let mut best: Option<(f64, u32, CrossSpectrum)> = None;
    for seed in 0..SEEDS {
        let Some(found) = cross(context, &data, seed)? else {
            continue;
        };
        let zeta2 = &found.eigenvalues;
        let share = zeta2[zeta2.len() - 1] / zeta2[0];
        if best.as_ref().is_none_or(|b| share > b.0) {
            best = Some((share, seed, found));
        }
    }
    let Some((_, seed, cross)) = best else {
        return Ok(Results::default());
    };
    let problem = Explainable::Target(&cross).problem(LATENTS, 1.0)?;
    let mut outcome = Results::default();
    let mut curves = Vec::new();
    for net in Net::ALL {
        let training = training(context, net, seed);
        let curve = sweep(context, &data, &problem, net, &training, &SHARES)?;
        let (share, why) = if net == Net::Linear {
            (
                1e-4,
                "the theory is exact here; what remains is rounding in f32 and Adam's fluctuation",
            )
        } else {
            (
                0.05,
                "'agrees well' in a figure of the paper's height; eight hidden units are not quite a linear map",
            )
        };
        for mut check in checks(&problem, &curve, share, why)? {
            if net == Net::Relu && check.name.contains(COUNTED) && check.verdict != Verdict::Pass {
                check = check.because(
                    "Eight ReLU units, the paper's number, pass on four directions in both signs: the fifth latent has no room",
                );
            }
            outcome.checks.push(check);
        }
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
            "8 values of β, 8,000 steps at 3e-3 for convergence at 1e-3 at each of a nonlinear net".into(),
            "A and M are drawn here: the paper does not print its own, so complete collapse lies elsewhere than at its \
             β ≈ 14"
                .into(),
        ],
        vec!["A and M are drawn here: the paper does not print its own".into()],
    );
    outcome.live = Some(data.with(training(context, Net::Relu, seed).config(Net::Relu, 2.0)));
    Ok(outcome)
}

fn training(context: &Context<'_>, net: Net, seed: u32) -> Training {
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
        seed,
        steps: if linear {
            4000
        } else {
            context.pick(8000, 40_000)
        },
    }
}
