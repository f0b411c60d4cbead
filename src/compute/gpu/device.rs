//! Adapters, an opened device, its pipelines, and what it complains about.

use std::collections::HashMap;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::compute::backend::{DeviceInfo, DeviceKind, Error};

use super::shader::Variant;

/// An adapter, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdapterInfo {
    /// `NVIDIA H200`.
    pub name: String,
    /// Its kind.
    pub kind: DeviceKind,
    /// `Vulkan`, `Metal`, `DirectX 12`.
    pub backend: &'static str,
    /// The driver and its version.
    pub driver: String,
}

impl fmt::Display for AdapterInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} · {}", self.name, self.backend)
    }
}

/// Something that can be opened.
#[derive(Debug, Clone)]
pub struct Adapter {
    info: AdapterInfo,
    adapter: wgpu::Adapter,
}

impl Adapter {
    /// What it is.
    pub fn info(&self) -> &AdapterInfo {
        &self.info
    }
}

/// All adapters that can compute: Vulkan, Metal and DirectX 12. OpenGL has too few storage buffers.
///
/// Empty where there is no driver, or not even a Vulkan loader.
pub fn enumerate() -> Vec<Adapter> {
    let backends = wgpu::Backends::VULKAN | wgpu::Backends::METAL | wgpu::Backends::DX12;
    let instance = wgpu::Instance::new(wgpu::InstanceDescriptor {
        backends,
        flags: wgpu::InstanceFlags::empty(),
        // A refusal while there is still something left beats a device that is lost.
        memory_budget_thresholds: wgpu::MemoryBudgetThresholds {
            for_resource_creation: Some(90),
            for_device_loss: None,
        },
        ..wgpu::InstanceDescriptor::new_without_display_handle()
    });
    pollster::block_on(instance.enumerate_adapters(backends))
        .into_iter()
        .map(|adapter| Adapter {
            info: describe(&adapter.get_info()),
            adapter,
        })
        .collect()
}

fn describe(info: &wgpu::AdapterInfo) -> AdapterInfo {
    AdapterInfo {
        name: info.name.clone(),
        kind: match info.device_type {
            wgpu::DeviceType::DiscreteGpu => DeviceKind::DiscreteGpu,
            wgpu::DeviceType::Cpu => DeviceKind::Software,
            wgpu::DeviceType::IntegratedGpu
            | wgpu::DeviceType::VirtualGpu
            | wgpu::DeviceType::Other => DeviceKind::IntegratedGpu,
        },
        backend: match info.backend {
            wgpu::Backend::Vulkan => "Vulkan",
            wgpu::Backend::Metal => "Metal",
            wgpu::Backend::Dx12 => "DirectX 12",
            _ => "another API",
        },
        driver: format!("{} {}", info.driver, info.driver_info)
            .trim()
            .to_owned(),
    }
}

/// What a device said on its own, outside the call that caused it.
#[derive(Debug, Clone, PartialEq)]
enum Complaint {
    Failed(String),
    Lost(String),
}

type Complaints = Arc<Mutex<Option<Complaint>>>;

/// Keeps the first complaint: what follows is its consequence.
fn complain(complaints: &Complaints, complaint: Complaint) {
    let mut kept = complaints.lock().unwrap_or_else(PoisonError::into_inner);
    kept.get_or_insert(complaint);
}

/// Says when a buffer's content can be read.
pub(super) type Mapping = Receiver<Result<(), wgpu::BufferAsyncError>>;

/// Asks for a buffer's content; [`GpuDevice::mapped`] tells when it is there.
pub(super) fn map(buffer: &wgpu::Buffer) -> Mapping {
    let (sender, receiver) = sync_channel(1);
    buffer.map_async(wgpu::MapMode::Read, .., move |result| {
        // Nobody listens any more if the backend is gone.
        let _ = sender.send(result);
    });
    receiver
}

/// How long a callback may be late after its work is done.
const CALLBACK_PATIENCE: Duration = Duration::from_secs(10);

