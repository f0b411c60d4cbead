//! Category (iii): a decoder with a variance of its own for every dimension can do without its latents.
//!
//! Along the axes the data's dimensions are independent here, so N(0, diag ζ²) is their exact density: with γ per
//! dimension complete collapse is a global optimum, its loss Σ ½ log 2πeζ². At β = 1 it lies in a flat valley, because a
//! latent may take over a share of a dimension's variance at no cost; above that it is the only one. One γ for all needs a
//! latent for every large ζ² at the same β.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::config::{
    DataConfig, GammaMode, Likelihood, LiveConfig, NetConfig, Preprocess, RunConfig, SamplingConfig,
};
use crate::data::{Dataset, Pixels, Preprocessor};
use crate::metrics::Usage;
use crate::papers::context::Ready;
use crate::papers::{Check, Context, Error};
use crate::plot::{Axis, Bar, Bars, FigureSpec, Role};
use crate::train::evaluate;

/// Three large dimensions above a floor.
const SPECTRUM: [f64; 6] = [9.0, 5.0, 2.0, 0.1, 0.1, 0.1];
const ITEMS: usize = 256;
const LATENTS: usize = 3;
const STEPS: u64 = 6000;
const BETA: f64 = 1.25;

/// What is kept of a run.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Made {
    loss: f64,
    mse: f64,
    active: usize,
    kl: Vec<f64>,
}

/// Both runs, judged and drawn.
pub(super) fn case(context: &Context<'_>) -> Result<(Vec<Check>, FigureSpec), Error> {
    let data = along_the_axes(context)?;
    let run = |likelihood| -> Result<Made, Error> {
        let config = RunConfig {
            net: NetConfig {
                likelihood,
                ..NetConfig::linear(LATENTS)
            },
            live: LiveConfig {
                beta: BETA,
                gamma: 1.0,
                gamma_mode: GammaMode::Learned,
                learning_rate: 0.01,
                ..LiveConfig::default()
            },
            sampling: SamplingConfig {
                batch: ITEMS,
                seed: 5,
            },
            ..RunConfig::default()
        };
        let setup = Context::setup(&data, config);
        context.train_then("dai-per-pixel-2", &setup, STEPS, |trainer| {
            let live = *trainer.live();
            let go_on = || context.watcher.go_on();
            let found = evaluate(trainer.backend(), 5, &live, ITEMS, &go_on)?;
            Ok(Made {
                loss: found.loss(),
                mse: found.sse / found.dim as f64,
                active: Usage::new(&found).active,
                kl: found.latents.iter().map(|l| l.kl).collect(),
            })
        })
    };
    let (own, one) = (
        run(Likelihood::GaussianPerPixel)?,
        run(Likelihood::Gaussian)?,
    );
    let entropy = SPECTRUM
        .iter()
        .map(|z| 0.5 * (2.0 * std::f64::consts::PI * std::f64::consts::E * z).ln())
        .sum::<f64>();
    let variance = SPECTRUM.iter().sum::<f64>() / SPECTRUM.len() as f64;
    let sampled = "closed form; ε is drawn once per item, and Adam fluctuates around the optimum";
    let checks = vec![
        Check::counts(
            "(iii) γ per dimension: live latents",
            0,
            own.active,
            "of three",
        ),
        Check::equals(
            "(iii) γ per dimension: its loss is the density's own, Σ ½ log 2πeζ²",
            entropy,
            own.loss,
            0.05,
            sampled,
        ),
        Check::equals_within(
            "(iii) γ per dimension: nothing is reconstructed, the error is the variance",
            variance,
            own.mse,
            0.02,
            "per dimension",
        ),
        Check::counts(
            "(iii) one γ, the same data: live latents",
            3,
            one.active,
            "of three",
        ),
    ];
    Ok((checks, figure(&own, &one)))
}

/// Gaussian data turned to its principal axes.
fn along_the_axes(context: &Context<'_>) -> Result<Ready, Error> {
    let turned = context.gaussian(SPECTRUM.to_vec(), ITEMS)?;
    let spectrum = context.spectrum(&turned)?;
    let d = SPECTRUM.len();
    let mut values = Vec::with_capacity(ITEMS * d);
    let mut x = vec![0.0_f32; d];
    for item in 0..ITEMS {
        turned
            .preprocessor
            .row_into(&turned.dataset, 0, item, &mut x);
        for mode in 0..d {
            let axis = spectrum.mode(mode).unwrap_or_default();
            values.push(x.iter().zip(axis).map(|(x, v)| x * v).sum());
        }
    }
    let dataset = Arc::new(Dataset {
        pixels: Pixels::Floats(values),
        ..(*turned.dataset).clone()
    });
    Ok(Ready {
        config: DataConfig::default(),
        preprocessor: Arc::new(Preprocessor::new(Preprocess::None, &dataset)?),
        dataset,
    })
}

fn figure(own: &Made, one: &Made) -> FigureSpec {
    let ticks = (0..LATENTS).map(|j| (j as f64, format!("z{j}"))).collect();
    let bars = |id: &str, word: &str, shift: f64, role: Role, made: &Made| {
        let name = format!("{word}, {} live", made.active);
        let items = made.kl.iter().enumerate().map(|(j, kl)| {
            let text = crate::text::significant(*kl, 3);
            Bar::new(j as f64 + shift, *kl, 0.36, role)
                .label(format!("{name}: {text} nats"))
                .key(j)
        });
        let items = items.collect();
        Bars::new(id, name, items, role)
    };
    let title = "(iii) A variance per dimension does without latents";
    crate::figures::blank("per-dimension", title)
        .subtitle(format!(
            "three independent dimensions above a floor, β = {BETA}"
        ))
        .x(Axis::linear("latent")
            .with_range(-0.7, LATENTS as f64 - 0.3)
            .with_ticks(ticks))
        .y(Axis::linear("KL").with_unit("nats"))
        .with_legend()
        .with(bars("one", "one γ", -0.19, Role::Active, one))
        .with(bars("own", "γ per dimension", 0.19, Role::Inactive, own))
}
