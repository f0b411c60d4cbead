//! Which runs the closed form of the linear model covers, and how far.

use serde::{Deserialize, Serialize};

use crate::config::{
    Activation, Estimator, KlSchedule, LayerKind, Likelihood, NetConfig, Objective, RunConfig,
    Stack, TrainedPart,
};

/// A setting of a run that the linear theory does not cover.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Limit {
    /// The setting, to go after "linear theory does not cover".
    pub what: &'static str,
    /// The reason, in a sentence.
    pub why: &'static str,
}

impl Limit {
    /// The one line that stands where a predicted count would, for a run that is not covered.
    pub fn sentence(self) -> String {
        format!("linear theory does not cover {}", self.what)
    }
}

/// How far the closed form applies to a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Coverage {
    /// The closed form is the global minimum of this run's objective over this run's network.
    #[default]
    Exact,
    /// The objective is the theory's, the network or the moment is not: what it says of a linear network on the same
    /// data is a guide.
    Guide(Limit),
    /// The objective is another one, of which it says nothing.
    No(Limit),
}

/// [`Coverage`] as a result's file keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Applies {
    /// The closed form is exact: [`Coverage::Exact`].
    Exact,
    /// The closed form is a guide: [`Coverage::Guide`].
    Guide,
    /// The closed form does not apply: [`Coverage::No`].
    No,
}

impl Coverage {
    /// The coverage of a run after `step` steps; `None` leaves the KL schedule out.
    pub fn of(config: &RunConfig, step: Option<u64>) -> Self {
        if let Some(limit) = other_objective(config) {
            return Self::No(limit);
        }
        // With the moment first: it passes.
        let moving = step.and_then(|step| in_progress(config.live.schedule, step));
        moving
            .or_else(|| other_network(&config.net))
            .map_or(Self::Exact, Self::Guide)
    }

    /// Whether a count may be given at all.
    pub fn applies(self) -> bool {
        !matches!(self, Self::No(_))
    }

    /// Whether the closed form's loss is the least this run can reach.
    pub fn is_exact(self) -> bool {
        self == Self::Exact
    }

    /// The setting that the theory does not cover, if there is one.
    pub fn uncovered(self) -> Option<Limit> {
        match self {
            Self::No(limit) => Some(limit),
            Self::Exact | Self::Guide(_) => None,
        }
    }

    /// The kind of coverage without the reason.
    pub fn kind(self) -> Applies {
        match self {
            Self::Exact => Applies::Exact,
            Self::Guide(_) => Applies::Guide,
            Self::No(_) => Applies::No,
        }
    }

    /// The reason in sentences; none where there is nothing to explain.
    pub fn reason(self) -> Option<String> {
        match self {
            Self::Exact => None,
            Self::Guide(limit) => {
                Some(format!("a guide, because of {}. {}", limit.what, limit.why))
            }
            Self::No(limit) => Some(format!("{}. {}", limit.sentence(), limit.why)),
        }
    }
}

/// The setting that makes the objective another one than L.
fn other_objective(config: &RunConfig) -> Option<Limit> {
    let (live, net) = (&config.live, &config.net);
    let because = |what, why| Some(Limit { what, why });
    if live.objective == Objective::Autoencoder {
        return because(
            "the autoencoder",
            "It has neither noise nor a KL term, so no mode has to pay for itself.",
        );
    }
    match net.likelihood {
        Likelihood::Gaussian => {}
        Likelihood::GaussianPerPixel => {
            return because(
                "a γ per pixel",
                "Its thresholds ζ²/γ hold for one γ shared by all dimensions.",
            );
        }
        Likelihood::Bernoulli => {
            return because(
                "Bernoulli",
                "Its squared error, and with it ζ² > βγ, comes from a Gaussian decoder.",
            );
        }
    }
    if matches!(net.estimator, Estimator::ImportanceWeighted(samples) if samples > 1) {
        return because(
            "importance weighting",
            "It is about the ELBO, and this bound is tighter.",
        );
    }
    if live.free_bits > 0.0 {
        return because(
            "free bits",
            "They pay for λ nats of every latent, so that latents below a threshold may stay.",
        );
    }
    if live.trained != TrainedPart::Both {
        return because(
            "half-trained nets",
            "It is about the optimum of encoder and decoder together.",
        );
    }
    None
}

/// The KL schedule, where it is not at its end.
fn in_progress(schedule: KlSchedule, step: u64) -> Option<Limit> {
    match schedule {
        KlSchedule::WarmUp { steps } if step < u64::from(steps) => Some(Limit {
            what: "the KL warm-up",
            why: "The KL term does not have its whole weight yet; the theory is about the β that the warm-up ends at.",
        }),
        KlSchedule::Cyclical { .. } => Some(Limit {
            what: "the cyclical KL schedule",
            why: "The weight of the KL term goes on changing; the theory is about its largest value, β.",
        }),
        KlSchedule::Constant | KlSchedule::WarmUp { .. } => None,
    }
}

/// The part of the network that makes it another one than the linear VAE.
fn other_network(net: &NetConfig) -> Option<Limit> {
    if is_linear(&net.encoder, net) && is_linear(&net.decoder, net) {
        return None;
    }
    let bends = |a: Option<Activation>| a.is_some_and(|a| a != Activation::Identity);
    Some(match net.decoder.layers().last() {
        Some(last) if ends_the_decoder(&last.kind) && bends(last.activation) => Limit {
            what: "the activation of the decoder's output",
            why: "The theory is about networks without a non-linearity on the same data, and an output that is bent \
                  may not reach every value of x.",
        },
        _ => Limit {
            what: "hidden layers",
            why: "The theory is about linear networks on the same data: hidden layers may do better, and their \
                  training may end elsewhere.",
        },
    })
}

