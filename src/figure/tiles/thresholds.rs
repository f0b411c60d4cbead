//! Singular-value thresholds: which modes of the data the linear theory keeps alive, and what the
//! trained network's own latents say, on one axis.
//!
//! Mode i is active iff ζᵢ² > βγ (Wang & Ziyin 2022, theorem 2), and only the κ largest can be. A
//! latent j of a trained network has an effective threshold βⱼ; γ·βⱼ is comparable with ζᵢ².

use crate::figure::ticks::format_number;
use crate::figure::{
    Axis, Band, Colour, Dash, Direction, FigureSpec, Layer, MarkerStyle, Provenance, Role, Rule,
    Series, Shape,
};

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
    /// Where the numbers came from.
    pub provenance: &'a Provenance,
}

/// Builds the figure. Values that are not positive have no place on the log axis and are left out.
pub fn thresholds(input: &Thresholds<'_>) -> FigureSpec {
    let line = input.beta * input.gamma;
    let shown = input.spectrum.len().min((2 * input.latents).max(40));
    let above = input.spectrum.iter().filter(|&&v| v > line).count();
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
    figure.layers.extend(modes(input, shown, alive));
    figure.layers.extend(network(input));
    figure
}

/// The spectrum in two groups, told apart by shape as well as colour.
fn modes(input: &Thresholds<'_>, shown: usize, alive: usize) -> [Layer; 2] {
    let group = |id: &str, name: &str, from: usize, to: usize, shape, colour: Role| {
        let modes: Vec<usize> = (from..to).filter(|&i| input.spectrum[i] > 0.0).collect();
        let points = modes
            .iter()
            .map(|&i| [i as f64 + 1.0, input.spectrum[i]])
            .collect();
        let marker = MarkerStyle::new(shape, shape == Shape::Circle);
        let mut series = Series::markers(id, name, points, marker, colour.into());
        let gamma = input.gamma;
        series.hover = Some(
            modes
                .iter()
                .map(|&i| {
                    let zeta = input.spectrum[i];
                    format!(
                        "mode {}: ζ² = {}, dies at β = {}",
                        i + 1,
                        format_number(zeta, 4),
                        format_number(zeta / gamma, 4)
                    )
                })
                .collect(),
        );
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

/// The network's own thresholds γβⱼ, largest first, the second estimate beside the first.
fn network(input: &Thresholds<'_>) -> Vec<Layer> {
    let mut order: Vec<usize> = (0..input.effective.len()).collect();
    order.sort_by(|&a, &b| input.effective[b].total_cmp(&input.effective[a]));
    // NaN sorts first in descending total order; it has no place on the axis anyway.
    order.retain(|&j| input.effective[j].is_finite());
    let one = |id: &str, name: &str, values: &[f64], marker: MarkerStyle| {
        let placed: Vec<(usize, usize)> = order
            .iter()
            .copied()
            .enumerate()
            .filter(|&(_, j)| values.get(j).is_some_and(|v| v.is_finite()))
            .collect();
        let points = placed
            .iter()
            .map(|&(rank, j)| [rank as f64 + 1.0, input.gamma * values[j]])
            .collect();
        let mut series = Series::markers(id, name, points, marker, Role::Foreground.into());
        series.point_colours = Some(placed.iter().map(|&(_, j)| Colour::Latent(j)).collect());
        series.latents = Some(placed.iter().map(|&(_, j)| j).collect());
        series.hover = Some(
            placed
                .iter()
                .map(|&(_, j)| {
                    let beta = format_number(values[j], 4);
                    format!("latent z{j}: {name}, threshold β = {beta}")
                })
                .collect(),
        );
        Layer::Series(series)
    };
    let mut layers = Vec::new();
    if !input.effective.is_empty() {
        let marker = MarkerStyle {
            size: 6.5,
            ..MarkerStyle::new(Shape::TriangleUp, false)
        };
        layers.push(one("network", input.estimators[0], input.effective, marker));
    }
    if !input.second.is_empty() {
        let marker = MarkerStyle {
            size: 5.5,
            ..MarkerStyle::new(Shape::Dash, false)
        };
        layers.push(one("network_2", input.estimators[1], input.second, marker));
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

    fn input<'a>(spectrum: &'a [f64], provenance: &'a Provenance) -> Thresholds<'a> {
        Thresholds {
            spectrum,
            beta: 2.0,
            gamma: 0.5,
            latents: 2,
            effective: &[3.0, f64::NAN, 8.0],
            second: &[],
            estimators: ["network", ""],
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
