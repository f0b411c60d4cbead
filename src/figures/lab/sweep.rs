//! A sweep of β or γ up and down: one quantity against the parameter, both ways.
//!
//! The ways differ by shape, dash and colour; what did not settle is hollow. A converged sweep of the
//! linear model lies on the theory's line both ways.

use crate::plot::axis::ticks::format_number;
use crate::plot::{
    Axis, Colour, Dash, Direction, FigureSpec, Layer, LineStyle, MarkerStyle, Provenance, Role,
    Rule, Series, SeriesStyle, Shape,
};

/// What is shown against the parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SweepQuantity {
    /// The loss.
    #[default]
    Loss,
    /// The number of active latents.
    Active,
    /// `E σ²` of each latent.
    Sigma,
}

impl SweepQuantity {
    /// All of them with the words of a menu.
    pub const ALL: [(&'static str, Self); 3] = [
        ("loss", Self::Loss),
        ("active latents", Self::Active),
        ("σ² per latent", Self::Sigma),
    ];
}

/// One value, reached one way.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SweepMark {
    /// β or γ.
    pub value: f64,
    /// Loss, count, or σ² by latent.
    pub numbers: Vec<f64>,
    /// Whether it settled.
    pub settled: bool,
    /// What the pointer says of it.
    pub hover: String,
}

/// Everything the tile shows.
#[derive(Debug, Clone, Copy)]
pub struct SweepInput<'a> {
    /// `β` or `γ`.
    pub symbol: &'a str,
    /// What is shown.
    pub quantity: SweepQuantity,
    /// Least and largest value of the parameter.
    pub range: (f64, f64),
    /// The way up, as far as it got.
    pub up: &'a [SweepMark],
    /// The way down, as far as it got, from the top.
    pub down: &'a [SweepMark],
    /// Where modes die in theory.
    pub thresholds: &'a [f64],
    /// What theory says of the quantity, as lines over the parameter.
    pub theory: &'a [Vec<[f64; 2]>],
    /// What the theory's lines are called.
    pub theory_name: &'a str,
    /// κ.
    pub latents: usize,
    /// Short numbers under the plot.
    pub notes: &'a [String],
    /// Where the numbers came from.
    pub provenance: &'a Provenance,
}

/// Most thresholds with a label; more would be a hedge.
const LABELLED: usize = 12;

/// Builds the figure.
pub fn sweep(input: &SweepInput<'_>) -> FigureSpec {
    let mut figure = FigureSpec::new("sweep", "Hysteresis sweep");
    figure.subtitle = format!("{} up and down with warm starts", input.symbol);
    let (low, high) = input.range;
    figure.x = Axis::log10(input.symbol);
    if low > 0.0 && low < high {
        let margin = (high / low).powf(0.03);
        figure.x.range = Some((low / margin, high * margin));
    }
    figure.y = match input.quantity {
        SweepQuantity::Loss => Axis::linear("loss").with_unit("nats"),
        SweepQuantity::Active => {
            Axis::linear("active latents").with_range(-0.4, input.latents as f64 + 0.4)
        }
        SweepQuantity::Sigma => Axis::linear("E σ²"),
    };
    figure.legend = true;
    figure.notes = input.notes.to_vec();
    figure.provenance = input.provenance.clone();
    for (index, &value) in input.thresholds.iter().enumerate() {
        if value > low && value < high {
            let label = if index < LABELLED && input.thresholds.len() <= LABELLED {
                format!("mode {}", index + 1)
            } else {
                String::new()
            };
            figure.layers.push(Layer::Rule(Rule {
                direction: Direction::X,
                value,
                label,
                colour: Role::Threshold.into(),
                dash: Dash::Dotted,
                draggable: None,
            }));
        }
    }
    for (index, line) in input.theory.iter().enumerate() {
        let name = if index == 0 { input.theory_name } else { "" };
        let mut series = Series::line(
            &format!("theory_{index}"),
            name,
            line.clone(),
            Role::Muted.into(),
        );
        series.style = SeriesStyle::Line(LineStyle {
            width: 1.0,
            dash: Dash::Solid,
        });
        figure.layers.push(Layer::Series(series));
    }
    // The way down is the larger mark and lies below, so that both can be seen where they coincide.
    for way in [DOWN, UP] {
        let marks = if way.id == UP.id {
            input.up
        } else {
            input.down
        };
        figure.layers.extend(lines(input, &way, marks));
        figure.layers.extend(points(input, &way, marks));
    }
    figure
}

/// How one way looks.
struct Way {
    id: &'static str,
    shape: Shape,
    size: f64,
    dash: Dash,
    role: Role,
    opacity: f64,
}

const UP: Way = Way {
    id: "up",
    shape: Shape::TriangleUp,
    size: 5.0,
    dash: Dash::Solid,
    role: Role::Alive,
    opacity: 1.0,
};

const DOWN: Way = Way {
    id: "down",
    shape: Shape::Square,
    size: 8.0,
    dash: Dash::Dashed,
    role: Role::Kl,
    opacity: 0.75,
};

impl Way {
    /// The colour of one of its numbers.
    fn colour(&self, input: &SweepInput<'_>, number: usize) -> Colour {
        match input.quantity {
            SweepQuantity::Sigma => Colour::Latent(number),
            _ => self.role.into(),
        }
    }
}

