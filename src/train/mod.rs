//! Training: one step, its evaluation, its history, and the worker thread.
//!
//! Two roads lead from the worker to whoever watches: a bounded queue of [`Event`]s that must not be
//! lost, and a newest-wins slot of [`Snapshot`]s. Two lead back: a bounded queue of [`Command`]s and
//! a newest-wins slot of [`LiveParams`]. Nothing here knows a window; a waker closure asks for a
//! repaint.

mod bound;
mod copy;
mod divergence;
mod edits;
mod evaluate;
mod gain;
mod history;
pub mod landscape;
mod modes;
mod posterior;
mod protocol;
mod recovery;
mod run;
pub mod sanity;
mod trainer;
mod views;
mod worker;

pub use crate::thread::Waker;
pub use bound::importance_bound;
pub use copy::RunCopy;
pub use evaluate::{Evaluation, LatentGain, LatentStatistics, evaluate, measure_gains};
pub use gain::{Gain, chunk_gain};
pub use history::{Bin, History, Mark, Spread};
pub use landscape::{
    CollapsePath, Landscape, LandscapeKind, LandscapeRequest, Place, Plane, PointLoss,
};
pub use modes::LatentMode;
pub use posterior::Posterior;
pub use protocol::{
    Command, Event, LiveParams, Projection, RunId, RunSetup, Snapshot, ViewRequest,
};
pub use sanity::Sanity;
pub use trainer::{Checkpoint, TrainError, Trainer};
pub use views::{Decoded, Gallery, GalleryPictures, GalleryRequest, ModePoint, Views};
pub use worker::{Factory, Worker};
