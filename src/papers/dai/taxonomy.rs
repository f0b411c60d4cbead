//! Section 3: constructed cases of the categories of posterior collapse, told apart by counterfactual probes.

use std::sync::Arc;

use crate::config::{
    Activation, GammaMode, LiveConfig, NetConfig, RunConfig, SamplingConfig, Stack,
};
use crate::figures::diagnosis_figure;
use crate::lab::diagnose::{self, Category};
use crate::lab::{DiagnoseRequest, Diagnosis};
use crate::papers::{Check, Context, Cost, Error, Experiment, Paper, Results};
use crate::plot::{FigureSpec, Provenance};

pub(in crate::papers) const EXPERIMENT: Experiment = Experiment {
    id: "dai-taxonomy",
    paper: Paper::Dai2020,
    title: "Section 3: categories of posterior collapse, constructed",
    claim: "Posterior collapse comes in categories with different causes: surplus latents pruned (i), a γ or β held too large \
            (ii), decoder covariances that explain data alone (iii), and bad local minima of deep autoencoders (v).",
    data: None,
    cost: Cost::new(2, 2, 100),
    make,
};

/// Three modes above a floor of five equal ones.
const SPECTRUM: [f64; 8] = [9.0, 5.0, 2.0, 0.1, 0.1, 0.1, 0.1, 0.1];
const ITEMS: usize = 256;

/// A run made to be of one category.
struct Case {
    id: &'static str,
    name: &'static str,
    config: RunConfig,
    steps: u64,
    expected: Category,
}

fn cases() -> Vec<Case> {
    let run = |net: NetConfig, live: LiveConfig| RunConfig {
        net,
        live,
        sampling: SamplingConfig { batch: 64, seed: 5 },
        ..RunConfig::default()
    };
    let live = |beta, gamma, learning_rate| LiveConfig {
        beta,
        gamma,
        learning_rate,
        ..LiveConfig::default()
    };
    let deep = NetConfig {
        encoder: Stack::dense(&[4; 16]),
        decoder: Stack::dense(&[4; 16]),
        activation: Activation::Tanh,
        ..NetConfig::linear(3)
    };
    vec![
        Case {
            id: "healthy",
            name: "κ = 3 for three modes above γ = 0.2",
            config: run(NetConfig::linear(3), live(1.0, 0.2, 0.01)),
            steps: 2000,
            expected: Category::Healthy,
        },
        Case {
            id: "surplus",
            name: "κ = 6 for three modes above γ = 0.2",
            config: run(NetConfig::linear(6), live(1.0, 0.2, 0.01)),
            steps: 3000,
            expected: Category::Surplus,
        },
        Case {
            id: "gamma",
            name: "γ held at 3, above the third mode's 2",
            config: run(NetConfig::linear(3), live(1.0, 3.0, 0.01)),
            steps: 2000,
            expected: Category::Pressure,
        },
        Case {
            id: "beta",
            name: "β held at 3 with γ learned",
            config: run(
                NetConfig::linear(3),
                LiveConfig {
                    gamma_mode: GammaMode::Learned,
                    ..live(3.0, 1.0, 0.01)
                },
            ),
            steps: 3000,
            expected: Category::Pressure,
        },
        Case {
            id: "deep",
            name: "16 tanh layers of four on each side",
            config: run(deep, live(1.0, 0.2, 1e-3)),
            steps: 600,
            expected: Category::BadMinimum,
        },
    ]
}

fn make(context: &Context<'_>) -> Result<Results, Error> {
    let data = context.gaussian(SPECTRUM.to_vec(), ITEMS)?;
    let spectrum = context.spectrum(&data)?;
    let mut outcome = Results::default();
    for case in cases() {
        let setup = Context::setup(&data, case.config.clone());
        let probe = if case.id == "deep" { 600 } else { 3000 };
        let what = format!("dai-taxonomy-1 {probe}");
        let diagnosis: Diagnosis = context.train_then(&what, &setup, case.steps, |trainer| {
            let request = DiagnoseRequest {
                copy: Arc::new(trainer.copy()?),
                known: Arc::clone(&spectrum).into(),
                steps: probe,
            };
            Ok(diagnose::run(&request, context.watcher)?)
        })?;
        let found = diagnosis.verdict.as_ref().map(|v| v.category);
        let f = &diagnosis.findings;
        let why = format!("{} of {} latents active", f.active(), f.latents);
        outcome.checks.push(Check::holds(
            case.name,
            case.expected.title(),
            found == Some(case.expected),
            found.map_or("no verdict", Category::title),
            &why,
        ));
        outcome.figures.push(figure(&case, &diagnosis));
        if case.id == "deep" {
            outcome.live = Some(data.with(case.config));
        }
    }
    let (checks, drawn) = super::per_pixel::case(context)?;
    outcome.checks.extend(checks);
    outcome.figures.push(drawn);
    outcome.shrunk = vec![
        "constructed cases on Gaussian data of six and eight dimensions; the paper describes the categories in words".into(),
        "(iv), a decoder so powerful that it needs no z, is not constructed: there is none among Gaussian decoders".into(),
    ];
    Ok(outcome)
}

fn figure(case: &Case, diagnosis: &Diagnosis) -> FigureSpec {
    let mut figure = diagnosis_figure(diagnosis, &Provenance::default());
    figure.id = case.id.into();
    figure.title = case.name.into();
    // Meaning and advice; the evidence is for whoever asked about a run of their own.
    figure.notes.truncate(2);
    figure
}
