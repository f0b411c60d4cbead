//! The stationary points: the collapsed one and what it is, the good minimum where there is one,
//! and the α at which the good one stops being the global minimum or a minimum at all.

use serde::Serialize;

use super::{Moments, SoftThreshold, moments};
use crate::theory::{ModeSurface, Verdict};

/// What the collapsed point W = 0, μ = 0, σ = η is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Collapsed {
    /// α = 0 and ζ² > βγ: there is a way down.
    Saddle,
    /// α = 0 and ζ² = βγ: the global minimum, flat to second order in one direction.
    Degenerate,
    /// A local minimum, and a better one is elsewhere (α > 0 only).
    LocalMinimum {
        /// How far its energy lies above the best, in nats.
        excess: f64,
    },
    /// Nothing better was found.
    GlobalMinimum,
}

/// The minimum that uses the latent; its mirror image (−W, −μ) is the other one.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct GoodMinimum {
    /// Decoder weight, positive.
    pub w: f64,
    /// Encoder mean, positive.
    pub mu: f64,
    /// Encoder standard deviation.
    pub sigma: f64,
    /// The energy of the minimum.
    pub loss: f64,
}

/// The α at which the landscape changes, everything else held. `None`: not below
/// [`AlphaLimits::LARGEST`]·ζ.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct AlphaLimits {
    /// The least α at which the collapsed point has the lower energy.
    pub global: Option<f64>,
    /// The least α at which no good minimum is found any more. Farther up one may stand again: the
    /// one whose noise stays on one branch of the decoder, far above the collapsed point.
    pub exists: Option<f64>,
}

impl AlphaLimits {
    /// The largest α/ζ that is looked at.
    pub const LARGEST: f64 = 100.0;
}

/// Newton steps of a descent.
const STEPS: usize = 80;
/// A point with a smaller |μ|/η is the collapsed one.
const COLLAPSED_MU: f64 = 1e-4;

/// W in units of ζ/η, μ in units of η, log(σ/η).
type Point = [f64; 3];

impl SoftThreshold {
    /// The energy at the collapsed point, ζ²/(2γ).
    pub fn collapsed_loss(&self) -> f64 {
        self.zeta2 / (2.0 * self.gamma)
    }

    /// What the collapsed point is. For α > 0 it is a local minimum whatever β and γ are: the data
    /// term is flat to all orders there and the KL is strictly convex.
    pub fn collapsed(&self) -> Collapsed {
        if self.alpha == 0.0 {
            return match Verdict::of(self.zeta2, self.beta, self.gamma) {
                Ok(Verdict::Saddle) => Collapsed::Saddle,
                Ok(Verdict::Degenerate) => Collapsed::Degenerate,
                Ok(Verdict::Minimum) | Err(_) => Collapsed::GlobalMinimum,
            };
        }
        let below = |good: GoodMinimum| self.collapsed_loss() - good.loss;
        match self.good_minimum().map(below) {
            Some(excess) if excess > 0.0 => Collapsed::LocalMinimum { excess },
            _ => Collapsed::GlobalMinimum,
        }
    }

    /// The lowest minimum that uses the latent. Its energy may lie above the collapsed point's.
    pub fn good_minimum(&self) -> Option<GoodMinimum> {
        self.good_minima().first().copied()
    }

    /// Every minimum that uses the latent and has W > 0, the lowest first: found by descents from a
    /// fixed set of starts, in closed form at α = 0; none where all descents end at the collapsed
    /// point. Two can stand side by side: one whose noise stays on one branch of the decoder,
    /// and one whose noise crosses the threshold.
    pub fn good_minima(&self) -> Vec<GoodMinimum> {
        if self.alpha == 0.0 {
            let linear = ModeSurface::new(self.zeta2, self.beta, self.gamma, self.eta_enc);
            return linear
                .iter()
                .filter(|l| l.is_active())
                .map(|l| {
                    let (w, mu) = l.minimum();
                    self.minimum_at(w, mu, l.best_sigma2(w).sqrt())
                })
                .collect();
        }
        let reach = 1.0 + self.relative_alpha();
        let around = [0.6, 1.0, 1.6, 2.6, 4.0]
            .into_iter()
            .flat_map(|w| [0.25, 0.5, 1.0, 1.7].map(|mu| (w, mu)))
            .flat_map(|(w, mu)| [(w, mu), (w * reach, mu)])
            .map(|(w, mu)| {
                let sigma = self.best_sigma(w * self.zeta / self.eta_enc, mu * self.eta_enc);
                [w, mu, (sigma.sigma / self.eta_enc).ln()]
            });
        // On one branch the decoder is linear: the minimum of a mode of strength ζ + α.
        let ratio = (self.noise_ratio() / (reach * reach)).min(0.99);
        let branch = [
            reach * (1.0 - ratio).sqrt(),
            (1.0 - ratio).sqrt(),
            0.5 * ratio.ln(),
        ];
        let mut found: Vec<GoodMinimum> = Vec::new();
        for good in around.chain([branch]).filter_map(|s| self.descend(s)) {
            let same = |g: &GoodMinimum| {
                (g.w - good.w).abs() < 1e-3 * g.w && (g.mu - good.mu).abs() < 1e-3 * g.mu
            };
            if !found.iter().any(same) {
                found.push(good);
            }
        }
        found.sort_by(|a, b| a.loss.total_cmp(&b.loss));
        found
    }

