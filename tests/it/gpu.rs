//! The WGSL kernels on a device against their native twins.
//!
//! Lavapipe will do; a machine without any adapter fails these tests rather than skipping them.
//! `COLLAPSE_TEST_ADAPTER` picks an adapter by a part of its name.

use std::sync::{Arc, OnceLock};

use collapse_explorer::compute::cpu::CpuBackend;
use collapse_explorer::compute::gpu::{Adapter, GpuBackend, GpuDevice, Tile, enumerate};
use collapse_explorer::compute::{
    Backend, BufferId, DeviceKind, Error, Op, Plan, Program, Slice, StepInputs, StepMetrics,
    create_backend,
};
use collapse_explorer::config::{Activation, DeviceChoice, PosteriorVariance, Preprocess};
use collapse_explorer::data::{Dataset, ImageShape, Preprocessor};
use collapse_explorer::model::initial_parameters;
use collapse_explorer::rng::{Stream, normal, uniform};

use crate::common::{byte_data, float_data, plan, preprocessor, step_inputs};

/// The adapter the tests run on: a software one if there is one, since every machine can have it.
fn adapter() -> Adapter {
    let all = enumerate();
    let wanted = std::env::var("COLLAPSE_TEST_ADAPTER").ok();
    let chosen = match &wanted {
        Some(name) => all.iter().find(|a| a.info().name.contains(name.as_str())),
        None => all
            .iter()
            .find(|a| a.info().kind == DeviceKind::Software)
            .or(all.first()),
    };
    chosen.cloned().unwrap_or_else(|| {
        panic!(
            "no adapter to test the WGSL kernels on ({} found, wanted {wanted:?}): install Mesa's \
             lavapipe, or point VK_DRIVER_FILES at its lvp_icd file",
            all.len()
        )
    })
}

/// One device for all tests, so that every kernel is compiled once.
fn device() -> Arc<GpuDevice> {
    static DEVICE: OnceLock<Arc<GpuDevice>> = OnceLock::new();
    Arc::clone(DEVICE.get_or_init(|| GpuDevice::open(&adapter()).expect("a working device")))
}

/// The content of every buffer of a plan.
type Content = Vec<(String, Vec<f32>)>;

fn content(backend: &mut dyn Backend) -> Content {
    let specs = backend.plan().buffers.clone();
    specs
        .into_iter()
        .enumerate()
        .map(|(index, spec)| {
            let whole = Slice {
                buffer: BufferId(index),
                offset: 0,
                len: spec.len,
            };
            (spec.name, backend.read(whole).expect("a readable buffer"))
        })
        .collect()
}

/// Share of a value, and of its buffer's largest, by which two float devices may differ; and the
/// least difference that counts.
const RELATIVE: f32 = 1e-4;
const OF_LARGEST: f32 = 3e-6;
const ABSOLUTE: f32 = 1e-6;

/// Every element that differs, in words. Non-finite numbers always count.
fn differences(expected: &Content, got: &Content) -> Vec<String> {
    let mut found = Vec::new();
    assert_eq!(expected.len(), got.len());
    for ((name, a), (_, b)) in expected.iter().zip(got) {
        assert_eq!(a.len(), b.len(), "{name}");
        let largest = a.iter().fold(0.0_f32, |m, v| m.max(v.abs()));
        for (index, (&a, &b)) in a.iter().zip(b).enumerate() {
            let allowed = ABSOLUTE + RELATIVE * a.abs() + OF_LARGEST * largest;
            if !a.is_finite() || !b.is_finite() || (a - b).abs() > allowed {
                found.push(format!("{name}[{index}]: {a} natively, {b} on the device"));
            }
        }
    }
    found
}

fn report(title: &str, found: &[String]) -> Option<String> {
    (!found.is_empty()).then(|| {
        let shown = found.iter().take(12).cloned().collect::<Vec<_>>();
        format!(
            "{title}: {} differences\n  {}",
            found.len(),
            shown.join("\n  ")
        )
    })
}

/// A net on a data set.
struct Case {
    d: usize,
    encoder: &'static [usize],
    decoder: &'static [usize],
    latents: usize,
    activation: Activation,
    variance: PosteriorVariance,
    batch: usize,
    samples: usize,
    bytes: bool,
    channels: usize,
    kind: Preprocess,
}

impl Case {
    fn data(&self) -> Arc<Dataset> {
        let data = if self.bytes {
            byte_data(self.samples, self.d)
        } else {
            float_data(self.samples, self.d)
        };
        let shape = ImageShape {
            width: self.d / self.channels,
            channels: self.channels,
            ..data.shape
        };
        Arc::new(Dataset {
            shape,
            ..Arc::unwrap_or_clone(data)
        })
    }

