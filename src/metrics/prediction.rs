//! What the linear theory predicts for a run's data and settings.

use crate::data::Spectrum;
use crate::theory::{self, Gamma, LinearProblem, Optimum};

/// The closed-form optimum for data of a known spectrum.
#[derive(Debug, Clone, PartialEq)]
pub struct Prediction {
    /// The problem.
    pub problem: LinearProblem,
    /// β.
    pub beta: f64,
    /// Fixed or learned γ.
    pub gamma: Gamma,
    /// Its optimum, or why there is none.
    pub optimum: Result<Optimum, theory::Error>,
}

impl Prediction {
    /// How many latents the linear theory keeps alive. Where a learned γ falls to zero every mode
    /// that can be reached stays.
    pub fn active(&self) -> usize {
        match &self.optimum {
            Ok(optimum) => optimum.active,
            Err(_) => self.problem.reachable(),
        }
    }

    /// γ of the optimum; 0 where a learned γ vanishes.
    pub fn gamma_value(&self) -> f64 {
        match (&self.optimum, self.gamma) {
            (Ok(optimum), _) => optimum.gamma,
            (Err(_), Gamma::Fixed(gamma)) => gamma,
            (Err(_), Gamma::Learned) => 0.0,
        }
    }
}

/// Solves the linear model for a spectrum.
///
/// # Errors
/// [`theory::Error`] if the spectrum or κ is out of range; a missing optimum is part of the
/// [`Prediction`].
pub fn predict(
    spectrum: &Spectrum,
    latents: usize,
    beta: f64,
    gamma: Gamma,
) -> Result<Prediction, theory::Error> {
    let problem = LinearProblem::vae(spectrum.eigenvalues.clone(), spectrum.dim(), latents)?;
    let optimum = theory::optimum(&problem, beta, gamma);
    Ok(Prediction {
        problem,
        beta,
        gamma,
        optimum,
    })
}
