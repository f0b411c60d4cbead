//! Training curves: loss, reconstruction and KL on the left, β and γ on a log axis on the right,
//! live edits marked, the previous run as a pale ghost. Nothing is smoothed.

use crate::figures::figure_named;
use crate::plot::axis::ticks::{format_number, format_step};
use crate::plot::{Axis, EventTicks, FigureSpec, Provenance, Role, Series};
use crate::train::{Bin, History};

/// The traces of a run on data of dimension `dim`, and of the run before it.
///
/// While γ is held, the constant (d/2) log 2πγ is left out of the loss and its data term: it would
/// hide everything that moves. Once γ is learned it is no constant and stays in.
pub fn training_figure(
    history: &History,
    ghost: Option<&History>,
    dim: usize,
    log_x: bool,
    provenance: &Provenance,
) -> FigureSpec {
    let held = |h: &History| {
        let moving = h.bins().iter().filter(|b| b.gamma.min < b.gamma.max);
        moving.count() <= h.marks().len()
    };
    let without_constant = held(history) && ghost.is_none_or(held);
    let constant = |b: &Bin| {
        if without_constant {
            0.5 * dim as f64 * (2.0 * std::f64::consts::PI * b.gamma.mean).ln()
        } else {
            0.0
        }
    };
    let [loss_name, data_name] = if without_constant {
        ["loss − (d/2) log 2πγ", "|x − D(z)|²/2γ"]
    } else {
        ["loss", "reconstruction"]
    };
    let loss = |b: &Bin| b.loss.mean - constant(b);
    let data = |b: &Bin| b.reconstruction.mean - constant(b);
    let bins = history.bins();
    let losses: Vec<f64> = bins.iter().map(loss).collect();
    let steps = if log_x {
        Axis::log10("step")
    } else {
        Axis::linear("step")
    };
    let mut figure = figure_named("training", "Training", provenance)
        .subtitle("mean, with range behind")
        .x(steps)
        .y(Axis {
            range: calm_range(&losses),
            ..Axis::linear("per sample").with_unit("nats")
        })
        .with_legend();
    if let Some(ghost) = ghost {
        // A long ghost would squeeze a young run into a corner: it grows along.
        let reach = (1.25 * history.steps() as f64).max(500.0);
        let until = ghost.bins().partition_point(|b| (b.step as f64) < reach);
        let points = trace(&ghost.bins()[..until], loss);
        let series = Series::line("ghost", "previous run", points, Role::Muted);
        figure.push(series.width(1.0).dashed().opacity(0.6));
    }
    if let Some(last) = bins.last() {
        // β and γ, thin and broken.
        let beta = Series::line("beta", "β", trace(bins, |b| b.beta.mean), Role::Threshold);
        let gamma = Series::line("gamma", "γ", trace(bins, |b| b.gamma.mean), Role::Third);
        figure = figure
            .right(Axis::log10("β, γ"))
            .with(beta.width(0.9).on_right())
            .with(gamma.width(0.9).dotted().on_right());
        if bins.iter().any(|b| b.loss.min < b.loss.max) {
            // Every bin's extremes, pale behind its mean: the raw trace as far as it can be seen.
            let ends = |b: &Bin| [b.loss.min, b.loss.max].map(|l| [middle(b), l - constant(b)]);
            let points = bins.iter().flat_map(ends).collect();
            let series = Series::line("loss_raw", "", points, Role::Foreground);
            figure.push(series.width(0.8).opacity(0.28));
        }
        let kl = trace(bins, |b| b.kl.mean);
        figure = figure
            .with(Series::line("kl", "KL", kl, Role::Second))
            .with(Series::line(
                "reconstruction",
                data_name,
                trace(bins, data),
                Role::First,
            ))
            .with(Series::line(
                "loss",
                loss_name,
                trace(bins, loss),
                Role::Foreground,
            ))
            .note(format!("step {}", format_step(middle(last), 1.0)))
            .note(format!("{loss_name} {}", format_number(loss(last), 4)));
        let others = [
            (data_name, data(last)),
            ("KL", last.kl.mean),
            ("γ", last.gamma.mean),
        ];
        // An autoencoder has no KL.
        for (name, value) in others.into_iter().filter(|(_, v)| !v.is_nan()) {
            figure
                .notes
                .push(format!("{name} {}", format_number(value, 4)));
        }
    }
    if !history.marks().is_empty() {
        figure.push(EventTicks {
            id: "edits".into(),
            values: history.marks().iter().map(|m| m.step as f64).collect(),
            labels: history.marks().iter().map(|m| m.text.clone()).collect(),
            colour: Role::Threshold.into(),
        });
    }
    figure
}

