//! The tile of rate against distortion.

use super::content::Content;
use super::{no_posterior, shown_gamma};
use crate::app::state::AppState;
use crate::app::state::concern::Concern;
use crate::figures::{RateDistortion, rate_distortion as figure};
use crate::plot::FigureSpec;
use crate::theory::{rate_distortion, rate_distortion_curve};

/// Points of the linear model's curve.
const POINTS: usize = 120;

/// Where the run is and has been.
pub(super) struct Rate;

impl Content for Rate {
    fn made_of(&self) -> &'static [Concern] {
        &[Concern::Settings, Concern::Trails]
    }

    fn subtitle(&self, _state: &AppState) -> String {
        "each evaluation is one point".into()
    }

    fn help(&self) -> &'static str {
        "Rate is the KL in nats per sample, distortion the squared error of the reconstruction. The dashed curve is the best \
         that a linear model with as many latents can do (reverse water-filling at the level βγ). A network below the curve \
         does what no linear model can."
    }

    fn figure(&mut self, state: &AppState) -> Option<FigureSpec> {
        state.trails.rates.back()?;
        let trail: Vec<[f64; 2]> = state.trails.rates.iter().copied().collect();
        let known = state
            .prediction
            .as_ref()
            .filter(|_| state.uncovered().is_none());
        let linear = known.map_or_else(Vec::new, |p| {
            let most = p.problem.eigenvalues().first().copied().unwrap_or(0.0);
            rate_distortion_curve(&p.problem, most * 1e-4, POINTS)
        });
        let level = |gamma: f64| state.config.live.beta * gamma;
        let optimum = known.map(|p| {
            let gamma = match p.gamma_value() {
                g if g > 0.0 => g,
                _ => shown_gamma(state),
            };
            rate_distortion(&p.problem, level(gamma))
        });
        Some(figure(&RateDistortion {
            trail: &trail,
            linear: &linear,
            optimum,
            variance: known.map(|p| p.problem.total_variance()),
            provenance: &state.provenance(),
        }))
    }

    fn empty(&self, state: &AppState) -> String {
        no_posterior(state)
    }
}
