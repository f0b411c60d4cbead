//! Two-dimensional loss surfaces of the linear model, and the grid any surface is sampled on.

use rayon::prelude::*;
use serde::Serialize;

use super::{Error, eigenvalue, is_alive, positive};

/// Below this many points a grid is evaluated on the calling thread.
const PARALLEL_POINTS: usize = 1 << 13;

/// `n` equally spaced values from `min` to `max`, both included.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Axis {
    /// First value.
    pub min: f64,
    /// Last value, above `min`.
    pub max: f64,
    /// Number of values, 2 to [`Axis::MAX_POINTS`].
    pub n: usize,
}

impl Axis {
    /// The most values an axis may have, which bounds a grid's memory to 128 MiB.
    pub const MAX_POINTS: usize = 4096;

    /// An axis.
    ///
    /// # Errors
    /// [`Error::NotFinite`] for a bound, [`Error::NotPositive`] for the width, [`Error::OutOfRange`]
    /// for the number of values.
    pub fn new(min: f64, max: f64, n: usize) -> Result<Self, Error> {
        for (name, value) in [("axis minimum", min), ("axis maximum", max)] {
            if !value.is_finite() {
                return Err(Error::NotFinite { name, value });
            }
        }
        positive("axis width", max - min)?;
        if !(2..=Self::MAX_POINTS).contains(&n) {
            return Err(Error::OutOfRange {
                name: "number of grid points",
                min: 2,
                max: Self::MAX_POINTS,
                value: n,
            });
        }
        Ok(Self { min, max, n })
    }

    /// The axis from `-half` to `half`.
    ///
    /// # Errors
    /// As [`Axis::new`].
    pub fn symmetric(half: f64, n: usize) -> Result<Self, Error> {
        Self::new(-half, half, n)
    }

    /// The value at `index` (0 to n − 1); the ends are hit exactly.
    pub fn value(&self, index: usize) -> f64 {
        let t = index as f64 / (self.n.max(2) - 1) as f64;
        self.min * (1.0 - t) + self.max * t
    }
}

/// A function sampled on a rectangle.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Grid {
    /// The horizontal axis; it varies fastest.
    pub x: Axis,
    /// The vertical axis, from below.
    pub y: Axis,
    /// `values[row * x.n + column]` at `(x.value(column), y.value(row))`; may hold NaN or ±∞ where
    /// the function does.
    pub values: Vec<f64>,
}

impl Grid {
    /// Samples `f(x, y)`, in parallel when there are many points.
    ///
    /// # Errors
    /// As [`Axis::new`], for axes not made by it.
    pub fn evaluate(x: Axis, y: Axis, f: impl Fn(f64, f64) -> f64 + Sync) -> Result<Self, Error> {
        let x = Axis::new(x.min, x.max, x.n)?;
        let y = Axis::new(y.min, y.max, y.n)?;
        let mut values = vec![0.0; x.n * y.n];
        let fill = |(row, line): (usize, &mut [f64])| {
            let at = y.value(row);
            for (column, value) in line.iter_mut().enumerate() {
                *value = f(x.value(column), at);
            }
        };
        if values.len() >= PARALLEL_POINTS {
            values.par_chunks_mut(x.n).enumerate().for_each(fill);
        } else {
            values.chunks_mut(x.n).enumerate().for_each(fill);
        }
        Ok(Self { x, y, values })
    }

    /// The sample at a column and row.
    pub fn at(&self, column: usize, row: usize) -> Option<f64> {
        (column < self.x.n).then(|| self.values.get(row * self.x.n + column).copied())?
    }

    /// Least and largest finite value, or `None` if there is no finite one.
    pub fn range(&self) -> Option<(f64, f64)> {
        let finite = self.values.iter().copied().filter(|v| v.is_finite());
        finite.fold(None, |range, v| {
            let (lo, hi) = range.unwrap_or((v, v));
            Some((v.min(lo), v.max(hi)))
        })
    }
}

