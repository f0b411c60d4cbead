//! One quantity of every latent over training (Asperti 2019, figure 2): which latents come alive, and when.

use crate::figure::{
    Axis, Colour, Dash, Direction, FigureSpec, Layer, LineStyle, Provenance, Role, Rule, Series,
    SeriesStyle,
};

/// What is followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Followed {
    /// KL in nats.
    #[default]
    Kl,
    /// E σ².
    MeanSigma2,
    /// Var μ.
    VarMu,
}

impl Followed {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Kl, Self::MeanSigma2, Self::VarMu];

    /// The axis' label.
    pub fn label(self) -> &'static str {
        match self {
            Self::Kl => "KL",
            Self::MeanSigma2 => "E σ²",
            Self::VarMu => "Var μ",
        }
    }
}

/// Every latent at one step.
#[derive(Debug, Clone, PartialEq)]
pub struct Moment {
    /// The step.
    pub step: u64,
    /// By latent index: KL, E σ², Var μ.
    pub latents: Vec<[f64; 3]>,
}

/// Everything the tile shows.
#[derive(Debug, Clone, Copy)]
pub struct LatentHistory<'a> {
    /// What is followed.
    pub followed: Followed,
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
    figure.subtitle = input.followed.label().into();
    figure.x = Axis::linear("step");
    figure.y = Axis::linear(input.followed.label());
    if input.followed == Followed::Kl {
        figure.y = figure.y.with_unit("nats");
    }
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
    if input.followed == Followed::VarMu {
        figure.layers.push(Layer::Rule(Rule {
            direction: Direction::Y,
            value: input.active_above,
            label: "active above".into(),
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

    #[test]
    fn each_latent_is_a_line_of_the_quantity_asked_for() {
        let provenance = Provenance::default();
        let moments = [
            Moment {
                step: 0,
                latents: vec![[0.0, 1.0, 0.0], [0.5, 0.6, 0.4]],
            },
            Moment {
                step: 40,
                latents: vec![[0.1, 0.9, 0.1], [0.7, 0.5, 0.5]],
            },
        ];
        let moments: Vec<&Moment> = moments.iter().collect();
        let figure = latent_history(&LatentHistory {
            followed: Followed::MeanSigma2,
            moments: &moments,
            active_above: 0.01,
            provenance: &provenance,
        });
        let lines: Vec<_> = figure.series().map(|s| s.points.clone()).collect();
        assert_eq!(
            lines,
            [[[0.0, 1.0], [40.0, 0.9]], [[0.0, 0.6], [40.0, 0.5]]]
        );
    }
}
