//! One quantity of every latent over training (Asperti 2019, figure 2): which latents come alive, and when.

use crate::figures::figure_named;
use crate::metrics::Quantity;
use crate::plot::{Axis, Colour, Dash, FigureSpec, Provenance, Role, Rule, Series};

/// Every latent at one step.
#[derive(Debug, Clone, PartialEq)]
pub struct Moment {
    /// The step.
    pub step: u64,
    /// By latent index, each in the order of [`Quantity::ALL`]; NaN where something has no value.
    pub latents: Vec<[f64; Quantity::COUNT]>,
}

/// The followed quantity of every latent at each of the moments, oldest first; `active_above` is the Var μ above which a
/// latent counts as active.
pub fn latent_history_figure(
    followed: Quantity,
    moments: &[&Moment],
    active_above: f64,
    provenance: &Provenance,
) -> FigureSpec {
    let column = followed as usize;
    let count = moments.last().map_or(0, |m| m.latents.len());
    let mut figure = figure_named("latent_history", "Latents over training", provenance)
        .subtitle(followed.name())
        .x(Axis::linear("step"))
        .y(Axis::linear(followed.name()).with_unit(followed.unit()))
        .note(format!("{count} latents"));
    for j in 0..count {
        let points: Vec<[f64; 2]> = moments
            .iter()
            .filter_map(|m| Some([m.step as f64, m.latents.get(j)?[column]]))
            .collect();
        let keys = vec![j; points.len()];
        // Colours come round again after some twenty latents.
        let dash = [Dash::Solid, Dash::Dashed, Dash::Dotted][(j / 20) % 3];
        let line = Series::line(&format!("z{j}"), "", points, Colour::Key(j));
        figure.push(line.dash(dash).keys(keys));
    }
    let line = match followed {
        Quantity::VarMu => Some((active_above, "active above")),
        Quantity::Law => Some((0.0, "the law")),
        _ => None,
    };
    if let Some((value, label)) = line {
        figure.push(Rule::y(value, Role::Threshold).label(label).dashed());
    }
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
            let figure = latent_history_figure(followed, &moments, 0.01, &provenance);
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