/// One mode's loss over the decoder's weight u and the encoder's weight v (on whitened data).
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ModeSurface {
    zeta2: f64,
    beta: f64,
    gamma: f64,
    eta_enc: f64,
}

impl ModeSurface {
    /// The surface of a mode with eigenvalue ζ².
    ///
    /// # Errors
    /// [`Error::BadEigenvalue`] for ζ², [`Error::NotPositive`] for the others,
    /// [`Error::NotRepresentable`] if βγ or η² under- or overflows.
    pub fn new(zeta2: f64, beta: f64, gamma: f64, eta_enc: f64) -> Result<Self, Error> {
        eigenvalue(0, zeta2)?;
        positive("β", beta)?;
        positive("γ", gamma)?;
        positive("η_enc", eta_enc)?;
        for (what, value) in [("βγ", beta * gamma), ("η_enc²", eta_enc * eta_enc)] {
            if !value.is_normal() {
                return Err(Error::NotRepresentable { what });
            }
        }
        Ok(Self {
            zeta2,
            beta,
            gamma,
            eta_enc,
        })
    }

    /// The loss of this mode, (d/2) log 2πγ left out:
    /// `(1/2γ)[ζ² − 2ζuv + u²(v² + σ²)] + (β/2)(v²/η² + σ²/η² − log(σ²/η²) − 1)`.
    pub fn loss(&self, u: f64, v: f64, sigma: f64) -> f64 {
        let eta2 = self.eta_enc * self.eta_enc;
        let (miss, ratio) = (self.zeta2.sqrt() - u * v, sigma * sigma / eta2);
        let error = miss * miss + u * u * sigma * sigma;
        error / (2.0 * self.gamma) + 0.5 * self.beta * (v * v / eta2 + ratio - ratio.ln() - 1.0)
    }

    /// The σ² of least loss at a given u: `βγη²/(βγ + η²u²)`; it does not depend on v.
    pub fn best_sigma2(&self, u: f64) -> f64 {
        let eta2 = self.eta_enc * self.eta_enc;
        let noise = self.beta * self.gamma;
        noise * eta2 / (noise + eta2 * u * u)
    }

    /// The loss with σ at its best for this u, [`ModeSurface::best_sigma2`].
    ///
    /// There u²σ²/(2γ) + βσ²/(2η²) = β/2, so only the logarithm is left of σ:
    /// `(ζ − uv)²/(2γ) + (β/2)[v²/η² + log(1 + η²u²/(βγ))]`.
    pub fn profiled_loss(&self, u: f64, v: f64) -> f64 {
        let eta2 = self.eta_enc * self.eta_enc;
        let miss = self.zeta2.sqrt() - u * v;
        let spread = (eta2 * u * u / (self.beta * self.gamma)).ln_1p();
        miss * miss / (2.0 * self.gamma) + 0.5 * self.beta * (v * v / eta2 + spread)
    }

    /// Whether the mode is active: ζ² > βγ, by the comparison of [`is_alive`].
    pub fn is_active(&self) -> bool {
        is_alive(self.zeta2, self.beta, self.gamma)
    }

    /// The minimum (u, v) = (λ, θ); its mirror image (−λ, −θ) is the other one. The origin if the
    /// mode is dead.
    pub fn minimum(&self) -> (f64, f64) {
        if !self.is_active() {
            return (0.0, 0.0);
        }
        let lambda = (self.zeta2 - self.beta * self.gamma).max(0.0).sqrt() / self.eta_enc;
        (
            lambda,
            lambda * self.eta_enc * self.eta_enc / self.zeta2.sqrt(),
        )
    }

