//! Galleries of pictures, with the shapes of a real run's.

use collapse_explorer::data::ImageShape;
use collapse_explorer::figures::gallery_figure;
use collapse_explorer::metrics::Usage;
use collapse_explorer::plot::FigureSpec;
use collapse_explorer::train::{
    Evaluation, Gallery, GalleryPictures, GalleryRequest, LatentStatistics,
};

use super::samples::provenance;

const SHAPE: ImageShape = ImageShape {
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
    let latent = |j: usize| LatentStatistics {
        kl: 2.7 / (1.0 + j as f64 / 3.0),
        ..LatentStatistics::default()
    };
    let usage = Usage::new(&Evaluation {
        latents: (0..22).map(latent).collect(),
        ..Evaluation::default()
    });
    let figure = |request, pictures| {
        let gallery = Gallery {
            request,
            step: 0,
            pictures,
        };
        gallery_figure(&gallery, &usage, "dead", SHAPE, &provenance()).expect("a figure")
    };
    let side = 7;
    let grid: Vec<Vec<u8>> = (0..side * side)
        .map(|k| {
            let share = |v: usize| v as f32 / (side - 1) as f32;
            picture(1.5 + 3.0 * share(k % side), 0.6 * share(k / side))
        })
        .collect();
    let samples = grid[..10].to_vec();
    let plane = figure(
        GalleryRequest::Plane {
            items: [12, 40_127, 907],
            side,
        },
        GalleryPictures::Plane {
            inputs: vec![picture(1.2, 0.0), picture(4.0, 0.0), picture(1.2, 0.6)],
            means: Vec::new(),
            decoded: grid,
        },
    );
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
    let zeroed = figure(
        GalleryRequest::Zeroed {
            latents: (3..18).collect(),
            count: 10,
        },
        GalleryPictures::Zeroed {
            samples,
            without,
            difference,
        },
    );
    let rows: Vec<Vec<Vec<u8>>> = (0..8)
        .map(|row| {
            let slant = 0.1 * row as f32;
            (0..13)
                .map(|k| picture(1.0 + 0.3 * k as f32, slant))
                .collect()
        })
        .collect();
    let rows = figure(
        GalleryRequest::Traversals {
            latents: (0..8).map(|k| 3 * k).collect(),
            steps: 13,
        },
        GalleryPictures::Traversals(rows),
    );
    [("plane", plane), ("zeroed", zeroed), ("traversals", rows)]
}
