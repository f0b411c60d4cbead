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

macro_rules! real {
    ($type:ty, $exponent:expr) => {
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
                self.exp()
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
                self.tanh()
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

real!(f32, 0x7F80_0000);
real!(f64, 0x7FF0_0000_0000_0000);
