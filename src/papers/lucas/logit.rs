//! The moments of logit-preprocessed images over their dequantisation noise, in closed form.
//!
//! Every visit draws `u` anew, so the data a network sees are not the n items of one draw. With m(v) and s²(v) the mean
//! and variance of x over u for a byte v, their covariance is `Cov m + diag E s²`: what pPCA is to be fitted to.

use faer::{Mat, Side};

use crate::data::{Dataset, PixelTransform};

/// Bytes have this many values.
const LEVELS: usize = 256;
/// Points of a quadrature over u.
const POINTS: usize = 4000;

/// Mean, spectrum and volume of preprocessed images.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::papers) struct Moments {
    /// E x per dimension.
    pub(in crate::papers) mean: Vec<f32>,
    /// The eigenvalues of the covariance of x, descending.
    pub(in crate::papers) eigenvalues: Vec<f64>,
    /// E log |det ∂x/∂v| in nats per item: what a log density of x gains as one of the byte plus its noise.
    pub(in crate::papers) log_det: f64,
}

/// Of one value: mean and variance of x over u, and the mean of log ∂x/∂v.
#[derive(Debug, Clone, Copy, Default)]
struct Level {
    mean: f64,
    variance: f64,
    log_slope: f64,
}

/// The moments of images of bytes; `None` for other data, or if the eigensolver fails.
pub(in crate::papers) fn moments(data: &Dataset, transform: PixelTransform) -> Option<Moments> {
    let (n, d) = (data.len(), data.dim());
    let levels: Vec<Level> = (0..LEVELS).map(|v| level(v, transform)).collect();
    let mut scratch = Vec::new();
    let bytes = data.pixels.bytes(0..n * d, &mut scratch)?;
    let count = n.max(1) as f64;
    let (mut mean, mut own, mut log_det) = (vec![0.0; d], vec![0.0; d], 0.0);
    for item in bytes.chunks_exact(d) {
        for (p, &v) in item.iter().enumerate() {
            let level = levels[usize::from(v)];
            mean[p] += level.mean / count;
            own[p] += level.variance / count;
            log_det += level.log_slope / count;
        }
    }
    let centred = Mat::from_fn(d, n, |p, item| {
        (levels[usize::from(bytes[item * d + p])].mean - mean[p]) / count.sqrt()
    });
    let mut covariance = &centred * centred.transpose();
    for (p, own) in own.iter().enumerate() {
        covariance[(p, p)] += own;
    }
    let eigen = covariance.self_adjoint_eigen(Side::Lower).ok()?;
    let values = eigen.S().column_vector().iter().rev();
    Some(Moments {
        mean: mean.iter().map(|&m| m as f32).collect(),
        eigenvalues: values.map(|v| v.max(0.0)).collect(),
        log_det,
    })
}

/// The midpoint rule in t with u = t²(3 − 2t), which takes the edge off the logarithms at both ends.
fn level(value: usize, transform: PixelTransform) -> Level {
    let lambda = f64::from(transform.logit_lambda);
    let scale = transform.scale;
    let (mut total, mut square, mut slope) = (0.0, 0.0, 0.0);
    for i in 0..POINTS {
        let t = (i as f64 + 0.5) / POINTS as f64;
        let (u, weight) = (t * t * (3.0 - 2.0 * t), 6.0 * t * (1.0 - t) / POINTS as f64);
        let p = lambda + (1.0 - 2.0 * lambda) * (value as f64 + u) * scale;
        let q = 1.0 - p;
        let x = (p / q).ln();
        total += weight * x;
        square += weight * x * x;
        slope += weight * ((1.0 - 2.0 * lambda) * scale / (p * q)).ln();
    }
    Level {
        mean: total,
        variance: (square - total * total).max(0.0),
        log_slope: slope,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MNIST: PixelTransform = PixelTransform {
        offset: 0.0,
        scale: 1.0 / 256.0,
        dequantize: 1.0,
        logit_lambda: 1e-6,
    };

    /// For v = 0 and λ → 0, x ≈ log u − log 256 with u uniform: mean −1 − log 256, variance 1, and the slope 1/u.
    #[test]
    fn a_black_pixel_is_the_logarithm_of_a_uniform_number() {
        let black = level(0, MNIST);
        // log(1/(1−p)) adds E p = 1/512, and λ keeps u away from 0 by 256e-6.
        assert!((black.mean - (1.0 / 512.0 - 1.0 - 256.0_f64.ln())).abs() < 3e-3);
        assert!((black.variance - 1.0).abs() < 2e-2, "{}", black.variance);
        assert!((black.log_slope - 1.0).abs() < 5e-3, "{}", black.log_slope);
    }

    /// Between the ends the logit is smooth: its value and slope at the middle, by hand.
    #[test]
    fn a_grey_pixel_is_nearly_its_middle() {
        let grey = level(64, MNIST);
        let p = 64.5 / 256.0;
        assert!((grey.mean - f64::ln(p / (1.0 - p))).abs() < 1e-4);
        let slope = 1.0 / (256.0 * p * (1.0 - p));
        assert!((grey.log_slope - slope.ln()).abs() < 1e-4);
        assert!((grey.variance - slope * slope / 12.0).abs() < 1e-2 * slope * slope);
        // White mirrors black.
        let (black, white) = (level(0, MNIST), level(255, MNIST));
        assert!((black.mean + white.mean).abs() < 1e-6);
    }
}
