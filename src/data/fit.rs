//! From a picture of any size to an item of the data set: crop, resample, grey or colour.

use std::ops::Range;

use crate::config::{Colour, Crop, ImageOptions};

use super::dataset::ImageShape;

/// How pictures of one size become items.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Fit {
    from: ImageShape,
    to: ImageShape,
    columns: Weights,
    rows: Weights,
}

/// The part of a picture of this size that is kept, as columns and rows.
pub(super) fn kept(width: usize, height: usize, crop: Crop) -> [Range<usize>; 2] {
    let least = width.min(height);
    let side = match crop {
        Crop::Whole => return [0..width, 0..height],
        Crop::Pixels(pixels) => pixels.clamp(1, least),
        Crop::Auto => {
            // 178 : 218 to within a pixel, the proportions of aligned CelebA faces.
            let expected = width as f64 * 218.0 / 178.0;
            if width > 32 && (height as f64 - expected).abs() <= 1.0 {
                (width as f64 * 148.0 / 178.0).round() as usize
            } else {
                least
            }
        }
    };
    let (left, top) = ((width - side) / 2, (height - side) / 2);
    [left..left + side, top..top + side]
}

/// The shape of items made from a picture of this size: `side` is that of its longer side.
pub(super) fn item_shape(from: ImageShape, crop: Crop, side: usize, channels: usize) -> ImageShape {
    let [columns, rows] = kept(from.width, from.height, crop);
    let longer = columns.len().max(rows.len()).max(1);
    let scaled = |length: usize| ((length * side + longer / 2) / longer).max(1);
    ImageShape {
        height: scaled(rows.len()),
        width: scaled(columns.len()),
        channels,
    }
}

/// The longer side of what `crop` keeps of a picture of this size.
pub(super) fn own_side(from: ImageShape, crop: Crop) -> usize {
    let [columns, rows] = kept(from.width, from.height, crop);
    columns.len().max(rows.len())
}

/// The channels asked for, where pictures have `own`.
pub(super) fn channels(options: &ImageOptions, own: usize) -> usize {
    match options.colour {
        Colour::Auto => own,
        Colour::Grey => 1,
        Colour::Rgb => 3,
    }
}

impl Fit {
    /// How pictures of shape `from`, cropped, become items of shape `to`.
    pub(super) fn new(from: ImageShape, crop: Crop, to: ImageShape) -> Self {
        let [columns, rows] = kept(from.width, from.height, crop);
        Self {
            from,
            to,
            columns: Weights::new(columns, to.width),
            rows: Weights::new(rows, to.height),
        }
    }

    /// Whether pictures of this shape are what this was made for.
    pub(super) fn is_for(&self, from: ImageShape) -> bool {
        self.from == from
    }

    /// One picture of bytes, appended to `out`.
    pub(super) fn bytes(&self, picture: &[u8], out: &mut Vec<u8>) {
        let round = |v: f32| (v + 0.5) as u8;
        self.apply(picture, |item| out.extend(item.iter().map(|&v| round(v))));
    }

    /// One picture of 16-bit levels, appended to `out` as whole numbers.
    pub(super) fn levels(&self, picture: &[u16], out: &mut Vec<f32>) {
        self.apply(picture, |item| out.extend(item.iter().map(|v| v.round())));
    }

    /// One picture of real values, appended to `out`.
    pub(super) fn floats(&self, picture: &[f32], out: &mut Vec<f32>) {
        self.apply(picture, |item| out.extend_from_slice(item));
    }

    /// Resamples one picture, rows first, and hands the item on.
    fn apply<T: Copy + Into<f32>>(&self, picture: &[T], take: impl FnOnce(&[f32])) {
        let (own, wanted) = (self.from.channels, self.to.channels);
        // Colour is given up before the work, and made up after it.
        let grey = own == 3 && wanted == 1;
        let channels = if grey { 1 } else { own };
        let width = self.from.width;
        let kept = self.rows.reads.clone();
        let mut narrow = vec![0.0_f32; kept.len() * self.to.width * channels];
        let mut line = vec![0.0_f32; width * channels];
        let lines = picture.chunks_exact(width * own).skip(kept.start);
        for (row, narrow) in lines.zip(narrow.chunks_exact_mut(self.to.width * channels)) {
            if grey {
                for (v, rgb) in line.iter_mut().zip(row.chunks_exact(3)) {
                    let [r, g, b]: [f32; 3] = [rgb[0].into(), rgb[1].into(), rgb[2].into()];
                    *v = 0.299 * r + 0.587 * g + 0.114 * b;
                }
            } else {
                for (v, &p) in line.iter_mut().zip(row) {
                    *v = p.into();
                }
            }
            for (at, out) in narrow.chunks_exact_mut(channels).enumerate() {
                let (first, weights) = self.columns.of(at);
                let pixels = line[first * channels..].chunks_exact(channels);
                for (pixel, weight) in pixels.zip(weights) {
                    for (o, v) in out.iter_mut().zip(pixel) {
                        *o += weight * v;
                    }
                }
            }
        }
        let stride = self.to.width * channels;
        let mut item = vec![0.0_f32; self.to.height * stride];
        for (at, out) in item.chunks_exact_mut(stride).enumerate() {
            let (first, weights) = self.rows.of(at);
            let lines = narrow[(first - kept.start) * stride..].chunks_exact(stride);
            for (line, weight) in lines.zip(weights) {
                for (o, v) in out.iter_mut().zip(line) {
                    *o += weight * v;
                }
            }
        }
        if channels == 1 && wanted == 3 {
            let coloured: Vec<f32> = item.iter().flat_map(|&v| [v; 3]).collect();
            take(&coloured);
        } else {
            take(&item);
        }
    }
}

