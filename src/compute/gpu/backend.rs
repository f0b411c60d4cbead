//! Runs a plan on a device.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::compute::backend::{Backend, DeviceInfo, Error};
use crate::compute::inputs::{StepInputs, StepMetrics};
use crate::compute::op::Slice;
use crate::compute::plan::{Plan, Program};
use crate::data::{Dataset, Pixels, Preprocessor};

use super::calls::{Call, CallInputs, Setting, Status, TileChoice, grid};
use super::device::{Adapter, GpuDevice, Kernel, map};
use super::memory::Memory;
use super::readback::Readback;
use super::shader::Tile;

/// Bytes between the slots of a uniform buffer: what every device accepts as an offset.
const UNIFORM_SLOT: usize = 256;

/// Submissions given to the device and not yet known to be done: deep enough to keep it busy,
/// shallow enough that a changed setting shows at once.
const IN_FLIGHT: usize = 2;

/// A kernel with its buffers.
struct Dispatch {
    kernel: Arc<Kernel>,
    bindings: wgpu::BindGroup,
    grid: [u32; 2],
}

/// A plan on a GPU.
pub struct GpuBackend {
    gpu: Arc<GpuDevice>,
    plan: Plan,
    memory: Memory,
    /// The steps of a submission, a slot each.
    ring: wgpu::Buffer,
    status: wgpu::Buffer,
    step_bindings: wgpu::BindGroup,
    train: Vec<Dispatch>,
    evaluate: Vec<Dispatch>,
    decode: Vec<Dispatch>,
    readback: Readback,
    in_flight: VecDeque<wgpu::SubmissionIndex>,
}

impl GpuBackend {
    /// Opens `adapter` and puts `plan` and the data on it.
    ///
    /// # Errors
    /// [`Error::TooLarge`] if they do not fit, [`Error::Device`] if the device refuses.
    pub fn new(
        adapter: &Adapter,
        plan: Plan,
        data: &Dataset,
        preprocessor: &Preprocessor,
    ) -> Result<Self, Error> {
        Self::on(GpuDevice::open(adapter)?, plan, data, preprocessor)
    }

