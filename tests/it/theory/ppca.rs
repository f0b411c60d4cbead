//! pPCA's sums over eigenvalues against the dense Gaussian density.

use super::dense::{basis, covariance};
use super::minimise::bfgs;
use collapse_explorer::theory::{
    ColumnStability, Error, PpcaSurface, ppca_fit, ppca_log_likelihood, zero_column_stability,
};

const SPECTRUM: [f64; 6] = [5.0, 3.0, 1.6, 0.9, 0.5, 0.2];

/// −½(d log 2π + log|C| + tr(C⁻¹S)) by Gaussian elimination.
pub(super) fn gaussian(c: &[Vec<f64>], s: &[Vec<f64>]) -> f64 {
    let d = c.len();
    let mut rows: Vec<Vec<f64>> = c
        .iter()
        .zip(s)
        .map(|(c, s)| [c.clone(), s.clone()].concat())
        .collect();
    let mut log_det = 0.0;
    for p in 0..d {
        let pivot = rows[p][p];
        log_det += pivot.ln();
        for v in &mut rows[p] {
            *v /= pivot;
        }
        let source = rows[p].clone();
        for (_, row) in rows.iter_mut().enumerate().filter(|(i, _)| *i != p) {
            let factor = row[p];
            row.iter_mut()
                .zip(&source)
                .for_each(|(v, s)| *v -= factor * s);
        }
    }
    let trace: f64 = (0..d).map(|i| rows[i][d + i]).sum();
    -0.5 * (d as f64 * std::f64::consts::TAU.ln() + log_det + trace)
}

/// `WWᵀ + σ²I` for columns of the given lengths along rows of the basis.
fn model(columns: &[(usize, f64)], basis: &[Vec<f64>], sigma2: f64) -> Vec<Vec<f64>> {
    let mut along = vec![sigma2; basis.len()];
    for &(i, length) in columns {
        along[i] += length * length;
    }
    covariance(&along, basis)
}

#[test]
fn likelihoods_match_the_dense_density() {
    let q = basis(8, 21);
    let mut padded = SPECTRUM.to_vec();
    padded.extend([0.0, 0.0]);
    let s = covariance(&padded, &q);
    for k in 0..=5 {
        let fit = ppca_fit(&SPECTRUM, 8, k).unwrap();
        let columns: Vec<(usize, f64)> = fit.column_norms.iter().copied().enumerate().collect();
        let dense = gaussian(&model(&columns, &q, fit.sigma2), &s);
        assert!(
            (fit.log_likelihood - dense).abs() < 1e-10,
            "{k}: {} {dense}",
            fit.log_likelihood
        );
        // No other noise variance is better.
        let kept: Vec<usize> = (0..k).collect();
        for factor in [0.9, 0.999, 1.001, 1.1] {
            let other = ppca_log_likelihood(&SPECTRUM, 8, &kept, fit.sigma2 * factor).unwrap();
            assert!(other < fit.log_likelihood);
        }
    }
    // Not the leading components, and one below the noise (its column is zero).
    let dense = gaussian(
        &model(&[(1, (3.0_f64 - 0.6).sqrt()), (3, 0.3_f64.sqrt())], &q, 0.6),
        &s,
    );
    let sum = ppca_log_likelihood(&SPECTRUM, 8, &[3, 1, 5], 0.6).unwrap();
    assert!((sum - dense).abs() < 1e-10, "{sum} {dense}");
}

