//! Active latents against β: the staircase the linear theory predicts, the one the network's own
//! thresholds make, and where the run has been.

use crate::figures::figure_named;
use crate::metrics::{Prediction, Usage};
use crate::plot::axis::ticks::format_number;
use crate::plot::{Axis, Band, FigureSpec, MarkerStyle, Provenance, Role, Rule, Series, Shape};
use crate::theory::Gamma;

/// The name of the draggable line at the present β, [`Rule::draggable()`].
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

/// Predicted and measured numbers of active latents against β; `visited` is where the run has been, oldest first.
pub fn staircase_figure(
    prediction: &Prediction,
    measured: Option<&Usage>,
    visited: &[Visit],
    provenance: &Provenance,
) -> FigureSpec {
    let (beta, latents) = (prediction.beta, prediction.problem.latents());
    let thresholds = thresholds(prediction);
    let range = horizontal_range(&thresholds[..thresholds.len().min(latents)], beta, visited);
    let most = latents.min(thresholds.len().max(1));
    let seen = visited.iter().map(|v| v.active).max().unwrap_or(0);
    let at = format!("β = {}", format_number(beta, 3));
    let mut figure = figure_named("staircase", "Active latents against β", provenance)
        .subtitle("predicted, and measured on the way")
        .x(Axis::log10("β").with_range(range.0, range.1))
        .y(Axis::linear("active latents").with_range(-0.3, most.max(seen) as f64 * 1.06 + 0.4))
        .note(format!("predicted {} at {at}", prediction.active()))
        .with_notes(visited.last().map(|now| format!("measured {}", now.active)))
        .with_legend();
    let learned = prediction.gamma == Gamma::Learned;
    if let Some(free) = prediction.collapse_free_beta.filter(|_| learned) {
        let name = format!("β < d/d* = {}: never all dead", format_number(free, 3));
        figure.push(Band::x(0.0, free, Role::Active).named(name).opacity(0.08));
    }
    let theory = steps(&thresholds, range);
    figure.push(Series::line("theory", "linear theory", theory, Role::Active).width(1.8));
    let own = own_thresholds(measured);
    if !own.is_empty() {
        let (name, points) = ("this network's own thresholds", steps(&own, range));
        figure.push(Series::line("network", name, points, Role::Foreground).dashed());
    }
    figure.push(
        Rule::x(beta, Role::Threshold)
            .label(at)
            .draggable(DRAG_BETA),
    );
    for series in visits(visited) {
        figure.push(series);
    }
    figure
}

/// The β at which each mode that a latent can reach dies, falling.
fn thresholds(prediction: &Prediction) -> Vec<f64> {
    let stairs = prediction
        .staircase()
        .map_or_else(|_| Vec::new(), |s| s.stairs);
    // Where several modes die at once the stair is as much higher.
    let mut thresholds: Vec<f64> = stairs
        .windows(2)
        .flat_map(|w| std::iter::repeat_n(w[0].to, w[0].active - w[1].active))
        .collect();
    thresholds.reverse();
    thresholds
}

/// βⱼ of each active latent of the trained network, falling. A dead one has none: its estimate is noise around β.
fn own_thresholds(measured: Option<&Usage>) -> Vec<f64> {
    let latents = measured.iter().flat_map(|usage| &usage.latents);
    let mut own: Vec<f64> = latents
        .filter(|l| l.active)
        .filter_map(|l| l.threshold_from_variance)
        .filter(|b| b.is_finite() && *b > 0.0)
        .collect();
    own.sort_by(|a, b| b.total_cmp(a));
    own
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
fn visits(visited: &[Visit]) -> Vec<Series> {
    const MODEL: Role = Role::Third;
    let group = |id: &str, name: &str, stationary: bool| {
        let chosen = visited.iter().filter(|v| v.stationary == stationary);
        let points: Vec<[f64; 2]> = chosen.clone().map(|v| [v.beta, v.active as f64]).collect();
        let word = if stationary { "settled" } else { "on the way" };
        let say = |v: &Visit| {
            let beta = format_number(v.beta, 4);
            format!("measured {} active at β = {beta}, {word}", v.active)
        };
        (!points.is_empty()).then(|| {
            let marker = MarkerStyle::new(Shape::Circle, stationary);
            Series::markers(id, name, points, marker, MODEL)
                .opacity(if stationary { 0.9 } else { 0.5 })
                .hover(chosen.map(say))
        })
    };
    let now = visited.last().map(|now| {
        let marker = MarkerStyle::new(Shape::Ring, false).sized(9.0);
        let at = vec![[now.beta, now.active as f64]];
        Series::markers("now", "", at, marker, MODEL)
    });
    [
        group("moving", "measured, on the way", false),
        group("settled", "measured, settled", true),
        now,
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Around the thresholds that can be reached, with the present β in view.
fn horizontal_range(reachable: &[f64], beta: f64, visited: &[Visit]) -> (f64, f64) {
    let seen = visited.iter().map(|v| v.beta);
    let places = reachable.iter().copied().chain([beta]).chain(seen);
    let (mut low, mut high) = (f64::INFINITY, 0.0_f64);
    let first = reachable.first().copied().unwrap_or(beta);
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
        let (low, high) = horizontal_range(&[10.0, 1.0, 1e-12], 40.0, &[]);
        assert!(low > 0.5 && high > 40.0, "{low} {high}");
    }
}