    /// Puts `plan` and the data on an open device, which keeps its compiled kernels.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn on(
        gpu: Arc<GpuDevice>,
        plan: Plan,
        data: &Dataset,
        preprocessor: &Preprocessor,
    ) -> Result<Self, Error> {
        let tiles = TileChoice::For(gpu.info().kind);
        Self::build(gpu, plan, data, preprocessor, tiles)
    }

    /// As [`Self::on`], with one tile for all matrix products, to compare tiles.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn with_tile(
        gpu: Arc<GpuDevice>,
        plan: Plan,
        data: &Dataset,
        preprocessor: &Preprocessor,
        tile: Tile,
    ) -> Result<Self, Error> {
        Self::build(gpu, plan, data, preprocessor, TileChoice::Fixed(tile))
    }

    fn build(
        gpu: Arc<GpuDevice>,
        plan: Plan,
        data: &Dataset,
        preprocessor: &Preprocessor,
        tiles: TileChoice,
    ) -> Result<Self, Error> {
        gpu.check()?;
        let memory = Memory::new(&gpu, &plan, data, preprocessor)?;
        let ring = uniform(&gpu, "steps", Plan::MAX_STEPS);
        let status = gpu.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("status"),
            size: size_of::<Status>() as u64,
            usage: wgpu::BufferUsages::STORAGE
                | wgpu::BufferUsages::COPY_DST
                | wgpu::BufferUsages::COPY_SRC,
            mapped_at_creation: false,
        });
        let step_bindings = gpu.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("step"),
            layout: &gpu.step_layout,
            entries: &[
                uniform_binding(&ring, 0, size_of::<StepInputs>()),
                wgpu::BindGroupEntry {
                    binding: 1,
                    resource: status.as_entire_binding(),
                },
            ],
        });
        let setting = Setting {
            transform: preprocessor.transform,
            bytes: matches!(data.pixels, Pixels::Bytes(_)),
            centered: !preprocessor.mean.is_empty(),
            tiles,
        };
        let program = |program| dispatches(&gpu, &memory, &plan, program, setting);
        let mut this = Self {
            train: program(Program::Train)?,
            evaluate: program(Program::Evaluate)?,
            decode: program(Program::Decode)?,
            readback: Readback::new(&gpu),
            in_flight: VecDeque::new(),
            plan,
            memory,
            ring,
            status,
            step_bindings,
            gpu,
        };
        this.clear_status()?;
        // No latent is masked until somebody says so.
        let mask = this.plan.mask();
        this.write(mask, &vec![1.0; mask.len])?;
        Ok(this)
    }

    /// Records the program once per step and submits; `extra` records what follows.
    fn submit(
        &mut self,
        program: Program,
        steps: &[StepInputs],
        extra: impl FnOnce(&Self, &mut wgpu::CommandEncoder),
    ) -> Result<wgpu::SubmissionIndex, Error> {
        self.gpu.check()?;
        while self.in_flight.len() >= IN_FLIGHT {
            self.gpu.poll(self.in_flight.pop_front())?;
        }
        let mut bytes = vec![0_u8; steps.len() * UNIFORM_SLOT];
        for (slot, step) in bytes.chunks_exact_mut(UNIFORM_SLOT).zip(steps) {
            slot[..size_of::<StepInputs>()].copy_from_slice(bytemuck::bytes_of(step));
        }
        // Takes effect after the submissions before and before the one below.
        self.gpu.queue.write_buffer(&self.ring, 0, &bytes);
        let dispatches = match program {
            Program::Train => &self.train,
            Program::Evaluate => &self.evaluate,
            Program::Decode => &self.decode,
        };
        let mut encoder = self
            .gpu
            .device
            .create_command_encoder(&wgpu::CommandEncoderDescriptor {
                label: Some("program"),
            });
        {
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            for index in 0..steps.len() {
                let offset = (index * UNIFORM_SLOT) as u32;
                pass.set_bind_group(0, &self.step_bindings, &[offset]);
                for dispatch in dispatches {
                    pass.set_pipeline(&dispatch.kernel.pipeline);
                    pass.set_bind_group(1, &dispatch.bindings, &[]);
                    pass.dispatch_workgroups(dispatch.grid[0], dispatch.grid[1], 1);
                }
            }
        }
        extra(self, &mut encoder);
        let submission = self.gpu.queue.submit([encoder.finish()]);
        self.in_flight.push_back(submission.clone());
        Ok(submission)
    }
}

impl Backend for GpuBackend {
    fn device(&self) -> &DeviceInfo {
        self.gpu.info()
    }

    fn plan(&self) -> &Plan {
        &self.plan
    }

    fn write(&mut self, target: Slice, values: &[f32]) -> Result<(), Error> {
        let values = &values[..values.len().min(target.len)];
        self.gpu.queue.write_buffer(
            &self.memory.buffers[target.buffer.0],
            target.offset as u64 * 4,
            bytemuck::cast_slice(values),
        );
        self.gpu.check()
    }

    fn read(&mut self, source: Slice) -> Result<Vec<f32>, Error> {
        self.gpu.check()?;
        let size = source.len as u64 * 4;
        let staging = self.gpu.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("read"),
            size,
            usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        let mut encoder = self
            .gpu
            .device
            .create_command_encoder(&wgpu::CommandEncoderDescriptor {
                label: Some("read"),
            });
        let buffer = &self.memory.buffers[source.buffer.0];
        encoder.copy_buffer_to_buffer(buffer, source.offset as u64 * 4, &staging, 0, size);
        let submission = self.gpu.queue.submit([encoder.finish()]);
        let mapping = map(&staging);
        self.gpu.mapped(&mapping, Some(submission))?;
        self.in_flight.clear();
        let view = staging
            .get_mapped_range(..)
            .map_err(|e| self.gpu.failed(e.to_string()))?;
        Ok(view
            .chunks_exact(4)
            .map(bytemuck::pod_read_unaligned)
            .collect())
    }

