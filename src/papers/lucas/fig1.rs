//! Figure 1: the likelihood of pPCA around a stationary point with two zero columns, at three σ².

use crate::config::Preprocess;
use crate::figures::ppca_surface_figure;
use crate::papers::{Check, Context, Cost, DataSet, Error, Experiment, Paper, Results};
use crate::plot::{ColourScale, FigureSpec, Provenance};
use crate::theory::PpcaSurface;

pub(in crate::papers) const EXPERIMENT: Experiment = Experiment {
    id: "lucas-fig1",
    paper: Paper::Lucas2019,
    title: "Figure 1: stationary points of pPCA at three σ²",
    claim: "The stability of the stationary points depends critically on σ²: too large to capture either principal \
            component, one of them, or neither too large.",
    data: Some(DataSet::Mnist),
    cost: Cost::new(1, 5, 300),
    make,
};

/// Components kept, from 0.
const KEPT: [usize; 3] = [0, 1, 2];
/// The two whose zero columns are pushed: the paper's 5th and 7th.
const PUSHED: (usize, usize) = (4, 6);
const SAMPLES: usize = 1000;

fn make(context: &Context<'_>) -> Result<Results, Error> {
    let data = context.load(DataSet::Mnist, SAMPLES, Preprocess::None)?;
    let spectrum = context.spectrum(&data)?;
    let l = &spectrum.eigenvalues;
    let (a, b) = (l[PUSHED.0], l[PUSHED.1]);
    // Above both eigenvalues, between them, below both.
    let cases = [
        ("σ² above both", 1.25 * a, [false, false]),
        ("σ² between them", (a * b).sqrt(), [true, false]),
        ("σ² below both", 0.4 * b, [true, true]),
    ];
    let mut outcome = Results::default();
    for (index, (name, sigma2, grows)) in cases.into_iter().enumerate() {
        context.go_on()?;
        let surface = PpcaSurface::new(l, spectrum.dim(), &KEPT, PUSHED, sigma2)?;
        outcome.figures.push(figure(index, &surface, a));
        outcome
            .checks
            .extend(checks(name, &surface, [a, b], sigma2, grows));
    }
    outcome.shrunk =
        vec!["the first 1,000 images of MNIST; the paper does not say which it took".into()];
    Ok(outcome)
}

/// Whether each column grows, from the likelihood itself a small step away, and how long it gets.
fn checks(
    name: &str,
    surface: &PpcaSurface,
    l: [f64; 2],
    sigma2: f64,
    grows: [bool; 2],
) -> Vec<Check> {
    let step = 1e-3 * sigma2.sqrt();
    let at_rest = surface.log_likelihood(0.0, 0.0);
    let moved = [
        surface.log_likelihood(step, 0.0) - at_rest,
        surface.log_likelihood(0.0, step) - at_rest,
    ];
    let word = |grows: [bool; 2]| {
        let words = grows.map(|g| if g { "grows" } else { "stays zero" });
        format!("5th {}, 7th {}", words[0], words[1])
    };
    let found = moved.map(|rise| rise > 0.0);
    let mut all = vec![Check::holds(
        name,
        &word(grows),
        found == grows,
        &word(found),
        "the sign of the likelihood's change a thousandth of σ away",
    )];
    // The best length along each axis, by search; the closed form is √(λ − σ²).
    for (axis, (number, l)) in ["5th", "7th"].into_iter().zip(l).enumerate() {
        if !grows[axis] {
            continue;
        }
        let along = |eps: f64| {
            let at = if axis == 0 { (eps, 0.0) } else { (0.0, eps) };
            surface.log_likelihood(at.0, at.1)
        };
        let best = golden(along, 0.0, 2.0 * l.sqrt());
        let name = format!("{name}: length of the {number} column");
        let expected = (l - sigma2).sqrt();
        let why = "a search of the drawn likelihood, near its flat top good to the square root of rounding";
        all.push(Check::equals_within(&name, expected, best, 1e-4, why));
    }
    all
}

/// The maximum of a function with one, by golden sections.
fn golden(f: impl Fn(f64) -> f64, mut low: f64, mut high: f64) -> f64 {
    let share = 0.5 * (5.0_f64.sqrt() - 1.0);
    for _ in 0..80 {
        let (a, b) = (high - share * (high - low), low + share * (high - low));
        if f(a) < f(b) {
            low = a;
        } else {
            high = b;
        }
    }
    0.5 * (low + high)
}

fn figure(index: usize, surface: &PpcaSurface, largest: f64) -> FigureSpec {
    let half = 1.5 * largest.sqrt();
    let none = Provenance::default();
    let mut figure = ppca_surface_figure(surface, PUSHED, half, ColourScale::Excess, &none);
    figure.id = format!("{}", index + 1);
    figure
}
