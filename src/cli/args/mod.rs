//! What can be typed, and the validated settings it becomes.

mod data;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::config::{
    Activation, ConfigError, DataConfig, DataSource, DeviceChoice, Estimator, GammaMode,
    KlSchedule, Likelihood, LiveConfig, NetConfig, Objective, PosteriorVariance, Preset, RunConfig,
    SamplingConfig, Stack, Target, TrainedPart, positive,
};

use super::error::Error;
use data::data_source;
pub use data::{DataArguments, PictureArguments, ValueArguments};

/// See, explain and predict posterior collapse in variational autoencoders.
#[derive(Debug, Parser)]
#[command(version, about, args_conflicts_with_subcommands = true)]
pub struct Arguments {
    /// What to do without a window.
    #[command(subcommand)]
    mode: Option<Mode>,
    /// How the window opens.
    #[command(flatten)]
    window: WindowArguments,
}

impl Arguments {
    /// The mode asked for; the window if none was named.
    pub fn mode(self) -> Mode {
        self.mode.unwrap_or(Mode::Window(self.window))
    }
}

/// What to do.
#[derive(Debug, Subcommand)]
#[expect(
    clippy::large_enum_variant,
    reason = "one value, made once, lives for the whole program"
)]
pub enum Mode {
    /// Open the window (the default).
    #[command(skip)]
    Window(WindowArguments),
    /// Solve the linear model for a data set in closed form.
    Theory(TheoryArguments),
    /// Train a VAE and report which latents live.
    Train(TrainArguments),
    /// Measure step times against this machine's matrix-product peak.
    Bench(BenchArguments),
    /// List where a network can train here.
    Devices(DevicesArguments),
    /// Train on the built-in digits while β rises, and write the figures: the window without a window.
    Demo(DemoArguments),
    /// Train every combination of a file's lists of values, one line of JSON per run.
    Sweep(SweepArguments),
    /// Make the papers' figures and tables, and judge their claims.
    Paper(PaperArguments),
    /// Read a loss from Python code, and translate its weight into β.
    Translate(TranslateArguments),
}

/// How the window opens.
#[derive(Debug, Clone, Args)]
pub struct WindowArguments {
    /// Data to open: digits, faces, gaussian:9,5,2 or a path.
    #[arg(long, default_value = "digits", value_parser = data_source())]
    pub data: DataSource,
    /// Use the first N items in file order.
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
    /// How pictures become items.
    #[command(flatten)]
    pub pictures: PictureArguments,
    /// What stored values mean.
    #[command(flatten)]
    pub values: ValueArguments,
    /// auto, cpu, gpu, software, or part of an adapter's name.
    #[arg(long, default_value_t)]
    pub device: DeviceChoice,
    /// Folder that figures are saved in.
    #[arg(long, value_name = "DIR", default_value = "figures")]
    pub figures: PathBuf,
}

impl WindowArguments {
    /// The run the window opens with.
    ///
    /// # Errors
    /// [`Error::Config`] for a limit of zero.
    pub fn run_config(&self) -> Result<RunConfig, Error> {
        let config = RunConfig {
            data: self.pictures.asked(self.values.asked(DataConfig {
                source: self.data.clone(),
                limit: self.limit,
                ..DataConfig::default()
            })),
            device: self.device.clone(),
            ..RunConfig::default()
        };
        config.validate()?;
        Ok(config)
    }
}

/// β and γ.
#[derive(Debug, Clone, Args)]
pub struct ObjectiveArguments {
    /// Weight of the KL term.
    #[arg(long, default_value_t = 1.0, allow_negative_numbers = true)]
    pub beta: f64,
    /// Decoder variance γ, the square of the decoder's standard deviation.
    #[arg(long, conflicts_with = "eta_dec", allow_negative_numbers = true)]
    pub gamma: Option<f64>,
    /// Decoder standard deviation √γ.
    #[arg(long, value_name = "E", allow_negative_numbers = true)]
    pub eta_dec: Option<f64>,
    /// Learn γ with the weights.
    #[arg(long)]
    pub learn_gamma: bool,
}

impl ObjectiveArguments {
    /// β and γ, checked.
    ///
    /// # Errors
    /// [`Error::Config`] for values that are not positive and finite.
    pub fn values(&self) -> Result<(f64, f64), Error> {
        let beta = positive("β", self.beta)?;
        let gamma = match (self.gamma, self.eta_dec) {
            (Some(gamma), _) => positive("γ", gamma)?,
            (None, Some(eta)) => positive("γ", positive("η_dec", eta)?.powi(2))?,
            (None, None) => 1.0,
        };
        Ok((beta, gamma))
    }
}

