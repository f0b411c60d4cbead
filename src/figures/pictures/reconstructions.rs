//! Pictures: inputs over their reconstructions, samples from the prior, and what one latent does.

use std::sync::Arc;

use crate::plot::{FigureSpec, ImageCell, ImageRow, Images, Layer, Provenance};

/// Everything the tile shows; every picture is a slice of width·height·channels values, interleaved
/// from the top left, where 0 is black and 1 is white.
#[derive(Debug, Clone, Copy)]
pub struct Reconstructions<'a> {
    /// Columns of pixels.
    pub width: usize,
    /// Rows of pixels.
    pub height: usize,
    /// 1 (grey) or 3 (RGB).
    pub channels: usize,
    /// Inputs, one after the other.
    pub inputs: &'a [f32],
    /// Their reconstructions.
    pub reconstructions: &'a [f32],
    /// Samples decoded from the prior; may be empty.
    pub prior_samples: &'a [f32],
    /// A latent and the pictures decoded as it moves; none if no latent is chosen.
    pub traversal: Option<(usize, &'a [f32])>,
    /// Values of the latent along the traversal, as captions; may be empty.
    pub traversal_at: &'a [f64],
    /// Where the numbers came from.
    pub provenance: &'a Provenance,
}

/// Builds the figure. Values outside 0–1 are clamped; incomplete last pictures are left out.
pub fn reconstructions(input: &Reconstructions<'_>) -> FigureSpec {
    let mut figure = FigureSpec::new("reconstructions", "Reconstructions and samples");
    figure.provenance = input.provenance.clone();
    let mut rows = Vec::new();
    let mut add = |label: String, values: &[f32], captions: &[f64]| {
        let images = pictures(input, values, captions);
        if !images.is_empty() {
            rows.push(ImageRow { label, images });
        }
    };
    add("input".into(), input.inputs, &[]);
    add("reconstruction".into(), input.reconstructions, &[]);
    add("prior sample".into(), input.prior_samples, &[]);
    if let Some((latent, values)) = input.traversal {
        add(
            format!("traversal of z{latent}"),
            values,
            input.traversal_at,
        );
    }
    figure.layers.push(Layer::Images(Images { rows }));
    figure
}

fn pictures(input: &Reconstructions<'_>, values: &[f32], captions: &[f64]) -> Vec<ImageCell> {
    let size = input.width * input.height * input.channels;
    if size == 0 {
        return Vec::new();
    }
    values
        .chunks_exact(size)
        .enumerate()
        .map(|(k, picture)| ImageCell {
            width: input.width,
            height: input.height,
            channels: input.channels,
            pixels: picture.iter().map(|&v| byte(v)).collect::<Arc<[u8]>>(),
            caption: captions.get(k).map_or_else(String::new, |&v| {
                crate::plot::axis::ticks::format_number(v, 2)
            }),
        })
        .collect()
}

/// 0–1 to 0–255, rounded; NaN is black.
fn byte(value: f32) -> u8 {
    (value.clamp(0.0, 1.0) * 255.0 + 0.5) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_become_bytes_and_empty_rows_vanish() {
        let figure = reconstructions(&Reconstructions {
            width: 2,
            height: 1,
            channels: 1,
            inputs: &[0.0, 1.0, 0.5, -3.0, 9.0],
            reconstructions: &[f32::NAN, 2.0],
            prior_samples: &[],
            traversal: Some((11, &[0.2, 0.4])),
            traversal_at: &[-1.5],
            provenance: &Provenance::default(),
        });
        let Layer::Images(images) = &figure.layers[0] else {
            panic!("pictures");
        };
        let labels: Vec<&str> = images.rows.iter().map(|r| r.label.as_str()).collect();
        assert_eq!(labels, ["input", "reconstruction", "traversal of z11"]);
        assert_eq!(images.rows[0].images.len(), 2);
        assert_eq!(*images.rows[0].images[1].pixels, [128, 0]);
        assert_eq!(*images.rows[1].images[0].pixels, [0, 255]);
        assert_eq!(images.rows[2].images[0].caption, "−1.5");
    }
}
