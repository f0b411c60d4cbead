//! One quantity of every latent over training (Asperti 2019, figure 2): which latents come alive, and when.

use crate::metrics::Quantity;
use crate::plot::{
    Axis, Colour, Dash, Direction, FigureSpec, Layer, LineStyle, Provenance, Role, Rule, Series,
    SeriesStyle,
};

/// Every latent at one step.
#[derive(Debug, Clone, PartialEq)]
pub struct Moment {
    /// The step.
    pub step: u64,
    /// By latent index, each in the order of [`Quantity::ALL`]; NaN where something has no value.
    pub latents: Vec<[f64; Quantity::COUNT]>,
}

/// Everything the tile shows.
#[derive(Debug, Clone, Copy)]
pub struct LatentHistory<'a> {
    /// What is followed.
    pub followed: Quantity,
    /// Oldest first.
    pub moments: &'a [&'a Moment],
    /// Var μ above which a latent counts as active.
    pub active_above: f64,
    /// Where the numbers came from.
    pub provenance: &'a Provenance,
}

/// Builds the figure.
pub fn latent_history(input: &LatentHistory<'_>) -> FigureSpec {
    let mut figure = FigureSpec::new("latent_history", "Latents over training");
    figure.subtitle = input.followed.name().into();
    figure.x = Axis::linear("step");
    figure.y = Axis::linear(input.followed.name()).with_unit(input.followed.unit());
    figure.provenance = input.provenance.clone();
    let column = input.followed as usize;
    let count = input.moments.last().map_or(0, |m| m.latents.len());
    for j in 0..count {
        let points: Vec<[f64; 2]> = input
            .moments
            .iter()
            .filter_map(|m| Some([m.step as f64, m.latents.get(j)?[column]]))
            .collect();
        let len = points.len();
        let mut series = Series::line(&format!("z{j}"), "", points, Colour::Latent(j));
        series.style = SeriesStyle::Line(LineStyle {
            width: 1.2,
            // Colours come round again after some twenty latents.
            dash: [Dash::Solid, Dash::Dashed, Dash::Dotted][(j / 20) % 3],
        });
        series.latents = Some(vec![j; len]);
        figure.layers.push(Layer::Series(series));
    }
    let line = match input.followed {
        Quantity::VarMu => Some((input.active_above, "active above")),
        Quantity::Law => Some((0.0, "the law")),
        _ => None,
    };
    if let Some((value, label)) = line {
        figure.layers.push(Layer::Rule(Rule {
            direction: Direction::Y,
            value,
            label: label.into(),
            colour: Role::Threshold.into(),
            dash: Dash::Dashed,
            draggable: None,
        }));
    }
    figure.notes = vec![format!("{count} latents")];
    figure
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Latent j of a moment: quantity number q is 10 q + j, plus what the moment adds.
    fn moment(step: u64, more: f64) -> Moment {
        let row = |j: usize| std::array::from_fn(|q| 10.0 * q as f64 + j as f64 + more);
        Moment {
            step,
            latents: vec![row(0), row(1)],
        }
    }

    #[test]
    fn each_latent_is_a_line_of_the_quantity_asked_for() {
        let provenance = Provenance::default();
        let moments = [moment(0, 0.0), moment(40, 0.5)];
        let moments: Vec<&Moment> = moments.iter().collect();
        for (q, followed) in Quantity::ALL.into_iter().enumerate() {
            let figure = latent_history(&LatentHistory {
                followed,
                moments: &moments,
                active_above: 0.01,
                provenance: &provenance,
            });
            let lines: Vec<_> = figure.series().map(|s| s.points.clone()).collect();
            let first = 10.0 * q as f64;
            assert_eq!(
                lines,
                [
                    [[0.0, first], [40.0, first + 0.5]],
                    [[0.0, first + 1.0], [40.0, first + 1.5]]
                ],
                "{followed:?}"
            );
            assert!(figure.y.text().starts_with(followed.name()));
        }
    }
}
