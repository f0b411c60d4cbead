//! Figure 2: log marginal likelihood and the linear VAE's ELBO against κ, and the likelihood with σ² held at that of
//! κ = 50.

use std::sync::Arc;

use crate::config::{
    Estimator, GammaMode, LiveConfig, NetConfig, PosteriorVariance, Preprocess, RunConfig,
    SamplingConfig,
};
use crate::metrics::Known;
use crate::papers::{Check, Context, Cost, DataSet, Error, Experiment, Paper, Results};
use crate::plot::{Axis, FigureSpec, MarkerStyle, Role, Series, Shape};
use crate::theory::{SweepPoint, ppca_sweep};

pub(in crate::papers) const EXPERIMENT: Experiment = Experiment {
    id: "lucas-fig2",
    paper: Paper::Lucas2019,
    title: "Figure 2: likelihood and ELBO against κ",
    claim: "Linear VAEs reach the maximum likelihood of pPCA at every κ; with σ² held at its value for κ = 50, more \
            components raise the likelihood at first and lower it after about 200.",
    data: Some(DataSet::Mnist),
    cost: Cost::new(46, 1800, 300),
    make,
};

const SAMPLES: usize = 1000;
/// The κ whose σ² is held.
const HELD: usize = 50;
const BATCH: usize = 1000;

pub(in crate::papers) fn make(context: &Context<'_>) -> Result<Results, Error> {
    let data = context.load(DataSet::Mnist, SAMPLES, Preprocess::None)?;
    let spectrum = context.spectrum(&data)?;
    let d = spectrum.dim();
    let ks: Vec<usize> = (1..=60).map(|i| 5 * i).collect();
    let curve = ppca_sweep(&spectrum.filled(), d, &ks, HELD)?;
    let trained: &[usize] = context.pick(&[10, 50], &[10, 25, 50, 100, 150, 200, 300]);
    let steps = context.pick(5000, 12_000);
    let mut elbo = Vec::new();
    let mut live = None;
    let mut checks = Vec::new();
    for &k in trained {
        let config = RunConfig {
            net: NetConfig {
                estimator: Estimator::Analytic,
                variance: PosteriorVariance::Global,
                ..NetConfig::linear(k)
            },
            live: LiveConfig {
                gamma_mode: GammaMode::Learned,
                gamma: 0.1,
                learning_rate: context.pick(3e-3, 1e-3),
                ..LiveConfig::default()
            },
            sampling: SamplingConfig {
                batch: BATCH,
                seed: 0,
            },
            ..RunConfig::default()
        };
        live = Some(data.with(config.clone()));
        let setup = Context::setup(&data, config);
        let result = context.train(&setup, &Known::from(Arc::clone(&spectrum)), steps)?;
        let reached = -result.measured.loss;
        elbo.push([k as f64, reached]);
        let best = ppca_sweep(&spectrum.filled(), d, &[k], HELD)?[0].log_likelihood;
        let why = "the paper calls the two indistinguishable; Adam at a fixed rate, the best of the paper's four, stops a little short";
        let name = format!("ELBO at κ = {k} is pPCA's likelihood");
        checks.push(Check::equals_within(&name, best, reached, 0.01, why));
    }
    let turn = turning_point(&curve);
    let why = "the paper reads 'after 200' from its curve of another 1,000 images";
    checks.push(Check::equals(
        "κ at which the held curve turns",
        200.0,
        turn as f64,
        50.0,
        why,
    ));
    let at = |k: usize| curve.iter().find(|p| p.k == k).map_or(f64::NAN, |p| p.held);
    let values = [("κ = 300", at(300)), ("κ = 200", at(200))];
    checks.push(Check::ordered(
        "held σ²: 300 components are worse than 200",
        &values,
        0.0,
        "",
    ));
    let values = [("κ = 50", at(50)), ("κ = 100", at(100))];
    checks.push(Check::ordered(
        "held σ²: 100 components are better than 50",
        &values,
        0.0,
        "",
    ));
    Ok(Results {
        figures: vec![figure(&curve, &elbo)],
        checks,
        shrunk: context.pick(
            vec![
                format!("ELBO trained at κ = {trained:?} only, for {steps} steps"),
                "the first 1,000 images of MNIST, the paper's are random".into(),
            ],
            vec!["the first 1,000 images of MNIST, the paper's are random".into()],
        ),
        live,
    })
}

fn turning_point(curve: &[SweepPoint]) -> usize {
    let best = curve.iter().max_by(|a, b| a.held.total_cmp(&b.held));
    best.map_or(0, |p| p.k)
}

fn figure(curve: &[SweepPoint], elbo: &[[f64; 2]]) -> FigureSpec {
    let line = |id: &str, name: &str, role: Role, value: fn(&SweepPoint) -> f64| {
        let points = curve.iter().map(|p| [p.k as f64, value(p)]).collect();
        Series::line(id, name, points, role).width(1.8)
    };
    let marker = MarkerStyle::new(Shape::Circle, true).sized(6.0);
    let (name, points) = ("linear VAE, trained", elbo.to_vec());
    crate::figures::blank("likelihood", "Likelihood and ELBO against κ")
        .x(Axis::linear("κ, latent dimensions"))
        .y(Axis::linear("log likelihood per sample").with_unit("nats"))
        .with_legend()
        .with(line("mle", "maximum likelihood", Role::Active, |p| {
            p.log_likelihood
        }))
        .with(line(
            "held",
            "σ² held at that of κ = 50",
            Role::Second,
            |p| p.held,
        ))
        .with(Series::markers(
            "elbo",
            name,
            points,
            marker,
            Role::Threshold,
        ))
}
