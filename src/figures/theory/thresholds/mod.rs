//! Singular-value thresholds: which modes of the data the linear theory keeps alive, and what the
//! trained network's own latents say, on one axis.
//!
//! Mode i is active iff ζᵢ² > βγ (Wang & Ziyin 2022, theorem 2), and only the κ largest can be. A
//! latent j of a trained network has an effective threshold βⱼ; γ·βⱼ is comparable with ζᵢ².

mod network;

use crate::plot::axis::ticks::format_number;
use crate::plot::{
    Axis, Band, Dash, Direction, FigureSpec, Layer, LineStyle, MarkerStyle, Provenance, Role, Rule,
    Series, SeriesStyle, Shape,
};
use crate::theory::active_count;

/// The name of the draggable threshold line, [`Rule::draggable`].
pub const DRAG_BETA_GAMMA: &str = "beta_gamma";

/// Everything the tile shows.
#[derive(Debug, Clone, Copy)]
pub struct Thresholds<'a> {
    /// ζᵢ², the eigenvalues of the data covariance, in descending order.
    pub spectrum: &'a [f64],
    /// β.
    pub beta: f64,
    /// γ, as read back from the run.
    pub gamma: f64,
    /// κ, the number of latents.
    pub latents: usize,
    /// βⱼ of each latent of the trained network, by latent index; empty before there is one.
    pub effective: &'a [f64],
    /// A second estimate of the same, by latent index; empty for none.
    pub second: &'a [f64],
    /// What the two estimators are called in the legend.
    pub estimators: [&'a str; 2],
    /// Number of active latents measured (Var μ > 0.01), if there is a network.
    pub measured_active: Option<usize>,
    /// Whether the run has settled, if there is one.
    pub converged: Option<bool>,
    /// E σⱼ² of the trained network, by latent index; empty for none.
    pub sigma2: &'a [f64],
    /// The modes at the optimum of the linear model, in the order of `spectrum`; empty for none.
    pub optimum: &'a [ModeAtOptimum],
    /// E‖y‖², of which each ζᵢ² is a share.
    pub total_variance: f64,
    /// With γ learned, the line βγ for every assumed number of active modes; empty with γ held.
    pub candidates: &'a [Candidate],
    /// Where the numbers came from.
    pub provenance: &'a Provenance,
}

/// One mode at the optimum of the linear model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ModeAtOptimum {
    /// λ, the decoder's singular value.
    pub lambda: f64,
    /// θ, the encoder's.
    pub theta: f64,
    /// σ² of the posterior.
    pub sigma2: f64,
}

/// The line βγ that a learned γ would give if exactly `m` modes were active, γ = Rₘ/(d − mβ).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Candidate {
    /// Assumed number of active modes.
    pub m: usize,
    /// βγ.
    pub line: f64,
    /// Whether exactly m modes lie above the line.
    pub consistent: bool,
}

/// Builds the figure. Values that are not positive have no place on the log axis and are left out.
pub fn thresholds(input: &Thresholds<'_>) -> FigureSpec {
    let line = input.beta * input.gamma;
    let shown = input.spectrum.len().min((2 * input.latents).max(40));
    let above = active_count(input.spectrum, usize::MAX, input.beta, input.gamma);
    let alive = above.min(input.latents);
    let mut figure = FigureSpec::new("thresholds", "Singular-value thresholds");
    figure.subtitle = "a mode lives while ζ² > βγ".into();
    figure.x = Axis::linear("mode index").with_range(0.2, shown.max(1) as f64 + 0.8);
    figure.y = Axis::log10("ζ²");
    figure.y.range = vertical_range(input, &input.spectrum[..shown], line);
    figure.legend = true;
    figure.provenance = input.provenance.clone();
    figure.notes = notes(input, alive);

    figure.layers.push(Layer::Band(Band {
        name: String::new(),
        from: 0.0,
        to: line,
        direction: Direction::Y,
        colour: Role::Dead.into(),
        opacity: 0.14,
    }));
    figure.layers.push(Layer::Rule(Rule {
        direction: Direction::Y,
        value: line,
        label: format!("βγ = {}", format_number(line, 3)),
        colour: Role::Threshold.into(),
        dash: Dash::Solid,
        draggable: Some(DRAG_BETA_GAMMA),
    }));
    if input.latents < above && input.latents < shown {
        figure.layers.push(Layer::Rule(Rule {
            direction: Direction::X,
            value: input.latents as f64 + 0.5,
            label: format!("κ = {}", input.latents),
            colour: Role::Muted.into(),
            dash: Dash::Dashed,
            draggable: None,
        }));
    }
    figure.layers.extend(candidates(input, shown));
    figure.layers.extend(modes(input, shown, alive));
    figure.layers.extend(network::layers(input));
    figure
}

