//! Files of entries while they are written, and which of them were left behind.
//!
//! A process that is killed leaves its file, and no other process may take one that is still being written. So each
//! file is locked as long as its writer lives, which the system ends with the process however it ends; and its name
//! has the number of the process, for file systems without locks and for writers that lock nothing.

use std::fs::{self, File, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime};

use crate::data::error::Error;

/// Their ending.
const ENDING: &str = "part";
/// A file that nobody has locked though its writer seems to live was left behind if nothing was written to it for so
/// long: numbers of processes come again, above all in containers.
const QUIET: Duration = Duration::from_mins(10);
/// The same where files cannot be locked.
const ABANDONED: Duration = Duration::from_hours(24);
/// Names tried for a new file.
const ATTEMPTS: usize = 1000;

/// Creates a file of its own beside `target`, and locks it.
///
/// # Errors
/// [`Error::Io`] and its like.
pub(super) fn create(target: &Path) -> Result<(File, PathBuf), Error> {
    // Two processes, and two threads of one, write beside each other.
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    for attempt in 1..=ATTEMPTS {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = target.with_extension(format!("{}-{number}.{ENDING}", std::process::id()));
        let file = match File::options().write(true).create_new(true).open(&path) {
            Ok(file) => file,
            // Left by a process of the same number, or written by one on another machine.
            Err(e) if e.kind() == ErrorKind::AlreadyExists && attempt < ATTEMPTS => continue,
            Err(e) => return Err(Error::io(&path, 0, &e)),
        };
        // Where there are no locks, the name has to do.
        let _ = file.lock();
        // Another process may have taken it for a leftover in the moment before.
        if path.exists() || attempt >= ATTEMPTS {
            return Ok((file, path));
        }
    }
    Err(Error::Missing {
        path: target.into(),
    })
}

/// Removes what dead processes left in `folder`; the bytes of what the living write there.
pub(super) fn sweep(folder: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(folder) else {
        return 0;
    };
    let now = SystemTime::now();
    let mut living = 0;
    for entry in entries.filter_map(Result::ok) {
        let path = entry.path();
        if path.extension().is_none_or(|e| e != ENDING) {
            continue;
        }
        let Ok(metadata) = entry.metadata() else {
            continue;
        };
        let written = metadata.modified().unwrap_or(now);
        let age = now.duration_since(written).unwrap_or_default();
        if !remove_left(&path, age) {
            living += metadata.len();
        }
    }
    living
}

/// Removes a file that was left behind; true if it is gone.
fn remove_left(path: &Path, age: Duration) -> bool {
    let Ok(file) = File::options().append(true).open(path) else {
        return age > ABANDONED && fs::remove_file(path).is_ok();
    };
    // Held until the file is removed, so that its writer, if it has only just begun, notices.
    let left = match file.try_lock() {
        Err(TryLockError::WouldBlock) => false,
        Err(TryLockError::Error(_)) => age > ABANDONED,
        Ok(()) => match writer(path).and_then(is_alive) {
            Some(false) => true,
            Some(true) | None => age > QUIET,
        },
    };
    left && fs::remove_file(path).is_ok()
}

/// The number of the process in a file's name.
fn writer(path: &Path) -> Option<u32> {
    let stem = path.file_stem()?.to_str()?;
    let (process, _) = stem.rsplit_once('.')?.1.split_once('-')?;
    process.parse().ok()
}

/// Whether there is a process of this number, where the system tells.
fn is_alive(process: u32) -> Option<bool> {
    let all = Path::new("/proc");
    all.join("self")
        .exists()
        .then(|| all.join(process.to_string()).exists())
}