    /// The α of this β, γ and ζ at which the landscape changes; this model's own α plays no part.
    ///
    /// α grows geometrically from ζ/100 until the good minimum is lost, and the two changes are
    /// found by bisection.
    pub fn alpha_limits(&self) -> AlphaLimits {
        const GROWTH: f64 = 1.25;
        let state = |alpha: f64| {
            let there = self.with_alpha(alpha).good_minimum();
            (
                there.is_some(),
                there.is_some_and(|g| g.loss < self.collapsed_loss()),
            )
        };
        let between = |mut low: f64, mut high: f64, holds: &dyn Fn(f64) -> bool| {
            while high - low > 1e-6 * self.zeta.max(high) {
                let middle = 0.5 * (low + high);
                if holds(middle) {
                    low = middle;
                } else {
                    high = middle;
                }
            }
            high
        };
        let mut limits = AlphaLimits {
            global: None,
            exists: None,
        };
        if !state(0.0).0 {
            return AlphaLimits {
                global: Some(0.0),
                exists: Some(0.0),
            };
        }
        let (mut before, mut alpha) = (0.0, 0.01 * self.zeta);
        while alpha <= AlphaLimits::LARGEST * self.zeta {
            let (exists, global) = state(alpha);
            if !global && limits.global.is_none() {
                limits.global = Some(between(before, alpha, &|a| state(a).1));
            }
            if !exists {
                limits.exists = Some(between(before, alpha, &|a| state(a).0));
                break;
            }
            before = alpha;
            alpha *= GROWTH;
        }
        limits
    }

    fn minimum_at(&self, w: f64, mu: f64, sigma: f64) -> GoodMinimum {
        GoodMinimum {
            w,
            mu,
            sigma,
            loss: self.loss(w, mu, sigma),
        }
    }

    fn physical(&self, [w, mu, tau]: Point) -> [f64; 3] {
        [
            w * self.zeta / self.eta_enc,
            mu * self.eta_enc,
            tau.exp() * self.eta_enc,
        ]
    }

    /// The energy in units of ζ²/γ, so that tolerances mean the same everywhere.
    fn scaled(&self, at: Point) -> f64 {
        let [w, mu, sigma] = self.physical(at);
        self.loss(w, mu, sigma) * self.gamma / self.zeta2
    }

    fn scaled_gradient(&self, at: Point) -> Point {
        let [w, mu, sigma] = self.physical(at);
        let g = self.gradient(w, mu, sigma);
        let unit = self.gamma / self.zeta2;
        [
            g[0] * unit * self.zeta / self.eta_enc,
            g[1] * unit * self.eta_enc,
            g[2] * unit,
        ]
    }

    fn scaled_hessian(&self, at: Point) -> [Point; 3] {
        let columns: [Point; 3] = std::array::from_fn(|j| {
            let h = 1e-5 * at[j].abs().max(0.1);
            let moved = |by: f64| {
                let mut x = at;
                x[j] += by;
                self.scaled_gradient(x)
            };
            let (above, below) = (moved(h), moved(-h));
            std::array::from_fn(|i| (above[i] - below[i]) / (2.0 * h))
        });
        std::array::from_fn(|i| std::array::from_fn(|j| 0.5 * (columns[i][j] + columns[j][i])))
    }

