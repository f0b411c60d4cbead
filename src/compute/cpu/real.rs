//! The two float types a twin runs in.

use std::fmt::Debug;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Div, Mul, MulAssign, Neg, Sub, SubAssign};

/// f32 (the device) or f64 (the oracle).
pub trait Real:
    faer::traits::RealField
    + Copy
    + Default
    + PartialOrd
    + Debug
    + Send
    + Sync
    + 'static
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + AddAssign
    + SubAssign
    + MulAssign
    + Sum
{
    /// 0.
    const ZERO: Self;
    /// 1.
    const ONE: Self;
    /// Rounds an f64.
    fn of(value: f64) -> Self;
    /// Widens an f32 exactly.
    fn of_f32(value: f32) -> Self;
    /// Widens to f64.
    fn to_f64(self) -> f64;
    /// Rounds to f32.
    fn to_f32(self) -> f32;
    /// eˣ.
    #[must_use]
    fn exp_(self) -> Self;
    /// ln x.
    #[must_use]
    fn ln_(self) -> Self;
    /// √x.
    #[must_use]
    fn sqrt_(self) -> Self;
    /// tanh x.
    #[must_use]
    fn tanh_(self) -> Self;
    /// max(x, 0), NaN staying NaN so that a bad number is never hidden by a ReLU.
    #[must_use]
    fn relu_(self) -> Self;
    /// Neither infinite nor NaN, by the exponent's bits.
    fn finite(self) -> bool;
}

/// eˣ in f32 without a call or a branch, so that loops over it become vector loops.
///
/// Range reduction by ln 2 and the Cephes polynomial; within 2 units in the last place of the true
/// value, overflowing to ∞ and underflowing to 0 as it should, NaN staying NaN.
#[inline(always)]
fn exp_f32(x: f32) -> f32 {
    // Adding and taking off 1.5·2²³ rounds to a whole number and leaves it in the low bits.
    const ROUND: f32 = 12_582_912.0;
    let x = if x > 89.0 { 89.0 } else { x };
    let x = if x < -104.0 { -104.0 } else { x };
    let shifted = x * std::f32::consts::LOG2_E + ROUND;
    let whole = shifted - ROUND;
    let power = (shifted.to_bits() as i32).wrapping_sub(ROUND.to_bits() as i32);
    let r = x - whole * 0.693_359_4 - whole * -2.121_944_4e-4;
    let series =
        ((((1.987_569_1e-4 * r + 1.398_199_9e-3) * r + 8.333_452e-3) * r + 4.166_579_6e-2) * r
            + 0.166_666_65)
            * r
            + 0.5;
    let y = series * (r * r) + r + 1.0;
    // Two factors reach beyond the exponents of one.
    let (half, rest) = (power >> 1, power - (power >> 1));
    let two_to = |k: i32| f32::from_bits((k.wrapping_add(127) as u32) << 23);
    y * two_to(half) * two_to(rest)
}

/// tanh x in f32, likewise: a polynomial near 0, where 1 − 2/(e²ˣ + 1) would cancel.
#[inline(always)]
fn tanh_f32(x: f32) -> f32 {
    let z = x * x;
    let near = ((((-5.704_989e-3 * z + 2.063_909e-2) * z - 5.373_971_5e-2) * z + 0.133_314_42) * z
        - 0.333_332_8)
        * z
        * x
        + x;
    let far = 1.0 - 2.0 / (exp_f32(2.0 * x.abs()) + 1.0);
    if z < 0.390_625 { near } else { far.copysign(x) }
}

macro_rules! real {
    ($type:ty, $exponent:expr, $exp:expr, $tanh:expr) => {
        impl Real for $type {
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;

            #[inline(always)]
            fn of(value: f64) -> Self {
                value as Self
            }
            #[inline(always)]
            fn of_f32(value: f32) -> Self {
                Self::from(value)
            }
            #[inline(always)]
            fn to_f64(self) -> f64 {
                f64::from(self)
            }
            #[inline(always)]
            fn to_f32(self) -> f32 {
                self as f32
            }
            #[inline(always)]
            fn exp_(self) -> Self {
                $exp(self)
            }
            #[inline(always)]
            fn ln_(self) -> Self {
                self.ln()
            }
            #[inline(always)]
            fn sqrt_(self) -> Self {
                self.sqrt()
            }
            #[inline(always)]
            fn tanh_(self) -> Self {
                $tanh(self)
            }
            #[inline(always)]
            fn relu_(self) -> Self {
                if self < 0.0 { 0.0 } else { self }
            }
            #[inline(always)]
            fn finite(self) -> bool {
                self.to_bits() & $exponent != $exponent
            }
        }
    };
}

real!(f32, 0x7F80_0000, exp_f32, tanh_f32);
real!(f64, 0x7FF0_0000_0000_0000, f64::exp, f64::tanh);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_and_tanh_match_the_standard_library() {
        for i in -880_000..880_000_i32 {
            let x = i as f32 * 1e-4;
            let exact = f64::from(x).exp();
            let error = (f64::from(exp_f32(x)) - exact).abs() / exact;
            assert!(error < 2.5e-7, "exp {x}: {error}");
            let exact = f64::from(x).tanh();
            let error = (f64::from(tanh_f32(x)) - exact).abs();
            assert!(error <= 2.5e-7 * exact.abs(), "tanh {x}: {error}");
        }
        assert_eq!(exp_f32(f32::INFINITY), f32::INFINITY);
        assert_eq!(exp_f32(1e30), f32::INFINITY);
        assert_eq!(exp_f32(f32::NEG_INFINITY), 0.0);
        assert_eq!(exp_f32(0.0), 1.0);
        assert!(exp_f32(f32::NAN).is_nan() && tanh_f32(f32::NAN).is_nan());
        assert_eq!(tanh_f32(f32::INFINITY), 1.0);
        assert_eq!(tanh_f32(f32::NEG_INFINITY), -1.0);
    }
}
