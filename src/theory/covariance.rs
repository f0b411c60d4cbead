//! A covariance as one of its factors: with `S = F Fᵀ` every trace of the linear model is a sum of
//! squares, so that a reconstruction that is nearly perfect does not drown in the difference of
//! two large traces.

use faer::{Mat, MatRef, Side};

use super::{Error, representable};

/// Negative eigenvalues and asymmetries down to this share of the largest entry are rounding.
const ROUNDING: f64 = 1e-9;

/// A centred covariance S (n × n) by a factor F (n × r) with `S = F Fᵀ`.
#[derive(Debug, Clone, PartialEq)]
pub struct Covariance {
    factor: Mat<f64>,
}

impl Covariance {
    /// From a factor F, n × r: for data rows `x`, the matrix with the columns `(x − x̄)/√N`.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] if it has no rows, [`Error::NotCovariance`] if an entry is not finite,
    /// [`Error::NotRepresentable`] if the trace overflows.
    pub fn from_factor(factor: Mat<f64>) -> Result<Self, Error> {
        if factor.nrows() == 0 {
            return Err(Error::OutOfRange {
                name: "data dimension",
                min: 1,
                max: usize::MAX,
                value: 0,
            });
        }
        if !finite(factor.as_ref()) {
            return Err(Error::NotCovariance);
        }
        representable("the trace of the covariance", factor.squared_norm_l2())?;
        Ok(Self { factor })
    }

    /// From S itself, symmetric and positive semi-definite up to rounding (1e-9 of its largest
    /// entry); by its eigenvectors, `F = P Φ^½`.
    ///
    /// # Errors
    /// [`Error::Shape`] if S is not square, [`Error::NotCovariance`] if it is not symmetric, has a
    /// negative eigenvalue, or an entry is not finite.
    pub fn from_matrix(s: MatRef<'_, f64>) -> Result<Self, Error> {
        let n = s.nrows();
        shape("covariance", s, (n, n))?;
        let largest = s.norm_max();
        let symmetric =
            (0..n).all(|j| (0..j).all(|i| (s[(i, j)] - s[(j, i)]).abs() <= ROUNDING * largest));
        if !finite(s) || !symmetric {
            return Err(Error::NotCovariance);
        }
        let eigen = s
            .self_adjoint_eigen(Side::Lower)
            .map_err(|_| Error::NotCovariance)?;
        let values = eigen.S().column_vector();
        if values.iter().any(|v| *v < -ROUNDING * largest) {
            return Err(Error::NotCovariance);
        }
        let vectors = eigen.U();
        Self::from_factor(Mat::from_fn(n, n, |i, j| {
            vectors[(i, j)] * values[j].max(0.0).sqrt()
        }))
    }

    /// From eigenvalues and the eigenvectors that go with them, the columns of `vectors` (n × at
    /// least as many as there are eigenvalues).
    ///
    /// # Errors
    /// [`Error::Shape`] for too few vectors, [`Error::BadEigenvalue`], and as
    /// [`Covariance::from_factor`].
    pub fn from_spectrum(eigenvalues: &[f64], vectors: MatRef<'_, f64>) -> Result<Self, Error> {
        for (index, &value) in eigenvalues.iter().enumerate() {
            super::eigenvalue(index, value)?;
        }
        if vectors.ncols() < eigenvalues.len() {
            let needed = (vectors.nrows(), eigenvalues.len());
            return Err(misfit("matrix of eigenvectors", vectors, needed));
        }
        Self::from_factor(Mat::from_fn(vectors.nrows(), eigenvalues.len(), |i, j| {
            vectors[(i, j)] * eigenvalues[j].sqrt()
        }))
    }

    /// The dimension n.
    pub fn dim(&self) -> usize {
        self.factor.nrows()
    }

    /// The factor F, n × r.
    pub fn factor(&self) -> MatRef<'_, f64> {
        self.factor.as_ref()
    }

    /// The covariance S, n × n.
    pub fn matrix(&self) -> Mat<f64> {
        &self.factor * self.factor.transpose()
    }

    /// The total variance tr S.
    pub fn trace(&self) -> f64 {
        self.factor.squared_norm_l2()
    }
}

/// Whether every entry is finite; a norm may pass over NaN.
pub(super) fn finite(matrix: MatRef<'_, f64>) -> bool {
    matrix.col_iter().all(|c| c.iter().all(|v| v.is_finite()))
}

/// Nothing if `matrix` is rows × columns, else [`Error::Shape`].
pub(super) fn shape(
    what: &'static str,
    matrix: MatRef<'_, f64>,
    needed: (usize, usize),
) -> Result<(), Error> {
    if matrix.shape() == needed {
        Ok(())
    } else {
        Err(misfit(what, matrix, needed))
    }
}

/// [`Error::Shape`] for a matrix that should be rows × columns.
pub(super) fn misfit(
    what: &'static str,
    matrix: MatRef<'_, f64>,
    (rows, columns): (usize, usize),
) -> Error {
    Error::Shape {
        what,
        rows,
        columns,
        found_rows: matrix.nrows(),
        found_columns: matrix.ncols(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_covariance_is_refused() {
        let of = |rows: [[f64; 2]; 2]| {
            Covariance::from_matrix(Mat::from_fn(2, 2, |i, j| rows[i][j]).as_ref())
        };
        assert_eq!(of([[1.0, 0.2], [0.3, 1.0]]), Err(Error::NotCovariance));
        assert_eq!(of([[1.0, 2.0], [2.0, 1.0]]), Err(Error::NotCovariance));
        assert_eq!(of([[f64::NAN, 0.0], [0.0, 1.0]]), Err(Error::NotCovariance));
        let wide = Covariance::from_matrix(Mat::<f64>::zeros(2, 3).as_ref());
        assert!(matches!(
            wide,
            Err(Error::Shape {
                rows: 2,
                columns: 2,
                found_columns: 3,
                ..
            })
        ));
        assert!(Covariance::from_factor(Mat::zeros(0, 3)).is_err());
        assert!(Covariance::from_factor(Mat::from_fn(1, 1, |_, _| f64::INFINITY)).is_err());
        let few = Covariance::from_spectrum(&[2.0, 1.0], Mat::<f64>::identity(3, 1).as_ref());
        assert!(matches!(few, Err(Error::Shape { columns: 2, .. })));
    }

    #[test]
    fn the_factor_multiplies_back() {
        let s = Mat::from_fn(2, 2, |i, j| [[2.0, 0.5], [0.5, 1.0]][i][j]);
        let found = Covariance::from_matrix(s.as_ref()).expect("a covariance");
        assert!((found.matrix() - &s).norm_max() < 1e-14);
        assert!((found.trace() - 3.0).abs() < 1e-14);
        // Singular is no trouble.
        let flat = Mat::from_fn(3, 3, |_, _| 1.0);
        let found = Covariance::from_matrix(flat.as_ref()).expect("a covariance");
        assert!((found.matrix() - flat).norm_max() < 1e-14);
    }
}
