//! `bench`: step times of four networks against this machine's matrix-product peak, in one run.

use std::io::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use faer::linalg::matmul::matmul;
use faer::{Accum, Mat, Par};
use serde::Serialize;

use crate::config::{
    Activation, DataConfig, DataSource, LiveConfig, NetConfig, PosteriorVariance, RunConfig,
    SamplingConfig, Stack, positive,
};
use crate::data::{Dataset, ImageShape, Pixels, Preprocessor};
use crate::rng::{Stream, normal};
use crate::train::{RunSetup, Trainer};

use super::args::BenchArguments;
use super::error::Error;

/// Timed rounds; the median is reported.
const ROUNDS: usize = 7;
/// Samples per step, as in the papers.
const BATCH: usize = 128;

/// The JSON object.
#[derive(Debug, Serialize)]
struct Report {
    machine: String,
    device: String,
    sgemm_gflops: f64,
    nets: Vec<NetReport>,
}

#[derive(Debug, Serialize)]
struct NetReport {
    name: String,
    batch: usize,
    parameters: usize,
    milliseconds_per_step: f64,
    spread_percent: f64,
    gflops: f64,
    percent_of_sgemm: f64,
}

/// The four networks: name, d, encoder, decoder, κ, σ.
type Net = (
    &'static str,
    usize,
    &'static [usize],
    &'static [usize],
    usize,
    PosteriorVariance,
);

const NETS: [Net; 4] = [
    (
        "Lucas MLP 784-1024-512-200",
        784,
        &[1024, 512],
        &[512, 1024],
        200,
        PosteriorVariance::PerSample,
    ),
    (
        "Asperti 784-256-64-32-16",
        784,
        &[256, 64, 32],
        &[32, 64, 256],
        16,
        PosteriorVariance::PerSample,
    ),
    (
        "linear 784-16",
        784,
        &[],
        &[],
        16,
        PosteriorVariance::Global,
    ),
    (
        "small 5-8-5",
        5,
        &[8],
        &[8],
        5,
        PosteriorVariance::PerSample,
    ),
];

/// Runs the command.
pub(super) fn run(arguments: &BenchArguments) -> Result<(), Error> {
    let seconds = positive("seconds", arguments.seconds)?;
    let peak = sgemm_peak();
    eprintln!("sgemm peak of this machine: {peak:.1} GFLOP/s");
    let mut device = String::new();
    let mut nets = Vec::new();
    for net in NETS {
        let (report, name) = bench_net(&net, arguments, seconds, peak)?;
        eprintln!(
            "{:28} {:9.4} ms per step ± {:.0} %  {:7.2} GFLOP/s  {:5.1} % of sgemm",
            report.name,
            report.milliseconds_per_step,
            report.spread_percent,
            report.gflops,
            report.percent_of_sgemm
        );
        device = name;
        nets.push(report);
    }
    let report = Report {
        machine: machine(),
        device,
        sgemm_gflops: peak,
        nets,
    };
    if arguments.json {
        let text = serde_json::to_string(&report).map_err(|e| Error::Print(e.into()))?;
        writeln!(std::io::stdout(), "{text}").map_err(Error::Print)?;
    }
    Ok(())
}

/// Best rate of a 1024³ single-precision product, in GFLOP/s.
fn sgemm_peak() -> f64 {
    let n = 1024;
    let a = Mat::<f32>::from_fn(n, n, |i, j| ((i * 7 + j) % 13) as f32 - 6.0);
    let b = Mat::<f32>::from_fn(n, n, |i, j| ((i + j * 5) % 11) as f32 - 5.0);
    let mut c = Mat::<f32>::zeros(n, n);
    let flops = 2.0 * (n as f64).powi(3);
    (0..12)
        .map(|_| {
            let begin = Instant::now();
            matmul(&mut c, Accum::Replace, &a, &b, 1.0, Par::rayon(0));
            flops / begin.elapsed().as_secs_f64() / 1e9
        })
        .fold(0.0, f64::max)
}