/// The spectrum in two groups, told apart by shape as well as colour.
fn modes(input: &Thresholds<'_>, shown: usize, alive: usize) -> [Layer; 2] {
    let held: Vec<f64> = input.spectrum[..shown]
        .iter()
        .scan(0.0, |sum, v| {
            *sum += v;
            Some(*sum)
        })
        .collect();
    let group = |id: &str, name: &str, from: usize, to: usize, shape, colour: Role| {
        let modes: Vec<usize> = (from..to).filter(|&i| input.spectrum[i] > 0.0).collect();
        let points = modes
            .iter()
            .map(|&i| [i as f64 + 1.0, input.spectrum[i]])
            .collect();
        let marker = MarkerStyle::new(shape, shape == Shape::Circle);
        let mut series = Series::markers(id, name, points, marker, colour.into());
        series.hover = Some(modes.iter().map(|&i| describe(input, i, held[i])).collect());
        Layer::Series(series)
    };
    let alive = alive.min(shown);
    [
        group(
            "alive",
            "alive in theory",
            0,
            alive,
            Shape::Circle,
            Role::Alive,
        ),
        group(
            "dead",
            "dead in theory",
            alive,
            shown,
            Shape::Cross,
            Role::Dead,
        ),
    ]
}

/// Everything there is to say of mode `i`, for the pointer; `held` is Σ ζ² up to it.
fn describe(input: &Thresholds<'_>, i: usize, held: f64) -> String {
    let number = |v: f64| format_number(v, 4);
    let zeta2 = input.spectrum[i];
    let mut text = format!("mode {}: ζ² = {}", i + 1, number(zeta2));
    if input.total_variance > 0.0 {
        let percent = |v: f64| format_number(100.0 * v / input.total_variance, 3);
        text += &format!(
            "\n{} % of the variance, {} % with those before it",
            percent(zeta2),
            percent(held)
        );
    }
    if input.candidates.is_empty() {
        text += &format!("\ndies at β = {}", number(zeta2 / input.gamma));
    }
    // A dead mode's are 0, 0 and the prior's.
    if let Some(mode) = input.optimum.get(i).filter(|m| m.lambda > 0.0) {
        let [lambda, theta, sigma2] = [mode.lambda, mode.theta, mode.sigma2].map(number);
        text += &format!("\nat the optimum λ = {lambda}, θ = {theta}, σ² = {sigma2}");
    }
    text
}

/// The lines βγ of a learned γ, each between the last mode it assumes alive and the first it assumes
/// dead. Only where such a line passes between the two is it a solution.
fn candidates(input: &Thresholds<'_>, shown: usize) -> Vec<Layer> {
    let placed: Vec<&Candidate> = input
        .candidates
        .iter()
        .filter(|c| c.m <= shown && c.line.is_finite() && c.line > 0.0)
        .collect();
    if placed.is_empty() {
        return Vec::new();
    }
    let at = |c: &Candidate| [c.m as f64 + 0.5, c.line];
    let all = placed.iter().map(|c| at(c)).collect();
    let mut curve = Series::line(
        "candidates",
        "βγ if m modes lived",
        all,
        Role::Threshold.into(),
    );
    curve.opacity = 0.55;
    curve.style = SeriesStyle::Both(
        LineStyle {
            width: 1.0,
            dash: Dash::Dotted,
        },
        MarkerStyle {
            size: 3.0,
            ..MarkerStyle::new(Shape::Ring, false)
        },
    );
    let verdict = |c: &&Candidate| {
        let line = format_number(c.line, 4);
        if c.consistent {
            format!("γ learned with {} modes: βγ = {line}, self-consistent", c.m)
        } else {
            let reach = active_count(input.spectrum, input.latents, 1.0, c.line);
            format!(
                "with {} modes βγ = {line} would keep {reach} alive: no solution",
                c.m
            )
        }
    };
    curve.hover = Some(placed.iter().map(verdict).collect());
    let mut layers = vec![Layer::Series(curve)];
    if let Some(found) = placed.iter().find(|c| c.consistent) {
        let marker = MarkerStyle {
            size: 7.0,
            ..MarkerStyle::new(Shape::Diamond, true)
        };
        let mut series = Series::markers(
            "learned",
            "learned γ, in theory",
            vec![at(found)],
            marker,
            Role::Threshold.into(),
        );
        series.hover = Some(vec![verdict(found)]);
        layers.push(Layer::Series(series));
    }
    layers
}

