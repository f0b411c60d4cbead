//! `bench`: step times of the papers' networks against the roofline of the device, in one run.

use std::io::Write as _;
use std::sync::Arc;

use serde::Serialize;

use crate::compute::DeviceKind;
use crate::config::{
    DataConfig, DataSource, LiveConfig, NetConfig, Preset, RunConfig, SamplingConfig, positive,
};
use crate::data::Preprocessor;
use crate::train::{RunSetup, Trainer};

use super::args::BenchArguments;
use super::error::Error;
use super::roofline::{Roofline, of_processor};
use super::timing::{ROUNDS, step_times, synthetic};

/// The JSON object.
#[derive(Debug, Serialize)]
struct Report {
    machine: String,
    device: String,
    /// Best rate of a large matrix product on the device.
    sgemm_gflops: f64,
    /// Best rate at which the device streams memory.
    bandwidth_gbytes: f64,
    nets: Vec<NetReport>,
}

#[derive(Debug, Serialize)]
struct NetReport {
    name: String,
    batch: usize,
    shape: [usize; 3],
    encoder: String,
    decoder: String,
    latents: usize,
    activation: crate::config::Activation,
    variance: crate::config::PosteriorVariance,
    parameters: usize,
    milliseconds_per_step: f64,
    spread_percent: f64,
    gflops: f64,
    percent_of_sgemm: f64,
    /// Products at the peak rate plus one pass of Adam over memory, relative to the time measured.
    percent_of_roofline: f64,
}

/// A network and the shape of its data.
struct Case {
    name: &'static str,
    shape: [usize; 3],
    net: NetConfig,
}

fn cases() -> Result<Vec<Case>, Error> {
    let preset = |name, preset: Preset, shape: [usize; 3], latents| -> Result<Case, Error> {
        let net = preset.net([shape[0], shape[1]], latents)?;
        Ok(Case { name, shape, net })
    };
    let grey = [28, 28, 1];
    Ok(vec![
        preset("Lucas MLP 784-1024-512-200", Preset::Lucas, grey, 200)?,
        preset("Asperti 784-256-64-32-16", Preset::Asperti, grey, 16)?,
        preset("linear 784-16", Preset::Linear, grey, 16)?,
        Case {
            name: "small 5-8-5",
            shape: [1, 1, 5],
            net: NetConfig::dense(&[8], 5),
        },
        preset("Wang MLP 784-2048-8", Preset::Wang, grey, 8)?,
        preset("Dai dense 4 x 512", Preset::DaiDense(4), grey, 64)?,
        preset("Asperti conv 28x28", Preset::AspertiConv, grey, 16)?,
        preset(
            "Dai conv 32x32x3, 2 per scale",
            Preset::DaiConv(2),
            [32, 32, 3],
            64,
        )?,
        preset(
            "Dai residual 32x32x3, 1 x 2",
            Preset::DaiResidual(1, 2),
            [32, 32, 3],
            64,
        )?,
        preset(
            "beta-VAE conv 64x64x3",
            Preset::BetaVaeConv,
            [64, 64, 3],
            32,
        )?,
    ])
}

/// Runs the command.
pub(super) fn run(arguments: &BenchArguments) -> Result<(), Error> {
    let seconds = positive("seconds", arguments.seconds)?;
    let wanted = arguments.net.to_lowercase();
    let cases: Vec<Case> = cases()?
        .into_iter()
        .filter(|case| case.name.to_lowercase().contains(&wanted))
        .collect();
    if cases.is_empty() {
        return Err(Error::Usage(format!(
            "no network of the benchmark has '{}' in its name",
            arguments.net
        )));
    }
    let mut first = trainer(&cases[0], arguments)?;
    let device = first.backend().device().clone();
    let mut first = Some(first);
    let mut roofline = match device.kind {
        DeviceKind::Cpu => of_processor(),
        _ => super::roofline::of_adapter(&arguments.device, device.kind)?,
    };
    let mut nets = Vec::new();
    for case in &cases {
        // One at a time: together they would need memory that none needs alone.
        let mut run = match first.take() {
            Some(first) => first,
            None => trainer(case, arguments)?,
        };
        let report = bench_net(case, &mut run, seconds, roofline)?;
        eprintln!(
            "{:30} {:9.4} ms per step ± {:.0} %  {:7.2} GFLOP/s  {:5.1} % of sgemm  {:5.1} % of roofline",
            report.name,
            report.milliseconds_per_step,
            report.spread_percent,
            report.gflops,
            report.percent_of_sgemm,
            report.percent_of_roofline
        );
        nets.push(report);
    }
    if device.kind == DeviceKind::Cpu {
        // The peak is the better of before and after: a machine's mood changes.
        roofline = roofline.best(of_processor());
        for net in &mut nets {
            let flops = net.gflops * net.milliseconds_per_step * 1e6;
            let least = roofline.milliseconds(flops, net.parameters);
            net.percent_of_sgemm = 100.0 * net.gflops / roofline.gflops;
            net.percent_of_roofline = 100.0 * least / net.milliseconds_per_step;
        }
    }
    eprintln!(
        "{}: products at up to {:.1} GFLOP/s, memory at {:.1} GB/s",
        device.name, roofline.gflops, roofline.gbytes
    );
    let report = Report {
        machine: machine(),
        device: device.name,
        sgemm_gflops: roofline.gflops,
        bandwidth_gbytes: roofline.gbytes,
        nets,
    };
    if arguments.json {
        let text = serde_json::to_string(&report).map_err(|e| Error::Print(e.into()))?;
        writeln!(std::io::stdout(), "{text}").map_err(Error::Print)?;
    }
    Ok(())
}

fn trainer(case: &Case, arguments: &BenchArguments) -> Result<Trainer, Error> {
    let config = RunConfig {
        data: DataConfig {
            source: DataSource::Digits,
            ..DataConfig::default()
        },
        net: case.net.clone(),
        live: LiveConfig::default(),
        sampling: SamplingConfig {
            batch: arguments.batch,
            seed: 0,
        },
        device: arguments.device.clone(),
        ..RunConfig::default()
    };
    let data = synthetic(arguments.batch.max(1024), case.shape);
    let preprocessor = Preprocessor::new(config.data.preprocess, &data)?;
    let setup = RunSetup {
        config,
        data: Arc::new(data),
        preprocessor: Arc::new(preprocessor),
    };
    Ok(Trainer::new(Arc::new(setup))?)
}

fn bench_net(
    case: &Case,
    trainer: &mut Trainer,
    seconds: f64,
    roofline: Roofline,
) -> Result<NetReport, Error> {
    let times = step_times(trainer, seconds)?;
    let median = times[ROUNDS / 2];
    let batch = trainer.plan().batch;
    let net = &trainer.plan().net;
    let flops = net.step_flops(batch);
    let gflops = flops / (median * 1e6);
    Ok(NetReport {
        name: case.name.to_owned(),
        batch,
        shape: case.shape,
        encoder: case.net.encoder.to_string(),
        decoder: case.net.decoder.to_string(),
        latents: case.net.latents,
        activation: case.net.activation,
        variance: case.net.variance,
        parameters: net.parameter_count(),
        milliseconds_per_step: median,
        spread_percent: 100.0 * (times[ROUNDS - 2] - times[1]) / median / 2.0,
        gflops,
        percent_of_sgemm: 100.0 * gflops / roofline.gflops,
        percent_of_roofline: 100.0 * roofline.milliseconds(flops, net.parameter_count()) / median,
    })
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