/// A kernel compiled for a device.
#[derive(Debug)]
pub(super) struct Kernel {
    pub pipeline: wgpu::ComputePipeline,
    /// Layout of group 1.
    pub layout: wgpu::BindGroupLayout,
}

/// An opened adapter with the kernels compiled so far. Shared by the backends made on it, so that
/// another network starts without compiling anything.
#[derive(Debug)]
pub struct GpuDevice {
    info: DeviceInfo,
    pub(super) device: wgpu::Device,
    pub(super) queue: wgpu::Queue,
    /// Layout of group 0: the step's inputs and the status.
    pub(super) step_layout: wgpu::BindGroupLayout,
    kernels: Mutex<HashMap<Variant, Arc<Kernel>>>,
    complaints: Complaints,
}

impl GpuDevice {
    /// Opens an adapter with all it can do.
    ///
    /// # Errors
    /// [`Error::Device`] if it refuses.
    pub fn open(adapter: &Adapter) -> Result<Arc<Self>, Error> {
        let info = DeviceInfo {
            name: adapter.info.to_string(),
            kind: adapter.info.kind,
        };
        let request = adapter.adapter.request_device(&wgpu::DeviceDescriptor {
            label: Some("compute"),
            required_limits: adapter.adapter.limits(),
            ..wgpu::DeviceDescriptor::default()
        });
        let (device, queue) = pollster::block_on(request).map_err(|e| Error::Device {
            device: info.name.clone(),
            reason: e.to_string(),
        })?;
        let complaints = Complaints::default();
        let (failed, lost) = (Arc::clone(&complaints), Arc::clone(&complaints));
        device.on_uncaptured_error(Arc::new(move |error: wgpu::Error| {
            complain(&failed, Complaint::Failed(error.to_string()));
        }));
        device.set_device_lost_callback(move |_, reason| {
            complain(&lost, Complaint::Lost(reason));
        });
        let step_layout = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
            label: Some("step"),
            entries: &[uniform_entry(0, true), storage_entry(1, false)],
        });
        Ok(Arc::new(Self {
            info,
            device,
            queue,
            step_layout,
            kernels: Mutex::default(),
            complaints,
        }))
    }

    /// What it is.
    pub fn info(&self) -> &DeviceInfo {
        &self.info
    }

    /// Gives the device up, as if it had been unplugged: every backend on it fails from then on.
    pub fn destroy(&self) {
        self.device.destroy();
        complain(&self.complaints, Complaint::Lost("it was given up".into()));
    }

    pub(super) fn failed(&self, reason: impl Into<String>) -> Error {
        Error::Device {
            device: self.info.name.clone(),
            reason: reason.into(),
        }
    }

    /// Reports what the device said since it was opened.
    pub(super) fn check(&self) -> Result<(), Error> {
        let kept = self.complaints.lock();
        match kept.unwrap_or_else(PoisonError::into_inner).clone() {
            None => Ok(()),
            Some(Complaint::Failed(reason)) => Err(self.failed(reason)),
            Some(Complaint::Lost(reason)) => Err(Error::Lost {
                device: self.info.name.clone(),
                reason,
            }),
        }
    }

    /// Runs callbacks of finished work, after waiting for `until` if it is given.
    pub(super) fn poll(&self, until: Option<wgpu::SubmissionIndex>) -> Result<(), Error> {
        let poll = match until {
            None => wgpu::PollType::Poll,
            // No timeout: waiting with one can hit an assertion in wgpu while others submit.
            Some(index) => wgpu::PollType::Wait {
                submission_index: Some(index),
                timeout: None,
            },
        };
        // wgpu panics when it finds the device lost in here.
        match catch_unwind(AssertUnwindSafe(|| self.device.poll(poll))) {
            Ok(Ok(_)) => self.check(),
            Ok(Err(error)) => Err(self.failed(error.to_string())),
            Err(_) => {
                let reason = "it was lost while waiting for its work";
                complain(&self.complaints, Complaint::Lost(reason.into()));
                self.check()
            }
        }
    }

    /// Whether a mapping is done; with `until`, waits for that submission first.
    ///
    /// Even then the callback may be a moment late: if another thread polled at the same time, it
    /// is that thread which runs it.
    pub(super) fn mapped(
        &self,
        mapping: &Mapping,
        until: Option<wgpu::SubmissionIndex>,
    ) -> Result<bool, Error> {
        let wait = until.is_some();
        self.poll(until)?;
        let outcome = if wait {
            mapping.recv_timeout(CALLBACK_PATIENCE).ok()
        } else {
            mapping.try_recv().ok()
        };
        match outcome {
            Some(Ok(())) => Ok(true),
            Some(Err(error)) => {
                self.check()?;
                Err(self.failed(error.to_string()))
            }
            None if wait => {
                self.check()?;
                Err(self.failed("it finished its work but did not hand the result over"))
            }
            None => Ok(false),
        }
    }

    /// The compiled kernel, compiling it at its first use.
    pub(super) fn kernel(
        &self,
        variant: Variant,
        reads: usize,
        writes: usize,
    ) -> Result<Arc<Kernel>, Error> {
        let mut kernels = self.kernels.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(kernel) = kernels.get(&variant) {
            return Ok(Arc::clone(kernel));
        }
        let kernel = Arc::new(self.compile(variant, reads, writes)?);
        kernels.insert(variant, Arc::clone(&kernel));
        Ok(kernel)
    }

    fn compile(&self, variant: Variant, reads: usize, writes: usize) -> Result<Kernel, Error> {
        let source = variant.source().map_err(|e| self.failed(e.to_string()))?;
        let label = Some(variant.kernel);
        let scope = self.device.push_error_scope(wgpu::ErrorFilter::Validation);
        let module = self
            .device
            .create_shader_module(wgpu::ShaderModuleDescriptor {
                label,
                source: wgpu::ShaderSource::Wgsl(source.into()),
            });
        let storage = (1..=reads + writes).map(|i| storage_entry(i as u32, i <= reads));
        let entries: Vec<_> = std::iter::once(uniform_entry(0, false))
            .chain(storage)
            .collect();
        let layout = self
            .device
            .create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
                label,
                entries: &entries,
            });
        let pipeline_layout = self
            .device
            .create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
                label,
                bind_group_layouts: &[Some(&self.step_layout), Some(&layout)],
                immediate_size: 0,
            });
        let pipeline = self
            .device
            .create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
                label,
                layout: Some(&pipeline_layout),
                module: &module,
                entry_point: Some("main"),
                compilation_options: wgpu::PipelineCompilationOptions {
                    constants: &variant.constants(),
                    // Every kernel writes workgroup memory before it reads it.
                    zero_initialize_workgroup_memory: false,
                },
                cache: None,
            });
        match pollster::block_on(scope.pop()) {
            Some(error) => Err(self.failed(format!("kernel {}: {error}", variant.kernel))),
            None => Ok(Kernel { pipeline, layout }),
        }
    }
}

fn uniform_entry(binding: u32, has_dynamic_offset: bool) -> wgpu::BindGroupLayoutEntry {
    entry(
        binding,
        wgpu::BufferBindingType::Uniform,
        has_dynamic_offset,
    )
}

fn storage_entry(binding: u32, read_only: bool) -> wgpu::BindGroupLayoutEntry {
    entry(
        binding,
        wgpu::BufferBindingType::Storage { read_only },
        false,
    )
}

fn entry(
    binding: u32,
    ty: wgpu::BufferBindingType,
    has_dynamic_offset: bool,
) -> wgpu::BindGroupLayoutEntry {
    wgpu::BindGroupLayoutEntry {
        binding,
        visibility: wgpu::ShaderStages::COMPUTE,
        ty: wgpu::BindingType::Buffer {
            ty,
            has_dynamic_offset,
            min_binding_size: None,
        },
        count: None,
    }
}
