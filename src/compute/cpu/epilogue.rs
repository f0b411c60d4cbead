//! What follows a linear op before its result is stored: bias, skip, activation or slope.

use crate::config::Activation;

use super::real::Real;
use super::vector::over_rows_of;

/// The slope of the leaky ReLU below zero.
const LEAK: f64 = 0.01;

/// [`crate::compute::op::Epilogue`] with its slices looked up.
#[derive(Clone, Copy)]
pub(super) struct Tail<'a, T> {
    pub bias: Option<&'a [T]>,
    pub add: Option<&'a [T]>,
    pub finish: Finishing<'a, T>,
    /// α of the soft threshold.
    pub alpha: T,
}

/// [`crate::compute::op::Finish`] with its slice looked up.
#[derive(Clone, Copy)]
pub(super) enum Finishing<'a, T> {
    Activate(Activation),
    Slope { of: &'a [T], activation: Activation },
}

impl<T: Real> Tail<'_, T> {
    /// Finishes part of an array of rows `channels` wide: from (row, column) on, either a part of that row
    /// or, from column 0, several whole rows.
    #[inline(always)]
    pub(super) fn apply(&self, row: usize, column: usize, values: &mut [T], channels: usize) {
        let first = row * channels + column;
        if let Some(add) = self.add {
            for (v, &a) in values.iter_mut().zip(&add[first..]) {
                *v += a;
            }
        }
        match self.finish {
            Finishing::Activate(activation) => {
                let end = (column + values.len()).min(channels);
                let bias = self.bias.map(|b| &b[column..end]);
                self.activate(values, bias, activation);
            }
            Finishing::Slope { of, activation } => {
                slope(values, &of[first..], activation);
            }
        }
    }

    #[inline(always)]
    fn activate(&self, values: &mut [T], bias: Option<&[T]>, activation: Activation) {
        let (zero, one, alpha) = (T::ZERO, T::ONE, self.alpha);
        let leak = T::of(LEAK);
        match activation {
            Activation::Identity => {
                if bias.is_some() {
                    each(
                        values,
                        bias,
                        #[inline(always)]
                        |a| a,
                    );
                }
            }
            Activation::Relu => each(
                values,
                bias,
                #[inline(always)]
                |a: T| a.relu_(),
            ),
            Activation::LeakyRelu => each(
                values,
                bias,
                #[inline(always)]
                |a| if a < zero { leak * a } else { a },
            ),
            Activation::Tanh => each(
                values,
                bias,
                #[inline(always)]
                |a: T| a.tanh_(),
            ),
            Activation::Sigmoid => each(
                values,
                bias,
                #[inline(always)]
                |a: T| sigmoid(a),
            ),
            Activation::Elu => each(
                values,
                bias,
                #[inline(always)]
                |a: T| {
                    // e⁰ above zero, so that nothing overflows there.
                    let below = (if a < zero { a } else { zero }).exp_() - one;
                    if a < zero { below } else { a }
                },
            ),
            Activation::SoftThreshold => each(
                values,
                bias,
                #[inline(always)]
                |a| {
                    // Written so that NaN stays NaN.
                    let above = if a < alpha { zero } else { a - alpha };
                    let below = if a > -alpha { zero } else { a + alpha };
                    above + below
                },
            ),
        }
    }
}

/// 1/(1 + e⁻ᵃ).
#[inline(always)]
pub(super) fn sigmoid<T: Real>(a: T) -> T {
    T::ONE / (T::ONE + (-a).exp_())
}

/// Adds the bias to every row and applies `f`.
#[inline(always)]
fn each<T: Real>(values: &mut [T], bias: Option<&[T]>, f: impl Fn(T) -> T) {
    match bias {
        Some(bias) => {
            for row in values.chunks_exact_mut(bias.len()) {
                for (v, &b) in row.iter_mut().zip(bias) {
                    *v = f(*v + b);
                }
            }
        }
        None => {
            for v in values {
                *v = f(*v);
            }
        }
    }
}

/// Multiplies by f′, taken from the activation's output.
#[inline(always)]
fn slope<T: Real>(values: &mut [T], of: &[T], activation: Activation) {
    let (zero, one) = (T::ZERO, T::ONE);
    let leak = T::of(LEAK);
    match activation {
        Activation::Identity => {}
        Activation::Relu => {
            for (v, &y) in values.iter_mut().zip(of) {
                *v = if y > zero { *v } else { zero };
            }
        }
        Activation::LeakyRelu => {
            for (v, &y) in values.iter_mut().zip(of) {
                *v = if y > zero { *v } else { leak * *v };
            }
        }
        Activation::Tanh => {
            for (v, &y) in values.iter_mut().zip(of) {
                *v *= one - y * y;
            }
        }
        Activation::Sigmoid => {
            for (v, &y) in values.iter_mut().zip(of) {
                *v *= y * (one - y);
            }
        }
        Activation::Elu => {
            for (v, &y) in values.iter_mut().zip(of) {
                *v *= if y > zero { one } else { y + one };
            }
        }
        Activation::SoftThreshold => {
            for (v, &y) in values.iter_mut().zip(of) {
                *v = if y == zero { zero } else { *v };
            }
        }
    }
}

/// y ← epilogue(x), element by element.
pub(super) fn pointwise<T: Real>(x: &[T], y: &mut [T], channels: usize, tail: Tail<'_, T>) {
    over_rows_of(
        y,
        channels,
        #[inline(always)]
        |row, y| {
            let first = row * channels;
            y.copy_from_slice(&x[first..first + y.len()]);
            tail.apply(row, 0, y, channels);
        },
    );
}
