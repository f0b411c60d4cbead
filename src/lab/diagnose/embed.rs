//! The linear VAE's global minimum placed in a deeper network: where the restart from pPCA begins.
//!
//! Each active mode travels through the hidden layers on units of its own, in a part of their activation that is
//! straight; the other units keep their initial weights and nothing listens to them yet. The network starts at the
//! closed form's energy, and whether training keeps or betters it is then a question about this network alone.

use crate::config::Activation;
use crate::model::{Arena, Node, NodeKind, Source};
use crate::theory::{Basis, LinearProblem, Optimum};

/// Standard deviations of a signal that stay on the straight side of a kink.
const REACH: f64 = 6.0;
/// Standard deviation of a signal where an activation is only nearly straight: tanh is then off by a thousandth of it.
const SMALL: f64 = 0.05;

/// What a layer's units hold of a signal s of mean 0 and variance 1: each mode's unit, or the difference of its pair,
/// is `slope`·s + `offset`.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Carry {
    slope: f64,
    offset: f64,
    /// Whether a second unit holds the same of −s.
    pair: bool,
}

/// How a mode passes an activation: the pre-activation `gain`·s + `bias`, and what comes out of it.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Passage {
    gain: f64,
    bias: f64,
    out: Carry,
}

impl Passage {
    /// Through `activation`, where biases can be had or not; `None` if it is nowhere straight enough.
    fn through(activation: Activation, biased: bool) -> Option<Self> {
        let single = |gain, bias, slope, offset| Self {
            gain,
            bias,
            out: Carry {
                slope,
                offset,
                pair: false,
            },
        };
        match activation {
            Activation::Identity => Some(single(1.0, 0.0, 1.0, 0.0)),
            // Above their kink they are the identity.
            Activation::Relu | Activation::LeakyRelu | Activation::Elu if biased => {
                Some(single(1.0, REACH, 1.0, REACH))
            }
            // f(s) − f(−s) = s and 1.01 s.
            Activation::Relu | Activation::LeakyRelu => {
                let slope = if activation == Activation::Relu {
                    1.0
                } else {
                    1.01
                };
                Some(Self {
                    gain: 1.0,
                    bias: 0.0,
                    out: Carry {
                        slope,
                        offset: 0.0,
                        pair: true,
                    },
                })
            }
            Activation::Tanh => Some(single(SMALL, 0.0, SMALL, 0.0)),
            // Its slope at 0 is a quarter.
            Activation::Sigmoid => Some(single(4.0 * SMALL, 0.0, SMALL, 0.5)),
            Activation::Elu | Activation::SoftThreshold => None,
        }
    }
}

/// The tensors of a network, to be filled.
struct Weights<'a> {
    arena: &'a Arena,
    values: &'a mut [f32],
}

impl Weights<'_> {
    /// Sets what unit `to` of a dense node gets: `parts` from inputs, and a bias. `None` if a bias is needed and there
    /// is none.
    fn set(
        &mut self,
        node: &Node,
        to: usize,
        parts: impl Iterator<Item = (usize, f64)>,
        bias: f64,
    ) -> Option<()> {
        let columns = node.output.len();
        let weight = self.arena.get(&format!("{}.weight", node.name))?;
        let weights = &mut self.values[weight.range()];
        weights
            .iter_mut()
            .skip(to)
            .step_by(columns)
            .for_each(|w| *w = 0.0);
        for (from, value) in parts {
            weights[from * columns + to] += value as f32;
        }
        match self.arena.get(&format!("{}.bias", node.name)) {
            Some(tensor) => self.values[tensor.range()][to] = bias as f32,
            // Data are centred to rounding at best.
            None if bias.abs() > 1e-5 => return None,
            None => {}
        }
        Some(())
    }
}

/// What enters a stack, as sums over its inputs: mode i is Σ `parts`(i) + `shift`[i].
struct Entering<'a> {
    parts: &'a dyn Fn(usize) -> Vec<(usize, f64)>,
    shift: Vec<f64>,
}

