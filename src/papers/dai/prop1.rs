//! Proposition 1: with a soft-threshold decoder the collapsed point is a bad local minimum, however small α.

use crate::figures;
use crate::papers::{Check, Context, Cost, Error, Experiment, Paper, Results};
use crate::plot::{FigureSpec, Provenance};
use crate::theory::SoftThreshold;

pub(in crate::papers) const EXPERIMENT: Experiment = Experiment {
    id: "dai-prop1",
    paper: Paper::Dai2020,
    title: "Proposition 1: a soft threshold makes collapse a local minimum",
    claim: "For any α > 0 there are data for which a global minimum reconstructs perfectly, and yet the collapsed solution \
            is a bad local minimum; with an affine decoder it is a harmless saddle.",
    data: None,
    cost: Cost::new(1, 2, 100),
    make,
};

const ZETA2: f64 = 1.0;
const GAMMA: f64 = 0.05;
/// α/ζ.
const ALPHAS: [f64; 4] = [0.0, 0.01, 0.1, 0.4];

fn make(context: &Context<'_>) -> Result<Results, Error> {
    let mut outcome = Results::default();
    for (index, alpha) in ALPHAS.into_iter().enumerate() {
        context.go_on()?;
        let model = SoftThreshold::new(ZETA2, alpha, 1.0, GAMMA, 1.0)?;
        outcome.checks.push(local(&model, alpha));
        if let Some(good) = model.good_minimum() {
            let name = format!("α = {alpha} ζ: a better minimum lies elsewhere");
            let collapsed = model.loss(0.0, 0.0, 1.0);
            let values = [("good minimum", good.loss), ("collapsed", collapsed)];
            outcome
                .checks
                .push(Check::ordered(&name, &values, 0.0, "energies in nats"));
            let error = model.error(good.w, good.mu, good.sigma) / ZETA2;
            let name = format!("α = {alpha} ζ: and reconstructs");
            let why = "share of ζ² left; βγ/ζ² = 0.05 remains in the linear model, the price of a finite γ";
            outcome
                .checks
                .push(Check::at_most(&name, 0.05, error, 0.01, why));
        } else {
            let name = format!("α = {alpha} ζ: a better minimum lies elsewhere");
            outcome
                .checks
                .push(Check::holds(&name, "yes", false, "none found", ""));
        }
        outcome.figures.push(figure(index, &model)?);
    }
    Ok(outcome)
}

/// Whether the collapsed point is a local minimum, by looking around it in every direction of (W, μ, log σ).
fn local(model: &SoftThreshold, alpha: f64) -> Check {
    let here = model.loss(0.0, 0.0, 1.0);
    // Far enough for the quadratic terms to be seen in f64, near enough for α = 0.01 to hold its own.
    let radius: f64 = 1e-3;
    let lowest = (0..40)
        .flat_map(|i| (0..20).map(move |k| (i, k)))
        .map(|(i, k)| {
            let turn = std::f64::consts::TAU * f64::from(i) / 40.0;
            let lift =
                std::f64::consts::PI * (f64::from(k) + 0.5) / 20.0 - std::f64::consts::FRAC_PI_2;
            let (w, mu) = (
                radius * lift.cos() * turn.cos(),
                radius * lift.cos() * turn.sin(),
            );
            let log_sigma = radius * lift.sin();
            model.loss(w, mu, log_sigma.exp()) - here
        })
        .fold(f64::INFINITY, f64::min);
    let minimum = lowest > -1e-12;
    let word = |minimum| {
        if minimum {
            "a local minimum"
        } else {
            "a saddle"
        }
    };
    Check::holds(
        &format!("α = {alpha} ζ: the collapsed point"),
        word(alpha > 0.0),
        minimum == (alpha > 0.0),
        word(minimum),
        "the least of 800 directions a thousandth away",
    )
}

fn figure(index: usize, model: &SoftThreshold) -> Result<FigureSpec, Error> {
    let mut figure = figures::soft_surface_figure(0, model, 96, None, &Provenance::default())?;
    figure.id = format!("{}", index + 1);
    Ok(figure)
}
