//! What the window waits for: theory at a slider's every move, a loss surface, a training step.
//!
//! `collapse-explorer bench` reports step times against this machine's matrix-product peak; these are
//! for finding what a change did.

use std::hint::black_box;
use std::sync::Arc;

use collapse_explorer::compute::cpu::CpuBackend;
use collapse_explorer::compute::{Backend as _, Plan, StepInputs};
use collapse_explorer::config::{NetConfig, Preprocess};
use collapse_explorer::data::{Dataset, ImageShape, Pixels, Preprocessor};
use collapse_explorer::model::{NetSpec, Shape, initial_parameters};
use collapse_explorer::theory::{Gamma, LinearProblem, ModeSurface, optimum};
use criterion::{Criterion, criterion_group, criterion_main};

/// A spectrum that decays like that of images.
fn spectrum(d: usize) -> Vec<f64> {
    (0..d).map(|i| 5.0 / (1.0 + i as f64).powf(1.3)).collect()
}

fn theory(c: &mut Criterion) {
    let problem = LinearProblem::vae(spectrum(784), 784, 200).expect("a valid problem");
    c.bench_function("optimum, γ fixed, d 784, κ 200", |b| {
        b.iter(|| optimum(black_box(&problem), 1.3, Gamma::Fixed(0.7)));
    });
    c.bench_function("optimum, γ learned, d 784, κ 200", |b| {
        b.iter(|| optimum(black_box(&problem), 1.3, Gamma::Learned));
    });
    let surface = ModeSurface::new(5.0, 1.0, 1.0, 1.0).expect("a valid surface");
    c.bench_function("mode surface, 120 × 120", |b| {
        b.iter(|| {
            (0..14_400)
                .map(|i| {
                    surface.profiled_loss(f64::from(i % 120) / 40.0, f64::from(i / 120) / 40.0)
                })
                .sum::<f64>()
        });
    });
}

fn step(c: &mut Criterion) {
    let (n, d) = (4096, 784);
    let data = Arc::new(Dataset {
        name: "bytes".into(),
        shape: ImageShape {
            height: 28,
            width: 28,
            channels: 1,
        },
        pixels: Pixels::Bytes(
            (0..n * d)
                .map(|i| ((i * 2_654_435_761) >> 24) as u8)
                .collect(),
        ),
        labels: None,
        ..Dataset::default()
    });
    let preprocessor =
        Arc::new(Preprocessor::new(Preprocess::None, &data).expect("it can be prepared"));
    for (name, config) in [
        ("784-256-64-16", NetConfig::default()),
        ("linear 784-16", NetConfig::linear(16)),
    ] {
        let net = NetSpec::new(&config, Shape::vector(d), Shape::vector(d)).expect("a valid net");
        let plan = Plan::new(net, 128, n, false);
        let initial = initial_parameters(&plan.arena, 0, 1.0);
        let parameters = plan.parameters();
        let mut backend =
            CpuBackend::<f32>::new(plan, Arc::clone(&data), Arc::clone(&preprocessor))
                .expect("enough memory");
        backend.write(parameters, &initial).expect("a write");
        let mut inputs = StepInputs {
            samples: n as u32,
            rows: 128,
            learning_rate: 1e-3,
            ..StepInputs::default()
        };
        c.bench_function(&format!("step of {name}, batch 128"), |b| {
            b.iter(|| {
                inputs.step += 1;
                inputs.first = (inputs.first + 128) % n as u32;
                backend.train(&[inputs]).expect("a step");
                backend
                    .take_metrics(&mut Vec::new(), true)
                    .expect("metrics");
            });
        });
    }
}

criterion_group!(benches, theory, step);
criterion_main!(benches);
