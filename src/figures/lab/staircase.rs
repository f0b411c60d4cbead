//! Active latents against β: the staircase the linear theory predicts, the one the network's own
//! thresholds make, and where the run has been.

use crate::plot::axis::ticks::format_number;
use crate::plot::{
    Axis, Band, Colour, Dash, Direction, FigureSpec, Layer, LineStyle, MarkerStyle, Provenance,
    Role, Rule, Series, SeriesStyle, Shape,
};

/// The name of the draggable line at the present β, [`Rule::draggable`].
pub const DRAG_BETA: &str = "beta";

/// A place the run has been.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Visit {
    /// β.
    pub beta: f64,
    /// Active latents measured there.
    pub active: usize,
    /// Whether the run had settled.
    pub stationary: bool,
}

/// Everything the tile shows.
#[derive(Debug, Clone, Copy)]
pub struct Staircase<'a> {
    /// The β at which each mode that a latent can reach dies, in descending order.
    pub thresholds: &'a [f64],
    /// κ, the number of latents.
    pub latents: usize,
    /// β.
    pub beta: f64,
    /// The predicted count at this β.
    pub predicted: usize,
    /// βⱼ of each active latent of the trained network, in any order; NaN for none.
    pub network: &'a [f64],
    /// Where the run has been, oldest first; the last is where it is.
    pub visited: &'a [Visit],
    /// With γ learned, the β below which no data set collapses completely, d/d*.
    pub collapse_free: Option<f64>,
    /// Where the numbers came from.
    pub provenance: &'a Provenance,
}

/// Builds the figure.
pub fn staircase(input: &Staircase<'_>) -> FigureSpec {
    let mut figure = FigureSpec::new("staircase", "Active latents against β");
    figure.subtitle = "predicted, and measured on the way".into();
    let range = horizontal_range(input);
    figure.x = Axis::log10("β").with_range(range.0, range.1);
    let most = input.latents.min(input.thresholds.len().max(1));
    let seen = input.visited.iter().map(|v| v.active).max().unwrap_or(0);
    figure.y = Axis::linear("active latents").with_range(-0.3, most.max(seen) as f64 * 1.06 + 0.4);
    figure.legend = true;
    figure.provenance = input.provenance.clone();
    figure.notes = notes(input);
    if let Some(beta) = input.collapse_free {
        figure.layers.push(Layer::Band(Band {
            name: format!("β < d/d* = {}: never all dead", format_number(beta, 3)),
            from: 0.0,
            to: beta,
            direction: Direction::X,
            colour: Role::Alive.into(),
            opacity: 0.08,
        }));
    }
    let line = |id: &str, name: &str, thresholds: &[f64], style: LineStyle, colour: Role| {
        let mut series = Series::line(id, name, steps(thresholds, range), colour.into());
        series.style = SeriesStyle::Line(style);
        Layer::Series(series)
    };
    let solid = LineStyle {
        width: 1.8,
        dash: Dash::Solid,
    };
    figure.layers.push(line(
        "theory",
        "linear theory",
        input.thresholds,
        solid,
        Role::Alive,
    ));
    let mut own: Vec<f64> = input
        .network
        .iter()
        .copied()
        .filter(|b| b.is_finite() && *b > 0.0)
        .collect();
    own.sort_by(|a, b| b.total_cmp(a));
    if !own.is_empty() {
        let dashed = LineStyle {
            width: 1.2,
            dash: Dash::Dashed,
        };
        let name = "this network's own thresholds";
        figure
            .layers
            .push(line("network", name, &own, dashed, Role::Foreground));
    }
    figure.layers.push(Layer::Rule(Rule {
        direction: Direction::X,
        value: input.beta,
        label: format!("β = {}", format_number(input.beta, 3)),
        colour: Role::Threshold.into(),
        dash: Dash::Solid,
        draggable: Some(DRAG_BETA),
    }));
    figure.layers.extend(visits(input));
    figure
}

/// The corners of the number of `thresholds` (descending) above β, over a range of β.
fn steps(thresholds: &[f64], (from, to): (f64, f64)) -> Vec<[f64; 2]> {
    let mut points = vec![[
        from,
        thresholds.iter().filter(|t| **t > from).count() as f64,
    ]];
    for (i, &at) in thresholds.iter().enumerate().rev() {
        if at > from && at < to {
            points.push([at, i as f64 + 1.0]);
            points.push([at, i as f64]);
        }
    }
    points.push([to, thresholds.iter().filter(|t| **t > to).count() as f64]);
    points
}

