//! What a device does over many submissions, when numbers go bad, and when it is asked for too much.

use std::sync::Arc;

use collapse_explorer::compute::gpu::{GpuBackend, GpuDevice, Options, Tile};
use collapse_explorer::compute::{
    Backend, DenseOp, DeviceKind, Error, NormOp, ObjectiveOp, Op, Plan, Program, Slice, StepInputs,
    create_backend,
};
use collapse_explorer::config::{Activation, DeviceChoice, PosteriorVariance, Preprocess};
use collapse_explorer::data::Pixels;
use collapse_explorer::model::initial_parameters;

use super::cases::{CASES, Problem, prepare};
use super::{adapter, device, train};
use crate::common::recipes::RECIPES;
use crate::common::{byte_data, float_data, plan, preprocessor, step_inputs};

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
        let options = Options {
            tile: Some(Tile::Small),
            ..Options::default()
        };
        let mut gpu = case.problem().device(&options);
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

/// One thread's poll may run the callbacks another thread waits for.
#[test]
fn backends_on_one_device_do_not_disturb_each_other() {
    let work = || {
        let case = &CASES[0];
        let plan = case.plan();
        let mut gpu = case.problem().device(&Options::default());
        prepare(&mut gpu);
        for step in 0..300 {
            let metrics = train(&mut gpu, &[step_inputs(&plan, step, 1.0, 1e-3)]);
            assert_eq!(metrics.len(), 1, "step {step}");
            let mask = gpu.read(plan.mask()).expect("a read");
            assert_eq!(mask.len(), plan.net.latents);
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(work);
        }
    });
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
    let mut gpu = case.problem().device(&Options::default());
    let steps: Vec<StepInputs> = (0..3)
        .map(|i| StepInputs {
            slot: i,
            ..step_inputs(&plan, i, 1.0, 1e-2)
        })
        .collect();
    for name in ["encoder.head.bias", "decoder.0.weight", "log_gamma"] {
        let slice = plan.parameter(name).expect("a tensor");
        let op = match name {
            "log_gamma" => position(&plan, |op| {
                matches!(op, Op::Objective(ObjectiveOp::Elbo { .. }))
            }),
            _ => position(&plan, |op| {
                matches!(op, Op::Dense(DenseOp::Forward { weight, epilogue, .. })
                    if *weight == slice || epilogue.bias == Some(slice))
            }),
        };
        let mut bad = good.clone();
        bad[slice.offset] = f32::NAN;
        gpu.write(plan.parameters(), &bad).expect("a write");
        // An evaluation of bad parameters is the caller's own business.
        gpu.run(Program::Evaluate, &case.problem().evaluation(0, plan.chunk))
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
    let mut gpu = case.problem().device(&Options::default());
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
    let adam = position(&plan, |op| {
        matches!(op, Op::Objective(ObjectiveOp::Adam { .. }))
    });
    assert_eq!(bad, [None, None, None, Some(adam)]);
}

/// Submitted before the host can know, on a lower metrics row, and with nothing wrong of its own.
#[test]
fn adam_stays_stopped_in_the_submissions_after_a_bad_one() {
    let case = &CASES[1];
    let plan = case.plan();
    let after = |submissions: u32| {
        let mut gpu = case.problem().device(&Options::default());
        prepare(&mut gpu);
        // Padding of the arena: no gradient, no forward pass ever sees it.
        let [_, second] = plan.moments();
        let padding = Slice {
            offset: second.len - 1,
            len: 1,
            ..second
        };
        gpu.write(padding, &[f32::INFINITY]).expect("a write");
        for index in 0..submissions {
            let step = StepInputs {
                slot: 3 - index,
                ..step_inputs(&plan, index, 1.0, 1e-2)
            };
            gpu.train(&[step]).expect("a step");
        }
        let mut metrics = Vec::new();
        gpu.take_metrics(&mut metrics, true).expect("metrics");
        let adam = position(&plan, |op| {
            matches!(op, Op::Objective(ObjectiveOp::Adam { .. }))
        });
        assert_eq!(metrics.len(), 1);
        assert_eq!(metrics[0].bad_op, Some(adam));
        gpu.read(plan.parameters()).expect("a read")
    };
    assert!(after(1) == after(3));
}

