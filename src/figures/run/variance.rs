//! How much of the data's variance the leading modes hold, and how much of it the living ones do.

use crate::plot::axis::ticks::format_number;
use crate::plot::{
    Axis, Dash, Direction, FigureSpec, Layer, LineStyle, MarkerStyle, Provenance, Role, Rule,
    Series, SeriesStyle, Shape,
};

/// Everything the tile shows.
#[derive(Debug, Clone, Copy)]
pub struct Variance<'a> {
    /// Each mode's share of the variance and the running total, 0 to 1, the largest mode first.
    pub shares: &'a [[f64; 2]],
    /// E‖y‖².
    pub total: f64,
    /// Modes alive in theory.
    pub alive: usize,
    /// κ, the number of latents.
    pub latents: usize,
    /// E‖y − D(z)‖² measured, if there is a network that reconstructs.
    pub error: Option<f64>,
    /// Where the numbers came from.
    pub provenance: &'a Provenance,
}

/// Builds the figure.
pub fn variance(input: &Variance<'_>) -> FigureSpec {
    let total = input.total.max(f64::MIN_POSITIVE);
    let shares: Vec<f64> = input.shares.iter().map(|s| 100.0 * s[1]).collect();
    // To where almost everything is held, and at least twice the latents.
    let full = shares.partition_point(|s| *s < 99.0) + 1;
    let shown = full.max(2 * input.latents).min(shares.len()).max(1);
    let share = |m: usize| {
        m.checked_sub(1)
            .map_or(0.0, |i| shares[i.min(shares.len() - 1)])
    };
    let alive = input.alive.min(shares.len());

    let mut figure = FigureSpec::new("variance", "Cumulative variance");
    figure.subtitle = "held by the leading modes".into();
    figure.x = Axis::linear("modes").with_range(0.0, shown as f64 + 0.8);
    figure.y = Axis::linear("variance held")
        .with_unit("%")
        .with_range(0.0, 104.0);
    figure.legend = true;
    figure.provenance = input.provenance.clone();
    figure.notes = vec![format!(
        "{} living modes hold {} %",
        alive,
        format_number(share(alive), 3)
    )];
    for percent in [90.0, 95.0, 99.0] {
        let needed = shares.partition_point(|s| *s < percent) + 1;
        if needed <= shares.len() {
            figure.notes.push(format!("{percent} % needs {needed}"));
        }
    }
    if input.latents <= shown {
        figure.layers.push(Layer::Rule(Rule {
            direction: Direction::X,
            value: input.latents as f64,
            label: format!("κ = {}", input.latents),
            colour: Role::Muted.into(),
            dash: Dash::Dashed,
            draggable: None,
        }));
    }
    if let Some(error) = input.error.filter(|e| e.is_finite() && *e < total) {
        figure.layers.push(Layer::Rule(Rule {
            direction: Direction::Y,
            value: 100.0 * (1.0 - error / total),
            label: "explained by this network".into(),
            colour: Role::Reconstruction.into(),
            dash: Dash::Dotted,
            draggable: None,
        }));
    }
    let mut line = Series::line(
        "cumulative",
        "",
        std::iter::once([0.0, 0.0])
            .chain((1..=shown.min(shares.len())).map(|m| [m as f64, share(m)]))
            .collect(),
        Role::Muted.into(),
    );
    line.style = SeriesStyle::Line(LineStyle {
        width: 1.0,
        dash: Dash::Solid,
    });
    figure.layers.push(Layer::Series(line));
    let group = |id: &str, name: &str, range: std::ops::Range<usize>, shape, colour: Role| {
        let points = range.clone().map(|i| [i as f64 + 1.0, shares[i]]).collect();
        let marker = MarkerStyle::new(shape, shape == Shape::Circle);
        let mut series = Series::markers(id, name, points, marker, colour.into());
        series.hover = Some(
            range
                .map(|i| {
                    format!(
                        "modes 1 to {}: {} %\nmode {} alone: {} %",
                        i + 1,
                        format_number(shares[i], 3),
                        i + 1,
                        format_number(100.0 * input.shares[i][0], 3)
                    )
                })
                .collect(),
        );
        Layer::Series(series)
    };
    let end = shown.min(shares.len());
    let alive = alive.min(end);
    figure.layers.push(group(
        "alive",
        "alive in theory",
        0..alive,
        Shape::Circle,
        Role::Alive,
    ));
    figure.layers.push(group(
        "dead",
        "dead in theory",
        alive..end,
        Shape::Cross,
        Role::Dead,
    ));
    figure
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_of_the_whole_variance_and_the_counts_are_the_first_to_reach_it() {
        let provenance = Provenance::default();
        let figure = variance(&Variance {
            shares: &[[0.8, 0.8], [0.12, 0.92], [0.04, 0.96], [0.04, 1.0]],
            total: 100.0,
            alive: 2,
            latents: 2,
            error: Some(25.0),
            provenance: &provenance,
        });
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
        let provenance = Provenance::default();
        let figure = variance(&Variance {
            shares: &[[0.0, 0.0]; 2],
            total: 0.0,
            alive: 0,
            latents: 4,
            error: None,
            provenance: &provenance,
        });
        assert!(
            figure.notes[0].contains("0 living modes hold 0"),
            "{:?}",
            figure.notes
        );
    }
}
