//! The thread that asks for and writes files: dialogs and exports never block the window.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::disk::write_whole;
use crate::papers::{Report, report};
use crate::thread::{Flag, Handle, Link, Outbox, Queue, Waker, caught};

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
pub(crate) enum FileOutcome {
    /// A file was written.
    Saved(PathBuf),
    /// A data folder or file was picked.
    Picked(PathBuf),
    /// The folder of the papers' data sets was picked.
    PickedPapersFolder(PathBuf),
    /// The job failed, in one sentence.
    Failed(String),
}

/// A handle to the thread; dropping it waits for what is to be written, not for a dialog.
pub(crate) struct Files {
    jobs: Outbox<Job>,
    outcomes: Queue<FileOutcome>,
    /// Raised while a dialog is open, which may be for ever.
    in_dialog: Flag,
    handle: Handle,
}

impl Files {
    /// Starts the thread, idle.
    ///
    /// # Errors
    /// The system's error if it cannot start a thread.
    pub fn spawn(folder: PathBuf, waker: Waker) -> std::io::Result<Self> {
        let (jobs, outcomes) = (Queue::new(JOBS), Queue::new(JOBS));
        let in_dialog = Flag::default();
        let (inbox, told, dialog) = (jobs.clone(), outcomes.clone(), in_dialog.clone());
        let handle = Handle::spawn("files", waker, move |link| {
            work(&link, &inbox, &told, &folder, &dialog);
        })?;
        Ok(Self {
            jobs: Outbox::new(jobs),
            outcomes,
            in_dialog,
            handle,
        })
    }

    /// Sends a job; it is done after those sent before, however many wait. Never waits.
    pub fn send(&self, job: Job) {
        self.jobs.send(job);
        self.handle.nudge();
    }

    /// The next outcome, if there is one.
    pub fn outcome(&self) -> Option<FileOutcome> {
        if self.jobs.resend() {
            self.handle.nudge();
        }
        self.outcomes.take()
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        while !self.in_dialog.is_raised() && !self.jobs.is_empty() {
            if self.jobs.resend() {
                self.handle.nudge();
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        // No dialog opens from here on. A write is waited for; an open dialog must not keep the program alive.
        self.handle.end();
        if self.in_dialog.is_raised() {
            self.handle.abandon();
        }
    }
}

fn work(
    link: &Link,
    jobs: &Queue<Job>,
    outcomes: &Queue<FileOutcome>,
    folder: &Path,
    in_dialog: &Flag,
) {
    let ask = |dialog: &dyn Fn() -> Option<PathBuf>| {
        if link.is_stopping() {
            return None;
        }
        in_dialog.raise();
        // After the flag: an owner about to wait for this thread has either seen it or told the thread to end.
        let answer = if link.is_stopping() { None } else { dialog() };
        in_dialog.lower();
        answer
    };
    while let Some(job) = link.next_to_the_last(|| link.take(jobs)) {
        let outcome = caught(|| carry_out(job, folder, &ask)).unwrap_or_else(|reason| {
            Some(FileOutcome::Failed(format!(
                "the work on files panicked: {reason}"
            )))
        });
        if let Some(outcome) = outcome {
            // A full queue means nobody looks; the file is written all the same.
            let _ = outcomes.put(outcome);
            link.wake_owner();
        }
    }
}

/// Does a job; nothing comes of one that the user called off.
fn carry_out(job: Job, folder: &Path, ask: Ask<'_>) -> Option<FileOutcome> {
    match job {
        Job::Save(request) => save(&request, folder, ask),
        Job::SaveAll(requests) => Some(save_all(&requests, folder)),
        Job::SaveWindow(width, height, rgba) => save_window(width, height, rgba, folder),
        Job::PickData => ask(&|| {
            rfd::FileDialog::new()
                .set_title("Open a folder of data")
                .pick_folder()
        })
        .map(FileOutcome::Picked),
        Job::PickPapersFolder => ask(&|| {
            rfd::FileDialog::new()
                .set_title("The folder that holds the data sets")
                .pick_folder()
        })
        .map(FileOutcome::PickedPapersFolder),
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
    }
}

/// Asks the user for a path.
type Ask<'a> = &'a dyn Fn(&dyn Fn() -> Option<PathBuf>) -> Option<PathBuf>;

fn save_all(requests: &[SaveRequest], folder: &Path) -> FileOutcome {
    for request in requests {
        if let Some(failure @ FileOutcome::Failed(_)) = save(request, folder, &|_| None) {
            return failure;
        }
    }
    FileOutcome::Saved(folder.to_owned())
}

fn save(request: &SaveRequest, folder: &Path, ask: Ask<'_>) -> Option<FileOutcome> {
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
            Err(reason) => return Some(FileOutcome::Failed(reason)),
        }
    };
    Some(match crate::plot::save(&request.figure, &path) {
        Ok(()) => FileOutcome::Saved(path),
        Err(error) => FileOutcome::Failed(error.to_string()),
    })
}

/// Writes every report's figures and numbers; what is saved is the page, or the folder where there is none.
fn save_reports(reports: &[Arc<Report>], page: bool, folder: &Path) -> FileOutcome {
    let mut written = Vec::with_capacity(reports.len());
    for report in reports {
        let mut report = Report::clone(report);
        if let Err(error) = report::write(&mut report, folder) {
            return FileOutcome::Failed(error.to_string());
        }
        written.push(report);
    }
    if !page {
        return FileOutcome::Saved(folder.to_owned());
    }
    match report::write_page(&written, folder) {
        Ok(path) => FileOutcome::Saved(path),
        Err(error) => FileOutcome::Failed(error.to_string()),
    }
}

fn save_window(width: usize, height: usize, rgba: Vec<u8>, folder: &Path) -> Option<FileOutcome> {
    let path = match free_name(folder, "window", "png") {
        Ok(path) => path,
        Err(reason) => return Some(FileOutcome::Failed(reason)),
    };
    let image = image::RgbaImage::from_raw(width as u32, height as u32, rgba)?;
    let outcome = write_whole(&path, |out| {
        let encoder = image::codecs::png::PngEncoder::new(out);
        image.write_with_encoder(encoder)
    });
    Some(match outcome {
        Ok(()) => FileOutcome::Saved(path),
        Err(reason) => {
            FileOutcome::Failed(format!("{} could not be written: {reason}", path.display()))
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
