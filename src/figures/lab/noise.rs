//! Noise on one latent: what it is worth and what it costs, and what its posterior does, level by level and after the
//! noise is gone.
//!
//! The levels stand side by side, since each is a stretch of training; their ticks are the noise.

use crate::plot::axis::ticks::format_number;
use crate::plot::{
    Axis, Band, Colour, Dash, Direction, FigureSpec, Layer, LineStyle, MarkerStyle, Provenance,
    Role, Rule, Series, SeriesStyle, Shape,
};

/// One level, or one stretch after the noise is gone.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct NoiseMark {
    /// Standard deviation of the noise.
    pub noise: f64,
    /// What the latent is worth, in nats.
    pub gain: f64,
    /// Whether that can be told from nothing.
    pub measurable: bool,
    /// β·KL, what it costs, in nats.
    pub cost: f64,
    /// E σ².
    pub sigma2: f64,
    /// Var μ.
    pub var_mu: f64,
    /// What the pointer says of it.
    pub hover: String,
}

/// Everything the tile shows.
#[derive(Debug, Clone, Copy)]
pub struct NoiseInput<'a> {
    /// The latent.
    pub latent: usize,
    /// What the gain in nats is called.
    pub worth: &'a str,
    /// Levels in all, done or not.
    pub levels: usize,
    /// Stretches after the noise in all.
    pub release: usize,
    /// Largest noise.
    pub most: f64,
    /// What is done, levels first.
    pub marks: &'a [NoiseMark],
    /// Where the gain is first below the cost.
    pub crossing: Option<usize>,
    /// Where the latent is first collapsed.
    pub collapse: Option<usize>,
    /// Where linear theory has it collapse, in levels; not drawn beyond the last.
    pub theory: Option<f64>,
    /// Where it is first active again.
    pub revival: Option<usize>,
    /// Short numbers under the plot.
    pub notes: &'a [String],
    /// Where the numbers came from.
    pub provenance: &'a Provenance,
}

/// Most ticks of the levels.
const TICKS: usize = 9;

/// Builds the figure.
pub fn noise(input: &NoiseInput<'_>) -> FigureSpec {
    let mut figure = FigureSpec::new("noise", "Noise on a latent");
    figure.subtitle = format!(
        "z{} with growing noise, retrained at each level",
        input.latent
    );
    let last = (input.levels + input.release) as f64 - 1.0;
    figure.x = Axis::linear(format!(
        "standard deviation of the noise on z{}",
        input.latent
    ))
    .with_range(-0.4, last + 0.4)
    .with_ticks(ticks(input));
    figure.y = Axis::linear("worth and cost").with_unit("nats");
    let tallest = |value: fn(&NoiseMark) -> f64| {
        let values = input.marks.iter().map(value).filter(|v| v.is_finite());
        values.fold(0.0, f64::max)
    };
    let nats = tallest(|m| m.gain).max(tallest(|m| m.cost)).max(1e-3);
    let variance = tallest(|m| m.sigma2).max(tallest(|m| m.var_mu)).max(1.0);
    // A gain of nothing is negative by chance; both axes have their zero at one height.
    let below = (tallest(|m| -m.gain) / nats).clamp(0.02, 0.5) + 0.02;
    let range = |top: f64| (-below * round(top), 1.05 * round(top));
    figure.y.range = Some(range(nats));
    let right = Axis::linear("E σ² and Var μ");
    figure.right = Some(Axis {
        range: Some(range(variance)),
        ..right
    });
    figure.legend = true;
    figure.notes = input.notes.to_vec();
    figure.provenance = input.provenance.clone();
    if input.release > 0 {
        figure.layers.push(Layer::Band(Band {
            name: "noise removed".into(),
            from: input.levels as f64 - 0.5,
            to: f64::INFINITY,
            direction: Direction::X,
            colour: Role::Alive.into(),
            opacity: 0.08,
        }));
    }
    figure.layers.extend(events(input));
    figure.layers.extend([
        posterior(input, "sigma2", "E σ²", |m| m.sigma2, Role::Muted.into()),
        posterior(
            input,
            "var_mu",
            "Var μ",
            |m| m.var_mu,
            Role::Foreground.into(),
        ),
        cost(input),
    ]);
    figure.layers.extend(gain(input));
    figure
}