/// The step in the middle of a bin.
fn middle(bin: &Bin) -> f64 {
    bin.step as f64 + (bin.count as f64 - 1.0) / 2.0
}

fn trace(bins: &[Bin], value: impl Fn(&Bin) -> f64) -> Vec<[f64; 2]> {
    bins.iter().map(|b| [middle(b), value(b)]).collect()
}

/// From zero (or the least loss) to a little above all but the highest fiftieth of the losses, where a spike would
/// otherwise squeeze the rest into a line; none if there is no such spike.
fn calm_range(losses: &[f64]) -> Option<(f64, f64)> {
    let mut sorted: Vec<f64> = losses.iter().copied().filter(|l| l.is_finite()).collect();
    sorted.sort_by(f64::total_cmp);
    let (least, most) = (*sorted.first()?, *sorted.last()?);
    let usual = sorted[(sorted.len() * 49 / 50).min(sorted.len() - 1)];
    let floor = least.min(0.0);
    (sorted.len() > 50 && most - floor > 2.5 * (usual - floor))
        .then_some((floor, floor + 1.3 * (usual - floor)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compute::StepMetrics;
    use crate::config::Objective;
    use crate::plot::{Layer, Scale};

    fn history(losses: &[f64], edit: Option<&str>) -> History {
        let mut history = History::default();
        for (step, &loss) in losses.iter().enumerate() {
            let metrics = StepMetrics {
                loss,
                sse: 0.0,
                kl: 1.0,
                gamma: 0.5_f64.powi(step as i32),
                beta: 1.0,
                nll: 0.0,
                bad_op: None,
            };
            history.push(&metrics, Objective::Vae);
            if let Some(text) = edit.filter(|_| step == 0) {
                history.mark(text.into());
            }
        }
        history
    }

    #[test]
    fn traces_edits_and_the_ghost_are_all_there() {
        let (run, ghost) = (
            history(&[3.0, 2.0, f64::NAN], Some("β = 2")),
            history(&[4.0, 3.0], None),
        );
        let figure = training_figure(&run, Some(&ghost), 0, true, &Provenance::default());
        let ids: Vec<&str> = figure
            .layers
            .iter()
            .map(|l| match l {
                Layer::Series(s) => s.id.as_str(),
                Layer::Ticks(t) => t.id.as_str(),
                _ => "?",
            })
            .collect();
        assert_eq!(
            ids,
            [
                "ghost",
                "beta",
                "gamma",
                "kl",
                "reconstruction",
                "loss",
                "edits"
            ]
        );
        let points = |id: &str| figure.series_of(id).expect(id).points.clone();
        assert_eq!(points("reconstruction")[..2], [[1.0, 2.0], [2.0, 1.0]]);
        assert_eq!(points("ghost"), [[1.0, 4.0], [2.0, 3.0]]);
        assert_eq!(figure.x.scale, Scale::Log10);
        assert_eq!(figure.right.as_ref().expect("for γ").scale, Scale::Log10);
        assert_eq!(figure.notes[0], "step 3");
        assert!(figure.notes[1].ends_with(" NaN"), "{:?}", figure.notes);
    }
}
