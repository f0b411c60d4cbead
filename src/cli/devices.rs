//! `devices`: where a network can train here.

use std::io::Write as _;

use serde::Serialize;

use crate::compute::{DeviceKind, adapters};

use super::args::DevicesArguments;
use super::error::Error;

#[derive(Debug, Serialize)]
struct Device {
    name: String,
    kind: &'static str,
    api: String,
    driver: String,
    /// Whether `--device auto` picks it.
    auto: bool,
}

#[derive(Debug, Serialize)]
struct Report {
    devices: Vec<Device>,
}

/// Runs the command.
pub(super) fn run(arguments: &DevicesArguments) -> Result<(), Error> {
    let mut devices = vec![Device {
        name: format!("CPU · {} threads · faer", rayon::current_num_threads()),
        kind: "cpu",
        api: "native".into(),
        driver: String::new(),
        auto: false,
    }];
    devices.extend(adapters().into_iter().map(|a| Device {
        kind: match a.kind {
            DeviceKind::Cpu => "cpu",
            DeviceKind::DiscreteGpu => "discrete",
            DeviceKind::IntegratedGpu => "integrated",
            DeviceKind::Software => "software",
        },
        api: a.backend.to_string(),
        driver: a.driver,
        name: a.name,
        auto: false,
    }));
    let rank = |d: &Device| match d.kind {
        "discrete" => 0,
        "integrated" => 1,
        "cpu" => 2,
        _ => 3,
    };
    if let Some(best) = devices.iter_mut().min_by_key(|d| rank(d)) {
        best.auto = true;
    }
    let mut out = std::io::stdout().lock();
    if arguments.json {
        let text =
            serde_json::to_string(&Report { devices }).map_err(|e| Error::Print(e.into()))?;
        return writeln!(out, "{text}").map_err(Error::Print);
    }
    for device in devices {
        let mark = if device.auto { "auto →" } else { "" };
        writeln!(
            out,
            "{mark:6} {:10} {} · {} {}",
            device.kind, device.name, device.api, device.driver
        )
        .map_err(Error::Print)?;
    }
    Ok(())
}
