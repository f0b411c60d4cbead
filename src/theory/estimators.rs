//! Thresholds read off a trained network's own statistics (Dai, Wang and Wipf 2020; Asperti 2019):
//! the nonlinear counterparts of ζ²/γ, to be drawn on the same axis.
//!
//! They are marginal, moments-held estimates: they ask what one latent is worth with everything
//! else as it is. At the linear optimum, gain = ζ² − βγ, KL = ½ log(ζ²/(βγ)) and
//! E σ² = η²βγ/ζ² under a prior N(0, η²), and both [`effective_threshold_from_gain`] and
//! [`effective_threshold_from_variance`] return ζ²/γ. A dead latent (KL → 0) has a threshold
//! somewhere below β that its statistics no longer show; it has no estimate, which is `None`. So do
//! arguments that are not finite or have the wrong sign.

/// A KL below this many nats is rounding: the latent is dead and has no estimate. It is far below
/// any collapse criterion; callers that measure with noise need an ε of their own.
pub const DEAD_KL: f64 = 1e-9;

/// The KL of a whole network, or of a latent that was measured, below which quotients by it are noise over noise, in nats.
/// A network of less has collapsed: it says next to nothing of x, and what it would cost to say nothing is no question.
pub const MEASURABLE_KL: f64 = 0.05;

/// `Some(value)` if it is positive and finite.
fn positive(value: f64) -> Option<f64> {
    (value.is_finite() && value > 0.0).then_some(value)
}

/// The KL of a latent that is alive.
fn living(kl: f64) -> Option<f64> {
    (kl.is_finite() && kl > DEAD_KL).then_some(kl)
}

/// The logarithmic mean `(b − a)/(ln b − ln a)` of two positive numbers; `a` where they are equal.
pub fn logmean(a: f64, b: f64) -> Option<f64> {
    let (a, b) = (positive(a)?, positive(b)?);
    let x = b.ln() - a.ln();
    if x.abs() > 1.0 {
        return Some((b - a) / x);
    }
    // Near a = b the difference is exact and its share of a gives the logarithm without loss.
    let x = ((b - a) / a).ln_1p();
    Some(if x == 0.0 { a } else { (b - a) / x })
}

/// The b for which `logmean(beta, b) = target`: above β if `target` is, below if it is below.
///
/// With x = ln(b/β) this is ln φ(x) = ln(target/β), φ(x) = (eˣ − 1)/x. ln φ is the cumulant
/// generating function of the uniform distribution on [0, 1]: convex, increasing and at least x/2,
/// so Newton from x = 2 ln(target/β) descends to the root without overshooting. `None` if b is
/// beyond the range of f64, as for a target below about β/700, or an argument is not positive.
pub fn invert_logmean(beta: f64, target: f64) -> Option<f64> {
    let (beta, target) = (positive(beta)?, positive(target)?);
    let near = (target - beta) / beta;
    let goal = if near.abs() < 0.5 {
        near.ln_1p()
    } else {
        target.ln() - beta.ln()
    };
    let mut x = 2.0 * goal;
    for _ in 0..100 {
        let step = (log_phi(x) - goal) / log_phi_slope(x);
        x -= step;
        if step.abs() <= 1e-15 * x.abs() {
            break;
        }
    }
    // The exponential of a sum near ln b keeps a large x from overflowing on the way.
    let b = if x.abs() < 700.0 {
        beta * x.exp()
    } else {
        (beta.ln() + x).exp()
    };
    b.is_normal().then_some(b)
}

/// ln((eˣ − 1)/x), without overflow or cancellation.
fn log_phi(x: f64) -> f64 {
    let a = x.abs();
    if a < 1e-3 {
        // x/2 + x²/24 − x⁴/2880: the next term is below 1e-20.
        return x * (0.5 + x * (1.0 / 24.0 - x * x / 2880.0));
    }
    x.max(0.0) + (-(-a).exp_m1() / a).ln()
}

/// The derivative of [`log_phi`], between 0 and 1.
fn log_phi_slope(x: f64) -> f64 {
    let a = x.abs();
    let below = if a < 1e-3 {
        0.5 - a / 12.0
    } else {
        1.0 / a - 1.0 / a.exp_m1()
    };
    if x > 0.0 { 1.0 - below } else { below }
}

/// `gain/(2γ·KL)`: the β at which a latent's reconstruction gain equals its KL, both held (Dai et
/// al., Proposition 2, for one latent; Asperti's gain against KL).
///
/// `gain` is the squared error added by replacing the latent with its prior mean, summed over
/// dimensions, per sample; `kl` in nats per sample. At the linear optimum this is the logarithmic
/// mean of β and ζ²/γ. Negative for a latent that does harm. `None` for a dead latent.
pub fn effective_threshold_ratio(gain: f64, gamma: f64, kl: f64) -> Option<f64> {
    let ratio = gain / (2.0 * positive(gamma)? * living(kl)?);
    ratio.is_finite().then_some(ratio)
}

/// The b with `logmean(β, b) = gain/(2γ·KL)`: ζ²/γ exactly at the linear optimum. It may come out
/// below β for a latent that no longer pays. `None` for a dead latent or a gain that is not positive.
pub fn effective_threshold_from_gain(beta: f64, gain: f64, gamma: f64, kl: f64) -> Option<f64> {
    invert_logmean(beta, effective_threshold_ratio(gain, gamma, kl)?)
}

/// `β / E σ²` for a unit prior: ζ²/γ exactly at the linear optimum, where σ² = βγ/ζ².
///
/// With a prior N(0, η²) σ² is η² times that: pass `E σ²/η²`. `None` for a dead latent, E σ² ≥ 1.
pub fn effective_threshold_from_variance(beta: f64, mean_sigma2: f64) -> Option<f64> {
    let (beta, mean_sigma2) = (positive(beta)?, positive(mean_sigma2)?);
    (mean_sigma2 < 1.0).then(|| positive(beta / mean_sigma2))?
}