/// Running moments are committed before Adam, and by an op of their own.
#[test]
fn a_bad_step_leaves_running_moments_alone() {
    let (name, recipe) = RECIPES
        .iter()
        .find(|(name, _)| *name == "batch normalisation")
        .expect("such a recipe");
    let problem = Problem::of_recipe(name, recipe);
    let plan = &problem.plan;
    let mut gpu = problem.device(&Options::default());
    prepare(&mut gpu);
    let norm = |op: &Op| matches!(op, Op::Norm(NormOp::NormUpdate { .. }));
    let updates: Vec<Slice> = plan
        .ops(Program::Train)
        .iter()
        .filter(|op| norm(op))
        .flat_map(Op::outputs)
        .collect();
    assert!(updates.len() > 2);
    let running = |gpu: &mut GpuBackend| -> Vec<f32> {
        let read = |slice: &Slice| gpu.read(*slice).expect("a read");
        updates.iter().flat_map(read).collect()
    };
    let log_gamma = plan.parameter("log_gamma").expect("log γ");
    let before = running(&mut gpu);
    gpu.write(log_gamma, &[f32::NAN]).expect("a write");
    let metrics = train(&mut gpu, &problem.steps(1, 1e-2));
    assert!(metrics[0].bad_op.is_some());
    assert_eq!(running(&mut gpu), before);
    gpu.clear_status().expect("a cleared status");
    gpu.write(log_gamma, &[0.0]).expect("a write");
    train(&mut gpu, &problem.steps(1, 1e-2));
    assert_ne!(running(&mut gpu), before);
}

#[test]
fn a_bad_sample_is_named_at_the_gather() {
    let mut data = Arc::unwrap_or_clone(float_data(5, 4));
    let Pixels::Floats(values) = &mut data.pixels else {
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
    let data = Arc::new(data);
    let pre = preprocessor(Preprocess::None, &data);
    let mut gpu = GpuBackend::on(device(), plan.clone(), &data, &pre, &Options::default())
        .expect("a backend");
    let metrics = train(&mut gpu, &[step_inputs(&plan, 0, 1.0, 1e-3)]);
    assert_eq!(metrics[0].bad_op, Some(0));
}

#[test]
fn held_gamma_stays_and_learned_gamma_moves() {
    let case = &CASES[0];
    let plan = case.plan();
    let slice = plan.parameter("log_gamma").expect("log γ");
    let both = StepInputs::TRAIN_ENCODER | StepInputs::TRAIN_DECODER;
    for learn_gamma in [0, StepInputs::LEARN_GAMMA] {
        let mut gpu = case.problem().device(&Options::default());
        prepare(&mut gpu);
        let before = gpu.read(slice).expect("a read");
        let step = StepInputs {
            trained: both | learn_gamma,
            ..step_inputs(&plan, 0, 1.0, 1e-2)
        };
        train(&mut gpu, &[step]);
        let after = gpu.read(slice).expect("a read");
        assert_eq!(before != after, learn_gamma != 0);
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
    let error = GpuBackend::on(device(), plan, &data, &pre, &Options::default()).err();
    let Some(Error::TooLarge { need, .. }) = &error else {
        panic!("{error:?}");
    };
    assert!(need.contains("'parameters'"), "{need}");
    // The device is as good as before.
    let mut gpu = CASES[0].problem().device(&Options::default());
    prepare(&mut gpu);
    assert_eq!(
        train(&mut gpu, &[step_inputs(&CASES[0].plan(), 0, 1.0, 1e-3)]).len(),
        1
    );
}

#[test]
fn a_lost_device_is_an_error_not_a_panic() {
    let case = &CASES[0];
    let data = case.data();
    let pre = preprocessor(case.kind, &data);
    let own = GpuDevice::open(&adapter()).expect("a device");
    let mut gpu = GpuBackend::on(
        Arc::clone(&own),
        case.plan(),
        &data,
        &pre,
        &Options::default(),
    )
    .expect("a backend");
    prepare(&mut gpu);
    let step = [step_inputs(&case.plan(), 0, 1.0, 1e-3)];
    gpu.train(&step).expect("a step");
    own.destroy();
    let lost = |result: Result<(), Error>| matches!(result, Err(Error::Lost { .. }));
    assert!(lost(gpu.train(&step).map(|_| ())));
    assert!(lost(gpu.read(case.plan().parameters()).map(|_| ())));
    assert!(lost(gpu.write(case.plan().mask(), &[1.0])));
    assert!(lost(gpu.take_metrics(&mut Vec::new(), true)));
    assert!(lost(gpu.run(Program::Decode, &step[0])));
    assert!(lost(
        GpuBackend::on(own, case.plan(), &data, &pre, &Options::default()).map(|_| ())
    ));
}

#[test]
fn a_choice_by_name_reaches_its_adapter_and_a_wrong_one_is_refused() {
    let case = &CASES[0];
    let data = case.data();
    let pre = preprocessor(case.kind, &data);
    let name = adapter().info().name.to_uppercase();
    let make = |choice: DeviceChoice| {
        create_backend(
            &choice,
            false,
            case.plan(),
            Arc::clone(&data),
            Arc::clone(&pre),
        )
    };
    let backend = make(DeviceChoice::Named(name.clone())).expect("the adapter");
    assert!(backend.device().name.to_uppercase().starts_with(&name));
    let native = make(DeviceChoice::Named("cpu".into())).expect("the CPU");
    assert_eq!(native.device().kind, DeviceKind::Cpu);
    let error = make(DeviceChoice::Named("no such device".into())).err();
    assert!(matches!(error, Some(Error::NoDevice { .. })), "{error:?}");
}
