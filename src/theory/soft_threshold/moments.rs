//! The first two moments of the soft threshold of a normal number: in closed form, and by
//! quadrature as the independent check of it.

use std::f64::consts::{FRAC_1_SQRT_2, PI};

/// Standard normal density.
pub(super) fn density(x: f64) -> f64 {
    (-0.5 * x * x).exp() / (2.0 * PI).sqrt()
}

/// Standard normal distribution function Φ, accurate in its lower tail too.
pub(super) fn distribution(x: f64) -> f64 {
    0.5 * libm::erfc(-x * FRAC_1_SQRT_2)
}

/// The soft threshold `π_α(u) = sign(u)(|u| − α)₊`.
pub fn soft_threshold(u: f64, alpha: f64) -> f64 {
    u.signum() * (u.abs() - alpha).max(0.0)
}

/// What the energy and its derivatives need of `π_α(t)`, `t ~ N(m, s²)`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moments {
    /// `A = E[π_α(t)]`.
    pub mean: f64,
    /// `B = E[π_α(t)²]`.
    pub square: f64,
    /// `∂A/∂m = P(|t| > α)`, the share of the noise that passes the threshold.
    pub passing: f64,
    /// `∂A/∂s = φ(a) − φ(b)` with `a = (m − α)/s`, `b = (−m − α)/s`.
    pub mean_by_s: f64,
}

impl Moments {
    /// `∂B/∂m = 2A`.
    pub fn square_by_m(&self) -> f64 {
        2.0 * self.mean
    }

    /// `∂B/∂s = 2s·P(|t| > α)`.
    pub fn square_by_s(&self, s: f64) -> f64 {
        2.0 * s * self.passing
    }
}

/// One side: Φ(a), φ(a), `E[(t − α)₊]` and `E[(t − α)₊²]` with `over = m − α`, `a = over/s`.
fn side(over: f64, s: f64) -> [f64; 4] {
    let (share, density) = if s > 0.0 {
        let a = over / s;
        (distribution(a), density(a))
    } else {
        // No noise: a step, one half at the threshold itself, where only its derivative sees it.
        (0.5 * (1.0 + sign(over)), 0.0)
    };
    let mean = (over * share + s * density).max(0.0);
    let square = ((over * over + s * s) * share + over * s * density).max(0.0);
    [share, density, mean, square]
}

fn sign(x: f64) -> f64 {
    if x == 0.0 { 0.0 } else { x.signum() }
}

/// The moments in closed form, for `s ≥ 0` and `α ≥ 0`.
///
/// With `g = E[(t − α)₊] = (m − α)Φ(a) + sφ(a)` and
/// `h = E[(t − α)₊²] = ((m − α)² + s²)Φ(a) + (m − α)sφ(a)`, and the same of −t,
/// `A = g(m) − g(−m)` and `B = h(m) + h(−m)`.
pub fn moments(m: f64, s: f64, alpha: f64) -> Moments {
    let [p, d, g, h] = side(m - alpha, s);
    let [p_minus, d_minus, g_minus, h_minus] = side(-m - alpha, s);
    Moments {
        mean: g - g_minus,
        square: h + h_minus,
        passing: p + p_minus,
        mean_by_s: d - d_minus,
    }
}

/// Points of a panel of the quadrature.
const POINTS: usize = 16;
/// Standard deviations on either side beyond which a normal number is not looked for.
const REACH: f64 = 12.0;

/// Nodes and weights of Gauss and Legendre on [−1, 1], by Newton's iteration on the polynomial.
fn gauss_legendre() -> [(f64, f64); POINTS] {
    let n = POINTS as f64;
    std::array::from_fn(|i| {
        let mut x = (PI * (i as f64 + 0.75) / (n + 0.5)).cos();
        let mut slope = 1.0;
        for _ in 0..60 {
            let (mut before, mut value) = (1.0, x);
            for k in 2..=POINTS {
                let k = k as f64;
                let next = ((2.0 * k - 1.0) * x * value - (k - 1.0) * before) / k;
                before = value;
                value = next;
            }
            slope = n * (x * value - before) / (x * x - 1.0);
            let step = value / slope;
            x -= step;
            if step.abs() < 1e-16 {
                break;
            }
        }
        (x, 2.0 / ((1.0 - x * x) * slope * slope))
    })
}

