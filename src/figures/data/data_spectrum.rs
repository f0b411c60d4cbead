//! The spectrum of the data on a logarithmic axis with the cumulative variance, and their intrinsic rank by every
//! definition in use.

use crate::plot::axis::ticks::format_number;
use crate::plot::{
    Axis, Dash, Direction, FigureSpec, Layer, LineStyle, MarkerStyle, Provenance, Role, Rule,
    Scale, Series, SeriesStyle, Shape,
};

/// Everything the view shows.
#[derive(Debug, Clone, Copy)]
pub struct DataSpectrum<'a> {
    /// ζ², descending: all of them, or the leading ones.
    pub eigenvalues: &'a [f64],
    /// d, how many there are.
    pub dim: usize,
    /// Σζ².
    pub total_variance: f64,
    /// The participation ratio (Σζ²)² / Σζ⁴.
    pub participation: f64,
    /// Shares of the variance (0–1) and how many leading modes hold them.
    pub for_share: &'a [(f64, usize)],
    /// Eigenvalues above rounding.
    pub positive: usize,
    /// Whether modes are counted on a logarithmic axis.
    pub log_index: bool,
    /// What is shown, in a few words.
    pub subtitle: &'a str,
    /// Where the numbers came from.
    pub provenance: &'a Provenance,
}

/// Builds the figure. Eigenvalues that are zero but for rounding are not drawn.
pub fn data_spectrum(input: &DataSpectrum<'_>) -> FigureSpec {
    let shown = &input.eigenvalues[..input.positive.min(input.eigenvalues.len())];
    let mut figure = FigureSpec::new("data", "Spectrum");
    figure.subtitle = input.subtitle.into();
    figure.provenance = input.provenance.clone();
    figure.legend = true;
    let last = (shown.len() as f64).max(2.0);
    figure.x = if input.log_index {
        Axis::log10("mode").with_range(0.9, last * 1.05)
    } else {
        Axis::linear("mode").with_range(0.0, last * 1.01 + 0.5)
    };
    figure.y = Axis {
        scale: Scale::Log10,
        ..Axis::linear("ζ²")
    };
    figure.right = Some(
        Axis::linear("cumulative variance")
            .with_unit("%")
            .with_range(0.0, 102.0),
    );
    figure.notes = notes(input);
    for (value, label) in rules(input) {
        figure.layers.push(Layer::Rule(Rule {
            direction: Direction::X,
            value,
            label,
            colour: Role::Muted.into(),
            dash: Dash::Dotted,
            draggable: None,
        }));
    }
    figure.layers.push(Layer::Series(cumulative(input, shown)));
    let points = (1..).zip(shown).map(|(i, &v)| [f64::from(i), v]).collect();
    let marker = MarkerStyle {
        size: if shown.len() > 200 { 2.4 } else { 4.0 },
        ..MarkerStyle::new(Shape::Circle, true)
    };
    let mut spectrum = Series::markers("eigenvalues", "ζ²", points, marker, Role::Alive.into());
    spectrum.hover = Some(
        shown
            .iter()
            .enumerate()
            .map(|(i, v)| {
                let share = 100.0 * v / input.total_variance.max(f64::MIN_POSITIVE);
                format!(
                    "mode {}: ζ² = {}, {} % of the variance",
                    i + 1,
                    format_number(*v, 4),
                    format_number(share, 3)
                )
            })
            .collect(),
    );
    figure.layers.push(Layer::Series(spectrum));
    figure
}

fn cumulative(input: &DataSpectrum<'_>, shown: &[f64]) -> Series {
    let total = input.total_variance.max(f64::MIN_POSITIVE);
    let mut held = 0.0;
    let points = (1..)
        .zip(shown)
        .map(|(i, v)| {
            held += v;
            [f64::from(i), 100.0 * held / total]
        })
        .collect();
    let mut series = Series::line("cumulative", "cumulative variance", points, Role::Kl.into());
    series.style = SeriesStyle::Line(LineStyle {
        width: 1.4,
        dash: Dash::Solid,
    });
    series.right = true;
    series
}

/// The intrinsic ranks as places along the axis.
fn rules(input: &DataSpectrum<'_>) -> Vec<(f64, String)> {
    let mut rules = Vec::new();
    if input.participation > 0.0 {
        rules.push((input.participation, "participation ratio".into()));
    }
    let known = 1..=input.eigenvalues.len();
    for (share, modes) in input.for_share.iter().filter(|(_, m)| known.contains(m)) {
        rules.push((*modes as f64, format!("{:.0} %", 100.0 * share)));
    }
    rules
}

/// The intrinsic ranks in words, each with its definition.
fn notes(input: &DataSpectrum<'_>) -> Vec<String> {
    let join = |texts: Vec<String>| texts.join(", ");
    let shares = input.for_share.iter();
    let percent = shares.clone().map(|(s, _)| format!("{:.0}", 100.0 * s));
    let known = input.eigenvalues.len();
    let modes = shares.map(|(_, modes)| {
        if *modes > known {
            format!("more than {known}")
        } else {
            modes.to_string()
        }
    });
    vec![
        format!(
            "intrinsic rank: (Σζ²)²/Σζ⁴ = {}",
            format_number(input.participation, 3)
        ),
        format!(
            "modes for {} % of the variance: {}",
            join(percent.collect()),
            join(modes.collect())
        ),
        if known < input.dim {
            format!("the {known} leading modes of {} are known", input.dim)
        } else {
            format!("above rounding: {} of {}", input.positive, input.dim)
        },
        format!("Σζ² = {}", format_number(input.total_variance, 3)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ranks_are_stated_and_drawn_where_they_are() {
        let provenance = Provenance::default();
        let figure = data_spectrum(&DataSpectrum {
            eigenvalues: &[6.0, 3.0, 1.0, 0.0],
            dim: 4,
            total_variance: 10.0,
            participation: 100.0 / 46.0,
            for_share: &[(0.9, 2), (0.95, 3), (0.99, 3)],
            positive: 3,
            log_index: false,
            subtitle: "",
            provenance: &provenance,
        });
        let said = figure.notes.join(" · ");
        for part in [
            "(Σζ²)²/Σζ⁴ = 2.17",
            "90, 95, 99 % of the variance: 2, 3, 3",
            "3 of 4",
        ] {
            assert!(said.contains(part), "{part}: {said}");
        }
        let series: Vec<&Series> = figure.series().collect();
        assert_eq!(series[0].points, [[1.0, 60.0], [2.0, 90.0], [3.0, 100.0]]);
        assert!(series[0].right && !series[1].right);
        // A logarithmic axis has no place for zero.
        assert_eq!(series[1].points.len(), 3);
        let rules = figure.layers.iter().filter_map(|l| match l {
            Layer::Rule(rule) => Some(rule.value),
            _ => None,
        });
        assert_eq!(rules.collect::<Vec<_>>(), [100.0 / 46.0, 2.0, 3.0, 3.0]);
    }

    #[test]
    fn data_without_variance_make_a_figure_all_the_same() {
        let provenance = Provenance::default();
        let figure = data_spectrum(&DataSpectrum {
            eigenvalues: &[0.0; 3],
            dim: 3,
            total_variance: 0.0,
            participation: 0.0,
            for_share: &[(0.9, 0)],
            positive: 0,
            log_index: true,
            subtitle: "",
            provenance: &provenance,
        });
        assert!(figure.notes[2].ends_with("0 of 3"), "{:?}", figure.notes);
    }
}
