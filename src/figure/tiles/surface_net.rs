//! The loss of the trained network over a plane through its parameters (Li et al. 2018; Lucas et al. 2019, figure 1,
//! for a network as it is).
//!
//! Colours are the loss itself where it varies little, and its height above the least, on a logarithmic scale, where
//! it varies much. A loss that is not finite has a colour of its own.

use super::surface::SurfaceGrid;
use super::surface_mode::{MODEL, WHITE, axis, current, path};
use crate::figure::contour::levels;
use crate::figure::ticks::format_number;
use crate::figure::{
    ColourMap, Dash, FigureSpec, HeatMap, Layer, LineStyle, MarkerStyle, Provenance, Scale, Series,
    SeriesStyle, Shape,
};

/// How many times the lowest quarter's height the highest point must have for a logarithmic scale.
const SPREAD: f64 = 10.0;
/// Decades of a logarithmic scale.
const DECADES: f64 = 4.0;

/// Everything the tile shows.
#[derive(Debug, Clone, Copy)]
pub struct SurfaceNet<'a> {
    /// The loss in nats over the plane.
    pub grid: SurfaceGrid<'a>,
    /// What is shown of the plane; the grid's cells may reach beyond.
    pub view: [(f64, f64); 2],
    /// What the two axes are.
    pub axes: [&'a str; 2],
    /// Which plane, and how fine.
    pub subtitle: &'a str,
    /// The network at whose parameters the plane was laid.
    pub centre: [f64; 2],
    /// Where the network stands now, projected on the plane.
    pub current: Option<[f64; 2]>,
    /// Where it has been since the plane was laid, oldest first; may be empty.
    pub trail: &'a [[f64; 2]],
    /// Where it had been before, oldest first; may be empty.
    pub past: &'a [[f64; 2]],
    /// A collapsed solution in the plane and what it is called.
    pub end: Option<([f64; 2], &'a str)>,
    /// Short sentences under the plot.
    pub notes: &'a [String],
    /// Where the numbers came from.
    pub provenance: &'a Provenance,
}

/// Builds the figure.
pub fn surface_net(input: &SurfaceNet<'_>) -> FigureSpec {
    let mut figure = FigureSpec::new("surface_net", "Loss around the trained network");
    figure.subtitle = input.subtitle.to_owned();
    figure.x = axis(input.axes[0], input.view[0]);
    figure.y = axis(input.axes[1], input.view[1]);
    figure.provenance = input.provenance.clone();
    figure.notes = input.notes.to_vec();
    figure.legend = true;
    figure.layers.push(Layer::HeatMap(heat_map(&input.grid)));
    if !input.past.is_empty() {
        let mut way = input.past.to_vec();
        way.push(input.centre);
        let mut series = Series::line("past", "training before", way, MODEL);
        series.style = SeriesStyle::Line(LineStyle {
            width: 1.3,
            dash: Dash::Dotted,
        });
        figure.layers.push(Layer::Series(series));
    }
    // A trail of one point is the network itself.
    figure
        .layers
        .extend(path(input.trail).filter(|_| input.trail.len() > 1));
    let mut mark = |id: &str, name: &str, at: [f64; 2], shape: Shape, filled: bool| {
        let marker = MarkerStyle {
            size: 6.5,
            ..MarkerStyle::new(shape, filled)
        };
        let series = Series::markers(id, name, vec![at], marker, WHITE);
        figure.layers.push(Layer::Series(series));
    };
    if let Some((at, name)) = input.end {
        mark("end", name, at, Shape::Diamond, true);
    }
    mark(
        "centre",
        "when this was begun",
        input.centre,
        Shape::Ring,
        false,
    );
    figure.layers.extend(current(input.current));
    figure
}

/// Losses as a heat map, on the scale that shows most.
fn heat_map(grid: &SurfaceGrid<'_>) -> HeatMap {
    let mut sorted: Vec<f64> = grid
        .values
        .iter()
        .copied()
        .filter(|v| v.is_finite())
        .collect();
    sorted.sort_by(f64::total_cmp);
    let (Some(&low), Some(&high)) = (sorted.first(), sorted.last()) else {
        return grid.heat_map("loss", "loss [nats]", ColourMap::Cividis);
    };
    let quarter = sorted[sorted.len() / 4] - low;
    if high - low <= SPREAD * quarter || low == high {
        return grid.heat_map("loss", "loss [nats]", ColourMap::Cividis);
    }
    let floor = (high - low) * 10_f64.powf(-DECADES);
    let lowest = sorted
        .iter()
        .map(|v| v - low)
        .find(|excess| *excess > 0.0)
        .map_or(floor, |excess| excess.max(floor));
    // The least itself has no logarithm; it stands far below the scale's end.
    let values: Vec<f64> = grid
        .values
        .iter()
        .map(|v| {
            if v.is_finite() {
                (v - low).max(1e-9 * lowest)
            } else {
                *v
            }
        })
        .collect();
    let excess = SurfaceGrid {
        values: &values,
        ..*grid
    };
    let label = format!("loss above {} [nats]", format_number(low, 4));
    let decades = ((high - low) / lowest).log10();
    HeatMap {
        scale: Scale::Log10,
        range: Some((lowest, high - low)),
        contours: levels(0.0, decades, 10)
            .into_iter()
            // Evenly along the scale, not closer together at its lower end.
            .enumerate()
            .map(|(k, _)| lowest * 10_f64.powf(decades * (k + 1) as f64 / 11.0))
            .collect(),
        ..excess.heat_map("loss", &label, ColourMap::Cividis)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(values: &[f64]) -> HeatMap {
        heat_map(&SurfaceGrid {
            x_range: (0.0, 1.0),
            y_range: (0.0, 1.0),
            nx: 3,
            ny: 3,
            values,
        })
    }

    #[test]
    fn a_wide_range_is_shown_above_its_least_on_a_log_scale() {
        let flat = map(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0]);
        assert_eq!((flat.scale, flat.values[2]), (Scale::Linear, 3.0));
        let steep = map(&[
            -5.0,
            -4.9,
            -4.8,
            4.0,
            5.0,
            1e4,
            f64::NAN,
            8.0,
            f64::INFINITY,
        ]);
        assert_eq!(steep.scale, Scale::Log10);
        assert!((steep.values[3] - 9.0).abs() < 1e-12);
        assert!(steep.values[6].is_nan() && steep.values[8].is_infinite());
        let (low, high) = steep.range.expect("a range");
        assert!((high - 10005.0).abs() < 1e-9 && (low - 1.0005).abs() < 1e-9);
        assert!(steep.values[0] > 0.0 && steep.values[0] < 1e-6);
        assert!(steep.contours.iter().all(|c| *c > low && *c < high));
        assert!(steep.label.contains("−5"), "{}", steep.label);
        let nothing = map(&[f64::NAN; 9]);
        assert_eq!(nothing.scale, Scale::Linear);
    }
}
