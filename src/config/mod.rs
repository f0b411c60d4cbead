//! What a run is, as plain validated data.
//!
//! The window, the command line, a sweep's file and the papers' experiments all build the same [`RunConfig`];
//! nothing below this layer ever sees a raw string or an unchecked number.

mod image;
mod layer;
mod layer_text;
mod live;
mod net;
mod preset;
mod scale;
mod split;

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

pub use image::{Colour, Crop, ImageOptions, MAX_SIDE};
pub use layer::{Activation, Layer, LayerKind, Stack, Window};
pub use live::{GammaMode, KlSchedule, LiveConfig, Objective, TrainedPart};
pub use net::{Estimator, Likelihood, NetConfig, PosteriorVariance, Target};
pub use preset::Preset;
pub use scale::{Constant, Missing, Scale};
pub use split::Split;

/// A number that must be positive and finite is not.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("{name} must be a positive, finite number, not {value}")]
pub struct NotPositive {
    /// The quantity, as the user knows it.
    pub name: &'static str,
    /// What was given.
    pub value: f64,
}

/// Why a setting was refused. Every message is one sentence that names the setting.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ConfigError {
    /// A number that must be positive and finite is not.
    #[error(transparent)]
    NotPositive(#[from] NotPositive),
    /// A number that must not be negative is, or is not finite.
    #[error("{name} must be zero or more and finite, not {value}")]
    Negative {
        /// The setting, as the user knows it.
        name: &'static str,
        /// What was given.
        value: f64,
    },
    /// A count that must be at least one is zero, or beyond what the program supports.
    #[error("{name} must be {}, not {value}", range_text(*.min, *.max))]
    OutOfRange {
        /// The setting, as the user knows it.
        name: &'static str,
        /// Least allowed value.
        min: usize,
        /// Largest allowed value.
        max: usize,
        /// What was given.
        value: usize,
    },
    /// A text that does not parse.
    #[error("{name}: {reason}")]
    Unreadable {
        /// The setting, as the user knows it.
        name: &'static str,
        /// What is wrong with the text.
        reason: String,
    },
}

/// `at least 1`, or `between 1 and 64`.
fn range_text(min: usize, max: usize) -> String {
    if max == usize::MAX {
        format!("at least {min}")
    } else {
        format!("between {min} and {max}")
    }
}

/// Returns `value` if it is positive and finite.
///
/// # Errors
/// [`NotPositive`] for zero, negative, infinite and NaN values.
pub fn positive(name: &'static str, value: f64) -> Result<f64, NotPositive> {
    if value.is_finite() && value > 0.0 {
        Ok(value)
    } else {
        Err(NotPositive { name, value })
    }
}

/// Returns `value` if it lies in `min..=max`.
///
/// # Errors
/// [`ConfigError::OutOfRange`] otherwise.
pub fn in_range(
    name: &'static str,
    value: usize,
    min: usize,
    max: usize,
) -> Result<usize, ConfigError> {
    if (min..=max).contains(&value) {
        Ok(value)
    } else {
        Err(ConfigError::OutOfRange {
            name,
            min,
            max,
            value,
        })
    }
}

/// Where the data come from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DataSource {
    /// The built-in handwritten-looking digits.
    Digits,
    /// The built-in drawn faces, 64 × 64 in colour.
    Faces,
    /// Gaussian data whose sample covariance has exactly these eigenvalues.
    Gaussian(Vec<f64>),
    /// A file or folder on disk.
    Path(PathBuf),
}

impl FromStr for DataSource {
    type Err = ConfigError;

