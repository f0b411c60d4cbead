//! The same run whatever the number of threads, the length of bursts, or an interruption.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use collapse_explorer::compute::cpu::CpuBackend;
use collapse_explorer::compute::{Backend, StepInputs};
use collapse_explorer::model::initial_parameters;

use crate::common::recipes::{RECIPES, Recipe};

/// Parameters and losses after `steps` steps from a fresh start, given in bursts of `burst`.
fn run(recipe: &Recipe, steps: u32, burst: usize, threads: usize) -> (Vec<f32>, Vec<f64>) {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .expect("a pool");
    pool.install(|| {
        let data = recipe.data();
        let pre = recipe.preprocessor(&data);
        let plan = recipe.plan();
        let mut backend = CpuBackend::<f32>::new(plan.clone(), data, pre).expect("memory");
        let start = initial_parameters(&plan.arena, 3, 0.7);
        backend.write(plan.parameters(), &start).expect("a write");
        let inputs: Vec<StepInputs> = (0..steps)
            .map(|step| StepInputs {
                slot: step % burst as u32,
                ..recipe.inputs(&plan, step, 0.8, 1e-2)
            })
            .collect();
        let mut metrics = Vec::new();
        for burst in inputs.chunks(burst) {
            assert_eq!(backend.train(burst), Ok(burst.len()));
            backend.take_metrics(&mut metrics, true).expect("metrics");
        }
        let parameters = backend.read(plan.parameters()).expect("a read");
        (parameters, metrics.iter().map(|m| m.loss).collect())
    })
}

#[test]
fn threads_and_bursts_change_no_bit() {
    for (name, recipe) in RECIPES {
        // Large enough that work is shared.
        let recipe = Recipe {
            batch: 96,
            samples: 200,
            ..*recipe
        };
        let one = run(&recipe, 6, 1, 1);
        assert!(one.1.iter().all(|l| l.is_finite()), "{name}");
        assert!(one.1[0] != one.1[5], "{name} does not train");
        assert_eq!(one, run(&recipe, 6, 1, 3), "{name}: threads");
        assert_eq!(one, run(&recipe, 6, 4, 2), "{name}: bursts");
    }
}

#[test]
fn an_interrupted_step_leaves_no_trace() {
    for (name, recipe) in RECIPES {
        let data = recipe.data();
        let pre = recipe.preprocessor(&data);
        let plan = recipe.plan();
        let mut backend = CpuBackend::<f32>::new(plan.clone(), data, pre).expect("memory");
        let start = initial_parameters(&plan.arena, 3, 0.7);
        backend.write(plan.parameters(), &start).expect("a write");
        let interrupt = Arc::new(AtomicBool::new(true));
        backend.set_interrupt(Arc::clone(&interrupt));
        let inputs = recipe.inputs(&plan, 0, 0.8, 1e-2);
        assert_eq!(backend.train(&[inputs, inputs]), Ok(0), "{name}");
        assert_eq!(backend.read(plan.parameters()).expect("a read"), start);
        let mut metrics = Vec::new();
        backend.take_metrics(&mut metrics, true).expect("metrics");
        assert!(metrics.is_empty(), "{name}");
        interrupt.store(false, Ordering::Relaxed);
        assert_eq!(backend.train(&[inputs]), Ok(1), "{name}");
        assert_ne!(backend.read(plan.parameters()).expect("a read"), start);
    }
}
