//! Pictures: inputs over their reconstructions, samples from the prior, and what one latent does.

use super::cell::pictures;
use crate::data::ImageShape;
use crate::figures::figure_named;
use crate::plot::axis::ticks::format_number;
use crate::plot::{FigureSpec, ImageRow, Images, Provenance};
use crate::train::{GalleryRequest, Views};

/// Inputs, reconstructions, prior samples and a traversal; a row without pictures is left out.
pub fn reconstructions_figure(
    views: &Views,
    shape: ImageShape,
    provenance: &Provenance,
) -> FigureSpec {
    let steps = views.traversal.len();
    let mut traversal = pictures(shape, &views.traversal);
    for (step, image) in traversal.iter_mut().enumerate() {
        image.caption = format_number(GalleryRequest::traversed_at(step, steps), 2);
    }
    let row = |label: &str, images| ImageRow {
        label: label.into(),
        images,
    };
    let mut rows = vec![
        row("input", pictures(shape, &views.inputs)),
        row("reconstruction", pictures(shape, &views.reconstructions)),
        row("prior sample", pictures(shape, &views.samples)),
        row(&format!("traversal of z{}", views.traversed), traversal),
    ];
    rows.retain(|row| !row.images.is_empty());
    figure_named("reconstructions", "Reconstructions and samples", provenance).with(Images { rows })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::Layer;

    #[test]
    fn empty_rows_vanish_and_a_traversal_says_where_it_is() {
        let views = Views {
            inputs: vec![vec![0, 255], vec![128, 0]],
            reconstructions: vec![vec![1, 2]],
            samples: Vec::new(),
            traversal: vec![
                vec![51, 102],
                vec![3, 4],
                vec![5, 6],
                vec![7, 8],
                vec![9, 9],
            ],
            traversed: 11,
            point: None,
        };
        let shape = ImageShape {
            width: 2,
            height: 1,
            channels: 1,
        };
        let figure = reconstructions_figure(&views, shape, &Provenance::default());
        let Layer::Images(images) = &figure.layers[0] else {
            panic!("pictures");
        };
        let labels: Vec<&str> = images.rows.iter().map(|r| r.label.as_str()).collect();
        assert_eq!(labels, ["input", "reconstruction", "traversal of z11"]);
        assert_eq!(*images.rows[0].images[1].pixels, [128, 0]);
        // From −3 to 3 in four steps of 1.5.
        assert_eq!(images.rows[2].images[1].caption, "−1.5");
    }
}
