//! Every buffer and every loss against the native backend.

use collapse_explorer::compute::cpu::CpuBackend;
use collapse_explorer::compute::gpu::{GpuBackend, Options, Tile};
use collapse_explorer::compute::{Backend, BufferId, Program, Slice, StepInputs};
use collapse_explorer::config::{Activation, PosteriorVariance, Preprocess};
use collapse_explorer::model::initial_parameters;
use collapse_explorer::rng::{Stream, normal};

use super::cases::{CASES, Case, Problem, prepare};
use super::train;
use crate::common::recipes::{BASE, Recipe};
use crate::common::step_inputs;

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
const RELATIVE: f32 = 5e-5;
const OF_LARGEST: f32 = 2e-6;
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

/// Trains one step, evaluates, decodes, and compares all buffers after each.
fn compare_programs(problem: &Problem, options: &Options, wrong: &mut Vec<String>) {
    let (mut cpu, mut gpu) = (problem.native(), problem.device(options));
    let plan = &problem.plan;
    for backend in [&mut cpu as &mut dyn Backend, &mut gpu] {
        prepare(backend);
    }
    let mut check = |cpu: &mut CpuBackend<f32>, gpu: &mut GpuBackend, what: &str| {
        let found = differences(&content(cpu), &content(gpu));
        let title = format!("{} {:?} {what}", problem.title, options.tile);
        wrong.extend(report(&title, &found));
    };
    let mut inputs = problem.inputs(9, 1.3, 1e-2);
    inputs.slot = 5;
    for backend in [&mut cpu as &mut dyn Backend, &mut gpu] {
        backend.train(&[inputs]).expect("a step");
    }
    check(&mut cpu, &mut gpu, "after a step");
    // The last chunk: it starts before the end and wraps.
    let rows = plan.chunk.div_ceil(2);
    let inputs = problem.evaluation(plan.samples - rows, rows);
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

/// Each small tile, one of the large ones in turn, and every contraction in three parts.
fn ways(index: usize) -> Vec<Options> {
    let large = [Tile::Large, Tile::Huge, Tile::Wide][index % 3];
    let tiles = [Tile::Registers, Tile::Small, large].map(|tile| Options {
        tile: Some(tile),
        splits: Some(1),
        ..Options::default()
    });
    let split = Options {
        tile: Some(Tile::Small),
        splits: Some(3),
        ..Options::default()
    };
    tiles.into_iter().chain([split]).collect()
}

#[test]
fn every_buffer_agrees_with_the_native_backend() {
    let mut wrong = Vec::new();
    for (index, problem) in Problem::all().iter().enumerate() {
        for options in ways(index) {
            compare_programs(problem, &options, &mut wrong);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_not_trained_stays_and_gamma_is_held_learned_or_set_as_natively() {
    use StepInputs as S;
    let mut wrong = Vec::new();
    for trained in [
        0,
        S::TRAIN_ENCODER,
        S::TRAIN_DECODER,
        S::LEARN_GAMMA,
        S::TRAIN_DECODER | S::LEARN_GAMMA,
        S::TRAIN_ENCODER | S::TRAIN_DECODER,
        S::TRAIN_ENCODER | S::TRAIN_DECODER | S::SET_GAMMA,
        S::SET_GAMMA,
    ] {
        let problem = CASES[2].problem();
        let options = Options::default();
        let (mut cpu, mut gpu) = (problem.native(), problem.device(&options));
        for backend in [&mut cpu as &mut dyn Backend, &mut gpu] {
            prepare(backend);
            let step = StepInputs {
                trained,
                ..problem.inputs(9, 1.3, 1e-2)
            };
            backend.train(&[step]).expect("a step");
        }
        let found = differences(&content(&mut cpu), &content(&mut gpu));
        wrong.extend(report(&format!("trained {trained}"), &found));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The bound on log σ², met from both sides.
#[test]
fn a_variance_that_ran_away_agrees() {
    let recipe = Recipe { noise: 0.0, ..BASE };
    let problem = Problem::of_recipe("a runaway variance", &recipe);
    let plan = &problem.plan;
    let bias = plan.arena.get("encoder.head.bias").expect("a bias").range();
    let (mut cpu, mut gpu) = (problem.native(), problem.device(&Options::default()));
    let mut contents = Vec::new();
    for backend in [&mut cpu as &mut dyn Backend, &mut gpu] {
        prepare(backend);
        for (j, at) in (bias.start + plan.net.latents..bias.end).enumerate() {
            let one = Slice {
                offset: plan.parameters().offset + at,
                len: 1,
                ..plan.parameters()
            };
            let value = if j % 2 == 0 { 300.0 } else { -300.0 };
            backend.write(one, &[value]).expect("a write");
        }
        let inputs = problem.inputs(9, 0.0, 1e-2);
        backend.train(&[inputs]).expect("a step");
        let inputs = problem.evaluation(0, plan.chunk);
        backend
            .run(Program::Evaluate, &inputs)
            .expect("an evaluation");
        contents.push(content(backend));
    }
    let found = differences(&contents[0], &contents[1]);
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// Sums over more rows than one workgroup takes, and a weight gradient over more pixels than one part.
#[test]
fn long_sums_are_taken_in_parts_and_agree() {
    let recipe = Recipe {
        shape: [24, 24, 1],
        encoder: "conv2k3:bn,conv3k3s2",
        decoder: "144:linear,12x12x1,deconv2k4s2:bn,convoutk3",
        latents: 2,
        batch: 9,
        samples: 9,
        bytes: true,
        ..BASE
    };
    let problem = Problem::of_recipe("long sums", &recipe);
    let mut wrong = Vec::new();
    compare_programs(&problem, &Options::default(), &mut wrong);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Adam's grid must fold: 64 numbers a workgroup, 65,535 workgroups a dimension.
#[test]
fn arenas_beyond_one_dimension_of_workgroups_agree() {
    let case = Case {
        d: 2_051,
        encoder: &[1_025],
        decoder: &[1_025],
        latents: 2,
        activation: Activation::Relu,
        variance: PosteriorVariance::Global,
        batch: 2,
        samples: 2,
        bytes: false,
        channels: 1,
        kind: Preprocess::None,
    };
    assert!(case.plan().arena.len() > 64 * 65_535);
    let problem = case.problem();
    let (mut cpu, mut gpu) = (problem.native(), problem.device(&Options::default()));
    for backend in [&mut cpu as &mut dyn Backend, &mut gpu] {
        prepare(backend);
        backend
            .train(&[step_inputs(&case.plan(), 9, 1.0, 1e-2)])
            .expect("a step");
    }
    let found = differences(&content(&mut cpu), &content(&mut gpu));
    let wrong = report(&case.title(), &found);
    assert!(wrong.is_none(), "{}", wrong.unwrap_or_default());
}

#[test]
fn one_wrong_element_of_any_buffer_is_found() {
    let problem = CASES[2].problem();
    let mut cpu = problem.native();
    prepare(&mut cpu);
    let plan = &problem.plan;
    cpu.train(&[problem.inputs(9, 1.3, 1e-2)]).expect("a step");
    cpu.run(Program::Evaluate, &problem.evaluation(0, plan.chunk))
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
        let problem = case.problem();
        let (mut cpu, mut gpu) = (problem.native(), problem.device(&Options::default()));
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
