//! The thread that asks for and writes files: dialogs and exports never block the window.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use crossbeam_channel::{Receiver, Sender, bounded};

use crate::papers::{Report, report};
use crate::train::Waker;

use crate::app::state::tile::SaveRequest;

/// Jobs that may wait.
const JOBS: usize = 64;

/// Something to do with files.
pub(crate) enum Job {
    /// Writes a figure into the figures folder, or where a dialog says.
    Save(Box<SaveRequest>),
    /// Writes many figures into the figures folder and tells of them once.
    SaveAll(Vec<SaveRequest>),
    /// Writes a picture of the window: width, height, RGBA rows.
    SaveWindow(usize, usize, Vec<u8>),
    /// Asks for a folder of data.
    PickData,
    /// Asks for the folder that holds the papers' data sets.
    PickPapersFolder,
    /// Writes reports, and a page of them all if there is to be one, among the figures or where a dialog says.
    SaveReports {
        /// What is written.
        reports: Vec<Arc<Report>>,
        /// Whether a page is written.
        page: bool,
        /// Whether a dialog asks where.
        ask: bool,
    },
}

/// What came of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// A file was written.
    Saved(PathBuf),
    /// A data folder or file was picked.
    Picked(PathBuf),
    /// The folder of the papers' data sets was picked.
    PickedPapersFolder(PathBuf),
    /// The job failed, in one sentence.
    Failed(String),
}

