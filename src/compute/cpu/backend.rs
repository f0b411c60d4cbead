//! Executes a plan with the twins.

use std::sync::Arc;

use crate::compute::backend::{Backend, DeviceInfo, DeviceKind, Error};
use crate::compute::inputs::{StepInputs, StepMetrics};
use crate::compute::op::{BufferId, Op, Slice};
use crate::compute::plan::{Plan, Program};
use crate::data::{Dataset, Preprocessor};

use super::adam::adam;
use super::awake::on_threads;
use super::dense::{
    dense_backward_input, dense_backward_weight, dense_forward, mask_latents, sum_rows,
};
use super::gather::gather;
use super::latent::{Posterior, reparameterize_backward, reparameterize_forward};
use super::objective::{elbo, finalize};
use super::product::SHARED_MACS;
use super::real::Real;
use super::statistics::latent_statistics;
use super::vector::PARALLEL_ELEMENTS;

/// The native device, in f32, or the oracle, in f64.
pub struct CpuBackend<T> {
    info: DeviceInfo,
    plan: Plan,
    data: Arc<Dataset>,
    preprocessor: Arc<Preprocessor>,
    buffers: Vec<Vec<T>>,
    /// Set when a step went non-finite; no further step trains until it is cleared.
    halted: bool,
    metrics: Vec<StepMetrics>,
    /// Whether any op is large enough for more than one thread.
    shares_work: bool,
}

