//! What the convolutional figures share: nets of growing depth over scales, with and without residual blocks.

use crate::config::{NetConfig, Preprocess, Preset, RunConfig, SamplingConfig};
use crate::papers::context::Ready;
use crate::papers::{Context, DataSet, Effort, Error};

use super::deep_nets::{Deep, LATENTS, Model};

/// Side of the pictures and channels by scale in the quick version.
const SIDE: usize = 16;
const CHANNELS: [usize; 2] = [8, 16];
/// The quick version's pictures.
const ITEMS: usize = 1000;

/// Layers at each scale.
#[derive(Debug, Clone, Copy)]
pub(super) enum Depth {
    /// So many convolutions.
    Plain(usize),
    /// So many residual blocks of so many convolutions.
    Residual(usize, usize),
}

impl Depth {
    fn block(self, channels: usize) -> String {
        match self {
            Self::Plain(convs) => format!("{convs}*conv{channels}k3"),
            Self::Residual(blocks, convs) => format!("{blocks}*res({convs}*conv{channels}k3)"),
        }
    }

    /// The paper's net, or a smaller one of the same depth.
    fn net(self, context: &Context<'_>, data: &Ready) -> Result<NetConfig, Error> {
        if context.effort == Effort::Full {
            let preset = match self {
                Self::Plain(convs) => Preset::DaiConv(convs),
                Self::Residual(blocks, convs) => Preset::DaiResidual(blocks, convs),
            };
            let shape = data.dataset.shape;
            return Ok(preset.net([shape.height, shape.width], LATENTS)?);
        }
        let [a, b] = CHANNELS;
        let (outer, inner) = (self.block(a), self.block(b));
        let side = SIDE >> CHANNELS.len();
        let size = side * side * b;
        Ok(NetConfig {
            encoder: format!("{outer},pool,{inner},pool").parse()?,
            decoder: format!(
                "{size},{side}x{side}x{b},deconv{b}k4s2,{inner},deconv{a}k4s2,{outer},convoutk3"
            )
            .parse()?,
            latents: LATENTS,
            ..NetConfig::default()
        })
    }
}

/// The first pictures of a data set.
pub(super) fn pictures(context: &Context<'_>, set: DataSet) -> Result<Ready, Error> {
    match context.effort {
        Effort::Quick => context.load_scaled(set, ITEMS, Preprocess::None, SIDE),
        Effort::Full => context.load(set, 40_000, Preprocess::None),
    }
}

/// The steps of a training: 60 epochs of 40,000 pictures in the full version.
pub(super) fn steps(context: &Context<'_>) -> u64 {
    context.pick(1000, 37_500)
}

/// The settings of a net of this depth.
pub(super) fn config(
    context: &Context<'_>,
    data: &Ready,
    model: Model,
    depth: Depth,
) -> Result<RunConfig, Error> {
    Ok(RunConfig {
        net: model.net(depth.net(context, data)?),
        live: model.live(steps(context)),
        sampling: SamplingConfig {
            batch: context.pick(32, 64),
            seed: 0,
        },
        data: data.config.clone(),
        ..RunConfig::default()
    })
}

/// Trains it.
pub(super) fn train(
    context: &Context<'_>,
    data: &Ready,
    model: Model,
    depth: Depth,
) -> Result<Deep, Error> {
    let setup = Context::setup(data, config(context, data, model, depth)?);
    context.train_then("dai-depth-1", &setup, steps(context), Deep::of)
}

/// What is smaller than in the paper.
pub(super) fn shrunk(context: &Context<'_>) -> Vec<String> {
    context.pick(
        vec![
            format!(
                "the first {ITEMS} pictures scaled to {SIDE}×{SIDE}, two scales of {CHANNELS:?} channels, {} steps of 32",
                crate::text::thousands(steps(context))
            ),
            "one seed".into(),
        ],
        vec!["one seed; the paper leaves channels, κ and the length of training to its supplement".into()],
    )
}