/// Which pixels of a line make a pixel of a shorter or longer one, and by how much.
#[derive(Debug, Clone, PartialEq)]
struct Weights {
    /// For each output pixel the first input pixel and where its weights are.
    taps: Vec<(usize, Range<usize>)>,
    values: Vec<f32>,
    /// Input pixels that are read at all.
    reads: Range<usize>,
}

impl Weights {
    /// Triangular weights over what an output pixel covers, as wide as it or as an input pixel, whichever is more.
    fn new(kept: Range<usize>, count: usize) -> Self {
        let scale = kept.len() as f64 / count as f64;
        let reach = scale.max(1.0);
        let mut taps = Vec::with_capacity(count);
        let mut weights = Vec::new();
        for at in 0..count {
            let start = weights.len();
            if kept.len() == count {
                weights.push(1.0);
                taps.push((kept.start + at, start..start + 1));
                continue;
            }
            let centre = kept.start as f64 + (at as f64 + 0.5) * scale - 0.5;
            let low = ((centre - reach).ceil().max(kept.start as f64)) as usize;
            let high = ((centre + reach).floor() as usize).min(kept.end - 1);
            let raw: Vec<f64> = (low..=high)
                .map(|p| (1.0 - (p as f64 - centre).abs() / reach).max(0.0))
                .collect();
            let sum: f64 = raw.iter().sum();
            if sum > 0.0 {
                weights.extend(raw.iter().map(|w| (w / sum) as f32));
                taps.push((low, start..weights.len()));
            } else {
                weights.push(1.0);
                taps.push((low.min(kept.end - 1), start..start + 1));
            }
        }
        Self {
            taps,
            values: weights,
            reads: kept,
        }
    }

    fn of(&self, at: usize) -> (usize, &[f32]) {
        let (first, range) = &self.taps[at];
        (*first, &self.values[range.clone()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(height: usize, width: usize, channels: usize) -> ImageShape {
        ImageShape {
            height,
            width,
            channels,
        }
    }

    #[test]
    fn celeba_is_cropped_at_every_scale() {
        let side = |w, h| kept(w, h, Crop::Auto)[0].len();
        assert_eq!(side(178, 218), 148);
        assert_eq!(side(89, 109), 74);
        assert_eq!(side(640, 480), 480);
        assert_eq!(side(28, 28), 28);
        assert_eq!(kept(178, 218, Crop::Pixels(148)), [15..163, 35..183]);
        assert_eq!(kept(10, 4, Crop::Pixels(99)), [3..7, 0..4]);
        assert_eq!(kept(10, 4, Crop::Whole), [0..10, 0..4]);
    }

    #[test]
    fn the_mean_and_straight_ramps_survive() {
        // A linear ramp sampled at pixel centres stays one in the middle, wherever the samples lie.
        for (from, to) in [(37, 12), (148, 64), (12, 37), (5, 5)] {
            let ramp: Vec<f32> = (0..from).map(|p| p as f32).collect();
            let fit = Fit::new(shape(1, from, 1), Crop::Whole, shape(1, to, 1));
            let mut out = Vec::new();
            fit.floats(&ramp, &mut out);
            let scale = from as f32 / to as f32;
            let edge = 1 + (1.0 / scale) as usize;
            for (at, v) in out.iter().enumerate().take(to - edge).skip(edge) {
                let expected = (at as f32 + 0.5) * scale - 0.5;
                // A kernel of whole pixels is off by less than a pixel of the finer grid.
                assert!(
                    (v - expected).abs() < 0.2,
                    "{from}→{to} at {at}: {v} {expected}"
                );
            }
            let mut flat = Vec::new();
            fit.bytes(&vec![200; from], &mut flat);
            assert!(flat.iter().all(|&v| v == 200));
        }
    }

    #[test]
    fn colour_becomes_luminance_and_grey_becomes_colour() {
        let picture = [255_u8, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9];
        let fit = Fit::new(shape(2, 2, 3), Crop::Auto, shape(2, 2, 1));
        let mut grey = Vec::new();
        fit.bytes(&picture, &mut grey);
        assert_eq!(grey, [76, 150, 29, 9]);
        let fit = Fit::new(shape(2, 2, 1), Crop::Auto, shape(2, 2, 3));
        let mut colour = Vec::new();
        fit.bytes(&grey, &mut colour);
        assert_eq!(colour[..6], [76, 76, 76, 150, 150, 150]);
    }

    #[test]
    fn proportions_stay_where_all_is_kept() {
        let made = item_shape(shape(218, 178, 3), Crop::Whole, 64, 3);
        assert_eq!((made.height, made.width), (64, 52));
        let made = item_shape(shape(218, 178, 3), Crop::Auto, 64, 1);
        assert_eq!((made.height, made.width, made.channels), (64, 64, 1));
    }
}
