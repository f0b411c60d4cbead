//! What goes where on the device, decided before anything is allocated: whether the data fit beside the plan, in how
//! many buffers, or are streamed.

use crate::compute::backend::{DeviceKind, Error};
use crate::compute::fit;
use crate::compute::plan::{Plan, Program};
use crate::data::{Dataset, Pixels, Preprocessor};
use crate::text::mebibytes;

use super::calls::{Setting, Source};
use super::device::GpuDevice;
use super::options::Options;
use super::program::{calls, partials};
use super::stream::{self, sample_bytes, target_bytes};

/// Sizes of everything that is allocated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Layout {
    pub data: Source,
    pub targets: Source,
    /// Rows of a streamed submission, 0 if nothing is streamed.
    pub streamed_rows: usize,
    /// Steps whose samples go with one submission.
    pub streamed_steps: usize,
    /// Partial sums.
    pub partials: usize,
    /// Floats behind every buffer of the plan.
    pub red_zone: usize,
}

/// What a layout is made for.
pub(super) struct Needs<'a> {
    pub gpu: &'a GpuDevice,
    pub plan: &'a Plan,
    pub data: &'a Dataset,
    pub preprocessor: &'a Preprocessor,
    pub options: &'a Options,
}

impl Needs<'_> {
    /// How calls are made with the samples at these places.
    pub(super) fn setting(&self, data: Source, targets: Source) -> Setting {
        Setting {
            transform: self.preprocessor.transform,
            bytes: self.data.pixels.are_bytes(),
            centered: !self.preprocessor.mean.is_empty(),
            standardized: !self.preprocessor.inverse_std.is_empty(),
            choice: self.options.choice(self.gpu.info().kind),
            data,
            targets,
        }
    }

    /// Largest buffer the device can bind.
    fn most(&self) -> u64 {
        let limits = self.gpu.device.limits();
        limits
            .max_storage_buffer_binding_size
            .min(limits.max_buffer_size)
    }

    /// Bytes there are for everything, where that is known.
    fn have(&self) -> u64 {
        let system = || match self.gpu.info().kind {
            DeviceKind::DiscreteGpu => None,
            _ => fit::available_memory(),
        };
        let known = self.options.memory.or_else(system);
        known.unwrap_or(u64::MAX)
    }

    /// The partial sums of a plan.
    fn partials(&self, plan: &Plan) -> usize {
        let nowhere = self.setting(Source::Streamed, Source::Streamed);
        let programs = [Program::Train, Program::Evaluate, Program::Decode];
        let most = programs.map(|p| partials(&calls(plan, p, &nowhere)));
        most.into_iter().max().unwrap_or(0)
    }

    /// Bytes of all buffers but the data.
    fn plan_bytes(&self, plan: &Plan) -> u64 {
        let zones = plan.buffers.len() * self.options.red_zone;
        plan.memory_bytes() + 4 * (zones + self.partials(plan)) as u64
    }

    fn row_bytes(&self) -> usize {
        sample_bytes(self.data) + target_bytes(self.preprocessor)
    }

    /// Steps and rows of a streamed submission.
    fn streamed(&self, plan: &Plan) -> (usize, usize) {
        let bytes = self.options.stream_bytes.unwrap_or(stream::MOST_BYTES);
        let steps = stream::steps(bytes, plan.batch * self.row_bytes(), Plan::MAX_STEPS);
        (steps, (steps * plan.batch).max(plan.chunk))
    }

    fn streamed_bytes(&self, plan: &Plan) -> u64 {
        (self.streamed(plan).1 * self.row_bytes()) as u64
    }

    /// Samples in the device's memory, in buffers it can bind; `None` if one sample is too large for that.
    fn resident(&self) -> Option<Layout> {
        let most = self
            .options
            .shard_bytes
            .unwrap_or(u64::MAX)
            .min(self.most());
        let source = |row_bytes: usize, total: usize| {
            let rows = usize::try_from(most / row_bytes.max(1) as u64).unwrap_or(usize::MAX);
            (rows > 0).then_some(Source::Resident {
                rows: rows.min(total),
                total,
            })
        };
        let targets = self.preprocessor.targets.as_ref();
        let rows = targets.map_or(0, |_| self.data.len());
        Some(Layout {
            data: source(sample_bytes(self.data), self.data.len())?,
            targets: source(target_bytes(self.preprocessor), rows)?,
            streamed_rows: 0,
            streamed_steps: Plan::MAX_STEPS,
            partials: self.partials(self.plan),
            red_zone: self.options.red_zone,
        })
    }

    /// Samples on the host.
    fn streaming(&self) -> Layout {
        let (steps, rows) = self.streamed(self.plan);
        Layout {
            data: Source::Streamed,
            targets: Source::Streamed,
            streamed_rows: rows,
            streamed_steps: steps,
            partials: self.partials(self.plan),
            red_zone: self.options.red_zone,
        }
    }

    /// What may be tried, best first: the data resident, then streamed.
    ///
    /// # Errors
    /// [`Error::TooLarge`] if it is known that not even the plan fits.
    pub(super) fn layouts(&self) -> Result<Vec<Layout>, Error> {
        let (most, have) = (self.most(), self.have());
        let plan = self.plan_bytes(self.plan);
        for spec in &self.plan.buffers {
            let need = (spec.len + self.options.red_zone) as u64 * 4;
            if need > most {
                let what = format!("{} for '{}' alone", mebibytes(need), spec.name);
                return Err(self.too_large(what, format!("{} per buffer", mebibytes(most))));
            }
        }
        let streamed = plan + self.streamed_bytes(self.plan);
        let resident = plan + (self.data.len() * self.row_bytes()) as u64;
        let mut layouts: Vec<Layout> = Vec::new();
        let on_disk = matches!(self.data.pixels, Pixels::Stored(_));
        if resident <= have && !on_disk {
            layouts.extend(self.resident());
        }
        // Where all fits but for the device's word, streaming is what remains.
        if streamed <= have
            && (streamed < resident || on_disk)
            && self.streamed_bytes(self.plan) <= most
        {
            layouts.push(self.streaming());
        }
        if layouts.is_empty() {
            return Err(self.too_large(mebibytes(streamed.min(resident)), mebibytes(have)));
        }
        Ok(layouts)
    }

    /// The refusal, with the largest batch that would have been accepted.
    fn too_large(&self, need: String, have: String) -> Error {
        let bytes = |batch: usize| {
            let (net, samples) = (self.plan.net.clone(), self.plan.samples);
            let target = self.plan.x() != self.plan.y();
            let plan = Plan::new(net, batch, samples, target);
            let fits = plan.buffers.iter().all(|b| b.len as u64 * 4 <= self.most());
            let data = (self.data.len() * self.row_bytes()) as u64;
            if fits {
                self.plan_bytes(&plan) + self.streamed_bytes(&plan).min(data)
            } else {
                u64::MAX
            }
        };
        let have_bytes = self.have().min(u64::MAX - 1);
        let largest = fit::largest_batch(self.plan.batch, have_bytes, bytes);
        Error::TooLarge {
            need,
            have,
            device: self.gpu.info().name.clone(),
            suggestion: fit::suggestion(largest),
        }
    }

    /// The refusal of a device that did not say beforehand how much it has.
    pub(super) fn refused(&self, need: String) -> Error {
        Error::TooLarge {
            need,
            have: "less free memory".into(),
            device: self.gpu.info().name.clone(),
            suggestion: "use a smaller batch, narrower layers or the CPU".into(),
        }
    }

    /// Bytes of a layout, in words.
    pub(super) fn words(&self, layout: &Layout) -> String {
        let data = match layout.data {
            Source::Streamed => self.streamed_bytes(self.plan),
            Source::Resident { .. } => (self.data.len() * self.row_bytes()) as u64,
        };
        mebibytes(self.plan_bytes(self.plan) + data)
    }
}
