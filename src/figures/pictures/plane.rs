//! Pictures decoded over a plane through the posterior means of three items (Lucas et al. 2019, figure 13).

use super::cell::{picture, pictures};
use crate::data::ImageShape;
use crate::figures::figure_named;
use crate::plot::axis::ticks::format_number;
use crate::plot::{FigureSpec, ImageCell, ImageRow, Images, Provenance};

/// Everything the figure shows.
#[derive(Debug, Clone, Copy)]
pub struct InterpolationPlane<'a> {
    /// The size of a picture.
    pub shape: ImageShape,
    /// Which items the corners A, B and C are.
    pub items: [usize; 3],
    /// Those items as brightness bytes.
    pub inputs: &'a [Vec<u8>],
    /// Points along each side.
    pub side: usize,
    /// `side²` decoded pictures: rows of equal t from 0 (the top), in each of them s from 0.
    pub decoded: &'a [Vec<u8>],
    /// Where the numbers came from.
    pub provenance: &'a Provenance,
}

/// Builds the figure: the items themselves stand outside the grid, beside the corner their mean decodes to.
pub fn interpolation_plane(input: &InterpolationPlane<'_>) -> FigureSpec {
    let [a, b, c] = input.items;
    // Not a note: on screen it would take the height of another row, and the controls say it.
    let subtitle = format!(
        "z = A + s(B − A) + t(C − A), s to the right, t downwards; A, B, C: means of items {a}, {b}, {c}, themselves \
         outside the grid"
    );
    let blank = ImageCell::blank;
    let item = |k: usize| {
        let bytes = input.inputs.get(k);
        bytes.map_or_else(blank, |bytes| picture(input.shape, bytes))
    };
    let last = input.side.saturating_sub(1);
    let rows = input
        .decoded
        .chunks(input.side.max(1))
        .enumerate()
        .map(|(row, decoded)| {
            let t = row as f64 / last.max(1) as f64;
            let (label, before, after) = if row == 0 {
                ("A to B".into(), item(0), item(1))
            } else if row == last {
                ("C".into(), item(2), blank())
            } else {
                (format!("t = {}", format_number(t, 2)), blank(), blank())
            };
            let mut images = vec![before, blank()];
            images.extend(pictures(input.shape, decoded));
            images.extend([blank(), after]);
            ImageRow { label, images }
        })
        .collect();
    let title = "Plane through three posterior means";
    figure_named("interpolation_plane", title, input.provenance)
        .subtitle(subtitle)
        .with(Images { rows })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::Layer;

    #[test]
    fn the_items_stand_beside_their_corners() {
        let decoded: Vec<Vec<u8>> = (0..9).map(|k| vec![k]).collect();
        let figure = interpolation_plane(&InterpolationPlane {
            shape: ImageShape {
                width: 1,
                height: 1,
                channels: 1,
            },
            items: [4, 7, 2],
            inputs: &[vec![40], vec![70], vec![20]],
            side: 3,
            decoded: &decoded,
            provenance: &Provenance::default(),
        });
        let Layer::Images(images) = &figure.layers[0] else {
            panic!("pictures");
        };
        let bytes = |row: usize| -> Vec<Option<u8>> {
            let images = &images.rows[row].images;
            images.iter().map(|i| i.pixels.first().copied()).collect()
        };
        let (a, b, c) = (Some(40), Some(70), Some(20));
        assert_eq!(bytes(0), [a, None, Some(0), Some(1), Some(2), None, b]);
        assert_eq!(
            bytes(1),
            [None, None, Some(3), Some(4), Some(5), None, None]
        );
        assert_eq!(bytes(2), [c, None, Some(6), Some(7), Some(8), None, None]);
        let labels: Vec<&str> = images.rows.iter().map(|r| r.label.as_str()).collect();
        assert_eq!(labels, ["A to B", "t = 0.50", "C"]);
        assert!(figure.subtitle.contains("means of items 4, 7, 2"));
    }
}
