//! The spectrum of the data on a logarithmic axis with the cumulative variance, and their intrinsic rank by every
//! definition in use.

use super::subtitle;
use crate::data::{Dataset, IntrinsicRank, SHARES, Spectrum};
use crate::figures::figure_named;
use crate::plot::axis::ticks::format_number;
use crate::plot::{Axis, FigureSpec, MarkerStyle, Provenance, Role, Rule, Series, Shape};

/// The spectrum and the intrinsic rank; `log_index` counts modes on a logarithmic axis. Eigenvalues that are zero but
/// for rounding are not drawn.
pub fn spectrum_figure(
    data: &Dataset,
    spectrum: &Spectrum,
    log_index: bool,
    provenance: &Provenance,
) -> FigureSpec {
    let rank = spectrum.intrinsic_rank();
    let known = &spectrum.eigenvalues;
    let shown = &known[..rank.positive.min(known.len())];
    let total = spectrum.total_variance.max(f64::MIN_POSITIVE);
    let last = (shown.len() as f64).max(2.0);
    let mut figure = figure_named("data", "Spectrum", provenance)
        .subtitle(subtitle(data))
        .x(if log_index {
            Axis::log10("mode").with_range(0.9, last * 1.05)
        } else {
            Axis::linear("mode").with_range(0.0, last * 1.01 + 0.5)
        })
        .y(Axis::log10("ζ²"))
        .right(
            Axis::linear("cumulative variance")
                .with_unit("%")
                .with_range(0.0, 102.0),
        )
        .with_legend()
        .with_notes(notes(spectrum, &rank));
    for (value, label) in rules(&rank, known.len()) {
        figure.push(Rule::x(value, Role::Muted).label(label).dotted());
    }
    let numbered = || (1..).map(f64::from).zip(shown);
    let held = numbered().scan(0.0, |held, (i, v)| {
        *held += v;
        Some([i, 100.0 * *held / total])
    });
    let (held, name) = (held.collect(), "cumulative variance");
    figure.push(
        Series::line("cumulative", name, held, Role::Second)
            .width(1.4)
            .on_right(),
    );
    let points = numbered().map(|(i, &v)| [i, v]).collect();
    let size = if shown.len() > 200 { 2.4 } else { 4.0 };
    let marker = MarkerStyle::new(Shape::Circle, true).sized(size);
    let text = |(i, v): (f64, &f64)| {
        let [zeta2, share] = [format_number(*v, 4), format_number(100.0 * v / total, 3)];
        format!("mode {i}: ζ² = {zeta2}, {share} % of the variance")
    };
    let series = Series::markers("eigenvalues", "ζ²", points, marker, Role::Active);
    figure.with(series.hover(numbered().map(text)))
}

/// The intrinsic ranks as places along the axis, of so many known modes.
fn rules(rank: &IntrinsicRank, known: usize) -> Vec<(f64, String)> {
    let mut rules = Vec::new();
    if rank.participation > 0.0 {
        rules.push((rank.participation, "participation ratio".into()));
    }
    let shares = SHARES.into_iter().zip(rank.for_share);
    let shares = shares.filter(|(_, modes)| (1..=known).contains(modes));
    rules.extend(shares.map(|(share, modes)| (modes as f64, format!("{:.0} %", 100.0 * share))));
    rules
}

/// The intrinsic ranks in words, each with its definition.
fn notes(spectrum: &Spectrum, rank: &IntrinsicRank) -> Vec<String> {
    let (known, dim) = (spectrum.eigenvalues.len(), spectrum.dim());
    let percent = SHARES.map(|share| format!("{:.0}", 100.0 * share));
    let modes = rank.for_share.map(|modes| {
        if modes > known {
            format!("more than {known}")
        } else {
            modes.to_string()
        }
    });
    vec![
        format!(
            "intrinsic rank: (Σζ²)²/Σζ⁴ = {}",
            format_number(rank.participation, 3)
        ),
        format!(
            "modes for {} % of the variance: {}",
            percent.join(", "),
            modes.join(", ")
        ),
        if spectrum.is_whole() {
            format!("above rounding: {} of {dim}", rank.positive)
        } else {
            format!("the {known} leading modes of {dim} are known")
        },
        format!("Σζ² = {}", format_number(spectrum.total_variance, 3)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::Layer;

    fn figure(eigenvalues: &[f64], rank: usize, log_index: bool) -> FigureSpec {
        let spectrum = Spectrum {
            mean: vec![0.0; eigenvalues.len()],
            eigenvalues: eigenvalues.to_vec(),
            eigenvectors: Vec::new(),
            total_variance: eigenvalues.iter().sum(),
            samples: 10,
            rank,
        };
        let (data, none) = (Dataset::default(), Provenance::default());
        spectrum_figure(&data, &spectrum, log_index, &none)
    }

    #[test]
    fn the_ranks_are_stated_and_drawn_where_they_are() {
        let figure = figure(&[6.0, 3.0, 1.0, 0.0], 3, false);
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
        let rules: Vec<f64> = rules.collect();
        // (6 + 3 + 1)²/(36 + 9 + 1)
        assert!((rules[0] - 100.0 / 46.0).abs() < 1e-12);
        assert_eq!(rules[1..], [2.0, 3.0, 3.0]);
    }

    #[test]
    fn data_without_variance_make_a_figure_all_the_same() {
        let figure = figure(&[0.0; 3], 0, true);
        assert!(figure.notes[2].ends_with("0 of 3"), "{:?}", figure.notes);
    }
}
