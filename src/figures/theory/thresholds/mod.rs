//! Singular-value thresholds: which modes of the data the linear theory keeps alive, and what the
//! trained network's own latents say, on one axis.
//!
//! Mode i is active iff ζᵢ² > βγ (Wang & Ziyin 2022, theorem 2), and only the κ largest can be. A
//! latent j of a trained network has an effective threshold βⱼ; γ·βⱼ is comparable with ζᵢ².

mod network;

use crate::figures::figure_named;
use crate::metrics::{Prediction, Usage};
use crate::plot::axis::ticks::format_number;
use crate::plot::{Axis, Band, FigureSpec, MarkerStyle, Provenance, Role, Rule, Series, Shape};
use crate::theory::{Gamma, GammaSolution, active_count, self_consistency};

/// The name of the draggable threshold line, [`Rule::draggable()`].
pub const DRAG_BETA_GAMMA: &str = "beta_gamma";

/// What the figure is made of.
struct Shown<'a> {
    prediction: &'a Prediction,
    /// ζᵢ², falling.
    spectrum: &'a [f64],
    /// γ in force.
    gamma: f64,
    /// κ.
    latents: usize,
    measured: Option<&'a Usage>,
}

/// The spectrum, the line βγ, and the net's own thresholds. `gamma` is the value in force.
///
/// For a target that is not the input the spectrum is that of the target's explainable part. Values that are not
/// positive have no place on the log axis and are left out.
pub fn thresholds_figure(
    prediction: &Prediction,
    gamma: f64,
    measured: Option<&Usage>,
    converged: Option<bool>,
    provenance: &Provenance,
) -> FigureSpec {
    let spectrum = prediction.problem.eigenvalues();
    let latents = prediction.problem.latents();
    let input = Shown {
        prediction,
        spectrum,
        gamma,
        latents,
        measured,
    };
    let line = prediction.beta * gamma;
    let shown = spectrum.len().min((2 * latents).max(40));
    let above = active_count(spectrum, usize::MAX, prediction.beta, gamma);
    let alive = above.min(latents);
    let mut figure = figure_named("thresholds", "Singular-value thresholds", provenance)
        .subtitle("a mode lives while ζ² > βγ")
        .x(Axis::linear("mode index").with_range(0.2, shown.max(1) as f64 + 0.8))
        .y(Axis {
            range: vertical_range(&input, &spectrum[..shown], line),
            ..Axis::log10("ζ²")
        })
        .with_legend()
        .with_notes(notes(&input, alive, converged))
        .with(Band::y(0.0, line, Role::Inactive).opacity(0.14))
        .with(
            Rule::y(line, Role::Threshold)
                .label(format!("βγ = {}", format_number(line, 3)))
                .draggable(DRAG_BETA_GAMMA),
        );
    if latents < above && latents < shown {
        let rule = Rule::x(latents as f64 + 0.5, Role::Muted);
        figure.push(rule.label(format!("κ = {latents}")).dashed());
    }
    let solutions = solutions(prediction);
    let layers = candidates(&input, &solutions, shown).into_iter();
    let modes = modes(&input, !solutions.is_empty(), shown, alive);
    for series in layers.chain(modes).chain(network::series(&input)) {
        figure.push(series);
    }
    if let Some(share) = prediction.explained {
        figure.subtitle = "ζ² of what x explains of the target; a mode lives while ζ² > βγ".into();
        let percent = format_number(100.0 * share, 3);
        let note = format!("x explains {percent} % of the target's variance");
        figure.notes.push(note);
    }
    figure
}

/// With γ learned, the value it would take with every assumed number of active modes.
fn solutions(prediction: &Prediction) -> Vec<GammaSolution> {
    if prediction.gamma != Gamma::Learned {
        return Vec::new();
    }
    self_consistency(&prediction.problem, prediction.beta, None, 2)
        .map_or_else(|_| Vec::new(), |found| found.solutions)
}

