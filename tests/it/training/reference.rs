//! Ten steps of three networks against the same ten steps in PyTorch.
//!
//! `tests/reference/make_reference.py` writes the networks a second time, as `torch.nn` modules in float64 with
//! autograd and `torch.optim.Adam`, on the same random stream, and keeps what the steps reported and what became of
//! every tensor. The numbers are read here; no test needs Python.

use std::sync::Arc;

use collapse_explorer::compute::cpu::CpuBackend;
use collapse_explorer::compute::{Backend as _, Plan, StepInputs, StepMetrics};
use collapse_explorer::config::{
    Activation, DataConfig, DeviceChoice, GammaMode, LiveConfig, NetConfig, PosteriorVariance,
    Preprocess, RunConfig, SamplingConfig, Stack,
};
use collapse_explorer::data::{Dataset, ImageShape, Pixels, Preprocessor};
use collapse_explorer::model::{NetSpec, NodeKind, Shape, Source, initial_parameters};
use collapse_explorer::rng::{Stream, normal, permute, uniform};
use collapse_explorer::train::{RunSetup, Trainer};
use serde::Deserialize;

use crate::common::runs::advance;

const LUCAS: &str = include_str!("../../reference/lucas.json");
const CONVOLUTIONAL: &str = include_str!("../../reference/convolutional.json");
const WANG: &str = include_str!("../../reference/wang.json");
const RANDOM: &str = include_str!("../../reference/random.json");

/// Steps of a run.
const STEPS: usize = 10;

#[derive(Debug, Clone, Deserialize)]
struct Reference {
    torch: String,
    run: Run,
    steps: Steps,
    /// The loss with PyTorch's own constants, where the program rounds them to f32.
    plain_loss: Vec<f64>,
    tensors: Vec<Summary>,
}

#[derive(Debug, Clone, Deserialize)]
struct Run {
    shape: [usize; 3],
    encoder: Stack,
    decoder: Stack,
    latents: usize,
    activation: Activation,
    variance: PosteriorVariance,
    preprocess: Preprocess,
    items: usize,
    batch: usize,
    seed: u32,
    beta: f64,
    gamma: f64,
    gamma_mode: GammaMode,
    learning_rate: f64,
}

#[derive(Debug, Clone, Deserialize)]
struct Steps {
    loss: Vec<f64>,
    sse: Vec<f64>,
    kl: Vec<f64>,
    gamma: Vec<f64>,
}

/// What is kept of a tensor after the last step.
#[derive(Debug, Clone, Deserialize)]
struct Summary {
    name: String,
    len: usize,
    sum: f64,
    /// Σ p².
    squares: f64,
    /// Σ (p − p₀)².
    moved: f64,
    /// Some places and what stands there.
    elements: Vec<(usize, f64)>,
}

/// What the program made of the same run.
struct Outcome {
    /// Loss, squared error, KL, γ of every step.
    metrics: Vec<[f64; 4]>,
    /// Name, start and end of every tensor.
    tensors: Vec<(String, Vec<f64>, Vec<f64>)>,
}

/// How far an outcome may be off.
#[derive(Clone, Copy)]
struct Tolerance {
    /// Metrics, relative.
    metrics: f64,
    /// A tensor's elements, as a share of the way Adam can go: steps times rate.
    moves: f64,
    /// The same for what only rounding moves; see [`Reference::undetermined`].
    undetermined: f64,
}

/// Weights, x and ε are f32 numbers in both programs and the constants of a step are rounded alike, so all that is
/// left are the orders of summation: the unit 10⁻¹⁶, times the square root of some thousand terms, times ten steps.
/// Where a gradient is zero but for such rounding, 10⁻¹⁶ to 10⁻¹⁴, Adam divides it by its ε = 10⁻⁸.
const F64: Tolerance = Tolerance {
    metrics: 1e-12,
    moves: 1e-11,
    undetermined: 1e-4,
};

/// The unit is 6·10⁻⁸; sums of thousands of terms and ten steps leave 10⁻⁶ in the metrics. Adam divides a
/// gradient by its size, so an element whose gradient nearly cancels goes a share of its way astray, and one whose
/// gradient is nothing but rounding (about Adam's ε in f32) goes anywhere within its reach: twice the way.
const F32: Tolerance = Tolerance {
    metrics: 5e-6,
    moves: 1e-3,
    undetermined: 2.0,
};

impl Reference {
    fn read(text: &str) -> Self {
        let reference: Self = serde_json::from_str(text).expect("a reference");
        assert!(reference.torch.starts_with("2."), "{}", reference.torch);
        reference
    }

