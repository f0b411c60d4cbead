//! The collapsed point u = v = 0, σ = `η_enc`: a saddle or the global minimum, never a merely
//! local one (Wang and Ziyin, Theorem 3). Its least eigenvalue is the early warning of collapse.

use serde::Serialize;

use super::{Error, THRESHOLD_TOLERANCE, eigenvalue, is_alive, positive};

/// What the collapsed point is for one mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// ζ² > βγ: there is a way down, the mode wants to live.
    Saddle,
    /// ζ² < βγ: the global minimum.
    Minimum,
    /// ζ² = βγ, up to [`THRESHOLD_TOLERANCE`]: still the global minimum, but flat to second order in one direction.
    Degenerate,
}

impl Verdict {
    /// The verdict for a mode, by the comparison that decides activity everywhere ([`is_alive`]).
    ///
    /// # Errors
    /// [`Error::BadEigenvalue`] for ζ², [`Error::NotPositive`] for β and γ.
    pub fn of(zeta2: f64, beta: f64, gamma: f64) -> Result<Self, Error> {
        eigenvalue(0, zeta2)?;
        positive("β", beta)?;
        positive("γ", gamma)?;
        Ok(if is_alive(zeta2, beta, gamma) {
            Self::Saddle
        } else if zeta2 / gamma < beta * (1.0 - THRESHOLD_TOLERANCE) {
            Self::Minimum
        } else {
            Self::Degenerate
        })
    }
}

/// The Hessian of one mode's loss in (u, v) at the origin:
/// `(1/γ)·[[η², −ζ], [−ζ, βγ/η²]]`.
///
/// # Errors
/// [`Error::BadEigenvalue`] for ζ², [`Error::NotPositive`] for the others.
pub fn origin_hessian(
    zeta2: f64,
    beta: f64,
    gamma: f64,
    eta_enc: f64,
) -> Result<[[f64; 2]; 2], Error> {
    eigenvalue(0, zeta2)?;
    positive("β", beta)?;
    positive("γ", gamma)?;
    positive("η_enc", eta_enc)?;
    let eta2 = eta_enc * eta_enc;
    let cross = -zeta2.sqrt() / gamma;
    Ok([[eta2 / gamma, cross], [cross, beta / eta2]])
}

/// Eigenvalues of [`origin_hessian`], the smaller first. The smaller one is taken from the
/// determinant (β − ζ²/γ)/γ, so that its sign and its zero at β = ζ²/γ are exact.
///
/// # Errors
/// As [`origin_hessian`], and [`Error::NotRepresentable`] on overflow.
pub fn origin_eigenvalues(
    zeta2: f64,
    beta: f64,
    gamma: f64,
    eta_enc: f64,
) -> Result<[f64; 2], Error> {
    let [[a, b], [_, d]] = origin_hessian(zeta2, beta, gamma, eta_enc)?;
    let largest = 0.5 * (a + d) + (0.5 * (a - d)).hypot(b);
    let least = (beta - zeta2 / gamma) / (gamma * largest);
    if largest.is_finite() && least.is_finite() {
        Ok([least, largest])
    } else {
        Err(Error::NotRepresentable {
            what: "the Hessian's eigenvalues",
        })
    }
}

/// The least eigenvalue at the origin for each of `betas`; it crosses zero at β = ζ²/γ. With
/// ζ² = ζ₁² it is the least of the whole Hessian, since it falls as ζ² grows.
///
/// # Errors
/// As [`origin_eigenvalues`], for the first β that fails.
pub fn least_eigenvalue_curve(
    zeta2: f64,
    betas: &[f64],
    gamma: f64,
    eta_enc: f64,
) -> Result<Vec<f64>, Error> {
    betas
        .iter()
        .map(|&beta| Ok(origin_eigenvalues(zeta2, beta, gamma, eta_enc)?[0]))
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn eigenvalues_have_the_trace_and_determinant() {
        for (zeta2, beta, gamma, eta) in [
            (3.0, 0.5, 2.0, 1.0),
            (1.0, 4.0, 0.3, 0.7),
            (0.0, 1.0, 1.0, 1.0),
        ] {
            let [[a, b], [c, d]] = origin_hessian(zeta2, beta, gamma, eta).unwrap();
            let [lo, hi] = origin_eigenvalues(zeta2, beta, gamma, eta).unwrap();
            assert!((lo + hi - a - d).abs() < 1e-12 * (a + d));
            assert!((lo * hi - (a * d - b * c)).abs() < 1e-12 * (a * d + b * c));
        }
    }

    #[test]
    fn the_curve_crosses_zero_at_the_threshold() {
        let (zeta2, gamma) = (5.1, 0.37);
        let at = zeta2 / gamma;
        let curve = least_eigenvalue_curve(
            zeta2,
            &[at * (1.0 - 1e-9), at, at * (1.0 + 1e-9)],
            gamma,
            1.3,
        )
        .unwrap();
        assert!(curve[0] < 0.0 && curve[1] == 0.0 && curve[2] > 0.0);
        assert_eq!(Verdict::of(zeta2, at, gamma), Ok(Verdict::Degenerate));
        assert_eq!(Verdict::of(zeta2, at * 0.999, gamma), Ok(Verdict::Saddle));
        assert_eq!(Verdict::of(zeta2, at * 1.001, gamma), Ok(Verdict::Minimum));
        assert!(Verdict::of(f64::NAN, 1.0, 1.0).is_err());
    }
}
