//! A phase diagram: how many latents are active over β and one more quantity, by theory or by training.

use crate::plot::{
    Axis, Colour, ColourMap, ColourScale, Dash, FigureSpec, HeatMap, Layer, LineStyle, MarkerStyle,
    Provenance, Role, Scale, Series, SeriesStyle, Shape,
};

/// The name of the heat map, whose cells can be clicked.
pub const CELLS: &str = "cells";
/// The name of the points that speak for the cells; they have the cells' indices.
pub const CELL_NOTES: &str = "cell_notes";

/// How a cell came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CellState {
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
#[derive(Debug, Clone, PartialEq)]
pub struct CellValue {
    /// How it came out.
    pub state: CellState,
    /// Active latents; not a number where there are none to count.
    pub active: f64,
    /// What the pointer says; empty for the value alone.
    pub hover: String,
}

/// A line over the diagram.
#[derive(Debug, Clone, PartialEq)]
pub struct Boundary {
    /// Its corners, in data units.
    pub points: Vec<[f64; 2]>,
    /// Its name in the legend; empty for none.
    pub name: String,
    /// Whether it is the curve of a learned γ and not a boundary between phases.
    pub learned: bool,
}

/// Everything the tile shows.
#[derive(Debug, Clone, Copy)]
pub struct Phase<'a> {
    /// What is shown: `linear theory`, `300 steps per cell`.
    pub subtitle: &'a str,
    /// The vertical axis with its ticks.
    pub y: &'a Axis,
    /// Edges along β.
    pub x_range: (f64, f64),
    /// Edges along y.
    pub y_range: (f64, f64),
    /// Cells along β.
    pub nx: usize,
    /// Cells along y.
    pub ny: usize,
    /// Row by row from the least y.
    pub cells: &'a [CellValue],
    /// The largest possible number of active latents.
    pub most: usize,
    /// The theory's lines.
    pub boundaries: &'a [Boundary],
    /// Where the live run is.
    pub current: Option<[f64; 2]>,
    /// Short numbers under the plot.
    pub notes: &'a [String],
    /// Where the numbers came from.
    pub provenance: &'a Provenance,
}

/// Least top of the colours: over a shorter range the colour bar would count in halves.
const LEAST_TOP: usize = 5;
/// Marks on the map are white or orange, on either palette.
const WHITE: Colour = Colour::Rgb([255, 255, 255]);
/// Where the live run is.
const MODEL: Colour = Colour::Rgb([255, 176, 59]);

/// Builds the figure.
pub fn phase(input: &Phase<'_>) -> FigureSpec {
    let mut figure = FigureSpec::new("phase", "Phase diagram");
    input.subtitle.clone_into(&mut figure.subtitle);
    figure.x = Axis::log10("β").with_range(input.x_range.0, input.x_range.1);
    figure.y = Axis {
        range: Some(input.y_range),
        ..input.y.clone()
    };
    figure.legend = true;
    figure.notes = input.notes.to_vec();
    figure.provenance = input.provenance.clone();
    figure.layers.push(Layer::HeatMap(HeatMap {
        id: CELLS.into(),
        x_range: input.x_range,
        y_range: input.y_range,
        nx: input.nx,
        ny: input.ny,
        values: input.cells.iter().map(|c| c.active).collect(),
        colour_map: ColourMap::Viridis,
        scale: ColourScale::Linear,
        // Counts: the same colour is the same number in every diagram of one κ.
        range: Some((0.0, input.most.max(LEAST_TOP) as f64)),
        contours: Vec::new(),
        label: "active latents".into(),
        smooth: false,
    }));
    for (index, boundary) in input.boundaries.iter().enumerate() {
        figure.layers.push(line(index, boundary));
    }
    let centres = centres(input);
    figure
        .layers
        .extend(flagged(input, &centres, CellState::Unsettled));
    figure
        .layers
        .extend(flagged(input, &centres, CellState::Failed));
    if input.cells.iter().any(|c| !c.hover.is_empty()) {
        let marker = MarkerStyle::new(Shape::Circle, true);
        let mut notes = Series::markers(CELL_NOTES, "", centres, marker, WHITE);
        notes.opacity = 0.0;
        notes.hover = Some(input.cells.iter().map(|c| c.hover.clone()).collect());
        figure.layers.push(Layer::Series(notes));
    }
    if let Some(at) = input.current {
        let marker = MarkerStyle {
            size: 8.0,
            ..MarkerStyle::new(Shape::Diamond, true)
        };
        let mut series = Series::markers("current", "this run", vec![at], marker, MODEL);
        // Its y may be the place of a row, not its number.
        series.hover = Some(vec!["where the run on screen is".into()]);
        figure.layers.push(Layer::Series(series));
    }
    figure
}