    fn net(&self) -> NetConfig {
        NetConfig {
            encoder: self.run.encoder.clone(),
            decoder: self.run.decoder.clone(),
            latents: self.run.latents,
            activation: self.run.activation,
            variance: self.run.variance,
            ..NetConfig::default()
        }
    }

    /// The data set by the formula of `make_reference.py`.
    fn data(&self) -> Arc<Dataset> {
        let [height, width, channels] = self.run.shape;
        let dim = height * width * channels;
        let byte = |i: usize| {
            let (n, p) = (i / dim, i % dim);
            (((n % 31) * (p % 29) + 7 * (p % 13) * (n % 5)) % 256) as u8
        };
        Arc::new(Dataset {
            name: "reference".into(),
            shape: ImageShape {
                height,
                width,
                channels,
            },
            pixels: Pixels::Bytes((0..self.run.items * dim).map(byte).collect()),
            labels: None,
            ..Dataset::default()
        })
    }

    fn plan(&self, data: &Dataset) -> Plan {
        let shape = Shape::from(data.shape);
        let net = NetSpec::new(&self.net(), shape, shape).expect("a valid net");
        Plan::new(net, self.run.batch, self.run.items, false)
    }

    /// The run in f64, step inputs made by hand.
    fn in_f64(&self) -> Outcome {
        let run = &self.run;
        let data = self.data();
        let plan = self.plan(&data);
        let preprocessor =
            Arc::new(Preprocessor::new(run.preprocess, &data).expect("it can be prepared"));
        let start = initial_parameters(&plan.arena, run.seed, run.gamma);
        let learn = match run.gamma_mode {
            GammaMode::Learned => StepInputs::LEARN_GAMMA,
            GammaMode::Fixed | GammaMode::Optimal => 0,
        };
        let per_epoch = run.items / run.batch;
        let inputs = (0..STEPS).map(|step| {
            let mut inputs = StepInputs {
                seed: run.seed,
                step: step as u32,
                epoch: (step / per_epoch) as u32,
                first: (step % per_epoch * run.batch) as u32,
                samples: run.items as u32,
                rows: run.batch as u32,
                slot: step as u32,
                trained: StepInputs::TRAIN_ENCODER | StepInputs::TRAIN_DECODER | learn,
                beta: run.beta as f32,
                learning_rate: run.learning_rate as f32,
                alpha: LiveConfig::default().alpha as f32,
                ..StepInputs::default()
            };
            inputs.set_adam_time(step as u64 + 1);
            inputs
        });
        let inputs: Vec<StepInputs> = inputs.collect();
        let (parameters, metrics) = (plan.parameters(), plan.metrics());
        let mut backend = CpuBackend::<f64>::new(plan, data, preprocessor).expect("memory");
        backend.write(parameters, &start).expect("a write");
        assert_eq!(backend.train(&inputs).expect("steps"), STEPS);
        let rows = backend.slice(metrics).chunks_exact(StepMetrics::ROW);
        let metrics = rows
            .take(STEPS)
            .map(|row| [row[0], row[1], row[2], row[3]])
            .collect();
        outcome(backend.plan(), metrics, &start, backend.slice(parameters))
    }

    /// The run in f32, as a user has it.
    fn in_f32(&self) -> Outcome {
        let run = &self.run;
        let data = self.data();
        let config = RunConfig {
            data: DataConfig {
                preprocess: run.preprocess,
                ..DataConfig::default()
            },
            net: self.net(),
            live: LiveConfig {
                beta: run.beta,
                gamma: run.gamma,
                gamma_mode: run.gamma_mode,
                learning_rate: run.learning_rate,
                ..LiveConfig::default()
            },
            sampling: SamplingConfig {
                batch: run.batch,
                seed: run.seed,
            },
            device: DeviceChoice::Cpu,
            ..RunConfig::default()
        };
        let preprocessor =
            Arc::new(Preprocessor::new(run.preprocess, &data).expect("it can be prepared"));
        let setup = RunSetup {
            config,
            data,
            preprocessor,
        };
        let mut trainer = Trainer::new(Arc::new(setup)).expect("a run");
        let parameters = trainer.plan().parameters();
        let start = trainer.backend().read(parameters).expect("parameters");
        let metrics = advance(&mut trainer, STEPS, 4)
            .iter()
            .map(|m| [m.loss, m.sse, m.kl, m.gamma])
            .collect();
        let end = trainer.backend().read(parameters).expect("parameters");
        let end: Vec<f64> = end.into_iter().map(f64::from).collect();
        outcome(trainer.plan(), metrics, &start, &end)
    }

