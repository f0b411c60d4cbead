//! The energy of one mode under a soft-threshold decoder over (W, μ), σ at its best.
//!
//! For α > 0 the collapsed point is always a local minimum, however well the data could be
//! reproduced elsewhere (Dai, Wang & Wipf 2020, Proposition 1); at α = 0 it is the linear model's
//! saddle or global minimum.

use super::surface::{axis, marks, surface};
use crate::figures::figure_named;
use crate::plot::axis::ticks::format_number;
use crate::plot::{ColourMap, ColourScale, FigureSpec, MarkerStyle, Provenance, Series, Shape};
use crate::theory::{Axis, Collapsed, Error, GoodMinimum, SoftThreshold};

/// Half the extents of W and of μ at which every minimum is in view.
pub(super) fn reach(model: &SoftThreshold) -> (f64, f64) {
    let (zeta, eta) = (model.zeta(), model.eta_enc());
    let widest = |(w, mu): (f64, f64), g: &GoodMinimum| (w.max(1.35 * g.w), mu.max(1.35 * g.mu));
    let minima = model.good_minima();
    minima.iter().fold((1.5 * zeta / eta, 1.5 * eta), widest)
}

/// The line under the title that names the model.
pub(super) fn subtitle(mode: usize, model: &SoftThreshold) -> String {
    format!(
        "mode {} · ζ = {} · α = {} · βγ = {}",
        mode + 1,
        format_number(model.zeta(), 3),
        format_number(model.alpha(), 3),
        format_number(model.beta() * model.gamma(), 3)
    )
}

/// What the collapsed point is, for the legend.
fn word(collapsed: Collapsed) -> &'static str {
    match collapsed {
        Collapsed::Saddle => "collapsed: saddle",
        Collapsed::LocalMinimum { .. } => "collapsed: local minimum",
        Collapsed::Degenerate | Collapsed::GlobalMinimum => "collapsed: global minimum",
    }
}

/// The same as a sentence.
fn sentence(collapsed: Collapsed) -> String {
    match collapsed {
        Collapsed::Saddle => "collapsed point: a saddle".into(),
        Collapsed::LocalMinimum { excess } => format!(
            "collapsed point: a local minimum, ΔL = {} nats above the best",
            format_number(excess, 3)
        ),
        Collapsed::Degenerate | Collapsed::GlobalMinimum => {
            "collapsed point: the global minimum".into()
        }
    }
}

/// The soft-threshold energy over (W, μ), σ at its best, on `cells`² points; `global_until`, from
/// [`SoftThreshold::alpha_limits`], is said where it is known.
///
/// # Errors
/// [`Error`] if the model's numbers span no rectangle.
pub fn soft_surface_figure(
    mode: usize,
    model: &SoftThreshold,
    cells: usize,
    global_until: Option<f64>,
    provenance: &Provenance,
) -> Result<FigureSpec, Error> {
    let (half_w, half_mu) = reach(model);
    // Samples stand at the centres of cells.
    let inner = |half: f64| Axis::symmetric(half * (1.0 - 1.0 / cells as f64), cells);
    let values = model.grid(inner(half_w)?, inner(half_mu)?)?.values;
    let ranges = [(-half_w, half_w), (-half_mu, half_mu)];
    let colours = (ColourMap::Cividis, ColourScale::Excess);
    let map = surface("energy", ranges, (cells, cells), values, colours);
    let mut figure = figure_named("surface_soft", "Soft-threshold decoder", provenance)
        .subtitle(subtitle(mode, model))
        .x(axis("W (decoder weight)", ranges[0]))
        .y(axis("μ (encoder mean)", ranges[1]))
        .note(sentence(model.collapsed()))
        .with_legend()
        .with(map.label("energy [nats]"));
    if let Some(alpha) = global_until.filter(|a| *a > 0.0) {
        let alpha = format_number(alpha, 3);
        figure
            .notes
            .push(format!("the global one from α = {alpha}"));
    }
    for series in stationary(model) {
        figure.push(series);
    }
    Ok(figure)
}