fn line(index: usize, boundary: &Boundary) -> Layer {
    let colour = if boundary.learned { MODEL } else { WHITE };
    let id = format!("boundary_{index}");
    let mut series = Series::line(&id, &boundary.name, boundary.points.clone(), colour);
    series.style = SeriesStyle::Line(LineStyle {
        width: if boundary.learned { 1.8 } else { 1.2 },
        dash: if boundary.learned {
            Dash::Solid
        } else {
            Dash::Dashed
        },
    });
    Layer::Series(series)
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

/// Marks on the cells that came out in `state`.
fn flagged(input: &Phase<'_>, centres: &[[f64; 2]], state: CellState) -> Option<Layer> {
    let points: Vec<[f64; 2]> = centres
        .iter()
        .zip(input.cells)
        .filter(|(_, cell)| cell.state == state)
        .map(|(&at, _)| at)
        .collect();
    let (id, name, shape, colour) = match state {
        CellState::Unsettled => ("unsettled", "not settled", Shape::Ring, WHITE),
        CellState::Failed => ("failed", "failed", Shape::Cross, Role::Foreground.into()),
        CellState::Empty | CellState::Settled => return None,
    };
    if points.is_empty() {
        return None;
    }
    let marker = MarkerStyle::new(shape, false);
    Some(Layer::Series(Series::markers(
        id, name, points, marker, colour,
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_keep_their_places_and_what_is_missing_has_no_number() {
        let cell = |state, active| CellValue {
            state,
            active,
            hover: format!("{active}"),
        };
        let cells = [
            cell(CellState::Settled, 3.0),
            cell(CellState::Unsettled, 2.0),
            cell(CellState::Empty, f64::NAN),
            cell(CellState::Failed, f64::NAN),
        ];
        let figure = phase(&Phase {
            subtitle: "",
            y: &Axis::linear("κ"),
            x_range: (0.1, 10.0),
            y_range: (0.5, 2.5),
            nx: 2,
            ny: 2,
            cells: &cells,
            most: 4,
            boundaries: &[],
            current: Some([1.0, 1.0]),
            notes: &[],
            provenance: &Provenance::default(),
        });
        let map = figure.heat_map().expect("a map");
        assert_eq!(map.range, Some((0.0, 5.0)));
        assert!(map.values[2].is_nan() && map.values[3].is_nan());
        let of = |id: &str| {
            let mut series = figure.layers.iter().filter_map(|l| match l {
                Layer::Series(s) if s.id == id => Some(s),
                _ => None,
            });
            series.next().expect("a series")
        };
        // Half a decade into the upper decade of β, in the lower row.
        let ring = of("unsettled").points[0];
        assert!((ring[0] - 10_f64.sqrt()).abs() < 1e-12 && (ring[1] - 1.0).abs() < 1e-12);
        assert_eq!(of("failed").points[0][1], 2.0);
        let notes = of(CELL_NOTES);
        assert_eq!((notes.points.len(), notes.opacity), (4, 0.0));
    }
}