    /// Tensors whose gradient is zero but for rounding: biases before a normalisation, which takes them off
    /// again, and the running means, which follow them.
    fn undetermined(&self) -> Vec<String> {
        let net = self.plan(&self.data()).net;
        let mut names = Vec::new();
        for nodes in [&net.encoder, &net.decoder] {
            for norm in nodes.iter().filter(|n| n.kind == NodeKind::Norm) {
                if let Source::Node(at) = norm.input
                    && nodes[at].bias() > 0
                {
                    names.push(format!("{}.bias", nodes[at].name));
                    names.push(format!("{}.running", norm.name));
                }
            }
        }
        names
    }

    /// Every number of an outcome that is off by more than the tolerance.
    fn disagreements(&self, outcome: &Outcome, tolerance: Tolerance) -> Vec<String> {
        let mut wrong = Vec::new();
        let mut check = |what: String, got: f64, wanted: f64, least: f64| {
            let error = (got - wanted).abs();
            if error.is_nan() || error > least {
                let share = error / least;
                wrong.push(format!(
                    "{what}: {got:e}, wanted {wanted:e}, {share:.1e} times too far"
                ));
            }
        };
        assert_eq!(outcome.metrics.len(), STEPS);
        for (step, got) in outcome.metrics.iter().enumerate() {
            let s = &self.steps;
            let series = [&s.loss, &s.sse, &s.kl, &s.gamma];
            for ((name, series), &got) in ["loss", "sse", "KL", "γ"].iter().zip(series).zip(got) {
                let wanted = series[step];
                let least = tolerance.metrics * wanted.abs();
                check(format!("{name} of step {step}"), got, wanted, least);
            }
        }
        let undetermined = self.undetermined();
        let way = self.run.learning_rate * STEPS as f64;
        assert_eq!(outcome.tensors.len(), self.tensors.len());
        for ((name, start, end), wanted) in outcome.tensors.iter().zip(&self.tensors) {
            assert_eq!((name, end.len()), (&wanted.name, wanted.len));
            let share = if undetermined.contains(name) {
                tolerance.undetermined
            } else {
                tolerance.moves
            };
            let len = end.len() as f64;
            let sum = end.iter().sum();
            let squares = end.iter().map(|v| v * v).sum();
            let moved = end.iter().zip(start).map(|(e, s)| (e - s).powi(2)).sum();
            let e = share * way;
            check(format!("sum of {name}"), sum, wanted.sum, len * e);
            let least = error_of_squares(e, len, wanted.squares);
            check(format!("squares of {name}"), squares, wanted.squares, least);
            let least = error_of_squares(e, len, wanted.moved.max(len * way * way));
            check(format!("way of {name}"), moved, wanted.moved, least);
            for &(at, element) in &wanted.elements {
                check(format!("{name}[{at}]"), end[at], element, e);
            }
        }
        wrong
    }
}

/// Error of a sum of `len` squares whose roots are all off by `e`.
fn error_of_squares(e: f64, len: f64, sum: f64) -> f64 {
    2.0 * e * (len * sum).sqrt() + len * e * e
}

fn outcome(plan: &Plan, metrics: Vec<[f64; 4]>, start: &[f32], end: &[f64]) -> Outcome {
    let tensors = plan.arena.tensors().iter().map(|t| {
        let start = start[t.range()].iter().map(|&v| f64::from(v)).collect();
        (t.name.clone(), start, end[t.range()].to_vec())
    });
    Outcome {
        metrics,
        tensors: tensors.collect(),
    }
}

#[test]
fn the_random_stream_is_the_references() {
    #[derive(Deserialize)]
    struct Answers {
        seed: u32,
        normals_step: u32,
        normals: Vec<(u32, u32)>,
        normals_bits_sum: u64,
        uniforms_step: u32,
        uniforms: Vec<(u32, u32)>,
        uniforms_bits_sum: u64,
        epoch: u32,
        order: Vec<u32>,
    }
    const COUNT: u32 = 4001;
    let a: Answers = serde_json::from_str(RANDOM).expect("answers");
    let normal_bits = |i| normal(a.seed, Stream::Epsilon, i, a.normals_step).to_bits();
    let uniform_bits = |i| uniform(a.seed, Stream::Init, i, a.uniforms_step).to_bits();
    for &(i, bits) in &a.normals {
        assert_eq!(normal_bits(i), bits, "normal {i}");
    }
    for &(i, bits) in &a.uniforms {
        assert_eq!(uniform_bits(i), bits, "uniform {i}");
    }
    let sum = |bits: &dyn Fn(u32) -> u32| (0..COUNT).map(|i| u64::from(bits(i))).sum::<u64>();
    assert_eq!(sum(&normal_bits), a.normals_bits_sum);
    assert_eq!(sum(&uniform_bits), a.uniforms_bits_sum);
    let n = a.order.len() as u32;
    let order: Vec<u32> = (0..n).map(|i| permute(a.seed, a.epoch, n, i)).collect();
    assert_eq!(order, a.order);
}

