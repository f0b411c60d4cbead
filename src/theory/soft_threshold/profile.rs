//! σ at its best for given (W, μ).
//!
//! With a threshold the energy may have several local minima in σ: little noise that stays within
//! one branch of the decoder, or so much that some of it passes the threshold. So the whole interval
//! that can hold a stationary point is scanned and every minimum found is refined.

use serde::Serialize;

use super::SoftThreshold;

/// Largest distance of the scan's points in log σ. The energy changes over distances of order one
/// in log σ (it depends on σ through Wσ/α), so a pair of extrema closer than this is hardly deeper
/// than rounding.
const SPACING: f64 = 0.2;
/// Most points of a scan.
const MOST_POINTS: f64 = 200.0;
/// Halvings of a bracket of width [`SPACING`] at most: to the last bit of log σ.
const HALVINGS: usize = 60;

/// The best σ for some (W, μ).
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct BestSigma {
    /// σ of least energy.
    pub sigma: f64,
    /// The energy there.
    pub loss: f64,
    /// Local minima in σ among which it is the lowest.
    pub minima: usize,
}

impl SoftThreshold {
    /// The σ of least energy at (W, μ), the global one among the local minima in σ.
    ///
    /// Every stationary point lies between the roots of two quadratics, since the slope by log σ is
    /// `β(σ²/η² − 1) + (s/γ)(sP − ζD)` with s = |W|σ, 0 ≤ P ≤ 1 and |D| ≤ φ(0). That interval is
    /// scanned for changes of the slope's sign at most 0.2 apart in log σ, and each is refined: two
    /// minima closer together than that could be taken for one.
    pub fn best_sigma(&self, w: f64, mu: f64) -> BestSigma {
        let at = |sigma: f64, minima: usize| BestSigma {
            sigma,
            loss: self.loss(w, mu, sigma),
            minima,
        };
        if self.alpha == 0.0 {
            // The linear mode: σ² = βγη²/(βγ + η²W²), written so that nothing overflows.
            let ratio = self.eta_enc * w / (self.beta * self.gamma).sqrt();
            return at(self.eta_enc / 1.0_f64.hypot(ratio), 1);
        }
        let Some((low, high)) = self.sigma_bounds(w) else {
            return at(self.eta_enc, 1);
        };
        let slope = |tau: f64| self.gradient(w, mu, tau.exp())[2];
        let (low, high) = (low.ln() - 1e-3, high.ln() + 1e-3);
        let intervals = ((high - low) / SPACING).ceil().clamp(1.0, MOST_POINTS);
        let point = |k: f64| low + (high - low) * k / intervals;
        let mut best: Option<BestSigma> = None;
        let mut minima = 0;
        let mut before = slope(low);
        for k in 1..=intervals as usize {
            let here = slope(point(k as f64));
            if before < 0.0 && here >= 0.0 {
                let root = fall_to_rise(&slope, point(k as f64 - 1.0), point(k as f64));
                let found = at(root.exp(), 0);
                minima += 1;
                if best.is_none_or(|b| found.loss < b.loss) {
                    best = Some(found);
                }
            }
            before = here;
        }
        best.map_or_else(|| at(self.eta_enc, 1), |b| BestSigma { minima, ..b })
    }

    /// The energy with σ at its best.
    pub fn profiled_loss(&self, w: f64, mu: f64) -> f64 {
        self.best_sigma(w, mu).loss
    }

    /// An interval that holds every stationary σ; none where it cannot be told in floats.
    fn sigma_bounds(&self, w: f64) -> Option<(f64, f64)> {
        const DENSITY_AT_0: f64 = 0.398_942_280_401_432_7;
        let w = w.abs();
        // Divided by β: (σ/η)² + (w²/βγ)σ² ± (φ(0)ζw/βγ)σ = 1.
        let noise = self.beta * self.gamma;
        let square = (self.eta_enc * self.eta_enc).recip();
        let linear = DENSITY_AT_0 * self.zeta * w / noise;
        let low = positive_root(square + w * w / noise, linear);
        let high = positive_root(square, -linear);
        (low > 0.0 && low <= high && high.is_finite()).then_some((low, high))
    }
}

/// The positive root of `a x² + b x = 1`, a > 0.
fn positive_root(a: f64, b: f64) -> f64 {
    let root = b.hypot(2.0 * a.sqrt());
    if b > 0.0 {
        2.0 / (b + root)
    } else {
        (root - b) / (2.0 * a)
    }
}

/// Where `slope` turns from falling to rising between `low` and `high`: bisection, sped up by the
/// secant where that lands well inside the bracket.
fn fall_to_rise(slope: &impl Fn(f64) -> f64, mut low: f64, mut high: f64) -> f64 {
    let (mut at_low, mut at_high) = (slope(low), slope(high));
    for step in 0..HALVINGS {
        let width = high - low;
        let guess = low - at_low * width / (at_high - at_low);
        let middle = 0.5 * (low + high);
        let next = if step % 3 < 2 && guess > low + 1e-4 * width && guess < high - 1e-4 * width {
            guess
        } else {
            middle
        };
        let here = slope(next);
        if here < 0.0 {
            (low, at_low) = (next, here);
        } else {
            (high, at_high) = (next, here);
        }
        // The energy is flat here: an error of 1e-8 in log σ is one of 1e-16 in it.
        if high - low < 1e-9 || here == 0.0 {
            return next;
        }
    }
    0.5 * (low + high)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    /// Against a brute scan that knows no slope and no bounds; the number of minima in σ.
    fn compare(alpha: f64, gamma: f64, w: f64, mu: f64) -> usize {
        let soft = SoftThreshold::new(1.0, alpha, 1.0, gamma, 1.0).unwrap();
        let found = soft.best_sigma(w, mu);
        let brute = (0..=4000)
            .map(|k| soft.loss(w, mu, (-9.0 + 14.0 * f64::from(k) / 4000.0).exp()))
            .fold(f64::INFINITY, f64::min);
        assert!(found.loss <= brute + 1e-12 * brute, "{soft:?} {w} {mu}");
        assert!(
            brute - found.loss < 1e-3 * (1.0 + brute),
            "{soft:?} {w} {mu}"
        );
        found.minima
    }

    #[test]
    fn it_is_the_global_minimum_in_sigma() {
        for alpha in [0.1, 0.5, 1.5, 4.0] {
            for gamma in [0.02, 0.3, 2.0] {
                for k in 0..81 {
                    let (i, j) = (f64::from(k / 9), f64::from(k % 9));
                    compare(alpha, gamma, i * 0.7 - 2.8, j * 0.45 - 1.8);
                }
            }
        }
        // Two minima: little noise below the threshold, or much of which some passes it.
        for (alpha, gamma, w, mu) in [
            (0.197, 0.0003, 0.128, 2.258),
            (0.67, 0.0016, 1.648, 0.581),
            (1.583, 0.0166, 0.651, 2.931),
            (0.232, 0.0098, 0.413, 1.252),
        ] {
            assert_eq!(compare(alpha, gamma, w, mu), 2);
        }
    }
}
