//! Figure 1: the way of ten digits through a latent plane in the first epoch.

use serde::{Deserialize, Serialize};

use crate::config::{GammaMode, Preset, RunConfig};
use crate::papers::{Check, Context, Cost, DataSet, Error, Experiment, Paper, Results, Verdict};
use crate::plot::{Axis, Colour, FigureSpec, MarkerStyle, Series, Shape};

use super::dense_run::{QUADRATIC, Row, config, look, mnist, rows};

pub(in crate::papers) const EXPERIMENT: Experiment = Experiment {
    id: "asperti-fig1",
    paper: Paper::Asperti2019,
    title: "Figure 1: trajectories of ten digits in a binary latent space",
    claim: "At start time the variance is close to 1, but it rapidly gets much smaller; the ten digits progressively dispose \
            themselves around the origin in a Gaussian-like shape.",
    data: Some(DataSet::Mnist),
    cost: Cost::new(2, 6, 500),
    make,
};

/// Steps of an epoch of 60,000 in batches of 128.
const EPOCH: u64 = 469;
/// Places along a trajectory.
const PLACES: u64 = 24;
/// Items among which one of each class is found.
const SEARCHED: usize = 128;

/// A digit at one step: μ₁, μ₂ and the mean of its two σ².
type Place = [f64; 3];

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Trajectories {
    /// By digit, then by step.
    digits: Vec<Vec<Place>>,
    /// Both latents over the data after the epoch, with the mean of μ.
    end: Vec<(Row, f64)>,
}

fn make(context: &Context<'_>) -> Result<Results, Error> {
    let data = mnist(context)?;
    let labels = data.dataset.labels.clone().unwrap_or_default();
    let items: Vec<usize> = (0..10)
        .filter_map(|class| labels.iter().take(SEARCHED).position(|l| *l == class))
        .collect();
    let setup = Context::setup(&data, quadratic()?);
    let made: Trajectories = context.train_then("asperti-fig1-2", &setup, 0, |trainer| {
        let mut digits = vec![Vec::new(); items.len()];
        loop {
            let found = look(context, trainer, SEARCHED)?;
            for (digit, &item) in digits.iter_mut().zip(&items) {
                let (mu, sigma2) = (found.posterior.mu(item), found.posterior.sigma2(item));
                if let ([a, b], [s, t]) = (mu, sigma2) {
                    let mean = 0.5 * (f64::from(*s) + f64::from(*t));
                    digit.push([f64::from(*a), f64::from(*b), mean]);
                }
            }
            if trainer.step() == EPOCH {
                break;
            }
            let next = trainer.step() + EPOCH.div_ceil(PLACES);
            context.advance(trainer, next.min(EPOCH), EPOCH)?;
        }
        let found = look(context, trainer, 60_000)?;
        let means = found.latents.iter().map(|l| l.mean_mu);
        let end = rows(&found).into_iter().zip(means).collect();
        Ok(Trajectories { digits, end })
    })?;
    Ok(Results {
        checks: checks(&made),
        figures: vec![figure(&made)],
        shrunk: Vec::new(),
        live: Some(quadratic()?),
    })
}

/// The loss as the paper writes it, and only in it the KL term shapes the cloud within one epoch: with γ learned, centres
/// and scales are three times as far off by then.
fn quadratic() -> Result<RunConfig, Error> {
    let mut config = config(Preset::AspertiPlane)?;
    config.live.gamma = QUADRATIC;
    config.live.gamma_mode = GammaMode::Fixed;
    Ok(config)
}

fn checks(made: &Trajectories) -> Vec<Check> {
    let mean = |of: fn(&Vec<Place>) -> Option<&Place>| {
        let all = made.digits.iter().filter_map(|d| of(d).map(|p| p[2]));
        all.sum::<f64>() / made.digits.len().max(1) as f64
    };
    let (first, last) = (mean(|d| d.first()), mean(|d| d.last()));
    let mut all = vec![
        Check::equals(
            "mean σ² of the ten digits at the start",
            1.0,
            first,
            0.1,
            "'close to 1'; of an untrained net",
        ),
        Check::at_most(
            "mean σ² of the ten digits after the epoch",
            0.1,
            last,
            0.05,
            "'much smaller': by an order of magnitude",
        ),
    ];
    for (j, (row, mean)) in made.end.iter().enumerate() {
        let name = format!("z{}: centre of the digits", j + 1);
        let why = "'around the origin', in units of the prior's σ; after one epoch only";
        all.push(explained(Check::equals(&name, 0.0, *mean, 0.25, why)));
        let name = format!("z{}: Var μ + E σ²", j + 1);
        let why = "'a Gaussian-like shape' of unit variance; after one epoch only";
        all.push(explained(Check::equals(&name, 1.0, row.sum(), 0.25, why)));
    }
    all
}

/// What differs, where the shape of the cloud does.
fn explained(check: Check) -> Check {
    if check.verdict == Verdict::Pass {
        return check;
    }
    check.because(
        "the paper does not say how it weighs the KL term; this is its loss as written, at γ = ½",
    )
}

fn figure(made: &Trajectories) -> FigureSpec {
    let reach = made
        .digits
        .iter()
        .flatten()
        .flat_map(|p| [p[0].abs(), p[1].abs()]);
    let reach = reach.fold(1.0, f64::max) * 1.15;
    let mut figure = crate::figures::blank("trajectories", "Ten digits in the first epoch")
        .subtitle("area of a disc: σ²; faint: early")
        .x(Axis::linear("z₁").with_range(-reach, reach))
        .y(Axis::linear("z₂").with_range(-reach, reach))
        .with_legend();
    figure.size.width = figure.size.height * 1.35;
    for (digit, places) in made.digits.iter().enumerate() {
        let colour = Colour::Key(digit);
        let points: Vec<[f64; 2]> = places.iter().map(|p| [p[0], p[1]]).collect();
        let line = Series::line(&format!("way-{digit}"), "", points, colour);
        figure.push(line.width(0.7).opacity(0.5));
        let last = places.len().saturating_sub(1);
        for (k, place) in places.iter().enumerate() {
            if k % 4 != 0 && k != last {
                continue;
            }
            let size = (26.0 * place[2].sqrt()).clamp(2.5, 40.0);
            let marker = MarkerStyle::new(Shape::Circle, true).sized(size);
            let name = if k == last {
                digit.to_string()
            } else {
                String::new()
            };
            let id = format!("digit-{digit}-{k}");
            let at = vec![[place[0], place[1]]];
            let disc = Series::markers(&id, &name, at, marker, colour);
            let late = k as f64 / last.max(1) as f64;
            figure.push(disc.opacity(0.08 + 0.82 * late.powi(2)));
        }
    }
    figure
}
