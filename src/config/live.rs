//! What the optimiser minimises and how: the settings that never discard a model.

use serde::{Deserialize, Serialize};

use super::{ConfigError, positive};

/// How γ is determined.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, clap::ValueEnum,
)]
#[serde(rename_all = "snake_case")]
pub enum GammaMode {
    /// γ is held.
    #[default]
    Fixed,
    /// log γ is trained with the weights.
    Learned,
    /// After every step γ is set to the optimum given that step's errors, E‖x − x̂‖²/d (Dai et al. eq. 9).
    Optimal,
}

/// The objective that is minimised.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, clap::ValueEnum,
)]
#[serde(rename_all = "snake_case")]
pub enum Objective {
    /// The β-VAE.
    #[default]
    Vae,
    /// The deterministic twin of the β-VAE: σ = 0 and no KL, everything else (seed, batches, weights) the same.
    Autoencoder,
}

/// The part of the network that a step changes.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, clap::ValueEnum,
)]
#[serde(rename_all = "snake_case")]
pub enum TrainedPart {
    /// Encoder and decoder.
    #[default]
    Both,
    /// The encoder alone.
    Encoder,
    /// The decoder (and γ, if it is not fixed) alone.
    Decoder,
}

/// The factor on β over the steps of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KlSchedule {
    /// The factor is 1 throughout.
    #[default]
    Constant,
    /// Rises linearly from 0 at step 0 to 1 at step `steps`, then stays.
    WarmUp {
        /// Steps of the rise.
        steps: u32,
    },
    /// In every period rises linearly from 0 to 1 over the first half, then stays at 1
    /// (Fu et al. 2019).
    Cyclical {
        /// Steps of a period.
        period: u32,
    },
}

impl KlSchedule {
    /// The factor on β at a step, counted from 0.
    pub fn factor(self, step: u64) -> f64 {
        match self {
            Self::Constant => 1.0,
            Self::WarmUp { steps } => (step as f64 / f64::from(steps.max(1))).min(1.0),
            Self::Cyclical { period } => {
                let period = u64::from(period.max(1));
                (2.0 * (step % period) as f64 / period as f64).min(1.0)
            }
        }
    }
}

impl std::fmt::Display for KlSchedule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Constant => f.write_str("constant"),
            Self::WarmUp { steps } => write!(f, "warmup:{steps}"),
            Self::Cyclical { period } => write!(f, "cyclical:{period}"),
        }
    }
}

impl std::str::FromStr for KlSchedule {
    type Err = ConfigError;

    /// Reads `constant`, `warmup:STEPS` or `cyclical:PERIOD`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let unreadable = || ConfigError::Unreadable {
            name: "KL schedule",
            reason: format!("'{text}' is not constant, warmup:STEPS or cyclical:PERIOD"),
        };
        let steps = |digits: &str| digits.parse().ok().filter(|&n: &u32| n > 0);
        match text.trim().split_once(':') {
            None if text.trim() == "constant" => Ok(Self::Constant),
            Some(("warmup", n)) => steps(n)
                .map(|steps| Self::WarmUp { steps })
                .ok_or_else(unreadable),
            Some(("cyclical", n)) => steps(n)
                .map(|period| Self::Cyclical { period })
                .ok_or_else(unreadable),
            _ => Err(unreadable()),
        }
    }
}

/// What the optimiser minimises and how; the *live* settings, which never discard a model.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LiveConfig {
    /// β, the weight of the KL term.
    pub beta: f64,
    /// The factor on β over the steps.
    pub schedule: KlSchedule,
    /// λ in nats: the KL of latent j counts as max(λ, E `KL_j`), the mean taken over the batch; 0 for none
    /// (Kingma et al. 2016).
    pub free_bits: f64,
    /// γ, the decoder variance; the starting value if it is not fixed.
    pub gamma: f64,
    /// Whether γ is held, learned or set.
    pub gamma_mode: GammaMode,
    /// `η_enc`, the prior's standard deviation.
    pub eta_enc: f64,
    /// α of the soft threshold `π_α`.
    pub alpha: f64,
    /// The VAE or its deterministic twin.
    pub objective: Objective,
    /// The part of the network that learns.
    pub trained: TrainedPart,
    /// Adam's step size.
    pub learning_rate: f64,
}

