//! Runs a plan on a device.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::compute::backend::{Backend, DeviceInfo, Error};
use crate::compute::inputs::{StepInputs, StepMetrics};
use crate::compute::op::{BatchOrder, Slice};
use crate::compute::plan::{Plan, Program};
use crate::data::{Dataset, Preprocessor};

use super::calls::{Source, Status, StepSlot};
use super::device::{Adapter, GpuDevice, map};
use super::layout::Needs;
use super::memory::{Memory, upload};
use super::options::Options;
use super::program::{
    Dispatch, Piece, UNIFORM_SLOT, bind, calls, submissions, uniform, uniform_binding,
};
use super::readback::Readback;
use super::stream::Stream;

/// Submissions given to the device and not yet known to be done: deep enough to keep it busy,
/// shallow enough that a changed setting shows at once.
const IN_FLIGHT: usize = 2;

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
    /// The samples, if they are sent step by step.
    stream: Option<Stream>,
    /// Most steps whose inputs go with one submission.
    steps: usize,
    /// Work of a submission.
    budget: u64,
    readback: Readback,
    in_flight: VecDeque<wgpu::SubmissionIndex>,
    /// Asks that the step under way be left unfinished.
    interrupt: Arc<AtomicBool>,
}

impl GpuBackend {
    /// Opens `adapter` and puts `plan` and the data on it.
    ///
    /// # Errors
    /// [`Error::TooLarge`] if they do not fit, [`Error::Device`] if the device refuses.
    pub fn new(
        adapter: &Adapter,
        plan: Plan,
        data: &Arc<Dataset>,
        preprocessor: &Arc<Preprocessor>,
    ) -> Result<Self, Error> {
        let gpu = GpuDevice::open(adapter)?;
        Self::on(gpu, plan, data, preprocessor, &Options::default())
    }

