//! What the experiments on Lucas et al. (and Li's reproduction of them) share: runs with their training curves and
//! the paper's columns at the end, and lines to draw them with.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::config::{
    Estimator, GammaMode, LiveConfig, NetConfig, Objective, PosteriorVariance, RunConfig,
    SamplingConfig,
};
use crate::metrics::{CollapseCurve, Usage};
use crate::papers::context::{BURST, Ready};
use crate::papers::{Context, Error};
use crate::plot::{Axis, Colour, FigureSpec, Role, Series};
use crate::train::{RunSetup, Trainer, evaluate};

/// Points of a training curve.
const POINTS: u64 = 60;
/// Items the paper's columns are measured over, from the first.
const MEASURED: usize = 10_000;

/// A row of the paper's tables: a network at its weights.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(in crate::papers) struct Row {
    /// At the σ² the network has, in nats per sample of the preprocessed data.
    pub(in crate::papers) elbo: f64,
    /// With σ² set to the mean squared error.
    pub(in crate::papers) elbo_tuned: f64,
    /// σ².
    pub(in crate::papers) sigma2: f64,
    /// The mean squared error per dimension.
    pub(in crate::papers) sigma2_tuned: f64,
    /// E KL in nats.
    pub(in crate::papers) kl: f64,
    /// By latent: the ε from which on it is (ε, 0.01)-collapsed.
    pub(in crate::papers) onset: Vec<f64>,
}

impl Row {
    /// Share of the latents that are (ε, 0.01)-collapsed, in percent.
    pub(in crate::papers) fn collapsed(&self, epsilon: f64) -> f64 {
        let below = self.onset.iter().filter(|&&onset| onset < epsilon).count();
        100.0 * below as f64 / self.onset.len().max(1) as f64
    }

    /// The headline: ε = 0.01.
    pub(in crate::papers) fn collapse(&self) -> f64 {
        self.collapsed(Usage::EPSILON)
    }

    /// Corners (ε, share from 0 to 1) of the collapse curve between two ends.
    pub(in crate::papers) fn corners(&self, from: f64, to: f64) -> Vec<[f64; 2]> {
        let mut sorted = self.onset.clone();
        sorted.sort_by(f64::total_cmp);
        let share = |count: usize| count as f64 / sorted.len().max(1) as f64;
        let mut corners = vec![[from, self.collapsed(from) / 100.0]];
        for (i, &onset) in sorted.iter().enumerate() {
            if onset >= from && onset < to {
                corners.extend([[onset, share(i)], [onset, share(i + 1)]]);
            }
        }
        corners.push([to, self.collapsed(to) / 100.0]);
        corners
    }
}

/// A run with what it was on its way.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(in crate::papers) struct Followed {
    /// (step, ELBO of the steps since the last point): the objective's own estimate at β = 1.
    pub(in crate::papers) curve: Vec<[f64; 2]>,
    /// At its end.
    pub(in crate::papers) row: Row,
    /// At the step that was asked for.
    pub(in crate::papers) early: Option<Row>,
    /// The decoder's weight, κ × d, if it is one dense layer.
    pub(in crate::papers) weight: Vec<f32>,
}

/// How a run is followed.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::papers) struct Follow<'a> {
    /// Its steps.
    pub(in crate::papers) steps: u64,
    /// A step at which it is measured as well.
    pub(in crate::papers) early: Option<u64>,
    /// The mean of the data: the first and the last bias then start as if the data were centred on it.
    pub(in crate::papers) centre: Option<&'a [f32]>,
}

/// Trains a run and follows it, unless the same was done before.
pub(in crate::papers) fn follow(
    context: &Context<'_>,
    setup: &Arc<RunSetup>,
    how: Follow<'_>,
) -> Result<Followed, Error> {
    let centred = how.centre.is_some();
    let what = format!("follow 1 {} {:?} {centred}", how.steps, how.early);
    context.train_then(&what, setup, 0, |trainer| {
        if let Some(mean) = how.centre {
            centre(trainer, mean)?;
        }
        let every = (how.steps / POINTS).max(1);
        let mut found = Followed::default();
        let (mut metrics, mut next) = (Vec::new(), every);
        while trainer.step() < how.steps {
            context.go_on()?;
            let stops = [how.steps, next, how.early.unwrap_or(u64::MAX)];
            let ahead = stops.into_iter().filter(|s| *s > trainer.step()).min();
            let left = ahead.unwrap_or(how.steps) - trainer.step();
            trainer.train(left.min(BURST) as usize, true, &mut metrics)?;
            if trainer.step() >= next {
                let elbo = |m: &crate::compute::StepMetrics| -(m.loss + (1.0 - m.beta) * m.kl);
                let mean = metrics.iter().map(elbo).sum::<f64>() / metrics.len().max(1) as f64;
                found.curve.push([trainer.step() as f64, mean]);
                metrics.clear();
                next += every;
                context.tell(trainer.step(), how.steps);
            }
            if how.early == Some(trainer.step()) {
                found.early = Some(row(context, trainer)?.0);
            }
        }
        (found.row, found.weight) = row(context, trainer)?;
        Ok(found)
    })
}

