//! Training curves: loss, reconstruction and KL on the left, β and γ on a log axis on the right,
//! live edits marked, the previous run as a pale ghost. Nothing is smoothed.

use crate::plot::axis::ticks::{format_number, format_step};
use crate::plot::{
    Axis, Colour, Dash, EventTicks, FigureSpec, Layer, LineStyle, Provenance, Role, Scale, Series,
    SeriesStyle,
};

/// A change of a live setting during the run.
#[derive(Debug, Clone, PartialEq)]
pub struct LiveEdit {
    /// The step at which it took effect.
    pub step: f64,
    /// What it says: `β = 2`.
    pub label: String,
}

/// The loss of the previous run, to compare with.
#[derive(Debug, Clone, Copy)]
pub struct GhostRun<'a> {
    /// Steps.
    pub steps: &'a [f64],
    /// Loss at each.
    pub loss: &'a [f64],
}

/// Everything the tile shows. A trace that is empty is not drawn; one of another length than
/// `steps` is drawn as far as both reach.
#[derive(Debug, Clone, Copy)]
pub struct Training<'a> {
    /// Steps at which values were recorded.
    pub steps: &'a [f64],
    /// Loss in nats per sample.
    pub loss: &'a [f64],
    /// Least and largest loss within each recorded value, where a value stands for many steps.
    pub loss_spread: &'a [[f64; 2]],
    /// Reconstruction term in nats per sample.
    pub reconstruction: &'a [f64],
    /// What loss and reconstruction term are called: `loss`, `loss − (d/2) log 2πγ`.
    pub names: [&'a str; 2],
    /// KL in nats per sample.
    pub kl: &'a [f64],
    /// γ as read back.
    pub gamma: &'a [f64],
    /// β as read back.
    pub beta: &'a [f64],
    /// Live edits in order.
    pub edits: &'a [LiveEdit],
    /// The previous run.
    pub ghost: Option<GhostRun<'a>>,
    /// Whether steps are on a log axis.
    pub log_x: bool,
    /// Whether the left axis is logarithmic; values at or below zero are then not drawn.
    pub log_y: bool,
    /// Where the numbers came from.
    pub provenance: &'a Provenance,
}

/// Builds the figure.
pub fn training(input: &Training<'_>) -> FigureSpec {
    let scale = |log| if log { Scale::Log10 } else { Scale::Linear };
    let mut figure = FigureSpec::new("training", "Training");
    figure.subtitle = "mean, with range behind".into();
    figure.x = Axis {
        scale: scale(input.log_x),
        ..Axis::linear("step")
    };
    figure.y = Axis {
        scale: scale(input.log_y),
        ..Axis::linear("per sample").with_unit("nats")
    };
    figure.legend = true;
    figure.provenance = input.provenance.clone();
    let settings = settings(input);
    if !settings.is_empty() {
        figure.right = Some(Axis::log10("β, γ"));
    }
    if let Some(ghost) = input.ghost {
        let mut series = trace(
            "ghost",
            "previous run",
            ghost.steps,
            ghost.loss,
            Role::Muted,
        );
        style(&mut series, 1.0, Dash::Dashed);
        series.opacity = 0.6;
        figure.layers.push(Layer::Series(series));
    }
    figure
        .layers
        .extend(settings.into_iter().map(Layer::Series));
    if input.loss_spread.iter().any(|[low, high]| low < high) {
        // Every bin's extremes, pale behind its mean: the raw trace as far as it can be seen.
        let points = input
            .steps
            .iter()
            .zip(input.loss_spread)
            .flat_map(|(&step, &[low, high])| [[step, low], [step, high]])
            .collect();
        let mut series = Series::line("loss_raw", "", points, Role::Foreground.into());
        style(&mut series, 0.8, Dash::Solid);
        series.opacity = 0.28;
        figure.layers.push(Layer::Series(series));
    }
    for (id, name, values, role) in [
        ("kl", "KL", input.kl, Role::Kl),
        (
            "reconstruction",
            input.names[1],
            input.reconstruction,
            Role::Reconstruction,
        ),
        ("loss", input.names[0], input.loss, Role::Foreground),
    ] {
        if !values.is_empty() {
            figure
                .layers
                .push(Layer::Series(trace(id, name, input.steps, values, role)));
        }
    }
    if !input.edits.is_empty() {
        figure.layers.push(Layer::Ticks(EventTicks {
            id: "edits".into(),
            values: input.edits.iter().map(|e| e.step).collect(),
            labels: input.edits.iter().map(|e| e.label.clone()).collect(),
            colour: Role::Threshold.into(),
        }));
    }
    if let Some((step, loss)) = last(input.steps, input.loss) {
        let digits = |v| format_number(v, 4);
        figure
            .notes
            .push(format!("step {}", format_step(step, 1.0)));
        figure
            .notes
            .push(format!("{} {}", input.names[0], digits(loss)));
        for (name, values) in [
            (input.names[1], input.reconstruction),
            ("KL", input.kl),
            ("γ", input.gamma),
        ] {
            // An autoencoder has no KL.
            if let Some((_, value)) = last(input.steps, values).filter(|(_, v)| !v.is_nan()) {
                figure.notes.push(format!("{name} {}", digits(value)));
            }
        }
    }
    figure
}

