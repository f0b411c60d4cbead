//! What figures 1 and 2 share: dense nets of growing depth on Fashion-MNIST, and what is kept of each.

use serde::{Deserialize, Serialize};

use crate::config::{
    GammaMode, KlSchedule, LiveConfig, NetConfig, Objective, PosteriorVariance, Preprocess,
    RunConfig, SamplingConfig,
};
use crate::metrics::Usage;
use crate::papers::context::Ready;
use crate::papers::{Context, DataSet, Error};
use crate::train::{Trainer, evaluate};

/// κ; the paper leaves it to its supplement.
pub(super) const LATENTS: usize = 64;
/// κ of the quick dense nets: behind a narrow bottleneck capacity shows within few steps, where 64 latents are first of
/// all a linear problem.
const NARROW: usize = 8;
/// Samples whose σ are kept for a histogram.
const KEPT: usize = 128;
/// Items of the final evaluation.
const EVALUATED: usize = 10_000;

/// A curve of figure 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Model {
    Autoencoder,
    Vae,
    /// KL warm-start over the first half of the training.
    Annealed,
}

impl Model {
    pub(super) const ALL: [Self; 3] = [Self::Autoencoder, Self::Vae, Self::Annealed];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Autoencoder => "AE",
            Self::Vae => "VAE",
            Self::Annealed => "annealed VAE",
        }
    }

    /// The net, without a head for σ where there is none: nothing would hold such a head, and a deep net drifts so far
    /// that its exp overflows.
    pub(super) fn net(self, net: NetConfig) -> NetConfig {
        match self {
            Self::Autoencoder => NetConfig {
                variance: PosteriorVariance::Global,
                ..net
            },
            Self::Vae | Self::Annealed => net,
        }
    }

    pub(super) fn live(self, steps: u64) -> LiveConfig {
        let vae = LiveConfig {
            gamma_mode: GammaMode::Learned,
            ..LiveConfig::default()
        };
        match self {
            Self::Autoencoder => LiveConfig {
                objective: Objective::Autoencoder,
                ..LiveConfig::default()
            },
            Self::Vae => vae,
            Self::Annealed => LiveConfig {
                schedule: KlSchedule::WarmUp {
                    steps: u32::try_from(steps / 2).unwrap_or(u32::MAX),
                },
                ..vae
            },
        }
    }
}

/// What is kept of a trained net.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Deep {
    /// E‖x − x̂‖²/d.
    pub mse: f64,
    /// E KL in nats.
    pub kl: f64,
    pub active: usize,
    /// σ of every latent of the first samples; empty for an autoencoder.
    pub sigmas: Vec<f32>,
}

impl Deep {
    pub(super) fn of(trainer: &mut Trainer) -> Result<Self, Error> {
        let seed = trainer.setup().config.sampling.seed;
        let live = *trainer.live();
        let found = evaluate(trainer.backend(), seed, &live, EVALUATED, &|| true)?;
        let vae = live.objective == Objective::Vae;
        let sigmas = found.posterior.head(KEPT);
        Ok(Self {
            mse: found.sse / found.dim as f64,
            kl: found.kl,
            active: Usage::new(&found).active,
            sigmas: if vae {
                sigmas.sigmas().map(|s| s as f32).collect()
            } else {
                Vec::new()
            },
        })
    }

    /// Share of the σ closer to the prior's than to 0.
    pub(super) fn towards_prior(&self) -> f64 {
        self.share(|s| s > 0.5)
    }

    /// Share of the σ within 5 % of the prior's.
    pub(super) fn near_prior(&self) -> f64 {
        self.share(|s| (s - 1.0).abs() <= 0.05)
    }

    fn share(&self, of: impl Fn(f32) -> bool) -> f64 {
        let count = self.sigmas.iter().filter(|s| of(**s)).count();
        count as f64 / self.sigmas.len().max(1) as f64
    }
}

/// The depths of figure 1.
pub(super) fn depths(context: &Context<'_>) -> &'static [usize] {
    context.pick(&[1, 2, 6, 10], &[1, 2, 4, 6, 8, 10])
}

/// Steps of a training.
fn steps(context: &Context<'_>) -> u64 {
    context.pick(2500, 46_900)
}

/// The data of figure 1.
pub(super) fn fashion(context: &Context<'_>) -> Result<Ready, Error> {
    let items = context.pick(10_000, 60_000);
    context.load(DataSet::FashionMnist, items, Preprocess::None)
}

/// The settings of a net of this depth.
pub(super) fn config(context: &Context<'_>, model: Model, depth: usize) -> RunConfig {
    let width = context.pick(128, 512);
    RunConfig {
        net: model.net(NetConfig::dense(
            &vec![width; depth],
            context.pick(NARROW, LATENTS),
        )),
        live: model.live(steps(context)),
        sampling: SamplingConfig::default(),
        ..RunConfig::default()
    }
}

/// Trains a net of this depth.
pub(super) fn train(
    context: &Context<'_>,
    data: &Ready,
    model: Model,
    depth: usize,
) -> Result<Deep, Error> {
    let setup = Context::setup(data, config(context, model, depth));
    context.train_then("dai-depth-1", &setup, steps(context), Deep::of)
}

/// What is smaller than in the paper.
pub(super) fn shrunk(context: &Context<'_>) -> Vec<String> {
    context.pick(
        vec![
            format!(
                "the first 10,000 images, layers of 128 for 512, κ = {NARROW}, {} steps, depths {:?}",
                steps(context),
                depths(context)
            ),
            "one seed".into(),
        ],
        vec!["one seed".into()],
    )
}
