//! Buffers: one per plan buffer, the data set, partial sums.

use crate::compute::backend::Error;
use crate::compute::plan::Plan;
use crate::data::{Dataset, Pixels, Preprocessor};

use super::calls::{Operand, Source};
use super::device::GpuDevice;
use super::layout::Layout;
use super::stream::{sample_bytes, target_bytes};

/// Uploads go in pieces of this many bytes, since each passes through a staging buffer as large.
const UPLOAD_PIECE: usize = 16 << 20;

/// Everything a plan's kernels are bound to.
#[derive(Debug)]
pub(super) struct Memory {
    /// In the order of the plan's buffers.
    pub buffers: Vec<wgpu::Buffer>,
    /// Shards, or one for the rows of a submission.
    pub data: Vec<wgpu::Buffer>,
    /// As for the data.
    pub targets: Vec<wgpu::Buffer>,
    /// Written and read within an op.
    pub partials: wgpu::Buffer,
    mean: wgpu::Buffer,
    /// Stand in for operands an op does not have; two, because a call may not read and write one
    /// buffer.
    absent_read: wgpu::Buffer,
    absent_write: wgpu::Buffer,
    /// Bound behind every slice.
    red_zone: usize,
}

impl Memory {
    /// Allocates and uploads; buffers start at zero. `None` if the device has not the memory.
    pub(super) fn new(
        gpu: &GpuDevice,
        plan: &Plan,
        data: &Dataset,
        preprocessor: &Preprocessor,
        layout: &Layout,
    ) -> Result<Option<Self>, Error> {
        let scope = gpu.device.push_error_scope(wgpu::ErrorFilter::OutOfMemory);
        let zone = layout.red_zone;
        let buffers = plan
            .buffers
            .iter()
            .map(|spec| storage(gpu, &spec.name, (spec.len + zone) as u64 * 4))
            .collect();
        let array = |label: &str, source: &Source, row_bytes: usize| -> Vec<wgpu::Buffer> {
            let sizes: Vec<usize> = match source {
                Source::Resident { .. } => source.shards().iter().map(|(_, n)| *n).collect(),
                Source::Streamed => vec![layout.streamed_rows],
            };
            let sizes = sizes.into_iter().map(|rows| rows * row_bytes);
            sizes
                .map(|bytes| storage(gpu, label, bytes.next_multiple_of(4) as u64))
                .collect()
        };
        let this = Self {
            buffers,
            data: array("data", &layout.data, sample_bytes(data)),
            targets: array("targets", &layout.targets, target_bytes(preprocessor)),
            partials: storage(gpu, "partials", layout.partials as u64 * 4),
            mean: storage(gpu, "mean", offsets(preprocessor).len() as u64 * 4),
            absent_read: storage(gpu, "absent", 4),
            absent_write: storage(gpu, "absent", 4),
            red_zone: zone,
        };
        if pollster::block_on(scope.pop()).is_some() {
            return Ok(None);
        }
        let bytes: &[u8] = match &data.pixels {
            Pixels::Bytes(bytes) => bytes,
            Pixels::Floats(floats) => bytemuck::cast_slice(floats),
            // Never resident.
            Pixels::Stored(_) => &[],
        };
        upload_shards(gpu, &this.data, &layout.data, bytes, sample_bytes(data));
        if let Some(targets) = &preprocessor.targets {
            let bytes = bytemuck::cast_slice(&targets.values);
            let row = target_bytes(preprocessor);
            upload_shards(gpu, &this.targets, &layout.targets, bytes, row);
        }
        upload(
            gpu,
            &this.mean,
            bytemuck::cast_slice(&offsets(preprocessor)),
        );
        gpu.check()?;
        Ok(Some(this))
    }

    /// The binding of an operand that is read, or written.
    pub(super) fn binding(&self, operand: Operand, write: bool) -> wgpu::BindingResource<'_> {
        match operand {
            Operand::Slice(slice) => {
                let buffer = &self.buffers[slice.buffer.0];
                let offset = slice.offset as u64 * 4;
                let size = if self.red_zone > 0 {
                    buffer.size() - offset
                } else {
                    slice.len as u64 * 4
                };
                wgpu::BindingResource::Buffer(wgpu::BufferBinding {
                    buffer,
                    offset,
                    size: wgpu::BufferSize::new(size),
                })
            }
            Operand::Data(shard) => self.data[shard].as_entire_binding(),
            Operand::Target(shard) => self.targets[shard].as_entire_binding(),
            Operand::Partials(_) => self.partials.as_entire_binding(),
            Operand::Mean => self.mean.as_entire_binding(),
            Operand::Absent if write => self.absent_write.as_entire_binding(),
            Operand::Absent => self.absent_read.as_entire_binding(),
        }
    }
}

fn storage(gpu: &GpuDevice, label: &str, size: u64) -> wgpu::Buffer {
    gpu.device.create_buffer(&wgpu::BufferDescriptor {
        label: Some(label),
        size: size.max(4),
        usage: wgpu::BufferUsages::STORAGE
            | wgpu::BufferUsages::COPY_DST
            | wgpu::BufferUsages::COPY_SRC,
        mapped_at_creation: false,
    })
}

/// Uploads rows of `row_bytes` to the buffers that hold them; streamed rows come later.
fn upload_shards(
    gpu: &GpuDevice,
    buffers: &[wgpu::Buffer],
    source: &Source,
    bytes: &[u8],
    row_bytes: usize,
) {
    if *source == Source::Streamed {
        return;
    }
    for (buffer, (first, count)) in buffers.iter().zip(source.shards()) {
        upload(
            gpu,
            buffer,
            &bytes[first * row_bytes..(first + count) * row_bytes],
        );
    }
}

/// Writes bytes to the beginning of a buffer.
pub(super) fn upload(gpu: &GpuDevice, buffer: &wgpu::Buffer, bytes: &[u8]) {
    let mut offset = 0;
    for piece in bytes.chunks(UPLOAD_PIECE) {
        let whole = piece.len() / 4 * 4;
        gpu.queue.write_buffer(buffer, offset, &piece[..whole]);
        if whole < piece.len() {
            let mut last = [0_u8; 4];
            last[..piece.len() - whole].copy_from_slice(&piece[whole..]);
            gpu.queue.write_buffer(buffer, offset + whole as u64, &last);
        }
        // Submitting lets the staging memory of this piece go.
        gpu.queue.submit([]);
        offset += piece.len() as u64;
    }
}

/// The mean, then one over the standard deviations, as the kernel reads them.
fn offsets(preprocessor: &Preprocessor) -> Vec<f32> {
    [&preprocessor.mean[..], &preprocessor.inverse_std].concat()
}
