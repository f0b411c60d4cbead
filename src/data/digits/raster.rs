//! Ink on paper: a pen stroke of varying width becomes antialiased pixels.

/// Side of a digit's picture, in pixels.
pub(super) const SIDE: usize = 28;

/// The pen at one moment: position in pixels (pixel p covers p..p+1) and radius.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Nib {
    pub(super) x: f32,
    pub(super) y: f32,
    pub(super) radius: f32,
}

/// Draws one stroke, the sweep of the pen through `path`, over what `ink` holds: a pixel's ink is
/// the greatest coverage 0..=1 of any part of any stroke. The edge is `softness` pixels wide.
///
/// Only the pixels near each piece are visited, so the cost follows the length of the stroke.
pub(super) fn draw(path: &[Nib], softness: f32, ink: &mut [f32; SIDE * SIDE]) {
    let sharpness = 1.0 / softness;
    for piece in path.windows(2) {
        let (a, b) = (piece[0], piece[1]);
        let reach = a.radius.max(b.radius) + 0.5 * softness;
        let columns = pixels(a.x.min(b.x) - reach, a.x.max(b.x) + reach);
        let (dx, dy) = (b.x - a.x, b.y - a.y);
        let inverse = 1.0 / (dx * dx + dy * dy).max(1e-12);
        for row in pixels(a.y.min(b.y) - reach, a.y.max(b.y) + reach) {
            let py = row as f32 + 0.5 - a.y;
            for column in columns.clone() {
                let px = column as f32 + 0.5 - a.x;
                // The nearest point of the piece, as a share t of its length.
                let t = ((px * dx + py * dy) * inverse).clamp(0.0, 1.0);
                let (ex, ey) = (px - t * dx, py - t * dy);
                let distance = (ex * ex + ey * ey).sqrt();
                let radius = a.radius + t * (b.radius - a.radius);
                let coverage = ((radius - distance) * sharpness + 0.5).clamp(0.0, 1.0);
                let pixel = &mut ink[row * SIDE + column];
                *pixel = pixel.max(coverage);
            }
        }
    }
}

/// The pixels whose centres lie between two coordinates, inside the picture.
fn pixels(low: f32, high: f32) -> std::ops::Range<usize> {
    let clip = |v: f32| (v.max(0.0) as usize).min(SIDE);
    clip((low - 0.5).ceil())..clip((high + 0.5).floor())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_straight_stroke_has_its_area() {
        let mut ink = [0.0; SIDE * SIDE];
        let nib = |x, y| Nib { x, y, radius: 1.7 };
        draw(&[nib(6.3, 14.2), nib(20.3, 14.2)], 1.0, &mut ink);
        // A capsule: a rectangle 14 × 3.4 and two half circles of radius 1.7.
        let area = 14.0 * 3.4 + std::f32::consts::PI * 1.7 * 1.7;
        let sum: f32 = ink.iter().sum();
        assert!((sum - area).abs() < 0.05 * area, "{sum} {area}");
    }

    #[test]
    fn strokes_beyond_the_picture_are_clipped() {
        let mut ink = [0.0; SIDE * SIDE];
        let nib = |x, y| Nib { x, y, radius: 2.0 };
        draw(&[nib(-40.0, 5.0), nib(60.0, 5.0)], 1.0, &mut ink);
        draw(&[nib(500.0, 500.0), nib(600.0, -700.0)], 1.0, &mut ink);
        assert!(ink.iter().all(|v| (0.0..=1.0).contains(v)));
        assert!(ink[5 * SIDE] > 0.9 && ink[20 * SIDE] == 0.0);
    }
}
