//! Verdicts on latents, each with the threshold it rests on.

use crate::theory::estimators::{
    MEASURABLE_KL, effective_threshold_from_gain, effective_threshold_from_variance,
    effective_threshold_ratio,
};
use crate::train::{Evaluation, LatentStatistics, Sanity};

/// One latent, judged.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LatentUsage {
    /// The latent's index.
    pub index: usize,
    /// The statistics that were measured.
    pub statistics: LatentStatistics,
    /// (Var μ + E σ²)/η² − 1 (+ (E μ/η)², which the law takes to be 0): Asperti's law of variable
    /// collapse says 0. At the linear optimum with a prior N(0, η²), σ² = η²βγ/ζ² and
    /// Var μ = η²(1 − βγ/ζ²), so that it holds for every η.
    pub law_residual: f64,
    /// Var μ > [`Usage::ACTIVE_VARIANCE`]·η² (Burda et al., whose prior has η = 1).
    pub active: bool,
    /// (ε, δ)-collapsed (Lucas et al.) at [`Usage::EPSILON`], [`Usage::DELTA`].
    pub collapsed: bool,
    /// gain/(2γ·KL): the β at which the latent no longer pays for itself, moments held (Dai et al.).
    pub threshold_ratio: Option<f64>,
    /// The b for which the logarithmic mean of β and b is that ratio; ζ²/γ on a linear net.
    pub threshold_from_gain: Option<f64>,
    /// βη²/E σ²; ζ²/γ on a linear net.
    pub threshold_from_variance: Option<f64>,
}

/// All latents, judged.
#[derive(Debug, Clone, PartialEq)]
pub struct Usage {
    /// `η_enc`, the prior's standard deviation: the unit of μ and σ.
    pub eta_enc: f64,
    /// Whether the numbers can be a result. In an exploded run no latent is active, and none has a threshold.
    pub sanity: Sanity,
    /// The latents, in order of index.
    pub latents: Vec<LatentUsage>,
    /// The number of active latents.
    pub active: usize,
    /// Share of (0.01, 0.01)-collapsed latents, in percent; NaN for an autoencoder.
    pub collapse_percent: f64,
    /// Largest |law residual|; NaN for an autoencoder.
    pub worst_law_residual: f64,
}

impl Default for Usage {
    /// No latents and a unit prior.
    fn default() -> Self {
        Self {
            eta_enc: 1.0,
            sanity: Sanity::default(),
            latents: Vec::new(),
            active: 0,
            collapse_percent: 0.0,
            worst_law_residual: 0.0,
        }
    }
}

impl Usage {
    /// Var μ/η² above which a latent counts as active.
    pub const ACTIVE_VARIANCE: f64 = 0.01;
    /// ε of the headline (ε, δ)-collapse in nats.
    pub const EPSILON: f64 = 0.01;
    /// KL in nats below which gain over KL is noise over noise, and no threshold is given.
    pub const MEASURABLE_KL: f64 = MEASURABLE_KL;
    /// δ of the headline (ε, δ)-collapse.
    pub const DELTA: f64 = 0.01;