    fn plan(&self) -> Plan {
        plan(
            self.d,
            self.encoder,
            self.decoder,
            self.latents,
            self.activation,
            self.variance,
            self.batch,
            self.samples,
        )
    }

    fn title(&self) -> String {
        format!(
            "{} B={} n={} {:?} {:?} {:?}",
            self.plan().net.shape_text(),
            self.batch,
            self.samples,
            self.activation,
            self.variance,
            self.kind
        )
    }

    fn pair(&self, tile: Option<Tile>) -> (CpuBackend<f32>, GpuBackend) {
        let data = self.data();
        let pre = preprocessor(self.kind, &data);
        let cpu = CpuBackend::new(self.plan(), Arc::clone(&data), Arc::clone(&pre))
            .expect("enough memory");
        let gpu = match tile {
            Some(tile) => GpuBackend::with_tile(device(), self.plan(), &data, &pre, tile),
            None => GpuBackend::on(device(), self.plan(), &data, &pre),
        };
        (cpu, gpu.expect("a backend"))
    }
}

/// Odd and even widths around every tile's edges, every activation, both variances, both kinds of
/// data, every kind of preprocessing, batches of one and of the whole data set.
const CASES: &[Case] = &[
    Case {
        d: 7,
        encoder: &[],
        decoder: &[],
        latents: 3,
        activation: Activation::Identity,
        variance: PosteriorVariance::Global,
        batch: 9,
        samples: 31,
        bytes: false,
        channels: 1,
        kind: Preprocess::None,
    },
    Case {
        d: 65,
        encoder: &[33, 9],
        decoder: &[8, 63],
        latents: 5,
        activation: Activation::Relu,
        variance: PosteriorVariance::PerSample,
        batch: 127,
        samples: 300,
        bytes: true,
        channels: 1,
        kind: Preprocess::None,
    },
    Case {
        d: 129,
        encoder: &[65],
        decoder: &[31],
        latents: 7,
        activation: Activation::Tanh,
        variance: PosteriorVariance::PerSample,
        batch: 33,
        samples: 129,
        bytes: true,
        channels: 1,
        kind: Preprocess::Center,
    },
    Case {
        d: 1,
        encoder: &[1],
        decoder: &[1],
        latents: 1,
        activation: Activation::Tanh,
        variance: PosteriorVariance::Global,
        batch: 1,
        samples: 3,
        bytes: false,
        channels: 1,
        kind: Preprocess::Center,
    },
    Case {
        d: 63,
        encoder: &[127],
        decoder: &[129],
        latents: 65,
        activation: Activation::Relu,
        variance: PosteriorVariance::Global,
        batch: 65,
        samples: 130,
        bytes: true,
        channels: 1,
        kind: Preprocess::Dequantize,
    },
    Case {
        d: 31,
        encoder: &[8],
        decoder: &[7, 9],
        latents: 33,
        activation: Activation::Tanh,
        variance: PosteriorVariance::PerSample,
        batch: 3,
        samples: 8,
        bytes: true,
        channels: 1,
        kind: Preprocess::Logit,
    },
    Case {
        d: 96,
        encoder: &[64],
        decoder: &[32],
        latents: 16,
        activation: Activation::Relu,
        variance: PosteriorVariance::PerSample,
        batch: 64,
        samples: 64,
        bytes: true,
        channels: 3,
        kind: Preprocess::Logit,
    },
];

/// Writes the same generic state to a backend: initial parameters and log σ², log γ off zero;
/// moments as after a while, so that Adam divides by nothing tiny; a mask with a hole.
fn prepare(backend: &mut dyn Backend) {
    let plan = backend.plan().clone();
    let mut parameters = initial_parameters(&plan.arena, 3, 0.6);
    if let Some(tensor) = plan.arena.get("log_sigma2") {
        for (j, value) in parameters[tensor.range()].iter_mut().enumerate() {
            *value = 0.3 - 0.05 * j as f32;
        }
    }
    let inside = |offset: usize| parameters.get(offset).is_some();
    let wave = |i: usize| uniform(17, Stream::Data, i as u32, 1);
    let moments: [Vec<f32>; 2] = [
        (0..parameters.len())
            .map(|i| 0.02 * wave(i) - 0.01)
            .collect(),
        (0..parameters.len())
            .map(|i| 0.01 + 0.01 * wave(i))
            .collect(),
    ];
    assert!(inside(0));
    let mut mask = vec![1.0; plan.net.latents];
    mask[plan.net.latents / 2] = 0.0;
    backend
        .write(plan.parameters(), &parameters)
        .expect("a write");
    for (slice, values) in plan.moments().into_iter().zip(&moments) {
        backend.write(slice, values).expect("a write");
    }
    backend.write(plan.mask(), &mask).expect("a write");
}

