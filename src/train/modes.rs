//! Interventions on single latents while a run trains.

use serde::{Deserialize, Serialize};

use crate::config::Estimator;

use super::trainer::{TrainError, Trainer};

/// What the decoder sees of a latent, in training and in evaluation: keep·(μ + σε) + n·ξ, ξ ~ N(0, 1).
///
/// The KL is untouched, and gradients reach the encoder through keep alone: a latent that is not kept feels only the
/// KL, which takes its posterior to the prior.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LatentMode {
    /// Whether the decoder sees the latent; else it sees the prior mean.
    pub keep: bool,
    /// n ≥ 0, the standard deviation of the noise put on it, in the latent's units.
    pub noise: f64,
}

impl Default for LatentMode {
    /// A latent that trains as usual.
    fn default() -> Self {
        Self {
            keep: true,
            noise: 0.0,
        }
    }
}

impl LatentMode {
    /// Held inactive: the decoder sees the prior mean.
    pub const HELD: Self = Self {
        keep: false,
        noise: 0.0,
    };

    /// The modes of `latents` latents of which those in `held` are held inactive; others are ignored.
    pub fn holding(held: &[usize], latents: usize) -> Vec<Self> {
        let mut modes = vec![Self::default(); latents];
        for &j in held {
            if let Some(mode) = modes.get_mut(j) {
                *mode = Self::HELD;
            }
        }
        modes
    }
}

impl Trainer {
    /// Sets what is done to every latent from the next step on, in training and in every evaluation.
    ///
    /// Like the live settings it outlives [`Self::reset`] and [`Self::restore`], and is no part of a checkpoint.
    ///
    /// # Errors
    /// [`TrainError::LatentModes`] if there is not one mode for each latent, a noise is negative or not finite, or the
    /// estimator is analytic; or a device error. The old modes stay.
    pub fn set_latent_modes(&mut self, modes: &[LatentMode]) -> Result<(), TrainError> {
        let latents = self.plan().net.latents;
        let refuse = |reason: String| Err(TrainError::LatentModes { reason });
        if modes.len() != latents {
            let given = modes.len();
            return refuse(format!("{given} modes were given for {latents} latents"));
        }
        if let Some(j) = modes.iter().position(|m| !(0.0..1e6).contains(&m.noise)) {
            let noise = modes[j].noise;
            return refuse(format!(
                "the standard deviation {noise} of the noise on z{j} is not a number from 0 to a million"
            ));
        }
        let plain = modes.iter().all(|m| *m == LatentMode::default());
        if self.plan().net.estimator == Estimator::Analytic && !plain {
            return refuse(
                "the analytic estimator integrates over every z in closed form; choose the sampled one".into(),
            );
        }
        let keep = modes.iter().map(|m| if m.keep { 1.0 } else { 0.0 });
        let noise = modes.iter().map(|m| m.noise as f32);
        let values: Vec<f32> = keep.chain(noise).collect();
        let slice = self.plan().latent_modes();
        self.backend().write(slice, &values)?;
        self.modes = modes.to_vec();
        Ok(())
    }

    /// What is done to every latent.
    pub fn latent_modes(&self) -> &[LatentMode] {
        &self.modes
    }
}
