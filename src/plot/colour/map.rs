//! Colour maps for heat maps: perceptually uniform ones from `colorous`, with the rules for values
//! that are out of range or not numbers in one place, for the window and the exporters alike.

use serde::{Deserialize, Serialize};

use super::{Palette, Rgb};
use crate::plot::axis::ticks::{Tick, format_short, ticks};
use crate::plot::spec::{ColourScale, HeatMap, Scale};

/// A perceptually uniform colour map.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColourMap {
    /// Dark purple, green, yellow.
    #[default]
    Viridis,
    /// Dark blue, grey, yellow; the same to colour-blind eyes.
    Cividis,
    /// Black, purple, orange, pale yellow.
    Inferno,
    /// Black, purple, pink, pale yellow.
    Magma,
    /// White to dark grey.
    Greys,
    /// Blue, white, red, for values with a sign; give it a symmetric range.
    RedBlue,
}

impl ColourMap {
    /// Every map of a scale with the name a menu shows.
    pub const ALL: [(&'static str, Self); 6] = [
        ("Viridis", Self::Viridis),
        ("Cividis", Self::Cividis),
        ("Inferno", Self::Inferno),
        ("Magma", Self::Magma),
        ("Greys", Self::Greys),
        ("Red–blue", Self::RedBlue),
    ];

    /// The colour at `position`, clamped to 0–1. `position` must not be NaN (it would be 0).
    pub fn at(self, position: f64) -> Rgb {
        let position = position.clamp(0.0, 1.0);
        let (gradient, position) = match self {
            Self::Viridis => (colorous::VIRIDIS, position),
            Self::Cividis => (colorous::CIVIDIS, position),
            Self::Inferno => (colorous::INFERNO, position),
            Self::Magma => (colorous::MAGMA, position),
            Self::Greys => (colorous::GREYS, position),
            Self::RedBlue => (colorous::RED_BLUE, 1.0 - position),
        };
        gradient.eval_continuous(position).as_array()
    }
}

/// The one of several equally far apart, the first at 0 and the last at 1, that is nearest to a position.
pub(crate) fn nearest<T>(of: &[T], position: f64) -> Option<&T> {
    let last = of.len().checked_sub(1)?;
    of.get((position.clamp(0.0, 1.0) * last as f64).round() as usize)
}

/// The range of values a heat map's colours span, and the map itself: values in, RGB out.
#[derive(Debug, Clone, PartialEq)]
pub struct Colouring {
    /// The value of the map's first colour.
    pub low: f64,
    /// The value of the map's last colour; above `low`.
    pub high: f64,
    /// Whether a finite value lies below `low`.
    pub clipped_low: bool,
    /// Whether a finite value lies above `high`.
    pub clipped_high: bool,
    /// Whether a value is not finite (or not positive on a log scale).
    pub has_nan: bool,
    scale: ColourScale,
    map: ColourMap,
    categories: Vec<Rgb>,
    not_a_number: Rgb,
}

impl Colouring {
    /// Finds the range of `map`'s colours: the one it asks for, else that of its finite values.
    pub fn of(map: &HeatMap, palette: &Palette) -> Self {
        let usable = |v: f64| v.is_finite() && (map.scale != ColourScale::Log10 || v > 0.0);
        let (mut least, mut most) = (f64::INFINITY, f64::NEG_INFINITY);
        let mut has_nan = false;
        for &v in &map.values {
            if usable(v) {
                least = least.min(v);
                most = most.max(v);
            } else {
                has_nan = true;
            }
        }
        let asked = map
            .asked_range()
            .filter(|&(a, b)| usable(a) && usable(b) && a < b && (b - a).is_finite());
        let (low, high) = asked.unwrap_or_else(|| widen(least, most, map.scale));
        Self {
            low,
            high,
            clipped_low: least < low,
            clipped_high: most > high,
            has_nan,
            scale: map.scale,
            map: map.colour_map,
            categories: map.categories.iter().map(|c| c.colour).collect(),
            not_a_number: palette.not_a_number,
        }
    }

    /// Position of `value` along the map, clamped to 0–1; `None` for a value that is not a
    /// number (or not positive on a log scale). ±∞ are not numbers here either.
    pub fn position(&self, value: f64) -> Option<f64> {
        if !value.is_finite() {
            return None;
        }
        let share = match self.scale {
            ColourScale::Linear => {
                value / (self.high - self.low) - self.low / (self.high - self.low)
            }
            ColourScale::Excess => {
                (value - self.low).max(0.0).ln_1p() / (self.high - self.low).ln_1p()
            }
            ColourScale::Log10 if value > 0.0 => {
                (value.log10() - self.low.log10()) / (self.high.log10() - self.low.log10())
            }
            ColourScale::Log10 => return None,
        };
        Some(share.clamp(0.0, 1.0))
    }

    /// Labelled values along the colour bar, about `count` of them.
    pub fn ticks(&self, count: usize) -> Vec<Tick> {
        match self.scale {
            ColourScale::Linear => ticks(Scale::Linear, self.low, self.high, count),
            ColourScale::Log10 => ticks(Scale::Log10, self.low, self.high, count),
            ColourScale::Excess => self.excess_ticks(count),
        }
    }

    /// The least value, and what lies a power of ten above it.
    fn excess_ticks(&self, count: usize) -> Vec<Tick> {
        let span = self.high - self.low;
        if span < 3.0 {
            return ticks(Scale::Linear, self.low, self.high, count);
        }
        let powers = span.log10().floor() as i32;
        let every = (powers as usize / count.max(2) + 1) as i32;
        let mut out = vec![Tick {
            value: self.low,
            label: format_short(self.low, 3),
            major: true,
        }];
        out.extend((0..=powers).filter(|k| k % every == 0).map(|k| {
            let above = 10.0_f64.powi(k);
            Tick {
                value: self.low + above,
                label: format!("+{}", format_short(above, 2)),
                major: true,
            }
        }));
        out
    }

