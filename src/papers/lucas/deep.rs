//! The deep Gaussian VAEs that tables 1 to 5 and figures 5 to 13 are about, by data set, preprocessing and σ².

use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::config::{
    GammaMode, KlSchedule, LiveConfig, NetConfig, Preprocess, Preset, RunConfig, SamplingConfig,
};
use crate::papers::context::Ready;
use crate::papers::{Context, DataSet, Effort, Error};
use crate::train::{RunSetup, Trainer};

use super::followed::{Follow, Followed, Row, follow};

/// The initial σ² of table 1.
pub(in crate::papers) const SIGMA2: [f64; 5] = [10.0, 1.0, 0.1, 0.01, 0.001];
/// Sides of the quick versions' pictures: so few pixels that a run comes near its end within seconds.
const DIGIT: usize = 14;
const FACE: usize = 16;

/// What a table is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::papers) enum Images {
    /// Digits and a dense net.
    Mnist,
    /// Faces and a convolutional one.
    CelebA,
}

impl Images {
    pub(in crate::papers) fn set(self) -> DataSet {
        match self {
            Self::Mnist => DataSet::Mnist,
            Self::CelebA => DataSet::CelebA,
        }
    }

    /// Values of a whole picture in the paper.
    pub(in crate::papers) fn dim(self) -> f64 {
        match self {
            Self::Mnist => 784.0,
            Self::CelebA => 12_288.0,
        }
    }
}

/// Data and sizes of the runs.
pub(in crate::papers) struct Deep {
    data: Ready,
    net: NetConfig,
    /// What is smaller, in words.
    small: String,
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

/// Whole pictures, as many as are measured.
pub(in crate::papers) fn whole(
    context: &Context<'_>,
    images: Images,
    preprocess: Preprocess,
) -> Result<Ready, Error> {
    let items = match images {
        Images::Mnist => context.pick(1000, 60_000),
        Images::CelebA => context.pick(1000, 20_000),
    };
    context.load(images.set(), items, preprocess)
}

impl Deep {
    /// Loads the data.
    pub(in crate::papers) fn new(
        context: &Context<'_>,
        images: Images,
        preprocess: Preprocess,
    ) -> Result<Self, Error> {
        match images {
            Images::Mnist => Self::digits(context, preprocess),
            Images::CelebA => Self::faces(context, preprocess),
        }
    }

    fn digits(context: &Context<'_>, preprocess: Preprocess) -> Result<Self, Error> {
        let set = DataSet::Mnist;
        let items = context.pick(1000, 60_000);
        let data = match context.effort {
            Effort::Quick => context.load_scaled(set, items, preprocess, DIGIT)?,
            Effort::Full => context.load(set, items, preprocess)?,
        };
        let latents = context.pick(50, 200);
        let widths: &[usize] = context.pick(&[128], &[1024, 512]);
        // 1,000 epochs in the paper.
        let steps = context.pick(10_000, 1000 * 469);
        let small = format!(
            "{items} images of {DIGIT}×{DIGIT} pixels, hidden layers {widths:?} instead of 1024-512, κ = {latents} instead of 200"
        );
        Ok(Self {
            net: NetConfig::dense(widths, latents),
            small,
            latents,
            batch: context.pick(50, 128),
            rate: context.pick(3e-3, 1e-3),
            // Table 4 has no error bars in its quick version.
            ..Self::over(
                data,
                steps,
                context.pick(1 + u32::from(preprocess == Preprocess::Logit), 5),
            )
        })
    }

    fn faces(context: &Context<'_>, preprocess: Preprocess) -> Result<Self, Error> {
        let set = DataSet::CelebA;
        let items = context.pick(1000, 162_770);
        let latents = context.pick(64, 500);
        let (data, net) = match context.effort {
            Effort::Quick => (
                context.load_scaled(set, items, preprocess, FACE)?,
                NetConfig {
                    encoder: "conv16k4s2,conv32k4s2,128".parse()?,
                    decoder: "128,512,4x4x32,deconv16k4s2,deconvoutk4s2".parse()?,
                    latents,
                    ..NetConfig::default()
                },
            ),
            Effort::Full => (
                context.load(set, items, preprocess)?,
                Preset::BetaVaeConv.net([64, 64], latents)?,
            ),
        };
        let small = format!(
            "{} faces of {FACE}×{FACE} pixels, two convolutions of 16 and 32 channels on each side instead of four of the \
             β-VAE's, κ = {latents} instead of 500",
            data.dataset.len()
        );
        Ok(Self {
            net,
            small,
            latents,
            batch: context.pick(50, 128),
            rate: context.pick(3e-3, 1e-3),
            // 100 epochs of all faces; the paper's 1,000 are of digits.
            ..Self::over(data, context.pick(2000, 100 * 1272), context.pick(1, 5))
        })
    }

    fn over(data: Ready, steps: u64, seeds: u32) -> Self {
        let quick = steps <= 20_000;
        Self {
            data,
            net: NetConfig::default(),
            small: String::new(),
            latents: 0,
            batch: 0,
            rate: 1e-3,
            steps,
            rise: if quick { 3 * steps / 10 } else { steps / 10 },
            early: if quick {
                6 * steps / 25
            } else {
                8 * steps / 100
            },
            seeds,
        }
    }

    /// What is smaller than in the paper.
    pub(in crate::papers) fn shrunk(&self, context: &Context<'_>) -> Vec<String> {
        context.pick(
            vec![format!(
                "{}, {} steps of {} images at a rate of {} instead of 1,000 epochs at the best of four rates, seeds: {} \
                 instead of 5",
                self.small,
                crate::text::thousands(self.steps),
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
            net: self.net.clone(),
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

    fn setup(&self, which: Which, seed: u32) -> Arc<RunSetup> {
        Context::setup(&self.data, self.config(which, seed))
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
            centre: None,
        };
        follow(context, &self.setup(which, seed), how)
    }

    /// What `make` makes of a trained run of the first seed.
    pub(in crate::papers) fn then<T: Serialize + DeserializeOwned>(
        &self,
        context: &Context<'_>,
        what: &str,
        which: Which,
        make: impl FnOnce(&mut Trainer) -> Result<T, Error>,
    ) -> Result<T, Error> {
        context.train_then(what, &self.setup(which, 0), self.steps, make)
    }

    /// The data as the runs see them.
    pub(in crate::papers) fn data(&self) -> &Ready {
        &self.data
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
