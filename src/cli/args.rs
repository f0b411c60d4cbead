//! What can be typed, and the validated settings it becomes.

use std::path::PathBuf;

use clap::builder::{OsStringValueParser, TypedValueParser};
use clap::{Args, Parser, Subcommand};

use crate::config::{
    Activation, DataConfig, DataSource, DeviceChoice, LiveConfig, NetConfig, PosteriorVariance,
    Preprocess, RunConfig, SamplingConfig, Split, in_range, parse_widths, positive,
};

use super::error::Error;

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

/// Reads a data source; a path need not be UTF-8.
fn data_source() -> impl TypedValueParser<Value = DataSource> {
    OsStringValueParser::new().try_map(DataSource::from_os)
}

/// What to do.
#[derive(Debug, Subcommand)]
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
}

/// How the window opens.
#[derive(Debug, Clone, Args)]
pub struct WindowArguments {
    /// Data to open: digits, gaussian:9,5,2 or a path.
    #[arg(long, default_value = "digits", value_parser = data_source())]
    pub data: DataSource,
    /// Use the first N items in file order.
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
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
            data: DataConfig {
                source: self.data.clone(),
                limit: self.limit,
                ..DataConfig::default()
            },
            device: self.device.clone(),
            ..RunConfig::default()
        };
        config.validate()?;
        Ok(config)
    }
}

/// Which data.
#[derive(Debug, Clone, Args)]
pub struct DataArguments {
    /// digits, gaussian:9,5,2,1,0.3, an IDX file or a folder of them.
    #[arg(long, value_parser = data_source())]
    pub data: DataSource,
    /// Which split, where the data have one.
    #[arg(long, value_enum, default_value_t)]
    pub split: Split,
    /// Use the first N items in file order.
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
    /// How values become x.
    #[arg(long, value_enum, default_value_t)]
    pub preprocess: Preprocess,
}

impl DataArguments {
    /// The validated request.
    ///
    /// # Errors
    /// [`Error::Config`] for a limit of zero.
    pub fn config(&self) -> Result<DataConfig, Error> {
        if let Some(limit) = self.limit {
            in_range("limit", limit, 1, usize::MAX)?;
        }
        Ok(DataConfig {
            source: self.data.clone(),
            split: self.split,
            limit: self.limit,
            preprocess: self.preprocess,
        })
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
    #[arg(long, value_name = "K")]
    pub latent: Option<usize>,
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
}

/// Architectures `train` knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Architecture {
    /// Dense layers with a non-linearity between them.
    Mlp,
    /// No hidden layers, one global σ per latent: the theory's model.
    Linear,
}

/// Arguments of `train`.
#[derive(Debug, Clone, Args)]
pub struct TrainArguments {
    /// Which data.
    #[command(flatten)]
    pub data: DataArguments,
    /// β and γ.
    #[command(flatten)]
    pub objective: ObjectiveArguments,
    /// Kind of network.
    #[arg(long, value_enum, default_value = "mlp")]
    pub arch: Architecture,
    /// Hidden widths of the encoder, input side first [default: 256,64].
    #[arg(long, value_name = "WIDTHS")]
    pub encoder: Option<String>,
    /// Hidden widths of the decoder, latent side first [default: the encoder's, reversed].
    #[arg(long, value_name = "WIDTHS")]
    pub decoder: Option<String>,
    /// κ, the number of latents.
    #[arg(long, value_name = "K", default_value_t = 16)]
    pub latent: usize,
    /// Non-linearity of the hidden layers.
    #[arg(long, value_enum, default_value_t)]
    pub activation: Activation,
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
    /// Write the step-by-step trace, the result and the figures here.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
}

impl TrainArguments {
    /// The run they describe, validated.
    ///
    /// # Errors
    /// [`Error::Config`] or [`Error::Usage`] naming what is wrong.
    pub fn run_config(&self) -> Result<RunConfig, Error> {
        let (beta, gamma) = self.objective.values()?;
        let linear = self.arch == Architecture::Linear;
        if linear && (self.encoder.is_some() || self.decoder.is_some()) {
            return Err(Error::Usage(
                "--arch linear has no hidden layers, so --encoder and --decoder do not apply"
                    .into(),
            ));
        }
        let net = if linear {
            NetConfig::linear(self.latent)
        } else {
            let default = NetConfig::default();
            let encoder = match &self.encoder {
                Some(text) => parse_widths("encoder", text)?,
                None => default.encoder,
            };
            let decoder = match &self.decoder {
                Some(text) => parse_widths("decoder", text)?,
                None => encoder.iter().rev().copied().collect(),
            };
            NetConfig {
                encoder,
                decoder,
                latents: self.latent,
                activation: self.activation,
                variance: PosteriorVariance::PerSample,
            }
        };
        let config = RunConfig {
            data: self.data.config()?,
            net: NetConfig {
                variance: self.variance.unwrap_or(net.variance),
                ..net
            },
            live: LiveConfig {
                beta,
                gamma,
                learn_gamma: self.objective.learn_gamma,
                learning_rate: positive("learning rate", self.lr)?,
            },
            sampling: SamplingConfig {
                batch: self.batch,
                seed: self.seed,
            },
            device: self.device.clone(),
        };
        config.validate()?;
        Ok(config)
    }
}

/// Arguments of `bench`.
#[derive(Debug, Clone, Args)]
pub struct BenchArguments {
    /// auto, cpu, gpu, software, or part of an adapter's name.
    #[arg(long, default_value_t)]
    pub device: DeviceChoice,
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
