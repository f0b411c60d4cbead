//! Descents on the soft-threshold landscape on a device: a kernel of its own, beside every plan.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytemuck::{Pod, Zeroable};

use crate::compute::backend::{DeviceInfo, Error};
use crate::theory::basin::descent::{Descent, Landscape};
use crate::theory::{BasinMap, BasinRequest};

use super::device::{GpuDevice, map};
use super::memory::upload;
use super::options::Options;
use super::shader::{BASIN, Variant};

/// Multiply-adds, or what takes as long, of one step of a descent.
const STEP_WORK: u64 = 150;

/// Twin of `BasinInputs` in `shaders/basin.wgsl`, byte for byte.
#[derive(Debug, Clone, Copy, PartialEq, Default, Pod, Zeroable)]
#[repr(C)]
#[expect(missing_docs, reason = "the kernel says what its members are")]
pub struct BasinInputs {
    pub target_1: [f32; 4],
    pub target_2: [f32; 4],
    pub alpha: f32,
    pub ratio: f32,
    pub collapsible: u32,
    pub count: u32,
    pub steps: u32,
    pub most_steps: u32,
    pub padding: [u32; 2],
}

/// Twin of `BasinState` there.
#[derive(Debug, Clone, Copy, PartialEq, Default, Pod, Zeroable)]
#[repr(C)]
#[expect(missing_docs, reason = "the kernel says what its members are")]
pub struct BasinState {
    pub w: f32,
    pub m: f32,
    pub tau: f32,
    pub step: f32,
    pub excess: f32,
    pub fate: u32,
    pub steps: u32,
}

impl BasinState {
    fn of(d: &Descent<f32>) -> Self {
        let [w, m, tau] = d.at;
        Self {
            w,
            m,
            tau,
            step: d.step,
            excess: d.excess,
            fate: d.fate,
            steps: d.steps,
        }
    }

    fn descent(self) -> Descent<f32> {
        Descent {
            at: [self.w, self.m, self.tau],
            step: self.step,
            excess: self.excess,
            fate: self.fate,
            steps: self.steps,
        }
    }
}

/// The kernel on an opened device.
#[derive(Debug)]
pub struct GpuBasins {
    gpu: Arc<GpuDevice>,
    pipeline: wgpu::ComputePipeline,
}

