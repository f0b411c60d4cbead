//! The share of (ε, δ)-collapsed latents against ε (Lucas et al. 2019, figures 5, 6, 10 and 11).

use crate::plot::axis::ticks::format_number;
use crate::plot::{
    Axis, Colour, Dash, Direction, FigureSpec, Layer, LineStyle, Provenance, Role, Rule, Series,
    SeriesStyle,
};

/// Left and right end of the ε axis in nats.
pub const EPSILON_RANGE: (f64, f64) = (1e-4, 10.0);

/// One curve.
#[derive(Debug, Clone, PartialEq)]
pub struct CurveOf {
    /// What it is of: `β = 1, step 3000`.
    pub name: String,
    /// Corners (ε, share from 0 to 1) of a step function.
    pub corners: Vec<[f64; 2]>,
}

/// Everything the tile shows.
#[derive(Debug, Clone, Copy)]
pub struct CollapseCurves<'a> {
    /// The network as it is.
    pub current: &'a CurveOf,
    /// Curves kept to compare with.
    pub kept: &'a [CurveOf],
    /// δ.
    pub delta: f64,
    /// The ε of the headline in nats, and the share there in percent.
    pub headline: (f64, f64),
    /// Samples the curves are measured over.
    pub samples: usize,
    /// Where the numbers came from.
    pub provenance: &'a Provenance,
}

/// Builds the figure.
pub fn collapse_curves(input: &CollapseCurves<'_>) -> FigureSpec {
    let mut figure = FigureSpec::new("collapse_curve", "(ε, δ)-collapse");
    figure.subtitle = format!("δ = {}", format_number(input.delta, 3));
    figure.x = Axis::log10("ε")
        .with_unit("nats")
        .with_range(EPSILON_RANGE.0, EPSILON_RANGE.1);
    figure.y = Axis::linear("collapsed latents")
        .with_unit("%")
        .with_range(-2.0, 102.0);
    figure.legend = true;
    figure.provenance = input.provenance.clone();
    let (epsilon, percent) = input.headline;
    figure.notes = vec![
        format!(
            "{} % ({}, {})-collapsed",
            format_number(percent, 3),
            format_number(epsilon, 2),
            format_number(input.delta, 2)
        ),
        format!("over {} samples", input.samples),
    ];
    if input.delta * (input.samples as f64) < 1.0 && input.delta > 0.0 {
        figure
            .notes
            .push("δ is finer than one sample: every one counts".into());
    }
    figure.layers.push(Layer::Rule(Rule {
        direction: Direction::X,
        value: epsilon,
        label: format!("ε = {}", format_number(epsilon, 2)),
        colour: Role::Muted.into(),
        dash: Dash::Dashed,
        draggable: None,
    }));
    let line = |curve: &CurveOf, id: &str, colour: Colour, style: LineStyle| {
        let points = curve.corners.iter().map(|[e, s]| [*e, 100.0 * s]).collect();
        let mut series = Series::line(id, &curve.name, points, colour);
        series.style = SeriesStyle::Line(style);
        Layer::Series(series)
    };
    for (k, curve) in input.kept.iter().enumerate() {
        // Kept curves differ by dash as well as by colour.
        let style = LineStyle {
            width: 1.3,
            dash: [Dash::Dashed, Dash::Dotted][k % 2],
        };
        let id = format!("kept_{k}");
        figure
            .layers
            .push(line(curve, &id, Colour::Latent(k + 1), style));
    }
    let style = LineStyle {
        width: 2.0,
        dash: Dash::Solid,
    };
    figure
        .layers
        .push(line(input.current, "current", Role::Alive.into(), style));
    figure
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_become_percent_and_a_delta_finer_than_a_sample_is_said() {
        let provenance = Provenance::default();
        let current = CurveOf {
            name: "now".into(),
            corners: vec![[1e-4, 0.25], [10.0, 1.0]],
        };
        let figure = collapse_curves(&CollapseCurves {
            current: &current,
            kept: std::slice::from_ref(&current),
            delta: 1e-4,
            headline: (0.01, 25.0),
            samples: 1000,
            provenance: &provenance,
        });
        let points: Vec<_> = figure.series().map(|s| s.points.clone()).collect();
        assert_eq!(points[1], [[1e-4, 25.0], [10.0, 100.0]]);
        assert!(
            figure.notes.iter().any(|n| n.contains("finer")),
            "{:?}",
            figure.notes
        );
    }
}