/// A handle to the thread; dropping it waits for what is being written, not for a dialog.
pub(crate) struct Files {
    jobs: Option<Sender<Job>>,
    outcomes: Receiver<Outcome>,
    /// Set while a dialog is open, which may be for ever.
    in_dialog: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Files {
    /// Starts the thread, idle.
    ///
    /// # Errors
    /// The system's error if it cannot start a thread.
    pub fn spawn(folder: PathBuf, waker: Waker) -> std::io::Result<Self> {
        let (jobs, job_queue) = bounded(JOBS);
        let (outcome_queue, outcomes) = bounded(JOBS);
        let in_dialog = Arc::new(AtomicBool::new(false));
        let dialog = Arc::clone(&in_dialog);
        let thread = std::thread::Builder::new()
            .name("files".into())
            .spawn(move || work(&job_queue, &outcome_queue, &folder, &dialog, &waker))?;
        Ok(Self {
            jobs: Some(jobs),
            outcomes,
            in_dialog,
            thread: Some(thread),
        })
    }

    /// Queues a job; false if too many wait.
    pub fn send(&self, job: Job) -> bool {
        self.jobs
            .as_ref()
            .is_some_and(|jobs| jobs.try_send(job).is_ok())
    }

    /// The next outcome, if there is one.
    pub fn outcome(&self) -> Option<Outcome> {
        self.outcomes.try_recv().ok()
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        self.jobs = None;
        // A write is waited for; an open dialog must not keep the program alive.
        if let Some(thread) = self.thread.take()
            && !self.in_dialog.load(Ordering::Relaxed)
        {
            let _ = thread.join();
        }
    }
}

fn work(
    jobs: &Receiver<Job>,
    outcomes: &Sender<Outcome>,
    folder: &Path,
    in_dialog: &AtomicBool,
    waker: &Waker,
) {
    let ask = |dialog: &dyn Fn() -> Option<PathBuf>| {
        in_dialog.store(true, Ordering::Relaxed);
        let answer = dialog();
        in_dialog.store(false, Ordering::Relaxed);
        answer
    };
    while let Ok(job) = jobs.recv() {
        let outcome = match job {
            Job::Save(request) => save(&request, folder, &ask),
            Job::SaveAll(requests) => Some(save_all(&requests, folder)),
            Job::SaveWindow(width, height, rgba) => save_window(width, height, rgba, folder),
            Job::PickData => ask(&|| {
                rfd::FileDialog::new()
                    .set_title("Open a folder of data")
                    .pick_folder()
            })
            .map(Outcome::Picked),
            Job::PickPapersFolder => ask(&|| {
                rfd::FileDialog::new()
                    .set_title("The folder that holds the data sets")
                    .pick_folder()
            })
            .map(Outcome::PickedPapersFolder),
            Job::SaveReports {
                reports,
                page,
                ask: elsewhere,
            } => {
                let into = if elsewhere {
                    ask(&|| {
                        rfd::FileDialog::new()
                            .set_title("A folder for the report")
                            .pick_folder()
                    })
                } else {
                    Some(folder.join("papers"))
                };
                into.map(|into| save_reports(&reports, page, &into))
            }
        };
        if let Some(outcome) = outcome {
            // A full queue means nobody looks; the file is written all the same.
            let _ = outcomes.try_send(outcome);
            waker();
        }
    }
}

/// Asks the user for a path.
type Ask<'a> = &'a dyn Fn(&dyn Fn() -> Option<PathBuf>) -> Option<PathBuf>;

fn save_all(requests: &[SaveRequest], folder: &Path) -> Outcome {
    for request in requests {
        if let Some(failure @ Outcome::Failed(_)) = save(request, folder, &|_| None) {
            return failure;
        }
    }
    Outcome::Saved(folder.to_owned())
}

fn save(request: &SaveRequest, folder: &Path, ask: Ask<'_>) -> Option<Outcome> {
    let path = if request.ask {
        ask(&|| {
            rfd::FileDialog::new()
                .set_title("Save the figure")
                .set_file_name(format!("{}.{}", request.stem, request.extension))
                .add_filter("PNG, SVG or CSV", &["png", "svg", "csv"])
                .save_file()
        })?
    } else {
        match free_name(folder, &request.stem, request.extension) {
            Ok(path) => path,
            Err(reason) => return Some(Outcome::Failed(reason)),
        }
    };
    Some(match crate::plot::save(&request.figure, &path) {
        Ok(()) => Outcome::Saved(path),
        Err(error) => Outcome::Failed(error.to_string()),
    })
}

/// Writes every report's figures and numbers; what is saved is the page, or the folder where there is none.
fn save_reports(reports: &[Arc<Report>], page: bool, folder: &Path) -> Outcome {
    let mut written = Vec::with_capacity(reports.len());
    for report in reports {
        let mut report = Report::clone(report);
        if let Err(error) = report::write(&mut report, folder) {
            return Outcome::Failed(error.to_string());
        }
        written.push(report);
    }
    if !page {
        return Outcome::Saved(folder.to_owned());
    }
    match report::write_page(&written, folder) {
        Ok(path) => Outcome::Saved(path),
        Err(error) => Outcome::Failed(error.to_string()),
    }
}

fn save_window(width: usize, height: usize, rgba: Vec<u8>, folder: &Path) -> Option<Outcome> {
    let path = match free_name(folder, "window", "png") {
        Ok(path) => path,
        Err(reason) => return Some(Outcome::Failed(reason)),
    };
    let image = image::RgbaImage::from_raw(width as u32, height as u32, rgba)?;
    let partial = path.with_extension("partial");
    let outcome = image
        .save_with_format(&partial, image::ImageFormat::Png)
        .map_err(|e| e.to_string())
        .and_then(|()| std::fs::rename(&partial, &path).map_err(|e| e.to_string()));
    Some(match outcome {
        Ok(()) => Outcome::Saved(path),
        Err(reason) => {
            let _ = std::fs::remove_file(&partial);
            Outcome::Failed(format!("{} could not be written: {reason}", path.display()))
        }
    })
}

/// `folder/stem.ext`, or with the first number that is free: nothing is overwritten unasked.
fn free_name(folder: &Path, stem: &str, extension: &str) -> Result<PathBuf, String> {
    std::fs::create_dir_all(folder)
        .map_err(|e| format!("the folder {} cannot be made: {e}", folder.display()))?;
    let plain = folder.join(format!("{stem}.{extension}"));
    if !plain.exists() {
        return Ok(plain);
    }
    for number in 2..10_000 {
        let path = folder.join(format!("{stem}-{number}.{extension}"));
        if !path.exists() {
            return Ok(path);
        }
    }
    Err(format!(
        "{} holds too many figures named {stem}",
        folder.display()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_figure_does_not_replace_the_first() {
        let folder = std::env::temp_dir().join(format!("collapse-names-{}", std::process::id()));
        let first = free_name(&folder, "usage", "svg").expect("a name");
        std::fs::write(&first, "x").expect("a file");
        let second = free_name(&folder, "usage", "svg").expect("a name");
        assert_ne!(first, second);
        assert!(!second.exists());
        std::fs::remove_dir_all(&folder).expect("removed");
    }
}
