//! What theory costs where the window waits for it or a thread draws it: the overlay of the
//! thresholds at the size of MNIST, the three loss surfaces at 256², a basin map, and a surface of the
//! trained network.

use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use collapse_explorer::compute::BasinComputer;
use collapse_explorer::config::{DataConfig, DeviceChoice, RunConfig};
use collapse_explorer::data::{self, Preprocessor, Spectrum};
use collapse_explorer::figures::{basin_request, soft_surface_figure, thresholds_figure};
use collapse_explorer::metrics::predict;
use collapse_explorer::plot::Provenance;
use collapse_explorer::theory::{
    Axis, BasinMap, Gamma, ModeSurface, PpcaSurface, SoftThreshold, StartSigma,
};
use collapse_explorer::train::{
    Command, LandscapeKind, LandscapeRequest, LiveParams, RunId, RunSetup, ViewRequest, Worker,
};
use criterion::{Criterion, criterion_group, criterion_main};

const CELLS: usize = 256;

/// A spectrum that decays like that of images.
fn eigenvalues(d: usize) -> Vec<f64> {
    (0..d).map(|i| 5.0 / (1.0 + i as f64).powf(1.3)).collect()
}

fn overlay(c: &mut Criterion) {
    let eigenvalues = eigenvalues(784);
    let spectrum = Spectrum {
        mean: vec![0.0; eigenvalues.len()],
        eigenvectors: Vec::new(),
        total_variance: eigenvalues.iter().sum(),
        samples: 60_000,
        rank: eigenvalues.len(),
        eigenvalues,
    };
    let provenance = Provenance::default();
    let mut group = c.benchmark_group("thresholds overlay, d 784, κ 200");
    for (name, gamma) in [
        ("γ fixed", Gamma::Fixed(0.1)),
        ("γ learned", Gamma::Learned),
    ] {
        group.bench_function(name, |b| {
            b.iter(|| {
                let prediction =
                    predict(black_box(&spectrum), 200, 1.0, 1.3, gamma).expect("a spectrum");
                thresholds_figure(&prediction, 0.1, None, None, &provenance)
            });
        });
    }
    group.finish();
}

fn soft(alpha: f64) -> SoftThreshold {
    SoftThreshold::new(5.0, alpha * 5.0_f64.sqrt(), 1.0, 1.0, 1.0).expect("a valid model")
}

fn surfaces(c: &mut Criterion) {
    let mut group = c.benchmark_group("surface, 256²");
    let axis = |half: f64| Axis::symmetric(half, CELLS).expect("an axis");
    let mode = ModeSurface::new(5.0, 1.0, 1.0, 1.0).expect("a valid surface");
    group.bench_function("one mode", |b| {
        b.iter(|| mode.grid(axis(3.4), axis(1.5)));
    });
    let eigenvalues = eigenvalues(784);
    group.bench_function("pPCA columns, d 784", |b| {
        b.iter(|| {
            let ppca = PpcaSurface::new(black_box(&eigenvalues), 784, &[0, 1], (2, 3), 0.5)
                .expect("a valid surface");
            ppca.grid(axis(2.0), axis(2.0))
        });
    });
    group.sample_size(10);
    group.bench_function("soft threshold, σ at its best", |b| {
        b.iter(|| soft(black_box(0.3)).grid(axis(3.4), axis(1.5)));
    });
    group.bench_function("soft threshold, the whole figure", |b| {
        b.iter(|| {
            let model = soft(black_box(0.3));
            let limit = model.alpha_limits().global;
            soft_surface_figure(0, &model, CELLS, limit, &Provenance::default())
        });
    });
    group.finish();
}

fn basins(c: &mut Criterion) {
    let mut group = c.benchmark_group("basins");
    group.sample_size(10);
    let cancel = AtomicBool::new(false);
    for alpha in [0.3, 2.0] {
        let request = basin_request(&soft(alpha), StartSigma::Prior).expect("a rectangle");
        group.bench_function(format!("256² on the CPU, f32, α {alpha} ζ"), |b| {
            b.iter(|| request.compute::<f32>(CELLS, &cancel));
        });
    }
    let request = basin_request(&soft(0.3), StartSigma::Prior).expect("a rectangle");
    group.bench_function("16² on the CPU: the first picture", |b| {
        b.iter(|| request.compute::<f32>(BasinMap::LEVELS[0], &cancel));
    });
    // Where there is a GPU, the same through the kernel, all levels.
    let mut computer = BasinComputer::default();
    group.bench_function("16² to 256² on the automatic device", |b| {
        b.iter(|| computer.compute(&request, &DeviceChoice::Auto, CELLS, &cancel, &mut |_| {}));
    });
    group.finish();
}

/// A surface of the trained network on the worker's thread, the run paused: what a user waits for it.
fn landscape(c: &mut Criterion) {
    let config = RunConfig {
        data: DataConfig {
            limit: Some(1024),
            ..DataConfig::default()
        },
        device: DeviceChoice::Cpu,
        ..RunConfig::default()
    };
    let dataset = data::load(&config.data, 0, &|_| true).expect("digits");
    let preprocessor =
        Preprocessor::new(config.data.preprocess, &dataset).expect("it can be prepared");
    let live = config.live;
    let setup = RunSetup {
        config,
        data: Arc::new(dataset),
        preprocessor: Arc::new(preprocessor),
    };
    let worker = Worker::spawn(Arc::new(|| {})).expect("a thread");
    let run = RunId(1);
    worker.send(Command::Start {
        run,
        setup: Arc::new(setup),
        playing: false,
    });
    let mut generation = 0;
    let mut group = c.benchmark_group("surface of the network 784-256-64-16, paused");
    group.sample_size(10);
    group.bench_function(
        "33² points, 256 samples (65² has four times as many)",
        |b| {
            b.iter(|| {
                generation += 1;
                let asked = LandscapeRequest {
                    kind: LandscapeKind::Random { seed: 1 },
                    points: 33,
                    generation,
                };
                worker.set_live(LiveParams {
                    run,
                    live,
                    held: Vec::new(),
                    view: ViewRequest {
                        landscapes: vec![asked.clone()],
                        ..ViewRequest::default()
                    },
                });
                let finished = |s: &collapse_explorer::train::Snapshot| {
                    let mut made = s.landscapes.iter();
                    made.any(|l| l.request == asked && l.is_complete())
                };
                while !worker.snapshot().is_some_and(|s| finished(&s)) {
                    std::thread::sleep(Duration::from_millis(2));
                }
            });
        },
    );
    group.finish();
}

criterion_group!(benches, overlay, surfaces, basins, landscape);
criterion_main!(benches);