fn bench_net(
    &(name, dim, encoder, decoder, latents, variance): &Net,
    arguments: &BenchArguments,
    seconds: f64,
    peak: f64,
) -> Result<(NetReport, String), Error> {
    let config = RunConfig {
        data: DataConfig {
            source: DataSource::Digits,
            ..DataConfig::default()
        },
        net: NetConfig {
            encoder: Stack::dense(encoder),
            decoder: Stack::dense(decoder),
            latents,
            activation: if encoder.is_empty() {
                Activation::Identity
            } else {
                Activation::Relu
            },
            variance,
            ..NetConfig::default()
        },
        live: LiveConfig::default(),
        sampling: SamplingConfig {
            batch: BATCH,
            seed: 0,
        },
        device: arguments.device.clone(),
    };
    let data = synthetic(4096, dim);
    let preprocessor = Preprocessor::new(config.data.preprocess, &data);
    let setup = RunSetup {
        config,
        data: Arc::new(data),
        preprocessor: Arc::new(preprocessor),
    };
    let mut trainer = Trainer::new(Arc::new(setup))?;
    let mut metrics = Vec::new();
    let mut steps = 1;
    // Warm up, and find how many steps a round takes.
    let round = Duration::from_secs_f64(seconds / (ROUNDS + 1) as f64);
    let begin = Instant::now();
    while begin.elapsed() < round {
        let before = Instant::now();
        trainer.train(steps, true, &mut metrics)?;
        if before.elapsed() < Duration::from_millis(50) {
            steps = (steps * 2).min(crate::compute::Plan::MAX_STEPS);
        }
    }
    let mut times: Vec<f64> = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        let begin = Instant::now();
        let mut done = 0;
        while begin.elapsed() < round {
            trainer.train(steps, true, &mut metrics)?;
            done += steps;
        }
        times.push(begin.elapsed().as_secs_f64() * 1e3 / done as f64);
        metrics.clear();
    }
    times.sort_by(f64::total_cmp);
    let median = times[ROUNDS / 2];
    let net = &trainer.plan().net;
    let gflops = net.step_flops(BATCH) / (median * 1e6);
    let report = NetReport {
        name: name.to_owned(),
        batch: BATCH,
        parameters: net.parameter_count(),
        milliseconds_per_step: median,
        spread_percent: 100.0 * (times[ROUNDS - 2] - times[1]) / median / 2.0,
        gflops,
        percent_of_sgemm: 100.0 * gflops / peak,
    };
    let device = trainer.backend().device().name.clone();
    Ok((report, device))
}

/// Data of the right shape whose values do not matter: bytes for images, floats for small vectors.
fn synthetic(n: usize, dim: usize) -> Dataset {
    let pixels = if dim >= 64 {
        Pixels::Bytes(
            (0..n * dim)
                .map(|i| ((i * 2_654_435_761) >> 24) as u8)
                .collect(),
        )
    } else {
        Pixels::Floats(
            (0..n * dim)
                .map(|i| normal(0, Stream::Data, i as u32, 0))
                .collect(),
        )
    };
    Dataset {
        name: "benchmark data".into(),
        shape: ImageShape {
            height: 1,
            width: dim,
            channels: 1,
        },
        pixels,
        labels: None,
    }
}

/// Processor and thread count, for a figure to be worth anything.
fn machine() -> String {
    let model = std::fs::read_to_string("/proc/cpuinfo")
        .ok()
        .and_then(|text| {
            text.lines()
                .find(|l| l.starts_with("model name"))
                .and_then(|l| l.split(':').nth(1))
                .map(|m| m.trim().to_owned())
        })
        .unwrap_or_else(|| std::env::consts::ARCH.to_owned());
    format!("{model}, {} threads", rayon::current_num_threads())
}