/// Where the run has been: settled places filled, others hollow, the present one large.
fn visits(input: &Staircase<'_>) -> Vec<Layer> {
    const MODEL: Colour = Colour::Role(Role::Gamma);
    let group = |id: &str, name: &str, stationary: bool| {
        let chosen: Vec<&Visit> = input
            .visited
            .iter()
            .filter(|v| v.stationary == stationary)
            .collect();
        let points = chosen.iter().map(|v| [v.beta, v.active as f64]).collect();
        let marker = MarkerStyle {
            size: 4.5,
            ..MarkerStyle::new(Shape::Circle, stationary)
        };
        let mut series = Series::markers(id, name, points, marker, MODEL);
        series.opacity = if stationary { 0.9 } else { 0.5 };
        let word = if stationary { "settled" } else { "on the way" };
        let say = |v: &&Visit| {
            let beta = format_number(v.beta, 4);
            format!("measured {} active at β = {beta}, {word}", v.active)
        };
        series.hover = Some(chosen.iter().map(say).collect());
        (!chosen.is_empty()).then_some(Layer::Series(series))
    };
    let mut layers: Vec<Layer> = [
        group("moving", "measured, on the way", false),
        group("settled", "measured, settled", true),
    ]
    .into_iter()
    .flatten()
    .collect();
    if let Some(now) = input.visited.last() {
        let marker = MarkerStyle {
            size: 9.0,
            ..MarkerStyle::new(Shape::Ring, false)
        };
        let at = vec![[now.beta, now.active as f64]];
        let series = Series::markers("now", "", at, marker, MODEL);
        layers.push(Layer::Series(series));
    }
    layers
}

/// Around the thresholds that can be reached, with the present β in view.
fn horizontal_range(input: &Staircase<'_>) -> (f64, f64) {
    let places = input
        .thresholds
        .iter()
        .take(input.latents)
        .copied()
        .chain([input.beta])
        .chain(input.visited.iter().map(|v| v.beta));
    let (mut low, mut high) = (f64::INFINITY, 0.0_f64);
    let first = input.thresholds.first().copied().unwrap_or(input.beta);
    // Thresholds that are an eigensolver's rounding do not stretch the axis.
    for beta in places.filter(|b| b.is_finite() && *b > first * 1e-6) {
        low = low.min(beta);
        high = high.max(beta);
    }
    if low > high {
        return (0.1, 10.0);
    }
    (low / 1.6, high * 1.6)
}

fn notes(input: &Staircase<'_>) -> Vec<String> {
    let mut notes = vec![format!(
        "predicted {} at β = {}",
        input.predicted,
        format_number(input.beta, 3)
    )];
    if let Some(now) = input.visited.last() {
        notes.push(format!("measured {}", now.active));
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_staircase_falls_by_one_at_each_threshold() {
        let points = steps(&[8.0, 4.0, 2.0], (1.0, 16.0));
        let expected = [
            [1.0, 3.0],
            [2.0, 3.0],
            [2.0, 2.0],
            [4.0, 2.0],
            [4.0, 1.0],
            [8.0, 1.0],
            [8.0, 0.0],
            [16.0, 0.0],
        ];
        assert_eq!(points, expected);
        // What lies outside the range is counted, not drawn.
        assert_eq!(
            steps(&[8.0, 4.0, 0.5], (1.0, 6.0)),
            [[1.0, 2.0], [4.0, 2.0], [4.0, 1.0], [6.0, 1.0]]
        );
    }

    #[test]
    fn rounding_does_not_stretch_the_axis_and_the_present_beta_is_in_view() {
        let provenance = Provenance::default();
        let input = Staircase {
            thresholds: &[10.0, 1.0, 1e-12],
            latents: 3,
            beta: 40.0,
            predicted: 0,
            network: &[],
            visited: &[],
            collapse_free: None,
            provenance: &provenance,
        };
        let (low, high) = horizontal_range(&input);
        assert!(low > 0.5 && high > 40.0, "{low} {high}");
    }
}
