//! How much of the data's variance the leading modes hold, and how much of it the living ones do.

use std::ops::Range;

use crate::figures::figure_named;
use crate::metrics::Prediction;
use crate::plot::axis::ticks::format_number;
use crate::plot::{Axis, FigureSpec, MarkerStyle, Provenance, Role, Rule, Series, Shape};
use crate::theory::variance_shares;

/// The variance that the leading modes hold; `error` is E‖y − D(z)‖² measured, if there is a network that reconstructs.
pub fn variance_figure(
    prediction: &Prediction,
    error: Option<f64>,
    provenance: &Provenance,
) -> FigureSpec {
    let percent: Vec<[f64; 2]> = variance_shares(&prediction.problem)
        .iter()
        .map(|s| [100.0 * s.share, 100.0 * s.cumulative])
        .collect();
    let total = prediction.problem.total_variance();
    let latents = prediction.problem.latents();
    drawn(
        &percent,
        total,
        (prediction.active(), latents),
        error,
        provenance,
    )
}

/// `percent` are each mode's share of the variance and the running total, the largest mode first.
fn drawn(
    percent: &[[f64; 2]],
    total: f64,
    (alive, latents): (usize, usize),
    error: Option<f64>,
    provenance: &Provenance,
) -> FigureSpec {
    let total = total.max(f64::MIN_POSITIVE);
    let needed = |share: f64| percent.partition_point(|s| s[1] < share) + 1;
    // To where almost everything is held, and at least twice the latents.
    let shown = needed(99.0).max(2 * latents).min(percent.len()).max(1);
    let end = shown.min(percent.len());
    let held = |modes: usize| modes.checked_sub(1).map_or(0.0, |last| percent[last][1]);
    let alive = alive.min(percent.len());
    let counts = [90.0, 95.0, 99.0].into_iter();
    let counts = counts.map(|share| (share, needed(share)));
    let known = counts.filter(|(_, needed)| *needed <= percent.len());
    let mut figure = figure_named("variance", "Cumulative variance", provenance)
        .subtitle("held by the leading modes")
        .x(Axis::linear("modes").with_range(0.0, shown as f64 + 0.8))
        .y(Axis::linear("variance held")
            .with_unit("%")
            .with_range(0.0, 104.0))
        .with_legend()
        .note(format!(
            "{alive} living modes hold {} %",
            format_number(held(alive), 3)
        ))
        .with_notes(known.map(|(share, needed)| format!("{share} % needs {needed}")));
    if latents <= shown {
        let rule = Rule::x(latents as f64, Role::Muted);
        figure.push(rule.label(format!("κ = {latents}")).dashed());
    }
    if let Some(error) = error.filter(|e| e.is_finite() && *e < total) {
        let rule = Rule::y(100.0 * (1.0 - error / total), Role::First);
        figure.push(rule.label("explained by this network").dotted());
    }
    let line = (0..=end).map(|m| [m as f64, held(m)]).collect();
    figure.push(Series::line("cumulative", "", line, Role::Muted).width(1.0));
    let group = |id: &str, name: &str, modes: Range<usize>, shape, colour: Role| {
        let points = modes
            .clone()
            .map(|i| [i as f64 + 1.0, percent[i][1]])
            .collect();
        let marker = MarkerStyle::new(shape, shape == Shape::Circle);
        let text = |i: usize| {
            let [alone, together] = percent[i].map(|share| format_number(share, 3));
            let mode = i + 1;
            format!("modes 1 to {mode}: {together} %\nmode {mode} alone: {alone} %")
        };
        Series::markers(id, name, points, marker, colour).hover(modes.map(text))
    };
    let alive = alive.min(end);
    let (circle, cross) = (Shape::Circle, Shape::Cross);
    figure
        .with(group(
            "alive",
            "alive in theory",
            0..alive,
            circle,
            Role::Active,
        ))
        .with(group(
            "dead",
            "dead in theory",
            alive..end,
            cross,
            Role::Inactive,
        ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::{Direction, Layer};

    #[test]
    fn shares_are_of_the_whole_variance_and_the_counts_are_the_first_to_reach_it() {
        let percent = [[80.0, 80.0], [12.0, 92.0], [4.0, 96.0], [4.0, 100.0]];
        let figure = drawn(&percent, 100.0, (2, 2), Some(25.0), &Provenance::default());
        let notes = figure.notes.join(" · ");
        assert!(notes.contains("2 living modes hold 92.0 %"), "{notes}");
        assert!(
            notes.contains("90 % needs 2") && notes.contains("95 % needs 3"),
            "{notes}"
        );
        let explained = figure.layers.iter().find_map(|l| match l {
            Layer::Rule(rule) if rule.direction == Direction::Y => Some(rule.value),
            _ => None,
        });
        assert_eq!(explained, Some(75.0));
    }

    #[test]
    fn data_without_variance_make_a_figure_all_the_same() {
        let figure = drawn(&[[0.0, 0.0]; 2], 0.0, (0, 4), None, &Provenance::default());
        assert!(
            figure.notes[0].contains("0 living modes hold 0"),
            "{:?}",
            figure.notes
        );
    }
}
