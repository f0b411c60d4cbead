//! The figures of experiments, from what the lab hands over.

pub mod diagnosis;
pub mod landscape;
pub mod noise;
pub mod noise_run;
pub mod phase;
pub mod staircase;
pub mod sweep;

use crate::lab::{
    Direction, Hysteresis, HysteresisPoint, PhaseAxis, PhaseCell, PhaseMap, TheoryMap, loop_area,
};

use super::{Boundary, CellState, CellValue, Phase, SweepInput, SweepMark, SweepQuantity};
use crate::figures::{phase, sweep};
use crate::plot::axis::ticks::format_number;
use crate::plot::spec::{Axis, FigureSpec, Provenance};
use crate::theory::active_count;

/// A sweep as far as it got.
pub fn sweep_figure(
    of: &Hysteresis,
    quantity: SweepQuantity,
    provenance: &Provenance,
) -> FigureSpec {
    let marks = |direction: Direction| -> Vec<SweepMark> {
        let points = of.points.iter().filter(|p| p.direction == direction);
        points.map(|p| mark(of, p, quantity)).collect()
    };
    let range = match (of.values.first(), of.values.last()) {
        (Some(&a), Some(&b)) => (a, b),
        _ => (1.0, 10.0),
    };
    let latents = of.points.first().map_or(0, |p| p.measured.sigma2.len());
    let theory = theory(of, quantity, range, latents);
    let theory_name = match quantity {
        SweepQuantity::Loss => "closed form",
        SweepQuantity::Active => "linear theory",
        SweepQuantity::Sigma => "linear theory, min(1, βγ/ζ²)",
    };
    sweep(&SweepInput {
        symbol: of.parameter.symbol(),
        quantity,
        range,
        up: &marks(Direction::Up),
        down: &marks(Direction::Down),
        thresholds: &of.thresholds,
        theory: &theory,
        theory_name,
        latents,
        notes: &sweep_notes(of),
        provenance,
    })
}

fn mark(of: &Hysteresis, point: &HysteresisPoint, quantity: SweepQuantity) -> SweepMark {
    let m = &point.measured;
    let predicted = point
        .predicted_active
        .map_or_else(String::new, |n| format!(" (linear theory: {n})"));
    SweepMark {
        value: point.value,
        numbers: match quantity {
            SweepQuantity::Loss => vec![m.loss],
            SweepQuantity::Active => vec![m.active as f64],
            SweepQuantity::Sigma => m.sigma2.clone(),
        },
        settled: point.converged,
        hover: format!(
            "{} = {}, {}\nloss {}\n{} active{predicted}\n{} after {} steps",
            of.parameter.symbol(),
            format_number(point.value, 4),
            point.direction.word(),
            format_number(m.loss, 6),
            m.active,
            if point.converged {
                "settled"
            } else {
                "not settled"
            },
            point.steps,
        ),
    }
}

/// What theory says of the quantity over the range.
fn theory(
    of: &Hysteresis,
    quantity: SweepQuantity,
    (low, high): (f64, f64),
    latents: usize,
) -> Vec<Vec<[f64; 2]>> {
    match quantity {
        SweepQuantity::Loss => {
            let known = of.points.iter().filter(|p| p.direction == Direction::Up);
            let line: Vec<[f64; 2]> = known
                .filter_map(|p| p.predicted_loss.map(|loss| [p.value, loss]))
                .collect();
            if line.len() > 1 {
                vec![line]
            } else {
                Vec::new()
            }
        }
        SweepQuantity::Active if !of.thresholds.is_empty() => {
            let above = |v: f64| of.thresholds.iter().filter(|t| **t > v).count() as f64;
            let mut line = vec![[low, above(low)]];
            for &t in of
                .thresholds
                .iter()
                .rev()
                .filter(|t| **t > low && **t < high)
            {
                let before = line.last().map_or(0.0, |p| p[1]);
                line.push([t, before]);
                line.push([t, above(t)]);
            }
            line.push([high, above(high)]);
            vec![line]
        }
        SweepQuantity::Sigma if of.gamma_held => of
            .thresholds
            .iter()
            .take(latents)
            .map(|&t| {
                // A straight line is a curve on the logarithmic axis: enough points to look like one.
                let at = |i: u32| low * (high / low).powf(f64::from(i) / 80.0);
                let mut xs: Vec<f64> = (0..=80).map(at).chain([t]).collect();
                xs.retain(|x| (low..=high).contains(x));
                xs.sort_by(f64::total_cmp);
                let prior = of.prior_variance;
                xs.iter().map(|&x| [x, prior * (x / t).min(1.0)]).collect()
            })
            .collect(),
        _ => Vec::new(),
    }
}

