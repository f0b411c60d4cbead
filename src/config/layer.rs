//! Layers as data, and the one line of text that stands for a stack of them.
//!
//! The window's text boxes, the command line, a sweep's file and a figure's provenance all hold the same text, so a
//! network that trained in one of them trains in the others.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{ConfigError, in_range};

/// Non-linearity of a layer.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, clap::ValueEnum,
)]
#[serde(rename_all = "snake_case")]
pub enum Activation {
    /// f(a) = a.
    Identity,
    /// f(a) = max(a, 0).
    #[default]
    Relu,
    /// f(a) = a above zero, a/100 below.
    LeakyRelu,
    /// f(a) = tanh a.
    Tanh,
    /// f(a) = 1/(1 + e⁻ᵃ).
    Sigmoid,
    /// f(a) = a above zero, eᵃ − 1 below.
    Elu,
    /// `π_α(a)` = sign(a)(|a| − α)₊, with the live α (Dai et al. 2020, Proposition 1).
    SoftThreshold,
}

impl Activation {
    /// All activations.
    pub const ALL: [Self; 7] = [
        Self::Identity,
        Self::Relu,
        Self::LeakyRelu,
        Self::Tanh,
        Self::Sigmoid,
        Self::Elu,
        Self::SoftThreshold,
    ];

    /// The word for the activation in a stack's text.
    pub fn word(self) -> &'static str {
        match self {
            Self::Identity => "linear",
            Self::Relu => "relu",
            Self::LeakyRelu => "leaky",
            Self::Tanh => "tanh",
            Self::Sigmoid => "sigmoid",
            Self::Elu => "elu",
            Self::SoftThreshold => "soft",
        }
    }
}

/// Kernel side, stride and padding of a convolution, the same in both directions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Window {
    /// Side of the kernel.
    pub kernel: usize,
    /// Step between outputs (between inputs of a transposed convolution).
    pub stride: usize,
    /// Zeros around the larger image.
    pub padding: usize,
    /// Further zeros at the far edges of the larger image (rows and columns that a transposed
    /// convolution makes in addition).
    pub extra: usize,
}

/// What a layer does before its normalisation and activation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LayerKind {
    /// x W + b over the flattened input.
    Dense {
        /// Width of the output.
        outputs: usize,
    },
    /// Cross-correlation with `channels` kernels.
    Conv {
        /// Output channels; [`Layer::OUT`] for as many as the reconstruction needs.
        channels: usize,
        /// Kernel, stride, padding.
        window: Window,
    },
    /// The transpose of a convolution: stride s makes the image about s times as large.
    ConvTranspose {
        /// Output channels; [`Layer::OUT`] for as many as the reconstruction needs.
        channels: usize,
        /// Kernel, stride, padding.
        window: Window,
    },
    /// Largest of every 2 × 2 block; an odd last row or column is dropped.
    MaxPool,
    /// Twice the rows and columns by repetition.
    Nearest,
    /// Twice the rows and columns by bilinear interpolation between pixel centres.
    Bilinear,
    /// x + b, one b per channel: after a soft threshold, the decoder of Proposition 1.
    Bias,
    /// The same numbers, taken as an image.
    Reshape {
        /// Rows.
        height: usize,
        /// Columns.
        width: usize,
        /// Channels.
        channels: usize,
    },
    /// f(x + block(x)); where the shapes differ, x passes through a 1×1 convolution (or a dense layer).
    Residual(Vec<Layer>),
}

/// A layer of a stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layer {
    /// What the layer computes.
    pub kind: LayerKind,
    /// Whether batch normalisation stands between the layer and the activation.
    pub norm: bool,
    /// Whether a dense layer or convolution adds a bias.
    pub bias: bool,
    /// The activation, where it is another than the network's.
    pub activation: Option<Activation>,
}

impl Layer {
    /// In place of a number of channels: as many as the reconstruction needs.
    pub const OUT: usize = 0;
    /// Largest kernel side and stride.
    const MAX_WINDOW: usize = 64;
    /// Deepest nesting of residual blocks.
    const MAX_NESTING: usize = 4;

    /// A layer without normalisation and with the network's activation.
    pub fn of(kind: LayerKind) -> Self {
        Self {
            kind,
            norm: false,
            bias: true,
            activation: None,
        }
    }