/// The next round number, so that an axis of few ticks has one near its end.
fn round(value: f64) -> f64 {
    const STEPS: [f64; 7] = [1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0];
    let unit = 10.0_f64.powf(value.log10().floor());
    let found = STEPS.iter().find(|step| *step * unit >= value);
    found.map_or(10.0 * unit, |step| step * unit)
}

/// The noise under its level, as many as there is room for, and the stretches after it.
fn ticks(input: &NoiseInput<'_>) -> Vec<(f64, String)> {
    let every = (input.levels + input.release).div_ceil(TICKS).max(1);
    let step = input.most / (input.levels.max(2) - 1) as f64;
    let levels = (0..input.levels).step_by(every).map(|level| {
        let noise = input.marks.get(level).filter(|_| level < input.levels);
        let value = noise.map_or(step * level as f64, |m| m.noise);
        (level as f64, format_number(value, 2))
    });
    let after = (0..input.release).step_by(every).map(|stretch| {
        let at = (input.levels + stretch) as f64;
        (at, format!("+{}", stretch + 1))
    });
    levels.chain(after).collect()
}

/// Where something happened; what happened at one place is one line.
fn events(input: &NoiseInput<'_>) -> Vec<Layer> {
    let rule = |at: usize, label: &str, role: Role| {
        Layer::Rule(Rule {
            direction: Direction::X,
            value: at as f64,
            label: label.to_owned(),
            colour: role.into(),
            dash: Dash::Dotted,
            draggable: None,
        })
    };
    let mut layers = Vec::new();
    if let Some(at) = input.theory.filter(|at| *at < input.levels as f64 - 0.5) {
        layers.push(Layer::Rule(Rule {
            direction: Direction::X,
            value: at,
            label: "linear theory".into(),
            colour: Role::Muted.into(),
            dash: Dash::Dashed,
            draggable: None,
        }));
    }
    match (input.crossing, input.collapse) {
        (Some(a), Some(b)) if a == b => {
            layers.push(rule(a, "gain < β·KL, collapsed", Role::Threshold));
        }
        (crossing, collapse) => {
            layers.extend(crossing.map(|at| rule(at, "gain < β·KL", Role::Threshold)));
            layers.extend(collapse.map(|at| rule(at, "collapsed", Role::Dead)));
        }
    }
    layers.extend(
        input
            .revival
            .map(|at| rule(at, "active again", Role::Alive)),
    );
    layers
}

fn points(input: &NoiseInput<'_>, value: fn(&NoiseMark) -> f64) -> Vec<[f64; 2]> {
    let marks = input.marks.iter().enumerate();
    marks.map(|(i, m)| [i as f64, value(m)]).collect()
}

fn hovers(input: &NoiseInput<'_>) -> Vec<String> {
    input.marks.iter().map(|m| m.hover.clone()).collect()
}

/// A line of the posterior, on the right axis.
fn posterior(
    input: &NoiseInput<'_>,
    id: &str,
    name: &str,
    value: fn(&NoiseMark) -> f64,
    colour: Colour,
) -> Layer {
    let mut series = Series::line(id, name, points(input, value), colour);
    series.style = SeriesStyle::Both(
        LineStyle {
            width: 1.0,
            dash: Dash::Dashed,
        },
        MarkerStyle {
            size: 3.5,
            ..MarkerStyle::new(Shape::Square, id == "var_mu")
        },
    );
    series.right = true;
    series.hover = Some(hovers(input));
    Layer::Series(series)
}

/// β·KL.
fn cost(input: &NoiseInput<'_>) -> Layer {
    let mut series = Series::line(
        "cost",
        "cost β·KL",
        points(input, |m| m.cost),
        Role::Kl.into(),
    );
    series.style = SeriesStyle::Both(
        LineStyle {
            width: 1.6,
            ..LineStyle::default()
        },
        MarkerStyle::new(Shape::TriangleUp, true),
    );
    series.hover = Some(hovers(input));
    Layer::Series(series)
}

