//! Noise on one latent: what it is worth and what it costs, and what its posterior does, level by level and after the
//! noise is gone.
//!
//! The levels stand side by side, since each is a stretch of training; their ticks are the noise.

use crate::config::Likelihood;
use crate::figures::figure_named;
use crate::lab::{NoisePoint, NoiseRun};
use crate::plot::axis::ticks::format_number;
use crate::plot::{Axis, Band, FigureSpec, MarkerStyle, Provenance, Role, Rule, Series, Shape};

/// Most ticks of the levels.
const TICKS: usize = 9;

/// The experiment as far as it got.
pub fn noise_figure(run: &NoiseRun, provenance: &Provenance) -> FigureSpec {
    let levels = run.levels.len();
    let last = (levels + run.release) as f64 - 1.0;
    let tallest = |value: fn(&NoisePoint) -> f64| {
        let values = run.points.iter().map(value).filter(|v| v.is_finite());
        values.fold(0.0, f64::max)
    };
    let nats = tallest(|p| p.gain).max(tallest(NoisePoint::cost)).max(1e-3);
    let variance = tallest(|p| p.sigma2).max(tallest(|p| p.var_mu)).max(1.0);
    // A gain of nothing is negative by chance; both axes have their zero at one height.
    let below = (tallest(|p| -p.gain) / nats).clamp(0.02, 0.5) + 0.02;
    let up_to = |axis: Axis, top: f64| axis.with_range(-below * round(top), 1.05 * round(top));
    let name = format!("standard deviation of the noise on z{}", run.latent);
    let subtitle = format!(
        "z{} with growing noise, retrained at each level",
        run.latent
    );
    let mut figure = figure_named("noise", "Noise on a latent", provenance)
        .subtitle(subtitle)
        .x(Axis::linear(name)
            .with_range(-0.4, last + 0.4)
            .with_ticks(ticks(run)))
        .y(up_to(
            Axis::linear("worth and cost").with_unit("nats"),
            nats,
        ))
        .right(up_to(Axis::linear("E σ² and Var μ"), variance))
        .with_legend()
        .with_notes(notes(run));
    if run.release > 0 {
        let band = Band::x(levels as f64 - 0.5, f64::INFINITY, Role::Active);
        figure.push(band.named("noise removed").opacity(0.08));
    }
    for rule in events(run) {
        figure.push(rule);
    }
    for series in posterior(run)
        .into_iter()
        .chain([cost(run)])
        .chain(gain(run))
    {
        figure.push(series);
    }
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
fn ticks(run: &NoiseRun) -> Vec<(f64, String)> {
    let every = (run.levels.len() + run.release).div_ceil(TICKS).max(1);
    let levels = run.levels.iter().enumerate().step_by(every);
    let levels = levels.map(|(level, noise)| (level as f64, format_number(*noise, 2)));
    let after = (0..run.release).step_by(every).map(|stretch| {
        let at = (run.levels.len() + stretch) as f64;
        (at, format!("+{}", stretch + 1))
    });
    levels.chain(after).collect()
}

/// Where something happened; what happened at one place is one line.
fn events(run: &NoiseRun) -> Vec<Rule> {
    let rule = |at: usize, label: &str, role| Rule::x(at as f64, role).label(label).dotted();
    let theory = run.predicted_collapse().and_then(|noise| place(run, noise));
    let theory = theory.filter(|at| *at < run.levels.len() as f64 - 0.5);
    let theory = theory.map(|at| Rule::x(at, Role::Muted).label("linear theory").dashed());
    let mut rules = Vec::from_iter(theory);
    match (run.crossing(), run.collapse()) {
        (Some(a), Some(b)) if a == b => {
            rules.push(rule(a, "gain < β·KL, collapsed", Role::Threshold));
        }
        (crossing, collapse) => {
            rules.extend(crossing.map(|at| rule(at, "gain < β·KL", Role::Threshold)));
            rules.extend(collapse.map(|at| rule(at, "collapsed", Role::Inactive)));
        }
    }
    rules.extend(
        run.revival()
            .map(|at| rule(at, "active again", Role::Active)),
    );
    rules
}

/// Where a noise is among the levels, between which it is interpolated.
fn place(run: &NoiseRun, noise: f64) -> Option<f64> {
    let above = run.levels.iter().position(|level| *level >= noise)?;
    let below = above.checked_sub(1)?;
    let (low, high) = (run.levels[below], run.levels[above]);
    Some(below as f64 + (noise - low) / (high - low))
}

/// A line over the points, with texts for the pointer.
fn line(
    run: &NoiseRun,
    id: &str,
    name: &str,
    value: impl Fn(&NoisePoint) -> f64,
    colour: Role,
) -> Series {
    let points = run.points.iter().enumerate();
    let points = points.map(|(i, p)| [i as f64, value(p)]).collect();
    let hover = run.points.iter().map(|p| hover(run, p));
    Series::line(id, name, points, colour).hover(hover)
}

/// The variances of the posterior, on the right axis.
fn posterior(run: &NoiseRun) -> [Series; 2] {
    let square = |filled| MarkerStyle::new(Shape::Square, filled).sized(3.5);
    [
        line(run, "sigma2", "E σ²", |p| p.sigma2, Role::Muted).with_markers(square(false)),
        line(run, "var_mu", "Var μ", |p| p.var_mu, Role::Foreground).with_markers(square(true)),
    ]
    .map(|series| series.width(1.0).dashed().on_right())
}

/// β·KL.
fn cost(run: &NoiseRun) -> Series {
    line(run, "cost", "cost β·KL", NoisePoint::cost, Role::Second)
        .width(1.6)
        .with_markers(MarkerStyle::new(Shape::TriangleUp, true))
}

/// The gain: a line, filled marks where it is measured, hollow ones where it is within its error.
fn gain(run: &NoiseRun) -> Vec<Series> {
    let worth = match run.likelihood {
        Likelihood::Gaussian => "worth gain/(2γ)",
        _ => "worth gain",
    };
    let mut whole = line(run, "gain_line", "", |p| p.gain, Role::First).width(1.6);
    whole.hover = None;
    let mut all = vec![whole];
    for (id, name, measurable) in [
        ("gain", worth, true),
        ("gain_unmeasured", "worth within its error", false),
    ] {
        let points = run.points.iter().enumerate();
        let chosen = points.filter(|(_, p)| p.is_measurable() == measurable);
        let at: Vec<[f64; 2]> = chosen.clone().map(|(i, p)| [i as f64, p.gain]).collect();
        if !at.is_empty() {
            let marker = MarkerStyle::new(Shape::Circle, measurable);
            let series = Series::markers(id, name, at, marker, Role::First);
            all.push(series.hover(chosen.map(|(_, p)| hover(run, p))));
        }
    }
    all
}

/// What the pointer says of a point.
fn hover(run: &NoiseRun, point: &NoisePoint) -> String {
    let n = |value: f64| format_number(value, 4);
    let place = if point.released {
        "noise removed".to_owned()
    } else {
        format!("noise {}", n(point.noise))
    };
    let state = if run.is_active(point) {
        "active"
    } else {
        "collapsed"
    };
    format!(
        "{place}, after {} steps\nworth {} ± {} nats, squared error {}\ncost {} nats, KL {}\nE σ² {}, Var μ {}: \
         {state}\nloss {}, squared error {}, {} latents active",
        point.steps,
        n(point.gain),
        format_number(point.gain_error, 2),
        n(point.gain_sse),
        n(point.cost()),
        n(point.kl),
        n(point.sigma2),
        n(point.var_mu),
        format_number(point.loss, 6),
        n(point.sse),
        point.active,
    )
}

fn notes(run: &NoiseRun) -> Vec<String> {
    let mut notes = Vec::new();
    let noise_at = |at: usize| format_number(run.levels.get(at).copied().unwrap_or(0.0), 3);
    match run.crossing() {
        Some(at) => notes.push(format!("gain below β·KL from n = {}", noise_at(at))),
        None if run.points.len() >= run.levels.len() => {
            notes.push("gain stays above β·KL".into());
        }
        None => {}
    }
    match run.collapse() {
        Some(at) if at < run.levels.len() => {
            notes.push(format!("collapsed from n = {}", noise_at(at)));
        }
        Some(_) => notes.push("collapsed after the noise".into()),
        None if run.points.len() >= run.levels.len() => notes.push("not collapsed".into()),
        None => {}
    }
    let after = run.points.iter().filter(|p| p.released).count();
    match run.revival() {
        Some(at) => {
            let steps = (at + 1 - run.levels.len()) as u64 * run.steps;
            notes.push(format!("active again {steps} steps after the noise"));
        }
        None if after > 0 && run.collapse().is_some() => notes.push(format!(
            "no revival in {} steps without noise",
            after as u64 * run.steps
        )),
        None => {}
    }
    let unclear = run.points.iter().filter(|p| !p.is_measurable()).count();
    if unclear > 0 {
        notes.push(format!(
            "gain within twice its error: {unclear} of {}",
            run.points.len()
        ));
    }
    if !run.held.is_empty() {
        notes.push(format!("held inactive: {}", run.held.len()));
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::Layer;

    /// Three levels and what comes after: at the last level the gain is lost in its error and the latent is dead.
    fn figure(release: usize) -> FigureSpec {
        let point = |noise: f64, gain: f64, kl: f64, gain_error: f64, var_mu: f64| NoisePoint {
            noise,
            gain,
            gain_error,
            kl,
            beta: 1.0,
            gamma: 1.0,
            sigma2: 0.2,
            var_mu,
            ..NoisePoint::default()
        };
        let mut run = NoiseRun::default();
        run.latent = 3;
        run.levels = vec![0.0, 0.5, 1.0];
        run.release = release;
        run.prior_variance = 1.0;
        run.points = vec![
            point(0.0, 3.0, 1.0, 0.1, 0.8),
            point(0.5, 2.0, 0.9, 0.1, 0.8),
            point(1.0, 0.01, 0.02, 0.1, 0.0),
            NoisePoint {
                released: true,
                ..point(0.0, 1.0, 0.5, 0.1, 0.8)
            },
        ];
        noise_figure(&run, &Provenance::default())
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
            labels[labels.len() - 2..],
            ["gain < β·KL, collapsed", "active again"]
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
