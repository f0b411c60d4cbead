//! Executes a plan with the twins.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::compute::backend::{Backend, DeviceInfo, DeviceKind, Error};
use crate::compute::fit;
use crate::compute::inputs::{StepInputs, StepMetrics};
use crate::compute::op::{DenseOp, ImageOp, Op, Slice};
use crate::compute::plan::{Plan, Program};
use crate::data::{Dataset, Preprocessor};
use crate::text::mebibytes;

use super::awake::{Awake, on_threads};
use super::conv::Scratch;
use super::product::SHARED_MACS;
use super::real::Real;
use super::vector::PARALLEL_ELEMENTS;

/// The native device, in f32, or the oracle, in f64.
pub struct CpuBackend<T> {
    info: DeviceInfo,
    plan: Plan,
    pub(super) data: Arc<Dataset>,
    pub(super) preprocessor: Arc<Preprocessor>,
    pub(super) buffers: Vec<Vec<T>>,
    /// For patches of images, with the flag that asks to stop.
    pub(super) scratch: Scratch<T>,
    /// For partial gradients of convolutions.
    pub(super) partials: Vec<T>,
    /// Set when a step went non-finite; no further step trains until it is cleared.
    pub(super) halted: bool,
    metrics: Vec<StepMetrics>,
    /// Whether any op is large enough for more than one thread.
    shares_work: bool,
}

impl<T: Real> CpuBackend<T> {
    /// Allocates the plan's buffers, all zero but for the mask and the modes, which keep every latent.
    ///
    /// # Errors
    /// [`Error::TooLarge`] if the machine has not the memory.
    pub fn new(
        plan: Plan,
        data: Arc<Dataset>,
        preprocessor: Arc<Preprocessor>,
    ) -> Result<Self, Error> {
        let info = DeviceInfo {
            name: format!("CPU · {} threads · faer", rayon::current_num_threads()),
            kind: DeviceKind::Cpu,
        };
        let bytes = |plan: &Plan| plan.memory_bytes() * (size_of::<T>() as u64) / 4;
        let need = bytes(&plan);
        let too_large = |have: u64| {
            let with = |batch: usize| {
                let target = plan.x() != plan.y();
                bytes(&Plan::new(plan.net.clone(), batch, plan.samples, target))
            };
            let largest = fit::largest_batch(plan.batch.saturating_sub(1), have, with);
            Error::TooLarge {
                need: mebibytes(need),
                have: mebibytes(have),
                device: info.name.clone(),
                suggestion: match largest {
                    Some(_) => fit::suggestion(largest),
                    None => "no batch fits: use narrower layers".into(),
                },
            }
        };
        if let Some(have) = fit::available_memory()
            && need > have
        {
            return Err(too_large(have));
        }
        let mut buffers = Vec::with_capacity(plan.buffers.len());
        for spec in &plan.buffers {
            let mut buffer = Vec::new();
            buffer
                .try_reserve_exact(spec.len)
                .map_err(|_| too_large(fit::available_memory().unwrap_or(0)))?;
            buffer.resize(spec.len, T::ZERO);
            buffers.push(buffer);
        }
        buffers[plan.mask().buffer.0].fill(T::ONE);
        let modes = plan.latent_modes();
        buffers[modes.buffer.0][modes.range()][..plan.net.latents].fill(T::ONE);
        let shares_work = shares_work(&plan);
        Ok(Self {
            info,
            shares_work,
            plan,
            data,
            preprocessor,
            buffers,
            scratch: Scratch::new(),
            partials: Vec::new(),
            halted: false,
            metrics: Vec::new(),
        })
    }

    /// The elements of a slice, in the backend's own precision.
    pub fn slice(&self, slice: Slice) -> &[T] {
        &self.buffers[slice.buffer.0][slice.range()]
    }

    /// The elements of a slice, to change.
    pub fn slice_mut(&mut self, slice: Slice) -> &mut [T] {
        &mut self.buffers[slice.buffer.0][slice.range()]
    }

