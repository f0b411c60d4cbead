//! A quasi-Newton minimiser that knows nothing of the model: the independent side of the tests.

use collapse_explorer::rng::{self, Stream};

fn gradient(f: &dyn Fn(&[f64]) -> f64, x: &[f64]) -> Vec<f64> {
    let mut probe = x.to_vec();
    (0..x.len())
        .map(|i| {
            let h = 1e-5 * x[i].abs().max(1.0);
            probe[i] = x[i] + h;
            let above = f(&probe);
            probe[i] = x[i] - h;
            let below = f(&probe);
            probe[i] = x[i];
            (above - below) / (2.0 * h)
        })
        .collect()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// BFGS with backtracking from `start`; returns the least value and where it is.
pub(super) fn bfgs(f: &dyn Fn(&[f64]) -> f64, start: &[f64]) -> (f64, Vec<f64>) {
    let n = start.len();
    let identity = || {
        (0..n * n)
            .map(|i| f64::from(u8::from(i % (n + 1) == 0)))
            .collect::<Vec<f64>>()
    };
    let (mut x, mut inverse) = (start.to_vec(), identity());
    let (mut value, mut slope) = (f(&x), gradient(f, &x));
    for _ in 0..2000 {
        let mut step: Vec<f64> = (0..n)
            .map(|i| -dot(&inverse[i * n..(i + 1) * n], &slope))
            .collect();
        if dot(&step, &slope) >= 0.0 {
            inverse = identity();
            step = slope.iter().map(|g| -g).collect();
        }
        let descent = dot(&step, &slope);
        let mut t = 1.0;
        let next = loop {
            let trial: Vec<f64> = x.iter().zip(&step).map(|(x, s)| x + t * s).collect();
            let at = f(&trial);
            if at.is_finite() && at <= value + 1e-4 * t * descent {
                break Some((trial, at));
            }
            t *= 0.5;
            if t < 1e-18 {
                break None;
            }
        };
        let Some((moved, at)) = next else { break };
        let new_slope = gradient(f, &moved);
        let s: Vec<f64> = moved.iter().zip(&x).map(|(a, b)| a - b).collect();
        let y: Vec<f64> = new_slope.iter().zip(&slope).map(|(a, b)| a - b).collect();
        let sy = dot(&s, &y);
        if sy > 1e-14 * dot(&s, &s).sqrt() * dot(&y, &y).sqrt() {
            let hy: Vec<f64> = (0..n)
                .map(|i| dot(&inverse[i * n..(i + 1) * n], &y))
                .collect();
            let scale = (1.0 + dot(&y, &hy) / sy) / sy;
            for i in 0..n {
                for j in 0..n {
                    inverse[i * n + j] += scale * s[i] * s[j] - (hy[i] * s[j] + s[i] * hy[j]) / sy;
                }
            }
        }
        (x, value, slope) = (moved, at, new_slope);
        if dot(&slope, &slope).sqrt() < 1e-10 {
            break;
        }
    }
    (value, x)
}

/// The best of `starts` BFGS runs from standard normal points.
pub(super) fn global(f: &dyn Fn(&[f64]) -> f64, dim: usize, starts: u32) -> (f64, Vec<f64>) {
    (0..starts)
        .map(|step| {
            let start: Vec<f64> = (0..dim)
                .map(|i| 0.7 * f64::from(rng::normal(3, Stream::Init, i as u32, step)))
                .collect();
            bfgs(f, &start)
        })
        .min_by(|a, b| a.0.total_cmp(&b.0))
        .expect("at least one start")
}

#[test]
fn the_minimiser_finds_a_known_minimum() {
    let rosenbrock = |x: &[f64]| (1.0 - x[0]).powi(2) + 100.0 * (x[1] - x[0] * x[0]).powi(2);
    let (value, x) = bfgs(&rosenbrock, &[-1.2, 1.0]);
    assert!(value < 1e-14 && (x[0] - 1.0).abs() < 1e-6, "{value} {x:?}");
}
