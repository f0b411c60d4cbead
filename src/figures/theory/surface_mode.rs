//! The loss of one mode of the linear model over its two weights (u, v), around the origin.
//!
//! The Hessian at the origin is (1/γ)·[[η², −ζ], [−ζ, βγ/η²]] per mode (Wang & Ziyin 2022, theorem
//! 3): the origin is a saddle while ζ² > βγ and the global minimum from then on, never anything else.

use super::CELLS;
use super::surface::{axis, centres, current, marks, minimum, origin, path, surface};
use crate::figures::figure_named;
use crate::plot::axis::ticks::format_number;
use crate::plot::{ColourMap, ColourScale, FigureSpec, Provenance};
use crate::theory::{Error, ModeSurface, is_alive, origin_eigenvalues};

/// The loss over one linear mode's decoder strength u and encoder strength v, σ at its best, under a
/// prior N(0, `eta_enc`²). `trail` is where the trained model has been, oldest first.
///
/// # Errors
/// [`Error`] if ζ², β, γ or `eta_enc` is out of range.
pub fn mode_surface_figure(
    mode: usize,
    zeta2: f64,
    (beta, gamma, eta_enc): (f64, f64, f64),
    trail: &[[f64; 2]],
    scale: ColourScale,
    provenance: &Provenance,
) -> Result<FigureSpec, Error> {
    let model = ModeSurface::new(zeta2, beta, gamma, eta_enc)?;
    let hessian = origin_eigenvalues(zeta2, beta, gamma, eta_enc)?;
    let (u, v) = model.minimum();
    // A net far away from the optimum stretches the view, but not until the optimum is a dot.
    let reach = |values: [f64; 2], index: usize| {
        let base = values[0].max(values[1]);
        trail
            .last()
            .map_or(0.0, |p| p[index].abs() * 1.15)
            .clamp(base, 3.0 * base)
    };
    let half_u = reach([1.5 * zeta2.sqrt() / eta_enc, 1.35 * u], 0);
    let half_v = reach([1.5 * eta_enc, 1.35 * v], 1);
    let ranges = [(-half_u, half_u), (-half_v, half_v)];
    let values = centres(ranges, (CELLS, CELLS)).map(|(u, v)| model.profiled_loss(u, v));
    let colours = (ColourMap::Cividis, scale);
    let map = surface("loss", ranges, (CELLS, CELLS), values.collect(), colours);
    let (alive, number) = (is_alive(zeta2, beta, gamma), |v| format_number(v, 3));
    let mut figure = figure_named("surface_mode", "Loss surface", provenance)
        .subtitle(format!(
            "linear mode {} · ζ² = {} · βγ = {}",
            mode + 1,
            number(zeta2),
            number(beta * gamma)
        ))
        .x(axis("u (decoder weight)", ranges[0]))
        .y(axis("v (encoder weight)", ranges[1]))
        .note(format!(
            "Hessian at 0: {}, {}",
            number(hessian[0]),
            number(hessian[1])
        ))
        .note(if alive {
            "saddle: the mode lives"
        } else {
            "minimum: the mode is dead"
        })
        .note(becomes(zeta2 / gamma, alive))
        .with_legend()
        .with(map.label("loss [nats]"));
    if !trail.is_empty() {
        figure.push(path(trail));
    }
    if model.is_active() {
        let both = vec![[u, v], [-u, -v]];
        figure.push(marks("minima", "global minimum", both, minimum()));
    }
    figure.push(origin(if alive { "saddle" } else { "minimum" }, alive));
    if let Some(last) = trail.last() {
        figure.push(current(*last));
    }
    Ok(figure)
}

fn becomes(beta: f64, alive: bool) -> String {
    let at = format_number(beta, 3);
    if alive {
        format!("becomes a minimum at β = {at}")
    } else {
        format!("a minimum since β = {at}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notes(zeta2: f64) -> String {
        let none = Provenance::default();
        let at = (2.0, 0.5, 1.0);
        let figure = mode_surface_figure(5, zeta2, at, &[[0.1, 0.2]], ColourScale::Linear, &none)
            .expect("a surface");
        assert_eq!(figure.series_of("minima").is_some(), zeta2 > 1.0);
        figure.notes.join(" · ")
    }

    #[test]
    fn the_verdict_turns_at_the_threshold() {
        let alive = notes(1.135);
        assert!(
            alive.contains("saddle") && alive.contains("at β = 2.27"),
            "{alive}"
        );
        // 2·(1 ± √1.135), the eigenvalues of 2·[[1, −√ζ²], [−√ζ², 1]].
        assert!(alive.contains("−0.131, 4.13"), "{alive}");
        // ζ² = βγ is dead: the condition is strict.
        assert!(notes(1.0).contains("minimum: the mode is dead"));
    }
}