/// Leads `modes` signals through all nodes but the last; what its inputs then are, as sums for every mode.
fn lead(weights: &mut Weights<'_>, nodes: &[Node], entering: &Entering<'_>) -> Option<Vec<Sum>> {
    let modes = entering.shift.len();
    let mut sums: Vec<Sum> = (0..modes)
        .map(|i| Sum {
            parts: (entering.parts)(i),
            shift: entering.shift[i],
        })
        .collect();
    for (k, node) in nodes.iter().enumerate() {
        let from = if k == 0 {
            Source::Input
        } else {
            Source::Node(k - 1)
        };
        let NodeKind::Dense { bias } = node.kind else {
            return None;
        };
        if node.input != from || node.skip.is_some() {
            return None;
        }
        if k + 1 == nodes.len() {
            break;
        }
        let passage = Passage::through(node.activation, bias)?;
        let units = modes * if passage.out.pair { 2 } else { 1 };
        if units > node.output.len() {
            return None;
        }
        for (i, sum) in sums.iter_mut().enumerate() {
            let scaled = |sign: f64| {
                let gain = sign * passage.gain;
                sum.parts.iter().map(move |(j, w)| (*j, gain * w))
            };
            // Where no bias can be had the signal's mean travels with it.
            let centred = bias || passage.bias != 0.0;
            let shift = if centred { sum.shift } else { 0.0 };
            weights.set(node, i, scaled(1.0), passage.gain * shift + passage.bias)?;
            if passage.out.pair {
                weights.set(node, modes + i, scaled(-1.0), -passage.gain * shift)?;
            }
            let back = 1.0 / passage.out.slope;
            let mut parts = vec![(i, back)];
            if passage.out.pair {
                parts.push((modes + i, -back));
            }
            *sum = Sum {
                parts,
                shift: sum.shift - shift - passage.out.offset * back,
            };
        }
    }
    Some(sums)
}

/// A signal as a sum over the units of a layer.
struct Sum {
    parts: Vec<(usize, f64)>,
    shift: f64,
}

