//! The arithmetic of one descent, generic over f32 and f64; `shaders/basin.wgsl` is its twin, line
//! for line.
//!
//! Everything is in the problem's own units, in which only α/ζ and βγ/ζ² are left: w = Wη/ζ,
//! m = μ/η, τ = log(σ/η), and the energy in units of ζ²/γ, counted from the collapsed point's:
//!
//! `e = B/2 − A + (βγ/ζ²)·½(m² + e^{2τ} − 1 − 2τ)`.
//!
//! The step rule: `x ← x − h∇e`, never farther than [`REACH`]. If the energy does not rise the step
//! is taken and h grows by a fifth; if it does, the step is not taken and h is halved. So the energy
//! never rises, whatever the curvature.

use std::ops::{Add, Div, Mul, Neg, Sub};

/// Longest step, small beside the distances between the stationary points.
pub const REACH: f64 = 0.05;
/// h of the first step.
pub const FIRST_STEP: f64 = 0.05;
/// Factor of h after a step that was taken.
pub const GROWTH: f64 = 1.2;
/// A rise by this share of the energy is taken for rounding.
pub const ROUNDING: f64 = 2e-7;
/// A descent this far below the collapsed point's energy cannot change the sign of w any more: at
/// w = 0 the energy is at least the collapsed point's, and a step across it, no longer than
/// [`REACH`], would need |wm| ≤ REACH²/4, where the energy is not that low.
pub const BELOW: f64 = 1e-3;
/// Distance in (m, τ) from the collapsed point at which a descent may be called collapsed.
pub const NEAR: f64 = 0.02;
/// There the decoder's pull must be weaker than the KL's by this factor.
pub const WEAKER: f64 = 0.1;
/// |a| beyond which the normal distribution is 0 or 1 in either precision's use of it.
pub const TAIL: f64 = 12.0;
/// Noise below this is none.
pub const LEAST_NOISE: f64 = 1e-20;

/// Mills' ratio Φ(−x)/φ(x) as `t·q(t)`, `t = 1/(1 + x/4)`, by interpolation at the Chebyshev points
/// of t: relative error below 9e-8 for every x ≥ 0.
pub const MILLS: [f64; 10] = [
    0.249_999_977_28,
    0.250_004_578_778,
    0.234_218_129_539,
    0.205_266_866_385,
    0.143_996_415_174,
    0.171_137_528_137,
    -0.099_630_611_559_2,
    0.260_185_151_153,
    -0.214_039_058_114,
    0.052_175_187_805_4,
];

/// What the descent needs of a float.
pub trait Real:
    Copy
    + PartialOrd
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + Send
    + Sync
    + 'static
{
    /// The nearest float.
    fn of(value: f64) -> Self;
    /// As f64.
    fn wide(self) -> f64;
    /// eˣ.
    #[must_use]
    fn exp(self) -> Self;
    /// √x.
    #[must_use]
    fn sqrt(self) -> Self;
    /// |x|.
    #[must_use]
    fn abs(self) -> Self;
    /// The larger.
    #[must_use]
    fn max(self, other: Self) -> Self;
    /// The smaller.
    #[must_use]
    fn min(self, other: Self) -> Self;
}

macro_rules! real {
    ($($type:ty),+) => {$(
        impl Real for $type {
            #[inline(always)]
            fn of(value: f64) -> Self { value as $type }
            #[inline(always)]
            fn wide(self) -> f64 { self.into() }
            #[inline(always)]
            fn exp(self) -> Self { <$type>::exp(self) }
            #[inline(always)]
            fn sqrt(self) -> Self { <$type>::sqrt(self) }
            #[inline(always)]
            fn abs(self) -> Self { <$type>::abs(self) }
            #[inline(always)]
            fn max(self, other: Self) -> Self { <$type>::max(self, other) }
            #[inline(always)]
            fn min(self, other: Self) -> Self { <$type>::min(self, other) }
        }
    )+};
}
real!(f32, f64);

/// Where a descent ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[repr(u32)]
pub enum Fate {
    /// Not decided within the allowed steps.
    Unfinished = 0,
    /// The collapsed point.
    Collapsed = 1,
    /// A minimum that uses the latent, W > 0.
    Positive = 2,
    /// A minimum that uses the latent, W < 0.
    Negative = 3,
}

impl Fate {
    /// All fates, by number.
    pub const ALL: [Self; 4] = [
        Self::Unfinished,
        Self::Collapsed,
        Self::Positive,
        Self::Negative,
    ];

    /// The fate of a number the descent left; an unknown one is unfinished.
    pub fn of(code: u32) -> Self {
        let known = Self::ALL.get(code as usize).copied();
        known.unwrap_or(Self::Unfinished)
    }
}

/// Most minima that are recognised by their distance.
pub const TARGETS: usize = 2;

