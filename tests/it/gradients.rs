//! The f64 twins' gradients against central differences of the whole objective.
//!
//! One training step computes L and every gradient from the same ε; perturbing one parameter and
//! running the step again gives the difference quotient. Adam's learning rate is zero, so nothing
//! moves between runs.

use collapse_explorer::compute::cpu::CpuBackend;
use collapse_explorer::compute::{Backend as _, Program};
use collapse_explorer::model::initial_parameters;

use crate::common::recipes::{BASE, RECIPES, Recipe};

const STEP: f64 = 1e-5;

fn loss(backend: &mut CpuBackend<f64>, recipe: &Recipe, beta: f32) -> f64 {
    let inputs = recipe.inputs(backend.plan(), 0, beta, 0.0);
    assert!(backend.execute(Program::Train, &inputs));
    let metrics = backend.plan().metrics();
    backend.slice(metrics)[0]
}

/// Largest disagreement over all parameters, relative to the tensor's largest gradient, with names.
fn disagreements(recipe: &Recipe, beta: f32, gamma: f64, corrupt: Option<&str>) -> Vec<String> {
    let data = recipe.data();
    let preprocessor = recipe.preprocessor(&data);
    let plan = recipe.plan();
    let (parameters, gradients) = (plan.parameters(), plan.gradients());
    let arena = plan.arena.clone();
    let mut backend = CpuBackend::<f64>::new(plan, data, preprocessor).expect("memory");
    let initial = initial_parameters(&arena, 3, gamma);
    backend.write(parameters, &initial).expect("a write");
    let modes = backend.plan().latent_modes();
    let values = recipe.latent_modes();
    backend.write(modes, &values).expect("a write");
    // Exercise log σ² ≠ 0 of a global variance.
    if let Some(tensor) = arena.get("log_sigma2") {
        for (j, value) in backend.slice_mut(parameters)[tensor.range()]
            .iter_mut()
            .enumerate()
        {
            *value = 0.3 - 0.2 * j as f64;
        }
    }
    loss(&mut backend, recipe, beta);
    let mut analytic = backend.slice(gradients).to_vec();
    if let Some(name) = corrupt {
        let at = arena.get(name).expect("a tensor").offset;
        analytic[at] = -analytic[at] + 1e-3;
    }
    let mut wrong = Vec::new();
    for tensor in arena.tensors() {
        let scale = analytic[tensor.range()]
            .iter()
            .fold(1e-3_f64, |a, g| a.max(g.abs()));
        for index in tensor.range() {
            let start = backend.slice(parameters)[index];
            backend.slice_mut(parameters)[index] = start + STEP;
            let above = loss(&mut backend, recipe, beta);
            backend.slice_mut(parameters)[index] = start - STEP;
            let below = loss(&mut backend, recipe, beta);
            backend.slice_mut(parameters)[index] = start;
            let numeric = (above - below) / (2.0 * STEP);
            // What the difference of two losses is off by, whatever the gradient.
            let rounding = 4.0 * f64::EPSILON * above.abs().max(1.0) / STEP;
            let error = (numeric - analytic[index]).abs();
            if error.is_nan() || error > 1e-6 * scale + rounding {
                wrong.push(format!(
                    "{}[{}]: analytic {}, numeric {numeric}",
                    tensor.name,
                    index - tensor.offset,
                    analytic[index]
                ));
            }
        }
    }
    wrong
}

#[test]
fn every_gradient_matches_finite_differences() {
    let mut wrong = Vec::new();
    for (index, (name, recipe)) in RECIPES.iter().enumerate() {
        // β and γ off 1, both sides of it.
        let (beta, gamma) = [(2.5, 0.4), (0.3, 1.7)][index % 2];
        let found = disagreements(recipe, beta, gamma, None);
        if !found.is_empty() {
            let shown: Vec<String> = found.iter().take(8).cloned().collect();
            wrong.push(format!(
                "{name}: {} wrong\n  {}",
                found.len(),
                shown.join("\n  ")
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_wrong_gradient_is_found() {
    for name in ["encoder.0.weight", "decoder.out.bias", "log_gamma"] {
        let wrong = disagreements(&BASE, 2.5, 0.4, Some(name));
        assert_eq!(wrong.len(), 1, "{name}: {wrong:?}");
        assert!(wrong[0].starts_with(name), "{wrong:?}");
    }
}

#[test]
fn the_loss_is_the_formula() {
    // A net whose output is its last bias and whose posterior is its head's bias: every term is known.
    let recipe = &RECIPES[1].1;
    let data = recipe.data();
    let preprocessor = recipe.preprocessor(&data);
    let plan = recipe.plan();
    let (parameters, arena, metrics) = (plan.parameters(), plan.arena.clone(), plan.metrics());
    let mut backend = CpuBackend::<f64>::new(plan, data.clone(), preprocessor).expect("memory");
    let gamma: f64 = 0.7;
    let (mu, log_sigma2) = (0.6_f64, -0.9_f64);
    {
        let values = backend.slice_mut(parameters);
        values.fill(0.0);
        let head = arena.get("encoder.head.bias").expect("a tensor").offset;
        for j in 0..3 {
            values[head + j] = mu;
            values[head + 3 + j] = log_sigma2;
        }
        let out = arena.get("decoder.out.bias").expect("a tensor").range();
        values[out].fill(0.25);
        values[arena.get("log_gamma").expect("a tensor").offset] = gamma.ln();
    }
    let measured = loss(&mut backend, recipe, 1.5);
    let x = backend
        .plan()
        .buffers
        .iter()
        .position(|b| b.name == "train.x")
        .expect("a buffer");
    let x = collapse_explorer::compute::Slice {
        buffer: collapse_explorer::compute::BufferId(x),
        offset: 0,
        len: 35,
    };
    let sse: f64 = backend
        .slice(x)
        .iter()
        .map(|v| (v - 0.25).powi(2))
        .sum::<f64>()
        / 5.0;
    let kl = 3.0 * 0.5 * (mu * mu + log_sigma2.exp() - log_sigma2 - 1.0);
    let expected = sse / (2.0 * gamma) + 3.5 * (2.0 * std::f64::consts::PI * gamma).ln() + 1.5 * kl;
    assert!(
        (measured - expected).abs() < 1e-12 * expected.abs(),
        "{measured} {expected}"
    );
    let row = backend.slice(metrics);
    assert!((row[2] - kl).abs() < 1e-12);
}