    /// Reads `digits`, `faces`, `gaussian:9,5,2` or a path.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        if text.is_empty() {
            return Err(ConfigError::Unreadable {
                name: "data",
                reason: "no data set was named; use digits, faces, gaussian:9,5,2 or a path".into(),
            });
        }
        if text == "digits" {
            return Ok(Self::Digits);
        }
        if text == "faces" {
            return Ok(Self::Faces);
        }
        let Some(list) = text.strip_prefix("gaussian:") else {
            return Ok(Self::Path(PathBuf::from(text)));
        };
        let mut spectrum = Vec::new();
        for item in list.split(',') {
            let value: f64 = item.trim().parse().map_err(|_| ConfigError::Unreadable {
                name: "gaussian spectrum",
                reason: format!("'{}' is not a number", item.trim()),
            })?;
            if !value.is_finite() || value < 0.0 {
                return Err(ConfigError::Unreadable {
                    name: "gaussian spectrum",
                    reason: format!("an eigenvalue must be zero or more and finite, not {value}"),
                });
            }
            spectrum.push(value);
        }
        in_range("gaussian spectrum's length", spectrum.len(), 1, 4096)?;
        if spectrum.iter().all(|&v| v == 0.0) {
            return Err(ConfigError::Unreadable {
                name: "gaussian spectrum",
                reason: "at least one eigenvalue must be above zero".into(),
            });
        }
        Ok(Self::Gaussian(spectrum))
    }
}

impl DataSource {
    /// As [`FromStr`], for a command line's argument: one that is not UTF-8 can only be a path.
    ///
    /// # Errors
    /// [`ConfigError::Unreadable`] as `from_str`.
    pub fn from_os(text: std::ffi::OsString) -> Result<Self, ConfigError> {
        match text.into_string() {
            Ok(text) => text.parse(),
            Err(raw) => Ok(Self::Path(PathBuf::from(raw))),
        }
    }
}

impl fmt::Display for DataSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Digits => write!(f, "digits"),
            Self::Faces => write!(f, "faces"),
            Self::Gaussian(spectrum) => {
                let list: Vec<String> = spectrum.iter().map(f64::to_string).collect();
                write!(f, "gaussian:{}", list.join(","))
            }
            Self::Path(path) => write!(f, "{}", path.display()),
        }
    }
}

/// How stored values become the model's x.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum Preprocess {
    /// The scaled values: v/255 for grey levels of a byte, real values as they are.
    #[default]
    None,
    /// The scaled values less the mean item.
    Center,
    /// (v + u)/256 for the 256 grey levels of a byte, with u uniform in [0, 1), fresh at every visit.
    Dequantize,
    /// logit(λ + (1−2λ)(v + u)/256): unless asked otherwise λ = 1e-6 for grey, 0.05 for colour images.
    Logit,
    /// As centred, then divided by the standard deviation of each dimension. A pixel's deviation counts as at least
    /// 1 % of the root mean square of all, so that a pixel which hardly ever changes is not blown up; the columns of a
    /// table are separate quantities, and each one that changes at all is divided by its own deviation.
    Standardize,
}

/// Least λ of the logit: with less, the brightest values are 1 in 32 bits, whose logit is infinite.
pub const LEAST_LAMBDA: f64 = 1e-7;
/// Most λ of the logit: with one half, all values are one.
pub const MOST_LAMBDA: f64 = 0.49;

/// A request for data: everything that decides which numbers the model sees.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DataConfig {
    /// Where the data come from.
    pub source: DataSource,
    /// The split that is used.
    #[serde(default)]
    pub split: Split,
    /// The first this many items in file order (of the classes asked for); all of them if absent.
    pub limit: Option<usize>,
    /// What the stored values are divided by.
    #[serde(default)]
    pub scale: Scale,
    /// How values on their scale become x.
    pub preprocess: Preprocess,
    /// λ of the logit, in place of its usual value; unused by other preprocessings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logit_lambda: Option<f64>,
    /// How pictures become items.
    #[serde(default)]
    pub image: ImageOptions,
    /// Items of these classes only, each by its name or number; all if empty.
    #[serde(default)]
    pub classes: Vec<String>,
    /// Which labels are taken where the source has several: `fine` or `coarse` for CIFAR-100, an attribute for CelebA,
    /// a factor for the built-in faces.
    #[serde(default)]
    pub label: Option<String>,
    /// The name of the array to take, where a file holds several.
    #[serde(default)]
    pub array: Option<String>,
    /// Whether pictures are mirrored along their diagonal, which turns those upright that were stored column by column.
    #[serde(default)]
    pub transpose: bool,
    /// What becomes of a table's missing values.
    #[serde(default)]
    pub missing: Missing,
    /// What becomes of a table's columns that never change.
    #[serde(default)]
    pub constant: Constant,
}

