//! The energy of one mode under a soft-threshold decoder over (W, μ), σ at its best.
//!
//! For α > 0 the collapsed point is always a local minimum, however well the data could be
//! reproduced elsewhere (Dai, Wang & Wipf 2020, Proposition 1); at α = 0 it is the linear model's
//! saddle or global minimum.

use super::surface::SurfaceGrid;
use super::surface_mode::axis;
use crate::plot::axis::ticks::format_number;
use crate::plot::{
    Colour, ColourMap, ColourScale, FigureSpec, Layer, MarkerStyle, Provenance, Series, Shape,
};

/// What the collapsed point is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum CollapsedPoint {
    /// There is a way down.
    Saddle,
    /// A local minimum this many nats above the best.
    LocalMinimum {
        /// In nats.
        excess: f64,
    },
    /// The best there is.
    GlobalMinimum,
}

impl CollapsedPoint {
    /// The word for the legend.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Saddle => "collapsed: saddle",
            Self::LocalMinimum { .. } => "collapsed: local minimum",
            Self::GlobalMinimum => "collapsed: global minimum",
        }
    }

    /// The sentence for the notes.
    pub(crate) fn sentence(self) -> String {
        match self {
            Self::Saddle => "collapsed point: a saddle".into(),
            Self::LocalMinimum { excess } => format!(
                "collapsed point: a local minimum, ΔL = {} nats above the best",
                format_number(excess, 3)
            ),
            Self::GlobalMinimum => "collapsed point: the global minimum".into(),
        }
    }
}

/// Everything the tile shows.
#[derive(Debug, Clone, Copy)]
pub struct SurfaceSoft<'a> {
    /// The energy (or its logarithm) over W (x) and μ (y).
    pub grid: SurfaceGrid<'a>,
    /// What the values are.
    pub value_label: &'a str,
    /// The mode, counted from 1.
    pub mode: usize,
    /// ζ² of the mode.
    pub zeta2: f64,
    /// α, in the units of the data.
    pub alpha: f64,
    /// β.
    pub beta: f64,
    /// γ.
    pub gamma: f64,
    /// What the collapsed point is.
    pub collapsed: CollapsedPoint,
    /// (W, μ) of the lowest minimum that uses the latent, and of its mirror image; may be empty.
    pub minima: &'a [[f64; 2]],
    /// Those of a higher one beside it; may be empty.
    pub higher: &'a [[f64; 2]],
    /// The α at which the collapsed point becomes the global minimum, if that is known and finite.
    pub global_until: Option<f64>,
    /// Where the numbers came from.
    pub provenance: &'a Provenance,
}

/// The line under the title that names the model.
pub(crate) fn subtitle(mode: usize, zeta2: f64, alpha: f64, beta: f64, gamma: f64) -> String {
    format!(
        "mode {mode} · ζ = {} · α = {} · βγ = {}",
        format_number(zeta2.sqrt(), 3),
        format_number(alpha, 3),
        format_number(beta * gamma, 3)
    )
}

/// Builds the figure.
pub fn surface_soft(input: &SurfaceSoft<'_>) -> FigureSpec {
    let mut figure = FigureSpec::new("surface_soft", "Soft-threshold decoder");
    figure.subtitle = subtitle(
        input.mode,
        input.zeta2,
        input.alpha,
        input.beta,
        input.gamma,
    );
    figure.x = axis("W (decoder weight)", input.grid.x_range);
    figure.y = axis("μ (encoder mean)", input.grid.y_range);
    figure.provenance = input.provenance.clone();
    figure.legend = true;
    figure.notes.push(input.collapsed.sentence());
    if let Some(alpha) = input.global_until.filter(|a| *a > 0.0) {
        figure.notes.push(format!(
            "the global one from α = {}",
            format_number(alpha, 3)
        ));
    }
    let map = input.grid.heat_map(
        "energy",
        input.value_label,
        ColourMap::Cividis,
        ColourScale::Excess,
    );
    figure.layers.push(Layer::HeatMap(map));
    let best = input.collapsed != CollapsedPoint::GlobalMinimum;
    figure.layers.extend(stationary(
        input.collapsed,
        best,
        input.minima,
        input.higher,
    ));
    figure
}

/// The minima that use the latent as diamonds, the collapsed point as a ring (a saddle) or a dot.
pub(crate) fn stationary(
    collapsed: CollapsedPoint,
    best: bool,
    minima: &[[f64; 2]],
    higher: &[[f64; 2]],
) -> Vec<Layer> {
    const WHITE: Colour = Colour::Rgb([255, 255, 255]);
    let marks = |id: &str, name: &str, at: &[[f64; 2]], shape, filled| {
        let marker = MarkerStyle {
            size: 6.5,
            ..MarkerStyle::new(shape, filled)
        };
        Layer::Series(Series::markers(id, name, at.to_vec(), marker, WHITE))
    };
    let mut layers = Vec::new();
    if !minima.is_empty() {
        let name = if best {
            "global minimum"
        } else {
            "local minimum"
        };
        layers.push(marks("minima", name, minima, Shape::Diamond, best));
    }
    if !higher.is_empty() {
        layers.push(marks(
            "higher_minima",
            "local minimum",
            higher,
            Shape::Diamond,
            false,
        ));
    }
    let origin = [[0.0, 0.0]];
    layers.push(match collapsed {
        CollapsedPoint::Saddle => marks("collapsed", collapsed.word(), &origin, Shape::Ring, false),
        // A second minimum must not look like the best one.
        CollapsedPoint::LocalMinimum { .. } => {
            marks("collapsed", collapsed.word(), &origin, Shape::Square, false)
        }
        CollapsedPoint::GlobalMinimum => {
            marks("collapsed", collapsed.word(), &origin, Shape::Square, true)
        }
    });
    layers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_note_says_what_the_collapsed_point_is() {
        let provenance = Provenance::default();
        let values = [0.0; 4];
        let text = |collapsed, minima: &[[f64; 2]]| {
            let figure = surface_soft(&SurfaceSoft {
                grid: SurfaceGrid {
                    x_range: (-1.0, 1.0),
                    y_range: (-1.0, 1.0),
                    nx: 2,
                    ny: 2,
                    values: &values,
                },
                value_label: "energy",
                mode: 2,
                zeta2: 4.0,
                alpha: 0.6,
                beta: 2.0,
                gamma: 0.5,
                collapsed,
                minima,
                higher: &[],
                global_until: Some(3.25),
                provenance: &provenance,
            });
            let names = figure.layers.iter().filter_map(|l| match l {
                Layer::Series(s) => Some(s.name.clone()),
                _ => None,
            });
            (
                figure.notes.join(" · "),
                names.collect::<Vec<_>>().join(" · "),
            )
        };
        let (notes, names) = text(CollapsedPoint::LocalMinimum { excess: 1.25 }, &[[1.0, 1.0]]);
        assert!(
            notes.contains("a local minimum, ΔL = 1.25 nats above the best"),
            "{notes}"
        );
        assert!(notes.contains("the global one from α = 3.25"), "{notes}");
        assert_eq!(names, "global minimum · collapsed: local minimum");
        let (notes, names) = text(CollapsedPoint::Saddle, &[[1.0, 1.0]]);
        assert!(notes.contains("a saddle") && names.ends_with("collapsed: saddle"));
        let (_, names) = text(CollapsedPoint::GlobalMinimum, &[[1.0, 1.0]]);
        assert_eq!(names, "local minimum · collapsed: global minimum");
    }
}
