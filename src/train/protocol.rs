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
        /// Its name.
        run: RunId,
        /// Its settings and data.
        setup: Arc<RunSetup>,
        /// Whether it trains at once.
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
    /// The run they are meant for.
    pub run: RunId,
    /// β, γ, learning rate.
    pub live: LiveConfig,
    /// Latents held out of training: the decoder sees their prior mean, and only the KL moves them.
    pub held: Vec<usize>,
    /// What to compute for display.
    pub view: ViewRequest,
}

/// What the window wants to see; changing it never changes training.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ViewRequest {
    /// How many example images.
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
    /// Its index, from 0.
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
        /// Its name.
        run: RunId,
        /// Where it runs.
        device: DeviceInfo,
        /// Trainable numbers.
        parameters: usize,
        /// Bytes of the plan's buffers.
        memory_bytes: u64,
    },
    /// Live settings took effect.
    Edited {
        /// The run.
        run: RunId,
        /// After this step.
        step: u64,
        /// What changed.
        text: String,
    },
    /// The state that [`Command::Copy`] asked for.
    Copied {
        /// The run.
        run: RunId,
        /// Its state.
        copy: Arc<RunCopy>,
    },
    /// It trains.
    Playing(RunId),
    /// It waits.
    Paused {
        /// The run.
        run: RunId,
        /// After this step.
        step: u64,
    },
    /// A number stopped being finite, or left all range; the last good state was put back and the run waits.
    Diverged {
        /// The run.
        run: RunId,
        /// Step, tensor, what to do about it and what was put back.
        message: String,
    },
    /// The device failed; the run goes on from its last checkpoint, there or elsewhere.
    Recovered {
        /// The run.
        run: RunId,
        /// Where it goes on.
        device: DeviceInfo,
        /// What failed, from which step it goes on, and where, in one sentence.
        message: String,
    },
    /// The run could not start or go on.
    Failed {
        /// The run.
        run: RunId,
        /// Why, in one sentence.
        message: String,
    },
    /// A setting was refused; the old one stays.
    Refused {
        /// The run.
        run: RunId,
        /// Why, in one sentence.
        message: String,
    },
}

impl Event {
    /// The run it is about.
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
    /// The run.
    pub run: RunId,
    /// Steps done.
    pub step: u64,
    /// Epochs done, with a fraction.
    pub epochs: f64,
    /// Whether it trains.
    pub playing: bool,
    /// Steps per second of the last second or so, evaluations included.
    pub steps_per_second: f64,
    /// The last step's numbers.
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