fn sweep_notes(of: &Hysteresis) -> Vec<String> {
    let settled = of.points.iter().filter(|p| p.converged).count();
    let mut notes = vec![format!("{settled} of {} settled", of.points.len())];
    match loop_area(of, true) {
        Some(area) => {
            let latents = format_number(area.active, 2);
            notes.push(format!(
                "loop area {:.1e} nats, {latents} latents",
                area.loss
            ));
            if area.covered < 0.995 {
                notes.push(format!("over {:.0} % of the range", 100.0 * area.covered));
            }
        }
        None => notes.push("loop area: no neighbours settled both ways yet".into()),
    }
    notes
}

/// Active latents over (β, γ) in closed form; `current` is the live run's (β, γ).
pub fn theory_map_figure(
    map: &TheoryMap,
    latents: usize,
    current: Option<[f64; 2]>,
    provenance: &Provenance,
) -> FigureSpec {
    let cells: Vec<CellValue> = map
        .active
        .iter()
        .map(|&n| CellValue {
            state: CellState::Settled,
            active: n as f64,
            hover: String::new(),
        })
        .collect();
    // Lines of constant product; a hedge of them says nothing.
    let mut boundaries: Vec<Boundary> = if map.boundaries.len() <= MOST_LINES {
        map.boundaries
            .iter()
            .filter_map(|&product| diagonal(product, map.betas, map.gammas))
            .collect()
    } else {
        Vec::new()
    };
    if let Some(first) = boundaries.first_mut() {
        first.name = "a mode dies: βγ = ζ²".into();
    }
    let inside = |g: f64| g >= map.gammas.0 && g <= map.gammas.1;
    let learned: Vec<[f64; 2]> = map
        .learned
        .iter()
        .map(|l| [l.beta, if inside(l.gamma) { l.gamma } else { f64::NAN }])
        .collect();
    if learned.iter().any(|p| p[1].is_finite()) {
        boundaries.push(Boundary {
            points: learned,
            name: "γ when it is learned".into(),
            learned: true,
        });
    }
    let mut notes = vec!["linear theory, at once".to_owned()];
    if let Some([beta, gamma]) = current {
        let alive = active_count(&map.boundaries, latents, beta, gamma);
        notes.push(format!("{alive} of {latents} active at this run's β and γ"));
    }
    phase(&Phase {
        subtitle: "active latents over β and γ, linear theory",
        y: &Axis::log10("γ"),
        x_range: map.betas,
        y_range: map.gammas,
        nx: map.nx,
        ny: map.ny,
        cells: &cells,
        most: map.boundaries.len(),
        boundaries: &boundaries,
        current,
        notes: &notes,
        provenance,
    })
}

/// Most boundaries that are drawn.
const MOST_LINES: usize = 24;

/// The part of βγ = `product` inside a rectangle.
fn diagonal(product: f64, betas: (f64, f64), gammas: (f64, f64)) -> Option<Boundary> {
    let from = betas.0.max(product / gammas.1);
    let to = betas.1.min(product / gammas.0);
    (from < to).then(|| Boundary {
        points: vec![[from, product / from], [to, product / to]],
        name: String::new(),
        learned: false,
    })
}