    /// Damped Newton steps, each of which lowers the energy; the minimum they end at, if it is one
    /// and is not the collapsed point.
    fn descend(&self, start: Point) -> Option<GoodMinimum> {
        let (mut at, mut value) = (start, self.scaled(start));
        let mut damping = 1e-3;
        for _ in 0..STEPS {
            let gradient = self.scaled_gradient(at);
            let hessian = self.scaled_hessian(at);
            if gradient.iter().all(|g| g.abs() < 1e-12) {
                break;
            }
            let mut moved = false;
            while damping < 1e12 {
                let trial = solve(&hessian, damping, gradient).map(|step| {
                    // Beyond a unit the quadratic model says nothing.
                    let length = step.iter().map(|s| s * s).sum::<f64>().sqrt();
                    let share = (1.0 / length).min(1.0);
                    let x: Point = std::array::from_fn(|i| at[i] - share * step[i]);
                    (x, self.scaled(x))
                });
                if let Some((x, lower)) = trial
                    && lower < value
                {
                    (at, value, moved) = (x, lower, true);
                    damping = (damping * 0.1).max(1e-14);
                    break;
                }
                damping *= 10.0;
            }
            if !moved {
                break;
            }
            if at[1].abs() < COLLAPSED_MU {
                return None;
            }
        }
        let settled = self.scaled_gradient(at).iter().all(|g| g.abs() < 1e-8);
        let curved = solve(&self.scaled_hessian(at), 0.0, [0.0; 3]).is_some();
        let [w, mu, sigma] = self.physical(at);
        let Moments { passing, .. } = moments(w * mu, w.abs() * sigma, self.alpha);
        (settled && curved && at[1] > COLLAPSED_MU && at[0] > 0.0 && passing > 1e-3)
            .then(|| self.minimum_at(w, mu, sigma))
    }
}

