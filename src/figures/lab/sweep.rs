//! A sweep of β or γ up and down: one quantity against the parameter, both ways.
//!
//! The ways differ by shape, dash and colour; what did not settle is hollow. A converged sweep of the
//! linear model lies on the theory's line both ways.

use crate::figures::figure_named;
use crate::lab::{Direction, Hysteresis, HysteresisPoint, loop_area};
use crate::plot::axis::ticks::format_number;
use crate::plot::{
    Axis, Colour, Dash, FigureSpec, MarkerStyle, Provenance, Role, Rule, Series, Shape,
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

/// Most thresholds with a label; more would be a hedge.
const LABELLED: usize = 12;

/// A sweep as far as it got.
pub fn sweep_figure(
    of: &Hysteresis,
    quantity: SweepQuantity,
    provenance: &Provenance,
) -> FigureSpec {
    let (low, high) = match (of.values.first(), of.values.last()) {
        (Some(&a), Some(&b)) => (a, b),
        _ => (1.0, 10.0),
    };
    let latents = of.points.first().map_or(0, |p| p.measured.sigma2.len());
    let margin = (high / low).powf(0.03);
    let (y, theory_name) = match quantity {
        SweepQuantity::Loss => (Axis::linear("loss").with_unit("nats"), "closed form"),
        SweepQuantity::Active => {
            let axis = Axis::linear("active latents").with_range(-0.4, latents as f64 + 0.4);
            (axis, "linear theory")
        }
        SweepQuantity::Sigma => (Axis::linear("E σ²"), "linear theory, min(1, βγ/ζ²)"),
    };
    let symbol = of.parameter.symbol();
    let mut figure = figure_named("sweep", "Hysteresis sweep", provenance)
        .subtitle(format!("{symbol} up and down with warm starts"))
        .x(Axis {
            range: (low > 0.0 && low < high).then_some((low / margin, high * margin)),
            ..Axis::log10(symbol)
        })
        .y(y)
        .with_legend()
        .with_notes(notes(of));
    for (index, &value) in of.thresholds.iter().enumerate() {
        if value > low && value < high {
            let rule = Rule::x(value, Role::Threshold).dotted();
            figure.push(if of.thresholds.len() <= LABELLED {
                rule.label(format!("mode {}", index + 1))
            } else {
                rule
            });
        }
    }
    let theory = theory(of, quantity, (low, high), latents);
    for (index, line) in theory.into_iter().enumerate() {
        let name = if index == 0 { theory_name } else { "" };
        let series = Series::line(&format!("theory_{index}"), name, line, Role::Muted);
        figure.push(series.width(1.0));
    }
    // The way down is the larger mark and lies below, so that both can be seen where they coincide.
    for way in [DOWN, UP] {
        let points: Vec<&HysteresisPoint> =
            of.points.iter().filter(|p| p.direction == way.is).collect();
        let settled = way.points(of, quantity, &points, true);
        let others = way.points(of, quantity, &points, false);
        let lines = way.lines(quantity, &points).into_iter();
        for series in lines.chain(settled).chain(others) {
            figure.push(series);
        }
    }
    figure
}

/// How one way looks.
struct Way {
    is: Direction,
    shape: Shape,
    size: f64,
    dash: Dash,
    role: Role,
    opacity: f64,
}

const UP: Way = Way {
    is: Direction::Up,
    shape: Shape::TriangleUp,
    size: 5.0,
    dash: Dash::Solid,
    role: Role::Active,
    opacity: 1.0,
};

const DOWN: Way = Way {
    is: Direction::Down,
    shape: Shape::Square,
    size: 8.0,
    dash: Dash::Dashed,
    role: Role::Second,
    opacity: 0.75,
};

/// Loss, count, or σ² by latent.
fn numbers(point: &HysteresisPoint, quantity: SweepQuantity) -> Vec<f64> {
    match quantity {
        SweepQuantity::Loss => vec![point.measured.loss],
        SweepQuantity::Active => vec![point.measured.active as f64],
        SweepQuantity::Sigma => point.measured.sigma2.clone(),
    }
}

impl Way {
    /// The colour of one of its numbers.
    fn colour(&self, quantity: SweepQuantity, number: usize) -> Colour {
        match quantity {
            SweepQuantity::Sigma => Colour::Key(number),
            _ => self.role.into(),
        }
    }

    /// One line for each latent, or one.
    fn lines(&self, quantity: SweepQuantity, points: &[&HysteresisPoint]) -> Vec<Series> {
        let rows: Vec<(f64, Vec<f64>)> = points
            .iter()
            .map(|p| (p.value, numbers(p, quantity)))
            .collect();
        let count = rows.iter().map(|(_, numbers)| numbers.len()).max();
        (0..count.unwrap_or(0))
            .map(|number| {
                let at =
                    |(x, row): &(f64, Vec<f64>)| [*x, row.get(number).copied().unwrap_or(f64::NAN)];
                let id = format!("{}_line_{number}", self.is.word());
                let points = rows.iter().map(at).collect();
                Series::line(&id, "", points, self.colour(quantity, number))
                    .width(1.1)
                    .dash(self.dash)
                    .opacity(self.opacity)
            })
            .collect()
    }

    /// Filled marks for what settled, hollow ones for what did not.
    fn points(
        &self,
        of: &Hysteresis,
        quantity: SweepQuantity,
        points: &[&HysteresisPoint],
        settled: bool,
    ) -> Option<Series> {
        let (mut at, mut texts, mut latents) = (Vec::new(), Vec::new(), Vec::new());
        for point in points.iter().filter(|p| p.converged == settled) {
            let hover = hover(of, point);
            for (number, y) in numbers(point, quantity).into_iter().enumerate() {
                at.push([point.value, y]);
                texts.push(match quantity {
                    SweepQuantity::Sigma => {
                        format!("z{number}: E σ² = {}\n{hover}", format_number(y, 3))
                    }
                    _ => hover.clone(),
                });
                latents.push(number);
            }
        }
        if at.is_empty() {
            return None;
        }
        let way = self.is.word();
        let [id, name] = if settled {
            [way.to_owned(), way.to_owned()]
        } else {
            [format!("{way}_unsettled"), format!("{way}, not settled")]
        };
        let by_latent = quantity == SweepQuantity::Sigma;
        let ink = if by_latent {
            Role::Foreground
        } else {
            self.role
        };
        let marker = MarkerStyle::new(self.shape, settled).sized(self.size);
        let series = Series::markers(&id, &name, at, marker, ink);
        let series = series.opacity(self.opacity).hover(texts);
        Some(if by_latent {
            let colours = latents.iter().map(|j| Colour::Key(*j));
            series.point_colours(colours).keys(latents.iter().copied())
        } else {
            series
        })
    }
}

/// What the pointer says of a point.
fn hover(of: &Hysteresis, point: &HysteresisPoint) -> String {
    let m = &point.measured;
    let predicted = point
        .predicted_active
        .map_or_else(String::new, |n| format!(" (linear theory: {n})"));
    let settled = if point.converged {
        "settled"
    } else {
        "not settled"
    };
    format!(
        "{} = {}, {}\nloss {}\n{} active{predicted}\n{settled} after {} steps",
        of.parameter.symbol(),
        format_number(point.value, 4),
        point.direction.word(),
        format_number(m.loss, 6),
        m.active,
        point.steps,
    )
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

fn notes(of: &Hysteresis) -> Vec<String> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::Measurement;
    use crate::plot::Layer;

    fn point(value: f64, direction: Direction, sigma2: &[f64], converged: bool) -> HysteresisPoint {
        HysteresisPoint {
            index: 0,
            value,
            direction,
            measured: Measurement {
                sigma2: sigma2.to_vec(),
                ..Measurement::default()
            },
            steps: 100,
            converged,
            predicted_active: None,
            predicted_loss: None,
        }
    }

    fn figure(quantity: SweepQuantity) -> FigureSpec {
        let mut sweep = Hysteresis::default();
        sweep.values = vec![0.5, 8.0];
        sweep.thresholds = vec![20.0, 2.0, 0.1];
        sweep.points = vec![
            point(0.5, Direction::Up, &[0.1, 0.9], true),
            point(8.0, Direction::Up, &[1.0, 1.0], false),
            point(8.0, Direction::Down, &[1.0, 1.0], true),
        ];
        sweep_figure(&sweep, quantity, &Provenance::default())
    }

    #[test]
    fn the_ways_differ_by_shape_dash_and_colour_and_the_unsettled_are_hollow() {
        let figure = figure(SweepQuantity::Loss);
        let of = |id: &str| figure.series_of(id).expect(id);
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
        let up = figure.series_of("up").expect("the way up");
        assert_eq!(up.colour_at(1), Colour::Key(1));
        assert_eq!(up.keys, Some(vec![0, 1]));
        let lines = figure.series().filter(|s| s.id.starts_with("up_line"));
        assert_eq!(lines.count(), 2);
    }
}