/// Starts the first layer's bias at −Wx̄ and the last one's at x̄: the same network on centred data.
fn centre(trainer: &mut Trainer, mean: &[f32]) -> Result<(), Error> {
    let plan = trainer.plan();
    let names: Vec<String> = plan
        .arena
        .tensors()
        .iter()
        .map(|t| t.name.clone())
        .collect();
    let parameter = |name: Option<&String>| name.and_then(|n| plan.parameter(n));
    let first = (parameter(names.first()), parameter(names.get(1)));
    let last = plan.parameter("decoder.out.bias");
    let backend = trainer.backend();
    if let (Some(weight), Some(bias)) = first {
        let weight = backend.read(weight)?;
        let outputs = bias.len;
        let mut values = vec![0.0_f32; outputs];
        for (row, x) in weight.chunks_exact(outputs).zip(mean) {
            for (value, w) in values.iter_mut().zip(row) {
                *value -= w * x;
            }
        }
        backend.write(bias, &values)?;
    }
    if let Some(bias) = last {
        backend.write(bias, mean)?;
    }
    Ok(())
}

/// The columns of the paper's tables, and the decoder's weight if it is linear: the expectation over q is then
/// exact, `E‖x − Wz − b‖² = ‖x − Wμ − b‖² + Σ_j σ_j²‖W_j‖²`, otherwise one fixed draw of ε per item.
pub(in crate::papers) fn row(
    context: &Context<'_>,
    trainer: &mut Trainer,
) -> Result<(Row, Vec<f32>), Error> {
    let seed = trainer.setup().config.sampling.seed;
    let linear = trainer.setup().config.net.decoder.is_empty();
    let mut live = *trainer.live();
    if linear {
        live.objective = Objective::Autoencoder;
    }
    let backend = trainer.backend();
    let mut found = evaluate(backend, seed, &live, MEASURED, &|| context.watcher.go_on())?;
    context.go_on()?;
    let mut weight = Vec::new();
    if linear && let Some(slice) = backend.plan().parameter("decoder.out.weight") {
        weight = backend.read(slice)?;
        for (latent, row) in found.latents.iter().zip(weight.chunks(found.dim)) {
            let norm: f64 = row.iter().map(|&w| f64::from(w).powi(2)).sum();
            found.sse += latent.mean_sigma2 * norm;
        }
    }
    let curve = CollapseCurve::new(&found.posterior, found.prior_variance(), Usage::DELTA);
    let row = Row {
        elbo: found.elbo(),
        elbo_tuned: found.elbo_tuned(),
        sigma2: found.gamma,
        sigma2_tuned: found.gamma_star(),
        kl: found.kl,
        // A posterior narrower than the least number has an infinite KL, which JSON cannot hold.
        onset: curve.onset.iter().map(|&o| o.min(f64::MAX)).collect(),
    };
    Ok((row, weight))
}

/// A linear VAE that learns σ², trained on the whole data at once.
pub(in crate::papers) fn linear(
    ready: &Ready,
    latents: usize,
    estimator: Estimator,
    learning_rate: f64,
) -> Arc<RunSetup> {
    let config = RunConfig {
        net: NetConfig {
            estimator,
            variance: PosteriorVariance::Global,
            ..NetConfig::linear(latents)
        },
        live: LiveConfig {
            gamma_mode: GammaMode::Learned,
            gamma: 0.1,
            learning_rate,
            ..LiveConfig::default()
        },
        sampling: SamplingConfig {
            batch: ready.dataset.len(),
            seed: 0,
        },
        ..RunConfig::default()
    };
    Context::setup(ready, config)
}