/// The spectrum in two groups, told apart by shape as well as colour.
fn modes(input: &Shown<'_>, learned: bool, shown: usize, alive: usize) -> [Series; 2] {
    let held: Vec<f64> = input.spectrum[..shown]
        .iter()
        .scan(0.0, |sum, v| {
            *sum += v;
            Some(*sum)
        })
        .collect();
    let group = |id: &str, name: &str, from: usize, to: usize, shape, colour: Role| {
        let modes = (from..to).filter(|&i| input.spectrum[i] > 0.0);
        let points = modes.clone().map(|i| [i as f64 + 1.0, input.spectrum[i]]);
        let marker = MarkerStyle::new(shape, shape == Shape::Circle);
        let series = Series::markers(id, name, points.collect(), marker, colour);
        series.hover(modes.map(|i| describe(input, learned, i, held[i])))
    };
    let alive = alive.min(shown);
    let (circle, cross) = (Shape::Circle, Shape::Cross);
    [
        group("alive", "alive in theory", 0, alive, circle, Role::Active),
        group(
            "dead",
            "dead in theory",
            alive,
            shown,
            cross,
            Role::Inactive,
        ),
    ]
}

/// Everything there is to say of mode `i`, for the pointer; `held` is Σ ζ² up to it.
fn describe(input: &Shown<'_>, learned: bool, i: usize, held: f64) -> String {
    let number = |v: f64| format_number(v, 4);
    let zeta2 = input.spectrum[i];
    let total = input.prediction.problem.total_variance();
    let mut text = format!("mode {}: ζ² = {}", i + 1, number(zeta2));
    if total > 0.0 {
        let percent = |v: f64| format_number(100.0 * v / total, 3);
        text += &format!(
            "\n{} % of the variance, {} % with those before it",
            percent(zeta2),
            percent(held)
        );
    }
    if !learned {
        text += &format!("\ndies at β = {}", number(zeta2 / input.gamma));
    }
    let optimum = input.prediction.optimum.as_ref().ok();
    let mode = optimum.and_then(|o| o.modes.get(i));
    // A dead mode's are 0, 0 and the prior's.
    if let Some(mode) = mode.filter(|m| m.lambda > 0.0) {
        let all = [mode.lambda, mode.theta, mode.sigma * mode.sigma];
        let [lambda, theta, sigma2] = all.map(number);
        text += &format!("\nat the optimum λ = {lambda}, θ = {theta}, σ² = {sigma2}");
    }
    text
}

/// The lines βγ of a learned γ, each between the last mode it assumes alive and the first it assumes
/// dead. Only where such a line passes between the two is it a solution.
fn candidates(input: &Shown<'_>, solutions: &[GammaSolution], shown: usize) -> Vec<Series> {
    let line = |s: &GammaSolution| input.prediction.beta * s.gamma;
    let placed: Vec<&GammaSolution> = solutions
        .iter()
        .filter(|s| s.m <= shown && line(s).is_finite() && line(s) > 0.0)
        .collect();
    if placed.is_empty() {
        return Vec::new();
    }
    let at = |s: &GammaSolution| [s.m as f64 + 0.5, line(s)];
    let verdict = |s: &GammaSolution| {
        let (m, text) = (s.m, format_number(line(s), 4));
        if s.valid {
            format!("γ learned with {m} modes: βγ = {text}, self-consistent")
        } else {
            let reach = active_count(input.spectrum, input.latents, 1.0, line(s));
            format!("with {m} modes βγ = {text} would keep {reach} alive: no solution")
        }
    };
    let all = placed.iter().map(|s| at(s)).collect();
    let curve = Series::line("candidates", "βγ if m modes lived", all, Role::Threshold)
        .width(1.0)
        .dotted()
        .with_markers(MarkerStyle::new(Shape::Ring, false).sized(3.0))
        .opacity(0.55)
        .hover(placed.iter().map(|s| verdict(s)));
    let found = placed.iter().find(|s| s.valid).map(|found| {
        let marker = MarkerStyle::new(Shape::Diamond, true).sized(7.0);
        let (name, at) = ("learned γ, in theory", vec![at(found)]);
        Series::markers("learned", name, at, marker, Role::Threshold).hover([verdict(found)])
    });
    std::iter::once(curve).chain(found).collect()
}

/// From a little below the least positive value to a little above the largest. Eigenvalues that
/// are rounding noise (below 1e-6 of the first) do not stretch the axis, and neither does an
/// estimate far outside the spectrum: it is off the plot, as the network's noise should be.
fn vertical_range(input: &Shown<'_>, spectrum: &[f64], line: f64) -> Option<(f64, f64)> {
    let first = spectrum.first().copied().unwrap_or(0.0);
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    let mut include = |v: f64| {
        if v.is_finite() && v > 0.0 {
            low = low.min(v);
            high = high.max(v);
        }
    };
    spectrum
        .iter()
        .copied()
        .filter(|v| *v > first * 1e-6)
        .for_each(&mut include);
    include(line);
    for estimate in network::estimates(input) {
        let value = estimate * input.gamma;
        if value > first * 1e-2 && value < first * 10.0 {
            include(value);
        }
    }
    (low <= high).then(|| (low / 1.35, high * 1.6))
}

