//! The share of (ε, δ)-collapsed latents against ε (Lucas et al. 2019, figures 5, 6, 10 and 11).

use crate::figures::blank;
use crate::metrics::{CollapseCurve, Usage};
use crate::plot::axis::ticks::format_number;
use crate::plot::{Axis, Colour, Dash, FigureSpec, Provenance, Role, Rule, Series};

/// Left and right end of the ε axis in nats.
pub(crate) const EPSILON_RANGE: (f64, f64) = (1e-4, 10.0);

/// A curve and what it is of: `β = 1, step 3000`.
#[derive(Debug, Clone, PartialEq)]
pub struct CurveOf {
    /// Its name.
    pub name: String,
    /// The curve.
    pub curve: CollapseCurve,
}

/// The curve of the network as it is, measured over so many samples, and curves kept to compare with.
pub fn collapse_curve_figure(
    current: &CurveOf,
    kept: &[CurveOf],
    samples: usize,
    provenance: &Provenance,
) -> FigureSpec {
    let (delta, epsilon) = (current.curve.delta, Usage::EPSILON);
    let mut figure = FigureSpec {
        provenance: provenance.clone(),
        ..empty("collapse_curve", "(ε, δ)-collapse")
    }
    .subtitle(format!("δ = {}", format_number(delta, 3)))
    .note(format!(
        "{} % ({}, {})-collapsed",
        format_number(100.0 * current.curve.share(epsilon), 3),
        format_number(epsilon, 2),
        format_number(delta, 2)
    ))
    .note(format!("over {samples} samples"))
    .with(
        Rule::x(epsilon, Role::Muted)
            .label(format!("ε = {}", format_number(epsilon, 2)))
            .dashed(),
    );
    if delta * (samples as f64) < 1.0 && delta > 0.0 {
        figure = figure.note("δ is finer than one sample: every one counts");
    }
    for (k, kept) in kept.iter().enumerate() {
        // Kept curves differ by dash as well as by colour.
        let dash = [Dash::Dashed, Dash::Dotted][k % 2];
        let line = curve(&format!("kept_{k}"), kept, Colour::Key(k + 1));
        figure.push(line.width(1.3).dash(dash));
    }
    figure.with(curve("current", current, Role::Active.into()).width(2.0))
}

fn curve(id: &str, of: &CurveOf, colour: Colour) -> Series {
    let (from, to) = EPSILON_RANGE;
    Series::line(id, &of.name, percent(of.curve.corners(from, to)), colour)
}

/// Corners with their share in percent.
pub(crate) fn percent(corners: Vec<[f64; 2]>) -> Vec<[f64; 2]> {
    corners.into_iter().map(|[e, s]| [e, 100.0 * s]).collect()
}

/// A figure with the axes of such curves and none of them.
pub(crate) fn empty(id: &str, title: &str) -> FigureSpec {
    let (from, to) = EPSILON_RANGE;
    blank(id, title)
        .x(Axis::log10("ε").with_unit("nats").with_range(from, to))
        .y(Axis::linear("collapsed latents")
            .with_unit("%")
            .with_range(-2.0, 102.0))
        .with_legend()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::Posterior;

    #[test]
    fn shares_become_percent_and_a_delta_finer_than_a_sample_is_said() {
        // σ² = 1 under a unit prior: KL = μ²/2, so 0 for the first of four latents and 2 nats for the others.
        let posterior = Posterior::new(4, vec![0.0, 2.0, 2.0, 2.0], vec![1.0; 4]);
        let current = CurveOf {
            name: "now".into(),
            curve: CollapseCurve::new(&posterior, 1.0, 1e-4),
        };
        let kept = std::slice::from_ref(&current);
        let figure = collapse_curve_figure(&current, kept, 1000, &Provenance::default());
        let points = &figure.series_of("current").expect("a curve").points;
        assert_eq!(
            (points[0], points.last()),
            ([1e-4, 25.0], Some(&[10.0, 100.0]))
        );
        assert_eq!(&figure.series_of("kept_0").expect("a curve").points, points);
        assert!(
            figure.notes[0].starts_with("25.0 % (0.010,"),
            "{:?}",
            figure.notes
        );
        assert!(
            figure.notes.iter().any(|n| n.contains("finer")),
            "{:?}",
            figure.notes
        );
    }
}
