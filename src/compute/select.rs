//! Which device a run gets.

use std::sync::{Arc, OnceLock};

use crate::config::DeviceChoice;
use crate::data::{Dataset, Preprocessor};

use super::backend::{Backend, DeviceKind, Error};
use super::cpu::CpuBackend;
use super::gpu::{Adapter, AdapterInfo, GpuBackend, GpuDevice, Options, enumerate};
use super::plan::Plan;

/// The adapters that can run the WGSL kernels; empty where there is no driver.
pub fn adapters() -> Vec<AdapterInfo> {
    enumerate().iter().map(|a| a.info().clone()).collect()
}

/// The adapters to choose from. Where the first look found no GPU, *auto* does not look again: asking all drivers
/// takes a tenth of a second, and experiments make many runs.
fn adapters_for(choice: &DeviceChoice) -> Vec<Adapter> {
    static HAS_GPU: OnceLock<bool> = OnceLock::new();
    match (choice, HAS_GPU.get()) {
        (DeviceChoice::Cpu, _) | (DeviceChoice::Auto, Some(false)) => Vec::new(),
        _ => {
            let found = enumerate();
            let real = |a: &Adapter| {
                let kind = a.info().kind;
                matches!(kind, DeviceKind::DiscreteGpu | DeviceKind::IntegratedGpu)
            };
            HAS_GPU.get_or_init(|| found.iter().any(real));
            found
        }
    }
}

/// What a choice comes down to, in the order in which to try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Candidate {
    /// The native backend.
    Cpu,
    /// An adapter of the list.
    Adapter(usize),
}

/// The devices that fit `choice`, best first; empty if none does.
fn candidates(choice: &DeviceChoice, adapters: &[AdapterInfo]) -> Vec<Candidate> {
    let of = |kind: DeviceKind| {
        let fits =
            move |(i, a): (usize, &AdapterInfo)| (a.kind == kind).then_some(Candidate::Adapter(i));
        adapters.iter().enumerate().filter_map(fits)
    };
    let real = of(DeviceKind::DiscreteGpu).chain(of(DeviceKind::IntegratedGpu));
    match choice {
        DeviceChoice::Auto => real.chain([Candidate::Cpu]).collect(),
        DeviceChoice::Cpu => vec![Candidate::Cpu],
        DeviceChoice::Gpu => real.take(1).collect(),
        DeviceChoice::Software => of(DeviceKind::Software).take(1).collect(),
        DeviceChoice::Named(text) => {
            let text = text.to_lowercase();
            let named = |a: &AdapterInfo| a.name.to_lowercase().contains(&text);
            if text == "cpu" {
                return vec![Candidate::Cpu];
            }
            let first = adapters.iter().position(named);
            first.map(Candidate::Adapter).into_iter().collect()
        }
    }
}

fn no_device(choice: &DeviceChoice, adapters: &[AdapterInfo]) -> Error {
    let mut names: Vec<String> = adapters
        .iter()
        .map(|a| {
            let kind = match a.kind {
                DeviceKind::Software => ", software",
                _ => "",
            };
            format!("'{}' ({}{kind})", a.name, a.backend)
        })
        .collect();
    names.push("cpu".into());
    Error::NoDevice {
        choice: choice.to_string(),
        available: format!("there is {}", names.join(", ")),
    }
}

/// Opens the device `choice` asks for, for work beside a plan; none means the CPU.
///
/// # Errors
/// [`Error::NoDevice`] if nothing fits the choice, else what the last of those that fit says.
pub(super) fn open_device(choice: &DeviceChoice) -> Result<Option<Arc<GpuDevice>>, Error> {
    let found = adapters_for(choice);
    let infos: Vec<AdapterInfo> = found.iter().map(|a| a.info().clone()).collect();
    let mut refusal = no_device(choice, &infos);
    for candidate in candidates(choice, &infos) {
        match candidate {
            Candidate::Cpu => return Ok(None),
            Candidate::Adapter(index) => match GpuDevice::open(&found[index]) {
                Ok(gpu) => return Ok(Some(gpu)),
                Err(error) => refusal = error,
            },
        }
    }
    Err(refusal)
}