/// From a little below the least positive value to a little above the largest. Eigenvalues that
/// are rounding noise (below 1e-6 of the first) do not stretch the axis, and neither does an
/// estimate far outside the spectrum: it is off the plot, as the network's noise should be.
fn vertical_range(input: &Thresholds<'_>, spectrum: &[f64], line: f64) -> Option<(f64, f64)> {
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
    for estimate in input.effective.iter().chain(input.second) {
        let value = estimate * input.gamma;
        if value > first * 1e-2 && value < first * 10.0 {
            include(value);
        }
    }
    (low <= high).then(|| (low / 1.35, high * 1.6))
}

fn notes(input: &Thresholds<'_>, alive: usize) -> Vec<String> {
    let mut notes = vec![format!("predicted {alive} alive")];
    if let Some(measured) = input.measured_active {
        notes.push(format!("measured {measured} of {}", input.latents));
    }
    if let Some(converged) = input.converged {
        notes.push(
            match (converged, input.measured_active) {
                // A saddle looks stationary too; theory knows that more modes can live.
                (true, Some(measured)) if measured < alive => "stationary, or still on a saddle",
                (true, _) => "stationary",
                (false, _) => "not stationary",
            }
            .into(),
        );
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::Colour;

    fn input<'a>(spectrum: &'a [f64], provenance: &'a Provenance) -> Thresholds<'a> {
        Thresholds {
            spectrum,
            beta: 2.0,
            gamma: 0.5,
            latents: 2,
            effective: &[3.0, f64::NAN, 8.0],
            second: &[],
            estimators: ["network", ""],
            sigma2: &[],
            optimum: &[],
            total_variance: 0.0,
            candidates: &[],
            measured_active: Some(1),
            converged: Some(false),
            provenance,
        }
    }

    fn series<'a>(figure: &'a FigureSpec, id: &str) -> &'a Series {
        figure
            .layers
            .iter()
            .find_map(|l| match l {
                Layer::Series(s) if s.id == id => Some(s),
                _ => None,
            })
            .expect("the series")
    }

    #[test]
    fn modes_above_the_line_live_but_never_more_than_kappa() {
        // βγ = 1: three eigenvalues are above it, one equal (dead: the condition is strict).
        let provenance = Provenance::default();
        let figure = thresholds(&input(&[9.0, 5.0, 2.0, 1.0, 0.3], &provenance));
        assert_eq!(series(&figure, "alive").points, [[1.0, 9.0], [2.0, 5.0]]);
        assert_eq!(series(&figure, "dead").points.len(), 3);
        assert!(
            figure
                .notes
                .join(" · ")
                .starts_with("predicted 2 alive · measured 1 of 2 · not")
        );
        let marks_kappa = |l: &Layer| matches!(l, Layer::Rule(r) if r.direction == Direction::X && r.value == 2.5);
        assert!(figure.layers.iter().any(marks_kappa));
    }

    #[test]
    fn the_network_is_sorted_and_keeps_its_latents() {
        let provenance = Provenance::default();
        let figure = thresholds(&input(&[9.0, 5.0], &provenance));
        let network = series(&figure, "network");
        assert_eq!(network.points, [[1.0, 4.0], [2.0, 1.5]]);
        assert_eq!(network.latents.as_deref(), Some(&[2, 0][..]));
        assert_eq!(network.colour_at(0), Colour::Latent(2));
    }

    #[test]
    fn a_long_spectrum_is_cut_and_an_empty_one_is_no_trouble() {
        let provenance = Provenance::default();
        let long: Vec<f64> = (1..=784).map(|i| 10.0 / f64::from(i)).collect();
        let figure = thresholds(&input(&long, &provenance));
        let count = series(&figure, "alive").points.len() + series(&figure, "dead").points.len();
        assert_eq!(count, 40);
        thresholds(&input(&[], &provenance));
    }
}