/// `(E[π_α(t)], E[π_α(t)²])` by quadrature: the line is cut at the two kinks ±α, and every piece
/// into panels of at most one standard deviation, so that each sees a smooth function.
pub fn moments_by_quadrature(m: f64, s: f64, alpha: f64) -> (f64, f64) {
    if s <= 0.0 {
        let value = soft_threshold(m, alpha);
        return (value, value * value);
    }
    let rule = gauss_legendre();
    let (low, high) = (m - REACH * s, m + REACH * s);
    let mut cuts = vec![low];
    cuts.extend(
        [-alpha, alpha]
            .into_iter()
            .filter(|c| *c > low && *c < high),
    );
    cuts.push(high);
    let (mut first, mut second) = (0.0, 0.0);
    for piece in cuts.windows(2) {
        let panels = ((piece[1] - piece[0]) / s).ceil().max(1.0);
        let half = (piece[1] - piece[0]) / (2.0 * panels);
        for panel in 0..panels as usize {
            let middle = piece[0] + half * (2.0 * panel as f64 + 1.0);
            for (x, weight) in rule {
                let t = middle + half * x;
                let mass = weight * half * density((t - m) / s) / s;
                let value = soft_threshold(t, alpha);
                first += mass * value;
                second += mass * value * value;
            }
        }
    }
    (first, second)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::{Stream, normal};

    const CASES: [(f64, f64, f64); 9] = [
        (0.0, 1.0, 0.5),
        (0.7, 0.3, 0.5),
        (-0.7, 0.3, 0.5),
        (2.0, 0.01, 0.5),
        (0.5, 1e-3, 0.5),
        (0.1, 0.1, 0.9),
        (-3.0, 2.0, 0.0),
        (1e-3, 5.0, 1.0),
        (40.0, 30.0, 7.0),
    ];

    #[test]
    fn closed_form_quadrature_and_simulation_agree() {
        for (case, &(m, s, alpha)) in CASES.iter().enumerate() {
            let exact = moments(m, s, alpha);
            let (mean, square) = moments_by_quadrature(m, s, alpha);
            let scale = m.abs() + s;
            assert!((exact.mean - mean).abs() < 1e-13 * scale, "{m} {s} {alpha}");
            assert!((exact.square - square).abs() < 1e-12 * scale * scale);

            let n = 200_000_u32;
            let draws = (0..n).map(|i| {
                let t = m + s * f64::from(normal(5, Stream::Evaluation, i, case as u32));
                soft_threshold(t, alpha)
            });
            let (mut first, mut second, mut fourth) = (0.0, 0.0, 0.0);
            for v in draws {
                first += v;
                second += v * v;
                fourth += v.powi(4);
            }
            let n = f64::from(n);
            let (first, second, fourth) = (first / n, second / n, fourth / n);
            // Five standard errors.
            let error = 5.0 * ((second - first * first) / n).sqrt() + 1e-12;
            assert!((first - exact.mean).abs() < error, "{m} {s} {alpha}");
            let error = 5.0 * ((fourth - second * second) / n).sqrt() + 1e-12;
            assert!((second - exact.square).abs() < error, "{m} {s} {alpha}");
        }
    }

    #[test]
    fn derivatives_are_those_of_the_moments() {
        for (m, s, alpha) in CASES {
            let exact = moments(m, s, alpha);
            let h = 1e-5 * s;
            let by = |f: &dyn Fn(f64) -> f64| (f(h) - f(-h)) / (2.0 * h);
            let near = |a: f64, b: f64, scale: f64| {
                assert!((a - b).abs() < 2e-8 * scale, "{m} {s} {alpha}: {a} {b}");
            };
            near(
                exact.passing,
                by(&|h| moments(m + h, s, alpha).mean),
                1.0 + m.abs() / s,
            );
            near(
                exact.mean_by_s,
                by(&|h| moments(m, s + h, alpha).mean),
                1.0 + m.abs() / s,
            );
            let scale = (m.abs() + s) * (1.0 + m.abs() / s);
            near(
                exact.square_by_m(),
                by(&|h| moments(m + h, s, alpha).square),
                scale,
            );
            near(
                exact.square_by_s(s),
                by(&|h| moments(m, s + h, alpha).square),
                scale,
            );
        }
    }

    #[test]
    fn without_a_threshold_the_moments_are_those_of_the_normal_number() {
        for (m, s) in [(0.0, 0.0), (0.0, 1.0), (1.3, 0.2), (-4.0, 3.0), (1e-9, 1.0)] {
            let found = moments(m, s, 0.0);
            assert!(
                (found.mean - m).abs() <= 2e-15 * (m.abs() + s),
                "{m} {s} {found:?}"
            );
            assert!((found.square - m * m - s * s).abs() <= 1e-14 * (m * m + s * s));
            assert!((found.passing - 1.0).abs() < 1e-15);
        }
    }

    #[test]
    fn extremes_are_numbers() {
        for m in [0.0, 1e-300, 1e70, -1e70] {
            for s in [0.0, 1e-300, 1.0, 1e70] {
                for alpha in [0.0, 1e-300, 1.0, 1e70] {
                    let f = moments(m, s, alpha);
                    let all = [f.mean, f.square, f.passing, f.mean_by_s];
                    assert!(all.iter().all(|v| v.is_finite()), "{m} {s} {alpha}: {f:?}");
                    assert!(f.square >= 0.0 && (0.0..=1.0 + 1e-12).contains(&f.passing));
                }
            }
        }
        // No noise: the function itself.
        assert_eq!(moments(0.7, 0.0, 0.5).mean, 0.7 - 0.5);
        assert_eq!(moments(-0.4, 0.0, 0.5).square, 0.0);
    }
}