/// `γ* = E‖x − D(z)‖²/d`, the best γ for a network as it stands, and the γ it behaves as if it had
/// (Dai et al., eq. 9). `sse_per_sample` is summed over the `dim` dimensions. `None` if d is zero or
/// the error is negative or not finite.
pub fn gamma_star(sse_per_sample: f64, dim: usize) -> Option<f64> {
    (dim > 0 && sse_per_sample.is_finite() && sse_per_sample >= 0.0)
        .then(|| sse_per_sample / dim as f64)
}

/// `γ′ = (V − f)/(2β·KL)`: with the encoder's moments held, the collapsed solution is cheaper iff
/// γ > γ′ (Dai et al., Proposition 2).
///
/// `variance` V = E‖x − x̄‖² and `error` f = E‖x − D(z)‖² are summed over dimensions, `kl` over
/// latents, in nats per sample. Negative if the network is worse than the mean. `None` if the network has
/// collapsed, its KL being below [`MEASURABLE_KL`]: then it is the trivial solution itself, and γ′ a quotient of rounding.
pub fn gamma_prime(variance: f64, error: f64, beta: f64, kl: f64) -> Option<f64> {
    let measurable = Some(kl).filter(|kl| *kl >= MEASURABLE_KL)?;
    let threshold = (variance - error) / (2.0 * positive(beta)? * living(measurable)?);
    threshold.is_finite().then_some(threshold)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn close(a: f64, b: f64, relative: f64) -> bool {
        (a - b).abs() <= relative * b.abs()
    }

    #[test]
    fn the_logarithmic_mean_lies_between_geometric_and_arithmetic() {
        for (a, b) in [
            (1.0, 1.0 + 1e-13),
            (1.0, 1.5),
            (2.0, 2e9),
            (3.0, 1e-200),
            (1e-300, 1e300),
        ] {
            let mean = logmean(a, b).unwrap();
            assert!(
                mean >= (a.ln() * 0.5 + b.ln() * 0.5).exp() * (1.0 - 1e-12),
                "{a} {b} {mean}"
            );
            assert!(mean <= 0.5 * (a + b) * (1.0 + 1e-15), "{a} {b} {mean}");
            assert!(close(mean, logmean(b, a).unwrap(), 1e-14));
        }
        assert_eq!(logmean(7.0, 7.0), Some(7.0));
        // ∫₀¹ a^(1−t) b^t dt, by Simpson's rule.
        let (a, b, n) = (0.4_f64, 3.0_f64, 2000_i32);
        let integral: f64 = (0..=n)
            .map(|i| {
                let weight = if i == 0 || i == n {
                    1.0
                } else {
                    f64::from(2 + 2 * (i % 2))
                };
                weight * a * (b / a).powf(f64::from(i) / f64::from(n))
            })
            .sum::<f64>()
            / f64::from(3 * n);
        assert!(close(logmean(a, b).unwrap(), integral, 1e-12));
    }

    #[test]
    fn inversion_undoes_the_mean_on_both_sides() {
        for beta in [1e-6, 0.3, 1.0, 41.0] {
            for exponent in -240..=240 {
                let b = beta * 10.0_f64.powf(f64::from(exponent) / 4.0);
                let found = invert_logmean(beta, logmean(beta, b).unwrap()).unwrap();
                // A mean deep below β fixes b only up to its own rounding times |ln(b/β)|².
                let x = (b / beta).ln();
                assert!(
                    close(found, b, 1e-14 * (10.0 + x * x)),
                    "{beta} {b} {found}"
                );
            }
            for tiny in [1e-14, 1e-9, 1e-5, 1e-3] {
                for b in [beta * (1.0 + tiny), beta * (1.0 - tiny)] {
                    let found = invert_logmean(beta, logmean(beta, b).unwrap()).unwrap();
                    assert!(close(found, b, 1e-15), "{beta} {b} {found}");
                }
            }
        }
        assert_eq!(invert_logmean(1.0, 1.0), Some(1.0));
        assert_eq!(invert_logmean(1.0, 1e-10), None);
        assert_eq!(invert_logmean(1.0, f64::NAN), None);
        assert_eq!(invert_logmean(-1.0, 1.0), None);
    }

    #[test]
    fn dead_latents_have_no_estimate() {
        assert_eq!(effective_threshold_ratio(0.0, 1.0, 0.0), None);
        assert_eq!(effective_threshold_ratio(1.0, 0.0, 1.0), None);
        assert_eq!(effective_threshold_from_gain(1.0, -0.1, 1.0, 0.5), None);
        assert_eq!(effective_threshold_from_gain(1.0, f64::NAN, 1.0, 0.5), None);
        assert_eq!(effective_threshold_from_variance(2.0, 1.0), None);
        assert_eq!(effective_threshold_from_variance(2.0, 0.0), None);
        assert_eq!(effective_threshold_from_variance(2.0, 0.5), Some(4.0));
        assert_eq!(gamma_prime(3.0, 1.0, 1.0, 0.0), None);
        // Rounding on either side of a full collapse, and no number at all.
        for kl in [2.7e-8, -2.7e-8, 1e-3, f64::NAN] {
            assert_eq!(gamma_prime(52.75, 52.75 + 7e-6, 392.0, kl), None, "{kl}");
        }
        assert_eq!(gamma_prime(3.0, 1.0, 0.5, 4.0), Some(0.5));
        assert_eq!(gamma_star(1.0, 0), None);
        assert_eq!(gamma_star(-1.0, 4), None);
        assert_eq!(gamma_star(2.0, 4), Some(0.5));
    }
}
