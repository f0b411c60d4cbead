//! Buffers: one per plan buffer, the data set, and the check that all of them fit.

use crate::compute::backend::Error;
use crate::compute::plan::Plan;
use crate::data::{Dataset, Pixels, Preprocessor};

use super::calls::Operand;
use super::device::GpuDevice;

/// Uploads go in pieces of this many bytes, since each passes through a staging buffer as large.
const UPLOAD_PIECE: usize = 16 << 20;

/// Everything a plan's kernels are bound to.
#[derive(Debug)]
pub(super) struct Memory {
    /// In the order of the plan's buffers.
    pub buffers: Vec<wgpu::Buffer>,
    data: wgpu::Buffer,
    mean: wgpu::Buffer,
    /// Stand in for operands an op does not have; two, because a call may not read and write one
    /// buffer.
    absent_read: wgpu::Buffer,
    absent_write: wgpu::Buffer,
}

impl Memory {
    /// Allocates and uploads; buffers start at zero.
    pub(super) fn new(
        gpu: &GpuDevice,
        plan: &Plan,
        data: &Dataset,
        preprocessor: &Preprocessor,
    ) -> Result<Self, Error> {
        check_fit(gpu, plan, data)?;
        let scope = gpu.device.push_error_scope(wgpu::ErrorFilter::OutOfMemory);
        let buffers = plan
            .buffers
            .iter()
            .map(|spec| storage(gpu, &spec.name, spec.len as u64 * 4))
            .collect();
        let this = Self {
            buffers,
            data: storage(gpu, "data", data_bytes(data).next_multiple_of(4)),
            mean: storage(gpu, "mean", preprocessor.mean.len().max(1) as u64 * 4),
            absent_read: storage(gpu, "absent", 4),
            absent_write: storage(gpu, "absent", 4),
        };
        if pollster::block_on(scope.pop()).is_some() {
            return Err(Error::TooLarge {
                need: mebibytes(plan.memory_bytes() + data_bytes(data)),
                have: "less free memory".into(),
                device: gpu.info().name.clone(),
                suggestion: "use narrower layers, a smaller batch or --limit".into(),
            });
        }
        match &data.pixels {
            Pixels::Bytes(bytes) => upload(gpu, &this.data, bytes),
            Pixels::Stored(_) => {}
            Pixels::Floats(floats) => upload(gpu, &this.data, bytemuck::cast_slice(floats)),
        }
        upload(gpu, &this.mean, bytemuck::cast_slice(&preprocessor.mean));
        Ok(this)
    }

    /// The binding of an operand that is read, or written.
    pub(super) fn binding(&self, operand: Operand, write: bool) -> wgpu::BindingResource<'_> {
        match operand {
            Operand::Slice(slice) => wgpu::BindingResource::Buffer(wgpu::BufferBinding {
                buffer: &self.buffers[slice.buffer.0],
                offset: slice.offset as u64 * 4,
                size: wgpu::BufferSize::new(slice.len as u64 * 4),
            }),
            Operand::Data => self.data.as_entire_binding(),
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

fn upload(gpu: &GpuDevice, buffer: &wgpu::Buffer, bytes: &[u8]) {
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

fn data_bytes(data: &Dataset) -> u64 {
    match &data.pixels {
        Pixels::Bytes(bytes) => bytes.len() as u64,
        Pixels::Stored(stored) => stored.len() as u64,
        Pixels::Floats(floats) => floats.len() as u64 * 4,
    }
}

/// Compares every buffer with the largest the device can bind, before anything is allocated.
fn check_fit(gpu: &GpuDevice, plan: &Plan, data: &Dataset) -> Result<(), Error> {
    let limits = gpu.device.limits();
    let most = limits
        .max_storage_buffer_binding_size
        .min(limits.max_buffer_size);
    let refuse = |what: &str, need: u64, suggestion: &str| {
        Err(Error::TooLarge {
            need: format!("{} for {what} alone", mebibytes(need)),
            have: format!("{} per buffer", mebibytes(most)),
            device: gpu.info().name.clone(),
            suggestion: suggestion.into(),
        })
    };
    let need = data_bytes(data);
    if need > most {
        return refuse(
            "the data set",
            need,
            "use fewer samples (--limit) or the CPU",
        );
    }
    for spec in &plan.buffers {
        let need = spec.len as u64 * 4;
        if need > most {
            let suggestion = if spec.name.starts_with("train.") {
                "use a smaller batch or narrower layers"
            } else {
                "use narrower layers or the CPU"
            };
            return refuse(&format!("'{}'", spec.name), need, suggestion);
        }
    }
    Ok(())
}

/// A byte count in MiB, for messages.
fn mebibytes(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20))
}
