//! The device for a moment: what is done with it between two bursts, a short piece at a time.
//!
//! Every call is one program over one chunk. A call that a command interrupted gives nothing: the device may have
//! left it unfinished.

use crate::compute::{
    Backend, Error, Plan, Program, Slice, StatisticsLayout as Layout, StepInputs,
};
use crate::config::{Likelihood, LiveConfig};
use crate::train::evaluate::chunk_inputs;

use super::{LandscapeRequest, PointLoss};

/// Sums of one point's parts over the rows of some chunks.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sums {
    rows: f64,
    sse: f64,
    kl: f64,
    nll: f64,
}

impl Sums {
    /// Adds the sums of another chunk.
    pub(super) fn add(&mut self, other: Self) {
        self.rows += other.rows;
        self.sse += other.sse;
        self.kl += other.kl;
        self.nll += other.nll;
    }

    /// The means over the samples.
    pub(super) fn mean(&self) -> PointLoss {
        PointLoss {
            sse: self.sse / self.rows,
            kl: self.kl / self.rows,
            nll: self.nll / self.rows,
        }
    }
}

/// The device, with the landscape's own parameters on it.
pub(super) struct Session<'a> {
    pub(super) backend: &'a mut dyn Backend,
    pub(super) seed: u32,
    pub(super) live: &'a LiveConfig,
    pub(super) keep_going: &'a dyn Fn() -> bool,
}

impl Session<'_> {
    pub(super) fn plan(&self) -> &Plan {
        self.backend.plan()
    }

    /// Items a point is evaluated over.
    pub(super) fn samples(plan: &Plan) -> usize {
        LandscapeRequest::SAMPLES.min(plan.samples)
    }

    /// The number of chunks that the samples come in.
    pub(super) fn chunks(&self) -> usize {
        Self::samples(self.plan()).div_ceil(self.plan().chunk)
    }

    fn inputs(&self, chunk: usize) -> StepInputs {
        let mut inputs = chunk_inputs(self.backend, self.seed, self.live, chunk);
        let left = Self::samples(self.plan()) - chunk * self.plan().chunk;
        inputs.rows = inputs.rows.min(left as u32);
        inputs
    }

    /// Puts parameters on the device.
    pub(super) fn write(&mut self, parameters: &[f32]) -> Result<(), Error> {
        let slice = self.plan().parameters();
        self.backend.write(slice, parameters)
    }

    /// Writes a part of the parameters to the device.
    pub(super) fn write_part(&mut self, slice: Slice, values: &[f32]) -> Result<(), Error> {
        self.backend.write(slice, values)
    }

    fn run(&mut self, program: Program, inputs: &StepInputs) -> Result<bool, Error> {
        if !(self.keep_going)() {
            return Ok(false);
        }
        self.backend.run(program, inputs)?;
        Ok((self.keep_going)())
    }

    /// Evaluates a chunk; `None` if interrupted.
    pub(super) fn evaluate(&mut self, chunk: usize) -> Result<Option<Sums>, Error> {
        let inputs = self.inputs(chunk);
        if !self.run(Program::Evaluate, &inputs)? {
            return Ok(None);
        }
        let plan = self.backend.plan();
        let (sse, nll, statistics) = (plan.sse(), plan.nll(), plan.statistics());
        let (latents, likelihood) = (plan.net.latents, plan.net.likelihood);
        let rows = inputs.rows as usize;
        let sum = |values: Vec<f32>| values[..rows].iter().map(|&v| f64::from(v)).sum::<f64>();
        let fields = self.backend.read(statistics)?;
        let kl = fields[Layout::SUM_KL * latents..][..latents].iter();
        let sums = Sums {
            rows: rows as f64,
            sse: sum(self.backend.read(sse)?),
            kl: kl.map(|&v| f64::from(v)).sum(),
            nll: if likelihood == Likelihood::Gaussian {
                f64::NAN
            } else {
                sum(self.backend.read(nll)?)
            },
        };
        Ok((self.keep_going)().then_some(sums))
    }

    /// The targets of a chunk, row by row; `None` if interrupted.
    pub(super) fn targets(&mut self, chunk: usize) -> Result<Option<Vec<f32>>, Error> {
        let inputs = self.inputs(chunk);
        if !self.run(Program::Evaluate, &inputs)? {
            return Ok(None);
        }
        let plan = self.backend.plan();
        let slice = Slice {
            len: inputs.rows as usize * plan.net.target_dim(),
            ..plan.y()
        };
        Ok(Some(self.backend.read(slice)?))
    }

    /// The decoder's output for `rows` rows of z, raw; `None` if interrupted.
    pub(super) fn decode(&mut self, z: &[f32], rows: usize) -> Result<Option<Vec<f32>>, Error> {
        let (z_slice, out) = (self.plan().z(), self.plan().out());
        let slice = Slice {
            len: rows * self.plan().net.out_dim(),
            ..out
        };
        let z_slice = Slice {
            len: z.len(),
            ..z_slice
        };
        self.backend.write(z_slice, z)?;
        let inputs = self.inputs(0);
        if !self.run(Program::Decode, &inputs)? {
            return Ok(None);
        }
        Ok(Some(self.backend.read(slice)?))
    }
}
