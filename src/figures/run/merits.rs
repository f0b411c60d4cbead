//! The bound over training, at the γ in force and at the best one (Lucas et al. 2019), and γ beside the γ* that the
//! errors imply (Dai et al. 2020, eq. 9).

use crate::figures::figure_named;
use crate::plot::axis::ticks::format_number;
use crate::plot::{Axis, FigureSpec, Provenance, Role, Series};

/// A run's numbers at one evaluation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Merit {
    /// The step.
    pub step: u64,
    /// ELBO at β = 1 in nats per sample.
    pub elbo: f64,
    /// The same with γ set to γ*.
    pub elbo_tuned: f64,
    /// γ.
    pub gamma: f64,
    /// γ* = E‖x − D(z)‖²/d.
    pub gamma_star: f64,
}

/// What is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Merits {
    /// ELBO and σ²-tuned ELBO.
    #[default]
    Elbo,
    /// γ and γ*.
    Gamma,
}

/// One kind of number over the steps; `merits` are oldest first.
pub fn merits_figure(which: Merits, merits: &[Merit], provenance: &Provenance) -> FigureSpec {
    let line = |id: &str, name: &str, colour: Role, value: fn(&Merit) -> f64| {
        let points = merits.iter().map(|m| [m.step as f64, value(m)]).collect();
        Series::line(id, name, points, colour).width(1.6)
    };
    let last = merits.last();
    let text = |v: f64| format_number(v, 5);
    let figure = match which {
        Merits::Elbo => figure_named("elbo", "ELBO over training", provenance)
            .subtitle("β = 1, at the γ in force and at the best one")
            .y(Axis {
                range: elbo_range(merits),
                ..Axis::linear("ELBO").with_unit("nats")
            })
            .with_notes(last.map(|m| {
                if m.elbo.is_nan() {
                    return "an autoencoder has no ELBO".into();
                }
                let [elbo, tuned] = [m.elbo, m.elbo_tuned].map(text);
                format!("ELBO {elbo} nats · tuned {tuned} nats")
            }))
            .with(line("elbo", "ELBO", Role::Active, |m| m.elbo))
            .with(
                line("tuned", "with γ set to γ*", Role::Threshold, |m| {
                    m.elbo_tuned
                })
                .dashed(),
            ),
        Merits::Gamma => figure_named("gamma", "Decoder variance over training", provenance)
            .subtitle("the one in force, and the one the errors imply")
            .y(Axis::log10("γ"))
            .with_notes(last.map(|m| format!("γ {} · γ* {}", text(m.gamma), text(m.gamma_star))))
            .with(line("gamma", "γ", Role::Third, |m| m.gamma))
            .with(
                line("star", "γ*, implied by the error", Role::Threshold, |m| {
                    m.gamma_star
                })
                .dashed(),
            ),
    };
    figure.x(Axis::linear("step")).with_legend()
}

/// A range in which the present is legible: the first evaluations of a run lie far below everything that follows.
fn elbo_range(merits: &[Merit]) -> Option<(f64, f64)> {
    let mut values: Vec<f64> = merits
        .iter()
        .flat_map(|m| [m.elbo, m.elbo_tuned])
        .filter(|v| v.is_finite())
        .collect();
    values.sort_by(f64::total_cmp);
    let (low, high) = (*values.get(values.len() / 10)?, *values.last()?);
    let room = 0.08 * (high - low).max(1e-9 + 1e-3 * high.abs());
    Some((low - room, high + room))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_is_its_number_over_steps() {
        let at = |step, elbo| Merit {
            step,
            elbo,
            elbo_tuned: elbo + 1.0,
            gamma: 0.5,
            gamma_star: 0.25,
        };
        let all = [at(0, -900.0), at(10, -12.0), at(20, -10.0)];
        let elbo = merits_figure(Merits::Elbo, &all, &Provenance::default());
        let lines: Vec<_> = elbo.series().map(|s| s.points.clone()).collect();
        assert_eq!(lines[0], [[0.0, -900.0], [10.0, -12.0], [20.0, -10.0]]);
        assert_eq!(lines[1][2], [20.0, -9.0]);
        assert!(elbo.notes[0].contains("−10") && elbo.notes[0].contains("−9"));
        let gamma = merits_figure(Merits::Gamma, &all, &Provenance::default());
        assert!(gamma.y.text().contains('γ'));
        assert_eq!(
            gamma.series().last().map(|s| s.points[1]),
            Some([10.0, 0.25])
        );
    }

    /// One wild start among many evaluations does not flatten the rest.
    #[test]
    fn the_range_is_that_of_the_present() {
        let merit = |step: u64| Merit {
            step,
            elbo: if step == 0 {
                -1e6
            } else {
                -10.0 + step as f64 * 0.1
            },
            elbo_tuned: -9.0,
            gamma: 1.0,
            gamma_star: 1.0,
        };
        let all: Vec<Merit> = (0..40).map(merit).collect();
        let (low, high) = elbo_range(&all).expect("a range");
        assert!(
            low > -12.0 && low < -8.0 && high > -6.2 && high < -5.0,
            "{low} {high}"
        );
        assert!(elbo_range(&[]).is_none());
    }
}
