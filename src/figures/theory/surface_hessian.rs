//! Both eigenvalues of the Hessian at the collapsed point against β: the least one is the early
//! warning of collapse, it crosses zero at β = ζ²/γ (Wang & Ziyin 2022, theorem 3).

use crate::figures::figure_named;
use crate::plot::axis::ticks::format_number;
use crate::plot::{
    Axis, Band, Dash, FigureSpec, MarkerStyle, Provenance, Role, Rule, Series, Shape,
};
use crate::theory::{Error, origin_eigenvalues};

/// Points of the curves against β.
const POINTS: usize = 240;

/// Values of β around the crossing ζ²/γ and the present β, equal ratios apart.
pub fn betas_around(crossing: f64, beta: f64) -> Vec<f64> {
    const RATIO: f64 = 30.0;
    let low = (crossing / RATIO).min(beta / 1.5);
    let high = (crossing * RATIO).max(beta * 1.5);
    (0..POINTS)
        .map(|k| low * (high / low).powf(k as f64 / (POINTS - 1) as f64))
        .collect()
}

/// Both eigenvalues of the linear mode's Hessian at the collapsed point at rising values of β, and at the present one.
///
/// # Errors
/// [`Error`] if ζ², β or γ is out of range.
pub fn hessian_figure(
    mode: usize,
    zeta2: f64,
    (beta, gamma, eta_enc): (f64, f64, f64),
    betas: &[f64],
    provenance: &Provenance,
) -> Result<FigureSpec, Error> {
    let crossing = zeta2 / gamma;
    let at = |beta: f64| origin_eigenvalues(zeta2, beta, gamma, eta_enc);
    let now = at(beta)?;
    let curves: Vec<(f64, [f64; 2])> = betas
        .iter()
        .map(|b| Ok((*b, at(*b)?)))
        .collect::<Result<_, Error>>()?;
    let number = |v: f64| format_number(v, 3);
    let mut figure = figure_named(
        "surface_hessian",
        "Hessian at the collapsed point",
        provenance,
    )
    .subtitle(format!(
        "linear mode {} · ζ² = {} · γ = {}",
        mode + 1,
        number(zeta2),
        number(gamma)
    ))
    .x(Axis {
        range: betas.first().copied().zip(betas.last().copied()),
        ..Axis::log10("β")
    })
    .y(Axis {
        range: vertical_range(&curves, crossing),
        ..Axis::linear("eigenvalue")
    })
    .note(format!(
        "at β = {}: {} and {}",
        number(beta),
        number(now[0]),
        number(now[1])
    ))
    .note(if now[0] < 0.0 {
        "a saddle: the mode lives"
    } else {
        "a minimum: the mode is dead"
    })
    .with_legend()
    .with(
        Band::x(crossing, f64::INFINITY, Role::Inactive)
            .named("the origin is a minimum")
            .opacity(0.16),
    )
    .with(Rule::y(0.0, Role::Muted))
    .with(
        Rule::x(crossing, Role::Threshold)
            .label(format!("ζ²/γ = {}", number(crossing)))
            .dashed(),
    )
    .with(Rule::x(beta, Role::Foreground).label(format!("β = {}", number(beta))));
    for (k, id, name, colour, dash) in [
        (1, "largest", "larger eigenvalue", Role::Muted, Dash::Dashed),
        (0, "least", "least eigenvalue", Role::Active, Dash::Solid),
    ] {
        let points = curves.iter().map(|(b, e)| [*b, e[k]]).collect();
        figure.push(Series::line(id, name, points, colour).width(1.6).dash(dash));
    }
    let marker = MarkerStyle::new(Shape::Circle, true).sized(6.5);
    let (name, at) = ("crosses zero at ζ²/γ", vec![[crossing, 0.0]]);
    Ok(figure.with(Series::markers(
        "crossing",
        name,
        at,
        marker,
        Role::Threshold,
    )))
}

/// The whole least eigenvalue, and the larger one up to a little beyond the crossing: from there on
/// it only grows in proportion to β.
fn vertical_range(curves: &[(f64, [f64; 2])], crossing: f64) -> Option<(f64, f64)> {
    let least = curves.iter().map(|(_, e)| e[0]);
    let low = least.clone().fold(f64::INFINITY, f64::min);
    let high = least.fold(f64::NEG_INFINITY, f64::max);
    let before = curves.iter().filter(|(b, _)| *b <= crossing);
    let high = before.map(|(_, e)| e[1]).fold(high, f64::max);
    let room = 0.12 * (high - low);
    (low < high).then_some((low - room, high + 2.0 * room))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(beta: f64, gamma: f64) -> Result<FigureSpec, Error> {
        let betas = betas_around(2.0 / gamma, beta);
        hessian_figure(2, 2.0, (beta, gamma, 1.3), &betas, &Provenance::default())
    }

    #[test]
    fn the_least_eigenvalue_changes_sign_at_the_crossing_and_the_verdict_follows() {
        let alive = figure(1.0, 0.5).expect("a figure");
        for [beta, value] in &alive.series_of("least").expect("a line").points {
            assert_eq!(*value < 0.0, *beta < 4.0, "{beta} {value}");
        }
        let crossing = alive.series_of("crossing").expect("a mark");
        assert_eq!(crossing.points, [[4.0, 0.0]]);
        assert!(alive.notes[1].contains("a saddle"), "{:?}", alive.notes);
        assert!(alive.subtitle.contains("mode 3"));
        let dead = figure(4.5, 0.5).expect("a figure");
        assert!(dead.notes[1].contains("the mode is dead"));
        assert!(figure(-1.0, 0.5).is_err());
    }
}
