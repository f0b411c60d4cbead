//! What the user can ask for, and the work it makes for the threads.

use std::path::PathBuf;
use std::sync::Arc;

use crate::app::state::protocol::{PapersRequest, PreviewRequest, Relation};
use crate::config::{DataConfig, DeviceChoice, LiveConfig, NetConfig, RunConfig, SamplingConfig};
use crate::lab::Request;
use crate::papers::Report;
use crate::train::{Command, LandscapeRequest, LiveParams};

use super::tile::Tile;

use super::data::SheetAction;
use super::diagnose::DiagnoseSettings;
use super::lab::{PhaseSettings, SweepSettings};
use super::looks::Look;
use super::noise::NoiseSettings;
use super::papers::PapersAction;
use super::tour::TourAction;

/// Something the user asked for.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Live: β, γ, learn γ, learning rate.
    Live(LiveConfig),
    /// Re-initialises: the network.
    Net(NetConfig),
    /// Re-initialises: batch and seed.
    Sampling(SamplingConfig),
    /// Re-initialises: the processor.
    Device(DeviceChoice),
    /// Reloads: which data, and how they are preprocessed.
    Data(DataConfig),
    /// Re-initialises: all settings at once, and loads the data if they are others.
    OpenRun(Box<RunConfig>),
    /// The papers' experiments.
    Papers(PapersAction),
    /// The tour.
    Tour(TourAction),
    /// Reloads, after a look at what would take long.
    Open(DataConfig),
    /// What was done with the sheet on data to be opened.
    Sheet(SheetAction),
    /// Stops a load under way.
    CancelLoad,
    /// Trains, or waits.
    TogglePlay,
    /// One step.
    Step,
    /// One epoch.
    Epoch,
    /// Back to step 0, same seed.
    Reset,
    /// A fresh seed, from step 0.
    NewSeed,
    /// The mode the loss surface is about, from 0.
    Mode(usize),
    /// The latent under the pointer, in whatever tile.
    Hover(Option<usize>),
    /// The latent to traverse.
    Traverse(usize),
    /// Zeroes a latent in every picture and statistic, or releases it.
    ToggleZero(usize),
    /// Live: holds a latent out of training, or releases it.
    ToggleHold(usize),
    /// The latent of the noise experiment; shows its tile.
    NoiseOn(usize),
    /// Starts noise on a latent of a copy of the run, or goes on with it.
    StartNoise(NoiseSettings),
    /// The landscape of the trained network that a tile shows, or none.
    Landscape(Tile, Option<LandscapeRequest>),
    /// Where the window looks in latent space.
    Look(Look),
    /// Sorts the latents by KL, or by index.
    SortByKl(bool),
    /// β to just past the next threshold, killing one mode.
    KillOne,
    /// β to just below the next threshold, reviving one mode.
    ReviveOne,
    /// Starts a sweep, or goes on with it.
    StartSweep(SweepSettings),
    /// Starts a trained phase diagram, or goes on with it.
    StartPhase(PhaseSettings),
    /// Asks why latents are dead.
    Diagnose(DiagnoseSettings),
    /// Stops the experiment under way.
    StopLab,
    /// Whether the live run waits while an experiment runs.
    PauseForLab(bool),
    /// Tells the user what was wrong with what they typed.
    Complain(String),
}

/// Work for a thread.
#[derive(Debug, Clone)]
pub enum Effect {
    /// To the training worker's queue.
    Command(Command),
    /// To the training worker's newest-wins slot.
    Live(LiveParams),
    /// To the data loader.
    Load(DataConfig, u32),
    /// To the data loader: a look at data before they are loaded.
    Preview(PreviewRequest),
    /// To the data loader: what the data explain of a target.
    Relate(Relation),
    /// To the data loader.
    CancelLoad,
    /// To the experiments' thread, under this number.
    Experiment(u64, Box<Request>),
    /// To the experiments' thread.
    StopLab,
    /// To the papers' thread: which data sets a folder holds, and what was made with them before.
    LookForPapers(Option<PathBuf>),
    /// To the papers' thread.
    RunPapers(PapersRequest),
    /// To the papers' thread.
    StopPapers,
    /// To the files' thread: asks for the folder of data sets.
    PickPapersFolder,
    /// To the files' thread: reports with their figures.
    SaveReports {
        /// What is written.
        reports: Vec<Arc<Report>>,
        /// Whether a page of all of them is written too.
        page: bool,
        /// Whether a dialog asks where.
        ask: bool,
    },
}

/// How a notice looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// Good to know.
    Info,
    /// Something was refused or lost nothing.
    Error,
}

/// One sentence for the user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// How it looks.
    pub severity: Severity,
    /// What it says.
    pub text: String,
}
