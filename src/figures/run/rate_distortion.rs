//! Rate against distortion: where the run is and has been, and the least distortion a linear model can have at
//! each rate.

use crate::figures::figure_named;
use crate::metrics::Prediction;
use crate::plot::axis::ticks::format_number;
use crate::plot::{Axis, FigureSpec, MarkerStyle, Provenance, Role, Series, Shape};
use crate::theory::{rate_distortion, rate_distortion_curve};

/// Points of the linear model's curve.
const POINTS: usize = 120;

/// `trail` is (KL in nats, squared error per sample) of the run, oldest first. Where the linear model is known, its
/// optima over all βγ and that at this β and γ, the latter where theory has none.
pub fn rate_distortion_figure(
    trail: &[[f64; 2]],
    linear: Option<&Prediction>,
    (beta, gamma): (f64, f64),
    provenance: &Provenance,
) -> FigureSpec {
    let optimum = linear.map(|p| {
        let known = Some(p.gamma_value()).filter(|g| *g > 0.0);
        rate_distortion(&p.problem, beta * known.unwrap_or(gamma))
    });
    let furthest = trail.iter().map(|p| p[0]).fold(0.0, f64::max);
    let here = optimum.map_or(0.0, |p| p[0]);
    let reach = (furthest.max(here) * 1.35).max(1.0);
    // The first steps of a run, far above the data's variance, would flatten everything else.
    let variance = linear.map_or(0.0, |p| p.problem.total_variance());
    let top = if variance > 0.0 {
        variance * 1.12
    } else {
        trail.iter().map(|p| p[1]).fold(0.0, f64::max) * 1.05
    };
    let mut figure = figure_named("rate_distortion", "Rate and distortion", provenance)
        .subtitle("every β-VAE is one point")
        .x(Axis::linear("rate: KL")
            .with_unit("nats")
            .with_range(0.0, reach))
        .y(Axis {
            range: (top > 0.0).then_some((0.0, top)),
            ..Axis::linear("distortion: E|x − D(z)|²")
        })
        .with_legend();
    if let Some(p) = linear {
        let most = p.problem.eigenvalues().first().copied().unwrap_or(0.0);
        let best = rate_distortion_curve(&p.problem, most * 1e-4, POINTS);
        if !best.is_empty() {
            let line = Series::line("linear", "best linear model", best, Role::Active);
            figure.push(line.width(1.6).dashed());
        }
    }
    if let Some(at) = optimum {
        let (name, marker) = (
            "linear optimum at this βγ",
            MarkerStyle::new(Shape::Diamond, false),
        );
        let at = vec![at];
        figure.push(Series::markers(
            "optimum",
            name,
            at,
            marker.sized(6.5),
            Role::Threshold,
        ));
    }
    figure.push(Series::line(
        "trail",
        "this run",
        trail.to_vec(),
        Role::Third,
    ));
    if let Some(&[rate, error]) = trail.last() {
        let [rate_text, error_text] = [rate, error].map(|v| format_number(v, 3));
        figure
            .notes
            .push(format!("rate {rate_text} nats · distortion {error_text}"));
        let marker = MarkerStyle::new(Shape::Circle, true).sized(6.5);
        figure.push(Series::markers(
            "current",
            "",
            vec![[rate, error]],
            marker,
            Role::Third,
        ));
    }
    figure
}