/// Two components in four dimensions by direct maximisation over W (dense) and log σ².
#[test]
fn the_fit_is_the_numerical_maximum() {
    let q = basis(4, 22);
    let s = covariance(&[3.0, 1.5, 0.5, 0.3], &q);
    let f = |x: &[f64]| {
        let sigma2 = x[8].exp();
        let c: Vec<Vec<f64>> = (0..4)
            .map(|i| {
                (0..4)
                    .map(|j| x[i] * x[j] + x[4 + i] * x[4 + j] + if i == j { sigma2 } else { 0.0 })
                    .collect()
            })
            .collect();
        -gaussian(&c, &s)
    };
    let (least, at) = bfgs(&f, &[0.3, -0.2, 0.5, 0.1, 0.2, 0.4, -0.1, 0.6, 0.0]);
    let fit = ppca_fit(&[3.0, 1.5, 0.5, 0.3], 4, 2).unwrap();
    assert!(
        (least + fit.log_likelihood).abs() < 1e-9,
        "{least} {}",
        fit.log_likelihood
    );
    assert!((at[8].exp() - 0.4).abs() < 1e-4 && (fit.sigma2 - 0.4).abs() < 1e-15);
}

#[test]
fn the_surface_of_two_zero_columns() {
    let q = basis(6, 23);
    let s = covariance(&SPECTRUM, &q);
    // Columns kept: the first; zero columns along components 1 (wanted) and 4 (below the noise).
    let sigma2 = 1.2;
    let surface = PpcaSurface::new(&SPECTRUM, 6, &[0], (1, 4), sigma2).unwrap();
    let dense = |e1: f64, e2: f64| {
        gaussian(
            &model(&[(0, (5.0 - sigma2).sqrt()), (1, e1), (4, e2)], &q, sigma2),
            &s,
        )
    };
    for (e1, e2) in [(0.0, 0.0), (0.7, 0.0), (-0.4, 0.9), (2.0, -1.0)] {
        assert!((surface.log_likelihood(e1, e2) - dense(e1, e2)).abs() < 1e-10);
    }
    assert_eq!(
        surface.stability().unwrap(),
        [ColumnStability::Unstable, ColumnStability::Stable]
    );
    let h = 1e-3;
    let second = [dense(h, 0.0), dense(0.0, h)].map(|v| 2.0 * (v - dense(0.0, 0.0)) / (h * h));
    for (measured, exact) in second.iter().zip(surface.curvature()) {
        assert!((measured - exact).abs() < 1e-4, "{measured} {exact}");
    }
    let (e1, e2) = surface.maximum();
    assert_eq!(e2, 0.0);
    for (d1, d2) in [(0.05, 0.0), (-0.05, 0.0), (0.0, 0.05)] {
        assert!(dense(e1 + d1, e2 + d2) < dense(e1, e2));
    }
    assert_eq!(
        zero_column_stability(1.2, 1.2),
        Ok(ColumnStability::Degenerate)
    );
}

#[test]
fn edges_of_the_fit() {
    let fit = ppca_fit(&[2.0, 1.0], 5, 2).unwrap();
    assert_eq!((fit.sigma2, fit.log_likelihood), (0.0, f64::INFINITY));
    assert_eq!(
        serde_json::to_value(&fit).unwrap()["log_likelihood"],
        serde_json::Value::Null
    );
    // k ≥ d means d − 1.
    let fit = ppca_fit(&[2.0, 1.0, 0.5], 3, 9).unwrap();
    assert_eq!(
        (fit.kept.as_slice(), fit.sigma2),
        ([2.0, 1.0].as_slice(), 0.5)
    );
    assert!(matches!(ppca_fit(&[], 0, 1), Err(Error::OutOfRange { .. })));
    assert!(matches!(
        ppca_fit(&[1.0, 2.0], 2, 1),
        Err(Error::NotDescending { index: 1 })
    ));
    assert!(ppca_log_likelihood(&SPECTRUM, 6, &[6], 1.0).is_err());
    assert!(ppca_log_likelihood(&SPECTRUM, 6, &[1, 1], 1.0).is_err());
    assert!(ppca_log_likelihood(&SPECTRUM, 6, &[0], 0.0).is_err());
    assert!(PpcaSurface::new(&SPECTRUM, 6, &[0], (0, 4), 1.0).is_err());
    assert!(PpcaSurface::new(&SPECTRUM, 6, &[0], (1, 9), 1.0).is_err());
}
