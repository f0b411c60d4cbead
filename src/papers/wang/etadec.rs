//! A learned decoder variance does not prevent collapse; β < d/d* does, and the bound is tight.

use crate::config::{Estimator, GammaMode, LiveConfig, NetConfig, RunConfig, SamplingConfig};
use crate::lab::log_values;
use crate::metrics::Known;
use crate::papers::{Check, Context, Cost, Error, Experiment, Paper, Results};
use crate::plot::{Axis, FigureSpec, MarkerStyle, Role, Rule, Series, Shape};

pub(in crate::papers) const EXPERIMENT: Experiment = Experiment {
    id: "wang-etadec",
    paper: Paper::Wang2022,
    title: "Learned η_dec: collapse iff β ≥ d/d* on the tight example",
    claim: "Even if the decoder variance is learned, posterior collapse can happen; β < d/d* avoids complete collapse for \
            every data set, and for some data set nothing less does.",
    data: None,
    cost: Cost::new(2, 5, 100),
    make,
};

/// The tight example: equal eigenvalues, κ = d = d*, so that d/d* = 1.
const DIM: usize = 5;
const VARIANCE: f64 = 1.0;
const ITEMS: usize = 256;
const STEPS: u64 = 3000;

fn make(context: &Context<'_>) -> Result<Results, Error> {
    // Full collapse with γ learned has γ = V/d = ζ², so that βγ ≥ ζ² iff β ≥ 1.
    let data = context.gaussian(vec![VARIANCE; DIM], ITEMS)?;
    let betas = log_values(0.5, 2.0, context.pick(6, 16));
    let mut active = Vec::new();
    let mut checks = Vec::new();
    for &beta in &betas {
        let setup = Context::setup(&data, config(beta));
        let result = context.train(&setup, &Known::default(), STEPS)?;
        active.push([beta, result.measured.active as f64]);
        let alive = result.measured.active > 0;
        let name = format!("β = {beta:.3}: does anything live?");
        let word = |alive: bool| if alive { "yes" } else { "complete collapse" };
        let why = "d/d* = 1";
        checks.push(Check::holds(
            &name,
            word(beta < 1.0),
            alive == (beta < 1.0),
            word(alive),
            why,
        ));
    }
    Ok(Results {
        figures: vec![figure(&active)],
        checks,
        shrunk: Vec::new(),
        live: Some(data.with(config(1.2))),
    })
}

fn config(beta: f64) -> RunConfig {
    RunConfig {
        net: NetConfig {
            estimator: Estimator::Analytic,
            ..NetConfig::linear(DIM)
        },
        live: LiveConfig {
            beta,
            gamma_mode: GammaMode::Learned,
            // A learned γ runs to 0 below the bound, where the data are reproduced exactly; a small rate keeps its steps
            // finite.
            learning_rate: 2e-3,
            ..LiveConfig::default()
        },
        sampling: SamplingConfig {
            batch: ITEMS,
            seed: 0,
        },
        ..RunConfig::default()
    }
}

fn figure(active: &[[f64; 2]]) -> FigureSpec {
    let marker = MarkerStyle::new(Shape::Circle, true).sized(6.0);
    let points = active.to_vec();
    crate::figures::blank("active", "Active latents with γ learned")
        .x(Axis::log10("β"))
        .y(Axis::linear("active latents").with_range(-0.3, DIM as f64 + 0.5))
        .with(Series::markers("active", "", points, marker, Role::Active))
        .with(Rule::x(1.0, Role::Threshold).label("d/d* = 1").dashed())
}
