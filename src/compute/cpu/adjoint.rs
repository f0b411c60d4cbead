//! The linear ops against their definition and against each other: ⟨Ax, y⟩ = ⟨x, Aᵀy⟩.

use crate::config::{Activation, Window};
use crate::model::{Geometry, Shape};
use crate::rng::{Stream, normal};

use super::conv::{Scratch, convolve, convolve_transposed, convolve_weight};
use super::epilogue::{Finishing, Tail};
use super::resample::{max_pool, max_pool_backward, upsample, upsample_backward};

const PLAIN: Tail<'_, f64> = Tail {
    bias: None,
    add: None,
    finish: Finishing::Activate(Activation::Identity),
    alpha: 0.0,
};

fn numbers(len: usize, seed: u32) -> Vec<f64> {
    (0..len)
        .map(|i| f64::from(normal(seed, Stream::Data, i as u32, 0)))
        .collect()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn close(a: f64, b: f64, what: &str) {
    assert!((a - b).abs() <= 1e-11 * (1.0 + a.abs()), "{what}: {a} {b}");
}

/// Geometries with every kind of edge: (height, width, channels), channels, window.
fn geometries() -> Vec<Geometry> {
    let mut all = Vec::new();
    for (height, width, channels) in [(1, 1, 3), (5, 4, 1), (6, 7, 2), (9, 3, 5)] {
        let input = Shape {
            height,
            width,
            channels,
        };
        for kernel in 1..=5 {
            for stride in 1..=3 {
                for padding in 0..kernel {
                    for extra in [0, 1] {
                        let window = Window {
                            kernel,
                            stride,
                            padding,
                            extra: extra.min(kernel - 1),
                        };
                        all.extend(Geometry::convolution(input, 3, window));
                        all.extend(Geometry::transposed(input, 2, window));
                    }
                }
            }
        }
    }
    assert!(all.len() > 200);
    all
}

/// Every triple (large index, weight index, small index) of one sample, from the definition.
fn connections(g: &Geometry, mut visit: impl FnMut(usize, usize, usize)) {
    for r in 0..g.small.height {
        for c in 0..g.small.width {
            for i in 0..g.kernel {
                for j in 0..g.kernel {
                    let row = (r * g.stride + i) as isize - g.padding as isize;
                    let column = (c * g.stride + j) as isize - g.padding as isize;
                    let inside = (0..g.large.height as isize).contains(&row)
                        && (0..g.large.width as isize).contains(&column);
                    if !inside {
                        continue;
                    }
                    let pixel = row as usize * g.large.width + column as usize;
                    for lc in 0..g.large.channels {
                        for sc in 0..g.small.channels {
                            let patch = (i * g.kernel + j) * g.large.channels + lc;
                            visit(
                                pixel * g.large.channels + lc,
                                patch * g.small.channels + sc,
                                (r * g.small.width + c) * g.small.channels + sc,
                            );
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn convolutions_are_their_definition_and_adjoint() {
    let scratch = Scratch::new();
    let samples = 3;
    for g in geometries() {
        let x = numbers(samples * g.large.len(), 1);
        let w = numbers(g.weights(), 2);
        let y = numbers(samples * g.small.len(), 3);
        let mut forward = vec![f64::NAN; y.len()];
        convolve(&x, &w, &mut forward, &g, PLAIN, &scratch);
        let mut backward = vec![f64::NAN; x.len()];
        convolve_transposed(&y, &w, &mut backward, &g, PLAIN, &scratch);
        let mut dw = vec![f64::NAN; w.len()];
        convolve_weight(&x, &y, &mut dw, &g, &scratch, &mut Vec::new());

        let mut expected = [vec![0.0; y.len()], vec![0.0; x.len()], vec![0.0; w.len()]];
        for sample in 0..samples {
            let (large, small) = (sample * g.large.len(), sample * g.small.len());
            connections(&g, |l, k, s| {
                expected[0][small + s] += x[large + l] * w[k];
                expected[1][large + l] += y[small + s] * w[k];
                expected[2][k] += x[large + l] * y[small + s];
            });
        }
        for (got, expected) in [&forward, &backward, &dw].into_iter().zip(&expected) {
            for (a, b) in got.iter().zip(expected) {
                close(*a, *b, &format!("{g:?}"));
            }
        }
        close(dot(&forward, &y), dot(&x, &backward), "adjoint");
        close(dot(&forward, &y), dot(&dw, &w), "weight");
    }
}

#[test]
fn large_images_are_blocked_without_a_seam() {
    // A patch matrix many blocks long.
    let input = Shape {
        height: 40,
        width: 37,
        channels: 16,
    };
    let window = Window {
        kernel: 5,
        stride: 1,
        padding: 2,
        extra: 0,
    };
    let g = Geometry::convolution(input, 7, window).expect("it fits");
    let scratch = Scratch::new();
    let (x, w, y) = (
        numbers(2 * g.large.len(), 4),
        numbers(g.weights(), 5),
        numbers(2 * g.small.len(), 6),
    );
    let mut forward = vec![0.0; y.len()];
    convolve(&x, &w, &mut forward, &g, PLAIN, &scratch);
    let mut backward = vec![0.0; x.len()];
    convolve_transposed(&y, &w, &mut backward, &g, PLAIN, &scratch);
    let mut dw = vec![0.0; w.len()];
    convolve_weight(&x, &y, &mut dw, &g, &scratch, &mut Vec::new());
    let product = dot(&forward, &y);
    for (what, other) in [("input", dot(&x, &backward)), ("weight", dot(&dw, &w))] {
        assert!((product - other).abs() < 1e-9 * dot(&y, &y), "{what}");
    }
    let mut sum = 0.0;
    connections(&g, |l, k, s| {
        if s == 3 + 7 * (37 * 20 + 18) {
            sum += x[l] * w[k];
        }
    });
    close(forward[3 + 7 * (37 * 20 + 18)], sum, "one pixel");
}

#[test]
fn upsampling_is_adjoint_and_keeps_constants() {
    for (height, width) in [(1, 1), (2, 3), (5, 4)] {
        let shape = Shape {
            height,
            width,
            channels: 2,
        };
        for bilinear in [false, true] {
            let x = numbers(3 * shape.len(), 7);
            let y = numbers(12 * shape.len(), 8);
            let mut up = vec![f64::NAN; y.len()];
            upsample(&x, &mut up, shape, bilinear);
            let mut down = vec![f64::NAN; x.len()];
            upsample_backward(&y, &mut down, shape, bilinear, PLAIN);
            close(dot(&up, &y), dot(&x, &down), "adjoint");
            upsample(&vec![2.5; x.len()], &mut up, shape, bilinear);
            assert!(up.iter().all(|v| (v - 2.5).abs() < 1e-14));
        }
    }
    // A ramp stays a ramp inside: pixel centres at a quarter and three quarters.
    let ramp = Shape {
        height: 1,
        width: 3,
        channels: 1,
    };
    let mut up = vec![0.0; 12];
    upsample(&[0.0, 1.0, 2.0], &mut up, ramp, true);
    assert_eq!(up[..6], [0.0, 0.25, 0.75, 1.25, 1.75, 2.0]);
    assert_eq!(up[6..], up[..6]);
}

#[test]
fn pooling_takes_the_first_largest_and_drops_the_odd_edge() {
    let shape = Shape {
        height: 3,
        width: 5,
        channels: 1,
    };
    #[rustfmt::skip]
    let x = [
        1.0, 4.0, 2.0, 2.0, 9.0,
        4.0, 0.0, 2.0, 1.0, 9.0,
        9.0, 9.0, 9.0, 9.0, 9.0,
    ];
    let mut y = [f64::NAN; 2];
    max_pool(&x, &mut y, shape);
    assert_eq!(y, [4.0, 2.0]);
    let mut dx = [f64::NAN; 15];
    max_pool_backward(&[5.0, 7.0], &x, &mut dx, shape, PLAIN);
    let mut expected = [0.0; 15];
    (expected[1], expected[2]) = (5.0, 7.0);
    assert_eq!(dx, expected);
    let mut bad = [f64::NAN; 2];
    max_pool(
        &x.map(|v| if v == 1.0 { f64::NAN } else { v }),
        &mut bad,
        shape,
    );
    assert!(bad.iter().all(|v| v.is_nan()));
}