impl GpuBasins {
    /// Compiles the kernel.
    ///
    /// # Errors
    /// [`Error::Device`] if the device refuses it.
    pub fn new(gpu: Arc<GpuDevice>) -> Result<Self, Error> {
        let variant = Variant::plain(BASIN);
        let source = variant.source().map_err(|e| gpu.failed(e.to_string()))?;
        let scope = gpu.device.push_error_scope(wgpu::ErrorFilter::Validation);
        let module = gpu
            .device
            .create_shader_module(wgpu::ShaderModuleDescriptor {
                label: Some(BASIN),
                source: wgpu::ShaderSource::Wgsl(source.into()),
            });
        let pipeline = gpu
            .device
            .create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
                label: Some(BASIN),
                layout: None,
                module: &module,
                entry_point: Some("main"),
                compilation_options: wgpu::PipelineCompilationOptions {
                    constants: &variant.constants(),
                    ..wgpu::PipelineCompilationOptions::default()
                },
                cache: None,
            });
        match pollster::block_on(scope.pop()) {
            Some(error) => Err(gpu.failed(format!("kernel {BASIN}: {error}"))),
            None => Ok(Self { gpu, pipeline }),
        }
    }

    /// The device.
    pub fn device(&self) -> &DeviceInfo {
        self.gpu.info()
    }

    /// Computes the map; none if `cancel` was raised.
    ///
    /// # Errors
    /// [`Error::Device`] or [`Error::Lost`] if the device fails.
    pub fn compute(
        &self,
        request: &BasinRequest,
        cells: usize,
        cancel: &AtomicBool,
    ) -> Result<Option<BasinMap>, Error> {
        let land = request.landscape::<f32>();
        let starts = request.starts::<f32>(cells);
        let done = self.descend(&land, &starts, request.max_steps, cancel)?;
        Ok(done.map(|descents| BasinMap::of(request, cells, &descents)))
    }

    /// Advances all descents until each is decided or has done `most_steps` steps; none if `cancel`
    /// was raised, which is looked at between dispatches.
    ///
    /// # Errors
    /// As [`GpuBasins::compute`].
    pub fn descend(
        &self,
        land: &Landscape<f32>,
        starts: &[Descent<f32>],
        most_steps: u32,
        cancel: &AtomicBool,
    ) -> Result<Option<Vec<Descent<f32>>>, Error> {
        let gpu = &self.gpu;
        let mut states: Vec<BasinState> = starts.iter().map(BasinState::of).collect();
        let bytes = (states.len().max(1) * size_of::<BasinState>()) as u64;
        let buffer = |label, size, usage| {
            gpu.device.create_buffer(&wgpu::BufferDescriptor {
                label: Some(label),
                size,
                usage,
                mapped_at_creation: false,
            })
        };
        let storage = wgpu::BufferUsages::STORAGE
            | wgpu::BufferUsages::COPY_DST
            | wgpu::BufferUsages::COPY_SRC;
        let descents = buffer("descents", bytes, storage);
        let uniform = wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST;
        let inputs = buffer("basin", size_of::<BasinInputs>() as u64, uniform);
        upload(gpu, &descents, bytemuck::cast_slice(&states));
        let bindings = gpu.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some(BASIN),
            layout: &self.pipeline.get_bind_group_layout(0),
            entries: &[
                wgpu::BindGroupEntry {
                    binding: 0,
                    resource: inputs.as_entire_binding(),
                },
                wgpu::BindGroupEntry {
                    binding: 1,
                    resource: descents.as_entire_binding(),
                },
            ],
        });
        let budget = Options::default().dispatch_budget(gpu.info().kind);
        let groups = (states.len() as u32).div_ceil(Variant::plain(BASIN).workgroup());
        let open = |s: &&BasinState| s.fate == 0 && s.steps < most_steps;
        loop {
            let open = states.iter().filter(open).count() as u64;
            if open == 0 {
                return Ok(Some(states.into_iter().map(BasinState::descent).collect()));
            }
            if cancel.load(Ordering::Relaxed) {
                return Ok(None);
            }
            let steps = (budget / (STEP_WORK * open)).clamp(1, u64::from(most_steps)) as u32;
            let values = BasinInputs {
                target_1: land.targets[0],
                target_2: land.targets[1],
                alpha: land.alpha,
                ratio: land.ratio,
                collapsible: u32::from(land.collapsible),
                count: states.len() as u32,
                steps,
                most_steps,
                padding: [0; 2],
            };
            gpu.queue
                .write_buffer(&inputs, 0, bytemuck::bytes_of(&values));
            // A buffer per pass: this one is still mapped when the next is recorded.
            let staging = buffer(
                "descents read",
                bytes,
                wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST,
            );
            let mut encoder = gpu
                .device
                .create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some(BASIN) });
            {
                let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
                pass.set_pipeline(&self.pipeline);
                pass.set_bind_group(0, &bindings, &[]);
                pass.dispatch_workgroups(groups, 1, 1);
            }
            encoder.copy_buffer_to_buffer(&descents, 0, &staging, 0, bytes);
            let submission = gpu.queue.submit([encoder.finish()]);
            let mapping = map(&staging);
            gpu.mapped(&mapping, Some(submission))?;
            let view = staging
                .get_mapped_range(..)
                .map_err(|e| gpu.failed(e.to_string()))?;
            for (state, bytes) in states
                .iter_mut()
                .zip(view.chunks_exact(size_of::<BasinState>()))
            {
                *state = bytemuck::pod_read_unaligned(bytes);
            }
        }
    }
}
