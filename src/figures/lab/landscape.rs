//! Landscapes of trained networks as figures.
//!
//! β and γ enter here and nowhere before: the same points are drawn anew when either changes.

use crate::config::Likelihood;
use crate::train::{CollapsePath, Landscape, LandscapeKind};

use crate::figures::{
    CollapsePathTile, PathCurve, SurfaceGrid, SurfaceNet, collapse_path, surface_net,
};
use crate::plot::axis::ticks::format_number;
use crate::plot::spec::{ColourScale, FigureSpec, Provenance};

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
    let [x, y] = axes(shown);
    let subtitle = format!("{} · step {}", plane_name(&shown.request.kind), shown.step);
    Some(surface_net(&SurfaceNet {
        grid: SurfaceGrid {
            x_range: edges(shown.x_range, columns),
            y_range: edges(shown.y_range, rows),
            nx: columns,
            ny: rows,
            values: &values,
        },
        view: [shown.x_range, shown.y_range],
        axes: [&x, &y],
        scale,
        subtitle: &subtitle,
        centre: shown.centre,
        current: shown.current.map(|place| place.at),
        trail: &shown.trail,
        past: &shown.past,
        end: shown.end.map(|at| {
            let name = match shown.request.kind {
                LandscapeKind::Latent { .. } => "latent collapsed",
                _ => "full collapse",
            };
            (at, name)
        }),
        notes: &notes(shown, &values),
        provenance,
    }))
}

/// The price of collapse along a path, under these β and γ; `None` before both ends are known.
pub fn collapse_path_figure(
    shown: &Landscape,
    beta: f64,
    gamma: f64,
    provenance: &Provenance,
) -> Option<FigureSpec> {
    let path = CollapsePath::of(shown, beta, gamma)?;
    let subtitle = format!("β = {} · step {}", format_number(beta, 3), shown.step);
    let curve = |k: usize| PathCurve {
        gamma: path.gammas[k],
        points: &path.curves[k],
        ends: path.ends[k],
    };
    Some(collapse_path(&CollapsePathTile {
        curves: [curve(0), curve(1), curve(2)],
        beta,
        has_gamma: shown.likelihood == Likelihood::Gaussian,
        beta_prime: path.beta_prime,
        subtitle: &subtitle,
        provenance,
    }))
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
