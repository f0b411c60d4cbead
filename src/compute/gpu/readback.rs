//! Brings metrics home while the device works on: a few staging buffers, mapped when done.

use std::collections::VecDeque;

use crate::compute::backend::Error;
use crate::compute::inputs::StepMetrics;
use crate::compute::plan::Plan;

use super::calls::Status;
use super::device::{GpuDevice, Mapping, map};

/// Submissions whose metrics may be under way at a time.
const BUFFERS: usize = 4;
/// Bytes of the metrics ring.
const METRICS: u64 = (Plan::MAX_STEPS * StepMetrics::ROW * 4) as u64;

/// Metrics of one submission on their way.
struct Pending {
    buffer: wgpu::Buffer,
    mapping: Mapping,
    slots: Vec<u32>,
    submission: wgpu::SubmissionIndex,
}

/// The staging buffers and what has arrived in them.
pub(super) struct Readback {
    free: Vec<wgpu::Buffer>,
    pending: VecDeque<Pending>,
    finished: Vec<StepMetrics>,
    /// κ of the plan.
    latents: usize,
    /// A step went non-finite: it was the last to be reported until the status is cleared.
    halted: bool,
}

impl Readback {
    pub(super) fn new(gpu: &GpuDevice, latents: usize) -> Self {
        let buffer = || {
            gpu.device.create_buffer(&wgpu::BufferDescriptor {
                label: Some("metrics staging"),
                size: METRICS + size_of::<Status>() as u64,
                usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST,
                mapped_at_creation: false,
            })
        };
        Self {
            free: (0..BUFFERS).map(|_| buffer()).collect(),
            pending: VecDeque::new(),
            finished: Vec::new(),
            latents,
            halted: false,
        }
    }

    /// Whether a bad step was seen since the last [`Self::clear`].
    pub(super) fn halted(&self) -> bool {
        self.halted
    }

    pub(super) fn clear(&mut self) {
        self.halted = false;
    }

    /// A buffer to copy into; waits for the oldest submission rather than lose its metrics.
    pub(super) fn acquire(&mut self, gpu: &GpuDevice) -> Result<wgpu::Buffer, Error> {
        self.collect(gpu, false)?;
        loop {
            if let Some(buffer) = self.free.pop() {
                return Ok(buffer);
            }
            self.collect_oldest(gpu, true)?;
        }
    }

    /// Records the copy of metrics and status.
    pub(super) fn copy(
        encoder: &mut wgpu::CommandEncoder,
        metrics: &wgpu::Buffer,
        status: &wgpu::Buffer,
        to: &wgpu::Buffer,
    ) {
        encoder.copy_buffer_to_buffer(metrics, 0, to, 0, METRICS);
        encoder.copy_buffer_to_buffer(status, 0, to, METRICS, size_of::<Status>() as u64);
    }

    /// Asks for the content of `buffer` once `submission`, which fills it, is done.
    pub(super) fn request(
        &mut self,
        buffer: wgpu::Buffer,
        slots: Vec<u32>,
        submission: wgpu::SubmissionIndex,
    ) {
        let mapping = map(&buffer);
        self.pending.push_back(Pending {
            buffer,
            mapping,
            slots,
            submission,
        });
    }

    /// Takes in what has arrived; with `wait`, everything that is under way.
    pub(super) fn collect(&mut self, gpu: &GpuDevice, wait: bool) -> Result<(), Error> {
        while self.collect_oldest(gpu, wait)? {}
        gpu.check()
    }

    /// Takes in the oldest submission's metrics; false if there are none (yet).
    fn collect_oldest(&mut self, gpu: &GpuDevice, wait: bool) -> Result<bool, Error> {
        let Some(oldest) = self.pending.front() else {
            return Ok(false);
        };
        let until = wait.then(|| oldest.submission.clone());
        if !gpu.mapped(&oldest.mapping, until)? {
            return Ok(false);
        }
        if let Some(pending) = self.pending.pop_front() {
            let view = pending
                .buffer
                .get_mapped_range(..)
                .map_err(|e| gpu.failed(e.to_string()))?;
            self.read(&view, &pending.slots);
            drop(view);
            pending.buffer.unmap();
            self.free.push(pending.buffer);
        }
        Ok(true)
    }

    /// Moves the finished steps out, in order.
    pub(super) fn take(&mut self, out: &mut Vec<StepMetrics>) {
        out.append(&mut self.finished);
    }

    fn read(&mut self, bytes: &[u8], slots: &[u32]) {
        let (metrics, status) = bytes.split_at(METRICS as usize);
        let status: Status = bytemuck::pod_read_unaligned(status);
        for &slot in slots {
            if self.halted {
                return;
            }
            let start = slot as usize * StepMetrics::ROW * 4;
            let row: Vec<f32> = metrics[start..start + StepMetrics::ROW * 4]
                .chunks_exact(4)
                .map(bytemuck::pod_read_unaligned)
                .collect();
            let bad_op = status.bad().filter(|(s, _)| *s == slot).map(|(_, op)| op);
            self.halted = bad_op.is_some();
            self.finished
                .push(StepMetrics::from_row(&row, self.latents, bad_op));
        }
    }
}
