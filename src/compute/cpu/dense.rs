//! Dense layers: y = f(x W + b) and its two gradients.

use crate::config::Activation;

use super::product::{Factor, SHARED_MACS, Target, product};
use super::real::Real;
use super::vector::{over_rows_of, vectorized};

#[inline(always)]
fn activate<T: Real>(values: &mut [T], bias: &[T], activation: Activation) {
    match activation {
        Activation::Identity => {
            for row in values.chunks_exact_mut(bias.len()) {
                for (y, &b) in row.iter_mut().zip(bias) {
                    *y += b;
                }
            }
        }
        Activation::Relu => {
            for row in values.chunks_exact_mut(bias.len()) {
                for (y, &b) in row.iter_mut().zip(bias) {
                    *y = (*y + b).relu_();
                }
            }
        }
        Activation::Tanh => {
            for row in values.chunks_exact_mut(bias.len()) {
                for (y, &b) in row.iter_mut().zip(bias) {
                    *y = (*y + b).tanh_();
                }
            }
        }
    }
}

/// y ← f(x W + b): x `rows × inputs`, W `inputs × outputs`.
pub(super) fn dense_forward<T: Real>(
    x: &[T],
    weight: &[T],
    bias: &[T],
    y: &mut [T],
    [rows, inputs, outputs]: [usize; 3],
    activation: Activation,
) {
    product(
        y,
        Factor::plain(x, inputs),
        Factor::plain(weight, outputs),
        [rows, inputs, outputs],
        Target::Replace,
        #[inline(always)]
        |_, column, y| {
            let end = (column + y.len()).min(outputs);
            activate(y, &bias[column..end], activation);
        },
    );
}

/// dx ← (dy Wᵀ) ⊙ f′(x), where x is the *output* of the activation f.
pub(super) fn dense_backward_input<T: Real>(
    dy: &[T],
    weight: &[T],
    x: &[T],
    dx: &mut [T],
    [rows, inputs, outputs]: [usize; 3],
    activation: Activation,
) {
    product(
        dx,
        Factor::plain(dy, outputs),
        Factor::transposed(weight, outputs),
        [rows, outputs, inputs],
        Target::Replace,
        #[inline(always)]
        |row, column, dx| {
            let x = &x[row * inputs + column..][..dx.len()];
            match activation {
                Activation::Identity => {}
                Activation::Relu => {
                    for (d, &x) in dx.iter_mut().zip(x) {
                        *d = if x > T::ZERO { *d } else { T::ZERO };
                    }
                }
                Activation::Tanh => {
                    for (d, &x) in dx.iter_mut().zip(x) {
                        *d *= T::ONE - x * x;
                    }
                }
            }
        },
    );
}

/// dW ← xᵀ dy, db ← column sums of dy.
pub(super) fn dense_backward_weight<T: Real>(
    x: &[T],
    dy: &[T],
    dweight: &mut [T],
    dbias: &mut [T],
    [rows, inputs, outputs]: [usize; 3],
) {
    let mut weights = || {
        product(
            dweight,
            Factor::transposed(x, inputs),
            Factor::plain(dy, outputs),
            [inputs, rows, outputs],
            Target::Replace,
            #[inline(always)]
            |_, _, _| {},
        );
    };
    if rows * inputs * outputs < SHARED_MACS {
        weights();
        sum_rows(dy, dbias);
    } else {
        rayon::join(weights, || sum_rows(dy, dbias));
    }
}

/// out ← column sums of a row-major array whose width is `out.len()`.
pub(super) fn sum_rows<T: Real>(input: &[T], out: &mut [T]) {
    vectorized(
        #[inline(always)]
        || {
            out.fill(T::ZERO);
            for row in input.chunks_exact(out.len()) {
                for (sum, &value) in out.iter_mut().zip(row) {
                    *sum += value;
                }
            }
        },
    );
}

/// out ← z with each column multiplied by its mask.
pub(super) fn mask_latents<T: Real>(z: &[T], mask: &[T], out: &mut [T]) {
    let latents = mask.len();
    over_rows_of(
        out,
        latents,
        #[inline(always)]
        |first, out| {
            let z = &z[first * latents..][..out.len()];
            for (out, z) in out.chunks_exact_mut(latents).zip(z.chunks_exact(latents)) {
                for ((o, &z), &m) in out.iter_mut().zip(z).zip(mask) {
                    *o = z * m;
                }
            }
        },
    );
}
