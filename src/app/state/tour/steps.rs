//! The steps of the tour: the run each sets up, where it is seen, and what it says.

use crate::app::state::tile::Workspace;
use crate::config::{
    Activation, DataConfig, DataSource, Estimator, GammaMode, LiveConfig, NetConfig, RunConfig,
    SamplingConfig, Stack,
};

/// One step.
pub(crate) struct Step {
    /// What it is about.
    pub title: &'static str,
    /// The paper it comes from.
    pub paper: &'static str,
    /// What to look at, what to do, what that shows.
    pub text: &'static str,
    /// Where it is seen.
    pub workspace: Workspace,
    run: fn() -> RunConfig,
}

impl Step {
    /// The settings of its run.
    pub fn config(&self) -> RunConfig {
        (self.run)()
    }
}

/// All of them, in order.
pub(crate) const STEPS: [Step; 6] = [
    Step {
        title: "Linear theory",
        paper: "Lucas et al. 2019",
        text: "A linear VAE learns data with five modes of variance ζ² = 9, 5, 2, 1, 0.3. In the thresholds tile, modes above the \
               line βγ should become active and those below it should collapse. The theory needs no training. Watch \
               Latent usage: within seconds as many latents are active as the theory predicts.",
        workspace: Workspace::Live,
        run: linear,
    },
    Step {
        title: "Thresholds",
        paper: "Wang & Ziyin 2022",
        text: "Drag the orange line βγ upwards, or move the β slider: a latent dies each time the line passes a ζ². Above 5 only \
               one is left, above 9 none: full collapse, which is then the global minimum. Drag the line down again and the \
               latents come back, because the linear model has no bad local minima.",
        workspace: Workspace::Live,
        run: thresholds,
    },
    Step {
        title: "The decoder's variance γ",
        paper: "Lucas et al. 2019; Dai, Wang & Wipf 2020",
        text: "γ is fixed at 3, so the third mode (ζ² = 2) is dead although β = 1. Choose 'Learned' for γ in the objective: γ falls \
               to the variance that is left over, the line βγ falls with it, and the latent comes back. Collapse is often \
               just a γ that is fixed too large.",
        workspace: Workspace::Live,
        run: gamma,
    },
    Step {
        title: "Depth",
        paper: "Lucas et al. 2019",
        text: "With γ learned, the linear theory predicts that all 16 latents are active on these digits. A deep network gets by \
               with fewer: watch the KL gather in a handful of them while the others stay near E σ² = 1. Then raise β and \
               see which die first.",
        workspace: Workspace::Live,
        run: depth,
    },
    Step {
        title: "A bad minimum",
        paper: "Dai, Wang & Wipf 2020",
        text: "Sixteen tanh layers on each side could represent all three modes, yet training ends with none. Press 'Start \
               diagnosis': experiments on copies of the run show whether there are too many latents, β or γ is too large, \
               or, as here, training ended in a bad local minimum. No choice of β repairs that.",
        workspace: Workspace::Diagnose,
        run: bad_minimum,
    },
    Step {
        title: "Instruments",
        paper: "Asperti 2019",
        text: "At γ = 1 about seven of these 32 latents are worth their cost. The others are pruned, each with E σ² = 1 and \
               Var μ = 0; for every latent, used or not, Var μ + E σ² comes close to 1. The Papers workspace reproduces and \
               checks the papers' own figures and tables: choose one there and press Run.",
        workspace: Workspace::Instruments,
        run: surplus,
    },
];

/// Five well separated modes.
const MODES: [f64; 5] = [9.0, 5.0, 2.0, 1.0, 0.3];
/// Three modes above a floor of five equal ones.
const FLOORED: [f64; 8] = [9.0, 5.0, 2.0, 0.1, 0.1, 0.1, 0.1, 0.1];

fn gaussian(spectrum: &[f64], items: usize) -> DataConfig {
    DataConfig {
        source: DataSource::Gaussian(spectrum.to_vec()),
        limit: Some(items),
        ..DataConfig::default()
    }
}

fn digits() -> DataConfig {
    DataConfig {
        source: DataSource::Digits,
        ..DataConfig::default()
    }
}

fn linear() -> RunConfig {
    RunConfig {
        data: gaussian(&MODES, 512),
        net: NetConfig {
            estimator: Estimator::Analytic,
            ..NetConfig::linear(MODES.len())
        },
        live: LiveConfig {
            gamma: 0.5,
            learning_rate: 0.01,
            ..LiveConfig::default()
        },
        sampling: SamplingConfig {
            batch: 128,
            seed: 0,
        },
        ..RunConfig::default()
    }
}

fn thresholds() -> RunConfig {
    let run = linear();
    RunConfig {
        live: LiveConfig {
            beta: 4.0,
            gamma: 1.0,
            ..run.live
        },
        ..run
    }
}

fn gamma() -> RunConfig {
    let run = linear();
    RunConfig {
        data: gaussian(&FLOORED, 256),
        net: NetConfig {
            estimator: Estimator::Analytic,
            ..NetConfig::linear(3)
        },
        live: LiveConfig {
            gamma: 3.0,
            ..run.live
        },
        ..run
    }
}

fn depth() -> RunConfig {
    RunConfig {
        data: digits(),
        net: NetConfig::dense(&[128, 64, 32], 16),
        live: LiveConfig {
            gamma: 0.1,
            gamma_mode: GammaMode::Learned,
            ..LiveConfig::default()
        },
        ..RunConfig::default()
    }
}

fn bad_minimum() -> RunConfig {
    RunConfig {
        data: gaussian(&FLOORED, 256),
        net: NetConfig {
            encoder: Stack::dense(&[4; 16]),
            decoder: Stack::dense(&[4; 16]),
            activation: Activation::Tanh,
            ..NetConfig::linear(3)
        },
        live: LiveConfig {
            gamma: 0.2,
            ..LiveConfig::default()
        },
        sampling: SamplingConfig { batch: 64, seed: 5 },
        ..RunConfig::default()
    }
}

fn surplus() -> RunConfig {
    RunConfig {
        data: digits(),
        net: NetConfig::dense(&[128], 32),
        live: LiveConfig {
            learning_rate: 2e-3,
            ..LiveConfig::default()
        },
        ..RunConfig::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_sets_up_a_valid_run_that_needs_no_file() {
        for step in &STEPS {
            let config = step.config();
            config.validate().expect(step.title);
            assert!(!matches!(config.data.source, DataSource::Path(_)));
            let sentences = step.text.matches(['.', ':']).count();
            assert!(sentences >= 2 && step.text.len() < 420, "{}", step.title);
        }
    }

    #[test]
    fn each_step_shows_another_run() {
        for pair in STEPS.windows(2) {
            assert_ne!(pair[0].config(), pair[1].config(), "{}", pair[1].title);
        }
    }
}