    /// Judges the latents of an evaluation.
    pub fn new(evaluation: &Evaluation) -> Self {
        let (beta, gamma) = (evaluation.beta, evaluation.gamma);
        let prior = evaluation.eta_enc * evaluation.eta_enc;
        let sane = !evaluation.sanity.is_exploded();
        let latents: Vec<LatentUsage> = evaluation
            .latents
            .iter()
            .enumerate()
            .map(|(index, &statistics)| {
                let LatentStatistics {
                    kl,
                    mean_sigma2,
                    var_mu,
                    gain,
                    ..
                } = statistics;
                let active = sane && var_mu > Self::ACTIVE_VARIANCE * prior;
                // A dying latent's gain and KL are both noise around zero: their ratio means nothing.
                let measured = gain.filter(|g| active && kl > Self::MEASURABLE_KL && *g > 0.0);
                LatentUsage {
                    index,
                    statistics,
                    law_residual: (var_mu + mean_sigma2) / prior - 1.0,
                    active,
                    collapsed: statistics.collapsed_share >= 1.0 - Self::DELTA,
                    threshold_ratio: measured.and_then(|g| effective_threshold_ratio(g, gamma, kl)),
                    threshold_from_gain: measured
                        .and_then(|g| effective_threshold_from_gain(beta, g, gamma, kl)),
                    threshold_from_variance: effective_threshold_from_variance(
                        beta,
                        mean_sigma2 / prior,
                    )
                    .filter(|_| sane),
                }
            })
            .collect();
        let count = latents.len().max(1) as f64;
        let collapsed = latents.iter().filter(|l| l.collapsed).count();
        let posterior = |value: f64| {
            if evaluation.has_posterior() {
                value
            } else {
                f64::NAN
            }
        };
        Self {
            eta_enc: evaluation.eta_enc,
            sanity: evaluation.sanity,
            active: latents.iter().filter(|l| l.active).count(),
            collapse_percent: posterior(100.0 * collapsed as f64 / count),
            worst_law_residual: posterior(
                latents
                    .iter()
                    .map(|l| l.law_residual.abs())
                    .fold(0.0, f64::max),
            ),
            latents,
        }
    }

    /// Latent indices by falling KL; by falling Var μ for an autoencoder, which has no KL.
    pub fn by_kl(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.latents.len()).collect();
        let key = |j: usize| {
            let s = &self.latents[j].statistics;
            if s.kl.is_nan() { s.var_mu } else { s.kl }
        };
        order.sort_by(|&a, &b| key(b).total_cmp(&key(a)));
        order
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The linear optimum of one active mode and one dead latent, from the closed form.
    fn linear_optimum(zeta2: f64, beta: f64, gamma: f64, eta: f64) -> Evaluation {
        let (prior, share) = (eta * eta, beta * gamma / zeta2);
        Evaluation {
            samples: 1000,
            gamma,
            beta,
            eta_enc: eta,
            dim: 5,
            latents: vec![
                LatentStatistics {
                    kl: 0.5 * (1.0 / share).ln(),
                    mean_sigma2: prior * share,
                    mean_mu: 0.0,
                    var_mu: prior * (1.0 - share),
                    collapsed_share: 0.0,
                    gain: Some(zeta2 - beta * gamma),
                    gain_resampled: None,
                },
                LatentStatistics {
                    kl: 0.0,
                    mean_sigma2: prior,
                    collapsed_share: 1.0,
                    gain: Some(0.0),
                    ..LatentStatistics::default()
                },
            ],
            ..Evaluation::default()
        }
    }

    #[test]
    fn epsilon_is_what_the_device_counts_with() {
        let counted = f64::from(crate::compute::StatisticsLayout::EPSILON);
        assert!((counted - Usage::EPSILON).abs() < 1e-9);
    }

    #[test]
    fn the_linear_optimum_gives_its_own_threshold_back() {
        for (zeta2, beta, gamma, eta) in [
            (5.0, 2.0, 0.5, 1.0),
            (1.0, 0.01, 3.0, 1.0),
            (9.0, 1.0, 6.0, 1.0),
            (5.0, 2.0, 0.5, 0.05),
            (9.0, 1.0, 6.0, 30.0),
        ] {
            let usage = Usage::new(&linear_optimum(zeta2, beta, gamma, eta));
            let live = &usage.latents[0];
            let expected = zeta2 / gamma;
            for estimate in [live.threshold_from_gain, live.threshold_from_variance] {
                let estimate = estimate.expect("an estimate");
                assert!(
                    (estimate / expected - 1.0).abs() < 1e-9,
                    "{estimate} {expected}"
                );
            }
            assert!(live.law_residual.abs() < 1e-12);
            assert!(live.active && !live.collapsed);
            let dead = &usage.latents[1];
            assert!(dead.law_residual.abs() < 1e-12 && dead.threshold_from_variance.is_none());
            assert!(!dead.active && dead.collapsed && dead.threshold_from_gain.is_none());
            assert_eq!((usage.active, usage.collapse_percent), (1, 50.0));
        }
    }
}
