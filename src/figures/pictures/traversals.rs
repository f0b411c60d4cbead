//! What each of several latents does as it moves alone: one row per latent.

use crate::plot::axis::ticks::{format_number, format_step};
use crate::plot::{FigureSpec, ImageRow, Images, Layer, Provenance};

use super::cell::PictureShape;

/// Everything the figure shows.
#[derive(Debug, Clone, Copy)]
pub struct Traversals<'a> {
    /// The size of a picture.
    pub shape: PictureShape,
    /// Each latent and its KL in nats, in the order of the rows.
    pub latents: &'a [(usize, f64)],
    /// One row of pictures per latent, as brightness bytes.
    pub rows: &'a [Vec<Vec<u8>>],
    /// Where along a row its pictures are, in standard deviations of the prior.
    pub at: &'a [f64],
    /// Where the numbers came from.
    pub provenance: &'a Provenance,
}

/// Builds the figure.
pub fn traversals(input: &Traversals<'_>) -> FigureSpec {
    let mut figure = FigureSpec::new("traversals", "Traversals of the latents");
    figure.subtitle = "KL per latent in nats; columns in standard deviations of the prior".into();
    figure.provenance = input.provenance.clone();
    let ends = [input.at.first(), input.at.last()].map(|v| v.copied().unwrap_or(0.0));
    let [from, to] = ends.map(|v| format_step(v, 1.0));
    let step = match input.at {
        [first, second, ..] => second - first,
        _ => 1.0,
    };
    figure.notes = vec![format!(
        "{from} to {to} prior σ; the others at the first item's mean"
    )];
    let rows = input
        .latents
        .iter()
        .zip(input.rows)
        .map(|((latent, kl), pictures)| {
            let images = pictures.iter().enumerate().map(|(k, bytes)| {
                let mut cell = input.shape.cell(bytes);
                if let Some(at) = input.at.get(k) {
                    cell.caption = format_step(*at, step);
                }
                cell
            });
            ImageRow {
                label: if kl.is_nan() {
                    format!("z{latent}")
                } else {
                    format!("z{latent} · {} nats", format_number(*kl, 2))
                },
                images: images.collect(),
            }
        })
        .collect();
    figure.layers.push(Layer::Images(Images { rows }));
    figure
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_says_which_latent_and_what_it_costs() {
        let rows = vec![
            vec![vec![1], vec![2], vec![3]],
            vec![vec![4], vec![5], vec![6]],
        ];
        let figure = traversals(&Traversals {
            shape: PictureShape {
                width: 1,
                height: 1,
                channels: 1,
            },
            latents: &[(7, 2.27), (0, 0.5)],
            rows: &rows,
            at: &[-3.0, 0.0, 3.0],
            provenance: &Provenance::default(),
        });
        let Layer::Images(images) = &figure.layers[0] else {
            panic!("pictures");
        };
        let labels: Vec<&str> = images.rows.iter().map(|r| r.label.as_str()).collect();
        assert_eq!(labels, ["z7 · 2.3 nats", "z0 · 0.50 nats"]);
        let captions: Vec<&str> = images.rows[1].images.iter().map(|i| &*i.caption).collect();
        assert_eq!(captions, ["−3", "0", "3"]);
        assert_eq!(*images.rows[1].images[2].pixels, [6]);
    }
}
