//! Everything that is measured of one latent, by name: what a table lists, a history follows and a file holds.

use super::LatentUsage;

/// A quantity of one latent. Where it has no value it is NaN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Quantity {
    /// KL in nats.
    #[default]
    Kl,
    /// E σ².
    MeanSigma2,
    /// Var μ.
    VarMu,
    /// The residual of the law of variable collapse.
    Law,
    /// The gain with the latent at its prior mean.
    Gain,
    /// The gain with the latent drawn from its prior.
    GainResampled,
    /// The effective threshold from gain and KL.
    ThresholdFromGain,
    /// The effective threshold from E σ².
    ThresholdFromVariance,
}

impl Quantity {
    /// The number of quantities.
    pub const COUNT: usize = 8;

    /// All quantities, in the order of a table.
    pub const ALL: [Self; Self::COUNT] = [
        Self::Kl,
        Self::MeanSigma2,
        Self::VarMu,
        Self::Law,
        Self::Gain,
        Self::GainResampled,
        Self::ThresholdFromGain,
        Self::ThresholdFromVariance,
    ];

    /// The quantity's name in a file.
    pub fn id(self) -> &'static str {
        match self {
            Self::Kl => "kl",
            Self::MeanSigma2 => "mean_sigma2",
            Self::VarMu => "var_mu",
            Self::Law => "law_residual",
            Self::Gain => "gain",
            Self::GainResampled => "gain_resampled",
            Self::ThresholdFromGain => "beta_threshold_from_gain",
            Self::ThresholdFromVariance => "beta_threshold_from_variance",
        }
    }

    /// The quantity's name as a heading.
    pub fn name(self) -> &'static str {
        match self {
            Self::Kl => "KL",
            Self::MeanSigma2 => "E σ²",
            Self::VarMu => "Var μ",
            Self::Law => "law",
            Self::Gain => "gain, zeroed",
            Self::GainResampled => "gain, drawn",
            Self::ThresholdFromGain => "β from gain",
            Self::ThresholdFromVariance => "β from σ²",
        }
    }

    /// The heading in two lines where it is long, over a narrow column.
    pub fn heading(self) -> &'static str {
        match self {
            Self::Gain => "gain,\nzeroed",
            Self::GainResampled => "gain,\ndrawn",
            Self::ThresholdFromGain => "β from\ngain",
            Self::ThresholdFromVariance => "β from\nσ²",
            short => short.name(),
        }
    }

    /// The unit; empty for none.
    pub fn unit(self) -> &'static str {
        match self {
            Self::Kl => "nats",
            Self::Gain | Self::GainResampled => "squared error",
            _ => "",
        }
    }

    /// The meaning in one sentence.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Kl => "Mean KL of a sample, in nats",
            Self::MeanSigma2 => "Mean variance of the posterior",
            Self::VarMu => "Variance over the data of the posterior's mean",
            Self::Law => {
                "(Var μ + E σ²)/η² − 1, the residual of the law of variable collapse (Asperti 2019)"
            }
            Self::Gain => {
                "What a sample's squared error ‖x − D(z)‖², summed over dimensions, grows by when the latent is \
                 replaced by its prior mean, 0; in the square of x's unit"
            }
            Self::GainResampled => {
                "What a sample's squared error ‖x − D(z)‖², summed over dimensions, grows by when the latent is \
                 replaced by a draw from its prior N(0, η²): the draw's own noise counts too, and at the optimum of a \
                 linear network this is twice the other gain; in the square of x's unit"
            }
            Self::ThresholdFromGain => {
                "The β at which it would no longer pay, from its zeroed gain and its KL; none where they are too small \
                 to tell"
            }
            Self::ThresholdFromVariance => {
                "The β at which it would no longer pay, βη²/E σ²; none for a collapsed latent"
            }
        }
    }

    /// The value of the quantity for this latent.
    pub fn of(self, latent: &LatentUsage) -> f64 {
        let known = |value: Option<f64>| value.unwrap_or(f64::NAN);
        match self {
            Self::Kl => latent.statistics.kl,
            Self::MeanSigma2 => latent.statistics.mean_sigma2,
            Self::VarMu => latent.statistics.var_mu,
            Self::Law => latent.law_residual,
            Self::Gain => known(latent.statistics.gain),
            Self::GainResampled => known(latent.statistics.gain_resampled),
            Self::ThresholdFromGain => known(latent.threshold_from_gain),
            // A dead latent's estimate is noise around β.
            Self::ThresholdFromVariance => {
                known(latent.threshold_from_variance.filter(|_| latent.active))
            }
        }
    }

    /// All of a latent's values, in the order of [`Self::ALL`].
    pub fn row(latent: &LatentUsage) -> [f64; Self::COUNT] {
        Self::ALL.map(|q| q.of(latent))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::LatentStatistics;

    #[test]
    fn a_row_is_every_number_in_its_place() {
        assert!(
            Quantity::ALL
                .iter()
                .enumerate()
                .all(|(i, q)| *q as usize == i && q.heading().replace('\n', " ") == q.name())
        );
        let mut latent = LatentUsage {
            index: 3,
            statistics: LatentStatistics {
                kl: 1.0,
                mean_sigma2: 2.0,
                var_mu: 3.0,
                mean_mu: 40.0,
                collapsed_share: 50.0,
                gain: Some(5.0),
                gain_resampled: Some(6.0),
            },
            law_residual: 4.0,
            active: true,
            collapsed: false,
            threshold_ratio: Some(60.0),
            threshold_from_gain: Some(7.0),
            threshold_from_variance: Some(8.0),
        };
        assert_eq!(
            Quantity::row(&latent),
            [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]
        );
        latent.active = false;
        latent.statistics.gain_resampled = None;
        assert!(Quantity::ThresholdFromVariance.of(&latent).is_nan());
        assert!(Quantity::GainResampled.of(&latent).is_nan());
    }
}
