//! What the state and the threads of the window tell each other: requests to the loader and to the papers' thread,
//! and their answers. The training worker and the lab have protocols of their own.

use std::path::PathBuf;
use std::sync::Arc;

use crate::config::{DataConfig, Target};
use crate::data::{CrossSpectrum, Dataset, Overview, Preprocessor, Preview, Progress, Spectrum};
use crate::papers::{DataSet, Effort, Experiment, Report};

/// Data ready to train on.
#[derive(Debug, Clone)]
pub struct LoadedData {
    /// The request.
    pub config: DataConfig,
    /// The values.
    pub dataset: Arc<Dataset>,
    /// How they become x.
    pub preprocessor: Arc<Preprocessor>,
    /// Digest of the values, for provenance.
    pub digest: String,
}

/// A target to relate to data that are there.
#[derive(Debug, Clone)]
pub struct Relation {
    /// The values.
    pub dataset: Arc<Dataset>,
    /// How they become x.
    pub preprocessor: Arc<Preprocessor>,
    /// What the decoder is to give.
    pub target: Target,
    /// The run's seed, which a random target is made of.
    pub seed: u32,
}

/// What the loader says.
#[derive(Debug, Clone)]
pub enum LoaderMessage {
    /// How far it is.
    Progress(Progress),
    /// The data are there; what they look like and their spectrum follow.
    Loaded(Box<LoadedData>),
    /// What the data loaded last look like.
    Overview(Arc<Overview>),
    /// The spectrum of the data loaded last.
    Spectrum(Arc<Spectrum>),
    /// Why the data have none, in one sentence; they stay.
    NoSpectrum(String),
    /// What the data explain of a target, for this seed.
    Related(Arc<CrossSpectrum>, u32),
    /// Why a target was not related to the data, in one sentence.
    Unrelated(String),
    /// Why nothing was loaded, in one sentence; what was there before stays.
    Failed(String),
    /// What data would be, before they are loaded.
    Previewed(Box<Previewed>),
}

/// A question for a preview.
#[derive(Debug, Clone, PartialEq)]
pub struct PreviewRequest {
    /// The data asked for.
    pub config: DataConfig,
    /// The seed of data that are made.
    pub seed: u32,
    /// Counts the questions: only the answer to the newest matters.
    pub number: u64,
}

/// The first items as one picture, side by side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Strip {
    /// Columns and rows of one item.
    pub item: [usize; 2],
    /// The items one after the other, each row by row, RGB.
    pub items: Vec<Vec<u8>>,
}

/// The answer to a [`PreviewRequest`].
#[derive(Debug, Clone)]
pub struct Previewed {
    /// What was asked for.
    pub request: PreviewRequest,
    /// The preview and its pictures, or why there is none.
    pub outcome: Result<(Arc<Preview>, Arc<Strip>), NoPreview>,
}

/// Why there is no preview.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoPreview {
    /// In one sentence.
    pub reason: String,
    /// Whether other settings for the same source may help: another split, fewer items.
    pub choice_may_help: bool,
}

/// Experiments to make.
#[derive(Debug, Clone)]
pub struct PapersRequest {
    /// Carried by every message about it; larger than those before it.
    pub number: u64,
    /// Which, in the order in which they are made.
    pub list: Vec<&'static Experiment>,
    /// How much effort is made.
    pub effort: Effort,
    /// The folder that holds the data sets' folders.
    pub data: Option<PathBuf>,
}

/// What the thread says.
#[derive(Debug, Clone)]
pub enum PapersMessage {
    /// Where the data sets of a folder lie, and what was made with them before.
    Looked {
        /// The folder.
        data: Option<PathBuf>,
        /// Every data set, with its place if it is there.
        found: Vec<(DataSet, Option<PathBuf>)>,
        /// Reports of an earlier time.
        known: Vec<Arc<Report>>,
    },
    /// An experiment was made.
    Made(u64, Arc<Report>),
    /// The experiment of this name could not be made, for this reason.
    Failed(u64, &'static str, String),
    /// A request is through, or was stopped.
    Ended(u64),
}

/// How far the experiment under way is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PapersProgress {
    /// The request's number.
    pub number: u64,
    /// The experiment's name.
    pub id: &'static str,
    /// What it does now; empty at its start.
    pub what: String,
}
