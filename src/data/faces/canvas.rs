//! A small picture in linear numbers, and soft-edged shapes laid over it.

use super::recipe::Rgb;

/// Side of a face's picture, in pixels.
pub(super) const SIDE: usize = 64;

/// The picture being painted.
pub(super) struct Canvas {
    pixels: Vec<Rgb>,
}

/// The pixels a shape can touch: left, top, right, bottom in canvas coordinates.
pub(super) type Bounds = [f32; 4];

/// Everything.
pub(super) const ALL: Bounds = [0.0, 0.0, SIDE as f32, SIDE as f32];

impl Canvas {
    pub(super) fn new() -> Self {
        Self {
            pixels: vec![[0.0; 3]; SIDE * SIDE],
        }
    }

    /// Lays a shape over the picture: `shape` gives for the middle of a pixel how much of it is covered (0..=1) and
    /// by which colour.
    #[inline(always)]
    pub(super) fn lay(&mut self, bounds: Bounds, shape: impl Fn(f32, f32) -> (f32, Rgb)) {
        let clip = |v: f32| (v.max(0.0) as usize).min(SIDE);
        let [left, top, right, bottom] = bounds;
        for row in clip(top)..clip(bottom.ceil()) {
            for column in clip(left)..clip(right.ceil()) {
                let (cover, colour) = shape(column as f32 + 0.5, row as f32 + 0.5);
                if cover > 0.0 {
                    let pixel = &mut self.pixels[row * SIDE + column];
                    for (p, c) in pixel.iter_mut().zip(colour) {
                        *p += cover.min(1.0) * (c - *p);
                    }
                }
            }
        }
    }

    /// Writes interleaved bytes.
    pub(super) fn write(&self, out: &mut [u8]) {
        for (out, pixel) in out.chunks_exact_mut(3).zip(&self.pixels) {
            for (o, p) in out.iter_mut().zip(pixel) {
                *o = (p.clamp(0.0, 1.0) * 255.0 + 0.5) as u8;
            }
        }
    }
}

/// How much of a pixel lies inside an edge at this signed distance in pixels (negative inside).
#[inline(always)]
pub(super) fn inside(distance: f32) -> f32 {
    (0.5 - distance).clamp(0.0, 1.0)
}

/// 0 below `low`, 1 above `high`, smooth between.
#[inline(always)]
pub(super) fn smooth(low: f32, high: f32, v: f32) -> f32 {
    let t = ((v - low) / (high - low)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// A smooth wave of period 1 between −1 and 1.
#[inline(always)]
pub(super) fn wave(t: f32) -> f32 {
    let t = 2.0 * (t - t.floor());
    if t < 1.0 {
        4.0 * t * (1.0 - t)
    } else {
        let t = t - 1.0;
        -4.0 * t * (1.0 - t)
    }
}

#[inline(always)]
pub(super) fn mix(a: Rgb, b: Rgb, share: f32) -> Rgb {
    let one = |i: usize| a[i] + share * (b[i] - a[i]);
    [one(0), one(1), one(2)]
}

#[inline(always)]
pub(super) fn times(a: Rgb, factor: f32) -> Rgb {
    a.map(|v| v * factor)
}
