//! Rate against distortion: where the run is and has been, and the least distortion a linear model can have at
//! each rate.

use crate::plot::axis::ticks::format_number;
use crate::plot::{
    Axis, Colour, Dash, FigureSpec, Layer, LineStyle, MarkerStyle, Provenance, Role, Series,
    SeriesStyle, Shape,
};

/// Everything the tile shows.
#[derive(Debug, Clone, Copy)]
pub struct RateDistortion<'a> {
    /// (KL in nats, squared error per sample) of the run, oldest first.
    pub trail: &'a [[f64; 2]],
    /// The same of the linear model's optima, over all βγ; empty if it is not known.
    pub linear: &'a [[f64; 2]],
    /// The linear optimum at the present βγ.
    pub optimum: Option<[f64; 2]>,
    /// E‖x − x̄‖², the distortion at rate 0.
    pub variance: Option<f64>,
    /// Where the numbers came from.
    pub provenance: &'a Provenance,
}

/// Builds the figure.
pub fn rate_distortion(input: &RateDistortion<'_>) -> FigureSpec {
    let mut figure = FigureSpec::new("rate_distortion", "Rate and distortion");
    figure.subtitle = "every β-VAE is one point".into();
    let furthest = input.trail.iter().map(|p| p[0]).fold(0.0, f64::max);
    let here = input.optimum.map_or(0.0, |p| p[0]);
    let reach = (furthest.max(here) * 1.35).max(1.0);
    figure.x = Axis::linear("rate: KL")
        .with_unit("nats")
        .with_range(0.0, reach);
    figure.y = Axis::linear("distortion: E|x − D(z)|²");
    let highest = input.trail.iter().map(|p| p[1]).fold(0.0, f64::max);
    let top = input.variance.unwrap_or(0.0).max(0.0);
    // The first steps of a run, far above the data's variance, would flatten everything else.
    let top = if top > 0.0 {
        top * 1.12
    } else {
        highest * 1.05
    };
    figure.y.range = (top > 0.0).then_some((0.0, top));
    figure.legend = true;
    figure.provenance = input.provenance.clone();
    if let Some([rate, error]) = input.trail.last() {
        figure.notes.push(format!(
            "rate {} nats · distortion {}",
            format_number(*rate, 3),
            format_number(*error, 3)
        ));
    }
    let line = |id: &str, name: &str, points: &[[f64; 2]], colour: Colour, width, dash| {
        let mut series = Series::line(id, name, points.to_vec(), colour);
        series.style = SeriesStyle::Line(LineStyle { width, dash });
        Layer::Series(series)
    };
    let mark = |id: &str, name: &str, at: [f64; 2], shape, filled, colour: Colour| {
        let marker = MarkerStyle {
            size: 6.5,
            ..MarkerStyle::new(shape, filled)
        };
        Layer::Series(Series::markers(id, name, vec![at], marker, colour))
    };
    if !input.linear.is_empty() {
        let name = "best linear model";
        let colour = Role::Alive.into();
        figure.layers.push(line(
            "linear",
            name,
            input.linear,
            colour,
            1.6,
            Dash::Dashed,
        ));
    }
    if let Some(at) = input.optimum {
        let name = "linear optimum at this βγ";
        figure.layers.push(mark(
            "optimum",
            name,
            at,
            Shape::Diamond,
            false,
            Role::Threshold.into(),
        ));
    }
    let own: Colour = Role::Gamma.into();
    figure.layers.push(line(
        "trail",
        "this run",
        input.trail,
        own,
        1.2,
        Dash::Solid,
    ));
    if let Some(&last) = input.trail.last() {
        figure
            .layers
            .push(mark("current", "", last, Shape::Circle, true, own));
    }
    figure
}