impl<T: Real> CpuBackend<T> {
    /// Allocates the plan's buffers, all zero but for the mask, which keeps every latent.
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
        let need = plan.memory_bytes() * (size_of::<T>() as u64) / 4;
        let too_large = |have: u64| Error::TooLarge {
            need: mebibytes(need),
            have: mebibytes(have),
            device: info.name.clone(),
            suggestion: "use narrower layers or a smaller batch".into(),
        };
        if let Some(have) = available_memory()
            && need > have
        {
            return Err(too_large(have));
        }
        let mut buffers = Vec::with_capacity(plan.buffers.len());
        for spec in &plan.buffers {
            let mut buffer = Vec::new();
            buffer
                .try_reserve_exact(spec.len)
                .map_err(|_| too_large(available_memory().unwrap_or(0)))?;
            buffer.resize(spec.len, T::ZERO);
            buffers.push(buffer);
        }
        buffers[plan.mask().buffer.0].fill(T::ONE);
        let shares_work = shares_work(&plan);
        Ok(Self {
            info,
            shares_work,
            plan,
            data,
            preprocessor,
            buffers,
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

    /// Runs the ops of a program in order.
    pub fn execute(&mut self, program: Program, inputs: &StepInputs) {
        for index in 0..self.plan.ops(program).len() {
            let op = self.plan.ops(program)[index];
            if matches!(op, Op::Adam { .. }) && !self.loss_is_finite(inputs) {
                self.halted = true;
                return;
            }
            self.execute_op(&op, inputs);
        }
    }

    fn loss_is_finite(&self, inputs: &StepInputs) -> bool {
        self.metrics_row(inputs.slot)[0].finite()
    }

    fn metrics_row(&self, slot: u32) -> &[T] {
        let start = slot as usize * StepMetrics::ROW;
        &self.slice(self.plan.metrics())[start..start + StepMetrics::ROW]
    }

    /// Takes a buffer out so that it can be written while others are read.
    fn take(&mut self, id: BufferId) -> Vec<T> {
        std::mem::take(&mut self.buffers[id.0])
    }

    fn put(&mut self, id: BufferId, buffer: Vec<T>) {
        self.buffers[id.0] = buffer;
    }

    fn posterior(
        &self,
        head: Slice,
        log_sigma2: Option<Slice>,
        latents: usize,
    ) -> Posterior<'_, T> {
        Posterior {
            head: self.slice(head),
            global: log_sigma2.map(|s| self.slice(s)),
            latents,
        }
    }

    #[expect(
        clippy::too_many_lines,
        reason = "the table from op to twin, one arm each"
    )]
    fn execute_op(&mut self, op: &Op, inputs: &StepInputs) {
        match *op {
            Op::Gather { x, dim, order, .. } => {
                let mut out = self.take(x.buffer);
                let (data, pre) = (&self.data, &self.preprocessor);
                gather(&mut out[x.range()], dim, order, inputs, data, pre);
                self.put(x.buffer, out);
            }
            Op::DenseForward {
                x,
                weight,
                bias,
                y,
                rows,
                inputs: width,
                outputs,
                activation,
            } => {
                let mut out = self.take(y.buffer);
                dense_forward(
                    self.slice(x),
                    self.slice(weight),
                    self.slice(bias),
                    &mut out[y.range()],
                    [rows, width, outputs],
                    activation,
                );
                self.put(y.buffer, out);
            }
            Op::DenseBackwardInput {
                dy,
                weight,
                x,
                dx,
                rows,
                inputs: width,
                outputs,
                activation,
            } => {
                let mut out = self.take(dx.buffer);
                dense_backward_input(
                    self.slice(dy),
                    self.slice(weight),
                    self.slice(x),
                    &mut out[dx.range()],
                    [rows, width, outputs],
                    activation,
                );
                self.put(dx.buffer, out);
            }
            Op::DenseBackwardWeight {
                x,
                dy,
                dweight,
                dbias,
                rows,
                inputs: width,
                outputs,
            } => {
                // Both outputs lie in the gradient arena, the bias after its weight.
                let mut out = self.take(dweight.buffer);
                let (weights, rest) = out.split_at_mut(dbias.offset);
                dense_backward_weight(
                    self.slice(x),
                    self.slice(dy),
                    &mut weights[dweight.range()],
                    &mut rest[..dbias.len],
                    [rows, width, outputs],
                );
                self.put(dweight.buffer, out);
            }
            Op::ReparameterizeForward {
                head,
                log_sigma2,
                z,
                kl,
                latents,
                noise,
                ..
            } => {
                let (mut z_out, mut kl_out) = (self.take(z.buffer), self.take(kl.buffer));
                let posterior = self.posterior(head, log_sigma2, latents);
                reparameterize_forward(posterior, noise, inputs, &mut z_out, &mut kl_out);
                self.put(z.buffer, z_out);
                self.put(kl.buffer, kl_out);
            }
            Op::ReparameterizeBackward {
                head,
                log_sigma2,
                z,
                dz,
                dhead,
                dlog_sigma2_rows,
                latents,
                ..
            } => {
                let mut out = self.take(dhead.buffer);
                let mut rows_out = dlog_sigma2_rows.map(|s| self.take(s.buffer));
                let posterior = self.posterior(head, log_sigma2, latents);
                reparameterize_backward(
                    posterior,
                    inputs,
                    self.slice(z),
                    self.slice(dz),
                    &mut out,
                    rows_out.as_deref_mut(),
                );
                self.put(dhead.buffer, out);
                if let (Some(slice), Some(buffer)) = (dlog_sigma2_rows, rows_out) {
                    self.put(slice.buffer, buffer);
                }
            }
            Op::SumRows { input, output, .. } => {
                let mut out = self.take(output.buffer);
                sum_rows(self.slice(input), &mut out[output.range()]);
                self.put(output.buffer, out);
            }
            Op::MaskLatents {
                z, mask, output, ..
            } => {
                let mut out = self.take(output.buffer);
                mask_latents(self.slice(z), self.slice(mask), &mut out);
                self.put(output.buffer, out);
            }
            Op::Elbo {
                x,
                xhat,
                log_gamma,
                dxhat,
                sse,
                dim,
                ..
            } => {
                let mut sse_out = self.take(sse.buffer);
                let mut d_out = dxhat.map(|s| self.take(s.buffer));
                elbo(
                    self.slice(x),
                    self.slice(xhat),
                    self.slice(log_gamma)[0],
                    d_out.as_deref_mut(),
                    &mut sse_out,
                    dim,
                );
                self.put(sse.buffer, sse_out);
                if let (Some(slice), Some(buffer)) = (dxhat, d_out) {
                    self.put(slice.buffer, buffer);
                }
            }
            Op::Finalize {
                sse,
                kl,
                log_gamma,
                dlog_gamma,
                metrics,
                dim,
                ..
            } => {
                let mut out = self.take(metrics.buffer);
                let row = inputs.slot as usize * StepMetrics::ROW;
                let gradient = finalize(
                    self.slice(sse),
                    self.slice(kl),
                    self.slice(log_gamma)[0],
                    inputs,
                    dim,
                    &mut out[row..],
                );
                self.put(metrics.buffer, out);
                self.slice_mut(dlog_gamma)[0] = gradient;
            }
            Op::Adam {
                parameters,
                gradients,
                moment1,
                moment2,
                log_gamma,
            } => {
                let mut p = self.take(parameters.buffer);
                let mut m = self.take(moment1.buffer);
                let mut v = self.take(moment2.buffer);
                let g = self.slice(gradients);
                self.halted |= !adam(&mut p, g, &mut m, &mut v, log_gamma, inputs);
                self.put(parameters.buffer, p);
                self.put(moment1.buffer, m);
                self.put(moment2.buffer, v);
            }
            Op::LatentStatistics {
                head,
                log_sigma2,
                kl,
                statistics,
                rows,
                latents,
            } => {
                let mut out = self.take(statistics.buffer);
                let counted = rows.min(inputs.rows as usize);
                let posterior = self.posterior(head, log_sigma2, latents);
                latent_statistics(posterior, self.slice(kl), counted, &mut out);
                self.put(statistics.buffer, out);
            }
        }
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

    fn train(&mut self, steps: &[StepInputs]) -> Result<(), Error> {
        on_threads(self.shares_work, || {
            for inputs in steps {
                if self.halted {
                    break;
                }
                self.execute(Program::Train, inputs);
                let row: [f32; StepMetrics::ROW] =
                    std::array::from_fn(|i| self.metrics_row(inputs.slot)[i].to_f32());
                let bad_op = if self.halted {
                    self.first_bad_op()
                } else {
                    None
                };
                self.metrics.push(StepMetrics::from_row(&row, bad_op));
            }
        });
        Ok(())
    }

    fn run(&mut self, program: Program, inputs: &StepInputs) -> Result<(), Error> {
        on_threads(self.shares_work, || self.execute(program, inputs));
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
            Op::DenseForward {
                rows,
                inputs,
                outputs,
                ..
            } => rows * inputs * outputs >= SHARED_MACS,
            _ => false,
        })
    });
    large_buffer || large_product
}

/// A byte count in MiB, for messages.
fn mebibytes(bytes: u64) -> String {
    format!("{:.0} MiB", bytes as f64 / f64::from(1 << 20))
}

/// Bytes the system says can still be allocated, where it says so.
fn available_memory() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find(|l| l.starts_with("MemAvailable:"))?;
    let kibibytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kibibytes * 1024)
}
