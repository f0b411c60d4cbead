//! A phase diagram: how many latents are active over β and one more quantity, by theory or by training.

use crate::figures::figure_named;
use crate::figures::theory::surface::{MODEL, WHITE, marks};
use crate::lab::{PhaseAxis, PhaseCell, PhaseMap, TheoryMap};
use crate::plot::axis::ticks::format_number;
use crate::plot::{Axis, FigureSpec, HeatMap, MarkerStyle, Provenance, Role, Scale, Series, Shape};
use crate::theory::active_count;

/// The name of the heat map, whose cells can be clicked.
pub const CELLS: &str = "cells";
/// The name of the points that speak for the cells; they have the cells' indices.
pub const CELL_NOTES: &str = "cell_notes";

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
    drawn(&Phase {
        subtitle: "active latents over β and γ, linear theory",
        y: Axis::log10("γ"),
        x_range: map.betas,
        y_range: map.gammas,
        nx: map.nx,
        ny: map.ny,
        cells,
        most: map.boundaries.len(),
        boundaries,
        current,
        notes,
        provenance,
    })
}

/// How a cell came out.
#[derive(Clone, Copy, PartialEq)]
enum CellState {
    /// Nothing ran there yet.
    Empty,
    /// Its run settled, or theory needs no run.
    Settled,
    /// Its run did not settle.
    Unsettled,
    /// Its run failed.
    Failed,
}

/// One cell.
struct CellValue {
    /// How it came out.
    state: CellState,
    /// Active latents; not a number where there are none to count.
    active: f64,
    /// What the pointer says; empty for the value alone.
    hover: String,
}

/// A line over the diagram.
struct Boundary {
    /// Its corners, in data units.
    points: Vec<[f64; 2]>,
    /// Its name in the legend; empty for none.
    name: String,
    /// Whether it is the curve of a learned γ and not a boundary between phases.
    learned: bool,
}

/// A diagram of either kind.
struct Phase<'a> {
    /// What is shown: `linear theory`, `300 steps per cell`.
    subtitle: &'a str,
    /// The vertical axis with its ticks.
    y: Axis,
    /// Edges along β.
    x_range: (f64, f64),
    /// Edges along y.
    y_range: (f64, f64),
    /// Cells along β.
    nx: usize,
    /// Cells along y.
    ny: usize,
    /// Row by row from the least y.
    cells: Vec<CellValue>,
    /// The largest possible number of active latents.
    most: usize,
    /// The theory's lines.
    boundaries: Vec<Boundary>,
    /// Where the live run is.
    current: Option<[f64; 2]>,
    /// Short numbers under the plot.
    notes: Vec<String>,
    /// Where the numbers came from.
    provenance: &'a Provenance,
}

/// Least top of the colours: over a shorter range the colour bar would count in halves.
const LEAST_TOP: usize = 5;

fn drawn(input: &Phase<'_>) -> FigureSpec {
    let values = input.cells.iter().map(|c| c.active).collect();
    let ranges = [input.x_range, input.y_range];
    // Counts: the same colour is the same number in every diagram of one κ.
    let map = HeatMap::new(CELLS, ranges, (input.nx, input.ny), values)
        .range(0.0, input.most.max(LEAST_TOP) as f64)
        .label("active latents")
        .blocky();
    let mut figure = figure_named("phase", "Phase diagram", input.provenance)
        .subtitle(input.subtitle)
        .x(Axis::log10("β").with_range(input.x_range.0, input.x_range.1))
        .y(input.y.clone().with_range(input.y_range.0, input.y_range.1))
        .with_legend()
        .with_notes(input.notes.iter().cloned())
        .with(map);
    for (index, boundary) in input.boundaries.iter().enumerate() {
        let colour = if boundary.learned { MODEL } else { WHITE };
        let (id, points) = (format!("boundary_{index}"), boundary.points.clone());
        let line = Series::line(&id, &boundary.name, points, colour);
        figure.push(if boundary.learned {
            line.width(1.8)
        } else {
            line.dashed()
        });
    }
    let centres = centres(input);
    let in_state = |state| {
        let cells = centres.iter().zip(&input.cells);
        let found = cells.filter(move |(_, cell)| cell.state == state);
        found.map(|(at, _)| *at).collect::<Vec<_>>()
    };
    let unsettled = in_state(CellState::Unsettled);
    if !unsettled.is_empty() {
        let ring = MarkerStyle::new(Shape::Ring, false);
        figure.push(marks("unsettled", "not settled", unsettled, ring));
    }
    let failed = in_state(CellState::Failed);
    if !failed.is_empty() {
        let cross = MarkerStyle::new(Shape::Cross, false);
        figure.push(Series::markers(
            "failed",
            "failed",
            failed,
            cross,
            Role::Foreground,
        ));
    }
    if input.cells.iter().any(|c| !c.hover.is_empty()) {
        let marker = MarkerStyle::new(Shape::Circle, true);
        let hover = input.cells.iter().map(|c| c.hover.clone());
        figure.push(
            marks(CELL_NOTES, "", centres, marker)
                .opacity(0.0)
                .hover(hover),
        );
    }
    if let Some(at) = input.current {
        let marker = MarkerStyle::new(Shape::Diamond, true).sized(8.0);
        let series = Series::markers("current", "this run", vec![at], marker, MODEL);
        // Its y may be the place of a row, not its number.
        figure.push(series.hover(["where the run on screen is".to_owned()]));
    }
    figure
}

