//! The histogram of the posterior's σ over latents and samples (Dai et al. 2020, figure 2): collapsed latents
//! sit at the prior's σ, and the mass moves there with depth.

use crate::plot::axis::ticks::format_number;
use crate::plot::{Axis, Bar, Bars, Dash, Direction, FigureSpec, Layer, Provenance, Role, Rule};

/// Everything the tile shows.
#[derive(Debug, Clone, Copy)]
pub struct SigmaHistogram<'a> {
    /// Every σ of every latent and sample.
    pub sigmas: &'a [f64],
    /// The prior's σ.
    pub prior: f64,
    /// Where the numbers came from.
    pub provenance: &'a Provenance,
}

/// Bins between 0 and the end of the axis.
const BINS: usize = 44;
/// The axis ends at this many times the prior's σ; the last bin holds what is beyond.
const END: f64 = 1.1;
/// Within this share of the prior's σ a σ counts as collapsed onto it.
const NEAR: f64 = 0.05;

/// Builds the figure.
pub fn sigma_histogram(input: &SigmaHistogram<'_>) -> FigureSpec {
    let end = END * input.prior;
    let width = end / BINS as f64;
    let mut counts = [0_usize; BINS];
    let mut near = 0_usize;
    let mut counted = 0_usize;
    for &sigma in input.sigmas.iter().filter(|s| s.is_finite()) {
        counts[((sigma / width) as usize).min(BINS - 1)] += 1;
        near += usize::from((sigma / input.prior - 1.0).abs() <= NEAR);
        counted += 1;
    }
    let percent = |count: usize| 100.0 * count as f64 / counted.max(1) as f64;
    let mut figure = FigureSpec::new("sigma_histogram", "Histogram of σ");
    figure.subtitle = "over latents and samples".into();
    figure.x = Axis::linear("σ").with_range(0.0, end);
    figure.y = Axis::linear("share").with_unit("%");
    figure.provenance = input.provenance.clone();
    figure.notes = vec![format!(
        "{} % within {} % of the prior's σ = {}",
        format_number(percent(near), 3),
        NEAR * 100.0,
        format_number(input.prior, 2)
    )];
    let items = counts
        .iter()
        .enumerate()
        .map(|(k, &count)| {
            let from = k as f64 * width;
            let beyond = k == BINS - 1;
            let to = if beyond {
                "∞".into()
            } else {
                format_number(from + width, 3)
            };
            Bar {
                x: from + width / 2.0,
                base: 0.0,
                height: percent(count),
                width: width * 0.92,
                colour: Role::Alive.into(),
                hatched: false,
                label: format!(
                    "σ from {} to {to}: {} %",
                    format_number(from, 3),
                    format_number(percent(count), 3)
                ),
                latent: None,
            }
        })
        .collect();
    figure.layers.push(Layer::Bars(Bars {
        id: "sigma".into(),
        name: String::new(),
        items,
        colour: Role::Alive.into(),
    }));
    figure.layers.push(Layer::Rule(Rule {
        direction: Direction::X,
        value: input.prior,
        label: "prior".into(),
        colour: Role::Dead.into(),
        dash: Dash::Dashed,
        draggable: None,
    }));
    figure
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sigma_is_counted_once_and_what_is_beyond_lands_in_the_last_bin() {
        let provenance = Provenance::default();
        let figure = sigma_histogram(&SigmaHistogram {
            sigmas: &[0.01, 0.5, 0.98, 1.0, 7.0, f64::NAN],
            prior: 1.0,
            provenance: &provenance,
        });
        let bars = figure.layers.iter().find_map(|l| match l {
            Layer::Bars(b) => Some(b),
            _ => None,
        });
        let heights: Vec<f64> = bars.expect("bars").items.iter().map(|b| b.height).collect();
        assert!((heights.iter().sum::<f64>() - 100.0).abs() < 1e-9);
        assert_eq!(heights[0], 20.0);
        assert_eq!(heights[BINS - 1], 20.0);
        // 0.98 and 1.0 are near the prior.
        assert!(figure.notes[0].starts_with("40.0 %"), "{:?}", figure.notes);
    }
}
