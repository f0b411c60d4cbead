//! What figures 2, 3 and 7 and table 1 share: one training of the dense net 784-256-64-32-16 on MNIST.

use serde::{Deserialize, Serialize};

use crate::config::{
    GammaMode, LiveConfig, NetConfig, Preprocess, Preset, RunConfig, SamplingConfig,
};
use crate::papers::context::Ready;
use crate::papers::{Context, DataSet, Error};
use crate::train::{
    Evaluation, GalleryPictures, GalleryRequest, LatentStatistics, Trainer, evaluate,
};

/// κ.
pub(super) const LATENTS: usize = 16;
/// The paper's batch.
const BATCH: usize = 128;
/// Items of an evaluation on the way.
const WATCHED: usize = 2048;
/// Evaluations on the way.
const MOMENTS: u64 = 60;
/// Pictures of figure 3.
const PICTURES: usize = 10;
/// E σ² that parts the inactive latents of table 1 from the active: its own are above 0.96 or below 0.058.
const PARTS: f64 = 0.5;

/// A latent as table 1 prints it.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(super) struct Row {
    pub kl: f64,
    pub sigma2: f64,
    pub var_mu: f64,
}

impl Row {
    pub(super) fn inactive(self) -> bool {
        self.sigma2 > PARTS
    }

    /// Var μ + E σ².
    pub(super) fn sum(self) -> f64 {
        self.var_mu + self.sigma2
    }
}

impl From<&LatentStatistics> for Row {
    fn from(s: &LatentStatistics) -> Self {
        Self {
            kl: s.kl,
            sigma2: s.mean_sigma2,
            var_mu: s.var_mu,
        }
    }
}

/// Prior samples with and without some latents.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Zeroed {
    pub samples: Vec<Vec<u8>>,
    pub without: Vec<Vec<u8>>,
    pub difference: Vec<Vec<f32>>,
}

/// What the training came to.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Dense {
    /// Step, and every latent at it.
    pub moments: Vec<(u64, Vec<Row>)>,
    /// Every latent at the end.
    pub end: Vec<Row>,
    /// Figure 3, the inactive latents zeroed.
    pub inactive: Zeroed,
    /// The same with the active ones zeroed.
    pub active: Zeroed,
    pub step: u64,
}

impl Dense {
    /// The indices of the latents that are inactive at the end, or of the others.
    pub(super) fn which(&self, inactive: bool) -> Vec<usize> {
        let rows = self.end.iter().enumerate();
        rows.filter(|(_, r)| r.inactive() == inactive)
            .map(|(j, _)| j)
            .collect()
    }
}

/// The data of the dense experiments: all of MNIST, whatever the effort, since a step costs the same.
pub(super) fn mnist(context: &Context<'_>) -> Result<Ready, Error> {
    context.load(DataSet::Mnist, 60_000, Preprocess::None)
}

/// Steps of the dense training: 50 epochs in full, which the paper leaves open.
pub(super) fn steps(context: &Context<'_>) -> u64 {
    context.pick(9000, 23_450)
}

/// γ of the loss as the paper writes it: "the logarithm of P(X|z) is just the quadratic distance", ‖x − x̂‖² + KL.
pub(super) const QUADRATIC: f64 = 0.5;

/// A run of a preset; γ is learned, since the paper says only that the data term is a squared distance.
pub(super) fn config(preset: Preset) -> Result<RunConfig, Error> {
    Ok(RunConfig {
        net: preset.net([28, 28], preset.latents())?,
        live: live(),
        sampling: SamplingConfig {
            batch: BATCH,
            seed: 0,
        },
        ..RunConfig::default()
    })
}

/// γ learned from where an untrained net of MNIST stands.
pub(super) fn live() -> LiveConfig {
    LiveConfig {
        gamma: 0.1,
        gamma_mode: GammaMode::Learned,
        ..LiveConfig::default()
    }
}

/// The same for another net.
pub(super) fn with_net(net: NetConfig, live: LiveConfig) -> RunConfig {
    RunConfig {
        net,
        live,
        sampling: SamplingConfig {
            batch: BATCH,
            seed: 0,
        },
        ..RunConfig::default()
    }
}

/// The dense training, watched on its way.
pub(super) fn dense(context: &Context<'_>) -> Result<Dense, Error> {
    let data = mnist(context)?;
    let setup = Context::setup(&data, config(Preset::Asperti)?);
    let steps = steps(context);
    // The steps are made below, so they belong to the key.
    let what = format!("asperti-dense-1 {steps}");
    context.train_then(&what, &setup, 0, |trainer| {
        let every = (steps / MOMENTS).max(1);
        let mut moments = vec![(0, rows(&look(context, trainer, WATCHED)?))];
        while trainer.step() < steps {
            context.advance(trainer, steps.min(trainer.step() + every), steps)?;
            let now = rows(&look(context, trainer, WATCHED)?);
            moments.push((trainer.step(), now));
        }
        let mut dense = Dense {
            moments,
            end: rows(&look(context, trainer, 60_000)?),
            inactive: Zeroed::default(),
            active: Zeroed::default(),
            step: trainer.step(),
        };
        dense.inactive = zeroed(trainer, dense.which(true))?;
        dense.active = zeroed(trainer, dense.which(false))?;
        Ok(dense)
    })
}

/// An evaluation of the first `items` items.
pub(super) fn look(
    context: &Context<'_>,
    trainer: &mut Trainer,
    items: usize,
) -> Result<Evaluation, Error> {
    let seed = trainer.setup().config.sampling.seed;
    let live = *trainer.live();
    let go_on = || context.watcher.go_on();
    let found = evaluate(trainer.backend(), seed, &live, items, &go_on)?;
    context.go_on()?;
    Ok(found)
}

pub(super) fn rows(found: &Evaluation) -> Vec<Row> {
    found.latents.iter().map(Row::from).collect()
}

fn zeroed(trainer: &mut Trainer, latents: Vec<usize>) -> Result<Zeroed, Error> {
    let request = GalleryRequest::Zeroed {
        latents,
        count: PICTURES,
    };
    Ok(match trainer.gallery(&request)?.map(|g| g.pictures) {
        Some(GalleryPictures::Zeroed {
            samples,
            without,
            difference,
        }) => Zeroed {
            samples,
            without,
            difference,
        },
        _ => Zeroed::default(),
    })
}

/// What is smaller than in the paper.
pub(super) fn shrunk(context: &Context<'_>) -> Vec<String> {
    let steps = steps(context);
    context.pick(
        vec![format!(
            "{steps} steps of 128 ({:.1} epochs); the paper does not say how many it took",
            steps as f64 / 469.0
        )],
        Vec::new(),
    )
}
