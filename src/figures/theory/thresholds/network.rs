//! The trained network's own thresholds γβⱼ, largest first, by both estimators.

use super::Thresholds;
use crate::plot::axis::ticks::format_number;
use crate::plot::{Colour, Dash, Layer, LineStyle, MarkerStyle, Role, Series, SeriesStyle, Shape};

/// Latent indices by falling threshold; a latent without one has no place on the axis.
fn order(input: &Thresholds<'_>) -> Vec<usize> {
    let mut order: Vec<usize> = (0..input.effective.len())
        .filter(|&j| input.effective[j].is_finite())
        .collect();
    order.sort_by(|&a, &b| input.effective[b].total_cmp(&input.effective[a]));
    order
}

/// The estimates, the second beside the first, and a line between the two where they disagree.
pub(crate) fn layers(input: &Thresholds<'_>) -> Vec<Layer> {
    let order = order(input);
    let second = |j: usize| input.second.get(j).copied().filter(|v| v.is_finite());
    let mut layers = Vec::new();
    let gaps: Vec<[f64; 2]> = order
        .iter()
        .enumerate()
        .filter_map(|(rank, &j)| Some((rank as f64 + 1.0, j, second(j)?)))
        .flat_map(|(x, j, other)| {
            let ends = [input.effective[j], other].map(|beta| [x, input.gamma * beta]);
            [ends[0], ends[1], [f64::NAN; 2]]
        })
        .collect();
    if !gaps.is_empty() {
        let mut line = Series::line("disagreement", "", gaps, Role::Muted.into());
        line.style = SeriesStyle::Line(LineStyle {
            width: 1.0,
            dash: Dash::Solid,
        });
        line.opacity = 0.7;
        layers.push(Layer::Series(line));
    }
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
        series.hover = Some(placed.iter().map(|&(_, j)| describe(input, j)).collect());
        Layer::Series(series)
    };
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

/// Everything there is to say of latent `j`, for the pointer.
fn describe(input: &Thresholds<'_>, j: usize) -> String {
    let number = |v: f64| format_number(v, 4);
    let first = input.effective[j];
    let mut text = format!("latent z{j}");
    if let Some(sigma2) = input.sigma2.get(j) {
        text += &format!(": E σ² = {}", number(*sigma2));
    }
    text += &format!("\nthreshold β = {} from its variance", number(first));
    match input.second.get(j).filter(|v| v.is_finite()) {
        Some(&second) => {
            let apart = 100.0 * (second - first).abs() / first;
            text += &format!(
                "\nthreshold β = {} from its gain ({} % apart)",
                number(second),
                format_number(apart, 2)
            );
        }
        None => text += "\nno estimate from its gain yet",
    }
    text
}
