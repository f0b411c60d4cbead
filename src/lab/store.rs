//! Results on disk: one JSON value per line, the file replaced whole.
//!
//! A file is written beside its target and renamed, so whoever kills the program finds the file before or
//! after the newest line, never half of it.

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::error::Error;

/// A file of results. Lines that are there stay as they are, byte for byte.
#[derive(Debug, Clone)]
pub struct Lines {
    path: PathBuf,
    lines: Vec<String>,
}

impl Lines {
    /// Reads a file and the values of its lines; blank lines are passed over. A file that is not there holds none.
    ///
    /// # Errors
    /// [`Error::File`] if it cannot be read, [`Error::Line`] naming the line that is not such a value.
    pub fn open<T: DeserializeOwned>(path: &Path) -> Result<(Self, Vec<T>), Error> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(source) => {
                return Err(Error::File {
                    action: "read",
                    path: path.to_owned(),
                    source,
                });
            }
        };
        let (mut lines, mut values) = (Vec::new(), Vec::new());
        for (index, line) in text.lines().enumerate() {
            if line.trim().is_empty() {
                continue;
            }
            let value = serde_json::from_str(line).map_err(|error| Error::Line {
                path: path.to_owned(),
                line: index + 1,
                reason: reason(&error),
            })?;
            values.push(value);
            lines.push(line.to_owned());
        }
        let path = path.to_owned();
        Ok((Self { path, lines }, values))
    }

    /// Leaves out the lines whose values, in the order of [`Self::open`], are not to be kept; the file itself changes with
    /// the next [`Self::push`].
    pub fn retain(&mut self, keep: &[bool]) {
        let mut keep = keep.iter();
        self.lines.retain(|_| keep.next().copied().unwrap_or(true));
    }

    /// Adds a line to the file; its folder is made if need be.
    ///
    /// # Errors
    /// [`Error::File`]; the old file stays.
    pub fn push<T: Serialize>(&mut self, value: &T) -> Result<(), Error> {
        let failed = |source: std::io::Error| Error::File {
            action: "write",
            path: self.path.clone(),
            source,
        };
        let line = serde_json::to_string(value).map_err(|e| failed(e.into()))?;
        self.lines.push(line);
        let partial = self.path.with_extension("partial");
        let write = || {
            if let Some(folder) = self.path.parent() {
                std::fs::create_dir_all(folder)?;
            }
            let mut out = BufWriter::new(std::fs::File::create(&partial)?);
            for line in &self.lines {
                writeln!(out, "{line}")?;
            }
            let file = out
                .into_inner()
                .map_err(std::io::IntoInnerError::into_error)?;
            file.sync_all()?;
            std::fs::rename(&partial, &self.path)
        };
        write().map_err(|source| {
            // The write's own error is the one worth telling.
            let _ = std::fs::remove_file(&partial);
            failed(source)
        })
    }
}

/// What a JSON error says, without its own count of lines, which is of the one line it saw.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let column = error.column();
    match text.split_once(" at line ") {
        Some((what, _)) => format!("{what} (column {column})"),
        None => text,
    }
}

/// FNV-1a over a text: names what results belong to. It is for telling apart, not for security.
pub(crate) fn digest(text: &str) -> String {
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{hash:016x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_back_and_a_bad_one_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("new").join("runs.jsonl");
        let open = || Lines::open::<Vec<f64>>(&path);
        let (mut lines, values) = open().expect("no file yet");
        assert!(values.is_empty());
        // A number whose shortest text a fast parser reads as its neighbour stays what it is in the file.
        let awkward = vec![7.641_262_275_252_576];
        lines.push(&awkward).expect("written");
        lines.push(&vec![2.0, 3.0]).expect("written");
        let before = std::fs::read_to_string(&path).expect("read");
        let (mut lines, values) = open().expect("read");
        assert_eq!(values.len(), 2);
        lines.retain(&[true, false]);
        lines.push(&vec![4.0]).expect("written");
        let after = std::fs::read_to_string(&path).expect("read");
        assert_eq!(after, before.replace("[2.0,3.0]", "[4.0]"));
        let parent = path.parent().expect("a folder");
        assert_eq!(std::fs::read_dir(parent).expect("read").count(), 1);
        std::fs::write(&path, "[1]\n\n[2, x]\n").expect("written");
        let error = open().expect_err("bad").to_string();
        assert!(
            error.contains("runs.jsonl', line 3:") && error.contains("column 5"),
            "{error}"
        );
    }

    /// Published values of 64-bit FNV-1a.
    #[test]
    fn the_digest_is_fnv_1a() {
        assert_eq!(digest(""), "cbf29ce484222325");
        assert_eq!(digest("foobar"), "85944171f73967e8");
    }
}
