//! The loss of one mode of the linear model over its two weights (u, v), around the origin.
//!
//! The Hessian at the origin is (1/γ)·[[η², −ζ], [−ζ, βγ/η²]] per mode (Wang & Ziyin 2022, theorem
//! 3): the origin is a saddle while ζ² > βγ and the global minimum from then on, never anything else.

use super::surface::SurfaceGrid;
use crate::plot::axis::ticks::format_number;
use crate::plot::{
    Axis, Colour, ColourMap, ColourScale, Dash, FigureSpec, Layer, LineStyle, MarkerStyle,
    Provenance, Series, SeriesStyle, Shape,
};
use crate::theory::is_alive;

/// Everything the tile shows.
#[derive(Debug, Clone, Copy)]
pub struct SurfaceMode<'a> {
    /// The loss over u (x) and v (y).
    pub grid: SurfaceGrid<'a>,
    /// How losses become colours.
    pub scale: ColourScale,
    /// What the values are: `loss [nats]`.
    pub value_label: &'a str,
    /// The mode, counted from 1.
    pub mode: usize,
    /// ζ² of the mode.
    pub zeta2: f64,
    /// β.
    pub beta: f64,
    /// γ.
    pub gamma: f64,
    /// Least and greatest eigenvalue of the Hessian at the origin.
    pub hessian: [f64; 2],
    /// The two global minima ±(u*, v*); none once the mode is dead.
    pub minima: Option<[[f64; 2]; 2]>,
    /// Where the trained model stands.
    pub current: Option<[f64; 2]>,
    /// Where it has been, oldest first; may be empty.
    pub trail: &'a [[f64; 2]],
    /// Where the numbers came from.
    pub provenance: &'a Provenance,
}

/// Builds the figure.
pub fn surface_mode(input: &SurfaceMode<'_>) -> FigureSpec {
    let alive = is_alive(input.zeta2, input.beta, input.gamma);
    let mut figure = FigureSpec::new("surface_mode", "Loss surface");
    figure.subtitle = format!(
        "linear mode {} · ζ² = {} · βγ = {}",
        input.mode,
        format_number(input.zeta2, 3),
        format_number(input.beta * input.gamma, 3)
    );
    figure.x = axis("u (decoder weight)", input.grid.x_range);
    figure.y = axis("v (encoder weight)", input.grid.y_range);
    figure.provenance = input.provenance.clone();
    figure.notes = vec![
        format!(
            "Hessian at 0: {}, {}",
            format_number(input.hessian[0], 3),
            format_number(input.hessian[1], 3)
        ),
        if alive {
            "saddle: the mode lives"
        } else {
            "minimum: the mode is dead"
        }
        .into(),
        becomes(input, alive),
    ];
    let map = input
        .grid
        .heat_map("loss", input.value_label, ColourMap::Cividis, input.scale);
    figure.layers.push(Layer::HeatMap(map));
    figure.layers.extend(path(input.trail));
    if let Some(minima) = input.minima {
        let at = minima.to_vec();
        let series = Series::markers("minima", "global minimum", at, minimum(), WHITE);
        figure.layers.push(Layer::Series(series));
    }
    figure.legend = true;
    figure
        .layers
        .push(origin(if alive { "saddle" } else { "minimum" }, alive));
    figure.layers.extend(current(input.current));
    figure
}

fn becomes(input: &SurfaceMode<'_>, alive: bool) -> String {
    let at = format_number(input.zeta2 / input.gamma, 3);
    if alive {
        format!("becomes a minimum at β = {at}")
    } else {
        format!("a minimum since β = {at}")
    }
}

pub(crate) fn axis(label: &str, range: (f64, f64)) -> Axis {
    Axis::linear(label).with_range(range.0, range.1)
}

/// The origin: a ring for a saddle, a dot for a minimum, and the word in the legend.
pub(crate) fn origin(word: &str, ring: bool) -> Layer {
    let shape = if ring { Shape::Ring } else { Shape::Circle };
    let marker = MarkerStyle {
        size: 6.5,
        ..MarkerStyle::new(shape, !ring)
    };
    let name = format!("origin: {word}");
    Layer::Series(Series::markers(
        "origin",
        &name,
        vec![[0.0, 0.0]],
        marker,
        WHITE,
    ))
}

/// The mark of a minimum.
pub(crate) fn minimum() -> MarkerStyle {
    MarkerStyle {
        size: 6.0,
        ..MarkerStyle::new(Shape::Diamond, true)
    }
}

/// Marks on a heat map are white, on either palette.
pub(crate) const WHITE: Colour = Colour::Rgb([255, 255, 255]);
/// The model on a heat map is a bright orange, on either palette.
pub(crate) const MODEL: Colour = Colour::Rgb([255, 176, 59]);

/// The way the model came.
pub(crate) fn path(trail: &[[f64; 2]]) -> Option<Layer> {
    if trail.is_empty() {
        return None;
    }
    let mut series = Series::line("trail", "", trail.to_vec(), MODEL);
    series.style = SeriesStyle::Line(LineStyle {
        width: 1.3,
        dash: Dash::Solid,
    });
    Some(Layer::Series(series))
}

/// Where the model stands.
pub(crate) fn current(at: Option<[f64; 2]>) -> Option<Layer> {
    let marker = MarkerStyle {
        size: 6.0,
        ..MarkerStyle::new(Shape::Circle, true)
    };
    at.map(|p| {
        Layer::Series(Series::markers(
            "current",
            "this model",
            vec![p],
            marker,
            MODEL,
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notes(zeta2: f64) -> String {
        let provenance = Provenance::default();
        let values = [0.0; 4];
        let figure = surface_mode(&SurfaceMode {
            grid: SurfaceGrid {
                x_range: (-1.0, 1.0),
                y_range: (-1.0, 1.0),
                nx: 2,
                ny: 2,
                values: &values,
            },
            scale: ColourScale::Linear,
            value_label: "loss",
            mode: 6,
            zeta2,
            beta: 2.0,
            gamma: 0.5,
            hessian: [-0.09, 3.1],
            minima: None,
            current: Some([0.1, 0.2]),
            trail: &[],
            provenance: &provenance,
        });
        figure.notes.join(" · ")
    }

    #[test]
    fn the_verdict_turns_at_the_threshold() {
        let alive = notes(1.135);
        assert!(
            alive.contains("saddle") && alive.contains("at β = 2.27"),
            "{alive}"
        );
        assert!(alive.contains("−0.0900, 3.10"), "{alive}");
        // ζ² = βγ is dead: the condition is strict.
        assert!(notes(1.0).contains("minimum: the mode is dead"));
    }
}
