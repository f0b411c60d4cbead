//! Ways of working that must not change a single bit: how steps are submitted, how long dispatches are cut.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use collapse_explorer::compute::gpu::{GpuBackend, Options, Tile};
use collapse_explorer::compute::{Backend, Plan, Program, StepInputs, StepMetrics};

use super::cases::{CASES, Problem, prepare};
use super::{device, train};
use crate::common::recipes::RECIPES;

/// Metrics, and the bits of everything that outlives a step and of what an evaluation gives.
#[derive(PartialEq)]
pub struct Outcome {
    pub metrics: Vec<StepMetrics>,
    pub bits: Vec<u32>,
}

/// Trains `steps` in bursts of `burst`, evaluates, and reads everything that matters.
pub fn outcome(problem: &Problem, mut gpu: GpuBackend, steps: u32, burst: usize) -> Outcome {
    prepare(&mut gpu);
    let mut metrics = Vec::new();
    for burst in problem.steps(steps, 1e-2).chunks(burst) {
        let slots = burst.iter().enumerate();
        let burst: Vec<StepInputs> = slots
            .map(|(slot, step)| StepInputs {
                slot: slot as u32,
                ..*step
            })
            .collect();
        assert_eq!(gpu.train(&burst).expect("steps"), burst.len());
    }
    gpu.take_metrics(&mut metrics, true).expect("metrics");
    let plan = &problem.plan;
    gpu.run(Program::Evaluate, &problem.evaluation(1, plan.chunk))
        .expect("an evaluation");
    let [first, second] = plan.moments();
    let evaluated = [
        plan.statistics(),
        plan.sse(),
        plan.nll(),
        plan.out(),
        plan.y(),
    ];
    let kept = [plan.parameters(), plan.gradients(), first, second];
    let bits = kept
        .into_iter()
        .chain(evaluated)
        .flat_map(|slice| gpu.read(slice).expect("a read"))
        .map(f32::to_bits)
        .collect();
    Outcome { metrics, bits }
}

/// One net of each kind: dense, convolutional with pooling, normalised, residual, importance-weighted.
fn some() -> Vec<Problem> {
    let names = [
        "convolutions of odd geometry",
        "pooling and upsampling",
        "batch normalisation",
        "residual blocks",
        "importance-weighted",
        "analytic, global variance",
    ];
    let chosen = RECIPES.iter().filter(|(name, _)| names.contains(name));
    let recipes = chosen.map(|(name, recipe)| Problem::of_recipe(name, recipe));
    let all: Vec<Problem> = recipes.chain([CASES[2].problem()]).collect();
    assert_eq!(all.len(), names.len() + 1);
    all
}

#[test]
fn the_same_seed_gives_the_same_bits_however_steps_are_submitted_and_cut() {
    let mut cut = 0;
    for problem in some() {
        let plain = Options::default();
        let sliced = Options {
            dispatch_work: Some(300),
            ..plain
        };
        let spread = Options {
            submission_work: Some(20_000),
            ..plain
        };
        let both = Options {
            dispatch_work: Some(300),
            submission_work: Some(1),
            ..plain
        };
        let expected = outcome(&problem, problem.device(&plain), 8, 8);
        assert_eq!(expected.metrics.len(), 8);
        for (what, options, burst) in [
            ("again", plain, 8),
            ("one step a submission", plain, 1),
            ("dispatches sliced", sliced, 8),
            ("steps spread over submissions", spread, 3),
            ("every dispatch a submission", both, 8),
        ] {
            let gpu = problem.device(&options);
            if options == both {
                let (dispatches, whole) = (
                    gpu.dispatches_per_step(),
                    problem.device(&plain).dispatches_per_step(),
                );
                assert!(dispatches > whole, "{}", problem.title);
                assert!(gpu.submissions_per_step() > 1);
                cut += 1;
            }
            let got = outcome(&problem, gpu, 8, burst);
            assert!(got.metrics == expected.metrics, "{} {what}", problem.title);
            assert!(got.bits == expected.bits, "{} {what}", problem.title);
        }
    }
    assert_eq!(cut, 7);
}

#[test]
fn a_different_step_size_is_noticed() {
    let problem = CASES[2].problem();
    let options = Options::default();
    let expected = outcome(&problem, problem.device(&options), 2, 1);
    let mut gpu = problem.device(&options);
    prepare(&mut gpu);
    train(&mut gpu, &problem.steps(2, 1.0001e-2));
    let parameters = gpu.read(problem.plan.parameters()).expect("a read");
    let same = parameters
        .iter()
        .zip(&expected.bits)
        .all(|(a, b)| a.to_bits() == *b);
    assert!(!same);
}

/// The table of a discrete GPU, on whatever runs the tests: other tiles and split contractions.
#[test]
fn the_reproducible_table_does_not_depend_on_the_kind_of_device() {
    let pinned = Options {
        reproducible: true,
        ..Options::default()
    };
    let problem = CASES[1].problem();
    let once = outcome(&problem, problem.device(&pinned), 3, 3);
    let small = Options {
        tile: Some(Tile::Small),
        ..pinned
    };
    // None of its products is large enough for another tile in that table.
    let again = outcome(&problem, problem.device(&small), 3, 1);
    assert!(once == again);
}

#[test]
fn an_interrupt_leaves_the_step_under_way_unfinished_and_what_outlives_it_alone() {
    let problem = Problem::of_recipe(RECIPES[16].0, &RECIPES[16].1);
    let options = Options {
        submission_work: Some(1),
        ..Options::default()
    };
    let expected = outcome(&problem, problem.device(&Options::default()), 0, 1);
    let mut gpu = GpuBackend::on(
        device(),
        problem.plan.clone(),
        &problem.data,
        &problem.pre,
        &options,
    )
    .expect("a backend");
    let interrupt = Arc::new(AtomicBool::new(true));
    gpu.set_interrupt(Arc::clone(&interrupt));
    prepare(&mut gpu);
    assert_eq!(gpu.train(&problem.steps(4, 1e-2)).expect("no step"), 0);
    let mut metrics = Vec::new();
    gpu.take_metrics(&mut metrics, true).expect("metrics");
    assert!(metrics.is_empty());
    let kept = gpu.read(problem.plan.parameters()).expect("a read");
    let same = kept
        .iter()
        .zip(&expected.bits)
        .all(|(a, b)| a.to_bits() == *b);
    assert!(same, "an unfinished step changed parameters");
    // And on it goes.
    interrupt.store(false, Ordering::Relaxed);
    let steps = problem.steps(Plan::MAX_STEPS.min(4) as u32, 1e-2);
    assert_eq!(train(&mut gpu, &steps).len(), 4);
}