/// The inputs of an evaluation that starts at `first` and counts `rows`.
fn evaluation(plan: &Plan, first: usize, rows: usize) -> StepInputs {
    StepInputs {
        step: 2,
        first: first as u32,
        rows: rows as u32,
        ..step_inputs(plan, 0, 1.0, 0.0)
    }
}

/// Trains one step, evaluates, decodes, and compares all buffers after each.
fn compare_programs(case: &Case, tile: Tile, wrong: &mut Vec<String>) {
    let (mut cpu, mut gpu) = case.pair(Some(tile));
    let plan = case.plan();
    for backend in [&mut cpu as &mut dyn Backend, &mut gpu] {
        prepare(backend);
    }
    let mut check = |cpu: &mut CpuBackend<f32>, gpu: &mut GpuBackend, what: &str| {
        let found = differences(&content(cpu), &content(gpu));
        wrong.extend(report(&format!("{} {tile:?} {what}", case.title()), &found));
    };
    let mut inputs = step_inputs(&plan, 9, 1.3, 1e-2);
    inputs.slot = 5;
    for backend in [&mut cpu as &mut dyn Backend, &mut gpu] {
        backend.train(&[inputs]).expect("a step");
    }
    check(&mut cpu, &mut gpu, "after a step");
    // The last chunk: it starts before the end and wraps.
    let rows = plan.chunk.div_ceil(2);
    let inputs = evaluation(&plan, plan.samples - rows, rows);
    for backend in [&mut cpu as &mut dyn Backend, &mut gpu] {
        backend
            .run(Program::Evaluate, &inputs)
            .expect("an evaluation");
    }
    check(&mut cpu, &mut gpu, "after an evaluation");
    let z = plan.z();
    let latents: Vec<f32> = (0..z.len)
        .map(|i| normal(4, Stream::Prior, i as u32, 0))
        .collect();
    for backend in [&mut cpu as &mut dyn Backend, &mut gpu] {
        backend.write(z, &latents).expect("a write");
        backend.run(Program::Decode, &inputs).expect("a decoding");
    }
    check(&mut cpu, &mut gpu, "after a decoding");
}