impl Default for LiveConfig {
    fn default() -> Self {
        Self {
            beta: 1.0,
            schedule: KlSchedule::Constant,
            free_bits: 0.0,
            gamma: 1.0,
            gamma_mode: GammaMode::Fixed,
            eta_enc: 1.0,
            alpha: 0.1,
            objective: Objective::Vae,
            trained: TrainedPart::Both,
            learning_rate: 1e-3,
        }
    }
}

/// Returns `value` if it is finite and not negative.
fn not_negative(name: &'static str, value: f64) -> Result<f64, ConfigError> {
    if value.is_finite() && value >= 0.0 {
        Ok(value)
    } else {
        Err(ConfigError::Negative { name, value })
    }
}

impl LiveConfig {
    /// Checks that every number is finite, and positive where it must be.
    ///
    /// # Errors
    /// [`ConfigError`] naming the setting.
    pub fn validate(&self) -> Result<(), ConfigError> {
        positive("β", self.beta)?;
        positive("γ", self.gamma)?;
        positive("η_enc", self.eta_enc)?;
        positive("learning rate", self.learning_rate)?;
        not_negative("free bits", self.free_bits)?;
        not_negative("α", self.alpha)?;
        Ok(())
    }

    /// `η_dec` = √γ, the decoder's standard deviation.
    pub fn eta_dec(&self) -> f64 {
        self.gamma.sqrt()
    }

    /// Whether γ moves while training.
    pub fn gamma_moves(&self) -> bool {
        self.gamma_mode != GammaMode::Fixed
    }

    /// β times its schedule's factor at a step counted from 0, and 0 for the autoencoder.
    pub fn beta_at(&self, step: u64) -> f64 {
        match self.objective {
            Objective::Vae => self.beta * self.schedule.factor(step),
            Objective::Autoencoder => 0.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schedules_follow_their_formulas() {
        let at = |schedule: KlSchedule, steps: &[u64]| -> Vec<f64> {
            steps.iter().map(|&s| schedule.factor(s)).collect()
        };
        assert_eq!(at(KlSchedule::Constant, &[0, 1, 9999]), [1.0, 1.0, 1.0]);
        let warm: KlSchedule = "warmup:8".parse().expect("a schedule");
        assert_eq!(
            at(warm, &[0, 1, 4, 7, 8, 9, 1000]),
            [0.0, 0.125, 0.5, 0.875, 1.0, 1.0, 1.0]
        );
        let cycle: KlSchedule = "cyclical:10".parse().expect("a schedule");
        assert_eq!(
            at(cycle, &[0, 1, 4, 5, 9, 10, 12, 15, 19, 20]),
            [0.0, 0.2, 0.8, 1.0, 1.0, 0.0, 0.4, 1.0, 1.0, 0.0]
        );
        let live = LiveConfig {
            beta: 4.0,
            schedule: warm,
            ..LiveConfig::default()
        };
        assert_eq!(live.beta_at(2), 1.0);
        let twin = LiveConfig {
            objective: Objective::Autoencoder,
            ..live
        };
        assert_eq!(twin.beta_at(100), 0.0);
        for text in ["constant", "warmup:8", "cyclical:10"] {
            assert_eq!(text.parse::<KlSchedule>().expect(text).to_string(), text);
        }
        for text in [
            "",
            "warmup",
            "warmup:0",
            "warmup:x",
            "cyclical:-1",
            "sine:3",
        ] {
            assert!(text.parse::<KlSchedule>().is_err(), "{text}");
        }
    }
}
