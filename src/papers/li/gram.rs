//! Gram matrices of the decoder's columns: which of them are principal components, and in what order.

use crate::data::Spectrum;
use crate::plot::{Axis, ColourMap, ColourScale, FigureSpec, HeatMap, Size};

/// Columns of length d, one after the other.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::papers) struct Columns(pub(in crate::papers) Vec<Vec<f64>>);

impl Columns {
    /// W of pPCA, `u_i √(λ_i − σ²)`, as far as eigenvectors are known.
    pub(in crate::papers) fn ppca(spectrum: &Spectrum, latents: usize, sigma2: f64) -> Self {
        let known = latents.min(spectrum.modes());
        let column = |i: usize| -> Vec<f64> {
            let length = (spectrum.eigenvalues[i] - sigma2).max(0.0).sqrt();
            let vector = spectrum.mode(i).unwrap_or(&[]);
            vector.iter().map(|&u| length * f64::from(u)).collect()
        };
        Self((0..known).map(column).collect())
    }

    /// W of a trained linear decoder, κ × d, in the order of its latents.
    pub(in crate::papers) fn trained(weight: &[f32], dim: usize) -> Self {
        let row = |row: &[f32]| row.iter().map(|&w| f64::from(w)).collect();
        Self(weight.chunks_exact(dim.max(1)).map(row).collect())
    }

    /// The same columns, the longest first (Lucas et al., appendix B).
    pub(in crate::papers) fn by_length(&self) -> Self {
        let mut sorted = self.0.clone();
        sorted.sort_by(|a, b| dot(b, b).total_cmp(&dot(a, a)));
        Self(sorted)
    }

    /// The lengths of the columns.
    pub(in crate::papers) fn lengths(&self) -> Vec<f64> {
        self.0.iter().map(|c| dot(c, c).sqrt()).collect()
    }

    /// `AᵀB`, row by row of A's columns.
    pub(in crate::papers) fn gram(&self, other: &Self) -> Vec<Vec<f64>> {
        let row = |a: &Vec<f64>| other.0.iter().map(|b| dot(a, b)).collect();
        self.0.iter().map(row).collect()
    }

    /// The same with every column of length one: cosines.
    pub(in crate::papers) fn cosines(&self, other: &Self) -> Vec<Vec<f64>> {
        let (a, b) = (self.lengths(), other.lengths());
        let mut gram = self.gram(other);
        for (row, a) in gram.iter_mut().zip(&a) {
            for (value, b) in row.iter_mut().zip(&b) {
                let product = a * b;
                *value = if product > 0.0 { *value / product } else { 0.0 };
            }
        }
        gram
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// A matrix as a heat map about zero; its first row is at the bottom.
pub(in crate::papers) fn figure(
    id: &str,
    title: &str,
    [x, y]: [&str; 2],
    label: &str,
    matrix: &[Vec<f64>],
) -> FigureSpec {
    let (ny, nx) = (matrix.len(), matrix.first().map_or(0, Vec::len));
    let values: Vec<f64> = matrix.iter().flatten().copied().collect();
    let most = values.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
    let range = |n: usize| (0.5, n as f64 + 0.5);
    let (across, up) = (range(nx), range(ny));
    let map = HeatMap::new("gram", [across, up], (nx, ny), values)
        .colours(ColourMap::RedBlue, ColourScale::Linear)
        .range(-most, most)
        .label(label)
        .blocky();
    let mut figure = crate::figures::blank(id, title)
        .x(Axis::linear(x).with_range(across.0, across.1))
        .y(Axis::linear(y).with_range(up.0, up.1))
        .with(map);
    figure.size = Size::COLUMN.with_height(3.0);
    figure
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_sorted_and_compared_by_angle() {
        // Two latents in the plane: lengths 1 and 5.
        let trained = Columns::trained(&[1.0, 0.0, 3.0, 4.0], 2);
        assert_eq!(trained.lengths(), [1.0, 5.0]);
        let sorted = trained.by_length();
        assert_eq!(sorted.0[0], [3.0, 4.0]);
        let cosines = trained.cosines(&sorted);
        assert!((cosines[0][0] - 0.6).abs() < 1e-12 && (cosines[1][0] - 1.0).abs() < 1e-12);
        assert_eq!(trained.gram(&sorted)[0], [3.0, 1.0]);
    }
}
