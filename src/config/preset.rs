//! The networks of the papers by name.

use std::fmt;
use std::str::FromStr;

use super::layer::{Activation, Stack};
use super::net::NetConfig;
use super::{ConfigError, in_range};

/// A network of one of the papers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Preset {
    /// No hidden layers, one global σ per latent: the theory's model.
    Linear,
    /// Lucas et al. 2019 on MNIST: 784-1024-512-κ.
    Lucas,
    /// Wang & Ziyin 2022: d-2048-κ.
    Wang,
    /// Asperti 2019: 784-256-64-32-16.
    Asperti,
    /// Asperti 2019, figure 1: 784-256-64-16-2.
    AspertiPlane,
    /// Asperti 2019, figure 4: the convolutional encoder for 28 × 28 and its mirror.
    AspertiConv,
    /// Dai et al. 2020, figure 1 top: this many hidden layers of width 512 (1 to 10).
    DaiDense(usize),
    /// Dai et al. 2020, figure 1 middle: this many convolutions at each scale (1 to 5).
    DaiConv(usize),
    /// Dai et al. 2020, figure 1 bottom: residual blocks at each scale (1 to 4) of this many convolutions
    /// (2 to 5).
    DaiResidual(usize, usize),
    /// Higgins et al. 2017 on 64 × 64 × 3: four stride-2 convolutions 32-32-64-64, dense 256.
    BetaVaeConv,
}

impl Preset {
    /// One network of each kind, for a menu.
    pub const MENU: [Self; 10] = [
        Self::Linear,
        Self::Lucas,
        Self::Wang,
        Self::Asperti,
        Self::AspertiPlane,
        Self::AspertiConv,
        Self::DaiDense(4),
        Self::DaiConv(2),
        Self::DaiResidual(1, 2),
        Self::BetaVaeConv,
    ];

    /// The paper and the network in words.
    pub fn title(self) -> String {
        match self {
            Self::Linear => "linear (the theory's model)".into(),
            Self::Lucas => "Lucas et al. 1024-512".into(),
            Self::Wang => "Wang & Ziyin 2048".into(),
            Self::Asperti => "Asperti 256-64-32".into(),
            Self::AspertiPlane => "Asperti 256-64-16, two latents".into(),
            Self::AspertiConv => "Asperti convolutional (28×28)".into(),
            Self::DaiDense(depth) => format!("Dai et al. {depth} × 512"),
            Self::DaiConv(convs) => format!("Dai et al. convolutional, {convs} per scale"),
            Self::DaiResidual(blocks, convs) => {
                format!("Dai et al. residual, {blocks} × {convs} per scale")
            }
            Self::BetaVaeConv => "β-VAE convolutional (64×64)".into(),
        }
    }

    /// The number of latents κ in the paper.
    pub fn latents(self) -> usize {
        match self {
            Self::AspertiPlane => 2,
            Self::Linear | Self::Asperti | Self::AspertiConv => 16,
            Self::Lucas => 200,
            Self::Wang => 8,
            Self::DaiDense(_) | Self::DaiConv(_) | Self::DaiResidual(..) => 64,
            Self::BetaVaeConv => 32,
        }
    }

    /// Side of the images that the network was made for.
    pub fn side(self) -> usize {
        match self {
            Self::BetaVaeConv => 64,
            Self::DaiConv(_) | Self::DaiResidual(..) => 32,
            _ => 28,
        }
    }

    /// The network for images of this height and width.
    ///
    /// Where a paper leaves a detail open (Dai et al. name neither channels nor scales) the channels are
    /// 32, 64, 128, 128 and there are as many scales, up to four, as halvings leave whole sides of at
    /// least four pixels.
    ///
    /// # Errors
    /// [`ConfigError::Unreadable`] if the network is made for images of another size.
    pub fn net(
        self,
        [height, width]: [usize; 2],
        latents: usize,
    ) -> Result<NetConfig, ConfigError> {
        let made_for = |side: usize| {
            if [height, width] == [side, side] {
                return Ok(());
            }
            Err(ConfigError::Unreadable {
                name: "network",
                reason: format!(
                    "{self} is made for images of {side} × {side}, and these are {height} × {width}"
                ),
            })
        };
        let stacks = |encoder: &str, decoder: &str| -> Result<NetConfig, ConfigError> {
            Ok(NetConfig {
                encoder: encoder.parse()?,
                decoder: decoder.parse()?,
                latents,
                ..NetConfig::default()
            })
        };
        match self {
            Self::Linear => Ok(NetConfig::linear(latents)),
            Self::Lucas => Ok(NetConfig::dense(&[1024, 512], latents)),
            Self::Wang => Ok(NetConfig::dense(&[2048], latents)),
            Self::Asperti => Ok(NetConfig::dense(&[256, 64, 32], latents)),
            Self::AspertiPlane => Ok(NetConfig::dense(&[256, 64, 16], latents)),
            Self::DaiDense(depth) => {
                in_range("hidden layers", depth, 1, 10)?;
                Ok(NetConfig::dense(&vec![512; depth], latents))
            }
            Self::AspertiConv => {
                made_for(28)?;
                stacks(
                    "conv16k3s2:bn,conv32k3:linear,conv32k3s2:bn,conv32k3s2:linear,conv32k3:bn,\
                     conv32k2s2:linear,conv32k2e1:bn,conv32k2:linear",
                    "32:linear,1x1x32,deconv32k2s1:bn,conv32k2e1:linear,deconv32k2s2:bn,\
                     conv32k3:linear,deconv32k3s2:bn,conv32k3:linear,deconv16k3s2e1:bn,deconvoutk3s2e1",
                )
            }
            Self::BetaVaeConv => {
                made_for(64)?;
                stacks(
                    "2*conv32k4s2,2*conv64k4s2,256",
                    "256,1024,4x4x64,deconv64k4s2,2*deconv32k4s2,deconvoutk4s2",
                )
            }
            Self::DaiConv(convs) => {
                in_range("convolutions per scale", convs, 1, 5)?;
                scales(height, width, latents, |c| format!("{convs}*conv{c}k3"))
            }
            Self::DaiResidual(blocks, convs) => {
                in_range("residual blocks per scale", blocks, 1, 4)?;
                in_range("convolutions per block", convs, 2, 5)?;
                scales(height, width, latents, |c| {
                    format!("{blocks}*res({convs}*conv{c}k3)")
                })
            }
        }
    }
}