/// Makes the backend `choice` asks for.
///
/// *Auto* takes a discrete GPU, else an integrated one, else the CPU; where a GPU turns out not to
/// work, or is too small, it goes on to the next.
///
/// # Errors
/// [`Error::NoDevice`] if nothing fits the choice, else what the device says.
#[expect(
    clippy::needless_pass_by_value,
    reason = "a caller gives its plan and its share of the data away"
)]
pub fn create_backend(
    choice: &DeviceChoice,
    reproducible: bool,
    plan: Plan,
    data: Arc<Dataset>,
    preprocessor: Arc<Preprocessor>,
) -> Result<Box<dyn Backend>, Error> {
    let found = adapters_for(choice);
    let infos: Vec<AdapterInfo> = found.iter().map(|a| a.info().clone()).collect();
    let options = Options {
        reproducible,
        ..Options::default()
    };
    let mut refusal = no_device(choice, &infos);
    for candidate in candidates(choice, &infos) {
        let made: Result<Box<dyn Backend>, Error> = match candidate {
            Candidate::Cpu => {
                CpuBackend::<f32>::new(plan.clone(), Arc::clone(&data), Arc::clone(&preprocessor))
                    .map(|b| Box::new(b) as Box<dyn Backend>)
            }
            Candidate::Adapter(index) => GpuDevice::open(&found[index])
                .and_then(|gpu| GpuBackend::on(gpu, plan.clone(), &data, &preprocessor, &options))
                .map(|b| Box::new(b) as Box<dyn Backend>),
        };
        match made {
            Ok(backend) => return Ok(backend),
            Err(error) => {
                tracing::warn!("{error}");
                refusal = error;
            }
        }
    }
    Err(refusal)
}

/// Whether there is a GPU that is not a CPU in disguise.
pub fn has_real_gpu() -> bool {
    adapters()
        .iter()
        .any(|a| matches!(a.kind, DeviceKind::DiscreteGpu | DeviceKind::IntegratedGpu))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn adapter(name: &str, kind: DeviceKind) -> AdapterInfo {
        AdapterInfo {
            name: name.into(),
            kind,
            backend: "Vulkan",
            driver: String::new(),
        }
    }

    fn machine() -> Vec<AdapterInfo> {
        vec![
            adapter("llvmpipe (LLVM 15)", DeviceKind::Software),
            adapter("Intel Iris", DeviceKind::IntegratedGpu),
            adapter("NVIDIA H200", DeviceKind::DiscreteGpu),
        ]
    }

    #[test]
    fn auto_prefers_real_gpus_and_never_takes_software() {
        use Candidate::{Adapter, Cpu};
        let all = machine();
        assert_eq!(
            candidates(&DeviceChoice::Auto, &all),
            [Adapter(2), Adapter(1), Cpu]
        );
        assert_eq!(candidates(&DeviceChoice::Auto, &all[..1]), [Cpu]);
        assert_eq!(candidates(&DeviceChoice::Gpu, &all), [Adapter(2)]);
        assert_eq!(candidates(&DeviceChoice::Gpu, &all[..2]), [Adapter(1)]);
        assert_eq!(candidates(&DeviceChoice::Gpu, &all[..1]), []);
        assert_eq!(candidates(&DeviceChoice::Software, &all), [Adapter(0)]);
        assert_eq!(candidates(&DeviceChoice::Software, &all[1..]), []);
    }

    #[test]
    fn names_match_anywhere_in_any_case() {
        let all = machine();
        let named = |text: &str| candidates(&DeviceChoice::Named(text.into()), &all);
        assert_eq!(named("iris"), [Candidate::Adapter(1)]);
        assert_eq!(named("LLVMPIPE"), [Candidate::Adapter(0)]);
        assert_eq!(named("CPU"), [Candidate::Cpu]);
        assert_eq!(named("Radeon"), []);
    }

    #[test]
    fn a_missing_device_lists_what_there_is() {
        let message = no_device(&DeviceChoice::Gpu, &machine()[..1]).to_string();
        assert_eq!(
            message,
            "no compute device matches 'gpu'; there is 'llvmpipe (LLVM 15)' (Vulkan, software), cpu"
        );
    }
}