/// β and γ, thin and broken, on the right axis.
fn settings(input: &Training<'_>) -> Vec<Series> {
    [
        ("beta", "β", input.beta, Role::Threshold, Dash::Solid),
        ("gamma", "γ", input.gamma, Role::Gamma, Dash::Dotted),
    ]
    .into_iter()
    .filter(|(_, _, values, _, _)| !values.is_empty())
    .map(|(id, name, values, role, dash)| {
        let mut series = trace(id, name, input.steps, values, role);
        style(&mut series, 0.9, dash);
        series.right = true;
        series
    })
    .collect()
}

fn trace(id: &str, name: &str, steps: &[f64], values: &[f64], role: Role) -> Series {
    let points = steps.iter().zip(values).map(|(&x, &y)| [x, y]).collect();
    Series::line(id, name, points, Colour::Role(role))
}

fn style(series: &mut Series, width: f64, dash: Dash) {
    series.style = SeriesStyle::Line(LineStyle { width, dash });
}

fn last(steps: &[f64], values: &[f64]) -> Option<(f64, f64)> {
    let index = steps.len().min(values.len()).checked_sub(1)?;
    Some((steps[index], values[index]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn traces_edits_and_the_ghost_are_all_there() {
        let edits = [LiveEdit {
            step: 1.0,
            label: "β = 2".into(),
        }];
        let figure = training(&Training {
            steps: &[0.0, 1.0, 2.0],
            loss: &[3.0, 2.0, f64::NAN],
            loss_spread: &[],
            names: ["loss", "reconstruction"],
            reconstruction: &[2.0, 1.0],
            kl: &[],
            gamma: &[1.0, 0.5, 0.25],
            beta: &[],
            edits: &edits,
            ghost: Some(GhostRun {
                steps: &[0.0, 1.0],
                loss: &[4.0, 3.0],
            }),
            log_x: true,
            log_y: false,
            provenance: &Provenance::default(),
        });
        let ids: Vec<&str> = figure
            .layers
            .iter()
            .map(|l| match l {
                Layer::Series(s) => s.id.as_str(),
                Layer::Ticks(t) => t.id.as_str(),
                _ => "?",
            })
            .collect();
        assert_eq!(ids, ["ghost", "gamma", "reconstruction", "loss", "edits"]);
        assert_eq!(figure.x.scale, Scale::Log10);
        assert_eq!(figure.right.expect("for γ").scale, Scale::Log10);
        assert!(figure.notes.contains(&"loss NaN".to_owned()));
    }
}
