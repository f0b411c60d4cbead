//! What a compute device must do, and why it may fail.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::inputs::{StepInputs, StepMetrics};
use super::op::Slice;
use super::plan::{Plan, Program};

/// Why a device could not do its work.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Error {
    /// No adapter fits the choice.
    #[error("no compute device matches '{choice}'; {available}")]
    NoDevice {
        /// What was asked for.
        choice: String,
        /// What there is.
        available: String,
    },
    /// The plan and data do not fit.
    #[error("this network and data need {need} and {device} offers {have}; {suggestion}")]
    TooLarge {
        /// Memory needed, with its unit.
        need: String,
        /// Memory there is, with its unit.
        have: String,
        /// The device.
        device: String,
        /// What would fit.
        suggestion: String,
    },
    /// The device reported an error of its own.
    #[error("{device} failed: {reason}")]
    Device {
        /// The device.
        device: String,
        /// What it said.
        reason: String,
    },
    /// The data could not be read while training.
    #[error("{0}")]
    Data(String),
    /// The device is gone; the run can go on elsewhere from its last checkpoint.
    #[error("{device} was lost: {reason}")]
    Lost {
        /// The device.
        device: String,
        /// What it said.
        reason: String,
    },
}

/// What kind of processor a device is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeviceKind {
    /// The native CPU backend.
    Cpu,
    /// A discrete GPU.
    DiscreteGpu,
    /// An integrated or virtual GPU.
    IntegratedGpu,
    /// A CPU pretending to be a GPU.
    Software,
}

/// A compute device, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceInfo {
    /// `CPU · 2 threads · faer`, `NVIDIA H200 · Vulkan`.
    pub name: String,
    /// Its kind.
    pub kind: DeviceKind,
}

impl fmt::Display for DeviceInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// A device that holds a plan's buffers and its data set, and runs its programs.
///
/// Numbers cross this boundary as f32; everything inside stays on the device.
pub trait Backend: Send {
    /// The device.
    fn device(&self) -> &DeviceInfo;

    /// The plan it was made for.
    fn plan(&self) -> &Plan;

    /// Overwrites part of a buffer.
    ///
    /// # Errors
    /// [`Error`] if the device fails.
    fn write(&mut self, target: Slice, values: &[f32]) -> Result<(), Error>;

    /// Reads part of a buffer once all work given so far is done.
    ///
    /// # Errors
    /// [`Error`] if the device fails.
    fn read(&mut self, source: Slice) -> Result<Vec<f32>, Error>;

    /// Gives the device a flag that asks it to leave the step under way unfinished. A device that answers
    /// within a submission anyway may ignore it.
    fn set_interrupt(&mut self, _interrupt: Arc<AtomicBool>) {}

    /// Runs training steps (at most [`Plan::MAX_STEPS`]) in one submission and returns how many it took on:
    /// fewer than given if it was interrupted or has gone bad. It may return before they are done; their
    /// metrics arrive through [`Self::take_metrics`], in order.
    ///
    /// # Errors
    /// [`Error`] if the device fails.
    fn train(&mut self, steps: &[StepInputs]) -> Result<usize, Error>;

    /// Runs [`Program::Evaluate`] or [`Program::Decode`] once.
    ///
    /// # Errors
    /// [`Error`] if the device fails.
    fn run(&mut self, program: Program, inputs: &StepInputs) -> Result<(), Error>;

    /// Moves the metrics of finished steps to `out`; with `wait`, those of all steps given so far.
    ///
    /// # Errors
    /// [`Error`] if the device fails.
    fn take_metrics(&mut self, out: &mut Vec<StepMetrics>, wait: bool) -> Result<(), Error>;

    /// Forgets that a step went non-finite, after the caller has put good parameters back.
    ///
    /// # Errors
    /// [`Error`] if the device fails.
    fn clear_status(&mut self) -> Result<(), Error>;
}
