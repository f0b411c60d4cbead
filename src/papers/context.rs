//! What an experiment may use: its data, runs that are trained once and kept, how much effort it may make.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Serialize;

use crate::config::{DataConfig, DataSource, DeviceChoice, ImageOptions, Preprocess, RunConfig};
use crate::data::{self, Dataset, Preprocessor, Spectrum};
use crate::lab::{Headway, RunResult, Watcher, short_run};
use crate::metrics::Known;
use crate::train::{RunSetup, Trainer};

use super::error::Error;
use super::keep::Keep;

/// Most steps between two questions whether to go on.
pub(super) const BURST: u64 = 64;

/// How much an experiment may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Effort {
    /// A minute or so on two cores: less data, width, steps or seeds, and still the claim.
    #[default]
    Quick,
    /// The paper's settings.
    Full,
}

/// A data set of the papers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DataSet {
    /// 60,000 digits, 28×28.
    Mnist,
    /// 60,000 garments, 28×28.
    FashionMnist,
    /// 60,000 photographs in ten classes, 32×32 in colour.
    Cifar10,
    /// Faces of celebrities.
    CelebA,
}

impl DataSet {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Mnist => "MNIST",
            Self::FashionMnist => "Fashion-MNIST",
            Self::Cifar10 => "CIFAR-10",
            Self::CelebA => "CelebA",
        }
    }

    /// Folders it may lie in under the folder of data, most likely first.
    fn folders(self) -> &'static [&'static str] {
        match self {
            Self::Mnist => &["mnist", "MNIST", "MNIST/raw"],
            Self::FashionMnist => &[
                "fashion-mnist",
                "fashion_mnist",
                "FashionMNIST",
                "FashionMNIST/raw",
                "fashion",
            ],
            Self::Cifar10 => &[
                "cifar-10-batches-bin",
                "cifar10",
                "cifar-10",
                "CIFAR10",
                "cifar10-test",
            ],
            Self::CelebA => &["celeba", "CelebA", "img_align_celeba", "celeba-1000"],
        }
    }

    /// How to get it, in one sentence.
    pub fn how(self) -> String {
        format!(
            "{} was not found: give the folder that holds '{}' with --data (datasets/README.md says where to get it)",
            self.name(),
            self.folders()[0]
        )
    }
}

/// Where an experiment gets everything from.
pub struct Context<'a> {
    /// How much it may cost.
    pub effort: Effort,
    /// The folder that holds the data sets' folders.
    pub data: Option<PathBuf>,
    /// Listens, and may stop it.
    pub watcher: &'a dyn Watcher,
    /// Trained runs of before.
    pub keep: Keep,
}

/// Data ready to train on.
#[derive(Debug, Clone)]
pub struct Ready {
    /// How they were asked for.
    pub config: DataConfig,
    /// The values.
    pub dataset: Arc<Dataset>,
    /// How they become x.
    pub preprocessor: Arc<Preprocessor>,
}

impl Ready {
    /// Settings on these data.
    pub fn with(&self, config: RunConfig) -> RunConfig {
        RunConfig {
            data: self.config.clone(),
            ..config
        }
    }
}