/// Arguments of `theory`.
#[derive(Debug, Clone, Args)]
pub struct TheoryArguments {
    /// Which data.
    #[command(flatten)]
    pub data: DataArguments,
    /// β and γ.
    #[command(flatten)]
    pub objective: ObjectiveArguments,
    /// κ, the number of latents; 16 or the data's dimension, whichever is less.
    #[arg(long, visible_alias = "latents", value_name = "K")]
    pub latent: Option<usize>,
    /// Prior standard deviation.
    #[arg(
        long,
        value_name = "E",
        default_value_t = 1.0,
        allow_negative_numbers = true
    )]
    pub eta_enc: f64,
    /// What the decoder gives: input, labels, or map:K for y = Mx with K rows (the map of seed 0).
    #[arg(long, default_value_t)]
    pub target: Target,
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
}

/// What `--arch` names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Architecture {
    /// The layers of `--encoder` and `--decoder`.
    Layers,
    /// A paper's network.
    Preset(Preset),
}

impl std::str::FromStr for Architecture {
    type Err = ConfigError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "mlp" | "layers" => Ok(Self::Layers),
            name => name.parse().map(Self::Preset),
        }
    }
}

/// Arguments of `train`.
#[derive(Debug, Clone, Args)]
pub struct TrainArguments {
    /// Which data.
    #[command(flatten)]
    pub data: DataArguments,
    /// β and γ.
    #[command(flatten)]
    pub objective_values: ObjectiveArguments,
    /// mlp (the layers below), or a paper's network: linear, lucas, wang, asperti, asperti-2, asperti-conv,
    /// dai-DEPTH, dai-conv-CONVS, dai-res-BLOCKSxCONVS, beta-vae-conv.
    #[arg(long, default_value = "mlp", value_name = "NAME")]
    pub arch: Architecture,
    /// Hidden layers of the encoder, input side first: widths (1024,512), or conv32k4s2, pool, res(2*conv64),
    /// ... with :bn or an activation after a layer [default: 256,64].
    #[arg(long, value_name = "LAYERS")]
    pub encoder: Option<String>,
    /// Hidden layers of the decoder, latent side first: widths, or 4x4x64, deconv32k4s2, ...; the last may be
    /// convout or deconvout [default: the encoder's widths, reversed].
    #[arg(long, value_name = "LAYERS")]
    pub decoder: Option<String>,
    /// κ, the number of latents [default: 16, or the paper's].
    #[arg(long, visible_alias = "latents", value_name = "K")]
    pub latent: Option<usize>,
    /// Non-linearity of the hidden layers that name no other.
    #[arg(long, value_enum)]
    pub activation: Option<Activation>,
    /// The decoder's distribution.
    #[arg(long, value_enum, default_value_t)]
    pub likelihood: Likelihood,
    /// sampled, analytic (a decoder without hidden layers), or iw:K for the importance-weighted bound.
    #[arg(long, default_value_t)]
    pub estimator: Estimator,
    /// What the decoder gives: input, labels, or map:K for y = Mx with K rows.
    #[arg(long, default_value_t)]
    pub target: Target,
    /// Factor on β over the steps: constant, warmup:STEPS or cyclical:PERIOD.
    #[arg(long, value_name = "SCHEDULE", default_value_t)]
    pub kl_schedule: KlSchedule,
    /// Free bits: the KL of a latent counts as at least this many nats.
    #[arg(
        long,
        value_name = "NATS",
        default_value_t = 0.0,
        allow_negative_numbers = true
    )]
    pub free_bits: f64,
    /// Set γ to its optimum after every step.
    #[arg(long, conflicts_with = "learn_gamma")]
    pub optimal_gamma: bool,
    /// Prior standard deviation.
    #[arg(
        long,
        value_name = "E",
        default_value_t = 1.0,
        allow_negative_numbers = true
    )]
    pub eta_enc: f64,
    /// α of the soft threshold.
    #[arg(long, default_value_t = 0.1, allow_negative_numbers = true)]
    pub alpha: f64,
    /// The VAE, or its deterministic twin: σ = 0 and no KL.
    #[arg(long, value_enum, default_value_t)]
    pub objective: Objective,
    /// Which part of the network learns.
    #[arg(long, value_enum, default_value_t)]
    pub trained: TrainedPart,
    /// Posterior variance per sample or one per latent [default: per-sample; global for linear].
    #[arg(long, value_enum)]
    pub variance: Option<PosteriorVariance>,
    /// Optimisation steps.
    #[arg(long, value_name = "N", conflicts_with = "epochs")]
    pub steps: Option<u64>,
    /// Passes over the data [default: 10].
    #[arg(long, value_name = "N")]
    pub epochs: Option<u64>,
    /// Samples per step.
    #[arg(long, default_value_t = 128)]
    pub batch: usize,
    /// Adam's step size.
    #[arg(
        long,
        value_name = "RATE",
        default_value_t = 1e-3,
        allow_negative_numbers = true
    )]
    pub lr: f64,
    /// The one seed of weights, order and noise.
    #[arg(long, default_value_t = 0)]
    pub seed: u32,
    /// auto, cpu, gpu, software, or part of an adapter's name.
    #[arg(long, default_value_t)]
    pub device: DeviceChoice,
    /// Divide the GPU's products by one fixed table, so that devices which compute alike agree bit by bit.
    #[arg(long)]
    pub reproducible: bool,
    /// Also estimate log p(x) by the importance-weighted bound with this many samples.
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u32).range(1..=65_536))]
    pub bound_samples: Option<u32>,
    /// Write the step-by-step trace, the result and the figures here.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
}

