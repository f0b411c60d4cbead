//! Pixels that stay on disk: a data set larger than memory is read row by row while it trains.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

/// Bytes of a file, from an offset on.
///
/// The system keeps what is read often in its own cache; nothing else is held.
#[derive(Debug, Clone)]
pub struct StoredPixels {
    file: Arc<File>,
    path: Arc<PathBuf>,
    offset: u64,
    len: u64,
    /// The first read that failed.
    failure: Arc<OnceLock<String>>,
}

impl PartialEq for StoredPixels {
    fn eq(&self, other: &Self) -> bool {
        (&self.path, self.offset, self.len) == (&other.path, other.offset, other.len)
    }
}

impl StoredPixels {
    /// The `len` bytes of the file at `path` from `offset` on.
    ///
    /// # Errors
    /// The system's error if the file cannot be opened or is shorter than that.
    pub fn open(path: &Path, offset: u64, len: u64) -> io::Result<Self> {
        let file = File::open(path)?;
        if file.metadata()?.len() < offset.saturating_add(len) {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(Self {
            file: Arc::new(file),
            path: Arc::new(path.to_owned()),
            offset,
            len,
            failure: Arc::default(),
        })
    }

    /// The same under another name, after the file was moved.
    #[must_use]
    pub fn named(self, path: &Path) -> Self {
        Self {
            path: Arc::new(path.to_owned()),
            ..self
        }
    }

    /// Number of bytes.
    pub fn len(&self) -> usize {
        self.len as usize
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Reads the bytes from `start` on into `out`; false if the file no longer gives them.
    pub fn read(&self, start: usize, out: &mut [u8]) -> bool {
        let inside = (start as u64).saturating_add(out.len() as u64) <= self.len;
        let outcome = if inside {
            read_at(&self.file, self.offset + start as u64, out)
        } else {
            Err(io::ErrorKind::UnexpectedEof.into())
        };
        if let Err(error) = outcome {
            let at = self.offset + start as u64;
            let text = format!(
                "{}: reading failed at byte {at}: {error}",
                self.path.display()
            );
            // The first failure is the one worth telling.
            let _ = self.failure.set(text);
            return false;
        }
        true
    }

    /// The first read that failed, in a sentence.
    pub fn failure(&self) -> Option<&str> {
        self.failure.get().map(String::as_str)
    }
}

#[cfg(unix)]
fn read_at(file: &File, offset: u64, out: &mut [u8]) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, out, offset)
}

#[cfg(windows)]
fn read_at(file: &File, mut offset: u64, mut out: &mut [u8]) -> io::Result<()> {
    while !out.is_empty() {
        match std::os::windows::fs::FileExt::seek_read(file, out, offset)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            read => {
                out = &mut out[read..];
                offset += read as u64;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    #[test]
    fn rows_are_read_where_they_are_and_a_shrunken_file_is_noticed() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("pixels");
        let bytes: Vec<u8> = (0..100).collect();
        File::create(&path)
            .and_then(|mut f| f.write_all(&bytes))
            .expect("a file");
        assert!(StoredPixels::open(&path, 50, 51).is_err());
        let stored = StoredPixels::open(&path, 10, 80).expect("stored pixels");
        let mut row = [0; 4];
        assert!(stored.read(76, &mut row));
        assert_eq!(row, [86, 87, 88, 89]);
        assert!(!stored.clone().read(77, &mut row), "past the end");
        assert!(stored.failure().is_some_and(|f| f.contains("pixels")));
        let again = StoredPixels::open(&path, 10, 80).expect("stored pixels");
        File::options()
            .write(true)
            .open(&path)
            .and_then(|f| f.set_len(30))
            .expect("a shorter file");
        assert!(again.read(0, &mut row));
        assert!(!again.read(60, &mut row));
        assert!(again.failure().is_some_and(|f| f.contains("byte 70")));
    }
}