/// How many lines there are: latents, or one.
fn width(marks: &[SweepMark]) -> usize {
    marks.iter().map(|m| m.numbers.len()).max().unwrap_or(0)
}

/// One line per number.
fn lines(input: &SweepInput<'_>, way: &Way, marks: &[SweepMark]) -> Vec<Layer> {
    (0..width(marks))
        .map(|number| {
            let points = marks
                .iter()
                .map(|m| [m.value, m.numbers.get(number).copied().unwrap_or(f64::NAN)])
                .collect();
            let id = format!("{}_line_{number}", way.id);
            let mut series = Series::line(&id, "", points, way.colour(input, number));
            series.style = SeriesStyle::Line(LineStyle {
                width: 1.1,
                dash: way.dash,
            });
            series.opacity = way.opacity;
            Layer::Series(series)
        })
        .collect()
}

/// Filled marks for what settled, hollow ones for what did not.
fn points(input: &SweepInput<'_>, way: &Way, marks: &[SweepMark]) -> Vec<Layer> {
    [true, false]
        .into_iter()
        .filter_map(|settled| {
            let mut points = Vec::new();
            let (mut colours, mut hover, mut latents) = (Vec::new(), Vec::new(), Vec::new());
            for mark in marks.iter().filter(|m| m.settled == settled) {
                for (number, &y) in mark.numbers.iter().enumerate() {
                    points.push([mark.value, y]);
                    colours.push(way.colour(input, number));
                    hover.push(match input.quantity {
                        SweepQuantity::Sigma => {
                            format!("z{number}: E σ² = {}\n{}", format_number(y, 3), mark.hover)
                        }
                        _ => mark.hover.clone(),
                    });
                    latents.push(number);
                }
            }
            if points.is_empty() {
                return None;
            }
            let (id, name) = if settled {
                (way.id.to_owned(), way.id.to_owned())
            } else {
                (
                    format!("{}_unsettled", way.id),
                    format!("{}, not settled", way.id),
                )
            };
            let marker = MarkerStyle {
                size: way.size,
                ..MarkerStyle::new(way.shape, settled)
            };
            let ink = match input.quantity {
                SweepQuantity::Sigma => Role::Foreground,
                _ => way.role,
            };
            let mut series = Series::markers(&id, &name, points, marker, ink.into());
            series.opacity = way.opacity;
            series.hover = Some(hover);
            if input.quantity == SweepQuantity::Sigma {
                series.point_colours = Some(colours);
                series.latents = Some(latents);
            }
            Some(Layer::Series(series))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(value: f64, numbers: &[f64], settled: bool) -> SweepMark {
        SweepMark {
            value,
            numbers: numbers.to_vec(),
            settled,
            hover: format!("at {value}"),
        }
    }

    fn figure(quantity: SweepQuantity) -> FigureSpec {
        sweep(&SweepInput {
            symbol: "β",
            quantity,
            range: (0.5, 8.0),
            up: &[mark(0.5, &[0.1, 0.9], true), mark(8.0, &[1.0, 1.0], false)],
            down: &[mark(8.0, &[1.0, 1.0], true)],
            thresholds: &[20.0, 2.0, 0.1],
            theory: &[vec![[0.5, 0.1], [8.0, 1.0]]],
            theory_name: "linear theory",
            latents: 2,
            notes: &["loop area 0".into()],
            provenance: &Provenance::default(),
        })
    }

    fn series(figure: &FigureSpec) -> Vec<&Series> {
        figure
            .layers
            .iter()
            .filter_map(|l| match l {
                Layer::Series(s) => Some(s),
                _ => None,
            })
            .collect()
    }

    #[test]
    fn the_ways_differ_by_shape_dash_and_colour_and_the_unsettled_are_hollow() {
        let figure = figure(SweepQuantity::Loss);
        let all = series(&figure);
        let of = |id: &str| *all.iter().find(|s| s.id == id).expect(id);
        let (up, down) = (of("up"), of("down"));
        let shape = |s: &Series| s.style.marker().expect("a marker");
        assert_ne!(shape(up).shape, shape(down).shape);
        assert_ne!(up.colour, down.colour);
        let dash = |s: &Series| s.style.line().expect("a line").dash;
        assert_ne!(dash(of("up_line_0")), dash(of("down_line_0")));
        assert!(shape(up).filled && !shape(of("up_unsettled")).filled);
        assert_eq!(of("up_unsettled").name, "up, not settled");
        // Only the threshold inside the range is a rule.
        let rules = figure.layers.iter().filter(|l| matches!(l, Layer::Rule(_)));
        assert_eq!(rules.count(), 1);
    }

    #[test]
    fn latents_keep_their_colours() {
        let figure = figure(SweepQuantity::Sigma);
        let all = series(&figure);
        let up = all.iter().find(|s| s.id == "up").expect("the way up");
        assert_eq!(up.colour_at(1), Colour::Latent(1));
        assert_eq!(up.latents, Some(vec![0, 1]));
        assert_eq!(
            all.iter().filter(|s| s.id.starts_with("up_line")).count(),
            2
        );
    }
}
