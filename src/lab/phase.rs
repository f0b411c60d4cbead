//! Phase diagrams by training: active latents over (β, depth) or (β, κ), one short run per cell.
//!
//! A cell is a run of its own with the base's seed, so its result does not depend on when it was made. What is done is
//! kept in a file of one line per cell, named by a digest of everything that decides a cell but its
//! place: another base starts another file, and the same one goes on where it stopped.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::config::{Estimator, LiveConfig, NetConfig, RunConfig};
use crate::disk::digest;
use crate::metrics::Known;
use crate::train::RunSetup;

use super::cell::{RunResult, short_run};
use super::error::Error;
use super::order::coarse_to_fine;
use super::outcome::Discovery as _;
use super::store::Lines;
use super::watch::{Headway, Watcher};

/// What a diagram's rows are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PhaseAxis {
    /// Hidden layers on each side; 0 is linear.
    #[default]
    Depth,
    /// κ.
    Latents,
}

impl PhaseAxis {
    /// Its name on an axis.
    pub fn label(self) -> &'static str {
        match self {
            Self::Depth => "hidden layers per side",
            Self::Latents => "κ, latents",
        }
    }

    /// `base` with this many hidden layers (of at most `width`), or latents.
    #[must_use]
    pub fn net(self, base: &NetConfig, row: usize, width: usize) -> NetConfig {
        match self {
            Self::Latents => NetConfig {
                latents: row,
                ..base.clone()
            },
            Self::Depth => {
                let net = base.with_depth(row, width);
                // The analytic objective needs a decoder without hidden layers.
                let estimator = match net.estimator {
                    Estimator::Analytic if row > 0 => Estimator::Sampled,
                    estimator => estimator,
                };
                NetConfig { estimator, ..net }
            }
        }
    }

    /// The settings of a cell.
    #[must_use]
    pub fn config(self, base: &RunConfig, beta: f64, row: usize, width: usize) -> RunConfig {
        RunConfig {
            net: self.net(&base.net, row, width),
            live: LiveConfig { beta, ..base.live },
            ..base.clone()
        }
    }
}

/// A diagram to train.
#[derive(Debug, Clone)]
pub struct PhaseRequest {
    /// Settings and data; β and what the rows change are each cell's own.
    pub setup: Arc<RunSetup>,
    /// Digest of the data.
    pub data_digest: String,
    /// What is known of the data, for predictions.
    pub known: Known,
    /// What the rows are.
    pub axis: PhaseAxis,
    /// β of the columns, ascending.
    pub betas: Vec<f64>,
    /// The rows, ascending.
    pub rows: Vec<usize>,
    /// Width of the first hidden layer, where the rows are depths.
    pub width: usize,
    /// Steps of each cell.
    pub steps: u64,
    /// Folder of the file of results; none keeps them in memory only.
    pub folder: Option<PathBuf>,
}

impl PhaseRequest {
    /// Digest of everything that decides a cell's result but its place.
    pub fn key(&self) -> String {
        // Every cell's settings at one fixed place: what differs then is not the cell's own.
        let row = match self.axis {
            PhaseAxis::Depth => 0,
            PhaseAxis::Latents => 1,
        };
        let config = self.axis.config(&self.setup.config, 1.0, row, self.width);
        let base = serde_json::to_string(&config).unwrap_or_default();
        digest(&format!(
            "{base} {} {:?} {} {}",
            self.data_digest, self.axis, self.width, self.steps
        ))
    }

    /// The file of results.
    pub fn file(&self) -> Option<PathBuf> {
        let name = format!("phase-{}.jsonl", self.key());
        self.folder.as_ref().map(|folder| folder.join(name))
    }

    /// Runs and steps in all.
    pub fn budget(&self) -> (usize, u64) {
        let runs = self.betas.len() * self.rows.len();
        (runs, self.steps.saturating_mul(runs as u64))
    }

    fn check(&self) -> Result<(), Error> {
        let ascends = |ok: bool, what: &str| {
            if ok {
                Ok(())
            } else {
                Err(Error::Request(format!("a phase diagram needs {what}")))
            }
        };
        ascends(
            !self.betas.is_empty() && !self.rows.is_empty(),
            "at least one β and one row",
        )?;
        ascends(
            self.betas.windows(2).all(|p| p[0] < p[1]),
            "ascending values of β",
        )?;
        ascends(self.rows.windows(2).all(|p| p[0] < p[1]), "ascending rows")?;
        ascends(self.steps > 0, "at least one step per run")?;
        for &row in &self.rows {
            for &beta in &self.betas {
                self.axis
                    .config(&self.setup.config, beta, row, self.width)
                    .validate()?;
            }
        }
        Ok(())
    }
}

/// One run of a diagram.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PhaseCell {
    /// The diagram it belongs to, [`PhaseRequest::key`].
    pub key: String,
    /// β.
    pub beta: f64,
    /// Depth or κ.
    pub row: usize,
    /// What the run found; why not, if it could not be made.
    pub result: Result<RunResult, String>,
}

