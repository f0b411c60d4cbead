//! The price of collapse: the loss along the straight way from a network to the collapsed solution nearest to it, at
//! three decoder variances (Dai, Wang & Wipf 2020, Proposition 2).
//!
//! Losses at different γ differ by constants and by orders of magnitude, so each curve is γ·(L(t) − L(0)): half the
//! squared error gained plus βγ times the KL saved, the same units at every γ. Where it ends above zero collapse is
//! dearer, where it ends below it is cheaper, and at γ′ it ends at zero.

use crate::plot::axis::ticks::format_number;
use crate::plot::{
    Axis, Colour, Dash, Direction, FigureSpec, Layer, LineStyle, MarkerStyle, Provenance, Role,
    Rule, Series, SeriesStyle, Shape,
};

/// The loss along the way at one γ.
#[derive(Debug, Clone, Copy)]
pub struct PathCurve<'a> {
    /// γ; not drawn if it is not positive and finite.
    pub gamma: f64,
    /// (t, L) in nats.
    pub points: &'a [[f64; 2]],
    /// L of the network and of the collapsed solution.
    pub ends: [f64; 2],
}

/// Everything the tile shows.
#[derive(Debug, Clone, Copy)]
pub struct CollapsePathTile<'a> {
    /// At the γ in force, at γ*, at γ′.
    pub curves: [PathCurve<'a>; 3],
    /// β in force.
    pub beta: f64,
    /// Whether the decoder has one γ; else only the first curve is there, and β′ replaces γ′.
    pub has_gamma: bool,
    /// β at which both ends cost the same at the γ in force.
    pub beta_prime: Option<f64>,
    /// How far the computation is, and of which step's network.
    pub subtitle: &'a str,
    /// Where the numbers came from.
    pub provenance: &'a Provenance,
}

/// Names of the three curves.
const NAMES: [&str; 3] = ["γ", "γ*", "γ'"];

/// Builds the figure.
pub fn collapse_path(input: &CollapsePathTile<'_>) -> FigureSpec {
    let mut figure = FigureSpec::new("collapse_path", "Collapse path");
    input.subtitle.clone_into(&mut figure.subtitle);
    figure.x = Axis::linear("from this network (0) to full collapse (1)").with_range(0.0, 1.0);
    figure.y = if input.has_gamma {
        Axis::linear("γ·(L(t) − L(0))")
    } else {
        Axis::linear("L(t) − L(0)").with_unit("nats")
    };
    figure.provenance = input.provenance.clone();
    figure.legend = true;
    figure.layers.push(Layer::Rule(Rule {
        direction: Direction::Y,
        value: 0.0,
        label: String::new(),
        colour: Colour::Role(Role::Muted),
        dash: Dash::Dotted,
        draggable: None,
    }));
    let colours = [Role::Foreground, Role::Reconstruction, Role::Threshold].map(Colour::Role);
    let dashes = [Dash::Solid, Dash::Dotted, Dash::Dashed];
    for (k, curve) in input.curves.iter().enumerate() {
        if !(curve.gamma > 0.0 && curve.gamma.is_finite()) || (k > 0 && !input.has_gamma) {
            continue;
        }
        let scale = if input.has_gamma { curve.gamma } else { 1.0 };
        let relative = |loss: f64| scale * (loss - curve.ends[0]);
        let line: Vec<[f64; 2]> = curve
            .points
            .iter()
            .map(|[t, loss]| [*t, relative(*loss)])
            .collect();
        let value = format_number(curve.gamma, 3);
        let name = match (k, input.has_gamma) {
            (_, false) => "loss".to_owned(),
            (0, _) => format!("now, γ = {value}"),
            (1, _) => format!("γ* = {value}"),
            _ => format!("γ' = {value}: equal ends"),
        };
        let id = ["now", "gamma_star", "gamma_prime"][k];
        let mut line = Series::line(id, &name, line, colours[k]);
        line.style = SeriesStyle::Line(LineStyle {
            width: if k == 1 { 1.2 } else { 1.6 },
            dash: dashes[k],
        });
        line.hover = Some(
            curve
                .points
                .iter()
                .map(|[t, loss]| format!("t = {t:.3} · L = {} nats", format_number(*loss, 5)))
                .collect(),
        );
        figure.layers.push(Layer::Series(line));
        let marker = MarkerStyle::new([Shape::Circle, Shape::Square, Shape::Diamond][k], true);
        let end = vec![[1.0, relative(curve.ends[1])]];
        let series = Series::markers(&format!("{id}_end"), "", end, marker, colours[k]);
        figure.layers.push(Layer::Series(series));
    }
    figure.notes = notes(input);
    figure
}

fn notes(input: &CollapsePathTile<'_>) -> Vec<String> {
    let number = |v: f64| format_number(v, 3);
    let now = input.curves[0].gamma;
    let mut notes = Vec::new();
    if input.has_gamma {
        let prime = input.curves[2].gamma;
        notes.push(if prime > 0.0 {
            format!(
                "collapse is cheaper above γ' = {}; γ is {} now",
                number(prime),
                number(now)
            )
        } else if prime.is_nan() {
            "this network pays no KL: it has collapsed, and there is no γ'".into()
        } else {
            "this network is worse than the mean of the data: collapse is cheaper at every γ".into()
        });
    } else {
        notes.push(match input.beta_prime {
            Some(prime) => format!(
                "collapse is cheaper above β' = {}; β is {} now (this likelihood has no γ)",
                number(prime),
                number(input.beta)
            ),
            None => "this network pays no KL: it has collapsed".into(),
        });
    }
    for (k, curve) in input.curves.iter().enumerate() {
        let drawn = curve.gamma > 0.0 && curve.gamma.is_finite() && (k == 0 || input.has_gamma);
        if drawn {
            let [here, there] = curve.ends.map(|v| format_number(v, 4));
            let at = if input.has_gamma {
                format!("at {}: ", NAMES[k])
            } else {
                String::new()
            };
            notes.push(format!("{at}network {here}, collapsed {there} nats"));
        }
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(gammas: [f64; 3], has_gamma: bool) -> FigureSpec {
        let points = [[0.0, 10.0], [0.5, 30.0], [1.0, 12.0]];
        let curves = gammas.map(|gamma| PathCurve {
            gamma,
            points: &points,
            ends: [10.0, 12.0],
        });
        collapse_path(&CollapsePathTile {
            curves,
            beta: 1.0,
            has_gamma,
            beta_prime: Some(2.5),
            subtitle: "",
            provenance: &Provenance::default(),
        })
    }

    fn lines(figure: &FigureSpec) -> usize {
        let line = |l: &&Layer| matches!(l, Layer::Series(s) if s.style.line().is_some());
        figure.layers.iter().filter(line).count()
    }

    #[test]
    fn the_sentence_says_where_collapse_pays() {
        let three = figure([0.1, 0.02, 0.31], true);
        assert_eq!(
            three.notes[0],
            "collapse is cheaper above γ' = 0.310; γ is 0.100 now"
        );
        assert_eq!((three.notes.len(), lines(&three)), (4, 3));
        let Some(Layer::Series(now)) = three.layers.get(1) else {
            panic!("no curve");
        };
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
