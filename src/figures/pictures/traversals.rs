//! What each of several latents does as it moves alone: one row per latent.

use super::cell::pictures;
use crate::data::ImageShape;
use crate::figures::figure_named;
use crate::metrics::Usage;
use crate::plot::axis::ticks::{format_number, format_step};
use crate::plot::{FigureSpec, ImageRow, Images, Provenance};
use crate::train::GalleryRequest;

/// One row of `steps` pictures for each of the latents, as brightness bytes.
pub(crate) fn traversals(
    shape: ImageShape,
    (latents, steps): (&[usize], usize),
    rows: &[Vec<Vec<u8>>],
    usage: &Usage,
    provenance: &Provenance,
) -> FigureSpec {
    let at: Vec<f64> = (0..steps)
        .map(|step| GalleryRequest::traversed_at(step, steps))
        .collect();
    let ends = [at.first(), at.last()].map(|v| v.copied().unwrap_or(0.0));
    let [from, to] = ends.map(|v| format_step(v, 1.0));
    let step = match at[..] {
        [first, second, ..] => second - first,
        _ => 1.0,
    };
    let row = |(latent, decoded): (&usize, &Vec<Vec<u8>>)| {
        let mut images = pictures(shape, decoded);
        for (image, at) in images.iter_mut().zip(&at) {
            image.caption = format_step(*at, step);
        }
        let kl = usage.latents.get(*latent).map(|l| l.statistics.kl);
        let kl = kl.filter(|kl| !kl.is_nan());
        let cost = kl.map(|kl| format!(" · {} nats", format_number(kl, 2)));
        ImageRow {
            label: format!("z{latent}{}", cost.unwrap_or_default()),
            images,
        }
    };
    figure_named("traversals", "Traversals of the latents", provenance)
        .subtitle("KL per latent in nats; columns in standard deviations of the prior")
        .note(format!(
            "{from} to {to} prior σ; the others at the first item's mean"
        ))
        .with(Images {
            rows: latents.iter().zip(rows).map(row).collect(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::Layer;
    use crate::train::{Evaluation, LatentStatistics};

    #[test]
    fn every_row_says_which_latent_and_what_it_costs() {
        let rows = vec![
            vec![vec![1], vec![2], vec![3]],
            vec![vec![4], vec![5], vec![6]],
        ];
        let shape = ImageShape {
            width: 1,
            height: 1,
            channels: 1,
        };
        let latent = |kl| LatentStatistics {
            kl,
            ..LatentStatistics::default()
        };
        let usage = Usage::new(&Evaluation {
            latents: vec![latent(0.5), latent(2.27)],
            ..Evaluation::default()
        });
        let none = Provenance::default();
        let figure = traversals(shape, (&[1, 0], 3), &rows, &usage, &none);
        let Layer::Images(images) = &figure.layers[0] else {
            panic!("pictures");
        };
        let labels: Vec<&str> = images.rows.iter().map(|r| r.label.as_str()).collect();
        assert_eq!(labels, ["z1 · 2.3 nats", "z0 · 0.50 nats"]);
        let captions: Vec<&str> = images.rows[1].images.iter().map(|i| &*i.caption).collect();
        assert_eq!(captions, ["−3", "0", "3"]);
        assert_eq!(*images.rows[1].images[2].pixels, [6]);
    }
}
