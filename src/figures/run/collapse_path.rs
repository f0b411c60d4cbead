//! The price of collapse: the loss along the straight way from a network to the collapsed solution nearest to it, at
//! three decoder variances (Dai, Wang & Wipf 2020, Proposition 2).
//!
//! Losses at different γ differ by constants and by orders of magnitude, so each curve is γ·(L(t) − L(0)): half the
//! squared error gained plus βγ times the KL saved, the same units at every γ. Where it ends above zero collapse is
//! dearer, where it ends below it is cheaper, and at γ′ it ends at zero.

use crate::config::Likelihood;
use crate::figures::figure_named;
use crate::plot::axis::ticks::format_number;
use crate::plot::{Axis, Dash, FigureSpec, MarkerStyle, Provenance, Role, Rule, Series, Shape};
use crate::train::{CollapsePath, Landscape};

/// How the curves look: machine name, name, colour, stroke, width, mark at the end.
const LOOKS: [(&str, &str, Role, Dash, f64, Shape); 3] = [
    (
        "now",
        "γ",
        Role::Foreground,
        Dash::Solid,
        1.6,
        Shape::Circle,
    ),
    (
        "gamma_star",
        "γ*",
        Role::First,
        Dash::Dotted,
        1.2,
        Shape::Square,
    ),
    (
        "gamma_prime",
        "γ'",
        Role::Threshold,
        Dash::Dashed,
        1.6,
        Shape::Diamond,
    ),
];

/// The price of collapse along a path, under these β and γ; `None` before both ends are known.
pub fn collapse_path_figure(
    shown: &Landscape,
    beta: f64,
    gamma: f64,
    provenance: &Provenance,
) -> Option<FigureSpec> {
    let path = CollapsePath::of(shown, beta, gamma)?;
    let subtitle = format!("β = {} · step {}", format_number(beta, 3), shown.step);
    let has_gamma = shown.likelihood == Likelihood::Gaussian;
    Some(drawn(&path, beta, has_gamma, provenance).subtitle(subtitle))
}

/// Which of the curves are there: without a γ of the decoder, the first alone.
fn drawn_curves(path: &CollapsePath, has_gamma: bool) -> impl Iterator<Item = usize> {
    let there = |gamma: f64| gamma > 0.0 && gamma.is_finite();
    let gammas = path.gammas;
    (0..3).filter(move |&k| there(gammas[k]) && (k == 0 || has_gamma))
}

fn drawn(path: &CollapsePath, beta: f64, has_gamma: bool, provenance: &Provenance) -> FigureSpec {
    let mut figure = figure_named("collapse_path", "Collapse path", provenance)
        .x(Axis::linear("from this network (0) to full collapse (1)").with_range(0.0, 1.0))
        .y(if has_gamma {
            Axis::linear("γ·(L(t) − L(0))")
        } else {
            Axis::linear("L(t) − L(0)").with_unit("nats")
        })
        .with_legend()
        .with_notes(notes(path, beta, has_gamma))
        .with(Rule::y(0.0, Role::Muted).dotted());
    for k in drawn_curves(path, has_gamma) {
        let (id, _, colour, dash, width, shape) = LOOKS[k];
        let scale = if has_gamma { path.gammas[k] } else { 1.0 };
        let relative = |loss: f64| scale * (loss - path.ends[k][0]);
        let value = format_number(path.gammas[k], 3);
        let name = match (k, has_gamma) {
            (_, false) => "loss".to_owned(),
            (0, _) => format!("now, γ = {value}"),
            (1, _) => format!("γ* = {value}"),
            _ => format!("γ' = {value}: equal ends"),
        };
        let curve = path.curves[k].iter();
        let line = curve.clone().map(|[t, loss]| [*t, relative(*loss)]);
        let text =
            |[t, loss]: &[f64; 2]| format!("t = {t:.3} · L = {} nats", format_number(*loss, 5));
        let line = Series::line(id, &name, line.collect(), colour);
        figure.push(line.dash(dash).width(width).hover(curve.map(text)));
        let end = vec![[1.0, relative(path.ends[k][1])]];
        let marker = MarkerStyle::new(shape, true);
        figure.push(Series::markers(
            &format!("{id}_end"),
            "",
            end,
            marker,
            colour,
        ));
    }
    figure
}

fn notes(path: &CollapsePath, beta: f64, has_gamma: bool) -> Vec<String> {
    let number = |v: f64| format_number(v, 3);
    let [now, _, prime] = path.gammas;
    let mut notes = vec![match (has_gamma, path.beta_prime) {
        (true, _) if prime > 0.0 => format!(
            "collapse is cheaper above γ' = {}; γ is {} now",
            number(prime),
            number(now)
        ),
        (true, _) if prime.is_nan() => {
            "this network pays no KL: it has collapsed, and there is no γ'".into()
        }
        (true, _) => {
            "this network is worse than the mean of the data: collapse is cheaper at every γ".into()
        }
        (false, Some(prime)) => format!(
            "collapse is cheaper above β' = {}; β is {} now (this likelihood has no γ)",
            number(prime),
            number(beta)
        ),
        (false, None) => "this network pays no KL: it has collapsed".into(),
    }];
    notes.extend(drawn_curves(path, has_gamma).map(|k| {
        let [here, there] = path.ends[k].map(|v| format_number(v, 4));
        let at = if has_gamma {
            format!("at {}: ", LOOKS[k].1)
        } else {
            String::new()
        };
        format!("{at}network {here}, collapsed {there} nats")
    }));
    notes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(gammas: [f64; 3], has_gamma: bool) -> FigureSpec {
        let path = CollapsePath {
            gammas,
            curves: gammas.map(|_| vec![[0.0, 10.0], [0.5, 30.0], [1.0, 12.0]]),
            ends: [[10.0, 12.0]; 3],
            beta_prime: Some(2.5),
            variance: f64::NAN,
            error: f64::NAN,
            kl: f64::NAN,
        };
        drawn(&path, 1.0, has_gamma, &Provenance::default())
    }

    fn lines(figure: &FigureSpec) -> usize {
        figure.series().filter(|s| s.style.line().is_some()).count()
    }

    #[test]
    fn the_sentence_says_where_collapse_pays() {
        let three = figure([0.1, 0.02, 0.31], true);
        assert_eq!(
            three.notes[0],
            "collapse is cheaper above γ' = 0.310; γ is 0.100 now"
        );
        assert_eq!((three.notes.len(), lines(&three)), (4, 3));
        let now = three.series_of("now").expect("a curve");
        assert_eq!(now.points, [[0.0, 0.0], [0.5, 2.0], [1.0, 0.2]]);
        let dead = figure([0.1, 0.02, f64::NAN], true);
        assert!(dead.notes[0].contains("has collapsed"));
        assert_eq!(lines(&dead), 2);
        assert!(figure([0.1, 0.02, -1.0], true).notes[0].contains("worse than the mean"));
        let other = figure([0.1, f64::NAN, f64::NAN], false);
        assert!(
            other.notes[0].contains("above β' = 2.50"),
            "{}",
            other.notes[0]
        );
        assert_eq!((other.notes.len(), lines(&other)), (2, 1));
    }
}
