//! The objective L = E[−log p(y|z)] + β·KL and its seed gradients.

use crate::compute::inputs::{StepInputs, StepMetrics};
use crate::config::Likelihood;

use super::epilogue::sigmoid;
use super::real::Real;
use super::vector::{over_rows, vectorized};

/// What [`elbo`] reads beside the decoder's output.
#[derive(Clone, Copy)]
pub(super) struct ElboInputs<'a, T> {
    /// Targets.
    pub y: &'a [T],
    pub log_gamma: T,
    /// Added to every row's squared error.
    pub spread: Option<&'a [T]>,
    /// Importance weights of the rows.
    pub weights: Option<&'a [T]>,
    /// d.
    pub dim: usize,
    /// Channels of a pixel.
    pub channels: usize,
    /// Rows of the output per row of y.
    pub repeats: usize,
    pub likelihood: Likelihood,
}

/// sse ← ‖mean − y‖² + spread, nll ← −log p(y|z) of every row; dout ← w ∂nll/∂out where a backward pass
/// follows. With importance weights sse is multiplied by `repeats`·w, so that its mean is the weighted one.
pub(super) fn elbo<T: Real>(
    e: ElboInputs<'_, T>,
    out: &[T],
    dout: Option<&mut [T]>,
    sse: &mut [T],
    nll: &mut [T],
) {
    let width = out.len() / sse.len();
    let batch = T::of((sse.len() / e.repeats) as f64);
    let factor = |row: usize| e.weights.map_or(T::ONE, |w| w[row]) / batch;
    let target = |row: usize| &e.y[row / e.repeats * e.dim..][..e.dim];
    let row_of = |row: usize| &out[row * width..][..width];
    if e.likelihood == Likelihood::Gaussian {
        let precision = (-e.log_gamma).exp_();
        match dout {
            Some(dout) => over_rows(
                dout,
                width,
                sse,
                1,
                #[inline(always)]
                |first, dout, sse| {
                    for (at, (dout, sse)) in dout.chunks_exact_mut(width).zip(sse).enumerate() {
                        let row = first + at;
                        let scale = precision * factor(row);
                        *sse = residual(target(row), row_of(row), dout, scale);
                    }
                },
            ),
            None => vectorized(
                #[inline(always)]
                || {
                    for (row, sse) in sse.iter_mut().enumerate() {
                        *sse = squared_distance(target(row), row_of(row));
                    }
                },
            ),
        }
        if let Some(spread) = e.spread {
            for (sse, &spread) in sse.iter_mut().zip(spread) {
                *sse += spread;
            }
        }
        let half = T::of(0.5);
        let constant = T::of(0.5 * e.dim as f64) * (log_two_pi::<T>() + e.log_gamma);
        for (nll, &sse) in nll.iter_mut().zip(&*sse) {
            *nll = half * precision * sse + constant;
        }
    } else {
        let mut dout = dout;
        vectorized(
            #[inline(always)]
            || {
                for (row, (sse, nll)) in sse.iter_mut().zip(nll).enumerate() {
                    let (y, out) = (target(row), row_of(row));
                    let dout = dout.as_deref_mut().map(|d| &mut d[row * width..][..width]);
                    (*sse, *nll) = if e.likelihood == Likelihood::Bernoulli {
                        bernoulli(y, out, dout, factor(row))
                    } else {
                        per_pixel(y, out, dout, factor(row), e.channels)
                    };
                }
            },
        );
    }
    if let Some(weights) = e.weights {
        let repeats = T::of(e.repeats as f64);
        for (sse, &w) in sse.iter_mut().zip(weights) {
            *sse *= repeats * w;
        }
    }
}

#[inline(always)]
fn log_two_pi<T: Real>() -> T {
    T::of((2.0 * std::f64::consts::PI).ln())
}

/// Bernoulli with logits l: nll = Σ max(l, 0) − y l + log(1 + e^−|l|); the squared error is that of the mean.
#[inline(always)]
fn bernoulli<T: Real>(y: &[T], out: &[T], mut dout: Option<&mut [T]>, factor: T) -> (T, T) {
    let (mut sse, mut nll) = (T::ZERO, T::ZERO);
    for (i, (&y, &l)) in y.iter().zip(out).enumerate() {
        let mean = sigmoid(l);
        let size = if l < T::ZERO { -l } else { l };
        nll += l.relu_() - y * l + (T::ONE + (-size).exp_()).ln_();
        let r = mean - y;
        sse += r * r;
        if let Some(dout) = dout.as_deref_mut() {
            dout[i] = r * factor;
        }
    }
    (sse, nll)
}

/// A Gaussian whose log γ follows the means in every pixel: nll = Σ r²/2γ + ½ log 2πγ.
#[inline(always)]
fn per_pixel<T: Real>(
    y: &[T],
    out: &[T],
    mut dout: Option<&mut [T]>,
    factor: T,
    channels: usize,
) -> (T, T) {
    let half = T::of(0.5);
    let (mut sse, mut nll) = (T::ZERO, T::ZERO);
    for (pixel, (y, out)) in y
        .chunks_exact(channels)
        .zip(out.chunks_exact(2 * channels))
        .enumerate()
    {
        let (mean, log_gamma) = out.split_at(channels);
        for c in 0..channels {
            let r = mean[c] - y[c];
            let precision = (-log_gamma[c]).exp_();
            sse += r * r;
            nll += half * (r * r * precision + log_two_pi::<T>() + log_gamma[c]);
            if let Some(dout) = dout.as_deref_mut() {
                let at = 2 * pixel * channels + c;
                dout[at] = r * precision * factor;
                dout[at + channels] = half * (T::ONE - r * r * precision) * factor;
            }
        }
    }
    (sse, nll)
}

