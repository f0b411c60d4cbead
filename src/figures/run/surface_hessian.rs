//! Both eigenvalues of the Hessian at the collapsed point against β: the least one is the early
//! warning of collapse, it crosses zero at β = ζ²/γ (Wang & Ziyin 2022, theorem 3).

use crate::plot::axis::ticks::format_number;
use crate::plot::{
    Axis, Band, Dash, Direction, FigureSpec, Layer, LineStyle, MarkerStyle, Provenance, Role, Rule,
    Series, SeriesStyle, Shape,
};

/// Everything the tile shows.
#[derive(Debug, Clone, Copy)]
pub struct SurfaceHessian<'a> {
    /// The mode, counted from 1.
    pub mode: usize,
    /// ζ² of the mode.
    pub zeta2: f64,
    /// γ.
    pub gamma: f64,
    /// β now.
    pub beta: f64,
    /// Values of β, rising.
    pub betas: &'a [f64],
    /// The smaller and the larger eigenvalue at each.
    pub eigenvalues: &'a [[f64; 2]],
    /// Both at β.
    pub now: [f64; 2],
    /// Where the numbers came from.
    pub provenance: &'a Provenance,
}

/// Builds the figure.
pub fn surface_hessian(input: &SurfaceHessian<'_>) -> FigureSpec {
    let crossing = input.zeta2 / input.gamma;
    let mut figure = FigureSpec::new("surface_hessian", "Hessian at the collapsed point");
    figure.subtitle = format!(
        "linear mode {} · ζ² = {} · γ = {}",
        input.mode,
        format_number(input.zeta2, 3),
        format_number(input.gamma, 3)
    );
    figure.x = Axis::log10("β");
    if let (Some(first), Some(last)) = (input.betas.first(), input.betas.last()) {
        figure.x.range = Some((*first, *last));
    }
    figure.y = Axis::linear("eigenvalue");
    figure.y.range = vertical_range(input, crossing);
    figure.legend = true;
    figure.provenance = input.provenance.clone();
    figure.notes = vec![
        format!(
            "at β = {}: {} and {}",
            format_number(input.beta, 3),
            format_number(input.now[0], 3),
            format_number(input.now[1], 3)
        ),
        if input.now[0] < 0.0 {
            "a saddle: the mode lives".into()
        } else {
            "a minimum: the mode is dead".into()
        },
    ];
    let rule = |direction, value, label: String, colour: Role, dash| {
        Layer::Rule(Rule {
            direction,
            value,
            label,
            colour: colour.into(),
            dash,
            draggable: None,
        })
    };
    figure.layers.push(Layer::Band(Band {
        name: "the origin is a minimum".into(),
        from: crossing,
        to: f64::INFINITY,
        direction: Direction::X,
        colour: Role::Dead.into(),
        opacity: 0.16,
    }));
    figure.layers.push(rule(
        Direction::Y,
        0.0,
        String::new(),
        Role::Muted,
        Dash::Solid,
    ));
    let label = format!("ζ²/γ = {}", format_number(crossing, 3));
    figure.layers.push(rule(
        Direction::X,
        crossing,
        label,
        Role::Threshold,
        Dash::Dashed,
    ));
    let label = format!("β = {}", format_number(input.beta, 3));
    figure.layers.push(rule(
        Direction::X,
        input.beta,
        label,
        Role::Foreground,
        Dash::Solid,
    ));
    for (k, id, name, colour, dash) in [
        (1, "largest", "larger eigenvalue", Role::Muted, Dash::Dashed),
        (0, "least", "least eigenvalue", Role::Alive, Dash::Solid),
    ] {
        let points = input.betas.iter().zip(input.eigenvalues);
        let points = points.map(|(b, e)| [*b, e[k]]).collect();
        let mut series = Series::line(id, name, points, colour.into());
        series.style = SeriesStyle::Line(LineStyle { width: 1.6, dash });
        figure.layers.push(Layer::Series(series));
    }
    let marker = MarkerStyle {
        size: 6.5,
        ..MarkerStyle::new(Shape::Circle, true)
    };
    let at = vec![[crossing, 0.0]];
    let colour = Role::Threshold.into();
    figure.layers.push(Layer::Series(Series::markers(
        "crossing",
        "crosses zero at ζ²/γ",
        at,
        marker,
        colour,
    )));
    figure
}

/// The whole least eigenvalue, and the larger one up to a little beyond the crossing: from there on
/// it only grows in proportion to β.
fn vertical_range(input: &SurfaceHessian<'_>, crossing: f64) -> Option<(f64, f64)> {
    let least = input.eigenvalues.iter().map(|e| e[0]);
    let low = least.clone().fold(f64::INFINITY, f64::min);
    let high = least.fold(f64::NEG_INFINITY, f64::max);
    let before = input.betas.iter().zip(input.eigenvalues);
    let larger = before.filter(|(b, _)| **b <= crossing).map(|(_, e)| e[1]);
    let high = larger.fold(high, f64::max);
    let room = 0.12 * (high - low);
    (low < high).then_some((low - room, high + 2.0 * room))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_crossing_is_marked_and_the_verdict_follows_the_sign() {
        let provenance = Provenance::default();
        let (betas, eigenvalues) = ([0.5, 1.0, 2.0, 4.0, 8.0], [[-1.0, 2.0]; 5]);
        let figure = |now| {
            surface_hessian(&SurfaceHessian {
                mode: 3,
                zeta2: 1.0,
                gamma: 0.5,
                beta: 1.0,
                betas: &betas,
                eigenvalues: &eigenvalues,
                now,
                provenance: &provenance,
            })
        };
        let alive = figure([-0.5, 3.0]);
        assert!(
            alive.notes.join(" · ").contains("a saddle"),
            "{:?}",
            alive.notes
        );
        let crossing = alive.layers.iter().find_map(|l| match l {
            Layer::Series(s) if s.id == "crossing" => Some(s.points[0]),
            _ => None,
        });
        assert_eq!(crossing, Some([2.0, 0.0]));
        assert!(
            figure([0.1, 3.0])
                .notes
                .join(" · ")
                .contains("the mode is dead")
        );
    }
}