/// Whether the layers of a side can do what a linear side can, and nothing else: none, or dense ones without a
/// non-linearity that are nowhere narrower than the latents.
fn is_linear(side: &Stack, net: &NetConfig) -> bool {
    side.layers().iter().all(|layer| {
        let activation = layer.activation.unwrap_or(net.activation);
        let wide = matches!(layer.kind, LayerKind::Dense { outputs } if outputs >= net.latents);
        wide && !layer.norm && activation == Activation::Identity
    })
}

/// Whether no dense layer follows: the last layer is the reconstruction.
fn ends_the_decoder(kind: &LayerKind) -> bool {
    use crate::config::Layer;
    matches!(
        kind,
        LayerKind::Conv { channels, .. } | LayerKind::ConvTranspose { channels, .. } if *channels == Layer::OUT
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::LiveConfig;

    fn run(live: LiveConfig, net: NetConfig) -> RunConfig {
        RunConfig {
            net,
            live,
            ..RunConfig::default()
        }
    }

    /// One setting at a time, from the linear VAE, of which the theory is.
    #[test]
    fn every_setting_that_changes_the_objective_or_the_network_is_named() {
        use crate::config::Target;
        let (live, net) = (LiveConfig::default(), NetConfig::linear(4));
        let of = |live, net| Coverage::of(&run(live, net), Some(100));
        assert_eq!(of(live, net.clone()), Coverage::Exact);
        // What the closed form knows of.
        for covered in [
            LiveConfig {
                eta_enc: 0.5,
                ..live
            },
            LiveConfig {
                gamma_mode: crate::config::GammaMode::Learned,
                ..live
            },
            LiveConfig {
                schedule: KlSchedule::WarmUp { steps: 100 },
                ..live
            },
        ] {
            assert_eq!(of(covered, net.clone()), Coverage::Exact, "{covered:?}");
        }
        for covered in [
            NetConfig {
                target: Target::Labels,
                ..net.clone()
            },
            NetConfig {
                estimator: Estimator::ImportanceWeighted(1),
                ..net.clone()
            },
            NetConfig {
                estimator: Estimator::Analytic,
                ..net.clone()
            },
            NetConfig {
                encoder: "8:linear,4".parse().expect("a stack"),
                ..net.clone()
            },
        ] {
            assert_eq!(of(live, covered.clone()), Coverage::Exact, "{covered:?}");
        }
        // Another objective: no count at all.
        let no = |coverage: Coverage, word: &str| {
            let limit = coverage.uncovered().expect("not covered");
            assert!(limit.what.contains(word), "{limit:?}");
            assert!(!coverage.applies() && coverage.kind() == Applies::No);
            assert!(coverage.reason().is_some_and(|r| r.contains(limit.why)));
        };
        for (changed, word) in [
            (
                LiveConfig {
                    objective: Objective::Autoencoder,
                    ..live
                },
                "autoencoder",
            ),
            (
                LiveConfig {
                    free_bits: 0.1,
                    ..live
                },
                "free bits",
            ),
            (
                LiveConfig {
                    trained: TrainedPart::Encoder,
                    ..live
                },
                "half",
            ),
        ] {
            no(of(changed, net.clone()), word);
        }
        for (likelihood, word) in [
            (Likelihood::Bernoulli, "Bernoulli"),
            (Likelihood::GaussianPerPixel, "per pixel"),
        ] {
            let changed = NetConfig {
                likelihood,
                ..net.clone()
            };
            no(of(live, changed), word);
        }
        let estimator = Estimator::ImportanceWeighted(2);
        let tighter = NetConfig {
            estimator,
            ..net.clone()
        };
        no(of(live, tighter), "importance");
    }

    #[test]
    fn another_network_or_moment_makes_the_count_a_guide() {
        let (live, net) = (LiveConfig::default(), NetConfig::linear(4));
        let of = |live, net: NetConfig, step| match Coverage::of(&run(live, net), step) {
            Coverage::Guide(limit) => limit.what,
            other => panic!("a guide, not {other:?}"),
        };
        for text in ["8:tanh", "3:linear", "8:linear:bn"] {
            let encoder: Stack = match text.parse() {
                Ok(stack) => stack,
                Err(_) => "8:bn:linear".parse().expect("a stack"),
            };
            let changed = NetConfig {
                encoder,
                ..net.clone()
            };
            assert_eq!(of(live, changed, None), "hidden layers", "{text}");
        }
        let squashed = NetConfig {
            decoder: "49,7x7x1,deconvoutk4s4:sigmoid".parse().expect("a stack"),
            ..net.clone()
        };
        assert!(of(live, squashed, None).contains("output"));
        let warming = LiveConfig {
            schedule: KlSchedule::WarmUp { steps: 100 },
            ..live
        };
        assert!(of(warming, net.clone(), Some(99)).contains("warm-up"));
        // Looked at apart from its schedule.
        assert_eq!(
            Coverage::of(&run(warming, net.clone()), None),
            Coverage::Exact
        );
        let cycling = LiveConfig {
            schedule: KlSchedule::Cyclical { period: 10 },
            ..live
        };
        assert!(of(cycling, net, Some(1_000_000)).contains("cyclical"));
    }
}