/// A diagram, as far as it got.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct PhaseMap {
    /// [`PhaseRequest::key`].
    pub key: String,
    /// What the rows are.
    pub axis: PhaseAxis,
    /// β of the columns.
    pub betas: Vec<f64>,
    /// The rows.
    pub rows: Vec<usize>,
    /// Width of the first hidden layer, where the rows are depths.
    pub width: usize,
    /// Steps of each cell.
    pub steps: u64,
    /// Results row by row from the least; none where nothing ran yet.
    pub cells: Vec<Option<PhaseCell>>,
}

impl PhaseMap {
    /// A diagram of which nothing is done, or what `known` holds of it.
    ///
    /// # Errors
    /// [`Error::Request`] or [`Error::Config`] naming what is wrong.
    pub fn new(request: &PhaseRequest, known: Vec<PhaseCell>) -> Result<Self, Error> {
        request.check()?;
        let mut map = Self {
            key: request.key(),
            axis: request.axis,
            betas: request.betas.clone(),
            rows: request.rows.clone(),
            width: request.width,
            steps: request.steps,
            cells: vec![None; request.betas.len() * request.rows.len()],
        };
        for cell in known {
            map.put(cell);
        }
        Ok(map)
    }

    /// Takes a cell in, if it is one of this diagram's.
    fn put(&mut self, cell: PhaseCell) {
        if cell.key != self.key {
            return;
        }
        let x = self.betas.iter().position(|b| same(*b, cell.beta));
        let y = self.rows.iter().position(|r| *r == cell.row);
        if let (Some(x), Some(y)) = (x, y) {
            let at = y * self.betas.len() + x;
            self.cells[at] = Some(cell);
        }
    }

    /// The cell in column `x` of row `y`.
    pub fn cell(&self, x: usize, y: usize) -> Option<&PhaseCell> {
        self.cells.get(y * self.betas.len() + x)?.as_ref()
    }

    /// Cells that are done.
    pub fn done(&self) -> usize {
        self.cells.iter().flatten().count()
    }

    /// Whether every cell is there.
    pub fn is_complete(&self) -> bool {
        !self.cells.is_empty() && self.done() == self.cells.len()
    }

    /// What the cell in column `x` of row `y` trains.
    pub fn config(&self, base: &RunConfig, x: usize, y: usize) -> Option<RunConfig> {
        let (beta, row) = (*self.betas.get(x)?, *self.rows.get(y)?);
        Some(self.axis.config(base, beta, row, self.width))
    }
}

/// Whether two numbers are one, but for the rounding of a text.
fn same(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-12 * b.abs()
}

/// Everything a file holds of a diagram.
///
/// # Errors
/// [`Error::File`] or [`Error::Line`].
pub fn known(file: Option<&Path>) -> Result<Vec<PhaseCell>, Error> {
    match file {
        None => Ok(Vec::new()),
        Some(file) => Ok(Lines::open(file)?.1),
    }
}

/// Goes on with a diagram until it is complete.
///
/// # Errors
/// [`Error::Stopped`] if the watcher stopped it (what was done stays in `map` and in the file),
/// [`Error::File`] if the results cannot be written. A run that fails is a cell that says why.
pub fn run(request: &PhaseRequest, map: &mut PhaseMap, watcher: &dyn Watcher) -> Result<(), Error> {
    let file = request.file();
    // Cells of other columns and rows of the same diagram stay in the file.
    let mut stored = match &file {
        None => None,
        Some(file) => Some(Lines::open::<PhaseCell>(file)?.0),
    };
    let total = map.cells.len();
    for (x, y) in coarse_to_fine(map.betas.len(), map.rows.len()) {
        if map.cell(x, y).is_some() {
            continue;
        }
        if !watcher.go_on() {
            return Err(Error::Stopped);
        }
        let Some(config) = map.config(&request.setup.config, x, y) else {
            continue;
        };
        let setup = Arc::new(RunSetup {
            config,
            ..RunSetup::clone(&request.setup)
        });
        let (beta, row) = (map.betas[x], map.rows[y]);
        let mut progress = Headway {
            done: map.done(),
            total,
            what: format!("β = {beta:.4}, {} = {row}", map.axis.label()),
            most_steps: request.steps,
            ..Headway::default()
        };
        watcher.progress(progress.clone());
        let found = short_run(
            &setup,
            &request.known,
            request.steps,
            watcher,
            &mut |steps| {
                progress.steps = steps;
                watcher.progress(progress.clone());
            },
        );
        let result = match found {
            Ok(None) => return Err(Error::Stopped),
            Ok(Some(result)) => Ok(result),
            Err(error) => Err(error.to_string()),
        };
        let cell = PhaseCell {
            key: map.key.clone(),
            beta,
            row,
            result,
        };
        if let Some(stored) = &mut stored {
            stored.push(&cell)?;
        }
        map.put(cell);
        watcher.found(Arc::new(map.clone()).outcome());
    }
    Ok(())
}
