//! What the probes found: numbers alone, so that the judgement can be tested without a network.

use serde::{Deserialize, Serialize};

use crate::config::{Likelihood, LiveConfig};
use crate::train::sanity::TOLERANCE;

/// A counterfactual: the run's state, or its twin's, trained on under one changed condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Probe {
    /// Nothing changed but a small push on the dead latents.
    Control,
    /// The calibrated objective: β at most 1 and γ at its optimum (β a tenth, where there is no γ).
    Calibrated,
    /// The autoencoder of the same layers from scratch: no KL, σ = 0.
    Twin,
    /// The run's own objective from the twin's weights.
    Warm,
    /// The same from the linear VAE's global minimum (at β = 1 that of pPCA), placed in these layers; only where its
    /// energy is lower and the layers can hold it.
    Linear,
}

impl Probe {
    /// All of them, in the order they are made.
    pub const ALL: [Self; 5] = [
        Self::Control,
        Self::Calibrated,
        Self::Twin,
        Self::Warm,
        Self::Linear,
    ];

    /// What is done, in a few words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Control => "as it is, dead latents nudged",
            Self::Calibrated => "calibrated",
            Self::Twin => "autoencoder twin",
            Self::Warm => "from the twin's weights",
            Self::Linear => "from the linear optimum",
        }
    }
}

/// Where a probe ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProbeOutcome {
    /// Which.
    pub probe: Probe,
    /// Steps it made.
    pub steps: u64,
    /// Whether nothing moved any more.
    pub settled: bool,
    /// β it trained with; 0 for the twin.
    pub beta: f64,
    /// γ at its end.
    pub gamma: f64,
    /// Latents with Var μ above the threshold.
    pub active: usize,
    /// E KL in nats.
    pub kl: f64,
    /// E‖x − D(z)‖² per dimension.
    pub mse: f64,
    /// L in nats at β and γ above. For [`Probe::Control`], [`Probe::Warm`] and [`Probe::Linear`] that
    /// is the run's own objective.
    pub loss: f64,
    /// Growth of the squared error, as a share of it, when the latents that were dead before are replaced by their prior
    /// mean: what those which came back are worth.
    pub worth: f64,
}

/// The run as it was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Found {
    /// Steps it had made.
    pub step: u64,
    /// γ.
    pub gamma: f64,
    /// E KL in nats.
    pub kl: f64,
    /// E‖x − D(z)‖² per dimension.
    pub mse: f64,
    /// L in nats.
    pub loss: f64,
    /// Latents that are not active.
    pub dead: Vec<usize>,
    /// Growth of the squared error when all dead latents are replaced by their prior mean, as a share of it.
    pub zeroing: f64,
    /// Largest |(Var μ + E σ²)/η² − 1| of the active latents (Asperti's law).
    pub law_residual: f64,
}

/// What the closed form of the linear VAE reaches with the same data, κ, β and γ.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LinearBound {
    /// Its least L in nats.
    pub loss: f64,
    /// Its active latents.
    pub active: usize,
    /// Squared error per dimension of the best linear autoencoder with κ latents: the spectrum's tail over d.
    pub autoencoder_mse: f64,
}

/// Everything a judgement rests on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Findings {
    /// κ.
    pub latents: usize,
    /// d, of the target.
    pub dim: usize,
    /// Hidden layers of encoder and decoder together.
    pub hidden_layers: usize,
    /// The decoder's distribution.
    pub likelihood: Likelihood,
    /// The run's live settings.
    pub live: LiveConfig,
    /// V = E‖y − ȳ‖² per dimension, if the data's covariance is known.
    pub variance: Option<f64>,
    /// The linear VAE, where its closed form is for the same objective.
    pub linear: Option<LinearBound>,
    /// The run.
    pub now: Found,
    /// What the probes came to, in the order they were made.
    pub outcomes: Vec<ProbeOutcome>,
}

impl Findings {
    /// A probe's outcome, if it was made.
    pub fn outcome(&self, probe: Probe) -> Option<&ProbeOutcome> {
        self.outcomes.iter().find(|o| o.probe == probe)
    }

    /// Active latents of the run as it was found.
    pub fn active(&self) -> usize {
        self.latents - self.now.dead.len()
    }

    /// What the calibrated probe trains with; none where the run already does.
    pub fn calibrated(live: &LiveConfig, likelihood: Likelihood) -> Option<LiveConfig> {
        use crate::config::{GammaMode, KlSchedule};
        let calm = LiveConfig {
            schedule: KlSchedule::Constant,
            free_bits: 0.0,
            ..*live
        };
        if likelihood != Likelihood::Gaussian {
            // No γ to calibrate: ask what a tenth of the KL's weight does.
            return Some(LiveConfig {
                beta: 0.1 * live.beta,
                ..calm
            });
        }
        let already = live.gamma_moves() && live.beta <= 1.0;
        (!already).then_some(LiveConfig {
            beta: live.beta.min(1.0),
            gamma_mode: GammaMode::Optimal,
            ..calm
        })
    }

    /// L of full collapse in nats: D = ȳ, q = prior, γ held or at its optimum; none without V.
    pub fn collapsed_loss(&self) -> Option<f64> {
        let d = self.dim as f64;
        let variance = self
            .variance
            .filter(|_| self.likelihood == Likelihood::Gaussian)?;
        let gamma = if self.live.gamma_moves() {
            variance
        } else {
            self.live.gamma
        };
        Some(0.5 * d * (variance / gamma + (2.0 * std::f64::consts::PI * gamma).ln()))
    }

    /// The loss above which the run is no result ([`crate::train::sanity`]): that of full collapse and a share of the
    /// stakes; none without V.
    pub fn ceiling(&self) -> Option<f64> {
        let collapsed = self.collapsed_loss()?;
        let variance = self.variance?;
        let gamma = if self.live.gamma_moves() {
            variance
        } else {
            self.live.gamma
        };
        let stakes = 0.5 * self.dim as f64 * variance / gamma;
        let allowance = self.live.beta * self.live.free_bits * self.latents as f64;
        Some(collapsed + allowance + TOLERANCE * stakes)
    }

    /// γ′ of the run as found, Proposition 2 of Dai et al.: above it the collapsed solution is cheaper, moments held.
    pub fn gamma_prime(&self) -> Option<f64> {
        let d = self.dim as f64;
        let beta = self.live.beta;
        crate::theory::estimators::gamma_prime(
            d * self.variance?,
            d * self.now.mse,
            beta,
            self.now.kl,
        )
    }
}