impl Default for DataConfig {
    fn default() -> Self {
        Self {
            source: DataSource::Digits,
            split: Split::default(),
            limit: None,
            scale: Scale::default(),
            preprocess: Preprocess::None,
            logit_lambda: None,
            image: ImageOptions::default(),
            classes: Vec::new(),
            label: None,
            array: None,
            transpose: false,
            missing: Missing::default(),
            constant: Constant::default(),
        }
    }
}

impl DataConfig {
    /// Checks every number.
    ///
    /// # Errors
    /// The first [`ConfigError`] found.
    pub fn validate(&self) -> Result<(), ConfigError> {
        if let Some(limit) = self.limit {
            in_range("limit", limit, 1, usize::MAX)?;
        }
        if let Some(lambda) = self.logit_lambda
            && !(LEAST_LAMBDA..=MOST_LAMBDA).contains(&lambda)
        {
            return Err(ConfigError::Unreadable {
                name: "λ of the logit",
                reason: format!("it must be from {LEAST_LAMBDA} to {MOST_LAMBDA}, not {lambda}"),
            });
        }
        self.image.validate()
    }
}

/// The processor that trains.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceChoice {
    /// A discrete GPU, else an integrated one, else the CPU; never a software adapter.
    #[default]
    Auto,
    /// The native CPU backend.
    Cpu,
    /// Any real GPU.
    Gpu,
    /// A software Vulkan adapter running the WGSL kernels.
    Software,
    /// The first adapter whose name contains this text.
    Named(String),
}

impl FromStr for DeviceChoice {
    type Err = ConfigError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(match text.trim() {
            "" => {
                return Err(ConfigError::Unreadable {
                    name: "device",
                    reason: "no device was named; use auto, cpu, gpu, software or a name".into(),
                });
            }
            "auto" => Self::Auto,
            "cpu" => Self::Cpu,
            "gpu" => Self::Gpu,
            "software" => Self::Software,
            name => Self::Named(name.to_owned()),
        })
    }
}

impl fmt::Display for DeviceChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Auto => "auto",
            Self::Cpu => "cpu",
            Self::Gpu => "gpu",
            Self::Software => "software",
            Self::Named(name) => name,
        })
    }
}

/// Everything that decides a run.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct RunConfig {
    /// The data; changing them *reloads*.
    pub data: DataConfig,
    /// The network; changing it *re-initialises*.
    pub net: NetConfig,
    /// β, γ and the learning rate; changing them is *live*.
    pub live: LiveConfig,
    /// Batch and seed; changing them *re-initialises*.
    pub sampling: SamplingConfig,
    /// The processor that trains.
    pub device: DeviceChoice,
    /// Divide the GPU's products by one fixed table, so that devices which compute alike agree bit by bit.
    #[serde(default)]
    pub reproducible: bool,
}

/// How samples are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SamplingConfig {
    /// Samples per step; a data set smaller than this is one batch.
    pub batch: usize,
    /// The one seed of initial weights, shuffling and ε.
    pub seed: u32,
}

impl Default for SamplingConfig {
    fn default() -> Self {
        Self {
            batch: 128,
            seed: 0,
        }
    }
}

impl RunConfig {
    /// Checks every setting.
    ///
    /// # Errors
    /// The first [`ConfigError`] found.
    pub fn validate(&self) -> Result<(), ConfigError> {
        self.net.validate()?;
        self.live.validate()?;
        in_range("batch", self.sampling.batch, 1, 65_535)?;
        self.data.validate()
    }
}