/// A trained diagram as far as it got; `thresholds` are the β at which modes die in theory (descending,
/// for the largest κ), `current` is the live run's (β, row).
pub fn phase_figure(
    map: &PhaseMap,
    thresholds: &[f64],
    current: Option<[f64; 2]>,
    provenance: &Provenance,
) -> FigureSpec {
    let (nx, ny) = (map.betas.len(), map.rows.len());
    let cells: Vec<CellValue> = (0..ny)
        .flat_map(|y| (0..nx).map(move |x| (x, y)))
        .map(|(x, y)| cell_value(map, x, y))
        .collect();
    let x_range = cell_edges(&map.betas);
    let y_range = (-0.5, ny as f64 - 0.5);
    let ticks = map
        .rows
        .iter()
        .enumerate()
        .map(|(i, r)| (i as f64, r.to_string()));
    let axis = Axis::linear(map.axis.label()).with_ticks(ticks.collect());
    let most = map
        .cells
        .iter()
        .flatten()
        .filter_map(|c| c.result.as_ref().ok())
        .map(|r| r.measured.sigma2.len())
        .max()
        .unwrap_or(1);
    let boundaries = trained_boundaries(map, thresholds, x_range);
    let results = || {
        map.cells
            .iter()
            .flatten()
            .filter_map(|c| c.result.as_ref().ok())
    };
    let settled = results().filter(|r| r.converged).count();
    let notes = vec![
        format!(
            "{} of {} runs, {} steps each",
            map.done(),
            map.cells.len(),
            map.steps
        ),
        format!("{settled} settled"),
    ];
    phase(&Phase {
        subtitle: match map.axis {
            PhaseAxis::Depth => "active latents over β and depth, by training",
            PhaseAxis::Latents => "active latents over β and κ, by training",
        },
        y: &axis,
        x_range,
        y_range,
        nx,
        ny,
        cells: &cells,
        most,
        boundaries: &boundaries,
        current: current.and_then(|[beta, row]| {
            let place = map.rows.iter().position(|r| *r as f64 == row)?;
            (beta >= x_range.0 && beta <= x_range.1).then_some([beta, place as f64])
        }),
        notes: &notes,
        provenance,
    })
}

fn cell_value(map: &PhaseMap, x: usize, y: usize) -> CellValue {
    let place = format!(
        "β = {}, {} = {}",
        format_number(map.betas[x], 4),
        map.axis.label(),
        map.rows[y]
    );
    match map.cell(x, y) {
        None => CellValue {
            state: CellState::Empty,
            active: f64::NAN,
            hover: format!("{place}\nnot run yet; click to open it as a run"),
        },
        Some(PhaseCell {
            result: Err(why), ..
        }) => CellValue {
            state: CellState::Failed,
            active: f64::NAN,
            hover: format!("{place}\n{why}"),
        },
        Some(PhaseCell {
            result: Ok(found), ..
        }) => {
            let theory = found
                .predicted_active
                .map_or_else(String::new, |n| format!(" (linear theory: {n})"));
            let (state, word) = if found.converged {
                (CellState::Settled, "settled")
            } else {
                (CellState::Unsettled, "not settled")
            };
            CellValue {
                state,
                active: found.measured.active as f64,
                hover: format!(
                    "{place}\n{} active{theory}\nloss {}\n{word} after {} steps; click to open it",
                    found.measured.active,
                    format_number(found.measured.loss, 5),
                    found.steps
                ),
            }
        }
    }
}

/// Outer edges of cells around values equal ratios apart.
fn cell_edges(values: &[f64]) -> (f64, f64) {
    let (Some(&first), Some(&last)) = (values.first(), values.last()) else {
        return (1.0, 10.0);
    };
    let half = if values.len() > 1 {
        (last / first).powf(0.5 / (values.len() - 1) as f64)
    } else {
        2.0
    };
    (first / half, last * half)
}

/// Where theory sees a mode die: across all depths alike, over κ only from the row that can reach it.
fn trained_boundaries(map: &PhaseMap, thresholds: &[f64], x: (f64, f64)) -> Vec<Boundary> {
    if thresholds.len() > MOST_LINES {
        return Vec::new();
    }
    let top = map.rows.len() as f64 - 0.5;
    let mut lines: Vec<Boundary> = thresholds
        .iter()
        .enumerate()
        .filter(|(_, t)| **t > x.0 && **t < x.1)
        .filter_map(|(mode, &t)| {
            let first = match map.axis {
                PhaseAxis::Depth => 0,
                PhaseAxis::Latents => map.rows.iter().position(|r| *r > mode)?,
            };
            Some(Boundary {
                points: vec![[t, first as f64 - 0.5], [t, top]],
                name: String::new(),
                learned: false,
            })
        })
        .collect();
    if let Some(first) = lines.first_mut() {
        first.name = "a mode dies in linear theory".into();
    }
    lines
}