/// `(H + λI)⁻¹ g` by Cholesky's factors; none unless the matrix is positive definite.
fn solve(hessian: &[Point; 3], damping: f64, gradient: Point) -> Option<Point> {
    let mut l = [[0.0; 3]; 3];
    for i in 0..3 {
        for j in 0..=i {
            let rest: f64 = (0..j).map(|k| l[i][k] * l[j][k]).sum();
            let value = hessian[i][j] + if i == j { damping } else { 0.0 } - rest;
            if i == j {
                if !(value > 0.0 && value.is_finite()) {
                    return None;
                }
                l[i][i] = value.sqrt();
            } else {
                l[i][j] = value / l[j][j];
            }
        }
    }
    let mut y = gradient;
    for i in 0..3 {
        let rest: f64 = (0..i).map(|k| l[i][k] * y[k]).sum();
        y[i] = (y[i] - rest) / l[i][i];
    }
    for i in (0..3).rev() {
        let rest: f64 = (i + 1..3).map(|k| l[k][i] * y[k]).sum();
        y[i] = (y[i] - rest) / l[i][i];
    }
    Some(y)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn soft(alpha: f64, ratio: f64) -> SoftThreshold {
        SoftThreshold::new(2.0, alpha * 2.0_f64.sqrt(), 0.8, ratio * 2.0 / 0.8, 1.3).unwrap()
    }

    #[test]
    fn without_a_threshold_the_verdict_is_the_linear_models() {
        assert_eq!(soft(0.0, 0.9).collapsed(), Collapsed::Saddle);
        assert_eq!(soft(0.0, 1.1).collapsed(), Collapsed::GlobalMinimum);
        let exact = SoftThreshold::new(2.0, 0.0, 4.0, 0.5, 1.0).unwrap();
        assert_eq!(exact.collapsed(), Collapsed::Degenerate);
        assert!(soft(0.0, 1.1).good_minimum().is_none());
    }

    /// A small threshold moves the closed form's minimum a little.
    #[test]
    fn the_minimum_follows_the_linear_one() {
        let linear = soft(0.0, 0.2).good_minimum().unwrap();
        let near = soft(1e-5, 0.2).good_minimum().unwrap();
        for (a, b) in [
            (linear.w, near.w),
            (linear.mu, near.mu),
            (linear.sigma, near.sigma),
        ] {
            assert!((a - b).abs() < 1e-3 * a, "{linear:?} {near:?}");
        }
        assert!((linear.loss - near.loss).abs() < 1e-4 * linear.loss);
    }

    /// Where the noise stays on one branch, the mode of strength ζ + α gives the minimum exactly.
    #[test]
    fn a_second_minimum_can_stand_beside_the_first() {
        let model = soft(8.0, 0.01);
        let good = model.good_minimum().unwrap();
        let strength = 9.0 * model.zeta();
        let sigma = 1.3 * (0.01_f64).sqrt() / 9.0;
        assert!((good.sigma - sigma).abs() < 1e-6 * sigma);
        assert!((good.w - (strength * strength - 0.02).sqrt() / 1.3).abs() < 1e-6 * good.w);
        let two = soft(2.56, 0.2).good_minima();
        assert_eq!(two.len(), 2, "{two:?}");
        assert!(two[0].sigma > 2.0 * two[1].sigma, "{two:?}");
    }

    /// Against a fine grid over (W, μ) with σ profiled, which knows no descent.
    #[test]
    fn the_good_minimum_is_the_lowest_point_of_the_surface() {
        for (alpha, ratio) in [(0.3, 0.1), (0.8, 0.05), (0.5, 0.3)] {
            let model = soft(alpha, ratio);
            let good = model.good_minimum().unwrap();
            let n = 60;
            let mut least = f64::INFINITY;
            for i in 0..=n {
                for j in 0..=n {
                    let w = good.w * 3.0 * f64::from(i) / f64::from(n);
                    let mu = good.mu * 2.0 * f64::from(j) / f64::from(n);
                    least = least.min(model.profiled_loss(w, mu));
                }
            }
            let lowest = good.loss.min(model.collapsed_loss());
            assert!(lowest <= least + 1e-12, "{alpha} {ratio}: {lowest} {least}");
            assert!(least - lowest < 0.02 * lowest);
        }
    }

    /// Proposition 1 with γ held: around the collapsed point every direction goes up for α > 0,
    /// however small, where the linear model has a way down.
    #[test]
    fn the_collapsed_point_is_a_local_minimum_for_any_threshold() {
        for alpha in [0.01, 0.1, 1.0] {
            let model = soft(alpha, 0.1);
            assert!(
                matches!(model.collapsed(), Collapsed::LocalMinimum { excess } if excess > 0.0)
            );
            let (zeta, eta) = (model.zeta(), model.eta_enc());
            let radius = 0.12 * alpha;
            let mut lower_without = 0;
            for i in 0..24 {
                for t in [-0.5, 0.0, 0.5] {
                    let angle = f64::from(i) * std::f64::consts::TAU / 24.0;
                    let (w, mu) = (
                        radius * angle.cos() * zeta / eta,
                        radius * angle.sin() * eta,
                    );
                    let sigma = eta * (radius * t).exp();
                    // Equal where only W moved and the decoder is silent to the last bit.
                    let rise = model.loss(w, mu, sigma) - model.collapsed_loss();
                    assert!(
                        rise >= -1e-15 * model.collapsed_loss(),
                        "{alpha} {angle} {t}: {rise}"
                    );
                    assert!(
                        rise > 0.0 || mu.abs() < 1e-12 && t == 0.0,
                        "{alpha} {angle}"
                    );
                    let linear = soft(0.0, 0.1);
                    lower_without +=
                        usize::from(linear.loss(w, mu, sigma) < linear.collapsed_loss());
                }
            }
            assert!(lower_without > 0, "the linear model has no way down either");
        }
    }

    #[test]
    fn the_good_minimum_stops_being_global_where_the_energies_cross() {
        // On one branch the decoder is linear and its noise is √(βγ)/ζ of the way to the threshold,
        // whatever α: with little noise a good minimum never goes away.
        assert_eq!(soft(0.0, 0.05).alpha_limits().exists, None);
        let none = soft(0.0, 1.2).alpha_limits();
        assert_eq!((none.global, none.exists), (Some(0.0), Some(0.0)));
        let model = soft(0.0, 0.5);
        let limits = model.alpha_limits();
        let at = limits.global.unwrap();
        let excess = |alpha: f64| {
            let model = model.with_alpha(alpha);
            model.good_minimum().unwrap().loss - model.collapsed_loss()
        };
        assert!(
            excess(at * 0.999) < 0.0 && excess(at * 1.001) > 0.0,
            "{limits:?}"
        );
        let end = limits.exists.unwrap();
        assert!(end > at);
        assert!(model.with_alpha(end * 0.999).good_minimum().is_some());
        assert!(model.with_alpha(end * 1.001).good_minimum().is_none());
    }
}