/// The landscape, in its own units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Landscape<T> {
    /// α/ζ.
    pub alpha: T,
    /// βγ/ζ².
    pub ratio: T,
    /// Whether the collapsed point is a minimum: a descent that stays near a saddle has not arrived.
    pub collapsible: bool,
    /// w, m, τ of minima above the collapsed point or hardly below it, and the square of the
    /// distance from which every descent ends there (0 for none).
    pub targets: [[T; 4]; TARGETS],
}

/// The state of one descent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Descent<T> {
    /// The point (w, m, τ).
    pub at: [T; 3],
    /// The step size h.
    pub step: T,
    /// Energy above the collapsed point's.
    pub excess: T,
    /// [`Fate`] so far.
    pub fate: u32,
    /// Steps made so far.
    pub steps: u32,
}

/// Energy, gradient and the share of the noise that passes the threshold, at a point.
#[derive(Debug, Clone, Copy)]
pub struct Slope<T> {
    /// Energy above the collapsed point's.
    pub excess: T,
    /// The derivatives of the energy by w, m and τ.
    pub gradient: [T; 3],
    /// P(|t| > α).
    pub passing: T,
}

impl<T: Real> Descent<T> {
    /// A descent about to start.
    pub fn new(w: f64, m: f64, tau: f64) -> Self {
        Self {
            at: [T::of(w), T::of(m), T::of(tau)],
            step: T::of(FIRST_STEP),
            excess: T::of(0.0),
            fate: Fate::Unfinished as u32,
            steps: 0,
        }
    }
}

/// Φ(a), φ(a) of one side of the threshold, `over` = ±wm − α, and its first two moments.
#[inline(always)]
fn side<T: Real>(over: T, noise: T) -> [T; 4] {
    let tail = T::of(TAIL);
    let a = (over / noise.max(T::of(LEAST_NOISE))).min(tail).max(-tail);
    let density = (T::of(-0.5) * a * a).exp() * T::of(0.398_942_280_401_432_7);
    let t = T::of(1.0) / (T::of(1.0) + T::of(0.25) * a.abs());
    let mut q = T::of(MILLS[9]);
    for k in (0..9).rev() {
        q = q * t + T::of(MILLS[k]);
    }
    let far = density * t * q;
    let share = if a < T::of(0.0) {
        far
    } else {
        T::of(1.0) - far
    };
    let first = over * share + noise * density;
    let second = (over * over + noise * noise) * share + over * noise * density;
    [share, density, first, second]
}

/// Energy and gradient.
#[inline(always)]
pub fn slope<T: Real>(land: &Landscape<T>, [w, m, tau]: [T; 3]) -> Slope<T> {
    let (zero, one, half) = (T::of(0.0), T::of(1.0), T::of(0.5));
    let sigma = tau.exp();
    let mean = w * m;
    let noise = w.abs() * sigma;
    let [p, d, g, h] = side(mean - land.alpha, noise);
    let [p_minus, d_minus, g_minus, h_minus] = side(-mean - land.alpha, noise);
    let first = g - g_minus;
    let passing = p + p_minus;
    // σ² − 1 − 2τ, by its series where the terms would cancel.
    let x = tau + tau;
    let spread = if x.abs() < T::of(0.25) {
        let series = half
            + x * (T::of(1.0 / 6.0)
                + x * (T::of(1.0 / 24.0)
                    + x * (T::of(1.0 / 120.0)
                        + x * (T::of(1.0 / 720.0) + x * T::of(1.0 / 5040.0)))));
        x * x * series
    } else {
        sigma * sigma - one - x
    };
    let by_mean = first - passing;
    let by_noise = noise * passing - (d - d_minus);
    let sign = if w < zero { -one } else { one };
    Slope {
        excess: half * (h + h_minus) - first + land.ratio * half * (m * m + spread),
        gradient: [
            by_mean * m + by_noise * sigma * sign,
            by_mean * w + land.ratio * m,
            by_noise * noise + land.ratio * (sigma * sigma - one),
        ],
        passing,
    }
}

/// Whether the point's fate is decided.
#[inline(always)]
fn fate<T: Real>(land: &Landscape<T>, [w, m, tau]: [T; 3], here: &Slope<T>) -> Fate {
    let zero = T::of(0.0);
    let side = if w < zero {
        Fate::Negative
    } else {
        Fate::Positive
    };
    if here.excess < T::of(-BELOW) {
        return side;
    }
    let along = if w < zero { -m } else { m };
    for [target_w, target_m, target_tau, radius2] in land.targets {
        let (x, y, z) = (w.abs() - target_w, along - target_m, tau - target_tau);
        if x * x + y * y + z * z < radius2 {
            return side;
        }
    }
    let near2 = T::of(NEAR * NEAR);
    let silent = if land.alpha > zero {
        here.passing * (w * w + land.alpha * land.alpha) <= T::of(WEAKER) * land.ratio * w * w
    } else {
        w * w < near2
    };
    if land.collapsible && silent && m * m + tau * tau < near2 {
        return Fate::Collapsed;
    }
    Fate::Unfinished
}

