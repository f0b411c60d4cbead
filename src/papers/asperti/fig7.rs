//! Figure 7: noise on one active latent until it no longer pays; it collapses, and revives once the noise is gone.

use std::sync::Arc;

use crate::config::Preset;
use crate::figures::noise_figure;
use crate::lab::{NoisePoint, NoiseRequest, NoiseRun, noise};
use crate::metrics::Usage;
use crate::papers::{Check, Context, Cost, DataSet, Error, Experiment, Paper, Results};
use crate::plot::Provenance;

use super::dense_run::{config, look, mnist, rows};

pub(in crate::papers) const EXPERIMENT: Experiment = Experiment {
    id: "asperti-fig7",
    paper: Paper::Asperti2019,
    title: "Figure 7: noise, collapse and revival of a latent",
    claim: "When noise takes a latent's reconstruction gain below its KL-divergence the variance is suddenly pushed towards 1 \
            and the gain collapses; once the noise is removed the network eventually makes use of it again.",
    data: Some(DataSet::Mnist),
    cost: Cost::new(38, 350, 500),
    make,
};

/// Steps of an epoch.
const EPOCH: f64 = 469.0;
/// Levels of noise above zero.
const LEVELS: usize = 12;
/// The last of them, in the prior's σ. The linear theory would have the latent live until many times this; the net gives it
/// up before.
const MOST: f64 = 1.5;
/// E σ² above which the variance has been pushed towards 1: half way.
const PUSHED: f64 = 0.5;

fn make(context: &Context<'_>) -> Result<Results, Error> {
    let data = mnist(context)?;
    let setup = Context::setup(&data, config(Preset::Asperti)?);
    let (each, release) = (context.pick(150, 469), context.pick(30, 40));
    let what = format!("asperti-fig7-3 {each} {release}");
    let run: NoiseRun = context.train_then(&what, &setup, before(context), |trainer| {
        let found = rows(&look(context, trainer, 4096)?);
        // The least of the active ones: the paper does not say which it took, and this one needs the least noise.
        let chosen = found
            .iter()
            .enumerate()
            .filter(|(_, r)| !r.inactive() && r.var_mu > Usage::ACTIVE_VARIANCE)
            .max_by(|a, b| a.1.sigma2.total_cmp(&b.1.sigma2));
        let latent = chosen.map_or(0, |(j, _)| j);
        let request = NoiseRequest {
            copy: Arc::new(trainer.copy()?),
            latent,
            levels: (0..=LEVELS)
                .map(|i| MOST * i as f64 / LEVELS as f64)
                .collect(),
            steps: each,
            release,
            free: false,
        };
        let mut run = NoiseRun::new(&request)?;
        noise::run(&request, &mut run, context.watcher)?;
        Ok(run)
    })?;
    let mut figure = noise_figure(&run, &Provenance::default());
    figure.id = "noise".into();
    let shrunk = context.pick(
        vec![format!(
            "{} steps before the noise; {each} after each increment, the paper's epoch has 469",
            crate::text::thousands(before(context))
        )],
        Vec::new(),
    );
    Ok(Results {
        figures: vec![figure],
        checks: checks(&run),
        shrunk,
        live: Some(config(Preset::Asperti)?),
    })
}

/// Steps before the noise; the longer, the more precise the latents are, and the more noise it takes.
fn before(context: &Context<'_>) -> u64 {
    context.pick(2500, 23_450)
}

fn checks(run: &NoiseRun) -> Vec<Check> {
    let at = |index: Option<usize>| index.and_then(|i| run.points.get(i));
    let number = |of: fn(&NoisePoint) -> f64, p: Option<&NoisePoint>| p.map_or(f64::NAN, of);
    let (first, last) = (run.points.first(), run.points.last());
    let crossing = run.crossing();
    let pushed = |p: &NoisePoint| p.sigma2 > PUSHED;
    let collapse = run.points.iter().position(pushed);
    let revival = collapse.and_then(|from| {
        let mut later = run.points.iter().enumerate().skip(from);
        later
            .find(|(_, p)| p.released && !pushed(p))
            .map(|(i, _)| i)
    });
    let text = |index: Option<usize>| {
        at(index).map_or("never".into(), |p| {
            format!("n = {}", crate::text::significant(p.noise, 3))
        })
    };
    let before = number(|p| p.gain / p.cost(), first);
    let mut all = vec![Check::at_least(
        "gain over cost of the latent before the noise",
        1.0,
        before,
        0.0,
        "an active latent pays for itself",
    )];
    let together = matches!((crossing, collapse), (Some(a), Some(b)) if a.abs_diff(b) <= 1);
    all.push(Check::holds(
        "it collapses when its gain falls below its cost",
        "the same level, or the next",
        together,
        &format!(
            "gain below cost at {}, E σ² above 0.5 at {}",
            text(crossing),
            text(collapse)
        ),
        "levels are steps of the noise",
    ));
    let dead = run
        .levels
        .len()
        .checked_sub(1)
        .and_then(|i| run.points.get(i));
    all.push(Check::at_least(
        "E σ² at the end of the noise",
        0.96,
        number(|p| p.sigma2, dead),
        0.04,
        "an inactive latent of the paper's table 1",
    ));
    let share = number(|p| p.gain, dead) / number(|p| p.gain, first);
    let why =
        "'catastrophic collapse of the reconstruction gain'; the error of a gain is of this size";
    all.push(Check::at_most(
        "gain left, as a share of the first",
        0.0,
        share,
        0.02,
        why,
    ));
    let mut revives = Check::holds(
        "it revives after the noise",
        "E σ² below 0.5 again",
        revival.is_some(),
        &match revival {
            Some(i) => format!(
                "after {} steps",
                (i + 1).saturating_sub(run.levels.len()) as u64 * run.steps
            ),
            None => format!("not in {} steps", run.release as u64 * run.steps),
        },
        "'that may take several epochs'",
    );
    if revival.is_none() {
        let epochs = (run.release as u64 * run.steps) as f64 / EPOCH;
        revives = revives.because(&format!("it was given {epochs:.1} epochs"));
    }
    all.push(revives);
    let values = [
        ("gain at the end", number(|p| p.gain, last)),
        ("gain at first", number(|p| p.gain, first)),
    ];
    let why = "'we should not expect to recover the original information gain'";
    let slack = 2.0 * number(|p| p.gain_error, first);
    all.push(Check::ordered(
        "the old gain does not come back",
        &values,
        slack,
        why,
    ));
    all
}
