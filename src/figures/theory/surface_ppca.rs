//! The likelihood of probabilistic PCA around a stationary point with two zero columns, moved by
//! ε₁ and ε₂ along two eigenvectors of the covariance (Lucas et al. 2019, figure 1).
//!
//! A zero column along eigenvector j is stable iff λⱼ < σ².

use super::CELLS;
use super::surface::{axis, centres, marks, minimum, origin, surface};
use crate::figures::figure_named;
use crate::plot::axis::ticks::format_number;
use crate::plot::{ColourMap, ColourScale, FigureSpec, Provenance};
use crate::theory::PpcaSurface;

/// The likelihood over ε₁ and ε₂ from −`half` to `half`; `a` and `b` are the two eigenvectors, from 0.
pub fn ppca_surface_figure(
    columns: &PpcaSurface,
    (a, b): (usize, usize),
    half: f64,
    scale: ColourScale,
    provenance: &Provenance,
) -> FigureSpec {
    let (eigenvalues, sigma2) = (columns.eigenvalues(), columns.sigma2());
    let stable = eigenvalues.map(|l| l < sigma2);
    let (word, verdict) = match stable {
        [true, true] => ("stable", "both columns stay collapsed"),
        [false, false] => ("unstable", "both columns grow"),
        _ => ("saddle", "one column grows, the other stays collapsed"),
    };
    let ranges = [(-half, half); 2];
    let values = centres(ranges, (CELLS, CELLS)).map(|(x, y)| -columns.log_likelihood(x, y));
    let colours = (ColourMap::Viridis, scale);
    let map = surface(
        "likelihood",
        ranges,
        (CELLS, CELLS),
        values.collect(),
        colours,
    );
    let along = |k: usize, mode: usize| {
        let name = ["ε₁", "ε₂"][k];
        axis(&format!("{name} along eigenvector {}", mode + 1), ranges[k])
    };
    let column = |k: usize, mode: usize| {
        let (sign, state) = if stable[k] {
            ("<", "stable")
        } else {
            ("≥", "unstable")
        };
        let l = format_number(eigenvalues[k], 3);
        format!("λ{} = {l} {sign} σ²: {state}", mode + 1)
    };
    let mut figure = figure_named("surface_ppca", "pPCA: two zero columns", provenance)
        .subtitle(format!("σ² = {}", format_number(sigma2, 3)))
        .x(along(0, a))
        .y(along(1, b))
        .note(column(0, a))
        .note(column(1, b))
        .note(verdict)
        .with_legend()
        .with(map.label("negative log likelihood [nats]"));
    if word != "stable" {
        let (x, y) = columns.maximum();
        let mut best = vec![[x, y], [-x, y], [x, -y], [-x, -y]];
        best.dedup();
        figure.push(marks("best", "most likely", best, minimum()));
    }
    figure.push(origin(word, word != "stable"));
    figure
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stability_is_decided_by_each_eigenvalue() {
        let none = Provenance::default();
        let notes = |[a, b]: [f64; 2]| {
            let eigenvalues = [9.0, 8.0, a, b];
            let columns = PpcaSurface::new(&eigenvalues, 4, &[0], (2, 3), 1.0).expect("a surface");
            let figure = ppca_surface_figure(&columns, (2, 3), 2.0, ColourScale::Linear, &none);
            figure.notes.join(" · ")
        };
        assert!(notes([0.5, 0.2]).ends_with("both columns stay collapsed"));
        assert!(notes([3.0, 0.2]).contains("λ3 = 3.00 ≥ σ²: unstable"));
        assert!(notes([3.0, 2.0]).ends_with("both columns grow"));
    }
}