/// Writes scaled residuals of one row and returns its squared norm.
///
/// Sixteen running sums keep the loop in vectors and the summation error near that of a tree.
#[inline(always)]
fn residual<T: Real>(x: &[T], xhat: &[T], dxhat: &mut [T], scale: T) -> T {
    const LANES: usize = 16;
    if x.len() < LANES {
        let mut sum = T::ZERO;
        for ((d, &x), &xhat) in dxhat.iter_mut().zip(x).zip(xhat) {
            let r = xhat - x;
            *d = r * scale;
            sum += r * r;
        }
        return sum;
    }
    let mut sums = [T::ZERO; LANES];
    let blocks = x.len() / LANES * LANES;
    for start in (0..blocks).step_by(LANES) {
        let (x, xhat) = (&x[start..start + LANES], &xhat[start..start + LANES]);
        let dxhat = &mut dxhat[start..start + LANES];
        for lane in 0..LANES {
            let r = xhat[lane] - x[lane];
            dxhat[lane] = r * scale;
            sums[lane] += r * r;
        }
    }
    for i in blocks..x.len() {
        let r = xhat[i] - x[i];
        dxhat[i] = r * scale;
        sums[i - blocks] += r * r;
    }
    sums.into_iter().sum()
}

#[inline(always)]
fn squared_distance<T: Real>(x: &[T], xhat: &[T]) -> T {
    const LANES: usize = 16;
    let mut sums = [T::ZERO; LANES];
    let blocks = x.len() / LANES * LANES;
    for start in (0..blocks).step_by(LANES) {
        for lane in 0..LANES {
            let r = xhat[start + lane] - x[start + lane];
            sums[lane] += r * r;
        }
    }
    for i in blocks..x.len() {
        let r = xhat[i] - x[i];
        sums[i - blocks] += r * r;
    }
    sums.into_iter().sum()
}

/// The sum of an array, by blocks so that its error does not grow with the array.
#[inline(always)]
fn sum<T: Real>(values: &[T]) -> T {
    const LANES: usize = 16;
    let mut total = T::ZERO;
    for block in values.chunks(256 * LANES) {
        let (vectors, rest) = block.as_chunks::<LANES>();
        let mut sums = [T::ZERO; LANES];
        for vector in vectors {
            for lane in 0..LANES {
                sums[lane] += vector[lane];
            }
        }
        total += sums.into_iter().sum::<T>() + rest.iter().copied().sum::<T>();
    }
    total
}

/// What [`finalize`] reads.
#[derive(Clone, Copy)]
pub(super) struct Sums<'a, T> {
    pub sse: &'a [T],
    /// One per row, or one bound per row.
    pub nll: &'a [T],
    /// Mean KL of every latent.
    pub means: &'a [T],
    pub log_gamma: T,
    /// d.
    pub dim: usize,
    pub likelihood: Likelihood,
    /// Whether `nll` already holds the KL.
    pub bound: bool,
}

/// Batch means of the objective into `row`; returns d log γ, or log of the optimal γ if γ is set.
///
/// The KL in the loss is `Σ_j` max(λ, `KL_j`) with λ the free bits.
pub(super) fn finalize<T: Real>(s: Sums<'_, T>, inputs: &StepInputs, row: &mut [T]) -> T {
    let (sse, nll) = vectorized(
        #[inline(always)]
        || (sum(s.sse), sum(s.nll)),
    );
    let sse = sse / T::of(s.sse.len() as f64);
    let nll = nll / T::of(s.nll.len() as f64);
    let kl: T = s.means.iter().copied().sum();
    let free_bits = T::of_f32(inputs.free_bits);
    let held = |kl: T| inputs.free_bits > 0.0 && kl < free_bits;
    let counted: T = s
        .means
        .iter()
        .map(|&kl| if held(kl) { free_bits } else { kl })
        .sum();
    let beta = T::of_f32(inputs.beta);
    let loss = if s.bound { nll } else { nll + beta * counted };
    row[..StepMetrics::ROW].fill(T::ZERO);
    row[..6].copy_from_slice(&[loss, sse, kl, s.log_gamma.exp_(), beta, nll]);
    if s.likelihood != Likelihood::Gaussian {
        return T::ZERO;
    }
    let dim = T::of(s.dim as f64);
    let half = T::of(0.5);
    if inputs.trained & StepInputs::SET_GAMMA != 0 {
        // A floor keeps an exact fit finite.
        let least = T::of(1e-30);
        let optimum = sse / dim;
        return (if optimum < least { least } else { optimum }).ln_();
    }
    half * dim - half * sse * (-s.log_gamma).exp_()
}
