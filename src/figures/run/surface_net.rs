//! The loss of the trained network over a plane through its parameters (Li et al. 2018; Lucas et al. 2019, figure 1,
//! for a network as it is).
//!
//! β and γ enter here and nowhere before: the same points are drawn anew when either changes. A loss that is not finite
//! has a colour of its own.

use crate::figures::figure_named;
use crate::figures::theory::surface::{MODEL, axis, current, marks, path, surface};
use crate::plot::axis::ticks::format_number;
use crate::plot::{ColourMap, ColourScale, FigureSpec, MarkerStyle, Provenance, Series, Shape};
use crate::train::{Landscape, LandscapeKind};

/// The loss over a plane through a trained network, under these β and γ; `None` before its first grid is complete.
pub fn net_surface_figure(
    shown: &Landscape,
    beta: f64,
    gamma: f64,
    scale: ColourScale,
    provenance: &Provenance,
) -> Option<FigureSpec> {
    let [nx, ny] = shown.points;
    let stride = shown.stride;
    if stride == 0 || nx < 2 || ny < 2 {
        return None;
    }
    let (columns, rows) = ((nx - 1) / stride + 1, (ny - 1) / stride + 1);
    let loss = |column: usize, row: usize| {
        let point = shown.values[row * stride * nx + column * stride];
        point.map_or(f64::NAN, |p| {
            let loss = p.loss(shown.likelihood, shown.dim, beta, gamma);
            if loss.is_finite() { loss } else { f64::NAN }
        })
    };
    let values: Vec<f64> = (0..rows)
        .flat_map(|row| (0..columns).map(move |column| (column, row)))
        .map(|(column, row)| loss(column, row))
        .collect();
    // Points are the centres of cells that reach half a cell beyond the ends.
    let edges = |(from, to): (f64, f64), n: usize| {
        let half = 0.5 * (to - from) / (n - 1) as f64;
        (from - half, to + half)
    };
    let ranges = [edges(shown.x_range, columns), edges(shown.y_range, rows)];
    let [x, y] = axes(shown);
    let notes = notes(shown, &values);
    let colours = (ColourMap::Cividis, scale);
    let map = surface("loss", ranges, (columns, rows), values, colours);
    let mut figure = figure_named("surface_net", "Loss around the trained network", provenance)
        .subtitle(format!(
            "{} · step {}",
            plane_name(&shown.request.kind),
            shown.step
        ))
        .x(axis(&x, shown.x_range))
        .y(axis(&y, shown.y_range))
        .with_legend()
        .with_notes(notes)
        .with(map.label("loss [nats]"));
    if !shown.past.is_empty() {
        let mut way = shown.past.clone();
        way.push(shown.centre);
        let past = Series::line("past", "training before", way, MODEL);
        figure.push(past.width(1.3).dotted());
    }
    // A trail of one point is the network itself.
    if shown.trail.len() > 1 {
        figure.push(path(&shown.trail));
    }
    if let Some(at) = shown.end {
        let name = match shown.request.kind {
            LandscapeKind::Latent { .. } => "latent collapsed",
            _ => "full collapse",
        };
        let marker = MarkerStyle::new(Shape::Diamond, true).sized(6.5);
        figure.push(marks("end", name, vec![at], marker));
    }
    let ring = MarkerStyle::new(Shape::Ring, false).sized(6.5);
    figure.push(marks(
        "centre",
        "when this was begun",
        vec![shown.centre],
        ring,
    ));
    if let Some(place) = shown.current {
        figure.push(current(place.at));
    }
    Some(figure)
}

fn plane_name(kind: &LandscapeKind) -> String {
    match kind {
        LandscapeKind::Random { seed } => format!("two random directions (seed {seed})"),
        LandscapeKind::Trajectory => "the way it was trained".into(),
        LandscapeKind::Collapse { .. } => "towards full collapse".into(),
        LandscapeKind::Latent { latent, component } => {
            format!("latent z{latent} × component {}", component.mode + 1)
        }
        LandscapeKind::Path => "to full collapse".into(),
    }
}

fn axes(shown: &Landscape) -> [String; 2] {
    let percent = |share: f64| format_number(100.0 * share, 2);
    match &shown.request.kind {
        LandscapeKind::Random { .. } => {
            [1, 2].map(|k| format!("random direction {k} [filter lengths]"))
        }
        LandscapeKind::Trajectory => {
            let [first, second] = shown.variance.unwrap_or([f64::NAN; 2]).map(percent);
            [
                format!("1st principal direction ({first} % of the variance)"),
                format!("2nd ({second} %)"),
            ]
        }
        LandscapeKind::Collapse { .. } | LandscapeKind::Path => [
            "from the network (0) to full collapse (1)".into(),
            "random direction [filter lengths]".into(),
        ],
        LandscapeKind::Latent { latent, component } => [
            format!("scale of z{latent} (0 collapsed, 1 as trained)"),
            format!("push along component {}", component.mode + 1),
        ],
    }
}

fn notes(shown: &Landscape, values: &[f64]) -> Vec<String> {
    let mut notes = Vec::new();
    let finite = values.iter().copied().filter(|v| v.is_finite());
    let least = finite.fold(f64::INFINITY, f64::min);
    if least.is_finite() {
        notes.push(format!("least loss here {} nats", format_number(least, 4)));
    }
    if !shown.is_complete() {
        let share = 100.0 * shown.known as f64 / shown.values.len() as f64;
        notes.push(format!("refining, {share:.0} %"));
    }
    let wild = values.iter().filter(|v| !v.is_finite()).count();
    if wild > 0 {
        notes.push(format!("not finite at {wild} of {} points", values.len()));
    }
    if let Some(place) = shown.current.filter(|place| place.outside > 0.05) {
        notes.push(format!(
            "{:.0} % of the way since step {} lies outside this plane",
            100.0 * place.outside,
            shown.step
        ));
    }
    notes
}