/// `parameters` with the linear optimum in the place of what is there; `None` if these layers cannot hold it.
///
/// - `nets`: encoder and decoder;
/// - `means`: x̄ and ȳ;
/// - `basis`, `problem` and `optimum`: of the linear VAE with the same data, κ, β, γ and η.
pub(super) fn embedded(
    arena: &Arena,
    nets: [&[Node]; 2],
    means: [&[f64]; 2],
    (basis, problem, optimum): (&Basis, &LinearProblem, &Optimum),
    mut parameters: Vec<f32>,
) -> Option<Vec<f32>> {
    let modes = optimum.active;
    let (latents, eta) = (problem.latents(), problem.eta_enc());
    let sigma2 = optimum.sigma2_per_latent(problem);
    let [(head, _), (out, _)] = [nets[0].split_last()?, nets[1].split_last()?];
    if modes > basis.modes() || out.activation != Activation::Identity {
        return None;
    }
    let mut weights = Weights {
        arena,
        values: &mut parameters,
    };
    // eᵢᵀ(x − x̄) has variance 1.
    let direction = |i: usize| {
        let column = basis.input().col(i);
        column.iter().copied().enumerate().collect::<Vec<_>>()
    };
    let along = |i: usize| {
        basis
            .input()
            .col(i)
            .iter()
            .zip(means[0])
            .map(|(e, m)| e * m)
            .sum::<f64>()
    };
    let entering = Entering {
        parts: &direction,
        shift: (0..modes).map(|i| -along(i)).collect(),
    };
    let sums = lead(&mut weights, nets[0], &entering)?;
    let per_sample = head.output.len() == 2 * latents;
    for (j, sigma2) in sigma2.iter().enumerate() {
        // μ = θ s; a latent without a mode is the prior.
        match sums.get(j) {
            Some(sum) => {
                let theta = optimum.modes[j].theta;
                let parts = sum.parts.iter().map(|(i, w)| (*i, theta * w));
                weights.set(head, j, parts, theta * sum.shift)?;
            }
            None => weights.set(head, j, std::iter::empty(), 0.0)?,
        }
        let log_sigma2 = sigma2.ln();
        if per_sample {
            weights.set(head, latents + j, std::iter::empty(), log_sigma2)?;
        } else {
            let shared = weights.arena.get("log_sigma2")?.range();
            weights.values[shared][j] = log_sigma2 as f32;
        }
    }
    // z of a mode has variance η²: σ² + Var μ = η².
    let latent = |i: usize| vec![(i, 1.0 / eta)];
    let entering = Entering {
        parts: &latent,
        shift: vec![0.0; modes],
    };
    let sums = lead(&mut weights, nets[1], &entering)?;
    for (row, mean) in means[1].iter().enumerate() {
        let share = |i: usize| eta * optimum.modes[i].lambda * basis.output()[(row, i)];
        let parts = sums
            .iter()
            .enumerate()
            .flat_map(|(i, sum)| sum.parts.iter().map(move |(j, w)| (*j, share(i) * w)));
        let shift: f64 = sums
            .iter()
            .enumerate()
            .map(|(i, sum)| share(i) * sum.shift)
            .sum();
        weights.set(out, row, parts, mean + shift)?;
    }
    if let Some(log_gamma) = arena.get("log_gamma") {
        parameters[log_gamma.range()].fill(optimum.gamma.ln() as f32);
    }
    Some(parameters)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{
        Activation, DataConfig, DataSource, LiveConfig, NetConfig, RunConfig, SamplingConfig, Stack,
    };
    use crate::data::{self, Preprocessor};
    use crate::metrics::{Explainable, predict};
    use crate::theory::Gamma;
    use crate::train::{RunSetup, Trainer, evaluate};
    use std::sync::Arc;

    const ITEMS: usize = 400;

    /// L of a network right after the linear optimum was placed in it, and the closed form's; `None` if it has no place.
    fn energies(net: NetConfig, eta_enc: f64) -> Option<[f64; 2]> {
        let config = RunConfig {
            data: DataConfig {
                source: DataSource::Digits,
                limit: Some(ITEMS),
                ..DataConfig::default()
            },
            live: LiveConfig {
                gamma: 0.5,
                beta: 1.2,
                eta_enc,
                ..LiveConfig::default()
            },
            sampling: SamplingConfig {
                batch: 50,
                ..SamplingConfig::default()
            },
            net,
            ..RunConfig::default()
        };
        let data = data::load(&config.data, 0, &|_| true).expect("data");
        let preprocessor =
            Preprocessor::new(config.data.preprocess, &data).expect("a preprocessing");
        let spectrum = data::spectrum(&data, &preprocessor, 0, &|_| true).expect("a spectrum");
        let live = config.live;
        let setup = RunSetup {
            config,
            data: Arc::new(data),
            preprocessor: Arc::new(preprocessor),
        };
        let mut trainer = Trainer::new(Arc::new(setup)).expect("a trainer");
        let plan = trainer.plan().clone();
        let latents = plan.net.latents;
        let prediction = predict(
            &spectrum,
            latents,
            eta_enc,
            live.beta,
            Gamma::Fixed(live.gamma),
        )
        .expect("a prediction");
        let optimum = prediction.optimum.clone().expect("an optimum");
        assert!(
            optimum.active > 2 && optimum.active < latents,
            "{}",
            optimum.active
        );
        let basis = Explainable::Input(&spectrum).basis().expect("a basis");
        let start = trainer.backend().read(plan.parameters()).expect("weights");
        let placed = embedded(
            &plan.arena,
            [&plan.net.encoder, &plan.net.decoder],
            [&spectrum.mean, &spectrum.mean],
            (&basis, &prediction.problem, &optimum),
            start,
        )?;
        trainer
            .backend()
            .write(plan.parameters(), &placed)
            .expect("a write");
        let found = evaluate(trainer.backend(), 0, &live, ITEMS, &|| true).expect("an evaluation");
        Some([found.loss(), optimum.loss])
    }

    fn net(width: usize, layers: usize, activation: Activation) -> NetConfig {
        NetConfig {
            encoder: Stack::dense(&vec![width; layers]),
            decoder: Stack::dense(&vec![width; layers]),
            activation,
            ..NetConfig::linear(24)
        }
    }

    #[test]
    fn a_deep_net_starts_at_the_closed_forms_energy() {
        for (activation, layers) in [
            (Activation::Identity, 0),
            (Activation::Identity, 3),
            (Activation::Relu, 2),
            (Activation::LeakyRelu, 2),
            (Activation::Elu, 2),
            (Activation::Tanh, 3),
            (Activation::Sigmoid, 1),
        ] {
            for eta in [1.0, 1.5] {
                let [found, expected] =
                    energies(net(40, layers, activation), eta).expect("a place");
                // One draw of z for each of 400 items, of an energy of some hundred nats.
                assert!(
                    (found - expected).abs() < 0.6,
                    "{activation:?} {layers}: {found} {expected}"
                );
            }
        }
    }

    #[test]
    fn what_cannot_hold_it_is_left_alone() {
        let place = |net| energies(net, 1.0).is_some();
        assert!(!place(net(5, 1, Activation::Relu)), "too narrow");
        assert!(
            !place(net(40, 1, Activation::SoftThreshold)),
            "nowhere straight"
        );
        let text = |encoder: &str, decoder: &str| NetConfig {
            encoder: encoder.parse().expect("a stack"),
            decoder: decoder.parse().expect("a stack"),
            ..NetConfig::linear(24)
        };
        assert!(!place(text("conv4k3s2", "40:relu")), "a convolution");
        assert!(
            !place(text("40:elu:nobias", "40:relu")),
            "a kink and no bias"
        );
        assert!(
            place(text("80:relu:nobias", "80:relu:nobias")),
            "pairs need no bias"
        );
        assert!(
            !place(text("20:relu:nobias", "80:relu")),
            "pairs need twice the width"
        );
    }
}
