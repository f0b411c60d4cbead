//! Theorem 3: the Hessian at the origin is positive semidefinite iff the origin is the global minimum.

use std::sync::Arc;

use crate::config::{Estimator, LiveConfig, NetConfig, RunConfig, SamplingConfig};
use crate::figures::hessian_figure;
use crate::metrics::Known;
use crate::papers::{Check, Context, Cost, Error, Experiment, Paper, Results};
use crate::plot::Provenance;
use crate::theory::origin_eigenvalues;

pub(in crate::papers) const EXPERIMENT: Experiment = Experiment {
    id: "wang-thm3",
    paper: Paper::Wang2022,
    title: "Theorem 3: the origin is a saddle or the global minimum",
    claim: "The Hessian at 0 is positive semidefinite if and only if it is the global minimum: there is no intermediate \
            case where the origin is a local minimum but not global.",
    data: None,
    cost: Cost::new(1, 1, 100),
    make,
};

/// ζ² of the data; the first alone decides.
const SPECTRUM: [f64; 4] = [4.0, 2.5, 1.0, 0.5];
const GAMMA: f64 = 0.8;
const ITEMS: usize = 256;

fn make(context: &Context<'_>) -> Result<Results, Error> {
    let data = context.gaussian(SPECTRUM.to_vec(), ITEMS)?;
    let spectrum = context.spectrum(&data)?;
    let threshold = SPECTRUM[0] / GAMMA;
    let betas = crate::lab::log_values(0.2 * threshold, 5.0 * threshold, 121);
    let mut eigenvalues = Vec::with_capacity(betas.len());
    for &beta in &betas {
        eigenvalues.push(origin_eigenvalues(SPECTRUM[0], beta, GAMMA, 1.0)?);
    }
    // Where the drawn curve crosses zero, by interpolation between two of its points.
    let crossing = betas
        .windows(2)
        .zip(eigenvalues.windows(2))
        .find(|(_, e)| e[0][0] < 0.0 && e[1][0] >= 0.0)
        .map_or(f64::NAN, |(b, e)| {
            b[0] - e[0][0] * (b[1] - b[0]) / (e[1][0] - e[0][0])
        });
    let why = "interpolated on the drawn curve";
    let mut checks = vec![Check::equals_within(
        "the least eigenvalue crosses zero at ζ₁²/γ",
        threshold,
        crossing,
        0.01,
        why,
    )];
    for (factor, living) in [(0.8, 1), (1.25, 0)] {
        let beta = factor * threshold;
        let setup = Context::setup(
            &data,
            RunConfig {
                net: NetConfig {
                    estimator: Estimator::Analytic,
                    ..NetConfig::linear(SPECTRUM.len())
                },
                live: LiveConfig {
                    beta,
                    gamma: GAMMA,
                    learning_rate: 0.01,
                    ..LiveConfig::default()
                },
                sampling: SamplingConfig {
                    batch: ITEMS,
                    seed: 0,
                },
                ..RunConfig::default()
            },
        );
        let result = context.train(&setup, &Known::from(Arc::clone(&spectrum)), 4000)?;
        let name = format!("latents that live in a trained net at β = {factor} ζ₁²/γ");
        let why = "the origin is left if and only if it is a saddle";
        checks.push(Check::counts(&name, living, result.measured.active, why));
        if living == 0 {
            // Full collapse: ‖y‖²/2γ + (d/2) log 2πγ, nothing else.
            let total: f64 = SPECTRUM.iter().sum();
            let constant = 2.0 * (2.0 * std::f64::consts::PI * GAMMA).ln();
            let expected = total / (2.0 * GAMMA) + constant;
            let why = "f32 sums and what Adam leaves at its rate";
            let loss = result.measured.loss;
            let name = "its loss is the global minimum, that of the origin";
            checks.push(Check::equals_within(name, expected, loss, 1e-3, why));
        }
    }
    let at = (threshold, GAMMA, 1.0);
    let figure = hessian_figure(0, SPECTRUM[0], at, &betas, &Provenance::default())?;
    Ok(Results {
        figures: vec![figure],
        checks,
        ..Results::default()
    })
}
