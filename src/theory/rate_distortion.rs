//! The rate–distortion curve of the linear model: reverse water-filling with at most κ components.
//!
//! At the optimum with water level w = βγ, the rate is KL = Σ_{ζ² > w} ½ log(ζ²/w) and the squared error
//! `R_m + m·w` (Wang and Ziyin 2022, §4.2; Cover and Thomas, Theorem 10.3.3). Every β-VAE is a point on or above it.

use super::{LinearProblem, is_alive};

/// (rate in nats, squared error per sample summed over dimensions) at a water level w = βγ.
pub fn rate_distortion(problem: &LinearProblem, level: f64) -> [f64; 2] {
    let reach = problem.reachable();
    let active =
        problem.eigenvalues()[..reach].partition_point(|&zeta2| is_alive(zeta2, level, 1.0));
    let rate = 0.5 * (problem.log_sum(active) - active as f64 * level.ln());
    [rate, problem.residual(active) + active as f64 * level]
}

/// The curve from the level where no mode lives down to `least`, at `points` levels equally spaced in log w. Empty
/// for data without variance or a level that is not positive.
pub fn rate_distortion_curve(problem: &LinearProblem, least: f64, points: usize) -> Vec<[f64; 2]> {
    let Some(&most) = problem.eigenvalues().first() else {
        return Vec::new();
    };
    if !(least > 0.0 && least < most && most.is_finite()) {
        return Vec::new();
    }
    let last = points.max(2) - 1;
    (0..=last)
        .map(|i| {
            let share = i as f64 / last as f64;
            rate_distortion(problem, most * (least / most).powf(share))
        })
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::theory::{Gamma, optimum};

    #[test]
    fn the_optimum_lies_on_the_curve_whatever_splits_the_product() {
        let problem = LinearProblem::vae(vec![9.0, 5.0, 2.0, 1.0, 0.3], 8, 3).unwrap();
        for (beta, gamma) in [(0.5, 1.0), (3.0, 1.0), (1.0, 3.0), (20.0, 1.0)] {
            let found = optimum(&problem, beta, Gamma::Fixed(gamma)).unwrap();
            let [rate, error] = rate_distortion(&problem, beta * gamma);
            assert!((rate - found.kl).abs() < 1e-12, "{beta} {gamma}");
            assert!(
                (error - found.squared_error).abs() < 1e-12,
                "{beta} {gamma}"
            );
        }
    }

    #[test]
    fn the_slope_is_minus_one_over_twice_the_level() {
        // dD/dR = −2w: the price of a nat is β, since L = D/2γ + βR is stationary along the curve.
        let problem = LinearProblem::vae(vec![9.0, 5.0, 2.0, 1.0, 0.3], 8, 4).unwrap();
        for level in [0.5, 1.5, 3.0, 7.0] {
            let h = 1e-6 * level;
            let [a, b] = [level - h, level + h].map(|w| rate_distortion(&problem, w));
            let slope = (b[1] - a[1]) / (b[0] - a[0]);
            assert!(
                (slope + 2.0 * level).abs() < 1e-4 * level,
                "{level} {slope}"
            );
        }
        let curve = rate_distortion_curve(&problem, 0.01, 50);
        assert_eq!(curve.len(), 50);
        assert!(
            curve
                .windows(2)
                .all(|w| w[0][0] <= w[1][0] && w[0][1] >= w[1][1])
        );
        assert_eq!(curve[0], [0.0, 17.3]);
    }
}