/// The minima that use the latent, with their mirror images, as diamonds; the collapsed point as a ring (a saddle), or a
/// square, hollow where it is not the best minimum.
pub(super) fn stationary(model: &SoftThreshold) -> Vec<Series> {
    let collapsed = model.collapsed();
    let best = !matches!(collapsed, Collapsed::Degenerate | Collapsed::GlobalMinimum);
    let minima = model.good_minima();
    let group = |id: &str, name: &str, of: &[GoodMinimum], filled: bool| {
        let both = |g: &GoodMinimum| [[g.w, g.mu], [-g.w, -g.mu]];
        let marker = MarkerStyle::new(Shape::Diamond, filled).sized(6.5);
        let at = of.iter().flat_map(both).collect();
        (!of.is_empty()).then(|| marks(id, name, at, marker))
    };
    let (lowest, higher) = minima.split_at(minima.len().min(1));
    let name = if best {
        "global minimum"
    } else {
        "local minimum"
    };
    let (shape, filled) = match collapsed {
        Collapsed::Saddle => (Shape::Ring, false),
        // A second minimum must not look like the best one.
        Collapsed::LocalMinimum { .. } => (Shape::Square, false),
        Collapsed::Degenerate | Collapsed::GlobalMinimum => (Shape::Square, true),
    };
    let marker = MarkerStyle::new(shape, filled).sized(6.5);
    let origin = marks("collapsed", word(collapsed), vec![[0.0, 0.0]], marker);
    [
        group("minima", name, lowest, best),
        group("higher_minima", "local minimum", higher, false),
        Some(origin),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The surface's lowest cell is where the marked minimum is.
    #[test]
    fn marks_lie_where_the_surface_is_lowest() {
        let model = SoftThreshold::new(4.0, 0.6, 1.0, 0.4, 1.0).expect("a model");
        let none = Provenance::default();
        let figure = soft_surface_figure(0, &model, 64, None, &none).expect("a surface");
        let map = figure.heat_map().expect("a map");
        let lowest = (0..map.values.len())
            .min_by(|a, b| map.values[*a].total_cmp(&map.values[*b]))
            .expect("a cell");
        let at =
            |range: (f64, f64), k: usize| range.0 + (range.1 - range.0) * (k as f64 + 0.5) / 64.0;
        let found = [at(map.x_range, lowest % 64), at(map.y_range, lowest / 64)];
        let marked = &figure.series_of("minima").expect("minima").points;
        let near = |p: &[f64; 2]| (p[0] - found[0]).abs() < 0.15 && (p[1] - found[1]).abs() < 0.08;
        assert!(marked.iter().any(near), "{found:?}");
    }

    #[test]
    fn the_note_says_what_the_collapsed_point_is() {
        let none = Provenance::default();
        let text = |zeta2: f64, alpha: f64, beta: f64, limit| {
            let model = SoftThreshold::new(zeta2, alpha, beta, 0.5, 1.0).expect("a model");
            let figure = soft_surface_figure(1, &model, 8, limit, &none).expect("a surface");
            let names: Vec<&str> = figure.series().map(|s| s.name.as_str()).collect();
            (figure.notes.join(" · "), names.join(" · "))
        };
        let (notes, names) = text(9.0, 0.3, 1.0, Some(3.25));
        assert!(
            notes.contains("a local minimum, ΔL = ") && notes.contains(" nats above the best"),
            "{notes}"
        );
        assert!(notes.contains("the global one from α = 3.25"), "{notes}");
        assert_eq!(names, "global minimum · collapsed: local minimum");
        // α = 0: the linear model, a saddle while ζ² > βγ.
        let (notes, names) = text(4.0, 0.0, 2.0, None);
        assert!(notes.contains("a saddle") && names.ends_with("collapsed: saddle"));
        let (_, names) = text(0.5, 0.0, 2.0, None);
        assert_eq!(names, "collapsed: global minimum");
    }
}