fn notes(input: &Shown<'_>, alive: usize, converged: Option<bool>) -> Vec<String> {
    let uncovered = input.prediction.coverage.uncovered();
    let mut notes = vec![if let Some(limit) = uncovered {
        limit.sentence()
    } else {
        format!("predicted {alive} alive")
    }];
    let sane = input.measured.filter(|u| !u.sanity.is_exploded());
    let measured = sane.map(|u| u.active);
    notes.extend(measured.map(|active| format!("measured {active} of {}", input.latents)));
    notes.extend(converged.map(|converged| {
        let word = match (converged, measured) {
            // A saddle looks stationary too; theory knows that more modes can live.
            (true, Some(measured)) if measured < alive => "stationary, or still on a saddle",
            (true, _) => "stationary",
            (false, _) => "not stationary",
        };
        word.to_owned()
    }));
    notes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Coverage;
    use crate::plot::{Colour, Direction, Layer};
    use crate::theory::{LinearProblem, optimum};
    use crate::train::{Evaluation, LatentStatistics};

    /// β = 2, γ = 1/2, κ = 2.
    fn prediction(spectrum: &[f64]) -> Prediction {
        let total = spectrum.iter().sum();
        let dim = spectrum.len().max(1);
        let problem = LinearProblem::new(spectrum.to_vec(), total, dim, 2, 1.0).expect("a problem");
        let gamma = Gamma::Fixed(0.5);
        Prediction {
            optimum: optimum(&problem, 2.0, gamma),
            problem,
            beta: 2.0,
            gamma,
            explained: None,
            collapse_free_beta: None,
            coverage: Coverage::Exact,
        }
    }

    /// Of three latents the middle one is dead; β/E σ² is 3 and 8 for the others.
    fn measured() -> Usage {
        let latent = |mean_sigma2: f64, var_mu: f64| LatentStatistics {
            mean_sigma2,
            var_mu,
            ..LatentStatistics::default()
        };
        Usage::new(&Evaluation {
            beta: 2.0,
            gamma: 0.5,
            latents: vec![latent(2.0 / 3.0, 0.3), latent(0.9, 0.0), latent(0.25, 0.7)],
            ..Evaluation::default()
        })
    }

    fn figure(spectrum: &[f64]) -> FigureSpec {
        let none = Provenance::default();
        let usage = measured();
        thresholds_figure(&prediction(spectrum), 0.5, Some(&usage), Some(false), &none)
    }

    #[test]
    fn modes_above_the_line_live_but_never_more_than_kappa() {
        // βγ = 1: three eigenvalues are above it, one equal (dead: the condition is strict).
        let figure = figure(&[9.0, 5.0, 2.0, 1.0, 0.3]);
        let points = |id: &str| &figure.series_of(id).expect(id).points;
        assert_eq!(*points("alive"), [[1.0, 9.0], [2.0, 5.0]]);
        assert_eq!(points("dead").len(), 3);
        assert!(
            figure
                .notes
                .join(" · ")
                .starts_with("predicted 2 alive · measured 2 of 2 · not")
        );
        let marks_kappa = |l: &Layer| matches!(l, Layer::Rule(r) if r.direction == Direction::X && r.value == 2.5);
        assert!(figure.layers.iter().any(marks_kappa));
    }

    #[test]
    fn the_network_is_sorted_and_keeps_its_latents() {
        let figure = figure(&[9.0, 5.0]);
        let network = figure.series_of("network").expect("thresholds");
        assert_eq!(network.points.len(), 2);
        for (point, expected) in network.points.iter().zip([[1.0, 4.0], [2.0, 1.5]]) {
            assert!(point[0] == expected[0] && (point[1] - expected[1]).abs() < 1e-12);
        }
        assert_eq!(network.keys.as_deref(), Some(&[2, 0][..]));
        assert_eq!(network.colour_at(0), Colour::Key(2));
    }

    #[test]
    fn a_long_spectrum_is_cut() {
        let long: Vec<f64> = (1..=784).map(|i| 10.0 / f64::from(i)).collect();
        let figure = figure(&long);
        let count = |id: &str| figure.series_of(id).expect(id).points.len();
        assert_eq!(count("alive") + count("dead"), 40);
    }
}