    /// [`ModeSurface::profiled_loss`] with u along x and v along y.
    ///
    /// # Errors
    /// As [`Axis::new`].
    pub fn grid(&self, u: Axis, v: Axis) -> Result<Grid, Error> {
        Grid::evaluate(u, v, |u, v| self.profiled_loss(u, v))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::theory::origin_hessian;

    #[test]
    fn the_best_sigma_is_a_minimum_of_the_full_loss() {
        let s = ModeSurface::new(2.3, 0.7, 0.4, 1.6).unwrap();
        for (u, v) in [(0.0, 0.0), (0.8, -0.3), (-2.0, 1.0), (30.0, 0.1)] {
            let sigma = s.best_sigma2(u).sqrt();
            let best = s.loss(u, v, sigma);
            assert!((best - s.profiled_loss(u, v)).abs() < 1e-12 * best.abs().max(1.0));
            for factor in [0.5, 0.99, 1.01, 2.0] {
                assert!(s.loss(u, v, sigma * factor) > best, "{u} {v} {factor}");
            }
        }
    }

    /// The Hessian at the origin by central differences of the loss, σ held and σ profiled.
    #[test]
    fn the_hessian_at_the_origin_is_the_closed_form() {
        for (zeta2, beta, gamma, eta) in [
            (2.0, 0.5, 0.8, 1.0),
            (0.3, 2.0, 0.5, 0.6),
            (4.0, 1.0, 4.0, 1.7),
        ] {
            let s = ModeSurface::new(zeta2, beta, gamma, eta).unwrap();
            let exact = origin_hessian(zeta2, beta, gamma, eta).unwrap();
            for held in [true, false] {
                let f = |u: f64, v: f64| {
                    if held {
                        s.loss(u, v, eta)
                    } else {
                        s.profiled_loss(u, v)
                    }
                };
                let h = 1e-3;
                let second =
                    |du: f64, dv: f64| (f(du, dv) - 2.0 * f(0.0, 0.0) + f(-du, -dv)) / (h * h);
                let cross = (f(h, h) - f(h, -h) - f(-h, h) + f(-h, -h)) / (4.0 * h * h);
                let measured = [[second(h, 0.0), cross], [cross, second(0.0, h)]];
                for i in 0..2 {
                    for j in 0..2 {
                        let scale = exact[i][j].abs().max(1.0);
                        assert!(
                            (measured[i][j] - exact[i][j]).abs() < 1e-4 * scale,
                            "{measured:?} {exact:?}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn a_grid_is_row_major_and_the_same_in_parallel() {
        let (x, y) = (
            Axis::new(-1.0, 1.0, 3).unwrap(),
            Axis::new(0.0, 3.0, 4).unwrap(),
        );
        let g = Grid::evaluate(x, y, |x, y| 10.0 * y + x).unwrap();
        assert_eq!(g.values[..6], [-1.0, 0.0, 1.0, 9.0, 10.0, 11.0]);
        assert_eq!(
            (g.at(2, 3), g.at(3, 0), g.at(0, 4)),
            (Some(31.0), None, None)
        );
        assert_eq!(g.range(), Some((-1.0, 31.0)));
        let (x, y) = (
            Axis::symmetric(2.0, 256).unwrap(),
            Axis::symmetric(1.0, 200).unwrap(),
        );
        let g = Grid::evaluate(x, y, |x, y| x * x * y).unwrap();
        for (row, column) in [(0, 0), (199, 255), (17, 101)] {
            let (x, y) = (x.value(column), y.value(row));
            assert_eq!(g.at(column, row), Some(x * x * y));
        }
        assert_eq!((x.value(0), x.value(255)), (-2.0, 2.0));
        let undefined = Grid::evaluate(x, y, |_, _| f64::NAN).unwrap();
        assert_eq!(undefined.range(), None);
    }

    #[test]
    fn bad_axes_are_refused() {
        assert!(Axis::new(0.0, 0.0, 5).is_err());
        assert!(Axis::new(1.0, 0.0, 5).is_err());
        assert!(Axis::new(0.0, f64::INFINITY, 5).is_err());
        assert!(Axis::new(-1e308, 1e308, 5).is_err());
        assert!(Axis::new(0.0, 1.0, 1).is_err());
        assert!(Axis::new(0.0, 1.0, usize::MAX).is_err());
        let wrong = Axis {
            min: 0.0,
            max: 1.0,
            n: usize::MAX,
        };
        assert!(Grid::evaluate(wrong, wrong, |_, _| 0.0).is_err());
    }
}