    /// The colour at a position along the map, clamped to 0–1.
    fn at(&self, position: f64) -> Rgb {
        nearest(&self.categories, position).map_or_else(|| self.map.at(position), |rgb| *rgb)
    }

    /// The colour of `value`.
    pub fn rgb(&self, value: f64) -> Rgb {
        self.position(value)
            .map_or(self.not_a_number, |p| self.at(p))
    }
}

/// A range of finite extent for values that may be absent, all equal or huge.
fn widen(low: f64, high: f64, scale: ColourScale) -> (f64, f64) {
    if low > high {
        return match scale {
            ColourScale::Linear | ColourScale::Excess => (0.0, 1.0),
            ColourScale::Log10 => (1.0, 10.0),
        };
    }
    if !(high - low).is_finite() {
        return (low / 4.0, high / 4.0);
    }
    if scale == ColourScale::Log10 {
        return if high.log10() - low.log10() > 1e-9 {
            (low, high)
        } else {
            (
                (low / 2.0).max(f64::MIN_POSITIVE),
                (high * 2.0).min(f64::MAX / 2.0),
            )
        };
    }
    if high - low > low.abs().max(high.abs()) * 1e-12 {
        (low, high)
    } else {
        let half = low.abs().max(1e-9) * 0.5;
        (low - half, high + half)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::Category;

    fn map(values: &[f64], scale: ColourScale, range: Option<(f64, f64)>) -> HeatMap {
        let across = (values.len(), 1);
        HeatMap {
            scale,
            range,
            smooth: false,
            ..HeatMap::new("m", [(0.0, 1.0); 2], across, values.to_vec())
        }
    }

    #[test]
    fn viridis_ends_are_the_published_colours() {
        assert_eq!(ColourMap::Viridis.at(0.0), [68, 1, 84]);
        assert_eq!(ColourMap::Viridis.at(1.0), [253, 231, 37]);
        assert_eq!(ColourMap::Viridis.at(7.0), [253, 231, 37]);
    }

    #[test]
    fn categories_have_their_own_colours_and_names() {
        let mut named = map(&[0.0, 1.0, 2.0, 2.0], ColourScale::Linear, None);
        let colours = [[1, 2, 3], [40, 50, 60], [200, 210, 220]];
        named.categories = std::iter::zip(["one", "two", "three"], colours)
            .map(|(name, colour)| Category::new(name, colour))
            .collect();
        let colouring = Colouring::of(&named, &Palette::light());
        for (value, category) in (0..).zip(&named.categories) {
            assert_eq!(colouring.rgb(f64::from(value)), category.colour);
            assert_eq!(named.name_of(f64::from(value)), Some(&*category.name));
        }
        assert_eq!(named.at(0.1), [1, 2, 3]);
        assert_eq!(named.name_of(0.5), None);
        assert_eq!(named.name_of(-1.0), None);
        assert_eq!(map(&[0.0], ColourScale::Linear, None).name_of(0.0), None);
    }

    #[test]
    fn a_value_that_is_no_number_has_a_colour_of_no_number() {
        let palette = Palette::light();
        let c = Colouring::of(
            &map(&[1.0, f64::NAN, 3.0], ColourScale::Linear, None),
            &palette,
        );
        assert!(c.has_nan);
        assert_eq!(c.rgb(f64::NAN), palette.not_a_number);
        assert_eq!(c.rgb(f64::INFINITY), palette.not_a_number);
        assert_eq!(c.rgb(1.0), [68, 1, 84]);
    }

    #[test]
    fn log_scale_puts_the_geometric_mean_in_the_middle() {
        let c = Colouring::of(
            &map(&[0.01, 100.0], ColourScale::Log10, None),
            &Palette::light(),
        );
        assert!((c.position(1.0).expect("a number") - 0.5).abs() < 1e-12);
        assert_eq!(c.position(-1.0), None);
    }

    #[test]
    fn the_excess_scale_spreads_what_is_near_the_least_value() {
        let c = Colouring::of(
            &map(&[-500.0, -499.0, 499.0], ColourScale::Excess, None),
            &Palette::light(),
        );
        assert_eq!(c.position(-500.0), Some(0.0));
        assert_eq!(c.position(499.0), Some(1.0));
        let one = c.position(-499.0).expect("a number");
        assert!((one - 2.0_f64.ln() / 1000.0_f64.ln()).abs() < 1e-12);
        let labels: Vec<String> = c.ticks(6).into_iter().map(|t| t.label).collect();
        assert_eq!(labels, ["−500", "+1", "+10", "+100"]);
    }

    #[test]
    fn a_clipped_range_is_stated() {
        let c = Colouring::of(
            &map(&[-5.0, 0.5, 0.9], ColourScale::Linear, Some((0.0, 1.0))),
            &Palette::light(),
        );
        assert!(c.clipped_low && !c.clipped_high);
        assert_eq!(c.position(-5.0), Some(0.0));
    }

    #[test]
    fn degenerate_ranges_stay_finite() {
        for values in [
            vec![],
            vec![2.0, 2.0],
            vec![0.0],
            vec![f64::NAN],
            vec![-1.7e308, 1.7e308],
        ] {
            for scale in [ColourScale::Linear, ColourScale::Log10, ColourScale::Excess] {
                let c = Colouring::of(&map(&values, scale, None), &Palette::light());
                assert!(c.low < c.high && (c.high - c.low).is_finite(), "{values:?}");
            }
        }
    }
}
