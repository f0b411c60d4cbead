//! The figures of one mode's landscape: the soft-threshold decoder's energy, the basins of its
//! minima, and the Hessian at the collapsed point.

use crate::compute::BasinPicture;
use crate::figures::{
    CollapsedPoint, SurfaceBasin, SurfaceGrid, SurfaceHessian, SurfaceSoft, surface_basin,
    surface_hessian, surface_soft,
};
use crate::plot::colour::map::Category;
use crate::plot::spec::{FigureSpec, Provenance};
use crate::theory::{
    Axis, BasinRequest, Collapsed, Error, Fate, GoodMinimum, SoftThreshold, StartSigma,
    origin_eigenvalues,
};

/// Points of the curves against β.
const CURVE: usize = 240;

/// How the landscape is looked at: half the extent of W and of μ, so that every minimum is in view.
fn reach(model: &SoftThreshold, minima: &[GoodMinimum]) -> (f64, f64) {
    let (zeta, eta) = (model.zeta(), model.eta_enc());
    minima
        .iter()
        .fold((1.5 * zeta / eta, 1.5 * eta), |(w, mu), g| {
            (w.max(1.35 * g.w), mu.max(1.35 * g.mu))
        })
}

fn collapsed_point(model: &SoftThreshold) -> CollapsedPoint {
    match model.collapsed() {
        Collapsed::Saddle => CollapsedPoint::Saddle,
        Collapsed::LocalMinimum { excess } => CollapsedPoint::LocalMinimum { excess },
        Collapsed::Degenerate | Collapsed::GlobalMinimum => CollapsedPoint::GlobalMinimum,
    }
}

/// (W, μ) of the lowest minimum and its mirror image, and those of all higher ones.
fn marks(minima: &[GoodMinimum]) -> (Vec<[f64; 2]>, Vec<[f64; 2]>) {
    let both = |g: &GoodMinimum| [[g.w, g.mu], [-g.w, -g.mu]];
    let lowest = minima.iter().take(1).flat_map(both).collect();
    (lowest, minima.iter().skip(1).flat_map(both).collect())
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
    let minima = model.good_minima();
    let (half_w, half_mu) = reach(model, &minima);
    // Samples stand at the centres of cells.
    let inner = |half: f64| Axis::symmetric(half * (1.0 - 1.0 / cells as f64), cells);
    let grid = model.grid(inner(half_w)?, inner(half_mu)?)?;
    let (minima, higher) = marks(&minima);
    Ok(surface_soft(&SurfaceSoft {
        grid: SurfaceGrid {
            x_range: (-half_w, half_w),
            y_range: (-half_mu, half_mu),
            nx: cells,
            ny: cells,
            values: &grid.values,
        },
        value_label: "energy [nats]",
        mode: mode + 1,
        zeta2: model.zeta2(),
        alpha: model.alpha(),
        beta: model.beta(),
        gamma: model.gamma(),
        collapsed: collapsed_point(model),
        minima: &minima,
        higher: &higher,
        global_until,
        provenance,
    }))
}

/// The starts whose basins are mapped: those of the surface.
///
/// # Errors
/// [`Error`] if the model's numbers span no rectangle.
pub fn basin_request(model: &SoftThreshold, start: StartSigma) -> Result<BasinRequest, Error> {
    let (half_w, half_mu) = reach(model, &model.good_minima());
    let request = BasinRequest::new(*model, (-half_w, half_w), (-half_mu, half_mu))?;
    Ok(BasinRequest { start, ..request })
}

/// A basin map; its provenance names the device that computed it.
pub fn basin_figure(mode: usize, picture: &BasinPicture, provenance: &Provenance) -> FigureSpec {
    let map = &picture.map;
    let model = &map.request.model;
    let basins: Vec<Category> = map
        .fates
        .iter()
        .map(|fate| match fate {
            Fate::Unfinished => Category::Unfinished,
            Fate::Collapsed => Category::Collapsed,
            Fate::Positive => Category::Positive,
            Fate::Negative => Category::Negative,
        })
        .collect();
    let mut steps = map.steps.clone();
    let middle = steps.len() / 2;
    let median_steps = if steps.is_empty() {
        0
    } else {
        *steps.select_nth_unstable(middle).1
    };
    let (minima, higher) = marks(&model.good_minima());
    surface_basin(&SurfaceBasin {
        x_range: map.request.w_range,
        y_range: map.request.mu_range,
        cells: map.cells,
        basins: &basins,
        median_steps,
        start: match map.request.start {
            StartSigma::Prior => "from σ = η",
            StartSigma::Profiled => "from the best σ",
        },
        mode: mode + 1,
        zeta2: model.zeta2(),
        alpha: model.alpha(),
        beta: model.beta(),
        gamma: model.gamma(),
        collapsed: collapsed_point(model),
        minima: &minima,
        higher: &higher,
        device: &picture.device,
        fallback: picture.fallback.as_deref(),
        provenance,
    })
}

