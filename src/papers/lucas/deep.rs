//! The deep Gaussian VAEs on logit-preprocessed MNIST that table 1 and figures 5 to 9 are about, by σ².

use crate::config::{
    GammaMode, KlSchedule, LiveConfig, NetConfig, Preprocess, RunConfig, SamplingConfig,
};
use crate::papers::context::Ready;
use crate::papers::{Context, DataSet, Error};

use super::common::{Follow, Followed, Row, follow, mean_of};
use super::logit::moments;

/// The initial σ² of table 1.
pub(in crate::papers) const SIGMA2: [f64; 5] = [10.0, 1.0, 0.1, 0.01, 0.001];

/// Data and sizes of the runs.
pub(in crate::papers) struct Deep {
    data: Ready,
    mean: Vec<f32>,
    /// What the paper's ELBO holds beside that of x: E log |det ∂x/∂v|.
    pub(in crate::papers) log_det: f64,
    widths: &'static [usize],
    pub(in crate::papers) latents: usize,
    batch: usize,
    rate: f64,
    steps: u64,
    /// Steps over which β rises where it does, and the one at which a run is looked at meanwhile.
    rise: u64,
    early: u64,
    seeds: u32,
}

/// One run.
#[derive(Debug, Clone, Copy)]
pub(in crate::papers) struct Which {
    pub(in crate::papers) sigma2: f64,
    pub(in crate::papers) learned: bool,
    pub(in crate::papers) annealed: bool,
}

impl Deep {
    /// Loads the data.
    pub(in crate::papers) fn new(context: &Context<'_>) -> Result<Self, Error> {
        let items = context.pick(1000, 60_000);
        let data = context.load(DataSet::Mnist, items, Preprocess::Logit)?;
        let closed = moments(&data.dataset, data.preprocessor.transform);
        let batch = context.pick(50, 128);
        // 1,000 epochs in the paper.
        let steps = context.pick(2000, 1000 * 469);
        Ok(Self {
            mean: mean_of(&data),
            log_det: closed.map_or(f64::NAN, |m| m.log_det),
            widths: context.pick(&[128], &[1024, 512]),
            latents: context.pick(50, 200),
            batch,
            rate: context.pick(2e-3, 1e-3),
            steps,
            rise: context.pick(3 * steps / 10, steps / 10),
            early: context.pick(6 * steps / 25, 8 * steps / 100),
            seeds: context.pick(2, 5),
            data,
        })
    }

    /// What is smaller than in the paper.
    pub(in crate::papers) fn shrunk(&self, context: &Context<'_>) -> Vec<String> {
        context.pick(
            vec![format!(
                "{} images, hidden layers {:?} instead of 1024-512, κ = {} instead of 200, {} steps of {} images at a rate of \
                 {} instead of 1,000 epochs at the best of four rates, {} seeds instead of 5, biases that start at the \
                 data's mean",
                self.data.dataset.len(),
                self.widths,
                self.latents,
                self.steps,
                self.batch,
                self.rate,
                self.seeds
            )],
            vec!["one learning rate, 0.001, instead of the best of four".into()],
        )
    }

    /// The settings of a run.
    fn config(&self, which: Which, seed: u32) -> RunConfig {
        let schedule = if which.annealed {
            let steps = self.rise.min(u64::from(u32::MAX)) as u32;
            KlSchedule::WarmUp { steps }
        } else {
            KlSchedule::Constant
        };
        RunConfig {
            net: NetConfig::dense(self.widths, self.latents),
            live: LiveConfig {
                gamma: which.sigma2,
                gamma_mode: if which.learned {
                    GammaMode::Learned
                } else {
                    GammaMode::Fixed
                },
                schedule,
                learning_rate: self.rate,
                ..LiveConfig::default()
            },
            sampling: SamplingConfig {
                batch: self.batch,
                seed,
            },
            data: self.data.config.clone(),
            ..RunConfig::default()
        }
    }

    /// The setting to open live.
    pub(in crate::papers) fn live(&self, which: Which) -> RunConfig {
        self.config(which, 0)
    }

    /// Trains a run of one seed.
    pub(in crate::papers) fn run(
        &self,
        context: &Context<'_>,
        which: Which,
        seed: u32,
    ) -> Result<Followed, Error> {
        let how = Follow {
            steps: self.steps,
            early: Some(self.early),
            centre: Some(&self.mean),
        };
        let setup = Context::setup(&self.data, self.config(which, seed));
        follow(context, &setup, how)
    }

    /// The rows of every seed.
    pub(in crate::papers) fn rows(
        &self,
        context: &Context<'_>,
        which: Which,
    ) -> Result<Vec<Row>, Error> {
        let one = |seed| Ok(self.run(context, which, seed)?.row);
        (0..self.seeds).map(one).collect()
    }
}

/// Mean and standard deviation (of the sample, n − 1) of a column.
pub(in crate::papers) fn mean_sd(rows: &[Row], column: impl Fn(&Row) -> f64) -> (f64, f64) {
    let n = rows.len().max(1) as f64;
    let mean = rows.iter().map(&column).sum::<f64>() / n;
    let squares: f64 = rows.iter().map(|r| (column(r) - mean).powi(2)).sum();
    (mean, (squares / (n - 1.0).max(1.0)).sqrt())
}
