//! Galleries of pictures, with the shapes of a real run's.

use collapse_explorer::figures::{
    InterpolationPlane, PictureShape, Traversals, ZeroedSamples, interpolation_plane, traversals,
    zeroed_samples,
};
use collapse_explorer::plot::FigureSpec;

use super::samples::provenance;

const SHAPE: PictureShape = PictureShape {
    width: 28,
    height: 28,
    channels: 1,
};

/// A ring of this width and slant.
fn picture(width: f32, slant: f32) -> Vec<u8> {
    (0..28 * 28)
        .map(|k| {
            let (x, y) = ((k % 28) as f32 - 13.5, (k / 28) as f32 - 13.5);
            let r = ((x + slant * y).powi(2) + y * y).sqrt();
            (255.0 * (1.0 - ((r - 8.0).abs() / width).powi(2)).max(0.0)) as u8
        })
        .collect()
}

/// One of each.
pub(super) fn gallery_figures() -> [(&'static str, FigureSpec); 3] {
    let provenance = provenance();
    let side = 7;
    let grid: Vec<Vec<u8>> = (0..side * side)
        .map(|k| {
            let share = |v: usize| v as f32 / (side - 1) as f32;
            picture(1.5 + 3.0 * share(k % side), 0.6 * share(k / side))
        })
        .collect();
    let inputs = [picture(1.2, 0.0), picture(4.0, 0.0), picture(1.2, 0.6)];
    let plane = interpolation_plane(&InterpolationPlane {
        shape: SHAPE,
        items: [12, 40_127, 907],
        inputs: &inputs,
        side,
        decoded: &grid,
        provenance: &provenance,
    });
    let samples = &grid[..10];
    let without: Vec<Vec<u8>> = (0..10)
        .map(|k| picture(1.6 + 0.3 * k as f32, 0.1))
        .collect();
    let difference: Vec<Vec<f32>> = samples
        .iter()
        .zip(&without)
        .map(|(a, b)| {
            let pairs = a.iter().zip(b);
            pairs
                .map(|(a, b)| (f32::from(*b) - f32::from(*a)) / 255.0)
                .collect()
        })
        .collect();
    let latents: Vec<usize> = (3..18).collect();
    let zeroed = zeroed_samples(&ZeroedSamples {
        shape: SHAPE,
        which: "dead",
        latents: &latents,
        of: 20,
        samples,
        without: &without,
        difference: &difference,
        active_threshold: 0.01,
        provenance: &provenance,
    });
    let at: Vec<f64> = (0..13).map(|k| -3.0 + 0.5 * f64::from(k)).collect();
    let rows: Vec<Vec<Vec<u8>>> = (0..8)
        .map(|row| {
            let slant = 0.1 * row as f32;
            (0..13)
                .map(|k| picture(1.0 + 0.3 * k as f32, slant))
                .collect()
        })
        .collect();
    let named: Vec<(usize, f64)> = (0..8).map(|k| (3 * k, 2.7 / (1 + k) as f64)).collect();
    let rows = traversals(&Traversals {
        shape: SHAPE,
        latents: &named,
        rows: &rows,
        at: &at,
        provenance: &provenance,
    });
    [("plane", plane), ("zeroed", zeroed), ("traversals", rows)]
}
