//! What the linear theory predicts for a run's data and settings.

use crate::config::RunConfig;
use crate::data::{CrossSpectrum, Spectrum};
use crate::theory::{
    self, Basis, Gamma, LinearProblem, Optimum, Staircase, collapse_free_beta, staircase,
};

use super::coverage::{Coverage, Limit};

/// What the decoder is trained to give, reduced to what the linear theory needs: ζ², the total
/// variance, the dimensions.
#[derive(Debug, Clone, Copy)]
pub enum Explainable<'a> {
    /// The input itself: ζ² are the eigenvalues of its covariance.
    Input(&'a Spectrum),
    /// Something else: ζ² is the part of its variance that the input explains, mode by mode.
    Target(&'a CrossSpectrum),
}

impl<'a> From<&'a Spectrum> for Explainable<'a> {
    fn from(spectrum: &'a Spectrum) -> Self {
        Self::Input(spectrum)
    }
}

impl<'a> From<&'a CrossSpectrum> for Explainable<'a> {
    fn from(cross: &'a CrossSpectrum) -> Self {
        Self::Target(cross)
    }
}

impl Explainable<'_> {
    /// The linear problem for κ = `latents` and a prior N(0, `eta_enc`²).
    ///
    /// # Errors
    /// [`theory::Error`] if the spectrum, κ or `η_enc` is out of range.
    pub fn problem(self, latents: usize, eta_enc: f64) -> Result<LinearProblem, theory::Error> {
        let (eigenvalues, total, dim) = match self {
            Self::Input(s) => (&s.eigenvalues, s.total_variance, s.dim()),
            Self::Target(c) => (&c.eigenvalues, c.total_variance, c.target_dim()),
        };
        LinearProblem::new(eigenvalues.clone(), total, dim, latents, eta_enc)
    }

    /// The directions of the modes that were kept, for weights in closed form.
    ///
    /// # Errors
    /// None for a spectrum from the data layer.
    pub fn basis(self) -> Result<Basis, theory::Error> {
        match self {
            Self::Input(s) => {
                let (d, modes) = (s.dim(), s.modes());
                let vectors =
                    faer::Mat::from_fn(d, modes, |i, j| f64::from(s.eigenvectors[j * d + i]));
                Basis::vae(&s.eigenvalues[..modes], vectors.as_ref())
            }
            Self::Target(c) => Ok(Basis::from(c)),
        }
    }

    /// The means of the input and of what is to be given.
    pub fn means(&self) -> [&[f64]; 2] {
        match self {
            Self::Input(s) => [&s.mean, &s.mean],
            Self::Target(c) => [&c.mean, &c.target_mean],
        }
    }

    /// The number of known modes, where there may be more.
    fn known_modes(self) -> Option<usize> {
        match self {
            Self::Input(s) if !s.is_whole() => Some(s.eigenvalues.len()),
            Self::Input(_) | Self::Target(_) => None,
        }
    }

    /// d/d*, the β below which no data set of these dimensions collapses completely with γ learned.
    fn collapse_free_beta(self) -> Option<f64> {
        match self {
            Self::Input(s) => collapse_free_beta(s.dim(), s.dim()),
            Self::Target(c) => collapse_free_beta(c.input_dim(), c.target_dim()),
        }
    }
}

/// The closed-form optimum for data of a known spectrum.
#[derive(Debug, Clone, PartialEq)]
pub struct Prediction {
    /// The linear problem: eigenvalues, κ and prior.
    pub problem: LinearProblem,
    /// β.
    pub beta: f64,
    /// Fixed or learned γ.
    pub gamma: Gamma,
    /// The optimum of the problem, or why there is none.
    pub optimum: Result<Optimum, theory::Error>,
    /// The share of the target's variance that the input explains, where the target is not the
    /// input; ζ² are then the modes of that part.
    pub explained: Option<f64>,
    /// With γ learned no data of these dimensions collapse completely while β is below this.
    pub collapse_free_beta: Option<f64>,
    /// How far the prediction applies to the run; [`Coverage::Exact`] for the linear model itself.
    pub coverage: Coverage,
}

impl Prediction {
    /// The linear theory's prediction for a run, and how far it applies.
    ///
    /// `step` is where the run is, on which a KL schedule depends; `None` leaves the schedule out. `data` are what
    /// the run's data explain of the run's target.
    ///
    /// # Errors
    /// As [`predict`].
    pub fn for_run<'a>(
        config: &RunConfig,
        step: Option<u64>,
        data: impl Into<Explainable<'a>>,
    ) -> Result<Self, theory::Error> {
        let (data, live) = (data.into(), &config.live);
        let latents = config.net.latents;
        let mut found = predict(data, latents, live.eta_enc, live.beta, Gamma::of(live))?;
        found.coverage = Coverage::of(config, step);
        let beyond = |known| known < latents && found.active() == known;
        if found.coverage.is_exact() && data.known_modes().is_some_and(beyond) {
            found.coverage = Coverage::Guide(Limit {
                what: "modes that are not known",
                why: "Only the leading modes of data this large were found, and all of them live: more may.",
            });
        }
        Ok(found)
    }

    /// [`Prediction::active`], if the theory covers the run.
    pub fn covered_active(&self) -> Option<usize> {
        self.coverage.applies().then(|| self.active())
    }

    /// The least loss of the run's objective in nats, if the theory covers the run exactly and there is one.
    pub fn least_loss(&self) -> Option<f64> {
        let optimum = self.optimum.as_ref().ok();
        optimum
            .filter(|_| self.coverage.is_exact())
            .map(|found| found.loss)
    }

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

    /// The number of latents that live at every β, with the same γ or with γ learned.
    ///
    /// # Errors
    /// [`theory::Error`] for a γ that is not positive.
    pub fn staircase(&self) -> Result<Staircase, theory::Error> {
        staircase(&self.problem, self.gamma)
    }
}

/// Solves the linear model for a data set, or for what it explains of a target, with κ = `latents`
/// and a prior of standard deviation `eta_enc`.
///
/// # Errors
/// [`theory::Error`] if the spectrum, κ or `η_enc` is out of range; a missing optimum is part of the
/// [`Prediction`].
pub fn predict<'a>(
    data: impl Into<Explainable<'a>>,
    latents: usize,
    eta_enc: f64,
    beta: f64,
    gamma: Gamma,
) -> Result<Prediction, theory::Error> {
    let data = data.into();
    let problem = data.problem(latents, eta_enc)?;
    let optimum = theory::optimum(&problem, beta, gamma);
    Ok(Prediction {
        problem,
        beta,
        gamma,
        optimum,
        explained: match data {
            Explainable::Input(_) => None,
            Explainable::Target(cross) => Some(cross.explained()),
        },
        collapse_free_beta: data.collapse_free_beta(),
        coverage: Coverage::Exact,
    })
}