#[test]
fn every_buffer_agrees_with_the_native_backend() {
    let mut wrong = Vec::new();
    for case in CASES {
        for tile in Tile::ALL {
            compare_programs(case, tile, &mut wrong);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn one_wrong_element_of_any_buffer_is_found() {
    let (mut cpu, _) = CASES[2].pair(None);
    prepare(&mut cpu);
    let plan = CASES[2].plan();
    cpu.train(&[step_inputs(&plan, 9, 1.3, 1e-2)])
        .expect("a step");
    cpu.run(Program::Evaluate, &evaluation(&plan, 0, plan.chunk))
        .expect("an evaluation");
    let good = content(&mut cpu);
    assert!(differences(&good, &good).is_empty());
    for buffer in 0..good.len() {
        for wrong in [f32::NAN, f32::INFINITY, 1e-3] {
            let mut bad = good.clone();
            let values = &mut bad[buffer].1;
            let largest = values.iter().fold(1e-3_f32, |m, v| m.max(v.abs()));
            let last = values.len() - 1;
            values[last] += wrong * largest;
            assert_eq!(
                differences(&good, &bad).len(),
                1,
                "{} {wrong}",
                good[buffer].0
            );
        }
    }
}

fn train(backend: &mut dyn Backend, steps: &[StepInputs]) -> Vec<StepMetrics> {
    let mut metrics = Vec::new();
    backend.train(steps).expect("steps");
    backend.take_metrics(&mut metrics, true).expect("metrics");
    metrics
}

#[test]
fn twenty_steps_go_like_the_native_backend() {
    for case in [&CASES[1], &CASES[0], &CASES[4]] {
        let plan = case.plan();
        let steps: Vec<StepInputs> = (0..20)
            .map(|i| StepInputs {
                slot: i,
                ..step_inputs(&plan, i, 0.8, 1e-3)
            })
            .collect();
        let (mut cpu, mut gpu) = case.pair(None);
        let start = initial_parameters(&plan.arena, 1, 1.0);
        let runs = [&mut cpu as &mut dyn Backend, &mut gpu].map(|backend| {
            backend.write(plan.parameters(), &start).expect("a write");
            train(backend, &steps)
        });
        let [native, device] = runs;
        assert_eq!(native.len(), 20);
        assert_eq!(device.len(), 20);
        for (step, (a, b)) in native.iter().zip(&device).enumerate() {
            let pairs = [
                ("loss", a.loss, b.loss),
                ("sse", a.sse, b.sse),
                ("kl", a.kl, b.kl),
                ("gamma", a.gamma, b.gamma),
                ("beta", a.beta, b.beta),
            ];
            for (name, a, b) in pairs {
                let allowed = 1e-5 + 1e-4 * f64::abs(a);
                assert!(
                    f64::abs(a - b) <= allowed,
                    "{} step {step}: {name} {a} natively, {b} on the device",
                    case.title()
                );
            }
            assert_eq!((a.bad_op, b.bad_op), (None, None));
        }
    }
}

#[test]
fn steps_of_one_submission_equal_steps_of_many_bit_by_bit() {
    let case = &CASES[2];
    let plan = case.plan();
    let start = initial_parameters(&plan.arena, 1, 1.0);
    let steps = |slot: fn(u32) -> u32| -> Vec<StepInputs> {
        (0..7)
            .map(|i| StepInputs {
                slot: slot(i),
                ..step_inputs(&plan, i, 0.8, 1e-2)
            })
            .collect()
    };
    let bits = |together: bool| {
        let (_, mut gpu) = case.pair(Some(Tile::Small));
        gpu.write(plan.parameters(), &start).expect("a write");
        let mut metrics = Vec::new();
        if together {
            gpu.train(&steps(|i| 2 * i)).expect("steps");
        } else {
            // More submissions than staging buffers, none taken in between.
            for step in steps(|_| 0) {
                gpu.train(&[step]).expect("a step");
            }
        }
        gpu.take_metrics(&mut metrics, true).expect("metrics");
        let state: Vec<u32> = [plan.parameters(), plan.moments()[0], plan.moments()[1]]
            .into_iter()
            .flat_map(|slice| gpu.read(slice).expect("a read"))
            .map(f32::to_bits)
            .collect();
        (metrics, state)
    };
    let (together, apart) = (bits(true), bits(false));
    assert_eq!(together.0.len(), 7);
    assert!(together.0 == apart.0, "{:?}\n{:?}", together.0, apart.0);
    assert!(together.1 == apart.1);
}

fn position(plan: &Plan, is: impl Fn(&Op) -> bool) -> usize {
    let found = plan.ops(Program::Train).iter().position(is);
    found.expect("such an op")
}

#[test]
fn a_bad_number_names_its_op_and_stops_adam() {
    let case = &CASES[2];
    let plan = case.plan();
    let good = initial_parameters(&plan.arena, 1, 1.0);
    let (_, mut gpu) = case.pair(None);
    let steps: Vec<StepInputs> = (0..3)
        .map(|i| StepInputs {
            slot: i,
            ..step_inputs(&plan, i, 1.0, 1e-2)
        })
        .collect();
    for name in ["encoder.head.bias", "decoder.0.weight", "log_gamma"] {
        let slice = plan.parameter(name).expect("a tensor");
        let op = match name {
            "log_gamma" => position(&plan, |op| matches!(op, Op::Elbo { .. })),
            _ => position(&plan, |op| {
                matches!(op, Op::DenseForward { weight, bias, .. }
                    if *weight == slice || *bias == slice)
            }),
        };
        let mut bad = good.clone();
        bad[slice.offset] = f32::NAN;
        gpu.write(plan.parameters(), &bad).expect("a write");
        // An evaluation of bad parameters is the caller's own business.
        gpu.run(Program::Evaluate, &evaluation(&plan, 0, plan.chunk))
            .expect("an evaluation");
        let metrics = train(&mut gpu, &steps);
        assert_eq!(metrics.len(), 1, "{name}: the bad step is the last one");
        assert_eq!(metrics[0].bad_op, Some(op), "{name}");
        // Halted: nothing trains, nothing is reported.
        assert!(train(&mut gpu, &steps).is_empty());
        let after = gpu.read(plan.parameters()).expect("a read");
        let same = bad
            .iter()
            .zip(&after)
            .all(|(a, b)| a.to_bits() == b.to_bits());
        assert!(same, "{name}: Adam changed parameters after a bad step");
        for moment in plan.moments() {
            assert!(gpu.read(moment).expect("a read").iter().all(|v| *v == 0.0));
        }
        gpu.clear_status().expect("a cleared status");
    }
    gpu.write(plan.parameters(), &good).expect("a write");
    let metrics = train(&mut gpu, &steps);
    assert_eq!(metrics.len(), 3);
    assert!(
        metrics
            .iter()
            .all(|m| m.bad_op.is_none() && m.loss.is_finite())
    );
}

#[test]
fn a_step_that_goes_bad_midway_is_the_one_named() {
    let case = &CASES[0];
    let plan = case.plan();
    let (_, mut gpu) = case.pair(None);
    gpu.write(plan.parameters(), &initial_parameters(&plan.arena, 1, 1.0))
        .expect("a write");
    let mut steps: Vec<StepInputs> = (0..6)
        .map(|i| StepInputs {
            slot: i,
            ..step_inputs(&plan, i, 1.0, 1e-2)
        })
        .collect();
    steps[3].learning_rate = f32::INFINITY;
    let metrics = train(&mut gpu, &steps);
    let bad: Vec<Option<usize>> = metrics.iter().map(|m| m.bad_op).collect();
    let adam = position(&plan, |op| matches!(op, Op::Adam { .. }));
    assert_eq!(bad, [None, None, None, Some(adam)]);
}

#[test]
fn a_bad_sample_is_named_at_the_gather() {
    let mut data = Arc::unwrap_or_clone(float_data(5, 4));
    let collapse_explorer::data::Pixels::Floats(values) = &mut data.pixels else {
        panic!("float data");
    };
    values[13] = f32::NAN;
    let plan = plan(
        4,
        &[3],
        &[3],
        2,
        Activation::Relu,
        PosteriorVariance::PerSample,
        5,
        5,
    );
    let pre = Preprocessor::new(Preprocess::None, &data);
    let mut gpu = GpuBackend::on(device(), plan.clone(), &data, &pre).expect("a backend");
    let metrics = train(&mut gpu, &[step_inputs(&plan, 0, 1.0, 1e-3)]);
    assert_eq!(metrics[0].bad_op, Some(0));
}

#[test]
fn held_gamma_stays_and_learned_gamma_moves() {
    let case = &CASES[0];
    let plan = case.plan();
    let slice = plan.parameter("log_gamma").expect("log γ");
    for learn_gamma in [0, 1] {
        let (_, mut gpu) = case.pair(None);
        prepare(&mut gpu);
        let before = gpu.read(slice).expect("a read");
        let step = StepInputs {
            learn_gamma,
            ..step_inputs(&plan, 0, 1.0, 1e-2)
        };
        train(&mut gpu, &[step]);
        let after = gpu.read(slice).expect("a read");
        assert_eq!(before != after, learn_gamma == 1);
    }
}

#[test]
fn what_does_not_fit_is_refused_before_it_is_allocated() {
    // Close to a billion parameters, 3.7 GiB an arena.
    let plan = plan(
        7_500,
        &[65_536],
        &[65_536],
        1,
        Activation::Relu,
        PosteriorVariance::PerSample,
        1,
        2,
    );
    let data = byte_data(2, 7_500);
    let pre = preprocessor(Preprocess::None, &data);
    let error = GpuBackend::on(device(), plan, &data, &pre).err();
    let Some(Error::TooLarge { need, .. }) = &error else {
        panic!("{error:?}");
    };
    assert!(need.contains("'parameters'"), "{need}");
    // The device is as good as before.
    let (_, mut gpu) = CASES[0].pair(None);
    prepare(&mut gpu);
    assert_eq!(
        train(&mut gpu, &[step_inputs(&CASES[0].plan(), 0, 1.0, 1e-3)]).len(),
        1
    );
}

#[test]
fn a_choice_by_name_reaches_its_adapter_and_a_wrong_one_is_refused() {
    let case = &CASES[0];
    let data = case.data();
    let pre = preprocessor(case.kind, &data);
    let name = adapter().info().name.to_uppercase();
    let make = |choice: DeviceChoice| {
        create_backend(&choice, case.plan(), Arc::clone(&data), Arc::clone(&pre))
    };
    let backend = make(DeviceChoice::Named(name.clone())).expect("the adapter");
    assert!(backend.device().name.to_uppercase().starts_with(&name));
    let native = make(DeviceChoice::Named("cpu".into())).expect("the CPU");
    assert_eq!(native.device().kind, DeviceKind::Cpu);
    let error = make(DeviceChoice::Named("no such device".into())).err();
    assert!(matches!(error, Some(Error::NoDevice { .. })), "{error:?}");
}
