//! What travels between the worker and its owner: plain data.

use std::sync::Arc;

use crate::compute::{DeviceInfo, StepMetrics};
use crate::config::{LiveConfig, RunConfig};
use crate::data::{Dataset, Preprocessor, Spectrum};

use super::copy::RunCopy;
use super::evaluate::Evaluation;
use super::history::History;
use super::landscape::{Landscape, LandscapeRequest};
use super::sanity::Sanity;
use super::views::{Decoded, Gallery, GalleryRequest, Views};

/// Names a run; messages of an older run are dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RunId(pub u64);

/// Everything a run starts from.
#[derive(Debug, Clone)]
pub struct RunSetup {
    /// The settings.
    pub config: RunConfig,
    /// The data, shared with whoever shows them.
    pub data: Arc<Dataset>,
    /// How values become x.
    pub preprocessor: Arc<Preprocessor>,
}

/// An instruction that must not be lost.
#[derive(Debug, Clone)]
pub enum Command {
    /// Starts a run in place of the current one.
    Start {
        /// The name of the new run.
        run: RunId,
        /// The settings and data of the new run.
        setup: Arc<RunSetup>,
        /// Whether the run trains at once.
        playing: bool,
    },
    /// Trains until told otherwise.
    Play,
    /// Trains no further after the steps under way.
    Pause,
    /// Makes this many steps, then pauses.
    Steps(u64),
    /// Makes one epoch, then pauses.
    Epoch,
    /// Back to step 0 with the same seed; latents that were held are released.
    Reset,
    /// Asks for the run's state, which [`Event::Copied`] brings; the run goes on as it was.
    Copy,
}

/// Live settings and what the window looks at: newest wins.
#[derive(Debug, Clone, PartialEq)]
pub struct LiveParams {
    /// The run that the settings are meant for.
    pub run: RunId,
    /// The live settings: β, γ, learning rate and so on.
    pub live: LiveConfig,
    /// Latents held out of training: the decoder sees their prior mean, and only the KL moves them.
    pub held: Vec<usize>,
    /// What to compute for display.
    pub view: ViewRequest,
}

/// What the window wants to see; changing it never changes training.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ViewRequest {
    /// The number of example images.
    pub examples: usize,
    /// The latent to traverse.
    pub traversal: usize,
    /// The principal mode on which to project the net.
    pub projection: Option<Projection>,
    /// Latents replaced by their prior mean in every picture and statistic; empty for none.
    pub zeroed: Vec<usize>,
    /// Landscapes to compute between bursts, first things first. One that is asked for again as it was goes on;
    /// one that is missing ends.
    pub landscapes: Vec<LandscapeRequest>,
    /// A point of latent space to decode, κ long: answered at once.
    pub decode: Option<Vec<f32>>,
    /// Further pictures of the model.
    pub gallery: Option<GalleryRequest>,
}

impl ViewRequest {
    /// What is asked of every evaluation: all but what is answered by itself.
    pub(super) fn evaluated(&self) -> Self {
        Self {
            landscapes: Vec::new(),
            decode: None,
            gallery: None,
            ..self.clone()
        }
    }
}

/// A principal mode of the data.
#[derive(Debug, Clone)]
pub struct Projection {
    /// The index of the mode, from 0.
    pub mode: usize,
    /// The data's principal components.
    pub spectrum: Arc<Spectrum>,
}

impl PartialEq for Projection {
    fn eq(&self, other: &Self) -> bool {
        self.mode == other.mode && Arc::ptr_eq(&self.spectrum, &other.spectrum)
    }
}

/// A message that must not be lost.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// The run is built and about to train.
    Started {
        /// The run that started.
        run: RunId,
        /// The device that it trains on.
        device: DeviceInfo,
        /// The number of trainable parameters.
        parameters: usize,
        /// Bytes of the plan's buffers.
        memory_bytes: u64,
    },
    /// Live settings took effect.
    Edited {
        /// The run that was edited.
        run: RunId,
        /// The last step made with the old settings.
        step: u64,
        /// What changed.
        text: String,
    },
    /// The state that [`Command::Copy`] asked for.
    Copied {
        /// The run that was copied.
        run: RunId,
        /// The state of the run.
        copy: Arc<RunCopy>,
    },
    /// The run trains.
    Playing(RunId),
    /// The run waits.
    Paused {
        /// The run that waits.
        run: RunId,
        /// The last step it made.
        step: u64,
    },
    /// A number stopped being finite, or left all range; the last good state was put back and the run waits.
    Diverged {
        /// The run that diverged.
        run: RunId,
        /// Step, tensor, what to do about it and what was put back.
        message: String,
    },
    /// The device failed; the run goes on from its last checkpoint, there or elsewhere.
    Recovered {
        /// The run whose device failed.
        run: RunId,
        /// The device that the run goes on with.
        device: DeviceInfo,
        /// What failed, from which step it goes on, and where, in one sentence.
        message: String,
    },
    /// The run could not start or go on.
    Failed {
        /// The run that failed.
        run: RunId,
        /// The reason, in one sentence.
        message: String,
    },
    /// A setting was refused; the old one stays.
    Refused {
        /// The run that keeps its old setting.
        run: RunId,
        /// The reason, in one sentence.
        message: String,
    },
}

impl Event {
    /// The run that the event is about.
    pub fn run(&self) -> RunId {
        match self {
            Self::Started { run, .. }
            | Self::Edited { run, .. }
            | Self::Copied { run, .. }
            | Self::Playing(run)
            | Self::Paused { run, .. }
            | Self::Diverged { run, .. }
            | Self::Recovered { run, .. }
            | Self::Failed { run, .. }
            | Self::Refused { run, .. } => *run,
        }
    }
}

/// The newest state of a run; older ones may never be seen.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// The run that the snapshot shows.
    pub run: RunId,
    /// The number of steps made.
    pub step: u64,
    /// Epochs done, with a fraction.
    pub epochs: f64,
    /// Whether the run trains.
    pub playing: bool,
    /// Steps per second of the last second or so, evaluations included.
    pub steps_per_second: f64,
    /// The metrics of the last step.
    pub last: Option<StepMetrics>,
    /// The live settings in force, with γ as the device holds it.
    pub live: LiveConfig,
    /// Whether the loss has stopped falling since the last edit.
    pub stationary: bool,
    /// The traces.
    pub history: Arc<History>,
    /// The newest statistics.
    pub evaluation: Option<Arc<Evaluation>>,
    /// The newest pictures.
    pub views: Option<Arc<Views>>,
    /// The landscapes asked for, as far as they are known.
    pub landscapes: Vec<Arc<Landscape>>,
    /// The point asked for, decoded; while the next is on its way, the one before.
    pub decoded: Option<Arc<Decoded>>,
    /// The newest gallery asked for.
    pub gallery: Option<Arc<Gallery>>,
}

impl Snapshot {
    /// What the newest statistics can be.
    pub fn sanity(&self) -> Sanity {
        self.evaluation.as_ref().map_or(Sanity::Sound, |e| e.sanity)
    }
}
