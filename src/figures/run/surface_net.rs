//! The loss of the trained network over a plane through its parameters (Li et al. 2018; Lucas et al. 2019, figure 1,
//! for a network as it is).
//!
//! A loss that is not finite has a colour of its own.

use crate::figures::theory::surface::SurfaceGrid;
use crate::figures::theory::surface_mode::{MODEL, WHITE, axis, current, path};
use crate::plot::{
    ColourMap, ColourScale, Dash, FigureSpec, Layer, LineStyle, MarkerStyle, Provenance, Series,
    SeriesStyle, Shape,
};

/// Everything the tile shows.
#[derive(Debug, Clone, Copy)]
pub struct SurfaceNet<'a> {
    /// The loss in nats over the plane.
    pub grid: SurfaceGrid<'a>,
    /// What is shown of the plane; the grid's cells may reach beyond.
    pub view: [(f64, f64); 2],
    /// What the two axes are.
    pub axes: [&'a str; 2],
    /// How losses become colours.
    pub scale: ColourScale,
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
    input.subtitle.clone_into(&mut figure.subtitle);
    figure.x = axis(input.axes[0], input.view[0]);
    figure.y = axis(input.axes[1], input.view[1]);
    figure.provenance = input.provenance.clone();
    figure.notes = input.notes.to_vec();
    figure.legend = true;
    let map = input
        .grid
        .heat_map("loss", "loss [nats]", ColourMap::Cividis, input.scale);
    figure.layers.push(Layer::HeatMap(map));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trail_needs_two_points_and_a_past_leads_to_the_centre() {
        let values = [1.0, 2.0, f64::NAN, 4.0];
        let figure = |trail: &[[f64; 2]], past: &[[f64; 2]]| {
            surface_net(&SurfaceNet {
                grid: SurfaceGrid {
                    x_range: (-1.5, 1.5),
                    y_range: (-1.5, 1.5),
                    nx: 2,
                    ny: 2,
                    values: &values,
                },
                view: [(-1.0, 1.0); 2],
                axes: ["a", "b"],
                scale: ColourScale::Excess,
                subtitle: "",
                centre: [0.5, 0.0],
                current: None,
                trail,
                past,
                end: Some(([1.0, 0.0], "full collapse")),
                notes: &[],
                provenance: &Provenance::default(),
            })
        };
        let points = |figure: &FigureSpec, id: &str| {
            figure.layers.iter().find_map(|l| match l {
                Layer::Series(s) if s.id == id => Some(s.points.clone()),
                _ => None,
            })
        };
        let still = figure(&[[0.5, 0.0]], &[]);
        assert_eq!(
            (points(&still, "trail"), points(&still, "past")),
            (None, None)
        );
        assert_eq!(still.x.range, Some((-1.0, 1.0)));
        let moved = figure(&[[0.5, 0.0], [0.6, 0.1]], &[[-1.0, 0.3]]);
        assert_eq!(points(&moved, "trail").map(|p| p.len()), Some(2));
        assert_eq!(points(&moved, "past"), Some(vec![[-1.0, 0.3], [0.5, 0.0]]));
        assert!(moved.heat_map().is_some_and(|m| m.values[2].is_nan()));
    }
}