#[test]
fn ten_steps_are_pytorchs() {
    for text in [LUCAS, CONVOLUTIONAL, WANG] {
        let reference = Reference::read(text);
        let outcome = reference.in_f64();
        let wrong = reference.disagreements(&outcome, F64);
        assert!(wrong.is_empty(), "in f64: {wrong:#?}");
        // Rounding the constants of a step to f32 changes them by at most 6·10⁻⁸, and the loss by about as much.
        for (step, (&plain, got)) in reference
            .plain_loss
            .iter()
            .zip(&outcome.metrics)
            .enumerate()
        {
            let error = (got[0] - plain).abs() / plain.abs();
            assert!(error < 1e-6, "step {step}: {} {plain}", got[0]);
        }
        let wrong = reference.disagreements(&reference.in_f32(), F32);
        assert!(wrong.is_empty(), "in f32: {wrong:#?}");
    }
}

#[test]
fn a_wrong_number_is_found() {
    let reference = Reference::read(CONVOLUTIONAL);
    let outcomes = [(reference.in_f64(), F64), (reference.in_f32(), F32)];
    for (outcome, tolerance) in &outcomes {
        let found = |corrupt: &dyn Fn(&mut Reference, f64, f64)| {
            let mut reference = reference.clone();
            // A relative error of the metrics and an error of an element that are five times too far.
            let way = reference.run.learning_rate * STEPS as f64;
            let (metrics, moves) = (5.0 * tolerance.metrics, 5.0 * tolerance.moves * way);
            corrupt(&mut reference, metrics, moves);
            reference.disagreements(outcome, *tolerance)
        };
        let only = |name: &str, wrong: Vec<String>| {
            assert!(
                wrong.len() == 1 && wrong[0].starts_with(name),
                "{name}: {wrong:#?}"
            );
        };
        only(
            "loss of step 3",
            found(&|r, e, _| r.steps.loss[3] *= 1.0 + e),
        );
        only("sse of step 9", found(&|r, e, _| r.steps.sse[9] *= 1.0 - e));
        only("KL of step 0", found(&|r, e, _| r.steps.kl[0] *= 1.0 + e));
        only("γ of step 9", found(&|r, e, _| r.steps.gamma[9] *= 1.0 + e));
        for at in [0, 5, reference.tensors.len() - 1] {
            let tensor = &reference.tensors[at];
            let (name, len) = (&tensor.name, tensor.len as f64);
            let (place, _) = tensor.elements[0];
            let element = found(&|r, _, e| r.tensors[at].elements[0].1 += e);
            only(&format!("{name}[{place}]"), element);
            let sum = found(&|r, _, e| r.tensors[at].sum -= len * e);
            only(&format!("sum of {name}"), sum);
            let squares = found(&|r, _, e| {
                let tensor = &mut r.tensors[at];
                tensor.squares += error_of_squares(e, len, tensor.squares);
            });
            only(&format!("squares of {name}"), squares);
            let way = reference.run.learning_rate * STEPS as f64;
            let least = tensor.moved.max(len * way * way);
            let moved = found(&|r, _, e| r.tensors[at].moved += error_of_squares(e, len, least));
            only(&format!("way of {name}"), moved);
        }
    }
}

#[test]
fn a_wrong_run_is_found() {
    let reference = Reference::read(WANG);
    let found = |change: &dyn Fn(&mut Run)| {
        let mut changed = reference.clone();
        change(&mut changed.run);
        let in_f64 = reference.disagreements(&changed.in_f64(), F64).len();
        (
            in_f64,
            reference.disagreements(&changed.in_f32(), F32).len(),
        )
    };
    assert_eq!(found(&|_| {}), (0, 0));
    // The rate shows in every number but those of the first step; β in every one but squared error and γ there.
    let steps = 4 * STEPS;
    for (what, (in_f64, in_f32)) in [
        ("another seed", found(&|run| run.seed += 1)),
        ("another rate", found(&|run| run.learning_rate *= 1.01)),
        ("another β", found(&|run| run.beta *= 1.01)),
        ("another γ", found(&|run| run.gamma *= 1.01)),
        (
            "other noise",
            found(&|run| run.preprocess = Preprocess::None),
        ),
        (
            "another activation",
            found(&|run| run.activation = Activation::Elu),
        ),
    ] {
        assert!(in_f64 > steps / 2, "{what}: {in_f64} in f64");
        assert!(in_f32 > steps / 4, "{what}: {in_f32} in f32");
    }
    // In f64 a millionth is enough.
    let (in_f64, _) = found(&|run| run.learning_rate *= 1.0 + 1e-6);
    assert!(in_f64 > steps / 2, "{in_f64}");
}