/// Both eigenvalues of the linear mode's Hessian at the collapsed point against β.
///
/// # Errors
/// [`Error`] if ζ², β or γ is out of range.
pub fn hessian_figure(
    mode: usize,
    zeta2: f64,
    (beta, gamma, eta_enc): (f64, f64, f64),
    provenance: &Provenance,
) -> Result<FigureSpec, Error> {
    const DECADES: f64 = 30.0;
    let crossing = zeta2 / gamma;
    let now = origin_eigenvalues(zeta2, beta, gamma, eta_enc)?;
    let low = (crossing / DECADES).min(beta / 1.5);
    let high = (crossing * DECADES).max(beta * 1.5);
    let betas: Vec<f64> = (0..CURVE)
        .map(|k| low * (high / low).powf(k as f64 / (CURVE - 1) as f64))
        .collect();
    let eigenvalues = betas
        .iter()
        .map(|b| origin_eigenvalues(zeta2, *b, gamma, eta_enc))
        .collect::<Result<Vec<_>, Error>>()?;
    Ok(surface_hessian(&SurfaceHessian {
        mode: mode + 1,
        zeta2,
        gamma,
        beta,
        betas: &betas,
        eigenvalues: &eigenvalues,
        now,
        provenance,
    }))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use std::sync::atomic::AtomicBool;

    use super::*;
    use crate::plot::Layer;

    /// The surface's lowest cell is where the marked minimum is.
    #[test]
    fn marks_lie_where_the_surface_is_lowest() {
        let model = SoftThreshold::new(4.0, 0.6, 1.0, 0.4, 1.0).unwrap();
        let figure = soft_surface_figure(0, &model, 64, None, &Provenance::default()).unwrap();
        let map = figure.heat_map().unwrap();
        let lowest = (0..map.values.len())
            .min_by(|a, b| map.values[*a].total_cmp(&map.values[*b]))
            .unwrap();
        let at =
            |range: (f64, f64), k: usize| range.0 + (range.1 - range.0) * (k as f64 + 0.5) / 64.0;
        let found = [at(map.x_range, lowest % 64), at(map.y_range, lowest / 64)];
        let marked = figure.layers.iter().find_map(|l| match l {
            Layer::Series(s) if s.id == "minima" => Some(s.points.clone()),
            _ => None,
        });
        let near = |p: &[f64; 2]| (p[0] - found[0]).abs() < 0.15 && (p[1] - found[1]).abs() < 0.08;
        assert!(marked.unwrap().iter().any(near), "{found:?}");
    }

    #[test]
    fn a_basin_figure_shows_every_pixel_of_its_map() {
        let model = SoftThreshold::new(4.0, 0.6, 1.0, 0.4, 1.0).unwrap();
        let request = basin_request(&model, StartSigma::Prior).unwrap();
        let map = request.compute::<f32>(16, &AtomicBool::new(false)).unwrap();
        let collapsed = map.count(Fate::Collapsed);
        assert!(collapsed > 0);
        let picture = BasinPicture {
            map,
            device: "CPU".into(),
            fallback: None,
        };
        let figure = basin_figure(0, &picture, &Provenance::default());
        let values = &figure.heat_map().unwrap().values;
        let shown = values
            .iter()
            .filter(|v| **v == f64::from(Category::Collapsed as u8));
        assert_eq!((values.len(), shown.count()), (256, collapsed));
    }

    #[test]
    fn the_least_eigenvalue_changes_sign_at_the_crossing() {
        let figure = hessian_figure(0, 2.0, (1.0, 0.5, 1.3), &Provenance::default()).unwrap();
        let least = figure.layers.iter().find_map(|l| match l {
            Layer::Series(s) if s.id == "least" => Some(s.points.clone()),
            _ => None,
        });
        for [beta, value] in least.unwrap() {
            assert_eq!(value < 0.0, beta < 4.0, "{beta} {value}");
        }
        assert!(hessian_figure(0, 2.0, (-1.0, 0.5, 1.0), &Provenance::default()).is_err());
    }
}