/// The middle of every cell, in the order of the cells.
fn centres(input: &Phase<'_>) -> Vec<[f64; 2]> {
    let log = |(a, b): (f64, f64), share: f64| a * (b / a).powf(share);
    let linear = |(a, b): (f64, f64), share: f64| a + (b - a) * share;
    let share = |k: usize, n: usize| (k as f64 + 0.5) / n.max(1) as f64;
    (0..input.ny)
        .flat_map(|y| (0..input.nx).map(move |x| (x, y)))
        .map(|(x, y)| {
            let vertical = share(y, input.ny);
            [
                log(input.x_range, share(x, input.nx)),
                match input.y.scale {
                    Scale::Log10 => log(input.y_range, vertical),
                    Scale::Linear => linear(input.y_range, vertical),
                },
            ]
        })
        .collect()
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
    drawn(&Phase {
        subtitle: match map.axis {
            PhaseAxis::Depth => "active latents over β and depth, by training",
            PhaseAxis::Latents => "active latents over β and κ, by training",
        },
        y: axis,
        x_range,
        y_range,
        nx,
        ny,
        cells,
        most,
        boundaries,
        current: current.and_then(|[beta, row]| {
            let place = map.rows.iter().position(|r| *r as f64 == row)?;
            (beta >= x_range.0 && beta <= x_range.1).then_some([beta, place as f64])
        }),
        notes,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_keep_their_places_and_what_is_missing_has_no_number() {
        let cell = |state, active: f64| CellValue {
            state,
            active,
            hover: format!("{active}"),
        };
        let figure = drawn(&Phase {
            subtitle: "",
            y: Axis::linear("κ"),
            x_range: (0.1, 10.0),
            y_range: (0.5, 2.5),
            nx: 2,
            ny: 2,
            cells: vec![
                cell(CellState::Settled, 3.0),
                cell(CellState::Unsettled, 2.0),
                cell(CellState::Empty, f64::NAN),
                cell(CellState::Failed, f64::NAN),
            ],
            most: 4,
            boundaries: Vec::new(),
            current: Some([1.0, 1.0]),
            notes: Vec::new(),
            provenance: &Provenance::default(),
        });
        let map = figure.heat_map().expect("a map");
        assert_eq!(map.range, Some((0.0, 5.0)));
        assert!(map.values[2].is_nan() && map.values[3].is_nan());
        let of = |id: &str| figure.series_of(id).expect(id);
        // Half a decade into the upper decade of β, in the lower row.
        let ring = of("unsettled").points[0];
        assert!((ring[0] - 10_f64.sqrt()).abs() < 1e-12 && (ring[1] - 1.0).abs() < 1e-12);
        assert_eq!(of("failed").points[0][1], 2.0);
        let notes = of(CELL_NOTES);
        assert_eq!((notes.points.len(), notes.opacity), (4, 0.0));
    }
}