    fn validate(&self, depth: usize) -> Result<(), ConfigError> {
        const MAX: usize = super::NetConfig::MAX_WIDTH;
        let window = |w: Window| {
            in_range("kernel side", w.kernel, 1, Self::MAX_WINDOW)?;
            in_range("stride", w.stride, 1, Self::MAX_WINDOW)?;
            in_range("padding", w.padding, 0, w.kernel - 1)?;
            in_range("extra rows", w.extra, 0, w.kernel - 1).map(drop)
        };
        match &self.kind {
            LayerKind::Dense { outputs } => in_range("layer width", *outputs, 1, MAX).map(drop),
            LayerKind::Conv {
                channels,
                window: w,
            } => {
                in_range("channels", *channels, 0, MAX)?;
                window(*w)
            }
            LayerKind::ConvTranspose {
                channels,
                window: w,
            } => {
                in_range("channels", *channels, 0, MAX)?;
                window(*w)?;
                in_range("extra rows", w.extra, 0, w.stride - 1).map(drop)
            }
            LayerKind::Reshape {
                height,
                width,
                channels,
            } => {
                for side in [*height, *width, *channels] {
                    in_range("image side", side, 1, MAX)?;
                }
                Ok(())
            }
            LayerKind::Residual(block) => {
                in_range("nesting of residual blocks", depth, 0, Self::MAX_NESTING)?;
                in_range(
                    "layers in a residual block",
                    block.len(),
                    1,
                    Stack::MAX_LAYERS,
                )?;
                block.iter().try_for_each(|layer| layer.validate(depth + 1))
            }
            LayerKind::MaxPool | LayerKind::Nearest | LayerKind::Bilinear | LayerKind::Bias => {
                Ok(())
            }
        }
    }
}

impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let conv = |f: &mut fmt::Formatter<'_>, name: &str, channels: usize, w: &Window| {
            match channels {
                Self::OUT => write!(f, "{name}out")?,
                channels => write!(f, "{name}{channels}")?,
            }
            write!(f, "k{}", w.kernel)?;
            if w.stride != 1 {
                write!(f, "s{}", w.stride)?;
            }
            if w.padding != (w.kernel - 1) / 2 {
                write!(f, "p{}", w.padding)?;
            }
            if w.extra > 0 {
                write!(f, "e{}", w.extra)?;
            }
            Ok(())
        };
        match &self.kind {
            LayerKind::Dense { outputs } => write!(f, "{outputs}")?,
            LayerKind::Conv { channels, window } => conv(f, "conv", *channels, window)?,
            LayerKind::ConvTranspose { channels, window } => conv(f, "deconv", *channels, window)?,
            LayerKind::MaxPool => f.write_str("pool")?,
            LayerKind::Nearest => f.write_str("nearest")?,
            LayerKind::Bilinear => f.write_str("bilinear")?,
            LayerKind::Bias => f.write_str("bias")?,
            LayerKind::Reshape {
                height,
                width,
                channels,
            } => write!(f, "{height}x{width}x{channels}")?,
            LayerKind::Residual(block) => {
                f.write_str("res(")?;
                write_layers(f, block)?;
                f.write_str(")")?;
            }
        }
        if self.norm {
            f.write_str(":bn")?;
        }
        if !self.bias {
            f.write_str(":nobias")?;
        }
        if let Some(activation) = self.activation {
            write!(f, ":{}", activation.word())?;
        }
        Ok(())
    }
}

/// Writes layers separated by commas, runs of equal ones as `3*layer`.
fn write_layers(f: &mut fmt::Formatter<'_>, layers: &[Layer]) -> fmt::Result {
    for (index, run) in layers.chunk_by(|a, b| a == b).enumerate() {
        if index > 0 {
            f.write_str(",")?;
        }
        if run.len() > 1 && !matches!(run[0].kind, LayerKind::Dense { .. }) {
            write!(f, "{}*{}", run.len(), run[0])?;
            continue;
        }
        for (index, layer) in run.iter().enumerate() {
            write!(f, "{}{layer}", if index > 0 { "," } else { "" })?;
        }
    }
    Ok(())
}

/// The hidden layers of one side of a network, in the order of computation.
///
/// The text is a list: `256` dense, `conv32k4s2p1` a convolution with 32 kernels of side 4, stride 2,
/// padding 1 (side 3, stride 1 and padding (k − 1)/2 if left out), `deconv32k4s2` a transposed one
/// (side 4, stride 2), `e1` one more row and column of zeros at the far edges, `convout…`/`deconvout…` one with as many channels
/// as the data, `pool`, `nearest`, `bilinear`, `bias`, `4x4x64` a reshape, `res(…)` a residual block,
/// `3*…` a repetition; after a layer `:bn`, `:nobias` or an activation (`:linear`, `:relu`, `:leaky`,
/// `:tanh`, `:sigmoid`, `:elu`, `:soft`).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Stack(pub Vec<Layer>);