    /// Runs the ops of a program in order; false if it was interrupted, and then nothing that outlives the
    /// step has changed.
    pub fn execute(&mut self, program: Program, inputs: &StepInputs) -> bool {
        for index in 0..self.plan.ops(program).len() {
            let op = self.plan.ops(program)[index];
            if op.commits() {
                if !self.loss_is_finite(inputs) {
                    self.halted = true;
                    return true;
                }
            } else if self.scratch.interrupted() {
                return false;
            }
            self.execute_op(&op, inputs);
        }
        true
    }

    fn loss_is_finite(&self, inputs: &StepInputs) -> bool {
        self.metrics_row(inputs.slot)[0].finite()
    }

    fn metrics_row(&self, slot: u32) -> &[T] {
        let start = slot as usize * StepMetrics::ROW;
        &self.slice(self.plan.metrics())[start..start + StepMetrics::ROW]
    }

    /// The first training op with a non-finite number among its outputs.
    fn first_bad_op(&self) -> Option<usize> {
        self.plan.ops(Program::Train).iter().position(|op| {
            op.outputs()
                .iter()
                .any(|s| self.slice(*s).iter().any(|v| !v.finite()))
        })
    }
}

impl<T: Real> Backend for CpuBackend<T> {
    fn device(&self) -> &DeviceInfo {
        &self.info
    }

    fn plan(&self) -> &Plan {
        &self.plan
    }

    fn write(&mut self, target: Slice, values: &[f32]) -> Result<(), Error> {
        for (to, &from) in self.slice_mut(target).iter_mut().zip(values) {
            *to = T::of_f32(from);
        }
        Ok(())
    }

    fn read(&mut self, source: Slice) -> Result<Vec<f32>, Error> {
        Ok(self.slice(source).iter().map(|v| v.to_f32()).collect())
    }

    fn set_interrupt(&mut self, interrupt: Arc<AtomicBool>) {
        self.scratch.set_interrupt(interrupt);
    }

    fn train(&mut self, steps: &[StepInputs]) -> Result<usize, Error> {
        let mut done = 0;
        on_threads(self.shares_work, || {
            for inputs in steps {
                let _awake = self.shares_work.then(Awake::new);
                if self.halted || !self.execute(Program::Train, inputs) {
                    break;
                }
                done += 1;
                let row: [f32; StepMetrics::ROW] =
                    std::array::from_fn(|i| self.metrics_row(inputs.slot)[i].to_f32());
                let bad_op = if self.halted {
                    self.first_bad_op()
                } else {
                    None
                };
                self.metrics
                    .push(StepMetrics::from_row(&row, self.plan.net.latents, bad_op));
            }
        });
        match self.data.pixels.failure() {
            Some(reason) => Err(Error::Data(reason.to_owned())),
            None => Ok(done),
        }
    }

    fn run(&mut self, program: Program, inputs: &StepInputs) -> Result<(), Error> {
        on_threads(self.shares_work, || {
            let _awake = self.shares_work.then(Awake::new);
            self.execute(program, inputs)
        });
        Ok(())
    }

    fn take_metrics(&mut self, out: &mut Vec<StepMetrics>, _wait: bool) -> Result<(), Error> {
        out.append(&mut self.metrics);
        Ok(())
    }

    fn clear_status(&mut self) -> Result<(), Error> {
        self.halted = false;
        Ok(())
    }
}

/// Whether any op of a plan is large enough for more than one thread.
fn shares_work(plan: &Plan) -> bool {
    let large_buffer = plan.buffers.iter().any(|b| b.len >= PARALLEL_ELEMENTS);
    let large_product = [Program::Train, Program::Evaluate].iter().any(|&program| {
        plan.ops(program).iter().any(|op| match *op {
            Op::Dense(DenseOp::Forward {
                rows,
                inputs,
                outputs,
                ..
            }) => rows * inputs * outputs >= SHARED_MACS,
            Op::Image(ImageOp::Convolve { .. } | ImageOp::ConvolveTransposed { .. }) => true,
            _ => false,
        })
    });
    large_buffer || large_product
}