    /// Puts `plan` and the data on an open device, which keeps its compiled kernels.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn on(
        gpu: Arc<GpuDevice>,
        plan: Plan,
        data: &Arc<Dataset>,
        preprocessor: &Arc<Preprocessor>,
        options: &Options,
    ) -> Result<Self, Error> {
        gpu.check()?;
        let needs = Needs {
            gpu: &gpu,
            plan: &plan,
            data,
            preprocessor,
            options,
        };
        let mut refusal = None;
        for layout in needs.layouts()? {
            let Some(memory) = Memory::new(&gpu, &plan, data, preprocessor, &layout)? else {
                let need = needs.words(&layout);
                refusal = Some(needs.refused(need));
                continue;
            };
            let setting = needs.setting(layout.data.clone(), layout.targets.clone());
            let kind = gpu.info().kind;
            let program = |program| {
                let calls = calls(&plan, program, &setting);
                bind(&gpu, &memory, &calls, options.dispatch_budget(kind))
            };
            let (train, evaluate, decode) = (
                program(Program::Train)?,
                program(Program::Evaluate)?,
                program(Program::Decode)?,
            );
            let ring = uniform(&gpu, "steps", Plan::MAX_STEPS);
            let status = status_buffer(&gpu);
            let step_bindings = gpu.device.create_bind_group(&wgpu::BindGroupDescriptor {
                label: Some("step"),
                layout: &gpu.step_layout,
                entries: &[
                    uniform_binding(&ring, 0, size_of::<StepSlot>()),
                    wgpu::BindGroupEntry {
                        binding: 1,
                        resource: status.as_entire_binding(),
                    },
                ],
            });
            let streamed = layout.data == Source::Streamed;
            let mut this = Self {
                train,
                evaluate,
                decode,
                stream: streamed.then(|| Stream::new(data, preprocessor)),
                steps: layout.streamed_steps,
                budget: options.submission_budget(kind),
                readback: Readback::new(&gpu, plan.net.latents),
                in_flight: VecDeque::new(),
                interrupt: Arc::default(),
                plan,
                memory,
                ring,
                status,
                step_bindings,
                gpu,
            };
            this.clear_status()?;
            // No latent is masked or held until somebody says so.
            let (mask, modes) = (this.plan.mask(), this.plan.latent_modes());
            let ones = vec![1.0; mask.len];
            this.write(mask, &ones)?;
            this.write(modes, &ones)?;
            return Ok(this);
        }
        Err(refusal.unwrap_or_else(|| gpu.failed("it has no room for a single sample")))
    }

    /// Whether the samples are sent step by step because they do not fit.
    pub fn streams(&self) -> bool {
        self.stream.is_some()
    }

    /// How many buffers the samples lie in.
    pub fn shards(&self) -> usize {
        self.memory.data.len()
    }

    /// Overwrites what kernels keep for themselves between two calls, as if another program had used it.
    ///
    /// # Errors
    /// [`Error`] if the device fails.
    pub fn overwrite_scratch(&mut self, value: f32) -> Result<(), Error> {
        let count = self.memory.partials.size() as usize / 4;
        let bytes = vec![value; count];
        upload(
            &self.gpu,
            &self.memory.partials,
            bytemuck::cast_slice(&bytes),
        );
        self.gpu.check()
    }

    /// Submissions that one training step is cut into.
    pub fn submissions_per_step(&self) -> usize {
        submissions(&works(&self.train), 1, self.budget).len()
    }

    /// Dispatches of one training step.
    pub fn dispatches_per_step(&self) -> usize {
        self.train.len()
    }

    fn dispatches(&self, program: Program) -> &[Dispatch] {
        match program {
            Program::Train => &self.train,
            Program::Evaluate => &self.evaluate,
            Program::Decode => &self.decode,
        }
    }

    /// Gives the steps' numbers, and their samples if they are streamed, to the device.
    fn send_inputs(&self, program: Program, steps: &[StepInputs]) -> Result<(), Error> {
        let rows = match program {
            Program::Train => self.plan.batch,
            Program::Evaluate | Program::Decode => self.plan.chunk,
        };
        let mut bytes = vec![0_u8; steps.len() * UNIFORM_SLOT];
        for (index, (slot, &inputs)) in bytes.chunks_exact_mut(UNIFORM_SLOT).zip(steps).enumerate()
        {
            let numbers = StepSlot {
                inputs,
                streamed: (index * rows) as u32,
            };
            slot[..size_of::<StepSlot>()].copy_from_slice(bytemuck::bytes_of(&numbers));
        }
        // Takes effect after the submissions before and before the ones that follow.
        self.gpu.queue.write_buffer(&self.ring, 0, &bytes);
        let order = match program {
            Program::Train => BatchOrder::Shuffled,
            Program::Evaluate => BatchOrder::Sequential,
            // It gathers nothing.
            Program::Decode => return Ok(()),
        };
        if let Some(stream) = &self.stream {
            let (samples, targets) = stream.rows(steps, order, rows);
            if let Some(reason) = stream.failure() {
                return Err(Error::Data(reason.to_owned()));
            }
            upload(&self.gpu, &self.memory.data[0], &samples);
            upload(&self.gpu, &self.memory.targets[0], &targets);
        }
        Ok(())
    }

    /// Records the pieces of a submission and submits; `extra` records what follows.
    fn submit(
        &mut self,
        program: Program,
        pieces: &[Piece],
        extra: impl FnOnce(&Self, &mut wgpu::CommandEncoder),
    ) -> Result<wgpu::SubmissionIndex, Error> {
        self.gpu.check()?;
        while self.in_flight.len() >= IN_FLIGHT {
            self.gpu.poll(self.in_flight.pop_front())?;
        }
        let mut encoder = self
            .gpu
            .device
            .create_command_encoder(&wgpu::CommandEncoderDescriptor {
                label: Some("program"),
            });
        {
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            for piece in pieces {
                let offset = (piece.step * UNIFORM_SLOT) as u32;
                pass.set_bind_group(0, &self.step_bindings, &[offset]);
                for dispatch in &self.dispatches(program)[piece.dispatches.clone()] {
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

    /// Runs a program once per step, `extra` after the last, and returns how many steps it finished and the last
    /// submission: fewer than given if it was interrupted, and then nothing of the next that outlives it.
    fn execute(
        &mut self,
        program: Program,
        steps: &[StepInputs],
        extra: impl FnOnce(&Self, &mut wgpu::CommandEncoder),
    ) -> Result<(usize, wgpu::SubmissionIndex), Error> {
        let mut extra = Some(extra);
        let mut done = 0;
        for group in steps.chunks(self.steps.max(1)) {
            self.send_inputs(program, group)?;
            let work = works(self.dispatches(program));
            let all = submissions(&work, group.len(), self.budget);
            let last_group = done + group.len() == steps.len();
            for (index, pieces) in all.iter().enumerate() {
                if self.may_stop(program, pieces.first(), done) {
                    let finished = done + pieces.first().map_or(0, |p| p.step);
                    // Once interrupted nothing but the copies is left to do.
                    return self.finish(program, extra.take(), finished);
                }
                if last_group && index + 1 == all.len() {
                    let submission = match extra.take() {
                        Some(extra) => self.submit(program, pieces, extra),
                        None => self.submit(program, pieces, |_, _| {}),
                    };
                    return Ok((steps.len(), submission?));
                }
                self.submit(program, pieces, |_, _| {})?;
            }
            done += group.len();
        }
        self.finish(program, extra, done)
    }

    fn finish(
        &mut self,
        program: Program,
        extra: Option<impl FnOnce(&Self, &mut wgpu::CommandEncoder)>,
        done: usize,
    ) -> Result<(usize, wgpu::SubmissionIndex), Error> {
        let submission = match extra {
            Some(extra) => self.submit(program, &[], extra),
            None => self.submit(program, &[], |_, _| {}),
        };
        Ok((done, submission?))
    }

    /// Whether training was interrupted and may stop before a submission that begins with this piece: in a burst
    /// that has begun, and not where its step has begun to change what outlives it.
    fn may_stop(&self, program: Program, next: Option<&Piece>, done: usize) -> bool {
        let Some(next) = next else {
            return false;
        };
        let begun = done + next.step + next.dispatches.start > 0;
        let before = &self.dispatches(program)[..next.dispatches.start];
        program == Program::Train
            && begun
            && self.interrupt.load(Ordering::Relaxed)
            && !before.iter().any(|d| d.commits)
    }
}

fn works(dispatches: &[Dispatch]) -> Vec<u64> {
    dispatches.iter().map(|d| d.work).collect()
}

fn status_buffer(gpu: &GpuDevice) -> wgpu::Buffer {
    gpu.device.create_buffer(&wgpu::BufferDescriptor {
        label: Some("status"),
        size: size_of::<Status>() as u64,
        usage: wgpu::BufferUsages::STORAGE
            | wgpu::BufferUsages::COPY_DST
            | wgpu::BufferUsages::COPY_SRC,
        mapped_at_creation: false,
    })
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

    fn set_interrupt(&mut self, interrupt: Arc<AtomicBool>) {
        self.interrupt = interrupt;
    }

    fn train(&mut self, steps: &[StepInputs]) -> Result<usize, Error> {
        // After a bad step nothing trains until the status is cleared.
        if steps.is_empty() || self.readback.halted() {
            self.gpu.check()?;
            return Ok(0);
        }
        let mut slots: Vec<u32> = steps.iter().map(|s| s.slot).collect();
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
        let (done, submission) = self.execute(Program::Train, steps, |this, encoder| {
            Readback::copy(
                encoder,
                &this.memory.buffers[metrics],
                &this.status,
                &staging,
            );
        })?;
        slots.truncate(done);
        self.readback.request(staging, slots, submission);
        Ok(done)
    }

    fn run(&mut self, program: Program, inputs: &StepInputs) -> Result<(), Error> {
        self.execute(program, std::slice::from_ref(inputs), |_, _| {})?;
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