/// A network over scales: `block(channels)`, then a 2×2 pooling, at each; the decoder mirrors it with
/// transposed convolutions.
fn scales(
    height: usize,
    width: usize,
    latents: usize,
    block: impl Fn(usize) -> String,
) -> Result<NetConfig, ConfigError> {
    const CHANNELS: [usize; 4] = [32, 64, 128, 128];
    let mut sides = [height, width];
    let mut count = 0;
    while count < CHANNELS.len() && sides.iter().all(|s| s % 2 == 0 && s / 2 >= 4) {
        sides = sides.map(|s| s / 2);
        count += 1;
    }
    if count == 0 {
        return Err(ConfigError::Unreadable {
            name: "network",
            reason: format!(
                "convolutional networks need images with even sides of at least 8, and these are {height} × {width}"
            ),
        });
    }
    let channels = &CHANNELS[..count];
    let encoder: Vec<String> = channels
        .iter()
        .map(|&c| format!("{},pool", block(c)))
        .collect();
    let deepest = channels[count - 1];
    let size = sides[0] * sides[1] * deepest;
    let mut decoder = vec![format!("{size},{}x{}x{deepest}", sides[0], sides[1])];
    decoder.extend(
        channels
            .iter()
            .rev()
            .map(|&c| format!("deconv{c}k4s2,{}", block(c))),
    );
    decoder.push("convoutk3".into());
    let read = |items: Vec<String>| items.join(",").parse::<Stack>();
    Ok(NetConfig {
        encoder: read(encoder)?,
        decoder: read(decoder)?,
        latents,
        activation: Activation::Relu,
        ..NetConfig::default()
    })
}

impl fmt::Display for Preset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Linear => f.write_str("linear"),
            Self::Lucas => f.write_str("lucas"),
            Self::Wang => f.write_str("wang"),
            Self::Asperti => f.write_str("asperti"),
            Self::AspertiPlane => f.write_str("asperti-2"),
            Self::AspertiConv => f.write_str("asperti-conv"),
            Self::DaiDense(depth) => write!(f, "dai-{depth}"),
            Self::DaiConv(convs) => write!(f, "dai-conv-{convs}"),
            Self::DaiResidual(blocks, convs) => write!(f, "dai-res-{blocks}x{convs}"),
            Self::BetaVaeConv => f.write_str("beta-vae-conv"),
        }
    }
}

impl FromStr for Preset {
    type Err = ConfigError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let plain = Self::MENU.into_iter().find(|p| p.to_string() == text);
        let number = |digits: &str| digits.parse::<usize>().ok();
        let counted = || {
            if let Some(rest) = text.strip_prefix("dai-conv-") {
                return number(rest).map(Self::DaiConv);
            }
            if let Some(rest) = text.strip_prefix("dai-res-") {
                let (blocks, convs) = rest.split_once('x')?;
                return Some(Self::DaiResidual(number(blocks)?, number(convs)?));
            }
            text.strip_prefix("dai-")
                .and_then(number)
                .map(Self::DaiDense)
        };
        plain.or_else(counted).ok_or_else(|| ConfigError::Unreadable {
            name: "network",
            reason: format!(
                "'{text}' is not one of mlp, linear, lucas, wang, asperti, asperti-2, asperti-conv, dai-DEPTH, \
                 dai-conv-CONVS, dai-res-BLOCKSxCONVS, beta-vae-conv"
            ),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back_and_nets_are_valid() {
        let more = [
            Preset::DaiDense(10),
            Preset::DaiConv(5),
            Preset::DaiResidual(4, 5),
        ];
        for preset in Preset::MENU.into_iter().chain(more) {
            assert_eq!(
                preset.to_string().parse::<Preset>().expect("a name"),
                preset
            );
            let side = if preset == Preset::AspertiConv {
                28
            } else {
                64
            };
            let net = preset.net([side, side], preset.latents()).expect("a net");
            net.validate().expect("a valid net");
        }
        for text in ["", "dai", "dai-x", "dai-res-2", "resnet"] {
            assert!(text.parse::<Preset>().is_err(), "{text}");
        }
        assert!(Preset::DaiDense(11).net([28, 28], 4).is_err());
        let odd = Preset::BetaVaeConv
            .net([28, 28], 4)
            .expect_err("another size");
        assert!(odd.to_string().contains("64 × 64"), "{odd}");
        assert!(Preset::DaiConv(1).net([1, 784], 4).is_err());
    }
}