impl Stack {
    /// Most layers of a stack, residual blocks counted as one.
    pub const MAX_LAYERS: usize = 64;

    /// Dense layers of these widths.
    pub fn dense(widths: &[usize]) -> Self {
        let layer = |&outputs| Layer::of(LayerKind::Dense { outputs });
        Self(widths.iter().map(layer).collect())
    }

    /// Reads a stack's text; an error names `side`.
    ///
    /// # Errors
    /// [`ConfigError`] saying which layer cannot be read.
    pub fn parse(side: &'static str, text: &str) -> Result<Self, ConfigError> {
        text.parse().map_err(|error| match error {
            ConfigError::Unreadable { reason, .. } => {
                ConfigError::Unreadable { name: side, reason }
            }
            error => error,
        })
    }

    /// Number of layers.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none: the side is linear.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The layers.
    pub fn layers(&self) -> &[Layer] {
        &self.0
    }

    /// The widths if all layers are plain dense ones.
    pub fn widths(&self) -> Option<Vec<usize>> {
        let width = |layer: &Layer| match layer.kind {
            LayerKind::Dense { outputs } if *layer == Layer::of(layer.kind.clone()) => {
                Some(outputs)
            }
            _ => None,
        };
        self.0.iter().map(width).collect()
    }

    /// Checks every width and count.
    ///
    /// # Errors
    /// [`ConfigError::OutOfRange`] naming the setting.
    pub fn validate(&self, name: &'static str) -> Result<(), ConfigError> {
        in_range(name, self.0.len(), 0, Self::MAX_LAYERS)?;
        self.0.iter().try_for_each(|layer| layer.validate(0))
    }
}

impl From<Vec<usize>> for Stack {
    fn from(widths: Vec<usize>) -> Self {
        Self::dense(&widths)
    }
}

impl fmt::Display for Stack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_layers(f, &self.0)
    }
}

impl From<Stack> for String {
    fn from(stack: Stack) -> Self {
        stack.to_string()
    }
}

impl TryFrom<String> for Stack {
    type Error = ConfigError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl FromStr for Stack {
    type Err = ConfigError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        super::layer_text::parse(text).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_read_back_as_written() {
        for text in [
            "",
            "256,64",
            "64,64",
            "2*conv32k4s2,2*conv64k4s2,256",
            "256,4x4x64,deconv64k4s2,deconvoutk4s2",
            "conv16k3s2:bn:elu,res(2*conv16k3),pool",
            "res(conv8k3p0:nobias:linear,conv8k5):relu,nearest,bilinear,bias",
            "3*res(2*conv64k3),7:soft",
            "deconv32k3s2e1,conv8k2e1",
        ] {
            let stack: Stack = text.parse().expect(text);
            assert_eq!(stack.to_string(), text);
            let json = serde_json::to_string(&stack).expect("json");
            assert_eq!(serde_json::from_str::<Stack>(&json).expect("json"), stack);
        }
    }

    #[test]
    fn shorthands_mean_what_the_text_says() {
        let stack: Stack = " 2*conv8 , deconv4 ".parse().expect("a stack");
        assert_eq!(stack.to_string(), "2*conv8k3,deconv4k4s2");
        assert_eq!(stack.len(), 3);
        assert_eq!(Stack::dense(&[3, 2]).widths(), Some(vec![3, 2]));
        assert_eq!(stack.widths(), None);
        let tanh: Stack = "3:tanh".parse().expect("a stack");
        assert_eq!(tanh.widths(), None);
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        for (text, part) in [
            ("256,abc", "'abc'"),
            ("conv", "'conv'"),
            ("conv8q3", "'conv8q3'"),
            ("res(conv8", "parenthesis"),
            ("conv8)", "parenthesis"),
            ("256,,64", "empty"),
            ("99*conv8", "64"),
            ("conv8:fast", "'fast'"),
            ("4x4", "'4x4'"),
            ("conv8k0", "kernel side"),
            ("conv8k3p3", "padding"),
            ("deconv8k4s2e2", "extra rows"),
            ("99999999999999999999", "'99999999999999999999'"),
            ("0", "layer width"),
        ] {
            let outcome = text
                .parse::<Stack>()
                .and_then(|s| s.validate("number of encoder layers").map(|()| s));
            let message = outcome.expect_err(text).to_string();
            assert!(message.contains(part), "{text}: {message}");
        }
        let deep = "res(".repeat(2000) + "conv8" + &")".repeat(2000);
        assert!(deep.parse::<Stack>().is_err());
    }
}