impl Context<'_> {
    /// `quick` or `full`, as the effort is.
    pub fn pick<T>(&self, quick: T, full: T) -> T {
        match self.effort {
            Effort::Quick => quick,
            Effort::Full => full,
        }
    }

    /// Ends the experiment if its owner asked for it.
    ///
    /// # Errors
    /// [`Error::Stopped`].
    pub fn go_on(&self) -> Result<(), Error> {
        if self.watcher.go_on() {
            Ok(())
        } else {
            Err(Error::Stopped)
        }
    }

    /// Where a data set lies.
    ///
    /// # Errors
    /// [`Error::NoData`], which says how to get it.
    pub fn path(&self, set: DataSet) -> Result<PathBuf, Error> {
        let root = self.data.as_deref();
        let found = root.and_then(|root| folder_of(root, set));
        found.ok_or_else(|| Error::NoData(set.how()))
    }

    /// The first `limit` items of a data set, preprocessed.
    ///
    /// # Errors
    /// [`Error::NoData`] if it is not there, [`Error::Data`] if it cannot be read.
    pub fn load(&self, set: DataSet, limit: usize, preprocess: Preprocess) -> Result<Ready, Error> {
        self.ready(DataConfig {
            source: DataSource::Path(self.path(set)?),
            limit: Some(limit),
            preprocess,
            ..DataConfig::default()
        })
    }

    /// The same with every picture scaled to this side.
    ///
    /// # Errors
    /// [`Error::NoData`] if it is not there, [`Error::Data`] if it cannot be read.
    pub fn load_scaled(
        &self,
        set: DataSet,
        limit: usize,
        preprocess: Preprocess,
        side: usize,
    ) -> Result<Ready, Error> {
        self.ready(DataConfig {
            source: DataSource::Path(self.path(set)?),
            limit: Some(limit),
            preprocess,
            image: ImageOptions {
                side: Some(side),
                ..ImageOptions::default()
            },
            ..DataConfig::default()
        })
    }

    /// Gaussian data whose covariance has exactly these eigenvalues.
    ///
    /// # Errors
    /// [`Error::Data`] for a spectrum that is none.
    pub fn gaussian(&self, spectrum: Vec<f64>, items: usize) -> Result<Ready, Error> {
        self.ready(DataConfig {
            source: DataSource::Gaussian(spectrum),
            limit: Some(items),
            ..DataConfig::default()
        })
    }

    /// Loads the training images; of a folder that has none, what it has.
    fn ready(&self, config: DataConfig) -> Result<Ready, Error> {
        let tell = |progress: data::Progress| {
            self.watcher.progress(Headway {
                what: progress.to_string(),
                ..Headway::default()
            });
            self.watcher.go_on()
        };
        let dataset = match data::load(&config, 0, &tell) {
            Ok(dataset) => dataset,
            Err(error) => {
                self.go_on()?;
                return Err(error.into());
            }
        };
        if dataset.skipped.count > 0 {
            self.watcher.skipped(&dataset);
        }
        let dataset = Arc::new(dataset);
        let preprocessor = Arc::new(Preprocessor::of(&config, &dataset)?);
        Ok(Ready {
            config,
            dataset,
            preprocessor,
        })
    }

    /// The principal components of data.
    ///
    /// # Errors
    /// [`Error::Data`] if it was stopped.
    pub fn spectrum(&self, ready: &Ready) -> Result<Arc<Spectrum>, Error> {
        let go_on = |_: data::Progress| self.watcher.go_on();
        let found = data::spectrum(&ready.dataset, &ready.preprocessor, 0, &go_on)?;
        Ok(Arc::new(found))
    }

    /// A run's settings with data; training is on the CPU unless the caller says otherwise.
    pub fn setup(ready: &Ready, config: RunConfig) -> Arc<RunSetup> {
        Arc::new(RunSetup {
            config: RunConfig {
                data: ready.config.clone(),
                device: DeviceChoice::Cpu,
                ..config
            },
            data: Arc::clone(&ready.dataset),
            preprocessor: Arc::clone(&ready.preprocessor),
        })
    }

    /// Trains from scratch for `steps` steps, unless the same run was trained before: then its result is read.
    ///
    /// # Errors
    /// [`Error::Stopped`], [`Error::Train`].
    pub fn train(
        &self,
        setup: &Arc<RunSetup>,
        known: &Known,
        steps: u64,
    ) -> Result<RunResult, Error> {
        let key = Self::key("run", setup, steps);
        self.keep.get_or(&key, || {
            let mut tell = |step| self.tell(step, steps);
            short_run(setup, known, steps, self.watcher, &mut tell)?.ok_or(Error::Stopped)
        })
    }

    /// What `make` makes of a trained run, unless it was made of the same before; `what` names the kind and version.
    ///
    /// # Errors
    /// [`Error::Stopped`], [`Error::Train`], and whatever `make` fails with.
    pub fn train_then<T: Serialize + serde::de::DeserializeOwned>(
        &self,
        what: &str,
        setup: &Arc<RunSetup>,
        steps: u64,
        make: impl FnOnce(&mut Trainer) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let key = Self::key(what, setup, steps);
        self.keep.get_or(&key, || {
            let mut trainer = Trainer::new(Arc::clone(setup))?;
            if let Some(interrupt) = self.watcher.interrupt() {
                trainer.backend().set_interrupt(interrupt);
            }
            self.advance(&mut trainer, steps, steps)?;
            make(&mut trainer)
        })
    }

    /// Trains up to step `until` of `all`, in pieces between which its owner hears of it and may stop it.
    ///
    /// # Errors
    /// [`Error::Stopped`], [`Error::Train`].
    pub fn advance(&self, trainer: &mut Trainer, until: u64, all: u64) -> Result<(), Error> {
        let mut metrics = Vec::new();
        while trainer.step() < until {
            self.go_on()?;
            metrics.clear();
            let count = (until - trainer.step()).min(BURST) as usize;
            trainer.train(count, true, &mut metrics)?;
            self.tell(trainer.step(), all);
        }
        Ok(())
    }

    /// Says how far a run is.
    pub fn tell(&self, step: u64, all: u64) {
        self.watcher.progress(Headway {
            what: format!(
                "step {} of {}",
                crate::text::thousands(step),
                crate::text::thousands(all)
            ),
            steps: step,
            most_steps: all,
            ..Headway::default()
        });
    }

    fn key(what: &str, setup: &RunSetup, steps: u64) -> String {
        // The path of the data says nothing about what is in them; their digest does.
        let config = serde_json::to_string(&RunConfig {
            data: DataConfig {
                source: DataSource::Digits,
                ..setup.config.data.clone()
            },
            ..setup.config.clone()
        });
        format!(
            "{what} {} {:016x} {steps} {}",
            env!("CARGO_PKG_VERSION"),
            setup.data.digest(),
            config.unwrap_or_default()
        )
    }
}

fn folder_of(root: &Path, set: DataSet) -> Option<PathBuf> {
    let folders = set.folders().iter().map(|name| root.join(name));
    // The folder itself may be what was given.
    let own = root
        .file_name()
        .is_some_and(|n| set.folders().iter().any(|f| Path::new(f) == Path::new(n)));
    folders
        .into_iter()
        .find(|path| path.is_dir())
        .or_else(|| own.then(|| root.to_owned()))
}