/// The mean of preprocessed data, with one draw of any dequantisation noise.
pub(in crate::papers) fn mean_of(ready: &Ready) -> Vec<f32> {
    let (n, d) = (ready.dataset.len(), ready.dataset.dim());
    let mut sum = vec![0.0_f64; d];
    let mut x = vec![0.0_f32; d];
    for item in 0..n {
        ready.preprocessor.row_into(&ready.dataset, 0, item, &mut x);
        for (s, v) in sum.iter_mut().zip(&x) {
            *s += f64::from(*v);
        }
    }
    sum.iter().map(|s| (s / n.max(1) as f64) as f32).collect()
}

/// A line of a figure.
pub(in crate::papers) fn line(
    id: &str,
    name: &str,
    points: Vec<[f64; 2]>,
    colour: impl Into<Colour>,
) -> Series {
    Series::line(id, name, points, colour).width(1.6)
}

/// The ELBO over training steps under pPCA's likelihood; the axis shows from `least` on, for the first steps are far
/// below everything else.
pub(in crate::papers) fn training_figure(
    id: &str,
    title: &str,
    least: f64,
    likelihood: f64,
    runs: &[&Followed],
) -> FigureSpec {
    let room = 0.04 * (likelihood - least);
    let last = runs.iter().filter_map(|r| r.curve.last()).map(|p| p[0]);
    let points = vec![[0.0, likelihood], [last.fold(0.0, f64::max), likelihood]];
    crate::figures::blank(id, title)
        .x(Axis::linear("training step"))
        .y(Axis::linear("ELBO")
            .with_unit("nats")
            .with_range(least, likelihood + room))
        .with_legend()
        .with(line("ppca", "pPCA's likelihood", points, Role::Muted).dashed())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::Quiet;
    use crate::papers::{Effort, Keep};
    use crate::theory::ppca_fit;

    /// λ = 4, 2.5, 1, ½ with two latents: σ² = ¾, columns of length √3.25 and √1.75, and the ELBO is the likelihood.
    #[test]
    fn a_followed_linear_run_ends_at_ppca() {
        let context = Context {
            effort: Effort::Quick,
            data: None,
            watcher: &Quiet,
            keep: Keep::nothing(),
        };
        let spectrum = vec![4.0, 2.5, 1.0, 0.5];
        let data = context.gaussian(spectrum.clone(), 256).expect("data");
        let mean = mean_of(&data);
        let how = Follow {
            steps: 6000,
            early: Some(10),
            centre: Some(&mean),
        };
        let setup = linear(&data, 2, Estimator::Analytic, 0.003);
        let found = follow(&context, &setup, how).expect("a run");
        let best = ppca_fit(&spectrum, 4, 2).expect("a fit");
        let row = &found.row;
        // The evaluation draws ε once an item: at this optimum the draw of |x − Wz|²/2γ has a variance of
        // ½ Σ (1 − σ²/λ)² + Σ σ²(λ − σ²)/λ² = 0.93, a standard error of 0.06 over 256 items.
        assert!((row.elbo - best.log_likelihood).abs() < 0.18, "{row:?}");
        assert!((row.sigma2 - 0.75).abs() < 1e-2 && (row.sigma2_tuned - 0.75).abs() < 1e-2);
        // tr WWᵀ = (4 − ¾) + (2.5 − ¾), which turning the columns leaves as it is: they line up with the components
        // long after the likelihood is reached.
        let trace: f32 = found.weight.iter().map(|v| v * v).sum();
        assert!((trace - 5.0).abs() < 0.05, "{trace}");
        let early = found.early.expect("an early look");
        assert!(early.elbo < row.elbo - 0.1, "{early:?}");
        // The last points of the curve are the objective itself, without the noise of the evaluation.
        let last = found.curve.last().expect("a curve");
        assert!(
            last[0] > 1900.0 && (last[1] - best.log_likelihood).abs() < 1e-2,
            "{last:?}"
        );
    }

    #[test]
    fn the_collapse_curve_is_the_definition() {
        let row = Row {
            onset: vec![0.5, 0.001, 0.02, f64::MAX],
            ..Row::default()
        };
        assert_eq!(row.collapse(), 25.0);
        assert_eq!(row.collapsed(1.0), 75.0);
        let corners = row.corners(1e-4, 10.0);
        assert_eq!(corners.first(), Some(&[1e-4, 0.0]));
        assert_eq!(corners.last(), Some(&[10.0, 0.75]));
        assert!(
            corners
                .windows(2)
                .all(|w| w[0][0] <= w[1][0] && w[0][1] <= w[1][1])
        );
    }
}
