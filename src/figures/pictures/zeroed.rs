//! Prior samples, the same without some of their latents, and what that changes (Asperti 2019, figure 3): a dead
//! latent is one the decoder does not listen to.

use super::cell::{pictures, signed};
use crate::data::ImageShape;
use crate::figures::figure_named;
use crate::metrics::Usage;
use crate::plot::axis::ticks::{format_number, format_short};
use crate::plot::{FigureSpec, ImageCell, ImageRow, Images, Provenance};

/// Everything the figure shows.
#[derive(Debug, Clone, Copy)]
pub struct ZeroedSamples<'a> {
    /// The size of a picture.
    pub shape: ImageShape,
    /// `dead` or `active`: what the zeroed latents are.
    pub which: &'a str,
    /// The zeroed latents.
    pub latents: &'a [usize],
    /// κ.
    pub of: usize,
    /// Samples decoded, as brightness bytes.
    pub samples: &'a [Vec<u8>],
    /// The same without the latents; empty if there was none to zero.
    pub without: &'a [Vec<u8>],
    /// Brightness without minus brightness with, where 1 is white and 0 black.
    pub difference: &'a [Vec<f32>],
    /// Where the numbers came from.
    pub provenance: &'a Provenance,
}

/// The finest scale of a difference, one grey level: what is drawn on a finer one would be rounding.
const GREY_LEVEL: f64 = 1.0 / 255.0;
/// Most latents named in a note.
const NAMED: usize = 12;

/// Builds the figure.
pub fn zeroed_samples(input: &ZeroedSamples<'_>) -> FigureSpec {
    let (which, of) = (input.which, input.of);
    let threshold = format_number(Usage::ACTIVE_VARIANCE, 3);
    let figure = figure_named(
        "zeroed_samples",
        "Prior samples without some latents",
        input.provenance,
    )
    .subtitle(format!(
        "a latent is dead if Var μ ≤ {threshold} of the prior's variance"
    ));
    let row = |label: String, images: Vec<ImageCell>| ImageRow { label, images };
    let samples = row("prior sample".into(), pictures(input.shape, input.samples));
    if input.latents.is_empty() {
        return figure
            .note(format!(
                "none of the {of} latents is {which}: nothing to zero"
            ))
            .with(Images {
                rows: vec![samples],
            });
    }
    let [largest, rms] = sizes(input.difference);
    let scale = scale_of(largest);
    let shown = format_short(scale, 2);
    let differences = input.difference.iter();
    let differences = differences.map(|d| signed(input.shape, d, scale)).collect();
    figure
        .note(format!(
            "largest |difference| {}, RMS {} (white is 1)",
            format_number(largest, 3),
            format_number(rms, 3)
        ))
        .note(format!("grey 0, white +{shown}, black −{shown}"))
        .note(format!(
            "{} of {of} {which}: {}",
            input.latents.len(),
            names(input.latents)
        ))
        .with(Images {
            rows: vec![
                samples,
                row(
                    format!("{which} zeroed"),
                    pictures(input.shape, input.without),
                ),
                row(format!("difference ±{shown}"), differences),
            ],
        })
}

/// The largest absolute value, and the root mean square.
fn sizes(difference: &[Vec<f32>]) -> [f64; 2] {
    let values = || difference.iter().flatten().map(|v| f64::from(*v));
    let count = values().count().max(1) as f64;
    let largest = values().fold(0.0, |most: f64, v| most.max(v.abs()));
    [
        largest,
        (values().map(|v| v * v).sum::<f64>() / count).sqrt(),
    ]
}

/// The least of 1, 2, 5, 10 … hundredths, thousandths … that holds `largest`, and at least a grey level.
fn scale_of(largest: f64) -> f64 {
    if !largest.is_finite() || largest <= GREY_LEVEL {
        return GREY_LEVEL;
    }
    let decade = 10_f64.powf(largest.log10().floor());
    let steps = [1.0, 2.0, 5.0, 10.0];
    let fits = steps.into_iter().find(|s| s * decade >= largest);
    fits.unwrap_or(10.0) * decade
}

fn names(latents: &[usize]) -> String {
    let mut named: Vec<String> = latents
        .iter()
        .take(NAMED)
        .map(|j| format!("z{j}"))
        .collect();
    if latents.len() > NAMED {
        named.push("…".into());
    }
    named.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::Layer;

    fn input<'a>(
        latents: &'a [usize],
        difference: &'a [Vec<f32>],
        pictures: &'a [Vec<u8>],
        provenance: &'a Provenance,
    ) -> ZeroedSamples<'a> {
        ZeroedSamples {
            shape: ImageShape {
                width: 2,
                height: 1,
                channels: 1,
            },
            which: "dead",
            latents,
            of: 5,
            samples: pictures,
            without: if latents.is_empty() { &[] } else { pictures },
            difference,
            provenance,
        }
    }

    #[test]
    fn the_difference_is_measured_and_its_scale_said() {
        let provenance = Provenance::default();
        let pictures = [vec![1, 2], vec![3, 4]];
        // RMS √((0.09 + 0.01 + 0 + 0)/4) = 0.158.
        let difference = [vec![0.3, -0.1], vec![0.0, 0.0]];
        let figure = zeroed_samples(&input(&[1, 4], &difference, &pictures, &provenance));
        let Layer::Images(images) = &figure.layers[0] else {
            panic!("pictures");
        };
        let labels: Vec<&str> = images.rows.iter().map(|r| r.label.as_str()).collect();
        assert_eq!(labels, ["prior sample", "dead zeroed", "difference ±0.5"]);
        // 128 + 127·0.6, 128 − 127·0.2
        assert_eq!(*images.rows[2].images[0].pixels, [204, 103]);
        let said = figure.notes.join(" ");
        assert!(said.contains("0.300, RMS 0.158 (white is 1)"), "{said}");
        assert!(said.contains("2 of 5 dead: z1 z4"), "{said}");
    }

    #[test]
    fn with_nothing_to_zero_it_says_so() {
        let provenance = Provenance::default();
        let pictures = [vec![1, 2], vec![3, 4]];
        let figure = zeroed_samples(&input(&[], &[], &pictures, &provenance));
        let Layer::Images(images) = &figure.layers[0] else {
            panic!("pictures");
        };
        assert_eq!(images.rows.len(), 1);
        assert!(figure.notes[0].contains("none of the 5 latents is dead"));
    }

    #[test]
    fn the_scale_is_a_round_number_that_holds_everything() {
        for (largest, scale) in [
            (0.3, 0.5),
            (0.2, 0.2),
            (0.11, 0.2),
            (0.6, 1.0),
            (0.03, 0.05),
        ] {
            assert!((scale_of(largest) - scale).abs() < 1e-12, "{largest}");
        }
        assert_eq!(scale_of(0.0), GREY_LEVEL);
        assert_eq!(scale_of(f64::NAN), GREY_LEVEL);
    }
}
