//! The histogram of the posterior's σ over latents and samples (Dai et al. 2020, figure 2): collapsed latents
//! sit at the prior's σ, and the mass moves there with depth.

use crate::figures::figure_named;
use crate::plot::axis::ticks::format_number;
use crate::plot::{Axis, Bar, Bars, FigureSpec, Provenance, Role, Rule};

/// Bins between 0 and the end of the axis.
const BINS: usize = 44;
/// The axis ends at this many times the prior's σ; the last bin holds what is beyond.
const END: f64 = 1.1;
/// Within this share of the prior's σ a σ counts as collapsed onto it.
const NEAR: f64 = 0.05;

/// How often each σ occurs; `sigmas` are those of every latent and sample, `prior` is the prior's.
pub fn sigma_histogram_figure(sigmas: &[f64], prior: f64, provenance: &Provenance) -> FigureSpec {
    let end = END * prior;
    let width = end / BINS as f64;
    let mut counts = [0_usize; BINS];
    let mut near = 0_usize;
    let mut counted = 0_usize;
    for &sigma in sigmas.iter().filter(|s| s.is_finite()) {
        counts[((sigma / width) as usize).min(BINS - 1)] += 1;
        near += usize::from((sigma / prior - 1.0).abs() <= NEAR);
        counted += 1;
    }
    let percent = |count: usize| 100.0 * count as f64 / counted.max(1) as f64;
    let bar = |(k, &count): (usize, &usize)| {
        let from = k as f64 * width;
        let to = if k == BINS - 1 {
            "∞".into()
        } else {
            format_number(from + width, 3)
        };
        let share = percent(count);
        Bar::new(from + width / 2.0, share, width * 0.92, Role::Active).label(format!(
            "σ from {} to {to}: {} %",
            format_number(from, 3),
            format_number(share, 3)
        ))
    };
    let bars = counts.iter().enumerate().map(bar).collect();
    figure_named("sigma_histogram", "Histogram of σ", provenance)
        .subtitle("over latents and samples")
        .x(Axis::linear("σ").with_range(0.0, end))
        .y(Axis::linear("share").with_unit("%"))
        .note(format!(
            "{} % within {} % of the prior's σ = {}",
            format_number(percent(near), 3),
            NEAR * 100.0,
            format_number(prior, 2)
        ))
        .with(Bars::new("sigma", "", bars, Role::Active))
        .with(Rule::x(prior, Role::Inactive).label("prior").dashed())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::Layer;

    #[test]
    fn every_sigma_is_counted_once_and_what_is_beyond_lands_in_the_last_bin() {
        let provenance = Provenance::default();
        let sigmas = &[0.01, 0.5, 0.98, 1.0, 7.0, f64::NAN];
        let figure = sigma_histogram_figure(sigmas, 1.0, &provenance);
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