/// At most `steps` more steps of a descent whose fate is open.
#[inline(always)]
pub fn advance<T: Real>(land: &Landscape<T>, descent: &mut Descent<T>, steps: u32) {
    let mut at = descent.at;
    let mut here = slope(land, at);
    let mut step = descent.step;
    let mut found = fate(land, at, &here);
    let mut done = 0;
    while done < steps && found == Fate::Unfinished {
        done += 1;
        let g = here.gradient;
        let length = (g[0] * g[0] + g[1] * g[1] + g[2] * g[2]).sqrt();
        let reach = T::of(REACH);
        let used = if step * length > reach {
            reach / length
        } else {
            step
        };
        let next = [
            at[0] - used * g[0],
            at[1] - used * g[1],
            at[2] - used * g[2],
        ];
        let there = slope(land, next);
        if there.excess <= here.excess + T::of(ROUNDING) * here.excess.abs() {
            at = next;
            here = there;
            step = used * T::of(GROWTH);
            found = fate(land, at, &here);
        } else {
            step = T::of(0.5) * used;
        }
    }
    descent.at = at;
    descent.step = step;
    descent.excess = here.excess;
    descent.fate = found as u32;
    descent.steps += done;
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::theory::SoftThreshold;

    fn land<T: Real>(alpha: f64, ratio: f64) -> Landscape<T> {
        Landscape {
            alpha: T::of(alpha),
            ratio: T::of(ratio),
            collapsible: true,
            targets: [[T::of(0.0); 4]; TARGETS],
        }
    }

    /// The fast arithmetic against the model it stands for, in both precisions.
    #[test]
    fn energy_and_gradient_are_the_models() {
        for (alpha, ratio) in [(0.0, 0.3), (0.3, 0.1), (1.4, 0.6), (0.01, 1.2)] {
            let model = SoftThreshold::new(1.0, alpha, ratio, 1.0, 1.0).unwrap();
            for code in 0..729 {
                let at = [code % 9, code / 9 % 9, code / 81].map(|k| f64::from(k) * 0.61 - 2.4);
                let [w, m, tau] = at;
                if w.abs() < 1e-9 {
                    continue;
                }
                let excess = model.loss(w, m, tau.exp()) - model.collapsed_loss();
                let gradient = model.gradient(w, m, tau.exp());
                let spread = (2.0 * tau).exp();
                let scale = 1.0 + w * w * (m * m + spread) + ratio * spread;
                let wide = slope(&land::<f64>(alpha, ratio), at);
                let narrow = slope(&land::<f32>(alpha, ratio), at.map(|v| v as f32));
                assert!((wide.excess - excess).abs() < 2e-7 * scale, "{at:?}");
                assert!(
                    (narrow.excess.wide() - excess).abs() < 2e-6 * scale,
                    "{at:?}"
                );
                for (k, exact) in gradient.iter().enumerate() {
                    let scale = scale * (1.0 + w.abs() + m.abs());
                    assert!(
                        (wide.gradient[k] - exact).abs() < 2e-7 * scale,
                        "{at:?} {k}"
                    );
                    let narrow = narrow.gradient[k].wide();
                    assert!((narrow - exact).abs() < 3e-6 * scale, "{at:?} {k}");
                }
            }
        }
    }

    #[test]
    fn mills_ratio_is_within_its_bound() {
        for k in 0..2400 {
            let x = f64::from(k) * 0.005;
            let t = 1.0 / (1.0 + 0.25 * x);
            let fit = MILLS.iter().rev().fold(0.0, |q, c| q * t + c) * t;
            let density = (-0.5 * x * x).exp() / std::f64::consts::TAU.sqrt();
            let exact = 0.5 * libm::erfc(x * std::f64::consts::FRAC_1_SQRT_2) / density;
            assert!((fit / exact - 1.0).abs() < 9e-8, "{x}: {fit} {exact}");
        }
    }

    #[test]
    fn the_energy_never_rises_by_more_than_rounding() {
        let land = land::<f64>(0.4, 0.05);
        for code in 0..64 {
            let (i, j) = (f64::from(code % 8), f64::from(code / 8));
            let mut descent = Descent::<f64>::new(i * 0.7 - 2.4, j * 0.5 - 1.7, 0.0);
            let mut before = slope(&land, descent.at).excess;
            for _ in 0..300 {
                advance(&land, &mut descent, 1);
                assert!(descent.excess <= before + 2e-7 * before.abs());
                before = descent.excess;
            }
        }
    }
}