impl TrainArguments {
    /// The run they describe, validated, for images of this height and width; before the data are there
    /// (`None`) for such images as the network was made for.
    ///
    /// # Errors
    /// [`Error::Config`] or [`Error::Usage`] naming what is wrong.
    pub fn run_config(&self, image: Option<[usize; 2]>) -> Result<RunConfig, Error> {
        let (beta, gamma) = self.objective_values.values()?;
        let gamma_mode = match (self.objective_values.learn_gamma, self.optimal_gamma) {
            (true, _) => GammaMode::Learned,
            (_, true) => GammaMode::Optimal,
            _ => GammaMode::Fixed,
        };
        let config = RunConfig {
            data: self.data.config()?,
            net: self.net(image)?,
            live: LiveConfig {
                beta,
                schedule: self.kl_schedule,
                free_bits: self.free_bits,
                gamma,
                gamma_mode,
                eta_enc: self.eta_enc,
                alpha: self.alpha,
                objective: self.objective,
                trained: self.trained,
                learning_rate: positive("learning rate", self.lr)?,
            },
            sampling: SamplingConfig {
                batch: self.batch,
                seed: self.seed,
            },
            device: self.device.clone(),
            reproducible: self.reproducible,
        };
        config.validate()?;
        Ok(config)
    }

    fn net(&self, image: Option<[usize; 2]>) -> Result<NetConfig, Error> {
        let net = match self.arch {
            Architecture::Preset(preset) => {
                if self.encoder.is_some() || self.decoder.is_some() {
                    return Err(Error::Usage(format!(
                        "--arch {preset} names its own layers, so --encoder and --decoder do not apply"
                    )));
                }
                let image = image.unwrap_or([preset.side(); 2]);
                preset.net(image, self.latent.unwrap_or(preset.latents()))?
            }
            Architecture::Layers => {
                let default = NetConfig::default();
                let encoder: Stack = match &self.encoder {
                    Some(text) => Stack::parse("encoder", text)?,
                    None => default.encoder,
                };
                let decoder = match (&self.decoder, encoder.widths()) {
                    (Some(text), _) => Stack::parse("decoder", text)?,
                    (None, Some(widths)) => widths.into_iter().rev().collect::<Vec<_>>().into(),
                    (None, None) => {
                        return Err(Error::Usage(
                            "an encoder that is not all dense needs a --decoder of its own".into(),
                        ));
                    }
                };
                NetConfig {
                    encoder,
                    decoder,
                    latents: self.latent.unwrap_or(default.latents),
                    ..NetConfig::default()
                }
            }
        };
        Ok(NetConfig {
            activation: self.activation.unwrap_or(net.activation),
            variance: self.variance.unwrap_or(net.variance),
            likelihood: self.likelihood,
            estimator: self.estimator,
            target: self.target,
            ..net
        })
    }
}

