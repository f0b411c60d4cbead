//! The likelihood of probabilistic PCA around a stationary point with two zero columns, moved by
//! ε₁ and ε₂ along two eigenvectors of the covariance (Lucas et al. 2019, figure 1).
//!
//! A zero column along eigenvector j is stable iff λⱼ < σ².

use super::surface::SurfaceGrid;
use super::surface_mode::{WHITE, axis, minimum, origin};
use crate::plot::axis::ticks::format_number;
use crate::plot::{ColourMap, ColourScale, FigureSpec, Layer, Provenance, Series};

/// Everything the tile shows.
#[derive(Debug, Clone, Copy)]
pub struct SurfacePpca<'a> {
    /// Negative log likelihood (or log likelihood) over ε₁ (x) and ε₂ (y).
    pub grid: SurfaceGrid<'a>,
    /// How values become colours.
    pub scale: ColourScale,
    /// The best (ε₁, ε₂) with both ≥ 0; the others are its mirror images.
    pub best: [f64; 2],
    /// What the values are: `negative log likelihood [nats]`.
    pub value_label: &'a str,
    /// The two eigenvectors' numbers, counted from 1.
    pub modes: [usize; 2],
    /// Their eigenvalues λ.
    pub eigenvalues: [f64; 2],
    /// σ², the observation variance.
    pub sigma2: f64,
    /// Where the numbers came from.
    pub provenance: &'a Provenance,
}

/// Builds the figure.
pub fn surface_ppca(input: &SurfacePpca<'_>) -> FigureSpec {
    let stable = input.eigenvalues.map(|l| l < input.sigma2);
    let (word, verdict) = match stable {
        [true, true] => ("stable", "both columns stay collapsed"),
        [false, false] => ("unstable", "both columns grow"),
        _ => ("saddle", "one column grows, the other stays collapsed"),
    };
    let mut figure = FigureSpec::new("surface_ppca", "pPCA: two zero columns");
    figure.subtitle = format!("σ² = {}", format_number(input.sigma2, 3));
    figure.x = axis(
        &format!("ε₁ along eigenvector {}", input.modes[0]),
        input.grid.x_range,
    );
    figure.y = axis(
        &format!("ε₂ along eigenvector {}", input.modes[1]),
        input.grid.y_range,
    );
    figure.provenance = input.provenance.clone();
    for (k, stable) in stable.into_iter().enumerate() {
        let (sign, state) = if stable {
            ("<", "stable")
        } else {
            ("≥", "unstable")
        };
        figure.notes.push(format!(
            "λ{} = {} {sign} σ²: {state}",
            input.modes[k],
            format_number(input.eigenvalues[k], 3)
        ));
    }
    figure.notes.push(verdict.into());
    let map = input.grid.heat_map(
        "likelihood",
        input.value_label,
        ColourMap::Viridis,
        input.scale,
    );
    figure.layers.push(Layer::HeatMap(map));
    figure.legend = true;
    let mirrored = [[1.0, 1.0], [-1.0, 1.0], [1.0, -1.0], [-1.0, -1.0]];
    let mut best: Vec<[f64; 2]> = mirrored
        .map(|[a, b]| [a * input.best[0], b * input.best[1]])
        .to_vec();
    best.dedup();
    if word != "stable" {
        let series = Series::markers("best", "most likely", best, minimum(), WHITE);
        figure.layers.push(Layer::Series(series));
    }
    figure.layers.push(origin(word, word != "stable"));
    figure
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stability_is_decided_by_each_eigenvalue() {
        let provenance = Provenance::default();
        let values = [0.0; 4];
        let notes = |eigenvalues| {
            let grid = SurfaceGrid {
                x_range: (-1.0, 1.0),
                y_range: (-1.0, 1.0),
                nx: 2,
                ny: 2,
                values: &values,
            };
            let input = SurfacePpca {
                scale: ColourScale::Linear,
                best: [0.0; 2],
                grid,
                value_label: "",
                modes: [3, 4],
                eigenvalues,
                sigma2: 1.0,
                provenance: &provenance,
            };
            surface_ppca(&input).notes.join(" · ")
        };
        assert!(notes([0.5, 0.2]).ends_with("both columns stay collapsed"));
        assert!(notes([3.0, 0.2]).contains("λ3 = 3.00 ≥ σ²: unstable"));
        assert!(notes([3.0, 2.0]).ends_with("both columns grow"));
    }
}