/// The gain: a line, filled marks where it is measured, hollow ones where it is within its error.
fn gain(input: &NoiseInput<'_>) -> Vec<Layer> {
    let colour: Colour = Role::Reconstruction.into();
    let name = format!("worth {}", input.worth);
    let mut line = Series::line("gain_line", "", points(input, |m| m.gain), colour);
    line.style = SeriesStyle::Line(LineStyle {
        width: 1.6,
        ..LineStyle::default()
    });
    let mut layers = vec![Layer::Series(line)];
    for (id, name, measurable) in [
        ("gain", name.as_str(), true),
        ("gain_unmeasured", "worth within its error", false),
    ] {
        let chosen: Vec<usize> = (0..input.marks.len())
            .filter(|&i| input.marks[i].measurable == measurable)
            .collect();
        if chosen.is_empty() {
            continue;
        }
        let at = |&i: &usize| [i as f64, input.marks[i].gain];
        let marker = MarkerStyle::new(Shape::Circle, measurable);
        let mut series = Series::markers(id, name, chosen.iter().map(at).collect(), marker, colour);
        series.hover = Some(
            chosen
                .iter()
                .map(|&i| input.marks[i].hover.clone())
                .collect(),
        );
        layers.push(Layer::Series(series));
    }
    layers
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks() -> Vec<NoiseMark> {
        let mark = |noise: f64, gain: f64, cost: f64, measurable: bool| NoiseMark {
            noise,
            gain,
            measurable,
            cost,
            sigma2: 0.2,
            var_mu: 0.8,
            hover: format!("{noise}"),
        };
        vec![
            mark(0.0, 3.0, 1.0, true),
            mark(0.5, 2.0, 0.9, true),
            mark(1.0, 0.01, 0.02, false),
            mark(0.0, 1.0, 0.5, true),
        ]
    }

    fn figure(release: usize) -> FigureSpec {
        noise(&NoiseInput {
            latent: 3,
            worth: "gain/(2γ)",
            levels: 3,
            release,
            most: 1.0,
            marks: &marks(),
            crossing: Some(2),
            collapse: Some(2),
            theory: Some(1.5),
            revival: Some(3),
            notes: &["a note".into()],
            provenance: &Provenance::default(),
        })
    }

    #[test]
    fn levels_stand_side_by_side_under_their_noise_and_the_release_goes_on() {
        let figure = figure(2);
        let ticks = figure.x.ticks.expect("ticks");
        let texts: Vec<&str> = ticks.iter().map(|(_, t)| t.as_str()).collect();
        assert_eq!(texts, ["0", "0.50", "1.0", "+1", "+2"]);
        assert_eq!(figure.x.range, Some((-0.4, 4.4)));
        let band = figure.layers.iter().find_map(|l| match l {
            Layer::Band(band) => Some(band),
            _ => None,
        });
        assert_eq!(band.map(|b| b.from), Some(2.5));
    }

    #[test]
    fn both_axes_have_their_zero_at_one_height_and_end_at_a_round_number() {
        let figure = figure(1);
        let share = |axis: &Axis| axis.range.map(|(low, high)| -low / (high - low));
        let right = figure.right.expect("a right axis");
        let (left, right) = (share(&figure.y), share(&right));
        let both = left.zip(right).expect("two ranges");
        assert!((both.0 - both.1).abs() < 1e-12 && both.0 > 0.0, "{both:?}");
        assert_eq!(
            [round(2.7), round(0.081), round(1.0), round(9.0)],
            [3.0, 0.1, 1.0, 10.0]
        );
    }

    #[test]
    fn what_happens_at_one_level_is_one_line_and_unmeasured_gains_are_hollow() {
        let figure = figure(1);
        let labels: Vec<&str> = figure
            .layers
            .iter()
            .filter_map(|l| match l {
                Layer::Rule(rule) => Some(rule.label.as_str()),
                _ => None,
            })
            .collect();
        assert_eq!(
            labels,
            ["linear theory", "gain < β·KL, collapsed", "active again"]
        );
        let of = |id: &str| figure.series().find(|s| s.id == id).expect(id).clone();
        assert_eq!(of("gain_unmeasured").points, [[2.0, 0.01]]);
        assert!(
            !of("gain_unmeasured")
                .style
                .marker()
                .expect("a marker")
                .filled
        );
        assert_eq!(of("gain").points.len(), 3);
        assert!(of("sigma2").right && of("var_mu").right && !of("cost").right);
    }
}