/// Arguments of `bench`.
#[derive(Debug, Clone, Args)]
pub struct BenchArguments {
    /// auto, cpu, gpu, software, or part of an adapter's name.
    #[arg(long, default_value_t)]
    pub device: DeviceChoice,
    /// Only networks with this text in their name.
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub net: String,
    /// Samples per step; the papers and the published timings use 128.
    #[arg(long, value_name = "B", default_value_t = 128)]
    pub batch: usize,
    /// Seconds spent on each network.
    #[arg(long, default_value_t = 2.0)]
    pub seconds: f64,
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `devices`.
#[derive(Debug, Clone, Args)]
pub struct DevicesArguments {
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `demo`.
#[derive(Debug, Clone, Args)]
pub struct DemoArguments {
    /// Folder for the figures.
    #[arg(long, value_name = "DIR", default_value = "out")]
    pub out: PathBuf,
}

/// Arguments of `sweep`.
#[derive(Debug, Clone, Args)]
pub struct SweepArguments {
    /// JSON: "base" (settings as a figure's provenance has them, any left out), "steps", and lists for any of
    /// "beta", "gamma", "depth" (with "width"), "latents", "seed"; their product is trained.
    #[arg(long, value_name = "FILE")]
    pub config: PathBuf,
    /// Only every n-th run, from the i-th, with i from 0: 0/4, 1/4, 2/4 and 3/4 are all of them.
    #[arg(long, value_name = "I/N")]
    pub shard: Option<Shard>,
    /// Folder for runs.jsonl (runs-I-of-N.jsonl with --shard); runs it already holds are not made again.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
}

/// Arguments of `paper`.
#[derive(Debug, Clone, Args)]
pub struct PaperArguments {
    /// What to do.
    #[command(subcommand)]
    pub mode: PaperMode,
}

/// What to do with the papers.
#[derive(Debug, Clone, Subcommand)]
pub enum PaperMode {
    /// Name every figure and table that can be made.
    List(PaperList),
    /// Make one, or all.
    Run(PaperRun),
}

/// Arguments of `paper list`.
#[derive(Debug, Clone, Args)]
pub struct PaperList {
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `paper run`.
#[derive(Debug, Clone, Args)]
pub struct PaperRun {
    /// Its name, as 'paper list' has it, or 'all'.
    pub id: String,
    /// Smaller than in the paper where that saves hours, and still its claim (the default).
    #[arg(long, conflicts_with = "full")]
    pub quick: bool,
    /// The paper's own settings.
    #[arg(long)]
    pub full: bool,
    /// The folder that holds the data sets' folders: mnist, fashion-mnist, cifar-10-batches-bin, celeba.
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Folder for figures, JSON and the report; trained runs are kept there too.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `translate`.
///
/// Sizes that β depends on are taken from here, else from the code where it gives them numbers (`latent_dim = 20`);
/// where neither says them there is no β, and `unread` names the option.
#[derive(Debug, Clone, Args)]
#[command(
    after_help = "Prints β of (1/2γ)·E|x − D(z)|² + β·KL for the loss in the code, or of a cross-entropy + β·KL.\n\
                  Without --dim, --latent or --batch the code's own numbers are used (latent_dim = 20); where β depends on a size\n\
                  that neither gives, β is null and 'unread' names the option. With anything else unread β is null as well."
)]
pub struct TranslateArguments {
    /// A file of Python (.py, .ipynb, or text with code in it); - for standard input.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// d, the numbers of one sample in that code.
    #[arg(long, value_name = "D")]
    pub dim: Option<usize>,
    /// κ in that code.
    #[arg(long, value_name = "K")]
    pub latent: Option<usize>,
    /// Samples of a batch in that code.
    #[arg(long, value_name = "B")]
    pub batch: Option<usize>,
    /// γ, the decoder variance that β goes with here [default: 1].
    #[arg(long, value_name = "G", allow_negative_numbers = true)]
    pub gamma: Option<f64>,
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
}

/// Part `index` of `count`, from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    /// Which, from 0.
    pub index: usize,
    /// Of how many.
    pub count: usize,
}

impl Default for Shard {
    fn default() -> Self {
        Self { index: 0, count: 1 }
    }
}

impl Shard {
    /// Whether run `number` belongs to it.
    pub fn takes(self, number: usize) -> bool {
        number % self.count == self.index
    }
}

impl std::str::FromStr for Shard {
    type Err = ConfigError;

    /// Reads `i/n` with i below n.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts = text.split_once('/');
        parts
            .and_then(|(i, n)| Some((i.trim().parse().ok()?, n.trim().parse().ok()?)))
            .filter(|(index, count): &(usize, usize)| index < count)
            .map(|(index, count)| Self { index, count })
            .ok_or_else(|| ConfigError::Unreadable {
                name: "shard",
                reason: format!("'{text}' is not i/n with i from 0 to n − 1"),
            })
    }
}