    fn train(&mut self, steps: &[StepInputs]) -> Result<usize, Error> {
        // After a bad step nothing trains until the status is cleared.
        if steps.is_empty() || self.readback.halted() {
            self.gpu.check()?;
            return Ok(0);
        }
        let slots: Vec<u32> = steps.iter().map(|s| s.slot).collect();
        if steps.len() > Plan::MAX_STEPS || !slots.is_sorted_by(|a, b| a < b) {
            return Err(self
                .gpu
                .failed("steps of a submission need rising metrics rows"));
        }
        if slots.iter().any(|&s| s as usize >= Plan::MAX_STEPS) {
            return Err(self.gpu.failed("a step's metrics row does not exist"));
        }
        let staging = self.readback.acquire(&self.gpu)?;
        let metrics = self.plan.metrics().buffer.0;
        let submission = self.submit(Program::Train, steps, |this, encoder| {
            Readback::copy(
                encoder,
                &this.memory.buffers[metrics],
                &this.status,
                &staging,
            );
        })?;
        self.readback.request(staging, slots, submission);
        Ok(steps.len())
    }

    fn run(&mut self, program: Program, inputs: &StepInputs) -> Result<(), Error> {
        self.submit(program, std::slice::from_ref(inputs), |_, _| {})?;
        Ok(())
    }

    fn take_metrics(&mut self, out: &mut Vec<StepMetrics>, wait: bool) -> Result<(), Error> {
        let collected = self.readback.collect(&self.gpu, wait);
        self.readback.take(out);
        collected
    }

    fn clear_status(&mut self) -> Result<(), Error> {
        // Copies of the old status that are still under way must not halt the new run.
        self.readback.collect(&self.gpu, true)?;
        self.readback.clear();
        let status = bytemuck::bytes_of(&Status::SOUND);
        self.gpu.queue.write_buffer(&self.status, 0, status);
        self.gpu.check()
    }
}

fn uniform(gpu: &GpuDevice, label: &str, slots: usize) -> wgpu::Buffer {
    gpu.device.create_buffer(&wgpu::BufferDescriptor {
        label: Some(label),
        size: (slots.max(1) * UNIFORM_SLOT) as u64,
        usage: wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
        mapped_at_creation: false,
    })
}

fn uniform_binding(buffer: &wgpu::Buffer, slot: usize, size: usize) -> wgpu::BindGroupEntry<'_> {
    wgpu::BindGroupEntry {
        binding: 0,
        resource: wgpu::BindingResource::Buffer(wgpu::BufferBinding {
            buffer,
            offset: (slot * UNIFORM_SLOT) as u64,
            size: wgpu::BufferSize::new(size as u64),
        }),
    }
}

/// Compiles and binds the calls of a program.
fn dispatches(
    gpu: &GpuDevice,
    memory: &Memory,
    plan: &Plan,
    program: Program,
    setting: Setting,
) -> Result<Vec<Dispatch>, Error> {
    let checked = program == Program::Train;
    let calls: Vec<Call> = plan
        .ops(program)
        .iter()
        .enumerate()
        .map(|(index, op)| Call::of(op, checked.then_some(index), setting))
        .collect();
    let constants = uniform(gpu, "calls", calls.len());
    let mut bytes = vec![0_u8; calls.len() * UNIFORM_SLOT];
    for (slot, call) in bytes.chunks_exact_mut(UNIFORM_SLOT).zip(&calls) {
        slot[..size_of::<CallInputs>()].copy_from_slice(bytemuck::bytes_of(&call.inputs));
    }
    gpu.queue.write_buffer(&constants, 0, &bytes);
    let most = gpu.device.limits().max_compute_workgroups_per_dimension;
    let bind = |(slot, call): (usize, &Call)| {
        let kernel = gpu.kernel(call.variant, call.reads.len(), call.writes.len())?;
        let reads = call.reads.iter().map(|&o| memory.binding(o, false));
        let writes = call.writes.iter().map(|&o| memory.binding(o, true));
        let storage = reads.chain(writes).zip(1..);
        let entries: Vec<_> =
            std::iter::once(uniform_binding(&constants, slot, size_of::<CallInputs>()))
                .chain(
                    storage.map(|(resource, binding)| wgpu::BindGroupEntry { binding, resource }),
                )
                .collect();
        let bindings = gpu.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some(call.variant.kernel),
            layout: &kernel.layout,
            entries: &entries,
        });
        Ok(Dispatch {
            kernel,
            bindings,
            grid: grid(call.workgroups, most),
        })
    };
    calls.iter().enumerate().map(bind).collect()
}
